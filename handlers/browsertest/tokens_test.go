package browsertest

import (
	"net/http"
	"testing"

	"clientregistry/handlers/handlerstest"
)

// TestATokenOfAProgram: somebody makes a token, copies it, a program uses it, and they see that and
// revoke it, with and without script.
func TestATokenOfAProgram(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		o := newOffice(t)
		lea := o.person("Léa Fournier", "Manager")
		w := o.windowOf(lea)
		w.scripts(scripts)
		w.open("/account")
		w.click("a", "API tokens")
		w.see(".empty", "No tokens yet")
		w.click("a", "New token")
		w.fill("#name", "Website form")
		w.click("label", "Never")
		w.see(".warnline", "until somebody revokes it")
		if scripts {
			w.everywhere("new token")
		}
		w.fill("#current_password", "not it")
		w.click("button", "Create token")
		w.see("#current_password-e", "This is not your current password")
		w.see("[name=ends][value=never]:checked")
		w.fill("#current_password", handlerstest.Password)
		w.click("button", "Create token")
		w.see("h2", "Your new token")
		secret := w.tokenShown()
		if scripts {
			w.focused("#token")
			w.click("button", "Copy")
			w.see("[data-copy]", "Copied")
			w.axe("the new token")
		}
		if status := o.program(secret); status != http.StatusOK {
			t.Errorf("the token answers %d", status)
		}
		w.click("a", "I have copied it")
		w.see("tbody .nm", "Website form")
		w.gone("tbody [data-k=Used]", "Never")
		if scripts {
			w.everywhere("tokens")
		}
		w.click("tbody a", "Revoke")
		w.see("tbody form", "refused at once")
		if scripts {
			w.focused("tbody form a")
			w.everywhere("asks before revoking a token")
		}
		w.click("tbody button", "Revoke token")
		w.see("#toasts", "Token revoked")
		w.see("tbody .state", "Revoked")
		if status := o.program(secret); status != http.StatusUnauthorized {
			t.Errorf("the revoked token answers %d", status)
		}
		w.readTheDocumentation(scripts)
	}
}

// readTheDocumentation opens the API's documentation from the page of tokens and finds an operation
// in it, by keyboard alone, on a computer and on a phone.
func (w *window) readTheDocumentation(scripts bool) {
	w.t.Helper()
	w.open("/account/tokens")
	w.tabTo("a[href='/api/docs']")
	w.press("Enter")
	w.titled("API")
	if scripts {
		w.everywhere("the documentation of the API")
		w.press("/")
	} else {
		w.tabTo("#q")
	}
	w.focused("#q")
	w.write("archive organization")
	w.press("Enter")
	w.see(".page-head [role=status]", "found for “archive organization”")
	w.tabTo(".side a[href='#archiveOrganization']")
	w.press("Enter")
	w.focused("#archiveOrganization")
	w.see("#archiveOrganization-r", "/archive")
	w.phone()
	w.open("/api/docs?q=archive")
	w.fits("the documentation on a phone")
	w.tabTo(".side a[href='#archiveContact']")
	w.press("Enter")
	w.focused("#archiveContact")
	w.tabTo("#archiveContact-r")
	w.press("ArrowRight")
	if scripts {
		w.tabTo("[data-copy='archiveContact-r']")
		w.press("Enter")
		w.see("[data-copy='archiveContact-r']", "Copied")
	}
	w.fits("an operation on a phone")
	w.desk()
}

// tokenShown returns the token that the page shows.
func (w *window) tokenShown() string {
	w.t.Helper()
	secret, err := ask[string](w, "document.querySelector('#token').value")
	if err != nil {
		w.t.Fatal(err)
	}
	return secret
}

// program returns the status that a program with a token is answered.
func (o *office) program(secret string) int {
	o.t.Helper()
	r, err := http.NewRequest(http.MethodGet, o.url+"/api/crm/me", nil)
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	a.Body.Close()
	return a.StatusCode
}
