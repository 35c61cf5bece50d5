package handlers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/handlers"
)

// later moves the clock forward and keeps everybody signed in.
func (s *site) later(d time.Duration) {
	s.Clock.Add(d)
	now := s.Clock.Now().Format("2006-01-02T15:04:05.000Z")
	s.Exec("UPDATE sessions SET created_at = ?, last_used_at = ?", now, now)
}

// TestACallIsLoggedWithItsNextStepFromBothSides: from the composer, plain and by htmx.
func TestACallIsLoggedWithItsNextStepFromBothSides(t *testing.T) {
	t.Parallel()
	for _, part := range []bool{false, true} {
		s := newSite(t)
		ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
		s.as("Viewer") // who may not mark it done, and gets no button
		org, elif := s.Organization("Harbor & Pine"), s.Contact("Elif", "Aydın")
		s.Link(org, elif)
		page := ines.get(org).wantNot("#composer[open]").wantNot("#follow-ups li")
		ines.get(org+"?log=call").want(200, "#log-next-who option[selected]", "Inès Moreau").
			wantTexts("#log-next-who option", "Inès Moreau", "Jonas Berg")
		if part {
			ines = ines.withHeaders(map[string]string{"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": s.Base + org})
		}
		s.unchanged(func() {
			refused := ines.submit(page, "#log .btn.pri", "subject", "Renewal", "follow_up_text",
				"Send <the> offer", "follow_up_due_on", "2026-11-23", "follow_up_assignee_id", jonas.user.ID)
			refused.want(422, "#composer[open] #log-next-day-e", "Choose today or later").
				wantValue("#log-next", "Send <the> offer").wantValue("#log-next-day", "2026-11-23").
				want(422, "#log-next-who option[selected]", "Jonas Berg").wantValue("#log-subject", "Renewal").wantFragment(part)
			ines.submit(page, "#log .btn.pri", "subject", "", "follow_up_text", "", "follow_up_due_on", "2026-02-30").
				want(422, "#log-next-e", "Say what to do").
				want(422, "#log-next-day-e", "Enter a day").want(422, "#log-subject-e", "Say in a line")
			ines.submit(page, "#log .btn.pri", "subject", "x", "follow_up_text", "x", "follow_up_due_on",
				"2026-11-24", "follow_up_assignee_id", handlers.NewRequestID()).want(422, "#log-next-who-e", "from the list")
		})
		logged := ines.submit(page, "#log .btn.pri", "subject", "Renewal", "follow_up_text",
			"Send the offer", "follow_up_due_on", "2026-11-26", "follow_up_assignee_id", jonas.user.ID)
		s.wantAudit(ines, "create_follow_up", `"organization_id":"`+key(org), `"follow_up_text":"Send the offer"`, `"new":"2026-11-26"`)
		if part {
			logged.want(200, "#activity .next", "Next: Send the offer · due Thu 26 Nov · Jonas Berg").
				want(200, "hx-partial[hx-target='#follow-ups'] li .nm", "Send the offer").
				want(200, "hx-partial[hx-target='#due']", "").wantFragment(true).wantNot("#composer[open]")
		}
		for _, record := range []string{org, elif} {
			page := ines.withHeaders(nil).get(record).want(200, "#follow-ups h3", "This week").
				wantTexts("#follow-ups .nm", "Send the offer").want(200, "#today .next", "Send the offer")
			if record == org {
				page.wantTexts("#follow-ups small", "Elif Aydın · Jonas Berg")
			} else {
				page.wantTexts("#follow-ups small", "Harbor & Pine · Jonas Berg")
			}
			ines.withHeaders(nil).get(record+"/history").want(200, "#activity", "planned a follow-up").
				want(200, "#activity", "Send the offer").want(200, "#follow-ups li", "")
		}
		ines.withHeaders(nil).get("/").want(200, "#follow-ups .empty", "Nothing is due in the next 7 days").
			wantNot("#follow-ups li").want(200, "#due", "")
		home := jonas.get("/").wantTexts("#follow-ups .nm", "Send the offer").
			want(200, "#follow-ups h3", "New for you").want(200, "#follow-ups time", "Thu 26 Nov").wantTexts("#due", "")
		if first := home.html.Find("section[aria-labelledby]").First(); first.AttrOr("id", "") != "follow-ups" {
			t.Error("it is not first on the page")
		}
	}
}

