package handlers_test

import (
	"net/url"
	"strings"
	"testing"

	"clientregistry/db"
)

func TestAListIsKeptAsAView(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, lea := s.person("Ines Calder", "Manager"), s.as("Viewer")
	for _, name := range []string{"Acme", "Brig"} {
		s.Organization(name, "sector", "Retail", "owner_user_id", ines.user.ID)
	}
	s.Organization("Cove", "sector", "Media")
	ines.get("/organizations").wantTexts(".tabs a", "All", "My clients 2", "Quiet for 60 days 0", "Save view").
		want(200, ".tabs [aria-current]", "All").wantTexts("#nav-views + nav a", "My clients", "Quiet for 60 days")
	ines.get("/organizations?owner=me").want(200, ".tabs [aria-current]", "My clients").
		want(200, "#nav-views + nav [aria-current]", "My clients").wantTexts("#rows .nm", "Acme", "Brig").want(200, ".chip b", "Me")

	// What is shown can be saved: filters, order and columns.
	list := ines.get("/organizations?sector=Retail&sort=-display_name&columns=size_band,owner&unknown=1&after=").
		want(200, ".tabs", "Save view").wantNot(".tabs [aria-current]")
	save, _ := list.html.Find("#view-new").Attr("href")
	form := ines.get(save).want(200, "h1", "Save view").want(200, "form p", "Sector is Retail, in the order and with the columns shown.")
	ines.submit(form, "main .btn.pri").want(422, "#name-e", "Enter a name for the view")
	to := ines.submit(form, "main .btn.pri", "name", "Shops <b>", "shared", "1").to()
	if to != "/organizations?columns=size_band%2Cowner&sector=Retail&sort=-display_name" {
		t.Errorf("it leads to %s", to)
	}
	s.wantAudit(ines, "create_view", `"name":"Shops \u003cb\u003e"`)
	shown := ines.get(to).want(200, "#toasts", "Saved view Shops <b>").want(200, ".tabs [aria-current]", "Shops <b> 2").
		wantTexts("#rows .nm", "Brig", "Acme").wantTexts("thead th:not(.ck)", "Name", "Domain", "Size", "Owner")
	// Its columns remain when the list is sorted, filtered or changed in bulk.
	for _, link := range []string{"thead a", ".chip .menu a"} {
		if href, _ := shown.html.Find(link).First().Attr("href"); !strings.Contains(href, "columns=size_band") {
			t.Errorf("%s leads to %s", link, href)
		}
	}
	if to := ines.submit(shown, "#columns .pri", "column", "sector").to(); !strings.Contains(to, "columns=sector&") {
		t.Errorf("its columns are at %s", to)
	}
	s.WantOne("0", "SELECT count(*) FROM list_columns")

	// A filter reads the same here and on the list.
	ines.get("/organizations?sector=Energy&sector=SaaS").want(200, ".chip b", "Energy or SaaS")
	ines.get("/views/new?list=organizations&query="+url.QueryEscape("sector=SaaS&sector=Energy")).
		want(200, "form p", "Sector is Energy or SaaS, in the order")

	// Several values, none and not are part of it, too.
	several := "/views/new?list=organizations&query=" + url.QueryEscape("sector=Retail&sector=none&sector_is=not&owner=me&owner=none")
	form = ines.get(several).want(200, "form p", "Sector is not Retail or none and Owner is Me or none, in the order")
	many := ines.submit(form, "main .btn.pri", "name", "Others").to()
	if many != "/organizations?owner=me&owner=none&sector=Retail&sector=none&sector_is=not" {
		t.Errorf("several values lead to %s", many)
	}
	ines.get(many).want(200, ".tabs [aria-current]", "Others 1").wantTexts("#rows .nm", "Cove")
	s.Exec("DELETE FROM saved_views WHERE name = 'Others'")
	ofCalls := "/views/new?list=interactions&query=" + url.QueryEscape("channel=note&channel=call&outcome=none&outcome_is=not&user_is=not")
	form = ines.get(ofCalls).want(200, "form p", "Channel is Call or Note and Any outcome, in the order")
	talks := ines.submit(form, "main .btn.pri", "name", "Talks").to()
	if talks != "/interactions?channel=call&channel=note&outcome=none&outcome_is=not" {
		t.Errorf("several channels lead to %s", talks)
	}
	s.Exec("DELETE FROM saved_views WHERE name = 'Talks'")

	// A shared view shows each person what they may see; only its maker and those who manage users
	// can change it.
	lea.get("/contacts").wantTexts("#nav-views + nav a", "My clients", "Quiet for 60 days", "Shops <b>")
	lea.get(to).wantTexts("#rows .nm", "Brig", "Acme").wantNot("#view-menu a")
	path := "/views/" + s.One("SELECT id FROM saved_views")
	s.unchanged(func() {
		lea.get(path).want(403, "h1 + p", "Missing permission: ManageUsers. Nothing was changed.")
		lea.post(path, "name", "x", "version", "1").want(403, "", "")
		lea.post(path+"/delete").want(403, "", "")
	})
	edit := s.as("Administrator").get(path).want(200, "h1", "Edit view").
		wantValue("#name", "Shops <b>").want(200, "form p", "Made by Ines Calder.")
	ines.submit(edit, "main .btn.pri", "name", " Retailers ").to()
	s.wantAudit(ines, "update_view", `"new":"Retailers"`)
	s.WantOne("1", "SELECT shared FROM saved_views")
	ines.post(path, "form", "1", "name", "Retailers", "version", "2").to() // the box is not ticked
	lea.get("/organizations").wantTexts("#nav-views + nav a", "My clients", "Quiet for 60 days")
	s.unchanged(func() { lea.get(path).want(404, "", "") })

	// It can take another list's filters, and deleting it can be undone.
	form = ines.get("/views/new?list=organizations&query="+url.QueryEscape("sector=Media&columns=none")).
		wantTexts("section[aria-labelledby=replace-h] button", "Replace Retailers")
	ines.submit(form, "section[aria-labelledby=replace-h] button").to()
	s.WantOne("columns=none&sector=Media", "SELECT query FROM saved_views")
	ines.get("/organizations?sector=Media&columns=none").
		want(200, "#view-menu a[href='"+path+"']", "Rename").wantTexts("thead th:not(.ck)", "Name", "Domain")
	gone := ines.submit(ines.get(path), "main .dng").to()
	list = ines.get(gone).want(200, "#toasts", "Deleted view Retailers").wantTexts("#nav-views + nav a", "My clients", "Quiet for 60 days")
	ines.get(ines.submit(list, "#toasts form button").to()).want(200, "#toasts", "Restored view Retailers").
		wantTexts("#nav-views + nav a", "My clients", "Quiet for 60 days", "Retailers")
}

