package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"clientregistry/db/sqlite"
)

// ownChangesSize is how many changes OwnChanges lists at most. It looks through at most ownSteps times ownStep rows
// of the history, where a batch counts as one.
const (
	ownChangesSize = 10
	ownStep        = 50
	ownSteps       = 10
	ownRead        = 5000 // of the actor's rows for each ownStep: a program with their token may have written most of them
)

// OwnChanges lists the changes that the actor made last and can still undo, newest first. It leaves out the changes of
// fields whose value somebody has changed since and what programs with the actor's tokens did, and lists a batch as one
// change.
func (d *DB) OwnChanges(ctx context.Context, by Actor) (all []AuditEntry, err error) {
	if err := OwnAccount.Refuse(by); err != nil {
		return nil, err
	}
	if !ViewClients.MetBy(by) {
		return nil, nil
	}
	u := ownUndo{d, ctx, by, map[string]bool{}}
	for before, step := int64(1<<62), 0; before > 0 && step < ownSteps && len(all) < ownChangesSize; step++ {
		var page []AuditEntry
		if page, before, err = u.changes(before); err != nil {
			return nil, fmt.Errorf("own changes: %w", err)
		}
		all = append(all, page...)
	}
	return all[:min(len(all), ownChangesSize)], nil
}

// ownRows returns a query for the seq of the actor's latest rows before one that change clients, end a batch, or change a
// vocabulary or a shared view.
func ownRows(by Actor, before int64) (query string, args []any) {
	own := by.rowsByHand(before)
	return "SELECT seq FROM audit_logs INDEXED BY audit_logs_user WHERE " + own.sql + " AND (+action IN " + changingClients +
		" OR +action IN " + batchActions + " OR +action IN ('undo_batch', 'finish_value_change', 'hide_value', 'suggest_value'," +
		" 'delete_view')) ORDER BY seq DESC" + limit(ownStep), own.args
}

// rowsByHand is true for the actor's rows before one that no program with their token wrote. It looks through ownRead rows.
func (by Actor) rowsByHand(before int64) condition {
	sql := `user_id = ? AND seq < ? AND json_extract(metadata, '$.token') IS NULL
		AND seq > ifnull((SELECT seq FROM audit_logs INDEXED BY audit_logs_user
			WHERE user_id = ? AND seq < ? ORDER BY seq DESC LIMIT 1 OFFSET ` + strconv.Itoa(ownRead) + "), 0)"
	return condition{sql, []any{by.UserID, before, by.UserID, before}}
}

// ownUndo finds the changes that an actor can undo.
type ownUndo struct {
	d       *DB
	ctx     context.Context
	by      Actor
	decided map[string]bool // views and values of a later row
}

// changes returns the undoable changes among the next page of rows older than the seq before. older is the before of the
// page after that, or 0 if there is none.
func (u ownUndo) changes(before int64) (found []AuditEntry, older int64, err error) {
	seqs, args := ownRows(u.by, before)
	seen := u.by.seesEntry()
	rows, err := u.d.reader.Query(u.ctx, selectAudit(seen.sql)+" WHERE seq IN ("+seqs+") ORDER BY seq DESC", slices.Concat(seen.args, args)...)
	page, err := sqlite.Collect(rows, err, scanAudit)
	if err != nil {
		return nil, 0, err
	}
	first := int64(1 << 62) // of the batch that the last row belongs to
	for _, e := range page {
		var said ownMetadata
		if err := json.Unmarshal([]byte(e.Metadata), &said); err != nil {
			continue
		}
		isSystem := ActionKind(e.Action) == "system"
		if said.Rows > 0 {
			first = e.Seq - said.Rows
		}
		if !isSystem && (e.Seq >= first || said.Batch != "") {
			continue
		}
		if isSystem {
			if e.Undo, err = u.canUndo(e, said, first); err != nil {
				return nil, 0, err
			}
			e.Action = shownAction(e.Action, said)
		}
		if e.show(u.by); !e.Hidden && (e.visible || e.Undo) {
			found = append(found, e)
		}
	}
	if len(page) == ownStep {
		var said ownMetadata
		last := page[len(page)-1]
		_ = json.Unmarshal([]byte(last.Metadata), &said) // what cannot be read is in no batch
		if older, err = u.d.beforeBatch(u.ctx, u.by, last.Seq, said.Batch, first); err != nil {
			return nil, 0, err
		}
	}
	if err := errors.Join(u.d.markUndoOfAudit(u.ctx, u.by, found), u.markMade(found)); err != nil {
		return nil, 0, err
	}
	err = u.d.nameAudit(u.ctx, u.by, found)
	var standing []AuditEntry
	for _, e := range found {
		if e.standing() {
			standing = append(standing, e)
		}
	}
	return standing, older, err
}

// ownMetadata is what a row's metadata says of a batch, or of a value of a vocabulary.
type ownMetadata struct {
	Rows                             int64
	Batch, Action, Vocabulary, Value string
}

