package handlers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// subjects selects the interactions of a page, in order.
const subjects = "#timeline h4 > a"

func TestInteractionIsLoggedFromBothSides(t *testing.T) {
	t.Parallel()
	for _, part := range []bool{false, true} {
		for _, from := range []string{"organization", "contact"} {
			s := newSite(t)
			ines := s.person("Inès Moreau", "Manager")
			if part {
				ines = ines.viaHTMX()
			}
			org, elif := s.Organization("Harbor & Pine"), s.Contact("Elif", "Aydın")
			s.Link(org, elif)
			here, other, otherColumn := org, elif, "contact_id"
			if from == "contact" {
				here, other, otherColumn = elif, org, "organization_id"
			}
			page := ines.withHeaders(nil).get(here).want(200, "#log-with option[selected]", "")
			s.unchanged(func() {
				refused := ines.submit(page, "#log .btn.pri", "channel", "meeting", "body",
					"They *like* it <b>", "outcome", "Closed won", "happened_at", s.at(-48), otherColumn, "")
				refused.want(422, "#log-subject-e", "Say in a line what happened").
					want(422, "#log-body", "They *like* it <b>").wantValue("#log-outcome", "Closed won").
					wantValue("#log-at", s.at(-48)).want(422, "#log-meeting[checked]", "").wantFragment(part)
				if refused.html.Find("#log-with option[selected]").AttrOr("value", "x") != "" {
					t.Error("who it was with is not kept")
				}
				ines.submit(page, "#log .btn.pri", "subject", strings.Repeat("x", 201),
					"outcome", strings.Repeat("y", 81), "body", strings.Repeat("z", 50_001)).
					want(422, "#log-subject-e", "at most 200").want(422, "#log-outcome-e", "at most 80").
					want(422, "#log-body-e", "at most 50000").wantFragment(part)
				ines.submit(page, "#log .btn.pri", "subject", "x", "channel", "fax").want(422, "#log", "Choose call, email, meeting or note")
				ines.submit(page, "#log .btn.pri", "subject", "x", otherColumn, key(here)).want(422, "#log-with-e", "from the list")
			})
			logged := ines.submit(page, "#log .btn.pri", "subject", "Renewal agreed", "body", "For **24** months", "outcome", "Closed won")
			s.wantAudit(ines, "create_interaction", `"channel":"call"`, `"organization_id":"`+key(org), `"contact_id":"`+key(elif), "Renewal agreed")
			if part {
				logged.want(200, "form#log", "").want(200, "hx-partial[hx-target='#toasts']", "Call logged").
					want(200, "#activity li.new h4", "Renewal agreed").
					want(200, "hx-partial[hx-target='#meta']", "Last contact").wantFragment(true).wantValue("#log-subject", "")
			} else {
				if logged.to() != here {
					t.Errorf("logging led to %s", logged.to())
				}
				ines.get(here).want(200, "#toasts", "Call logged")
			}
			for _, record := range []string{here, other} {
				page := ines.withHeaders(nil).get(record)
				page.wantTexts(subjects, "Renewal agreed").want(200, "#today", "Renewal agreed").
					want(200, "#today .by", "Inès Moreau called Elif Aydın").want(200, "#today .prose strong", "24").
					want(200, "#today .tag", "Closed won").want(200, "#meta", "Last contact").want(200, "#today time", "10:30")
				ines.viaHTMX().get(record+"/interactions").wantTexts(subjects, "Renewal agreed").wantFragment(true)
			}
			s.WantOne("1 call "+ines.user.ID, "SELECT count(*) || ' ' || channel || ' ' || user_id FROM interactions")
		}
	}
}

