-- Browsers that are known to an account, because its user signed in with them:
-- others' wrong passwords do not lock them out.

-- +goose Up
-- id is the SHA-256 of a token in the browser's device cookie: a copy of the
-- database makes no browser known. A row is one account's, and ends with its password.
CREATE TABLE devices (
	id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 64),
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	expires_at TEXT NOT NULL CHECK (expires_at IS strftime('%Y-%m-%dT%H:%M:%fZ', expires_at))
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_user ON devices (user_id, expires_at);
