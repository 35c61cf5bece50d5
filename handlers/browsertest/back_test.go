package browsertest

import (
	"fmt"
	"testing"
)

// TestBackFromAForm: a form that was saved or left is no step any more, and neither is the Undo of it.
func TestBackFromAForm(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	acme := o.Organization("Acme")
	o.Organization("Quay")
	w := o.windowOf(o.person("Astrid Öberg", "Administrator"))
	saved := 0
	save := func() {
		w.t.Helper()
		saved++
		w.fill("#legal_name", fmt.Sprintf("Acme %d Limited", saved))
		w.press("Control+Enter")
		w.see("#toasts", "Saved")
		w.at(acme + "?list=q%3Dacme")
	}
	for _, leave := range []func(){
		save,
		func() {
			save()
			w.click("#toasts button", "Undo")
			w.see("#toasts", "Acme is as it was")
			w.gone("main", fmt.Sprintf("Acme %d Limited", saved))
		},
		func() { w.press("Escape") },
		func() { // a refused form is one step, too
			w.fill("#display_name", "")
			w.press("Control+Enter")
			w.see("#display_name-e")
			w.fill("#display_name", "Acme")
			w.press("Control+Enter")
		},
	} {
		for _, open := range []func(){
			func() { w.click("#rows .nm", "Acme"); w.click("#edit") },
			func() { w.tabTo("#rows .nm"); w.press("e") },
		} {
			w.open("/")
			w.click(".nav a", "Organizations")
			w.fill("#q", "acme")
			w.count(1, "#rows tr")
			open()
			w.see("h1", "Edit organization")
			w.loaded()
			leave()
			w.see("h1", "Acme")
			w.back()
			w.at("/organizations?q=acme")
			w.count(1, "#rows tr")
			w.loaded()
			w.back()
			w.see("h1", "Home")
		}
	}
}

// TestBackToTickedRows: after a record was opened from a list, Back finds the rows ticked as they were left. A list that is
// opened again from the menu has none ticked.
func TestBackToTickedRows(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for n := range 60 {
		o.Organization(fmt.Sprintf("Haus %02d", n))
	}
	for _, scripts := range []bool{true, false} {
		w := o.windowOf(o.person("Astrid Öberg", "Administrator"))
		w.scripts(scripts)
		w.open("/organizations?rows=100")
		for _, row := range []string{"Haus 02", "Haus 57"} {
			w.click(fmt.Sprintf("#rows [aria-label='Select %s']", row))
		}
		w.click("#rows .nm", "Haus 30")
		w.see("h1", "Haus 30")
		if scripts {
			w.press("j")
			w.see("h1", "Haus 31")
			w.back()
			w.see("h1", "Haus 30")
		}
		w.back()
		w.see("h1", "Organizations")
		w.see("#rows [aria-label='Select Haus 57']:checked")
		w.count(2, "#rows :checked")
		w.see(".bulk", "selected")
		w.click("#rows [aria-label='Select Haus 02']")
		w.click("#rows .nm", "Haus 30")
		w.see("h1", "Haus 30")
		w.back()
		w.see("h1", "Organizations")
		w.see("#rows [aria-label='Select Haus 57']:checked")
		w.count(1, "#rows :checked")
		w.click(".nav a", "Home")
		w.see("h1", "Home")
		w.click(".nav a", "Organizations")
		w.see("h1", "Organizations")
		w.gone("#rows :checked")
	}
}