// menuOf loads the menu of a follow-up's element on a page, as opening it does. Until then it has a link to the follow-up.
func (b *browser) menuOf(page answer, element, path string) answer {
	b.t.Helper()
	menu := page.wantTexts(element+" .menu > a[hx-get][href^='/follow-ups/']", "Open this follow-up").html.Find(element + " .menu > [hx-get]")
	return b.htmxOn("partial", path).get(menu.AttrOr("hx-get", "")).want(200, "form[action$='/move']", "").wantFragment(true)
}

// TestAFollowUpIsDoneAndMovedWithUndo: from each place where it stands, plain and by htmx.
func TestAFollowUpIsDoneAndMovedWithUndo(t *testing.T) {
	t.Parallel()
	for _, part := range []bool{false, true} {
		for _, place := range []string{"home", "list", "record", "event", "interaction"} {
			t.Run(fmt.Sprint(place, part), func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				ines := s.person("Inès Moreau", "Manager")
				w := newWorld(s)
				s.Exec("UPDATE follow_ups SET assignee_id = ?, due_on = '2026-11-22'", ines.user.ID)
				from := map[string]string{
					"home": "/", "list": "/follow-ups?show=overdue", "record": w.org, "event": w.org, "interaction": w.interaction,
				}[place]
				element := "#f-" + key(w.followUp)
				if place == "event" || place == "interaction" {
					element = "#next-" + key(w.interaction)
				}
				asks := ines
				if part {
					asks = ines.withHeaders(map[string]string{"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": s.Base + from})
				}
				page := ines.get(from).want(200, element+".late time", "2 days late").
					want(200, element, "Send the offer").want(200, "#due.late", "1 due, some overdue")

				moved := asks.submit(ines.menuOf(page, element, from), "[value='2026-11-30']")
				s.wantAudit(ines, "move_follow_up", `{"due_on":{"old":"2026-11-22","new":"2026-11-30"}}`,
					`"organization_id":"`+key(w.org), `"contact_id":"`+key(w.contact), `"subject":"Renewal agreed"`)
				if part {
					moved.want(200, ".toast", "Due Mon 30 Nov 2026: Send the offer").wantFragment(true).
						want(200, "hx-partial[hx-target='#i-"+key(w.interaction)+" .next'] time", "Mon 30 Nov").
						want(200, "hx-partial[hx-target='#due'] #due:not(.late)", "")
					switch place {
					case "list": // it is not overdue
						moved.wantNot(element).want(200, "h2[autofocus]", "")
					default:
						moved.want(200, "summary#move-"+strings.TrimPrefix(element, "#")+"[autofocus]", "")
					}
				} else if to := moved.to(); to != from {
					t.Errorf("moving leads to %s", to)
				}
				undo := moved
				if !part {
					undo = ines.get(from).want(200, "#toasts", "Due Mon 30 Nov 2026")
				}
				back := asks.submit(undo, ".toast form button")
				s.wantAudit(ines, "move_follow_up", `"new":"2026-11-22"`)
				page = ines.get(from).want(200, element+".late", "2 days late")
				if part {
					back.want(200, element+".late time", "2 days late")
				}

				s.unchanged(func() {
					menu := ines.menuOf(page, element, from)
					refused := asks.submit(menu, ".to button", "due_on", "2026-11-23")
					id := "#" + strings.TrimPrefix(element, "#") + "-on"
					if !part { // without htmx the interaction's page answers
						id = "#next-" + key(w.interaction) + "-on"
					}
					refused.want(422, "details[open] "+id+"-e", "Choose today or later").wantValue(id, "2026-11-23").wantFragment(part)
					asks.submit(menu, ".to button", "due_on", "<b>").want(422, id+"-e", "Enter a day").wantValue(id, "<b>")
				})

				done := asks.submit(page, element+" .done")
				s.wantAudit(ines, "finish_follow_up", `"done_at":{"old":null`, "Send the offer")
				if part {
					done.want(200, ".toast", "Done: Send the offer").
						want(200, "hx-partial[hx-target='#f-"+key(w.followUp)+"'][hx-swap=delete]", "").wantTexts("hx-partial[hx-target='#due'] #due", "")
					if line := strings.TrimSpace(done.want(200, ".next", "").html.Find(".next").Text()); line != "" {
						t.Errorf("the event still says %s", line)
					}
				} else if to := done.to(); to != from {
					t.Errorf("finishing leads to %s", to)
				}
				s.unchanged(func() { asks.submit(page, element+" .done") }) // marking it done again changes nothing
				undo = done
				if !part {
					undo = ines.get(from).want(200, "#toasts", "Done: Send the offer").wantNot(element + " .done")
				}
				back = asks.submit(undo, ".toast form button")
				s.wantAudit(ines, "reopen_follow_up", "Send the offer")
				if part {
					back.want(200, element+" .done", "").want(200, ".toast", "Reopened")
				}
				ines.get(from).want(200, element, "Send the offer")
			})
		}
	}
}

