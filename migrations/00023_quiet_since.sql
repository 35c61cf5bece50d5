-- A client is quiet since the last contact, or where there was none since it was
-- made: what is new is not quiet.

-- +goose Up
ALTER TABLE organizations ADD COLUMN quiet_since TEXT NOT NULL GENERATED ALWAYS AS (ifnull(last_contact_at, created_at)) VIRTUAL;
ALTER TABLE contacts ADD COLUMN quiet_since TEXT NOT NULL GENERATED ALWAYS AS (ifnull(last_contact_at, created_at)) VIRTUAL;
DROP INDEX organizations_quiet;
CREATE INDEX organizations_quiet ON organizations (owner_user_id, is_active, quiet_since, id);
CREATE INDEX organizations_by_quiet ON organizations (is_active, quiet_since, id);
CREATE INDEX contacts_by_quiet ON contacts (is_active, quiet_since, id);
