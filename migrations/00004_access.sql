-- Identity in full: invitations and resets by link, the second factor, what
-- locks a guesser out, and what a role sees of the clients.

-- +goose Up
ALTER TABLE users ADD COLUMN last_sign_in_at TEXT CHECK (last_sign_in_at IS NULL OR last_sign_in_at IS strftime('%Y-%m-%dT%H:%M:%fZ', last_sign_in_at));
ALTER TABLE roles ADD COLUMN client_scope TEXT NOT NULL DEFAULT 'all' CHECK (client_scope IN ('all', 'own'));
ALTER TABLE roles ADD COLUMN require_mfa INTEGER NOT NULL DEFAULT 0 CHECK (require_mfa IN (0, 1));

-- One-time links. id is the SHA-256 of the token in the link.
CREATE TABLE user_links (
	id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 64),
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	kind TEXT NOT NULL CHECK (kind IN ('invitation', 'reset')),
	expires_at TEXT NOT NULL CHECK (expires_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]Z')
) STRICT, WITHOUT ROWID;
CREATE INDEX user_links_user ON user_links (user_id, kind);

-- Wrong passwords since a moment, by account and by address. key is a user's
-- id, the SHA-256 of an email nobody has, or an address.
CREATE TABLE sign_in_attempts (
	key TEXT PRIMARY KEY NOT NULL CHECK (length(key) BETWEEN 1 AND 100 AND instr(key, char(0)) = 0),
	count INTEGER NOT NULL CHECK (count >= 0),
	since TEXT NOT NULL CHECK (since GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]Z'),
	locked_until TEXT
) STRICT, WITHOUT ROWID;
