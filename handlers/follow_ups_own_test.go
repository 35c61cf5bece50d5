package handlers_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/handlers"
)

// TestAFollowUpIsPlannedFromAnywhere: from the list, the home page, a record and the palette, plain
// and by htmx, and nothing typed is lost.
func TestAFollowUpIsPlannedFromAnywhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
	org, elif := s.Organization("Harbor & Pine"), s.Contact("Elif", "Aydın")
	for from, link := range map[string]string{
		"/follow-ups": "#new", "/": "#follow-up-add", org: "#follow-up-add", elif: "#follow-up-add",
	} {
		for _, part := range []bool{false, true} {
			href, ok := ines.get(from).want(200, link, "New").html.Find(link).Attr("href")
			if !ok {
				t.Fatal(from, "has no link")
			}
			asks := ines
			if part {
				asks = ines.withHeaders(map[string]string{"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": s.Base + from})
			}
			form := asks.get(href).want(200, "#fu-assignee_id option[selected]", "Inès Moreau").
				want(200, "#fu-due_time-h", "in the time zone of the person it is for").
				wantValue("[name=due][checked]", "tomorrow").wantFragment(part)
			switch from {
			case org:
				form.want(200, "#fu-picks input[name=organization_id][checked] + span", "Harbor & Pine")
			case elif:
				form.want(200, "#fu-picks input[name=contact_id][checked] + span", "Elif Aydın")
			}
			s.unchanged(func() {
				asks.submit(form, "#follow-up-form .acts button", "text", "Call <them>", "due", "other", "due_text", "yesterday",
					"due_time", "late", "assignee_id", "x").
					want(422, "#fu-due-e", "Choose today or later").wantValue("#fu-due", "yesterday").
					want(422, "#fu-due_time-e", "Enter a time, like 14:00").
					want(422, "#fu-assignee_id-e", "from the list").wantValue("#fu-text", "Call <them>").wantValue("#fu-due_time", "late").
					wantFragment(part)
			})
			made := asks.submit(form, "#follow-up-form .acts button", "text", "Call", "due", "today", "due_time", "14:00")
			if part {
				made.want(200, ".toast", "Planned: Call").want(200, "hx-partial[hx-target='#due'] #due", "1 due").wantFragment(true)
				if from == "/follow-ups" {
					made.want(200, "hx-partial[hx-target='#list'] .nm", "Call")
				} else {
					made.want(200, "hx-partial[hx-target='#follow-ups'] .nm", "Call")
				}
			} else if to := made.to(); to != from {
				t.Errorf("planned from %s, it leads to %s", from, to)
			}
			s.wantAudit(ines, "create_follow_up", `"due_time":{"old":null,"new":"14:00"}`, `"interaction_id":null`)
			page := ines.get(from).want(200, ".todo .nm", "Call").want(200, ".todo time", "14:00")
			page.want(200, "a.nm[href='/follow-ups/"+s.One("SELECT id FROM follow_ups")+"']", "Call")
			s.Exec("DELETE FROM follow_ups")
		}
	}
	ines.viaHTMX().get("/palette?q=remind+me+to+call+Mrs+Kroon").
		want(200, "a[href='/follow-ups/new?text=call+Mrs+Kroon']", "New follow-up “call Mrs Kroon”")
	ines.get("/follow-ups/new?text=call+Mrs+Kroon").wantValue("#fu-text", "call Mrs Kroon")
	s.as("Viewer").viaHTMX().get("/palette?q=remind+me+to+call").wantNot("a[href^='/follow-ups/new']")

	ines.submit(ines.get("/follow-ups/new"), "#follow-up-form .acts button",
		"text", "Ask them", "find", "aydin", "assignee_id", jonas.user.ID).
		want(303, "", "")
	s.WantOne(key(elif), "SELECT contact_id FROM follow_ups WHERE text = 'Ask them'")
	s.Organization("Harbor Light")
	ines.viaHTMX().get("/follow-ups/clients?find=har&organization_id="+key(org)).want(200, "#fu-picks legend", "Organization").
		want(200, "#fu-picks", "Harbor Light").wantFragment(true)
}

