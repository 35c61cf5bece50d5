package handlers_test

import (
	"strings"
	"testing"
	"time"

	"clientregistry/db"
)

func TestHomeShowsWhereOneLeftOff(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
	s.Exec("UPDATE users SET first_steps_closed = 1")
	org := ines.post("/organizations", "display_name", "Quay", "sector", "Retail", "owner_user_id", ines.user.ID).to()
	s.Organization("Pier", "owner_user_id", ines.user.ID)
	s.Organization("Not theirs")
	s.Clock.Add(60e9)
	elif := ines.post("/contacts", "first_name", "Elif", "last_name", "Aydın").to()
	s.Link(org, elif)
	ines.get("/").want(200, "#quiet-h", "Quiet clients").wantNot("section[aria-labelledby=quiet-h] .nm")
	s.Clock.Add(31 * 24 * time.Hour)
	ines.signIn()
	jonas.signIn()
	ines.get("/").wantTexts("section[aria-labelledby=quiet-h] .nm", "Quay", "Pier").
		want(200, "section[aria-labelledby=quiet-h]", "Retail · 1 contact")
	ines.post(org+"/interactions", "channel", "note", "subject", "Remember", "contact_id", key(elif)).want(303, "", "")
	home := ines.get("/")
	home.wantTexts("section[aria-labelledby=touched-h] .nm", "Quay", "Elif Aydın").
		wantTexts("section[aria-labelledby=touched-h] small", "You added a note · Remember", "You created this contact")
	home.wantTexts("section[aria-labelledby=quiet-h] .nm", "Pier").want(200, "section[aria-labelledby=quiet-h]", "Never contacted")
	home.want(200, "section[aria-labelledby=today-h] p", "Inès Moreau added a note about Elif Aydın, Quay")
	jonas.get("/").want(200, "section[aria-labelledby=today-h]", "Remember").
		want(200, "section[aria-labelledby=touched-h]", "What you change or log appears here").wantNot("section[aria-labelledby=quiet-h] .nm")
	s.as("Viewer").get("/").want(200, "section[aria-labelledby=today-h]", "Remember").
		wantNot("section[aria-labelledby=touched-h]").wantNot("#new").wantNot("a[href='/contacts/new']")
}

// TestNoPermissionNoData: people who may see clients but no interactions find no trace of
// interactions; people who may see nothing are told so.
func TestNoPermissionNoData(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	ines := s.as("Manager")
	ines.post(w.org+"/interactions", "channel", "call", "subject", "Secret talk",
		"contact_id", key(w.contact), "outcome", "Secret outcome").want(303, "", "")
	s.Exec("UPDATE organizations SET owner_user_id = ?", ines.user.ID)
	s.Organization("Aardvark")
	clerk := s.as(s.Role("Clerk", db.ViewClient, db.EditClient, db.EditInteraction, db.ViewAudit))
	reader := s.as(s.Role("Reader", db.ViewClient))
	s.Exec("UPDATE organizations SET owner_user_id = ? WHERE display_name = 'Aardvark'", clerk.user.ID)

	for _, b := range []*browser{clerk, reader} {
		for _, path := range []string{
			"/", w.org, w.contact, "/organizations", "/contacts", "/organizations?sort=-last_contact",
			"/contacts?sort=last_contact", "/search?q=secret", "/search?q=harbor",
			w.org + "/contacts", w.contact + "/organizations", w.org + "/fields/sector", w.org + "/history",
			w.contact + "/history", "/organizations/options?q=h", "/contacts/options?q=e", "/account",
		} {
			for _, b := range []*browser{b, b.viaHTMX(), b.boosted(), b.back()} {
				a := b.get(path)
				if a.StatusCode == 403 && b.user.ID == reader.user.ID && strings.HasSuffix(path, "/history") {
					continue
				}
				a.want(200, "", "").wantNot("a[href^='/interactions'], #timeline h4, #log, #log-with, .c-last, [aria-labelledby=today-h], " +
					"[aria-labelledby=quiet-h], #show-timeline")
				for _, hint := range []string{
					"Secret", "Renewal", "Last contact", "contact with them yet", "last_contact", "logged a", "Never contacted",
				} {
					if strings.Contains(a.body, hint) {
						t.Errorf("%s as %s tells %q:\n%s", a.what, b.user.FullName, hint, a.shown())
					}
				}
			}
		}
	}
	// Sorting by last contact would reveal contacts.
	reader.get("/organizations?sort=-last_contact").wantTexts("#rows .nm", "Aardvark", "Harbor & Pine", "Word & Co").
		want(200, "th[aria-sort]", "Name")
	clerk.get(w.org+"/history").want(200, "#activity", "linked").wantNot("#show-timeline")
	for _, path := range []string{w.interaction, w.org + "/interactions", "/interactions", w.interaction + "/edit"} {
		for _, b := range []*browser{clerk, reader} {
			b.get(path).want(403, "h1 + p", "Missing permission: ")
			b.viaHTMX().get(path).want(403, "body", "Missing permission: ")
		}
	}
	// After editing a field, the line under the name omits the last contact as well.
	if a := clerk.viaHTMX().post(w.org+"/fields/sector", "value", "Energy", "version", "1").
		want(200, "", ""); strings.Contains(a.body, "contact") &&
		strings.Contains(a.html.Find("hx-partial[hx-target='#meta']").Text(), "ontact") {
		t.Errorf("the line under the name tells the last contact: %s", a.body)
	}

	nobody := s.as(s.Role("Nobody", db.ManageUsers, db.ViewAudit, db.ExportClient, db.ViewInteraction, db.EditClient, db.EditInteraction))
	home := nobody.get("/").want(200, ".empty h2", "Nothing to see yet").
		wantNot("#main a, a[href^='/organizations'], a[href^='/contacts'], a[href^='/interactions'], #search-open")
	if strings.Contains(home.body, "Harbor") {
		t.Error("home tells of clients")
	}
	refused := nobody.get(w.org).want(403, "h1 + p", "Missing permission: ViewClient").want(403, ".dom", "Yours: Nobody").
		want(403, ".dom", "In roles it is called “See organizations and contacts”.")
	if strings.Contains(refused.body, "Harbor") {
		t.Error("the refusal tells the name")
	}
	// A refusal is the same whether the record exists or not.
	if a, b := nobody.get(w.org).shown(), nobody.get("/organizations/"+strings.Repeat("0", 8)+"-0000-0000-0000-000000000000").shown(); a != b {
		t.Errorf("the refusal tells what exists:\n%s\n%s", a, b)
	}
}

