package browsertest

import (
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/handlers/handlerstest"
)

// stockholm returns a day in Stockholm as forms contain it, days from now.
func (o *office) stockholm(days int) string {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		o.t.Fatal(err)
	}
	return o.Clock.Now().In(zone).AddDate(0, 0, days).Format(time.DateOnly)
}

// TestFollowingUp: a call with a next step appears on the home page, is moved and done, and each is
// undone.
func TestFollowingUp(t *testing.T) {
	t.Parallel()
	for _, phone := range []bool{false, true} {
		o := newOffice(t)
		ines := o.person("Inès Moreau", "Manager")
		org := o.Organization("Harbor & Pine")
		w := o.windowOf(ines)
		w.zone("Europe/Stockholm")
		if phone {
			w.phone()
		}
		w.open(org)
		w.compose("Renewal agreed")
		w.fill("#log-next", "Send the offer")
		w.click("#log .nextmore label", "Other…")
		w.fill("#log-next-day", "some day")
		w.click("#log button[type=submit]", "Log call")
		w.see("#log-next-day-e", "next monday")
		w.holds("#log-next", "Send the offer")
		w.fill("#log-next-day", "today")
		w.click("#log button[type=submit]", "Log call")
		w.see("#today .next", "Next: Send the offer · due today · you")
		w.see("#follow-ups li", "Send the offer")
		w.gone("#composer[open]")
		if !phone {
			w.see(".nav #due", "1")
		}

		// The card above the timeline and the line in the event change together.
		w.click("#follow-ups summary")
		w.click("#follow-ups .menu button", "Tomorrow")
		w.see("#toasts", "Due")
		w.see("#today .next", "due tomorrow")
		w.see("#follow-ups time", "Tomorrow")
		w.click("#toasts form button", "Undo")
		w.see("#today .next", "due today")
		w.see("#follow-ups time", "Today")
		w.click("#today .next .done")
		w.see("#toasts", "Done: Send the offer")
		w.gone("#follow-ups li")
		w.gone("#today .next")
		w.click("#toasts form button", "Undo")
		w.see("#follow-ups li", "Send the offer")
		w.see("#today .next", "Send the offer")

		w.open("/")
		w.see("#follow-ups h3", "Today")
		w.click("#follow-ups summary")
		w.set("#follow-ups input[type=date]", o.stockholm(-3))
		w.click("#follow-ups .to button", "Move")
		w.see("#follow-ups .err", "Choose today or later")
		w.set("#follow-ups input[type=date]", o.stockholm(30))
		w.click("#follow-ups .to button", "Move")
		w.see("#follow-ups .empty", "Nothing is due in the next 7 days")
		w.gone(".nav #due", "1")
		w.click("#toasts form button", "Undo")
		w.see("#follow-ups li", "Send the offer")
		w.click("#follow-ups .done")
		w.see("#follow-ups .empty", "Nothing is due in the next 7 days")
		w.gone("#follow-ups h3")
		w.click("#toasts form button", "Undo")
		w.see("#follow-ups li", "Send the offer")

		w.click(map[bool]string{false: ".nav a", true: ".tabbar a"}[phone], "Follow-ups")
		w.see("h1", "Follow-ups")
		w.click("#steps .done")
		w.gone("#steps li")
		w.click("#toasts form button", "Undo")
		w.see("#steps li", "Send the offer")
		w.click("#steps small a", "Harbor & Pine")
		w.see("h1", "Harbor & Pine")
		if phone {
			w.click(".tabbar summary", "More")
			w.click(".tabbar .menu a", "Interactions")
			w.see("h1", "Interactions")
		}
	}
}

func TestFollowingUpByKeyboard(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ines := o.person("Inès Moreau", "Manager")
	org := o.Organization("Harbor & Pine")
	for _, text := range []string{"First", "Second"} {
		o.FollowUp(o.Log(org, "", text), text, o.stockholm(0), ines.user.ID)
	}
	w := o.windowOf(ines)
	w.zone("Europe/Stockholm")
	w.open("/")
	w.press("g", "f")
	w.at("/follow-ups")
	w.focused("h1")
	w.press("j")
	w.focused("#steps li:first-child .nm")
	w.press("Shift+Tab")
	w.focused("#steps li:first-child .done")
	w.press("Enter")
	w.see("#toasts", "Done: First")
	w.count(1, "#steps li")
	w.focused("#steps li .nm") // of the neighbouring row
	w.tabTo("#steps summary")
	w.press("Enter")
	w.see("#steps .menu button", "Tomorrow")
	w.press("Escape")
	w.gone("#steps .menu")
	w.focused("#steps summary")
	w.press("Enter", "Tab", "Enter")
	w.see("#steps time", "Tomorrow")
	w.focused("#steps summary")
	w.open(org)
	w.tabTo("#today .next .done, #timeline .next .done")
	w.press("Enter")
	w.see("#toasts", "Done: Second")
	w.focused("#timeline li h4 a") // of the follow-up's event
}