func TestTimelineOrderFiltersAndOlder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org, elif, mara := s.Organization("Quay"), s.Contact("Elif", "Aydın"), s.Contact("Mara", "Ruiz")
	s.Link(org, elif)
	s.Link(org, mara)
	for i := range 22 {
		s.Log(org, elif, fmt.Sprintf("Old %02d", i), "happened_at", fmt.Sprintf("2025-03-%02dT09:00:00Z", i+1))
	}
	s.Log(org, mara, "Letter", "channel", "email", "happened_at", "2026-11-23T09:00:00Z")
	s.Log(org, "", "Note to self", "channel", "note", "happened_at", "2026-11-24T08:00:00Z")
	s.Log("", elif, "Elsewhere", "happened_at", "2026-11-24T07:00:00Z")

	page := ines.get(org).want(200, "#timeline h3:first-child", "Today")
	page.wantTexts("#timeline .day", "Today", "Yesterday", "22 March 2025", "21 March 2025",
		"20 March 2025", "19 March 2025", "18 March 2025", "17 March 2025", "16 March 2025", "15 March 2025",
		"14 March 2025", "13 March 2025", "12 March 2025", "11 March 2025", "10 March 2025",
		"9 March 2025", "8 March 2025", "7 March 2025", "6 March 2025", "5 March 2025")
	if got := page.html.Find(subjects).Text(); !strings.HasPrefix(got, "Note to selfLetterOld 21Old 20") {
		t.Errorf("the order is %s", got)
	}
	older := page.html.Find("#load-older").AttrOr("href", "")
	ines.viaHTMX().get(older).want(200, "hx-partial[hx-target='#timeline']", "Old 00").
		want(200, "#older", "").wantNot("#load-older").wantFragment(true)
	ines.get(older).wantTexts(subjects, "Old 03", "Old 02", "Old 01", "Old 00").wantFragment(false)
	ines.get(org+"/interactions?channel=email").wantTexts(subjects, "Letter").want(200, ".chip b", "Email")
	ines.get(org+"/interactions?contact_id="+key(mara)).wantTexts(subjects, "Letter").want(200, ".chip b", "Mara Ruiz")
	ines.get(org+"/interactions?channel=note&channel=email").wantTexts(subjects, "Note to self", "Letter").
		want(200, ".chip b", "Email or Note").want(200, "#filters[action='"+org+"/interactions'] [name=channel][value=note][checked]", "")
	ines.get(org+"/interactions?channel=call&channel_is=not").wantTexts(subjects, "Note to self", "Letter").want(200, ".chip b", "not Call")
	ines.get(org+"/interactions?channel_is=not").want(200, subjects, "Old 21").wantNot(".chip .x")
	ines.get(org+"/interactions?channel=note&channel_is=not&contact_id="+key(mara)).wantTexts(subjects, "Letter").
		want(200, "#filters [type=hidden][name=contact_id][value='"+key(mara)+"']", "").
		want(200, ".chip a[href='"+org+"/interactions?channel=note&channel_is=not']", "")
	for path, pushed := range map[string]string{"?channel=note&channel=&channel_is=": "/interactions?channel=note", "?channel=zzz": ""} {
		if got := ines.viaHTMX().get(org + "/interactions" + path).wantFragment(true).Header.Get("HX-Push-Url"); got != org+pushed {
			t.Errorf("%s leaves the address at %q", path, got)
		}
	}
	ines.get(org+"/interactions?channel=meeting").want(200, "#timeline-empty", "Nothing matches")
	ines.get(org+"/interactions?channel=nonsense&contact_id='").want(200, subjects, "Note to self")
	ines.get(elif+"/interactions?channel=call").want(200, subjects, "Elsewhere")
	ines.get(elif+"/interactions?organization_id="+key(org)+"&channel=email").want(200, "#timeline-empty", "")
	ines.get(org+"/interactions?before=nonsense").want(422, "h1 + p", "is not valid")

	// The feed shows those of all records.
	ines.get("/interactions").want(200, subjects, "Elsewhere").want(200, "#load-older", "")
	ines.get("/interactions?channel=email").wantTexts(subjects, "Letter")
	ines.get("/interactions?from=2026-11-23&to=2026-11-23").wantTexts(subjects, "Letter").wantValue("#from", "2026-11-23")
	ines.get("/interactions?from=2026-11-24").wantTexts(subjects, "Note to self", "Elsewhere")
	ines.get("/interactions?to=2025-03-01").wantTexts(subjects, "Old 00")
	ines.get("/interactions?to=9999-12-31&from=2026-11-24").wantTexts(subjects, "Note to self", "Elsewhere")
	ines.get("/interactions?to=1900-01-01").want(200, "#timeline-empty", "Nothing matches")
	ines.get("/interactions?from=0000-01-01").want(200, subjects, "Elsewhere")
	ines.get("/interactions?from=yesterday&to=2026-02-30").want(200, subjects, "Elsewhere")
	ines.get("/interactions?user="+ines.user.ID).want(200, "#timeline-empty", "Nothing matches")
	ines.get("/interactions?before=x").want(422, "h1 + p", "is not valid")
	ines.viaHTMX().get(ines.get("/interactions").html.Find("#load-older").AttrOr("href", "")).want(200, "#older", "").wantFragment(true)
}

