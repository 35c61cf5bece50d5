package db_test

import (
	"fmt"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

func TestOrganizationsAreFoundByTheBeginningsOfTheirWords(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for _, fields := range []db.Fields{
		{"display_name": "Émile & Søn", "website": "https://www.emilesoen.example/om", "tax_id": "SE-556012-3456"},
		{"display_name": "Straße Łódź", "legal_name": "Strasse Holding"},
		{"display_name": "O'Brien’s Bar"},
		{"display_name": "株式会社東京電力"},
		{"display_name": "شركة النور"},
		{"display_name": "NOT AND OR NEAR words"},
		{"display_name": "İstanbul Ñandú"},
		{"display_name": "किरण समूह"},
	} {
		must(o.CreateOrganization(t.Context(), o.Tomas, fields, ""))(t)
	}
	for _, c := range []struct{ typed, found string }{
		{"emile", "Émile & Søn"},
		{"ÉMILE", "Émile & Søn"},
		{"e\u0301mil", "Émile & Søn"},
		{"son émi", "Émile & Søn"},
		{"søn", "Émile & Søn"},
		{"556012", "Émile & Søn"},
		{"se-556012-34", "Émile & Søn"},
		{"www.emilesoen.example", "Émile & Søn"},
		{"https://www.emilesoen.example/om", "Émile & Søn"},
		{"strasse", "Straße Łódź"},
		{"straße", "Straße Łódź"},
		{"lodz", "Straße Łódź"},
		{"holding", "Straße Łódź"},
		{"O'Brien", "O'Brien’s Bar"},
		{"o’brien", "O'Brien’s Bar"},
		{"brien", "O'Brien’s Bar"},
		{"'", ""},
		{`"`, ""},
		{"東京", "株式会社東京電力"},
		{"株式会社", "株式会社東京電力"},
		{"電", "株式会社東京電力"},
		{"大阪", ""},
		{"النور", "شركة النور"},
		{"شر", "شركة النور"},
		{"istanbul", "İstanbul Ñandú"},
		{"nandu", "İstanbul Ñandú"},
		{"किरण", "किरण समूह"},
		{"कि", "किरण समूह"},
		{"NOT", "NOT AND OR NEAR words"},
		{"AND OR", "NOT AND OR NEAR words"},
		{"NEAR/2", ""},
		{"emile OR lodz", ""},
		{"emile NOT son", ""},
		{"-emile", "Émile & Søn"},
		{"words:emile", ""},
		{"docid:1", ""},
		{`"emile"`, "Émile & Søn"},
		{"(emile", "Émile & Søn"},
		{"emile*", "Émile & Søn"},
		{"^emile", "Émile & Søn"},
		{"*", ""},
		{"%", ""},
		{"' OR 1=1 --", ""},
		{"mile", ""},
		{"emile zzz", ""},
		{"\x00", ""},
		{"\xff", ""},
		{"emile\x00son", "Émile & Søn"},
		{"emile\xffson", "Émile & Søn"},
		{strings.Repeat("near ", 5000), "NOT AND OR NEAR words"},
		{strings.Repeat("(", 5000), ""},
		{"\u200b", ""},
		{"𑵠", ""},
	} {
		page, _, err := o.Organizations(t.Context(), o.Lea, db.Filter{Query: c.typed})
		var found []string
		for _, x := range page {
			found = append(found, x.Name())
		}
		if err != nil || strings.Join(found, ", ") != c.found {
			t.Errorf("%.40q finds %q, want %q (%v)", c.typed, found, c.found, err)
		}
		if _, _, err := o.Contacts(t.Context(), o.Lea, db.Filter{Query: c.typed}); err != nil {
			t.Errorf("contacts, %.40q: %v", c.typed, err)
		}
	}
}

func TestContactsAreFoundByNameEmailNumberAndOrganization(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	maya := must(o.CreateContact(t.Context(), o.Tomas, db.Fields{
		"first_name": "Maya", "last_name": "Ókafor", "email": "m.okafor@acme.example",
		"phone": "+46 70-555 01 34", "mobile": "(0)8/123.456", "job_title": "Head of Ports",
	}, ""))(t)
	acme := o.NewOrganization(t, "Ærø Shipping")
	must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID}))(t)
	find := func(typed string) int {
		page, _, err := o.Contacts(t.Context(), o.Lea, db.Filter{Query: typed})
		if err != nil {
			t.Errorf("%q: %v", typed, err)
		}
		return len(page)
	}
	for _, typed := range []string{
		"okafor maya", "may oka", "m.okafor@acme.example", "m.okafor@", "+46705550134", "46 70 555",
		"+46 70-555 01 34", "4670 5550134", "08123456", "08/123", "ports", "maya aero", "shipping",
	} {
		want(t, typed, find(typed), 1)
	}
	for _, typed := range []string{"acme shipping lodz", "5550135", "46 71"} {
		want(t, typed, find(typed), 0)
	}
	must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 1, db.Fields{"display_name": "Baltic"}))(t)
	want(t, "by the organization's new name", find("maya baltic"), 1)
	want(t, "by its old name", find("maya aero"), 0)
	must(o.UnlinkContact(t.Context(), o.Tomas, acme.ID, maya.ID, 1))(t)
	want(t, "by the organization left", find("maya baltic"), 0)
	must(o.UpdateContact(t.Context(), o.Tomas, maya.ID, 1, db.Fields{"last_name": "Lind"}))(t)
	want(t, "by the old name", find("okafor maya lind"), 1) // still in the email address
	want(t, "by the new name", find("lind"), 1)
}

