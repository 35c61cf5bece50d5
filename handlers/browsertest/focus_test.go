package browsertest

import (
	"fmt"
	"testing"
)

// TestTheFocusAfterAForm: a page that is loaded whole, as the answer to a form, places the focus; one that is opened does not.
func TestTheFocusAfterAForm(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		o := newOffice(t)
		o.Organization("Acme")
		w := o.windowOf(o.person("Astrid Öberg", "Administrator"))
		w.scripts(scripts)
		w.open("/admin/users?new=1")
		w.fill("#full_name", "Sam Berg")
		w.fill("#email", "sam berg")
		save(w, "button", "Create invitation")
		w.titled("Error: Users")
		w.focused("#email")
		w.fill("#email", "sam@quay.example")
		save(w, "button", "Create invitation")
		w.see("#role-e", "Choose at least one role")
		w.focused("#role-e")
		w.click("label:has([name=role][value=Viewer])")
		save(w, "button", "Create invitation")
		w.focused("#one-time-link")
		if scripts {
			w.press("Tab")
			w.focused("#one-time-link button") // copies it
		}

		w.open("/organizations")
		nowhere(w)
		w.click("#columns summary")
		w.click("#columns label", "Created")
		save(w, "#columns button", "Show")
		w.see("th", "Created")
		if !scripts {
			continue
		}
		w.focused("h1")
		w.open("/")
		nowhere(w)
		w.click("#cards summary")
		w.click("#cards label", "Charts")
		w.press("Control+Enter")
		w.see("#toasts", "Cards saved")
		w.focused("h1")
	}
}

// save sends the form with the focus, with Ctrl Enter where there is script.
func save(w *window, button, text string) {
	w.t.Helper()
	if on, _ := ask[bool](w, "!!window.htmx"); on {
		w.press("Control+Enter")
		return
	}
	w.click(button, text)
}

func nowhere(w *window) {
	w.t.Helper()
	w.see("h1")
	w.until(`document.activeElement === document.body ? "" : "something has the focus"`)
}

// TestTheFocusAfterAFollowUpIsAdded: the new row has it.
func TestTheFocusAfterAFollowUpIsAdded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	w := o.windowOf(o.person("Astrid Öberg", "Administrator"))
	for n, page := range []string{o.Organization("Acme"), "/follow-ups"} {
		text := []string{"Call them", "Write to them"}[n]
		w.open(page)
		w.click("#follow-up-add, main #new")
		w.focused("#fu-text")
		w.write(text)
		w.press("Control+Enter")
		w.see("#toasts", "Planned: "+text)
		w.see(".step:has(:focus) .nm", text)
		w.focused("[id^=move-]")
	}
}

// TestWhatWasTypedIsChangedAndSaved: in a form that met another's change, the field in conflict has the focus.
func TestWhatWasTypedIsChangedAndSaved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid, tomas := o.person("Astrid Öberg", "Manager"), o.person("Tomas Rehn", "Manager")
	acme := o.Organization("Acme")
	w := o.windowOf(astrid)
	w.open(acme + "/edit")
	w.fill("#legal_name", "Acme AB")
	tomas.post(acme+"/fields/legal_name", "value", "Acme AG", "version", "1")
	w.click("main button", "Save organization")
	w.see(".versus", "Acme AG")
	w.click("summary", "Change what you typed")
	w.focused("#legal_name")
	w.fill("#legal_name", "Acme AG & Co.")
	w.everywhere("what was typed, to be changed")
	w.click(".again button", "Save organization")
	w.see("#fact-legal_name", "Acme AG & Co.")
}

// TestManyAtOnceByKeyboard: keys lead from the rows to what can be done with them, and to Undo.
func TestManyAtOnceByKeyboard(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	for _, name := range []string{"Acme", "Brig", "Cove"} {
		o.Organization(name)
	}
	for n := range 40 { // more than a window shows
		o.Organization(fmt.Sprint("Other ", n))
	}
	w := o.windowOf(astrid)
	w.open("/organizations")
	w.press("a")
	nowhere(w) // nothing is selected
	w.press("j", "x", "j", "x", "a")
	w.until("same(scrollY, 0, 'scrolled')")
	w.focused(".bulk button[value=assign_owner]")
	w.press("Enter")
	w.see("h2", "2 organizations selected")
	w.focused("#owner_user_id")
	w.press("Control+Enter")
	w.see("h2", "Assign 2 organizations to Astrid Öberg")
	w.focused("h1")
	w.press("Control+Enter")
	w.see("#toasts", "2 organizations assigned to Astrid Öberg")
	w.focused("h1")
	w.press("u")
	w.focused("#toasts form button")
	w.press("Enter")
	w.see("#toasts", "Undone: 2 organizations")
	w.focused("h1")
}
