package handlers_test

import (
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers"
)

// changeToMine is the button by which a form that came twice changes what the first one made.
const changeToMine = "button[formaction]:not(.i-trash, .i-unlink)"

// TestAFormThatSaysSomethingElseTheSecondTime: the answer to a save is lost, the person corrects a
// word and saves again. They see the stored and the typed values, nothing changes until they
// choose, and each choice does what it says.
func TestAFormThatSaysSomethingElseTheSecondTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org, contact, other := s.Organization("Acme"), s.Contact("Elif", "Aydın"), s.Contact("Maya", "Okafor")
	zoe := s.Contact("Zoe", "Zimmer")
	s.Link(org, zoe)
	for what, f := range map[string]struct {
		path, count     string // the query counts the rows with a value
		column          string
		first, second   string
		form            []string
		changes, ofPart bool
	}{
		"organization": {
			"/organizations", "organizations WHERE sector", "sector", "Retail", "Media", []string{"display_name", "Beta"}, true, false,
		},
		"contact": {
			"/contacts", "contacts WHERE job_title", "job_title", "CFO", "CEO",
			[]string{"first_name", "A", "last_name", "B", "email", "a@b.example"},
			true, false,
		},
		"call": {
			org + "/interactions", "interactions WHERE subject", "subject", "Offered 10 %",
			"Offered 15 %",
			[]string{"channel", "call", "contact_id", key(zoe), "body", "a\r\nb"},
			true, true,
		},
		"call with a person": {
			contact + "/interactions", "interactions WHERE outcome", "outcome",
			"No answer", "Closed won",
			[]string{"channel", "call", "subject", "x"},
			true, true,
		},
		"next step": {
			org + "/interactions", "follow_ups WHERE done_at IS NULL AND text", "follow_up_text", "Send it",
			"Send it all",
			[]string{"channel", "note", "subject", "y", "follow_up_due_on", "2026-11-30"},
			true, true,
		},
		"link": {
			org + "/contacts", "organization_contact WHERE role_label", "role_label",
			"Advisor", "Board member",
			[]string{"contact_id", key(contact)},
			true, true,
		},
		"link to another": {
			contact + "/organizations", "organization_contact WHERE role_label", "role_label", "x", "y",
			[]string{"display_name", "New place"},
			true, true,
		},
		"link to somebody new": {
			org + "/contacts", "contacts WHERE last_name", "last_name", "Person", "Persson", []string{"first_name", "New"}, true, true,
		},
		"follow-up": {
			"/follow-ups", "follow_ups WHERE text", "text", "Call them",
			"Write to them",
			[]string{"due_on", "2026-11-30", "organization_id", key(org)},
			true, true,
		},
		"view": {
			"/views", "saved_views WHERE name", "name", "Retailers", "Shops",
			[]string{"list", "organizations", "query", "sector=Retail"},
			true, false,
		},
	} {
		manners := []*browser{ines}
		if f.ofPart {
			manners = append(manners, ines.viaHTMX())
		}
		for i, by := range manners {
			if what == "link" && i > 0 {
				continue // they are already linked
			}
			count := func(value string) string {
				return s.One("SELECT count(*) FROM "+f.count+" = ?", value)
			}
			request := handlers.NewRequestID()
			send := func(value string) answer {
				return by.post(f.path, append([]string{"request_id", request, f.column, value}, f.form...)...)
			}
			if a := send(f.first); a.StatusCode != 303 && a.StatusCode != 200 {
				t.Fatalf("%s: %d", what, a.StatusCode)
			}
			was, had := count(f.first), count(f.second)
			var told answer
			s.unchanged(func() {
				told = send(f.second).want(409, ".warnline", "This form has already been sent").
					wantTexts(".versus dd", f.first, f.second).wantFragment(by != ines)
			})
			if told.html.Find("[name=request_id]").AttrOr("value", request) == request {
				t.Errorf("%s: the form keeps its request_id", what)
			}
			if f.changes {
				ines.submit(told, changeToMine).want(303, "", "")
				if now := count(f.second); now == had {
					t.Errorf("%s: what is stored was not changed", what)
				}
			}
			had = count(f.second)
			// The other choice makes one more, except for a link to the same person.
			another := ines.submit(told, "button[name=another]")
			switch {
			case what == "link":
				another.want(422, ".err", "already linked to Acme")
			case what == "contact":
				another.want(422, ".found", "A B") // the email is taken
			default:
				another.want(303, "", "")
				if now := count(f.second); now == had {
					t.Errorf("%s: another was not made", what)
				}
			}
			if was != count(f.first) && !f.changes {
				t.Errorf("%s: the first is gone", what)
			}
		}
	}
	// If the first one was deleted since, it is made.
	request := handlers.NewRequestID()
	log := func(subject string) answer {
		return ines.post(other+"/interactions", "channel", "call", "subject", subject, "request_id", request)
	}
	log("First").want(303, "", "")
	ines.post("/interactions/"+s.One("SELECT id FROM interactions WHERE subject = 'First'")+"/delete", "version", "1").want(303, "", "")
	log("Second").want(303, "", "")
	s.WantOne("1", "SELECT count(*) FROM interactions WHERE subject = 'Second'")
}

