package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clientregistry/db/text"
)

// UpdateFollowUp changes the fields of an open follow-up that are in typed, see CreateFollowUp. The
// clients of an interaction's follow-up are the interaction's. version is the one the user saw. It
// returns ErrNotFound, Invalid, or Conflict if somebody changed the same field since or it is not open.
func (d *DB) UpdateFollowUp(ctx context.Context, by Actor, id string, version int, typed Fields) (FollowUp, error) {
	var f FollowUp
	err := d.write(ctx, by, EditInteractions, func(t *tx) (err error) {
		if f, err = t.followUp(id); err != nil {
			return err
		}
		if !f.Open() {
			return t.followUpConflict(f)
		}
		return t.updateFollowUp(&f, version, typed)
	})
	return d.changedFollowUp(ctx, by, "update_follow_up", f, id, err)
}

// changedFollowUp returns a follow-up as the actor sees it after a change. If they no longer see it,
// because they gave away one without a client, it returns f as it was saved, with OutOfSight.
func (d *DB) changedFollowUp(ctx context.Context, by Actor, action string, f FollowUp, id string, err error) (FollowUp, error) {
	if err != nil {
		return FollowUp{}, fmt.Errorf("%s %s: %w", action, id, err)
	}
	now, err := d.FollowUp(ctx, by, id)
	if errors.Is(err, ErrNotFound) {
		f.OutOfSight = true
		f.Version++
		return f, nil
	}
	return now, err
}

func (t *tx) updateFollowUp(f *FollowUp, version int, typed Fields) error {
	changes, err := t.plan(f, typed)
	if err != nil || len(changes) == 0 {
		return err
	}
	const versions = "SELECT metadata FROM audit_logs WHERE " + aboutFollowUp + " AND action <> 'create_follow_up'"
	conflict := func() error { return t.followUpConflict(*f) }
	if err := t.reconcile(version, f.Version, changes, f, conflict, versions, f.aboutArgs()...); err != nil || len(changes) == 0 {
		return err
	}
	if err := t.saveFollowUp(f, changes); err != nil {
		return err
	}
	return t.recordFollowUp("update_follow_up", *f, changes)
}

func (t *tx) saveFollowUp(f *FollowUp, changes map[string]Change) error {
	t.give(f, changes)
	organization, contact := f.ownClients()
	ended := func(at time.Time) (any, any) {
		if at.IsZero() {
			return nil, nil
		}
		return stamp(at), orNull(t.by.UserID)
	}
	doneAt, doneBy := ended(f.DoneAt)
	cancelledAt, cancelledBy := ended(f.CancelledAt)
	_, err := t.Exec(`
		UPDATE follow_ups
		SET organization_id = ?, contact_id = ?, text = ?, due_on = ?, due_time = ?, assignee_id = ?,
			given_by = iif(?, ?, given_by), is_new = ?,
			done_at = ?, done_by = ?, cancelled_at = ?, cancelled_by = ?, version = version + 1
		WHERE id = ?`,
		organization, contact, f.Text, f.DueOn, orNull(f.DueTime), orNull(f.AssigneeID),
		changes["assignee_id"] != (Change{}), orNull(f.GiverID), f.New, doneAt, doneBy, cancelledAt, cancelledBy, f.ID)
	return err
}

// FinishFollowUp marks a follow-up as done. version is the one the user saw; 0 skips the check. If
// it is already done, nothing changes. It returns ErrNotFound or Conflict.
func (d *DB) FinishFollowUp(ctx context.Context, by Actor, id string, version int) (FollowUp, error) {
	return d.changeFollowUp(ctx, by, "finish_follow_up", id, version, func(t *tx, f *FollowUp) (map[string]Change, error) {
		switch {
		case !f.DoneAt.IsZero():
			return nil, nil
		case !f.Open():
			return nil, t.followUpConflict(*f)
		}
		f.DoneAt = t.now
		return map[string]Change{"done_at": {New: stamp(t.now)}}, nil
	})
}

// CancelFollowUp removes an open follow-up from every list. ReopenFollowUp brings it back. If it is
// already cancelled, nothing changes. It returns ErrNotFound or Conflict.
func (d *DB) CancelFollowUp(ctx context.Context, by Actor, id string, version int) (FollowUp, error) {
	return d.changeFollowUp(ctx, by, "cancel_follow_up", id, version, func(t *tx, f *FollowUp) (map[string]Change, error) {
		switch {
		case !f.CancelledAt.IsZero():
			return nil, nil
		case !f.Open():
			return nil, t.followUpConflict(*f)
		}
		f.CancelledAt = t.now
		return map[string]Change{"cancelled_at": {New: stamp(t.now)}}, nil
	})
}

