package handlers_test

import (
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"clientregistry/db"
	"clientregistry/db/demo"
)

// rows counts the rows of all pages of a list.
func (b *browser) rows(path string) (n int) {
	b.t.Helper()
	for path != "" {
		a := b.get(path).want(200, "h1", "")
		n += a.html.Find("#rows tr, #timeline .ev").Length()
		path = a.html.Find("#load-more, #load-older").AttrOr("hx-get", "")
	}
	return n
}

var aNumber = regexp.MustCompile(`[\d,]+`)

// chartLinks returns the links of a page's charts and the number that each stands for.
func (a answer) chartLinks() map[string]int {
	a.t.Helper()
	links := map[string]int{}
	a.html.Find("figure svg a, figure table a").Each(func(_ int, link *goquery.Selection) {
		said := link.Text() // in a table cell
		if title := link.Find("title"); title.Length() > 0 {
			_, said, _ = strings.Cut(title.Text(), ": ")
		}
		href, ok := link.Attr("href")
		if link.Closest("th").Length() > 0 {
			return // the week's number is in its bar
		}
		n, err := strconv.Atoi(strings.ReplaceAll(aNumber.FindString(said), ",", ""))
		if err != nil || !ok || links[href] != 0 && links[href] != n {
			a.t.Fatalf("%s leads to %s, elsewhere with %d", said, href, links[href])
		}
		links[href] = n
	})
	return links
}

func TestBarsLeadToListsOfTheirLength(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := demo.Fill(t.Context(), s.DB, db.System, "s", 7, nil); err != nil {
		t.Fatal(err)
	}
	s.Exec("DELETE FROM interactions WHERE rowid % 9 > 0") // the feed shows only 20 per page
	tomas := s.One("SELECT id FROM users WHERE full_name = 'Tomas Rehn'")
	for i, zone := range []string{"Pacific/Kiritimati", "Pacific/Honolulu", "Asia/Kathmandu"} {
		b := s.as("Viewer")
		s.Exec("UPDATE users SET time_zone = ? WHERE id = ?", zone, b.user.ID)
		if i == 2 { // an owner with few clients
			own := s.Role("Own", db.ViewClient, db.ViewInteraction)
			s.Exec("UPDATE roles SET client_scope = 'own' WHERE slug = ?", own)
			b = s.as(own)
			s.Exec("UPDATE contacts SET owner_user_id = ? WHERE owner_user_id = ? AND rowid % 20 = 0", b.user.ID, tomas)
			s.Exec("UPDATE organizations SET owner_user_id = ? WHERE owner_user_id = ? AND rowid % 5 = 0", b.user.ID, tomas)
		}
		links := map[string]int{}
		for _, chart := range [][3]string{
			{"weeks", "Interactions per week", "12 weeks"},
			{"months", "New clients per month", "12 months"},
			{"owners", "Clients per owner", "Active organizations"},
		} {
			home := b.get("/?chart="+chart[0]).want(200, "#"+chart[0]+"-h", chart[1]).want(200, "#chart .note", chart[2])
			maps.Copy(links, home.chartLinks())
			if n := home.html.Find("figure [style], figure [fill], figure script").Length(); n > 0 {
				t.Error("the policy would refuse what is in a chart")
			}
		}
		kinds := map[string]int{}
		for href, n := range links {
			path, _, _ := strings.Cut(href, "?")
			if kinds[path]++; path == "/interactions" && kinds[path]%7 > 0 && i < 2 || path != "/interactions" && kinds[path]%5 > 0 {
				continue // a sample is enough
			}
			if got := b.rows(href); got != n {
				t.Errorf("%s: %s leads to %d rows, the bar says %d", zone, href, got, n)
			}
		}
		if kinds["/interactions"] < 12 || kinds["/organizations"] < 12 || kinds["/contacts"] < 8 {
			t.Errorf("%s: only these links: %v", zone, kinds)
		}
	}
}

