-- A client is quiet since the last contact, or where there was none since it was
-- made: what is new is not quiet. ALTER TABLE would look at every row and index of
-- the table for a NULL, which this value never is: that takes more than a minute for
-- a million clients. So the column goes into the text of the schema (see 00022).

-- +goose Up
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = substr(sql, 1, length(sql) - length(') STRICT')) ||
	', quiet_since TEXT NOT NULL GENERATED ALWAYS AS (ifnull(last_contact_at, created_at)) VIRTUAL) STRICT'
WHERE type = 'table' AND name IN ('organizations', 'contacts');
PRAGMA writable_schema = RESET;
DROP INDEX organizations_quiet;
CREATE INDEX organizations_quiet ON organizations (owner_user_id, is_active, quiet_since, id);
CREATE INDEX organizations_by_quiet ON organizations (is_active, quiet_since, id);
CREATE INDEX contacts_by_quiet ON contacts (is_active, quiet_since, id);
