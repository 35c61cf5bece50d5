package db_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestAValueIsKeptComposedAndWithoutWhatNobodySees in every kind of field and every use case.
func TestAValueIsKeptComposedAndWithoutWhatNobodySees(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	const typed, kept = " E\u0301mi\u200ble\u00ad \u2060& 👩\u200d🚀\ufeff ", "Émile & 👩\u200d🚀"
	acme := must(o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": typed, "sector": typed, "tax_id": typed}, ""))(t)
	for _, column := range []string{"display_name", "legal_name", "sector", "tax_id"} {
		want(t, column, acme.Value(column), kept)
	}
	maya := must(o.CreateContact(t.Context(), o.Tomas,
		db.Fields{"first_name": typed, "last_name": "x", "email": "e\u0301l\u200bise@x.example"}, ""))(t)
	want(t, "first name", maya.Value("first_name"), kept)
	want(t, "email", maya.Value("email"), "élise@x.example")
	link := must(o.LinkContact(t.Context(), o.Tomas,
		db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID, Typed: db.Fields{"role_label": typed}}))(t)
	want(t, "role", link.RoleLabel, kept)
	call := must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
		"channel": "call", "subject": typed, "body": "one\r\n" + typed + "\u202ex\u202c",
		"organization_id": acme.ID, "happened_at": "٢٠٢٦-١١-٢٠T١٠:٣٠",
		"follow_up_text": typed, "follow_up_due_on": "２０２６-１１-２６",
	}, ""))(t)
	want(t, "subject", call.Subject, kept)
	want(t, "body", call.Body, "one\n Émile & 👩\u200d🚀 \u202ex\u202c") // text of several lines may contain anything
	want(t, "next step", call.Next.Text+" "+call.Next.DueOn, kept+" 2026-11-26")
	want(t, "happened at", call.HappenedAt.Format("2006-01-02"), "2026-11-20")
	for c := '\u202a'; c <= '\u2069'; c++ {
		if c <= '\u202e' || c >= '\u2066' {
			o.Unchanged(t, func() {
				_, err := o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 1, db.Fields{"sector": "a" + string(c) + "b"})
				said := wantInvalid(t, err, "sector").Fields["sector"]
				want(t, fmt.Sprintf("%U", c), strings.Contains(said, "direction"), true)
			})
		}
	}
}

// TestWhatShowsNothingIsAFieldLeftEmpty wherever an empty field has a meaning of its own.
func TestWhatShowsNothingIsAFieldLeftEmpty(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	for _, nothing := range []string{" ", "\u200b", "\u200e", "\r\n"} {
		legal := must(o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": "Beta", "legal_name": nothing}, ""))(t)
		want(t, "legal name", legal.Value("legal_name"), "Beta")
		call := must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
			"channel": "call", "subject": "x", "organization_id": acme.ID, "contact_id": maya.ID, "happened_at": nothing,
			"follow_up_text": "y", "follow_up_due_on": "2026-11-30", "follow_up_assignee_id": nothing,
		}, ""))(t)
		want(t, "happened at", call.HappenedAt, o.Clock.Now())
		want(t, "whose the next step is", call.Next.AssigneeID, o.Tomas.UserID)
		call = must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
			"channel": "call", "subject": "x", "organization_id": acme.ID, "follow_up_text": nothing, "follow_up_due_on": nothing,
		}, ""))(t)
		want(t, "next step", call.Next.ID, "")
		role := must(o.SaveRole(t.Context(), o.Ines, "", db.Fields{"name": fmt.Sprintf("Role %q", nothing), "slug": nothing}, nil, false))(t)
		want(t, "slug", role.Slug, role.Name)
	}
}