func TestInteractionIsEditedDeletedAndBroughtBack(t *testing.T) {
	t.Parallel()
	for _, part := range []bool{false, true} {
		s := newSite(t)
		ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
		if part {
			ines, jonas = ines.viaHTMX(), jonas.viaHTMX()
		}
		org, elif := s.Organization("Quay"), s.Contact("Elif", "Aydın")
		i := s.Log(org, elif, "First", "body", "one\ntwo", "happened_at", "2026-11-20T08:15:30Z")
		item := "#i-" + key(i)
		ines.get(i).want(200, item, "First").wantFragment(part)
		editor := ines.get(i+"/edit").want(200, item+".editing", "").wantFragment(part).
			wantValue(item+"-when", "20 Nov 2026 09:15")
		s.unchanged(func() {
			// saving without a change writes nothing
			ines.submit(editor, item+" .acts .btn.pri").want(map[bool]int{true: 200, false: 303}[part], "", "")
			ines.submit(editor, item+" .acts .btn.pri", "subject", "", "body", "<script>kept", "happened_at_text", "tomorrows").
				want(422, item+" .err", "Say in a line").
				want(422, item+" textarea", "<script>kept").
				want(422, item+" .err", "Enter a time like “yesterday 18:40”").wantValue(item+"-when", "tomorrows").wantFragment(part)
			ines.submit(editor, item+" .acts .btn.pri", "organization_id", "", "contact_id", "").
				want(422, item+" .err", "Choose a contact or an organization")
		})
		saved := ines.submit(editor, item+" .acts .btn.pri", "subject", "Second", "channel", "email")
		s.wantAudit(ines, "update_interaction", `"old":"First"`, `"new":"Second"`, `"channel":"email"`)
		s.WantOne("2026-11-20T08:15:30.000Z", "SELECT happened_at FROM interactions") // the form shows no seconds, and saving keeps them
		if part {
			saved.want(200, item+" h4", "Second").want(200, "hx-partial[hx-target='#toasts']", "Email saved").wantFragment(true)
		} else if saved.to() != i {
			t.Error("saved elsewhere")
		}
		var conflict answer
		s.unchanged(func() {
			conflict = jonas.submit(editor, item+" .acts .btn.pri", "subject", "Third", "body", "one\r\ntwo").
				want(409, item+" .warnline", "Inès Moreau changed this interaction").wantFragment(part)
			conflict.wantTexts(item+" .versus .what", "Subject").want(409, item+" .versus", "Second").
				wantValue(item+" [name=subject]", "Third").want(409, item+" textarea", "one\ntwo")
		})
		jonas.submit(conflict, item+" .acts [value=yours]")
		s.wantAudit(jonas, "update_interaction", `"new":"Third"`)
		s.WantOne("Third email one\ntwo 3", "SELECT subject || ' ' || channel || ' ' || body || ' ' || version FROM interactions")

		s.unchanged(func() {
			ines.post(i+"/delete", "version", "1").want(409, item+" .err", "Jonas Berg changed this meanwhile").
				want(409, item+" h4", "Third").want(409, item+" .i-trash[value='3']", "").wantFragment(part)
		})
		gone := ines.post(i+"/delete", "version", "3")
		s.wantAudit(ines, "delete_interaction", "Third", `one\ntwo`)
		if !part {
			if gone.to() != org {
				t.Errorf("deleting led to %s", gone.to())
			}
			gone = ines.get(org)
		}
		gone.want(200, ".toast", "Email deleted").wantNot(item)
		s.unchanged(func() {
			ines.post(i+"/delete", "version", "3").want(404, "", "")
			ines.post(i, "version", "3", "subject", "Late").want(404, "", "")
		})
		ines.withHeaders(nil).submit(gone, ".toast form button").want(303, "", "")
		s.wantAudit(ines, "restore_interaction")
		s.unchanged(func() {
			again := ines.withHeaders(nil).submit(gone, ".toast form button").to()
			ines.withHeaders(nil).get(again).want(200, "#toasts", "Email is back")
		})
		ines.withHeaders(nil).get(elif).wantTexts(subjects, "Third")
		if s.audits("delete_interaction") != "1" || s.audits("restore_interaction") != "1" {
			t.Error("the second click is in the history")
		}
	}
}

// TestDeletingAnInteractionKeepsThePlace: where somebody deletes one, it comes back, with htmx and without. Its own page
// is left for that of its record.
func TestDeletingAnInteractionKeepsThePlace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org := s.Organization("Harbor & Pine")
	i := s.Log(org, "", "Offer", "channel", "email")
	s.Log(org, "", "Thanks", "channel", "email")
	s.Log(org, "", "Talk")
	item := "#i-" + key(i)
	const list = "/interactions?channel=email"
	button := item + " button[formaction$='/delete']"
	stored := func() string { return s.One("SELECT count(*) FROM interactions WHERE id = ?", key(i)) }

	here := ines.withHeaders(map[string]string{"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": s.Base + list})
	gone := here.submit(ines.get(list), button).want(200, ".toast form[hx-target='#activity']", "Undo")
	back := here.submit(gone, ".toast form button").wantFragment(true).want(200, "#list "+item, "Offer").
		want(200, "hx-partial[hx-target='#toasts']", "Email is back").want(200, "hx-partial[hx-target='#matches']", "2 interactions").
		want(200, item+" .i-pen[autofocus]", "")
	if back.Header.Get("HX-Retarget") != "#list" || stored() != "1" || strings.Contains(back.body, "Talk") {
		t.Error("the list is not as it was before:", back.body)
	}

	for _, page := range []string{list, org, org + "/interactions?channel=email"} {
		plain := ines.withHeaders(map[string]string{"Referer": s.Base + page})
		if to := plain.submit(plain.get(page), button).to(); to != page {
			t.Errorf("deleted on %s, it leads to %s", page, to)
		}
		gone := plain.get(page).want(200, "#toasts", "Email deleted").wantNot(item)
		if to := ines.submit(gone, ".toast form button").to(); to != page || stored() != "1" {
			t.Errorf("undone on %s, it leads to %s", page, to)
		}
		ines.get(page).want(200, "#toasts", "Email is back").want(200, item, "Offer")
	}

	own := ines.withHeaders(map[string]string{"Referer": s.Base + i})
	page := ines.get(i).want(200, "#delete:not([hx-boost])", "") // htmx loads the next page whole
	if to := own.submit(page, button).to(); to != org {
		t.Errorf("deleted on its own page, it leads to %s", to)
	}
	gone = ines.get(org).want(200, ".toast form[hx-target='#activity']", "Undo").wantNot(item)
	if to := ines.submit(gone, ".toast form button").to(); to != org || stored() != "1" {
		t.Errorf("undone on the record's page, it leads to %s", to)
	}
}

