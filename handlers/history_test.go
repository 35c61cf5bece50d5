package handlers_test

import (
	"strings"
	"testing"

	"clientregistry/db"
)

// sentences returns the sentences of a history, newest first.
func sentences(a answer) []string {
	var all []string
	for _, s := range a.html.Find("#timeline .by > span").EachIter() {
		all = append(all, strings.Join(strings.Fields(s.Text()), " "))
	}
	return all
}

func TestHistorySaysInWordsWhoDidWhat(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.person("Inès Moreau", "Manager")
	org := ines.post("/organizations", "display_name", "Quay").to()
	elif := ines.post("/contacts", "first_name", "Elif", "last_name", "Aydın").to()
	ines.post(org, "version", "1", "sector", "Retail", "owner_user_id", ines.user.ID).want(303, "", "")
	ines.post(org+"/contacts", "contact_id", key(elif), "role_label", "CFO").want(303, "", "")
	ines.post(org+"/contacts/"+key(elif), "version", "1", "role_label", "CEO", "relationship_status", "Former").want(303, "", "")
	ines.post(org+"/interactions", "channel", "meeting", "subject", "Kick-off", "contact_id", key(elif)).want(303, "", "")
	i := "/interactions/" + s.One("SELECT id FROM interactions")
	ines.post(i, "version", "1", "happened_at", "2026-11-23T08:00", "channel", "call").want(303, "", "")
	ines.post(i+"/delete", "version", "2").want(303, "", "")
	ines.post(i+"/restore").want(303, "", "")
	ines.post(org+"/contacts/"+key(elif)+"/unlink", "version", "2").want(303, "", "")
	ines.post(org+"/archive", "version", "2").want(303, "", "")
	ines.post(org+"/restore", "version", "3").want(303, "", "")
	s.Exec("UPDATE contacts SET last_name = 'Öz'")

	want := []string{
		"restored this organization", "archived this organization",
		"unlinked Elif Öz as CEO, Former", "restored a call with Elif Öz: Kick-off",
		"deleted a call with Elif Öz: Kick-off", "changed a call with Elif Öz: Kick-off", "logged a meeting with Elif Öz: Kick-off",
		"changed the link to Elif Öz", "linked Elif Öz as CFO, Active", "changed two fields", "created this organization",
	}
	page := ines.get(org+"/history").want(200, "title", "History of Quay").wantFragment(false)
	for n, got := range sentences(page) {
		if n >= len(want) || got != "Inès Moreau "+want[n] {
			t.Errorf("entry %d: %q", n, got)
		}
	}
	page.want(200, ".diff", "Retail").want(200, ".diff", "Inès Moreau").want(200, ".diff", "Meeting").
		want(200, ".diff", "24 Nov 2026, 10:30").want(200, ".diff ins", "to CEO")
	if strings.Contains(page.html.Find("#activity").Text(), ines.user.ID) {
		t.Error("the history shows an id")
	}
	ines.viaHTMX().get(org+"/history").want(200, "#activity .by", "Inès Moreau").wantFragment(true)
	there := sentences(ines.get(elif + "/history"))
	if all := strings.Join(there, "|"); !strings.Contains(all, "logged a meeting at Quay: Kick-off") ||
		!strings.Contains(all, "linked Quay as CFO, Active") || !strings.Contains(all, "created this contact") {
		t.Errorf("the contact's history: %q", there)
	}
	s.Exec("DELETE FROM contacts")
	ines.get(org+"/history").want(200, "#activity", "linked a deleted contact as CFO")
}

func TestLongHistoryIsContinued(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org := s.Organization("Quay")
	for i := range 60 {
		by := db.Actor{UserID: ines.user.ID, May: db.Permissions}
		if _, err := s.DB.UpdateOrganization(t.Context(), by, key(org), i+1, db.Fields{"tax_id": strings.Repeat("x", i%40+1)}); err != nil {
			t.Fatal(err)
		}
	}
	page := ines.get(org + "/history")
	if n := len(sentences(page)); n != db.HistorySize {
		t.Fatalf("%d entries", n)
	}
	older := page.html.Find("#load-older").AttrOr("href", "")
	ines.viaHTMX().get(older).want(200, "hx-partial[hx-target='#timeline']", "The system created this organization").
		wantNot("#load-older").wantNot("hx-partial h3").wantFragment(true)
	ines.get(older).want(200, "#timeline", "created this organization").wantFragment(false)
	if at := ines.viaHTMX().get(older).Header.Get("HX-Replace-Url"); at != org+"/history?rows=100" {
		t.Error("after the older ones the address is", at)
	}
	all := ines.get(org+"/history?rows=100").want(200, "#timeline", "created this organization").wantNot("#load-older")
	if to := ines.submit(all, "#timeline li:nth-last-child(2) .back button").to(); to != org+"/history?rows=100" {
		t.Error("a value was restored, and the page is", to)
	}
	if n := len(sentences(ines.get(org + "/history?rows=55"))); n != 55 {
		t.Errorf("%d of 55 entries", n)
	}
	for _, damaged := range []string{"-5", "0", "x", "99999999999999999999999"} {
		ines.get(org+"/history?before="+damaged).want(422, "h1 + p", "is not valid")
	}
}

