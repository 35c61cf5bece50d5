package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"clientregistry/db"
)

// row returns the selector of a value's row.
func row(value string) string { return "#values tr:has(bdi:contains('" + value + "'))" }

// TestAnAdministratorRenamesMergesAndHidesWords: the change goes on beside the requests, the page shows
// how far it is and what it did, and Undo takes it back, all without script.
func TestAnAdministratorRenamesMergesAndHidesWords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	for n := range 3 {
		s.Organization(fmt.Sprint("Firm ", n), "sector", "Software")
	}
	page := ines.get("/admin/vocabularies").want(200, row("Software")+" .num a", "3").want(200, ".nav [aria-current]", "Vocabularies")
	page.wantTexts(".toggle a", "Sectors", "Sizes", "Roles", "Outcomes")
	list := page.html.Find(row("Software")+" .num a").AttrOr("href", "")
	ines.get(list).want(200, "#rows", "Firm 2")

	// A refused name is kept, with why.
	form := ines.get(page.html.Find(row("Software")+" a:contains('Rename')").AttrOr("href", "")).wantValue("#new", "Software").
		want(200, "#new-h", "3 organizations change, each with an entry in the history.")
	refused := ines.submit(form, "#values .edit .btn.pri", "new", "Energy").
		want(422, ".err", "Energy is already there").wantValue("#new", "Energy")
	ines.get(refused.html.Find("#merge-instead").AttrOr("href", "")).want(200, "label[for=new]", "into").
		wantTexts("#new option[selected]", "Energy")
	ines.submit(form, "#values .edit .btn.pri", "new", strings.Repeat("x", 81)).want(422, "#new-e", "Use at most 80 characters")

	if to := ines.submit(form, "#values .edit .btn.pri", "new", "Programs").to(); to != "/admin/vocabularies?changed=Programs&v=sector" {
		t.Fatal(to)
	}
	s.Jobs.Wait()
	s.WantOne("3", "SELECT count(*) FROM organizations WHERE sector = 'Programs'")
	page = ines.get("/admin/vocabularies?v=sector").want(200, "#values [role=status]", "Renamed Software to Programs: 3 organizations").
		wantNot(row("Software") + " .num")
	ines.submit(page, "#values [role=status] button").want(303, "", "")
	s.Jobs.Wait()
	s.WantOne("3", "SELECT count(*) FROM organizations WHERE sector = 'Software'")
	page = ines.get("/admin/vocabularies").want(200, "#values [role=status]", "Changed Programs back to Software: 3 organizations").
		want(200, "#values .foot .state", "Undone")

	form = ines.get(page.html.Find(row("Software")+" a:contains('Merge')").AttrOr("href", ""))
	ines.submit(form, "#values .edit .btn.pri", "new", "SaaS").want(303, "", "")
	s.Jobs.Wait()
	ines.get("/admin/vocabularies").want(200, "#values [role=status]", "Merged Software into SaaS: 3 organizations")

	hidden := ines.submit(ines.get("/admin/vocabularies"), row("SaaS")+" button:contains('Hide')")
	page = ines.get(hidden.to()).want(200, row("SaaS")+" .state", "Not suggested").want(200, ".toast", "SaaS is no longer suggested")
	ines.get("/suggestions/sector?sector=saa").wantTexts("[role=option]", "Use “saa” as a new sector")
	ines.submit(page, ".toast form button").want(303, "", "")
	ines.get("/suggestions/sector?sector=saa").want(200, "#value-0", "SaaS")
	ines.get("/admin/audit").want(200, "main", "merged two values: Software to SaaS").want(200, "main", "stopped suggesting a value: SaaS")
}

