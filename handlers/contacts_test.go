package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"clientregistry/db"
)

func TestContactIsCreatedAndEdited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
	form := ines.get("/contacts/new").want(200, "h1", "New contact")
	s.unchanged(func() {
		ines.submit(form, "form.card button", "last_name", "O'Brien", "email", "nowhere").want(422, "#first_name-e", "Enter a first name").
			want(422, "#email-e", "Enter an email").want(422, "#sum", "Fix 2 fields").
			wantValue("#last_name", "O'Brien").wantValue("#email", "nowhere")
	})
	x := ines.submit(form, "form.card button", "first_name", "Sinéad", "last_name",
		"O'Brien", "email", "Sinead@Quay.example", "mobile", "+353 86 555 01 10").to()
	s.wantAudit(ines, "create_contact", "O'Brien")
	ines.get(x).want(200, "h1", "Sinéad O'Brien").want(200, "#toasts", "Created Sinéad O'Brien").
		want(200, "#meta a[href='tel:+353865550110']", "+353 86 555 01 10").
		want(200, ".rec a[href='mailto:Sinead@Quay.example']", "Email")

	old := jonas.get(x + "/edit")
	ines.submit(ines.get(x+"/edit"), "form.card button", "job_title", "CFO").want(303, "", "")
	s.unchanged(func() {
		ines.post(x, "version", "2", "first_name", "", "job_title", "kept").
			want(422, "#first_name-e", "Enter a first name").wantValue("#job_title", "kept").wantValue("input[name=version]", "2")
	})
	var conflict answer
	s.unchanged(func() {
		conflict = jonas.submit(old, "form.card button", "job_title", "CEO", "phone", "1").
			want(409, ".versus", "CFO").wantValue("#job_title", "CEO").wantValue("#phone", "1")
	})
	jonas.submit(conflict, "form.card .sm[value=yours]").want(303, "", "")
	s.WantOne("CEO 1 3", "SELECT job_title || ' ' || phone || ' ' || version FROM contacts")
}

// TestEmailOfAnArchivedContact: an email belongs to one contact; creating another with it offers to
// restore the first.
func TestEmailOfAnArchivedContact(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.person("Inès Moreau", "Manager")
	elif, mara := s.Contact("Elif", "Aydın", "email", "elif@quay.example"), s.Contact("Mara", "Ruiz")
	s.unchanged(func() {
		ines.post("/contacts", "first_name", "E", "last_name", "A", "email", "ELIF@quay.example").
			want(422, "#email-e", "This email belongs to Elif Aydın").
			want(422, ".found a[href='"+elif+"']", "Elif Aydın").wantNot(".found button").wantValue("#email", "ELIF@quay.example")
	})
	ines.submit(ines.get(elif), ".menu button.dng").want(303, "", "")
	var refused answer
	s.unchanged(func() {
		refused = ines.post("/contacts", "first_name", "E", "last_name", "A", "email", "elif@quay.example").
			want(422, ".found .bdg", "Archived").want(422, ".found button", "Restore")
		// Editing a contact to the same email only offers to open the other one.
		ines.post(mara, "version", "1", "email", "elif@quay.example").want(422, ".found a", "Elif Aydın").wantNot(".found button")
		ines.viaHTMX().post(mara+"/fields/email", "version", "1", "value", "elif@quay.example").
			want(422, ".found a", "Elif Aydın").wantNot(".found button").wantFragment(true)
	})
	if to := ines.submit(refused, ".found button").to(); to != elif {
		t.Fatalf("restoring led to %s", to)
	}
	s.wantAudit(ines, "restore_contact")
	s.WantOne("1", "SELECT is_active FROM contacts WHERE id = ?", key(elif))
}

