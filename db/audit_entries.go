package db

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"clientregistry/db/sqlite"
)

// AuditEntry is a row of the audit log as one reader sees it.
type AuditEntry struct {
	Entry
	UserID, UserEmail, IP, UA, Hash string
	Target                          string            // name of the user or the role it is about, "" where it is gone
	Hidden                          bool              // what it says is not for the reader: only who did what and when
	Metadata                        string            // as stored; "" where hidden, or where it may name a client out of sight
	Details                         map[string]string // what it says beside changes, by name: roles, email, rows, …
	visible                         bool
}

// selectAudit reads rows of the history for scanAudit, and whether each is
// visible, an expression. Its arguments come first.
func selectAudit(visible string) string {
	return `
		SELECT seq, ifnull(user_id, ''), ifnull(full_name, ''), ifnull(email, ''), action, target_type, ifnull(target_id, ''), metadata,
			ifnull(ip, ''), ifnull(ua, ''), audit_logs.created_at, hash, ` + visible + `
		FROM audit_logs LEFT JOIN users ON users.id = user_id`
}

func scanAudit(r sqlite.Row) (e AuditEntry, err error) {
	err = r.Scan(&e.Seq, &e.UserID, &e.UserName, &e.UserEmail, &e.Action, &e.TargetType, &e.TargetID, &e.Metadata,
		&e.IP, &e.UA, moment{&e.At}, &e.Hash, &e.visible)
	return e, err
}

// show reads what an entry says that is there for the actor.
func (e *AuditEntry) show(by Actor) {
	if e.Hidden = actionOf(e.Action).sight == ofReading && !by.seesAll(); e.Hidden {
		e.Metadata = ""
		return
	}
	stored := e.Metadata
	var said map[string]any
	whole := json.Unmarshal([]byte(stored), &said) == nil && e.read(stored) == nil
	if by.OwnOnly && (actionOf(e.Action).sight == ofTalk || said["batch"] != nil) {
		e.Metadata = "" // an end of the interaction may be out of sight, and the batch is; their ids are in it
	}
	if !whole {
		return // another program wrote it
	}
	e.Details = map[string]string{}
	for name, value := range said {
		if e.Metadata != "" || name == "erased" {
			e.Details[name] = inText(value)
		}
	}
	switch e.TargetType {
	case "organization":
		e.OrganizationID = e.TargetID
	case "contact":
		e.ContactID = e.TargetID
	}
	if changes, ok := said["changes"].(map[string]any); ok && (e.TargetType == "user" || e.TargetType == "role") {
		e.Changes = accountChanges(changes)
	}
}

// accountChanges are the changes of a user or a role in words, by column.
func accountChanges(changes map[string]any) (all []FieldChange) {
	words := map[string]string{"require_mfa": "Needs a second factor", "single_keys": "Single-letter shortcuts"}
	for _, f := range slices.Concat(userFields, roleFields) {
		if words[f.Column] == "" {
			words[f.Column] = f.Label
		}
	}
	for _, column := range slices.Sorted(maps.Keys(changes)) {
		change, ok := changes[column].(map[string]any)
		if !ok || column == "" || column == "status" { // the action says it
			continue
		}
		label := words[column]
		if label == "" {
			label = strings.ToUpper(column[:1]) + strings.ReplaceAll(column[1:], "_", " ")
		}
		all = append(all, FieldChange{Column: column, Label: label, Old: inText(change["old"]), New: inText(change["new"])})
	}
	return all
}

// inText writes a value of an audit row's metadata.
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
	}
	return fmt.Sprint(v)
}

// nameAudit puts names for the ids that entries speak of.
func (d *DB) nameAudit(ctx context.Context, by Actor, page []AuditEntry) error {
	entries := make([]Entry, len(page))
	for i := range page {
		entries[i] = page[i].Entry
	}
	if err := d.nameAll(ctx, by, entries); err != nil {
		return err
	}
	names := namer{d: d, ctx: ctx, by: by, known: map[string]string{}}
	for i := range page {
		e := &page[i]
		e.Entry = entries[i]
		switch e.TargetType {
		case "user", "session":
			e.Target = names.name("users", e.TargetID)
		case "role":
			e.Target = e.Details["name"]
		}
		if ValidID(e.Details["actor"]) {
			e.Details["actor"] = names.name("users", e.Details["actor"])
		}
	}
	return names.err
}
