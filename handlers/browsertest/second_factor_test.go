package browsertest

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"

	"clientregistry/db/dbtest"
	"clientregistry/handlers/handlerstest"
)

// typedKey returns the key that the page shows for typing into an app.
func (w *window) typedKey() string {
	w.t.Helper()
	w.see("#key")
	key, err := ask[string](w, "document.querySelector('#key').textContent")
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.ReplaceAll(key, " ", "")
}

// signInAs signs in with the right password in the form that is open.
func (w *window) signInAs(email string) {
	w.t.Helper()
	w.see("h1", "Sign in")
	w.fill("#email", email)
	w.fill("#password", handlerstest.Password)
	w.click("button", "Sign in")
}

// twoSteps sets up a second factor in My account and signs in with it, by the app and by a recovery
// code. look checks each page on the way.
func twoSteps(o *office, w *window, astrid *person, look func(what string)) {
	w.t.Helper()
	w.open("/account")
	w.click("a", "Set up an authenticator app")
	w.see("h1", "Set up a second factor")
	look("setting up a second factor")
	seed := w.typedKey()
	w.fill("#code", "40281")
	w.click("button", "Confirm")
	w.see("#code-e", "Enter all 6 digits. This code has 5")
	look("setting up, refused")
	if again := w.typedKey(); again != seed {
		w.t.Errorf("the refused form shows another key")
	}
	w.fill("#code", dbtest.Code(w.t, seed, o.Clock.Now()))
	w.fill("#current_password", handlerstest.Password)
	w.click("button", "Confirm")
	w.see("h1", "Keep these recovery codes")
	w.count(10, "#codes li")
	look("recovery codes")
	recovery, err := ask[string](w, "document.querySelector('#codes code').textContent")
	if err != nil {
		w.t.Fatal(err)
	}
	w.see("button", "Download")
	w.click("a", "I have kept them")
	w.at("/account")
	w.click("a", "Second factor and recovery codes")
	w.see("h1", "Second factor")
	look("second factor")
	w.fill("#disable-password", "not it")
	w.click("button", "Switch off the second factor")
	w.see("#disable-password-e", "This is not your current password")
	look("second factor, refused")

	w.open("/account")
	w.click("button", "Sign out")
	w.signInAs(astrid.user.Email)
	w.see("h1", "Code from your app")
	look("code")
	w.open("/organizations")
	w.signInAs(astrid.user.Email)
	w.fill("#code", "1234")
	w.click("button", "Continue")
	w.see("#code-e", "This code has 4")
	look("code refused")
	o.Clock.Add(time.Minute)
	w.fill("#code", dbtest.Code(w.t, seed, o.Clock.Now()))
	w.click("button", "Continue")
	w.see("h1", "Organizations")

	w.open("/account")
	w.click("button", "Sign out")
	w.signInAs(astrid.user.Email)
	w.click("a", "Use a recovery code")
	w.see("h1", "Recovery code")
	look("recovery code")
	w.fill("#code", strings.ToLower(recovery))
	w.click("button", "Continue")
	w.see("h1", "Home")
	w.see("#toasts", "9 recovery codes left")
}

func TestTwoStepsInABrowser(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	w := o.windowOf(astrid)
	twoSteps(o, w, astrid, w.everywhere)
}

func TestTwoStepsWithoutScript(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	w := o.windowOf(astrid)
	w.scripts(false)
	twoSteps(o, w, astrid, func(string) {})
}

func TestTwoStepsByKeyboard(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	o.Exec("UPDATE roles SET require_mfa = 1 WHERE slug = 'Administrator'")
	w := o.windowOf(astrid)
	w.open("/contacts")
	w.see(".sub", "Your role Administrator requires one")
	w.everywhere("second factor demanded")
	seed := w.typedKey()
	w.tabTo("#code")
	w.write("1")
	w.press("Enter")
	w.focused("#code[aria-invalid=true]")
	w.write(dbtest.Code(t, seed, o.Clock.Now()))
	w.press("Tab")
	w.focused("#current_password")
	w.write(handlerstest.Password)
	w.press("Enter")
	w.see("h1", "Keep these recovery codes")
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}) // printed: the codes without buttons
	w.count(10, "#codes li")
	w.gone(".side, .topbar, main :is(.btn, h1, p:not(.print), .brand)")
	w.theme("light")
	w.tabTo("main a.pri")
	w.press("Enter")
	w.see("h1", "Contacts")
	w.press("g", "h")
	w.see("h1", "Home")

	o.Clock.Add(time.Minute)
	other := o.window()
	other.open("/login?next=/contacts")
	other.focused("#email")
	other.write(astrid.user.Email)
	other.press("Tab")
	other.write(handlerstest.Password)
	other.press("Enter")
	other.see("h1", "Code from your app")
	other.focused("#code")
	other.write("123")
	other.press("Enter")
	other.focused("#code[aria-invalid=true]")
	other.write(dbtest.Code(t, seed, o.Clock.Now()))
	other.press("Enter")
	other.see("h1", "Contacts")
}

func TestSessionEndsWhileTypingBeforeTwoSteps(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.as("Administrator")
	cookie, seed, _ := o.Enrol(astrid.user)
	astrid.cookie = cookie
	organization := o.Organization("Harbor & Pine")
	w := o.windowOf(astrid)
	w.open(organization)
	w.compose("A long call about the summer route")
	astrid.post("/logout")
	w.click("#log button[type=submit]", "Log call")
	w.fill("dialog [name=password]", handlerstest.Password)
	w.click("dialog button", "Sign in")
	w.see("dialog h2", "Code from your app")
	w.axe("code in the dialog")
	w.click("dialog a", "Use a recovery code")
	w.see("dialog h2", "Recovery code")
	w.click("dialog a", "Use the app")
	w.see("dialog h2", "Code from your app")
	w.fill("dialog [name=code]", "12")
	w.click("dialog button", "Sign in")
	w.see("dialog .err", "This code has 2")
	o.Clock.Add(time.Minute)
	w.fill("dialog [name=code]", dbtest.Code(t, seed, o.Clock.Now()))
	w.click("dialog button", "Sign in")
	w.gone("dialog")
	w.see("#today li:first-child h4", "A long call about the summer route")
}
