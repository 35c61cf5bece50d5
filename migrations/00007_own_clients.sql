-- Who sees only his own clients must not find a contact by the name of an
-- organization that he does not see: those names get a column of their own.
-- Without a docid the program indexes a contact at its next start.

-- +goose Up
DROP TABLE contact_search;
CREATE VIRTUAL TABLE contact_search USING fts4 (words, organizations, tokenize=unicode61 "remove_diacritics=2", prefix="2,3");
UPDATE contacts SET docid = NULL;
