package db

import (
	"context"
	"errors"
	"slices"
	"unicode"

	"clientregistry/db/text"
)

// ContactKind is the kind of contacts.
var ContactKind = newRecordKind(RecordKind{
	Noun: "contact", Plural: "contacts", Fields: contactFields, Missing: "email",
	action: "contact", words: "contact_search", missingSQL: "{}email_key = char(1114111)", recordRules: contactRules{},
}, []Column{{
	Name: "organization", Label: "Organization", Listed: Shown, Telling: true,
	sort: listOrder{key: "organization_key", index: "contacts_sort_organization", byName: true},
}}, nil)

type contactRules struct{}

func (contactRules) name(r Record) string {
	return personName(r.Value("first_name"), r.Value("last_name"))
}

func (contactRules) sortName(r Record) string {
	return r.Value("last_name") + " " + r.Value("first_name")
}

// relation: the main organization, or of those that the actor sees the first by name,
// and how many others there are.
func (contactRules) relation(by Actor) condition {
	seen := by.seesOrganization("organization_id")
	return condition{
		`
			(SELECT display_name FROM organization_contact JOIN organizations ON organizations.id = organization_id
				WHERE contact_id = contacts.id AND relationship_status <> 'Former' AND ` + seen.sql + `
				ORDER BY is_main DESC, sort_key, organization_id LIMIT 1),
			(SELECT max(count(*) - 1, 0) FROM organization_contact
				WHERE contact_id = contacts.id AND relationship_status <> 'Former' AND ` + seen.sql + `)`,
		slices.Concat(seen.args, seen.args),
	}
}

func (contactRules) relationOf(r *Record) []any {
	return []any{nullText{&r.Organization}, &r.OtherOrganizations}
}

func (contactRules) own(by Actor) condition { return by.ownContacts() }

func (contactRules) sees(by Actor, id string) condition { return by.seesContact(id) }

func (contactRules) check(t *tx, r Record, changed map[string]Change) error {
	if _, ok := changed["email"]; !ok {
		return nil
	}
	return t.checkEmail(r)
}

// indexWords adds the names of the contact's organizations, and the roles there.
func (contactRules) indexWords(t *tx, r Record) ([]string, error) {
	var organizations string
	err := t.QueryRow(`
		SELECT ifnull(group_concat(display_name || ' ' || ifnull(role_label, ''), ' '), '') FROM organization_contact
		JOIN organizations ON organizations.id = organization_id
		WHERE contact_id = ?`, r.ID).Scan(&organizations)
	return []string{r.searchWords(), nameWords(organizations)}, err
}

func (contactRules) afterRename(*tx, string) error { return nil }

// personName returns a full name: family name first in Han, Kana and Hangul, last in other scripts.
func personName(first, last string) string {
	if first == "" || last == "" {
		return first + last
	}
	for _, r := range last {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
			return last + " " + first
		}
	}
	return first + " " + last
}

// Contact returns a contact, or ErrNotFound.
func (d *DB) Contact(ctx context.Context, by Actor, id string) (Contact, error) {
	return d.record(ctx, by, ContactKind, id)
}

// Contacts lists a page of contacts. next is the cursor of the next page, or "" on the last one.
func (d *DB) Contacts(ctx context.Context, by Actor, f Filter) (page []Contact, next string, err error) {
	return d.records(ctx, by, ContactKind, f)
}

// CountContacts counts the contacts that match a filter. Beyond MostCounted it stops, and more is
// true.
func (d *DB) CountContacts(ctx context.Context, by Actor, f Filter) (n int, more bool, err error) {
	return d.count(ctx, by, ContactKind, f)
}

// CreateContact creates a contact. It returns Invalid if fields are refused or the email is taken;
// Invalid.Taken is the contact that has it, if the actor sees it. Calling it again with the same
// requestID returns the existing contact, or Repeated if the fields differ.
func (d *DB) CreateContact(ctx context.Context, by Actor, typed Fields, requestID string) (Contact, error) {
	return d.createRecord(ctx, by, ContactKind, typed, requestID)
}

// checkEmail returns Invalid if another contact has the email, even an archived one. It names that
// contact only if the actor sees it.
func (t *tx) checkEmail(c Contact) error {
	if c.Value("email") == "" {
		return nil
	}
	read, args := ContactKind.read(Actor{}, "sort_key", ownerName)
	taken, err := ContactKind.scan(t.QueryRow(read+" WHERE contacts.email = ? AND contacts.id <> ?", append(args, c.Value("email"), c.ID)...))
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	err = t.mustSee("contact", taken.ID)
	if errors.Is(err, ErrNotFound) {
		return invalid("email", "This email is already in use. Enter another one, or ask an administrator")
	}
	if err != nil {
		return err
	}
	taken.hideFrom(t.by)
	taken.Organization = "" // they may not see it
	refused := invalid("email", "This email belongs to %s. Use that contact, or enter another email", text.Isolate(taken.Name()))
	refused.Taken = &taken
	return refused
}

// UpdateContact changes the typed fields. version is the one the user saw. It returns Invalid,
// ErrNotFound, or Conflict if somebody else has since changed one of these fields. Values that are
// already stored are no change and no conflict.
func (d *DB) UpdateContact(ctx context.Context, by Actor, id string, version int, typed Fields) (Contact, error) {
	return d.updateRecord(ctx, by, ContactKind, id, version, typed)
}

// ArchiveContact hides a contact from lists and pickers. If it is already archived, nothing
// changes. It returns ErrNotFound, or Conflict if version is not the current one.
func (d *DB) ArchiveContact(ctx context.Context, by Actor, id string, version int) (Contact, error) {
	return d.setActive(ctx, by, ContactKind, id, version, false)
}

// RestoreContact undoes ArchiveContact, with the same errors.
func (d *DB) RestoreContact(ctx context.Context, by Actor, id string, version int) (Contact, error) {
	return d.setActive(ctx, by, ContactKind, id, version, true)
}
