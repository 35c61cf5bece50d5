package db_test

import (
	"fmt"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// twins says who the twins of what was typed are, and why.
func twins(t *testing.T, o *dbtest.Office, by db.Actor, k *db.RecordKind, self string, typed ...string) string {
	t.Helper()
	f := db.Fields{}
	for i := 0; i+1 < len(typed); i += 2 {
		f[typed[i]] = typed[i+1]
	}
	var all []string
	for _, x := range must(o.Twins(t.Context(), by, k, f, self))(t) {
		name := x.Name()
		if !x.IsActive {
			name += " (archived)"
		}
		all = append(all, name+": "+strings.Join(x.Why, ", "))
	}
	return strings.Join(all, "; ")
}

func TestTwinsAreNamedWithWhy(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	acme := must(o.CreateOrganization(ctx, o.Tomas, db.Fields{
		"display_name": "Acme Möbel GmbH", "website": "https://www.acme.example/about", "tax_id": "DE 123.456",
	}, ""))(t)
	must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": "Acmeville Foods", "website": "acme.example.org"}, ""))(t)
	must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": "Bau Müller", "website": "müller-bau.example"}, ""))(t)
	maya := must(o.CreateContact(ctx, o.Tomas, db.Fields{
		"first_name": "Maya", "last_name": "Okafor", "email": "maya@acme.example", "phone": "+46 8 123 456 78",
	}, ""))(t)
	for _, c := range []struct {
		kind  *db.RecordKind
		typed []string
		want  string
	}{
		{db.OrganizationKind, []string{"display_name", "acme mobel gmbh"}, "Acme Möbel GmbH: Same name"},
		{db.OrganizationKind, []string{"display_name", "Acme Möbel"}, "Acme Möbel GmbH: Similar name"},
		{db.OrganizationKind, []string{"display_name", "Möbel Acme AG"}, "Acme Möbel GmbH: Similar name"},
		{db.OrganizationKind, []string{"display_name", "Acme Mobl"}, "Acme Möbel GmbH: Similar name"},
		{db.OrganizationKind, []string{"display_name", "Acme"}, ""},
		{db.OrganizationKind, []string{"display_name", "Foods"}, ""},
		{db.OrganizationKind, []string{"website", "acme.example"}, "Acme Möbel GmbH: Same website"},
		{db.OrganizationKind, []string{"website", "http://ACME.example/x?y"}, "Acme Möbel GmbH: Same website"},
		{db.OrganizationKind, []string{"website", "https://www.xn--mller-bau-q9a.example/"}, "Bau Müller: Same website"}, // as browsers copy it
		{db.OrganizationKind, []string{"website", "acme"}, ""},
		{db.OrganizationKind, []string{"website", "shop.acme.example"}, ""},
		{db.OrganizationKind, []string{"tax_id", "de123456"}, "Acme Möbel GmbH: Same tax ID"},
		{db.OrganizationKind, []string{"tax_id", "DE 123.45"}, ""},
		{
			db.OrganizationKind,
			[]string{"display_name", "Acme Möbel", "website", "acme.example", "tax_id", "DE123456"},
			"Acme Möbel GmbH: Same website, Same tax ID, Similar name",
		},
		{db.ContactKind, []string{"first_name", "maya", "last_name", "OKAFOR"}, "Maya Okafor: Same name"},
		{db.ContactKind, []string{"first_name", "Okafor", "last_name", "Maya"}, "Maya Okafor: Similar name"},
		{db.ContactKind, []string{"first_name", "Maya", "last_name", "Okafro"}, "Maya Okafor: Similar name"},
		{db.ContactKind, []string{"first_name", "Maya"}, ""},
		{db.ContactKind, []string{"email", "MAYA@acme.example"}, "Maya Okafor: Same email"},
		{db.ContactKind, []string{"email", "aya@acme.example"}, ""},
		{db.ContactKind, []string{"mobile", "0046 8-123 456 78"}, "Maya Okafor: Same phone"},
		{db.ContactKind, []string{"phone", "08 123 456 78", "mobile", "08 123 456 78"}, "Maya Okafor: Same phone"},
		{db.ContactKind, []string{"phone", "08 123"}, ""},
		{db.ContactKind, []string{"email", "no email", "phone", strings.Repeat("1", 200), "first_name", "\x00", "last_name", "x"}, ""},
	} {
		want(t, fmt.Sprint(c.typed), twins(t, o, o.Tomas, c.kind, "", c.typed...), c.want)
	}
	want(t, "itself", twins(t, o, o.Tomas, db.OrganizationKind, acme.ID, "display_name", "Acme Möbel", "website", "acme.example"), "")
	// Archived ones are named, too, below active ones.
	must(o.ArchiveContact(ctx, o.Tomas, maya.ID, 1))(t)
	must(o.ArchiveOrganization(ctx, o.Tomas, acme.ID, 1))(t)
	must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": "Acme Mobel"}, ""))(t)
	must(o.CreateContact(ctx, o.Tomas, db.Fields{"first_name": "Maya", "last_name": "Okafer"}, ""))(t)
	for _, c := range []struct {
		kind  *db.RecordKind
		typed []string
		want  string
	}{
		{
			db.OrganizationKind,
			[]string{"display_name", "Acme Möbel GmbH", "website", "acme.example"},
			"Acme Mobel: Similar name; Acme Möbel GmbH (archived): Same website, Same name",
		},
		{db.OrganizationKind, []string{"tax_id", "de123456"}, "Acme Möbel GmbH (archived): Same tax ID"},
		{db.ContactKind, []string{"first_name", "Maya", "last_name", "Okafor"}, "Maya Okafer: Similar name; Maya Okafor (archived): Same name"},
		{db.ContactKind, []string{"email", "maya@acme.example"}, "Maya Okafor (archived): Same email"},
		{db.ContactKind, []string{"phone", "08 123 456 78"}, "Maya Okafor (archived): Same phone"},
	} {
		want(t, fmt.Sprint("with archived ones ", c.typed), twins(t, o, o.Tomas, c.kind, "", c.typed...), c.want)
	}

	own := o.Tomas
	own.OwnOnly = true
	nobody := o.Tomas
	nobody.May = []db.Permission{db.EditClient}
	for _, by := range []db.Actor{own, nobody} {
		want(t, "what they do not see", twins(t, o, by, db.OrganizationKind, "",
			"display_name", "Acme Möbel GmbH", "website", "acme.example", "tax_id", "DE123456"), "")
		want(t, "whom they do not see", twins(t, o, by, db.ContactKind, "",
			"first_name", "Maya", "last_name", "Okafor", "email", "maya@acme.example", "phone", "+46812345678"), "")
	}
}
