package browsertest

import (
	"fmt"
	"testing"

	"clientregistry/handlers/handlerstest"
)

func TestSearchPageInABrowser(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ines := o.person("Inès Moreau", "Manager")
	pier, old := o.Organization("Pier & Sons"), o.Contact("Pierre", "Old")
	o.Exec("UPDATE contacts SET is_active = 0 WHERE id = ?", handlerstest.Key(old))
	for i := range 25 {
		o.Log(pier, "", fmt.Sprint("Pier talk ", 25-i))
	}
	w := o.windowOf(ines)
	w.open("/search")
	w.focused("#q")
	w.write("pier")
	w.see(".tabs a", "Interactions 20+")
	w.at("/search?q=pier")
	w.see("#results mark", "Pier")
	w.see("#results .former", "Archived")
	w.click(".tabs a", "Interactions")
	w.at("/search?kind=interactions&q=pier")
	w.count(20, ".feed .nm")
	w.fill("#q", "talk") // the tab stays selected
	w.at("/search?q=talk&kind=interactions")
	w.see(".tabs [aria-current]", "Interactions")
	w.tabTo("#load-more")
	w.press("Enter")
	w.count(25, ".feed .nm")
	w.gone("#load-more")
	w.everywhere("all that was found")
	w.back()
	w.at("/search?q=pier")
	w.see(".tabs [aria-current]", "All")

	w.scripts(false)
	w.open("/search?q=pier&kind=interactions")
	w.click("#load-more")
	w.count(5, ".feed .nm")
	w.fill("#q", "pierre")
	w.press("Enter")
	w.click(".tabs a", "Contacts")
	w.click("#results a", "Pierre Old")
	w.at(old)
}
