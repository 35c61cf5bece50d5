package handlers_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"clientregistry/handlers"
	"clientregistry/handlers/jobs"
)

func TestABrowserThatSignedInBeforeIsNotLockedByOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	u := s.userWithPassword("ines@quay.example")
	desk := s.stranger()
	desk.post("/login", "email", u.Email, "password", password).want(303, "", "")
	c := desk.device
	if c == nil || c.Name != "device" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode ||
		c.Domain != "" || c.Secure || c.Path != "/" || c.MaxAge != 90*24*60*60 {
		t.Fatalf("the device cookie is %+v", c)
	}
	if strings.Contains(c.Value, u.ID) || c.Value == desk.cookie.Value {
		t.Errorf("the device cookie is %s", c.Value)
	}
	if desk.get("/account"); desk.device != c {
		t.Error("it is set at every page")
	}
	if desk.post("/logout").want(303, "", ""); desk.cookie != nil || desk.device != c {
		t.Error("signing out takes the device cookie along")
	}
	for range 10 {
		s.stranger().post("/login", "email", u.Email, "password", "wrong password").want(422, "#login-e", "Wrong email or password")
	}
	refused := s.stranger().post("/login", "email", u.Email, "password", password).
		want(429, "#login-e", "Try again in 15 minutes, use a browser you have signed in with before")
	forged := s.stranger()
	forged.device = &http.Cookie{Name: "device", Value: strings.Repeat("A", len(c.Value))}
	if again := forged.post("/login", "email", u.Email, "password", password).want(429, "", ""); again.body != refused.body {
		t.Errorf("a forged device cookie makes another answer: %s", again.shown())
	}
	desk.post("/login", "email", u.Email, "password", "wrong password").want(422, "#login-e", "Wrong email or password")
	desk.post("/login", "email", u.Email, "password", password).want(303, "", "")
	desk.get("/").want(200, "h1", "Home")

	// A new password signs out every browser except the one that set it.
	phone := s.stranger()
	phone.device = c
	desk.post("/account/password", "current_password", password, "password", "another good password").want(303, "", "")
	if desk.device.Value == c.Value {
		t.Error("the device cookie outlives the password")
	}
	desk.post("/logout").want(303, "", "")
	phone.post("/login", "email", u.Email, "password", "another good password").want(429, "", "")
	desk.post("/login", "email", u.Email, "password", "another good password").want(303, "", "")
}

func TestEveryWayInMakesTheBrowserKnown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as("Administrator")
	invited, lea := s.stranger(), s.as("Viewer")
	link := admin.post("/admin/users", "email", "sam@quay.example", "full_name", "Sam Okoye", "role", "Viewer").linkPath()
	invited.post(link, "password", "another good password", "time_zone", "UTC").want(303, "", "")
	seed, _ := lea.enrol()
	half := s.halfway(lea.user)
	if half.device != nil {
		t.Error("half a sign-in makes the browser known")
	}
	half.post("/login/mfa", "code", s.appCode(seed)).want(303, "", "")
	reset, tomas := s.stranger(), s.as("Manager")
	link = admin.post("/admin/users/" + tomas.user.ID + "/reset-password").linkPath()
	reset.post(link, "password", "another good password").want(303, "", "")
	for what, b := range map[string]*browser{"an invitation": invited, "a code": half, "a password link": reset} {
		if c := b.device; c == nil || c.Name != "device" || !c.HttpOnly {
			t.Errorf("the cookie after %s is %+v", what, c)
		}
	}
}