// TestAnInteractionsEditorLeadsBack to the page where it was opened, without script.
func TestAnInteractionsEditorLeadsBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org := s.Organization("Harbor & Pine")
	i := s.Log(org, "", "Talk")
	for page, want := range map[string]string{
		"/interactions?channel=call": "/interactions?channel=call", org: org,
		org + "/interactions?channel=call": org + "/interactions?channel=call",
		i:                                  i, i + "/edit": i, "/login": i, "": i,
	} {
		referred := ines
		if page != "" {
			referred = ines.withHeaders(map[string]string{"Referer": s.Base + page})
		}
		editor := referred.get(i + "/edit")
		if want != i {
			editor.want(200, "form.edit a[data-cancel][href='"+want+"']", "Cancel")
		}
		refused := ines.submit(editor, "form.edit .pri", "subject", "").want(422, "form.edit .err", "Say in a line")
		if to := ines.submit(refused, "form.edit .pri", "subject", "Talk about "+page).to(); to != want {
			t.Errorf("saved after %q, it leads to %s", page, to)
		}
		ines.get(want).want(200, "#toasts", "Call saved")
	}
	ines.withHeaders(map[string]string{"Referer": "http://evil.example/interactions"}).get(i + "/edit").wantNot("form.edit [name=from]")
}

// TestInteractionOfNobodyAnyMore: another program deleted both its contact and its organization.
func TestInteractionOfNobodyAnyMore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	w := newWorld(s)
	s.Exec("DELETE FROM organizations")
	s.Exec("DELETE FROM contacts")
	ines.get(w.interaction).want(200, "h1", "Renewal agreed")
	ines.get(w.interaction+"/edit").want(200, ".editing a[href='/interactions']", "Cancel")
	if to := ines.post(w.interaction+"/delete", "version", s.One("SELECT version FROM interactions")).to(); to != "/interactions" {
		t.Errorf("deleting led to %s", to)
	}
	s.unchanged(func() { ines.post(w.interaction+"/restore").want(404, "", "") })
}

func TestWhenSomethingHappened(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org := s.Organization("Quay")
	log := func(at string) answer {
		return ines.post(org+"/interactions", "channel", "call", "subject", "At "+at, "happened_at", at)
	}
	for at, stored := range map[string]string{
		"": "2026-11-24T09:30:00.000Z", s.at(23): "2026-11-25T08:30:00.000Z", "2026-07-01T12:00": "2026-07-01T10:00:00.000Z",
		"2026-07-01T12:00:30": "2026-07-01T10:00:30.000Z", "1900-01-01T00:00": "1899-12-31T23:00:00.000Z",
	} {
		log(at).want(303, "", "")
		s.WantOne(stored, "SELECT happened_at FROM interactions WHERE subject = ?", strings.TrimSpace("At "+at))
	}
	s.unchanged(func() {
		for at, message := range map[string]string{
			s.at(25):           "Choose a time up to tomorrow, 25 Nov 10:30",
			"2026-03-29T02:30": "The clocks went forward", "1899-12-31T23:59": "from 1 Jan 1900",
			"2026-02-30T10:00": "Enter a day and a time", "2026-11-24": "Enter a day and a time",
			"now": "Enter a day and a time", "9999-12-31T23:59": "up to tomorrow",
			"99999-12-31T23:59": "Enter a day", "-0001-01-01T00:00": "Enter a day", "0000-00-00T00:00": "Enter a day",
		} {
			log(at).want(422, "#log-at-e", message).wantValue("#log-at", at)
		}
	})
}

