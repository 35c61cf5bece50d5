package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// Link connects a contact to an organization, with the contact's role there.
type Link struct {
	OrganizationID, OrganizationName     string
	ContactID, ContactFirst, ContactLast string
	ContactTitle, ContactEmail           string
	ContactPhone, ContactMobile          string
	OrganizationActive, ContactActive    bool
	RoleLabel, RelationshipStatus        string
	Version                              int
	MainOrganization                     string // the name of the contact's main organization, "" where the reader sees none
	isMain                               string // "1" where this is the contact's main one
}

// ContactName returns the full name of the linked contact.
func (l Link) ContactName() string { return personName(l.ContactFirst, l.ContactLast) }

// IsMain tells whether the organization is the contact's main one.
func (l Link) IsMain() bool { return l.isMain == "1" }

// SetMain makes this copy of the link its contact's main one.
func (l *Link) SetMain() { l.isMain = "1" }

// RelationshipStatuses are the states of a link, in the order people choose from.
var RelationshipStatuses = []string{"Active", "Prospect", "Former"}

// LinkFields are the editable columns of a link.
func LinkFields() []Field { return linkFields }

func (l *Link) value(column string) *string {
	switch column {
	case "role_label":
		return &l.RoleLabel
	case "relationship_status":
		return &l.RelationshipStatus
	case "is_main":
		return &l.isMain
	}
	return nil
}

// Value returns the stored value of an editable column. ok is false if people cannot edit it.
func (l *Link) Value(column string) (value string, ok bool) {
	if v := l.value(column); v != nil {
		return *v, true
	}
	return "", false
}

var selectLink, _ = selectLinkFor(Actor{})

// selectLinkFor reads links with the name of the contact's main organization, if the
// actor sees it; its arguments come before those of what follows.
func selectLinkFor(by Actor) (query string, args []any) {
	main := by.seesOrganization("m.organization_id")
	return `
		SELECT organization_contact.organization_id, display_name, organization_contact.contact_id, first_name, last_name, job_title,
			email, phone, mobile, organizations.is_active, contacts.is_active, role_label, relationship_status, organization_contact.version,
			iif(is_main, '1', ''), iif(is_main, display_name, (
				SELECT display_name FROM organization_contact AS m JOIN organizations ON organizations.id = m.organization_id
				WHERE m.contact_id = organization_contact.contact_id AND m.is_main = 1 AND ` + main.sql + `))
		FROM organization_contact
		JOIN organizations ON organizations.id = organization_id
		JOIN contacts ON contacts.id = contact_id`, main.args
}

func scanLink(r sqlite.Row) (Link, error) {
	var l Link
	err := r.Scan(&l.OrganizationID, &l.OrganizationName, &l.ContactID, &l.ContactFirst, &l.ContactLast,
		nullText{&l.ContactTitle}, nullText{&l.ContactEmail}, nullText{&l.ContactPhone}, nullText{&l.ContactMobile},
		&l.OrganizationActive, &l.ContactActive,
		nullText{&l.RoleLabel}, &l.RelationshipStatus, &l.Version, &l.isMain, nullText{&l.MainOrganization})
	if errors.Is(err, sql.ErrNoRows) {
		return Link{}, ErrNotFound
	}
	return l, err
}

// Link returns the link of an organization and a contact, or ErrNotFound.
func (d *DB) Link(ctx context.Context, by Actor, organizationID, contactID string) (Link, error) {
	read, args := selectLinkFor(by)
	seen := by.seesLink()
	args = append(append(args, organizationID, contactID), seen.args...)
	return scanLink(d.reader.QuickQueryRow(ctx, read+" WHERE organization_id = ? AND contact_id = ? AND "+seen.sql, args...))
}

// ContactsOf lists an organization's links by contact name. Former links come after current ones,
// and those of archived contacts last.
func (d *DB) ContactsOf(ctx context.Context, by Actor, organizationID string) ([]Link, error) {
	read, args := selectLinkFor(by)
	seen := by.seesLink()
	rows, err := d.reader.QuickQuery(ctx, read+" WHERE organization_id = ? AND "+seen.sql+
		" ORDER BY contacts.is_active DESC, relationship_status = 'Former', contacts.sort_key, contact_id",
		append(append(args, organizationID), seen.args...)...)
	return sqlite.Collect(rows, err, scanLink)
}

// OrganizationsOf lists a contact's links, the main one first, then by organization name. Former
// links come after current ones, and those of archived organizations last.
func (d *DB) OrganizationsOf(ctx context.Context, by Actor, contactID string) ([]Link, error) {
	read, args := selectLinkFor(by)
	seen := by.seesLink()
	rows, err := d.reader.QuickQuery(ctx, read+" WHERE contact_id = ? AND "+seen.sql+
		" ORDER BY organizations.is_active DESC, relationship_status = 'Former', is_main DESC, organizations.sort_key, organization_id",
		append(append(args, contactID), seen.args...)...)
	return sqlite.Collect(rows, err, scanLink)
}