func TestAValueIsRestoredFromHistory(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ kind, button, query, was, is, action, toast string }{
		{
			"organization", "of Sector", "SELECT sector FROM organizations WHERE display_name LIKE 'Harbor%'",
			"Retail", "Logistics", "update_org", "Sector saved",
		},
		{"contact", "of Phone", "SELECT phone FROM contacts", "555", "", "update_contact", "Phone saved"},
		{"organization", "of Role", "SELECT role_label FROM organization_contact", "CEO", "CFO", "update_link", "Saved the link to Elif Aydın"},
		{"contact", "of Role", "SELECT role_label FROM organization_contact", "CEO", "CFO", "update_link", "Saved the link to Harbor & Pine"},
		{"interaction", "of Subject", "SELECT subject FROM interactions", "Renewal refused", "Renewal agreed", "update_interaction", "Call saved"},
		{"contact", "of Subject", "SELECT subject FROM interactions", "Renewal refused", "Renewal agreed", "update_interaction", "Call saved"},
	} {
		s := newSite(t)
		w := newWorld(s)
		ines := s.person("Inès Moreau", "Manager")
		ines.post(w.org+"/fields/sector", "value", "Retail", "version", "1").want(303, "", "")
		ines.post(w.contact+"/fields/phone", "value", "555", "version", "1").want(303, "", "")
		ines.post(w.contact+"/organizations/"+key(w.org), "role_label", "CEO", "version", "1").want(303, "", "")
		ines.post(w.interaction, "subject", "Renewal refused", "version", "1").want(303, "", "")
		history := map[string]string{"organization": w.org + "/history", "contact": w.contact + "/history", "interaction": w.interaction}[x.kind]

		button := ".back button:contains('" + x.button + "')"
		page := ines.get(history).want(200, button, "Restore this value")
		s.WantOne(x.was, x.query)
		if to := ines.submit(page, button).to(); to != history {
			t.Errorf("%s leads to %s", x.button, to)
		}
		s.wantAudit(ines, x.action, x.is)
		s.WantOne(x.is, x.query)
		page = ines.get(history).want(200, ".toast", x.toast).want(200, ".toast form button", "Undo").
			want(200, "li[autofocus] .diff", strings.TrimPrefix(x.button, "of "))
		if to := ines.submit(page, ".toast form button").to(); to != history {
			t.Errorf("Undo of %s leads to %s", x.button, to)
		}
		s.WantOne(x.was, x.query)
		ines.get(history).want(200, ".toast", "is as it was").wantNot(".toast form")

		s.as(s.Role("Reader", db.ViewClient, db.ViewInteraction, db.ViewAudit)).get(history).want(200, ".diff", x.was).wantNot(".back")
		clerk := s.as(s.Role("Clerk", db.ViewClient, db.EditClient, db.ViewInteraction)).get(history)
		if strings.Contains(clerk.html.Find(".back").Text(), "Subject") {
			t.Errorf("%s offers it to who may not change interactions", history)
		}
	}
}

func TestWhatWasDoneIsTakenBackInHistory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	ines := s.person("Inès Moreau", "Manager")
	for _, x := range []struct{ path, history, button, done, undone string }{
		{w.org + "/archive", w.org + "/history", "Restore this organization", "restore_org", "archive_org"},
		{w.contact + "/archive", w.contact + "/history", "Restore this contact", "restore_contact", "archive_contact"},
		{w.interaction + "/delete", w.org + "/history", "Bring back Renewal agreed", "restore_interaction", "delete_interaction"},
		{w.interaction + "/delete", w.contact + "/history", "Bring back Renewal agreed", "restore_interaction", "delete_interaction"},
		{w.org + "/contacts/" + key(w.contact) + "/unlink", w.org + "/history", "Link again", "link_contact", "unlink_contact"},
		{w.org + "/contacts/" + key(w.contact) + "/unlink", w.contact + "/history", "Link again", "link_contact", "unlink_contact"},
	} {
		table := map[bool]string{true: w.org, false: w.contact}[strings.HasPrefix(x.path, w.org)]
		version := "1"
		switch {
		case strings.HasSuffix(x.path, "/archive"):
			version = s.One("SELECT version FROM "+strings.Split(table, "/")[1]+" WHERE id = ?", key(table))
		case strings.HasSuffix(x.path, "/unlink"):
			version = s.One("SELECT version FROM organization_contact")
		case strings.HasSuffix(x.path, "/delete"):
			version = s.One("SELECT version FROM interactions")
		}
		ines.post(x.path, "version", version).want(303, "", "")
		s.wantAudit(ines, x.undone)
		button := ".by .back button:contains('" + x.button + "')"
		page := ines.get(x.history).want(200, button, x.button)
		if to := ines.submit(page, button).to(); to != x.history {
			t.Errorf("%s leads to %s", x.button, to)
		}
		s.wantAudit(ines, x.done)
		page = ines.get(x.history).want(200, ".toast form button", "Undo")
		if to := ines.submit(page, ".toast form button").to(); to != x.history {
			t.Errorf("Undo of %s leads to %s", x.button, to)
		}
		s.wantAudit(ines, x.undone)
		ines.submit(ines.get(x.history), button).want(303, "", "") // for the next case
		s.wantAudit(ines, x.done)
	}
	s.WantOne("CFO", "SELECT role_label FROM organization_contact")
	ines.get(w.org+"/history").wantTexts(".by .back button", "Archive again")
}

