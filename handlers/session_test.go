package handlers_test

import (
	"strings"
	"testing"
	"time"

	"clientregistry/db"
)

func (s *site) samIn(zone string) *browser {
	s.t.Helper()
	u, err := s.DB.CreateUser(s.t.Context(), db.System,
		db.NewUser{Email: "sam@pinestreet.example", FullName: "Sam Okoye", Role: "Viewer", Hash: hash, TimeZone: zone})
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{site: s, user: u}
}

// signInFrom signs the browser's user in with the form, from a time zone.
func (b *browser) signInFrom(zone string) {
	b.t.Helper()
	b.post("/login", "email", b.user.Email, "password", password, "time_zone", zone).want(303, "", "")
}

// TestTheFirstSignInTakesTheBrowsersZone: where nobody chose one. A line says so on every page until
// it is closed, and later sign-ins elsewhere change nothing.
func TestTheFirstSignInTakesTheBrowsersZone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sam := s.samIn("")
	const zone = "SELECT time_zone || ' ' || time_zone_chosen FROM users"
	for _, unknown := range []string{"", "Mars/Olympus", "Local", "../../etc/passwd", "UTC", "a\x00b"} {
		sam.signInFrom(unknown)
		s.WantOne("UTC 0", zone)
		sam.get("/").want(200, "h1", "Home").wantNot("#zone-notice")
	}
	sam.signInFrom("Asia/Tokyo")
	s.WantOne("Asia/Tokyo 1", zone)
	s.WantOne(`{"old":"UTC","new":"Asia/Tokyo"}`,
		"SELECT json_extract(metadata, '$.changes.time_zone') FROM audit_logs WHERE action = 'update_user' AND user_id = ?", sam.user.ID)
	sam.signInFrom("Europe/Rome")
	s.WantOne("Asia/Tokyo 1", zone)
	for _, path := range []string{"/", "/organizations", "/nowhere"} {
		page := sam.get(path)
		page.want(page.StatusCode, "#zone-notice span", "Times are shown in your browser’s time zone, Asia/Tokyo").
			want(page.StatusCode, "#zone-notice a[href='/account#time_zone']", "My account")
	}
	close := sam.withHeaders(map[string]string{"Referer": s.Base + "/contacts?q=x"})
	if to := close.submit(sam.get("/contacts?q=x"), "#zone-notice button").to(); to != "/contacts?q=x" {
		t.Errorf("closing the line led to %s", to)
	}
	sam.get("/").want(200, "h1", "Home").wantNot("#zone-notice")
	sam.signInFrom("Europe/Rome")
	sam.get("/").want(200, "h1", "Home").wantNot("#zone-notice")
}

// TestAZoneOfTheirOwnIsKept: one that somebody chose, UTC too, is never replaced, and choosing one
// closes the line.
func TestAZoneOfTheirOwnIsKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sam := s.samIn("UTC")
	sam.signInFrom("Asia/Tokyo")
	sam.get("/account").want(200, "#time_zone option[selected]", "UTC").wantNot("#zone-notice")
	s.Exec("UPDATE users SET time_zone_chosen = 0")
	sam.signInFrom("Asia/Tokyo")
	sam.post("/account", "theme", "dark").want(303, "", "")
	sam.get("/account").want(200, "#zone-notice", "Asia/Tokyo")
	sam.post("/account", "time_zone", "UTC").want(303, "", "")
	sam.signInFrom("Asia/Tokyo")
	sam.get("/account").want(200, "#time_zone option[selected]", "UTC").wantNot("#zone-notice")
	s.Exec("UPDATE users SET time_zone_chosen = 0, time_zone_notice = 1")
	sam.viaHTMX().post("/account/time-zone-notice/close").want(200, "", "")
	sam.get("/account").want(200, "h1", "My account").wantNot("#zone-notice")
}

// TestAnInvitationWithoutAZoneLeavesItOpen: without script the form chooses none, and a later sign-in
// takes the browser's.
func TestAnInvitationWithoutAZoneLeavesItOpen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	by := db.Actor{UserID: ines.user.ID, May: db.Permissions}
	id, token, err := s.DB.InviteUser(t.Context(), by, "sam@pinestreet.example", "Sam Okoye", []string{"Viewer"}, "")
	if err != nil {
		t.Fatal(err)
	}
	sam := s.stranger()
	form := sam.get("/invitations/"+token).want(200, "#time_zone option:first-child", "UTC for now")
	sam.submit(form, "main button.pri", "password", "another good password").want(303, "", "")
	const zone = "SELECT time_zone || ' ' || time_zone_chosen FROM users WHERE id = ?"
	s.WantOne("UTC 0", zone, id)
	sam.get("/").want(200, "h1", "Home").wantNot("#zone-notice")
	s.stranger().post("/login", "email", "sam@pinestreet.example", "password", "another good password", "time_zone", "Asia/Tokyo").
		want(303, "", "")
	s.WantOne("Asia/Tokyo 1", zone, id)
	sam.get("/").want(200, "#zone-notice", "Asia/Tokyo")
}

func TestAPersonChangesTheirPasswordAndEndsSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.DB.CreateUser(t.Context(), db.System,
		db.NewUser{Email: "sam@pinestreet.example", FullName: "Sam Okoye", Role: "Viewer", Hash: hash}); err != nil {
		t.Fatal(err)
	}
	signIn := func(password string) *browser {
		b := s.stranger()
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
		desk.post("/account/password", "current_password", password, "password", "password123").want(422, "#password-e", "guessed first")
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
		"<b>curl</b>":                       "A program",
		"python-requests/2.32 (Linux)":      "A program",
		"Mozilla/5.0 (compatible; Lantern)": "A browser",
	} {
		b := s.stranger().withHeaders(map[string]string{"User-Agent": ua})
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
