package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"clientregistry/db/sqlite"
)

// DeleteInteraction deletes an interaction with its follow-ups, and returns it as it was. The audit
// log keeps their content, so that UndeleteInteraction can restore them. version is the one the user
// saw. It returns ErrNotFound, or Conflict if it is not the current one.
func (d *DB) DeleteInteraction(ctx context.Context, by Actor, id string, version int) (Interaction, error) {
	return d.deleteInteraction(ctx, by, id, version, func(*tx, details) error { return nil })
}

// deleteInteraction also does what else is to be done in the same transaction, which may add to the metadata of its row.
func (d *DB) deleteInteraction(ctx context.Context, by Actor, id string, version int, also func(*tx, details) error) (Interaction, error) {
	if err := EditInteractions.Refuse(by); err != nil { // before a read, whose answer could tell something
		return Interaction{}, err
	}
	seen, err := d.Interaction(ctx, by, id)
	if err != nil {
		return Interaction{}, fmt.Errorf("delete %w", err)
	}
	err = d.write(ctx, by, EditInteractions, func(t *tx) error {
		i, err := t.interaction(id)
		if err != nil {
			return err
		}
		if !isBasedOn(version, i.Version) {
			return t.conflict("interaction", id)
		}
		followUps, err := t.followUpsOf(id)
		if err != nil {
			return err
		}
		if _, err := t.Exec("DELETE FROM interactions WHERE id = ?", id); err != nil {
			return err
		}
		metadata := i.details()
		metadata["deleted"] = deletedInteraction{
			Body: i.Body, Outcome: i.Outcome, UserID: i.UserID, LoggedBy: i.LoggerID, HappenedAt: stamp(i.HappenedAt),
			CreatedAt: stamp(i.CreatedAt), Version: i.Version, FollowUps: followUps,
		}
		if err := also(t, metadata); err != nil {
			return err
		}
		return t.record("delete_interaction", "interaction", id, metadata)
	})
	if err != nil {
		return Interaction{}, fmt.Errorf("delete interaction %s: %w", id, err)
	}
	return seen, nil
}

// deletedInteraction is what a delete_interaction row has in addition to the usual details.
type deletedInteraction struct {
	Body       string `json:"body"`
	Outcome    string `json:"outcome"`
	UserID     string `json:"user_id"`
	LoggedBy   string `json:"logged_by,omitempty"`
	HappenedAt string `json:"happened_at"`
	CreatedAt  string `json:"created_at"`
	Version    int    `json:"version"`

	FollowUps []deletedFollowUp `json:"follow_ups,omitempty"` // deleted with the interaction
}

// UndeleteInteraction restores a deleted interaction with its ID and its follow-ups. It does
// nothing if the interaction exists, and returns ErrNotFound if it never did or both its ends are
// gone. What UndoLog unlinked is linked again, if the actor may and sees both.
func (d *DB) UndeleteInteraction(ctx context.Context, by Actor, id string) (Interaction, error) {
	err := d.write(ctx, by, EditInteractions, func(t *tx) error {
		if _, err := scanInteraction(t.QueryRow(selectInteraction+" WHERE interactions.id = ?", id)); !errors.Is(err, ErrNotFound) {
			return err
		}
		var metadata string
		err := t.QueryRow("SELECT metadata FROM audit_logs WHERE target_type = 'interaction' AND target_id = ? AND action = "+
			"'delete_interaction' ORDER BY seq DESC LIMIT 1", id).Scan(&metadata)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		i, followUps, err := t.readDeletedInteraction(id, metadata)
		if err != nil {
			return err
		}
		if err := t.insertInteraction(i); err != nil {
			return err
		}
		// A trigger assumes that a new row comes first among interactions of the same moment, but
		// this one has its old ID. An update makes the trigger find the latest one again.
		if _, err := t.Exec("UPDATE interactions SET channel = channel WHERE id = ?", id); err != nil {
			return err
		}
		if err := t.restoreFollowUps(id, followUps); err != nil {
			return err
		}
		if err := t.mustSee("interaction", id); err != nil {
			return err
		}
		said, deleted := i.details(), linkMetadata{}
		if err := json.Unmarshal([]byte(metadata), &deleted); err != nil {
			return err
		}
		if err := t.linkAgain(deleted, said); err != nil {
			return err
		}
		return t.record("restore_interaction", "interaction", id, said)
	})
	if err != nil {
		return Interaction{}, fmt.Errorf("undelete interaction %s: %w", id, err)
	}
	return d.Interaction(ctx, by, id)
}

