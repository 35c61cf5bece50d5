package db

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// undoReader reads the current state of what history entries are about, each once.
type undoReader struct {
	d     *DB
	ctx   context.Context
	by    Actor
	known map[string]undoTarget
}

// undoTarget is the current state of a record, a link or an interaction. record is nil if it was
// deleted or the actor does not see it.
type undoTarget struct {
	record  valuer
	version int
	active  bool
	ended   string // of a follow-up: done, cancelled or ""
}

// markUndo marks what the actor can undo: changes of fields whose old value differs from the
// current one and can be set, and an archiving, restoring, unlinking, deletion or end that still holds.
// It must run before names replace the IDs.
func (d *DB) markUndo(ctx context.Context, by Actor, page []Entry) error {
	u := undoReader{d: d, ctx: ctx, by: by, known: map[string]undoTarget{}}
	for i := range page {
		e := &page[i]
		if e.TargetType == "system" || !by.mayChange(*e) {
			continue
		}
		now, err := u.target(*e)
		if err != nil {
			return err
		}
		e.Version = now.version
		switch e.Action {
		case "archive_org", "archive_contact", "restore_org", "restore_contact":
			e.Undo = now.record != nil && now.active == strings.HasPrefix(e.Action, "restore")
		case "unlink_contact", "delete_interaction":
			e.Undo = now.record == nil
		case "finish_follow_up":
			e.Undo = now.ended == "done"
		case "cancel_follow_up":
			e.Undo = now.ended == "cancelled"
		case "update_org", "update_contact", "update_link", "update_interaction", "update_follow_up", "move_follow_up":
			err = u.markFields(e, now)
		}
		if err == nil && e.Undo {
			e.Undo, err = u.isLatest(*e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (by Actor) mayChange(e Entry) bool {
	if e.TargetType == "interaction" || e.TargetType == "follow_up" {
		return EditInteractions.MetBy(by)
	}
	return EditClients.MetBy(by)
}

// target reads the current state of what an entry is about.
func (u *undoReader) target(e Entry) (now undoTarget, err error) {
	key := e.TargetID
	if e.IsLink() {
		key += " " + e.ContactID
	}
	if now, ok := u.known[key]; ok {
		return now, nil
	}
	switch {
	case e.IsLink():
		var l Link
		l, err = u.d.Link(u.ctx, u.by, e.TargetID, e.ContactID)
		now = undoTarget{record: &l, version: l.Version}
	case e.TargetType == "organization":
		var o Organization
		o, err = u.d.Organization(u.ctx, u.by, e.TargetID)
		now = undoTarget{record: &o, version: o.Version, active: o.IsActive}
	case e.TargetType == "contact":
		var c Contact
		c, err = u.d.Contact(u.ctx, u.by, e.TargetID)
		now = undoTarget{record: &c, version: c.Version, active: c.IsActive}
	case e.TargetType == "follow_up":
		var f FollowUp
		f, err = u.d.FollowUp(u.ctx, u.by, e.TargetID)
		now = followUpNow(&f)
	default:
		var i Interaction
		i, err = u.d.Interaction(u.ctx, u.by, e.InteractionID)
		now = undoTarget{record: &i, version: i.Version}
	}
	if errors.Is(err, ErrNotFound) {
		now, err = undoTarget{}, nil
	}
	u.known[key] = now
	return now, err
}

// followUpNow returns the state of a follow-up. The values of one that has ended are not restored.
func followUpNow(f *FollowUp) undoTarget {
	now := undoTarget{version: f.Version}
	switch {
	case f.Open():
		now.record = f
	case f.DoneAt.IsZero():
		now.ended = "cancelled"
	default:
		now.ended = "done"
	}
	return now
}

// IsLink reports whether the entry is about a link of a contact to an organization.
func (e Entry) IsLink() bool {
	return strings.HasSuffix(e.Action, "link_contact") || e.Action == "update_link"
}

// markFields marks the changes of an entry whose old value can be restored.
func (u *undoReader) markFields(e *Entry, now undoTarget) error {
	if now.record == nil {
		return nil
	}
	for _, f := range e.fields() {
		for i := range e.Changes {
			change := &e.Changes[i]
			if change.Column != f.Column {
				continue
			}
			current := *now.record.value(f.Column)
			can, err := u.canRestore(f, change.Old, current)
			if err != nil {
				return err
			}
			if can {
				old := change.Old
				change.Back, change.Stands = &old, current == change.New
			}
		}
	}
	return nil
}

// fields returns the fields that an entry can have changes of.
func (e Entry) fields() []Field {
	switch {
	case e.IsLink():
		return linkFields
	case e.TargetType == "organization":
		return organizationFields
	case e.TargetType == "contact":
		return contactFields
	case e.TargetType == "interaction":
		return interactionFields
	case e.TargetType == "follow_up":
		return followUpFields
	}
	return nil
}

// hadBefore reports whether this gives something back to a person who had it before, in an Undo. about matches the audit rows
// of what it is, and column is that of the person.
func (t *tx) hadBefore(column, id, about string, args ...any) (had bool, err error) {
	if !t.by.TakesBack {
		return false, nil
	}
	err = t.QueryRow("SELECT EXISTS (SELECT 1 FROM users WHERE id = ?) AND EXISTS (SELECT 1 FROM audit_logs WHERE "+about+
		" AND json_extract(metadata, '$.changes."+column+".old') = ?)", slices.Concat([]any{id}, args, []any{id})...).Scan(&had)
	return had, err
}

// aboutRecord matches the audit rows of a record or an interaction: its noun and its ID.
const aboutRecord = "target_type = ? AND target_id = ?"

// canRestore reports whether an old value of a field differs from the current one and can be set. A person may be
// disabled meanwhile.
func (u *undoReader) canRestore(f Field, old, current string) (bool, error) {
	switch {
	case old == current, old == "" && (f.Required != "" || f.Kind == Flag):
		return false, nil
	case f.Kind != Person || old == "":
		return true, nil
	}
	var there bool
	err := u.d.reader.QuickQueryRow(u.ctx, "SELECT EXISTS (SELECT 1 FROM users WHERE id = ?)", old).Scan(&there)
	return there, err
}

// isLatest reports whether no later entry did or undid the same thing.
func (u *undoReader) isLatest(e Entry) (bool, error) {
	query := "SELECT NOT EXISTS (SELECT 1 FROM audit_logs WHERE target_type = ? AND target_id = ? AND seq > ? AND action IN (?, ?)"
	args := []any{e.TargetType, e.TargetID, e.Seq}
	switch {
	case e.IsLink():
		query += " AND json_extract(metadata, '$.contact_id') = ?"
		args = append(args, "link_contact", "unlink_contact", e.ContactID)
	case e.TargetType == "interaction":
		args = append(args, "delete_interaction", "restore_interaction")
	case e.TargetType == "follow_up":
		args = append(args, e.Action, "reopen_follow_up")
	default:
		_, kind, _ := strings.Cut(e.Action, "_")
		args = append(args, "archive_"+kind, "restore_"+kind)
	}
	var latest bool
	err := u.d.reader.QuickQueryRow(u.ctx, query+")", args...).Scan(&latest)
	return latest, err
}

// unmarkUnnamed removes marks from changes whose organization, contact or user has no name, because it
// was deleted or the actor does not see it.
func unmarkUnnamed(page []Entry) {
	for i := range page {
		e := &page[i]
		if e.Action == "unlink_contact" && (e.Organization == "" || e.Contact == "") {
			e.Undo = false
		}
		for j := range e.Changes {
			c := &e.Changes[j]
			if c.Back != nil && *c.Back != "" && c.Old == "" {
				c.Back = nil
			}
		}
	}
}