func TestChartsOfLittle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.person("Inès Moreau", "Manager")
	old := newSite(t)
	jonas := old.person("Jonas Berg", "Manager")
	old.Organization("Pier")
	old.Exec("UPDATE users SET first_steps_closed = 1")
	old.Exec("UPDATE organizations SET is_active = 0")
	old.Clock.Add(400 * 24 * time.Hour)
	jonas.signIn()
	for _, chart := range [][2]string{
		{"weeks", "Nothing logged in the last 12 weeks. Calls, emails, meetings and notes are counted here."},
		{"months", "No organization or contact was created in the last 12 months."},
		{"owners", "No active organizations yet."},
	} {
		jonas.get("/?chart="+chart[0]).wantNot("figure svg, figure table").wantTexts("figure p", chart[1])
	}

	org := s.Organization("Quay", "owner_user_id", ines.user.ID)
	s.Log(org, "", "Hello", "channel", "meeting")
	home := ines.get("/").wantTexts("figure > p", "Most in the week of 23 November: 1. This week so far: 1.")
	months := ines.get("/?chart=months").wantTexts("figure > p",
		"1 client created in 12 months; this month so far 1 organization and 0 contacts.")
	owners := ines.get("/?chart=owners").wantTexts("figure > p", "Inès Moreau: 1 of 1 active organization.")
	home.wantTexts("[aria-labelledby=weeks-h] tbody tr:last-child > *", "23 Nov", "0", "0", "1", "0")
	home.wantTexts("[aria-labelledby=weeks-h] svg a title", "Week of 23 Nov: 1 interaction (1 meeting)", "Week of 23 Nov: 1 meeting")
	if n := home.html.Find("[aria-labelledby=weeks-h] tbody tr").Length(); n != 12 {
		t.Errorf("%d weeks, want the empty ones too", n)
	}
	if n := home.html.Find("[aria-labelledby=weeks-h] svg > g > title").Length(); n != 11 {
		t.Errorf("%d weeks say that they are empty", n)
	}
	months.wantTexts("[aria-labelledby=months-h] tbody tr:last-child > *", "Nov 2026", "1", "0")
	owners.wantTexts("[aria-labelledby=owners-h] tbody tr > *", "Inès Moreau", "1")
	for _, chart := range []answer{home, months, owners} {
		for href, n := range chart.chartLinks() {
			if got := ines.rows(href); got != n {
				t.Errorf("%s leads to %d rows, the bar says %d", href, got, n)
			}
		}
	}

	// Weeks follow the reader's time zone: Monday 00:30 in Stockholm is still Sunday in Honolulu.
	s.Clock.Add(5*24*time.Hour + 14*time.Hour)
	ines = s.person("Inès Moreau again", "Manager")
	ines.get("/").wantTexts("[aria-labelledby=weeks-h] tbody tr:last-child th", "30 Nov").want(200, "#weeks-h ~ .note", "12 weeks")
	s.Exec("UPDATE users SET time_zone = 'Pacific/Honolulu'")
	ines.get("/").wantTexts("[aria-labelledby=weeks-h] tbody tr:last-child > *", "23 Nov", "0", "0", "1", "0")

	for i := range 14 {
		owner := s.person(fmt.Sprintf("Owner %02d", i), "Viewer")
		for range 2 {
			s.Organization("Client", "owner_user_id", owner.user.ID)
		}
	}
	s.Organization("Nobody’s")
	owners = ines.get("/?chart=owners").wantTexts("[aria-labelledby=owners-h] tbody tr:nth-last-child(-n + 3) > *",
		"Owner 13", "2", "Inès Moreau", "1", "No owner", "1")
	owners.wantTexts("[aria-labelledby=owners-h] svg > g > title", "5 others: 9 organizations")
}

func TestChartsTellNobodyMoreThanTheyMaySee(t *testing.T) {
	t.Parallel()
	_, _, own := ownWorld(t)
	own.get("/").want(200, "[aria-labelledby=weeks-h] > p", "Most in the week of 23 November: 3.")
	own.get("/?chart=months").wantTexts("[aria-labelledby=months-h] tbody tr:last-child > *", "Nov 2026", "1", "1")
	own.get("/?chart=owners").wantTexts("[aria-labelledby=owners-h] tbody tr > *", "No owner", "1")
	lea := own.as("Viewer")
	lea.get("/").want(200, "[aria-labelledby=weeks-h] > p", "Most in the week of 23 November: 4.")
	lea.get("/?chart=months").wantTexts("[aria-labelledby=months-h] tbody tr:last-child > *", "Nov 2026", "2", "2")

	reader := own.as(own.Role("Reader", db.ViewClient))
	for _, path := range []string{"/", "/?chart=weeks&quiet=60"} {
		reader.get(path).want(200, "#months-h", "").wantTexts("#chart nav a", "New clients", "Owners").
			wantNot("#weeks-h, a[href^='/interactions']").want(200, ".empty h2", "Find a client")
	}
	for _, card := range []string{"quiet", "today", "follow-ups", "nothing"} { // there is no such card for them
		reader.viaHTMX().get("/?card="+card).want(200, "h1", "Home").wantNot("#quiet, #follow-ups, .feed")
	}
	own.as(own.Role("Talker", db.ViewInteraction, db.EditInteraction)).get("/").wantNot("figure")
}
