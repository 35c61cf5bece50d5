package db

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"clientregistry/db/sqlite"
)

// ownChangesSize is how many changes OwnChanges lists at most. It looks through at most ownSteps times ownStep rows
// of the history, where a batch counts as one.
const (
	ownChangesSize = 10
	ownStep        = 50
	ownSteps       = 10
)

// OwnChanges lists the actor's latest changes that they can still undo, newest first. It leaves out the changes of
// fields whose value somebody has changed since, and lists a batch as one change.
func (d *DB) OwnChanges(ctx context.Context, by Actor) (all []AuditEntry, err error) {
	if err := OwnAccount.Refuse(by); err != nil {
		return nil, err
	}
	if !ViewClients.MetBy(by) {
		return nil, nil
	}
	for before, step := int64(1<<62), 0; before > 0 && step < ownSteps && len(all) < ownChangesSize; step++ {
		var page []AuditEntry
		if page, before, err = d.ownChanges(ctx, by, before); err != nil {
			return nil, fmt.Errorf("own changes: %w", err)
		}
		all = append(all, page...)
	}
	return all[:min(len(all), ownChangesSize)], nil
}

// ownRows returns a query for the seq of the actor's latest rows before one that change clients or end a batch.
func ownRows(by Actor, before int64) (query string, args []any) {
	return "SELECT seq FROM audit_logs INDEXED BY audit_logs_user WHERE user_id = ? AND seq < ? AND (+action IN " + changingClients +
		" OR +action IN ('batch_organizations', 'batch_contacts', 'undo_batch')) ORDER BY seq DESC" + limit(ownStep), []any{by.UserID, before}
}

// ownChanges returns those of the next rows before one that the actor can undo. older is the before of the following
// rows, or 0 if there are none.
func (d *DB) ownChanges(ctx context.Context, by Actor, before int64) (found []AuditEntry, older int64, err error) {
	seqs, args := ownRows(by, before)
	seen := by.seesEntry()
	rows, err := d.reader.Query(ctx, selectAudit(seen.sql)+" WHERE seq IN ("+seqs+") ORDER BY seq DESC", slices.Concat(seen.args, args)...)
	page, err := sqlite.Collect(rows, err, scanAudit)
	if err != nil {
		return nil, 0, err
	}
	if len(page) == ownStep {
		older = page[len(page)-1].Seq
	}
	first := int64(1 << 62) // of the batch that the last row belongs to
	for _, e := range page {
		var said struct{ Rows int64 }
		isBatch := ActionKind(e.Action) == "system"
		if err := json.Unmarshal([]byte(e.Metadata), &said); err != nil || e.Seq >= first && !isBatch {
			continue
		}
		if isBatch {
			if first = e.Seq - said.Rows; older > 0 {
				older = min(older, first)
			}
			if e.Undo, err = d.canUndoBatch(ctx, by, e, first); err != nil {
				return nil, 0, err
			}
		}
		if e.show(by); e.visible {
			found = append(found, e)
		}
	}
	if err := d.markUndoOfAudit(ctx, by, found); err != nil {
		return nil, 0, err
	}
	err = d.nameAudit(ctx, by, found)
	return slices.DeleteFunc(found, func(e AuditEntry) bool { return !e.standing() }), older, err
}

// standing keeps only the changes that can be undone and that nobody has overwritten, and reports whether the entry can
// be undone.
func (e *AuditEntry) standing() bool {
	e.Changes = slices.DeleteFunc(e.Changes, func(c FieldChange) bool { return !e.Undo && (c.Back == nil || !c.Stands) })
	return e.Undo || slices.ContainsFunc(e.Changes, func(c FieldChange) bool { return c.Back != nil && c.Stands })
}

// canUndoBatch reports whether nobody has undone a batch, and whether the actor may and sees one of its records. first is
// the seq of its first row.
func (d *DB) canUndoBatch(ctx context.Context, by Actor, e AuditEntry, first int64) (can bool, err error) {
	if e.Action == "undo_batch" || !EditClients.MetBy(by) {
		return false, nil
	}
	seen := by.seesEntry()
	err = d.reader.QuickQueryRow(ctx, `
		SELECT NOT EXISTS (SELECT 1 FROM audit_logs WHERE target_type = 'system' AND target_id = ? AND +action = 'undo_batch')
			AND EXISTS (SELECT 1 FROM audit_logs WHERE seq BETWEEN ? AND ? AND `+seen.sql+`)`,
		slices.Concat([]any{e.TargetID, first, e.Seq - 1}, seen.args)...).Scan(&can)
	return can, err
}
