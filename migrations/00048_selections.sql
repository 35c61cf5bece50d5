-- What somebody ticked in a list stays ticked when they come back from the pages of a batch.

-- +goose Up
CREATE TABLE selections (
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	id TEXT NOT NULL CHECK (length(id) = 36),
	kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
	record_ids TEXT NOT NULL CHECK (length(record_ids) <= 400000 AND instr(record_ids, char(0)) = 0), -- separated by spaces
	all_match INTEGER NOT NULL CHECK (all_match IN (0, 1)),
	is_done INTEGER NOT NULL DEFAULT 0 CHECK (is_done IN (0, 1)),
	created_at TEXT NOT NULL,
	PRIMARY KEY (user_id, id)
) STRICT, WITHOUT ROWID;
