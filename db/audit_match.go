package db

import (
	"context"
	"maps"
	"slices"
	"strings"

	"clientregistry/db/text"
)

// AuditFields are the fields by which the audit log can be filtered, each name once.
var AuditFields = func() (all []Field) {
	for _, f := range slices.Concat(organizationFields, contactFields, linkFields, interactionFields, followUpFields) {
		if !slices.ContainsFunc(all, func(known Field) bool { return known.Column == f.Column || known.Label == f.Label }) {
			all = append(all, f)
		}
	}
	return all
}()

// readsMore reports whether the filter looks into entries, for which there is no index.
func (f AuditFilter) readsMore() bool { return f.Field.narrows() || f.Text != "" }

// matching returns the entries that match the filter's field and text, judged by what the reader sees of them.
func (d *DB) matching(ctx context.Context, by Actor, f AuditFilter, page []AuditEntry) (found []AuditEntry, err error) {
	if !f.readsMore() {
		return page, nil
	}
	named := slices.Clone(page)
	for i := range named {
		e := &named[i]
		e.Changes, e.Participants, e.Details = slices.Clone(e.Changes), slices.Clone(e.Participants), maps.Clone(e.Details)
	}
	if err := d.nameAudit(ctx, by, named); err != nil {
		return nil, err
	}
	typed := text.Words(f.Text)
	for i, e := range named {
		if f.changed(e) && e.says(typed) {
			found = append(found, page[i])
		}
	}
	return found, nil
}

// changed reports whether the entry changed one of the filter's fields.
func (f AuditFilter) changed(e AuditEntry) bool {
	return !f.Field.narrows() || slices.ContainsFunc(e.Changes, func(c FieldChange) bool {
		return slices.Contains(f.Field.Values, c.Column) != f.Field.Not
	})
}

// says reports whether every typed word begins a word of the names and values of an entry.
func (e AuditEntry) says(typed []string) bool {
	if len(typed) == 0 {
		return true
	}
	said := []string{e.UserName, e.Organization, e.Contact, e.Subject, e.FollowUp, e.RoleLabel, e.RelationshipStatus, e.Target, e.IP}
	for _, p := range e.Participants {
		said = append(said, p.Name)
	}
	for _, c := range e.Changes {
		said = append(said, c.Label, c.Old, c.New)
	}
	for name, value := range e.Details {
		if name != "changes" && !isIDs(value) {
			said = append(said, value)
		}
	}
	words := text.Words(strings.Join(said, " "))
	return !slices.ContainsFunc(typed, func(t string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, t) })
	})
}

// isIDs reports whether a value is only IDs, which nobody reads.
func isIDs(value string) bool {
	ids := strings.FieldsFunc(value, func(c rune) bool { return c == ',' || c == ' ' })
	return !slices.ContainsFunc(ids, func(id string) bool { return !ValidID(id) })
}
