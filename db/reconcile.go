package db

import (
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/url"
	"slices"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// Latest as the version of a change means the one that is stored when the change is made.
const Latest = math.MinInt

// Exactly returns the version for a change that is refused if any other version is stored, even if
// nobody has changed the same columns.
func Exactly(version int) int { return -version }

// isBasedOn reports whether a change with this version was made on the current one.
func isBasedOn(version, current int) bool {
	return version == current || version == Latest || version == Exactly(current)
}

// reconcile merges changes made on an older version of a record. If nobody has since changed the
// same columns, the changes stand. If a form just sent back an old value, the current one stays. If
// both sides changed a column, it returns the error of conflict.
// rows is a query for the metadata of the record's audit rows, one per version, with args.
func (t *tx) reconcile(version, current int, changes map[string]Change, to valuer, conflict func() error, rows string, args ...any) error {
	if isBasedOn(version, current) {
		return nil
	}
	if version < 0 {
		return conflict()
	}
	since, known, err := t.changedSince(current-version, rows, args...)
	if err != nil {
		return err
	}
	var untouched, both []string
	if !known {
		both = slices.Collect(maps.Keys(changes))
	}
	for column, mine := range changes {
		theirs, changed := since[column]
		switch {
		case !changed:
		case sameValue(column, shown(mine.New), shown(theirs.Old)):
			untouched = append(untouched, column)
		default:
			both = append(both, column)
		}
	}
	if len(both) > 0 {
		err := conflict()
		if c := (*Conflict)(nil); errors.As(err, &c) {
			c.Untouched, c.Both = untouched, both
		}
		return err
	}
	for _, column := range untouched {
		*to.value(column) = shown(changes[column].Old)
		delete(changes, column)
	}
	return nil
}

// settle merges a form with what is stored now, and returns the values to save. typed["was"] has the values that the form was
// made with, see Encode: a column that the form left as it was is dropped. stored are the values now, and mine those that
// the form would store. For a column that both changed, or that is not in typed["was"], it returns the error of conflict.
func settle(typed, stored, mine Fields, conflict func() error) (Fields, error) {
	was, _ := url.ParseQuery(typed["was"]) // what cannot be read is not known
	rest := maps.Clone(typed)
	var untouched, both []string
	for column, value := range mine {
		switch before, known := was[column]; {
		case value == stored[column] || known && before[0] == stored[column]:
		case known && before[0] == value:
			untouched = append(untouched, column)
			delete(rest, column)
		default:
			both = append(both, column)
		}
	}
	if len(both) == 0 {
		return rest, nil
	}
	err := conflict()
	if c := (*Conflict)(nil); errors.As(err, &c) {
		c.Untouched, c.Both = untouched, both
	}
	return nil, err
}

// Encode returns the values as a form carries those that it was made with, see settle.
func (f Fields) Encode() string {
	values := url.Values{}
	for column, value := range f {
		values.Set(column, value)
	}
	return values.Encode()
}

// versionsOf selects the audit rows of an organization's or a contact's versions.
var versionsOf = `
	SELECT metadata FROM audit_logs
	WHERE target_type = ? AND target_id = ? AND action IN ` + changing("organization", "contact")

// sameValue compares two values as a form sends them: times to the minute, and websites as people read them.
func sameValue(column, a, b string) bool {
	switch {
	case column == "happened_at" && len(a) >= 16 && len(b) >= 16:
		return a[:16] == b[:16]
	case column == "website":
		return text.ReadableAddress(a) == text.ReadableAddress(b)
	}
	return a == b
}

// changedSince returns what the last n versions changed, by column, with the value before the first
// of these changes as Old. known is false if the history is incomplete.
func (t *tx) changedSince(n int, rows string, args ...any) (since map[string]Change, known bool, err error) {
	if n < 1 || n > 1000 {
		return nil, false, nil
	}
	found, err := t.Query(rows+" ORDER BY seq DESC LIMIT ?", append(args, n)...)
	all, err := sqlite.Collect(found, err, sqlite.ScanText)
	if err != nil || len(all) < n {
		return nil, false, err
	}
	since = map[string]Change{}
	for _, metadata := range all { // newest first, so the oldest change of a column is the one that stays
		var m struct {
			Changes map[string]Change `json:"changes"`
		}
		if err := json.Unmarshal([]byte(metadata), &m); err != nil {
			return nil, false, err
		}
		if m.Changes == nil {
			return nil, false, nil
		}
		for column, c := range m.Changes {
			since[column] = c
		}
	}
	return since, true, nil
}

// conflict returns a Conflict that says who last changed a record, and when.
func (t *tx) conflict(noun, id string) error {
	return t.conflictAmong("target_type = ? AND target_id = ? AND +action IN "+changing(noun), noun, id)
}

// conflictAmong is conflict for the newest audit row that matches the condition rows.
func (t *tx) conflictAmong(rows string, args ...any) error {
	c := &Conflict{}
	err := t.QueryRow(`
		SELECT users.full_name, audit_logs.created_at
		FROM audit_logs LEFT JOIN users ON users.id = user_id
		WHERE `+rows+`
		ORDER BY seq DESC LIMIT 1`, args...).Scan(nullText{&c.By}, moment{&c.At})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return c
}
