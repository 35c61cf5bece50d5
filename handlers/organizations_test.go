package handlers_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/handlers"
)

func TestManagerCorrectsAWebsiteInPlace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	page := ines.post("/organizations", "display_name", "Harbor & Pine", "sector", "Logistics").want(303, "", "")
	org := page.Header.Get("Location")
	ines.get(org).want(200, "h1", "Harbor & Pine").want(200, "#toasts", "Created Harbor & Pine")
	ines.get(org).wantNot("#toasts .toast")

	htmx := ines.viaHTMX()
	htmx.get(org+"/fields/website/edit").want(200, "form#fact-website input[name=value][autofocus]", "")
	htmx.post(org+"/fields/website", "value", "javascript:alert(1)", "version", "1").want(422, "#fact-website .err", "Enter a web address")
	ines.get(org).want(200, "#dates", "Created").wantNot("#dates:contains('Updated')")
	s.Clock.Add(time.Minute)
	htmx.post(org+"/fields/website", "value", "harborpine.example", "version", "1").want(200, "#edit-website", "harborpine.example").
		want(200, "hx-partial[hx-target='#dates']", "by Manager Person Updated")
	htmx.post(org+"/fields/website", "value", "other.example", "version", "1").want(409, "#fact-website .versus", "https://harborpine.example")
	ines.get(org).want(200, "#edit-website", "harborpine.example")
	ines.get(org+"/history").want(200, "#activity", "changed the website")
}

// TestAWebsiteStoredInPunycodeIsShownAsPeopleReadIt: as earlier versions stored it. The link itself stays, whatever else changes.
func TestAWebsiteStoredInPunycodeIsShownAsPeopleReadIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org, no := s.Organization("Harbor"), s.Organization("No valid name")
	s.Exec("UPDATE organizations SET website = 'https://www.xn--mller-kva.example/' WHERE id = ?", key(org))
	s.Exec("UPDATE organizations SET website = 'https://xn--mller-.example' WHERE id = ?", key(no))
	ines.get(org).want(200, "#edit-website", "müller.example").
		want(200, "#meta a[href='https://www.xn--mller-kva.example/']", "müller.example")
	ines.get("/organizations").wantTexts("#rows td.dom", "müller.example", "xn--mller-.example")
	ines.viaHTMX().get(org+"/fields/website/edit").wantValue("#fact-website input[name=value]", "https://www.müller.example/")
	form := ines.get(org+"/edit").wantValue("#website", "https://www.müller.example/")
	ines.get(no+"/edit").wantValue("#website", "https://xn--mller-.example")
	s.unchanged(func() { ines.submit(ines.get(org+"/fields/website/edit"), "#fact-website button").to() })
	ines.submit(form, "form.card button", "sector", "Retail").to()
	s.wantAudit(ines, "update_org", `{"changes":{"sector":{"old":null,"new":"Retail"}}}`)
}

// TestALegalNameFollowsARename while it is the same as the name, as one that nobody typed is, and goes back with it.
func TestALegalNameFollowsARename(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager").viaHTMX()
	org := s.Organization("Typpo GmbH")
	name, legal := org+"/fields/display_name", "hx-partial[hx-target='#fact-legal_name']"
	renamed := ines.post(name, "value", " Typo GmbH ", "version", "1").want(200, legal+" #edit-legal_name", "Typo GmbH").wantNot(legal + " [autofocus]")
	s.wantAudit(nil, "update_org", `"display_name"`, `"legal_name"`)
	ines.submit(renamed, ".toast form button").want(200, ".toast", "Name is as it was").want(200, legal+" #edit-legal_name", "Typpo GmbH")
	s.WantOne("Typpo GmbH", "SELECT legal_name FROM organizations WHERE id = ?", key(org))

	ines.post(org+"/fields/legal_name", "value", "Typo Holding", "version", "3").want(200, "#edit-legal_name", "Typo Holding").wantNot(legal)
	ines.post(name, "value", "Typo", "version", "4").want(200, "#edit-display_name", "Typo").wantNot(legal)
	s.WantOne("Typo Holding", "SELECT legal_name FROM organizations WHERE id = ?", key(org))
}

func TestOrganizationIsCreatedFromTheFullForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	form := ines.get("/organizations/new").want(200, "h1", "New organization").want(200, "#owner_user_id option[selected]", "Manager Person")
	org := ines.submit(form, "form.card button", "display_name", "  Émile & Fils ",
		"website", "emile.example", "tax_id", "FR 12", "size_band", "11-50").to()
	s.wantAudit(ines, "create_org", `"Émile \u0026 Fils"`, `"https://emile.example"`, `"owner_user_id"`)
	ines.get(org).want(200, "#fact-legal_name", "Émile & Fils").
		want(200, "#fact-size_band", "11-50").want(200, "#fact-owner_user_id", "Manager Person").
		want(200, "#meta a[href='https://emile.example'][target=_blank][rel='noopener noreferrer']", "emile.example")
	s.WantOne("", "SELECT sector FROM organizations WHERE id = ?", key(org))

	// Errors stand beside their fields, what was typed stays, and nothing is stored.
	form = ines.get("/organizations/new")
	s.unchanged(func() {
		refused := ines.submit(form, "form.card button", "display_name", " ", "website",
			"ftp://x.example", "sector", "Sh<b>ips", "tax_id", strings.Repeat("9", 51))
		refused.want(422, "#sum", "Fix 3 fields").want(422, "#display_name-e", "Enter the organization").
			want(422, "#website-e", "Enter a web address").
			want(422, "#tax_id-e", "Use at most 50 characters; this has 51").
			wantValue("#website", "ftp://x.example").wantValue("#sector", "Sh<b>ips").
			want(422, "title", "Error: ").wantFragment(false)
		refused.wantValue("input[name=request_id]", form.html.Find("input[name=request_id]").AttrOr("value", ""))
		ines.boosted().post("/organizations", "sector", "Retail").want(422, "#display_name-e", "Enter the organization").wantFragment(false)
		ines.post("/organizations", "display_name", "A", "owner_user_id", handlers.NewRequestID()).
			want(422, "#owner_user_id-e", "Choose an owner from the list")
	})
}

func TestServerOwnedFieldsAreNotTakenFromAForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	own := handlers.NewRequestID()
	more := []string{
		"id", own, "is_active", "0", "version", "9", "created_at", "2001-01-01T00:00:00.000Z", "updated_at", "2001-01-01T00:00:00.000Z",
		"sort_key", "x", "docid", "99", "last_contact_at", "2001-01-01T00:00:00.000Z",
	}
	org := ines.post("/organizations", append(more, "display_name", "Acme", "user_id", own)...).to()
	contact := ines.post("/contacts", append(more, "first_name", "Elif", "last_name", "Aydın")...).to()
	ines.post(org+"/interactions", append(more, "channel", "note", "subject", "Hello", "organization_id", own)...).want(303, "", "")
	ines.post(org, "display_name", "Acme 2", "version", "1", "is_active", "0", "id", own).want(303, "", "")
	for _, table := range []string{"organizations", "contacts", "interactions"} {
		s.WantOne("0", "SELECT count(*) FROM "+table+" WHERE id = ? OR created_at < '2026'", own)
	}
	s.WantOne("1 2", "SELECT is_active || ' ' || version FROM organizations WHERE id = ?", key(org))
	s.WantOne("1 1", "SELECT is_active || ' ' || version FROM contacts WHERE id = ?", key(contact))
	s.WantOne(ines.user.ID+" "+key(org), "SELECT user_id || ' ' || organization_id FROM interactions")
}