// OrganizationsOfAll is OrganizationsOf for several contacts, in no order of these.
func (d *DB) OrganizationsOfAll(ctx context.Context, by Actor, contactIDs []string) ([]Link, error) {
	list, err := json.Marshal(contactIDs)
	if err != nil || len(contactIDs) == 0 {
		return nil, err
	}
	read, args := selectLinkFor(by)
	seen := by.seesLink()
	rows, err := d.reader.QuickQuery(ctx, read+" WHERE contact_id IN (SELECT value FROM json_each(?)) AND "+seen.sql+
		" ORDER BY relationship_status = 'Former', is_main DESC, organizations.sort_key, organization_id",
		append(append(args, string(list)), seen.args...)...)
	return sqlite.Collect(rows, err, scanLink)
}

// NewLink describes a link to create. Each end is either the id of an existing record or the fields
// of a record to create with the link.
type NewLink struct {
	OrganizationID, ContactID string
	Organization, Contact     Fields
	Restore                   bool   // restore archived ends
	Typed                     Fields // role_label, relationship_status, is_main
	RequestID                 string
}

// LinkContact links a contact to an organization, creating either end if it is new. It returns
// ErrNotFound if an end does not exist, Repeated if the request ID was used for other data, and
// Invalid if fields are refused, an email is taken, or the two are already linked (Invalid.Linked
// is that link).
// Repeating a request returns the link as the actor sees it now, or ErrNotFound.
func (d *DB) LinkContact(ctx context.Context, by Actor, n NewLink) (Link, error) {
	q, err := newRequest("link", n.RequestID, n.OrganizationID, n.ContactID, n.Organization, n.Contact, n.Typed)
	if err != nil {
		return Link{}, err
	}
	reader := System // the actor may link a record and give it away in one step
	err = d.write(ctx, by, EditClients, func(t *tx) error {
		made, err := t.findRepeated(q)
		if err != nil {
			return err
		}
		if made != "" {
			n.OrganizationID, n.ContactID = LinkEnds(made)
			reader = by // the actor may have lost sight of either end since
			return nil
		}
		if err := t.linkContact(&n); err != nil {
			return err
		}
		return t.rememberRequest(q, Link{OrganizationID: n.OrganizationID, ContactID: n.ContactID}.pair())
	})
	if err != nil {
		return Link{}, fmt.Errorf("link contact: %w", err)
	}
	return d.Link(ctx, reader, n.OrganizationID, n.ContactID)
}

func (t *tx) linkContact(n *NewLink) error {
	l := Link{RelationshipStatus: "Active"}
	_, refused := apply(linkFields, n.Typed, &l)
	err := t.linkEnds(n)
	if also := (*Invalid)(nil); errors.As(err, &also) && refused != nil {
		for column, message := range refused.Fields {
			also.Fields[column] = message
		}
	}
	if err != nil {
		return err
	}
	if refused != nil {
		return refused
	}
	l.OrganizationID, l.ContactID = n.OrganizationID, n.ContactID
	existing, err := scanLink(t.QueryRow(selectLink+" WHERE organization_id = ? AND contact_id = ?", l.OrganizationID, l.ContactID))
	if err == nil {
		refused := invalid("contact_id", "%s is already linked to %s",
			text.Isolate(existing.ContactName()), text.Isolate(existing.OrganizationName))
		refused.Linked = &existing
		return refused
	}
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	had, err := t.linkVersions("+target_id = ? AND json_extract(metadata, '$.contact_id') = ?", l.OrganizationID, l.ContactID)
	if err != nil {
		return err
	}
	l.Version = had[l.pair()] + 1
	if err := t.insertLink(l, l.details()); err != nil {
		return err
	}
	if l.IsMain() {
		if err := t.setMain(l); err != nil {
			return err
		}
	}
	return t.reindexRecord(ContactKind, l.ContactID)
}

// pair identifies a link by its two ids, separated by a space.
func (l Link) pair() string { return l.OrganizationID + " " + l.ContactID }

// LinkEnds returns the ids of a link that a request made.
func LinkEnds(pair string) (organizationID, contactID string) {
	organizationID, contactID, _ = strings.Cut(pair, " ")
	return organizationID, contactID
}

// versionsOfLinks lists the actions that create a link or raise its version by one.
const versionsOfLinks = "('link_contact', 'update_link')"