// TestAFormSentBeforeForWhatIsOutOfSight keeps what was typed, reveals nothing of what the first
// one made, and can still make another.
func TestAFormSentBeforeForWhatIsOutOfSight(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lea, ines := s.person("Lea", "Manager"), s.person("Ines", "Manager")
	s.Own(lea.user, db.ViewClient, db.EditClient, db.ViewInteraction, db.EditInteraction)
	acme, beta, zoe := s.Organization("Acme"), s.Organization("Beta"), s.Contact("Zoe", "Zimmer")
	s.Link(beta, zoe)
	give := func(to string) {
		s.Exec("UPDATE contacts SET owner_user_id = ?", to)
		s.Exec("UPDATE organizations SET owner_user_id = ? WHERE id <> ?", to, key(beta))
	}
	s.Exec("UPDATE organizations SET owner_user_id = ?", lea.user.ID)
	for what, f := range map[string]struct {
		first, second, column string
		form                  []string
	}{
		"organization": {"/organizations", "/organizations", "display_name", []string{"owner_user_id", lea.user.ID}},
		"call":         {acme + "/interactions", beta + "/interactions", "subject", []string{"channel", "call"}},
		"link":         {acme + "/contacts", beta + "/contacts", "role_label", []string{"contact_id", key(zoe)}},
	} {
		give(lea.user.ID)
		form := append([]string{"request_id", handlers.NewRequestID()}, f.form...)
		lea.post(f.first, append([]string{f.column, "Secret plans"}, form...)...).want(303, "", "")
		lea.get("/account") // takes the pending message
		give(ines.user.ID)
		var told answer
		s.unchanged(func() {
			told = lea.post(f.second, append([]string{f.column, "What I typed"}, form...)...).
				want(409, ".warnline", "you can no longer see").wantValue("[name="+f.column+"]", "What I typed").wantNot(changeToMine)
		})
		if strings.Contains(told.body, "Secret") {
			t.Errorf("%s: they are told what they do not see", what)
		}
		another := lea.submit(told, "button[name=another]")
		if what == "link" {
			another.want(422, ".err", "already linked to Beta")
		} else {
			another.want(303, "", "")
		}
	}
}

// TestARepeatedLinkAndItsNewEndAreChangedTogether: all that was typed is stored, or nothing of it, and
// then it stays in the form.
func TestARepeatedLinkAndItsNewEndAreChangedTogether(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme := s.Organization("Acme")
	ines.post("/contacts", "first_name", "Maya", "last_name", "Okafor", "email", "maya@a.example").want(303, "", "")
	request := handlers.NewRequestID()
	link := func(last, email, role string) answer {
		return ines.post(acme+"/contacts", "request_id", request, "first_name", "Zoe", "last_name", last, "email", email, "role_label", role)
	}
	link("Zimmer", "", "CFO").want(303, "", "")
	told := link("Zimmermann", "zoe@a.example", "CEO").want(409, ".warnline", "created Zoe Zimmer").
		wantTexts(".versus dd", "Zimmer", "Zimmermann", "empty", "zoe@a.example", "CFO", "CEO")
	taken := link("Zimmermann", "maya@a.example", "CEO").want(409, "", "")

	s.unchanged(func() { // not the role either
		taken = ines.submit(taken, changeToMine).want(422, ".found", "Maya Okafor").wantValue("[name=email]", "maya@a.example").
			want(422, changeToMine, "Change it to mine")
	})
	zoe := s.One("SELECT id FROM contacts WHERE first_name = 'Zoe'")
	ines.post("/contacts/"+zoe+"/fields/last_name", "value", "Zimmerli", "version", "1").want(303, "", "")
	s.unchanged(func() {
		told = ines.submit(told, changeToMine).
			want(409, ".versus", "Zimmerli").wantValue("[name=last_name]", "Zimmermann").wantValue("[name=role_label]", "CEO")
	})
	ines.submit(told, changeToMine).want(303, "", "")
	s.WantOne("Zimmermann zoe@a.example CEO", `
		SELECT last_name || ' ' || email || ' ' || role_label
		FROM contacts JOIN organization_contact ON contact_id = id WHERE first_name = 'Zoe'`)
	s.WantOne("1", "SELECT count(*) FROM contacts WHERE first_name = 'Zoe'")
	again := link("Zimmer", "", "Chair").want(409, "", "")
	ines.post(acme+"/contacts/"+zoe+"/unlink", "version", "2").want(303, "", "")
	s.unchanged(func() {
		ines.submit(again, changeToMine).want(409, ".err", "removed in the meantime").wantValue("[name=role_label]", "Chair").
			wantValue("[name=last_name]", "Zimmer")
	})
	ines.post(acme+"/contacts", "contact_id", zoe).want(303, "", "")
	for _, version := range []string{"0", "x", "99"} {
		s.unchanged(func() {
			a := ines.post(acme+"/contacts/"+zoe, "version", "2", "record_version", version, "last_name", "No", "role_label", "No")
			if a.StatusCode != 422 && a.StatusCode != 409 && a.StatusCode != 400 {
				t.Errorf("record_version %s: %d", version, a.StatusCode)
			}
		})
	}
}