func TestTwoPeopleEditOneOrganization(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
	org := s.Organization("Acme", "sector", "Retail", "website", "acme.example")
	form := jonas.get(org + "/edit")
	ines.post(org, "display_name", "Acme", "sector", "Energy", "version", "1").want(303, "", "")

	var conflict answer
	s.unchanged(func() {
		conflict = jonas.submit(form, "form.card button", "sector", "Media", "tax_id", "TX 1")
		conflict.want(409, ".warnline", "Inès Moreau changed this").
			want(409, ".versus", "Energy").want(409, ".versus", "Media").wantTexts(".versus .what", "Sector").
			wantValue("#sector", "Media").wantValue("#tax_id", "TX 1").wantValue("#website", "https://acme.example").
			want(409, "form.card button[value=yours]", "Keep mine").want(409, "title", "Error: ")
		if strings.Contains(conflict.html.Find(".versus").Text(), "acme.example") {
			t.Error("what is the same in both versions is shown as different")
		}
		jonas.boosted().post(org, "sector", "Media", "version", "1").want(409, ".versus", "Energy").wantFragment(false)
	})
	jonas.submit(conflict, ".again button[value=yours]", "sector", "Press").want(303, "", "")
	s.wantAudit(jonas, "update_org", `"old":"Energy"`, `"new":"Press"`)
	s.WantOne("Press TX 1 3", "SELECT sector || ' ' || tax_id || ' ' || version FROM organizations")
	jonas.get(org).want(200, "#toasts", "Saved Acme")

	// Typing the stored value is no conflict, even with an old version.
	s.unchanged(func() { jonas.post(org, "sector", "Press", "version", "1").want(303, "", "") })
}

// factCase is a field of a record, with what is typed, stored and refused.
type factCase struct{ field, label, typed, shown, stored, other, bad, message string }

func facts(ines, jonas *browser, organization bool) []factCase {
	long := func(n int) string { return strings.Repeat("é", n+1) }
	owner := factCase{
		"owner_user_id", "Owner", ines.user.ID, ines.user.FullName, ines.user.ID,
		jonas.user.ID, handlers.NewRequestID(), "Choose an owner from the list",
	}
	if organization {
		return []factCase{
			{"display_name", "Name", " Łódź & Co ", "Łódź & Co", "Łódź & Co", "Other", "  ", "Enter the organization"},
			{"legal_name", "Legal name", "Łódź sp. z o.o.", "Łódź sp. z o.o.", "Łódź sp. z o.o.", "Other", "", "Enter the"},
			{
				"website", "Website", "www.lodz.example/o-nas", "lodz.example/o-nas",
				"https://www.lodz.example/o-nas", "other.example", "mailto:a@b.example", "Enter a web address",
			},
			{
				"sector", "Sector", "Ship’s chandlers", "Ship’s chandlers",
				"Ship’s chandlers", "Retail", long(80), "Use at most 80 characters; this has 81",
			},
			{"size_band", "Size", "51-200", "51-200", "51-200", "1000+", long(40), "Use at most 40 characters"},
			{"tax_id", "Tax ID", "PL 525-24", "PL 525-24", "PL 525-24", "PL 1", long(50), "Use at most 50 characters"},
			owner,
		}
	}
	return []factCase{
		{"first_name", "First name", "Ёлка", "Ёлка", "Ёлка", "Other", "", "Enter a first name"},
		{"last_name", "Last name", "O’Brien-Søren", "O’Brien-Søren", "O’Brien-Søren", "Other", "\u200e", "Enter a last name"},
		{
			"email", "Email", " jolka@lodz.example ", "jolka@lodz.example",
			"jolka@lodz.example", "other@lodz.example", "jolka at lodz", "Enter an email",
		},
		{"phone", "Phone", "+48 22 555 01 10", "+48 22 555 01 10", "+48 22 555 01 10", "1", long(40), "Use at most 40 characters"},
		{"mobile", "Mobile", "+48 601 555 010", "+48 601 555 010", "+48 601 555 010", "2", long(40), "Use at most 40 characters"},
		{"job_title", "Job title", "CFO / interim", "CFO / interim", "CFO / interim", "CEO", long(120), "Use at most 120 characters"},
		owner,
	}
}

