package db_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

func id() string { return uuid.Must(uuid.NewV7()).String() }

// clients returns the rows of n organizations, each with a contact and a call.
func clients(o *dbtest.Office, n int) *db.Rows {
	now := o.Clock.Now()
	var rows db.Rows
	for i := range n {
		x := db.Organization{Kind: db.OrganizationKind, ID: id(), IsActive: true, Version: 1, CreatedAt: now, UpdatedAt: now}
		x.Set("display_name", fmt.Sprintf("Réseau %d", i))
		x.Set("legal_name", "Réseau")
		x.Set("owner_user_id", o.Ines.UserID)
		c := db.Contact{Kind: db.ContactKind, ID: id(), IsActive: true, Version: 1, CreatedAt: now, UpdatedAt: now}
		c.Set("first_name", "Maya")
		c.Set("last_name", fmt.Sprintf("Okafor %d", i))
		call := db.Interaction{
			ID: id(), OrganizationID: x.ID, ContactID: c.ID, UserID: o.Tomas.UserID, Channel: "call", Subject: fmt.Sprintf("Renewal %d", i),
			HappenedAt: now, CreatedAt: now,
		}
		rows.Record(x)
		rows.Words(x)
		rows.Record(c)
		rows.Words(c, x.Name())
		rows.Link(db.Link{OrganizationID: x.ID, ContactID: c.ID, RelationshipStatus: "Active", Version: 1})
		rows.Interaction(call)
		rows.FollowUp(db.FollowUp{ID: id(), Text: "Call", DueOn: "2026-11-30", AssigneeID: o.Tomas.UserID, Version: 1}, call)
		rows.Audit(db.Event{Action: "create_org", TargetType: "organization", TargetID: x.ID})
		rows.Audit(db.Event{Action: "create_contact", TargetType: "contact", TargetID: c.ID, Metadata: `{"changes":{}}`})
		rows.Audit(db.Event{Action: "link_contact", TargetType: "organization", TargetID: x.ID})
		rows.Audit(db.Event{Action: "create_interaction", TargetType: "interaction", TargetID: call.ID})
	}
	return &rows
}

// TestRowsArePutBesideOthers inserts enough rows for statements of both sizes into a registry in
// use, between ordinary changes.
func TestRowsArePutBesideOthers(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	o.Maya(t)
	for range 2 {
		if err := o.PutRows(t.Context(), o.Tomas, db.EditInteractions, clients(o, 45)); err != nil {
			t.Fatal(err)
		}
		o.Call(t, acme, "")
	}
	wantSound(t, o)
	want(t, "the tallies", fmt.Sprint(o.Column(t, dbtest.Tallies)), fmt.Sprint(o.Column(t, dbtest.PlainTallies)))
	for what, query := range map[string]string{
		"rows by another": "SELECT id FROM audit_logs WHERE action = 'link_contact' AND (user_id <> ? OR ip <> '192.0.2.7' OR ua <> 'Browser')",
		"organizations without what triggers keep": `
			SELECT id FROM organizations
			WHERE display_name <> 'Acme' AND ? <> '' AND (contacts_count <> 1 OR owner_name_key IS NULL OR last_contact_at IS NULL)`,
		"contacts without what triggers keep": `
			SELECT id FROM contacts
			WHERE email IS NULL AND ? <> '' AND (organization_name_key IS NULL OR last_contact_channel IS NULL)`,
		"interactions without their next step": `
			SELECT id FROM interactions
			WHERE organization_id <> ? AND contact_id IS NOT NULL AND next_due_on IS NULL`,
	} {
		want(t, what, fmt.Sprint(o.Column(t, query, o.Tomas.UserID)), "[]")
	}
	found := func(q string) int { return len(mustFirst(o.Contacts(t.Context(), o.Tomas, db.Filter{Query: q}))(t)) }
	want(t, "found by an organization's name", found("reseau 44"), 2)
	want(t, "found by their own", found("okafor 7"), 2)
	want(t, "interactions found", len(mustFirst(o.SearchInteractions(t.Context(), o.Tomas, "renewal 31", "", 10))(t)), 2)
}

func TestRowsThatAreRefusedLeaveNothing(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Acme(t)
	put := func(by db.Actor, change func(*db.Rows)) error {
		rows := clients(o, 25)
		change(rows)
		return o.PutRows(t.Context(), by, db.EditClients, rows)
	}
	past := db.Event{Action: "create_org", TargetType: "organization", At: dbtest.Now, UserID: o.Ines.UserID, ID: id()}
	taken := clients(o, 1)
	o.Unchanged(t, func() {
		if err := put(o.Lea, func(*db.Rows) {}); !errors.Is(err, db.ErrForbidden) {
			t.Error("without the right to edit:", err)
		}
		if err := o.PutRows(t.Context(), o.Ines, db.Need{}, clients(o, 1)); !errors.Is(err, db.ErrForbidden) {
			t.Error("with no need:", err)
		}
		for what, change := range map[string]func(*db.Rows){
			"of an unknown action": func(r *db.Rows) { r.Audit(db.Event{Action: "make", TargetType: "contact"}) },
			"of somebody's past":   func(r *db.Rows) { r.Audit(past) },
			"without words": func(r *db.Rows) {
				c := db.Contact{Kind: db.ContactKind, ID: id(), CreatedAt: dbtest.Now, UpdatedAt: dbtest.Now}
				c.Set("first_name", "Maya")
				c.Set("last_name", "Okafor")
				r.Record(c)
			},
			"with a number of contacts": func(r *db.Rows) {
				x := db.Organization{Kind: db.OrganizationKind, ID: id(), Contacts: 3, CreatedAt: dbtest.Now, UpdatedAt: dbtest.Now}
				x.Set("display_name", "Kestrel")
				x.Set("legal_name", "Kestrel")
				r.Record(x)
				r.Words(x)
			},
			"linked to nobody": func(r *db.Rows) {
				r.Link(db.Link{OrganizationID: id(), ContactID: id(), RelationshipStatus: "Active", Version: 1})
			},
		} {
			if put(o.Tomas, change) == nil {
				t.Error("rows were inserted", what)
			}
		}
		var silent db.Rows
		silent.Record(db.Organization{Kind: db.OrganizationKind, ID: id(), CreatedAt: dbtest.Now, UpdatedAt: dbtest.Now})
		if err := o.PutRows(t.Context(), o.Tomas, db.EditClients, &silent); err == nil {
			t.Error("rows without an event were inserted")
		}
	})
	if err := o.PutRows(t.Context(), o.Tomas, db.EditClients, taken); err != nil {
		t.Fatal(err)
	}
	o.Unchanged(t, func() {
		if o.PutRows(t.Context(), o.Tomas, db.EditClients, taken) == nil {
			t.Error("the same rows were inserted twice")
		}
	})
}
