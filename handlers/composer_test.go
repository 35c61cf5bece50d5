package handlers_test

import (
	"strings"
	"testing"
)

// TestWhenAndDueAreSaidInWords: the quick answers, what is typed beside them, and the fields that win over both. It is
// 10:30 on Tuesday 24 November in Stockholm.
func TestWhenAndDueAreSaidInWords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org := s.Organization("Quay")
	page := ines.get(org+"?log=call").wantTexts(".when label", "Now", "1 hour ago", "This morning", "Yesterday evening", "Other…").
		wantTexts(".nextmore .quick label", "Tomorrow", "Next Monday", "In a week", "In two weeks", "Other…").
		wantValue("[name=when][checked]", "now").wantValue("[name=due][checked]", "week")
	for _, c := range []struct{ fields, happened, due string }{
		{"", "2026-11-24T09:30:00.000Z", "2026-12-01"},
		{"when=now due=tomorrow", "2026-11-24T09:30:00.000Z", "2026-11-25"},
		{"when=hour due=monday", "2026-11-24T08:30:00.000Z", "2026-11-30"},
		{"when=morning due=week", "2026-11-24T08:00:00.000Z", "2026-12-01"},
		{"when=evening due=fortnight", "2026-11-23T17:00:00.000Z", "2026-12-08"},
		{"when=other happened_at_text=yesterday_18:40 due=other follow_up_due_text=next_monday", "2026-11-23T17:40:00.000Z", "2026-11-30"},
		{"when=other happened_at_text=2026-11-20T14:00 due=other follow_up_due_text=2026-12-24", "2026-11-20T13:00:00.000Z", "2026-12-24"},
		{"when=other happened_at_text=mon_9 due=other follow_up_due_text=tue", "2026-11-23T08:00:00.000Z", "2026-12-01"},
		{"when=evening happened_at=2026-11-01T12:00 due=week follow_up_due_on=2026-12-31", "2026-11-01T11:00:00.000Z", "2026-12-31"},
		{"when=bogus happened_at=2026-11-01T12:00 due=bogus follow_up_due_on=2026-12-31", "2026-11-01T11:00:00.000Z", "2026-12-31"},
	} {
		subject := "Said " + c.fields
		typed := []string{"subject", subject, "follow_up_text", "Send it"}
		for _, field := range strings.Fields(c.fields) {
			name, value, _ := strings.Cut(field, "=")
			typed = append(typed, name, strings.ReplaceAll(value, "_", " "))
		}
		ines.submit(ines.get(org+"?log=call"), "#log .btn.pri", typed...).to()
		s.WantOne(c.happened+" "+c.due, "SELECT happened_at || ' ' || due_on FROM interactions "+
			"JOIN follow_ups ON interaction_id = interactions.id WHERE subject = ?", strings.TrimSpace(subject))
	}

	// What nobody can read is refused, and everything typed is still there.
	s.unchanged(func() {
		refused := ines.submit(page, "#log .btn.pri", "subject", "Talk", "body", "Long", "outcome", "No answer", "channel", "email",
			"when", "other", "happened_at_text", "some time <b>", "follow_up_text", "Write", "due", "other", "follow_up_due_text", "soon")
		refused.want(422, "#log-at-e", "Enter a time like “yesterday 18:40” or “24 nov 14:00”").wantValue("#log-at", "some time <b>").
			want(422, "#log-next-day-e", "Enter a day like “next monday” or “in 2 weeks”").wantValue("#log-next-day", "soon").
			wantValue("[name=when][checked]", "other").wantValue("[name=due][checked]", "other").wantValue("#log-next", "Write").
			wantValue("#log-subject", "Talk").want(422, "#log-body", "Long").wantValue("#log-outcome", "No answer").
			want(422, "#composer[open] #log-at[autofocus]", "").want(422, "#log-email[checked]", "")
		for fields, message := range map[string]string{
			"when=other": "Enter a time like", "when=bogus": "Choose when it happened",
			"when=other happened_at_text=tomorrow_23:00": "up to tomorrow",
			"when=other happened_at_text=29.3.2026_2:30": "The clocks went forward",
			"when=other happened_at_text=1_jan_1800_9":   "from 1 Jan 1900",
			"due=other": "Enter a day like", "due=bogus": "Choose when it is due",
			"due=other follow_up_due_text=yesterday":  "Choose today or later",
			"due=other follow_up_due_text=24.12.2099": "within ten years",
			"due=other follow_up_due_text=\x00":       "Enter a day like",
		} {
			typed := []string{"subject", "x", "follow_up_text", "Send it"}
			for _, field := range strings.Fields(fields) {
				name, value, _ := strings.Cut(field, "=")
				typed = append(typed, name, strings.ReplaceAll(value, "_", " "))
			}
			ines.submit(page, "#log .btn.pri", typed...).want(422, "#log .err", message)
		}
	})

	// A day without a step plans nothing: it is hidden until there is one.
	ines.submit(page, "#log .btn.pri", "subject", "Alone", "due", "other", "follow_up_due_text", "soon").to()
	s.WantOne("0", "SELECT count(*) FROM follow_ups JOIN interactions ON interactions.id = interaction_id WHERE subject = 'Alone'")
}

