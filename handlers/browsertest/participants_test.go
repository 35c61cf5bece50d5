package browsertest

import (
	"fmt"
	"testing"
)

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
	w.see("#log .further summary")
	w.tabTo("#log .further summary")
	w.press("Enter")
	w.focused("#log-further-other")
	w.press("Tab")
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

// TestFurtherPeopleAreFoundAmongMany by keyboard, and without script.
func TestFurtherPeopleAreFoundAmongMany(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	organization := o.Organization("Harbor & Pine")
	o.Contact("Maya", "Okafor")
	for n := range 22 {
		o.Link(organization, o.Contact("Anna", fmt.Sprintf("Berg %c", 'A'+n)))
	}
	w := o.windowOf(o.as("Manager"))
	w.open(organization)
	w.press("l")
	w.write("Yearly review")
	w.see("#log .further summary")
	w.tabTo("#log .further summary")
	w.press("Enter")
	w.focused("#log-further-other")
	w.write("berg c")
	w.see("#log-further-list [aria-selected=true]", "Anna Berg C")
	w.press("Enter")
	w.see("#log .further label:has(:checked)", "Anna Berg C")
	w.focused("#log-further-other")
	w.write("may")
	w.see("#log-further-list [aria-selected=true]", "Maya Okafor")
	w.axe("further people who are found")
	w.press("Enter")
	w.count(2, "#log .further :checked")
	w.everywhere("further people among many")
	w.press("Control+Enter")
	w.see("#today .by", "called Anna Berg C and Maya Okafor")

	w.scripts(false)
	w.open(organization)
	w.compose("Without script")
	w.click("#log .later")
	w.click("#log .further summary")
	w.fill("#log-further-other", "maya")
	w.click("#log button[type=submit]", "Log call")
	w.see("#timeline h4", "Without script")
	w.see("#timeline .by", "Maya Okafor")
}
