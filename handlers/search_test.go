package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers"
)

// hostileSearches find nothing and break nothing.
var hostileSearches = []string{
	"%25", "_", "\"", "*", "NEAR", "NEAR%2F2", "(", ")", "-", "'", "\\", "^", "words:", "%00",
	"%FF", "%E2%80%8B", strings.Repeat("x", 5000), strings.Repeat("zz+", 300), "%3Cscript%3E",
}

func TestSearchPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org, elif := s.Organization("Harbor & Pine", "website", "harborpine.example", "sector", "Logistics", "legal_name", "Förvaltning AB",
		"tax_id", "SE-556012"), s.Contact("Elif", "Aydın", "phone", "+46 70 555 01 10", "email", "elif@quay.example", "job_title", "CFO")
	s.Link(org, elif)
	talk := s.Log(org, elif, "Renewal agreed", "body", "They **accept** the price.\n\n- one invoice per quarter")

	ines.get("/search").want(200, "h1", "Search").wantNot("#results a").wantFragment(false)
	all := ines.get("/search?q=harb").want(200, "#results mark", "Harb").want(200, "#results", "Elif Aydın").
		want(200, "#results", "Logistics, harborpine.example").wantValue("#q", "harb")
	all.wantTexts("#results .tabs a", "All", "Organizations 1", "Contacts 1", "Interactions 0").
		want(200, "#results [role=status]", "1 organization, 1 contact, 0 interactions found")
	ines.viaHTMX().get("/search?q=aydin").want(200, "#results mark", "Aydın").wantFragment(true)

	// Typed words are marked in every field shown, and the field that matched is shown.
	ines.get("/search?q=pine+ha").wantTexts("#results .links mark", "Ha", "Pine", "ha", "Ha", "Pine")
	ines.get("/search?q=forvaltning").want(200, "#results small mark", "Förvaltning")
	ines.get("/search?q=556012").want(200, "#results small mark", "556012")
	ines.get("/search?q=quay").want(200, "#results small mark", "quay")
	ines.get("/search?q=46+705550110").want(200, "#results small mark", "46 70 555 01 10")
	ines.get("/search?q=0110").want(200, "#results small mark", "01 10")
	ines.get("/search?q=070555").want(200, "#results small mark", "70 555")
	ines.get("/search?q=071555").want(200, "#results", "Nothing matches")
	ines.get("/search?q=invoice+rene").want(200, ".feed .nm[href='"+talk+"'] mark", "Rene").
		want(200, ".snip", "They accept the price. one invoice per quarter").want(200, ".snip mark", "invoice").
		want(200, "#results", "A former colleague called Elif Aydın at Harbor & Pine").wantTexts("#results h2", "Interactions")
	ines.get("/search?q=rene").wantNot(".snip")

	// A name with another letter is marked as similar, in results and pickers, if nothing matches.
	ines.get("/search?q=elif+aidin").wantTexts("#results .links .flat", "similar").want(200, ".links mark", "Elif").
		want(200, "#results [role=status]", "No exact match. Similar spellings: 0 organizations, 1 contact, 0 interactions")
	ines.viaHTMX().get("/palette?q=elif+aidin").want(200, ".opt[href='"+elif+"'] .flat", "similar")
	for _, picker := range []string{"q=aidin&for=" + org, "contact=aidin&with=" + s.Organization("Without people"), "find=aidin&pick=one"} {
		ines.viaHTMX().get("/contacts/options?"+picker).want(200, ".flat", "similar")
		ines.viaHTMX().get("/contacts/options?"+strings.Replace(picker, "aidin", "aydin", 1)).want(200, "bdi", "Elif").wantNot(".flat")
	}
	ines.get("/search?q=elif").wantNot(".flat")
	ines.get("/search?q=elyf+aidinn").want(200, ".empty", "Similar spellings were tried")

	// Archived records follow the active ones.
	old := s.Contact("Elif", "Aydın")
	s.Exec("UPDATE contacts SET is_active = 0 WHERE id = ?", key(old))
	ines.get("/search?q=elif+aydin").wantTexts("#results .links .nm", "Elif Aydın", "Elif Aydın").
		want(200, "li.former:last-child .nm[href='"+old+"'] ~ *, li.former:last-child .bdg", "Archived").want(200, ".tabs", "Contacts 2")
	s.Exec("DELETE FROM contacts WHERE id = ?", key(old))

	// Tabs.
	ines.get("/search?q=elif&kind=contacts").wantTexts("#results h2", "Contacts").
		want(200, ".tabs [aria-current]", "Contacts 1").wantValue("input[name=kind]", "contacts")
	ines.get("/search?q=elif&kind=organizations").want(200, ".empty", "Nothing matches “elif”")
	for _, kind := range []string{"users", "%00", "All", "interactions'"} {
		ines.get("/search?q=elif&kind="+kind).want(200, ".tabs [aria-current]", "All")
	}
	for _, typed := range hostileSearches {
		for _, more := range []string{"", "&kind=contacts", "&kind=interactions"} {
			ines.get("/search?q="+typed+more).want(200, "h1", "Search").wantNot("#results a.nm")
		}
	}
	ines.get("/search?q=rene&kind=interactions&before=x").want(http.StatusUnprocessableEntity, "main", "is not valid")
	ines.viaHTMX().get("/search?q=rene&before=WyIiLCIiLCIiXQ").want(http.StatusUnprocessableEntity, "", "")
}

