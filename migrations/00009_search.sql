-- Search finds interactions too, and of very many matches the newest records.
--
-- interaction_search holds the words of subject and body, folded, and of each
-- word the first two and the first three letters with a dot behind them (see
-- db/search.go). Those make two typed letters one term, whose interactions are
-- read from the newest on as far as they are shown; the option prefix="2,3"
-- does the same with an index for each length, at one and a half times the cost
-- of each interaction logged. The table keeps the words that it indexes, so
-- that any program can take a row out: what is deleted is out at once, and what
-- is reworded has no docid until this program indexes it, in the same
-- transaction or, after a change by another program, at its next start.

-- +goose Up
ALTER TABLE interactions ADD COLUMN docid INTEGER;
CREATE UNIQUE INDEX interactions_docid ON interactions (docid);
CREATE VIRTUAL TABLE interaction_search USING fts4 (words, tokenize=simple " ", matchinfo="fts3", order=desc);

-- +goose StatementBegin
CREATE TRIGGER interactions_unfound AFTER DELETE ON interactions WHEN OLD.docid IS NOT NULL BEGIN
	DELETE FROM interaction_search WHERE docid = OLD.docid;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER interactions_reworded AFTER UPDATE OF subject, body ON interactions
WHEN OLD.docid IS NOT NULL AND (NEW.subject IS NOT OLD.subject OR NEW.body IS NOT OLD.body) BEGIN
	DELETE FROM interaction_search WHERE docid = OLD.docid;
	UPDATE interactions SET docid = NULL WHERE id = NEW.id;
END;
-- +goose StatementEnd

-- Of more matches than are sorted, the newest are better than the oldest.
ALTER TABLE organization_search RENAME TO organization_search_before;
CREATE VIRTUAL TABLE organization_search USING fts4 (words, tokenize=unicode61 "remove_diacritics=2", prefix="2,3", order=desc);
INSERT INTO organization_search (docid, words) SELECT docid, words FROM organization_search_before ORDER BY docid;
DROP TABLE organization_search_before;
ALTER TABLE contact_search RENAME TO contact_search_before;
CREATE VIRTUAL TABLE contact_search USING fts4 (words, organizations, tokenize=unicode61 "remove_diacritics=2", prefix="2,3", order=desc);
INSERT INTO contact_search (docid, words, organizations) SELECT docid, words, organizations FROM contact_search_before ORDER BY docid;
DROP TABLE contact_search_before;