// linkVersions returns how many versions each pair has had, according to the audit rows that match
// where. Numbering continues after an unlink, so that a page showing the old link cannot change a
// new one.
func (t *tx) linkVersions(where string, args ...any) (map[string]int, error) {
	rows, err := t.Query(`
		SELECT target_id || ' ' || json_extract(metadata, '$.contact_id'), count(*)
		FROM audit_logs
		WHERE `+where+" AND +action IN "+versionsOfLinks+`
		GROUP BY 1`, args...)
	had := map[string]int{}
	_, err = sqlite.Collect(rows, err, func(r sqlite.Row) (none struct{}, err error) {
		var pair string
		var n int
		err = r.Scan(&pair, &n)
		had[pair] = n
		return none, err
	})
	return had, err
}

// insertLink writes a link and its audit row. Like deleteLink, it leaves reindexing the contact to
// the caller.
func (t *tx) insertLink(l Link, metadata details) error {
	if _, err := t.Exec("INSERT INTO organization_contact (organization_id, contact_id, role_label, relationship_status, version, linked_at)"+
		" VALUES (?, ?, ?, ?, ?, ?)",
		l.OrganizationID, l.ContactID, orNull(l.RoleLabel), l.RelationshipStatus, l.Version, stamp(t.now)); err != nil {
		return err
	}
	return t.record("link_contact", "organization", l.OrganizationID, metadata)
}

func (t *tx) deleteLink(l Link, metadata details) error {
	if _, err := t.Exec("DELETE FROM organization_contact WHERE organization_id = ? AND contact_id = ?",
		l.OrganizationID, l.ContactID); err != nil {
		return err
	}
	return t.record("unlink_contact", "organization", l.OrganizationID, metadata)
}

func (t *tx) changeLink(l Link, changes map[string]Change, metadata details) error {
	if _, err := t.Exec("UPDATE organization_contact SET role_label = ?, relationship_status = ?, version = version + 1"+
		" WHERE organization_id = ? AND contact_id = ?",
		orNull(l.RoleLabel), l.RelationshipStatus, l.OrganizationID, l.ContactID); err != nil {
		return err
	}
	if changes["is_main"] != (Change{}) {
		if err := t.setMain(l); err != nil {
			return err
		}
	}
	if changes["role_label"] != (Change{}) {
		if err := t.reindexRecord(ContactKind, l.ContactID); err != nil {
			return err
		}
	}
	metadata["changes"] = changes
	return t.record("update_link", "organization", l.OrganizationID, metadata)
}

// setMain makes a link the contact's main one, in place of the one before. It refuses
// a former link and an archived organization.
func (t *tx) setMain(l Link) error {
	var archived bool
	if err := t.QueryRow("SELECT is_active = 0 FROM organizations WHERE id = ?", l.OrganizationID).Scan(&archived); err != nil {
		return err
	}
	switch {
	case l.RelationshipStatus == "Former":
		return invalid("is_main", "A former organization cannot be the main one")
	case archived:
		return invalid("is_main", "An archived organization cannot be the main one. Restore it first")
	}
	_, err := t.Exec("UPDATE organization_contact SET is_main = 0 WHERE contact_id = ? AND is_main = 1", l.ContactID)
	if err == nil {
		_, err = t.Exec("UPDATE organization_contact SET is_main = 1 WHERE organization_id = ? AND contact_id = ?", l.OrganizationID, l.ContactID)
	}
	if err == nil {
		_, err = t.Exec("INSERT INTO main_choice VALUES (?)", l.ContactID) // lists sort by it
	}
	return err
}

// linkEnds checks that the actor sees both ends, and creates or restores them if asked to.
func (t *tx) linkEnds(n *NewLink) (err error) {
	if n.ContactID == "" {
		if n.ContactID, err = t.createRecord(ContactKind, n.Contact); err != nil {
			return err
		}
	} else if err := t.mustSee("contact", n.ContactID); err != nil {
		return err
	}
	if n.OrganizationID == "" {
		if n.OrganizationID, err = t.createRecord(OrganizationKind, n.Organization); err != nil {
			return err
		}
	} else if err := t.mustSee("organization", n.OrganizationID); err != nil {
		return err
	}
	var organization, contact struct {
		active  bool
		version int
	}
	err = t.QueryRow("SELECT is_active, version FROM organizations WHERE id = ?", n.OrganizationID).
		Scan(&organization.active, &organization.version)
	if err == nil {
		err = t.QueryRow("SELECT is_active, version FROM contacts WHERE id = ?", n.ContactID).Scan(&contact.active, &contact.version)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if err != nil || !n.Restore {
		return err
	}
	if err := t.setActive(ContactKind, n.ContactID, contact.version, true); err != nil {
		return err
	}
	return t.setActive(OrganizationKind, n.OrganizationID, organization.version, true)
}

// details returns the metadata that every audit row of a link has.
func (l Link) details() details {
	return details{
		"organization_id": l.OrganizationID, "contact_id": l.ContactID,
		"role_label": orNull(l.RoleLabel), "relationship_status": l.RelationshipStatus,
	}
}
