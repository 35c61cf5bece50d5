package db

import (
	"database/sql"
	"encoding/json"
	"errors"

	"clientregistry/db/sqlite"
)

// reconcile lets changes made on an older version of a record through where
// nobody changed the same columns since: what a form sent back as it had read
// it is left as it is now, and a column that both changed is a Conflict. rows
// is the query of the record's audit rows, one for each version, newest first,
// with its arguments; conflict makes the refusal.
func (t *tx) reconcile(version, current int, changes map[string]Change, to valuer, conflict func() error, rows string, args ...any) error {
	if version == current {
		return nil
	}
	since, known, err := t.changedSince(current-version, rows, args...)
	if err != nil {
		return err
	}
	if !known {
		return conflict()
	}
	var untouched []string
	both := false
	for column, mine := range changes {
		theirs, changed := since[column]
		switch {
		case !changed:
		case sameValue(column, shown(mine.New), shown(theirs.Old)):
			untouched = append(untouched, column)
		default:
			both = true
		}
	}
	if both {
		err := conflict()
		if c := (*Conflict)(nil); errors.As(err, &c) {
			c.Untouched = untouched
		}
		return err
	}
	for _, column := range untouched {
		*to.value(column) = shown(changes[column].Old)
		delete(changes, column)
	}
	return nil
}

// versionsOf are the audit rows of an organization's or a contact's versions.
var versionsOf = `
	SELECT metadata FROM audit_logs
	WHERE target_type = ? AND target_id = ? AND action IN ` + changing("organization", "contact")

// sameValue compares a column as a form sends it back: a moment by its minute.
func sameValue(column, a, b string) bool {
	if column == "happened_at" && len(a) >= 16 && len(b) >= 16 {
		return a[:16] == b[:16]
	}
	return a == b
}

// changedSince tells what the last n versions changed, by column, from the
// first of them; known is false where the history does not say it all.
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
	for _, metadata := range all { // from the newest: the oldest has the last word on what was there
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

// conflict names who changed a record last, and when.
func (t *tx) conflict(noun, id string) error {
	return t.conflictAmong("target_type = ? AND target_id = ? AND +action IN "+changing(noun), noun, id)
}

// conflictAmong is conflict by the newest of some rows of the history.
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
