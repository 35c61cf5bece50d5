-- The history: one row a change, chained by hashes, never changed or deleted.

-- +goose Up
CREATE TABLE audit_logs (
	seq INTEGER PRIMARY KEY NOT NULL CHECK (seq >= 1),
	id TEXT NOT NULL UNIQUE CHECK (length(CAST(id AS BLOB)) = 36 AND id GLOB '????????-????-????-????-????????????' AND id NOT GLOB '*[^0-9a-f-]*' AND length(replace(id, '-', '')) = 32),
	user_id TEXT CHECK (user_id IS NULL OR (length(CAST(user_id AS BLOB)) = 36 AND user_id GLOB '????????-????-????-????-????????????' AND user_id NOT GLOB '*[^0-9a-f-]*' AND length(replace(user_id, '-', '')) = 32)),
	action TEXT NOT NULL CHECK (length(action) BETWEEN 1 AND 60 AND instr(action, char(0)) = 0),
	target_type TEXT NOT NULL CHECK (target_type IN ('organization', 'contact', 'interaction', 'user', 'role', 'session', 'import', 'export', 'system')),
	target_id TEXT CHECK (length(target_id) BETWEEN 1 AND 100 AND instr(target_id, char(0)) = 0),
	metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
	ip TEXT,
	ua TEXT,
	created_at TEXT NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
	metadata_sha256 TEXT NOT NULL CHECK (length(metadata_sha256) = 64),
	prev_hash TEXT NOT NULL CHECK (length(prev_hash) IN (0, 64)),
	hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;
CREATE INDEX audit_logs_target ON audit_logs (target_type, target_id, seq);
CREATE INDEX audit_logs_user ON audit_logs (user_id, seq);
CREATE INDEX audit_logs_action ON audit_logs (action, seq);
CREATE INDEX audit_logs_created_at ON audit_logs (created_at);

-- The ends of a link or an interaction, so that each end's history finds the row:
-- an expression on the metadata, indexed only where it is there.
CREATE INDEX audit_logs_organization ON audit_logs (json_extract(metadata, '$.organization_id'), seq)
	WHERE json_extract(metadata, '$.organization_id') IS NOT NULL;
CREATE INDEX audit_logs_contact ON audit_logs (json_extract(metadata, '$.contact_id'), seq)
	WHERE json_extract(metadata, '$.contact_id') IS NOT NULL;

-- +goose StatementBegin
CREATE TRIGGER audit_logs_no_delete BEFORE DELETE ON audit_logs BEGIN
	SELECT RAISE(ABORT, 'audit rows are never deleted');
END;
-- +goose StatementEnd
-- INSERT OR REPLACE would delete without firing the trigger above.
-- +goose StatementBegin
CREATE TRIGGER audit_logs_no_replace BEFORE INSERT ON audit_logs
WHEN EXISTS (SELECT 1 FROM audit_logs WHERE seq = NEW.seq OR id = NEW.id) BEGIN
	SELECT RAISE(ABORT, 'audit rows are never replaced');
END;
-- +goose StatementEnd
-- The one change let pass: erasing a person's data leaves the row, its place and its hashes.
-- +goose StatementBegin
CREATE TRIGGER audit_logs_no_update BEFORE UPDATE ON audit_logs
WHEN NOT (NEW.metadata IS '{"erased": true}'
	AND NEW.seq IS OLD.seq AND NEW.id IS OLD.id AND NEW.user_id IS OLD.user_id AND NEW.action IS OLD.action
	AND NEW.target_type IS OLD.target_type AND NEW.target_id IS OLD.target_id AND NEW.ip IS OLD.ip AND NEW.ua IS OLD.ua
	AND NEW.created_at IS OLD.created_at AND NEW.metadata_sha256 IS OLD.metadata_sha256
	AND NEW.prev_hash IS OLD.prev_hash AND NEW.hash IS OLD.hash) BEGIN
	SELECT RAISE(ABORT, 'audit rows are never changed');
END;
-- +goose StatementEnd
