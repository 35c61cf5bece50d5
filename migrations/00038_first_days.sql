-- A time zone that nobody chose is taken from the browser at the next sign-in, and a line says so
-- until it is closed. The card "Get started" can be closed, too.

-- +goose Up
-- time_zone_chosen: the zone was chosen, or taken from the browser. Where only the default is known,
-- it may be taken.
ALTER TABLE users ADD COLUMN time_zone_chosen INTEGER NOT NULL DEFAULT 0 CHECK (time_zone_chosen IN (0, 1));
ALTER TABLE users ADD COLUMN time_zone_notice INTEGER NOT NULL DEFAULT 0 CHECK (time_zone_notice IN (0, 1));
ALTER TABLE users ADD COLUMN first_steps_closed INTEGER NOT NULL DEFAULT 0 CHECK (first_steps_closed IN (0, 1));

UPDATE users SET time_zone_chosen = 1
WHERE time_zone <> 'UTC' OR EXISTS (
	SELECT 1 FROM audit_logs
	WHERE target_type = 'user' AND target_id = users.id AND action = 'update_user'
		AND json_type(metadata, '$.changes.time_zone') IS NOT NULL
);
UPDATE users SET first_steps_closed = 1 WHERE EXISTS (SELECT 1 FROM interactions);
