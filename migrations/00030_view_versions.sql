-- A saved view has a version like every record, so that a stale form overwrites nothing.

-- +goose Up
ALTER TABLE saved_views ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1);