// TestARightTakenAwayIsGoneAtTheNextRequest: without a new sign-in.
func TestARightTakenAwayIsGoneAtTheNextRequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org := s.Organization("Quay")
	ines.get(org).want(200, "#edit", "")
	s.Exec("UPDATE user_role SET role_id = (SELECT id FROM roles WHERE slug = 'Viewer')")
	ines.get(org).want(200, "h1", "Quay").wantNot("#edit")
	ines.post(org+"/archive", "version", "1").want(403, "h1 + p", "Missing permission: EditClient")
	s.Exec("DELETE FROM user_role")
	ines.get(org).want(403, "h1 + p", "Missing permission: ViewClient")
	s.Exec("UPDATE users SET status = 'disabled'")
	ines.get(org).want(303, "", "")
}

// TestCardsOfHome: each can be hidden and shown again, and its tabs change it alone.
func TestCardsOfHome(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
	s.Exec("UPDATE users SET first_steps_closed = 1")
	s.Organization("Quay", "owner_user_id", ines.user.ID)
	s.Clock.Add(61 * 24 * time.Hour)
	ines.signIn()
	jonas.signIn()
	home := ines.get("/").wantTexts("#cards label", "My follow-ups", "Where you left off", "Quiet clients", "Today in the team", "Charts")
	for name, part := range map[string]string{
		"follow-ups": "#follow-ups", "quiet": "#quiet", "touched": "#touched", "today": "[aria-labelledby=today-h]", "chart": "#chart",
	} {
		home.want(200, part, "")
		var others []string
		for _, other := range []string{"follow-ups", "quiet", "touched", "today", "chart"} {
			if other != name {
				others = append(others, "card", other)
			}
		}
		ines.post("/account/home", others...).to()
		ines.get("/").wantNot(part).want(200, "#cards [value='"+name+"']:not([checked])", "")
		jonas.get("/").want(200, part, "")
	}
	ines.post("/account/home").to()
	ines.get("/").wantNot(".card").want(200, ".empty h2", "All cards are hidden")
	ines.post("/account/home", "card", "quiet", "card", "chart", "card", "unknown", "view", "unknown").to()
	ines.get("/").wantNot("#touched").want(200, "#quiet", "Quay").want(200, "#chart", "")
	s.WantOne("0", "SELECT count(*) FROM audit_logs WHERE action LIKE '%home%'")

	ines.get("/?quiet=90&chart=months").want(200, "#quiet [aria-current]", "90 days").wantNot("#quiet .nm").
		want(200, "#chart [aria-current]", "New clients").want(200, "#quiet a[href='/?chart=months&quiet=60']", "60")
	ines.get("/?quiet=7&chart=nothing").want(200, "#quiet [aria-current]", "30").want(200, "#chart [aria-current]", "New clients")
	alone := ines.viaHTMX().get("/?card=quiet&quiet=60&chart=months").want(200, "#quiet [aria-current]", "60").
		want(200, "#quiet .nm", "Quay").wantNot("h1, #chart")
	if to := alone.Header.Get("HX-Replace-Url"); to != "/?chart=months&quiet=60" {
		t.Errorf("the page's address becomes %s", to)
	}
	ines.viaHTMX().get("/?card=chart&chart=owners").want(200, "#chart #owners-h", "").wantNot("h1, #quiet")
}

