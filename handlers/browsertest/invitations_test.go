package browsertest

import (
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/handlers/handlerstest"
)

// handedOver returns the path of the one-time link that the window shows.
func (w *window) handedOver() string {
	w.t.Helper()
	w.see("#one-time-link code")
	link, err := ask[string](w, "document.querySelector('#one-time-link code').textContent")
	if err != nil {
		w.t.Fatal(err)
	}
	path, ours := strings.CutPrefix(strings.TrimSpace(link), w.url)
	if !ours {
		w.t.Fatalf("the link is %s", link)
	}
	return path
}

// copies presses a copy button as a browser without a clipboard does, which has none without https.
func (w *window) copies(button, text string) {
	w.t.Helper()
	_, err := ask[bool](w, `Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }),
		document.addEventListener("copy", () => { window.copied = getSelection().toString(); }), true`)
	if err != nil {
		w.t.Fatal(err)
	}
	w.tabTo(button)
	w.press("Enter")
	w.see(".copy > [role=status]", "Copied")
	w.focused(button)
	copied, err := ask[string](w, "window.copied")
	if err != nil || copied != text {
		w.t.Errorf("copied %q, want %q (%v)", copied, text, err)
	}
	w.everywhere("after copying")
}

// TestComingInByKeyboard: somebody is invited, sets a password and sets up the second factor that
// the role requires. The list of users shows each state on the way.
func TestComingInByKeyboard(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	o.Exec("UPDATE roles SET require_mfa = 1 WHERE slug = 'Manager'")
	w := o.windowOf(astrid)
	state := func(says string) {
		t.Helper()
		w.open("/admin/users")
		w.see("#rows tr", "Sam Okoye")
		w.see(".c-st", says)
	}
	w.open("/admin/users")
	w.press("n")
	w.focused("#full_name")
	w.press("Enter")
	w.focused("#full_name[aria-invalid=true]")
	w.write("Sam Okoye")
	w.press("Tab")
	w.write("sam@pinestreet.example")
	w.tabTo("[name=role][value=Manager]")
	w.press(" ", "Enter")
	w.see("h1 .bdg", "Invited")
	link := w.handedOver()
	w.everywhere("one-time link")
	state("Invited Link works until")
	o.Clock.Add(db.InvitationLife)
	astrid.comeIn()
	w = o.windowOf(astrid)
	state("Invited Link has expired")
	late := o.window()
	late.open(link)
	late.see("h1", "This link no longer works")
	late.everywhere("a link that no longer works")
	w.tabTo("a[href='/admin/users/" + o.One("SELECT id FROM users WHERE full_name = 'Sam Okoye'") + "']")
	w.press("Enter")
	w.see("h1", "Sam Okoye")
	w.tabTo("form[action$='/invite'] button")
	w.press("Enter")
	link = w.handedOver()
	w.copies("#one-time-link [data-copy]", w.url+link)

	sams := o.window()
	sams.zone("Asia/Tokyo")
	sams.open(link)
	sams.see("h1", "Welcome, Sam Okoye")
	sams.focused("#password")
	sams.holds("#time_zone", "Asia/Tokyo")
	sams.everywhere("invitation")
	sams.open(link)
	sams.focused("#password")
	sams.write("short")
	sams.press("Enter")
	sams.focused("#password[aria-invalid=true]")
	sams.everywhere("invitation refused")
	sams.focused("#password")
	sams.write(handlerstest.Password)
	sams.press("Enter")
	sams.see("h1", "Set up a second factor")
	sams.see(".sub", "Your role Manager requires one")
	state("Second factor missing")
	sams.open("/contacts")
	sams.see("h1", "Set up a second factor")
	seed := sams.typedKey()
	sams.tabTo("#code")
	sams.write(dbtest.Code(t, seed, o.Clock.Now()))
	sams.press("Tab")
	sams.write(handlerstest.Password)
	sams.press("Enter")
	sams.see("h1", "Keep these recovery codes")
	sams.tabTo("main a.pri")
	sams.press("Enter")
	sams.see("h1", "Contacts")
	sams.see(".me", "Sam Okoye")
	w.open("/admin/users")
	w.count(2, ".c-st .ok")
	w.see(".c-mfa", "Authenticator app")
	late.open(link)
	late.see("h1", "This link no longer works")
	o.WantOne("Asia/Tokyo", "SELECT time_zone FROM users WHERE email = 'sam@pinestreet.example'")
}

// TestComingInWithoutScript: the same on a phone without JavaScript, then again with a password
// link.
func TestComingInWithoutScript(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	w, sams := o.windowOf(astrid), o.window()
	for _, x := range []*window{w, sams} {
		x.scripts(false)
		x.phone()
	}
	w.open("/admin/users")
	w.click("a", "Invite user")
	w.fill("#full_name", "Sam Okoye")
	w.fill("#email", "sam")
	w.click("[name=role][value=Viewer]")
	w.click("button", "Create invitation")
	w.see("#email-e", "Enter an email")
	w.see("[name=role][value=Viewer]:checked")
	w.fits("invitation refused")
	w.fill("#email", "sam@pinestreet.example")
	w.click("button", "Create invitation")
	link := w.handedOver()
	w.fits("one-time link")

	sams.open(link)
	sams.fits("invitation")
	sams.fill("#password", handlerstest.Password)
	sams.set("#time_zone", "Asia/Tokyo")
	sams.click("button", "Set password and sign in")
	sams.see("h1", "Home")
	sams.open("/account")
	sams.holds("#time_zone", "Asia/Tokyo")

	w.open("/admin/users")
	w.see(".c-st", "Active")
	w.click("#rows .nm", "Sam Okoye")
	w.click("button", "Create a password link")
	reset := w.handedOver()
	sams.open("/account")
	sams.see("h1", "My account") // until the link is used
	fresh := o.window()
	fresh.scripts(false)
	fresh.open(reset)
	fresh.see("h1", "Set a new password")
	fresh.fill("#password", "another good password")
	fresh.click("button", "Set password and sign in")
	fresh.see("h1", "Home")
	sams.open("/account")
	sams.see("h1", "Sign in")

	w.open("/admin/users")
	w.click("#rows .nm", "Sam Okoye")
	w.click("button", "Disable")
	w.see("h1 .bdg", "Disabled")
	fresh.open("/account")
	fresh.see("h1", "Sign in")
}