// TestAnEndOutOfSightStaysWhereNothingIsTyped in its place.
func TestAnEndOutOfSightStaysWhereNothingIsTyped(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	maya = must(o.UpdateContact(t.Context(), o.Tomas, maya.ID, maya.Version, db.Fields{"owner_user_id": o.Tomas.UserID}))(t)
	call := must(o.LogInteraction(t.Context(), o.Ines,
		db.Fields{"channel": "call", "subject": "x", "organization_id": acme.ID, "contact_id": maya.ID}, ""))(t)
	own := o.Tomas
	own.OwnOnly = true
	for n, nothing := range []string{"", " ", "\u200b"} {
		must(o.UpdateInteraction(t.Context(), own, call.ID, n+1,
			db.Fields{"subject": fmt.Sprint(n), "organization_id": nothing, "happened_at": nothing}))(t)
		now := must(o.Interaction(t.Context(), o.Ines, call.ID))(t)
		want(t, fmt.Sprintf("organization after %q", nothing), now.OrganizationID, acme.ID)
		want(t, "happened at", now.HappenedAt, call.HappenedAt)
	}
}

// TestANameOfWhatNobodySeesIsNone, for each of the invisible characters.
func TestANameOfWhatNobodySeesIsNone(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for _, nothing := range []string{"\u2800", "\u3164", "\uffa0 \u115f", "\ufe0f", "\u200d\U000e0101", "\u034f"} {
		o.Unchanged(t, func() {
			_, err := o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": nothing}, "")
			wantInvalid(t, err, "display_name")
			_, err = o.SaveRole(t.Context(), o.Ines, "", db.Fields{"name": nothing}, nil, false)
			wantInvalid(t, err, "name")
			_, err = o.CreateSavedView(t.Context(), o.Tomas, db.SavedView{List: "contacts", Name: nothing}, "")
			wantInvalid(t, err, "name")
		})
	}
	const heart = "❤\ufe0f" // its variation selector is invisible by itself
	want(t, "name", must(o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": heart}, ""))(t).Name(), heart)
}

// TestAStoredValueStaysUntilItIsChanged, even if it would be stored differently or refused today.
func TestAStoredValueStaysUntilItIsChanged(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	const before = "E\u0301mile\u200b \u202eevil\u202c"
	o.Exec(t, "UPDATE organizations SET legal_name = ?, sector = ?", before, before)
	now := must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 1,
		db.Fields{"legal_name": before, "sector": before, "size_band": "1-10"}))(t)
	want(t, "values", now.Value("legal_name")+now.Value("sector"), before+before)
	want(t, "size", now.Value("size_band"), "1-10")
	want(t, "history", strings.Contains(o.Column(t, "SELECT metadata FROM audit_logs ORDER BY seq DESC LIMIT 1")[0], "legal_name"), false)
	call := o.Call(t, acme, "")
	o.Exec(t, "UPDATE interactions SET body = 'e' || char(769) || char(10) || 'x'")
	must(o.UpdateInteraction(t.Context(), o.Tomas, call.ID, 1, db.Fields{"body": "e\u0301\r\nx", "subject": "y"}))(t)
	want(t, "body", o.Column(t, "SELECT body FROM interactions")[0], "e\u0301\nx")
}