// TestTwoEditOneView: nobody overwrites a name, a sharing or filters that changed after they opened
// the form.
func TestTwoEditOneView(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, admin := s.person("Ines Calder", "Manager"), s.person("Ada Berg", "Administrator")
	ines.post("/views", "list", "organizations", "name", "Shops", "query", "sector=Retail", "shared", "1").to()
	path := "/views/" + s.One("SELECT id FROM saved_views")
	const replace = "section[aria-labelledby=replace-h] button"
	mine, other := ines.get(path), ines.get("/views/new?list=organizations&query="+url.QueryEscape("sector=Energy"))
	admin.submit(admin.get("/views/new?list=organizations&query="+url.QueryEscape("sector=Media")), replace).to()
	admin.submit(admin.get(path), "main .btn.pri", "name", "Stores").to()
	var renamed, replaced answer
	s.unchanged(func() {
		renamed = ines.submit(mine, "main .btn.pri", "name", "Retailers", "first", "1").
			want(409, ".warnline", "Ada Berg changed this view").want(409, "title", "Error: ")
		renamed.wantValue("#name", "Retailers").wantTexts(".versus .what", "Name").
			wantTexts(".versus dd", "Stores", "Retailers").want(409, "form p", "Sector is Media").want(409, "[name=first][checked]", "")
		renamed.want(409, "[name=keep_name][value=theirs][autofocus]", "Use theirs")
		replaced = ines.submit(other, replace).want(409, ".warnline", "Ada Berg changed this view").wantTexts(".versus .what", "Filters")
		replaced.want(409, ".versus", "Sector is Media, in").want(409, ".versus", "Sector is Energy, in").wantValue("#name", "Stores")
		ines.post(path, "version", "1", "query", "sector=Media").to() // the same values are no conflict
	})
	ines.submit(renamed, "[name=keep_name][value=yours]").to()
	s.WantOne("Retailers sector=Media 1", "SELECT name || ' ' || query || ' ' || shared FROM saved_views")
	ines.submit(replaced, "[name=keep_query][value=yours]").to() // the name has changed once more, but not here
	s.WantOne("Retailers sector=Energy 1", "SELECT name || ' ' || query || ' ' || shared FROM saved_views")
	s.unchanged(func() {
		ines.submit(replaced, "[name=keep_query][value=theirs]", "name", "Retailers").to()
		ines.post(path, "name", "Energy").want(422, "h1 + p", "The page did not say which version it showed")
		ines.post(path, "name", "Energy", "version", "4").want(409, ".versus dd", "Retailers")
		ines.post(path, "name", "Energy", "version", "99").want(409, ".versus dd", "Retailers")
	})
	ines.post(path, "name", "Energy", "version", "5").to()

	// A private view can change in another window of its owner.
	ines.post(path, "shared", "", "version", "6").to()
	mine = ines.get(path)
	ines.post(path, "name", "Power", "version", "7").to()
	s.unchanged(func() {
		ines.submit(mine, "main .btn.pri", "name", "Heat").
			want(409, ".warnline", "Ines Calder changed this view").wantTexts(".versus dd", "Power", "Heat")
	})
	gone := ines.get(path)
	ines.post(path + "/delete").to()
	ines.submit(gone, "main .btn.pri", "name", "x").want(404, "", "")
}

