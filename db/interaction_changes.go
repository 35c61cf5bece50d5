package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
)

// HasEndsOf reports whether two interactions have the same organization and the same contact.
func (i Interaction) HasEndsOf(other Interaction) bool {
	return i.OrganizationID == other.OrganizationID && i.ContactID == other.ContactID
}

// UpdateInteraction changes the typed fields. version is the one the user saw. A happened_at that
// shows the same minute as before leaves the time unchanged. when and due choose times as ReadTimes says; with link, its
// two ends are linked if one of them changes, which needs EditClients.
// follow_up_text, follow_up_due_on and follow_up_assignee_id plan a next step, or change the one
// with follow_up_id and follow_up_version. It returns Invalid, Conflict, GivesAway or ErrNotFound. If the
// change leaves only ends that the actor does not see, it returns one with OutOfSight.
func (d *DB) UpdateInteraction(ctx context.Context, by Actor, id string, version int, typed Fields) (Interaction, error) {
	return d.changeInteraction(ctx, by, id, version, typed, func(t *tx, i, old Interaction, metadata details) error {
		if typed["link"] != "" && !i.HasEndsOf(old) {
			return t.linkInteractionEnds(i, metadata)
		}
		return nil
	})
}

// changeInteraction changes the typed fields, and does in the same transaction what else is to be done with it, which may
// add to the metadata of its row.
func (d *DB) changeInteraction(ctx context.Context, by Actor, id string, version int, typed Fields,
	also func(t *tx, i, old Interaction, metadata details) error,
) (Interaction, error) {
	out := Interaction{ID: id, OutOfSight: true}
	err := d.write(ctx, by, EditInteractions, func(t *tx) error {
		i, err := t.interaction(id)
		if err != nil {
			return err
		}
		out.Version = i.Version + 1
		read, unread := readWhen(by, typed, t.now)
		err = joinInvalid(t.updateInteraction(&i, version, read, also), unread)
		if err := joinInvalid(err, prefixFollowUpColumns(t.replan(i, typed))); err != nil {
			return err
		}
		return t.askFirst(target{noun: "interaction", id: id})
	})
	if err != nil {
		return Interaction{}, fmt.Errorf("update interaction %s: %w", id, err)
	}
	i, err := d.Interaction(ctx, by, id)
	if errors.Is(err, ErrNotFound) && by.OwnOnly {
		return out, nil
	}
	return i, err
}

func (t *tx) updateInteraction(i *Interaction, version int, typed Fields,
	also func(t *tx, i, old Interaction, metadata details) error,
) error {
	typed, err := t.keepUnseenEnds(*i, typed)
	if err != nil {
		return err
	}
	if isEmpty(typed["happened_at"]) {
		typed = withoutColumn(typed, "happened_at") // empty means now for a new interaction, and no change for an existing one
	}
	if i.UserID == "" && isEmpty(typed["user_id"]) {
		typed = withoutColumn(typed, "user_id") // whoever had it is gone
	}
	old := *i
	changes, err := t.change(i, typed)
	if err != nil || len(changes) == 0 {
		return err
	}
	const versions = `
		SELECT metadata FROM audit_logs
		WHERE target_type = 'interaction' AND target_id = ? AND action IN ('update_interaction', 'restore_interaction')`
	if err := t.reconcile(version, i.Version, changes, i,
		func() error { return t.conflict("interaction", i.ID) }, versions, i.ID); err != nil || len(changes) == 0 {
		return err
	}
	if _, ok := changes["happened_at"]; !ok {
		i.HappenedAt = old.HappenedAt
	}
	i.settleEnds(old, changes)
	i.setLogger(cmp.Or(old.LoggerID, old.UserID))
	metadata := i.details()
	metadata["changes"] = changes
	if err := also(t, *i, old, metadata); err != nil {
		return err
	}
	_, err = t.Exec(`
		UPDATE interactions
		SET organization_id = ?, contact_id = ?, user_id = ?, channel = ?, subject = ?, body = ?, outcome = ?, happened_at = ?,
			logged_by = ?, version = version + 1
		WHERE id = ?`,
		orNull(i.OrganizationID), orNull(i.ContactID), orNull(i.UserID), i.Channel, i.Subject, orNull(i.Body), orNull(i.Outcome),
		stamp(i.HappenedAt), orNull(i.LoggerID), i.ID)
	if err := errors.Join(err, t.saveParticipants(*i)); err != nil {
		return err
	}
	if changes["subject"] != (Change{}) || changes["body"] != (Change{}) {
		if err := t.reindexInteraction(*i); err != nil {
			return err
		}
	}
	return t.record("update_interaction", "interaction", i.ID, metadata)
}

// keepUnseenEnds ignores an empty end if the interaction has one that the actor does not see: their
// form could not show it, so they did not clear it.
func (t *tx) keepUnseenEnds(i Interaction, typed Fields) (Fields, error) {
	for column, end := range map[string][2]string{
		"organization_id": {"organization", i.OrganizationID}, "contact_id": {"contact", i.ContactID},
	} {
		if value, ok := typed[column]; !ok || !isEmpty(value) || end[1] == "" {
			continue
		}
		err := t.mustSee(end[0], end[1])
		if errors.Is(err, ErrNotFound) {
			typed = withoutColumn(typed, column)
		} else if err != nil {
			return nil, err
		}
	}
	return t.keepUnseenParticipants(i, typed)
}
