package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// A change of a value is stored when it begins, and then made in pieces, each with its audit rows in
// a transaction of its own. The rows that still have the old value are what is left to do. So it
// continues after a restart, and people can edit in between.

// valuePiece is the number of rows that one transaction changes.
const valuePiece = 500

// RenameValue begins to change a value into one that is not there yet, wherever it is used.
// ContinueValueChanges makes the change. It returns Invalid if the new value is refused or exists, if
// there is no such value, or if another change of the vocabulary is running.
func (d *DB) RenameValue(ctx context.Context, by Actor, v Vocabulary, from, typed string) error {
	return d.beginValueChange(ctx, by, v, ValueChange{Kind: "rename", Old: from, New: typed})
}

// MergeValues is RenameValue into a value that is there already.
func (d *DB) MergeValues(ctx context.Context, by Actor, v Vocabulary, from, into string) error {
	return d.beginValueChange(ctx, by, v, ValueChange{Kind: "merge", Old: from, New: into})
}

func (d *DB) beginValueChange(ctx context.Context, by Actor, v Vocabulary, c ValueChange) error {
	action := map[string]string{"rename": "rename_value", "merge": "merge_values"}[c.Kind]
	err := d.write(ctx, by, v.Need, func(t *tx) (err error) {
		if err := t.checkValueChange(v, &c); err != nil {
			return err
		}
		if err := t.insertValueChange(v, &c); err != nil {
			return err
		}
		if c.Kind == "rename" && v.isUsual(c.Old, c.oldState) {
			if err := t.setValueState(v, c.New, sql.NullBool{Valid: true, Bool: true}); err != nil {
				return err
			}
		}
		if err := t.setValueState(v, c.Old, sql.NullBool{Valid: true}); err != nil {
			return err
		}
		return t.record(action, "system", c.ID, details{"vocabulary": v.Column, "old": c.Old, "new": c.New, "expected": c.Expected})
	})
	if err != nil {
		return fmt.Errorf("%s of %s: %w", action, v.Column, err)
	}
	return nil
}

// isUsual reports whether a value with this state is suggested even if nothing has it.
func (v Vocabulary) isUsual(value string, state sql.NullBool) bool {
	return state.Bool || !state.Valid && slices.Contains(v.Usual, value)
}

// checkValueChange completes a change, and returns Invalid if it cannot begin.
func (t *tx) checkValueChange(v Vocabulary, c *ValueChange) (err error) {
	if c.Expected, err = t.countValue(v, c.Old); err != nil {
		return err
	}
	if c.oldState, err = t.valueState(v, c.Old); err != nil {
		return err
	}
	if c.Expected == 0 && !c.oldState.Valid && !slices.Contains(v.Usual, c.Old) {
		return unknownValue(v)
	}
	if c.New, err = v.clean(c.New); err != nil {
		return invalid("new", "%s", err)
	}
	if c.newState, err = t.valueState(v, c.New); err != nil {
		return err
	}
	used, err := t.countValue(v, c.New)
	if err != nil {
		return err
	}
	exists := used > 0 || v.isUsual(c.New, c.newState)
	switch {
	case c.New == "" && c.Kind == "rename":
		return invalid("new", "Enter the new name")
	case c.New == c.Old && c.Kind == "merge":
		return invalid("new", "Choose another %s to merge it into", v.Lower())
	case c.New == c.Old:
		return invalid("new", "It has this name already. Enter another one")
	case c.Kind == "merge" && !exists:
		return invalid("new", "Choose one from the list")
	case c.Kind == "rename" && exists:
		return invalid("new", "%s is already there. Merge the two instead", text.Isolate(c.New))
	}
	return t.refuseWhileChanging(v)
}

// refuseWhileChanging returns Invalid while a change of the vocabulary is running.
func (t *tx) refuseWhileChanging(v Vocabulary) error {
	var running bool
	err := t.QueryRow("SELECT EXISTS (SELECT 1 FROM value_changes WHERE vocabulary = ? AND finished_at IS NULL)", v.Column).Scan(&running)
	if err == nil && running {
		return invalid("new", "Another change is still running. Try again when it has finished")
	}
	return err
}