// TestEveryFactIsEditedInPlace: every field of both kinds, without and with htmx, is opened, saved,
// refused, stale, unchanged and cancelled.
func TestEveryFactIsEditedInPlace(t *testing.T) {
	t.Parallel()
	for _, organization := range []bool{true, false} {
		for _, part := range []bool{true, false} {
			s := newSite(t)
			ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
			if part {
				ines, jonas = ines.viaHTMX(), jonas.viaHTMX()
			}
			for _, f := range facts(ines, jonas, organization) {
				editFact(s, ines, jonas, f, organization, part)
			}
		}
	}
}

// TestANewValueOfAVocabularyIsToldWithUndo: half a word, left with Tab, is saved, and does not go unnoticed.
func TestANewValueOfAVocabularyIsToldWithUndo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	acme := s.Organization("Acme", "sector", "Retail")
	ines := s.as("Manager")
	sector := acme + "/fields/sector"
	ines.viaHTMX().post(sector, "value", "energy", "version", "1").want(200, ".toast", "Sector saved").wantNot(".toast bdi")
	for n, by := range []*browser{ines.viaHTMX(), ines} {
		version := []string{"2", "4"}[n]
		saved := by.post(sector, "value", "Ener"+version, "version", version)
		if by == ines {
			saved = ines.get(saved.to())
		}
		saved.want(200, ".toast", "Sector saved. “Ener"+version+"” is new there")
		undone := by.submit(saved, ".toast form button")
		if by == ines {
			undone = ines.get(undone.to())
		}
		undone.want(200, "#fact-sector", "energy").want(200, ".toast", "Sector is as it was").wantNot(".toast form")
	}

	// Others have it, though it is no longer suggested.
	s.Organization("Hexa", "sector", "Bee keeping")
	s.as("Administrator").post("/admin/vocabularies/hide", "v", "sector", "value", "Bee keeping").to()
	ines.viaHTMX().get("/suggestions/sector?sector=BEE+keeping").wantTexts("[role=option]", "Use “BEE keeping”")
	ines.viaHTMX().post(sector, "value", "BEE keeping", "version", "6").want(200, ".toast", "Sector saved").wantNot(".toast bdi")
}

func editFact(s *site, ines, jonas *browser, f factCase, organization, part bool) {
	t := s.t
	t.Helper()
	var record, table, action string
	if organization {
		record, table, action = s.Organization("Acme"), "organizations", "update_org"
	} else {
		record, table, action = s.Contact("Elif", "Aydın"), "contacts", "update_contact"
	}
	stored := func(want string) {
		t.Helper()
		s.WantOne(want, "SELECT "+f.field+" FROM "+table+" WHERE id = ?", key(record))
	}
	url, fact, edit := record+"/fields/"+f.field, "#fact-"+f.field, "#edit-"+f.field
	ines.get(url).want(200, fact, f.label).wantFragment(part)
	named := strings.ToLower(f.label[:1]) + f.label[1:] // as in "tax ID"
	editor := ines.get(url+"/edit").want(200, "form"+fact+"[aria-label='Edit "+named+"'] [name=value][autofocus]", "").wantFragment(part)
	var refused answer
	s.unchanged(func() {
		refused = ines.submit(editor, "#save-"+f.field, "value", f.bad).
			want(422, "form"+fact+" .err", f.message).want(422, fact+" [aria-invalid]", "").wantFragment(part)
		ines.post(url, "version", "1").want(422, "body", "No value was sent")
		ines.post(url, "value", f.typed).want(422, "body", "did not say which version")
	})
	if f.field != "owner_user_id" {
		refused.wantValue(fact+" [name=value]", f.bad)
	}
	saved := ines.submit(refused, "#save-"+f.field, "value", f.typed)
	s.wantAudit(ines, action, `"`+f.field+`"`)
	if part {
		saved.want(200, edit, f.shown).want(200, edit+" .sr", ", edit "+named).want(200, "hx-partial[hx-target='#toasts']", f.label+" saved").
			wantFragment(true).wantNot("form"+fact).wantValue("#record-version", "2")
	} else {
		ines.get(saved.to()).want(200, edit, f.shown).want(200, "#toasts", f.label+" saved")
	}
	stored(f.stored)

	// Jonas opened the field earlier, so they see both values side by side.
	var conflict answer
	s.unchanged(func() {
		conflict = jonas.submit(editor, "#save-"+f.field, "value", f.other).
			want(409, fact+" .warnline", "Inès Moreau changed this").wantFragment(part)
	})
	theirs, yours, kept := f.stored, f.other, f.other
	switch f.field {
	case "owner_user_id":
		theirs, yours = "Inès Moreau", jonas.user.FullName
	case "website":
		kept = "https://" + f.other
	}
	conflict.wantTexts(fact+" .versus dd", theirs, yours).want(409, "#theirs-"+f.field, "Use theirs")
	if a := jonas.submit(conflict, fact+" button"); a.StatusCode != 200 && a.StatusCode != 303 {
		t.Fatalf("%s: keeping mine: %d\n%s", f.field, a.StatusCode, a.shown())
	}
	stored(kept)
	s.wantAudit(jonas, action, `"`+f.field+`"`)
}