// TestAClientThatWasTypedIsChosenOrRefused: the form never drops what was typed, whether its matches were shown before or not.
func TestAClientThatWasTypedIsChosenOrRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	pine := s.Organization("Harbor & Pine")
	s.Organization("Harbor Light")
	elif := s.Contact("Elif", "Aydın")
	for _, part := range []bool{false, true} {
		asks := ines
		if part {
			asks = ines.withHeaders(map[string]string{"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": s.Base + "/follow-ups"})
		}
		form := asks.get("/follow-ups/new").wantFragment(part)
		const button = "#follow-up-form .acts button"
		ines.viaHTMX().get("/follow-ups/clients?find=harbor").wantValue("[name=found]", "harbor").wantNot("[autofocus]")
		for _, found := range []string{"", "harbor"} { // the script lists the matches while somebody types
			var told answer
			s.unchanged(func() {
				told = asks.submit(form, button, "text", "Ask", "find", "harbor", "found", found, "organization_id", "").wantFragment(part).
					want(422, "#fu-find-e", "Choose one of these").wantValue("#fu-text", "Ask").wantValue("#fu-find", "harbor").
					want(422, "#fu-picks", "Harbor Light").want(422, "fieldset[aria-describedby=fu-find-e] [autofocus][name=organization_id]", "")
				told = asks.submit(told, button).want(422, "#fu-find-e", "Choose one of these") // nor is it dropped the second time
				asks.submit(form, button, "text", "Ask", "find", "zzz", "found", found).
					want(422, "#fu-find-e", "Type another name").want(422, "#fu-find[autofocus]", "")
				asks.submit(form, button, "text", "Ask", "find", "aydin", "found", "aydin", "contact_id", "").
					want(422, "#fu-find-e", "Choose one of these") // None was chosen
			})
			asks.submit(told, button, "organization_id", key(pine))
			s.WantOne(key(pine), "SELECT organization_id FROM follow_ups")
			s.Exec("DELETE FROM follow_ups")
		}
		for typed, column := range map[string]string{"aydin": "contact_id", "harbor & pine": "organization_id"} {
			asks.submit(form, button, "text", "Ask", "find", typed)
			s.WantOne(key(map[string]string{"contact_id": elif, "organization_id": pine}[column]), "SELECT "+column+" FROM follow_ups")
			id := s.One("SELECT id FROM follow_ups")
			s.unchanged(func() {
				ines.submit(ines.get("/follow-ups/"+id), button, "find", "harbor", "found", "harbor", column, "").
					want(422, "#fu-find-e", "Choose one of these").want(422, "#fu-picks [autofocus]", "")
			})
			s.Exec("DELETE FROM follow_ups")
		}
		asks.submit(form, button, "text", "Ask", "find", "", "found", "harbor")
		s.WantOne("1", "SELECT count(*) FROM follow_ups WHERE organization_id IS NULL AND contact_id IS NULL")
		s.Exec("DELETE FROM follow_ups")
	}
}

