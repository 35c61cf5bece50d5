package db

import (
	"context"

	"clientregistry/db/sqlite"
)

// OrganizationKind is the kind of the clients.
var OrganizationKind = newRecordKind(RecordKind{
	Noun: "organization", Plural: "organizations", Fields: organizationFields, Missing: "contacts",
	action: "org", words: "organization_search", missing: "{}contacts_key = '0000000000'", recordRules: organizationRules{},
}, nil, []Column{{
	Name: "contacts", Label: "Contacts", Listed: ShownWide, Telling: true, Latest: true,
	sort: listOrder{key: "contacts_key", index: "organizations_sort_contacts", byName: true},
}})

type organizationRules struct{}

func (organizationRules) name(r Record) string { return r.Value("display_name") }

func (organizationRules) sortName(r Record) string { return r.Value("display_name") }

func (organizationRules) relation(by Actor) condition {
	if !by.OwnOnly {
		return condition{sql: "contacts_count"}
	}
	contacts := by.seesContact("contact_id")
	contacts.sql = "(SELECT count(*) FROM organization_contact WHERE organization_id = organizations.id AND " + contacts.sql + ")"
	return contacts
}

func (organizationRules) relationOf(r *Record) any { return &r.Contacts }

func (organizationRules) own(by Actor) condition { return by.ownOrganizations() }

func (organizationRules) sees(by Actor, id string) condition { return by.seesOrganization(id) }

func (organizationRules) check(*tx, Record, map[string]Change) error { return nil }

func (organizationRules) foundBy(_ *tx, r Record) ([]string, error) {
	return []string{r.searchWords()}, nil
}

// renamed reindexes the contacts, who are found by their organizations' names.
func (organizationRules) renamed(t *tx, id string) error {
	rows, err := t.Query("SELECT contact_id FROM organization_contact WHERE organization_id = ?", id)
	ids, err := sqlite.Collect(rows, err, sqlite.ScanText)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := t.reindexRecord(ContactKind, id); err != nil {
			return err
		}
	}
	return nil
}

// Organization returns one organization, or ErrNotFound.
func (d *DB) Organization(ctx context.Context, by Actor, id string) (Organization, error) {
	return d.record(ctx, by, OrganizationKind, id)
}

// Organizations lists a page of organizations. next is the cursor of the
// following page, "" where there is none.
func (d *DB) Organizations(ctx context.Context, by Actor, f Filter) (page []Organization, next string, err error) {
	return d.records(ctx, by, OrganizationKind, f)
}

// CountOrganizations counts what a filter finds, exactly up to MostCounted;
// more tells that there are more than that.
func (d *DB) CountOrganizations(ctx context.Context, by Actor, f Filter) (n int, more bool, err error) {
	return d.count(ctx, by, OrganizationKind, f)
}

// CreateOrganization makes an organization from the typed fields; the legal
// name is the display name where it was left empty. requestID, if any, makes a
// repeated call return what the first one made. Refused fields are Invalid.
func (d *DB) CreateOrganization(ctx context.Context, by Actor, typed Fields, requestID string) (Organization, error) {
	return d.createRecord(ctx, by, OrganizationKind, typed, requestID)
}

// UpdateOrganization changes the typed fields of the version that was read.
// It returns Invalid, Conflict where a typed field has changed since, or
// ErrNotFound. Typing what is there already changes nothing and is no conflict.
func (d *DB) UpdateOrganization(ctx context.Context, by Actor, id string, version int, typed Fields) (Organization, error) {
	return d.updateRecord(ctx, by, OrganizationKind, id, version, typed)
}

// ArchiveOrganization hides an organization from lists, search and pickers;
// RestoreOrganization brings it back. One that is so already is left alone. A
// stale version is a Conflict.
func (d *DB) ArchiveOrganization(ctx context.Context, by Actor, id string, version int) (Organization, error) {
	return d.setActive(ctx, by, OrganizationKind, id, version, false)
}

// RestoreOrganization undoes ArchiveOrganization.
func (d *DB) RestoreOrganization(ctx context.Context, by Actor, id string, version int) (Organization, error) {
	return d.setActive(ctx, by, OrganizationKind, id, version, true)
}
