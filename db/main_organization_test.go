package db_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// mainOf returns the name of a contact's main organization, or "".
func mainOf(t *testing.T, o *dbtest.Office, contact string) string {
	t.Helper()
	all := must(o.OrganizationsOf(t.Context(), o.Ines, contact))(t)
	main := ""
	for _, l := range all {
		if l.IsMain() {
			main += l.OrganizationName
		}
	}
	if record := must(o.Contact(t.Context(), o.Ines, contact))(t); main != "" && record.Organization != main {
		t.Errorf("the contact is shown with %q, and the main organization is %q", record.Organization, main)
	}
	return main
}

// TestTheMainOrganization is the first one linked until somebody chooses another, and
// the oldest other one follows it.
func TestTheMainOrganization(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	ctx := t.Context()
	maya := must(o.CreateContact(ctx, o.Tomas, db.Fields{"first_name": "Maya", "last_name": "Okafor"}, ""))(t)
	ids := map[string]string{}
	link := func(name, status string, more ...string) {
		t.Helper()
		if ids[name] == "" {
			ids[name] = must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": name}, ""))(t).ID
		}
		typed := db.Fields{"relationship_status": status}
		for _, column := range more {
			typed[column] = "1"
		}
		must(o.LinkContact(ctx, o.Tomas, db.NewLink{OrganizationID: ids[name], ContactID: maya.ID, Typed: typed}))(t)
		o.Clock.Add(time.Second)
	}
	update := func(name, column, value string) error {
		t.Helper()
		l := must(o.Link(ctx, o.Tomas, ids[name], maya.ID))(t)
		_, err := o.UpdateLink(ctx, o.Tomas, ids[name], maya.ID, l.Version, db.Fields{column: value})
		return err
	}
	is := func(name string) {
		t.Helper()
		want(t, "main organization", mainOf(t, o, maya.ID), name)
	}
	link("Old employer", "Former")
	is("")
	link("Quay", "Prospect")
	is("Quay")
	link("Acme", "Active")
	link("Brig", "Active")
	is("Quay")
	want(t, "others", must(o.Contact(ctx, o.Ines, maya.ID))(t).OtherOrganizations, 2)

	if err := update("Brig", "is_main", "1"); err != nil {
		t.Fatal(err)
	}
	is("Brig")
	want(t, "recorded", o.Column(t, "SELECT action || json_extract(metadata, '$.changes') FROM audit_logs ORDER BY seq DESC LIMIT 1")[0],
		`update_link{"is_main":{"old":null,"new":"1"}}`)
	o.Unchanged(t, func() {
		if err := update("Brig", "is_main", "1"); err != nil {
			t.Errorf("chosen again: %v", err)
		}
		wantInvalid(t, update("Brig", "is_main", ""), "is_main")
		wantInvalid(t, update("Old employer", "is_main", "1"), "is_main")
		wantInvalid(t, update("Quay", "is_main", "perhaps"), "is_main")
	})

	if err := update("Brig", "relationship_status", "Former"); err != nil {
		t.Fatal(err)
	}
	is("Quay") // the oldest other
	archive := func(name string) {
		t.Helper()
		x := must(o.Organization(ctx, o.Tomas, ids[name]))(t)
		must(o.ArchiveOrganization(ctx, o.Tomas, x.ID, x.Version))(t)
	}
	archive("Quay")
	is("Acme")
	o.Unchanged(t, func() { wantInvalid(t, update("Quay", "is_main", "1"), "is_main") })
	archive("Acme")
	is("Acme") // there is none that is not archived
	link("Haus", "Active")
	is("Haus")
	x := must(o.Organization(ctx, o.Tomas, ids["Quay"]))(t)
	must(o.RestoreOrganization(ctx, o.Tomas, x.ID, x.Version))(t)
	is("Haus")
	l := must(o.Link(ctx, o.Tomas, ids["Haus"], maya.ID))(t)
	must(o.UnlinkContact(ctx, o.Tomas, ids["Haus"], maya.ID, l.Version))(t)
	is("Quay")
	link("Haus", "Active", "is_main") // as undoing it does
	is("Haus")
}

