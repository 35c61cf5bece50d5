package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// A batch has no table of its own. It consists of the consecutive audit rows of its transaction,
// the last of which describes the batch.

// pastBatch is a batch read from the audit log.
type pastBatch struct {
	seq          int64
	userID, kind string
	Action       string
	Count, Rows  int
}

// batchActions are the actions of the rows that describe batches.
const batchActions = "('batch_organizations', 'batch_contacts', 'batch_follow_ups')"

// batch returns a batch, or ErrNotFound.
func (t *tx) batch(id string) (b pastBatch, err error) {
	var action, metadata string
	err = t.QueryRow(`
		SELECT seq, ifnull(user_id, ''), action, metadata FROM audit_logs
		WHERE target_type = 'system' AND target_id = ? AND +action IN `+batchActions, id).
		Scan(&b.seq, &b.userID, &action, &metadata)
	if errors.Is(err, sql.ErrNoRows) {
		return b, ErrNotFound
	}
	if err != nil {
		return b, err
	}
	b.kind = strings.TrimSuffix(strings.TrimPrefix(action, "batch_"), "s")
	return b, json.Unmarshal([]byte(metadata), &b)
}

// newBatchID returns an ID for a new batch: the request's, unless a batch already has it.
func (t *tx) newBatchID(requestID string) (string, error) {
	if !ValidID(requestID) {
		return newID(), nil
	}
	_, err := t.batch(requestID)
	switch {
	case errors.Is(err, ErrNotFound):
		return requestID, nil
	case err != nil:
		return "", err
	}
	return newID(), nil
}

// BatchUndone says what UndoBatch did.
type BatchUndone struct {
	Kind, Action string
	Undone       int
	Left         []Left
}

// UndoBatch reverts a batch in one transaction, except for records that changed since or that the
// actor does not see, which it returns. Only the user who ran the batch and those with ManageUsers
// may do it; others get ErrNotFound. It returns Invalid if the batch was already undone.
func (d *DB) UndoBatch(ctx context.Context, by Actor, id string) (undone BatchUndone, err error) {
	err = d.write(ctx, by, EditClients, func(t *tx) error {
		made, err := t.batch(id)
		if err != nil {
			return err
		}
		if made.userID != by.UserID && !by.Can(ManageUsers) {
			return ErrNotFound
		}
		if err := t.checkNotUndone(id); err != nil {
			return err
		}
		t.by.TakesBack = true
		undone = BatchUndone{Kind: made.kind, Action: made.Action}
		undoing := newID()
		if made.kind == "follow_up" {
			if err := EditInteractions.Refuse(by); err != nil {
				return err
			}
			undone.Undone, undone.Left, err = t.undoHandOver(made, undoing)
		} else {
			undone.Undone, undone.Left, err = t.undoRecords(made, undoing)
		}
		if err != nil || undone.Undone == 0 {
			return err
		}
		return t.record("undo_batch", "system", id, details{"batch": undoing, "action": made.Action, "count": undone.Undone, "rows": t.recorded})
	})
	if err != nil {
		return BatchUndone{}, fmt.Errorf("undo batch %s: %w", id, err)
	}
	return undone, nil
}

func (t *tx) checkNotUndone(id string) error {
	var name string
	var at time.Time
	err := t.QueryRow(`
		SELECT users.full_name, audit_logs.created_at FROM audit_logs LEFT JOIN users ON users.id = user_id
		WHERE target_type = 'system' AND target_id = ? AND +action = 'undo_batch'`, id).Scan(nullText{&name}, moment{&at})
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if name == "" {
		return invalid("batch", "Somebody has already undone this")
	}
	return invalid("batch", "%s has already undone this", text.Isolate(name))
}

// batchUndo undoes a batch.
type batchUndo struct {
	t       *tx
	x       *batchRun // the batch's records, as they are now
	id      string    // of the undoing
	made    pastBatch
	entries []batchEntry
	now     map[string]batchRow
	undone  map[string]bool
	left    leftByReason
	skipped map[string]bool
}

// batchEntry is what a batch did to one record.
type batchEntry struct {
	action, record string // record is its ID
	OrganizationID string `json:"organization_id"`
	ContactID      string `json:"contact_id"`
	RoleLabel      string `json:"role_label"`
	Status         string `json:"relationship_status"`
	Changes        map[string]Change
}

// undoRecords undoes a batch of organizations or contacts, as the batch undoing.
func (t *tx) undoRecords(made pastBatch, undoing string) (undone int, left []Left, err error) {
	u, err := t.newBatchUndo(made, undoing)
	if err != nil {
		return 0, nil, err
	}
	if err := u.run(); err != nil {
		return 0, nil, err
	}
	return len(u.undone), u.left.all(), nil
}

// batchEntries reads what a batch did.
func (t *tx) batchEntries(made pastBatch) ([]batchEntry, error) {
	rows, err := t.Query("SELECT action, target_id, metadata FROM audit_logs WHERE seq BETWEEN ? AND ? ORDER BY seq",
		made.seq-int64(made.Rows), made.seq-1)
	return sqlite.Collect(rows, err, func(r sqlite.Row) (e batchEntry, err error) {
		var metadata string
		if err := r.Scan(&e.action, &e.record, &metadata); err != nil {
			return e, err
		}
		err = json.Unmarshal([]byte(metadata), &e)
		if made.kind == "contact" && e.ContactID != "" { // a link's row is its organization's
			e.record = e.ContactID
		}
		return e, err
	})
}

