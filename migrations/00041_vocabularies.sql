-- Values of sector, size, role and outcome are renamed, merged and hidden from the suggestions. That
-- changes many records, so the program does it in pieces beside its requests, and goes on with it
-- after a restart.

-- +goose Up
-- A value with is_suggested 0 is not suggested. With 1 it is, even where no record has it, as the
-- usual ones are.
CREATE TABLE vocabulary_values (
	vocabulary TEXT NOT NULL CHECK (length(vocabulary) BETWEEN 1 AND 40),
	value TEXT NOT NULL CHECK (length(value) BETWEEN 1 AND 200 AND instr(value, char(0)) = 0),
	is_suggested INTEGER NOT NULL CHECK (is_suggested IN (0, 1)),
	PRIMARY KEY (vocabulary, value)
) STRICT, WITHOUT ROWID;

-- One value becomes another one. undoes is the change that this one takes back, and undone_to the
-- last piece of that which has been taken back. old_state and new_state are is_suggested of the
-- values before. expected is how many had the value at the beginning; skipped is how many had another
-- one when their change was to be undone.
CREATE TABLE value_changes (
	id TEXT PRIMARY KEY NOT NULL,
	kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 20),
	vocabulary TEXT NOT NULL CHECK (length(vocabulary) BETWEEN 1 AND 40),
	old_value TEXT NOT NULL CHECK (length(old_value) BETWEEN 1 AND 200 AND instr(old_value, char(0)) = 0),
	new_value TEXT NOT NULL CHECK (length(new_value) BETWEEN 1 AND 200 AND instr(new_value, char(0)) = 0),
	old_state INTEGER CHECK (old_state IN (0, 1)),
	new_state INTEGER CHECK (new_state IN (0, 1)),
	user_id TEXT REFERENCES users (id) ON DELETE SET NULL,
	undoes TEXT UNIQUE REFERENCES value_changes (id),
	undone_to INTEGER NOT NULL DEFAULT 0,
	expected INTEGER NOT NULL,
	changed INTEGER NOT NULL DEFAULT 0,
	skipped INTEGER NOT NULL DEFAULT 0,
	created_at TEXT NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
	finished_at TEXT CHECK (finished_at IS strftime('%Y-%m-%dT%H:%M:%fZ', finished_at))
) STRICT;
CREATE INDEX value_changes_user ON value_changes (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX value_changes_vocabulary ON value_changes (vocabulary, id);
CREATE INDEX value_changes_running ON value_changes (id) WHERE finished_at IS NULL;

-- What a change did in each of its transactions: the last rows of the history up to seq, so many.
CREATE TABLE value_change_pieces (
	change_id TEXT NOT NULL REFERENCES value_changes (id),
	seq INTEGER NOT NULL,
	changes INTEGER NOT NULL,
	PRIMARY KEY (change_id, seq)
) STRICT, WITHOUT ROWID;
