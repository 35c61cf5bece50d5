package browsertest

import (
	"testing"

	"clientregistry/handlers/handlerstest"
)

// TestWhatIsOpenStays, with what was typed in it, when something else on the page changes.
func TestWhatIsOpenStays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	organization := o.Organization("Harbor & Pine")
	o.Link(organization, o.Contact("Maya", "Okafor"))
	o.Link(organization, o.Contact("Elif", "Aydın"))
	for _, subject := range []string{"One", "Two", "Three"} {
		o.Log(organization, "", subject)
	}
	w := o.windowOf(o.as("Administrator"))
	const editor = "#timeline .editing [name=subject]"
	for _, page := range []string{organization, "/interactions"} {
		w.open(page)
		w.click("#timeline [aria-label^=Edit][aria-label*=Two]")
		w.fill(editor, "Typed")
		w.click("#timeline [aria-label^=Delete][aria-label*=One]")
		w.gone("#timeline h4", "One")
		w.holds(editor, "Typed")
		w.click("#toasts form button", "Undo")
		w.see("#timeline h4", "One")
		w.holds(editor, "Typed")
		w.click("#timeline .editing a", "Cancel")
		w.see("#timeline h4", "Two")
	}
	w.open(organization)
	w.click("#link-new")
	w.fill("#find", "Somebody")
	w.see("#link-form [role=option]", "Create contact") // it moves the links down
	w.click("#follow-up-add")
	w.fill("#fu-text", "Planned")
	w.click("#links [aria-label^=Unlink][aria-label*=Maya]")
	w.gone("#links .nm", "Maya")
	w.click("#timeline [aria-label^=Delete][aria-label*=Three]")
	w.gone("#timeline h4", "Three")
	w.click("#toasts .toast:last-child form button", "Undo")
	w.see("#timeline h4", "Three")
	w.holds("#find", "Somebody")
	w.holds("#fu-text", "Planned")
}

// TestWhereOneTypesTheFocusStays, whatever arrives meanwhile, and it does not leave a question that is asked again.
func TestWhereOneTypesTheFocusStays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	organization := o.Organization("Harbor & Pine")
	o.Link(organization, o.Contact("Maya", "Okafor"))
	o.Contact("Elif", "Aydın")
	o.Log(organization, "", "One")
	w := o.windowOf(o.as("Administrator"))
	w.open(organization)
	w.held("*/edit", func() {
		w.click("#timeline [aria-label^=Edit]")
		w.press("l")
		w.focused("#log-subject")
		w.write("Asked for")
	})
	w.see("#timeline .editing")
	w.focused("#log-subject")
	w.write(" the price")
	w.holds("#log-subject", "Asked for the price")
	w.see("#log-outcome")
	w.click("#log-with-field summary", "Somebody else")
	w.fill("#log-with-other", "elif")
	w.see("#log-with-list [role=option]", "Elif")
	w.press("Enter")
	w.see("#log-with-field .hint", "Not linked yet")
	w.focused("#log-with")
}

// TestAMenuThatIsStillLoading keeps the focus, and so does the session that has ended.
func TestAMenuThatIsStillLoading(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	organization := o.Organization("Harbor & Pine")
	astrid := o.person("Astrid Öberg", "Administrator")
	for _, text := range []string{"Call", "Write"} {
		astrid.post("/follow-ups", "text", text, "due", "tomorrow", "organization_id", handlerstest.Key(organization))
	}
	w := o.windowOf(astrid)
	for _, page := range []string{organization, "/follow-ups"} {
		w.open(page)
		w.held("*/menu*", func() {
			w.tabTo(".step summary")
			w.press("Enter", "Tab")
			w.focused(".step .menu a[hx-get]")
			w.axe("a menu that is loading")
		})
		w.focused(".step .menu [name=due_on]")
		w.press("ArrowDown")
		w.focused(".step .menu [name=due_on] + button")
		w.press("Escape")
		w.focused(".step summary")
		w.press("e")
		w.see("#fu-text")
		w.holds("#fu-text", "Call")
	}
	w.open(organization)
	w.see(".step summary")
	astrid.post("/logout")
	w.click(".step:first-child summary")
	w.focused("dialog [name=password]")
	w.fill("dialog [name=password]", handlerstest.Password)
	w.press("Enter")
	w.gone("dialog")
	w.click(".step:first-child summary")
	w.see(".step .menu button", "Cancel follow-up")
}

// TestADraftIsLoggedWhole, even if the fields that it fills have not come yet.
func TestADraftIsLoggedWhole(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	organization := o.Organization("Harbor & Pine")
	o.Link(organization, o.Contact("Maya", "Okafor"))
	o.Link(organization, o.Contact("Elif", "Aydın"))
	w := o.windowOf(o.as("Administrator"))
	w.open(organization)
	w.compose("Renewal")
	w.see("#log-outcome")
	w.fill("#log-outcome", "No answer")
	w.fill("#log-next", "Call again")
	w.held("*/interactions/new*", func() {
		w.open(organization)
		w.see("#composer .typed", "Renewal")
		w.press("l")
		w.focused("#log-subject")
		w.press("Control+Enter")
		w.see("#today li:first-child", "No answer")
	})
	w.see("#follow-ups li", "Call again")

	// Whom somebody chose stays chosen when others are unlinked.
	w.compose("Talk")
	w.set("#log-with", "Maya Okafor")
	w.press("l")
	w.write(" to Maya")
	w.open(organization)
	w.see("#composer .typed", "Talk")
	w.click("#links [aria-label^=Unlink][aria-label*=Elif]")
	w.gone("#links .nm", "Elif")
	w.until("same(document.querySelector('#log-with').selectedOptions[0].textContent, 'Maya Okafor', 'With')")
}