func TestArchivedRecordsAreFoundWhereAskedFor(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	must(o.ArchiveOrganization(t.Context(), o.Tomas, acme.ID, 1))(t)
	for status, found := range map[string]int{"": 0, "active": 0, "archived": 1, "all": 1, "'": 0} {
		page, _, err := o.Organizations(t.Context(), o.Lea, db.Filter{Query: "acme", Status: status})
		if err != nil || len(page) != found {
			t.Errorf("%q: %d found, %v", status, len(page), err)
		}
	}
}

func TestRowsOfAnotherProgramAreIndexedAtTheNextStart(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	const organization, contact = "01a2027e-4036-7af6-9386-fedd409c5151", "01a2027e-4036-7af6-9386-fedd409c5152"
	o.Exec(t, "INSERT INTO organizations (id, legal_name, display_name) VALUES (?, 'Éclair', 'Éclair')", organization)
	o.Exec(t, "INSERT INTO contacts (id, first_name, last_name) VALUES (?, 'Zoë', 'Ångström')", contact)
	// They can be changed before that start, too.
	must(o.UpdateContact(t.Context(), o.Tomas, contact, 1, db.Fields{"phone": "1"}))(t)
	page, _, err := o.Contacts(t.Context(), o.Tomas, db.Filter{Query: "zoe"})
	if err != nil || len(page) != 1 {
		t.Error(page, err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	again := must(db.Open(t.Context(), o.Path, db.Options{Now: o.Clock.Now}))(t)
	defer again.Close()
	found, _, err := again.Organizations(t.Context(), o.Tomas, db.Filter{Query: "eclair"})
	if err != nil || len(found) != 1 {
		t.Error(found, err)
	}
	want(t, "sort keys", fmt.Sprint(o.Column(t, "SELECT sort_key FROM organizations UNION ALL SELECT sort_key FROM contacts")),
		"[eclair angstrom zoe]")
}

func TestAPickerShowsTheVeryWordBeforeWordsThatBeginSo(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for _, name := range []string{"Libra", "Limes", "Li", "Lino"} {
		o.NewOrganization(t, name)
	}
	found, err := o.FindOrganizations(t.Context(), o.Ines, "li", 3)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range found {
		names = append(names, x.Name())
	}
	want(t, "names", strings.Join(names, " "), "Li Libra Limes")
}
