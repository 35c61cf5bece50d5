-- Organizations, contacts, the links between them, and interactions.
--
-- version counts a record's changes and starts at 1. sort_key is the name
-- folded for sorting (see db.SortKey). docid joins a record to its row in the
-- full-text table; a row written by another program has none until the
-- program starts and indexes it. last_contact_key sorts those never talked to
-- first: a page starts in the middle of an index only behind a column, not
-- behind an expression.

-- +goose Up
CREATE TABLE organizations (
	id TEXT PRIMARY KEY NOT NULL CHECK (length(CAST(id AS BLOB)) = 36 AND id GLOB '????????-????-????-????-????????????' AND id NOT GLOB '*[^0-9a-f-]*' AND length(replace(id, '-', '')) = 32),
	legal_name TEXT NOT NULL CHECK (length(legal_name) BETWEEN 1 AND 200 AND instr(legal_name, char(0)) = 0),
	display_name TEXT NOT NULL CHECK (length(display_name) BETWEEN 1 AND 160 AND instr(display_name, char(0)) = 0),
	website TEXT CHECK (length(website) BETWEEN 1 AND 200 AND instr(website, char(0)) = 0),
	sector TEXT CHECK (length(sector) BETWEEN 1 AND 80 AND instr(sector, char(0)) = 0),
	size_band TEXT CHECK (length(size_band) BETWEEN 1 AND 40 AND instr(size_band, char(0)) = 0),
	tax_id TEXT CHECK (length(tax_id) BETWEEN 1 AND 50 AND instr(tax_id, char(0)) = 0),
	owner_user_id TEXT REFERENCES users (id) ON DELETE SET NULL,
	is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
	created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
	updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK (updated_at IS strftime('%Y-%m-%dT%H:%M:%fZ', updated_at)),
	version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
	sort_key TEXT NOT NULL DEFAULT '',
	last_contact_at TEXT CHECK (last_contact_at IS strftime('%Y-%m-%dT%H:%M:%fZ', last_contact_at)),
	last_contact_channel TEXT,
	last_contact_key TEXT NOT NULL GENERATED ALWAYS AS (ifnull(last_contact_at, '')) VIRTUAL,
	docid INTEGER UNIQUE
) STRICT;
CREATE INDEX organizations_display_name ON organizations (display_name);
CREATE INDEX organizations_sector ON organizations (sector);
CREATE INDEX organizations_owner ON organizations (owner_user_id, is_active, sort_key, id);
CREATE INDEX organizations_by_name ON organizations (is_active, sort_key, id);
CREATE INDEX organizations_by_sector ON organizations (sector, is_active, sort_key, id);
CREATE INDEX organizations_by_size ON organizations (size_band, is_active, sort_key, id);
CREATE INDEX organizations_by_updated ON organizations (is_active, updated_at, id);
CREATE INDEX organizations_by_created ON organizations (is_active, created_at, id);
CREATE INDEX organizations_by_contact ON organizations (is_active, last_contact_key, id);
CREATE INDEX organizations_quiet ON organizations (owner_user_id, is_active, last_contact_key, id);

CREATE TABLE contacts (
	id TEXT PRIMARY KEY NOT NULL CHECK (length(CAST(id AS BLOB)) = 36 AND id GLOB '????????-????-????-????-????????????' AND id NOT GLOB '*[^0-9a-f-]*' AND length(replace(id, '-', '')) = 32),
	first_name TEXT NOT NULL CHECK (length(first_name) BETWEEN 1 AND 80 AND instr(first_name, char(0)) = 0),
	last_name TEXT NOT NULL CHECK (length(last_name) BETWEEN 1 AND 80 AND instr(last_name, char(0)) = 0),
	email TEXT COLLATE NOCASE CHECK (length(email) BETWEEN 1 AND 190 AND instr(email, char(0)) = 0),
	phone TEXT CHECK (length(phone) BETWEEN 1 AND 40 AND instr(phone, char(0)) = 0),
	mobile TEXT CHECK (length(mobile) BETWEEN 1 AND 40 AND instr(mobile, char(0)) = 0),
	job_title TEXT CHECK (length(job_title) BETWEEN 1 AND 120 AND instr(job_title, char(0)) = 0),
	owner_user_id TEXT REFERENCES users (id) ON DELETE SET NULL,
	is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
	created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
	updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK (updated_at IS strftime('%Y-%m-%dT%H:%M:%fZ', updated_at)),
	version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
	sort_key TEXT NOT NULL DEFAULT '',
	last_contact_at TEXT CHECK (last_contact_at IS strftime('%Y-%m-%dT%H:%M:%fZ', last_contact_at)),
	last_contact_channel TEXT,
	last_contact_key TEXT NOT NULL GENERATED ALWAYS AS (ifnull(last_contact_at, '')) VIRTUAL,
	docid INTEGER UNIQUE
) STRICT;
CREATE UNIQUE INDEX contacts_email ON contacts (email) WHERE email IS NOT NULL;
CREATE INDEX contacts_owner ON contacts (owner_user_id, is_active, sort_key, id);
CREATE INDEX contacts_by_name ON contacts (is_active, sort_key, id);
CREATE INDEX contacts_by_updated ON contacts (is_active, updated_at, id);
CREATE INDEX contacts_by_created ON contacts (is_active, created_at, id);
CREATE INDEX contacts_by_contact ON contacts (is_active, last_contact_key, id);