func TestOrganizationIsArchivedAndRestored(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.person("Inès Moreau", "Manager")
	org := s.Organization("Acme", "sector", "Retail")
	page := ines.get(org)
	archived := ines.submit(page, ".menu button.dng").to()
	s.wantAudit(ines, "archive_org", `"is_active"`)
	// The second click of a double click changes nothing and gets the same answer.
	s.unchanged(func() { ines.submit(page, ".menu button.dng").want(303, "", "") })
	done := ines.get(archived).want(200, ".banner", "Archived by Inès Moreau").
		want(200, "h1", "Archived").want(200, "#toasts", "Archived Acme").wantNot("#edit")
	ines.get("/organizations").want(200, ".empty", "").wantNot("#rows")
	ines.get("/search?q=acme").want(200, "#results li.former .bdg", "Archived")
	ines.get("/organizations?status=archived").want(200, "#rows", "Acme")
	ines.get("/organizations?status=all").want(200, "#rows .bdg", "Archived")
	ines.submit(done, "#toasts form button").want(303, "", "")
	s.wantAudit(ines, "restore_org")
	ines.get(org).want(200, "#toasts", "Restored Acme").wantNot(".banner")
	s.WantOne("1 3 1", "SELECT is_active || ' ' || version || ' ' || (SELECT count(*) FROM audit_logs WHERE action = 'archive_org') FROM "+
		"organizations")

	// A page older than the last change is refused.
	s.unchanged(func() {
		ines.post(org+"/archive", "version", "1").want(409, "h1 + p", "Inès Moreau changed this").wantFragment(false)
		ines.viaHTMX().post(org+"/archive", "version", "2").want(409, "", "").wantFragment(true)
		ines.post(org+"/archive").want(422, "h1 + p", "did not say which version")
	})
}

