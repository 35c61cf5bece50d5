-- Lists of words that will grow live in the program: SQLite cannot alter a
-- CHECK, and to copy the history for one word would take minutes. The schema's
-- own text is changed in place (https://www.sqlite.org/pragma.html#pragma_writable_schema);
-- no row is touched.
-- +goose Up
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(sql, ' CHECK (target_type IN (''organization'', ''contact'', ''interaction'', ''user'', ''role'', ''session'', ''import'', ''export'', ''system''))',
	' CHECK (length(target_type) BETWEEN 1 AND 40)') WHERE type = 'table' AND name = 'audit_logs';
UPDATE sqlite_master SET sql = replace(sql, ' CHECK (made IN (''organization'', ''contact'', ''link'', ''interaction''))',
	' CHECK (length(made) BETWEEN 1 AND 40)') WHERE type = 'table' AND name = 'requests';
UPDATE sqlite_master SET sql = replace(sql, ' CHECK (list IN (''organizations'', ''contacts'', ''interactions''))',
	' CHECK (length(list) BETWEEN 1 AND 40)') WHERE type = 'table' AND name IN ('saved_views', 'first_views');
UPDATE sqlite_master SET sql = replace(sql, ' CHECK (list IN (''organizations'', ''contacts''))',
	' CHECK (length(list) BETWEEN 1 AND 40)') WHERE type = 'table' AND name = 'list_columns';
UPDATE sqlite_master SET sql = replace(sql, ' CHECK (kind IN (''call'', ''email'', ''meeting'', ''note'', ''organization'', ''contact''))',
	' CHECK (length(kind) BETWEEN 1 AND 40)') WHERE type = 'table' AND name = 'tally';
PRAGMA writable_schema = RESET;

-- How far each of those that follow the history has read it, by seq.
CREATE TABLE followers (
	name TEXT PRIMARY KEY NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
	seq INTEGER NOT NULL CHECK (seq >= 0)
) STRICT;
