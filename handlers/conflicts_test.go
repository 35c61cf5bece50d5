package handlers_test

import "testing"

// TestEachFieldOfAFormIsDecidedByItself: only the fields that both changed are asked about. Those that one of them
// changed are merged, and nothing is saved before every field is decided.
func TestEachFieldOfAFormIsDecidedByItself(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ sector, taxID, stored string }{
		{"theirs", "yours", "Energy|J 2|Small|https://ines.example"},
		{"yours", "theirs", "Media|I 1|Small|https://ines.example"},
		{"theirs", "theirs", "Energy|I 1|Small|https://ines.example"},
	} {
		s := newSite(t)
		ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
		org := s.Organization("Acme", "sector", "Retail", "tax_id", "0", "website", "acme.example")
		form := jonas.get(org + "/edit")
		ines.post(org, "sector", "Energy", "tax_id", "I 1", "website", "ines.example", "version", "1").to()

		var told answer
		s.unchanged(func() {
			told = jonas.submit(form, "form.card button", "sector", "Media", "tax_id", "J 2", "size_band", "Small").
				want(409, ".warnline", "Choose for each field")
			told.wantTexts(".versus.choose small", "Theirs", "Yours", "Theirs", "Yours").
				wantTexts(".versus.choose span", "Energy", "Media", "I 1", "J 2").wantNot(".versus [checked]").
				wantValue("#size_band", "Small").wantValue("#website", "https://ines.example").wantNot("button[name^=keep_]")
			told = jonas.submit(told, "form.card .sm.pri").want(409, ".versus.choose", "Media")                // nothing is decided
			told = jonas.submit(told, "form.card .sm.pri", "keep_sector", "yours").want(409, ".versus", "J 2") // half of it is
		})
		jonas.submit(told, "form.card .sm.pri", "keep_sector", x.sector, "keep_tax_id", x.taxID).to()
		s.WantOne(x.stored, "SELECT sector || '|' || tax_id || '|' || size_band || '|' || website FROM organizations")
	}
}

// TestWhatSomebodyDecidedIsCheckedAgain: a field that changed once more since the conflict was shown is asked again.
func TestWhatSomebodyDecidedIsCheckedAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
	org := s.Organization("Acme", "sector", "Retail")
	form := jonas.get(org + "/edit")
	ines.post(org+"/fields/sector", "value", "Energy", "version", "1").to()
	told := jonas.submit(form, "form.card button", "sector", "Media", "tax_id", "J 2").want(409, ".versus", "Energy")
	ines.post(org+"/fields/sector", "value", "Power", "version", "2").to()
	s.unchanged(func() {
		jonas.submit(told, ".sm[value=yours]").want(409, ".versus", "Power")
		for _, base := range []string{"-1", "x", "0", "99999999999999999999"} {
			jonas.submit(told, ".sm[value=yours]", "keep_sector", "", "base", base).want(409, ".versus", "Power")
		}
	})
	jonas.submit(told, "[value=theirs]").to() // theirs, whatever it is by now, and the other field as it was typed
	s.WantOne("Power J 2", "SELECT sector || ' ' || tax_id FROM organizations")
}