// TestAnInvitationThatSaysSomethingElseTheSecondTime is not lost: the roles can be changed to those
// typed now; another name or email can be another person's.
func TestAnInvitationThatSaysSomethingElseTheSecondTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	invite := func(request, name, email string, roles ...string) answer {
		form := []string{"request_id", request, "full_name", name, "email", email}
		for _, role := range roles {
			form = append(form, "role", role)
		}
		return ines.post("/admin/users", form...)
	}
	request := handlers.NewRequestID()
	link := invite(request, "Sam Okoye", "sam@a.example", "Viewer").want(200, "#one-time-link", "").html.Find("#one-time-link code").Text()
	again := invite(request, "Sam Okoye", "sam@a.example", "Viewer").want(200, "#one-time-link", "").html.Find("#one-time-link code").Text()
	if link == again {
		t.Error("the link of a form that is sent twice is an old one")
	}
	s.WantOne("1", "SELECT count(*) FROM users WHERE email = 'sam@a.example'")

	var told answer
	s.unchanged(func() {
		told = invite(request, "Sam Okoye", "sam@a.example", "Viewer", "Manager").
			want(409, ".warnline", "created Sam Okoye").wantTexts(".versus dd", "Viewer", "Manager, Viewer")
	})
	ines.submit(told, changeToMine).want(303, "", "")
	s.WantOne("2", "SELECT count(*) FROM user_role JOIN users ON users.id = user_id WHERE email = 'sam@a.example'")

	s.unchanged(func() {
		told = invite(request, "Sam Okoye", "sam.okoye@a.example", "Viewer").want(409, ".warnline", "created Sam Okoye").
			wantTexts(".versus dd", "sam@a.example", "sam.okoye@a.example", "Manager, Viewer", "Viewer").
			wantValue("[name=email]", "sam.okoye@a.example").wantNot("[formaction]")
	})
	ines.submit(told, "button[name=another]").want(200, "#one-time-link", "Sam Okoye")
	told = invite(request, "Toni Okoro", "toni@a.example", "Viewer").want(409, "", "")
	ines.submit(told, "button[name=another]").want(200, "#one-time-link", "")

	s.Exec("UPDATE users SET status = 'active' WHERE email = 'sam@a.example'")
	s.unchanged(func() { invite(request, "Sam Okoye", "sam@a.example", "Viewer").want(303, "", "") })
}

// TestARoleThatSaysSomethingElseTheSecondTime is not made twice, and can be changed to what was typed.
func TestARoleThatSaysSomethingElseTheSecondTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	request := ines.get("/admin/roles/new").html.Find("[name=request_id]").AttrOr("value", "")
	create := func(form ...string) answer {
		return ines.post("/admin/roles", append([]string{"request_id", request, "name", "Auditor", "client_scope", "all"}, form...)...)
	}
	create("permission", "ViewClient").want(303, "", "")
	s.unchanged(func() { create("permission", "ViewClient").want(303, "", "") })

	var told answer
	s.unchanged(func() {
		told = create("permission", "ViewClient", "permission", "ViewAudit", "description", "Reads").
			want(409, ".warnline", "created Auditor").wantTexts(".versus dd", "empty", "Reads", "No", "Yes").
			want(409, "textarea[name=description]", "Reads")
	})
	ines.submit(told, changeToMine).want(303, "", "")
	s.WantOne("Reads", "SELECT description FROM roles WHERE name = 'Auditor'")
	s.WantOne("2", "SELECT count(*) FROM role_permission JOIN roles ON roles.id = role_id WHERE name = 'Auditor'")

	told = create("slug", "checker").want(409, "", "").wantNot("[formaction]")
	ines.submit(told, "button[name=another]").want(422, "#name-e", "")
	s.Exec("DELETE FROM roles WHERE name = 'Auditor'")
	create("slug", "checker").want(303, "", "") // the first is gone, so this one is made
	s.WantOne("1", "SELECT count(*) FROM roles WHERE slug = 'checker'")
}

// TestABatchThatSaysSomethingElseTheSecondTime is previewed again as a new batch.
func TestABatchThatSaysSomethingElseTheSecondTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme, request := s.Organization("Acme"), handlers.NewRequestID()
	send := func(sector string) answer {
		return ines.post("/organizations/batch", "id", key(acme), "action", "set_sector", "sector", sector, "confirm", "1", "request_id", request)
	}
	send("Retail").want(303, "", "")
	s.unchanged(func() { send("Retail").want(303, "", "") })
	var told answer
	s.unchanged(func() {
		told = send("Media").want(409, "#batch-e", "What is below has not been done yet").want(409, "h2", "Media")
	})
	ines.submit(told, confirm).want(303, "", "")
	s.WantOne("Media", "SELECT sector FROM organizations")
}
