package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"clientregistry/handlers/handlerstest"
)

func TestPagesOfAnEmptyRegistry(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	w := o.window()
	w.open(o.SetupLink())
	w.everywhere("setup")
	w.click("button", "Create account")
	w.see(".err")
	w.everywhere("setup, refused")
	w.setUp(o)
	w.everywhere("home")
	for _, path := range []string{"/organizations", "/contacts", "/interactions", "/search", "/account"} {
		w.open(path)
		w.see("h1")
		w.everywhere("empty " + path)
	}
	w.open("/setup?token=used")
	w.everywhere("setup, gone")
	w.open("/organizations/new")
	w.fill("#display_name", "Harbor & Pine")
	w.click("button", "Create organization")
	w.see("#toasts", "Created")
	w.everywhere("new record with a toast")
}

func TestPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	organization, maya := furnished(o)
	w := o.windowOf(astrid)
	for _, path := range []string{
		"/", "/organizations?status=all", "/organizations?q=zzz&sector=Logistics",
		"/contacts", "/interactions", "/interactions?channel=note", organization,
		organization + "/edit", organization + "/history", maya, maya + "/edit", "/search?q=harbor", "/search?q=zzz", "/contacts/new", "/nowhere",
	} {
		w.open(path)
		w.see("h1")
		w.everywhere(path)
		w.enlarged(path)
	}
}

// TestLargerText on pages whose rows hold much beside a name.
func TestLargerText(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	o.person("Tomas Rehn", "Manager")
	organization, maya := furnished(o)
	o.Exec("UPDATE organizations SET owner_user_id = ?", astrid.user.ID)
	o.Exec("UPDATE contacts SET owner_user_id = ?", astrid.user.ID)
	astrid.post(organization+"/fields/sector", "value", "Manufacturing", "version", "1")
	w := o.windowOf(astrid)
	for _, path := range []string{
		"/organizations", "/contacts", "/organizations/new", maya, "/follow-ups", "/account", "/account/tokens",
		"/admin/users", "/admin/roles", "/admin/audit", "/admin/vocabularies", "/admin/webhooks", "/admin/system",
	} {
		w.open(path)
		w.see("h1")
		w.enlarged(path)
	}
}

// TestTablesOnPaper have their rows, and recovery codes aside nothing to press.
func TestTablesOnPaper(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	organization, _ := furnished(o)
	w := o.windowOf(astrid)
	for path, row := range map[string]string{
		"/admin/users": "Astrid Öberg", "/admin/roles": "Administrator", organization + "/access": "Astrid Öberg",
		"/organizations": "Harbor & Pine", "/admin/vocabularies": "Logistics",
	} {
		w.open(path)
		call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		w.see("tbody tr", row)
		w.gone(".btn")
		call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	}
}

func TestStatesOfARecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid, tomas := o.person("Astrid Öberg", "Administrator"), o.person("Tomas Rehn", "Manager")
	organization, maya := furnished(o)
	w := o.windowOf(astrid)
	w.open(organization)
	w.click("#edit-website")
	w.see("#f-website")
	w.everywhere("fact editor")
	w.fill("#f-website", "javascript:alert(1)")
	w.click("#save-website")
	w.see("#fact-website .err")
	w.everywhere("fact refused")
	tomas.post(organization+"/fields/website", "value",
		"a-rather-long-name-of-a-web-site-that-wants-to-be-on-one-line.example", "version", "1")
	w.fill("#f-website", "harborpine.example/en")
	w.click("#save-website")
	w.see(".versus")
	w.everywhere("fact in conflict")
	w.click("#fact-website button", "Keep mine")
	w.see("#edit-website", "harborpine.example/en")

	w.click("#log-open")
	w.click("#log button[type=submit]")
	w.see("#log .err")
	w.everywhere("composer refused")
	w.click(".when label", "Other…")
	w.see("#log-at")
	w.everywhere("composer with its time open")
	w.open(organization)

	w.click("#link-new")
	w.fill("#find", "o")
	w.see("[role=option]", "Create contact")
	w.everywhere("picker open")
	w.click("[role=option]", "Create contact")
	w.fill("input[name=last_name]", "Okafor")
	w.fill("input[name=email]", "maya@harborpine.example")
	w.everywhere("creating a contact in place")
	w.click("button", "Create and link")
	w.see(".found", "Maya Okafor")
	w.everywhere("email taken")
	w.open(organization)

	w.click("#links a[aria-label='Edit the role of Maya Okafor']")
	w.see("#links [name=role_label]")
	w.everywhere("link editor")
	tomas.post(organization+maya, "role_label", "CEO", "relationship_status", "Former", "version", "1")
	w.fill("#links [name=role_label]", "Decision maker")
	w.click("#links button", "Save")
	w.see("#links .versus")
	w.everywhere("link in conflict")
	w.open(organization)

	w.click("#today li:first-child a[aria-label^=Edit]")
	w.see("#timeline [name=subject]")
	w.everywhere("interaction editor")
	w.fill("#timeline [name=subject]", "")
	w.click("#timeline button", "Save")
	w.see("#timeline .err")
	w.everywhere("interaction refused")
	w.open(organization)

	w.click("summary", "Channel")
	w.click("#f-channel label", "Meeting")
	w.count(3, "#timeline .tl > li")
	w.at(organization + "/interactions?channel=meeting")
	w.click("#f-channel label", "Note")
	w.count(4, "#timeline .tl > li")
	w.see(".chip b", "Meeting or Note")
	w.everywhere("timeline's filter by two channels")
	w.press("Escape")
	w.tabTo("[aria-label='Remove the channel filter']")
	w.press("Enter")
	w.at(organization)
	w.focused("#f-channel summary")
	w.count(5, "#timeline .tl > li")
	w.click("summary[aria-label=More]")
	w.see(".menu button", "Archive")
	w.everywhere("record menu")
	w.press("Escape", "?")
	w.see("#dialog h2")
	w.everywhere("list of keys")
	w.press("Escape")
	w.click("#today li:first-child button[aria-label^=Delete]")
	w.see("#toasts form button", "Undo")
	w.everywhere("deleted, with Undo")

	w.open(organization + "/edit")
	w.fill("[name=display_name]", "")
	w.fill("[name=website]", "ftp://nothing")
	w.click("button", "Save organization")
	w.see(".sum a")
	w.everywhere("form refused")
	w.fill("[name=display_name]", "Harbor & Pine Logistics")
	w.fill("[name=website]", "harborpine.example")
	w.fill("[name=sector]", "Media")
	tomas.post(organization+"/fields/sector", "value", "Retail", "version", "3")
	w.click("button", "Save organization")
	w.see(".versus")
	w.everywhere("form in conflict")

	w.open(organization)
	w.click("summary[aria-label=More]")
	w.click(".menu button", "Archive organization")
	w.see(".banner", "Archived by")
	w.everywhere("archived")

	astrid.post("/logout")
	w.open(organization)
	w.see("h1", "Sign in")
	w.everywhere("login")
	w.fill("#email", astrid.user.Email)
	w.fill("#password", "wrong")
	w.click("button", "Sign in")
	w.see(".err")
	w.everywhere("login refused")
}

func TestPagesOfAViewer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	lea := o.person("Léa Marchetti", "Viewer")
	organization, maya := furnished(o)
	w := o.windowOf(lea)
	for _, path := range []string{"/", "/organizations", organization, maya, organization + "/edit", "/account"} {
		w.open(path)
		w.see("h1")
		w.everywhere("viewer: " + path)
	}
	w.open("/organizations/new")
	w.see("h1 + p", "Missing permission: EditClient")
}

// furnished fills a registry as real ones are: long names, accents, other scripts, an archived
// record, people who left.
func furnished(o *office) (organization, contact string) {
	organization = o.Organization("Harbor & Pine Logistics", "legal_name", "Harbor & Pine Logistics och Spedition Aktiebolag med "+
		"begränsat ansvar", "website", "https://harborpine.example", "sector", "Logistics", "size_band", "51-200", "tax_id", "SE559012345601")
	archived := o.Organization("Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrik", "sector", "Manufacturing")
	o.Exec("UPDATE organizations SET is_active = 0 WHERE id = ?", handlerstest.Key(archived))
	o.Organization("株式会社東京商会", "sector", "Retail")
	contact = o.Contact("Maya", "Okafor", "email", "maya@harborpine.example", "phone",
		"+46 8 123 456", "job_title", "Chief Financial Officer of the northern region")
	other := o.Contact("Wolfeschlegelsteinhausenbergerdorff", "von und zu Hohenlohe-Langenburg",
		"email", "a.very.long.address.that.has.no.room@a-rather-long-domain.example")
	o.Link(organization, contact, "role_label", "CFO")
	o.Link(organization, other, "role_label", "Advisor", "relationship_status", "Former")
	o.Log(organization, contact, "Asked for the price of the summer route", "outcome", "Follow-up scheduled", "body",
		"They want **three** prices:\n\n- by ship\n- by train\n\nSee https://a-rather-long-domain.example/with/a/long/path/that/does/not/end")
	o.Log(organization, "", "A note with a subject that goes on and on and on and on, until somebody stops it from going on any more",
		"channel", "note")
	for i := range 3 {
		o.Log(organization, other, fmt.Sprintf("Meeting %d", i), "channel", "meeting", "happened_at", fmt.Sprintf("2026-0%d-02T10:00", i+1))
	}
	return organization, contact
}
