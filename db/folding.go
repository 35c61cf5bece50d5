package db

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// fold returns a value in the form that lists sort and compare. It returns nil if the database
// computes the same from the value itself.
func (f Field) fold(value string) any {
	folded := text.SortKey(value)
	if folded == lowerASCII(value) && !f.sort.numbered || folded == value {
		return nil
	}
	return folded
}

// lowerASCII does what SQLite's lower() does.
func lowerASCII(s string) string {
	return strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}, s)
}

// keyOf is the SQL expression of the key of a bound value. Values that differ at most in case,
// accents and composition have the same one.
func (f Field) keyOf(value string) (sql string, args []any) {
	folded := text.SortKey(value)
	if f.sort.numbered {
		return "printf('%010d', CAST(? AS INTEGER)) || ?", []any{folded, folded}
	}
	return "?", []any{folded}
}

// foldedColumns returns a kind's columns for folded values.
func (k *RecordKind) foldedColumns() (columns []string) {
	for _, f := range k.Fields {
		if f.sort.folded != "" {
			columns = append(columns, f.sort.folded)
		}
	}
	return columns
}

// folded returns the values of foldedColumns.
func (r Record) folded() (values []any) {
	for i, f := range r.Kind.Fields {
		if f.sort.folded != "" {
			values = append(values, f.fold(r.values[i]))
		}
	}
	return values
}

// refold updates the keys by which lists sort and filter a record.
func (t *tx) refold(r Record) error {
	columns := append([]string{"sort_key"}, r.Kind.foldedColumns()...)
	values := append([]any{text.SortKey(r.Kind.sortName(r))}, r.folded()...)
	query := "UPDATE " + r.Kind.Plural + " SET " + strings.Join(columns, " = ?, ") +
		" = ? WHERE id = ? AND (" + strings.Join(columns, " IS NOT ? OR ") + " IS NOT ?)"
	_, err := t.Exec(query, append(append(values, r.ID), values...)...)
	return err
}

// equivalentValues returns the given values and all values in use that differ from one of them only in case,
// accents or composition.
func (d *DB) equivalentValues(ctx context.Context, table, column string, values []string) ([]string, error) {
	if len(values) == 0 {
		return nil, nil
	}
	return memoized(&d.memo, "alike "+column+" "+strings.Join(values, "\x00"), func() ([]string, error) {
		folded := map[string]bool{}
		for _, v := range values {
			folded[text.SortKey(v)] = true
		}
		used, err := d.usedValues(ctx, table, column)
		all := slices.Clone(values)
		for _, v := range used {
			if folded[text.SortKey(v)] {
				all = append(all, v)
			}
		}
		slices.Sort(all)
		return slices.Compact(all), err
	})
}

// mostValues is how many values of a column are read.
const mostValues = 5000

// usedValues returns the values of a column.
func (d *DB) usedValues(ctx context.Context, table, column string) ([]string, error) {
	return memoized(&d.memo, "used "+table+"."+column, func() ([]string, error) {
		rows, err := d.reader.Query(ctx, valuesOf(table, column))
		return sqlite.Collect(rows, err, sqlite.ScanText)
	})
}

// valuesOf is the query for the values of a column. It jumps from value to value along the column's index, over
// the first mostValues.
func valuesOf(table, column string) string {
	return `
		WITH RECURSIVE used (v, n) AS (
			SELECT (SELECT ` + column + ` FROM ` + table + ` WHERE ` + column + ` > '' ORDER BY ` + column + ` LIMIT 1), 1
			UNION ALL
			SELECT (SELECT ` + column + ` FROM ` + table + ` WHERE ` + column + ` > v ORDER BY ` + column + ` LIMIT 1), n + 1
			FROM used WHERE v IS NOT NULL AND n < ` + strconv.Itoa(mostValues) + `
		)
		SELECT v FROM used WHERE v IS NOT NULL`
}

