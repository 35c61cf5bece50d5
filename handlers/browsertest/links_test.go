package browsertest

import "testing"

// TestAnEditorStaysOpen: unlinking one contact keeps what was typed in another link's editor.
func TestAnEditorStaysOpen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	pier := o.Organization("Pier & Sons")
	for _, name := range []string{"Anna", "Bo", "Cleo"} {
		o.Link(pier, o.Contact(name, "Berg"))
	}
	w := o.windowOf(o.person("Inès Moreau", "Manager"))
	w.open(pier)
	w.click("#links a[aria-label='Edit the role of Anna Berg']")
	w.fill(".editing [name=role_label]", "Board")
	w.see("[role=option]", "Board member")
	w.press("Escape")
	w.gone("[role=option]")
	w.write(" member")
	w.gone("[role=option]") // what is typed whole needs no list
	w.click("#links button[aria-label='Unlink Bo Berg']")
	w.see("#toasts", "Unlinked Bo Berg")
	w.count(1, "#links .links li:not(.editing)")
	w.holds(".editing [name=role_label]", "Board member")
	w.click("#toasts button", "Undo")
	w.count(2, "#links .links li:not(.editing)")
	w.holds(".editing [name=role_label]", "Board member")
	w.click(".editing button", "Save")
	w.see("#links small", "Board member")

	// A contact is created and linked by one click and 75 keys, of which 68 are text.
	clicks, keys := 1, 0
	press := func(all ...string) { keys += len(all); w.press(all...) }
	write := func(text string) { keys += len([]rune(text)); w.write(text) }
	w.click("#link-new")
	w.focused("#find")
	write("Maya Okafor")
	w.see("[role=option]", "Create contact")
	press("Enter")
	w.focused("#new-first_name")
	press("Tab", "Tab")
	write("maya.okafor@pier.example")
	press("Tab")
	write("+46 70 555 01 10")
	press("Tab", "Tab")
	w.focused("#role_label")
	write("Managing Director")
	press("Control+Enter")
	w.see("#links .nm", "Maya Okafor")
	w.see("#links small", "Managing Director")
	if clicks > 1 || keys > 87 {
		t.Errorf("%d clicks and %d keys", clicks, keys)
	}
}

// TestFactsAreTypedInARow: Tab saves a field and opens the next one, and a click elsewhere saves it, too. What is
// refused stays open.
func TestFactsAreTypedInARow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	maya := o.Contact("Maya", "Okafor")
	o.Contact("Anna", "Kroon", "email", "anna@pier.example")
	w := o.windowOf(o.person("Inès Moreau", "Manager"))
	w.open(maya)
	w.press("e")
	w.focused("#f-first_name")
	w.press("Tab")
	w.focused("#f-last_name")
	w.write("Okafor-Berg")
	w.press("Tab")
	w.write("maya") // before the next editor has arrived
	w.press("Tab")
	w.focused("#f-email[aria-invalid=true]")
	w.see("#fact-last_name", "Okafor-Berg")
	w.holds("#f-email", "maya")
	w.press("Tab")
	w.focused("#save-email") // nothing has changed since it was refused
	w.press("Shift+Tab")
	w.write("maya@pier.example")
	w.press("Shift+Tab")
	w.focused("#f-last_name")
	w.see("#fact-email", "maya@pier.example")
	w.press("Escape")
	w.focused("#edit-last_name")

	w.click("#edit-phone")
	w.fill("#f-phone", "+46 70 555 01 10")
	w.click("#log-open")
	w.focused("#log-subject")
	w.see("#edit-phone", "+46 70 555 01 10")
	w.focused("#log-subject")
	w.click("#edit-email")
	w.fill("#f-email", "anna@pier.example")
	w.click(".crumbs a", "Contacts")
	w.see("#fact-email .err", "Anna Kroon")
	w.focused("#f-email")
	w.fill("#f-email", "okafor@pier.example")
	w.click(".crumbs a", "Contacts")
	w.at("/contacts")

	// Keys of lists.
	w.press("j", "j", "e")
	w.at(maya + "/edit")
	w.focused("#first_name")
	w.holds("#email", "okafor@pier.example")
	w.fill("#job_title", "CFO")
	w.press("Control+Enter")
	w.see("#fact-job_title", "CFO")
	w.press("?")
	w.see("#dialog dd", "Save a field, edit the next")
	w.gone("#dialog dd", "Select the row")
	w.press("Escape")
	w.press("g", "h")
	w.see("h1", "Home")
	w.press("?")
	w.see("#dialog dd", "New, on this page")
	w.gone("#dialog dd", "Search this list")

	// Whom somebody seems to type again is named, with a way there, and they may go on.
	pier := o.Organization("Harbor & Pine", "website", "harborpine.example")
	w.press("Escape")
	w.press("g", "o")
	w.see("h1", "Organizations")
	w.press("n")
	w.focused("#display_name")
	w.write("Harbour & Pine")
	w.see(".twins .found", "Harbor & Pine")
	w.see(".twins small", "Similar name · harborpine.example")
	w.tabTo(".twins a[target=_blank][href='" + pier + "']")
	w.everywhere("a twin of what is typed")
	w.press("Control+Enter")
	w.see("h1", "Harbour & Pine")
	w.tabTo("#edit-website")
	w.press("Enter")
	w.focused("#f-website")
	w.write("www.harborpine.example")
	w.see("#fact-website .twins small", "Same website")
	w.press("Tab")
	w.focused("#fact-website .twins a[href='" + pier + "']")
	w.press("Shift+Tab")
	w.focused("#cancel-website")
	w.press("Tab", "Tab")
	w.focused("#f-sector")
	w.see("#edit-website", "harborpine.example")
	w.write("ret")
	w.see("#f-sector-list [role=option]:last-child, #fact-sector [role=option]:last-child", "Use “ret” as a new sector")
	w.everywhere("a combobox with a new value")
}
