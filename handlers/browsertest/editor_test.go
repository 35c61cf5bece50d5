package browsertest

import "testing"

// TestAnInteractionIsCorrected in its editor, which asks as the composer does: by keyboard in place, and without script.
func TestAnInteractionIsCorrected(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		o := newOffice(t)
		acme, zoe := o.Organization("Harbor & Pine"), o.Contact("Zoe", "Zimmer")
		o.Contact("Maja", "Öberg")
		o.Link(acme, zoe)
		call := o.Log(acme, zoe, "Talk")
		id := "#i-" + call[len("/interactions/"):]
		w := o.windowOf(o.person("Astrid Öberg", "Manager"))
		w.scripts(scripts)
		w.open(acme)
		if scripts {
			w.press("j")
			w.press("e")
			w.focused(id + "-subject")
			w.tabTo(id + "-with-field summary")
			w.press("Enter")
			w.focused(id + "-with-other")
			w.write("maja")
			w.see(id+"-with-list [aria-selected=true]", "Maja Öberg")
			w.axe("people who are found in an editor")
			w.press("Enter")
			w.see(id+"-with-field .hint", "Not linked yet; saving links them")
		} else {
			w.click(id + " .i-pen")
			w.click(id+"-with-field summary", "Somebody else")
			w.fill(id+"-with-other", "maja")
		}
		w.fill(id+"-when", "some time")
		if scripts {
			w.see(id+"-when-read", "Enter a time like")
		}
		w.press("Enter")
		w.see(id+"-when-e", "Enter a time like “yesterday 18:40”")
		w.holds(id+"-when", "some time")
		w.fill(id+"-when", "yesterday 18:40")
		w.fill(id+"-next", "Write")
		w.see(id + "-next-who")
		w.click(id+" .nextmore label", "In two weeks")
		if scripts {
			w.everywhere("editor of an interaction")
		}
		w.fill(id+"-next", "Write to them")
		w.press("Enter")
		w.see("#timeline .by, #activity .by", "Maja Öberg")
		w.see("#activity time", "18:40")
		w.see("#activity .next", "Write to them")
		w.open(acme)
		w.see("#links .nm", "Maja Öberg")
	}
}

// TestAnEditorOpensWhereItsFieldIs: the page does not scroll. A suggestion that was typed in another case is taken as it
// is known, and Tab then leads to the next field.
func TestAnEditorOpensWhereItsFieldIs(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	organization, maya := furnished(o)
	w := o.windowOf(o.person("Astrid Öberg", "Administrator"))
	w.size(1280, 700)
	w.open(organization)
	w.click("#edit-website")
	w.focused("#f-website")
	w.until("same(scrollY, 0, 'scrolled by')")
	w.press("Tab")
	w.focused("#f-sector")
	w.until("same(scrollY, 0, 'scrolled by')")
	w.press("Escape")
	w.focused("#edit-sector")

	// Keys do what they did before when the next field has left the page meanwhile.
	w.click("#edit-website")
	w.fill("#f-website", "new.example")
	w.held("*/fields/website*", func() {
		w.press("Tab")
		if _, err := ask[any](w, "document.querySelector('#fact-sector').remove()"); err != nil {
			t.Fatal(err)
		}
	})
	w.see("#edit-website", "new.example")
	w.press("?")
	w.see("#dialog h2")
	w.press("Escape")
	w.gone("#dialog h2")
	w.click("#links .nm", "Maya Okafor")
	w.at(maya)
	w.desk()
	w.open("/organizations/new")
	w.click("#sector")
	w.write("logistics")
	w.see("#sector-list [role=option]", "Logistics")
	w.press("Tab")
	w.holds("#sector", "Logistics")
	w.focused("#size_band")
	w.gone("#sector-list [role=option]")
}

// TestAFollowUpsMenuIsASheetOnAPhone that closes by its cross, a key, and a tap beside it, without script too.
func TestAFollowUpsMenuIsASheetOnAPhone(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		o := newOffice(t)
		ines := o.person("Inès Moreau", "Manager")
		ines.post("/follow-ups", "text", "Call Mrs Kroon", "due", "tomorrow")
		w := o.windowOf(ines)
		w.scripts(scripts)
		w.phone()
		w.open("/follow-ups")
		const open, shut = "#steps details[open]", "#steps details:not([open])"
		for _, key := range []string{"Escape", ""} {
			w.click("#steps summary")
			w.see(open+" .sheet-h h4", "Call Mrs Kroon")
			if key == "" || !scripts {
				w.click(".sheet-h [data-close]")
			} else {
				w.press(key)
			}
			w.see(shut + " summary")
			if scripts {
				w.focused("#steps summary")
			}
		}
		w.click("#steps summary")
		if scripts {
			w.see(open+" .menu button", "In a week")
			w.everywhere("sheet of a follow-up")
			w.click(open+" .menu button", "In a week")
		} else {
			w.click(open+" .menu a", "Open this follow-up")
			w.click("#follow-up-form .quick label", "In a week")
			w.click("#follow-up-form button", "Save")
		}
		w.see("#toasts", "Call Mrs Kroon")
		w.see("#steps h3", "Next week")
		w.click("#steps summary")
		w.click(open+" .menu a", map[bool]string{true: "Edit", false: "Open this follow-up"}[scripts])
		w.see("#fu-due")
		w.fill("#fu-due", "soon")
		w.click("#follow-up-form button", "Save")
		w.see("#fu-due-e", "Enter a day like “next monday”")
		w.holds("#fu-due", "soon")
		w.fill("#fu-due", "tomorrow")
		w.click("#follow-up-form button", "Save")
		w.see("#toasts", "Saved: Call Mrs Kroon")
		w.see("#steps time", "Tomorrow")
	}
}
