-- What lists sort by, each with an index in its order: (is_active, key, name, id).
-- A key is text, folded, and sorts what is unset last. Keys of what stands in
-- another table are kept by triggers, so that they are right whoever writes.

-- +goose Up
ALTER TABLE users ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
UPDATE users SET name_key = lower(full_name);

ALTER TABLE organizations ADD COLUMN owner_name_key TEXT;
ALTER TABLE organizations ADD COLUMN contacts_count INTEGER NOT NULL DEFAULT 0 CHECK (contacts_count >= 0);
ALTER TABLE organizations ADD COLUMN owner_key TEXT NOT NULL GENERATED ALWAYS AS (ifnull(owner_name_key, char(1114111))) VIRTUAL;
ALTER TABLE organizations ADD COLUMN contacts_key TEXT NOT NULL GENERATED ALWAYS AS (printf('%010d', contacts_count)) VIRTUAL;
ALTER TABLE organizations ADD COLUMN sector_key TEXT NOT NULL GENERATED ALWAYS AS (ifnull(lower(sector), char(1114111))) VIRTUAL;
-- By the number it begins with: 11-50 comes before 1000+.
ALTER TABLE organizations ADD COLUMN size_key TEXT NOT NULL GENERATED ALWAYS AS (ifnull(printf('%010d', CAST(size_band AS INTEGER)) || size_band, char(1114111))) VIRTUAL;

ALTER TABLE contacts ADD COLUMN owner_name_key TEXT;
ALTER TABLE contacts ADD COLUMN organization_name_key TEXT;
ALTER TABLE contacts ADD COLUMN owner_key TEXT NOT NULL GENERATED ALWAYS AS (ifnull(owner_name_key, char(1114111))) VIRTUAL;
ALTER TABLE contacts ADD COLUMN organization_key TEXT NOT NULL GENERATED ALWAYS AS (ifnull(organization_name_key, char(1114111))) VIRTUAL;
ALTER TABLE contacts ADD COLUMN email_key TEXT NOT NULL GENERATED ALWAYS AS (ifnull(lower(email), char(1114111))) VIRTUAL;
ALTER TABLE contacts ADD COLUMN phone_key TEXT NOT NULL GENERATED ALWAYS AS (ifnull(phone, ifnull(mobile, char(1114111)))) VIRTUAL;
ALTER TABLE contacts ADD COLUMN title_key TEXT NOT NULL GENERATED ALWAYS AS (ifnull(lower(job_title), char(1114111))) VIRTUAL;

UPDATE organizations SET
	owner_name_key = (SELECT name_key FROM users WHERE users.id = owner_user_id),
	contacts_count = (SELECT count(*) FROM organization_contact WHERE organization_id = organizations.id);
UPDATE contacts SET
	owner_name_key = (SELECT name_key FROM users WHERE users.id = owner_user_id),
	organization_name_key = (
		SELECT organizations.sort_key FROM organization_contact JOIN organizations ON organizations.id = organization_id
		WHERE contact_id = contacts.id AND relationship_status <> 'Former' ORDER BY organizations.sort_key, organization_id LIMIT 1);

CREATE INDEX organizations_sort_sector ON organizations (is_active, sector_key, sort_key, id);
CREATE INDEX organizations_sort_size ON organizations (is_active, size_key, sort_key, id);
CREATE INDEX organizations_sort_owner ON organizations (is_active, owner_key, sort_key, id);
CREATE INDEX organizations_sort_contacts ON organizations (is_active, contacts_key, sort_key, id);
CREATE INDEX contacts_sort_owner ON contacts (is_active, owner_key, sort_key, id);
CREATE INDEX contacts_sort_organization ON contacts (is_active, organization_key, sort_key, id);
CREATE INDEX contacts_sort_email ON contacts (is_active, email_key, sort_key, id);
CREATE INDEX contacts_sort_phone ON contacts (is_active, phone_key, sort_key, id);
CREATE INDEX contacts_sort_title ON contacts (is_active, title_key, sort_key, id);
CREATE INDEX organization_contact_status ON organization_contact (relationship_status, organization_id, contact_id);
DROP INDEX interactions_outcome;
CREATE INDEX interactions_outcome ON interactions (outcome, happened_at DESC, id DESC) WHERE outcome IS NOT NULL;

