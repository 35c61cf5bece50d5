package browsertest

import (
	"fmt"
	"testing"
)

// crowded returns an office with 60 organizations: every third is in one sector, every fifth has an
// owner, and one had contact.
func crowded(t *testing.T) (o *office, astrid *person) {
	t.Helper()
	o = newOffice(t)
	astrid = o.person("Astrid Öberg", "Administrator")
	for n := range 60 {
		more := []string{"sector", []string{"Retail", "Media", "Energy"}[n%3]}
		if n%5 == 0 {
			more = append(more, "owner_user_id", astrid.user.ID)
		}
		organization := o.Organization(fmt.Sprintf("Haus %02d", n), more...)
		if n == 30 {
			o.Log(organization, "", "Renewal agreed")
		}
	}
	o.Exec("UPDATE organizations SET created_at = '2026-11-02T08:00:00.000Z'") // the others have been quiet since then
	return o, astrid
}

// TestNarrowingAList: filters from menus and the form combine. Each is a chip that can be removed;
// the count, order and columns stay with them.
func TestNarrowingAList(t *testing.T) {
	t.Parallel()
	o, astrid := crowded(t)
	w := o.windowOf(astrid)
	w.open("/organizations")
	w.see("#result", "60 organizations")
	w.click("summary", "Sector")
	w.fill("#f-sector [type=search]", "rét")
	w.gone("#f-sector label:not([hidden])", "Media")
	w.press("Enter") // ticks the first that is left
	w.at("/organizations?sector=Retail")
	w.see("#result", "20 organizations")
	w.fill("#f-sector [type=search]", "")
	w.click("#f-sector label", "Energy") // the popover is still open
	w.at("/organizations?sector=Energy&sector=Retail")
	w.see("#result", "40 organizations")
	w.see("#f-sector summary b", "Energy or Retail")
	w.everywhere("several values of a filter")
	w.click("#f-sector label", "Is not")
	w.see("#result", "20 organizations")
	w.see("#f-sector summary b", "not Energy or Retail")
	w.back()
	w.see("#result", "40 organizations")
	w.click("summary", "Sector")
	w.click("#f-sector label", "Energy")
	w.see("#result", "20 organizations")
	w.press("Escape")
	w.click(".chip summary", "Owner")
	w.click("#f-owner label", "Me")
	w.see("#result", "4 organizations")
	w.click("#more-filters > summary")
	w.see("#fl-quiet")
	w.everywhere("filters open")
	w.click("label", "Never contacted")
	w.click("#more-filters button", "Show")
	w.see("#result", "3 organizations")
	w.at("/organizations?last_contact=never&owner=me&sector=Retail")
	w.everywhere("three filters")
	w.click("thead a", "Name")
	w.see("#rows tr:first-child .nm", "Haus 45")
	w.click("#columns summary")
	w.click("#columns label", "Size")
	w.click("#columns button", "Show")
	w.gone("thead th", "Size")
	w.see("#rows tr:first-child .nm", "Haus 45")
	w.count(3, "#rows tr")
	w.click("[aria-label='Remove the last contact filter']")
	w.see("#result", "4 organizations")
	w.click("[aria-label='Remove the sector filter']")
	w.see("#result", "12 organizations")
	w.see("#rows tr:first-child .nm", "Haus 55")
	w.click("[aria-label='Remove the owner filter']")
	w.count(50, "#rows tr")
	w.see("#rows tr:first-child .nm", "Haus 59")
	w.back()
	w.see("#result", "12 organizations")
}

func TestNarrowingAListByKeyboard(t *testing.T) {
	t.Parallel()
	o, astrid := crowded(t)
	w := o.windowOf(astrid)
	w.open("/organizations")
	w.see("#result", "60 organizations")
	w.tabTo(".chip summary")
	w.press("Enter")
	w.see("#f-sector label", "Retail")
	w.focused("#f-sector [data-narrows]")
	w.press("Shift+Tab", "n", "j") // the menu is still open
	w.focused("#f-sector summary")
	w.press("Tab")
	w.focused("#f-sector [data-narrows]")
	w.press("ArrowDown", "ArrowDown", "ArrowDown") // past Is and Is not, which arrows would change
	w.focused("#f-sector [value=Retail]")
	w.press("ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp") // not beyond the first
	w.focused("#f-sector summary")
	w.tabTo("#f-sector [value=Retail]")
	w.press(" ")
	w.see("#result", "20 organizations")
	w.focused("#f-sector [value=Retail]")
	w.click("#f-sector [data-narrows]")
	w.write("med")
	w.gone("#f-sector label", "Energy")
	w.gone("#f-sector label", "No sector")
	w.press("Enter")
	w.see("#result", "40 organizations")
	w.see("#f-sector label", "Energy")
	w.holds("#f-sector [data-narrows]", "")
	w.focused("#f-sector [data-narrows]") // for the next value; on a box, letters would be shortcuts
	for _, ticked := range []string{":checked", ":not(:checked)"} {
		w.write("no sec")
		w.gone("#f-sector label", "Energy")
		w.press("Enter")
		w.see("#f-sector [value=none]" + ticked)
		w.see("#f-sector label", "Energy")
	}
	w.click("#f-sector label", "Media")
	w.see("#result", "20 organizations")
	w.press("Escape")
	w.focused("#f-sector summary")
	w.tabTo("#more-filters > summary")
	w.press("Enter")
	w.tabTo("#fl-quiet")
	w.write("5")
	w.press("Enter")
	w.see("#result", "19 organizations")
	w.at("/organizations?quiet_days=5&sector=Retail")
	w.tabTo("[aria-label='Remove the quiet filter']")
	w.press("Enter")
	w.see("#result", "20 organizations")
	w.focused("h1")
	w.press("/")
	w.focused("#q")
	w.write("30")
	w.see("#result", "1 organization")
	w.at("/organizations?q=30&sector=Retail")
	w.press("j", "Enter") // the search has the focus, so j is a letter
	w.see("h2", "Nothing matches “30j”")
}

