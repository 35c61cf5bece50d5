package browsertest

import (
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers/handlerstest"
)

// kept returns the drafts that the browser holds.
func (w *window) kept() string {
	w.t.Helper()
	text, err := ask[string](w, "localStorage.getItem('drafts') ?? ''")
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}

// TestSigningOutFromThePaletteRemovesDrafts as every other way to sign out does.
func TestSigningOutFromThePaletteRemovesDrafts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	w := o.windowOf(o.person("Astrid Öberg", "Manager"))
	w.open("/organizations/new")
	w.fill("#display_name", "Secret plan")
	if !strings.Contains(w.kept(), "Secret plan") {
		t.Fatal("there is no draft")
	}
	w.press("Control+k")
	w.focused("#palette-q")
	w.write("log out")
	w.see("#palette .opt[aria-selected=true]", "Sign out")
	w.press("Enter")
	w.see("h1", "Sign in")
	if kept := w.kept(); kept != "" {
		t.Errorf("the browser still holds %s", kept)
	}
}

// TestNothingTypedIsLost: what is typed in the composer and in forms is offered again after the page was left, until it is
// saved or discarded, its user signs out, or somebody else signs in.
func TestNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid, tomas := o.person("Astrid Öberg", "Manager"), o.person("Tomas Rehn", "Manager")
	acme, zoe := o.Organization("Harbor & Pine", "sector", "Retail"), o.Contact("Zoe", "Zimmer")
	o.Link(acme, zoe)
	o.Contact("Bea", "Brown")
	w := o.windowOf(astrid)
	w.open(acme)
	w.compose("Asked about <b>summer</b><img src=x onerror=alert(1)>")
	w.click("#log label", "Email")
	w.set("#log-with", "No contact")
	w.click(".when label", "Other…")
	w.fill("#log-at", "yesterday 18:40")
	w.click("#log-open")
	w.see("#log-open", "Continue: “Asked about <b>summer</b><img src=x onerror=alert(1)>”")
	w.press("g", "h")
	w.see("h1", "Home")

	// It is there in another tab, too, as after a crash of the browser.
	again := w.another()
	again.open(acme)
	again.see("#log-open", "Continue: “Asked about <b>summer</b>")
	again.everywhere("a draft in the composer")
	again.click("#log-open")
	again.focused("#log-subject")
	again.see("#log label:has(:checked)", "Email")
	again.holds("#log-at", "yesterday 18:40")
	again.until("same(document.querySelector('#log-with').selectedOptions[0].text, %s, 'chosen')", "No contact")
	again.press("Control+Enter")
	again.see("#timeline h4", "Asked about <b>summer</b>")
	again.see("#timeline time", "18:40")
	again.see("#log-open", "Log a call")
	again.open(acme)
	again.see("#log-open", "Log a call")
	again.compose("To be discarded")
	again.click("#log button", "Discard")
	again.open(acme)
	again.see("#log-open", "Log a call")

	// Who was picked by search comes back, too.
	again.compose("Talk with Bea")
	again.click("#log .with summary", "Somebody else")
	again.fill("#log-with-other", "bea")
	again.click("#log-with-list .opt", "Bea Brown")
	again.until("same(document.querySelector('#log-with').selectedOptions[0].text, %s, 'chosen')", "Bea Brown")
	again.open(acme)
	again.click("#log-open")
	again.until("same(document.querySelector('#log-with').selectedOptions[0].text, %s, 'chosen')", "Bea Brown")
	again.click("#log button", "Discard")
	again.open("/follow-ups/new")
	again.fill("#fu-text", "Ask Bea")
	again.fill("#fu-find", "brown")
	again.click("#fu-picks label", "Bea Brown")
	again.open("/follow-ups/new")
	again.click("form [role=status] button", "Continue")
	again.see("#fu-picks label:has(:checked)", "Bea Brown")
	again.holds("#fu-text", "Ask Bea")
	again.click("#follow-up-form button", "Add follow-up")
	again.see("#toasts", "Planned: Ask Bea")

	// So does what was typed into the editor of one field, as often as it is opened.
	again.open(acme)
	again.click("#edit-website")
	again.fill("#f-website", "halfway.exa")
	for range 2 {
		again.open(acme)
		again.click("#edit-website")
		again.see("#fact-website [role=status]", "halfway.exa")
	}
	again.click("#fact-website button", "Discard")

	// So does the form that links somebody, with whom, and the one that creates them.
	again.open(acme)
	again.click("#link-new")
	again.focused("#find")
	again.write("bea")
	again.click("#find-list .opt", "Bea Brown")
	again.fill("#link-form [name=role_label]", "Chair")
	again.open(acme)
	again.click("#link-new")
	again.see("#link-form [role=status]", "Chair")
	again.everywhere("a draft before the search for somebody to link")
	again.click("#link-form button", "Continue")
	again.see("#link-form form", "Bea Brown")
	again.holds("#link-form [name=role_label]", "Chair")
	again.gone("#link-form [role=status]")
	again.open(acme)
	again.click("#link-new")
	again.click("#link-form button", "Discard")
	again.focused("#find")
	again.write("Zora")
	again.click("#find-list .opt", "Zora")
	again.fill("#link-form [name=last_name]", "Zuckmayer")
	again.open(acme)
	again.click("#link-new")
	again.click("#link-form button", "Continue")
	again.holds("#link-form [name=last_name]", "Zuckmayer")
	again.holds("#link-form [name=first_name]", "Zora")
	again.open(acme)
	again.click("#link-new")
	again.click("#link-form button", "Discard")

	// So does a form that was refused in between.
	again.open("/contacts/new")
	again.fill("#first_name", "Dora")
	again.fill("#email", "not an email")
	again.click("main button", "Create contact")
	again.see("#email-e")
	again.fill("#email", "")
	again.open("/contacts/new")
	again.see("form [role=status]", "Dora")
	again.click("form [role=status] button", "Discard")

	// A form offers what was typed, with the version that it was typed for. It does not say that one typed what others
	// have changed since then.
	w.open(acme + "/edit")
	w.fill("#website", "fast.example")
	w.open(acme)
	tomas.post(acme+"/fields/legal_name", "value", "Harbor AG", "version", o.One("SELECT version FROM organizations"))
	w.open(acme + "/edit")
	w.see("form [role=status]", "You typed this and did not save it: fast.example")
	w.click("form [role=status] button", "Discard")
	w.open(acme + "/edit")
	w.fill("#sector", "Energy & more")
	w.click("main a", "Cancel")
	w.see("h1", "Harbor & Pine")
	w.open(acme + "/edit")
	w.see("form [role=status]", "You typed this and did not save it: Energy & more")
	w.holds("#sector", "Retail")
	w.everywhere("a form with a draft")
	w.click("form [role=status] button", "Continue")
	w.holds("#sector", "Energy & more")
	w.focused("#sector")
	w.gone("form [role=status]")
	w.open(acme + "/edit")
	tomas.post(acme+"/fields/sector", "value", "Wholesale", "version", o.One("SELECT version FROM organizations"))
	w.click("form [role=status] button", "Continue")
	w.click("main button", "Save")
	w.see(".versus", "Wholesale")
	w.click("main button", "Keep mine")
	w.see("#fact-sector", "Energy & more")
	w.open(acme + "/edit")
	w.see("#sector")
	w.gone("form [role=status]")
	w.fill("#sector", "Something else")
	w.open(acme + "/edit")
	w.click("form [role=status] button", "Discard")
	w.open(acme + "/edit")
	w.see("#sector")
	w.gone("form [role=status]")

	// A form that htmx does not send keeps its draft while it is refused.
	w.open("/views/new?list=organizations")
	w.fill("#name", " ")
	w.click("main button", "Save")
	w.see(".err")
	w.fill("#name", "Mine")
	w.click("main button", "Save")
	w.see("#toasts")
	w.until("same(JSON.parse(localStorage.getItem('drafts')).forms['/views'], undefined, 'draft')")

	// Passwords are never kept.
	w.open("/account")
	w.fill("#current_password", "correct horse")
	w.fill("#full_name", "Astrid B")
	if kept := w.kept(); strings.Contains(kept, "horse") || !strings.Contains(kept, "Astrid B") {
		t.Errorf("kept: %s", kept)
	}

	// After eight hours it is gone.
	w.open(acme)
	w.compose("Too old")
	const older = `void localStorage.setItem('drafts', localStorage.getItem('drafts').replace(/"at":\d+/g, '"at":1'))`
	if _, err := ask[any](w, older); err != nil {
		t.Fatal(err)
	}
	w.open(acme)
	w.see("#log-open", "Log a call")

	// Signing out in one tab removes what all hold, and those left open keep nothing more.
	w.compose("A secret")
	again.open("/account")
	again.click("button", "Sign out")
	again.see("h1", "Sign in")
	w.write(" of Astrid")
	w.holds("#log-subject", "A secret of Astrid")
	if kept := w.kept(); strings.Contains(kept, "secret") {
		t.Errorf("after signing out: %s", kept)
	}

	// Nor does the next person get what the last one left without signing out.
	again.signInAs(astrid.user.Email)
	again.see("h1", "Home")
	again.open(acme)
	again.compose("Only for Astrid")
	o.Exec("DELETE FROM sessions")
	other := w.another()
	other.open("/login")
	other.fill("#email", tomas.user.Email)
	other.fill("#password", handlerstest.Password)
	other.click("button", "Sign in")
	other.see("h1", "Home")
	other.open(acme)
	other.see("#log-open", "Log a call")
	again.write(" again")
	if kept := other.kept(); strings.Contains(kept, "Astrid") {
		t.Errorf("Tomas has %s", kept)
	}
}