func TestAStaleChangeOfAFollowUpShowsItAsItIs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
	w := newWorld(s)
	page := ines.get("/follow-ups?show=all")
	row := "#f-" + key(w.followUp)
	jonas.post(w.followUp+"/move", "due_on", "2026-11-27").want(303, "", "") // other programs may leave the version out
	parts := ines.withHeaders(map[string]string{
		"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": s.Base + "/follow-ups?show=all",
	})
	s.unchanged(func() {
		parts.submit(page, row+" .done").want(409, row+" .err", "Jonas Berg changed this meanwhile").
			want(409, row+" time", "Fri 27 Nov").wantFragment(true)
		ines.submit(page, row+" .done").want(409, ".next .err", "Jonas Berg changed this meanwhile").wantFragment(false)
	})
	again := parts.submit(page, row+" .done")
	s.unchanged(func() { // the menu is loaded now, but for the follow-up that the page shows
		parts.submit(ines.menuOf(page, row, "/follow-ups?show=all"), ".to button", "due_on", "2026-12-01").want(409, row+" .err", "Jonas Berg")
	})
	menu := ines.menuOf(again, row, "/follow-ups?show=all")
	jonas.post(w.followUp+"/done").want(303, "", "")
	s.unchanged(func() {
		gone := parts.submit(menu, ".to button", "due_on", "2026-12-01")
		gone.want(409, ".toast", "Jonas Berg changed this meanwhile").
			want(409, "hx-partial[hx-target='"+row+"'][hx-swap=delete]", "").wantNot("body > li")
		ines.submit(menu, ".to button", "due_on", "2026-12-01").want(409, "h1 + p", "Jonas Berg changed this")
		parts.post(w.followUp+"/reopen", "version", "2").want(409, ".toast", "meanwhile") // an Undo of something that has changed since
		parts.post(w.followUp+"/reopen", "version", "x").want(422, "", "")
	})
}