func TestContactIsArchivedAndRestored(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.person("Inès Moreau", "Manager")
	elif := s.Contact("Elif", "Aydın", "email", "elif@quay.example")
	page := ines.get(elif)
	to := ines.submit(page, ".menu button.dng").to()
	s.wantAudit(ines, "archive_contact")
	done := ines.get(to).want(200, ".banner", "Archived by Inès Moreau").want(200, "#toasts", "Archived Elif Aydın")
	ines.get("/contacts").wantNot("#rows")
	ines.get("/contacts/options?q=elif").wantNot("a.opt")
	ines.get("/search?q=elif").want(200, "#results li.former .bdg", "Archived")
	ines.get("/contacts?status=archived&q=aydin").want(200, "#rows", "Elif Aydın")
	ines.submit(done, "#toasts form button").want(303, "", "")
	s.wantAudit(ines, "restore_contact")
	s.unchanged(func() {
		ines.post(elif+"/restore", "version", "1").want(303, "", "") // it is already restored
		ines.post(elif+"/archive", "version", "1").want(409, "h1 + p", "Inès Moreau changed this")
	})
}

func TestContactsAreListed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org := s.Organization("Quay")
	elif := s.Contact("Elif", "Ząb", "email", "elif@quay.example", "owner_user_id", ines.user.ID)
	s.Contact("Étienne", "Zab")
	s.Contact("明", "王")
	s.Link(org, elif)
	s.Log("", elif, "Hello")
	ines.get("/contacts").wantTexts("#rows .nm", "Elif Ząb", "Étienne Zab", "王 明")
	ines.get("/contacts?sort=-last_contact").want(200, "#rows tr:first-child", "Elif").want(200, "#rows tr:first-child", "call")
	ines.get("/contacts?owner=none").wantTexts("#rows .nm", "Étienne Zab", "王 明")
	ines.get("/contacts?q=quay").wantTexts("#rows .nm", "Elif Ząb")
	ines.get("/contacts?q=王").wantTexts("#rows .nm", "王 明")
	ines.viaHTMX().get("/contacts?q=etienne").want(200, "#rows", "Étienne").wantFragment(true)
}

func TestPickers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org, elif := s.Organization("Harbor & Pine", "website", "harborpine.example", "sector", "Logistics"),
		s.Contact("Elif", "Aydın", "phone", "+46 70 555 01 10")
	for _, typed := range hostileSearches {
		ines.viaHTMX().get("/organizations/options?q=" + typed).wantNot("a.opt").wantFragment(true)
	}
	ines.viaHTMX().get("/organizations/options?q=pine").want(200, ".opt", "Harbor & Pine").wantFragment(true)
	ines.viaHTMX().get("/organizations/options?q=pine&for="+elif).
		want(200, ".opt[href='"+elif+"/organizations?add=1&organization_id="+key(org)+"']", "Harbor").want(200, "a", "Create organization “pine”")
	for _, foreign := range []string{
		"https://evil.example", "//evil.example", "/contacts/", "/contacts/../x", elif + "/x", "javascript:alert(1)",
	} {
		a := ines.viaHTMX().get("/organizations/options?q=pine&for="+foreign).want(200, ".opt[href='"+org+"']", "")
		if strings.Contains(a.body, "evil") || strings.Contains(a.body, "javascript") || strings.Contains(a.body, "Create") {
			t.Errorf("for=%s is taken for a record: %s", foreign, a.body)
		}
	}
	// Viewers are offered records to open, but not to create one.
	s.as("Viewer").viaHTMX().get("/organizations/options?q=pine&for="+elif).want(200, ".opt[href='"+org+"']", "").wantNot("a[href*='add=']")
}

// TestEachNumberIsDialedAlone: whatever else is written beside it.
func TestEachNumberIsDialedAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	one := ines.get(s.Contact("Maya", "Okafor", "mobile", "+44 (0)20 7946 0123 ext. 7"))
	one.want(200, "#meta a[href='tel:+442079460123']", "+44 (0)20 7946 0123 ext. 7")
	two := ines.get(s.Contact("Maya", "Okafor", "mobile", "n/a", "phone", "030 901820-10 / 030 901820-11 (Ada)"))
	two.wantTexts("#meta a[href^='tel:030901820'] bdi", "030 901820-10", "030 901820-11 (Ada)").
		want(200, "#meta a[href='tel:03090182011']", "(Ada)")
	ines.get(s.Contact("Maya", "Okafor", "phone", "٠٥٥١٢٣٤٥٦٧")).want(200, "#meta a[href='tel:0551234567']", "٠٥٥١٢٣٤٥٦٧")
	ines.get(s.Contact("Maya", "Okafor", "phone", "555-FLOWERS")).wantNot("[href^='tel:']")
}

