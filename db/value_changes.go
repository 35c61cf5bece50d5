package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// A change of a value is stored when it begins, and then made in pieces, each with its audit rows in
// a transaction of its own. The rows that still have the old value are what is left to do. So it
// continues after a restart, and people can edit in between.

const (
	// valuePiece is the largest number of rows that one transaction changes.
	valuePiece = 500
	// valueStep is how many it changes before it looks at the clock.
	valueStep = 25
)

// RenameValue begins to change a value into one that is not there yet, wherever it is used.
// ContinueValueChanges makes the change that it returns. It returns Invalid if the new value is refused or exists, if
// there is no such value, or if another change of the vocabulary is running.
func (d *DB) RenameValue(ctx context.Context, by Actor, v Vocabulary, from, typed string) (ValueChange, error) {
	return d.beginValueChange(ctx, by, v, ValueChange{Kind: "rename", Old: from, New: typed})
}

// MergeValues is RenameValue into a value that is there already.
func (d *DB) MergeValues(ctx context.Context, by Actor, v Vocabulary, from, into string) (ValueChange, error) {
	return d.beginValueChange(ctx, by, v, ValueChange{Kind: "merge", Old: from, New: into})
}

// valueActions are the actions that begin each kind of change of a value.
var valueActions = map[string]string{"rename": "rename_value", "merge": "merge_values"}

func (d *DB) beginValueChange(ctx context.Context, by Actor, v Vocabulary, c ValueChange) (ValueChange, error) {
	action := valueActions[c.Kind]
	err := d.write(ctx, by, v.Need, func(t *tx) (err error) {
		if err := t.checkValueChange(v, &c); err != nil {
			return err
		}
		if err := t.insertValueChange(v, &c); err != nil {
			return err
		}
		before, err := v.states(t)
		if err == nil && c.Old != c.New {
			err = t.setValueState(v, c.Old, sql.NullBool{Valid: true})
		}
		after, err2 := v.states(t)
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		// What is renamed stays suggested.
		if c.Kind == "rename" && before.suggest(c.Old) && (v.isUsual(c.Old, c.oldState) || !after.suggest(c.New)) {
			if err := t.setValueState(v, c.New, sql.NullBool{Valid: true, Bool: true}); err != nil {
				return err
			}
		}
		return t.record(action, "system", c.ID, details{"vocabulary": v.Column, "old": c.Old, "new": c.New, "expected": c.Expected})
	})
	if err != nil {
		return ValueChange{}, fmt.Errorf("%s of %s: %w", action, v.Column, err)
	}
	return c, nil
}

// isUsual reports whether a value with this state is suggested even if nothing has it.
func (v Vocabulary) isUsual(value string, state sql.NullBool) bool {
	return state.Bool || !state.Valid && slices.Contains(v.Usual, value)
}

// checkValueChange completes a change, and returns Invalid if it cannot begin.
func (t *tx) checkValueChange(v Vocabulary, c *ValueChange) (err error) {
	used, err := t.spellings(v, c.Old)
	if err != nil {
		return err
	}
	if c.oldState, err = t.valueState(v, c.Old); err != nil {
		return err
	}
	if len(used) == 0 && !c.oldState.Valid && !slices.Contains(v.Usual, c.Old) {
		return unknownValue(v)
	}
	if c.New, err = v.clean(c.New); err != nil {
		return invalid("new", "%s", err)
	}
	if c.newState, err = t.valueState(v, c.New); err != nil {
		return err
	}
	if c.Expected, err = t.countValues(v, without(used, c.New)); err != nil {
		return err
	}
	there, err := t.spellings(v, c.New)
	if err != nil {
		return err
	}
	for _, usual := range append([]string{c.New}, v.Usual...) {
		state, err := t.valueState(v, usual)
		if err != nil {
			return err
		}
		if len(there) == 0 && text.SortKey(usual) == text.SortKey(c.New) && v.isUsual(usual, state) {
			there = []string{usual}
		}
	}
	switch respelled := text.SortKey(c.New) == text.SortKey(c.Old); {
	case c.New == "" && c.Kind == "rename":
		return invalid("new", "Enter the new name")
	case respelled && c.Kind == "merge":
		return invalid("new", "Choose another %s to merge it into", v.Lower())
	case c.New == c.Old && c.Expected == 0:
		return invalid("new", "It has this name already. Enter another one")
	case c.Kind == "merge" && len(there) == 0:
		return invalid("new", "Choose one from the list")
	case c.Kind == "rename" && len(there) > 0 && !respelled:
		return invalid("new", "%s is already there. Merge the two instead", text.Isolate(there[0]))
	}
	return t.refuseWhileChanging(v)
}