func TestTheNextStepIsPlannedOnTheInteractionsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.person("Inès Moreau", "Manager")
	call := s.Log(s.Organization("Quay"), "", "Renewal")
	page := ines.get(call).want(200, "#next-form", "Follow-up")
	s.unchanged(func() {
		for _, b := range []*browser{ines, ines.viaHTMX()} {
			b.submit(page, "#next-form .acts button", "text", "Send", "due", "other", "due_text", "soon").
				want(422, "#next-form .err", "Enter a day like").
				wantValue("#next-form [name=text]", "Send").wantValue("#next-form [name=due_text]", "soon").
				want(422, "#next-form option[selected]", "Inès Moreau").wantFragment(b != ines)
		}
	})
	if to := ines.submit(page, "#next-form .acts button", "text", "Send the offer", "due_on", "2026-11-25").to(); to != call {
		t.Errorf("planning leads to %s", to)
	}
	s.wantAudit(ines, "create_follow_up", "Send the offer", ines.user.ID)
	ines.get(call).want(200, "#toasts", "Follow-up planned").want(200, ".next", "due tomorrow · you").wantNot("#next-form")
	s.unchanged(func() {
		// the same form sent twice
		ines.submit(page, "#next-form .acts button", "text", "Send the offer", "due_on", "2026-11-25").want(303, "", "")
		ines.submit(page, "#next-form .acts button", "text", "Another", "due_on", "2026-11-25").want(422, "#next-form .err", "Mark it done first")
	})

	other := s.Log(s.Organization("Pier"), "", "Visit")
	planned := ines.viaHTMX().submit(ines.get(other), "#next-form .acts button", "text", "Write", "due_on", "2026-11-24")
	planned.want(200, "hx-partial[hx-target='#i-"+key(other)+" .next']", "due today").
		want(200, "hx-partial[hx-target='#next-form'][hx-swap=delete]", "").want(200, "#due", "1 due")
}

func TestAnInteractionsEditorHasItsNextStep(t *testing.T) {
	t.Parallel()
	for _, part := range []bool{false, true} {
		s := newSite(t)
		ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
		org := s.Organization("Quay")
		call := s.Log(org, "", "Renewal")
		item := "#i-" + key(call)
		asks := func(b *browser) *browser {
			if part {
				return b.withHeaders(map[string]string{"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": s.Base + org})
			}
			return b
		}
		editor := asks(ines).get(call+"/edit").wantValue(item+"-next", "").want(200, item+"-next-who option[selected]", "Inès Moreau")
		s.unchanged(func() {
			asks(ines).submit(editor, item+" .btn.pri", "follow_up_due_on", "2026-11-20").want(422, item+"-next-day-e", "today or later").
				want(422, item+"-next-e", "Say what").wantValue(item+"-next-day", "2026-11-20").wantFragment(part)
		})
		saved := asks(ines).submit(editor, item+" .btn.pri", "follow_up_text", "Send the offer", "follow_up_due_on", "2026-11-25")
		if part {
			saved.want(200, item+" .next", "Send the offer").want(200, "hx-partial[hx-target='#follow-ups'] .nm", "Send the offer")
		}
		s.wantAudit(ines, "create_follow_up", "Send the offer")
		editor = asks(ines).get(call+"/edit").wantValue(item+"-next", "Send the offer").wantValue("[name=follow_up_version]", "1")
		s.later(48 * time.Hour) // overdue, and it can be saved with that day
		asks(ines).submit(editor, item+" .btn.pri", "subject", "Renewed")
		s.wantAudit(ines, "update_interaction", "Renewed")
		asks(jonas).submit(editor, item+" .btn.pri", "follow_up_text", "Send two offers", "follow_up_assignee_id", jonas.user.ID)
		s.wantAudit(jonas, "update_follow_up", `"text":{"old":"Send the offer","new":"Send two offers"}`)
		s.unchanged(func() {
			conflict := asks(ines).submit(editor, item+" .btn.pri", "follow_up_text", "Send none", "subject", "Renewed")
			conflict.want(409, item+" .warnline", "Jonas Berg changed this interaction").want(409, item+" .versus", "Send two offers").
				wantValue(item+"-next", "Send none").wantTexts(item+" .versus .what", "Follow-up")
		})
		// Deleting the interaction deletes its follow-up, and Undo restores both.
		deleted := asks(ines).post(call+"/delete", "version", "2")
		if part {
			deleted.want(200, "hx-partial[hx-target='#follow-ups']", "").wantNot("hx-partial[hx-target='#follow-ups'] li")
		}
		jonas.get("/").wantNot("#follow-ups li").wantTexts("#due", "")
		back := asks(ines).post(call + "/restore")
		if part {
			back.want(200, item+" .next", "Send two offers").want(200, "hx-partial[hx-target='#follow-ups'] li", "")
		}
		jonas.get("/").wantTexts("#follow-ups .nm", "Send two offers").want(200, "#due", "1 due")
	}
}

