package handlers_test

import (
	"strings"
	"testing"
	"time"

	"clientregistry/db"
)

func TestTheFirstSignInProposesTheBrowsersZone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.DB.CreateUser(t.Context(), db.System,
		db.NewUser{Email: "sam@pinestreet.example", FullName: "Sam Okoye", Role: "Viewer", Hash: hash}); err != nil {
		t.Fatal(err)
	}
	sam := &browser{site: s}
	sam.post("/login", "email", "sam@pinestreet.example", "password", password, "time_zone", "Asia/Tokyo").want(303, "", "")
	sam.get("/").want(200, "#toasts form[action='/account'] button", "Use Asia/Tokyo")
	sam.post("/account", "time_zone", "Asia/Tokyo").want(303, "", "")
	sam.get("/account").want(200, "#time_zone option[selected]", "Asia/Tokyo")
	sam.post("/login", "email", "sam@pinestreet.example", "password", password, "time_zone", "Europe/Rome").want(303, "", "")
	sam.get("/").want(200, "h1", "Home").wantNot("#toasts form")
}

func TestAPersonChangesTheirPasswordAndEndsSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.DB.CreateUser(t.Context(), db.System,
		db.NewUser{Email: "sam@pinestreet.example", FullName: "Sam Okoye", Role: "Viewer", Hash: hash}); err != nil {
		t.Fatal(err)
	}
	signIn := func(password string) *browser {
		b := &browser{site: s}
		b.post("/login", "email", "sam@pinestreet.example", "password", password).want(303, "", "")
		return b
	}
	desk, phone, old := signIn(password), signIn(password), signIn(password)
	page := desk.get("/account").want(200, ".sessions", "this browser")
	ends := page.html.Find(".sessions form")
	if ends.Length() != 2 {
		t.Fatalf("%d sessions can be ended, want 2", ends.Length())
	}
	end, _ := ends.First().Attr("action")
	desk.post(end).want(303, "", "")
	desk.get("/account").want(200, "#toasts", "Session ended")
	desk.post(end).want(404, "h1", "Not found")
	ended := 0
	for _, b := range []*browser{phone, old} {
		if b.get("/account").StatusCode == 303 {
			ended++
		}
	}
	if ended != 1 {
		t.Errorf("%d sessions ended, want 1", ended)
	}
	s.unchanged(func() {
		desk.post("/account/password", "current_password", "wrong password", "password", "another good password").
			want(422, "#current_password-e", "not your current password")
		desk.post("/account/password", "current_password", password, "password", "password123").want(422, "#password-e", "tried first")
		if body := desk.post("/account/password", "current_password", password, "password", "short").body; strings.Contains(body, password) {
			t.Error("the password is in the page")
		}
	})
	desk.post("/account/password", "current_password", password, "password", "another good password").want(303, "", "")
	desk.get("/account").want(200, "#toasts", "Password changed")
	again := signIn("another good password")
	desk.post("/account/sessions/end-others").want(303, "", "")
	again.get("/account").want(303, "", "")
	phone.get("/account").want(303, "", "")
	old.get("/account").want(303, "", "")
}

func TestASessionSaysWhereItIs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lea := s.as("Viewer")
	for ua, device := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                       "Firefox on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                  "Safari on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/138.0 Mobile/15E148 Safari/604.1": "Chrome on iPhone",
		"Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/140.0 Mobile/15E148 Safari/605.1.15":       "Firefox on iPad",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36":                        "Chrome on Android",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0":          "Edge on Windows",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 OPR/120.0.0.0":                    "Opera on Linux",
		"<b>curl</b>": "A browser",
	} {
		b := s.stranger().asking(map[string]string{"User-Agent": ua})
		q := b.request("POST", "/login", values([]string{"email", lea.user.Email, "password", password}))
		q.RemoteAddr = "203.0.113.9:1234"
		b.do(q).want(303, "", "")
		s.Clock.Add(time.Hour)
		page := lea.get("/account").want(200, ".sessions li:has(form)", device)
		page.want(200, ".sessions li:has(form) small", "203.0.113.9 · used 24 Nov").
			want(200, ".sessions li:not(:has(form)) small", "this browser")
		lea.post("/account/sessions/end-others").want(303, "", "")
		b.get("/account").want(303, "", "")
		s.Clock.Add(-time.Hour)
	}
}