// TestOneCollationEverywhere sorts the same names in every list of users and roles.
func TestOneCollationEverywhere(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	sorted := []string{"Åsa", "aXa", "ÉMA", "émile", "Zoe"}
	for _, n := range []int{4, 2, 0, 3, 1} {
		must(o.CreateUser(t.Context(), db.System, db.NewUser{
			Email: fmt.Sprint(n, "@a.example"), FullName: sorted[n] + " X", Role: "Viewer", Hash: "x",
		}))(t)
		must(o.SaveRole(t.Context(), o.Ines, "", db.Fields{"name": sorted[n] + " X", "slug": fmt.Sprint("r", n)},
			[]db.Permission{db.ViewClient}, false))(t)
		must(o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": sorted[n] + " X", "sector": sorted[n] + " X"}, ""))(t)
		must(o.CreateContact(t.Context(), o.Tomas, db.Fields{
			"first_name": "x", "last_name": sorted[n] + " X", "job_title": sorted[n] + " X", "email": sorted[n] + "@x.example",
		}, ""))(t)
	}
	viewer := roleBySlug(t, o, "Viewer")
	ofContacts := func(sort, column string) (names []string) {
		page, _, err := o.Contacts(t.Context(), o.Lea, db.Filter{Sort: sort})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range page {
			names = append(names, strings.Replace(x.Value(column), "@x.example", " X", 1))
		}
		return names
	}
	var accounts, roles, holders, owners, actors []string
	for _, a := range must(o.Accounts(t.Context(), o.Ines))(t) {
		accounts = append(accounts, a.FullName)
	}
	for _, x := range must(o.Roles(t.Context(), o.Ines))(t) {
		roles = append(roles, x.Name)
	}
	for _, a := range must(o.PeopleWith(t.Context(), o.Ines, viewer.ID))(t) {
		holders = append(holders, a.FullName)
	}
	for _, x := range must(o.Owners(t.Context(), o.Ines))(t) {
		owners = append(owners, x.FullName)
	}
	for _, x := range must(o.AuditPeople(t.Context(), o.Ines))(t) {
		actors = append(actors, x.FullName)
	}
	for what, names := range map[string][]string{
		"accounts": accounts, "roles": roles, "holders": holders, "owners": owners, "actors": actors,
		"sectors":  must(o.Suggestions(t.Context(), o.Lea, must(db.OrganizationKind.Field("sector"))(t)))(t),
		"contacts": ofContacts("", "last_name"), "titles": ofContacts("job_title", "job_title"), "emails": ofContacts("email", "email"),
	} {
		names = slices.DeleteFunc(names, func(name string) bool { return !strings.HasSuffix(name, " X") })
		if what == "emails" {
			for i := range names { // they are stored in lower case
				names[i] = strings.ToLower(names[i])
			}
		}
		wanted := strings.Join(sorted, " X, ") + " X"
		if what == "emails" {
			wanted = strings.ToLower(wanted)
		}
		want(t, what, strings.ToLower(strings.Join(names, ", ")), strings.ToLower(wanted))
	}
}

// TestKeysAndWordsAreMadeAgain after an earlier version computed them, with an interruption. Values
// and audit rows stay.
func TestKeysAndWordsAreMadeAgain(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for n := range 450 {
		acme := o.NewOrganization(t, fmt.Sprintf("Ħal %03d O'Brien", n))
		if n%2 == 0 {
			o.Call(t, acme, "")
		}
	}
	must(o.UpdateOrganization(t.Context(), o.Tomas,
		o.Column(t, "SELECT id FROM organizations LIMIT 1")[0], 1, db.Fields{"sector": "Énergie"}))(t)
	right := o.Column(t, "SELECT docid || sort_key || ifnull(sector_folded, '') FROM organizations ORDER BY docid")
	words := o.Column(t, "SELECT docid || c0words FROM organization_search_content UNION ALL SELECT docid || c0words FROM "+
		"interaction_search_content ORDER BY 1")
	const values = "SELECT json_array(display_name, legal_name, sector, version, updated_at) FROM organizations UNION ALL SELECT " +
		"json_array(subject, body) FROM interactions"
	before := o.Column(t, values)
	more := must(o.Refold(t.Context()))(t)
	want(t, "there is something to make again in a new registry", more, false)

	o.Exec(t, "UPDATE organizations SET sort_key = 'ħ' || docid, sector_folded = NULL")
	o.Exec(t, "UPDATE organization_search SET words = 'hal old'")
	o.Exec(t, "UPDATE interaction_search SET words = 'old ol. old.'")
	o.Exec(t, "UPDATE users SET name_key = 'old'")
	o.Exec(t, "UPDATE folding SET version = 0, done_to = NULL")
	history := o.Column(t, "SELECT count(*) FROM audit_logs")[0]
	for range 5 {
		must(o.Refold(t.Context()))(t)
	}
	o.Close()
	d := must(db.Open(t.Context(), o.Path, db.Options{Now: o.Clock.Now}))(t) // as after a kill
	defer d.Close()
	pieces := 0
	for more := true; more; pieces++ {
		found := must(d.Search(t.Context(), o.Lea, db.SearchFilter{Typed: "hal", Most: 5}))(t)
		want(t, "found meanwhile", len(found.Organizations), 5)
		more = must(d.Refold(t.Context()))(t)
	}
	want(t, "it goes on where it was", pieces > 2 && pieces < 12, true)
	want(t, "keys", slices.Equal(dbtest.Column(t, o.Path,
		"SELECT docid || sort_key || ifnull(sector_folded, '') FROM organizations ORDER BY docid"), right), true)
	want(t, "words", slices.Equal(dbtest.Column(t, o.Path, "SELECT docid || c0words FROM organization_search_content UNION ALL SELECT "+
		"docid || c0words FROM interaction_search_content ORDER BY 1"), words), true)
	want(t, "values", slices.Equal(dbtest.Column(t, o.Path, values), before), true)
	want(t, "rows of history", dbtest.Column(t, o.Path, "SELECT count(*) FROM audit_logs")[0], history)
	want(t, "it is done once", must(d.Refold(t.Context()))(t), false)
	for _, table := range []string{"organization_search", "interaction_search"} {
		must(dbtest.SQL(t, o.Path).Exec("INSERT INTO " + table + " (" + table + ") VALUES ('integrity-check')"))(t)
	}
}

// TestAValueOfAnotherProgramIsNotFoldedAsTheOneBefore: its new value must be folded.
func TestAValueOfAnotherProgramIsNotFoldedAsTheOneBefore(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	must(o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": "Acme", "sector": "Énergie", "size_band": "Large"}, ""))(t)
	must(o.CreateContact(t.Context(), o.Tomas, db.Fields{
		"first_name": "x", "last_name": "y", "job_title": "Équipe", "email": "é@x.example",
	}, ""))(t)
	want(t, "keys", o.Column(t, "SELECT sector_key || size_key FROM organizations")[0], "energie0000000000large")
	want(t, "keys of the contact", o.Column(t, "SELECT title_key || email_key FROM contacts")[0], "equipee@x.example")
	o.Exec(t, "UPDATE organizations SET sector = 'Media'")
	o.Exec(t, "UPDATE contacts SET email = 'z@x.example'")
	want(t, "keys", o.Column(t, "SELECT sector_key || size_key FROM organizations")[0], "media0000000000large")
	want(t, "keys of the contact", o.Column(t, "SELECT title_key || email_key FROM contacts")[0], "equipez@x.example")
	for table, columns := range map[string]map[string]string{
		"organizations": db.OrganizationKind.Folded(), "contacts": db.ContactKind.Folded(),
	} {
		for column, folded := range columns {
			o.Exec(t, "UPDATE "+table+" SET "+folded+" = 'x'")
			o.Exec(t, "UPDATE "+table+" SET "+column+" = '1'")
			want(t, table+"."+folded+" after another program changed "+column,
				o.Column(t, "SELECT ifnull("+folded+", 'NULL') FROM "+table)[0], "NULL")
		}
	}
}

func TestEmailsThatAreTheSameComposedAreNamed(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for _, email := range []string{"élise@x.example", "k@x.example", "other@x.example", "ünique@x.example"} {
		o.NewContact(t, "x", email, email)
	}
	want(t, "same", len(must(o.SameEmails(t.Context()))(t)), 0)
	for i, email := range []string{"e\u0301lise@x.example", "\u212a@x.example"} {
		id := o.NewContact(t, "y", email, "").ID
		o.Exec(t, "UPDATE contacts SET email = ? WHERE id = ?", email, id)
		want(t, "same", len(must(o.SameEmails(t.Context()))(t)), i+1)
	}
	want(t, "they are named", strings.Contains(strings.Join(must(o.SameEmails(t.Context()))(t), " "), `\u00e9lise@x.example`), true)
	want(t, "they are left", len(o.Column(t, "SELECT 1 FROM contacts WHERE email = 'e' || char(769) || 'lise@x.example'")), 1)
}

// TestSearchFindsWhatPeopleType: without punctuation inside names, by the beginnings of several
// words, and by phone numbers in any form.
func TestSearchFindsWhatPeopleType(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	kept := map[string]db.Fields{
		"I.B.M. Works": {}, "AT&T Retail": {}, "Jean-Luc Martin & Co": {}, "Ħal Far Shipping": {},
		"Taxed": {"tax_id": "DE 123-456.789"}, "Other": {"tax_id": "NL7"}, "IKEA": {},
	}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range kept {
			if !yield(name) {
				return
			}
		}
	}) {
		fields := kept[name]
		fields["display_name"] = name
		must(o.CreateOrganization(t.Context(), o.Tomas, fields, ""))(t)
	}
	for _, c := range [][2]string{
		{"O’Brien", "+44 (0)20 7946 0777"}, {"Natl", "020 7946 0888"}, {"Two", "08-129 45 67 / 08-765 43 21 ext. 5"},
	} {
		must(o.CreateContact(t.Context(), o.Tomas, db.Fields{"first_name": "Sean", "last_name": c[0], "mobile": c[1]}, ""))(t)
	}
	must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
		"channel": "call", "subject": "O'Neill on AT&T's e-mail",
		"organization_id": o.Column(t, "SELECT id FROM organizations WHERE display_name = 'Other'")[0], "happened_at": "",
	}, ""))(t)
	for _, c := range [][2]string{
		{"ibm", "I.B.M. Works"},
		{"i.b.m", "I.B.M. Works"},
		{"ibm work", "I.B.M. Works"},
		{"i.k.e.a.", "IKEA"},
		{"att", "AT&T Retail"},
		{"at&t ret", "AT&T Retail"},
		{"jeanluc", "Jean-Luc Martin & Co"},
		{"jean-luc", "Jean-Luc Martin & Co"},
		{"hal far", "Ħal Far Shipping"},
		{"ha fa shi", "Ħal Far Shipping"},
		{"DE123456789", "Taxed"},
		{"de 123 456 789", "Taxed"},
		{"123-456", "Taxed"},
		{"nl-7", "Other"},
		{"obrien", "Sean O’Brien"},
		{"O'BRIEN sean", "Sean O’Brien"},
		{"+44 20 7946 0777", "Sean O’Brien"},
		{"02079460777", "Sean O’Brien"},
		{"7946 0888", "Sean Natl"},
		{"0044 20 7946 0888", "Sean Natl"},
		{"٠٢٠٧٩٤٦٠٨٨٨", "Sean Natl"},
		{"087654321", "Sean Two"},
		{"94567", "Sean Two"},
	} {
		organizations, contacts, _ := found(t, o, o.Lea, c[0])
		want(t, c[0], strings.Join(append(organizations, contacts...), "|"), c[1])
		var listed []string
		first, _, err1 := o.Organizations(t.Context(), o.Lea, db.Filter{Query: c[0]})
		second, _, err2 := o.Contacts(t.Context(), o.Lea, db.Filter{Query: c[0]})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for _, x := range append(first, second...) {
			listed = append(listed, x.Name())
		}
		want(t, c[0]+" in lists", strings.Join(listed, "|"), c[1])
	}
	for _, typed := range []string{"oneill", "o'neill", "atts", "email", "e-mail oneill"} {
		_, _, interactions := found(t, o, o.Lea, typed)
		want(t, typed+" in interactions", len(interactions), 1)
	}
	for _, typed := range []string{"ibmww", "7770", "abjh"} { // the reversed digits in the index must not match
		organizations, contacts, _ := found(t, o, o.Lea, typed)
		want(t, typed, len(organizations)+len(contacts), 0)
	}
}

