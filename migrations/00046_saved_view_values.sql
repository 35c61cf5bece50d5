-- Saved views follow when a value that they filter by is renamed or merged, and Undo gives them their
-- filters back.

-- +goose Up
-- What a change of a value made of the query of a saved view, and which version of the view that is.
CREATE TABLE value_change_views (
	change_id TEXT NOT NULL REFERENCES value_changes (id),
	view_id TEXT NOT NULL REFERENCES saved_views (id) ON DELETE CASCADE,
	old_query TEXT NOT NULL CHECK (length(old_query) <= 4000 AND instr(old_query, char(0)) = 0),
	new_query TEXT NOT NULL CHECK (length(new_query) <= 4000 AND instr(new_query, char(0)) = 0),
	version INTEGER NOT NULL CHECK (version >= 1),
	PRIMARY KEY (change_id, view_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX value_change_views_view ON value_change_views (view_id, change_id);
