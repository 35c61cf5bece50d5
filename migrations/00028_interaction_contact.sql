-- Further people of an interaction, beside the one in its contact_id.
--
-- happened_at and next_due_on are those of the interaction, kept equal by triggers so
-- that they are right whoever writes: with them the newest interactions of a person, and
-- those with an open next step, are each read from one index. A person who is the
-- interaction's contact_id is not a further one; triggers see to that too.

-- +goose Up
CREATE TABLE interaction_contact (
	interaction_id TEXT NOT NULL REFERENCES interactions (id) ON DELETE CASCADE,
	contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
	happened_at TEXT NOT NULL CHECK (happened_at IS strftime('%Y-%m-%dT%H:%M:%fZ', happened_at)),
	next_due_on TEXT,
	PRIMARY KEY (interaction_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX interaction_contact_contact ON interaction_contact (contact_id, happened_at DESC, interaction_id DESC);
CREATE INDEX interaction_contact_next ON interaction_contact (contact_id, next_due_on) WHERE next_due_on IS NOT NULL;

-- Every contact with each of their interactions. Ordered by happened_at and id, which
-- must be among what is read, it is a merge of two walks of an index.
CREATE VIEW contact_interactions (contact_id, happened_at, id, organization_id, user_id, channel, outcome, next_due_on) AS
	SELECT contact_id, happened_at, id, organization_id, user_id, channel, outcome, next_due_on FROM interactions
	UNION ALL
	SELECT p.contact_id, p.happened_at, p.interaction_id, organization_id, user_id, channel, outcome, p.next_due_on
	FROM interaction_contact AS p CROSS JOIN interactions ON id = p.interaction_id;

-- +goose StatementBegin
CREATE TRIGGER interaction_contact_insert AFTER INSERT ON interaction_contact BEGIN
	DELETE FROM interaction_contact
	WHERE interaction_id = NEW.interaction_id AND contact_id = NEW.contact_id
		AND contact_id = (SELECT contact_id FROM interactions WHERE id = NEW.interaction_id);
	UPDATE interaction_contact SET (happened_at, next_due_on) = (SELECT happened_at, next_due_on FROM interactions WHERE id = interaction_id)
	WHERE interaction_id = NEW.interaction_id AND contact_id = NEW.contact_id;
	UPDATE contacts SET (last_contact_at, last_contact_channel) = (
		SELECT happened_at, channel FROM (
			SELECT happened_at, channel, id FROM contact_interactions
			WHERE contact_id = contacts.id ORDER BY happened_at DESC, id DESC LIMIT 1))
	WHERE id = NEW.contact_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER interaction_contact_delete AFTER DELETE ON interaction_contact BEGIN
	UPDATE contacts SET (last_contact_at, last_contact_channel) = (
		SELECT happened_at, channel FROM (
			SELECT happened_at, channel, id FROM contact_interactions
			WHERE contact_id = contacts.id ORDER BY happened_at DESC, id DESC LIMIT 1))
	WHERE id = OLD.contact_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER interactions_next_update AFTER UPDATE OF next_due_on ON interactions BEGIN
	UPDATE interaction_contact SET next_due_on = NEW.next_due_on WHERE interaction_id = NEW.id;
END;
-- +goose StatementEnd

-- The triggers of 00002, for every contact.
DROP TRIGGER interactions_update;
DROP TRIGGER interactions_delete;
-- +goose StatementBegin
CREATE TRIGGER interactions_update AFTER UPDATE OF organization_id, contact_id, channel, happened_at ON interactions BEGIN
	DELETE FROM interaction_contact WHERE interaction_id = NEW.id AND contact_id = NEW.contact_id;
	UPDATE interaction_contact SET happened_at = NEW.happened_at WHERE interaction_id = NEW.id;
	UPDATE organizations SET (last_contact_at, last_contact_channel) =
		(SELECT happened_at, channel FROM interactions WHERE organization_id = organizations.id ORDER BY happened_at DESC, id DESC LIMIT 1)
	WHERE id IN (OLD.organization_id, NEW.organization_id);
	UPDATE contacts SET (last_contact_at, last_contact_channel) = (
		SELECT happened_at, channel FROM (
			SELECT happened_at, channel, id FROM contact_interactions
			WHERE contact_id = contacts.id ORDER BY happened_at DESC, id DESC LIMIT 1))
	WHERE id IN (SELECT OLD.contact_id UNION ALL SELECT NEW.contact_id
		UNION ALL SELECT contact_id FROM interaction_contact WHERE interaction_id = NEW.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER interactions_delete AFTER DELETE ON interactions BEGIN
	UPDATE organizations SET (last_contact_at, last_contact_channel) =
		(SELECT happened_at, channel FROM interactions WHERE organization_id = organizations.id ORDER BY happened_at DESC, id DESC LIMIT 1)
	WHERE id = OLD.organization_id;
	UPDATE contacts SET (last_contact_at, last_contact_channel) = (
		SELECT happened_at, channel FROM (
			SELECT happened_at, channel, id FROM contact_interactions
			WHERE contact_id = contacts.id ORDER BY happened_at DESC, id DESC LIMIT 1))
	WHERE id = OLD.contact_id;
END;
-- +goose StatementEnd

-- Which rows of the history name a contact as a further person of an interaction: an
-- index of a list inside metadata, which SQLite cannot make by itself.
CREATE TABLE audit_participants (
	contact_id TEXT NOT NULL,
	seq INTEGER NOT NULL,
	PRIMARY KEY (contact_id, seq)
) STRICT, WITHOUT ROWID;
-- +goose StatementBegin
CREATE TRIGGER audit_logs_participants AFTER INSERT ON audit_logs
WHEN instr(NEW.metadata, '"participant_ids":') > 0 BEGIN
	INSERT OR IGNORE INTO audit_participants (contact_id, seq) SELECT value, NEW.seq FROM json_each(NEW.metadata, '$.participant_ids');
END;
-- +goose StatementEnd
