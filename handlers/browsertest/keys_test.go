package browsertest

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"clientregistry/handlers/handlerstest"
)

// Every key that the list of keys names on a page does there what it says.
func TestEveryListedKeyWorks(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	organization, contact := furnished(o)
	var interaction string
	for _, text := range []string{"Send the prices", "Call about the prices"} {
		interaction = o.Log(organization, contact, "Asked: "+text)
		o.FollowUp(interaction, text, o.stockholm(0), astrid.user.ID)
	}
	w := o.windowOf(astrid)
	const row = "document.activeElement.closest('#rows tr, .tl > li, .links li, .feed > li, .todo li')"
	focus := func(what string) {
		w.t.Helper()
		w.until(row + " ? '' : 'no row has the focus: " + what + "'")
	}
	// into chooses the first row that has a link, where a page has both rows and a place in a list.
	const links = `find("#rows tr, .tl > li, .links li, .feed > li, .todo li", "").map(row => row.querySelector(".nm, h4 a") ??
		row.querySelector("a")).filter(x => x && shown(x))`
	into := func() (rows int) {
		w.t.Helper()
		rows, err := ask[int](w, "(() => { const all = "+links+"; all[0]?.focus(); return all.length })()")
		if err != nil || rows == 0 {
			w.fatal("no row has a link: %v", err)
		}
		return rows
	}
	inField := `document.activeElement.matches("input, textarea, select") ? "" : "no field has the focus"`
	checks := map[string]func(page string){
		"Search, open, log, create": func(string) {
			w.press("Control+k")
			w.focused("#palette-q")
			w.press("Escape")
			w.gone("#palette[open]")
		},
		"Search this list": func(string) { w.press("/"); w.focused("#q") },
		"Home":             func(string) { w.press("g", "h"); w.at("/"); w.see("h1", "Home") },
		"Organizations":    func(string) { w.press("g", "o"); w.at("/organizations") },
		"Contacts":         func(string) { w.press("g", "c"); w.at("/contacts") },
		"Interactions":     func(string) { w.press("g", "i"); w.at("/interactions") },
		"Follow-ups":       func(string) { w.press("g", "f"); w.at("/follow-ups") },
		"New, on this page": func(page string) {
			w.press("n")
			if page == "/follow-ups" {
				w.see("#follow-up-new form")
				return
			}
			w.until(`/new(=1)?$/.test(location.href) ? "" : "no page for a new one: " + location.href`)
		},
		"Next and previous row": func(string) {
			rows := into()
			focus("first")
			if rows == 1 {
				return
			}
			w.press("j")
			w.until(links + `.indexOf(document.activeElement) === 1 ? "" : "j does not lead to the second row"`)
			w.press("k")
			w.until(links + `.indexOf(document.activeElement) === 0 ? "" : "k does not lead back"`)
		},
		"Outside the rows: next and previous in the list": func(page string) {
			w.press("j")
			w.until(`location.pathname + location.search !== %s ? "" : "j stays"`, page)
			w.see("h1")
			w.press("k")
			w.at(page)
		},
		"Select the row, or the first": func(string) {
			const row = `document.activeElement.closest("tr")`
			w.press("x")
			w.until(row + `?.matches(":first-child:has([name=id]:checked)") ? "" : "the first row is not chosen"`)
			w.press("x", "j", "x")
			w.until(row + `.matches(":has([name=id]:checked)") ? "" : "the row is not chosen"`)
			w.count(1, "#rows :checked")
		},
		"Edit the row, or the first": func(string) {
			first, err := ask[string](w, `document.querySelector("#rows .nm").pathname`)
			if err != nil {
				t.Fatal(err)
			}
			w.press("e")
			w.at(first + "/edit")
		},
		"Go to the actions for the selected rows": func(string) { w.press("j", "x", "a"); w.focused(".bulk :is(input, button)") },
		"Edit the row, or the first field": func(page string) {
			if !strings.Contains(page, "?list=") { // there j turns to the next record
				w.press("j")
			}
			w.press("e")
			w.until(`document.activeElement.matches("input, textarea, select") || // a follow-up has a page of its own
				location.pathname.startsWith("/follow-ups/") && find("form [name=text]", "")[0] ? "" : "no field has the focus"`)
		},
		"Log an interaction": func(string) { w.press("l"); w.focused("#log-subject") },
		"Save a field, edit the next": func(string) {
			w.press("e")
			w.until(inField)
			was, err := ask[string](w, "document.activeElement.id")
			if err != nil {
				t.Fatal(err)
			}
			w.press("Tab")
			w.until(inField)
			w.until(`document.activeElement.id !== %s ? "" : "the first field is still edited"`, was)
			w.press("Escape")
			w.gone(".fact.edit")
		},
		"Cancel, close": func(string) { w.press("?"); w.see("#dialog h2"); w.press("Escape"); w.gone("#dialog[open]") },
		"This list":     func(string) { w.press("?"); w.see("#dialog h2", "Keyboard shortcuts") },
	}
	listed := map[string]bool{}
	places := map[string]bool{"Home": true, "Organizations": true, "Contacts": true, "Interactions": true, "Follow-ups": true}
	for n, path := range []string{
		"/", "/organizations", "/contacts", "/interactions", "/follow-ups", "/search?q=harbor", organization, organization + "?list=view%3Dall",
		contact, contact + "?list=view%3Dall", organization + "/history", interaction, "/account", "/account/tokens", "/admin/users",
		"/admin/users/" + handlerstest.Key(astrid.user.ID), "/admin/roles", "/admin/webhooks", "/admin/audit", "/admin/vocabularies",
	} {
		w.open(path)
		w.see("h1")
		w.press("?")
		w.see("#dialog h2", "Keyboard shortcuts")
		texts, err := ask[[]string](w, `find("#dialog dd", "").map(words)`)
		if err != nil {
			t.Fatal(err)
		}
		if len(texts) < 9 {
			t.Errorf("%s lists only %s", path, strings.Join(texts, "; "))
		}
		for _, text := range texts {
			// The journeys that fill in forms and undo something press these.
			if text == "Save the form" || text == "Go to Undo in the message" {
				continue
			}
			if places[text] && n%4 != 0 { // a sample is enough of what no page has a part in
				continue
			}
			check := checks[text]
			if check == nil {
				t.Errorf("%s: nothing checks %q", path, text)
				continue
			}
			listed[text] = true
			if !t.Run(path+" "+text, func(t *testing.T) {
				of := w.t
				w.t = t
				defer func() { w.t = of }()
				w.open(path)
				w.see("h1")
				check(path)
			}) {
				t.Errorf("%s: %s", path, text)
			}
		}
	}
	for text := range checks {
		if !listed[text] {
			t.Errorf("no page lists %q", text)
		}
	}
}

// TestKeysForTheRowUnderThePointer: without the focus on a row, keys are for the one that shows itself under the mouse.
func TestKeysForTheRowUnderThePointer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Organization("Acme")
	quay := o.Organization("Quay")
	w := o.windowOf(o.person("Astrid Öberg", "Manager"))
	hover := func() {
		w.t.Helper()
		w.open("/organizations")
		x, y := w.point("#rows tr:nth-child(2) td:last-child")
		w.act(chromedp.MouseEvent(chromedp.MouseMoved, x, y))
		w.see("#rows tr:nth-child(2):hover")
	}
	hover()
	w.press("x")
	w.see("#rows tr:nth-child(2):hover [name=id]:checked")
	w.count(1, "#rows :checked")
	w.focused("#rows tr:nth-child(2) .nm")
	hover()
	w.press("e")
	w.at(quay + "/edit")
}