// TestADraftOfTheLowerFieldsOfAComposerComesBack once they are there, and stays if somebody types before.
func TestADraftOfTheLowerFieldsOfAComposerComesBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	acme := o.Organization("Harbor & Pine")
	o.Link(acme, o.Contact("Zoe", "Zimmer"))
	o.Link(acme, o.Contact("Maja", "Berg"))
	o.Contact("Bea", "Brown")
	w := o.windowOf(o.person("Astrid Öberg", "Manager"))
	w.open(acme)
	w.click("#log-open")
	w.click(".when label", "1 hour ago") // alone
	w.open(acme)
	w.click("#log-open")
	w.see(".when label:has(:checked)", "1 hour ago")
	w.fill("#log-outcome", "No answer")
	w.open(acme)
	w.click("#log-open")
	w.see("#log-outcome")
	w.holds("#log-outcome", "No answer")

	w.fill("#log-subject", "Talk")
	w.click("#log .further summary")
	w.click("#log .further label", "Maja Berg")
	w.fill("#log-further-other", "bea")
	w.click("#log-further-list .opt", "Bea Brown")
	w.see("#log .further label:has(:checked)", "Bea Brown")
	w.click(".when label", "Other…")
	w.fill("#log-at", "yesterday 18:40")
	w.fill("#log-next", "Send the offer")
	w.click(".nextmore label", "Tomorrow")
	back := func(subject string) {
		t.Helper()
		w.see("#log-outcome")
		w.holds("#log-subject", subject)
		w.holds("#log-outcome", "No answer")
		w.holds("#log-at", "yesterday 18:40")
		w.holds("#log-next", "Send the offer")
		w.see(".nextmore label:has(:checked)", "Tomorrow")
		w.see("#log .further label:has(:checked)", "Maja Berg")
		w.see("#log .further label:has(:checked)", "Bea Brown")
		w.until("same(performance.getEntriesByType('resource').filter(e => e.name.includes('/interactions/new')).length, 1, 'requests')")
	}
	w.open(acme)
	w.click("#log-open")
	back("Talk")
	w.held("*/interactions/new*", func() {
		w.open(acme)
		w.press("l")
		w.focused("#log-subject")
		w.write(" again")
		w.gone("#log-outcome")
		for _, kept := range []string{"Talk again", "No answer", "yesterday 18:40", "Send the offer"} {
			if all := w.kept(); !strings.Contains(all, kept) {
				t.Errorf("%q is not in %s", kept, all)
			}
		}
		w.open(acme) // they never came
		w.press("l")
		w.focused("#log-subject")
		w.write("!")
	})
	back("Talk again!")
	w.focused("#log-subject")
	w.press("Control+Enter")
	w.see("#timeline h4", "Talk again!")
	w.see("#timeline .by", "Bea Brown")
	w.see("#timeline time", "18:40")
	w.see("#follow-ups li", "Send the offer")
	w.open(acme)
	w.click("#log-open")
	w.see("#log-outcome")
	w.holds("#log-outcome", "")
	w.holds("#log-subject", "")

	// What another tab keeps in the meantime does not replace what is typed here.
	w.open(acme)
	w.held("*/interactions/new*", func() {
		w.press("l")
		w.focused("#log-subject")
		w.write("Here")
		other := w.another()
		other.open(acme)
		other.click("#log-open")
		other.fill("#log-subject", "There")
	})
	w.see("#log-outcome")
	w.holds("#log-subject", "Here")
}

