package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// TestLoggingLinksWhoIsNotLinkedYet, in one transaction, from both sides.
func TestLoggingLinksWhoIsNotLinkedYet(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme, bea, zoe := s.Organization("Acme"), s.Contact("Bea", "Brown"), s.Contact("Zoe", "Zimmer")
	page := ines.get(acme)
	s.unchanged(func() {
		ines.submit(page, "#log .btn.pri", "subject", "", "contact", "zoe zimmer").want(422, "#log-with option[selected]", "Zoe Zimmer").
			want(422, "#log-with-field .hint", "Not linked yet; logging links them")
		ines.submit(page, "#log .btn.pri", "subject", "x", "contact_id", key(acme)).want(422, "#log-with-e", "from the list")
	})
	ines.submit(page, "#log .btn.pri", "subject", "Talk", "contact", "zoe zimmer").to()
	s.WantOne("1", "SELECT count(*) FROM interactions WHERE contact_id = ?", key(zoe))
	s.WantOne("Active", "SELECT metadata ->> 'relationship_status' "+
		"FROM audit_logs WHERE action = 'link_contact' AND metadata ->> 'contact_id' = ?", key(zoe))
	ines.viaHTMX().submit(ines.get(bea), "#log .btn.pri", "subject", "Talk", "organization_id", key(acme)).
		want(200, "hx-partial[hx-target='#links'] .nm", "Acme")
	s.WantOne("2", "SELECT count(*) FROM organization_contact")

	// Who is linked already stays as they are, former too.
	s.Exec("UPDATE organization_contact SET relationship_status = 'Former', is_main = 0 WHERE contact_id = ?", key(zoe))
	ines.submit(ines.get(acme), "#log .btn.pri", "subject", "Again", "contact_id", key(zoe)).to()
	s.WantOne("Former", "SELECT relationship_status FROM organization_contact WHERE contact_id = ?", key(zoe))

	// Without the right to edit clients nothing is linked.
	s.Exec("DELETE FROM role_permission WHERE permission_id = (SELECT id FROM permissions WHERE slug = 'EditClient')")
	anna := s.Contact("Anna", "Berg")
	jonas := s.as("Manager")
	jonas.submit(jonas.get(acme), "#log .btn.pri", "subject", "Logged only", "contact", "Anna Berg").to()
	s.WantOne("1", "SELECT count(*) FROM interactions WHERE contact_id = ?", key(anna))
	s.WantOne("2", "SELECT count(*) FROM organization_contact")
}

// TestANameThatIsNotClearIsAskedAbout, with what was typed, and somebody is chosen.
func TestANameThatIsNotClearIsAskedAbout(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme := s.Organization("Acme")
	maja := s.Contact("Maja", "Berg", "job_title", "Head of Purchasing")
	s.Contact("Marcus", "Nwosu")
	s.Link(acme, maja)
	page := ines.get(acme)
	var asked answer
	s.unchanged(func() {
		ines.submit(page, "#log .btn.pri", "subject", "Talk", "contact", "nobody <b>").
			want(422, "#log-with-e", "Nobody named nobody <b> was found").
			wantValue("#log-with-other", "nobody <b>").wantValue("#log-subject", "Talk").want(422, ".with details[open]", "")
		asked = ines.submit(page, "#log .btn.pri", "subject", "Talk", "when", "evening", "contact", "ma").
			want(422, "#log-with-e", "More than one fits ma").wantValue("#log-with-other", "ma").wantValue("[name=when][checked]", "evening").
			wantTexts("#log-with option[selected]", "No contact")
		ines.submit(asked, "#log .btn.pri").want(422, "#log-with-e", "More than one fits ma") // nobody was chosen
		ines.submit(page, "#log .btn.pri", "subject", "Talk", "contact", "ma", "found", "ma", "contact_id", "").
			want(422, "#log-with-e", "More than one")
		// Nobody is chosen only because their name is similar.
		ines.submit(page, "#log .btn.pri", "subject", "Talk", "contact", "maja bregg").want(422, "#log-with-e", "Nobody named maja bregg")
		ines.submit(page, "#log .btn.pri", "subject", "Talk", "contact", "maja bergg").
			want(422, "#log-with-e", "Only similar names were found for maja bergg. Choose one here").
			wantTexts("#log-with option[selected]", "No contact")
	})
	ines.submit(asked, "#log .btn.pri", "contact_id", key(maja)).to()
	s.WantOne("1", "SELECT count(*) FROM interactions WHERE contact_id = ?", key(maja))
	ines.submit(page, "#log .btn.pri", "subject", "Other", "request_id", "", "contact", "marc").to()
	s.WantOne("2", "SELECT count(*) FROM organization_contact")
	brig := s.Organization("Brig")
	ines.submit(ines.get(maja), "#log .btn.pri", "subject", "x", "organization", "zzz").
		want(422, "#log-with-e", "No organization named zzz")
	ines.submit(ines.get(maja), "#log .btn.pri", "subject", "At Brig", "organization", "Brig").to()
	s.WantOne("1", "SELECT count(*) FROM interactions WHERE organization_id = ?", key(brig))
}

