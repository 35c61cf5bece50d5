-- Webhooks: addresses that are told of changes. Each reads the history by a cursor of its
-- own, which stands in followers under its id.

-- +goose Up
-- user_id is who answers for it: it sends what they may see. events are names separated by spaces.
-- secret and old_secret are sealed with the key file; the old one signs, too, until
-- old_secret_until. off_because says why the program switched it off.
CREATE TABLE webhooks (
	id TEXT PRIMARY KEY NOT NULL,
	user_id TEXT REFERENCES users (id) ON DELETE SET NULL,
	url TEXT NOT NULL CHECK (length(url) BETWEEN 1 AND 2000 AND instr(url, char(0)) = 0),
	events TEXT NOT NULL CHECK (length(events) BETWEEN 1 AND 4000),
	is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
	off_because TEXT CHECK (length(off_because) BETWEEN 1 AND 40),
	secret BLOB NOT NULL,
	secret_since TEXT NOT NULL CHECK (secret_since IS strftime('%Y-%m-%dT%H:%M:%fZ', secret_since)),
	old_secret BLOB,
	old_secret_until TEXT CHECK (old_secret_until IS strftime('%Y-%m-%dT%H:%M:%fZ', old_secret_until)),
	last_sent_at TEXT CHECK (last_sent_at IS strftime('%Y-%m-%dT%H:%M:%fZ', last_sent_at)),
	last_status INTEGER,
	version INTEGER NOT NULL DEFAULT 1,
	created_at TEXT NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
	CHECK (off_because IS NULL OR is_active = 0)
) STRICT;
CREATE INDEX webhooks_user ON webhooks (user_id) WHERE user_id IS NOT NULL;

-- A delivery is put here when the cursor passes its event, and then sent. id is its webhook-id, and
-- number the order of the events. seq is the row of the history, NULL for a test. record is what it
-- is about: of those with the same one, only the first that waits is sent. step is how many tries of
-- the schedule are over, and next_at when the next one is due; only one that waits has it.
CREATE TABLE deliveries (
	number INTEGER PRIMARY KEY NOT NULL,
	id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 64),
	webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
	seq INTEGER,
	event TEXT NOT NULL CHECK (length(event) BETWEEN 1 AND 60),
	record TEXT NOT NULL CHECK (length(record) BETWEEN 1 AND 120),
	body TEXT NOT NULL,
	state TEXT NOT NULL CHECK (length(state) BETWEEN 1 AND 20),
	step INTEGER NOT NULL DEFAULT 0,
	next_at TEXT CHECK (next_at IS strftime('%Y-%m-%dT%H:%M:%fZ', next_at)),
	tries INTEGER NOT NULL DEFAULT 0,
	created_at TEXT NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
	CHECK ((next_at IS NOT NULL) = (state = 'waiting'))
) STRICT;
CREATE INDEX deliveries_webhook ON deliveries (webhook_id, number);
CREATE INDEX deliveries_state ON deliveries (webhook_id, state, number);
CREATE INDEX deliveries_due ON deliveries (webhook_id, next_at, number) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_record ON deliveries (webhook_id, record, number) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_created_at ON deliveries (created_at);

-- took is in milliseconds. status is NULL if there was no answer; failure then says why.
CREATE TABLE delivery_tries (
	delivery INTEGER NOT NULL REFERENCES deliveries (number) ON DELETE CASCADE,
	try INTEGER NOT NULL,
	at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%fZ', at)),
	took INTEGER NOT NULL,
	status INTEGER,
	failure TEXT CHECK (length(failure) BETWEEN 1 AND 400),
	answer TEXT CHECK (length(answer) BETWEEN 1 AND 1024),
	PRIMARY KEY (delivery, try)
) STRICT, WITHOUT ROWID;