// TestHalfPastElevenAtNight: 23:30 is typed and read on both sides of the date line, where the days
// differ.
func TestHalfPastElevenAtNight(t *testing.T) {
	t.Parallel()
	for zone, day := range map[string]string{"Pacific/Honolulu": "2026-11-23", "Pacific/Kiritimati": "2026-11-24"} {
		s := newSite(t) // at 9:30 UTC on 24 November
		ines, jonas := s.as("Manager"), s.as("Manager")
		s.Exec("UPDATE users SET time_zone = ? WHERE id = ?", zone, ines.user.ID)
		org := s.Organization("Quay", "owner_user_id", ines.user.ID)
		ines.viaHTMX().post(org+"/interactions", "channel", "call", "subject", "Late", "happened_at", day+"T23:30").
			want(200, "#today", "Late").want(200, "#today time", "23:30")
		s.WantOne("2026-11-24T09:30:00.000Z", "SELECT happened_at FROM interactions")
		ines.get("/").want(200, "section[aria-labelledby=today-h]", "Late")
		jonas.get(org).want(200, "#today time", "10:30")
		path := "/interactions/" + s.One("SELECT id FROM interactions")
		if shown := ines.get(path+"/edit").html.Find("[name=happened_at_text]").
			AttrOr("value", ""); !strings.HasSuffix(shown, " Nov 2026 23:30") ||
			!strings.HasPrefix(shown, day[8:]) {
			t.Errorf("the editor shows %s", shown)
		}
		ines.get("/interactions?from="+day+"&to="+day).wantTexts(subjects, "Late")

		// This was half past midnight here, and still yesterday in Stockholm.
		s.Log(org, "", "Early", "happened_at", "2026-11-23T10:30:00Z")
		ines.get("/").want(200, "section[aria-labelledby=today-h]", "Early")
		ines.get(org).wantTexts("#timeline .day", "Today")
		jonas.get(org).wantTexts("#timeline .day", "Today", "Yesterday")
		if strings.Contains(jonas.get("/").html.Find("section[aria-labelledby=today-h]").Text(), "Early") {
			t.Error("yesterday is shown as today")
		}
		s.Clock.Add(31 * 60e9) // past midnight
		ines.get(org).wantTexts("#timeline h3.day", "Today", "Yesterday")
	}
}

func TestARecordsPageStaysTrueAfterAnInteractionChanges(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org := ines.post("/organizations", "display_name", "Acme").to()
	on := func(page string) *browser {
		return ines.withHeaders(map[string]string{
			"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": "http://registry.example" + page,
		})
	}
	first := on(org).post(org+"/interactions", "channel", "call", "subject", "First").want(200, "hx-partial[hx-target='#activity']", "First")
	first.want(200, "hx-partial[hx-target='#meta']", "Last contact")
	s.Clock.Add(time.Minute)
	on(org).post(org+"/interactions", "channel", "note", "subject", "Second").
		want(200, "hx-partial[hx-target='#today'] .new", "Second").wantNot("hx-partial[hx-target='#activity']")
	on(org+"/interactions?rows=40&list=view%3Dall").post(org+"/interactions", "channel", "note", "subject", "Another").
		want(200, "hx-partial[hx-target='#today'] .new", "Another").wantNot("hx-partial[hx-target='#activity']")
	filtered := on(org+"/interactions?channel=call").post(org+"/interactions", "channel", "note", "subject", "Third").
		want(200, "hx-partial[hx-target='#activity']", "Third")
	if got := filtered.Header.Get("HX-Replace-Url"); got != org {
		t.Errorf("the address is left at a filter that hides what was logged: %q", got)
	}
	item, _ := ines.get(org).html.Find("#today li").Last().Attr("id")
	path := "/interactions/" + strings.TrimPrefix(item, "i-")
	moved := on(org).post(path, "happened_at", "2026-10-05T10:00", "version", "1").want(200, "#timeline", "Monday 5 October")
	if moved.Header.Get("HX-Retarget") != "#activity" {
		t.Error("a call of another day stays where it was")
	}
	filter := on(org + "/interactions?channel=note")
	filter.post(path, "happened_at", "2026-10-06T10:00", "version", "2").
		want(200, "#timeline", "Second").want(200, ".tl-head .chip b", "Note").wantNot("#" + item)
	gone := on(org).post(path+"/delete", "version", "3").want(200, "hx-partial[hx-target='#meta']", "Last contact").
		want(200, ".toast form[hx-target='#activity']", "Undo")
	undo, _ := gone.html.Find(".toast form").Attr("action")
	on(org).post(undo).want(200, "#timeline", "First")
}

