package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"clientregistry/db"
)

// TestManyAtOnce: somebody selects rows, assigns them to a colleague, and undoes it.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	o.person("Tomas Rehn", "Manager")
	for n := range 60 {
		o.Organization(fmt.Sprintf("Haus %02d", n), "owner_user_id", astrid.user.ID)
	}
	w := o.windowOf(astrid)
	w.open("/organizations?sort=-display_name")
	w.see("#rows tr:nth-child(50)")
	w.press("j", "x")
	w.see("#rows tr:first-child :checked")
	w.see(".bulk b", "selected")
	w.see(".bulk", "All 60 that match")
	w.everywhere("a row selected")
	w.press("Escape")
	w.gone("#rows :checked")
	w.click("#rows tr:nth-child(2) [name=id]")
	w.shiftClick("#rows tr:nth-child(5) [name=id]")
	w.count(4, "#rows :checked")
	if text := w.spoken(); !strings.Contains(text, "4 selected") {
		t.Errorf("the bar does not say that 4 are selected: %s", text)
	}
	w.click("#all")
	w.count(50, "#rows :checked")
	w.click("#load-more")
	w.see("#rows tr:nth-child(60)")
	w.count(50, "#rows :checked")
	w.click(".bulk [type=reset]")
	w.gone("#rows :checked")

	// Thirty are given to a colleague by seven clicks.
	clicks := 0
	click := func(selector string, text ...string) { clicks++; w.click(selector, text...) }
	click("#rows tr:nth-child(31) [name=id]")
	clicks++
	w.shiftClick("#rows tr:nth-child(60) [name=id]")
	click(".bulk button", "Assign owner")
	w.see("h2", "30 organizations selected")
	w.everywhere("which owner")
	clicks += 2 // one opens the choices
	w.set("#owner_user_id", "Tomas Rehn")
	click("button", "Continue")
	w.see("h2", "Assign 30 organizations to Tomas Rehn")
	w.see("tbody", "Haus 00")
	w.everywhere("what would happen")
	click("button", "Change 30 organizations")
	w.see("#toasts", "30 organizations assigned to Tomas Rehn")
	if clicks > 7 {
		t.Errorf("%d clicks", clicks)
	}
	w.at("/organizations?rows=100&sort=-display_name")
	w.see("#rows tr:nth-child(31)", "Tomas Rehn")
	w.click("#toasts form button", "Undo")
	w.see("#toasts", "Undone: 30 organizations")
	w.at("/organizations?rows=100&sort=-display_name")
	w.see("#rows tr:nth-child(31)", "Astrid Öberg")

	// All matches, from the menu, on a phone.
	w.phone()
	w.open("/organizations?sort=-display_name")
	w.click("#rows tr:nth-child(1) [name=id]")
	w.click("#all-match")
	w.click(".bulk summary")
	w.fits("the menu of a selection")
	w.axe("the menu of a selection")
	w.click(".bulk button", "Set sector")
	w.see("h2", "60 organizations selected")
	w.fill("#sector", "ret")
	w.see("[role=option][aria-selected=true]", "Retail")
	w.see("[role=option]:last-child", "Use “ret” as a new sector")
	w.axe("the known sectors")
	w.press("Enter")
	w.holds("#sector", "Retail")
	w.gone("[role=option]")
	w.press("Enter")
	w.see("h2", "Set the sector of 60 organizations to Retail")
	w.click("button", "Change 60 organizations")
	w.see("#toasts", "Sector of 60 organizations set to Retail")
	w.desk()
	o.WantOne("60", "SELECT count(*) FROM organizations WHERE sector = 'Retail'")
	renameSector(o, w)
}