// TestInlineEditorsDecideEachField: links, interactions with their next steps, and follow-ups.
func TestInlineEditorsDecideEachField(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
	link := w.org + "/contacts/" + key(w.contact)
	form := jonas.get(link + "/edit")
	ines.post(link, "role_label", "Chair", "relationship_status", "Former", "version", "1").to()
	told := jonas.submit(form, ".edit .btn.pri", "role_label", "Advisor", "relationship_status", "Prospect").
		want(409, ".versus.choose span", "Chair")
	jonas.submit(told, ".edit .btn.pri", "keep_role_label", "theirs", "keep_relationship_status", "yours").to()
	s.WantOne("Chair Prospect", "SELECT role_label || ' ' || relationship_status FROM organization_contact")

	form = jonas.get(w.interaction + "/edit")
	ines.post(w.interaction, "subject", "Agreed", "outcome", "Won", "version", "1").to()
	told = jonas.submit(form, ".edit .btn.pri", "subject", "Refused", "outcome", "Lost", "body", "More").
		want(409, ".versus.choose span", "Agreed")
	told = jonas.submit(told, ".edit .btn.pri").want(409, ".warnline", "Choose for each field")
	jonas.submit(told, ".edit .btn.pri", "keep_subject", "yours", "keep_outcome", "theirs").to()
	s.WantOne("Refused Won More", "SELECT subject || ' ' || outcome || ' ' || body FROM interactions")

	ines.post("/follow-ups", "text", "Call", "due_on", "2026-11-24", "organization_id", key(w.org)).to()
	path := "/follow-ups/" + s.One("SELECT id FROM follow_ups ORDER BY id DESC LIMIT 1")
	form = jonas.get(path)
	ines.post(path, "version", "1", "text", "Call them", "due_on", "2026-11-25").to()
	told = jonas.submit(form, "#follow-up-form .btn.pri", "text", "Write", "due", "other", "due_text", "27 Nov 2026").
		want(409, ".versus.choose span", "Call them")
	jonas.submit(told, "#follow-up-form .btn.pri", "keep_text", "yours", "keep_due_on", "theirs").to()
	s.WantOne("Write 2026-11-25", "SELECT text || ' ' || due_on FROM follow_ups WHERE id = ?", key(path))
}

// TestFormsOfAdministratorsDecideEachField: roles, webhooks and views, in the same way. Of ticked boxes there is nothing to
// decide: what one of them changed, stays.
func TestFormsOfAdministratorsDecideEachField(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Administrator"), s.person("Jonas Berg", "Administrator")
	hook, _ := ines.makeWebhook("https://hooks.example/0", "contact.created")
	ines.post("/views", "list", "organizations", "name", "Shops", "query", "sector=Retail", "shared", "1").to()
	view := "/views/" + s.One("SELECT id FROM saved_views")
	for _, x := range []struct {
		form, save, query   string
		theirs, mine, first []string // of what both change, first is decided first
		then                []string
		stored              string
	}{
		{
			form: s.RolePath("Viewer"), save: "main .btn.pri",
			query:  "SELECT concat_ws('|', name, description, client_scope, require_mfa) FROM roles WHERE name LIKE '%eaders'",
			theirs: []string{"name", "Readers", "description", "Theirs", "require_mfa", "true"},
			mine:   []string{"name", "My readers", "description", "Mine", "client_scope", "own"},
			first:  []string{"keep_name", "yours"}, then: []string{"keep_name", "yours", "keep_description", "theirs"},
			stored: "My readers|Theirs|own|1",
		},
		{
			form: hook + "/edit", save: ".acts .pri",
			query:  "SELECT url || '|' || events || '|' || is_active FROM webhooks",
			theirs: []string{"url", "https://hooks.example/1", "event", "contact.updated", "active", ""},
			mine:   []string{"url", "https://hooks.example/2", "event", "contact.archived"},
			first:  []string{"keep_url", "yours"}, then: []string{"keep_event", "theirs", "keep_url", "yours"},
			stored: "https://hooks.example/2|contact.updated|0",
		},
		{
			form: view, save: "main .btn.pri",
			query:  "SELECT name || '|' || query || '|' || shared FROM saved_views",
			theirs: []string{"name", "Theirs", "query", "sector=Media"},
			mine:   []string{"name", "Mine", "query", "sector=Energy", "shared", ""},
			first:  []string{"keep_query", "yours"}, then: []string{"keep_query", "yours", "keep_name", "theirs"},
			stored: "Theirs|sector=Energy|0",
		},
	} {
		form := jonas.get(x.form)
		ines.submit(ines.get(x.form), x.save, x.theirs...).want(303, "", "")
		s.unchanged(func() {
			told := jonas.submit(form, x.save, x.mine...).want(409, ".warnline", "Choose for each field").wantNot(".versus [checked]")
			told = jonas.submit(told, ".pri.sm").want(409, ".versus.choose", "")
			jonas.submit(told, ".pri.sm", x.first...).want(409, ".versus.choose", "")
		})
		told := jonas.submit(form, x.save, x.mine...)
		told = jonas.submit(told, ".pri.sm", x.first...)
		jonas.submit(told, ".pri.sm", x.then...).want(303, "", "")
		s.WantOne(x.stored, x.query)
	}
}
