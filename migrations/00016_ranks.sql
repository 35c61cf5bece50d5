-- What ranks the matches of a search stands in an index of its own: a search
-- sorts hundreds of records, and shows six.

-- +goose Up
CREATE INDEX organizations_ranks ON organizations (docid, is_active, updated_at, sort_key);
CREATE INDEX contacts_ranks ON contacts (docid, is_active, updated_at, sort_key);
