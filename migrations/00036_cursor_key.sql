-- The key that seals the cursors of the change feed, so that programs can neither read nor forge
-- the seq in them. It is part of the registry: a cursor is valid after a restart and a restore.

-- +goose Up
CREATE TABLE cursor_key (
	id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
	key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;
INSERT INTO cursor_key (id, key) VALUES (1, randomblob(32));
