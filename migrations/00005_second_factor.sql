-- The second factor: an authenticator app's codes (RFC 6238), recovery codes,
-- and the sign-ins that wait for one of them.

-- +goose Up
-- seed and pending are sealed with a key that is a file beside the database,
-- and bound to the user. A seed counts; a pending one is shown to its owner
-- and becomes the seed when he sends a code of it. used_step is the latest
-- step of 30 seconds whose code was taken: none works twice.
CREATE TABLE second_factors (
	user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	seed BLOB CHECK (length(seed) > 32),
	confirmed_at TEXT CHECK (confirmed_at IS strftime('%Y-%m-%dT%H:%M:%fZ', confirmed_at)),
	used_step INTEGER NOT NULL DEFAULT 0 CHECK (used_step >= 0),
	pending BLOB CHECK (length(pending) > 32),
	pending_at TEXT CHECK (pending_at IS strftime('%Y-%m-%dT%H:%M:%fZ', pending_at)),
	CHECK ((seed IS NULL) = (confirmed_at IS NULL)),
	CHECK ((pending IS NULL) = (pending_at IS NULL))
) STRICT, WITHOUT ROWID;

-- id is the SHA-256 of the code. A used one is gone.
CREATE TABLE recovery_codes (
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	id TEXT NOT NULL CHECK (length(id) = 64),
	PRIMARY KEY (user_id, id)
) STRICT, WITHOUT ROWID;

-- Sign-ins whose password was right and whose code is missing. They are no
-- sessions and open nothing. id is the SHA-256 of the cookie's token.
CREATE TABLE half_sign_ins (
	id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 64),
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	wrong INTEGER NOT NULL DEFAULT 0 CHECK (wrong >= 0),
	expires_at TEXT NOT NULL CHECK (expires_at IS strftime('%Y-%m-%dT%H:%M:%fZ', expires_at))
) STRICT, WITHOUT ROWID;
CREATE INDEX half_sign_ins_user ON half_sign_ins (user_id);