// among is true if an expression equals one of the values.
func among(expression string, values []string) condition {
	c := condition{sql: expression + " = ?"}
	if len(values) > 1 {
		c.sql = expression + " IN (?" + strings.Repeat(", ?", len(values)-1) + ")"
	}
	for _, v := range values {
		c.args = append(c.args, v)
	}
	return c
}

// foldedPiece is the number of rows that one transaction refolds.
const foldedPiece = 200

// foldedTables are the tables to refold, in this order.
var foldedTables = []struct {
	name  string
	piece func(t *tx, after int64) (last int64, more bool, err error)
}{
	{"users", (*tx).refoldUser},
	{"organizations", func(t *tx, after int64) (int64, bool, error) { return t.refoldRecords(OrganizationKind, after) }},
	{"contacts", func(t *tx, after int64) (int64, bool, error) { return t.refoldRecords(ContactKind, after) }},
	{"interactions", (*tx).refoldInteractions},
	{"main_links", (*tx).chooseMainLinks},
}

// Refold recomputes the keys and words of a few hundred rows that an earlier version computed. more
// is true if there is more to do. It does not change values, so it is not recorded.
func (d *DB) Refold(ctx context.Context) (more bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	err = d.writeUnrecorded(context.WithoutCancel(ctx), System, Program, func(t *tx) error {
		for _, table := range foldedTables {
			var version int
			var done sql.NullInt64
			if err := t.QueryRow("SELECT version, done_to FROM folding WHERE name = ?", table.name).Scan(&version, &done); err != nil {
				return err
			}
			if version == text.Version && !done.Valid {
				continue
			}
			if version != text.Version {
				done.Int64 = 0
			}
			last, left, err := table.piece(t, done.Int64)
			if err != nil {
				return fmt.Errorf("%s after %d: %w", table.name, done.Int64, err)
			}
			more = true
			_, err = t.Exec("UPDATE folding SET version = ?, done_to = iif(?, ?, NULL) WHERE name = ?", text.Version, left, last, table.name)
			return err
		}
		return nil
	})
	return more && err == nil, err
}

// nothingToRefold marks a new registry as up to date.
func (t *tx) nothingToRefold() error {
	_, err := t.Exec(`
		UPDATE folding SET version = ?, done_to = NULL
		WHERE version = 0 AND NOT EXISTS (
			SELECT 1 FROM users UNION ALL SELECT 1 FROM organizations UNION ALL SELECT 1 FROM contacts UNION ALL SELECT 1 FROM interactions)`,
		text.Version)
	return err
}

// refoldUser refolds one user. Triggers update what they own.
func (t *tx) refoldUser(int64) (last int64, more bool, err error) {
	rows, err := t.Query("SELECT id, full_name, name_key FROM users")
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (u struct{ id, name, key string }, err error) {
		return u, r.Scan(&u.id, &u.name, &u.key)
	})
	for _, u := range all {
		if u.key != text.SortKey(u.name) {
			return 0, true, t.keyUser(u.id, u.name)
		}
	}
	return 0, false, err
}

// numbered is a row's docid and ID.
type numbered struct {
	docid int64
	id    string
}

func (t *tx) refoldRecords(k *RecordKind, after int64) (last int64, more bool, err error) {
	rows, err := t.Query("SELECT docid, id FROM "+k.Plural+" WHERE docid > ? ORDER BY docid"+limit(foldedPiece), after)
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (n numbered, err error) { return n, r.Scan(&n.docid, &n.id) })
	for _, n := range all {
		if err := t.reindexRecord(k, n.id); err != nil {
			return 0, false, err
		}
		last = n.docid
	}
	return last, len(all) == foldedPiece, err
}

