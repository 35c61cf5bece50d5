package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/handlers"
)

func TestWhichPasswordsAreTaken(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"q8#kd92m", strings.Repeat("x", 128), strings.Repeat("é", 128), "        ",
		"only lower case letters", "密码密码密码密码", "ines@quay.example!", "client registry 2",
	} {
		if why := handlers.RefusePassword(good, "ines@quay.example"); why != "" {
			t.Errorf("%q is refused: %s", good, why)
		}
	}
	for _, bad := range []string{
		"", "q8#kd92", strings.Repeat("x", 129), "12345678", "PASSWORD1", "ines@quay.example",
		"INES@quay.EXAMPLE", "Client Registry", "clientregistry", "pass\x00word", "pass\xffword",
	} {
		if handlers.RefusePassword(bad, "ines@quay.example") == "" {
			t.Errorf("%q is taken", bad)
		}
	}
	if handlers.RefusePassword("ines.moreau", "ines.moreau@quay.example") == "" {
		t.Error("the part of the email before the @ is taken")
	}
}

func TestOneAddressGuessesOnAllAccountsTogether(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	u := s.userWithPassword("ines@quay.example")
	first := 0
	for n := range 60 {
		b := s.stranger().withHeaders(map[string]string{"X-Forwarded-For": fmt.Sprintf("203.0.113.%d", n)})
		if a := b.post("/login", "email", fmt.Sprintf("person%d@quay.example", n),
			"password", "wrong password"); a.StatusCode == http.StatusTooManyRequests {
			first = n + 1
			if a.Header.Get("Retry-After") == "" {
				t.Error("it does not say when to try again")
			}
			break
		}
	}
	if first == 0 {
		t.Error("60 guesses from one address went on")
	}
	s.stranger().post("/login", "email", u.Email, "password", password).want(429, "#login-e", "Try again in 15 minutes")
	q := s.stranger().request("POST", "/login", values([]string{"email", u.Email, "password", password}))
	q.RemoteAddr = "198.51.100.7:1234"
	s.stranger().do(q).want(303, "", "")
	s.Clock.Add(15*time.Minute + time.Second)
	s.stranger().post("/login", "email", u.Email, "password", password).want(303, "", "")
}

// TestALinkTellsNothingOfAccounts: invalid, used and expired links, and those of disabled accounts,
// all get the same answer.
func TestALinkTellsNothingOfAccounts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as("Administrator")
	invite := func(email string) (link, user string) {
		made := admin.post("/admin/users", "email", email, "full_name", "Sam Okoye", "role", "Viewer")
		return made.linkPath(), "/admin/users/" + s.One("SELECT id FROM users WHERE email = ?", email)
	}
	used, _ := invite("used@quay.example")
	s.stranger().post(used, "password", "another good password", "time_zone", "UTC").want(303, "", "")
	closed, user := invite("closed@quay.example")
	admin.post(user+"/disable").want(303, "", "")
	old, _ := invite("old@quay.example")
	s.Clock.Add(db.InvitationLife)
	admin = s.as("Administrator")
	reset := admin.post("/admin/users/" + s.as("Manager").user.ID + "/reset-password").linkPath()
	s.Clock.Add(db.ResetLife)
	for _, links := range [][]string{
		{"/invitations/nothing", used, closed, old, "/invitations" + strings.TrimPrefix(reset, "/resets")},
		{"/resets/nothing", reset, "/resets" + strings.TrimPrefix(old, "/invitations")},
	} {
		for _, link := range links {
			for _, form := range [][]string{nil, {"password", "another good password", "time_zone", "UTC"}} {
				a, b := s.stranger().get(link), s.stranger().get(links[0])
				if form != nil {
					a, b = s.stranger().post(link, form...), s.stranger().post(links[0], form...)
				}
				a.want(404, "h1", "This link no longer works")
				if a.body != b.body {
					t.Errorf("%s answers otherwise than a link that never was:\n%s", link, a.shown())
				}
			}
		}
	}
}

func TestAnAdministratorEndsSomebodysSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, lea := s.as("Administrator"), s.as("Viewer")
	lea.get("/").want(200, "h1", "Home")
	admin.post("/admin/users/"+lea.user.ID+"/end-sessions").want(303, "", "")
	s.wantAudit(admin, "end_sessions")
	lea.get("/").want(303, "", "")
	admin.get("/").want(200, "h1", "Home")
}
