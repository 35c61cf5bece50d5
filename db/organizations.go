package db

import (
	"context"

	"clientregistry/db/sqlite"
)

// OrganizationKind is the kind of organizations.
var OrganizationKind = newRecordKind(RecordKind{
	Noun: "organization", Plural: "organizations", Fields: organizationFields, Missing: "contacts",
	action: "org", words: "organization_search", missingSQL: "{}contacts_key = '0000000000'", recordRules: organizationRules{},
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

func (organizationRules) relationOf(r *Record) []any { return []any{&r.Contacts} }

func (organizationRules) own(by Actor) condition { return by.ownOrganizations() }

func (organizationRules) sees(by Actor, id string) condition { return by.seesOrganization(id) }

func (organizationRules) check(*tx, Record, map[string]Change) error { return nil }

func (organizationRules) indexWords(_ *tx, r Record) ([]string, error) {
	return []string{r.searchWords()}, nil
}

// afterRename reindexes the organization's contacts, which can be found by its name.
func (organizationRules) afterRename(t *tx, id string) error {
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

// Organization returns an organization, or ErrNotFound.
func (d *DB) Organization(ctx context.Context, by Actor, id string) (Organization, error) {
	return d.record(ctx, by, OrganizationKind, id)
}

// Organizations lists a page of organizations. next is the cursor of the next page, or "" on the
// last one.
func (d *DB) Organizations(ctx context.Context, by Actor, f Filter) (page []Organization, next string, err error) {
	return d.records(ctx, by, OrganizationKind, f)
}

// CountOrganizations counts the organizations that match a filter. Beyond MostCounted it stops, and
// more is true.
func (d *DB) CountOrganizations(ctx context.Context, by Actor, f Filter) (n int, more bool, err error) {
	return d.count(ctx, by, OrganizationKind, f)
}

// CreateOrganization creates an organization. An empty legal name becomes the display name. It
// returns Invalid if fields are refused. Calling it again with the same requestID returns the
// existing organization, or Repeated if the fields differ.
func (d *DB) CreateOrganization(ctx context.Context, by Actor, typed Fields, requestID string) (Organization, error) {
	return d.createRecord(ctx, by, OrganizationKind, typed, requestID)
}

// UpdateOrganization changes the typed fields. version is the one the user saw. It returns Invalid,
// ErrNotFound, or Conflict if somebody else has since changed one of these fields. Values that are
// already stored are no change and no conflict.
func (d *DB) UpdateOrganization(ctx context.Context, by Actor, id string, version int, typed Fields) (Organization, error) {
	return d.updateRecord(ctx, by, OrganizationKind, id, version, typed)
}

// ArchiveOrganization hides an organization from lists and pickers. If it is already archived,
// nothing changes. It returns ErrNotFound, or Conflict if version is not the current one.
func (d *DB) ArchiveOrganization(ctx context.Context, by Actor, id string, version int) (Organization, error) {
	return d.setActive(ctx, by, OrganizationKind, id, version, false)
}

// RestoreOrganization undoes ArchiveOrganization, with the same errors.
func (d *DB) RestoreOrganization(ctx context.Context, by Actor, id string, version int) (Organization, error) {
	return d.setActive(ctx, by, OrganizationKind, id, version, true)
}
