package handlers_test

import (
	"strings"
	"testing"
)

// TestWhoLeftKeepsTheirName: a user whose account is disabled keeps their clients and follow-ups.
// Pages name them and say that they left.
func TestWhoLeftKeepsTheirName(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, lea := s.as("Administrator"), s.person("Léa Brun", "Manager")
	id, left := lea.user.ID, "Léa Brun (left)"
	acme, maya := s.Organization("Acme", "owner_user_id", id), s.Contact("Maya", "Okafor", "owner_user_id", id)
	lea.post(acme+"/interactions", "channel", "call", "subject", "Renewal", "contact_id",
		key(maya), "follow_up_text", "Send it", "follow_up_due_on", "2026-11-25").want(303, "", "")
	view := lea.post("/views", "list", "organizations", "name", "Theirs", "query", "owner="+id, "shared", "1").to()
	if menu := admin.get("/organizations"); strings.Contains(menu.body, "(left)") {
		t.Fatal("nobody left yet")
	}
	admin.post("/admin/users/"+id+"/disable").want(303, "", "")

	interaction := "/interactions/" + s.One("SELECT id FROM interactions")
	for path, selectors := range map[string][]string{
		"/organizations?owner=" + id:     {".chip b", "#rows"},
		"/contacts?owner=" + id:          {".chip b", "#rows"},
		"/interactions?user=" + id:       {".chip b"},
		"/follow-ups?show=all&who=" + id: {".chip b"},
		"/organizations":                 {"#f-owner label:has([value='" + id + "'])", "#rows"},
		"/contacts":                      {"#f-owner label:has([value='" + id + "'])"},
		"/interactions":                  {"#f-user label:has([value='" + id + "'])", "#timeline"},
		"/follow-ups?show=all":           {"#f-who label:has([value='" + id + "'])", "#steps"},
		view:                             {".chip b"},
		"/views/" + s.One("SELECT id FROM saved_views"):   {"main form p"},
		"/views/new?list=interactions&query=user%3D" + id: {"main form p"},
		acme:                                {"#fact-owner_user_id", "#timeline"},
		acme + "/edit":                      {"#owner_user_id option[selected]"},
		maya + "/fields/owner_user_id/edit": {"option[selected]"},
		interaction + "/edit":               {"[name=follow_up_assignee_id] option[selected]"},
		interaction:                         {"#activity"},
		"/admin/audit":                      {"main"},
		"/?chart=owners":                    {"[aria-labelledby=owners-h]", "[aria-labelledby=today-h]"},
		"/admin/audit?actor=" + id:          {".chip b"},
	} {
		a := admin.get(path)
		for _, selector := range selectors {
			a.want(200, selector, left)
		}
		if text := a.html.Find("main").Text(); strings.Contains(text, id) || strings.Contains(text, "Somebody who left") {
			t.Errorf("%s names them otherwise:\n%s", path, a.shown())
		}
	}
	// Saving a form leaves them as owner, but they cannot be given anything new.
	admin.submit(admin.get(acme+"/edit"), "main form .btn.pri", "sector", "Retail").want(303, "", "")
	s.WantOne(id, "SELECT owner_user_id FROM organizations")
	admin.get("/organizations/new").wantNot("#owner_user_id option[value='" + id + "']")
	admin.get(acme).wantNot("#log [name=follow_up_assignee_id] option[value='" + id + "']")

	// The filter offers them while they own something; one that is already set still names them.
	s.Exec("UPDATE organizations SET owner_user_id = NULL")
	s.Exec("UPDATE contacts SET owner_user_id = NULL")
	// so that the page is read again
	admin.post(acme+"/fields/website", "value", "acme.example", "version", s.One("SELECT version FROM organizations")).want(303, "", "")
	for _, list := range []string{"/organizations", "/contacts"} {
		admin.get(list).wantNot("#f-owner [value='" + id + "']")
		admin.get(list+"?owner="+id).want(200, ".chip b", left)
	}
	// An unknown user has no name, and their id is not shown.
	for _, filter := range []string{"/organizations?owner=", "/contacts?owner=", "/interactions?user=", "/admin/audit?actor="} {
		admin.get(filter+key(acme)).want(200, ".chip b", "A former colleague")
	}
}

// TestWhoLeftIsNotToldToThoseWhoSeeNothingOfTheirs: people who see only their own clients find a
// former owner in the menu only if they see a client of theirs.
func TestWhoLeftIsNotToldToThoseWhoSeeNothingOfTheirs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, lea, nina := s.as("Administrator"), s.person("Léa Brun", "Manager"), s.person("Nina Own", "Manager")
	s.Own(nina.user, "ViewClient", "EditClient", "ViewInteraction")
	nina.signIn()
	acme, maya := s.Organization("Acme", "owner_user_id", lea.user.ID), s.Contact("Maya", "Okafor", "owner_user_id", nina.user.ID)
	admin.post("/admin/users/"+lea.user.ID+"/disable").want(303, "", "")
	offered := "#f-owner label:has([value='" + lea.user.ID + "'])"
	nina.get("/organizations").wantNot(offered)
	admin.get("/organizations").want(200, offered, "Léa Brun (left)")
	admin.post(acme+"/contacts", "contact_id", key(maya)).want(303, "", "")
	nina.get("/organizations").wantTexts("#rows .nm", "Acme").want(200, offered, "Léa Brun (left)")
}