func (t *tx) insertValueChange(v Vocabulary, c *ValueChange) error {
	c.ID = newID()
	_, err := t.Exec(`
		INSERT INTO value_changes (id, kind, vocabulary, old_value, new_value, old_state, new_state, user_id, undoes, expected, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.Kind, v.Column, c.Old, c.New, c.oldState, c.newState, orNull(t.by.UserID), orNull(c.Undoes), c.Expected, stamp(t.now))
	return err
}

// UndoValueChange begins to undo a finished change in the rows that still have the new value.
// ContinueValueChanges does it. It returns ErrNotFound, or Invalid if the change is running, if it was
// undone already, or if another change of the vocabulary is running.
func (d *DB) UndoValueChange(ctx context.Context, by Actor, id string) (v Vocabulary, err error) {
	err = d.write(ctx, by, ManageVocabularies, func(t *tx) error {
		c, err := t.valueChange(id)
		if err != nil {
			return err
		}
		v = c.vocabulary
		switch {
		case c.Kind == "undo":
			return ErrNotFound
		case c.Undone:
			return invalid("change", "Somebody has already undone this")
		}
		if err := errors.Join(v.Need.Refuse(by), t.refuseWhileChanging(v)); err != nil {
			return err
		}
		undo := ValueChange{Kind: "undo", Old: c.New, New: c.Old, Undoes: c.ID, Expected: c.Done}
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
		return v, fmt.Errorf("undo change of a value %s: %w", id, err)
	}
	return v, nil
}

func (t *tx) valueChange(id string) (ValueChange, error) {
	return scanValueChange(t.QueryRow(selectValueChange+" WHERE value_changes.id = ?", id))
}

// ContinueValueChanges makes one piece of the oldest running change of a value, on behalf of whoever
// began it, and remembers its audit rows. more is true if there is more to do.
func (d *DB) ContinueValueChanges(ctx context.Context) (more bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	c, err := scanValueChange(d.reader.QuickQueryRow(ctx, selectValueChange+
		" WHERE value_changes.finished_at IS NULL ORDER BY value_changes.id LIMIT 1"))
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	by := System
	by.UserID = c.userID
	err = d.write(context.WithoutCancel(ctx), by, Program, func(t *tx) error {
		if c, err = t.valueChange(c.ID); err != nil || !c.Running() {
			return err
		}
		step := t.makeValueChange
		if c.Kind == "undo" {
			step = t.undoValueChange
		}
		finished, err := step(&c)
		if err == nil && t.recorded > 0 {
			_, err = t.Exec("INSERT INTO value_change_pieces (change_id, seq, changes) VALUES (?, ?, ?)", c.ID, t.last.seq, t.recorded)
		}
		if err != nil {
			return err
		}
		finishedAt := any(nil)
		if finished {
			finishedAt = stamp(t.now)
			if err := t.followValue(c); err != nil {
				return err
			}
			if err := t.record("finish_value_change", "system", c.ID, details{
				"batch": c.ID, "action": c.Kind, "count": c.Done, "skipped": c.Skipped, "vocabulary": c.vocabulary.Column, "old": c.Old, "new": c.New,
			}); err != nil {
				return err
			}
		}
		_, err = t.Exec("UPDATE value_changes SET changed = ?, skipped = ?, undone_to = ?, finished_at = ? WHERE id = ?",
			c.Done, c.Skipped, c.undoneTo, finishedAt, c.ID)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("change of a value %s: %w", c.ID, err)
	}
	return true, nil
}

// makeValueChange makes a piece of a change.
func (t *tx) makeValueChange(c *ValueChange) (finished bool, err error) {
	n, err := t.changeValues(*c)
	c.Done += n
	return n < valuePiece, err
}

// changeValues changes up to valuePiece rows that have the old value, and returns how many.
func (t *tx) changeValues(c ValueChange) (n int, err error) {
	v := c.vocabulary
	where := " WHERE " + v.Column + " = ?" + limit(valuePiece)
	switch {
	case v.kind != nil:
		rows, err := t.Query("SELECT id FROM "+v.table+where, c.Old)
		all, err := sqlite.Collect(rows, err, sqlite.ScanText)
		for _, id := range all {
			err = errors.Join(err, t.setColumn(v.kind, v.Column, c.ID, id, c.Old, c.New))
		}
		return len(all), err
	case v.Of == "link":
		rows, err := t.Query(selectLink+where, c.Old)
		all, err := sqlite.Collect(rows, err, scanLink)
		for _, l := range all {
			err = errors.Join(err, t.setRole(l, c))
		}
		return len(all), err
	}
	rows, err := t.Query(selectInteraction+where, c.Old)
	all, err := sqlite.Collect(rows, err, scanInteraction)
	for _, i := range all {
		err = errors.Join(err, t.setOutcome(i, c))
	}
	return len(all), err
}

func (t *tx) setRole(l Link, c ValueChange) error {
	l.RoleLabel = c.New
	return t.changeLink(l, map[string]Change{"role_label": {Old: c.Old, New: c.New}}, l.inBatch(c.ID))
}

func (t *tx) setOutcome(i Interaction, c ValueChange) error {
	if _, err := t.Exec("UPDATE interactions SET outcome = ?, version = version + 1 WHERE id = ?", c.New, i.ID); err != nil {
		return err
	}
	metadata := i.details()
	metadata["batch"], metadata["changes"] = c.ID, map[string]Change{"outcome": {Old: c.Old, New: c.New}}
	return t.record("update_interaction", "interaction", i.ID, metadata)
}

// undoValueChange undoes the next piece of a change in which there is something to undo.
func (t *tx) undoValueChange(c *ValueChange) (finished bool, err error) {
	for t.recorded == 0 {
		var seq int64
		var changes int
		err := t.QueryRow("SELECT seq, changes FROM value_change_pieces WHERE change_id = ? AND seq > ? ORDER BY seq LIMIT 1",
			c.Undoes, c.undoneTo).Scan(&seq, &changes)
		if errors.Is(err, sql.ErrNoRows) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		c.undoneTo = seq
		if err := t.undoValuePiece(c, seq-int64(changes), seq); err != nil {
			return false, err
		}
	}
	return false, nil
}

// undoValuePiece undoes the changes in the audit rows after one seq up to another, where the value is
// still the one that they set.
func (t *tx) undoValuePiece(c *ValueChange, after, to int64) error {
	type target struct{ id, metadata string }
	rows, err := t.Query("SELECT target_id, metadata FROM audit_logs WHERE seq > ? AND seq <= ? ORDER BY seq", after, to)
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (x target, err error) { return x, r.Scan(&x.id, &x.metadata) })
	if err != nil {
		return err
	}
	for _, x := range all {
		undone, err := t.undoValue(*c, x.id, x.metadata)
		if err != nil {
			return err
		}
		if undone {
			c.Done++
		} else {
			c.Skipped++
		}
	}
	return nil
}

// undoValue restores the old value of one row. It reports whether the row still had the new one.
func (t *tx) undoValue(c ValueChange, id, metadata string) (undone bool, err error) {
	v := c.vocabulary
	switch {
	case v.kind != nil:
		var now string
		err = t.QueryRow("SELECT "+v.Column+" FROM "+v.table+" WHERE id = ?", id).Scan(nullText{&now})
		if undone = err == nil && now == c.Old; undone {
			err = t.setColumn(v.kind, v.Column, c.ID, id, c.Old, c.New)
		}
	case v.Of == "link":
		var said struct {
			ContactID string `json:"contact_id"`
		}
		if err := json.Unmarshal([]byte(metadata), &said); err != nil {
			return false, err
		}
		var l Link
		l, err = t.link(id, said.ContactID)
		if undone = err == nil && l.RoleLabel == c.Old; undone {
			err = t.setRole(l, c)
		}
	default:
		var i Interaction
		i, err = scanInteraction(t.QueryRow(selectInteraction+" WHERE interactions.id = ?", id))
		if undone = err == nil && i.Outcome == c.Old; undone {
			err = t.setOutcome(i, c)
		}
	}
	if errors.Is(err, sql.ErrNoRows) || errors.Is(err, ErrNotFound) {
		err = nil // it was deleted since
	}
	return undone, err
}
