package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// SelectionLife is how long a selection is stored.
	SelectionLife = 8 * time.Hour
	// mostSelections is how many selections of a person are stored.
	mostSelections = 20
)

// Selection is what somebody ticked in a list before choosing what to do with it. Only they can read it.
type Selection struct {
	ID, Kind string // the ID is made with the page of the list
	IDs      []string
	AllMatch bool // whether they chose all that match the list's filter
	Done     bool // whether a batch was run since
}

// StoreSelection stores a selection for the pages of its batch, instead of an earlier one with its ID. It returns Invalid for
// too many records.
func (d *DB) StoreSelection(ctx context.Context, by Actor, s Selection) error {
	ids := slices.DeleteFunc(slices.Clone(s.IDs), func(id string) bool { return !ValidID(id) })
	if len(ids) > MostBatched {
		return tooMany(s.Kind)
	}
	return d.writeUnrecorded(ctx, by, EditClients, func(t *tx) error {
		_, err1 := t.Exec("INSERT OR REPLACE INTO selections (user_id, id, kind, record_ids, all_match, created_at) VALUES (?, ?, ?, ?, ?, ?)",
			by.UserID, s.ID, s.Kind, strings.Join(ids, " "), s.AllMatch, stamp(t.now))
		_, err2 := t.Exec("DELETE FROM selections WHERE user_id = ? AND id NOT IN ("+
			"SELECT id FROM selections WHERE user_id = ? ORDER BY created_at DESC LIMIT ?)", by.UserID, by.UserID, mostSelections)
		return errors.Join(err1, err2)
	})
}

// Selection returns a selection of the actor's, or ErrNotFound.
func (d *DB) Selection(ctx context.Context, by Actor, kind, id string) (Selection, error) {
	s, ids := Selection{ID: id, Kind: kind}, ""
	if err := EditClients.Refuse(by); err != nil {
		return s, err
	}
	err := d.reader.QuickQueryRow(ctx, `
		SELECT record_ids, all_match, is_done FROM selections WHERE user_id = ? AND id = ? AND kind = ? AND created_at > ?`,
		by.UserID, id, kind, stamp(d.now().Add(-SelectionLife))).Scan(&ids, &s.AllMatch, &s.Done)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return s, fmt.Errorf("selection %s: %w", id, err)
	}
	s.IDs = strings.Fields(ids)
	return s, nil
}

// endSelections notes that a batch has changed what the actor had selected: nothing of the kind stays ticked.
func (t *tx) endSelections(by Actor, kind string) error {
	_, err := t.Exec("UPDATE selections SET is_done = 1 WHERE user_id = ? AND kind = ?", by.UserID, kind)
	return err
}
