-- The keys with which programs send a request again, so that it is done once.

-- +goose Up
-- content_sha256 is of the request's method, path and body. made is the ID of what it made, or NULL
-- if it changed what its path names: the first is answered 201, the second 200. Answers are not
-- stored; a repetition reads the record.
CREATE TABLE idempotency_keys (
	token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
	key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 200 AND key NOT GLOB '*[^!-~]*'),
	content_sha256 TEXT NOT NULL CHECK (length(content_sha256) = 64),
	made TEXT,
	created_at TEXT NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
	PRIMARY KEY (token_id, key)
) STRICT, WITHOUT ROWID;
