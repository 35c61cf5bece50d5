package browsertest

import "testing"

// TestAMeetingOfSeveralIsLogged opens the further people, ticks one by keyboard, and finds the
// meeting on their page.
func TestAMeetingOfSeveralIsLogged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	w := o.windowOf(o.as("Manager"))
	organization, maya, jon := o.Organization("Harbor & Pine"), o.Contact("Maya", "Okafor"), o.Contact("Jon", "Ek")
	o.Link(organization, maya)
	o.Link(organization, jon)
	w.open(organization)
	w.compose("Yearly review")
	w.set("#log-with", "Maya Okafor")
	w.tabTo("#log .further summary")
	w.press("Enter", "Tab")
	w.focused("#log [name=participant_id]")
	w.axe("further people")
	w.phone()
	w.fits("further people on a phone")
	w.desk()
	w.click("#log .quick label", "Jon Ek")
	w.click("#log button[type=submit]", "Log call")
	w.see("#today .by", "called Maya Okafor and Jon Ek")
	w.gone("#log .further[open]")
	w.click("#today .by a", "Jon Ek")
	w.see("#today h4", "Yearly review")
}