// TestASavedViewKeepsItsRowsWhenAWordIsRenamed: also somebody else's private one, and Undo gives it its old filter.
func TestASavedViewKeepsItsRowsWhenAWordIsRenamed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, lea := s.as("Administrator"), s.as("Viewer")
	s.Organization("Acme", "sector", "SaaS")
	s.Organization("Brig", "sector", "Energy")
	list := lea.post("/views", "list", "organizations", "query", "sector=Energy&sector=SaaS", "name", "Ours").to()
	lea.get(list).wantTexts("#rows .nm", "Acme", "Brig")
	view := "/views/" + s.One("SELECT id FROM saved_views")
	before := lea.get(view)

	ines.post("/admin/vocabularies/rename", "v", "sector", "value", "SaaS", "new", "Software").to()
	s.Jobs.Wait()
	page := lea.get("/organizations").want(200, ".tabs a[href='/organizations?sector=Energy&sector=Software']", "Ours 2")
	lea.get(page.html.Find(".tabs a:contains('Ours')").AttrOr("href", "")).wantTexts("#rows .nm", "Acme", "Brig")
	lea.post(view, "query", "sector=SaaS", "was", "query=sector%3DEnergy%26sector%3DSaaS", "version", "1").
		want(409, ".warnline", ines.user.FullName+" changed this view")
	lea.submit(before, "main .btn.pri", "name", "Both").to() // nobody else has changed the name

	ines.submit(ines.get("/admin/vocabularies?v=sector"), "#values [role=status] button").to()
	s.Jobs.Wait()
	lea.get("/organizations").want(200, ".tabs a[href='"+list+"']", "Both 2")
}

// TestAChangeOfAWordShowsHowFarItIs: a page polls it, and has a link for those without script.
func TestAChangeOfAWordShowsHowFarItIs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	acme := s.Organization("Acme", "sector", "Software")
	v, err := db.VocabularyOf("sector")
	if err == nil {
		_, err = s.DB.RenameValue(t.Context(), db.System, v, "Software", "Programs")
	}
	if err != nil {
		t.Fatal(err)
	}
	page := ines.get("/admin/vocabularies").want(200, "#news > .foot", "Changing Software to Programs: 0 of 1 organization").
		want(200, row("Software")+" button[disabled][title*='Wait']", "Rename Software").wantNot("#values a:contains('Rename')")
	page.wantTexts(".words tr:first-child .nm", "Software") // Programs is listed only when it has taken its place
	page.wantNot(row("Programs"))
	if every := page.html.Find("#values").AttrOr("hx-trigger", ""); every != "every 2s" {
		t.Error("it polls", every)
	}
	ines.get(page.html.Find("#look-again").AttrOr("href", "")).want(200, "progress[max='1'][value='0']", "")
	ines.post("/admin/vocabularies/rename", "v", "sector", "value", "Energy", "new", "Power").want(422, ".err", "still running")
	ines.post("/admin/vocabularies/merge", "v", "sector", "value", "Gone since", "new", "Energy").
		want(422, ".err", "Nothing has this sector any more")
	ines.post(acme, "version", "1", "display_name", "Acme Two", "legal_name", "Acme", "sector", "Software").want(303, "", "")

	s.Jobs.ChangeValues() // as a start does
	s.Jobs.Wait()
	part := ines.viaHTMX().get(page.html.Find("#values").AttrOr("hx-get", "")).wantFragment(true).
		want(200, "#values [role=status]", "Renamed Software to Programs: 1 organization")
	if part.html.Find("#values").AttrOr("hx-trigger", "") != "" {
		t.Error("it still polls")
	}
}

// TestWordsThatLookAlikeAreNamed: each with a form that merges it into the one used more.
func TestWordsThatLookAlikeAreNamed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	for _, sector := range []string{"Bee keeping", "Bee keeping", "beekeeping"} {
		s.Organization("Acme", "sector", sector)
	}
	page := ines.get("/admin/vocabularies").want(200, "#values tr:contains('Looks like') .nm", "beekeeping").
		want(200, "#values tr:contains('Looks like') .hint", "Looks like Bee keeping")
	ines.get(page.html.Find("#values tr:contains('Looks like') a:contains('Merge')").AttrOr("href", "")).
		want(200, "#new option[selected]", "Bee keeping")
}