func TestTheListOfFollowUps(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
	org, elif := s.Organization("Quay"), s.Contact("Elif", "Aydın")
	s.Clock.Add(-30 * 24 * time.Hour)
	for _, f := range []struct{ text, day, whose string }{
		{"Long ago", "2026-11-02", ines.user.ID},
		{"Last Sunday", "2026-11-22", jonas.user.ID},
		{"Yesterday", "2026-11-23", ines.user.ID},
		{"Now", "2026-11-24", ines.user.ID},
		{"Next day", "2026-11-25", jonas.user.ID},
		{"Sunday", "2026-11-29", ines.user.ID},
		{"Monday", "2026-11-30", ines.user.ID},
		{"Next year", "2027-01-07", ""},
	} {
		s.FollowUp(s.Log(org, elif, "About "+f.text), f.text, f.day, f.whose)
	}
	s.Clock.Add(30 * 24 * time.Hour)
	const names, headings, days = "#steps .nm", "#steps h3", "#steps time"
	mine := ines.get("/follow-ups").wantTexts(names, "Long ago", "Yesterday", "Now", "Sunday", "Monday").
		wantTexts(headings, "Overdue", "Today", "This week", "Next week").
		wantTexts(days, "22 days late", "1 day late", "today", "Sun 29 Nov", "Mon 30 Nov").
		want(200, "h3.late", "Overdue").want(200, ".tabs [aria-current]", "Mine").
		want(200, "#result", "5 follow-ups").want(200, "#due.late", "3 due").wantNot(".chip")
	for _, to := range []string{"/interactions/", org, elif} {
		if mine.html.Find("#steps a[href^='"+to+"']").Length() != 5 {
			t.Errorf("rows do not lead to %s", to)
		}
	}
	ines.get("/follow-ups?show=overdue").wantTexts(names, "Long ago", "Last Sunday", "Yesterday").want(200, "#steps small", "Jonas Berg")
	ines.get("/follow-ups?show=week").wantTexts(names, "Yesterday", "Now", "Next day", "Sunday")
	ines.get("/follow-ups?show=all").wantTexts(names, "Long ago", "Last Sunday", "Yesterday",
		"Now", "Next day", "Sunday", "Monday", "Next year").want(200, days, "Thu 7 Jan 2027")
	ines.get("/follow-ups?show=all&who="+jonas.user.ID).wantTexts(names, "Last Sunday", "Next day").want(200, ".chip b", "Jonas Berg")
	ines.get("/follow-ups?show=all&who=none").wantTexts(names, "Next year").want(200, ".chip b", "Nobody")
	ines.get("/follow-ups?show=week&who=none").want(200, ".empty h2", "Nothing this week").
		want(200, ".empty a[href='/follow-ups?show=week']", "Clear")
	ines.get("/follow-ups?show=all&who=none&who="+jonas.user.ID).wantTexts(names, "Last Sunday", "Next day", "Next year").
		want(200, ".chip b", "Jonas Berg or nobody").want(200, ".chip .x[href='/follow-ups?show=all']", "")
	ines.get("/follow-ups?show=all&who=me&who_is=not").wantTexts(names, "Last Sunday", "Next day", "Next year").want(200, ".chip b", "not Me")
	ines.get("/follow-ups?show=overdue&who=none&who_is=not").wantTexts(names, "Long ago", "Last Sunday", "Yesterday").
		want(200, ".chip b", "Anybody")
	ines.get("/follow-ups?show=all&who=&who=%00&who_is=perhaps").want(303, "", "")
	ines.get("/follow-ups?show=all&who='%3Cpwned%3E&who_is=perhaps").want(200, ".chip b", "A former colleague")
	ticked := ines.viaHTMX().get("/follow-ups?show=all&who_is=&who=none").wantTexts(names, "Next year").
		want(200, "hx-partial[hx-target='#chips'] .chip b", "Nobody").wantFragment(true)
	if to := ticked.Header.Get("HX-Push-Url"); to != "/follow-ups?show=all&who=none" {
		t.Errorf("its address is %s", to)
	}
	ines.get("/follow-ups?show=nonsense").want(200, ".tabs [aria-current]", "Mine")
	ines.viaHTMX().get("/follow-ups?show=overdue").wantTexts(names, "Long ago", "Last Sunday", "Yesterday").wantFragment(true)
	jonas.get("/").wantTexts("#follow-ups .nm", "Last Sunday", "Next day")

	// After one is done, the list says how many are left.
	listed := jonas.get("/follow-ups").want(200, "#result", "2 follow-ups")
	here := jonas.withHeaders(map[string]string{"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": s.Base + "/follow-ups"})
	first := here.submit(listed, "#steps li:contains('Last Sunday') .done").wantTexts("hx-partial[hx-target='#result']", "1 follow-up")
	last := here.submit(listed, "#steps li:contains('Next day') .done").
		want(200, "hx-partial[hx-target='#list'] .empty h2[autofocus]", "").wantNot("hx-partial[hx-target='#result']")
	for _, done := range []answer{last, first} {
		here.submit(done, ".toast form button").want(200, "#steps", "")
	}

	// The day depends on the user's time zone.
	s.Exec("UPDATE users SET time_zone = 'Pacific/Kiritimati' WHERE id = ?", ines.user.ID)
	s.Clock.Add(time.Hour) // 10:30 UTC: past midnight there
	ines.get("/follow-ups?show=overdue").wantTexts(names, "Long ago", "Last Sunday", "Yesterday", "Now").
		wantTexts(days, "23 days late", "3 days late", "2 days late", "1 day late").want(200, "#due.late", "3 due")
	s.Exec("UPDATE users SET time_zone = 'Pacific/Honolulu' WHERE id = ?", ines.user.ID)
	s.Clock.Add(-time.Hour) // 9:30 UTC: not yet midnight there
	ines.signIn()           // the session expired in the meantime
	ines.get("/follow-ups?show=overdue").wantTexts(names, "Long ago", "Last Sunday").want(200, "#due.late", "2 due")

	// Follow-ups of archived records stay open and are marked; an empty list says what to do.
	s.Exec("UPDATE organizations SET is_active = 0")
	ines.get("/follow-ups").want(200, "#steps small", "Elif Aydın at Quay · organization archived")
	ines.get(org).want(200, "#follow-ups small", "Elif Aydın · organization archived · you")
	s.Exec("UPDATE follow_ups SET done_at = '2026-11-24T09:30:00.000Z'")
	for _, tab := range []string{"mine", "overdue", "week", "all"} {
		ines.get("/follow-ups?show="+tab).want(200, ".empty h2", "Nothing").wantNot("#steps")
	}
}

