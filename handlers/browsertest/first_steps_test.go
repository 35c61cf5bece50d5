package browsertest

import (
	"testing"

	"clientregistry/db"
	"clientregistry/handlers/handlerstest"
)

// TestTheZoneOfTheFirstSignIn: somebody who has not chosen a time zone signs in, reads which one was
// taken from their browser, and closes the line, without losing what they typed.
func TestTheZoneOfTheFirstSignIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if _, err := o.DB.CreateUser(t.Context(), db.System, db.NewUser{
		Email: "sam@pinestreet.example", FullName: "Sam Okoye", Role: "Manager", Hash: handlerstest.Hash,
	}); err != nil {
		t.Fatal(err)
	}
	w := o.window()
	w.zone("Asia/Tokyo")
	w.open("/login")
	w.signInAs("sam@pinestreet.example")
	w.at("/")
	w.see("#zone-notice", "Times are shown in your browser’s time zone, Asia/Tokyo.")
	w.everywhere("line about the time zone")
	w.open("/organizations/new")
	w.fill("#display_name", "Harbor & Pine")
	w.click("#zone-notice button")
	w.gone("#zone-notice")
	w.holds("#display_name", "Harbor & Pine")
	w.click("button", "Create organization")
	w.see("h1", "Harbor & Pine")
	w.gone("#zone-notice")
	w.open("/account")
	w.holds("#time_zone", "Asia/Tokyo")
	w.gone("#zone-notice")

	// On a journey nothing changes.
	abroad := o.window()
	abroad.zone("Europe/Rome")
	abroad.open("/login")
	abroad.signInAs("sam@pinestreet.example")
	abroad.at("/")
	abroad.see("h1", "Home")
	abroad.gone("#zone-notice")
	o.WantOne("Asia/Tokyo 1", "SELECT time_zone || ' ' || time_zone_chosen FROM users")
}

// getStarted takes the first steps of an empty registry, each from the card on Home.
func getStarted(o *office, w *window) {
	w.t.Helper()
	w.open("/organizations")
	w.at("/login")
	w.see("h1", "Not set up yet")
	w.fits("not set up yet")
	w.setUp(o)
	w.see(".start", "1 of 5 done")
	w.see("main h2", "Get started")
	w.count(0, ".chart")
	w.fits("the first steps")
	w.click(".start a", "New organization")
	w.fill("#display_name", "Harbor & Pine")
	w.click("button", "Create organization")
	w.see("h1", "Harbor & Pine")

	w.open("/")
	w.see(".start .is", "Add an organization")
	w.click(".start a", "New contact")
	w.see("#link-form")
	w.open("/contacts/new")
	w.fill("#f-first_name, #first_name", "Maya")
	w.fill("#f-last_name, #last_name", "Okafor")
	w.click("button", "Create contact")
	w.see("h1", "Maya Okafor")

	w.open("/")
	w.see(".start", "3 of 5 done")
	w.click(".start a", "Log a call")
	w.see("h1", "Maya Okafor")
	w.fill("#log-subject", "Asked for the price")
	w.click("#log button[type=submit]")
	w.see("h4", "Asked for the price")

	w.open("/")
	w.see(".start", "4 of 5 done")
	w.fits("the last of the first steps")
	w.click(".start a", "Invite")
	w.see("h2", "Invite somebody")
	w.fill("#full_name", "Sam Okoye")
	w.fill("#email", "sam@pinestreet.example")
	w.click("[name=role][value=Manager]")
	w.click("button", "Create invitation")
	w.see("#one-time-link")
	w.open("/")
	w.see("h1", "Home")
	w.gone(".start")
}

func TestGetStarted(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	w := o.window()
	w.zone("Europe/Stockholm")
	getStarted(o, w)
	o.WantOne("Europe/Stockholm 1", "SELECT time_zone || ' ' || time_zone_chosen FROM users WHERE status = 'active'")
}

func TestGetStartedWithoutScriptOnAPhone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	w := o.window()
	w.scripts(false)
	w.phone()
	getStarted(o, w)
	o.WantOne("UTC 0", "SELECT time_zone || ' ' || time_zone_chosen FROM users WHERE status = 'active'")
}

// TestTheFirstStepsLookRight in every width and theme, and beside them what there is without clients.
func TestTheFirstStepsLookRight(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	w := o.window()
	w.open("/login")
	w.everywhere("not set up yet")
	w = o.windowOf(o.person("Astrid Öberg", "Administrator"))
	w.open("/")
	w.everywhere("the first steps")
	w.click("[aria-label='Close Get started']")
	w.see("#nothing-h", "No clients yet")
	w.everywhere("home without clients")
	lea := o.person("Léa Fournier", "Viewer")
	o.Own(lea.user, db.ViewClient, db.EditClient, db.ViewInteraction)
	w = o.windowOf(lea)
	w.open("/organizations")
	w.see(".empty", "You see the clients that you own")
	w.everywhere("a list of own clients without any")
}
