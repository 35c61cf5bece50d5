package browsertest

import (
	"fmt"
	"testing"
)

// TestYesterdaysCallWithANextStep counts what it takes to log a call of yesterday with a next step in a week: at most
// four clicks and ninety keys, of which 82 are text.
func TestYesterdaysCallWithANextStep(t *testing.T) {
	t.Parallel()
	const subject, step = "Asked for the price of the summer route", "Send the offer for July, with both terms on"
	for _, phone := range []bool{false, true} {
		o := newOffice(t)
		acme, zoe := o.Organization("Harbor & Pine"), o.Contact("Zoe", "Zimmer")
		o.Link(acme, zoe)
		w := o.windowOf(o.person("Astrid Öberg", "Manager"))
		if phone {
			w.phone()
		}
		w.open(acme)
		clicks, keys := 0, 0
		click := func(selector string, text ...string) { clicks++; w.click(selector, text...) }
		write := func(text string) { keys += len([]rune(text)); w.write(text) }
		click("#log-open")
		w.focused("#log-subject")
		write(subject)
		click(".when label", "Yesterday evening")
		click("#log-next")
		write(step)
		w.see(".nextmore label:has(:checked)", "In a week")
		w.everywhere("composer with a next step")
		click("#log button[type=submit]", "Log call")
		w.see("#timeline h4", subject)
		w.see("#timeline .by", "called Zoe Zimmer")
		w.see("#follow-ups li", step)
		w.see("#timeline time", "18:00")
		if clicks > 4 || keys > 90 {
			t.Errorf("%d clicks and %d keys", clicks, keys)
		}

		// Without a mouse it takes twelve keys beside the text.
		if !phone {
			keys = 0
			press := func(all ...string) { keys += len(all); w.press(all...) }
			press("l")
			w.focused("#log-subject")
			w.write(subject + " again")
			w.see("#log-outcome")
			press("Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab")
			press("ArrowUp", "ArrowUp") // from Now by way of Other…
			w.see(".when label:has(:checked)", "Yesterday evening")
			press("Tab")
			w.focused("#log-next")
			w.write(step + " again")
			press("Control+Enter")
			w.see("#timeline h4", subject+" again")
			w.see("#follow-ups li", step+" again")
			w.focused("#log-open")
			if keys != 12 {
				t.Errorf("%d keys", keys)
			}
		}
	}
}

// TestTheLowerFieldsComeWhileSomebodyTypes: by mouse, finger and key, with one request. Their place is kept, as are the focus and
// what is typed.
func TestTheLowerFieldsComeWhileSomebodyTypes(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"mouse", "finger", "key", "tab"} {
		o := newOffice(t)
		acme := o.Organization("Harbor & Pine")
		o.Link(acme, o.Contact("Zoe", "Zimmer"))
		w := o.windowOf(o.person("Astrid Öberg", "Manager"))
		if how == "finger" {
			w.phone()
		}
		height := func() (height float64) {
			height, err := ask[float64](w, "document.querySelector('.ask').offsetHeight")
			if err != nil {
				t.Fatal(err)
			}
			return height
		}
		asked := func() {
			t.Helper()
			w.until("same(performance.getEntriesByType('resource').filter(e => e.name.includes('/interactions/new')).length, 1, 'requests')")
		}
		w.open(acme)
		w.see("#log-open")
		var before float64
		w.held("*/interactions/new*", func() {
			switch how {
			case "key":
				w.press("l")
			case "tab":
				w.tabTo("#log-open")
				w.press("Enter")
			default:
				w.click("#log-open")
			}
			w.focused("#log-subject")
			w.write("Asked for")
			w.gone("#log .later")
			w.gone("#log-outcome")
			before = height()
			w.fits("a composer whose fields come")
		})
		w.write(" the price")
		w.see("#log-outcome")
		w.focused("#log-subject")
		w.holds("#log-subject", "Asked for the price")
		asked()
		if after := height(); after < before-2 || after > before+2 {
			t.Errorf("%s: the fields are %.0f pixels high, their place %.0f", how, after, before)
		}
		w.fill("#log-outcome", "No answer")
		w.fill("#log-next", "Call again")
		w.press("Control+Enter")
		w.see("#today li:first-child", "No answer")
		w.see("#follow-ups li", "Call again")
		w.gone("#composer[open]")

		// It is logged before they come, too.
		w.open(acme)
		w.held("*/interactions/new*", func() {
			w.press("l")
			w.focused("#log-subject")
			w.write("In a hurry")
			w.press("Control+Enter")
			w.see("#today li:first-child h4", "In a hurry")
			w.focused("#log-open")
		})
		w.press("Enter")
		w.see("#log-outcome")
		w.holds("#log-subject", "")
		w.press("Escape")

		// If they do not come, a button asks again.
		w.open(acme)
		const lose = `void (window.fetch = (real => () => { window.fetch = real; return Promise.reject(new TypeError("lost")); })(window.fetch))`
		if _, err := ask[any](w, lose); err != nil {
			t.Fatal(err)
		}
		w.press("l")
		w.focused("#log-subject")
		w.write("Talk")
		w.see("#alerts", "Could not load this")
		w.see("#log .later")
		if lost := w.taken("htmx:error: lost"); len(lost) != 1 {
			t.Errorf("%d requests got no answer: %s", len(lost), lost)
		}
		w.everywhere("a composer whose fields did not come")
		w.tabTo("#log .later")
		w.press("Enter")
		w.focused("#log-by")
		w.holds("#log-subject", "Talk")
	}
}

