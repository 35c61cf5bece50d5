package handlers_test

import (
	"strings"
	"sync"
	"testing"
)

// TestAMessageIsShownInTheTabThatMadeTheChange: two tabs share a session. Each shows what was done in it, also
// if the other one loads the same page in between.
func TestAMessageIsShownInTheTabThatMadeTheChange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	acme, birch := s.Organization("Acme"), s.Organization("Birch")
	one, other := *ines, *ines
	one.said, other.said = &sync.Map{}, &sync.Map{}

	if to := one.post(acme+"/archive", "version", "1").to(); to != acme {
		t.Fatalf("archiving leads to %s", to)
	}
	other.get(acme).want(200, "h1", "Acme").wantNot(".toast")
	other.get("/").wantNot(".toast")
	other.post(birch+"/archive", "version", "1").to()
	shown := one.get(acme).want(200, ".toast", "Archived Acme").want(200, ".toast form[action='"+acme+"/restore']", "Undo")
	one.get(acme).wantNot(".toast")
	other.get(birch).want(200, ".toast", "Archived Birch")

	undone := one.submit(shown, ".toast form button").to()
	other.get(undone).wantNot(".toast")
	one.get(undone).want(200, ".toast", "Restored Acme")
	one.get(acme+"?said="+strings.Repeat("x", 5000)).want(200, "h1", "Acme").wantNot(".toast")
}

// TestAMessageLeavesTheAddress: it is in no link of the page that shows it, and a form on that page that leads
// back to it names its own message.
func TestAMessageLeavesTheAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	acme := s.Organization("Acme")
	plan := func(from string) string {
		return ines.post("/follow-ups", "text", "Call", "due_on", "2026-11-24", "organization_id", key(acme), "from", from).to()
	}
	if to := plan(acme + "?said=AAAA"); to != acme {
		t.Errorf("it leads to %s", to)
	}
	page := ines.get(acme).want(200, ".toast", "")
	if strings.Contains(page.html.Find("a[href*='said=']").AttrOr("href", ""), "said=") {
		t.Error("a link repeats the message")
	}
}