// beforeBatch returns the before of the page after one of the actor's rows, leaving out further rows of its batch, or of
// its change of a value as far as the actor did nothing else meanwhile. first is the seq of the first row of the batch.
func (d *DB) beforeBatch(ctx context.Context, by Actor, seq int64, batch string, first int64) (int64, error) {
	if batch == "" {
		return min(seq, first), nil
	}
	piece := seq
	err := d.reader.QuickQueryRow(ctx, `
		SELECT seq - changes + 1 FROM value_change_pieces AS piece
		WHERE change_id = ? AND seq - changes < ? AND (SELECT max(seq) FROM audit_logs WHERE user_id = ? AND seq <= piece.seq - changes)
			IS NOT (SELECT max(seq) FROM value_change_pieces WHERE change_id = piece.change_id AND seq < piece.seq)
		ORDER BY seq DESC LIMIT 1`, batch, seq, by.UserID).Scan(&piece)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return min(seq, first, piece), err
}

// canUndo reports whether the actor can undo a row about many records, a vocabulary or a view. first is the seq of the
// first row of its batch.
func (u ownUndo) canUndo(e AuditEntry, said ownMetadata, first int64) (can bool, err error) {
	switch e.Action {
	case "finish_value_change":
		c, err := scanValueChange(u.d.reader.QuickQueryRow(u.ctx, selectValueChange+" WHERE value_changes.id = ?", e.TargetID))
		if errors.Is(err, ErrNotFound) || c.Kind == "undo" {
			return false, nil
		}
		return err == nil && !c.Undone && c.Vocabulary.Need.MetBy(u.by), err
	case "hide_value", "suggest_value":
		v, err := VocabularyOf(said.Vocabulary)
		if err != nil || u.isDecided(said.Vocabulary+" "+said.Value) || !v.Need.MetBy(u.by) {
			return false, nil
		}
		states, err := v.states(readerQuerier{u.ctx, u.d})
		return states.suggest(said.Value) == (e.Action == "suggest_value"), err
	case "delete_view":
		if u.isDecided(e.TargetID) {
			return false, nil
		}
		v, err := scanSavedView(u.d.reader.QuickQueryRow(u.ctx, selectView+" WHERE saved_views.id = ? AND deleted_at IS NOT NULL", e.TargetID))
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		return err == nil && v.MayChange(u.by) && u.by.seesList(v.List), err
	}
	return u.d.canUndoBatch(u.ctx, u.by, e, first)
}

// shownAction returns the action as the list shows it: the end of a change of a value is shown as the change.
func shownAction(action string, said ownMetadata) string {
	if change := valueActions[said.Action]; action == "finish_value_change" && change != "" {
		return change
	}
	return action
}

// isDecided reports whether a later row was about the same thing.
func (u ownUndo) isDecided(what string) bool {
	was := u.decided[what]
	u.decided[what] = true
	return was
}

// opposites maps each action that is undone by removing what it made to the actions that remove or restore that.
var opposites = map[string][2]string{
	"create_org":          {"archive_org", "restore_org"},
	"create_contact":      {"archive_contact", "restore_contact"},
	"link_contact":        {"link_contact", "unlink_contact"},
	"create_interaction":  {"delete_interaction", "restore_interaction"},
	"restore_interaction": {"delete_interaction", "restore_interaction"},
	"create_follow_up":    {"cancel_follow_up", "reopen_follow_up"},
}

// markMade marks the links, interactions and follow-ups that the actor made, that are still there, and that nobody else
// has changed since.
func (u ownUndo) markMade(page []AuditEntry) error {
	now := undoReader{d: u.d, ctx: u.ctx, by: u.by, known: map[string]undoTarget{}}
	for i := range page {
		e := &page[i].Entry
		reversals, ok := opposites[e.Action]
		if !ok || !u.by.mayChange(*e) {
			continue
		}
		target, err := now.target(*e)
		if err != nil {
			return err
		}
		if e.Version = target.version; target.record == nil {
			continue
		}
		query, args := "", []any{e.TargetType, e.TargetID, e.Seq, u.by.UserID, reversals[0], reversals[1]}
		if e.IsLink() {
			query, args = " AND json_extract(metadata, '$.contact_id') = ?", append(args, e.ContactID)
		}
		err = u.d.reader.QuickQueryRow(u.ctx, `
			SELECT NOT EXISTS (SELECT 1 FROM audit_logs
			WHERE target_type = ? AND target_id = ? AND seq > ? AND (user_id IS NOT ? OR action IN (?, ?))`+query+")", args...).Scan(&e.Undo)
		if err != nil {
			return err
		}
	}
	return nil
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
	if e.Action == "undo_batch" || !EditClients.MetBy(by) || e.Action == "batch_follow_ups" && !EditInteractions.MetBy(by) {
		return false, nil
	}
	seen := by.seesEntry()
	err = d.reader.QuickQueryRow(ctx, `
		SELECT NOT EXISTS (SELECT 1 FROM audit_logs WHERE target_type = 'system' AND target_id = ? AND +action = 'undo_batch')
			AND EXISTS (SELECT 1 FROM audit_logs WHERE seq BETWEEN ? AND ? AND `+seen.sql+`)`,
		slices.Concat([]any{e.TargetID, first, e.Seq - 1}, seen.args)...).Scan(&can)
	return can, err
}
