package db

import (
	"strings"

	"clientregistry/db/sqlite"
)

// runBatch changes each record, and records the batch.
func (t *tx) runBatch(x *batchRun, id string, rows []batchRow) error {
	if err := t.countLinkVersions(x); err != nil {
		return err
	}
	for _, r := range rows {
		if err := t.changeOne(x, id, r); err != nil {
			return err
		}
	}
	if x.Action == "link" && x.Kind == "organization" {
		if err := t.reindexRecord(ContactKind, x.link.ContactID); err != nil {
			return err
		}
	}
	fields := Fields{}
	for _, column := range []string{x.column, "organization_id", "contact_id", "role_label", "relationship_status"} {
		if value, ok := x.Typed[column]; ok {
			fields[column] = strings.TrimSpace(value)
		}
	}
	return t.record("batch_"+x.list.Plural, "system", id,
		details{"batch": id, "action": x.Action, "count": len(rows), "rows": t.recorded, "fields": fields})
}

// countLinkVersions reads how many versions the links to be created had before.
func (t *tx) countLinkVersions(x *batchRun) (err error) {
	switch {
	case x.Action != "link":
	case x.Kind == "organization":
		x.linked, err = t.linkVersions("json_extract(metadata, '$.contact_id') = ?", x.link.ContactID)
	default:
		x.linked, err = t.linkVersions("target_type = 'organization' AND target_id = ?", x.link.OrganizationID)
	}
	return err
}

func (t *tx) changeOne(x *batchRun, id string, r batchRow) error {
	switch x.Action {
	case "link":
		l := x.link
		if x.Kind == "organization" {
			l.OrganizationID = r.ID
		} else {
			l.ContactID = r.ID
		}
		l.Version = x.linked[l.pair()] + 1
		if err := t.insertLink(l, l.inBatch(id)); err != nil || x.Kind == "organization" {
			return err
		}
		return t.reindexRecord(ContactKind, r.ID)
	case "set_relationship_status":
		return t.setStatuses(x, id, r.ID)
	}
	return t.setColumn(x.list, x.column, id, r.ID, r.state, x.wanted)
}

// setStatuses sets the status of a contact's links.
func (t *tx) setStatuses(x *batchRun, id, contactID string) error {
	c := x.links("?", contactID)
	rows, err := t.Query(selectLink+" WHERE relationship_status <> ? AND "+c.sql, append([]any{x.link.RelationshipStatus}, c.args...)...)
	all, err := sqlite.Collect(rows, err, scanLink)
	if err != nil {
		return err
	}
	for _, l := range all {
		changes := map[string]Change{"relationship_status": {Old: l.RelationshipStatus, New: x.link.RelationshipStatus}}
		l.RelationshipStatus = x.link.RelationshipStatus
		if err := t.changeLink(l, changes, l.inBatch(id)); err != nil {
			return err
		}
	}
	return nil
}

// inBatch returns the metadata of a link's audit row in a batch.
func (l Link) inBatch(id string) details {
	d := l.details()
	d["batch"] = id
	return d
}

// setColumn changes one column of a record, and updates what lists and search derive from it.
func (t *tx) setColumn(k *RecordKind, column, batch, id, from, to string) error {
	action, change := "update_"+k.action, Change{Old: orNull(from), New: orNull(to)}
	if column == "is_active" {
		action, change = k.activeAction(to == "1"), Change{Old: from == "1", New: to == "1"}
	}
	_, err := t.Exec("UPDATE "+k.Plural+" SET "+column+
		" = ?, updated_at = ?, version = version + 1 WHERE id = ?", change.New, stamp(t.now), id)
	if err != nil {
		return err
	}
	f, err := k.Field(column)
	switch {
	case err != nil: // is_active is not a field
	case f.Searched:
		if err := t.reindexRecord(k, id); err != nil {
			return err
		}
	case f.sort.folded != "":
		if _, err := t.Exec("UPDATE "+k.Plural+" SET "+f.sort.folded+" = ? WHERE id = ?"+
			" AND "+f.sort.folded+" IS NOT ?", f.fold(to), id, f.fold(to)); err != nil {
			return err
		}
	}
	return t.record(action, k.Noun, id, details{"batch": batch, "changes": map[string]Change{column: change}})
}
