package db

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"clientregistry/db/sqlite"
)

// UndoValueChange begins to undo a finished change in the rows that still have the new value.
// ContinueValueChanges makes the change that it returns. It returns ErrNotFound, or Invalid if the change is running, if it was
// undone already, or if another change of the vocabulary is running.
func (d *DB) UndoValueChange(ctx context.Context, by Actor, id string) (undo ValueChange, err error) {
	err = d.write(ctx, by, ManageVocabularies, func(t *tx) error {
		c, err := t.valueChange(id)
		if err != nil {
			return err
		}
		v := c.Vocabulary
		switch {
		case c.Kind == "undo":
			return ErrNotFound
		case c.Undone:
			return invalid("change", "Somebody has already undone this")
		}
		if err := errors.Join(v.Need.Refuse(by), t.refuseWhileChanging(v)); err != nil {
			return err
		}
		undo = ValueChange{Kind: "undo", Old: c.New, New: c.Old, Undoes: c.ID, Expected: c.Done}
		if undo.oldState, err = t.valueState(v, undo.Old); err != nil {
			return err
		}
		if undo.newState, err = t.valueState(v, undo.New); err != nil {
			return err
		}
		if err := t.insertValueChange(v, &undo); err != nil {
			return err
		}
		if err := errors.Join(t.setValueState(v, c.Old, c.oldState), t.setValueState(v, c.New, c.newState)); err != nil {
			return err
		}
		return t.record("undo_value_change", "system", undo.ID,
			details{"vocabulary": v.Column, "old": undo.Old, "new": undo.New, "undoes": c.ID, "expected": undo.Expected})
	})
	if err != nil {
		return ValueChange{}, fmt.Errorf("undo change of a value %s: %w", id, err)
	}
	return undo, nil
}

// undoValueChange undoes the next piece of a change. It may find nothing there to undo.
func (t *tx) undoValueChange(c *ValueChange, late func() bool) (finished bool, err error) {
	for done := 0; done < valuePiece; {
		var seq, changes int64
		err := t.QueryRow("SELECT seq, changes FROM value_change_pieces WHERE change_id = ? AND seq > ? ORDER BY seq LIMIT 1",
			c.Undoes, c.undoneTo).Scan(&seq, &changes)
		if errors.Is(err, sql.ErrNoRows) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		n, err := t.undoValues(c, max(c.undoneTo, seq-changes), seq)
		if err != nil {
			return false, err
		}
		if done += n; late() {
			break
		}
	}
	return false, nil
}

// undoValues undoes the changes in the first valueStep audit rows after one seq up to another, where the value is
// still the one that they set. It returns how many it has read.
func (t *tx) undoValues(c *ValueChange, after, to int64) (n int, err error) {
	type target struct {
		seq          int64
		id, metadata string
	}
	rows, err := t.Query("SELECT seq, target_id, metadata FROM audit_logs WHERE seq > ? AND seq <= ? ORDER BY seq"+limit(valueStep), after, to)
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (x target, err error) { return x, r.Scan(&x.seq, &x.id, &x.metadata) })
	if err != nil {
		return 0, err
	}
	c.undoneTo = to
	for _, x := range all {
		undone, err := t.undoValue(*c, x.id, x.metadata)
		if err != nil {
			return 0, err
		}
		if undone {
			c.Done++
		} else {
			c.Skipped++
		}
	}
	if len(all) == valueStep {
		c.undoneTo = all[valueStep-1].seq
	}
	return len(all), nil
}

// undoValue restores the spelling that one row had. It reports whether the row still had the new value.
func (t *tx) undoValue(c ValueChange, id, metadata string) (undone bool, err error) {
	var said struct {
		ContactID string `json:"contact_id"`
		Changes   map[string]struct{ Old string }
	}
	if err := json.Unmarshal([]byte(metadata), &said); err != nil {
		return false, err
	}
	v := c.Vocabulary
	was := cmp.Or(said.Changes[v.Column].Old, c.New) // what was erased does not say it
	switch {
	case v.kind != nil:
		var now string
		err = t.QueryRow("SELECT "+v.Column+" FROM "+v.table+" WHERE id = ?", id).Scan(nullText{&now})
		if undone = err == nil && now == c.Old; undone {
			err = t.setColumn(v.kind, v.Column, c.ID, id, now, was)
		}
	case v.Of == "link":
		var l Link
		l, err = t.link(id, said.ContactID)
		if undone = err == nil && l.RoleLabel == c.Old; undone {
			err = t.setRole(l, c.ID, was)
		}
	default:
		var i Interaction
		i, err = scanInteraction(t.QueryRow(selectInteraction+" WHERE interactions.id = ?", id))
		if undone = err == nil && i.Outcome == c.Old; undone {
			err = t.setOutcome(i, c.ID, was)
		}
	}
	if errors.Is(err, sql.ErrNoRows) || errors.Is(err, ErrNotFound) {
		err = nil // it was deleted since
	}
	return undone, err
}