// TestWhereARequestComesFrom: only a trusted proxy can tell, and only in X-Forwarded-For.
func TestWhereARequestComesFrom(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newSiteWith(t, handlers.Options{
		BaseURL: "http://registry.example", Log: slog.New(slog.NewTextHandler(&log, nil)),
		TrustedProxies: []string{"10.0.0.1", "10.1.0.0/16", "2001:db8::/64"},
	}, jobs.Options{})
	for _, c := range []struct {
		peer, address string
		headers       []string
		warned        bool
	}{
		{"10.0.0.1", "203.0.113.5", []string{"X-Forwarded-For", "203.0.113.5"}, false},
		{"10.1.2.3", "203.0.113.5", []string{"X-Forwarded-For", "198.51.100.1, 203.0.113.5, 10.0.0.1"}, false},
		{"2001:db8::7", "203.0.113.5", []string{"X-Forwarded-For", "203.0.113.5"}, false},
		{"10.0.0.1", "203.0.113.5", []string{"X-Forwarded-For", "198.51.100.1", "X-Forwarded-For", "203.0.113.5"}, false},
		{"10.0.0.1", "10.0.0.1", []string{"X-Real-IP", "203.0.113.5", "Forwarded", "for=203.0.113.5", "X-Client-IP", "203.0.113.5"}, false},
		{"10.0.0.1", "10.0.0.1", []string{"X-Forwarded-For", "nonsense", "X-Real-IP", "203.0.113.5"}, false},
		{"192.0.2.1", "192.0.2.1", []string{"X-Real-IP", "203.0.113.5"}, false},
		{"192.0.2.1", "192.0.2.1", []string{"X-Forwarded-For", "203.0.113.5"}, true},
		{"192.0.2.1", "192.0.2.1", []string{"X-Forwarded-For", "203.0.113.6"}, false}, // logged before
		{"192.0.2.2", "192.0.2.2", []string{"X-Forwarded-For", "203.0.113.5"}, true},
		{"2001:db8:1::1", "2001:db8:1::1", []string{"X-Forwarded-For", "203.0.113.5"}, true},
		{"192.0.2.3", "192.0.2.3", []string{"X-Forwarded-For", "203.0.113.5"}, false}, // the log has named enough peers
	} {
		log.Reset()
		b := s.stranger()
		q := b.request("POST", "/login", values([]string{"email", "nobody@quay.example", "password", "x"}))
		q.RemoteAddr = fmt.Sprintf("[%s]:1234", c.peer)
		for i := 0; i < len(c.headers); i += 2 {
			q.Header.Add(c.headers[i], c.headers[i+1])
		}
		a := b.do(q).want(422, "", "")
		s.WantOne(c.address, "SELECT ip FROM audit_logs ORDER BY seq DESC LIMIT 1")
		if !strings.Contains(log.String(), "ip="+c.address) {
			t.Errorf("%s %v is logged as %s", c.peer, c.headers, &log)
		}
		if warned := strings.Contains(log.String(), "--trusted-proxies "+c.peer); warned != c.warned {
			t.Errorf("%s %v: warned %v, want %v: %s", c.peer, c.headers, warned, c.warned, &log)
		}
		if strings.Contains(a.body, "proxy") {
			t.Errorf("the page tells of it: %s", a.shown())
		}
		s.Exec("DELETE FROM sign_in_attempts")
	}
}

func TestALockInOneBrowserIsSaidSo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, u := s.as("Administrator"), s.userWithPassword("ines@quay.example")
	desk := s.stranger()
	desk.post("/login", "email", u.Email, "password", password).want(303, "", "")
	for range 10 {
		desk.post("/login", "email", u.Email, "password", "wrong password").want(422, "", "")
	}
	a := desk.post("/login", "email", u.Email, "password", password).want(429, "#login-e", "Try again in 15 minutes, or ask an administrator.")
	if strings.Contains(a.body, "use a browser you have") {
		t.Error("it advises to use this very browser")
	}
	s.stranger().post("/login", "email", u.Email, "password", password).want(303, "", "")
	admin.get("/admin/audit?action=account_locked").
		want(200, "#timeline .by", "was locked out for 15 minutes after 10 wrong passwords in one browser")
	page := admin.get("/admin/users/"+u.ID).want(200, "h1 .bdg", "Locked")
	admin.submit(page, "form[action$='/unlock'] button").want(303, "", "")
	desk.post("/login", "email", u.Email, "password", password).want(303, "", "")
}
