-- The columns that somebody chose for a list, by their names with commas.

-- +goose Up
CREATE TABLE list_columns (
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	list TEXT NOT NULL CHECK (list IN ('organizations', 'contacts')),
	columns TEXT NOT NULL CHECK (length(columns) <= 200 AND instr(columns, char(0)) = 0),
	PRIMARY KEY (user_id, list)
) STRICT, WITHOUT ROWID;