// TestAWordCountsWhatItsLinkShows: in all spellings, and a contact with a role at two organizations once. They can be given
// one spelling, and Undo gives each its own back.
func TestAWordCountsWhatItsLinkShows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	for _, sector := range []string{"Énergy", "energy", "ENERGY", "ENERGY"} {
		s.Organization("Acme", "sector", sector)
	}
	maya := s.Contact("Maya", "Lind")
	for _, role := range []string{"Treasurer", "Treasurer", "treasurer"} {
		s.Link(s.Organization("Brig"), maya, "role_label", role)
	}
	shown := func(vocabulary, value string) {
		t.Helper()
		page := ines.get("/admin/vocabularies?v=" + vocabulary)
		link := page.html.Find(row(value) + " .num a")
		if n := ines.get(link.AttrOr("href", "")).html.Find("#rows tr").Length(); link.Text() != fmt.Sprint(n) {
			t.Errorf("%s: %q are counted, and %d shown", value, link.Text(), n)
		}
	}
	shown("sector", "Energy")
	shown("role_label", "Treasurer")
	form := ines.get("/admin/vocabularies?v=role_label&rename=Treasurer")
	form.want(200, "#value-form[autocomplete=off]", "") // its address is that of all values, so a draft would come back at another one
	form.want(200, "#new-h", "3 links of 1 contact change, each with an entry in the history").
		want(200, "#new-h", "That includes those written ")

	page := ines.get("/admin/vocabularies").want(200, row("Energy")+" .hint", "Also written ENERGY, energy, Énergy")
	ines.submit(page, row("Energy")+" button:contains('Use one spelling')").to()
	s.Jobs.Wait()
	s.WantOne("4", "SELECT count(*) FROM organizations WHERE sector = 'Energy'")
	page = ines.get("/admin/vocabularies").wantNot(row("Energy")+" .hint").wantNot("#values button:contains('Use one spelling')").
		want(200, "#values [role=status]", "Gave Energy one spelling: 4 organizations")
	shown("sector", "Energy")
	ines.submit(page, "#values [role=status] button").to()
	s.Jobs.Wait()
	s.WantOne("2", "SELECT count(*) FROM organizations WHERE sector = 'ENERGY'")
	ines.get("/admin/vocabularies").want(200, "#values [role=status]", "Gave Energy its spellings back: 4 organizations")
}

// TestAWordSaysWhichViewsDidNotFollow: those whose filters would be too long.
func TestAWordSaysWhichViewsDidNotFollow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	s.Organization("Acme", "sector", "Apps")
	query := "sector=apps"
	for n := range 99 {
		query += fmt.Sprintf("&sector=%02d%s", n, strings.Repeat("x", 30))
	}
	ines.post("/views", "list", "organizations", "query", query, "name", "Ours").to()
	ines.post("/admin/vocabularies/rename", "v", "sector", "value", "Apps", "new", "Apps and "+strings.Repeat("more ", 10)).to()
	s.Jobs.Wait()
	ines.get("/admin/vocabularies").want(200, "#values [role=status]",
		"1 organization. 1 saved view did not follow, because the filters would be longer than 4,000 characters.")
}

// TestWhoMayChangeOutcomes: they belong to interactions, and all clients have the other words.
func TestWhoMayChangeOutcomes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	clerk := s.as(s.Role("Clerk", db.ManageSystem, db.ViewClient, db.EditClient))
	clerk.get("/admin/vocabularies").wantTexts(".toggle a", "Sectors", "Sizes", "Roles")
	clerk.get("/admin/vocabularies?v=outcome").want(403, "", "EditInteraction")
	for _, path := range []string{"rename", "merge", "hide", "suggest"} {
		clerk.post("/admin/vocabularies/"+path, "v", "outcome", "value", "No answer", "new", "x").want(403, "", "EditInteraction")
	}
	s.Role("Own", db.ManageSystem, db.ViewClient, db.EditClient, db.ViewInteraction, db.EditInteraction)
	s.Exec("UPDATE roles SET client_scope = 'own' WHERE slug = 'Own'")
	own := s.as("Own")
	own.get("/admin/vocabularies").want(403, "", "")
	own.get("/").wantNot(".nav a[href='/admin/vocabularies']")
	ines := s.as("Administrator")
	ines.get("/admin/vocabularies?v="+url.QueryEscape("nothing")).want(404, "", "")
}

