package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// TestAListKeepsItsRows: the address says how many are shown, at most 500 at once.
func TestAListKeepsItsRows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	s.Exec(`WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 560)
		INSERT INTO organizations (id, legal_name, display_name, sort_key, sector)
		SELECT printf('%08x-0000-7000-8000-000000000000', n), 'x', printf('Owl %03d', n), printf('owl %03d', n), 'Media' FROM numbers`)
	for _, c := range []struct {
		query string
		rows  int
		more  string // without script
	}{
		{"", 50, "/organizations?rows=100#row-51"},
		{"?sector=Media&rows=100", 100, "/organizations?rows=150&sector=Media#row-101"},
		{"?rows=130", 130, "/organizations?rows=180#row-131"},
		{"?rows=450", 450, "/organizations?rows=500#row-451"},
		{"?rows=999999999", 500, "after"},
		{"?rows=99999999999999999999", 50, "/organizations?rows=100#row-51"},
		{"?rows=-4", 50, "/organizations?rows=100#row-51"},
		{"?rows=x", 50, "/organizations?rows=100#row-51"},
	} {
		a := ines.get("/organizations"+c.query).want(200, "#rows tr:first-child .nm", "Owl 001").
			want(200, "#result", fmt.Sprint(c.rows, " shown of 560"))
		if more := a.html.Find("#load-more").AttrOr("href", ""); more != c.more && c.more != "after" {
			t.Errorf("%q: more rows are at %s", c.query, more)
		}
		if n := a.html.Find("#rows tr").Length(); n != c.rows {
			t.Errorf("%q: %d rows", c.query, n)
		}
		if c.rows > 50 { // where the longer page begins to be read
			a.want(200, fmt.Sprintf("#row-%d .nm", c.rows-49), fmt.Sprintf("Owl %03d", c.rows-49))
		}
	}
	// With script the next rows are added, and the address follows.
	list, address := ines.get("/organizations?sector=Media"), ""
	for n := 100; n < 560; n += 50 {
		more := ines.viaHTMX().get(list.html.Find("#load-more").AttrOr("hx-get", "")).
			want(200, "#rows, hx-partial", fmt.Sprintf("Owl %03d", n-49)).wantFragment(true)
		if list, address = more, more.Header.Get("HX-Replace-Url"); address != fmt.Sprintf("/organizations?rows=%d&sector=Media", min(n, 500)) {
			t.Errorf("after %d rows the address is %s", n, address)
		}
	}
	// Without it, those after 500 are on pages of their own.
	after := ines.get("/organizations?rows=500").html.Find("#load-more").AttrOr("href", "")
	ines.get(after).wantTexts("#rows tr:first-child .nm", "Owl 501").want(200, "#result", "50 shown")
}