// without returns the values other than one of them.
func without(values []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == one })
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
	c.ID, c.Vocabulary = newID(), v
	_, err := t.Exec(`
		INSERT INTO value_changes (id, kind, vocabulary, old_value, new_value, old_state, new_state, user_id, undoes, expected, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.Kind, v.Column, c.Old, c.New, c.oldState, c.newState, orNull(t.by.UserID), orNull(c.Undoes), c.Expected, stamp(t.now))
	return err
}

func (t *tx) valueChange(id string) (ValueChange, error) {
	return scanValueChange(t.QueryRow(selectValueChange+" WHERE value_changes.id = ?", id))
}

// ContinueValueChanges makes one piece of the oldest running change of a value, on behalf of whoever
// began it, and remembers its audit rows. After the time that it may take, it ends the piece early, because others
// wait for the writer. more is true if there is more to do.
func (d *DB) ContinueValueChanges(ctx context.Context, most time.Duration) (more bool, err error) {
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
	write := d.write
	if c.Kind == "undo" {
		write = d.writeUnrecorded // all rows of a piece may have been changed since
	}
	err = write(context.WithoutCancel(ctx), by, Program, func(t *tx) error {
		if c, err = t.valueChange(c.ID); err != nil || !c.Running() {
			return err
		}
		end := time.Now().Add(most)
		step := t.makeValueChange
		if c.Kind == "undo" {
			step = t.undoValueChange
		}
		finished, err := step(&c, func() bool { return !time.Now().Before(end) })
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
				"batch": c.ID, "action": c.Kind, "count": c.Done, "skipped": c.Skipped, "vocabulary": c.Vocabulary.Column, "old": c.Old, "new": c.New,
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

// Checkpoint copies what is in the -wal into the file while others write. Otherwise a commit does it once that is large,
// and everybody waits for it, which may take a second on a busy disk.
func (d *DB) Checkpoint(ctx context.Context) error {
	return sqlite.CopyWAL(ctx, d.path)
}

// makeValueChange makes a piece of a change.
func (t *tx) makeValueChange(c *ValueChange, late func() bool) (finished bool, err error) {
	used, err := t.spellings(c.Vocabulary, c.Old)
	used = without(used, c.New)
	if err != nil || len(used) == 0 {
		return err == nil, err
	}
	for done := 0; done < valuePiece; {
		n, err := t.changeValues(*c, among(c.Vocabulary.Column, used))
		if err != nil {
			return false, err
		}
		c.Done, done = c.Done+n, done+n
		if n < valueStep {
			return true, nil
		}
		if late() {
			break
		}
	}
	return false, nil
}

// changeValues changes up to valueStep rows that have one of the old spellings, and returns how many.
func (t *tx) changeValues(c ValueChange, old condition) (n int, err error) {
	v, where := c.Vocabulary, " WHERE "+old.sql+limit(valueStep)
	switch {
	case v.kind != nil:
		type row struct{ id, value string }
		rows, err := t.Query("SELECT id, "+v.Column+" FROM "+v.table+where, old.args...)
		all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (x row, err error) { return x, r.Scan(&x.id, &x.value) })
		for _, x := range all {
			err = errors.Join(err, t.setColumn(v.kind, v.Column, c.ID, x.id, x.value, c.New))
		}
		return len(all), err
	case v.Of == "link":
		rows, err := t.Query(selectLink+where, old.args...)
		all, err := sqlite.Collect(rows, err, scanLink)
		for _, l := range all {
			err = errors.Join(err, t.setRole(l, c.ID, c.New))
		}
		return len(all), err
	}
	rows, err := t.Query(selectInteraction+where, old.args...)
	all, err := sqlite.Collect(rows, err, scanInteraction)
	for _, i := range all {
		err = errors.Join(err, t.setOutcome(i, c.ID, c.New))
	}
	return len(all), err
}

func (t *tx) setRole(l Link, change, role string) error {
	was := l.RoleLabel
	l.RoleLabel = role
	return t.changeLink(l, map[string]Change{"role_label": {Old: was, New: role}}, l.inBatch(change))
}

func (t *tx) setOutcome(i Interaction, change, outcome string) error {
	if _, err := t.Exec("UPDATE interactions SET outcome = ?, version = version + 1 WHERE id = ?", outcome, i.ID); err != nil {
		return err
	}
	metadata := i.details()
	metadata["batch"], metadata["changes"] = change, map[string]Change{"outcome": {Old: i.Outcome, New: outcome}}
	return t.record("update_interaction", "interaction", i.ID, metadata)
}