// TestOneOfManyWordsIsFound: more than the page lists, by a part, and it stays found while it is changed.
func TestOneOfManyWordsIsFound(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	s.Exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
		INSERT INTO organizations (id, display_name, legal_name, sort_key, sector)
		SELECT printf('00000000-0000-7000-8000-%012d', i), 'Firm', 'Firm', 'firm', 'Sector ' || (1 + i % 1050) FROM n`)
	s.Organization("Acme", "sector", "Überfahrt")
	ines.get("/admin/vocabularies?v=size_band").wantNot("main form[role=search]")
	page := ines.get("/admin/vocabularies").want(200, "#values > .foot", "These are the most used. Search for the others.").
		wantNot(row("Überfahrt"))
	if page.html.Find("main form[role=search] [name=v]").AttrOr("value", "") != "sector" {
		t.Error("the search is not about sectors")
	}
	page = ines.get("/admin/vocabularies?v=sector&q=uber").wantTexts("#values .nm", "Überfahrt").
		want(200, "#values > .foot", "Values with “uber” in them").wantValue("main form[role=search] [name=q]", "uber")
	form := ines.get(page.html.Find(row("Überfahrt")+" a:contains('Rename')").AttrOr("href", ""))
	ines.submit(form, "#values .edit .btn.pri", "new", "Energy").
		want(422, "#new-e, .err", "Energy is already there").wantValue("#new", "Energy")
	ines.submit(form, "#values .edit .btn.pri", "new", "energy"). // a word that is suggested, in another spelling
									want(422, "#new-e, .err", "Energy is already there")
	form = ines.get(page.html.Find(row("Überfahrt")+" a:contains('Merge')").AttrOr("href", "")).want(200, "#new option", "Energy")
	hidden := ines.submit(page, row("Überfahrt")+" button:contains('Hide')")
	ines.get(hidden.to()).wantTexts("#values .nm", "Überfahrt").want(200, row("Überfahrt")+" .state", "Not suggested")
	ines.submit(form, "#values .edit .btn.pri", "new", "Energy").want(303, "", "")
	s.Jobs.Wait()
	s.WantOne("Energy", "SELECT sector FROM organizations WHERE display_name = 'Acme'")
	ines.get("/admin/vocabularies?q=zzz").want(200, "#values > .foot", "No value has “zzz” in it").want(200, "#values > .foot a", "Show all")
}

// TestAChangeOfAWordIsUndoneOnlyWhenThatHasFinished: until then the page says that it is being undone, and no other change begins.
func TestAChangeOfAWordIsUndoneOnlyWhenThatHasFinished(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	s.Organization("Acme", "sector", "Software")
	v, err := db.VocabularyOf("sector")
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"Programs", "Apps"} {
		from := s.One("SELECT sector FROM organizations")
		ines.post("/admin/vocabularies/rename", "v", "sector", "value", from, "new", to).to()
		s.Jobs.Wait()
	}
	if _, err := s.DB.UndoValueChange(t.Context(), db.System, s.One("SELECT max(id) FROM value_changes")); err != nil {
		t.Fatal(err)
	}
	page := ines.get(vocabulary(v)).want(200, "#news > .foot", "Changing Apps back to Programs: 0 of 1 organization")
	page.wantTexts("#values .foot .state", "Being undone").wantTexts("#values .foot button[disabled]", "Undo")
	page.want(200, row("Apps")+" .num", "1").wantNot(row("Programs"))
	s.Jobs.ChangeValues()
	s.Jobs.Wait()
	page = ines.get(vocabulary(v)).wantTexts("#values .foot .state", "Undone").wantNot("#values button[disabled]")
	page.want(200, row("Programs")+" .num", "1").wantNot(row("Apps"))
}

func vocabulary(v db.Vocabulary) string { return "/admin/vocabularies?v=" + v.Column }

// TestAWordKeepsTheFocusInItsRow: on the button pressed, or on what is there now.
func TestAWordKeepsTheFocusInItsRow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	s.Organization("Acme", "sector", "Bee keeping")
	page := ines.get("/admin/vocabularies").wantNot("#values [autofocus]")
	for _, kind := range []string{"Rename", "Merge"} {
		link := page.html.Find(row("Bee keeping") + " a:contains('" + kind + "')")
		form := ines.viaHTMX().get(link.AttrOr("href", "")).want(200, "#values [autofocus]", "")
		closed := ines.viaHTMX().get(form.html.Find("[data-cancel]").AttrOr("hx-get", "")).wantFragment(true).wantNot("#new")
		closed.wantTexts("#values [autofocus]", kind+" Bee keeping")
		if id := closed.html.Find("#values [autofocus]").AttrOr("id", ""); id == "" || id != link.AttrOr("id", "") {
			t.Errorf("%s has the id %q, and then %q", kind, link.AttrOr("id", ""), id)
		}
	}
	value := []string{"v", "sector", "value", "Bee keeping"}
	ines.viaHTMX().post("/admin/vocabularies/hide", value...).wantTexts(row("Bee keeping")+" [autofocus]", "Suggest Bee keeping")
	ines.viaHTMX().post("/admin/vocabularies/suggest", value...).wantTexts(row("Bee keeping")+" [autofocus]", "Hide Bee keeping")
	// A change leaves it in the row of the new value, also once it has finished.
	id := func(a answer) string { return a.html.Find("#values [autofocus]").AttrOr("id", "") }
	changed := ines.viaHTMX().post("/admin/vocabularies/rename", append(value, "new", "Apiary")...).wantFragment(true)
	s.Jobs.Wait()
	page = ines.get("/admin/vocabularies?v=sector&changed=Apiary").want(200, "#"+id(changed), "Apiary").wantTexts("#values [autofocus]", "Apiary")
	changed = ines.viaHTMX().post(page.html.Find("#news form").AttrOr("action", "")).wantFragment(true)
	s.Jobs.Wait()
	ines.get("/admin/vocabularies?v=sector").want(200, "#"+id(changed), "Bee keeping")
	// Also if somebody else has changed another value since.
	ines.get("/admin/vocabularies?v=sector&changed=Energy").wantTexts("#values [autofocus]", "Energy")
	changed = ines.viaHTMX().post("/admin/vocabularies/merge", append(value, "new", "Energy")...).wantTexts("#values [autofocus]", "Energy")
	s.Jobs.Wait()
	page = ines.get("/admin/vocabularies?v=sector").want(200, "#"+id(changed), "Energy")
	ines.submit(page, "#news button").to()
	s.Jobs.Wait()
	// While somebody else's change is running, what it disables passes the focus on.
	v, err := db.VocabularyOf("sector")
	if err == nil {
		_, err = s.DB.RenameValue(t.Context(), db.System, v, "Bee keeping", "Beekeeping")
	}
	if err != nil {
		t.Fatal(err)
	}
	ines.viaHTMX().get("/admin/vocabularies?rename=Energy").wantNot("#new").wantTexts("#values [autofocus]", "Hide Energy")
	ines.viaHTMX().get("/admin/vocabularies?rename=Bee+keeping").wantNot("#new").want(200, "#news[autofocus]", "Changing Bee keeping")
	ines.viaHTMX().post("/admin/vocabularies/hide", value...).want(200, "#news[autofocus]", "").wantNot("#values tr [autofocus]")
	s.Jobs.ChangeValues()
	s.Jobs.Wait()
	// Hidden, a word that nothing has is gone; what says how many there are has the focus then.
	ines.post("/admin/vocabularies/rename", "v", "sector", "value", "Energy", "new", "Power").to()
	s.Jobs.Wait()
	s.Exec("UPDATE value_changes SET finished_at = '2020-01-01T00:00:00.000Z'")
	ines.viaHTMX().post("/admin/vocabularies/hide", "v", "sector", "value", "Power").wantNot(row("Power")).
		want(200, "#news[autofocus]", "sectors, most used first")
}