func TestSearchGoesOnWhereThereIsMore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	pier := s.Organization("Pier")
	for i := range 25 {
		s.Organization("Pier " + string(rune('a'+i)))
		s.Log(pier, "", fmt.Sprint("Pier talk ", 25-i))
	}
	page := ines.get("/search?q=pier").want(200, ".tabs", "Organizations 20+").want(200, "#results [role=status]", "20+ organizations, ").
		want(200, "#results a[href='/search?kind=organizations&q=pier']", "See all").
		want(200, "#results a[href='/search?kind=interactions&q=pier']", "See all")
	if n := page.html.Find("#found-organizations").Closest("section").Find("a.nm").Length(); n != 6 {
		t.Errorf("%d organizations beside the others", n)
	}
	if first := page.html.Find("#results a.nm").First().Text(); first != "Pier" {
		t.Errorf("the first is %q", first)
	}
	tab := ines.get("/search?q=pier&kind=organizations").want(200, "#results a[href='/organizations?q=pier&status=all']", "See all")
	if n := tab.html.Find("#results a.nm").Length(); n != 20 {
		t.Errorf("%d organizations on their tab", n)
	}
	talks := ines.get("/search?q=pier&kind=interactions").want(200, ".feed li:first-child", "Pier talk 1").want(200, "#more a", "Show 20 more")
	next := talks.html.Find("#more a").AttrOr("href", "")
	if n := talks.html.Find(".feed .nm").Length(); n != 20 {
		t.Errorf("%d interactions first", n)
	}
	rest := []string{"Pier talk 21", "Pier talk 22", "Pier talk 23", "Pier talk 24", "Pier talk 25"}
	ines.get(next).wantTexts(".feed .nm", rest...).wantNot("#more")
	part := ines.viaHTMX().get(next).wantFragment(true).wantTexts("hx-partial .nm", rest...).want(200, "#more", "5 more shown").
		wantNot("#more a")
	if to := part.html.Find("hx-partial").AttrOr("hx-target", ""); to != "#found-list" {
		t.Errorf("they go to %q", to)
	}
}

// TestMoreThanAreShownByPartsOfWords: lists do not find these, so the page says how to find the others.
func TestMoreThanAreShownByPartsOfWords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	for n := range 21 {
		s.Contact(fmt.Sprintf("xneedle%c", 'a'+n), "Berg")
	}
	ines.get("/search?q=eedle").want(200, ".tabs a", "20+").want(200, ".card header a", "See all")
	ines.get("/search?q=eedle&kind=contacts").want(200, ".card .hint", "Type more letters").wantNot(".card header a")
	ines.get("/search?q=eedlec&kind=contacts").want(200, ".links", "xneedlec").wantNot(".card .hint")
	ines.get("/search?q=xneedle&kind=contacts").want(200, ".card header a", "See all").wantNot(".card .hint")
}

func TestSearchNeedsItsPermissions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.Organization("Harbor & Pine")
	s.Log(org, "", "Harbor talk")
	clients := s.person("Client Reader", s.Role("Clients", db.ViewClient))
	clients.get("/search?q=harbor").wantTexts(".tabs a", "All", "Organizations 1", "Contacts 0").
		wantNot(".feed").want(200, "#results", "Harbor")
	clients.get("/search?q=harbor&kind=interactions").want(200, ".tabs [aria-current]", "All").wantNot(".feed")
	clients.get("/search?q=talk").want(200, "#results", "Nothing matches")
	clients.get("/search?q=harbor&kind=interactions&before=WyI5OSIsIiIsIiJd").wantNot(".feed")
	talks := s.person("Talk Reader", s.Role("Talks", db.ViewInteraction))
	talks.get("/search?q=harbor").want(http.StatusForbidden, "main", "ViewClient")
	talks.get("/contacts/options?q=harbor").want(http.StatusForbidden, "main", "ViewClient")
}

