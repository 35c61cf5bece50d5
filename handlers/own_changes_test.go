package handlers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
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
	ines.signIn()
	ines.get("/account").wantNot(ownChanges)
}

// TestAnOverwrittenFieldIsNotOnTheAccountPage: of two fields that were changed at once, somebody else changed one again.
func TestAnOverwrittenFieldIsNotOnTheAccountPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, tomas := s.person("Inès Moreau", "Administrator"), s.person("Tomas Rehn", "Manager")
	org := s.Organization("Quay")
	ines.post(org, "legal_name", "Quay Ltd", "tax_id", "99", "version", "1").want(303, "", "")
	tomas.post(org+"/fields/legal_name", "value", "Quay PLC", "version", "2").want(303, "", "")
	page := ines.get("/account")
	wantChanged(t, page, "You changed Quay")
	got := strings.Join(strings.Fields(page.html.Find(ownChanges+" small").Text()), " ")
	if !strings.HasPrefix(got, "Tax ID: empty → 99 · ") || strings.Count(got, "→") != 1 {
		t.Errorf("the account page says of it: %s", got)
	}
}

// TestWhatSomebodyMadeIsUndoneOnTheAccountPage: clients, links, interactions and follow-ups by their opposites, and what was said of
// those is undone in turn. What somebody else has changed since is not offered.
func TestWhatSomebodyMadeIsUndoneOnTheAccountPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Administrator"), s.person("Jonas Berg", "Manager")
	org, contact := s.Organization("Acme"), s.Contact("Maya", "Okafor")
	for _, x := range []struct {
		path, query string
		form        []string
		said, after string // what it says, and what it says of its Undo, "" where that cannot be undone
		others      func()
	}{
		{
			"/organizations", "SELECT count(*) FROM organizations WHERE is_active",
			[]string{"display_name", "Birch"},
			"You created Birch", "You archived Birch",
			func() {
				birch := s.One("SELECT id FROM organizations WHERE display_name = 'Birch'")
				jonas.post("/organizations/"+birch+"/fields/sector", "version",
					s.One("SELECT version FROM organizations WHERE id = ?", birch), "value", "Energy").to()
			},
		},
		{
			"/contacts", "SELECT count(*) FROM contacts WHERE is_active",
			[]string{"first_name", "Elif", "last_name", "Aydın"},
			"You created the contact Elif Aydın", "You archived the contact Elif Aydın",
			func() {
				elif := s.One("SELECT id FROM contacts WHERE first_name = 'Elif'")
				jonas.post("/contacts/"+elif+"/fields/phone", "version", s.One("SELECT version FROM contacts WHERE id = ?", elif), "value", "555").to()
			},
		},
		{
			org + "/contacts", "SELECT count(*) FROM organization_contact",
			[]string{"contact_id", key(contact), "role_label", "CFO", "relationship_status", "Active"},
			"You linked Maya Okafor to Acme as CFO", "You unlinked Maya Okafor from Acme as CFO, Active",
			func() {
				jonas.post(org+"/contacts/"+key(contact), "version", s.One("SELECT version FROM organization_contact"), "role_label", "CEO").to()
			},
		},
		{
			org + "/interactions", "SELECT count(*) FROM interactions",
			[]string{"channel", "call", "subject", "Renewal", "contact_id", key(contact)},
			"You logged a call with Maya Okafor at Acme: Renewal", "You deleted a call with Maya Okafor at Acme: Renewal",
			func() {
				jonas.post("/interactions/"+s.One("SELECT id FROM interactions"), "version", s.One("SELECT version FROM interactions"),
					"subject", "Other").to()
			},
		},
		{
			"/follow-ups", "SELECT count(*) FROM follow_ups WHERE cancelled_at IS NULL",
			[]string{"text", "Write", "due_on", "2026-11-26", "organization_id", key(org), "assignee_id", jonas.user.ID},
			"You planned a follow-up with Acme: Write", "You cancelled a follow-up with Acme: Write",
			func() {
				jonas.post("/follow-ups/"+s.One("SELECT id FROM follow_ups WHERE text = 'Write'"), "version",
					s.One("SELECT version FROM follow_ups WHERE text = 'Write'"), "text", "Write", "due_on", "2026-11-27").to()
			},
		},
	} {
		before := s.One(x.query)
		ines.post(x.path, x.form...).want(303, "", "")
		page := ines.get("/account").want(200, ownChanges+":first-child span", x.said)
		if to := ines.submit(page, ownChanges+":first-child button").to(); to != "/account" {
			t.Errorf("undoing %s leads to %s", x.said, to)
		}
		s.WantOne(before, x.query)
		page = ines.get("/account").want(200, ".toast", "").want(200, ownChanges+":first-child span", x.after)
		ines.submit(page, ownChanges+":first-child button").to() // the opposite is undone, too
		if s.One(x.query) == before {
			t.Errorf("%s is not undone", x.after)
		}
		x.others()
		for _, says := range changed(ines.get("/account")) {
			if says == x.said || says == x.after {
				t.Errorf("%q is offered after somebody else changed it", says)
			}
		}
	}
	s.Exec("DELETE FROM role_permission WHERE permission_id IN (SELECT id FROM permissions WHERE slug IN ('EditClient', 'EditInteraction'))")
	ines.signIn()
	ines.get("/account").wantNot(ownChanges)
}

