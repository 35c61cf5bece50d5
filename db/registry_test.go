package db_test

import (
	"context"
	"errors"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

func TestOrganizationLife(t *testing.T) {
	t.Parallel()
	d, _, _ := dbtest.Open(t)
	ctx := context.Background()
	u, err := d.SetUp(ctx, db.System, db.NewUser{Email: "ines@pinestreet.example", FullName: "Ines Calder", Hash: "x"})
	if err != nil {
		t.Fatal(err)
	}
	ines := db.Actor{UserID: u.ID, May: db.Permissions}
	o, err := d.CreateOrganization(ctx, ines, db.Fields{"display_name": " Harbor & Pine ", "website": "harborpine.example"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if o.LegalName != "Harbor & Pine" || o.Website != "https://harborpine.example" || o.Version != 1 {
		t.Fatalf("%+v", o)
	}
	if o, err = d.UpdateOrganization(ctx, ines, o.ID, 1, db.Fields{"sector": "Logistics"}); err != nil || o.Version != 2 {
		t.Fatal(o, err)
	}
	var conflict *db.Conflict
	if _, err = d.UpdateOrganization(ctx, ines, o.ID, 1, db.Fields{"sector": "Retail"}); !errors.As(err, &conflict) || conflict.By != "Ines Calder" {
		t.Fatal(err)
	}
	l, err := d.LinkContact(ctx, ines, db.NewLink{OrganizationID: o.ID, Contact: db.Fields{"first_name": "Maya", "last_name": "Okafor", "email": "maya@x.example"}, Typed: db.Fields{"role_label": "CFO"}})
	if err != nil {
		t.Fatal(err)
	}
	i, err := d.LogInteraction(ctx, ines, db.Fields{"channel": "call", "subject": "Renewal", "organization_id": o.ID, "contact_id": l.ContactID}, "")
	if err != nil {
		t.Fatal(err)
	}
	if i, err = d.DeleteInteraction(ctx, ines, i.ID, 1); err != nil {
		t.Fatal(err)
	}
	if i, err = d.UndeleteInteraction(ctx, ines, i.ID); err != nil || i.Version != 2 {
		t.Fatal(i, err)
	}
	for _, q := range []string{"harb", "PINE", "pine har"} {
		if page, _, err := d.Organizations(ctx, ines, db.Filter{Query: q}); err != nil || len(page) != 1 || page[0].LastContactChannel != "call" {
			t.Fatal(q, page, err)
		}
	}
	if page, _, err := d.Contacts(ctx, ines, db.Filter{Query: "maya harbor"}); err != nil || len(page) != 1 || page[0].Organization != "Harbor & Pine" {
		t.Fatal(page, err)
	}
	entries, _, err := d.History(ctx, ines, "organization", o.ID, 0)
	if err != nil || len(entries) != 6 {
		t.Fatal(entries, err)
	}
	if touched, err := d.LastTouched(ctx, ines, 5); err != nil || len(touched) != 2 {
		t.Fatal(touched, err)
	}
	if s, err := d.Sectors(ctx, ines); err != nil || len(s) != 12 {
		t.Fatal(s, err)
	}
}
