-- Saved views: the filters, order and columns of a list under a name, for one
-- person or for everybody.
--
-- query is what stands behind the ? of the list's address. A deleted view is
-- kept for a day, so that it can be brought back.

-- +goose Up
CREATE TABLE saved_views (
	id TEXT PRIMARY KEY NOT NULL CHECK (length(CAST(id AS BLOB)) = 36 AND id GLOB '????????-????-????-????-????????????' AND id NOT GLOB '*[^0-9a-f-]*' AND length(replace(id, '-', '')) = 32),
	user_id TEXT REFERENCES users (id) ON DELETE SET NULL,
	list TEXT NOT NULL CHECK (list IN ('organizations', 'contacts', 'interactions')),
	name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80 AND instr(name, char(0)) = 0),
	query TEXT NOT NULL CHECK (length(query) <= 4000 AND instr(query, char(0)) = 0),
	shared INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)),
	created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
	deleted_at TEXT CHECK (deleted_at IS strftime('%Y-%m-%dT%H:%M:%fZ', deleted_at))
) STRICT;
CREATE INDEX saved_views_user ON saved_views (user_id);
CREATE INDEX saved_views_shared ON saved_views (shared) WHERE shared = 1;

-- With which view somebody opens a list: the id of a saved one, or the name of
-- one that comes with the program.
CREATE TABLE first_views (
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	list TEXT NOT NULL CHECK (list IN ('organizations', 'contacts', 'interactions')),
	view TEXT NOT NULL CHECK (length(view) BETWEEN 1 AND 36 AND instr(view, char(0)) = 0),
	PRIMARY KEY (user_id, list)
) STRICT, WITHOUT ROWID;