func TestFollowingUpWithoutScript(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ines := o.person("Inès Moreau", "Manager")
	org := o.Organization("Harbor & Pine")
	w := o.windowOf(ines)
	w.scripts(false)
	w.open(org)
	w.compose("Renewal agreed")
	w.click("#log .later")
	w.fill("#log-next", "Send the offer")
	w.click("#log .nextmore label", "Other…")
	w.fill("#log-next-day", "some day")
	w.click("#log button[type=submit]", "Log call")
	w.see("#log-next-day-e", "next monday")
	w.fill("#log-next-day", "today")
	w.click("#log button[type=submit]", "Log call")
	w.see("#follow-ups li", "Send the offer")
	w.open("/")
	w.click("#follow-ups summary")
	w.click("#follow-ups .menu a", "Open this follow-up")
	w.click("#follow-up-form .quick label", "Tomorrow")
	w.click("#follow-up-form button", "Save")
	w.at("/")
	w.see("#toasts", "Saved: Send the offer")
	w.click("#toasts form button", "Undo")
	w.at("/")
	w.see("#follow-ups time", "Today")
	w.click("#follow-ups .done")
	w.at("/")
	w.see("#follow-ups .empty", "Nothing is due")
	w.click("#toasts form button", "Undo")
	w.see("#follow-ups li", "Send the offer")
	w.click("#follow-ups summary")
	w.click("#follow-ups .menu a", "Open this follow-up")
	w.fill("#fu-due", o.stockholm(-3))
	w.click("#follow-up-form button", "Save")
	w.see("#fu-due-e", "Choose today or later")
}

func TestPagesOfFollowUps(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	organization, maya := furnished(o)
	w := o.windowOf(astrid)
	for _, path := range []string{"/", "/follow-ups", "/follow-ups?show=all&who=none"} {
		w.open(path)
		w.see("h1")
		w.everywhere("no follow-ups: " + path)
	}
	o.Clock.Add(-20 * 24 * time.Hour)
	var last string
	for text, days := range map[string]int{"Send the insurance certificate": -3, "Agree a date for the on-site visit with the plant " +
		"manager and both shift leads, and with the one who is on holiday until then": 0, "山田さんに電話する": 1, "Prepare the price list": 90} {
		last = o.Log(organization, maya, "About "+text)
		o.FollowUp(last, text, o.stockholm(20+days), astrid.user.ID)
	}
	o.Clock.Add(20 * 24 * time.Hour)
	nobodys := o.Log("", maya, "About nothing")
	if _, err := o.DB.AddFollowUp(t.Context(), db.System, handlerstest.Key(nobodys),
		db.Fields{"text": "Nobody's", "due_on": o.stockholm(0)}); err != nil {
		t.Fatal(err)
	}
	o.Exec("UPDATE contacts SET is_active = 0 WHERE id = ?", handlerstest.Key(maya))
	for _, path := range []string{"/", "/follow-ups", "/follow-ups?show=all", organization, maya, last, organization + "/history"} {
		w.open(path)
		w.see("h1")
		w.everywhere("follow-ups: " + path)
	}
	w.open("/follow-ups")
	w.click("#steps ul:first-of-type summary")
	w.see("#steps .menu button", "In two weeks")
	w.everywhere("menu that moves")
	w.set("#steps ul:first-of-type input[type=date]", "2020-01-01")
	w.click("#steps ul:first-of-type .to button", "Move")
	w.see("#steps .err")
	w.everywhere("move refused")
	w.open(organization)
	w.click("#log-open")
	w.fill("#log-next", "Send the offer")
	w.click("#log .nextmore label", "Other…")
	w.everywhere("composer with a next step")
	w.click("#timeline li:has(.next b) a[aria-label='Edit: About Prepare the price list']")
	w.see("#timeline [name=follow_up_text]")
	w.everywhere("interaction editor with its next step")
	w.open(o.Log(organization, "", "Nothing planned"))
	w.see("#next-form")
	w.click("#next-form button", "Add follow-up")
	w.see("#next-form .err")
	w.everywhere("next step refused")
	w.open("/account")
	w.everywhere("account with the way to interactions")
}
