-- The day of an interaction's open next step stands with the interaction too, kept
-- by triggers: a record with tens of thousands of interactions finds its few open
-- steps by an index of these alone.

-- +goose Up
ALTER TABLE interactions ADD COLUMN next_due_on TEXT;
UPDATE interactions SET next_due_on = (SELECT due_on FROM follow_ups WHERE interaction_id = interactions.id AND done_at IS NULL)
WHERE id IN (SELECT interaction_id FROM follow_ups WHERE done_at IS NULL);
CREATE INDEX interactions_organization_next ON interactions (organization_id, next_due_on) WHERE next_due_on IS NOT NULL;
CREATE INDEX interactions_contact_next ON interactions (contact_id, next_due_on) WHERE next_due_on IS NOT NULL;

-- +goose StatementBegin
CREATE TRIGGER follow_ups_insert_next AFTER INSERT ON follow_ups WHEN NEW.done_at IS NULL BEGIN
	UPDATE interactions SET next_due_on = NEW.due_on WHERE id = NEW.interaction_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER follow_ups_update_next AFTER UPDATE OF due_on, done_at, interaction_id ON follow_ups BEGIN
	UPDATE interactions SET next_due_on = (SELECT due_on FROM follow_ups WHERE interaction_id = interactions.id AND done_at IS NULL)
	WHERE id IN (OLD.interaction_id, NEW.interaction_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER follow_ups_delete_next AFTER DELETE ON follow_ups WHEN OLD.done_at IS NULL BEGIN
	UPDATE interactions SET next_due_on = NULL WHERE id = OLD.interaction_id;
END;
-- +goose StatementEnd
