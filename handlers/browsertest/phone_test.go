package browsertest

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"

	"clientregistry/handlers/handlerstest"
)

// TestFindingAndCallingOnAPhone takes two taps and the letters of a name: one for the search and one on the number. Before, it took
// three: the number was only on the contact's page.
func TestFindingAndCallingOnAPhone(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		o := newOffice(t)
		acme, maya := o.Organization("Harbor & Pine"), o.Contact("Maya", "Okafor", "phone", "+44 20 7946 0123", "mobile", "+44 7700 900123")
		o.Link(acme, maya)
		o.Contact("Zoe", "Zimmer")
		w := o.windowOf(o.person("Astrid Öberg", "Manager"))
		w.scripts(scripts)
		w.phone()
		const number = "a[href='tel:+447700900123']"
		taps := 0
		tap := func(selector string, text ...string) { taps++; w.click(selector, text...) }
		w.open("/")
		tap(".topbar a[aria-label=Search]")
		if scripts {
			w.focused("main [name=q]")
		} else {
			tap("main [name=q]")
		}
		w.write("oka")
		if !scripts {
			w.press("Enter")
		}
		w.point(".links "+number, "Call Maya Okafor") // nothing covers it
		if taps++; taps > 2 && scripts || taps > 3 {
			t.Errorf("%d taps", taps)
		}
		w.fits("results with a number to call")
		w.click(".tabbar a", "Contacts")
		w.see("h1", "Contacts")
		w.count(1, "#rows .tel")
		w.point("#rows "+number, "Call Maya Okafor")
		w.open(acme)
		w.point("#links "+number, "Call Maya Okafor")
		w.point("#links [aria-label^=Edit]")
		w.until(`find("#links .rel", "Active")[0]?.offsetWidth > 20 ? "" : "nothing shows the status"`)

		// On the contact's page Call comes first; with two numbers it asks which.
		w.open(maya)
		w.click(".reach summary", "Call")
		w.see(".reach .sheet-h h2", "Call Maya Okafor")
		w.point(".reach "+number, "Mobile +44 7700 900123")
		w.point(".reach a", "Phone +44 20 7946 0123")

		if scripts {
			w.everywhere("numbers of a contact")
		}
	}
}

// TestTwinsAreSeenOnAPhone: under the name that is being typed, not at the end of the form.
func TestTwinsAreSeenOnAPhone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Contact("Sabine", "Jäger")
	o.Organization("Jäger & Sons")
	w := o.windowOf(o.person("Astrid Öberg", "Manager"))
	w.phone()
	for path, typed := range map[string][]string{
		"/contacts/new": {"#first_name", "Sabine", "#last_name", "Jäger"}, "/organizations/new": {"#display_name", "Jäger & Sons"},
	} {
		w.open(path)
		for n := 0; n < len(typed); n += 2 {
			w.fill(typed[n], typed[n+1])
		}
		w.see(".twins .nm", "Jäger")
		w.until("inside('.twins')")
		w.everywhere("twins in " + path)
		w.phone()
	}
}

// TestSheetsOfAPhone close by a tap beside them, a swipe, their cross and a key, and the focus goes in and comes back.
func TestSheetsOfAPhone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	astrid.post("/views", "name", "Organizations in Northern Europe that nobody has called", "list", "organizations", "query", "sector=Energy")
	w := o.windowOf(astrid)
	const more, open = ".tabbar summary", ".tabbar details[open] .menu"
	for _, scripts := range []bool{false, true} {
		w.scripts(scripts)
		w.phone()
		w.open("/organizations")
		w.click(more)
		w.see(open+" a", "Audit log")
		w.see(open+" button", "Sign out")
		w.tap(200, 20)
		w.gone(open)
	}
	for _, close := range []func(){
		func() { w.swipe(195, 700, 780) },
		func() { w.click(open + " [data-close]") },
		func() { w.press("Escape") },
	} {
		w.click(more)
		w.focused(open + " h2")
		w.until("inside('.tabbar [data-close]')") // a long name does not push it out
		close()
		w.gone(open)
		w.focused(more)
	}
	w.click(more)
	w.see(open)
	w.swipe(195, 700, 730) // not far enough
	w.everywhere("sheet of the bar")
	w.phone()
	w.press("Shift+Tab", "Shift+Tab") // over the summary and out of the sheet
	w.gone(open)
	w.click(more)
	w.click(open+" a", "Interactions")
	w.see("h1", "Interactions")
	w.gone(open)
	w.click(more)
	w.click(open + " a[href='/account']")
	w.see("h1", "My account")
}