// TestTheLowerFieldsComeWhenTheComposerIsOpened, not with the page, and a composer that opens with the page has them.
func TestTheLowerFieldsComeWhenTheComposerIsOpened(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org, zoe, maja := s.Organization("Quay"), s.Contact("Zoe", "Zimmer"), s.Contact("Maja", "Berg")
	s.Link(org, zoe)
	s.Link(org, maja)
	const lower = "#log [name=participant_id], #log [name=user_id], #log [name=outcome], #log [name=when], " +
		"#log [name=follow_up_text], #log [name=due], #log [name=follow_up_assignee_id]"
	for _, record := range []string{org, zoe} {
		page := ines.get(record).want(200, "#composer #log-with", "").wantNot("#composer[open]").wantNot(lower)
		_, composer, _ := strings.Cut(page.body, `id="composer"`)
		composer, _, _ = strings.Cut(composer, "</form>")
		if size := len(composer); size > 4_800 {
			t.Errorf("the closed composer of %s has %d bytes", record, size)
		}
		came := ines.viaHTMX().get(record+"/interactions/new").want(200, "#log-lower #log-outcome", "").wantFragment(true).
			want(200, "#log-by option[selected]", "Manager Person").want(200, "#log-next-who option[selected]", "Manager Person").
			want(200, "#log-further label", "").wantValue("[name=when][checked]", "now").wantValue("[name=due][checked]", "week").
			wantNot("[autofocus], #log-subject, #log-with")
		whole := ines.get(ines.get(record+"/interactions/new").to()).
			want(200, "#composer[open] #log-subject[autofocus]", "").wantNot("#log .later")
		if a, b := came.html.Find("#log-lower").Text(), whole.html.Find("#log-lower").Text(); a != b {
			t.Errorf("alone the fields are %s, in the page %s", a, b)
		}
		ines.submit(page, "#log .btn.pri", "subject", "").want(422, "#log-subject-e", "Say in a line").want(422, "#log-outcome", "")
		logged := ines.viaHTMX()
		logged.submit(page, "#log .btn.pri", "subject", "Talk").want(200, "#composer .later", "").wantNot("#composer[open]").wantNot(lower)
	}
}