func (t *tx) refoldInteractions(after int64) (last int64, more bool, err error) {
	type indexed struct {
		Interaction
		docid int64
		words string
	}
	rows, err := t.Query(`
		SELECT interactions.docid, subject, body, ifnull(c0words, '')
		FROM interactions LEFT JOIN interaction_search_content AS kept ON kept.docid = interactions.docid
		WHERE interactions.docid > ? ORDER BY interactions.docid`+limit(foldedPiece), after)
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (x indexed, err error) {
		return x, r.Scan(&x.docid, &x.Subject, nullText{&x.Body}, &x.words)
	})
	learned := map[string]bool{}
	for _, x := range all {
		words := interactionWords(x.Interaction)
		for w := range strings.FieldsSeq(words) {
			learned[w] = true
		}
		if words != x.words {
			if err := t.indexInteraction(x.docid, x.Interaction); err != nil {
				return 0, false, err
			}
		}
		last = x.docid
	}
	if err == nil {
		err = t.learnWords("interaction_search", slices.Collect(maps.Keys(learned)))
	}
	return last, len(all) == foldedPiece, err
}

// chooseMainLinks chooses a main organization for contacts that an upgrade left without one.
func (t *tx) chooseMainLinks(after int64) (last int64, more bool, err error) {
	rows, err := t.Query("SELECT docid, id FROM contacts WHERE docid > ? ORDER BY docid"+limit(foldedPiece), after)
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (n numbered, err error) { return n, r.Scan(&n.docid, &n.id) })
	for _, n := range all {
		if _, err := t.Exec("INSERT INTO main_choice VALUES (?)", n.id); err != nil {
			return 0, false, err
		}
		last = n.docid
	}
	return last, len(all) == foldedPiece, err
}

// SameEmails returns emails that differ from another one only in how their letters are composed.
// Another program or an early version may have stored them. People must decide which one is right.
func (d *DB) SameEmails(ctx context.Context) (same []string, err error) {
	for _, table := range []string{"users", "contacts"} {
		rows, err := d.reader.Query(ctx, "SELECT email FROM "+table+" WHERE email GLOB '*[^ -~]*' ORDER BY email")
		all, err := sqlite.Collect(rows, err, sqlite.ScanText)
		if err != nil {
			return nil, fmt.Errorf("emails of %s: %w", table, err)
		}
		seen := map[string]string{}
		for _, email := range all {
			folded := strings.ToLower(text.FoldEmail(email))
			other := seen[folded]
			if other == "" && text.IsASCII(folded) {
				err := d.reader.QueryRow(ctx, "SELECT email FROM "+table+" WHERE email = ?", folded).Scan(&other)
				if err != nil && err != sql.ErrNoRows {
					return nil, err
				}
			}
			if other != "" {
				same = append(same, fmt.Sprintf("%+q and %+q (%s)", other, email, table))
			}
			seen[folded] = email
		}
	}
	return same, nil
}

// searchWords returns the words for the search index: those of the name, then those of searched fields, then those
// joined across punctuation, and spelled with two letters for one. Behind wholeWords are names
// and emails in one word.
func (r Record) searchWords() string {
	words, others := text.Words(r.Name()), append(text.Joined(r.Name()), text.Spelled(r.Name())...)
	inOne := []string{}
	if r.Kind == OrganizationKind {
		inOne = append(inOne, text.OneWord(r.Name()), text.OneWord(r.Value("legal_name")))
	}
	for i, f := range r.Kind.Fields {
		if value := r.values[i]; f.Searched && value != "" {
			switch f.Kind {
			case Phone:
				words = append(words, text.PhoneWords(value)...)
			case Code:
				words = append(words, text.Code(value)...)
			case Website:
				words = append(words, text.Words(text.ReadableAddress(value))...)
			case Email:
				words, others = append(words, text.Words(value)...), append(others, text.Spelled(value)...)
				inOne = append(inOne, text.Joined(value)...)
			default:
				words, others = append(words, text.Words(value)...), slices.Concat(others, text.Joined(value), text.Spelled(value))
			}
		}
	}
	words = append(words, others...)
	if inOne = slices.DeleteFunc(slices.Compact(inOne), func(w string) bool { return w == "" }); len(inOne) > 0 {
		words = append(append(words, wholeWords), inOne...)
	}
	return strings.Join(words, " ")
}