// tap touches the window at a place.
func (w *window) tap(x, y float64) { w.t.Helper(); w.swipe(x, y, y) }

// swipe puts a finger down and moves it up or down.
func (w *window) swipe(x, from, to float64) {
	w.t.Helper()
	touch := func(kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
		if points == nil {
			points = []*input.TouchPoint{}
		}
		call(w, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points})
	}
	touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: x, Y: from})
	if to != from {
		touch(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: x, Y: (from + to) / 2})
		touch(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: x, Y: to})
	}
	touch(input.DispatchTouchEventTypeTouchEnd)
}

// TestStatesShowInForcedColors: what is open, done or chosen differs by more than colors, which the system then replaces.
func TestStatesShowInForcedColors(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ines := o.person("Inès Moreau", "Manager")
	acme := o.Organization("Acme", "sector", "Retail")
	ines.post("/follow-ups", "text", "Call Mrs Kroon", "due", "tomorrow")
	w := o.windowOf(ines)
	forced := []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: forced})
	w.open("/follow-ups")
	w.see(".done span")
	w.count(0, ".done .i") // an open circle has no tick
	w.axe("follow-ups in forced colors")
	w.click(".done")
	w.see("#toasts", "Done")
	w.open("/follow-ups?show=done")
	w.see(".dot .i")
	for icon, text := range map[string]string{".dot .i": "h1", ".nav a[aria-current]::before": ".nav a", "summary .i": "summary"} {
		w.until(`((icon, text) => same(getComputedStyle(document.querySelector(icon.replace("::before", "")), icon.match("::before")?.[0])
			.backgroundColor, getComputedStyle(document.querySelector(text)).color, icon))(%s, %s)`, icon, text)
	}
	w.open(acme)
	w.click("#log-open")
	const checked = "label:has(:checked)"
	for _, chosen := range []string{".seg " + checked, ".quick " + checked, ".toggle [aria-current]", ".nav [aria-current]"} {
		w.see(chosen)
		w.until("getComputedStyle(document.querySelector(%s)).outlineStyle === 'solid' ? '' : 'no outline around ' + %[1]s", chosen)
	}
	w.open("/organizations?sector=Retail")
	w.until(`new Set([".chip:has(.x)", ".chip:not(:has(.x))"].map(chip => getComputedStyle(document.querySelector(chip)).borderColor)).size === 2
		? "" : "a set filter looks like the others"`)
}