// TestOnASundayTomorrowIsNextWeek: Home shows what is due within seven days, and only what comes after next week is later.
func TestOnASundayTomorrowIsNextWeek(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.person("Inès Moreau", "Manager")
	org := s.Organization("Quay")
	for _, day := range []string{"2026-11-30", "2026-12-06", "2026-12-07"} {
		s.FollowUp(s.Log(org, "", "About it"), "On "+day, day, ines.user.ID)
	}
	const names, headings = "#follow-ups .nm", "#follow-ups h3"
	s.Clock.Add(-24 * time.Hour) // Monday 23 November: the last day of the seven is the next one
	ines.signIn()
	ines.get("/").wantTexts(names, "On 2026-11-30").wantTexts(headings, "Next week")
	s.Clock.Add(6 * 24 * time.Hour) // Sunday 29 November
	ines.signIn()
	ines.get("/").wantTexts(names, "On 2026-11-30", "On 2026-12-06").wantTexts(headings, "Next week").
		want(200, "#follow-ups time", "tomorrow")
	ines.get(org).wantTexts(names, "On 2026-11-30", "On 2026-12-06", "On 2026-12-07").wantTexts(headings, "Next week", "Later")
	ines.get("/follow-ups").wantTexts("#steps h3", "Next week", "Later")
	s.Clock.Add(24 * time.Hour)
	ines.signIn()
	ines.get("/").wantTexts(headings, "Today", "This week", "Next week")
	s.Clock.Add(-3 * 24 * time.Hour) // Friday 27 November
	s.Exec("UPDATE follow_ups SET due_on = '2026-12-05' WHERE due_on < '2026-12-05'")
	ines.signIn()
	ines.get("/").want(200, "#follow-ups .empty", "Nothing is due in the next 7 days").wantNot(names)
}

