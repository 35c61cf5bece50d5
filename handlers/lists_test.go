package handlers_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers"
)

func TestEveryFilterOfAListIsAChipThatCanBeRemoved(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	acme, birch := s.Organization("Acme", "sector", "Retail", "size_band", "11-50", "owner_user_id", ines.user.ID), s.Organization("Birch")
	maya, elif := s.Contact("Maya", "Okafor", "email", "maya@acme.example"), s.Contact("Elif", "Aydın")
	s.Link(acme, maya, "role_label", "CFO", "relationship_status", "Prospect")
	s.Log(acme, maya, "Renewal", "happened_at", "2026-08-01T10:00")

	unseen := handlers.FilterParameters()
	for _, c := range []struct{ list, query, chip, rows string }{
		{"/organizations", "owner=me", "Me", "Acme"},
		{"/organizations", "status=archived", "Archived", ""},
		{"/organizations", "size_band=11-50", "11-50", "Acme"},
		{"/organizations", "role_label=CFO", "CFO", "Acme"},
		{"/organizations", "relationship_status=Prospect", "Prospect", "Acme"},
		{"/organizations", "relationship_status=Former", "Former", ""},
		{"/organizations", "sector=Retail&sector=Media", "Media or Retail", "Acme"},
		{"/organizations", "sector=none", "No sector", "Birch"},
		{"/organizations", "sector=none&sector=Retail", "Retail or none", "Acme|Birch"},
		{"/organizations", "sector=retail&sector_is=not", "not Retail", "Birch"},
		{"/organizations", "sector=none&sector_is=not", "Any sector", "Acme"},
		{"/organizations", "size_band=11-50&size_band_is=not", "not 11-50", "Birch"},
		{"/organizations", "owner=me&owner_is=not", "not Me", "Birch"},
		{"/organizations", "owner=none", "No owner", "Birch"},
		{"/organizations", "owner=none&owner=me", "Me or none", "Acme|Birch"},
		{"/organizations", "relationship_status=Prospect&relationship_status=Former", "Former or Prospect", "Acme"},
		{"/organizations", "relationship_status=Prospect&relationship_status_is=not", "not Prospect", ""},
		{"/organizations", "role_label=CFO&role_label_is=not", "not CFO", ""},
		{"/contacts", "role_label=none&role_label=cfo", "CFO or none", "Maya Okafor"},
		{"/organizations", "missing=contacts", "Has no contacts", "Birch"},
		{"/organizations", "quiet_days=60", "for 60 days", "Acme"},
		{"/organizations", "quiet_days=200", "for 200 days", ""},
		{"/contacts", "quiet_days=60", "for 60 days", "Maya Okafor"},
		{"/organizations", "last_contact=never", "never", "Birch"},
		{"/organizations", "last_contact_from=2026-08-01&last_contact_to=2026-08-01", "1 Aug 2026", "Acme"},
		{"/organizations", "last_contact_to=2026-08-02", "up to 2 Aug 2026", "Acme"},
		{"/organizations", "created_from=2026-11-24", "from 24 Nov 2026", "Acme|Birch"},
		{"/organizations", "created_to=2026-11-23", "up to 23 Nov 2026", ""},
		{"/organizations", "updated_from=2026-11-24&updated_to=2026-11-25&sector=Retail", "24 Nov 2026 – 25 Nov 2026", "Acme"},
		{"/contacts", "role_label=CFO&relationship_status=Prospect", "CFO", "Maya Okafor"},
		{"/contacts", "missing=email", "Has no email", "Elif Aydın"},
		{"/contacts", "last_contact=never", "never", "Elif Aydın"},
	} {
		a := ines.get(c.list + "?" + c.query)
		if c.rows == "" {
			a.want(200, ".empty h2", "Nothing matches")
		} else {
			a.wantTexts("#rows .nm", strings.Split(c.rows, "|")...)
		}
		a.want(200, ".chip b", c.chip)
		unseen = slices.DeleteFunc(unseen, func(name string) bool { return strings.Contains("&"+c.query, "&"+name+"=") })
		for _, set := range strings.Split(c.query, "&") {
			name, _, _ := strings.Cut(set, "=")
			if ines.get(c.list).html.Find(".pop [name="+name+"], .chip .pop a[href*='?"+name+"=']").Length() == 0 {
				t.Errorf("nothing on the page of %s sets %s", c.list, name)
			}
		}
		removed := a.html.Find(".chip .x").AttrOr("href", "")
		ines.get(removed).want(200, "#rows .nm", "")
		if removed == "" || len(removed) >= len(c.list+"?"+c.query) {
			t.Errorf("%s: removing the filter leads to %q", c.query, removed)
		}
		if elif, birch := key(elif), key(birch); elif == birch {
			t.Fatal("two records are one")
		}
	}
	if len(unseen) > 0 {
		t.Errorf("give these filters a case in this test: %v", unseen)
	}
	for query, canonical := range map[string]string{
		"q=&sector=Retail&role_label=&created_from=": "/organizations?sector=Retail",
		"quiet_days=&last_contact=":                  "/organizations",
		"sector=b&sector=a&sector=b&sector_is=":      "/organizations?sector=a&sector=b",
		"sector_is=not&q=":                           "/organizations",
	} {
		if to := ines.get("/organizations?" + query).Header.Get("Location"); to != canonical {
			t.Errorf("%s leads to %q, want %q", query, to, canonical)
		}
	}
	ines.viaHTMX().get("/organizations?q=ac&role_label=").wantFragment(true)
	if to := ines.viaHTMX().get("/organizations?q=ac&role_label=").Header.Get("HX-Replace-Url"); to != "/organizations?q=ac" {
		t.Errorf("while searching the address is %q", to)
	}
	for _, nonsense := range []string{
		"quiet_days=x", "quiet_days=-3", "created_from=2026-02-30", "missing=email",
		"last_contact=sometimes", "relationship_status=Lover", "relationship_status=none", "sort=password_hash", "status=gone",
		"sector_is=not", "sector_is=maybe",
	} {
		ines.get("/organizations?"+nonsense).want(200, "#result", "2 organizations").wantNot(".chip b")
	}
}

