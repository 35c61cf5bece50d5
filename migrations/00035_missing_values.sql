-- Contacts without an email and organizations without contacts are read from an index of
-- their own. It has the columns that lists narrow them by, so that their rows need not be
-- read to be counted. is_active comes second, so that a list can ask for this index by
-- not using that column to find rows.

-- +goose Up
CREATE INDEX contacts_no_email ON contacts (email_key, is_active, sort_key, id, owner_user_id, quiet_since, last_contact_key, created_at, updated_at)
WHERE email_key = char(1114111);
CREATE INDEX organizations_no_contacts ON organizations (contacts_key, is_active, sort_key, id, owner_user_id, quiet_since, last_contact_key, created_at, updated_at)
WHERE contacts_key = '0000000000';
