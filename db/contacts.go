package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
	"unicode"
)

// Contact is a person. OwnerName, Organizations and the last contact are read
// with it; the last contact only for those who may see interactions.
type Contact struct {
	ID, FirstName, LastName, Email, Phone, Mobile, JobTitle string
	OwnerID, OwnerName                                      string
	IsActive                                                bool
	CreatedAt, UpdatedAt                                    time.Time
	Version                                                 int
	LastContactAt                                           time.Time // zero: never
	LastContactChannel                                      string
	Organization                                            string // the first organization's name that is not a former one
	OutOfSight                                              bool   // a change took it out of the sight of who made it
	key, sortKey                                            string // what a list sorts by
}

// Name is the person's name in the order that its script writes it: family name
// first in Han, Kana and Hangul, last elsewhere.
func (c Contact) Name() string { return personName(c.FirstName, c.LastName) }

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

// contactRules are the columns of a contact that people change, in the order of the form.
var contactRules = []rule{
	{column: "first_name", words: "First name", max: 80, required: "Enter a first name"},
	{column: "last_name", words: "Last name", max: 80, required: "Enter a last name"},
	{column: "email", words: "Email", max: 190, check: email},
	{column: "phone", words: "Phone", max: 40},
	{column: "mobile", words: "Mobile", max: 40},
	{column: "job_title", words: "Job title", max: 120},
	{column: "owner_user_id", words: "Owner", max: 36},
}

func (c *Contact) value(column string) *string {
	return map[string]*string{
		"first_name": &c.FirstName, "last_name": &c.LastName, "email": &c.Email, "phone": &c.Phone,
		"mobile": &c.Mobile, "job_title": &c.JobTitle, "owner_user_id": &c.OwnerID,
	}[column]
}

// Value returns one column that people change, "" where it is unset. ok is
// false for any other name.
func (c Contact) Value(column string) (value string, ok bool) {
	if v := c.value(column); v != nil {
		return *v, true
	}
	return "", false
}

var selectContact, _ = selectContactFor(Actor{}, "sort_key", ownerName)

// selectContactFor reads contacts as the actor sees them, with the key of a
// list's order and the owner's name, ownerName or unnamed; its arguments come
// before those of what follows.
func selectContactFor(by Actor, key, owner string) (query string, args []any) {
	organization := by.seesOrganization("organization_id")
	return `
		SELECT contacts.id, first_name, last_name, contacts.email, phone, mobile, job_title, owner_user_id, ` + owner + `,
			is_active, contacts.created_at, contacts.updated_at, version, last_contact_at, last_contact_channel, ` + key + `, sort_key,
			(SELECT display_name FROM organization_contact JOIN organizations ON organizations.id = organization_id
				WHERE contact_id = contacts.id AND relationship_status <> 'Former' AND ` + organization.sql + `
				ORDER BY sort_key, organization_id LIMIT 1)
		FROM contacts`, organization.args
}

func scanContact(r row) (Contact, error) {
	var c Contact
	err := r.Scan(&c.ID, &c.FirstName, &c.LastName, text{&c.Email}, text{&c.Phone}, text{&c.Mobile}, text{&c.JobTitle},
		text{&c.OwnerID}, text{&c.OwnerName}, &c.IsActive, moment{&c.CreatedAt}, moment{&c.UpdatedAt}, &c.Version,
		moment{&c.LastContactAt}, text{&c.LastContactChannel}, &c.key, &c.sortKey, text{&c.Organization})
	if errors.Is(err, sql.ErrNoRows) {
		return Contact{}, ErrNotFound
	}
	return c, err
}

// seenBy blanks what the actor may not see of it.
func (c *Contact) seenBy(by Actor) {
	if !by.Can(ViewInteraction) {
		c.LastContactAt, c.LastContactChannel = time.Time{}, ""
	}
}

// Contact returns one contact, or ErrNotFound.
func (d *DB) Contact(ctx context.Context, by Actor, id string) (Contact, error) {
	read, args := selectContactFor(by, "sort_key", ownerName)
	seen := by.seesContact("contacts.id")
	c, err := scanContact(d.reader.queryRow(ctx, read+" WHERE contacts.id = ? AND "+seen.sql, append(append(args, id), seen.args...)...))
	if err != nil {
		return c, fmt.Errorf("contact %s: %w", id, err)
	}
	c.seenBy(by)
	return c, nil
}

