package db

import (
	"context"
	"fmt"
	"time"

	"clientregistry/db/text"
)

func (t *tx) updateFollowUp(i Interaction, f FollowUp, version int, typed Fields) error {
	changes, err := t.plan(&f, i, typed)
	if err != nil || len(changes) == 0 {
		return err
	}
	const versions = "SELECT metadata FROM audit_logs WHERE " + aboutFollowUp + " AND action <> 'create_follow_up'"
	conflict := func() error { return t.followUpConflict(f) }
	if err := t.reconcile(version, f.Version, changes, &f, conflict, versions, f.aboutArgs()...); err != nil || len(changes) == 0 {
		return err
	}
	if err := t.saveFollowUp(f); err != nil {
		return err
	}
	return t.recordFollowUp("update_follow_up", i, f, changes)
}

func (t *tx) saveFollowUp(f FollowUp) error {
	var doneAt, doneBy any
	if !f.DoneAt.IsZero() {
		doneAt, doneBy = stamp(f.DoneAt), orNull(t.by.UserID)
	}
	_, err := t.Exec("UPDATE follow_ups SET text = ?, due_on = ?, assignee_id = ?, done_at = ?, done_by = ?, version = version + 1"+
		" WHERE id = ?",
		f.Text, f.DueOn, orNull(f.AssigneeID), doneAt, doneBy, f.ID)
	return err
}

// FinishFollowUp marks a follow-up as done. version is the one the user saw; 0 skips the check. If
// it is already done, nothing changes. It returns ErrNotFound or Conflict.
func (d *DB) FinishFollowUp(ctx context.Context, by Actor, id string, version int) (FollowUp, error) {
	return d.changeFollowUp(ctx, by, "finish_follow_up", id, version, func(t *tx, f *FollowUp, _ Interaction) (map[string]Change, error) {
		if !f.DoneAt.IsZero() {
			return nil, nil
		}
		f.DoneAt = t.now
		return map[string]Change{"done_at": {New: stamp(t.now)}}, nil
	})
}

// ReopenFollowUp marks a done follow-up as open again. If it is open, nothing changes. It returns
// ErrNotFound, Conflict, or Invalid if another step has been opened since.
func (d *DB) ReopenFollowUp(ctx context.Context, by Actor, id string, version int) (FollowUp, error) {
	return d.changeFollowUp(ctx, by, "reopen_follow_up", id, version, func(_ *tx, f *FollowUp, i Interaction) (map[string]Change, error) {
		if f.DoneAt.IsZero() {
			return nil, nil
		}
		if i.Next.ID != "" {
			return nil, invalid("text", "Another next step has been planned meanwhile, “%s”", text.Isolate(i.Next.Text))
		}
		done := f.DoneAt
		f.DoneAt = time.Time{}
		return map[string]Change{"done_at": {Old: stamp(done)}}, nil
	})
}

// MoveFollowUp changes the due day of an open follow-up to today or later. Days on which it was due
// before are also allowed, so that a move can be undone. It returns ErrNotFound, Invalid, or
// Conflict if version is not the current one or the follow-up is done.
func (d *DB) MoveFollowUp(ctx context.Context, by Actor, id string, version int, dueOn string) (FollowUp, error) {
	return d.changeFollowUp(ctx, by, "move_follow_up", id, version, func(t *tx, f *FollowUp, i Interaction) (map[string]Change, error) {
		if !f.DoneAt.IsZero() {
			return nil, t.followUpConflict(*f)
		}
		return t.plan(f, i, Fields{"due_on": dueOn})
	})
}

// changeFollowUp runs change on the current follow-up and its interaction, and saves and records
// what it returns. If there are no changes, it writes nothing. version 0 skips the check for a
// conflict.
func (d *DB) changeFollowUp(ctx context.Context, by Actor, action, id string, version int,
	change func(*tx, *FollowUp, Interaction) (map[string]Change, error),
) (FollowUp, error) {
	err := d.write(ctx, by, EditInteractions, func(t *tx) error {
		read, args := selectFollowUpFor(System)
		f, err := scanFollowUp(t.QueryRow(read+" WHERE follow_ups.id = ?", append(args, id)...))
		if err != nil {
			return err
		}
		i, err := t.interaction(f.InteractionID)
		if err != nil {
			return err
		}
		current := f.Version
		changes, err := change(t, &f, i)
		if err != nil || len(changes) == 0 {
			return err
		}
		if version != 0 && version != current {
			return t.followUpConflict(f)
		}
		if err := t.saveFollowUp(f); err != nil {
			return err
		}
		return t.recordFollowUp(action, i, f, changes)
	})
	if err != nil {
		return FollowUp{}, fmt.Errorf("%s %s: %w", action, id, err)
	}
	return d.FollowUp(ctx, by, id)
}