// TestSnippetsShowEveryWordTyped: only Markdown markup is dropped, and none inside a word.
// TestFoundContactsSayWhy: by which organization, and by which role there.
func TestFoundContactsSayWhy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	radio, main := s.Organization("Castellan Radio"), s.Organization("Kestrel")
	maya, conor := s.Contact("Maya", "Okafor", "job_title", "Operations"), s.Contact("Conor", "Carrow")
	s.Link(main, maya, "role_label", "Fleet manager")
	s.Link(radio, maya, "role_label", "Board member")
	s.Link(main, conor)
	s.Link(radio, conor, "relationship_status", "Former")
	for typed, want := range map[string]string{
		"okafor":         "Operations, Kestrel +1",
		"fleet":          "Operations, Kestrel +1, Fleet manager",
		"kestrel fleet":  "Operations, Kestrel +1, Fleet manager",
		"castellan maya": "Operations, Kestrel +1, Board member at Castellan Radio",
		"fleet board":    "Operations, Kestrel +1, Fleet manager, Board member at Castellan Radio",
		"conor radio":    "Kestrel, Castellan Radio (former)",
	} {
		typed = url.QueryEscape(typed)
		ines.get("/search?q="+typed).wantTexts(".links small", want)
		ines.viaHTMX().get("/palette?q="+typed).wantTexts("[aria-labelledby=palette-others] small, [aria-labelledby=palette-contacts] small", want)
		ines.viaHTMX().get("/contacts/options?q="+typed).wantTexts(".opt small", want)
	}
	ines.get("/search?q=castellan+board").want(200, "small mark", "Board").want(200, "small mark:last-of-type", "Castellan")
}

// TestAnEmptyListLeadsToSimilarNames, which only the search finds.
func TestAnEmptyListLeadsToSimilarNames(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	s.Contact("Anna", "Kroon")
	s.Organization("Harbor & Pine")
	for path, name := range map[string]string{"/contacts?q=anna+krooon&owner=me": "Anna Kroon", "/organizations?q=harbur+%26+pine": "Harbor & Pine"} {
		empty := ines.get(path).wantNot("#rows").want(200, ".empty .btn:nth-of-type(2)", "Similar names in Search")
		ines.get(empty.html.Find(".empty .btn").Eq(1).AttrOr("href", "")).want(200, ".nm", name)
	}
	ines.get("/contacts?owner=me").want(200, ".empty", "Clear filters").wantNot(".empty a[href^='/search']")
}

func TestSnippetsShowEveryWordTyped(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"They **accept** the price.\n\n- one `invoice` per quarter": "They accept the price. one invoice per quarter",
		"> # Re: offer\n> - 5 %":                                    "Re: offer 5 %",
		"-5 % on #1, +46 70\n+46 70 555\n#1 customer\n-5 %":         "-5 % on #1, +46 70 +46 70 555 #1 customer -5 %",
		"2*3*4 and 2**3, it`s John`s":                               "2*3*4 and 2**3, it`s John`s",
		"27. November <TBD>\n![plan](https://a.example)":            "27. November <TBD> ![plan](https://a.example)",
		"*":                          "*",
		"***very*** **förvaltning**": "very förvaltning",
	} {
		if got := handlers.PlainLine(body); got != want {
			t.Errorf("%q is shown as %q, want %q", body, got, want)
		}
	}
}

// TestWhatASearchDoesNotFindCanBeCreated, as from the palette, which phones do not have.
func TestWhatASearchDoesNotFindCanBeCreated(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	none := ines.get("/search?q=tadeusz+wierzbicki").wantTexts(".empty .acts a",
		"Create contact “tadeusz wierzbicki”", "Create organization “tadeusz wierzbicki”", "New follow-up “tadeusz wierzbicki”")
	ines.get(none.html.Find(".empty .acts a").First().AttrOr("href", "")).wantValue("#last_name", "wierzbicki")
	ines.get("/search").wantNot(".empty .acts")
	s.as("Viewer").get("/search?q=tadeusz").want(200, ".empty h2", "Nothing matches").wantNot(".empty .acts")
	s.Contact("Tadeusz", "Kroon")
	ines.get("/search?q=tadeusz&kind=organizations").wantNot(".empty .acts")
}