func (t *tx) newBatchUndo(made pastBatch, undoing string) (*batchUndo, error) {
	u := &batchUndo{
		t: t, id: undoing, made: made, now: map[string]batchRow{},
		undone: map[string]bool{}, left: leftByReason{}, skipped: map[string]bool{},
	}
	var err error
	if u.entries, err = t.batchEntries(made); err != nil {
		return nil, err
	}
	u.x = &batchRun{Batch: Batch{Kind: made.kind, Action: made.Action}, by: t.by, list: RecordKindOf(made.kind)}
	u.x.column, _ = u.x.list.batchColumn(made.Action)
	for _, e := range u.entries {
		u.x.IDs = append(u.x.IDs, e.record)
	}
	if err := u.x.findIDs(); err != nil {
		return nil, err
	}
	u.x.state = condition{sql: "''"}
	if u.x.column != "" {
		u.x.state.sql = "CAST(" + u.x.column + " AS TEXT)"
	}
	now, err := u.x.rows(t, u.x.finds...)
	for _, r := range now {
		u.now[r.ID] = r
	}
	return u, err
}

func (u *batchUndo) run() error {
	for _, e := range u.entries {
		r, seen := u.now[e.record]
		if !seen {
			u.skip(Gone, Named{ID: e.record})
			continue
		}
		var err error
		if u.x.column != "" {
			err = u.undoColumn(e, r)
		} else {
			err = u.undoLink(e, r)
		}
		if err != nil {
			return err
		}
	}
	if u.made.Action == "link" && u.x.Kind == "organization" && len(u.undone) > 0 {
		return u.t.reindexRecord(ContactKind, u.entries[0].ContactID)
	}
	return nil
}

// skip skips a record, and counts it once.
func (u *batchUndo) skip(why Reason, n Named) {
	if !u.skipped[n.ID] {
		u.skipped[n.ID] = true
		u.left.add(why, n)
	}
}

// undoColumn restores a column's value.
func (u *batchUndo) undoColumn(e batchEntry, r batchRow) error {
	change, known := e.Changes[u.x.column]
	from, to := storedText(change.New), storedText(change.Old)
	changed, err := u.t.happenedSince(u.made, "target_type = ? AND target_id = ? AND +action IN "+changingRecords, u.x.Kind, r.ID)
	if err != nil {
		return err
	}
	if changed || !known || r.state != from {
		u.skip(Changed, r.Named)
		return nil
	}
	if u.x.column == "owner_user_id" && to != "" {
		err := orNotFound(u.t.QueryRow("SELECT 1 FROM users WHERE id = ?", to))
		if errors.Is(err, ErrNotFound) {
			u.skip(OwnerLeft, r.Named)
			return nil
		}
		if err != nil {
			return err
		}
	}
	u.undone[r.ID] = true
	return u.t.setColumn(u.x.list, u.x.column, u.id, r.ID, from, to)
}

// storedText converts a value from metadata to text as SQLite casts it; booleans become 0 or 1.
func storedText(v any) string {
	switch v {
	case true:
		return "1"
	case false:
		return "0"
	}
	return shown(v)
}

// undoLink deletes a link that the batch created, or restores its status.
func (u *batchUndo) undoLink(e batchEntry, r batchRow) error {
	query, first, second := "+target_id = ? AND json_extract(metadata, '$.contact_id') = ?", e.OrganizationID, e.ContactID
	if u.x.Kind == "organization" {
		query = "target_type = 'organization' AND target_id = ? AND +json_extract(metadata, '$.contact_id') = ?"
	}
	changed, err := u.t.happenedSince(u.made, query+" AND +action IN "+changingLinks, first, second)
	if err != nil {
		return err
	}
	l, err := u.t.link(e.OrganizationID, e.ContactID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if changed || err != nil || l.RelationshipStatus != e.Status || l.RoleLabel != e.RoleLabel {
		u.skip(Changed, r.Named)
		return nil
	}
	u.undone[r.ID] = true
	if e.action == "link_contact" {
		if err := u.t.deleteLink(l, l.inBatch(u.id)); err != nil || u.x.Kind == "organization" {
			return err
		}
		return u.t.reindexRecord(ContactKind, l.ContactID)
	}
	change := e.Changes["relationship_status"]
	l.RelationshipStatus = shown(change.Old)
	return u.t.changeLink(l, map[string]Change{"relationship_status": {Old: change.New, New: change.Old}}, l.inBatch(u.id))
}

// happenedSince reports whether an audit row after a batch matches.
func (t *tx) happenedSince(made pastBatch, where string, args ...any) (found bool, err error) {
	err = t.QueryRow("SELECT EXISTS (SELECT 1 FROM audit_logs WHERE "+where+" AND seq > ?)", append(slices.Clone(args), made.seq)...).
		Scan(&found)
	return found, err
}