// TestManyAreFoundByTyping: those linked first, then others; the page lists twenty of them.
func TestManyAreFoundByTyping(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme := s.Organization("Acme")
	var last string
	for n := range 24 {
		last = s.Contact("Anna", fmt.Sprintf("Berg %c", 'A'+n))
		s.Link(acme, last, "role_label", "Advisor")
	}
	other := s.Contact("Berga", "Unlinked", "job_title", "CFO")
	gone := s.Contact("Berg", "Gone")
	s.Link(acme, gone)
	ines.post(gone+"/archive", "version", "1").want(303, "", "")
	s.Log(acme, last, "Talk")
	page := ines.get(acme).want(200, ".with.many .picked", "Anna Berg X").wantTexts("#log-with option[selected]", "Anna Berg X")
	if n := page.html.Find("#log-with option").Length(); n != 22 {
		t.Errorf("%d options", n)
	}
	options := "/contacts/options?with=" + url.QueryEscape(acme)
	asHTMX := ines.viaHTMX()
	asHTMX.get(options).want(200, ".lbl", "Linked here").want(200, "[role=option]", "There are more matches")
	asHTMX.get(options+"&contact=berg+x").wantTexts("[role=group]:first-child .opt bdi", "Anna Berg X", "Advisor").
		wantTexts(".make", "Create contact “berg x”")
	found := asHTMX.get(options+"&contact=berga").want(200, ".lbl", "Not linked yet; logging links them").want(200, ".opt", "Berga Unlinked")
	choose, _ := found.html.Find("#log-with-list-o0").Attr("hx-get")
	asHTMX.get(choose).want(200, "#log-with-field .picked", "Berga Unlinked").
		wantTexts("#log-with option[selected]", "Berga Unlinked").want(200, ".hint", "Not linked yet; logging links them")
	asHTMX.get(options+"&choose=").wantTexts("#log-with option[selected]", "No contact").wantNot(".picked")
	asHTMX.get(options+"&choose=nonsense").wantTexts("#log-with option[selected]", "No contact")
	asHTMX.get(options+"&contact=zzz").want(200, ".make", "Create contact “zzz”")
	asHTMX.get(options+"&as=log&choose=").want(404, "", "")
	asHTMX.get(options+"&further=<b>").want(404, "", "")
	asHTMX.get("/organizations/options?with="+url.QueryEscape(acme)).want(404, "", "")
	asHTMX.get("/contacts/options?with="+url.QueryEscape("/organizations/"+key(other))).want(404, "", "")
	s.as("Viewer").get(options).want(403, "", "")
	ines.submit(page, "#log .btn.pri", "subject", "With them", "contact_id", key(other)).to()
	s.WantOne("1", "SELECT count(*) FROM organization_contact WHERE contact_id = ?", key(other))
}