// TestAStartIndexesInPiecesWhatAnotherProgramWrote: so that it holds few rows at a time, and the next one goes on after it.
func TestAStartIndexesInPiecesWhatAnotherProgramWrote(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Exec(t, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5001)
		INSERT INTO contacts (id, first_name, last_name, updated_at)
		SELECT printf('%08x-0000-7000-8000-000000000000', i), 'Foreign', 'Person', printf('2026-11-01T00:00:00.%03dZ', i = 5001) FROM n;
		CREATE TRIGGER cut BEFORE UPDATE OF docid ON contacts WHEN new.updated_at LIKE '%001Z' BEGIN SELECT RAISE(ABORT, 'no power'); END`)
	indexed := func() string { return o.Column(t, "SELECT count(docid) FROM contacts WHERE first_name = 'Foreign'")[0] }
	if d, err := db.Open(t.Context(), o.Path, db.Options{Now: o.Clock.Now}); err == nil {
		d.Close()
		t.Fatal("the start was not cut short")
	}
	want(t, "indexed by the start that was cut short", indexed(), "5000")
	o.Exec(t, "DROP TRIGGER cut")
	must(db.Open(t.Context(), o.Path, db.Options{Now: o.Clock.Now}))(t).Close()
	want(t, "indexed by the next one", indexed(), "5001")
}