// TestTheButtonForTheLowerFieldsKeepsWhatIsTyped, and logs nothing.
func TestTheButtonForTheLowerFieldsKeepsWhatIsTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org, maja := s.Organization("Quay"), s.Contact("Maja", "Berg")
	s.Contact("Marcus", "Nwosu")
	s.Link(org, maja)
	ines.post("/follow-ups", "text", "Call", "due", "today", "organization_id", key(org)).to()
	page := ines.get(org)
	for _, b := range []*browser{ines, ines.viaHTMX()} {
		s.unchanged(func() {
			whole := b.submit(page, "#log .later", "channel", "email", "subject", "Talk <b>", "body", "Long", "contact_id", key(maja)).
				want(200, "#composer[open] #log-by[autofocus]", "").want(200, "#log-email[checked]", "").wantValue("#log-subject", "Talk <b>").
				want(200, "#log-body", "Long").want(200, "#log-with option[selected]", "Maja Berg").want(200, "#log-outcome", "").
				wantNot(".err, [aria-invalid], #log .later")
			if b == ines { // the rest of the page is as before
				whole.wantValue("#follow-ups [name=from]", org).wantTexts("#follow-ups small", "you")
			}
			if sent, kept := page.html.Find("#log [name=request_id]"), whole.html.Find("#log [name=request_id]"); sent.AttrOr("value", "") !=
				kept.AttrOr("value", "") {
				t.Error("the form is another request")
			}
			b.submit(page, "#log .later", "subject", "", "contact", "ma").want(200, "#composer[open]", "").wantValue("#log-with-other", "ma").
				wantNot(".err, [aria-invalid]")
		})
	}
}

// TestAComposerWithoutItsLowerFieldsMeansWhatTheySayAtFirst: now, by oneself, without outcome, other people and follow-up.
func TestAComposerWithoutItsLowerFieldsMeansWhatTheySayAtFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as("Administrator")
	ines := s.as("Manager")
	org, zoe := s.Organization("Quay"), s.Contact("Zoe", "Zimmer")
	s.Link(org, zoe)
	short, whole := ines.get(org), ines.get(org+"?log=call")
	ines.submit(short, "#log .btn.pri", "subject", "Short").to()
	ines.submit(whole, "#log .btn.pri", "subject", "Whole").to()
	for _, subject := range []string{"Short", "Whole"} {
		s.WantOne("call 2026-11-24T09:30:00.000Z "+ines.user.ID+" "+key(zoe)+" 0 0", "SELECT concat_ws(' ', channel, happened_at, user_id, "+
			"contact_id, outcome, (SELECT count(*) FROM interaction_contact WHERE interaction_id = interactions.id), "+
			"(SELECT count(*) FROM follow_ups WHERE interaction_id = interactions.id)) FROM interactions WHERE subject = ?", subject)
	}

	// Sent again after they came, the form is the same request.
	again := short.html.Find("#log [name=request_id]").AttrOr("value", "")
	ines.submit(whole, "#log .btn.pri", "subject", "Short", "request_id", again).to()
	s.WantOne("2", "SELECT count(*) FROM interactions")
}

func TestThisMorningIsOfferedFromNineOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	s.Exec("UPDATE users SET time_zone = 'Atlantic/Azores'") // half past eight
	org := s.Organization("Quay")
	page := ines.get(org+"?log=call").wantTexts(".when label", "Now", "1 hour ago", "Yesterday evening", "Other…")
	s.unchanged(func() {
		ines.submit(page, "#log .btn.pri", "subject", "x", "when", "morning").want(422, "#log-at-e", "It is not 9:00 yet")
	})
}

func TestATypedTimeIsShownAsItIsUnderstood(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager").viaHTMX()
	for query, says := range map[string]string{
		"happened_at_text=yesterday+18:40":                      "Mon 23 Nov, 18:40",
		"happened_at_text=yesterday+18:40&time_zone=Asia/Tokyo": "Mon 23 Nov, 18:40",
		"happened_at_text=9&time_zone=Asia/Tokyo":               "Tue 24 Nov, 09:00",
		"happened_at_text=24.12.2025+9":                         "Wed 24 Dec 2025, 09:00",
		"happened_at_text=%3Cb%3E":                              "Enter a time like “yesterday 18:40” or “24 nov 14:00”",
		"happened_at_text=tomorrow+23":                          "Choose a time up to tomorrow, 25 Nov 10:30",
		"follow_up_due_text=in+2+weeks":                         "Tue 8 Dec 2026",
		"follow_up_due_text=yesterday":                          "Choose today or later",
		"follow_up_due_text=%FF":                                "",
		"happened_at_text=":                                     "", "": "",
	} {
		if got := strings.TrimSpace(ines.get("/times?"+query).want(200, "", "").html.Find("body").Text()); got != says {
			t.Errorf("%s says %q, want %q", query, got, says)
		}
	}
	s.as("Viewer").get("/times?happened_at_text=9").want(403, "", "")
}