func TestFiltersThatTellOfInteractionsAreNotForThoseWhoMayNotSeeThem(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	acme := s.Organization("Acme")
	s.Organization("Birch")
	s.Log(acme, "", "Renewal")
	clerk := s.person("A Clerk", s.Role("Clerk", db.ViewClient))
	for _, query := range []string{
		"last_contact=never", "quiet_days=1", "last_contact_from=2026-01-01", "sort=last_contact", "sort=-last_contact",
	} {
		a := clerk.get("/organizations?"+query).want(200, "#result", "2 organizations")
		a.wantTexts("#rows .nm", "Acme", "Birch").wantNot(".chip b").wantNot("[name=quiet_days]").wantNot("[name=last_contact]")
	}
	clerk.get("/organizations?columns=sector,last_contact").wantTexts("thead th", "Name", "Domain", "Sector")
}

func TestEachPersonChoosesTheirColumns(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, lea := s.as("Administrator"), s.as("Viewer")
	s.Organization("Acme", "sector", "Retail")
	s.Contact("Maya", "Okafor", "phone", "070 123", "job_title", "Head")

	a := lea.post("/account/columns", "list", "organizations", "from", "/organizations?sector=Retail",
		"column", "updated_at", "column", "sector", "column", "password_hash")
	if to := a.Header.Get("Location"); a.StatusCode != http.StatusSeeOther || to != "/organizations?sector=Retail" {
		t.Errorf("%d, %q", a.StatusCode, to)
	}
	lea.get("/organizations").wantTexts("thead th", "Name", "Domain", "Sector", "Changed")
	s.unchanged(func() { // columns in the address, as views have them, do not change the stored choice
		if to := lea.post("/account/columns", "list", "organizations", "from", "/organizations?columns=owner", "column", "sector").
			to(); to != "/organizations?columns=sector" {
			t.Errorf("it leads to %q", to)
		}
	})
	ines.get("/organizations").wantTexts("thead th", "Select", "Name", "Domain", "Sector", "Size", "Owner", "Contacts", "Last contact")
	ines.get("/organizations?columns=created_at").wantTexts("thead th", "Select", "Name", "Domain", "Created")
	lea.post("/account/columns", "list", "contacts", "column", "phone", "column", "job_title", "from", "//evil.example")
	lea.get("/contacts").wantTexts("thead th", "Name", "Phone", "Job title").want(200, "#rows", "070 123")
	lea.post("/account/columns", "list", "organizations")
	lea.get("/organizations").wantTexts("thead th", "Name", "Domain")
	lea.post("/account/columns", "list", "organizations", "reset", "1")
	lea.get("/organizations").wantTexts("thead th", "Name", "Domain", "Sector", "Size", "Owner", "Contacts", "Last contact")
	s.unchanged(func() { lea.post("/account/columns", "list", "users", "column", "email").want(422, "", "") })
}