// renameSector renames the sector Retail of sixty organizations, takes that back, and looks at the page while
// somebody else's change is running.
func renameSector(o *office, w *window) {
	w.t.Helper()
	const retail = "#values tr:has(td:first-child bdi)"
	w.open("/")
	w.click(".side a", "Vocabularies")
	w.see(retail, "Retail")
	w.everywhere("vocabularies")
	w.click(retail+" a", "Rename Retail")
	w.focused("#new")
	w.holds("#new", "Retail")
	w.everywhere("a value in its form")
	w.press("Escape")
	w.focused(retail + " [id^=rename]")
	where := tableAt(w)
	w.press("Tab", "Tab", "Enter") // Hide
	w.see("#values .state", "Not suggested")
	w.focused("#values tr.off [id^=suggest]")
	w.click("#toasts form button", "Undo")
	w.gone("#values .state")
	w.press("Shift+Tab", "Shift+Tab")
	w.focused(retail + " [id^=rename]")
	w.press("Enter")
	w.focused("#new")
	w.fill("#new", "Trade")
	w.press("Enter")
	w.see("#values [role=status]", "Renamed Retail to Trade: 60 organizations")
	w.see("#values .nm:focus", "Trade")
	w.everywhere("vocabularies with a change")
	w.click("#values [role=status] button", "Undo")
	w.see("#values [role=status]", "Changed Trade back to Retail: 60 organizations")
	w.see("#values .nm:focus", "Retail")
	w.press("Tab", "Tab")
	w.focused(retail + " [id^=rename]")
	w.press("Enter")
	w.focused("#new")
	w.fill("#new", "Energy")
	w.press("Enter")
	w.see("#new-e", "Energy is already there. Merge the two instead")
	w.everywhere("a name that is there already")
	w.click("a", "Merge into Energy")
	w.holds("#new", "Energy")
	w.focused("#new")
	w.press("Escape")
	w.focused(retail + " [id^=merge]")
	o.WantOne("60", "SELECT count(*) FROM organizations WHERE sector = 'Retail'")

	w.press("Shift+Tab", "Enter") // Tab saves, and so does a click elsewhere; what is as it was only closes
	w.focused("#new")
	w.write("Commerce")
	w.press("Tab")
	w.see("#values [role=status]", "Renamed Retail to Commerce: 60 organizations")
	w.see("#values .nm:focus", "Commerce")
	w.click("a", "Rename Commerce")
	w.focused("#new")
	w.press("Tab")
	w.gone("#new")
	w.click("a", "Rename Commerce")
	w.fill("#new", "Retail")
	w.click("h1")
	w.see("#values [role=status]", "Renamed Commerce to Retail: 60 organizations")
	w.gone("#new")
	w.click("a", "Rename Retail")
	w.click(".side a", "Home")
	w.see("h1", "Home")

	v, err := db.VocabularyOf("sector")
	if err == nil {
		_, err = o.DB.RenameValue(w.t.Context(), db.System, v, "Retail", "Trade")
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.open("/admin/vocabularies")
	w.see("#values progress")
	w.see("#values .foot", "Changing Retail to Trade: 0 of 60 organizations")
	if now := tableAt(w); now != where {
		w.t.Errorf("the table was at %s, and is at %s while a change is running", where, now)
	}
	w.everywhere("a change that is running")
	if _, err := ask[any](w, "document.querySelector('#look-again').focus()"); err != nil {
		w.t.Fatal(err)
	}
	o.Jobs.ChangeValues()
	w.see("#values [role=status]", "Renamed Retail to Trade: 60 organizations") // by itself
	w.focused("#news")                                                          // where Refresh was
	w.press("Tab")
	w.focused("#news button")
}

// tableAt returns where the table of values and its columns begin, and how many rows it has.
func tableAt(w *window) string {
	w.t.Helper()
	at, err := ask[string](w, `find("#values table, #values th", "").map(x => x.getBoundingClientRect()).
		map(box => [box.left, box.top]).join(" ") + " " + find("#values tr", "").length`)
	if err != nil {
		w.t.Fatal(err)
	}
	return at
}

// TestBackFromABatch asks nothing, and finds the same rows ticked until the batch was run.
func TestBackFromABatch(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	tomas := o.person("Tomas Rehn", "Manager").user.ID
	for n := range 60 {
		o.Organization(fmt.Sprintf("Haus %02d", n))
	}
	for _, scripts := range []bool{true, false} {
		w := o.windowOf(astrid)
		w.scripts(scripts)
		w.open("/organizations?sort=-display_name")
		w.click("#load-more")
		w.see("#rows tr:nth-child(60)")
		ticked := func() {
			w.t.Helper()
			w.see("#rows tr:nth-child(60)")
			w.count(2, "#rows :checked")
			w.until("same(location.search.split('selection=').length < 3, true, 'one selection in the address')")
			w.see("#rows tr:nth-child(2) :checked")
			w.see("#rows tr:nth-child(58) :checked")
			if text := w.spoken(); !strings.Contains(text, "2 selected") {
				t.Errorf("the bar does not say that 2 are selected: %s", text)
			}
		}
		w.click("#rows tr:nth-child(2) [name=id]")
		w.click("#rows tr:nth-child(58) [name=id]")
		ticked()
		for range 2 {
			w.click(".bulk button", "Assign owner")
			w.see("h2", "2 organizations selected")
			w.back()
			ticked()
		}
		w.click(".bulk button", "Assign owner")
		w.click("[data-cancel]")
		ticked()
		if scripts {
			w.everywhere("rows ticked again")
		}
		w.click(".bulk [aria-label='Clear the selection']")
		w.gone("#rows :checked")
		w.back()
		ticked()
		w.click(".bulk button", "Assign owner")
		w.set("#owner_user_id", "Tomas Rehn")
		w.click("button", "Continue")
		w.see("h2", "Assign 2 organizations to Tomas Rehn")
		w.click("main a", "Haus 58")
		w.see("h1", "Haus 58")
		w.back()
		w.see("h2", "Assign 2 organizations to Tomas Rehn")
		w.back()
		w.holds("#owner_user_id", tomas)
		w.click("button", "Continue")
		w.click("button", "Change 2 organizations")
		w.see("#toasts", "2 organizations assigned to Tomas Rehn")
		w.gone("#rows :checked")
		w.back()
		w.see("#lead", "Nothing would change")
		w.back()
		w.see("h2", "2 organizations selected")
		w.back()
		w.see("#rows tr:nth-child(60)")
		if scripts {
			w.gone("#rows :checked")
		}
		w.open("/organizations?rows=100&sort=-display_name")
		w.see("#rows tr:nth-child(60)")
		w.gone("#rows :checked")
		o.Exec("UPDATE organizations SET owner_user_id = NULL")
	}
}

// TestAContactIsFoundForMany: choices appear while somebody types.
func TestAContactIsFoundForMany(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	o.Organization("Acme")
	o.Organization("Brig")
	o.Contact("Maya", "Okafor")
	o.Contact("Maya", "Berg")
	w := o.windowOf(astrid)
	w.open("/organizations")
	w.click("#all")
	w.click(".bulk summary")
	w.click(".bulk button", "Link contact")
	w.see("#find")
	w.write("maya")
	w.count(2, "#picks [type=radio]")
	w.everywhere("contacts to choose from")
	w.click("#picks label", "Maya Okafor")
	w.click("button", "Continue")
	w.see("h2", "Link 2 organizations to Maya Okafor")
	w.click("a", "Choose again")
	w.see("#picks :checked")
	w.click("button", "Continue")
	w.click("button", "Link 2 organizations")
	w.see("#toasts", "2 organizations linked to Maya Okafor")
}

// TestManyAtOnceWithoutScript: every step is a plain form.
func TestManyAtOnceWithoutScript(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	o.Organization("Acme")
	o.Organization("Brig")
	w := o.windowOf(astrid)
	w.scripts(false)
	w.open("/organizations")
	w.gone("#all")
	w.click("#rows tr:nth-child(2) [name=id]")
	w.click(".bulk button", "Archive")
	w.see("h2", "Archive 1 organization")
	w.click("button", "Archive 1 organization")
	w.see("#toasts", "1 organization archived")
	w.count(1, "#rows tr")
	w.click("#toasts form button", "Undo")
	w.see("#toasts", "Undone: 1 organization")
	w.count(2, "#rows tr")
}

// shiftClick clicks a checkbox with Shift held.
func (w *window) shiftClick(selector string) {
	w.t.Helper()
	w.loaded()
	if _, err := ask[any](w, "void document.querySelector(%s).dispatchEvent(new MouseEvent('click', {shiftKey: true, bubbles: true, "+
		"cancelable: true}))", selector); err != nil {
		w.t.Fatal(err)
	}
}
