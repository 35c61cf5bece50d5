-- One link of a contact is its main one. It is the first that was made, or the one
-- that somebody chose; where it is removed, becomes Former, or its organization is
-- archived while another one is not, the oldest other link follows. A former link is
-- never the main one. Lists sort contacts by their main organization.
--
-- The columns go into the text of the schema, see 00023. Links that exist get their
-- main one beside requests (Refold): the one shown until now, the first by name. Until
-- then a contact without one shows and sorts by that all the same.

-- +goose Up
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(sql, '	PRIMARY KEY (organization_id, contact_id)',
	'	is_main INTEGER NOT NULL DEFAULT 0 CHECK (is_main IN (0, 1)),
	linked_at TEXT CHECK (linked_at IS strftime(''%Y-%m-%dT%H:%M:%fZ'', linked_at)),
	PRIMARY KEY (organization_id, contact_id)')
WHERE type = 'table' AND name = 'organization_contact';
UPDATE sqlite_master SET sql = replace(sql, ' CHECK (name IN (''users'', ''organizations'', ''contacts'', ''interactions''))', '')
WHERE type = 'table' AND name = 'folding';
PRAGMA writable_schema = RESET;
CREATE UNIQUE INDEX organization_contact_main ON organization_contact (contact_id) WHERE is_main = 1;
INSERT INTO folding (name, version, done_to) VALUES ('main_links', 0, 0);

-- A row put into main_choice chooses the main link of a contact by these rules, and
-- sorts the contact by it.
CREATE VIEW main_choice AS SELECT contact_id FROM organization_contact WHERE is_main = 1;
-- +goose StatementBegin
CREATE TRIGGER main_choice_insert INSTEAD OF INSERT ON main_choice BEGIN
	UPDATE organization_contact SET is_main = 0
	WHERE contact_id = NEW.contact_id AND is_main = 1 AND organization_id IS NOT (
		SELECT o.id FROM organization_contact AS l
		JOIN organizations AS o ON o.id = l.organization_id
		JOIN contacts AS c ON c.id = l.contact_id
		WHERE l.contact_id = NEW.contact_id AND l.relationship_status <> 'Former'
		ORDER BY o.is_active DESC, l.is_main DESC, o.sort_key IS c.organization_name_key DESC, l.linked_at, o.sort_key, o.id LIMIT 1);
	UPDATE organization_contact SET is_main = 1
	WHERE contact_id = NEW.contact_id AND is_main = 0 AND organization_id = (
		SELECT o.id FROM organization_contact AS l
		JOIN organizations AS o ON o.id = l.organization_id
		JOIN contacts AS c ON c.id = l.contact_id
		WHERE l.contact_id = NEW.contact_id AND l.relationship_status <> 'Former'
		ORDER BY o.is_active DESC, l.is_main DESC, o.sort_key IS c.organization_name_key DESC, l.linked_at, o.sort_key, o.id LIMIT 1);
	UPDATE contacts SET organization_name_key = (
		SELECT sort_key FROM organization_contact JOIN organizations ON id = organization_id
		WHERE contact_id = NEW.contact_id AND is_main = 1)
	WHERE id = NEW.contact_id;
END;
-- +goose StatementEnd

DROP TRIGGER organizations_name_change;
DROP TRIGGER links_insert;
DROP TRIGGER links_update;
DROP TRIGGER links_delete;
-- +goose StatementBegin
CREATE TRIGGER organizations_name_change AFTER UPDATE OF sort_key ON organizations WHEN NEW.sort_key <> OLD.sort_key BEGIN
	INSERT INTO main_choice SELECT contact_id FROM organization_contact WHERE organization_id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER organizations_active_change AFTER UPDATE OF is_active ON organizations WHEN NEW.is_active <> OLD.is_active BEGIN
	INSERT INTO main_choice SELECT contact_id FROM organization_contact WHERE organization_id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER links_insert AFTER INSERT ON organization_contact BEGIN
	UPDATE organizations SET contacts_count = contacts_count + 1 WHERE id = NEW.organization_id;
	INSERT INTO main_choice VALUES (NEW.contact_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER links_update AFTER UPDATE OF relationship_status ON organization_contact BEGIN
	INSERT INTO main_choice VALUES (NEW.contact_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER links_delete AFTER DELETE ON organization_contact BEGIN
	UPDATE organizations SET contacts_count = contacts_count - 1 WHERE id = OLD.organization_id;
	INSERT INTO main_choice VALUES (OLD.contact_id);
END;
-- +goose StatementEnd