// changedContact is a contact after a change by the actor: what they still see
// of it, or else its name and that it is out of sight.
func (d *DB) changedContact(ctx context.Context, by Actor, id string) (Contact, error) {
	c, err := d.Contact(ctx, by, id)
	if !errors.Is(err, ErrNotFound) || !by.OwnOnly {
		return c, err
	}
	c, err = d.Contact(ctx, System, id)
	return Contact{ID: c.ID, FirstName: c.FirstName, LastName: c.LastName, Version: c.Version, IsActive: c.IsActive, OutOfSight: true}, err
}

// contacts is the list of contacts.
var contacts = &listing{
	table: "contacts", id: "contacts.id", words: "contact_search",
	sorts: []sorting{
		{column: "last_name", key: "sort_key", index: "contacts_by_name"},
		{column: "organization", key: "organization_key", index: "contacts_sort_organization", byName: true, telling: true},
		{column: "job_title", key: "title_key", index: "contacts_sort_title", byName: true},
		{column: "email", key: "email_key", index: "contacts_sort_email", byName: true},
		{column: "phone", key: "phone_key", index: "contacts_sort_phone", byName: true},
		{column: "owner", key: "owner_key", index: "contacts_sort_owner", byName: true},
		{column: "last_contact", key: "last_contact_key", index: "contacts_by_contact"},
		{column: "created_at", key: "contacts.created_at", index: "contacts_by_created"},
		{column: "updated_at", key: "contacts.updated_at", index: "contacts_by_updated"},
	},
	missing: map[string]string{"email": "{}email_key = char(1114111)"},
	read:    func(by Actor, key string) (string, []any) { return selectContactFor(by, key, unnamed) },
	own:     Actor.ownContacts,
	sees:    Actor.seesContact,
}

// Contacts lists a page of contacts; of the filter, sector and size band do
// not count. next is the cursor of the following page, "" where there is none.
func (d *DB) Contacts(ctx context.Context, by Actor, f Filter) (page []Contact, next string, err error) {
	page, next, err = listed(ctx, d, by, contacts, f, scanContact, func(c Contact) [3]string { return [3]string{c.key, c.sortKey, c.ID} })
	if page, err = d.contactsFor(ctx, by, page, err); err != nil {
		return nil, "", fmt.Errorf("contacts: %w", err)
	}
	return page, next, nil
}

// contactsFor names the owners of contacts that were read unnamed, and blanks
// what the actor may not see.
func (d *DB) contactsFor(ctx context.Context, by Actor, all []Contact, err error) ([]Contact, error) {
	return named(ctx, d, all, err, func(c *Contact, names map[string]string) {
		c.OwnerName = names[c.OwnerID]
		c.seenBy(by)
	})
}

// CountContacts counts what a filter finds, exactly up to MostCounted; more
// tells that there are more than that.
func (d *DB) CountContacts(ctx context.Context, by Actor, f Filter) (n int, more bool, err error) {
	return d.count(ctx, by, contacts, f)
}

// CreateContact makes a contact from the typed fields. requestID, if any,
// makes a repeated call return what the first one made. Refused fields are
// Invalid; where the email belongs to a contact that the actor may see, with that contact.
func (d *DB) CreateContact(ctx context.Context, by Actor, typed Fields, requestID string) (Contact, error) {
	var id string
	err := d.write(ctx, by, func(t *tx) (err error) {
		if id, err = t.requested("contact", requestID); err != nil || id != "" {
			return err
		}
		if id, err = t.createContact(typed); err != nil {
			return err
		}
		return t.keepRequest("contact", requestID, id)
	})
	if err != nil {
		return Contact{}, fmt.Errorf("create contact: %w", err)
	}
	return d.changedContact(ctx, by, id)
}

func (t *tx) createContact(typed Fields) (id string, err error) {
	c := Contact{ID: newID()}
	changes, refused := apply(contactRules, typed.with("first_name", "last_name"), &c)
	if refused != nil {
		return "", refused
	}
	if err := t.checkOwner(c.OwnerID); err != nil {
		return "", err
	}
	if err := t.checkEmail(c); err != nil {
		return "", err
	}
	_, err = t.exec(`
		INSERT INTO contacts (id, first_name, last_name, email, phone, mobile, job_title, owner_user_id, created_at, updated_at, sort_key, docid)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT ifnull(max(docid), 0) + 1 FROM contacts))`,
		c.ID, c.FirstName, c.LastName, orNull(c.Email), orNull(c.Phone), orNull(c.Mobile), orNull(c.JobTitle), orNull(c.OwnerID),
		stamp(t.now), stamp(t.now), SortKey(c.LastName+" "+c.FirstName))
	if err != nil {
		return "", err
	}
	if err := t.reindexContact(c.ID); err != nil {
		return "", err
	}
	return c.ID, t.record("create_contact", "contact", c.ID, details{"changes": changes})
}