// TestEveryChangeOffersUndo: where it is made, with and without a script.
func TestEveryChangeOffersUndo(t *testing.T) {
	t.Parallel()
	for _, script := range []bool{true, false} {
		s := newSite(t)
		acme, other := s.Organization("Acme", "sector", "Retail"), s.Organization("Birch")
		eva := s.Contact("Eva", "Lind", "email", "eva@x.example")
		s.Link(acme, eva, "role_label", "CFO")
		call := s.Log(acme, eva, "Renewal agreed")
		plain := s.Log(acme, eva, "Quote sent")
		plan := s.FollowUp(call, "Send the offer", "2026-11-26", "")
		mara := s.Contact("Mara", "Ruiz")
		ines := s.person("Inès Moreau", "Manager")
		if script {
			ines = ines.viaHTMX()
		}
		s.Exec("UPDATE interactions SET user_id = ?", ines.user.ID)
		const (
			organizations = "SELECT group_concat(concat_ws(' ', display_name, sector, tax_id), '|' ORDER BY id) FROM organizations WHERE is_active"
			contacts      = "SELECT group_concat(concat_ws(' ', first_name, email), '|' ORDER BY id) FROM contacts WHERE is_active"
			links         = "SELECT group_concat(concat_ws(' ', role_label, relationship_status), '|' ORDER BY role_label) FROM organization_contact"
			interactions  = "SELECT group_concat(concat_ws(' ', subject, happened_at, outcome, contact_id), '|' ORDER BY id) FROM interactions"
			everything    = "SELECT group_concat(concat_ws('/', subject, body, user_id, (SELECT group_concat(contact_id) " +
				"FROM interaction_contact WHERE interaction_id = interactions.id), text, due_on, due_time), '|' ORDER BY interactions.id) " +
				"FROM interactions LEFT JOIN follow_ups ON interaction_id = interactions.id AND cancelled_at IS NULL"
			followUps = "SELECT group_concat(concat_ws(' ', text, due_on, due_time), '|' ORDER BY id) FROM follow_ups WHERE cancelled_at IS NULL"
		)
		for _, x := range []struct {
			path, state, versionOf string
			form                   []string
		}{
			{"/organizations", organizations, "", []string{"display_name", "Newcomer"}},
			{"/contacts", contacts, "", []string{"first_name", "New", "last_name", "Comer"}},
			{acme, organizations, "organizations WHERE display_name = 'Acme'", []string{"sector", "Energy", "tax_id", "99"}},
			{eva, contacts, "contacts WHERE first_name = 'Eva'", []string{"first_name", "Other", "email", "other@x.example"}},
			{acme + "/fields/tax_id", organizations, "organizations WHERE display_name = 'Acme'", []string{"value", "99"}},
			{acme + "/archive", organizations, "organizations WHERE display_name = 'Acme'", nil},
			{
				acme + "/contacts/" + key(eva), links, "organization_contact",
				[]string{"role_label", "Chair", "relationship_status", "Former"},
			},
			{other + "/contacts", links, "", []string{"contact_id", key(eva)}},
			{acme + "/interactions", interactions, "", []string{"channel", "call", "subject", "Asked for a price"}},
			{
				call, interactions, "interactions WHERE subject = 'Renewal agreed'",
				[]string{"subject", "Refused", "happened_at", "2026-01-02T03:04", "outcome", "None"},
			},
			{
				call, everything, "interactions WHERE subject = 'Renewal agreed'",
				[]string{
					"body", "At length", "participant_id", key(mara), "user_id", s.as("Manager").user.ID,
					"follow_up_id", key(plan), "follow_up_version", "1",
					"follow_up_text", "Ask again", "due", "other", "follow_up_due_text", "2026-12-24",
				},
			},
			{plain, everything, "interactions WHERE subject = 'Quote sent'", []string{"follow_up_text", "Ask again", "due", "week"}},
			{call + "/delete", interactions, "interactions WHERE subject = 'Renewal agreed'", nil},
			{plain + "/follow-up", followUps, "", []string{"text", "Ask again", "due", "week"}},
			{"/follow-ups", followUps, "", []string{"text", "Ask again", "due", "week", "organization_id", key(acme)}},
			{plan, followUps, "follow_ups WHERE text = 'Send the offer'", []string{"text", "Ask again", "due_text", "2026-12-24 15:30"}},
		} {
			if x.versionOf != "" {
				x.form = append(x.form, "version", s.One("SELECT version FROM "+x.versionOf))
			}
			before := s.One(x.state)
			said := ines.post(x.path, x.form...)
			if said.StatusCode == 303 {
				said = ines.boosted().get(said.to())
			}
			after := s.One(x.state)
			ines.submit(said.want(200, ".toast form button", "Undo"), ".toast form button")
			if now := s.One(x.state); after == before || now != before {
				t.Errorf("%s (script %t): %q became %q, and %q when undone", x.path, script, before, after, now)
			}
		}
	}
}

// TestUndoOfAnInteractionSaysThatItsNewFollowUpStays, which was added with the change.
func TestUndoOfAnInteractionSaysThatItsNewFollowUpStays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	call := s.Log(s.Organization("Acme"), "", "Quote sent")
	ines := s.as("Manager").viaHTMX()
	said := ines.post(call, "version", "1", "subject", "Quote 18 sent", "follow_up_text", "Ask again", "due", "week").
		want(200, ".toast", "Call saved")
	ines.submit(said, ".toast form button").want(200, ".toast", "The call is as it was. The follow-up stays")
	s.WantOne("Quote sent Ask again", "SELECT subject || ' ' || text FROM interactions JOIN follow_ups ON interaction_id = interactions.id")
}