// TestContactsAreCalledFromWhereTheyAreFound: their page, that of their organization, lists and a search.
func TestContactsAreCalledFromWhereTheyAreFound(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme := s.Organization("Acme")
	both := s.Contact("Maya", "Okafor", "phone", "+44 20 7946 0123 ext. 7", "mobile", "+44 7700 900123")
	desk := s.Contact("Maya", "Quay", "phone", "020 7946 0124", "mobile", "ask reception")
	none := s.Contact("Maya", "Zimmer", "email", "maya@zimmer.example")
	for _, x := range []string{both, desk, none} {
		s.Link(acme, x)
	}
	ines.get(both).want(200, ".rec .acts > .reach:first-child > :first-child summary", "Call").
		want(200, ".reach .menu a[href='tel:+447700900123']", "Mobile").
		want(200, ".reach .menu a[href='tel:+442079460123']", "Phone").
		want(200, "#fact-phone a[href='tel:+442079460123']", "").want(200, "#fact-phone [data-copy]", "")
	ines.get(desk).want(200, ".reach > .btn.pri[href='tel:02079460124']", "Call").wantNot(".reach details")
	ines.get(none).wantNot("[href^='tel:']").want(200, ".reach > .btn", "Email")
	for _, path := range []string{acme, "/contacts", "/contacts?columns=none", "/search?q=maya"} {
		page := ines.get(path).want(200, "main a[href='tel:+447700900123'][aria-label='Call Maya Okafor']", "").
			want(200, "main a[href='tel:02079460124']", "")
		if n := page.html.Find("main [href^='tel:']").Length(); n != 2 {
			t.Errorf("%s: %d numbers to call, want 2", path, n)
		}
		if page.html.Find("a a").Length() > 0 {
			t.Errorf("%s: a link within a link", path)
		}
	}
	// A number that is added in place can be called at once.
	ines.viaHTMX().post(none+"/fields/mobile", "value", "+353 86 555 01 10", "version", "1").
		want(200, "#reach a[href='tel:+353865550110']", "Call").want(200, "#fact-mobile a[href='tel:+353865550110']", "")
}

// TestMoreHasWhatTheBarHasNoRoomFor: what one may not do is not in it.
func TestMoreHasWhatTheBarHasNoRoomFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const all = ".tabbar .menu a, .tabbar .navh, .tabbar form"
	s.as("Administrator").get("/").wantTexts(all, "Interactions", "Saved views", "My clients", "Quiet for 60 days",
		"Administration", "Users", "Roles", "Audit log", "Vocabularies", "Webhooks", "System",
		"Administrator Person", "My account", "Sign out")
	s.as("Viewer").get("/").wantTexts(all, "Interactions", "Saved views", "My clients",
		"Quiet for 60 days", "Viewer Person", "My account", "Sign out")
	s.person("A Clerk", s.Role("Clerk", db.ViewClient)).get("/").
		wantNot(".tabbar [href='/interactions']").wantNot(".tabbar [href^='/admin']")
}

// TestValuesThatReadTheSameAreOneFilter: the menu marks the one that is set.
func TestValuesThatReadTheSameAreOneFilter(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	for n, sector := range []string{"Énergie", "energie", "E\u0301NERGIE"} {
		s.Organization(fmt.Sprint("Acme ", n), "sector", sector)
	}
	for _, typed := range []string{"Énergie", "ENERGIE", "e\u0301nergie"} {
		ines.get("/organizations?sector="+url.QueryEscape(typed)).
			wantTexts("#rows .nm", "Acme 0", "Acme 1", "Acme 2").want(200, "#f-sector label:has(:checked)", "nergie")
	}
	ines.get("/organizations?created_from=٢٠٢٠-٠١-٠١").wantTexts("#rows .nm", "Acme 0", "Acme 1", "Acme 2")
}
