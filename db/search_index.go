package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// The search indexes hold words of the records. Whatever changes these words updates the index in
// the same transaction.

// wholeWords stands before the words of a record that are found by their beginnings only: a part of them, such as oslo
// in loslobos, is a part of no word that anybody wrote.
const wholeWords = "|"

// partWords returns the words that are found by their parts, too.
func partWords(words string) []string {
	words, _, _ = strings.Cut(words, wholeWords)
	return strings.Fields(words)
}

// interactionWords returns the terms that the index stores for an interaction: each distinct word,
// then the distinct first two and three letters of words, each with a dot.
func interactionWords(i Interaction) string {
	written := i.Subject + " " + i.Body
	all := slices.Concat(text.Words(written), text.Joined(written), text.Spelled(written))
	seen := make(map[string]bool, len(all))
	var b strings.Builder
	add := func(term, end string) {
		if !seen[term] {
			seen[term] = true
			b.WriteString(term)
			b.WriteString(end)
		}
	}
	for _, w := range all {
		add(w, " ")
	}
	clear(seen)
	for _, w := range all {
		letters := 0
		for at := range w {
			if letters == 2 || letters == 3 {
				add(w[:at], ". ")
			}
			letters++
		}
		if letters == 2 || letters == 3 {
			add(w, ". ")
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

// reindexRecord updates a record's search index and its columns for sorting and filtering.
func (t *tx) reindexRecord(k *RecordKind, id string) error {
	docid, err := t.docid(k.Plural, id)
	if err != nil {
		return err
	}
	read, args := k.read(Actor{}, "sort_key", ownerName)
	r, err := k.scan(t.QueryRow(read+" WHERE "+k.id()+" = ?", append(args, id)...))
	if err != nil {
		return err
	}
	words, err := k.indexWords(t, r)
	if err != nil {
		return err
	}
	return errors.Join(t.refold(r), t.index(k, docid, words))
}

// index stores a record's words in its index, unless they are already there.
func (t *tx) index(k *RecordKind, docid int64, words []string) error {
	if err := t.learnWords(k.words, partWords(words[0])); err != nil {
		return err
	}
	columns := []string{"words", "organizations"}[:len(words)]
	kept, into, names := make([]string, len(words)), make([]any, len(words)), make([]string, len(words))
	row := []any{docid}
	for i := range kept {
		into[i], names[i], row = &kept[i], fmt.Sprint("c", i, columns[i]), append(row, words[i])
	}
	err := t.QueryRow("SELECT "+strings.Join(names, ", ")+" FROM "+k.words+"_content WHERE docid = ?", docid).Scan(into...)
	switch {
	case err == nil && slices.Equal(kept, words):
		return nil
	case err == nil:
		_, err = t.Exec("DELETE FROM "+k.words+" WHERE docid = ?", docid)
	case errors.Is(err, sql.ErrNoRows):
		err = nil
	}
	if err != nil {
		return err
	}
	_, err = t.Exec("INSERT INTO "+k.words+" (docid, "+strings.Join(columns, ", ")+") VALUES (?"+strings.Repeat(", ?", len(words))+")", row...)
	return err
}

// docid returns a record's number in the index. A record written by another program gets one now.
func (t *tx) docid(table, id string) (docid int64, err error) {
	if _, err := t.Exec("UPDATE "+table+" SET docid = (SELECT ifnull(max(docid), 0) + 1 FROM "+table+")"+
		" WHERE id = ? AND docid IS NULL", id); err != nil {
		return 0, err
	}
	err = t.QueryRow("SELECT docid FROM "+table+" WHERE id = ?", id).Scan(&docid)
	return docid, err
}

// newDocid returns the next number for an interaction.
func (t *tx) newDocid() (docid int64, err error) {
	err = t.QueryRow("SELECT ifnull(max(docid), 0) + 1 FROM interactions").Scan(&docid)
	return docid, err
}

// indexInteraction adds an interaction's words to the index. Triggers remove the words of deleted
// and reworded interactions.
func (t *tx) indexInteraction(docid int64, i Interaction) error {
	words := interactionWords(i)
	_, err := t.Exec("INSERT OR REPLACE INTO interaction_search (docid, words) VALUES (?, ?)", docid, words)
	return errors.Join(err, t.learnWords("interaction_search", strings.Fields(words)))
}

// reindexInteraction indexes an interaction that was reworded or written by another program, under
// a new number.
func (t *tx) reindexInteraction(i Interaction) error {
	docid, err := t.newDocid()
	if err != nil {
		return err
	}
	if _, err := t.Exec("UPDATE interactions SET docid = ? WHERE id = ?", docid, i.ID); err != nil {
		return err
	}
	return t.indexInteraction(docid, i)
}

// nameWords returns the terms that the index stores for names.
func nameWords(names ...string) string {
	written := strings.Join(names, " ")
	return strings.Join(slices.Concat(text.Words(written), text.Joined(written), text.Spelled(written)), " ")
}

// foreignPiece is the largest number of rows that one transaction indexes of those that another program wrote.
const foreignPiece = 5000

// indexForeignRows indexes rows that another program wrote, and sets their sort keys.
func (d *DB) indexForeignRows(ctx context.Context) error {
	for _, index := range []func(*tx) (int, error){
		func(t *tx) (int, error) { return t.indexForeignRecords(OrganizationKind) },
		func(t *tx) (int, error) { return t.indexForeignRecords(ContactKind) },
		(*tx).indexForeignInteractions,
	} {
		for more := true; more; {
			err := d.writeUnrecorded(ctx, System, Program, func(t *tx) error {
				n, err := index(t)
				more = n == foreignPiece
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// indexForeignRecords indexes a piece of a kind's records that another program wrote, and returns how many.
func (t *tx) indexForeignRecords(k *RecordKind) (n int, err error) {
	rows, err := t.Query("SELECT id FROM " + k.Plural + " WHERE docid IS NULL" + limit(foreignPiece))
	found, err := sqlite.Collect(rows, err, sqlite.ScanText)
	for _, id := range found {
		if err == nil {
			err = t.reindexRecord(k, id)
		}
	}
	return len(found), err
}

// indexForeignInteractions is indexForeignRecords for interactions.
func (t *tx) indexForeignInteractions() (n int, err error) {
	rows, err := t.Query("SELECT id, subject, body FROM interactions INDEXED BY interactions_docid" +
		" WHERE docid IS NULL ORDER BY rowid" + limit(foreignPiece))
	found, err := sqlite.Collect(rows, err, func(r sqlite.Row) (i Interaction, err error) {
		return i, r.Scan(&i.ID, &i.Subject, nullText{&i.Body})
	})
	for _, i := range found {
		if err == nil {
			err = t.reindexInteraction(i)
		}
	}
	return len(found), err
}