// TestMessagesOfAPhone: each change on a record's page offers Undo, which works there. A message never lies over what has
// the focus, and goes when it is swiped away or closed.
func TestMessagesOfAPhone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	acme, maya := o.Organization("Acme", "sector", "Retail"), o.Contact("Maya", "Okafor")
	o.Link(acme, maya, "role_label", "CFO")
	call := o.Log(acme, maya, "Renewal agreed")
	event := "#i-" + handlerstest.Key(call)
	w := o.windowOf(o.person("Astrid Öberg", "Manager"))
	w.phone()
	undo := func(says string) { w.t.Helper(); w.see("#toasts", says); w.click("#toasts form button", "Undo") }
	w.open(acme)
	w.click("#edit-tax_id")
	w.focused("#fact-tax_id input")
	w.write("99")
	w.press("Enter")
	w.see("#fact-tax_id", "99")
	w.focused("#edit-tax_id")
	w.see("#toasts", "Tax ID saved")
	w.until("uncovered()")
	undo("Tax ID saved")
	w.see("#fact-tax_id", "Add tax ID")
	w.compose("Asked for a price")
	w.click("#log .btn.pri")
	w.see("#today", "Asked for a price")
	undo("Call logged")
	w.gone("#today", "Asked for a price")
	w.focused("#log-open")
	undo("Call deleted")
	w.see("#today", "Asked for a price")
	w.click(event + " .i-pen")
	w.fill(event+" [name=subject]", "Refused")
	w.press("Control+Enter")
	w.see(event+" h4", "Refused")
	undo("Call saved")
	w.see(event+" h4", "Renewal agreed")
	w.click("#edit-link-" + handlerstest.Key(maya))
	w.fill("#link-"+handlerstest.Key(maya)+" [name=role_label]", "Chair")
	w.press("Control+Enter")
	w.see("#link-"+handlerstest.Key(maya), "Chair")
	undo("Saved the link")
	w.see("#link-"+handlerstest.Key(maya), "CFO")
	w.everywhere("a message with Undo on a phone")
	w.phone()
	for _, goes := range []func(){
		func() { w.swipe(100, 740, 840) },
		func() { w.click("#toasts [data-close]") },
	} {
		w.open(acme)
		w.click("#edit-tax_id")
		w.focused("#fact-tax_id input")
		w.write("9")
		w.press("Enter")
		w.see("#toasts", "Tax ID saved")
		goes()
		w.gone("#toasts .toast")
	}
}

// TestAnUndoLeavesOtherWorkAlone: the editor that is open, the focus and the place of the page. It says if others were faster,
// and goes on after signing in again.
func TestAnUndoLeavesOtherWorkAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	acme, maya := o.Organization("Acme", "sector", "Retail"), o.Contact("Maya", "Okafor")
	o.Link(acme, maya, "role_label", "CFO")
	astrid, tomas := o.person("Astrid Öberg", "Manager"), o.person("Tomas Rehn", "Manager")
	w := o.windowOf(astrid)
	w.phone()
	w.open(acme)
	taxID := func(value string) {
		w.t.Helper()
		w.click("#edit-tax_id")
		w.focused("#fact-tax_id input")
		w.fill("#f-tax_id", value)
		w.press("Enter")
		w.see("#toasts", "Tax ID saved")
	}
	taxID("1")
	w.click("#edit-website")
	w.fill("#f-website", "half.exa")
	w.click("#toasts form button", "Undo")
	w.see("#toasts", "Tax ID is as it was")
	w.gone("#toasts form")
	w.see("#fact-tax_id", "Add tax ID")
	w.focused("#f-website")
	w.holds("#f-website", "half.exa")
	w.click("#toasts [data-close]")
	w.gone("#toasts .toast")
	w.holds("#f-website", "half.exa")
	w.press("Escape")
	w.gone("#f-website")

	taxID("2")
	tomas.post(acme+"/fields/tax_id", "value", "3", "version", o.One("SELECT version FROM organizations"))
	w.click("#toasts form button", "Undo")
	w.see("#toasts", "Tomas Rehn changed this meanwhile. It was not undone.")
	w.see("#fact-tax_id", "2")
	w.compose("Asked for a price")
	w.click("#log .btn.pri")
	w.see("#toasts", "Call logged")
	w.click("#toasts form button", "Undo")
	w.see("#toasts", "Call deleted")
	w.gone("#timeline .day")

	w.open(acme)
	taxID("4")
	o.Exec("DELETE FROM sessions")
	w.click("#toasts form button", "Undo")
	w.fill("#login-password", handlerstest.Password)
	w.press("Enter")
	w.see("#toasts", "Tax ID is as it was")
	w.see("#fact-tax_id", "3")
}