func TestALongListOfFollowUpsIsLoadedOnDemand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.person("Inès Moreau", "Manager")
	org := s.Organization("Quay")
	for n := range 120 {
		s.FollowUp(s.Log(org, "", "x"), fmt.Sprintf("Step %03d", n), fmt.Sprintf("2026-12-%02d", 1+n/5), ines.user.ID)
	}
	page := ines.get("/follow-ups").want(200, "#result", "50 shown")
	seen := page.html.Find("#steps .nm").Length()
	for next, ok := page.html.Find("#load-more").Attr("href"); ok; {
		more := ines.viaHTMX().get(next).want(200, "hx-partial[hx-target='#steps'] .nm", "Step").wantNot("h3")
		seen += more.html.Find(".nm").Length()
		ines.get(next).want(200, "#steps h3", "Later").wantFragment(false)
		next, ok = more.html.Find("#load-more").Attr("href")
		if !ok {
			more.want(200, "#result", "All follow-ups shown")
		}
	}
	if seen != 120 {
		t.Errorf("%d seen", seen)
	}
	more := ines.viaHTMX().get(page.html.Find("#load-more").AttrOr("href", ""))
	if at := more.Header.Get("HX-Replace-Url"); at != "/follow-ups?rows=100&show=mine" {
		t.Error("after the next ones the address is", at)
	}
	for rows, n := range map[string]int{"100": 100, "150": 120, "-4": 50, "999999999": 120} {
		if shown := ines.get("/follow-ups?rows=" + rows).html.Find("#steps .nm").Length(); shown != n {
			t.Errorf("rows=%s: %d shown", rows, shown)
		}
	}
	ines.get("/follow-ups?after=x").want(422, "h1 + p", "is not valid")
	s.later(60 * 24 * time.Hour)
	home := ines.get("/").want(200, "#due", "99+ due")
	if n := home.html.Find("#follow-ups li").Length(); n != 12 {
		t.Errorf("%d on Home", n)
	}
}

// TestFollowUpsAreReadByWhoMayOnly: a Viewer sees follow-ups but cannot change them; who may not
// see interactions finds no trace of them.
func TestFollowUpsAreReadByWhoMayOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	lea := s.as("Viewer")
	for _, path := range []string{w.org, w.interaction, "/follow-ups?show=all"} {
		lea.get(path).want(200, "#main", "Send the offer").
			wantNot(".done, .menu .to, form[action$='/done'], form[action$='/move'], #next-form, .plan")
	}
	lea.get("/").wantNot("#follow-ups")
	clerk := s.as(s.Role("Clerk", db.ViewClient, db.EditClient, db.EditInteraction, db.ViewAudit))
	s.Exec("UPDATE follow_ups SET assignee_id = ?", clerk.user.ID)
	for _, path := range []string{"/", w.org, w.contact, w.org + "/history", "/organizations", "/account"} {
		for _, b := range []*browser{clerk, clerk.viaHTMX()} {
			a := b.get(path).want(200, "", "").wantNot("#due, #follow-ups, a[href^='/follow-ups'], .next")
			if strings.Contains(a.body, "Send the offer") || strings.Contains(a.body, "a follow-up") {
				t.Errorf("%s tells of it", a.what)
			}
		}
	}
	// The page that the form claims to come from is used only if it is one of ours.
	ines := s.as("Manager")
	for _, from := range []string{
		"//evil.example", "https://evil.example/", `/\evil.example`, "javascript:pwned()", "", strings.Repeat("/x", 1000),
	} {
		to := ines.post(w.followUp+"/done", "from", from).to()
		if to != w.interaction && to != "/" {
			t.Errorf("from %q it leads to %s", from, to)
		}
		ines.post(w.followUp + "/reopen")
	}
}