func TestAListSortsByEachColumnItShows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	b := s.Organization("B", "sector", "Media", "size_band", "1000+", "owner_user_id", ines.user.ID)
	s.Organization("A", "sector", "Retail", "size_band", "11-50")
	s.Link(b, s.Contact("Zoe", "A", "email", "z@a.example", "phone", "1", "job_title", "Vet"))
	s.Contact("Ann", "B", "email", "a@a.example", "phone", "2", "job_title", "Chef", "owner_user_id", ines.user.ID)
	for list, orders := range map[string]map[string]string{
		"/organizations": {
			"display_name": "A|B", "-display_name": "B|A", "sector": "B|A", "size_band": "A|B", "owner": "B|A",
			"-owner": "A|B", "contacts": "A|B", "-contacts": "B|A", "created_at": "B|A", "updated_at": "B|A",
		},
		"/contacts": {
			"last_name": "Zoe A|Ann B", "email": "Ann B|Zoe A", "phone": "Zoe A|Ann B",
			"job_title": "Ann B|Zoe A", "owner": "Ann B|Zoe A", "organization": "Zoe A|Ann B",
		},
	} {
		for sort, rows := range orders {
			ines.get(list+"?columns=owner,sector&sort="+sort).wantTexts("#rows .nm", strings.Split(rows, "|")...)
		}
		for _, th := range ines.get(list + "?columns=sector,size_band,owner,contacts,organization,job_title,email,phone,last_contact,created_at,updated_at").html.Find("thead th:not(.ck)").EachIter() {
			if th.Text() != "" && th.Text() != "Domain" && th.Find("a").Length() == 0 { // the domain is part of the website
				t.Errorf("%s does not sort by %s", list, th.Text())
			}
		}
	}
}

// TestMenusOfFiltersAreFoundByTheirNames: programs that read a page look for the name right behind the tag.
func TestMenusOfFiltersAreFoundByTheirNames(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	s.Link(s.Organization("Acme", "sector", "Retail"), s.Contact("Maya", "Okafor"))
	for page, menus := range map[string][]string{
		"/organizations": {"Sector", "Size", "Owner", "Status"}, "/contacts": {"Owner", "Status"},
		"/interactions": {"Channel", "Outcome", "Who"}, "/admin/audit": {"Who", "Action", "About", "Field"},
	} {
		body := ines.get(page).want(200, "h1", "").body
		for _, menu := range menus {
			if !strings.Contains(body, "<summary>"+menu) {
				t.Errorf("%s has no menu that begins with <summary>%s", page, menu)
			}
		}
	}
}