// TestALocalTimeMeansWhatItsFormSaid: the reader changes their time zone while a form is open. A
// time they leave alone stays the same moment; one they type counts in the zone that the form
// shows.
func TestALocalTimeMeansWhatItsFormSaid(t *testing.T) {
	t.Parallel()
	for _, part := range []bool{false, true} {
		s := newSite(t)
		ines := s.as("Manager")
		org := s.Organization("Quay", "owner_user_id", ines.user.ID)
		page := ines.get(org + "?log=call") // in Stockholm, at 10:30
		by := ines
		if part {
			by = ines.viaHTMX()
		}
		at := func() string { return s.One("SELECT happened_at FROM interactions") }
		s.Exec("UPDATE users SET time_zone = 'Asia/Tokyo'")
		refused := by.submit(page, "#log .btn.pri", "subject", "", "happened_at", "2026-11-24T08:00").want(422, "#log-subject-e", "Say in a line")
		refused.wantValue("#log-at", "2026-11-24T08:00").want(422, "#log .when .hint", "Europe/Stockholm, yours when you opened this")
		by.submit(refused, "#log .btn.pri", "subject", "Talk")
		if at() != "2026-11-24T07:00:00.000Z" {
			t.Fatal("what was typed at eight in Stockholm was at", at())
		}
		ines.get(org+"?log=call").want(200, "#log .when .hint", "Your time zone: Asia/Tokyo")

		path := "/interactions/" + s.One("SELECT id FROM interactions")
		editor := by.get(path+"/edit").want(200, ".edit [name=time_zone][value='Asia/Tokyo']", "")
		s.Exec("UPDATE users SET time_zone = 'Pacific/Honolulu'")
		s.Exec("UPDATE interactions SET happened_at = '2026-11-24T07:00:12.345Z'")
		by.submit(editor, ".edit .btn.pri", "subject", "Talk, corrected")
		if at() != "2026-11-24T07:00:12.345Z" {
			t.Fatal("what was left as it was is now at", at())
		}
		// After a conflict, too, the time means what was typed in the form's zone.
		conflict := by.submit(editor, ".edit .btn.pri", "subject", "Talk, mine", "happened_at", "2026-11-24T17:00")
		conflict.want(409, ".warnline", "changed this").
			wantTexts(".versus dd", "Talk, corrected", "Talk, mine") // the time was only changed here
		by.submit(conflict, ".edit [value=yours]")
		if at() != "2026-11-24T08:00:00.000Z" {
			t.Fatal("what was typed at five in Tokyo was at", at())
		}
		// Without a valid zone in the form, the reader's own counts.
		for zone, want := range map[string]string{
			"": "2026-11-24T11:00:00.000Z", "Nowhere/Town": "2026-11-24T11:00:00.000Z",
			"Local": "2026-11-24T11:00:00.000Z", "UTC": "2026-11-24T01:00:00.000Z",
		} {
			by.post(path, "version", s.One("SELECT version FROM interactions"), "happened_at", "2026-11-24T01:00", "time_zone", zone)
			if at() != want {
				t.Errorf("in the zone %q it was at %s, want %s", zone, at(), want)
			}
		}
	}
}

// TestWhatIsArchivedOrFormerIsNeverChosenByItself: such records are marked and stand last, in the
// composer, the timeline's filter and the editor.
func TestWhatIsArchivedOrFormerIsNeverChosenByItself(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme, beta, cove := s.Organization("Acme"), s.Organization("Beta"), s.Organization("Cove")
	aaron, bea, zoe := s.Contact("Aaron", "Aardvark"), s.Contact("Bea", "Brown"), s.Contact("Zoe", "Zimmer")
	for _, end := range [][2]string{{acme, aaron}, {acme, zoe}, {beta, zoe}, {cove, zoe}} {
		s.Link(end[0], end[1])
	}
	s.Link(acme, bea, "relationship_status", "Former")
	ines.post(aaron+"/archive", "version", "1").want(303, "", "")
	ines.post(beta+"/archive", "version", "1").want(303, "", "")

	page := ines.get(acme).wantTexts("#log-with option", "Zoe Zimmer",
		"Bea Brown (former)", "Aaron Aardvark (archived)", "No contact")
	page.wantTexts("#log-with option[selected]", "Zoe Zimmer").wantTexts("#links .nm", "Zoe Zimmer", "Bea Brown", "Aaron Aardvark")
	ines.get(zoe).wantTexts("#log-with option", "Acme", "Cove", "Beta (archived)", "No organization").
		wantTexts("#log-with option[selected]", "Acme")
	// If there are no others, none is selected.
	ines.get(aaron).wantTexts("#log-with option[selected]", "Acme")
	ines.post(acme+"/archive", "version", "1").want(303, "", "")
	ines.get(aaron).wantTexts("#log-with option", "Acme (archived)", "No organization").
		wantTexts("#log-with option[selected]", "No organization")
	ines.get(bea).wantTexts("#log-with option[selected]", "No organization")
	ines.post(zoe+"/archive", "version", "1").want(303, "", "")
	ines.get(acme).wantTexts("#log-with option[selected]", "No contact")
	// A choice somebody made stays selected.
	ines.post(acme+"/interactions", "channel", "call", "contact_id", key(aaron)).
		want(422, "#log-with option[selected]", "Aaron Aardvark (archived)")
	ines.post(acme+"/interactions", "channel", "call", "subject", "x", "contact_id", key(aaron)).want(303, "", "")
	ines.get("/interactions/"+s.One("SELECT id FROM interactions")+"/edit").
		want(200, "[name=contact_id] option[selected]", "Aaron Aardvark (archived)")
	ines.get(acme).wantTexts(".chip a[href*='contact_id=']", "Bea Brown (former)", "Aaron Aardvark (archived)", "Zoe Zimmer (archived)")
	// The pickers offer no archived records.
	ines.viaHTMX().get("/contacts/options?q=aardvark").want(200, "", "Nobody found")
}