// TestARecordIsTurnedInTheListThatItWasOpenedFrom: its page leads back to the list as it was, and to the
// records before and after it there.
func TestARecordIsTurnedInTheListThatItWasOpenedFrom(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme, birch := s.Organization("Acme", "sector", "Media"), s.Organization("Birch", "sector", "Media")
	cove, dune := s.Organization("Cove", "sector", "Media"), s.Organization("Dune", "sector", "Retail")
	maya := s.Contact("Maya", "Okafor")
	from := func(path, referer string) answer {
		t.Helper()
		r := ines.request("GET", path, nil)
		r.Header.Set("Referer", referer)
		a := ines.do(r)
		if a.StatusCode == http.StatusSeeOther { // to the address that names the list
			a = ines.get(a.to())
		}
		return a
	}
	const site = "http://registry.example"
	names := func(a answer, before, after string) {
		t.Helper()
		for id, want := range map[string]string{"#before": before, "#after": after} {
			if want == "" {
				a.wantNot(id)
			} else if got := a.html.Find(id).AttrOr("aria-label", ""); got != want {
				t.Errorf("%s: %s is %q, want %q", a.what, id, got, want)
			}
		}
	}
	crumb := func(a answer, want string) {
		t.Helper()
		if got := a.want(200, ".crumbs", "Organizations").html.Find(".crumbs a").First().AttrOr("href", ""); got != want {
			t.Errorf("%s: its list is %s, want %s", a.what, got, want)
		}
	}
	// The link in a row is plain. The browser says from which page it was followed.
	a := from(birch, site+"/organizations?sector=Media&sort=-display_name&rows=100&evil=1")
	names(a, "Previous in this list: Cove", "Next in this list: Acme")
	crumb(a, "/organizations?rows=100&sector=Media&sort=-display_name")
	// Its neighbors carry the list on.
	a = ines.get(a.html.Find("#after").AttrOr("href", ""))
	names(a.want(200, "h1", "Acme"), "Previous in this list: Birch", "")
	crumb(a, "/organizations?rows=100&sector=Media&sort=-display_name")
	a = from(birch, site+"/organizations")
	names(a, "Previous in this list: Acme", "Next in this list: Cove")
	crumb(a, "/organizations?view=all")
	names(ines.get(a.html.Find("#after").AttrOr("href", "")), "Previous in this list: Birch", "Next in this list: Dune")
	// A page that htmx loads gets the list into its address.
	r := ines.request("GET", birch, nil)
	r.Header = http.Header{"Referer": {site + "/organizations?sector=Media"}, "Hx-Request": {"true"}, "Hx-Boosted": {"true"}}
	if to := ines.do(r).Header.Get("HX-Push-Url"); to != birch+"?list=sector%3DMedia" {
		t.Errorf("its address becomes %s", to)
	}
	// A record that is not in the list has no neighbors there, and what is no list of this kind says nothing.
	names(from(dune, site+"/organizations?sector=Media"), "", "")
	for _, referer := range []string{
		"", "https://evil.example/organizations?sector=Media", site + "/contacts", site + acme, "::", site + "/",
	} {
		a := from(birch, referer)
		names(a, "", "")
		crumb(a, "/organizations")
	}
	// Its form keeps the list, also when it is refused, and leads back to it; so does the form of a new record.
	const opened = "?list=rows%3D100%26sector%3DMedia"
	a = from(birch, site+"/organizations?sector=Media&rows=100")
	if to := a.html.Find("#edit").AttrOr("href", ""); to != birch+"/edit"+opened {
		t.Errorf("its form is at %s", to)
	}
	form := ines.get(birch+"/edit"+opened).want(200, ".acts .ghost[href='"+birch+opened+"']", "Cancel")
	crumb(form.want(200, ".crumbs a[href='"+birch+opened+"']", "Birch"), "/organizations?rows=100&sector=Media")
	form = ines.submit(form, "form.card button", "display_name", "").want(422, ".acts .ghost[href='"+birch+opened+"']", "Cancel")
	if to := ines.submit(form, "form.card button", "display_name", "Birch").to(); to != birch+opened {
		t.Errorf("saving leads to %s", to)
	}
	crumb(from(birch+"/edit", site+"/organizations?sector=Media"), "/organizations?sector=Media") // by e in its row
	crumb(from(birch+"/edit", site+birch+opened), "/organizations?rows=100&sector=Media")
	crumb(ines.get(birch+"/edit?list=next%3D%2F%2Fevil.example%26sector%3DMedia"), "/organizations?sector=Media")
	crumb(ines.get(birch+"/edit"), "/organizations")
	crumb(from(birch+"/history", site+birch+opened), "/organizations?rows=100&sector=Media")
	// So does the editor of one field that is a page of its own, also when it is refused, and a filter of the timeline.
	form = from(birch+"/fields/website/edit", site+birch+opened).want(200, "#cancel-website[href='"+birch+opened+"']", "Cancel")
	crumb(form, "/organizations?rows=100&sector=Media")
	form = ines.submit(form, "#save-website", "value", "ftp://nothing").want(422, "#cancel-website[href='"+birch+opened+"']", "Cancel")
	if to := ines.submit(form, "#save-website", "value", "birch.example").to(); to != birch+opened {
		t.Errorf("saving a field leads to %s", to)
	}
	// So does the address of what htmx swaps in: the history, the timeline, and its filters.
	for page, address := range map[string]string{
		"/history": "/history" + opened, "/interactions": opened, "/interactions?channel=call": "/interactions?channel=call&" + opened[1:],
	} {
		r = ines.viaHTMX().request("GET", birch+page, nil)
		r.Header.Set("Referer", site+birch+opened)
		if got := ines.do(r).Header.Get("HX-Push-Url"); got != birch+address {
			t.Errorf("%s is pushed as %q", page, got)
		}
	}
	// So does every other page of the record, and whatever is saved there.
	s.Link(birch, maya)
	for page, address := range map[string]string{
		"":                                 opened,
		"?channel=call":                    "?channel=call&" + opened[1:],
		"/interactions?channel=call":       "/interactions?channel=call&" + opened[1:],
		"/history":                         "/history" + opened,
		"/contacts?add=1":                  "/contacts?add=1&" + opened[1:],
		"/contacts/" + key(maya):           "/contacts/" + key(maya) + opened,
		"/contacts/" + key(maya) + "/edit": "/contacts/" + key(maya) + "/edit" + opened,
	} {
		r = ines.request("GET", birch+page, nil)
		r.Header.Set("Referer", site+birch+opened)
		if to := ines.do(r).to(); to != birch+address {
			t.Errorf("%q leads to %s", page, to)
		}
		crumb(ines.get(birch+address), "/organizations?rows=100&sector=Media")
		names(from(birch, site+birch+address), "Previous in this list: Acme", "Next in this list: Cove")
	}
	version := s.One("SELECT version FROM organizations WHERE display_name = 'Birch'")
	r = ines.request("POST", birch+"/archive", url.Values{"version": {version}})
	r.Header.Set("Referer", site+birch+opened)
	if to := ines.do(r).to(); to != birch+opened {
		t.Errorf("archiving leads to %s", to)
	}
	form = from("/organizations/new", site+"/organizations?sector=Media").
		want(200, ".acts .ghost[href='/organizations?sector=Media']", "Cancel")
	to := ines.submit(form, "form.card button", "display_name", "Elm", "sector", "Media").to()
	crumb(ines.get(to), "/organizations?sector=Media")
	crumb(ines.get(birch+"?list=https%3A%2F%2Fevil.example%2F%3Fsector%3DMedia"), "/organizations")
	crumb(ines.get(birch+"?list=next%3D%2F%2Fevil.example%26sector%3DMedia%26view%3Dx"), "/organizations?sector=Media")
	names(ines.get(maya+"?list=sector%3DMedia"), "", "")

	// People who see only their own clients are led through those.
	nina := s.person("Nina Own", "Manager")
	s.Own(nina.user, "ViewClient", "EditClient")
	nina.signIn()
	s.Exec("UPDATE organizations SET owner_user_id = ? WHERE display_name IN ('Acme', 'Cove')", nina.user.ID)
	names(nina.get(acme+"?list=view%3Dall"), "", "Next in this list: Cove")
	names(nina.get(cove+"?list=view%3Dall"), "Previous in this list: Acme", "")
	nina.get(birch+"?list=view%3Dall").want(http.StatusNotFound, "", "")
}