// TestAFollowUpIsEditedGivenAndCancelled on its own page and from its row, plain and by htmx.
func TestAFollowUpIsEditedGivenAndCancelled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
	org := s.Organization("Harbor & Pine")
	ines.post("/follow-ups", "text", "Call", "due_on", "2026-11-24", "organization_id", key(org)).want(303, "", "")
	id := s.One("SELECT id FROM follow_ups")
	path, row := "/follow-ups/"+id, "#f-"+id
	menu := ines.menuOf(ines.get("/follow-ups"), row, "/follow-ups")
	edit := menu.wantTexts("a", "Edit", "Give to somebody else…").html.Find("a").First().AttrOr("href", "")
	form := ines.get(edit).wantValue("#fu-text", "Call").want(200, "#fu-text[autofocus]", "").
		wantValue("[name=due][checked]", "other").wantValue("#fu-due", "24 Nov 2026").
		want(200, "#fu-picks input[checked] + span", "Harbor & Pine")
	ines.get(menu.html.Find("a").Eq(1).AttrOr("href", "")).want(200, "select[autofocus]#fu-assignee_id", "Jonas")
	s.unchanged(func() {
		ines.submit(form, "#follow-up-form .acts button", "text", "", "due_text", "x").want(422, "#fu-text-e", "Say what to do").
			wantValue("#fu-due", "x").want(422, "#fu-due-e", "Enter a day like “next monday”")
	})
	jonas.post(path, "version", "1", "text", "Call them at once", "due_time", "9:30").want(303, "", "")
	var told answer
	s.unchanged(func() {
		told = ines.submit(form, "#follow-up-form .acts button", "text", "Write to them").
			want(409, ".warnline", "Jonas Berg changed this follow-up").wantTexts(".versus dd", "Call them at once", "Write to them").
			wantValue("#fu-text", "Write to them")
	})
	if to := ines.submit(told, "#follow-up-form [value=yours]", "assignee_id", jonas.user.ID).to(); to != "/follow-ups" {
		t.Errorf("saving leads to %s", to)
	}
	s.WantOne("Write to them 09:30 3", "SELECT text || ' ' || due_time || ' ' || version FROM follow_ups")
	ines.get("/follow-ups").want(200, "#toasts", "Given to Jonas: Write to them")
	ines.get("/follow-ups?show=given").want(200, row, "Write to them")

	for _, part := range []bool{false, true} {
		asks := jonas
		if part {
			asks = jonas.withHeaders(map[string]string{"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": s.Base + "/follow-ups"})
		}
		gone := asks.submit(jonas.menuOf(jonas.get("/follow-ups"), row, "/follow-ups"), "button[formaction$='/cancel']")
		s.wantAudit(jonas, "cancel_follow_up", `"cancelled_at":{"old":null`, "Write to them")
		if part {
			gone.want(200, ".toast", "Cancelled: Write to them").want(200, "hx-partial[hx-target='"+row+"'][hx-swap=delete]", "")
		} else {
			gone = jonas.get(gone.to()).want(200, ".toast", "Cancelled: Write to them").wantNot(row)
		}
		jonas.get(path).want(200, ".about", "Cancelled").wantNot("#follow-up-form")
		asks.submit(gone, ".toast form button")
		jonas.get("/follow-ups").want(200, row, "Write to them")
	}
	done := jonas.submit(jonas.get(path), "form[action$='/done'] button").to()
	jonas.get(done).want(200, ".toast", "Done: Write to them")
	jonas.submit(jonas.get("/follow-ups?show=done").want(200, row, "Write to them"), row+" form button").want(303, "", "")
	jonas.get("/follow-ups").want(200, row, "Write to them")
	// A move that is refused is answered on its own page.
	jonas.submit(jonas.menuOf(jonas.get("/follow-ups"), row, "/follow-ups"), ".to button", "due_on", "2026-11-01").
		want(422, "#fu-due-e", "Choose today or later").wantValue("#fu-due", "2026-11-01")
	jonas.post(path+"/move", "version", "1", "due_on", "2026-11-30").want(409, ".warnline", "changed this follow-up")
}

