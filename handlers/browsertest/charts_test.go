package browsertest

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/demo"
	"clientregistry/handlers/handlerstest"
)

// TestChartsInABrowser goes from a bar to its list, by keyboard and mouse, with and without script,
// and reads a table.
func TestChartsInABrowser(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ines := o.person("Inès Moreau", "Administrator")
	organization, _ := furnished(o)
	o.Exec("UPDATE organizations SET owner_user_id = ? WHERE id = ?", ines.user.ID, handlerstest.Key(organization))
	o.Exec("UPDATE users SET first_steps_closed = 1")
	w := o.windowOf(ines)
	const week, note = "[aria-labelledby=weeks-h] svg a:not([tabindex])", "[aria-labelledby=weeks-h] svg a[href*='channel=note']"
	for _, scripts := range []bool{true, false} {
		w.scripts(scripts)
		w.open("/")
		w.tabTo(week)
		list := w.linked(week)
		w.press("Enter")
		w.at(list)
		w.count(2, "#timeline .ev")
		w.open("/")
		list = w.linked(note)
		w.click(note + " rect")
		w.at(list)
		w.count(1, "#timeline .ev")
	}
	w.open("/")
	w.click("#chart-owners")
	w.at("/?chart=owners")
	w.scripts(true)
	w.open("/")
	w.click("#quiet-60")
	w.at("/?quiet=60")
	w.tabTo("#chart-months")
	w.press("Enter")
	w.see("#months-h")
	w.focused("#chart-months")
	w.at("/?chart=months&quiet=60")
	w.click("#chart summary")
	w.everywhere("home, with the table of a chart")
	w.click("#chart-owners")
	w.see("#owners-h")
	w.click("#chart summary")
	w.click("[aria-labelledby=owners-h] tr:first-child td a")
	w.at("/organizations?owner=" + ines.user.ID)
	w.see("#rows .nm", "Harbor & Pine Logistics")
	w.open("/")
	w.click("#cards summary")
	w.click("#cards [value=chart]")
	w.click("#cards button")
	w.see("#quiet")
	w.gone("#chart")
	wideWindows(t)
}

// wideWindows measures pages with the sample's data: the columns of Home, of people with much and with
// little of their own, a record's column for reading, and emails in lists.
func wideWindows(t *testing.T) {
	o := newOffice(t)
	o.Clock.Add(time.Date(2026, 11, 26, 15, 0, 0, 0, time.UTC).Sub(o.Clock.Now())) // a Thursday afternoon
	if err := demo.Fill(t.Context(), o.DB, db.System, "s", 1, nil); err != nil {
		t.Fatal(err)
	}
	people := []*person{o.as("Administrator")}
	for _, name := range []string{"Priya Nair", "Tomas Rehn", "Sam Okoye", "Léa Dubois"} {
		p := &person{office: o, user: db.User{ID: o.One("SELECT id FROM users WHERE full_name = ?", name)}}
		p.comeIn()
		people = append(people, p)
	}
	for _, p := range people {
		w := o.windowOf(p)
		for _, path := range []string{"/", "/?chart=months"} {
			w.open(path)
			for width, columns := range map[int64]int{1280: 2, 1560: 3, 1920: 3} {
				w.size(width, 900)
				tall, err := ask[[]float64](w, "columns('.home > .stack')")
				if err != nil || len(tall) != columns || slices.Max(tall) > 1.5*slices.Min(tall) {
					t.Errorf("%s at %d: columns of %v%s", path, width, tall, errorText(err))
				}
			}
		}
	}
	w := o.windowOf(people[0])
	w.size(1920, 900)
	w.open("/contacts")
	cut, err := ask[int](w, "[...document.querySelectorAll('#rows td > bdi')]."+
		"filter((e) => e.innerText.includes('@') && e.scrollWidth > e.clientWidth).length")
	if err != nil || cut > 0 {
		t.Errorf("%d emails are cut at 1920%s", cut, errorText(err))
	}
	w.open("/organizations/" + o.One("SELECT organization_id FROM interactions WHERE organization_id IS NOT NULL LIMIT 1"))
	for _, width := range []int64{1560, 1920, 2560} {
		w.size(width, 900)
		page, err1 := ask[float64](w, "document.querySelector('.page').getBoundingClientRect().width")
		read, err2 := ask[float64](w, "document.querySelector('.split > div').getBoundingClientRect().width")
		sides, err3 := ask[[]float64](w, "columns('.sides > *')")
		if err := cmp.Or(err1, err2, err3); err != nil || page > 1720 || read > 760 || len(sides) != 2 {
			t.Errorf("a record at %d: a page of %v, a column for reading of %v, %d beside it%s", width, page, read, len(sides), errorText(err))
		}
	}
}

// linked returns where a link of the page leads.
func (w *window) linked(selector string) string {
	w.t.Helper()
	to, err := ask[string](w, "document.querySelector(%s).getAttribute('href')", selector)
	if err != nil || to == "" {
		w.fatal("no link at %s%s", selector, errorText(err))
	}
	return to
}