// TestAComposerGuessesNobody: with one, two and none linked, and with an archived one, the form says whom it means.
func TestAComposerGuessesNobody(t *testing.T) {
	t.Parallel()
	for _, phone := range []bool{false, true} {
		o := newOffice(t)
		acme, _, bea := o.Organization("Harbor & Pine"), o.Contact("Zoe", "Zimmer"), o.Contact("Bea", "Brown")
		w := o.windowOf(o.person("Astrid Öberg", "Manager"))
		if phone {
			w.phone()
		}
		chosen := func(name string) {
			t.Helper()
			w.see("#log-with-field")
			w.until("same(document.querySelector('#log-with').selectedOptions[0].text, %s, 'chosen')", name)
		}
		w.open(acme)
		w.compose("Talk")
		chosen("No contact")

		// The first one who is linked on the page is chosen; what was typed stays.
		w.click("#link-new")
		w.fill("#find", "Zoe Zimmer")
		w.see("#find-list .opt", "Zoe Zimmer")
		w.click("#find-list-0")
		w.click("#links button", "Link")
		w.see("#links .nm", "Zoe Zimmer")
		chosen("Zoe Zimmer")
		w.holds("#log-subject", "Talk")

		// Of two it is nobody, until somebody was called.
		o.Link(acme, bea)
		w.open(acme)
		w.compose("Talk")
		chosen("No contact")
		w.set("#log-with", "Bea Brown")
		w.click("#log button[type=submit]", "Log call")
		w.see("#today .by", "Bea Brown")
		w.click("#log-open")
		chosen("Bea Brown")
		o.Exec("UPDATE contacts SET is_active = 0 WHERE first_name = 'Bea'")
		w.open(acme)
		w.click("#log-open")
		chosen("Zoe Zimmer")
		w.until("same(document.querySelector('#log-with').options[1].text, %s, 'the next')", "Bea Brown (archived)")
	}
}

