-- Tokens, with which programs sign in to the JSON API as their owner.

-- +goose Up
-- hash is the SHA-256 of the token, which is shown once and stored nowhere; start is its first 8
-- characters. permissions are slugs separated by spaces. Without expires_at it never expires.
CREATE TABLE tokens (
	id TEXT PRIMARY KEY NOT NULL,
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80 AND instr(name, char(0)) = 0),
	hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
	start TEXT NOT NULL CHECK (length(start) = 8),
	permissions TEXT NOT NULL CHECK (length(permissions) BETWEEN 1 AND 1000),
	created_at TEXT NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
	expires_at TEXT CHECK (expires_at IS strftime('%Y-%m-%dT%H:%M:%fZ', expires_at)),
	last_used_at TEXT CHECK (last_used_at IS strftime('%Y-%m-%dT%H:%M:%fZ', last_used_at)),
	revoked_at TEXT CHECK (revoked_at IS strftime('%Y-%m-%dT%H:%M:%fZ', revoked_at)),
	revoked_by TEXT REFERENCES users (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX tokens_user ON tokens (user_id, created_at);
CREATE INDEX tokens_revoked_by ON tokens (revoked_by) WHERE revoked_by IS NOT NULL;