// TestAViewOnHome shows its first rows, as far as the visitor sees them.
func TestAViewOnHome(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	ines := s.as("Manager")
	own := s.Role("Own", db.ViewClient, db.ViewInteraction)
	s.Exec("UPDATE roles SET client_scope = 'own' WHERE slug = ?", own)
	lea := s.as(own)
	for _, name := range []string{"A", "B", "C", "D", "E", "F"} {
		s.Organization(name, "sector", "Media")
	}
	s.Organization("Own", "sector", "Media", "owner_user_id", lea.user.ID)
	s.Log(w.org, w.contact, "Hello there")
	list := ines.post("/views", "list", "organizations", "query", "sector=Media&sort=-display_name", "name", "Papers", "shared", "1").to()
	papers := s.One("SELECT id FROM saved_views WHERE name = 'Papers'")
	talks := ines.post("/views", "list", "interactions", "query", "channel=call", "name", "Calls").to()
	calls := s.One("SELECT id FROM saved_views WHERE name = 'Calls'")

	page := ines.get(list).want(200, "#view-menu", "Show on Home")
	back := ines.submit(page, "#view-menu [name=on]").to()
	ines.get(back).want(200, "#toasts", "Home shows Papers").want(200, "#view-menu", "Remove from Home")
	ines.submit(ines.get(talks), "#view-menu [name=on]").to()
	home := ines.get("/").wantTexts("#view-"+papers+" .nm", "Own", "F", "E", "D", "C").want(200, "#view-"+papers+" small", "Media").
		wantTexts("#view-"+calls+" .nm", "Hello there", "Renewal agreed").want(200, "#view-"+papers+" header a[href='"+list+"']", "See all")
	home.wantTexts("#cards label bdi", "Calls", "Papers")

	lea.post("/account/home/views", "view", papers, "on", "1").to()
	lea.get("/").wantTexts("#view-"+papers+" .nm", "Own")
	lea.post("/account/home/views", "view", calls, "on", "1").want(404, "", "") // somebody else's
	s.Exec("UPDATE roles SET client_scope = 'all' WHERE slug = ?", own)
	s.Exec("DELETE FROM role_permission WHERE role_id = (SELECT id FROM roles WHERE slug = ?) AND permission_id = "+
		"(SELECT id FROM permissions WHERE slug = 'ViewInteraction')", own)
	lea.get("/").wantTexts("#view-"+papers+" .nm", "Own", "F", "E", "D", "C").wantNot("#view-" + papers + " .due time")

	ines.post("/account/home", "card", "chart", "view", papers).to()
	ines.get("/").want(200, "#view-"+papers, "").wantNot("#view-" + calls)
	for _, view := range []string{"mine", "quiet", calls} {
		ines.post("/account/home/views", "view", view, "on", "1").to()
	}
	ines.post("/views", "list", "contacts", "query", "status=all", "name", "People").to()
	people := s.One("SELECT id FROM saved_views WHERE name = 'People'")
	ines.post("/account/home/views", "view", people, "on", "1").want(422, "body", "Home has 4 views; remove one first")
	ines.post("/views/" + papers + "/delete").to()
	ines.get("/").wantNot("#view-" + papers)
	ines.post("/account/home/views", "view", people, "on", "1").to() // what was deleted takes no room
	ines.get("/").wantTexts("#view-"+people+" .nm", "Elif Aydın")
}