// TestASentFormIsChangedToTheTimeItSays: the same form with another time offers to change what it made before.
func TestASentFormIsChangedToTheTimeItSays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org := s.Organization("Quay")
	page := ines.get(org)
	ines.submit(page, "#log .btn.pri", "subject", "Talk").to()
	again := ines.submit(page, "#log .btn.pri", "subject", "Talk", "when", "other", "happened_at_text", "yesterday 18:40").
		wantTexts(".versus .what", "When").wantTexts(".versus dd", "2026-11-24 10:30", "2026-11-23 18:40")
	ines.submit(again, "#log button[formaction]").to()
	s.WantOne("1 2026-11-23T17:40:00.000Z", "SELECT count(*) || ' ' || happened_at FROM interactions")
}

// TestAComposerChoosesOnlyWhoIsCertain: the only one, or who the newest interaction was with; never a former or archived one.
func TestAComposerChoosesOnlyWhoIsCertain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme := s.Organization("Acme")
	chosen := func(page, name string) {
		t.Helper()
		ines.get(page).wantTexts("#log-with option[selected]", name)
	}
	aaron, bea, zoe := s.Contact("Aaron", "Aardvark"), s.Contact("Bea", "Brown"), s.Contact("Zoe", "Zimmer")
	chosen(acme, "No contact")
	s.Link(acme, aaron, "relationship_status", "Former")
	chosen(acme, "No contact")
	s.Link(acme, bea)
	chosen(acme, "Bea Brown")
	s.Link(acme, zoe)
	chosen(acme, "No contact")
	s.Log(acme, zoe, "Talk", "happened_at", "2026-11-20T09:00:00Z")
	chosen(acme, "Zoe Zimmer")
	s.Log(acme, bea, "Earlier", "happened_at", "2026-11-19T09:00:00Z")
	chosen(acme, "Zoe Zimmer")
	s.Log(acme, aaron, "Former", "happened_at", "2026-11-21T09:00:00Z")
	chosen(acme, "No contact")
	s.Log(acme, zoe, "Again", "happened_at", "2026-11-22T09:00:00Z")
	s.Exec("UPDATE contacts SET is_active = 0 WHERE id = ?", key(zoe))
	chosen(acme, "Bea Brown") // the only one left
	s.Exec("UPDATE contacts SET is_active = 1 WHERE id = ?", key(zoe))
	s.Log(acme, "", "With nobody")
	chosen(acme, "No contact")

	// On a contact it is the main organization.
	brig := s.Organization("Brig")
	s.Link(brig, zoe)
	chosen(zoe, "Acme")
	s.Log(brig, zoe, "At Brig")
	chosen(zoe, "Acme")
	ines.post(acme+"/contacts/"+key(zoe), "relationship_status", "Former", "version", "1").want(303, "", "")
	chosen(zoe, "Brig")
}

// TestTheChoiceFollowsTheFirstLink that is made on the page.
func TestTheChoiceFollowsTheFirstLink(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager").viaHTMX()
	acme, bea, zoe := s.Organization("Acme"), s.Contact("Bea", "Brown"), s.Contact("Zoe", "Zimmer")
	const follows = "hx-partial[hx-target='#log-with-field'] option[selected]"
	ines.post(acme+"/contacts", "contact_id", key(bea)).want(200, follows, "Bea Brown")
	ines.post(acme+"/contacts", "contact_id", key(zoe)).want(200, follows, "No contact")
	ines.post(acme+"/contacts/"+key(zoe)+"/unlink", "version", "1").want(200, follows, "Bea Brown")
}
