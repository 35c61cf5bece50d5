package handlers_test

import (
	"strings"
	"testing"
)

const ownChanges = "[aria-labelledby=changes-h] li"

// changed returns what the account page says of the person's last changes, newest first.
func changed(a answer) (all []string) {
	for _, row := range a.html.Find(ownChanges + " > div > span").EachIter() {
		all = append(all, strings.Join(strings.Fields(row.Text()), " "))
	}
	return all
}

func wantChanged(t *testing.T, a answer, want ...string) {
	t.Helper()
	if got := changed(a); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the last changes are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestEveryKindOfChangeIsUndoneOnTheAccountPage: one after the other, and without a script.
func TestEveryKindOfChangeIsUndoneOnTheAccountPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	ines := s.person("Inès Moreau", "Administrator")
	ines.get("/account").wantNot(ownChanges)
	for _, x := range []struct {
		path, query string
		form        []string
		said        string
	}{
		{
			w.org, "SELECT sector || tax_id FROM organizations WHERE id = ?",
			[]string{"sector", "Retail", "tax_id", "99"},
			"You changed Harbor & Pine",
		},
		{
			w.contact + "/fields/phone", "SELECT ifnull(phone, '') FROM contacts WHERE id = ?",
			[]string{"value", "555"},
			"You changed the contact Elif Aydın",
		},
		{w.org + "/archive", "SELECT is_active FROM organizations WHERE id = ?", nil, "You archived Harbor & Pine"},
		{w.interaction, "SELECT subject FROM interactions WHERE id = ?", []string{"subject", "Refused"}, "You changed"},
		{w.interaction + "/delete", "SELECT count(*) FROM interactions WHERE id = ?", nil, "You deleted"},
	} {
		id := key(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(x.path, "/archive"), "/delete"), "/fields/phone"))
		table := strings.Split(x.path, "/")[1]
		before := s.One(x.query, id)
		ines.post(x.path, append(x.form, "version", s.One("SELECT version FROM "+table+" WHERE id = ?", id))...).want(303, "", "")
		after := s.One(x.query, id)
		page := ines.get("/account").want(200, ownChanges+":first-child span", x.said).want(200, ownChanges+":first-child button", "Undo")
		if to := ines.submit(page, ownChanges+":first-child button").to(); to != "/account" {
			t.Errorf("undoing %s leads to %s", x.path, to)
		}
		if now := s.One(x.query, id); before == after || now != before {
			t.Errorf("%s: %q became %q, and %q when undone", x.path, before, after, now)
		}
		ines.get("/account").want(200, ".toast", "")
	}
}

// TestOnlyWhatCanStillBeUndoneIsOnTheAccountPage: nothing that somebody changed since, or that the person does not see.
func TestOnlyWhatCanStillBeUndoneIsOnTheAccountPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Administrator"), s.person("Jonas Berg", "Manager")
	acme, birch := s.Organization("Acme"), s.Organization("Birch")
	ines.post(acme+"/fields/sector", "value", "Retail", "version", "1").to()
	ines.post(acme+"/fields/tax_id", "value", "1", "version", "2").to()
	jonas.post(acme+"/fields/tax_id", "value", "2", "version", "3").to()
	wantChanged(t, ines.get("/account"), "You changed Acme")
	wantChanged(t, jonas.get("/account"), "You changed Acme")
	ines.get("/account").want(200, ownChanges+" small", "Sector: empty → Retail").wantTexts(ownChanges+" bdi", "Acme", "empty", "Retail")

	preview := ines.post("/organizations/batch", "action", "archive", "id", key(acme), "id", key(birch)).want(200, "", "")
	ines.submit(preview, "[name=confirm]").to()
	page := ines.get("/account").want(200, ownChanges+":first-child span", "changed many organizations at once: 2")
	wantChanged(t, page, "You changed many organizations at once: 2", "You changed Acme")
	ines.submit(page, ownChanges+":first-child button").to()
	s.WantOne("2", "SELECT count(*) FROM organizations WHERE is_active")
	wantChanged(t, ines.get("/account").want(200, "#changes-h[autofocus]", "Your last changes"), "You changed Acme")

	for n := range 12 {
		ines.post(birch+"/fields/sector", "value", strings.Repeat("x", n+1), "version",
			s.One("SELECT version FROM organizations WHERE id = ?", key(birch))).to()
	}
	wantChanged(t, ines.get("/account"), "You changed Birch", "You changed Acme") // of one field only the last stands
	s.Exec("DELETE FROM role_permission WHERE permission_id IN (SELECT id FROM permissions WHERE slug = 'EditClient')")
	ines.comeIn()
	ines.get("/account").wantNot(ownChanges)
}