// TestValuesAndViewsAreUndoneOnTheAccountPage: the change of a value counts once, however many records it changed.
func TestValuesAndViewsAreUndoneOnTheAccountPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.person("Inès Moreau", "Administrator")
	for n := range 60 {
		s.Organization(fmt.Sprint("Acme ", n), "sector", "Enrgy")
	}
	finish := func() {
		for more := true; more; {
			var err error
			if more, err = s.DB.ContinueValueChanges(t.Context(), time.Hour); err != nil {
				t.Fatal(err)
			}
		}
	}
	undo := func(said string) {
		t.Helper()
		page := ines.get("/account").want(200, ownChanges+":first-child span", said)
		if to := ines.submit(page, ownChanges+":first-child button").to(); to != "/account" {
			t.Errorf("undoing %q leads to %s", said, to)
		}
	}
	acme := "/organizations/" + s.One("SELECT id FROM organizations WHERE display_name = 'Acme 0'")
	ines.post(acme+"/fields/tax_id", "value", "1", "version", "1").to()
	ines.post("/admin/vocabularies/rename", "v", "sector", "value", "Enrgy", "new", "Power").to()
	finish()
	wantChanged(t, ines.get("/account"), "You renamed a value everywhere: Enrgy to Power, 60 changed", "You changed Acme 0")
	undo("You renamed a value everywhere: Enrgy to Power")
	finish()
	s.WantOne("60", "SELECT count(*) FROM organizations WHERE sector = 'Enrgy'")
	wantChanged(t, ines.get("/account"), "You changed Acme 0")
	ines.post("/admin/vocabularies/hide", "v", "sector", "value", "Enrgy").to()
	undo("You stopped suggesting a value: Enrgy")
	wantChanged(t, ines.get("/account"), "You suggested a value again: Enrgy", "You changed Acme 0")
	s.WantOne("1", "SELECT ifnull((SELECT is_suggested FROM vocabulary_values WHERE value = 'Enrgy'), 1)")

	ines.post("/views", "list", "organizations", "name", "Shops", "query", "sector=Retail", "shared", "1").to()
	ines.post("/views/" + s.One("SELECT id FROM saved_views") + "/delete").to()
	undo("You deleted the shared view Shops")
	s.WantOne("1", "SELECT deleted_at IS NULL FROM saved_views")
	wantChanged(t, ines.get("/account").want(200, ".toast", "Restored view Shops"), "You suggested a value again: Enrgy", "You changed Acme 0")
}

// TestABatchOfOwnClientsIsUndoneOnTheAccountPage by somebody who sees no other clients.
func TestABatchOfOwnClientsIsUndoneOnTheAccountPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	nina := s.person("Nina Own", "Manager")
	s.Own(nina.user, "ViewClient", "EditClient")
	nina.signIn()
	acme, birch := s.Organization("Acme", "owner_user_id", nina.user.ID), s.Organization("Birch", "owner_user_id", nina.user.ID)
	preview := nina.post("/organizations/batch", "action", "archive", "id", key(acme), "id", key(birch)).want(200, "", "")
	nina.submit(preview, "[name=confirm]").to()
	page := nina.get("/account").want(200, ownChanges+":first-child span", "You changed many organizations at once")
	nina.submit(page, ownChanges+":first-child button").to()
	s.WantOne("2", "SELECT count(*) FROM organizations WHERE is_active")
	nina.get("/account").wantNot(ownChanges)
}

// TestAChangeByATokenNamesIt: in the record's history and the audit log, and not among what its owner did last with their
// own hands, however much the program did since.
func TestAChangeByATokenNamesIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	ines := s.person("Inès Moreau", "Administrator")
	ines.post(w.contact+"/fields/phone", "value", "555", "version", "1").to()
	program := db.Actor{UserID: ines.user.ID, May: db.Permissions, IP: "192.0.2.7", UA: "curl/8.5.0 on Linux", Token: "full <b>", Request: "r1"}
	for _, sector := range []string{"Retail", "Energy"} {
		o, err := s.DB.Organization(t.Context(), program, key(w.org))
		if err == nil {
			_, err = s.DB.UpdateOrganization(t.Context(), program, o.ID, o.Version, db.Fields{"sector": sector})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	const said = "Inès Moreau, by the token “full <b>”, changed "
	ines.get(w.org+"/history").want(200, "#timeline li:first-child .by", said+"the sector")
	ines.get("/admin/audit").want(200, "#timeline li:first-child .by", said+"Harbor & Pine").
		want(200, "#timeline li:first-child .from .pop", "A program").wantNot("#timeline li:first-child .from .pop:contains('Linux')").
		want(200, "#timeline li:nth-child(3) .by", "Inès Moreau changed the contact").wantNot("#timeline li:nth-child(3) .by:contains('token')")
	wantChanged(t, ines.get("/account"), "You changed the contact Elif Aydın")
	ines.get("/").wantTexts("section[aria-labelledby=touched-h] .nm", "Elif Aydın")
}