func TestAListOpensWithThePersonsOwnView(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, lea := s.as("Manager"), s.as("Viewer")
	s.Organization("Acme", "owner_user_id", ines.user.ID, "sector", "Retail")
	s.Organization("Brig")
	mine := ines.get("/organizations?owner=me")
	if to := ines.submit(mine, "#view-menu button[name=view]").to(); to != "/organizations" {
		t.Errorf("it leads to %s", to)
	}
	first := ines.get("/organizations").want(200, "#toasts", "The list opens with My clients").
		wantTexts("#rows .nm", "Acme").want(200, ".tabs [aria-current]", "My clients")
	lea.get("/organizations").wantTexts("#rows .nm", "Acme", "Brig").want(200, ".tabs [aria-current]", "All")
	// No link on the page leads to the plain address, which opens the view.
	for _, link := range []string{".tabs a", ".chip .x"} {
		if href, _ := first.html.Find(link).First().Attr("href"); href != "/organizations?view=all" {
			t.Errorf("%s leads to %s", link, href)
		}
	}
	all := ines.get("/organizations?view=all").wantTexts("#rows .nm", "Acme", "Brig").want(200, ".tabs [aria-current]", "All")
	ines.get("/organizations?q=zzz").want(200, ".empty a[href='/organizations?view=all']", "Clear search")
	if to := ines.get("/organizations?q=&sector=").to(); to != "/organizations?view=all" {
		t.Errorf("an empty search leads to %s", to)
	}
	if got := ines.viaHTMX().get("/organizations?q=").Header.Get("HX-Replace-Url"); got != "/organizations?view=all" {
		t.Errorf("an emptied search is at %s", got)
	}
	// A bulk change returns to the list it began on.
	form, _ := all.html.Find("#many").Attr("action")
	if to := ines.submit(ines.post(form, "all", "1", "action", "archive"), confirm).to(); to != "/organizations?view=all" {
		t.Errorf("the batch goes back to %s", to)
	}
	ines.submit(all, "#view-menu button[name=view]").to()
	ines.get("/organizations").want(200, "#toasts", "The list opens with all rows again").want(200, ".tabs [aria-current]", "All")

	// The form of a view says it, too.
	ines.post("/views", "list", "organizations", "name", "Media", "query", "sector=Media", "first", "1").to()
	edit := ines.get("/views/"+s.One("SELECT id FROM saved_views")).want(200, "[name=first][checked]", "")
	ines.submit(edit, "main .btn.pri").to()
	ines.get("/organizations").want(200, ".tabs [aria-current]", "Media")
	ines.post("/views/"+s.One("SELECT id FROM saved_views"), "form", "1", "name", "Media", "version", "1").to()
	ines.get("/organizations").want(200, ".tabs [aria-current]", "All")

	// A default view that was deleted or is no longer shared is ignored.
	ines.post("/views", "list", "interactions", "name", "Calls", "query", "channel=call", "shared", "1").to()
	id := s.One("SELECT id FROM saved_views WHERE list = 'interactions'")
	org := s.Organization("Cove")
	s.Log(org, "", "A call")
	s.Log(org, "", "A note", "channel", "note")
	lea.post("/account/views", "list", "interactions", "view", id).to()
	lea.get("/interactions").want(200, ".tabs [aria-current]", "Calls 1").wantTexts("#timeline h4", "A call")
	lea.get("/interactions?view=all").want(200, ".tabs [aria-current]", "All").wantTexts("#timeline h4", "A note", "A call")
	lea.get("/interactions?channel=meeting").want(200, "#timeline-empty a[href='/interactions?view=all']", "Clear filters")
	ines.post("/views/"+id, "shared", "", "version", "1").to()
	lea.get("/interactions").want(200, ".tabs [aria-current]", "All").wantTexts("#timeline h4", "A note", "A call")
	s.unchanged(func() {
		lea.post("/account/views", "list", "interactions", "view", id).want(404, "", "")
		lea.post("/account/views", "list", "contacts", "view", "mine").want(404, "", "")
		lea.post("/account/views", "list", "users", "view", "mine").want(422, "h1 + p", "Choose organizations, contacts or interactions")
	})
}