// TestUndoOfCreatingAndLinkingSaysWhatStays, as it only unlinks.
func TestUndoOfCreatingAndLinkingSaysWhatStays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, acme, eva := s.as("Manager").viaHTMX(), s.Organization("Acme"), s.Contact("Eva", "Lind")
	for path, stays := range map[string]string{
		acme + "/contacts": "Unlinked Zoe Zimmer. The contact stays", eva + "/organizations": "Unlinked Birch. The organization stays",
	} {
		linked := ines.post(path, "first_name", "Zoe", "last_name", "Zimmer", "display_name", "Birch").want(200, ".toast", "Created and linked")
		ines.submit(linked, ".toast form button").want(200, ".toast", stays)
	}
}

// TestAnUndoOfWhatOthersHaveChangedIsRefused with a message, with and without a script. Nothing is changed, and nothing but the
// message is shown.
func TestAnUndoOfWhatOthersHaveChangedIsRefused(t *testing.T) {
	t.Parallel()
	for _, script := range []bool{true, false} {
		s := newSite(t)
		acme, eva := s.Organization("Acme", "sector", "Retail"), s.Contact("Eva", "Lind")
		s.Link(acme, eva, "role_label", "CFO")
		call, link := s.Log(acme, eva, "Renewal agreed"), acme+"/contacts/"+key(eva)
		plan := s.FollowUp(call, "Send the offer", "2026-11-26", "")
		ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
		if script {
			ines = ines.viaHTMX()
		}
		for _, x := range []struct{ path, field, versionOf string }{
			{acme, "sector", "organizations"},
			{acme + "/fields/sector", "sector", "organizations"},
			{link, "role_label", "organization_contact"},
			{call, "subject", "interactions"},
			{plan, "text", "follow_ups"},
			{acme + "/interactions", "subject", ""},
			{eva + "/organizations", "role_label", ""},
			{"/contacts", "last_name", ""},
		} {
			form := []string{x.field, "Mine", "channel", "call", "first_name", "Zoe", "organization_id", key(s.Organization("Birch"))}
			if strings.HasSuffix(x.path, "/fields/sector") {
				form = []string{"value", "Mine"}
			}
			if x.versionOf != "" {
				form = []string{form[0], form[1], "version", s.One("SELECT version FROM " + x.versionOf + " ORDER BY version DESC")}
			}
			said := ines.post(x.path, form...)
			if said.StatusCode == 303 {
				said = ines.boosted().get(said.to())
			}
			action := said.want(200, ".toast form button", "Undo").html.Find(".toast form").AttrOr("action", "")
			s.changedByOthers(jonas, action)
			state := s.dump("audit_logs")
			undone := ines.submit(said, ".toast form button")
			if undone.StatusCode == 303 {
				undone = ines.boosted().get(undone.to())
			} else {
				undone.want(409, "", "").wantNot("form")
			}
			if undone.want(undone.StatusCode, ".toast", "Jonas Berg changed this meanwhile. It was not undone."); s.dump("audit_logs") != state {
				t.Errorf("the Undo of %s changed something", x.path)
			}
		}
	}
}

// changedByOthers changes what an Undo with this action is about.
func (s *site) changedByOthers(by *browser, action string) {
	s.t.Helper()
	parts := strings.Split(strings.Trim(action, "/"), "/")
	table := strings.ReplaceAll(parts[0], "-", "_")
	path, field, where := "/"+parts[0]+"/"+parts[1], map[string]string{
		"organizations": "sector", "contacts": "first_name", "interactions": "subject", "follow_ups": "text",
	}[table], "id = '"+parts[1]+"'"
	if len(parts) > 3 && parts[2] != "fields" {
		path, field, table = path+"/"+parts[2]+"/"+parts[3], "role_label", "organization_contact"
		where = "'" + parts[1] + parts[3] + "' IN (organization_id || contact_id, contact_id || organization_id)"
	}
	by.post(path, field, "Theirs "+action, "version", s.One("SELECT version FROM "+table+" WHERE "+where)).to()
}
