-- The contacts of one owner are many: what lists narrow them by beside the owner
-- stands in the same index, so that their rows need not be read to be counted.

-- +goose Up
DROP INDEX contacts_owner;
CREATE INDEX contacts_owner ON contacts (owner_user_id, is_active, sort_key, id, quiet_since, created_at, updated_at, last_contact_key);
