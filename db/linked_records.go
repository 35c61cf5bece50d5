package db

import (
	"context"

	"clientregistry/db/sqlite"
)

// LinkedRecord is a link with the record at its other end.
type LinkedRecord struct {
	Link
	Other Record
}

// LinkedContacts lists an organization's links with their contacts, in the order of ContactsOf and
// without the contacts' main organizations.
func (d *DB) LinkedContacts(ctx context.Context, by Actor, organizationID string) ([]LinkedRecord, error) {
	return d.linked(ctx, by, ContactKind, "contact_id", "organization_id = ?", organizationID)
}

// LinkedOrganizations lists a contact's links with their organizations, in the order of
// OrganizationsOf.
func (d *DB) LinkedOrganizations(ctx context.Context, by Actor, contactID string) ([]LinkedRecord, error) {
	return d.linked(ctx, by, OrganizationKind, "organization_id", "contact_id = ?", contactID)
}

// linked reads links whose other end is of a kind; end is the column of its ID.
func (d *DB) linked(ctx context.Context, by Actor, k *RecordKind, end, where, own string) ([]LinkedRecord, error) {
	relation := k.relation(by)
	if k == ContactKind {
		relation = condition{sql: "NULL, 0"}
	}
	read, args := k.readWith(relation, "sort_key", unnamed)
	seen, first := by.seesLink(), ""
	if k == OrganizationKind {
		first = "is_main DESC, "
	}
	rows, err := d.reader.QuickQuery(ctx, `
		SELECT other.*, organization_id, contact_id, role_label, relationship_status, organization_contact.version, iif(is_main, '1', '')
		FROM organization_contact JOIN (`+read+`) AS other ON other.id = `+end+`
		WHERE `+where+` AND `+seen.sql+`
		ORDER BY other.is_active DESC, relationship_status = 'Former', `+first+`other.sort_key, other.id`,
		append(append(args, own), seen.args...)...)
	l := LinkedRecord{Other: Record{Kind: k}}
	into := append(k.columnsOf(&l.Other), &l.OrganizationID, &l.ContactID, nullText{&l.RoleLabel}, &l.RelationshipStatus,
		&l.Link.Version, &l.isMain)
	return sqlite.Collect(rows, err, func(row sqlite.Row) (LinkedRecord, error) {
		err := row.Scan(into...)
		l.Other.hideFrom(by)
		return l, err
	})
}
