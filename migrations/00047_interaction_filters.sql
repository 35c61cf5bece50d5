-- Two filters of interactions together, such as a person and outcomes that they rarely have, read an index
-- from its newest entry on until a page is full, and that may be to its end. With the columns of the other
-- filters in the index, what does not match costs no look into the table.

-- +goose Up
DROP INDEX interactions_user;
CREATE INDEX interactions_user ON interactions (user_id, happened_at DESC, id DESC, outcome, channel);
DROP INDEX interactions_outcome;
CREATE INDEX interactions_outcome ON interactions (outcome, happened_at DESC, id DESC, channel) WHERE outcome IS NOT NULL;