// TestWhatIsNewSaysSoUntilItIsSeen in the menu, the list and on the home page; reading those changes nothing.
func TestWhatIsNewSaysSoUntilItIsSeen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
	for _, text := range []string{"First", "Second", "Third"} {
		ines.post("/follow-ups", "text", text, "due_on", "2026-12-24", "assignee_id", jonas.user.ID).want(303, "", "")
	}
	id := func(text string) string { return s.One("SELECT id FROM follow_ups WHERE text = ?", text) }
	s.unchanged(func() {
		for range 2 {
			jonas.get("/").want(200, "#follow-ups h3", "New for you").
				want(200, "#new-due", "3 new to you").wantTexts("#follow-ups .nm", "First", "Second", "Third")
			jonas.get("/follow-ups").want(200, "#f-"+id("First")+" .fresh", "new, from Inès").want(200, ".page-head", "Mark 3 new as seen")
			jonas.get("/follow-ups/"+id("First")).want(200, "form.seen[hx-trigger='load, submit'] button", "Mark as seen")
		}
		ines.post("/follow-ups/"+id("First")+"/seen").want(303, "", "") // it is not theirs
	})
	parts := jonas.withHeaders(map[string]string{
		"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": s.Base + "/follow-ups/" + id("First"),
	})
	parts.post("/follow-ups/"+id("First")+"/seen").want(200, "hx-partial[hx-target='#new-due'] #new-due", "2 new").wantFragment(true)
	jonas.get("/follow-ups/" + id("First")).wantNot("form.seen")
	to := jonas.submit(jonas.menuOf(jonas.get("/follow-ups"), "#f-"+id("Second"), "/follow-ups"), "button[formaction$='/seen']").to()
	jonas.get(to).want(200, "#new-due", "1 new").want(200, "#f-"+id("Second"), "from Inès").wantNot("#f-" + id("Second") + " .fresh")
	if to := jonas.submit(jonas.get("/"), "#follow-ups form[action='/follow-ups/seen-all'] button").to(); to != "/" {
		t.Errorf("seeing all leads to %s", to)
	}
	jonas.get("/").wantTexts("#new-due", "").wantNot("#follow-ups .fresh")
	if n := s.One("SELECT count(*) FROM audit_logs WHERE action NOT IN ('create_follow_up') AND user_id = ?", jonas.user.ID); n != "0" {
		t.Errorf("%s rows of history say that something was seen", n)
	}
	// The next step of an interaction is seen on the interaction's page.
	talk := s.Log(s.Organization("Quay"), "", "Renewal")
	ines.post(talk+"/follow-up", "text", "Offer", "due_on", "2026-11-30", "assignee_id", jonas.user.ID).want(303, "", "")
	jonas.get(talk).want(200, ".next form.seen[hx-trigger='load, submit'] button", "Mark as seen").want(200, ".next .fresh", "new")
	ines.get(talk).wantNot(".next form.seen, .next .fresh")
}

// TestATimeIsShownInTheReadersZone in the words of their own days; its title has it as it was given.
func TestATimeIsShownInTheReadersZone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
	org := s.Organization("Quay")
	s.Exec("UPDATE users SET time_zone = 'Pacific/Honolulu' WHERE id = ?", jonas.user.ID)
	ines.post("/follow-ups", "text", "Call", "due_on", "2026-11-26", "due_time",
		"09:00", "assignee_id", ines.user.ID, "organization_id", key(org)).
		want(303, "", "")
	ines.get(org).want(200, "#follow-ups time", "Thu 26 Nov 09:00")
	jonas.get(org).want(200, "#follow-ups time", "Wed 25 Nov 22:00").
		want(200, "#follow-ups time[title='Thu 26 Nov 2026 09:00 in the time zone Europe/Stockholm']", "")
	s.Exec("UPDATE follow_ups SET due_on = '2026-11-25'")
	jonas.menuOf(jonas.get(org).want(200, "#follow-ups time", "tomorrow 22:00"), "#follow-ups li", org).
		want(200, "[type=date][value='2026-11-25']", "")
	s.Exec("UPDATE follow_ups SET due_on = '2026-11-24'") // today there, and over at the reader's
	jonas.get(org).wantNot("#follow-ups .late")
}

// TestAFollowUpWithoutAClientDoesNotExistForOthers on any page, and cannot be told from one that never was.
func TestAFollowUpWithoutAClientDoesNotExistForOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Manager"), s.as("Administrator")
	ines.post("/follow-ups", "text", "Secret plan", "due_on", "2026-11-24").want(303, "", "")
	path := "/follow-ups/" + s.One("SELECT id FROM follow_ups")
	for _, page := range []string{"/", "/follow-ups?show=all", "/admin/audit", "/admin/audit.csv", "/admin/audit?target_type=follow_up"} {
		if a := jonas.get(page); strings.Contains(a.body, "Secret plan") {
			t.Errorf("%s tells of it", page)
		}
	}
	s.unchanged(func() {
		for _, verb := range []string{"", "/done", "/reopen", "/cancel", "/move", "/seen"} {
			none := "/follow-ups/" + handlers.NewRequestID() + verb
			a, b := jonas.post(path+verb, "version", "1", "text", "x", "due_on", "2026-11-30"),
				jonas.post(none, "version", "1", "text", "x", "due_on", "2026-11-30")
			if a.StatusCode != 404 || b.StatusCode != 404 {
				t.Errorf("%s: %d and %d", verb, a.StatusCode, b.StatusCode)
			}
		}
		jonas.get(path).want(404, "", "")
	})
	// Given away by who did not plan it, it is gone for them, and they are told so plainly.
	lea := s.person("Léa", "Manager")
	ines.post(path, "version", "1", "assignee_id", lea.user.ID).want(303, "", "")
	to := lea.post(path, "version", "2", "assignee_id", jonas.user.ID, "from", path).to()
	if to != path {
		t.Errorf("it leads to %s", to)
	}
	ines.get(path).want(200, "h1", "Secret plan")
	lea.get(path).want(404, "", "")
	if _, err := url.Parse(to); err != nil {
		t.Error(err)
	}
	clerk := s.as(s.Role("Clerk", db.ViewClient, db.EditClient))
	clerk.get("/follow-ups/new").want(403, "h1 + p", "Missing permission: EditInteraction")
}