// TestSomebodyElseIsFoundByTyping and linked by logging: by keyboard among many, and without script.
func TestSomebodyElseIsFoundByTyping(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	acme, few := o.Organization("Harbor & Pine"), o.Organization("Älgen Vindkraft")
	for n := range 22 {
		o.Link(acme, o.Contact("Anna", fmt.Sprintf("Berg %c", 'A'+n)))
	}
	o.Contact("Maja", "Öberg")
	o.Contact("Marcus", "Nwosu")
	w := o.windowOf(o.person("Astrid Öberg", "Manager"))
	w.open(acme)
	w.press("l")
	w.write("Talk")
	w.press("Tab", "Tab")
	w.focused("#log-with-other")
	w.see("#log-with-list .lbl", "Linked here")
	w.gone("#log-with")
	w.everywhere("composer among many")
	w.click("#log-with-other")
	w.write("berg c")
	w.see("#log-with-list [aria-selected=true]", "Anna Berg C")
	w.press("Enter")
	w.see(".picked", "Anna Berg C")
	w.focused("#log-with-other")
	w.write("maja")
	w.see("#log-with-list [aria-selected=true]", "Maja Öberg")
	w.see("#log-with-list .lbl", "Not linked yet; logging links them")
	w.axe("people who are found")
	w.press("Enter")
	w.see(".picked", "Maja Öberg")
	w.see("#log-with-field .hint", "Not linked yet")
	w.press("Control+Enter")
	w.see("#today .by", "Maja Öberg")
	w.see("#links h2", "23")

	w.scripts(false)
	w.open(acme)
	w.compose("Without script")
	w.see("#log-with")
	w.fill("#log-with-other", "ma")
	w.click("#log button[type=submit]", "Log call")
	w.see("#log-with-e", "More than one fits ma")
	w.holds("#log-subject", "Without script")
	w.set("#log-with", "Marcus Nwosu")
	w.click("#log button[type=submit]", "Log call")
	w.see("#toasts", "Call logged")
	w.see("#timeline .by", "Marcus Nwosu")
	w.open(few)
	w.compose("With them")
	w.click(".with summary", "Somebody else")
	w.fill("#log-with-other", "Maja Öberg")
	w.press("Enter")
	w.see("#links .nm", "Maja Öberg")
}

// TestWhomSomebodyChoseStaysChosen while others are linked and unlinked beside the composer.
func TestWhomSomebodyChoseStaysChosen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	acme := o.Organization("Harbor & Pine")
	for n := range 23 {
		o.Link(acme, o.Contact("Anna", fmt.Sprintf("Berg %c", 'A'+n)))
	}
	w := o.windowOf(o.person("Astrid Öberg", "Manager"))
	w.open(acme)
	w.click("#log-open")
	w.click("#log-with-other")
	w.write("berg c")
	w.see("#log-with-list [aria-selected=true]", "Anna Berg C")
	w.press("Enter")
	w.see(".picked", "Anna Berg C")
	w.click("#links button[aria-label='Unlink Anna Berg A']")
	w.see("#links h2", "22")
	w.see(".picked", "Anna Berg C")
	w.click("#toasts form button", "Undo")
	w.see("#links h2", "23")
	w.see(".picked", "Anna Berg C")
	w.click("#links button[aria-label='Unlink Anna Berg C']")
	w.see("#log-with-field .hint", "Not linked yet; logging links them")
	w.see(".picked", "Anna Berg C")
}

// TestTimesAreTypedAsPeopleSayThem by keyboard, and without script.
func TestTimesAreTypedAsPeopleSayThem(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		o := newOffice(t)
		acme := o.Organization("Harbor & Pine")
		w := o.windowOf(o.person("Astrid Öberg", "Manager"))
		w.scripts(scripts)
		w.open(acme)
		w.gone("#log-subject")
		w.compose("Talk")
		if !scripts {
			w.click("#log button", "Outcome, time, people and follow-up")
			w.holds("#log-subject", "Talk")
		}
		w.see(".when label")
		w.gone("#log-at")
		w.gone("#log-next-day")
		w.gone("#log-next-who")
		w.click(".when label", "Now")
		w.press("ArrowUp") // to the last one, Other…
		w.see("#log-at")
		w.press("Tab")
		w.focused("#log-at")
		if scripts {
			w.click(".when label", "Now")
			w.click(".when label", "Other…")
			w.focused("#log-at")
		}
		w.write("some time")
		if scripts {
			w.see("#log-at-read", "Enter a time like “yesterday 18:40”")
		}
		w.press("Enter")
		w.see("#log-at-e", "Enter a time like “yesterday 18:40”")
		w.holds("#log-at", "some time")
		w.fill("#log-at", "yesterday 18:40")
		if scripts {
			w.see("#log-at-read", "18:40")
		}
		w.fill("#log-next", "Write")
		w.see("#log-next-who")
		w.click(".nextmore label", "Other…")
		w.fill("#log-next-day", "in 2 weeks")
		if scripts {
			w.until("document.querySelector('#log-next-day-read').textContent.trim() ? '' : 'a day that is not understood'")
			w.axe("composer with times of one's own")
		}
		w.fill("#log-subject", "Talk")
		w.press("Enter")
		w.see("#timeline time", "18:40")
		w.see("#follow-ups li", "Write")
	}
}
