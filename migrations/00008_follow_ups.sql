-- Next steps: what is to be done after an interaction, by which day and by whom.
--
-- A follow-up is open until done_at is set; an interaction has at most one open.
-- due_on is a day, the same in every time zone. Who sees the interaction sees it,
-- so its ends are not repeated here.

-- +goose Up
CREATE TABLE follow_ups (
	id TEXT PRIMARY KEY NOT NULL CHECK (length(CAST(id AS BLOB)) = 36 AND id GLOB '????????-????-????-????-????????????' AND id NOT GLOB '*[^0-9a-f-]*' AND length(replace(id, '-', '')) = 32),
	interaction_id TEXT NOT NULL REFERENCES interactions (id) ON DELETE CASCADE,
	text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 200 AND instr(text, char(0)) = 0),
	due_on TEXT NOT NULL CHECK (due_on IS strftime('%Y-%m-%d', due_on)),
	assignee_id TEXT REFERENCES users (id) ON DELETE SET NULL,
	done_at TEXT CHECK (done_at IS strftime('%Y-%m-%dT%H:%M:%fZ', done_at)),
	done_by TEXT REFERENCES users (id) ON DELETE SET NULL,
	created_by TEXT REFERENCES users (id) ON DELETE SET NULL,
	created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
	version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE INDEX follow_ups_interaction ON follow_ups (interaction_id);
CREATE UNIQUE INDEX follow_ups_one_open ON follow_ups (interaction_id) WHERE done_at IS NULL;
CREATE INDEX follow_ups_due ON follow_ups (due_on, id) WHERE done_at IS NULL;
CREATE INDEX follow_ups_assignee ON follow_ups (assignee_id, due_on, id) WHERE done_at IS NULL;