func TestEveryFilterOfTheFeedIsAChipThatCanBeRemoved(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	quay := s.Organization("Quay")
	ines.post(quay+"/interactions", "channel", "email", "subject", "Offer", "outcome", "Closed won", "happened_at", "2026-11-20T10:00").
		want(303, "", "")
	s.Log(quay, "", "Visit", "channel", "meeting", "outcome", "No answer")
	s.Log(quay, "", "Letter", "channel", "email", "happened_at", "2026-11-02T10:00")
	for query, c := range map[string]struct{ chip, subjects string }{
		"channel=email":                                 {"Email", "Offer|Letter"},
		"outcome=Closed+won":                            {"Closed won", "Offer"},
		"user=" + ines.user.ID:                          {"Administrator Person", "Offer"},
		"from=2026-11-20&to=2026-11-20":                 {"20 Nov 2026", "Offer"},
		"from=2026-11-20":                               {"from 20 Nov 2026", "Visit|Offer"},
		"to=2026-11-19":                                 {"up to 19 Nov 2026", "Letter"},
		"channel=meeting&channel=note":                  {"Meeting or Note", "Visit"},
		"channel_is=not&channel=email":                  {"not Email", "Visit"},
		"outcome=No+answer&outcome=none":                {"No answer or none", "Visit|Letter"},
		"outcome=none&outcome_is=not":                   {"Any outcome", "Visit|Offer"},
		"user=me&user_is=not":                           {"not Me", "Visit|Letter"},
		"user=none&channel=meeting&user=x":              {"Meeting", "Visit"},
		"user=none&from=2026-11-01":                     {"Nobody", "Visit|Letter"},
		"channel=email&outcome=Closed+won&from=2026-11": {"Closed won", "Offer"},
		"channel=email&to=2026-11-19&outcome=No+answer": {"No answer", ""},
	} {
		a := ines.get("/interactions?"+query).want(200, ".chip b", c.chip)
		if c.subjects == "" {
			a.want(200, "#timeline-empty", "Nothing matches")
		} else {
			a.wantTexts("#timeline h4 a", strings.Split(c.subjects, "|")...).
				want(200, ".bar .hint", fmt.Sprintf("%d interaction", strings.Count(c.subjects, "|")+1))
		}
		for left := strings.Count(query, "="); ; left-- {
			removed, there := a.html.Find(".chip .x").Attr("href")
			if !there {
				break
			}
			if left == 0 {
				t.Fatalf("%s: %s takes no filter away", query, removed)
			}
			a = ines.get(removed)
		}
		a.wantTexts("#timeline h4 a", "Visit", "Offer", "Letter").want(200, ".bar .hint", "3 interactions")
	}
}

// TestMoreThanTenThousandAreNotCounted: the list, a view's tab and the feed say so.
func TestMoreThanTenThousandAreNotCounted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	quay := s.Organization("Quay")
	const numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
	s.Exec("INSERT INTO contacts (id, first_name, last_name) "+numbers+
		"SELECT printf('00000000-0000-7000-8000-%012d', i), 'Kim', 'Lee' FROM n", 10_000)
	s.Exec("INSERT INTO interactions (id, organization_id, channel, subject, happened_at) "+numbers+
		"SELECT printf('00000000-0000-7000-8000-%012d', i), ?, 'call', 'x', '2026-11-20T10:00:00.000Z' FROM n", 10_000, key(quay))
	ines.post("/views", "list", "contacts", "name", "Everybody", "query", "owner=none").want(303, "", "")
	ines.get("/contacts").want(200, "#result", "50 shown of 10,000 contacts").want(200, ".tabs", "Everybody 10,000")
	ines.get("/interactions").want(200, ".bar .hint", "10,000 interactions")
	s.Contact("One", "More")
	s.Log(quay, "", "One more")
	ines.get("/contacts").want(200, "#result", "50 shown of more than 10,000 contacts").
		want(200, ".tabs", "Everybody 10,000+").wantNot("#all-match")
	ines.get("/interactions").want(200, ".bar .hint", "more than 10,000 interactions")
}

