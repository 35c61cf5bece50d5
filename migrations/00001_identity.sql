-- Who may sign in and what he may do.
--
-- The tables are STRICT and every text column carries its length as a CHECK:
-- SQLite itself would take anything. length() stops at the first NUL, so NUL
-- is refused as well. A moment is what strftime would write: 30 February is not.

-- +goose Up
CREATE TABLE users (
	id TEXT PRIMARY KEY NOT NULL CHECK (length(CAST(id AS BLOB)) = 36 AND id GLOB '????????-????-????-????-????????????' AND id NOT GLOB '*[^0-9a-f-]*' AND length(replace(id, '-', '')) = 32),
	email TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (length(email) BETWEEN 1 AND 190 AND instr(email, char(0)) = 0),
	full_name TEXT NOT NULL CHECK (length(full_name) BETWEEN 1 AND 160 AND instr(full_name, char(0)) = 0),
	password_hash TEXT,
	status TEXT NOT NULL DEFAULT 'invited' CHECK (status IN ('invited', 'active', 'disabled')),
	time_zone TEXT NOT NULL DEFAULT 'UTC' CHECK (length(time_zone) BETWEEN 1 AND 64 AND instr(time_zone, char(0)) = 0),
	theme TEXT NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
	single_keys INTEGER NOT NULL DEFAULT 1 CHECK (single_keys IN (0, 1)),
	created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
	updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK (updated_at IS strftime('%Y-%m-%dT%H:%M:%fZ', updated_at))
) STRICT;

CREATE TABLE roles (
	id TEXT PRIMARY KEY NOT NULL CHECK (length(CAST(id AS BLOB)) = 36 AND id GLOB '????????-????-????-????-????????????' AND id NOT GLOB '*[^0-9a-f-]*' AND length(replace(id, '-', '')) = 32),
	slug TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 80 AND instr(slug, char(0)) = 0),
	name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80 AND instr(name, char(0)) = 0),
	description TEXT CHECK (length(description) BETWEEN 1 AND 400 AND instr(description, char(0)) = 0)
) STRICT;

CREATE TABLE permissions (
	id TEXT PRIMARY KEY NOT NULL CHECK (length(CAST(id AS BLOB)) = 36 AND id GLOB '????????-????-????-????-????????????' AND id NOT GLOB '*[^0-9a-f-]*' AND length(replace(id, '-', '')) = 32),
	slug TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 80 AND instr(slug, char(0)) = 0),
	description TEXT CHECK (length(description) BETWEEN 1 AND 400 AND instr(description, char(0)) = 0)
) STRICT;

CREATE TABLE role_permission (
	role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
	permission_id TEXT NOT NULL REFERENCES permissions (id) ON DELETE CASCADE,
	PRIMARY KEY (role_id, permission_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_role (
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
	PRIMARY KEY (user_id, role_id)
) STRICT, WITHOUT ROWID;

-- id is the SHA-256 of the cookie's token, in hex: a copy of the database signs nobody in.
CREATE TABLE sessions (
	id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 64),
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	ip TEXT NOT NULL DEFAULT '',
	ua TEXT NOT NULL DEFAULT '',
	created_at TEXT NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
	last_used_at TEXT NOT NULL CHECK (last_used_at IS strftime('%Y-%m-%dT%H:%M:%fZ', last_used_at))
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);