// ReopenFollowUp marks a done or cancelled follow-up as open again. If it is open, nothing changes.
// It returns ErrNotFound, Conflict, or Invalid if the interaction has another open step.
func (d *DB) ReopenFollowUp(ctx context.Context, by Actor, id string, version int) (FollowUp, error) {
	return d.reopenFollowUp(ctx, by, id, version, func(f FollowUp) bool { return !f.Open() })
}

// SetFollowUpDone finishes a follow-up if done is true. Otherwise it reopens one that is done, and
// leaves any other as it is. It returns the errors of FinishFollowUp or ReopenFollowUp.
func (d *DB) SetFollowUpDone(ctx context.Context, by Actor, id string, version int, done bool) (FollowUp, error) {
	if done {
		return d.FinishFollowUp(ctx, by, id, version)
	}
	return d.reopenFollowUp(ctx, by, id, version, func(f FollowUp) bool { return !f.DoneAt.IsZero() })
}

// SetFollowUpCancelled cancels a follow-up if cancelled is true. Otherwise it reopens one that is
// cancelled, and leaves any other as it is. It returns the errors of CancelFollowUp or ReopenFollowUp.
func (d *DB) SetFollowUpCancelled(ctx context.Context, by Actor, id string, version int, cancelled bool) (FollowUp, error) {
	if cancelled {
		return d.CancelFollowUp(ctx, by, id, version)
	}
	return d.reopenFollowUp(ctx, by, id, version, func(f FollowUp) bool { return !f.CancelledAt.IsZero() })
}

// reopenFollowUp marks a follow-up as open again if ended is true for it.
func (d *DB) reopenFollowUp(ctx context.Context, by Actor, id string, version int, ended func(FollowUp) bool) (FollowUp, error) {
	return d.changeFollowUp(ctx, by, "reopen_follow_up", id, version, func(t *tx, f *FollowUp) (map[string]Change, error) {
		if !ended(*f) {
			return nil, nil
		}
		if f.InteractionID != "" {
			i, err := t.interaction(f.InteractionID)
			if err != nil {
				return nil, err
			}
			if i.Next.ID != "" {
				refused := invalid("text", "Another follow-up has been planned meanwhile, “%s”", text.Isolate(i.Next.Text))
				refused.Planned = i.Next.ID
				return nil, refused
			}
		}
		changes := map[string]Change{}
		if !f.DoneAt.IsZero() {
			changes["done_at"] = Change{Old: stamp(f.DoneAt)}
		}
		if !f.CancelledAt.IsZero() {
			changes["cancelled_at"] = Change{Old: stamp(f.CancelledAt)}
		}
		f.DoneAt, f.CancelledAt = time.Time{}, time.Time{}
		return changes, nil
	})
}

// MoveFollowUp changes the due day of an open follow-up to today or later. Days on which it was due
// before are also allowed, so that a move can be undone. It returns ErrNotFound, Invalid, or
// Conflict if version is not the current one or the follow-up is not open.
func (d *DB) MoveFollowUp(ctx context.Context, by Actor, id string, version int, dueOn string) (FollowUp, error) {
	return d.changeFollowUp(ctx, by, "move_follow_up", id, version, func(t *tx, f *FollowUp) (map[string]Change, error) {
		if !f.Open() {
			return nil, t.followUpConflict(*f)
		}
		return t.plan(f, Fields{"due_on": dueOn})
	})
}

// changeFollowUp runs change on the current follow-up, and saves and records what it returns. If
// there are no changes, it writes nothing. version 0 skips the check for a conflict.
func (d *DB) changeFollowUp(ctx context.Context, by Actor, action, id string, version int,
	change func(*tx, *FollowUp) (map[string]Change, error),
) (FollowUp, error) {
	var f FollowUp
	err := d.write(ctx, by, EditInteractions, func(t *tx) (err error) {
		if f, err = t.followUp(id); err != nil {
			return err
		}
		current := f.Version
		changes, err := change(t, &f)
		if err != nil || len(changes) == 0 {
			return err
		}
		if version != 0 && !isBasedOn(version, current) {
			return t.followUpConflict(f)
		}
		if err := t.saveFollowUp(&f, changes); err != nil {
			return err
		}
		return t.recordFollowUp(action, f, changes)
	})
	return d.changedFollowUp(ctx, by, action, f, id, err)
}