func TestWhatCannotBeRestoredSaysWhy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	ines, tomas := s.person("Inès Moreau", "Manager"), s.person("Tomás Brandt", "Manager")
	old := s.One("SELECT email FROM contacts")
	ines.post(w.contact+"/fields/email", "value", "elif@new.example", "version", "1").want(303, "", "")
	page := ines.get(w.contact + "/history")
	other := s.Contact("Other", "Person", "email", old)
	s.unchanged(func() {
		ines.submit(page, ".back button").want(422, "#fact-email .err", "").wantValue("#f-email", old).want(422, ".found", "Other Person")
	})
	ines.post(other+"/fields/email", "value", "", "version", "1").want(303, "", "")

	tomas.post(w.contact+"/fields/email", "value", "elif@third.example", "version", "2").want(303, "", "")
	s.unchanged(func() {
		ines.submit(page, ".back button").want(409, ".versus", old).
			want(409, ".versus", "elif@third.example").want(409, "#fact-email", "Tomás Brandt changed this")
	})
	// next is followed only if it is one of our history pages.
	for n, history := range []string{
		"//evil.example", "https://evil.example" + w.org + "/history", w.org, w.org + "/history/",
		w.org + "/history?x", "/organizations/x/history", "/" + w.org + "/history", "javascript:pwned()", "\x00",
	} {
		if to := tomas.post(w.org+"/fields/sector", "value", strings.Repeat("x", n+1), "version",
			s.One("SELECT version FROM organizations"), "history", history).to(); to != w.org {
			t.Errorf("%q leads to %s", history, to)
		}
	}
}

// TestARestoredValueNamesTheVersionItWasReadAt: if somebody else was faster, both values are shown
// and nothing changes; without the permission it is refused. For each kind of record.
func TestARestoredValueNamesTheVersionItWasReadAt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	ines, tomas := s.person("Inès Moreau", "Manager"), s.person("Tomás Brandt", "Manager")
	viewer, clerk := s.as("Viewer"), s.as(s.Role("Clerk", db.ViewClient, db.EditClient, db.ViewInteraction))
	link := w.org + "/contacts/" + key(w.contact)
	ines.post(w.org+"/fields/sector", "value", "Retail", "version", "1").want(303, "", "")
	ines.post(w.contact+"/fields/phone", "value", "555", "version", "1").want(303, "", "")
	ines.post(link, "role_label", "CEO", "version", "1").want(303, "", "")
	ines.post(w.interaction, "subject", "Renewal refused", "version", "1").want(303, "", "")
	for _, x := range []struct{ history, button, faster, field, theirs string }{
		{w.org + "/history", "of Sector", w.org + "/fields/sector", "value", "Media"},
		{w.contact + "/history", "of Phone", w.contact + "/fields/phone", "value", "777"},
		{w.org + "/history", "of Role", link, "role_label", "Board member"},
		{w.interaction, "of Subject", w.interaction, "subject", "Renewal put off"},
	} {
		button := ".back button:contains('" + x.button + "')"
		page := ines.get(x.history)
		tomas.post(x.faster, x.field, x.theirs, "version", "2").want(303, "", "")
		s.unchanged(func() {
			for _, b := range []*browser{ines, ines.viaHTMX()} {
				b.submit(page, button).want(409, ".versus", x.theirs).want(409, "", "").want(409, "body", "Tomás Brandt changed this")
			}
			viewer.submit(page, button).want(403, "", "")
			if x.faster == w.interaction {
				clerk.submit(page, button).want(403, "h1 + p", "Missing permission: EditInteraction")
			}
		})
	}
}