// TestDueIsSaidInWords: the quick answers of a follow-up and what is typed beside them, on Tuesday 24 November.
func TestDueIsSaidInWords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	ines.get("/follow-ups/new").wantTexts(".quick label", "Today", "Tomorrow", "Next Monday", "In a week", "In two weeks", "Other…")
	ines.viaHTMX().get("/times?due_text=in+2+weeks").want(200, "", "Tue 8 Dec 2026")
	for _, c := range []struct{ due, text, on string }{
		{"today", "", "2026-11-24"},
		{"monday", "", "2026-11-30"},
		{"fortnight", "", "2026-12-08"},
		{"other", "next tue", "2026-12-01"},
		{"other", "2026-12-24", "2026-12-24"},
	} {
		ines.submit(ines.get("/follow-ups/new"), "#follow-up-form .acts button", "text", c.due+c.text, "due", c.due, "due_text", c.text).to()
		s.WantOne(c.on, "SELECT due_on FROM follow_ups WHERE text = ?", c.due+c.text)
		path := "/follow-ups/" + s.One("SELECT id FROM follow_ups WHERE text = ?", c.due+c.text)
		s.unchanged(func() { ines.submit(ines.get(path), "#follow-up-form .acts button").to() })
		ines.submit(ines.get(path), "#follow-up-form .acts button", "due", "tomorrow").to()
		s.WantOne("2026-11-25", "SELECT due_on FROM follow_ups WHERE text = ?", c.due+c.text)
	}
	path := "/follow-ups/" + s.One("SELECT id FROM follow_ups WHERE text = 'today'")
	s.Clock.Add(3 * 24 * time.Hour)
	ines.signIn()
	ines.submit(ines.get(path).want(200, ".about", "2 days late"), "form[action$='/done'] button").to()
	ines.get(path).want(200, ".about", "Wed 25 Nov")
	if text := ines.get(path).html.Find(".about").Text(); strings.Contains(text, " late") {
		t.Errorf("what is done says %s", text)
	}
	s.Clock.Add(2 * 24 * time.Hour) // a Sunday, on which next Monday is tomorrow
	ines.signIn()
	ines.get("/follow-ups/new").wantTexts(".quick label", "Today", "Tomorrow", "In a week", "In two weeks", "Other…")
	ines.post("/follow-ups", "text", "Pack", "due", "tomorrow", "assignee_id", ines.user.ID).to()
	row := "#f-" + s.One("SELECT id FROM follow_ups WHERE text = 'Pack'")
	ines.menuOf(ines.get("/follow-ups"), row, "/follow-ups").wantTexts("button[name=due_on]", "Tomorrow", "In a week", "In two weeks")
	s.Clock.Add(24 * time.Hour) // a Monday, on which it is in a week
	ines.signIn()
	ines.get("/follow-ups/new").wantTexts(".quick label", "Today", "Tomorrow", "In a week", "In two weeks", "Other…")
	ines.submit(ines.get("/follow-ups/new"), "#follow-up-form .acts button", "text", "", "due", "monday").
		want(422, ".quick label:has(input:checked)", "Next Monday")
}
