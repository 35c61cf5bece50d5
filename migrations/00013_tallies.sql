-- Numbers for the charts of the first page, kept by triggers so that they are
-- right whoever writes. Counting the rows themselves reads, of ten million
-- interactions, two million for twelve weeks.
--
-- tally counts the interactions of each channel, the organizations and the
-- contacts by the quarter of an hour, from 1970, in which they happened or were
-- created: every time zone is whole quarters of an hour away from UTC, so that
-- anybody's week or month is a sum of them. owner_tally counts the active
-- organizations of each owner, '' for nobody.

-- +goose Up
CREATE TABLE tally (
	kind TEXT NOT NULL CHECK (kind IN ('call', 'email', 'meeting', 'note', 'organization', 'contact')),
	quarter INTEGER NOT NULL,
	n INTEGER NOT NULL CHECK (n >= 0),
	PRIMARY KEY (kind, quarter)
) STRICT, WITHOUT ROWID;
INSERT INTO tally SELECT channel, unixepoch(happened_at) / 900 AS quarter, count(*) FROM interactions GROUP BY channel, quarter;
INSERT INTO tally SELECT 'organization', unixepoch(created_at) / 900 AS quarter, count(*) FROM organizations GROUP BY quarter;
INSERT INTO tally SELECT 'contact', unixepoch(created_at) / 900 AS quarter, count(*) FROM contacts GROUP BY quarter;

CREATE TABLE owner_tally (
	owner_user_id TEXT PRIMARY KEY NOT NULL,
	n INTEGER NOT NULL CHECK (n >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO owner_tally SELECT ifnull(owner_user_id, '') AS owner, count(*) FROM organizations WHERE is_active = 1 GROUP BY owner;

-- +goose StatementBegin
CREATE TRIGGER interactions_insert_tally AFTER INSERT ON interactions BEGIN
	INSERT INTO tally VALUES (NEW.channel, unixepoch(NEW.happened_at) / 900, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER interactions_update_tally AFTER UPDATE OF channel, happened_at ON interactions BEGIN
	UPDATE tally SET n = n - 1 WHERE kind = OLD.channel AND quarter = unixepoch(OLD.happened_at) / 900;
	INSERT INTO tally VALUES (NEW.channel, unixepoch(NEW.happened_at) / 900, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER interactions_delete_tally AFTER DELETE ON interactions BEGIN
	UPDATE tally SET n = n - 1 WHERE kind = OLD.channel AND quarter = unixepoch(OLD.happened_at) / 900;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER organizations_insert_tally AFTER INSERT ON organizations BEGIN
	INSERT INTO tally VALUES ('organization', unixepoch(NEW.created_at) / 900, 1) ON CONFLICT DO UPDATE SET n = n + 1;
	INSERT INTO owner_tally VALUES (ifnull(NEW.owner_user_id, ''), NEW.is_active) ON CONFLICT DO UPDATE SET n = n + NEW.is_active;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER organizations_update_tally AFTER UPDATE OF created_at ON organizations BEGIN
	UPDATE tally SET n = n - 1 WHERE kind = 'organization' AND quarter = unixepoch(OLD.created_at) / 900;
	INSERT INTO tally VALUES ('organization', unixepoch(NEW.created_at) / 900, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER organizations_update_owner_tally AFTER UPDATE OF owner_user_id, is_active ON organizations BEGIN
	UPDATE owner_tally SET n = n - OLD.is_active WHERE owner_user_id = ifnull(OLD.owner_user_id, '');
	INSERT INTO owner_tally VALUES (ifnull(NEW.owner_user_id, ''), NEW.is_active) ON CONFLICT DO UPDATE SET n = n + NEW.is_active;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER organizations_delete_tally AFTER DELETE ON organizations BEGIN
	UPDATE tally SET n = n - 1 WHERE kind = 'organization' AND quarter = unixepoch(OLD.created_at) / 900;
	UPDATE owner_tally SET n = n - OLD.is_active WHERE owner_user_id = ifnull(OLD.owner_user_id, '');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER contacts_insert_tally AFTER INSERT ON contacts BEGIN
	INSERT INTO tally VALUES ('contact', unixepoch(NEW.created_at) / 900, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER contacts_update_tally AFTER UPDATE OF created_at ON contacts BEGIN
	UPDATE tally SET n = n - 1 WHERE kind = 'contact' AND quarter = unixepoch(OLD.created_at) / 900;
	INSERT INTO tally VALUES ('contact', unixepoch(NEW.created_at) / 900, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER contacts_delete_tally AFTER DELETE ON contacts BEGIN
	UPDATE tally SET n = n - 1 WHERE kind = 'contact' AND quarter = unixepoch(OLD.created_at) / 900;
END;
-- +goose StatementEnd