// TestAnEditorAsksAsTheComposerDoes: for times as people say them, and for people by name; saving links who is not linked.
func TestAnEditorAsksAsTheComposerDoes(t *testing.T) {
	t.Parallel()
	for _, part := range []bool{false, true} {
		s := newSite(t)
		ines := s.as("Manager")
		if part {
			ines = ines.viaHTMX()
		}
		acme, elif, zoe, mo := s.Organization("Acme"), s.Contact("Elif", "Aydın"), s.Contact("Zoe", "Zimmer"), s.Contact("Mo", "Berg")
		s.Contact("Maja", "Berg")
		s.Link(acme, elif)
		call := s.Log(acme, elif, "Talk", "happened_at", "2026-11-20T08:15:30Z")
		item := "#i-" + key(call)
		edit := func() answer {
			return ines.get(call+"/edit").want(200, item+"-with option[selected]", "").want(200, item+"-at option[selected]", "")
		}
		stored := func(want string) {
			t.Helper()
			s.WantOne(want, "SELECT happened_at FROM interactions")
		}
		for _, c := range []struct{ when, text, happened string }{
			{"other", "yesterday 18:40", "2026-11-23T17:40:00.000Z"},
			{"hour", "", "2026-11-24T08:30:00.000Z"},
			{"now", "", "2026-11-24T09:30:00.000Z"},
			{"evening", "", "2026-11-23T17:00:00.000Z"},
		} {
			ines.submit(edit(), item+" .acts .btn.pri", "when", c.when, "happened_at_text", c.text).
				want(map[bool]int{true: 200, false: 303}[part], "", "")
			stored(c.happened)
		}
		s.unchanged(func() {
			ines.submit(edit(), item+" .acts .btn.pri", "subject", "", "when", "other", "happened_at_text", "soon", "contact", "berg",
				"follow_up_text", "Write", "due", "other", "follow_up_due_text", "never", "participant", "nobody").
				want(422, item+"-when-e", "Enter a time").wantValue(item+"-when", "soon").want(422, item+"-subject-e", "Say").
				want(422, item+"-with-e", "More than one fits berg").wantValue(item+"-with-other", "berg").
				want(422, item+"-next-day-e", "Enter a day").wantValue(item+"-next-day", "never").
				want(422, item+"-further-e", "Nobody named nobody").wantFragment(part)
			ines.submit(edit(), item+" .acts .btn.pri", "contact_id", "", "organization_id", "").
				want(422, item+"-with-e", "Choose a contact or an organization")
		})
		ines.submit(edit(), item+" .acts .btn.pri", "contact", "zoe", "participant", "mo berg", "follow_up_text", "Write", "due", "monday")
		s.WantOne(key(zoe)+" "+key(mo)+" 2026-11-30", "SELECT interactions.contact_id || ' ' || p.contact_id || ' ' || due_on FROM interactions "+
			"JOIN interaction_contact AS p ON p.interaction_id = interactions.id JOIN follow_ups ON follow_ups.interaction_id = interactions.id")
		s.WantOne("1", "SELECT count(*) FROM organization_contact WHERE contact_id = ?", key(zoe))
		edit().wantValue("[name=due][checked]", "other").wantValue(item+"-next-day", "30 Nov 2026").
			wantTexts(item+"-further label:has([checked])", "Mo Berg")

		// Among many, somebody is found by typing here too.
		for n := range 21 {
			s.Link(acme, s.Contact("Anna", fmt.Sprintf("Berg %c", 'A'+n)))
		}
		edit().want(200, item+"-with-field.many .picked", "Zoe Zimmer")
		found := ines.viaHTMX().get("/contacts/options?with="+acme+"&as="+item[1:]+"-with&contact=elif").
			want(200, ".opt", "Elif Aydın").wantNot(".make")
		choose, _ := found.html.Find(".opt").Attr("hx-get")
		ines.viaHTMX().get(choose).want(200, item+"-with-field .picked", "Elif Aydın")
	}
}

// TestTheCalendarOfAnEditor: what is picked there counts, what is typed counts where the calendar is
// left as it was, and a time that is left alone keeps its seconds.
func TestTheCalendarOfAnEditor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	path := s.Log(s.Organization("Harbor"), "", "First", "happened_at", "2026-11-20T08:15:30Z")
	for _, x := range []struct{ field, value, stored string }{
		{"subject", "Second", "2026-11-20T08:15:30.000Z"},
		{"happened_at", "2026-11-21T10:00", "2026-11-21T09:00:00.000Z"},
		{"happened_at_text", "20 Nov 2026 9:30", "2026-11-20T08:30:00.000Z"},
	} {
		ines.submit(ines.get(path+"/edit"), ".edit .btn.pri", x.field, x.value).want(303, "", "")
		s.WantOne(x.stored, "SELECT happened_at FROM interactions")
	}
}