// TestADraftIsTheWholeForm: what was emptied stays empty, and what was unticked unticked.
func TestADraftIsTheWholeForm(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	acme := o.Organization("Harbor & Pine", "website", "harbor.example")
	o.Role("Bookkeeper", db.ViewClient, db.EditClient)
	role := o.RolePath("Bookkeeper")
	w := o.windowOf(o.person("Astrid Öberg", "Administrator"))
	w.open(acme + "/edit")
	w.click("#website")
	w.until("chosen('#website')")
	w.press("Backspace")
	w.open(acme + "/edit")
	w.see("form [role=status]", "You changed this and did not save it.")
	w.click("form [role=status] button", "Continue")
	w.holds("#website", "")
	w.focused("#website")
	w.fill("#legal_name", "Harbor AG")
	w.open(acme + "/edit")
	w.holds("#website", "https://harbor.example")
	w.see("form [role=status]", "You typed this and did not save it: Harbor AG")
	w.click("form [role=status] button", "Continue")
	w.holds("#website", "")
	w.holds("#legal_name", "Harbor AG")
	w.click("main button", "Save")
	w.see("#fact-website", "Add website")

	// What is typed and taken back is no draft.
	w.open(acme + "/edit")
	w.fill("#tax_id", "B")
	w.press("Backspace")
	w.open(acme + "/edit")
	w.see("#tax_id")
	w.gone("form [role=status]")

	w.open(role)
	w.click("label:has(#p-EditClient)")
	w.click("label:has(#p-ViewInteraction)")
	w.open(role)
	w.see("form [role=status]", "You changed this and did not save it.")
	w.everywhere("a draft of what was ticked")
	w.click("form [role=status] button", "Continue")
	w.gone("#p-EditClient:checked")
	w.see("#p-ViewClient:checked")
	w.see("#p-ViewInteraction:checked")
	w.fill("#description", "Knows the addresses")
	w.open(role)
	w.see("#p-EditClient:checked")
	w.see("form [role=status]", "You typed this and did not save it: Knows the addresses")
	w.click("form [role=status] button", "Continue")
	w.holds("#description", "Knows the addresses")
	w.gone("#p-EditClient:checked")
	w.click("main button", "Save")
	w.see("#toasts", "Saved Bookkeeper")
	w.gone("#p-EditClient:checked")
}

