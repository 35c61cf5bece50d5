package browsertest

import (
	"testing"

	"clientregistry/handlers/handlerstest"
)

// TestMyAccount: name, theme, shortcuts, password and sessions, with and without script.
func TestMyAccount(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		o := newOffice(t)
		lea := o.person("Léa Fournier", "Manager")
		elsewhere := o.window()
		elsewhere.open("/login")
		elsewhere.signInAs(lea.user.Email)
		elsewhere.see("h1", "Home")
		third := o.window()
		third.open("/login")
		third.signInAs(lea.user.Email)
		third.see("h1", "Home")

		w := o.windowOf(lea)
		w.scripts(scripts)
		w.open("/account")
		w.fill("#full_name", "Léa Martin")
		w.set("#time_zone", "Asia/Tokyo")
		w.set("#theme", "Dark")
		w.click("label", "Single-letter shortcuts")
		w.click("form[action='/account'] button", "Save")
		w.see("#toasts", "Account saved")
		w.see(".me", "Léa Martin")
		w.see("html[data-theme=dark]")
		w.see("[data-single-keys=off]")
		if scripts {
			w.everywhere("my account")
			w.open("/")
			w.press("g", "o", "n")
			w.press("Control+k")
			w.see("#palette")
			w.at("/")
			w.press("Escape")
		}
		w.open("/account")
		w.count(3, ".sessions li")
		w.see(".sessions li", "this browser")
		w.fill("#current_password", "not it")
		w.fill("#password", "another good password")
		w.click("button", "Change password")
		w.see("#current_password-e", "This is not your current password")
		w.fill("#current_password", handlerstest.Password)
		w.fill("#password", "another good password")
		w.click("button", "Change password")
		w.see("#toasts", "Password changed")
		w.count(1, ".sessions li")
		elsewhere.open("/account")
		elsewhere.see("h1", "Sign in")
		third.open("/account")
		third.see("h1", "Sign in")
		for _, again := range []*window{elsewhere, third} {
			again.fill("#email", lea.user.Email)
			again.fill("#password", "another good password")
			again.click("button", "Sign in")
			again.see("h1", "My account")
		}
		w.open("/account")
		w.count(3, ".sessions li")
		w.click(".sessions li:has(form):not(li:has(form) ~ li) button", "End")
		w.see("#toasts", "Session ended")
		w.count(2, ".sessions li")
		w.open("/account")
		w.click("#sessions-h + form button", "End all others")
		w.count(1, ".sessions li")
		third.open("/")
		third.see("h1", "Sign in")
		elsewhere.open("/")
		elsewhere.see("h1", "Sign in")
	}
}