// readDeletedInteraction reads an interaction and its follow-ups from the metadata of their deletion.
func (t *tx) readDeletedInteraction(id, metadata string) (Interaction, []deletedFollowUp, error) {
	var m struct {
		OrganizationID string              `json:"organization_id"`
		ContactID      string              `json:"contact_id"`
		ParticipantIDs []string            `json:"participant_ids"`
		Channel        string              `json:"channel"`
		Subject        string              `json:"subject"`
		Deleted        *deletedInteraction `json:"deleted"`
	}
	if err := json.Unmarshal([]byte(metadata), &m); err != nil || m.Deleted == nil {
		return Interaction{}, nil, errors.Join(ErrNotFound, err)
	}
	i := Interaction{
		ID: id, OrganizationID: m.OrganizationID, ContactID: m.ContactID,
		UserID: m.Deleted.UserID, LoggerID: m.Deleted.LoggedBy, Channel: m.Channel,
		Subject: m.Subject, Body: m.Deleted.Body, Outcome: m.Deleted.Outcome, Version: m.Deleted.Version + 1,
	}
	var err1, err2 error
	i.HappenedAt, err1 = time.Parse(TimeFormat, m.Deleted.HappenedAt)
	i.CreatedAt, err2 = time.Parse(TimeFormat, m.Deleted.CreatedAt)
	if err := errors.Join(err1, err2); err != nil {
		return i, nil, err
	}
	for _, end := range []struct {
		table string
		id    *string
	}{{"organizations", &i.OrganizationID}, {"contacts", &i.ContactID}, {"users", &i.UserID}, {"users", &i.LoggerID}} {
		var there bool
		if err := t.QueryRow("SELECT EXISTS (SELECT 1 FROM "+end.table+" WHERE id = ?)", *end.id).Scan(&there); err != nil {
			return i, nil, err
		}
		if !there {
			*end.id = ""
		}
	}
	kept, err := t.existing(m.ParticipantIDs)
	if err != nil {
		return i, nil, err
	}
	i.participantIDs = joinIDs(kept)
	if i.settleEnds(i, map[string]Change{}); i.OrganizationID == "" && i.ContactID == "" {
		return i, nil, ErrNotFound
	}
	return i, m.Deleted.FollowUps, nil
}

// deletedFollowUp is a follow-up in the audit row of its interaction's deletion.
type deletedFollowUp struct {
	ID         string `json:"id"`
	Text       string `json:"text"`
	DueOn      string `json:"due_on"`
	DueTime    string `json:"due_time,omitempty"`
	AssigneeID string `json:"assignee_id,omitempty"`
	GivenBy    string `json:"given_by,omitempty"`
	New        bool   `json:"is_new,omitempty"`
	DoneAt     string `json:"done_at,omitempty"`
	DoneBy     string `json:"done_by,omitempty"`

	CancelledAt string `json:"cancelled_at,omitempty"`
	CancelledBy string `json:"cancelled_by,omitempty"`
	CreatedBy   string `json:"created_by,omitempty"`
	CreatedAt   string `json:"created_at"`
	Version     int    `json:"version"`
}

// followUpsOf returns all follow-ups of an interaction, open and done.
func (t *tx) followUpsOf(interactionID string) ([]deletedFollowUp, error) {
	rows, err := t.Query(`
		SELECT id, text, due_on, due_time, assignee_id, given_by, is_new, done_at, done_by, cancelled_at, cancelled_by, created_by, created_at, version
		FROM follow_ups WHERE interaction_id = ? ORDER BY id`, interactionID)
	return sqlite.Collect(rows, err, func(r sqlite.Row) (deletedFollowUp, error) {
		var k deletedFollowUp
		err := r.Scan(&k.ID, &k.Text, &k.DueOn, nullText{&k.DueTime}, nullText{&k.AssigneeID}, nullText{&k.GivenBy}, &k.New,
			nullText{&k.DoneAt}, nullText{&k.DoneBy}, nullText{&k.CancelledAt}, nullText{&k.CancelledBy},
			nullText{&k.CreatedBy}, &k.CreatedAt, &k.Version)
		return k, err
	})
}

// restoreFollowUps inserts the follow-ups of a restored interaction, without users who no longer
// exist.
func (t *tx) restoreFollowUps(interactionID string, kept []deletedFollowUp) error {
	for _, k := range kept {
		_, err := t.Exec(`
			INSERT INTO follow_ups (id, interaction_id, text, due_on, due_time, assignee_id, given_by, is_new,
				done_at, done_by, cancelled_at, cancelled_by, created_by, created_at, version)
			VALUES (?, ?, ?, ?, ?, (SELECT id FROM users WHERE id = ?), (SELECT id FROM users WHERE id = ?), ?,
				?, (SELECT id FROM users WHERE id = ?), ?, (SELECT id FROM users WHERE id = ?), (SELECT id FROM users WHERE id = ?), ?, ?)`,
			k.ID, interactionID, k.Text, k.DueOn, orNull(k.DueTime), k.AssigneeID, k.GivenBy, k.New,
			orNull(k.DoneAt), k.DoneBy, orNull(k.CancelledAt), k.CancelledBy, k.CreatedBy, k.CreatedAt, k.Version)
		if err != nil {
			return err
		}
	}
	return nil
}
