-- Records are found by parts of their words, too. Reading every record's words for a part takes
-- longer the more records there are, and most of all if none has it. So each search index has a
-- table of the different words in its column words. An index of the letters of these words, three
-- in a row, finds the few that contain a part. Both get a row only when a word is new; a word that
-- no record has any more stays, and finds nothing.
--
-- Refold adds the words of existing records, beside requests.

-- +goose Up
CREATE TABLE organization_search_words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE contact_search_words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE interaction_search_words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
CREATE VIRTUAL TABLE organization_search_parts USING fts4 (content="", parts, tokenize=simple " ", matchinfo="fts3", order=desc);
CREATE VIRTUAL TABLE contact_search_parts USING fts4 (content="", parts, tokenize=simple " ", matchinfo="fts3", order=desc);
CREATE VIRTUAL TABLE interaction_search_parts USING fts4 (content="", parts, tokenize=simple " ", matchinfo="fts3", order=desc);
UPDATE folding SET version = 0, done_to = 0 WHERE name IN ('organizations', 'contacts', 'interactions');
