package handlers_test

import (
	"bytes"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"clientregistry/handlers"
	"clientregistry/handlers/jobs"
)

// throughProxy makes a browser's requests come through a proxy that uses another host.
func throughProxy(b *browser, page string) func(method, path string, fields ...string) answer {
	return func(method, path string, fields ...string) answer {
		b.t.Helper()
		var form url.Values
		if method == "POST" {
			form = values(fields)
		}
		q := b.request(method, path, form)
		q.Host = "127.0.0.1:8080"
		q.Header.Set("HX-Request", "true")
		q.Header.Set("HX-Request-Type", "partial")
		q.Header.Set("HX-Current-URL", page)
		return b.do(q)
	}
}

// TestPartsKnowTheirPageBehindAProxy: even if the proxy rewrites Host, however the base URL is
// spelled.
func TestPartsKnowTheirPageBehindAProxy(t *testing.T) {
	t.Parallel()
	for base, page := range map[string]string{
		"http://registry.example":      "http://registry.example",
		"http://registry.example:80/":  "http://registry.example",
		"http://Registry.Example:8080": "http://registry.example:8080",
	} {
		s := newSiteAt(t, base)
		s.Base = page
		ines := s.as("Manager")
		org := s.Organization("Quay")
		ines.post(org+"/interactions", "channel", "note", "subject", "Moved")
		i := ines.get(org).html.Find("#today li").First().AttrOr("id", "")
		ask := throughProxy(ines, page+org)
		ask("POST", "/interactions/"+strings.TrimPrefix(i, "i-"), "happened_at", "2026-10-05T10:00", "version", "1").
			want(200, "#activity", "Monday 5 October")
		ask("GET", "/interactions/"+strings.TrimPrefix(i, "i-")).wantNot(".event a[href='" + org + "']")

		// A page of another site is not one of ours.
		throughProxy(ines, "http://evil.example"+org)("POST", "/interactions/"+strings.TrimPrefix(i, "i-"),
			"happened_at", "2026-10-06T10:00", "version", "2").
			want(200, "", "").wantNot("#activity")

		nobody := s.stranger()
		if to := throughProxy(nobody, page+org)("GET", "/organizations").Header.Get("HX-Redirect"); to != "/login?next="+url.QueryEscape(org) {
			t.Errorf("%s: after the session has ended %s is forgotten: %s", base, org, to)
		}
		post := nobody.request("POST", org, url.Values{})
		post.Host = "127.0.0.1:8080"
		post.Header.Set("Referer", page+org+"/edit")
		if to := nobody.do(post).to(); to != "/login?next="+url.QueryEscape(org+"/edit") {
			t.Errorf("%s: the page with the form is forgotten: %s", base, to)
		}
	}
}

// TestASignInWhoseCookieIsLostSaysWhy: the base URL says https but people use http, or cookies are
// off. The page and the log say so after each kind of sign-in.
func TestASignInWhoseCookieIsLostSaysWhy(t *testing.T) {
	t.Parallel()
	for base, says := range map[string]string{
		"https://registry.example": "only over https: open https://registry.example",
		"http://registry.example":  "Allow cookies for this address",
	} {
		var log bytes.Buffer
		s := newSiteWith(t, handlers.Options{BaseURL: base, Log: slog.New(slog.NewTextHandler(&log, nil))}, jobs.Options{})
		lea, ines := s.person("Lea", "Viewer"), s.person("Ines", "Viewer")
		s.Enrol(ines.user)
		signIn := []string{"email", lea.user.Email, "password", password, "next", "/contacts"}
		told := func(how string, again answer) {
			t.Helper()
			again.want(again.StatusCode, "#login-e", says)
			if n := strings.Count(log.String(), "did not send the cookie back"); n != 1 {
				t.Errorf("%s %s: the log says so %d times:\n%s", base, how, n, &log)
			}
			log.Reset()
		}

		to := s.stranger().post("/login", signIn...).want(303, "", "").to()
		told("a page", s.stranger().get(s.stranger().get(to).to()))
		s.stranger().get("/login").want(200, "h1", "Sign in").wantNot("#login-e") // told only once

		s.stranger().viaHTMX().post("/login", signIn...).want(200, ".toast", "Signed in")
		told("a dialog", s.stranger().viaHTMX().post("/organizations", "display_name", "Quay"))

		to = s.stranger().post("/login", "email", ines.user.Email, "password", password).want(303, "", "").to()
		told("a second step", s.stranger().get(s.stranger().get(to).to()))

		// Other browsers, and those that send the cookie, are not told.
		s.stranger().post("/login", signIn...)
		s.stranger().withHeaders(map[string]string{"User-Agent": "another"}).get("/login").wantNot("#login-e")
		whole := s.stranger()
		s.stranger().get("/login").want(200, "#login-e", says)
		whole.post("/login", signIn...)
		whole.get("/contacts").want(200, "h1", "Contacts")
		s.stranger().get("/login").wantNot("#login-e")

		// After a form sent twice the browser has the second cookie, so signing out later shows no
		// warning.
		s.stranger().post("/login", signIn...).want(303, "", "")
		whole.post("/login", signIn...).want(303, "", "")
		whole.get("/contacts").want(200, "h1", "Contacts")
		whole.post("/logout").want(303, "", "")
		whole.get("/login").wantNot("#login-e")

		// Nor does another person on the same machine see it after the browser was closed.
		s.stranger().post("/login", signIn...).want(303, "", "")
		s.Clock.Add(time.Hour)
		s.stranger().get("/login").wantNot("#login-e")
	}
}
