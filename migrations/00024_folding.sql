-- Texts are sorted and compared as the program folds them: lower() knows the
-- letters of ASCII only. A folded value is kept where lower() does not say the
-- same; without one, as in a row of another program, lower() counts. The keys of
-- existing rows stay as they are until the program makes them again, beside its
-- requests: folding says how far it is with each table, by docid, and of which
-- version of its folding the keys and words are (db/text). So the text of the
-- schema is changed in place (see 00022 and 00023), and no index is built.
-- +goose Up
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = substr(sql, 1, length(sql) - length(') STRICT')) || ', sector_folded TEXT, size_folded TEXT) STRICT'
WHERE type = 'table' AND name = 'organizations';
UPDATE sqlite_master SET sql = substr(sql, 1, length(sql) - length(') STRICT')) || ', email_folded TEXT, title_folded TEXT) STRICT'
WHERE type = 'table' AND name = 'contacts';
UPDATE sqlite_master SET sql = replace(replace(sql,
	'ifnull(lower(sector),', 'coalesce(sector_folded, lower(sector),'),
	'CAST(size_band AS INTEGER)) || size_band', 'CAST(ifnull(size_folded, size_band) AS INTEGER)) || ifnull(size_folded, size_band)')
WHERE type = 'table' AND name = 'organizations';
UPDATE sqlite_master SET sql = replace(replace(sql,
	'ifnull(lower(email),', 'coalesce(email_folded, lower(email),'),
	'ifnull(lower(job_title),', 'coalesce(title_folded, lower(job_title),')
WHERE type = 'table' AND name = 'contacts';
PRAGMA writable_schema = RESET;

-- A value that another program changes is not what was folded.
-- +goose StatementBegin
CREATE TRIGGER organizations_refolded AFTER UPDATE OF sector, size_band ON organizations
WHEN (OLD.sector_folded IS NOT NULL OR OLD.size_folded IS NOT NULL) AND (NEW.sector IS NOT OLD.sector OR NEW.size_band IS NOT OLD.size_band) BEGIN
	UPDATE organizations SET sector_folded = iif(NEW.sector IS OLD.sector, sector_folded, NULL), size_folded = iif(NEW.size_band IS OLD.size_band, size_folded, NULL)
	WHERE id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER contacts_refolded AFTER UPDATE OF email, job_title ON contacts
WHEN (OLD.email_folded IS NOT NULL OR OLD.title_folded IS NOT NULL) AND (NEW.email IS NOT OLD.email OR NEW.job_title IS NOT OLD.job_title) BEGIN
	UPDATE contacts SET email_folded = iif(NEW.email IS OLD.email, email_folded, NULL), title_folded = iif(NEW.job_title IS OLD.job_title, title_folded, NULL)
	WHERE id = NEW.id;
END;
-- +goose StatementEnd

-- A sector is looked for by its key now, in organizations_sort_sector.
DROP INDEX organizations_by_sector;

CREATE TABLE folding (
	name TEXT PRIMARY KEY NOT NULL CHECK (name IN ('users', 'organizations', 'contacts', 'interactions')),
	version INTEGER NOT NULL,
	done_to INTEGER -- a docid; NULL is all
) STRICT;
INSERT INTO folding (name, version, done_to) VALUES ('users', 0, 0), ('organizations', 0, 0), ('contacts', 0, 0), ('interactions', 0, 0);