// TestEveryDayFilterHasTheSameLimits: all pages accept the same days, and their fields say so. An
// invalid day is dropped or refused.
func TestEveryDayFilterHasTheSameLimits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as("Administrator")
	s.Log(s.Organization("Acme"), "", "Renewal")
	lists := map[string][]string{
		"/organizations": {"created", "updated", "last_contact"},
		"/contacts":      {"created", "updated", "last_contact"}, "/interactions": {""}, "/admin/audit": {""},
	}
	for path, ranges := range lists {
		for _, name := range ranges {
			from, to := strings.TrimPrefix(name+"_from", "_"), strings.TrimPrefix(name+"_to", "_")
			for typed, is := range map[string]bool{db.FirstDay: true, db.LastDay: true, "1899-12-31": false, "10000-01-01": false} {
				for _, field := range []string{from, to} {
					a := admin.get(path + "?" + field + "=" + typed)
					input := a.html.Find("[type=date][name=" + field + "]")
					if !is && path == "/admin/audit" {
						a.want(422, "h1 + p", "Enter a day")
						continue
					}
					a.want(200, "", "").wantValue("[type=date][name="+field+"]", map[bool]string{true: typed}[is])
					if input.AttrOr("min", "") != db.FirstDay || input.AttrOr("max", "") != db.LastDay {
						t.Errorf("%s: the field %s has other limits", path, field)
					}
				}
			}
		}
	}
}

// TestNoLimitIsSilent: the last value of a filter can be chosen, and a full menu or picker says how
// to reach the rest.
func TestNoLimitIsSilent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org := s.Organization("Quay", "sector", "Zoology", "size_band", "Zero")
	s.Log(org, "", "Zoo visited")
	s.Exec("UPDATE interactions SET outcome = 'Zoo planned'")
	many := func(table, columns, selected string, n int) {
		t.Helper()
		s.Exec("WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) INSERT INTO "+table+" (id, "+columns+`)
			SELECT printf('%08x-0000-7000-8000-%012x', n, ?), `+selected+" FROM numbers", n, n)
	}
	sectors := func(n int) {
		t.Helper()
		many("organizations", "legal_name, display_name, sector, size_band",
			"'Owl', 'Owl ' || n, printf('Agriculture %04d', n), printf('%04d people', n)", n)
		many("interactions", "organization_id, channel, subject, outcome, happened_at",
			"'"+key(org)+"', 'note', 's', printf('Agreed %04d', n), '2026-11-20T10:00:00.000Z'", n)
	}
	sectors(60)
	ines.get("/organizations").want(200, "#f-sector label", "Zoology").want(200, "#f-size_band label", "Zero").wantNot("#fl-sector")
	ines.get("/interactions").want(200, "#f-outcome label", "Zoo planned").wantNot("#fl-outcome")

	sectors(db.MostSuggested + 1)
	ines.get("/organizations?sector=Zoology").want(200, "#rows", "Quay").wantValue("#f-sector [checked][name=sector]", "Zoology").
		want(200, "#fl-sector-h", "Type a value").want(200, "#fl-size_band-h", "Type a value").
		wantValue("#fl-sector", "").wantNot("#chips input[type=hidden][name=sector]")
	ines.get("/organizations?sector=zoology&sort=-updated_at").want(200, "#rows", "Quay")
	ines.get("/interactions?outcome=Zoo+planned").want(200, "#timeline", "Zoo visited").
		wantValue("#f-outcome [checked][name=outcome]", "Zoo planned").want(200, "#fl-outcome-h", "Type a value")

	for n := range 21 {
		s.Organization(fmt.Sprint("Owlet ", n))
	}
	options := ines.viaHTMX().get("/organizations/options?q=owlet").want(200, "#find-list-more", "Type more of the name")
	if n := options.html.Find("a.opt").Length(); n != 20 {
		t.Errorf("%d options are shown", n)
	}
	ines.viaHTMX().get("/organizations/options?pick=one&find=owlet").want(200, "#picks .hint", "Type more of the name")
	ines.viaHTMX().get("/organizations/options?q=quay").want(200, "a.opt", "Quay").wantNot("#find-list-more")
}
