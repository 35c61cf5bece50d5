-- What a creating form said, as a hash: the same request_id with other content is
-- not the same request. Of requests made before it is not known.

-- +goose Up
ALTER TABLE requests ADD COLUMN content_sha256 TEXT CHECK (length(content_sha256) = 64);