// TestEveryContactHasTheRightMainOrganization after many changes of all kinds.
func TestEveryContactHasTheRightMainOrganization(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	ctx, r := t.Context(), rand.New(rand.NewPCG(1, 2))
	var organizations, contacts []string
	for n := range 8 {
		organizations = append(organizations, must(o.CreateOrganization(ctx,
			o.Tomas, db.Fields{"display_name": fmt.Sprintf("Haus %d", n)}, ""))(t).ID)
		contacts = append(contacts, must(o.CreateContact(ctx, o.Tomas, db.Fields{"first_name": "Kim", "last_name": fmt.Sprint(n)}, ""))(t).ID)
	}
	for step := range 400 {
		organization, contact := organizations[r.IntN(8)], contacts[r.IntN(8)]
		x := must(o.Organization(ctx, o.Tomas, organization))(t)
		l, linked := o.Link(ctx, o.Tomas, organization, contact)
		var err error
		switch what := r.IntN(8); {
		case linked != nil:
			_, err = o.LinkContact(ctx, o.Tomas, db.NewLink{
				OrganizationID: organization, ContactID: contact,
				Typed: db.Fields{"relationship_status": db.RelationshipStatuses[r.IntN(3)]},
			})
		case what == 0:
			_, err = o.UnlinkContact(ctx, o.Tomas, organization, contact, l.Version)
		case what == 1 && x.IsActive:
			_, err = o.ArchiveOrganization(ctx, o.Tomas, organization, x.Version)
		case what < 4 && !x.IsActive:
			_, err = o.RestoreOrganization(ctx, o.Tomas, organization, x.Version)
		case what == 4:
			_, err = o.UpdateOrganization(ctx, o.Tomas, organization, x.Version, db.Fields{"display_name": fmt.Sprintf("Haus %d", r.IntN(100))})
		case what == 5 && x.IsActive && l.RelationshipStatus != "Former":
			_, err = o.UpdateLink(ctx, o.Tomas, organization, contact, l.Version, db.Fields{"is_main": "1"})
		default:
			_, err = o.UpdateLink(ctx, o.Tomas, organization, contact, l.Version,
				db.Fields{"relationship_status": db.RelationshipStatuses[r.IntN(3)]})
		}
		if err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
		o.Clock.Add(time.Second)
		for what, query := range mainOrganizationFaults {
			if n := o.Column(t, query); n[0] != "0" {
				t.Fatalf("after step %d there are %s %s", step, n[0], what)
			}
		}
	}
}

var mainOrganizationFaults = map[string]string{
	"former main organizations": "SELECT count(*) FROM organization_contact WHERE is_main = 1 AND relationship_status = 'Former'",
	"contacts without a main organization": "SELECT count(DISTINCT contact_id) FROM organization_contact AS l WHERE " +
		"relationship_status <> 'Former' AND NOT EXISTS (SELECT 1 FROM organization_contact WHERE contact_id = l.contact_id AND is_main = 1)",
	"contacts whose main organization is archived though another is not": "SELECT count(*) FROM organization_contact AS l " +
		"JOIN organizations ON id = organization_id WHERE is_main = 1 AND is_active = 0 AND EXISTS (SELECT 1 FROM organization_contact AS m " +
		"JOIN organizations AS o ON o.id = m.organization_id WHERE m.contact_id = l.contact_id AND m.relationship_status <> 'Former' AND " +
		"o.is_active = 1)",
	"contacts not sorted by their main organization": "SELECT count(*) FROM contacts AS c WHERE organization_name_key IS NOT (SELECT " +
		"sort_key FROM organization_contact JOIN organizations ON id = organization_id WHERE contact_id = c.id AND is_main = 1)",
}

// TestAnUpgradedContactKeepsTheOrganizationShown as its main one.
func TestAnUpgradedContactKeepsTheOrganizationShown(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	ctx := t.Context()
	maya := o.Maya(t)
	for _, name := range []string{"Quay", "Brig", "Acme"} {
		x := must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": name}, ""))(t)
		must(o.LinkContact(ctx, o.Tomas, db.NewLink{OrganizationID: x.ID, ContactID: maya.ID}))(t)
	}
	before := func() {
		o.Exec(t, "UPDATE organization_contact SET is_main = 0, linked_at = NULL")
		o.Exec(t, "UPDATE contacts SET organization_name_key = 'acme'")
		o.Exec(t, "UPDATE folding SET version = 0, done_to = 0 WHERE name = 'main_links'")
	}
	before()
	want(t, "shown", must(o.Contact(ctx, o.Ines, maya.ID))(t).Organization, "Acme")
	for more := true; more; {
		more = must(o.Refold(ctx))(t)
	}
	want(t, "main organization", mainOf(t, o, maya.ID), "Acme")

	before() // or when a link changes first
	x := must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": "Aaa"}, ""))(t)
	must(o.LinkContact(ctx, o.Tomas, db.NewLink{OrganizationID: x.ID, ContactID: maya.ID}))(t)
	want(t, "main organization", mainOf(t, o, maya.ID), "Acme")
}