// TestADraftStaysUntilItsFormIsSaved, also if htmx does not send the form: the next page does not tell that, only its message.
func TestADraftStaysUntilItsFormIsSaved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	w := o.windowOf(o.person("Astrid Öberg", "Administrator"))
	dropped := func(action string) {
		t.Helper()
		w.until("same(JSON.parse(localStorage.getItem('drafts')).forms[%s], undefined, 'draft')", action)
	}
	w.open("/admin/roles/new")
	w.fill("#name", "Bookkeeper")
	w.click("label:has(#p-ViewClient)")
	// It does not reach the server.
	if _, err := ask[any](w, `addEventListener("submit", e => e.preventDefault(), { once: true })`); err != nil {
		t.Fatal(err)
	}
	w.click("main button", "Create role")
	w.open("/")
	w.see("h1", "Home")
	w.open("/admin/roles/new")
	w.see("form [role=status]", "You typed this and did not save it: Bookkeeper")
	w.click("form [role=status] button", "Continue")
	w.see("#p-ViewClient:checked")
	w.click("main button", "Create role")
	w.see("#toasts", "Created Bookkeeper")
	dropped("/admin/roles")

	// An invitation shows a link in place of a message.
	w.open("/admin/users?new=1")
	w.fill("#full_name", "Tomas Rehn")
	w.click("main button", "Create invitation")
	w.see(".err")
	w.fill("#email", "tomas@crm.example")
	w.click("label:has([name=role][value=Manager])")
	w.click("main button", "Create invitation")
	w.see("#one-time-link")
	dropped("/admin/users")
}