func TestAViewShowsEachPersonWhatTheyMaySee(t *testing.T) {
	t.Parallel()
	mine, _, own := ownWorld(t)
	s := mine.site
	admin := s.as("Administrator")
	admin.post("/views", "list", "organizations", "name", "Everything", "query",
		"status=all&sort=-last_contact&last_contact_from=2020-01-01", "shared", "1").to()
	admin.post("/views", "list", "interactions", "name", "Calls", "query", "channel=call", "shared", "1").to()
	admin.get("/organizations").want(200, ".tabs", "Everything 2")
	own.get("/organizations").want(200, ".tabs", "Everything 1").want(200, "#nav-views + nav", "Calls")
	// Without the right to see interactions there are no views of them, and no filters that would
	// reveal them.
	clerk := s.as(s.Role("Blind clerk", db.ViewClient))
	clerk.get("/organizations").wantTexts(".tabs a", "All", "My clients 0", "Everything 2", "Save view").
		wantTexts("#nav-views + nav a", "My clients", "Everything")
	if href, _ := clerk.get("/organizations").html.Find("#nav-views + nav a:nth-child(2)").Attr("href"); href != "/organizations?status=all" {
		t.Errorf("their own leads to %s", href)
	}
	// Those who see only their own clients cannot sort by what would reveal others: not by the
	// menu, nor by a view.
	admin.post("/views", "list", "contacts", "name", "By client", "query", "sort=organization", "shared", "1").to()
	for _, reader := range []struct {
		*browser
		href string
	}{{admin, "/contacts?sort=organization"}, {own, "/contacts?view=all"}} {
		page := reader.get("/contacts").want(200, ".tabs", "By client")
		for _, place := range []string{".tabs a:contains('By client')", "#nav-views + nav a:contains('By client')"} {
			if href, _ := page.html.Find(place).Attr("href"); href != reader.href {
				t.Errorf("%s leads to %s, want %s", place, href, reader.href)
			}
		}
	}
	clerk.get("/views/new?list=interactions").want(403, "h1 + p", "Missing permission: ViewInteraction")
	clerk.post("/views", "list", "interactions", "name", "x").want(403, "", "")
	clerk.post("/account/views", "list", "interactions", "view", "").want(403, "", "")
	nobody := s.as(s.Role("Nobody", db.ManageUsers))
	nobody.get("/account").wantNot("#nav-views")
	nobody.get("/views/"+s.One("SELECT id FROM saved_views WHERE name = 'Everything'")).want(404, "", "")
	nobody.post("/views", "list", "organizations", "name", "x").want(403, "h1 + p", "Missing permission: ViewClient")
}

