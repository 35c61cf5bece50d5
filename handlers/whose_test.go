package handlers_test

import (
	"net/http"
	"strings"
	"testing"
)

// htmxOn returns the browser as htmx asks for a whole page or a fragment of this one.
func (b *browser) htmxOn(kind, path string) *browser {
	return b.withHeaders(map[string]string{"HX-Request": "true", "HX-Request-Type": kind, "HX-Current-URL": b.Base + path})
}

// TestAFormOfSomebodyElseIsRefused: one that was opened before somebody else signed in. A dialog comes over the page, which
// stays as it is. Without script the words are in fields, and can be saved all the same.
func TestAFormOfSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	astrid, tomas := s.person("Astrid Öberg", "Manager"), s.person("Tomas Rehn", "Manager")
	org := s.Organization("Quay")
	page := astrid.get(org)
	said := []string{"whose", astrid.user.ID, "subject", `Half a <b>"novel"</b>`, "body", "two\nlines", "channel", "email"}
	for _, kind := range []string{"full", "partial"} {
		s.unchanged(func() {
			refused := tomas.htmxOn(kind, org).submit(page, "#log .btn.pri", said...).
				want(409, "#dialog-h", "Not saved: Tomas Rehn is signed in now").want(409, "[name=email]", "").wantNot("#login-email[value*=@]")
			if refused.Header.Get("HX-Retarget") != "#dialog" || refused.Header.Get("HX-Reswap") != "innerHTML" {
				t.Errorf("the page does not stay: %v", refused.Header)
			}
			if strings.Contains(refused.body, "Astrid") {
				t.Error("Tomas reads who opened the form")
			}
		})
	}
	var words answer
	s.unchanged(func() {
		words = tomas.submit(page, "#log .btn.pri", said...).want(409, "h1", "Somebody else opened this form").
			want(409, ".warnline", "Tomas Rehn has signed in since. Nothing is saved yet").wantValue("[name=subject]", said[3]).
			want(409, "textarea[name=body]", "two\nlines").want(409, "[type=hidden][name=channel][value=email]", "").
			want(409, "form .acts a[href='"+org+"']", "Back to Quay")
	})
	tomas.submit(words, "main .btn.pri").want(303, "", "")
	s.wantAudit(tomas, "create_interaction", "novel")
	s.WantOne("email", "SELECT channel FROM interactions")
	tomas.post(org+"/interactions", "channel", "call", "subject", "Of another client").want(303, "", "")
}

// TestAFormOfSomebodyElseKeepsNoSecrets: the form that comes back has no passwords or codes, and who may not do something is
// told first that the form is not theirs.
func TestAFormOfSomebodyElseKeepsNoSecrets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	astrid, vera := s.as("Administrator"), s.as("Viewer")
	s.unchanged(func() {
		back := vera.post("/account/password", "whose", astrid.user.ID, "current_password", "first secret", "password", "second secret").
			want(409, "h1", "Somebody else opened this form")
		if strings.Contains(back.body, "secret") {
			t.Error("a password is in the page")
		}
		vera.post("/organizations", "whose", astrid.user.ID, "display_name", "Quay").want(409, "#display_name0", "").
			wantValue("#display_name0", "Quay")
		vera.post("/organizations", "whose", vera.user.ID, "display_name", "Quay").want(403, "h1", "You may not do this")
		for _, value := range hostile {
			vera.post("/organizations", "whose", value, value, "x", "body", value, "display_name", value, "version", value).
				want(409, "textarea[name=body]", "").wantHarmless(value)
		}
	})
	vera.submit(astrid.get("/account"), "main form[action='/logout'] button").want(303, "", "")
}

// TestAfterSigningInWhatWasTypedIsSentAgain if the page is of whoever signed in.
func TestAfterSigningInWhatWasTypedIsSentAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	astrid, tomas := s.person("Astrid Öberg", "Manager"), s.person("Tomas Rehn", "Manager")
	org := s.Organization("Quay")
	astrid.get(org).want(200, ".me[title='"+astrid.user.Email+"']", "Astrid")
	b := s.stranger().htmxOn("partial", org)
	lost := b.post(org+"/interactions", "subject", "Half a novel", "whose", astrid.user.ID).
		want(401, "form > p", "it is sent once you are signed in")
	wrong := b.submit(lost, ".btn.pri", "email", tomas.user.Email, "password", password, "whose", astrid.user.ID).
		want(200, "h2", "Signed in as Tomas Rehn").want(200, "a.pri[href='"+org+"']", "Load the page again").wantFragment(true)
	if wrong.Header.Get("HX-Trigger") != "" {
		t.Error("what Astrid typed is sent as Tomas")
	}
	s.unchanged(func() {
		lost = b.post(org+"/interactions", "subject", "Half a novel", "whose", astrid.user.ID).want(409, "h2", "Tomas Rehn is signed in now")
	})
	b.submit(lost, ".btn.pri", "email", astrid.user.Email, "password", "not it").want(422, "h2", "Tomas Rehn is signed in now")
	in := b.submit(lost, ".btn.pri", "email", astrid.user.Email, "password", password, "whose", astrid.user.ID).
		want(http.StatusOK, ".toast", "Signed in.")
	if in.Header.Get("HX-Trigger") != "dialog:close, send-again" {
		t.Error("what was typed is not sent again")
	}
	b.post(org+"/interactions", "channel", "call", "subject", "Half a novel", "whose", astrid.user.ID).want(200, "#timeline", "Half a novel")
	s.wantAudit(astrid, "create_interaction", "novel")
	tomas.get("/").want(200, "h1", "Home") // in another browser
}