// TestUndoOfALogUnlinksWhomItLinked, from the message and from the last changes, and Undo of that links them again.
func TestUndoOfALogUnlinksWhomItLinked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme, maya := s.Organization("Acme"), s.Contact("Maya", "Okafor")
	links := func(n string) { t.Helper(); s.WantOne(n, "SELECT count(*) FROM organization_contact") }
	log := func(by *browser) answer {
		return by.submit(ines.get(acme), "#log .btn.pri", "subject", "Price", "channel", "call", "contact_id", key(maya))
	}
	part := ines.withHeaders(map[string]string{"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": s.Base + acme})
	said := log(part).want(200, ".toast", "Call logged, and Maya Okafor linked")
	links("1")
	said = part.submit(said, ".toast form").want(200, ".toast", "Call deleted, and Maya Okafor unlinked from Acme").
		want(200, "hx-partial[hx-target='#links']", "").wantNot("#links .links li")
	links("0")
	part.submit(said, ".toast form").want(200, ".toast", "Call is back").want(200, "hx-partial[hx-target='#links']", "Maya Okafor")
	links("1")
	s.Exec("DELETE FROM organization_contact")
	s.Exec("DELETE FROM interactions")

	page := ines.get(log(ines).to())
	page = ines.get(ines.submit(page, "#toasts form").to()).want(200, "#toasts", "Call deleted, and Maya Okafor unlinked from Acme")
	links("0")
	ines.submit(page, "#toasts form").to()
	links("1")
	list := ines.get("/account").want(200, ownChanges+":first-child span", "You")
	ines.get(ines.submit(list, ownChanges+":first-child button").to()).
		want(200, "#toasts", "Call deleted, and Maya Okafor unlinked from Acme")
	links("0")
	page = ines.get(log(ines).to())
	ines.post(acme+"/contacts/"+key(maya), "version", s.One("SELECT version FROM organization_contact"), "role_label", "Buyer").to()
	ines.get(ines.submit(page, "#toasts form").to()).want(200, "#toasts", "Call deleted. Maya Okafor stays linked to Acme")
	links("1")
}

// TestUndoOfAnEditUnlinksWhomItLinked, from the message and from the last changes.
func TestUndoOfAnEditUnlinksWhomItLinked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme, maya := s.Organization("Acme"), s.Contact("Maya", "Okafor")
	call := s.Log(acme, "", "Price")
	links := func(n string) { t.Helper(); s.WantOne(n, "SELECT count(*) FROM organization_contact") }
	edit := func(by *browser) answer {
		return by.submit(ines.get(call+"/edit"), "#i-"+key(call)+" .acts .btn.pri", "contact_id", key(maya))
	}
	part := ines.withHeaders(map[string]string{"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": s.Base + acme})
	said := edit(part).want(200, ".toast", "Call saved").want(200, "hx-partial[hx-target='#links']", "Maya Okafor")
	links("1")
	part.submit(said, ".toast form").want(200, ".toast", "The call is as it was, and Maya Okafor unlinked from Acme").
		want(200, "hx-partial[hx-target='#links']", "").wantNot("#links .links li")
	links("0")

	edit(ines)
	list := ines.get("/account").want(200, ownChanges+":first-child span", "You")
	ines.get(ines.submit(list, ownChanges+":first-child button").to()).
		want(200, "#toasts", "The call is as it was, and Maya Okafor unlinked from Acme")
	links("0")
	page := ines.get(edit(ines).to())
	ines.post(acme+"/contacts/"+key(maya), "version", s.One("SELECT version FROM organization_contact"), "role_label", "Buyer").to()
	ines.get(ines.submit(page, "#toasts form").to()).want(200, "#toasts", "The call is as it was. Maya Okafor stays linked to Acme")
	links("1")

	said = part.submit(ines.get(call+"/edit"), "#i-"+key(call)+" .acts .btn.pri", "happened_at_text", "yesterday")
	said.want(200, "#activity", "Price").wantNot("hx-partial[hx-target='#links']") // where a form may be open
}

// TestUndoOfAnEditLeavesTheLinkOfALaterOne that somebody else made.
func TestUndoOfAnEditLeavesTheLinkOfALaterOne(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, tomas := s.as("Manager"), s.as("Manager")
	acme, quay, maya := s.Organization("Acme"), s.Organization("Quay"), s.Contact("Maya", "Okafor")
	call := s.Log(acme, "", "Price")
	edit := func(by *browser, typed ...string) {
		by.submit(by.get(call+"/edit"), "#i-"+key(call)+" .acts .btn.pri", typed...).to()
	}
	edit(ines, "contact_id", key(maya))
	edit(tomas, "organization_id", key(quay))
	s.WantOne("2", "SELECT count(*) FROM organization_contact")
	ines.get(ines.submit(ines.get("/account"), ownChanges+":first-child button").to()).
		want(200, "#toasts", "The call is as it was, and Maya Okafor unlinked from Acme")
	s.WantOne("Quay", "SELECT display_name FROM organization_contact JOIN organizations ON id = organization_id")
}