// checkEmail refuses an email that another contact has, an archived one too.
// Of a contact whom the actor does not see it says no more than that.
func (t *tx) checkEmail(c Contact) error {
	if c.Email == "" {
		return nil
	}
	taken, err := scanContact(t.queryRow(selectContact+" WHERE contacts.email = ? AND contacts.id <> ?", c.Email, c.ID))
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	err = t.mustSee("contact", taken.ID)
	if errors.Is(err, ErrNotFound) {
		return invalid("email", "This email is in use already. Enter another one, or ask an administrator")
	}
	if err != nil {
		return err
	}
	taken.seenBy(t.by)
	taken.Organization = "" // may be out of sight
	refused := invalid("email", "This email belongs to %s. Use that contact, or enter another email", taken.Name())
	refused.Taken = &taken
	return refused
}

// UpdateContact changes the typed fields of the version that was read. It
// returns Invalid, Conflict where a typed field has changed since, or
// ErrNotFound. Typing what is there already changes nothing and is no conflict.
func (d *DB) UpdateContact(ctx context.Context, by Actor, id string, version int, typed Fields) (Contact, error) {
	err := d.write(ctx, by, func(t *tx) error { return t.updateContact(id, version, typed) })
	if err != nil {
		return Contact{}, fmt.Errorf("update contact %s: %w", id, err)
	}
	return d.changedContact(ctx, by, id)
}

func (t *tx) updateContact(id string, version int, typed Fields) error {
	if err := t.mustSee("contact", id); err != nil {
		return err
	}
	c, err := scanContact(t.queryRow(selectContact+" WHERE contacts.id = ?", id))
	if err != nil {
		return err
	}
	owner := c.OwnerID
	changes, refused := apply(contactRules, typed, &c)
	if refused != nil {
		return refused
	}
	if len(changes) == 0 {
		return nil
	}
	if err := t.reconcile(version, c.Version, changes, &c, func() error { return t.conflict("contact", id) }, versionsOf, "contact", id); err != nil || len(changes) == 0 {
		return err
	}
	if c.OwnerID != owner {
		if err := t.checkOwner(c.OwnerID); err != nil {
			return err
		}
	}
	if _, changed := changes["email"]; changed {
		if err := t.checkEmail(c); err != nil {
			return err
		}
	}
	_, err = t.exec(`
		UPDATE contacts
		SET first_name = ?, last_name = ?, email = ?, phone = ?, mobile = ?, job_title = ?, owner_user_id = ?, sort_key = ?,
			updated_at = ?, version = version + 1
		WHERE id = ?`,
		c.FirstName, c.LastName, orNull(c.Email), orNull(c.Phone), orNull(c.Mobile), orNull(c.JobTitle), orNull(c.OwnerID),
		SortKey(c.LastName+" "+c.FirstName), stamp(t.now), id)
	if err != nil {
		return err
	}
	if err := t.reindexContact(id); err != nil {
		return err
	}
	return t.record("update_contact", "contact", id, details{"changes": changes})
}

// ArchiveContact hides a contact from lists, search and pickers;
// RestoreContact brings it back. One that is so already is left alone. A
// stale version is a Conflict.
func (d *DB) ArchiveContact(ctx context.Context, by Actor, id string, version int) (Contact, error) {
	return d.setContactActive(ctx, by, id, version, false, "archive_contact")
}

// RestoreContact undoes ArchiveContact.
func (d *DB) RestoreContact(ctx context.Context, by Actor, id string, version int) (Contact, error) {
	return d.setContactActive(ctx, by, id, version, true, "restore_contact")
}

func (d *DB) setContactActive(ctx context.Context, by Actor, id string, version int, active bool, action string) (Contact, error) {
	err := d.write(ctx, by, func(t *tx) error { return t.setActive("contacts", "contact", id, version, active, action) })
	if err != nil {
		return Contact{}, fmt.Errorf("%s %s: %w", action, id, err)
	}
	return d.Contact(ctx, by, id)
}