CREATE TABLE organization_contact (
	organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
	contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
	role_label TEXT CHECK (length(role_label) BETWEEN 1 AND 120 AND instr(role_label, char(0)) = 0),
	relationship_status TEXT NOT NULL DEFAULT 'Active' CHECK (relationship_status IN ('Active', 'Prospect', 'Former')),
	version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
	PRIMARY KEY (organization_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX organization_contact_contact ON organization_contact (contact_id, organization_id);
CREATE INDEX organization_contact_role ON organization_contact (role_label);

CREATE TABLE interactions (
	id TEXT PRIMARY KEY NOT NULL CHECK (length(CAST(id AS BLOB)) = 36 AND id GLOB '????????-????-????-????-????????????' AND id NOT GLOB '*[^0-9a-f-]*' AND length(replace(id, '-', '')) = 32),
	organization_id TEXT REFERENCES organizations (id) ON DELETE SET NULL,
	contact_id TEXT REFERENCES contacts (id) ON DELETE SET NULL,
	user_id TEXT REFERENCES users (id) ON DELETE SET NULL,
	channel TEXT NOT NULL CHECK (channel IN ('call', 'email', 'meeting', 'note')),
	subject TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 200 AND instr(subject, char(0)) = 0),
	body TEXT CHECK (length(body) >= 1 AND instr(body, char(0)) = 0),
	outcome TEXT CHECK (length(outcome) BETWEEN 1 AND 80 AND instr(outcome, char(0)) = 0),
	happened_at TEXT NOT NULL CHECK (happened_at IS strftime('%Y-%m-%dT%H:%M:%fZ', happened_at)),
	created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
	version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE INDEX interactions_organization ON interactions (organization_id, happened_at DESC, id DESC);
CREATE INDEX interactions_contact ON interactions (contact_id, happened_at DESC, id DESC);
CREATE INDEX interactions_happened_at ON interactions (happened_at DESC, id DESC);
CREATE INDEX interactions_user ON interactions (user_id, happened_at DESC, id DESC);
CREATE INDEX interactions_outcome ON interactions (outcome);

-- last_contact_* is right whatever changed the interactions, a foreign key's SET NULL included.
-- +goose StatementBegin
CREATE TRIGGER interactions_insert AFTER INSERT ON interactions BEGIN
	UPDATE organizations SET last_contact_at = NEW.happened_at, last_contact_channel = NEW.channel
	WHERE id = NEW.organization_id AND ifnull(last_contact_at, '') <= NEW.happened_at;
	UPDATE contacts SET last_contact_at = NEW.happened_at, last_contact_channel = NEW.channel
	WHERE id = NEW.contact_id AND ifnull(last_contact_at, '') <= NEW.happened_at;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER interactions_update AFTER UPDATE OF organization_id, contact_id, channel, happened_at ON interactions BEGIN
	UPDATE organizations SET (last_contact_at, last_contact_channel) =
		(SELECT happened_at, channel FROM interactions WHERE organization_id = organizations.id ORDER BY happened_at DESC, id DESC LIMIT 1)
	WHERE id IN (OLD.organization_id, NEW.organization_id);
	UPDATE contacts SET (last_contact_at, last_contact_channel) =
		(SELECT happened_at, channel FROM interactions WHERE contact_id = contacts.id ORDER BY happened_at DESC, id DESC LIMIT 1)
	WHERE id IN (OLD.contact_id, NEW.contact_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER interactions_delete AFTER DELETE ON interactions BEGIN
	UPDATE organizations SET (last_contact_at, last_contact_channel) =
		(SELECT happened_at, channel FROM interactions WHERE organization_id = organizations.id ORDER BY happened_at DESC, id DESC LIMIT 1)
	WHERE id = OLD.organization_id;
	UPDATE contacts SET (last_contact_at, last_contact_channel) =
		(SELECT happened_at, channel FROM interactions WHERE contact_id = contacts.id ORDER BY happened_at DESC, id DESC LIMIT 1)
	WHERE id = OLD.contact_id;
END;
-- +goose StatementEnd

-- Words by which a record is found, already folded; see db/search.go. FTS4, because FTS5 would need a build tag.
CREATE VIRTUAL TABLE organization_search USING fts4 (words, tokenize=unicode61 "remove_diacritics=2", prefix="2,3");
CREATE VIRTUAL TABLE contact_search USING fts4 (words, tokenize=unicode61 "remove_diacritics=2", prefix="2,3");

-- A creating form's request_id and what it made, so that a repeated POST makes
-- nothing twice. made says what kind of thing: the same id in another form is another request.
CREATE TABLE requests (
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	made TEXT NOT NULL CHECK (made IN ('organization', 'contact', 'link', 'interaction')),
	request_id TEXT NOT NULL CHECK (length(CAST(request_id AS BLOB)) = 36 AND request_id GLOB '????????-????-????-????-????????????' AND request_id NOT GLOB '*[^0-9a-f-]*' AND length(replace(request_id, '-', '')) = 32),
	target_id TEXT NOT NULL,
	created_at TEXT NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
	PRIMARY KEY (user_id, made, request_id)
) STRICT, WITHOUT ROWID;
