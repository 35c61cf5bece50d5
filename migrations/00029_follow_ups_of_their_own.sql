-- A follow-up may stand on its own: with an organization, a contact, both or neither.
-- One of an interaction has the interaction's clients and none itself. It may have a
-- time of its day, where its assignee is; one without a time comes last on its day. It is
-- open until it is done or cancelled. given_by is who gave it to somebody else, and is_new
-- says that those have not looked at it yet. The text of the schema is changed
-- (see 00022 and 00023): existing rows stay as they are.

-- +goose Up
DROP TRIGGER follow_ups_insert_next;
DROP TRIGGER follow_ups_update_next;
DROP TRIGGER follow_ups_delete_next;
DROP INDEX follow_ups_one_open;
DROP INDEX follow_ups_due;
DROP INDEX follow_ups_assignee;
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(substr(sql, 1, length(sql) - length(') STRICT')),
	'interaction_id TEXT NOT NULL REFERENCES', 'interaction_id TEXT REFERENCES') ||
	', organization_id TEXT REFERENCES organizations (id) ON DELETE SET NULL' ||
	', contact_id TEXT REFERENCES contacts (id) ON DELETE SET NULL' ||
	', due_time TEXT CHECK (due_time IS strftime(''%H:%M'', due_time))' ||
	', cancelled_at TEXT CHECK (cancelled_at IS strftime(''%Y-%m-%dT%H:%M:%fZ'', cancelled_at))' ||
	', cancelled_by TEXT REFERENCES users (id) ON DELETE SET NULL' ||
	', given_by TEXT REFERENCES users (id) ON DELETE SET NULL' ||
	', is_new INTEGER NOT NULL DEFAULT 0 CHECK (is_new IN (0, 1))' ||
	', due_key TEXT NOT NULL GENERATED ALWAYS AS (due_on || ifnull('' '' || due_time, ''~'')) VIRTUAL) STRICT'
WHERE type = 'table' AND name = 'follow_ups';
PRAGMA writable_schema = RESET;

CREATE UNIQUE INDEX follow_ups_one_open ON follow_ups (interaction_id) WHERE done_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX follow_ups_due ON follow_ups (due_key, id) WHERE done_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX follow_ups_assignee ON follow_ups (assignee_id, due_key, id) WHERE done_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX follow_ups_given ON follow_ups (ifnull(given_by, created_by), due_key, id) WHERE done_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX follow_ups_new ON follow_ups (assignee_id, due_key, id) WHERE is_new = 1 AND done_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX follow_ups_done ON follow_ups (assignee_id, done_at, id) WHERE done_at IS NOT NULL;
CREATE INDEX follow_ups_organization ON follow_ups (organization_id, done_at, cancelled_at) WHERE organization_id IS NOT NULL;
CREATE INDEX follow_ups_contact ON follow_ups (contact_id, done_at, cancelled_at) WHERE contact_id IS NOT NULL;
CREATE INDEX follow_ups_private ON follow_ups (created_by, done_at, cancelled_at)
WHERE interaction_id IS NULL AND organization_id IS NULL AND contact_id IS NULL;

-- +goose StatementBegin
CREATE TRIGGER follow_ups_insert_next AFTER INSERT ON follow_ups WHEN NEW.done_at IS NULL AND NEW.cancelled_at IS NULL BEGIN
	UPDATE interactions SET next_due_on = NEW.due_on WHERE id = NEW.interaction_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER follow_ups_update_next AFTER UPDATE OF due_on, done_at, cancelled_at, interaction_id ON follow_ups BEGIN
	UPDATE interactions SET next_due_on =
		(SELECT due_on FROM follow_ups WHERE interaction_id = interactions.id AND done_at IS NULL AND cancelled_at IS NULL)
	WHERE id IN (OLD.interaction_id, NEW.interaction_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER follow_ups_delete_next AFTER DELETE ON follow_ups WHEN OLD.done_at IS NULL AND OLD.cancelled_at IS NULL BEGIN
	UPDATE interactions SET next_due_on = NULL WHERE id = OLD.interaction_id;
END;
-- +goose StatementEnd