func TestARequestSentFourTimesAtOnceCreatesOneRecord(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org, contact := s.Organization("Acme"), s.Contact("Elif", "Aydın")
	forms := []struct {
		table, path string
		form        []string
	}{
		{"organizations", "/organizations", []string{"display_name", "Twice"}},
		{"contacts", "/contacts", []string{"first_name", "Twice", "last_name", "Once"}},
		{"interactions", org + "/interactions", []string{"channel", "note", "subject", "Twice"}},
		{"interactions", contact + "/interactions", []string{"channel", "note", "subject", "Twice"}},
		{"organization_contact", org + "/contacts", []string{"first_name", "New", "last_name", "Person"}},
		{"organization_contact", contact + "/organizations", []string{"display_name", "New place"}},
		{"organization_contact", org + "/contacts", []string{"contact_id", key(contact)}},
	}
	for _, f := range forms {
		for _, by := range []*browser{ines, ines.viaHTMX()} {
			if f.form[0] == "contact_id" && by.headers != nil {
				continue // those two are already linked
			}
			before := s.One("SELECT count(*) + 1 FROM " + f.table)
			form := append([]string{"request_id", handlers.NewRequestID()}, f.form...)
			var wait sync.WaitGroup
			answers := make([]answer, 4)
			for i := range answers {
				wait.Go(func() { answers[i] = by.withHeaders(by.headers).post(f.path, form...) })
			}
			wait.Wait()
			s.WantOne(before, "SELECT count(*) FROM "+f.table)
			s.unchanged(func() { answers = append(answers, by.post(f.path, form...)) })
			for _, a := range answers {
				if a.StatusCode != answers[0].StatusCode || a.StatusCode > 303 || a.Header.Get("Location") != answers[0].Header.Get("Location") {
					t.Errorf("%s: answers %d %s and %d %s\n%s", f.path, answers[0].StatusCode,
						answers[0].Header.Get("Location"), a.StatusCode, a.Header.Get("Location"), a.body)
				}
			}
		}
	}
	// The same id in somebody else's form is a different form.
	id := handlers.NewRequestID()
	if a, b := ines.post("/organizations", "display_name", "A", "request_id", id).
		to(), s.as("Manager").post("/organizations", "display_name", "B", "request_id", id).to(); a == b {
		t.Error("two people's forms made one record")
	}
}

func TestListsAreFilteredSortedAndContinued(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	for i := range 55 {
		by := db.Actor{UserID: ines.user.ID, May: db.Permissions}
		f := db.Fields{"display_name": "Quay " + string(rune('A'+i/26)) + string(rune('a'+i%26)), "sector": "Retail"}
		if i%2 == 0 {
			f["owner_user_id"] = ines.user.ID
		}
		if _, err := s.DB.CreateOrganization(context.Background(), by, f, ""); err != nil {
			t.Fatal(err)
		}
	}
	s.Organization("100% <b>_Real</b>", "sector", "Media", "size_band", "1-10")
	list := ines.get("/organizations").want(200, "#result", "50 shown").want(200, "th[aria-sort=ascending]", "Name")
	list.wantTexts("#rows tr:first-child .nm", "100% <b>_Real</b>")
	more := list.html.Find("#load-more").AttrOr("hx-get", "")
	ines.get(more).want(200, "#rows tr:last-child .nm", "Quay Cc").want(200, "#result", "6 shown").wantFragment(false)
	ines.viaHTMX().get(more).want(200, "#more", "All organizations shown").want(200, "hx-partial[hx-target='#rows']", "Quay Cc").
		wantFragment(true)
	ines.get("/organizations?sector=Media").wantTexts("#rows .nm", "100% <b>_Real</b>")
	ines.get("/organizations?sector=Media").want(200, ".chip b", "Media").wantValue("[name=sector][checked]", "Media")
	ines.get("/organizations?size_band=1-10&status=all&sort=-display_name").wantTexts("#rows .nm", "100% <b>_Real</b>")
	ines.get("/organizations?owner="+ines.user.ID).want(200, "#result", "28 organizations").want(200, ".chip b", "Manager Person")
	ines.get("/organizations?owner=none&q=quay").want(200, "#result", "27 organizations")
	ines.get("/organizations?sort=-display_name").want(200, "#rows tr:first-child .nm", "Quay Cc").
		want(200, "th[aria-sort=descending]", "Name")
	ines.get("/organizations?q=nowhere").want(200, ".empty h2", "nowhere").want(200, ".empty", "Clear search")
	ines.viaHTMX().get("/organizations?q=quay+cc").want(200, "#rows .nm", "Quay Cc").
		want(200, "hx-partial[hx-target='#chips']", "Sector").wantFragment(true)
	ines.boosted().get("/organizations?q=quay").wantFragment(false)
	ines.back().get("/organizations?q=quay").wantFragment(false)
	ines.get("/organizations?after=nonsense").want(422, "h1 + p", "This link to more rows is not valid")
	ines.get("/organizations?sort=;DROP").want(200, "#rows tr:first-child .nm", "100%")
}
