package browsertest

import (
	"testing"

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
	w.scripts(true)
	w.open("/")
	for _, chart := range []string{"weeks", "months", "owners"} {
		w.click("[aria-labelledby=" + chart + "-h] summary")
	}
	w.everywhere("home, with the tables of its charts")
	w.click("[aria-labelledby=owners-h] tr:first-child td a")
	w.at("/organizations?owner=" + ines.user.ID)
	w.see("#rows .nm", "Harbor & Pine Logistics")
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
