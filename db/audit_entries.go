package db

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"clientregistry/db/sqlite"
)

// AuditEntry is an audit row as one reader sees it.
type AuditEntry struct {
	Entry
	UserEmail, IP, UA, Hash string
	Target                  string            // name of the user or role that is the target, or "" if it was deleted
	Hidden                  bool              // the reader may not see the details, only who did what and when
	Metadata                string            // as stored; "" if hidden or if it might name a client that the reader does not see
	Details                 map[string]string // further metadata by name: roles, email, rows, …
	visible                 bool
}

// selectAudit returns the query for scanAudit. visible is an SQL expression; its arguments come
// first.
func selectAudit(visible string) string {
	return `
		SELECT seq, ifnull(user_id, ''), ifnull(` + shownName + `, ''), ifnull(email, ''), action, target_type, ifnull(target_id, ''), metadata,
			ifnull(ip, ''), ifnull(ua, ''), audit_logs.created_at, hash, ` + visible + `
		FROM audit_logs LEFT JOIN users ON users.id = user_id`
}

func scanAudit(r sqlite.Row) (e AuditEntry, err error) {
	err = r.Scan(&e.Seq, &e.UserID, &e.UserName, &e.UserEmail, &e.Action, &e.TargetType, &e.TargetID, &e.Metadata,
		&e.IP, &e.UA, moment{&e.At}, &e.Hash, &e.visible)
	return e, err
}

// show fills in what the actor may see of an entry.
func (e *AuditEntry) show(by Actor) {
	if e.Hidden = actionOf(e.Action).sight == ofReading && !by.seesAll(); e.Hidden {
		e.Metadata = ""
		return
	}
	stored := e.Metadata
	var said map[string]any
	whole := json.Unmarshal([]byte(stored), &said) == nil && e.read(stored) == nil
	if by.OwnOnly && (actionOf(e.Action).sight == ofTalk || said["batch"] != nil) {
		e.Metadata = "" // has IDs that the actor may not see: the interaction's ends, or the batch
	}
	if !whole {
		return // written by another program
	}
	e.Details = map[string]string{}
	for name, value := range said {
		if e.Metadata != "" || name == "erased" {
			e.Details[name] = inText(value)
		}
	}
	if missing := e.Details["permission"]; missing != "" {
		e.Details["permission"] = permissionText(missing)
	}
	switch e.TargetType {
	case "organization":
		e.OrganizationID = e.TargetID
	case "contact":
		e.ContactID = e.TargetID
	}
	if changes, ok := said["changes"].(map[string]any); ok && slices.Contains(accountKinds, e.TargetType) {
		e.Changes = accountChanges(changes)
	}
}

// accountKinds are the kinds of records whose changes accountChanges words.
var accountKinds = []string{"user", "role", "webhook"}

// accountLabels name columns of accounts that are not in their forms, or not in these words.
var accountLabels = map[string]string{
	"require_mfa": "Needs a second factor", "single_keys": "Single-letter shortcuts", "is_active": "Switched on",
}

// accountChanges returns the changes of a user, a role or a webhook in words, ordered by column.
func accountChanges(changes map[string]any) (all []FieldChange) {
	words := maps.Clone(accountLabels)
	for _, f := range slices.Concat(userFields, roleFields, webhookFields) {
		if words[f.Column] == "" {
			words[f.Column] = f.Label
		}
	}
	for _, column := range slices.Sorted(maps.Keys(changes)) {
		change, ok := changes[column].(map[string]any)
		if !ok || column == "" || column == "status" { // the action already says it
			continue
		}
		label := words[column]
		if label == "" {
			label = strings.ToUpper(column[:1]) + strings.ReplaceAll(column[1:], "_", " ")
		}
		in := inText
		if column == "permissions" {
			in = permissionText
		}
		all = append(all, FieldChange{Column: column, Label: label, Old: in(change["old"]), New: in(change["new"])})
	}
	return all
}

// permissionText says what one or several permissions of an audit row's metadata allow.
func permissionText(v any) string {
	all := strings.Split(inText(v), ", ")
	for i, p := range all {
		all[i] = cmp.Or(Permission(p).Words(), p)
	}
	return strings.Join(all, "; ")
}

// inText formats a value of an audit row's metadata.
func inText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, inText(one))
		}
		return strings.Join(all, ", ")
	case map[string]any: // the values, without the columns
		var all []string
		for _, column := range slices.Sorted(maps.Keys(v)) {
			all = append(all, inText(v[column]))
		}
		return strings.Join(all, ", ")
	}
	return fmt.Sprint(v)
}

// markUndoOfAudit is markUndo for entries of the audit log.
func (d *DB) markUndoOfAudit(ctx context.Context, by Actor, page []AuditEntry) error {
	entries := plainEntries(page)
	err := d.markUndo(ctx, by, entries)
	for i := range page {
		page[i].Entry = entries[i]
	}
	return err
}

func plainEntries(page []AuditEntry) []Entry {
	entries := make([]Entry, len(page))
	for i := range page {
		entries[i] = page[i].Entry
	}
	return entries
}

// nameAudit fills in the names of the entries' records and users.
func (d *DB) nameAudit(ctx context.Context, by Actor, page []AuditEntry) error {
	entries := plainEntries(page)
	if err := d.nameAll(ctx, by, entries); err != nil {
		return err
	}
	unmarkUnnamed(entries)
	names := namer{d: d, ctx: ctx, by: by, known: map[string]string{}}
	for i := range page {
		e := &page[i]
		e.Entry = entries[i]
		switch e.TargetType {
		case "user", "session":
			e.Target = names.name("users", e.TargetID)
		case "role", "token", "webhook":
			e.Target = e.Details["name"]
		}
		if e.TargetType == "token" && ValidID(e.Details["owner"]) {
			e.Details["owner_name"] = names.name("users", e.Details["owner"])
		}
		if actors := strings.Fields(e.Details["actor"]); len(actors) > 0 {
			for i, actor := range actors {
				if ValidID(actor) {
					actors[i] = names.name("users", actor)
				}
			}
			e.Details["actor"] = strings.Join(actors, "\n")
		}
	}
	return names.err
}