// TestFiltersOnAPhone: one sheet holds all of a list's filters. It stays open while they are ticked, says how many are
// set, and closes by Show, its cross, a tap beside it, a swipe and a key.
func TestFiltersOnAPhone(t *testing.T) {
	t.Parallel()
	o, astrid := crowded(t)
	w := o.windowOf(astrid)
	w.phone()
	w.open("/organizations")
	w.gone("#f-sector")
	w.click("#filters-open", "Filters")
	w.focused("#filter-sheet h2")
	w.press("n", "j", "g", "c", "?") // keys of the page under the sheet
	w.focused("#filter-sheet h2")
	w.press("Tab", "Tab", "g", "h", "n", "j")
	w.focused("#f-sector summary")
	w.everywhere("sheet of filters")
	w.phone()
	w.click("#f-sector summary")
	w.click("#f-sector label", "Energy")
	w.at("/organizations?sector=Energy")
	w.click("#f-sector label", "Media")
	w.at("/organizations?sector=Energy&sector=Media")
	w.see("#f-sector summary b", "Energy or Media")
	w.everywhere("sheet of filters, one open")
	w.phone()
	w.click("#f-owner summary")
	w.gone("#f-sector label")
	w.click("#f-owner label", "Me")
	w.see("#result", "8 organizations")
	w.see("#filters-open", "2 set")
	w.click("#more-filters > summary")
	w.everywhere("sheet of filters, the further ones open")
	w.phone()
	w.fill("#fl-quiet", "5")
	w.click("#filter-sheet > .acts button", "Show")
	w.at("/organizations?owner=me&quiet_days=5&sector=Energy&sector=Media")
	w.gone("#filter-sheet")
	w.see("#filters-open", "3 set")
	for _, close := range []func(){
		func() { w.click("#filter-sheet .sheet-h button") },
		func() { w.tap(200, 20) },
		func() { w.swipe(195, 480, 560) },
		func() { w.press("Escape") },
	} {
		w.click("#filters-open")
		w.focused("#filter-sheet h2")
		close()
		w.gone("#filter-sheet")
		w.focused("#filters-open")
	}
	w.click("#filters-open")
	w.click("[aria-label='Remove the quiet filter']")
	w.at("/organizations?owner=me&sector=Energy&sector=Media")
	w.gone("#filter-sheet")
	w.open("/organizations") // Show after what has an effect at once only closes the sheet, and Back takes that back
	w.click("#filters-open")
	w.click("#f-sector summary")
	w.click("#f-sector label", "Energy")
	w.at("/organizations?sector=Energy")
	w.click("#filter-sheet > .acts button", "Show")
	w.gone("#filter-sheet")
	w.back()
	w.at("/organizations")
	for _, list := range []string{"/contacts", "/interactions", "/admin/audit"} {
		w.open(list)
		w.click("#filters-open")
		w.everywhere("sheet of filters of " + list)
		w.phone()
	}
}

func TestNarrowingAListWithoutScript(t *testing.T) {
	t.Parallel()
	o, astrid := crowded(t)
	w := o.windowOf(astrid)
	w.scripts(false)
	w.phone()
	w.open("/organizations")
	w.click("#filters-open")
	w.click("#f-sector summary")
	w.click("#f-sector label", "Retail")
	w.click("#f-sector label", "Energy")
	w.fits("filters on a phone")
	w.click("#filter-sheet > .acts button", "Show")
	w.see("#result", "40 organizations")
	w.at("/organizations?sector=Energy&sector=Retail")
	w.see("#filters-open", "1 set")
	w.click("#filters-open")
	w.click("#filter-sheet .sheet-h button")
	w.gone("#filter-sheet")
	w.desk()
	w.click("summary", "Sector")
	w.click("#f-sector label", "Energy")
	w.click("#f-sector button", "Show")
	w.see("#result", "20 organizations")
	w.click("#more-filters > summary")
	w.fill("#fl-quiet", "5")
	w.fits("further filters")
	w.click("#more-filters button", "Show")
	w.see("#result", "19 organizations")
	w.at("/organizations?quiet_days=5&sector=Retail")
	w.fill("#q", "haus 0")
	w.press("Enter")
	w.see("#result", "4 organizations")
	w.click("[aria-label='Remove the sector filter']")
	w.see("#result", "10 organizations")
}