-- The program folds names better than lower() does; this is for other programs.
-- +goose StatementBegin
CREATE TRIGGER users_insert AFTER INSERT ON users WHEN NEW.name_key = '' BEGIN
	UPDATE users SET name_key = lower(full_name) WHERE id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER users_full_name AFTER UPDATE OF full_name ON users WHEN NEW.full_name <> OLD.full_name BEGIN
	UPDATE users SET name_key = lower(full_name) WHERE id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER users_name_key AFTER UPDATE OF name_key ON users BEGIN
	UPDATE organizations SET owner_name_key = NEW.name_key WHERE owner_user_id = NEW.id;
	UPDATE contacts SET owner_name_key = NEW.name_key WHERE owner_user_id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER organizations_insert AFTER INSERT ON organizations WHEN NEW.owner_user_id IS NOT NULL BEGIN
	UPDATE organizations SET owner_name_key = (SELECT name_key FROM users WHERE users.id = NEW.owner_user_id) WHERE id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER organizations_owner_change AFTER UPDATE OF owner_user_id ON organizations WHEN NEW.owner_user_id IS NOT OLD.owner_user_id BEGIN
	UPDATE organizations SET owner_name_key = (SELECT name_key FROM users WHERE users.id = NEW.owner_user_id) WHERE id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER contacts_insert AFTER INSERT ON contacts WHEN NEW.owner_user_id IS NOT NULL BEGIN
	UPDATE contacts SET owner_name_key = (SELECT name_key FROM users WHERE users.id = NEW.owner_user_id) WHERE id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER contacts_owner_change AFTER UPDATE OF owner_user_id ON contacts WHEN NEW.owner_user_id IS NOT OLD.owner_user_id BEGIN
	UPDATE contacts SET owner_name_key = (SELECT name_key FROM users WHERE users.id = NEW.owner_user_id) WHERE id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER organizations_name_change AFTER UPDATE OF sort_key ON organizations WHEN NEW.sort_key <> OLD.sort_key BEGIN
	UPDATE contacts SET organization_name_key = (
		SELECT organizations.sort_key FROM organization_contact JOIN organizations ON organizations.id = organization_id
		WHERE contact_id = contacts.id AND relationship_status <> 'Former' ORDER BY organizations.sort_key, organization_id LIMIT 1)
	WHERE id IN (SELECT contact_id FROM organization_contact WHERE organization_id = NEW.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER links_insert AFTER INSERT ON organization_contact BEGIN
	UPDATE organizations SET contacts_count = contacts_count + 1 WHERE id = NEW.organization_id;
	UPDATE contacts SET organization_name_key = (
		SELECT organizations.sort_key FROM organization_contact JOIN organizations ON organizations.id = organization_id
		WHERE contact_id = contacts.id AND relationship_status <> 'Former' ORDER BY organizations.sort_key, organization_id LIMIT 1)
	WHERE id = NEW.contact_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER links_update AFTER UPDATE OF relationship_status ON organization_contact BEGIN
	UPDATE contacts SET organization_name_key = (
		SELECT organizations.sort_key FROM organization_contact JOIN organizations ON organizations.id = organization_id
		WHERE contact_id = contacts.id AND relationship_status <> 'Former' ORDER BY organizations.sort_key, organization_id LIMIT 1)
	WHERE id = NEW.contact_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER links_delete AFTER DELETE ON organization_contact BEGIN
	UPDATE organizations SET contacts_count = contacts_count - 1 WHERE id = OLD.organization_id;
	UPDATE contacts SET organization_name_key = (
		SELECT organizations.sort_key FROM organization_contact JOIN organizations ON organizations.id = organization_id
		WHERE contact_id = contacts.id AND relationship_status <> 'Former' ORDER BY organizations.sort_key, organization_id LIMIT 1)
	WHERE id = OLD.contact_id;
END;
-- +goose StatementEnd