// TestTheChoiceFollowsTheLinks: among many too, it is drawn again, with what somebody chose or typed there.
func TestTheChoiceFollowsTheLinks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager").viaHTMX()
	acme := s.Organization("Acme")
	var last string
	for n := range 22 {
		last = s.Contact("Anna", fmt.Sprintf("Berg %c", 'A'+n))
		s.Link(acme, last)
	}
	s.Log(acme, last, "Talk")
	zoe, mia := s.Contact("Zoe", "Zimmer"), s.Contact("Mia", "Moss")
	const field = "hx-partial[hx-target='#log-with-field'] "
	linked := ines.post(acme+"/contacts", "contact_id", key(zoe)).want(200, field+".many .picked", "Anna Berg V")
	linked.want(200, field+"option", "Anna Berg V").wantValue("#log-with-chosen", "")
	unlink := func(who string, fields ...string) answer {
		version := s.One("SELECT version FROM organization_contact WHERE contact_id = ?", key(who))
		return ines.post(acme+"/contacts/"+key(who)+"/unlink", append(fields, "version", version)...)
	}
	for chosen, name := range map[string]string{"none": "No contact", key(mia): "Mia Moss", key(last): "Anna Berg V"} {
		a := unlink(zoe, "chosen", chosen, "contact", "mo")
		a.wantTexts(field+"option[selected]", name).wantValue("#log-with-chosen", chosen).wantValue("#log-with-other", "mo")
		ines.post(acme+"/contacts", "contact_id", key(zoe), "request_id", "").want(200, "", "")
	}
	unlink(last).wantTexts(field+"option[selected]", "No contact")

	// At twenty, who is linked stands in a choice again.
	for range 2 {
		unlink("/contacts/"+s.One("SELECT contact_id FROM organization_contact ORDER BY contact_id DESC LIMIT 1")).
			want(200, field+"select", "Berg A")
	}
	ines.get(acme).wantNot(".with.many")
}

// TestANameThatIsNotClearIsRefusedWithTheRest, and what is typed elsewhere stays.
func TestANameThatIsNotClearIsRefusedWithTheRest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme := s.Organization("Acme")
	s.Contact("Maja", "Berg")
	s.Contact("Marcus", "Nwosu")
	page := ines.get(acme)
	s.unchanged(func() {
		ines.submit(page, "#log .btn.pri", "subject", "", "contact", "ma",
			"participant", "nobody <b>", "when", "other", "happened_at_text", "soon",
			"follow_up_text", "Write", "due", "other", "follow_up_due_text", "never").
			want(422, "#log-with-e", "More than one fits ma").want(422, "#log-subject-e", "Say in a line").
			want(422, "#log-further-e", "Nobody named nobody <b> was found").wantValue("#log-further-other", "nobody <b>").
			want(422, "#log-at-e", "Enter a time").want(422, "#log-next-day-e", "Enter a day").wantValue("#log-next", "Write")
	})
}

// TestADraftIsToldOnlyWhomOneSees: what comes back with a draft is asked for by id, and the others have no name.
func TestADraftIsToldOnlyWhomOneSees(t *testing.T) {
	t.Parallel()
	mine, secret, b := ownWorld(t)
	for _, x := range []struct{ ask, field, shown string }{
		{"/contacts/options?with=" + mine.org + "&as=log-with&draft=1&contact_id=", "#log-with option[selected]", "Elif Aydın"},
		{"/contacts/options?with=" + mine.org + "&further=log&draft=1&participant_id=", "#log-further label", "Elif Aydın"},
		{"/follow-ups/clients?as=fu&draft=1&contact_id=", "#fu-picks label", "Elif Aydın"},
	} {
		b.viaHTMX().get(x.ask+key(mine.contact)).want(200, x.field, x.shown).wantFragment(true)
		a := b.viaHTMX().get(x.ask + key(secret.contact))
		if a.want(200, "*", ""); strings.Contains(a.body, "Secret") || strings.Contains(a.body, "Person") {
			t.Errorf("%s tells of it: %s", x.ask, a.body)
		}
	}
}