// TestTheCountOfAViewIsRightWhenLookedAt: whoever changes the rows, and by whatever means.
func TestTheCountOfAViewIsRightWhenLookedAt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, lea := s.as("Manager"), s.as("Viewer")
	acme := s.Organization("Acme", "sector", "Retail")
	s.Organization("Brig", "sector", "Media")
	ines.post("/views", "list", "organizations", "name", "Shops", "query", "sector=Retail", "shared", "1").want(303, "", "")
	counts := func(n string) {
		t.Helper()
		for _, b := range []*browser{ines, lea} {
			b.get("/organizations").want(200, ".tabs", "Shops "+n)
			b.get("/organizations?sector=Retail").want(200, "#result", n+" organization")
		}
	}
	counts("1")
	s.Organization("Cove", "sector", "Retail")
	counts("2")
	ines.batch("/organizations/batch", "all", "1", "action", "set_sector", "sector", "Retail").want(303, "", "")
	counts("3")
	ines.post("/batches/"+s.One("SELECT target_id FROM audit_logs WHERE action = 'batch_organizations'")+"/undo").want(303, "", "")
	counts("2")
	ines.post(acme+"/archive", "version", "1").want(303, "", "")
	counts("1")
	s.Exec("UPDATE organizations SET sector = 'Retail'") // by another program
	counts("2")
}

// TestTheFormOfAViewFailsAsAWhole: if part of it cannot be read, an error page is shown instead of
// half a form.
func TestTheFormOfAViewFailsAsAWhole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	s.Exec("ALTER TABLE saved_views RENAME TO gone")
	ines.get("/views/new?list=organizations&query=sector%3DRetail").want(500, "h1", "Something went wrong")
}

// TestAViewOfDaysSaysThemOnce: in the words for its filters.
func TestAViewOfDaysSaysThemOnce(t *testing.T) {
	t.Parallel()
	says := newSite(t).as("Manager").get("/views/new?list=interactions&query=from%3D2026-11-02").
		want(200, "form p", "Day is from 2 Nov 2026").html.Find("form p").Text()
	if strings.Count(says, "Day is") != 1 {
		t.Error(says)
	}
}

// TestTheMenuShowsFewViewsAtOnce: the built-in ones, the person's own and those of others, and the rest on demand. It is
// open where the view shown is among those.
func TestTheMenuShowsFewViewsAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tomas, lea := s.person("Tomás", "Manager"), s.person("Léa", "Viewer")
	save := func(by *browser, name, query string) {
		t.Helper()
		v := db.SavedView{List: "contacts", Name: name, Query: query, Shared: by == tomas}
		if _, err := s.DB.CreateSavedView(t.Context(), db.Actor{UserID: by.user.ID, May: db.Permissions}, v, ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		save(tomas, name, "q="+name)
	}
	save(lea, "y", "q=y")
	save(lea, "z", "q=z")
	const menu, more = ".side [aria-labelledby=nav-views]", ".side [aria-labelledby=nav-views] details"
	lea.get("/contacts").wantTexts(menu+" > a", "My clients", "Quiet for 60 days", "y", "z", "a", "b", "c", "d").wantNot(more)
	save(tomas, "e", "q=e")
	page := lea.get("/contacts?q=d").wantTexts(menu+" > a", "My clients", "Quiet for 60 days", "y", "z", "a", "b", "c", "d")
	page.want(200, menu+" > a[aria-current]", "d").want(200, more+":not([open]) summary", "More views").wantTexts(more+" a", "e")
	lea.get("/contacts?q=e").want(200, more+"[open] a[aria-current]", "e").wantNot(menu + " > a[aria-current]")
}

// TestOnlyPeopleWhoChangeClientsShareViews: others have no box for it, and what is sent all the same is refused.
func TestOnlyPeopleWhoChangeClientsShareViews(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tomas, lea := s.as("Manager"), s.as("Viewer")
	tomas.get("/views/new?list=contacts").want(200, "[name=shared]", "")
	lea.get("/views/new?list=contacts").want(200, "[name=first]", "").wantNot("[name=shared]")
	s.unchanged(func() {
		lea.post("/views", "list", "contacts", "name", "Loud", "query", "", "shared", "1").
			want(422, ".err", "Only people who may change clients can share views").want(422, "[name=shared][checked]", "").wantValue("#name", "Loud")
	})
	lea.post("/views", "list", "contacts", "name", "Quiet", "query", "").to()
	view := "/views/" + s.One("SELECT id FROM saved_views")
	lea.get(view).wantNot("[name=shared]")
	s.unchanged(func() {
		lea.post(view, "form", "1", "name", "Quiet", "shared", "1", "version", "1").want(422, ".err", "Only people who may change clients")
	})
	s.Exec("UPDATE saved_views SET shared = 1") // by somebody who could at the time
	lea.get(view).want(200, "[name=shared][checked]", "")
	lea.post(view, "form", "1", "name", "Quiet", "version", "1").to()
	s.WantOne("0", "SELECT shared FROM saved_views")
}
