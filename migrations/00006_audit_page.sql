-- The audit log as people read it: one person's actions of one kind from an
-- index, and what the last check of the history found.

-- +goose Up
CREATE INDEX audit_logs_user_action ON audit_logs (user_id, action, seq);

-- One row. The last that was whole is kept beside a problem found since.
CREATE TABLE verifications (
	id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
	checked_at TEXT NOT NULL CHECK (checked_at IS strftime('%Y-%m-%dT%H:%M:%fZ', checked_at)),
	problem TEXT CHECK (length(problem) BETWEEN 1 AND 1000 AND instr(problem, char(0)) = 0),
	whole_at TEXT CHECK (whole_at IS strftime('%Y-%m-%dT%H:%M:%fZ', whole_at)),
	row_count INTEGER NOT NULL DEFAULT 0 CHECK (row_count >= 0),
	hash TEXT NOT NULL DEFAULT '' CHECK (length(hash) IN (0, 64))
) STRICT;
