-- Who logged an interaction that somebody else had; NULL where both are the same. The table is large, so the column goes
-- into the text of the schema (see 00023). It has no index: users are disabled, and hardly ever deleted.

-- +goose Up
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = substr(sql, 1, length(sql) - length(') STRICT')) ||
	', logged_by TEXT REFERENCES users (id) ON DELETE SET NULL) STRICT'
WHERE type = 'table' AND name = 'interactions';
PRAGMA writable_schema = RESET;
