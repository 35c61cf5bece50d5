package handlers_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
)

// userWithPassword creates a user who can sign in with the form.
func (s *site) userWithPassword(email string) db.User {
	s.t.Helper()
	u, err := s.DB.CreateUser(s.t.Context(), db.System,
		db.NewUser{Email: email, FullName: "Inès Moreau", Role: "Manager", Hash: hash, TimeZone: "Europe/Stockholm"})
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	u := s.userWithPassword("Ines@Quay.example")
	ines := s.stranger()
	ines.get("/organizations?q=pine").want(303, "", "")
	form := ines.get("/login?next=%2Forganizations%3Fq%3Dpine").want(200, "h1", "Sign in").wantFragment(false)
	in := ines.submit(form, "main button.pri", "email", " ines@quay.example ", "password", password)
	if in.to() != "/organizations?q=pine" {
		t.Errorf("signing in led to %s", in.to())
	}
	cookie := in.Cookies()[0]
	if cookie.Name != "session" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode ||
		cookie.Domain != "" || cookie.Secure || cookie.Path != "/" || len(cookie.Value) < 22 {
		t.Errorf("the cookie is %+v", cookie)
	}
	sum := sha256.Sum256([]byte(cookie.Value))
	s.WantOne(hex.EncodeToString(sum[:]), "SELECT id FROM sessions WHERE user_id = ?", u.ID)
	s.WantOne("0", "SELECT count(*) FROM sessions WHERE instr(id || user_id || ip || ua, ?)", cookie.Value)
	s.wantAudit(nil, "login")
	s.WantOne(u.ID, "SELECT user_id FROM audit_logs WHERE action = 'login'")
	ines.get("/organizations").want(200, "h1", "Organizations")
	ines.get("/login?next=/contacts").want(303, "", "") // already signed in

	// Signing in again ends the old session and begins a new one.
	old := *ines
	ines.post("/login", "email", "ines@quay.example", "password", password).want(303, "", "")
	if ines.cookie.Value == cookie.Value {
		t.Error("the session kept its id")
	}
	old.get("/organizations").want(303, "", "")
	ines.get("/organizations").want(200, "", "")

	// A made-up cookie opens no session and is not adopted for a new one.
	mine := &browser{site: s, cookie: &http.Cookie{Name: "session", Value: "chosen-by-somebody"}}
	mine.get("/organizations").want(303, "", "")
	mine.post("/login", "email", "ines@quay.example", "password", password).want(303, "", "")
	if mine.cookie.Value == "chosen-by-somebody" {
		t.Error("a session got an id from outside")
	}
}

func TestSignInUnderHTTPS(t *testing.T) {
	t.Parallel()
	s := newSiteAt(t, "https://registry.example")
	s.userWithPassword("ines@quay.example")
	ines := s.stranger()
	in := ines.post("/login", "email", "ines@quay.example", "password", password).want(303, "", "")
	c := in.Cookies()[0]
	if c.Name != "__Host-session" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie is %+v", c)
	}
	if c := ines.device; c.Name != "__Host-device" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" {
		t.Errorf("the device cookie is %+v", c)
	}
	if in.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS under https")
	}
	ines.get("/").want(200, "h1", "Home")
	plain := &browser{site: s, cookie: &http.Cookie{Name: "session", Value: c.Value}}
	plain.get("/").want(303, "", "")
}

// TestRefusedSignIns: a wrong password, an unknown email and a disabled account get the same
// answer. They are recorded without the password that was typed.
func TestRefusedSignIns(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.userWithPassword("ines@quay.example")
	s.userWithPassword("gone@quay.example")
	s.Exec("UPDATE users SET status = 'disabled' WHERE email = 'gone@quay.example'")
	s.Exec("INSERT INTO users (id, email, full_name, status) VALUES (?, 'new@quay.example', 'New', 'invited')",
		"0190c8f0-0000-7000-8000-000000000001")
	var bodies []string
	for _, typed := range [][2]string{
		{"ines@quay.example", "wrong password"},
		{"nobody@quay.example", password},
		{"gone@quay.example", password},
		{"new@quay.example", password},
		{"new@quay.example", ""},
		{"ines@quay.example", strings.ToUpper(password)},
		{"ines@quay.example", password + " "},
		{"", ""},
		{"ines@quay.example\x00", password},
		{"' OR 1=1 --", "x"},
		{"\xff", "\xff"},
	} {
		b := s.stranger()
		a := b.post("/login", "email", typed[0], "password", typed[1], "next", "/contacts").
			want(422, "#login-e", "Wrong email or password").wantValue("input[name=next]", "/contacts")
		if b.cookie != nil || a.html.Find("#password").AttrOr("value", "") != "" {
			t.Errorf("%q got %v", typed, a.Header)
		}
		if typed[0] != "" {
			bodies = append(bodies, strings.ReplaceAll(a.shown(), a.html.Find("#email").AttrOr("value", "?"), "EMAIL"))
		}
	}
	for _, body := range bodies[:5] {
		if body != bodies[0] {
			t.Errorf("the answer tells an account from none:\n%s\n%s", bodies[0], body)
		}
	}
	s.WantOne("0", "SELECT count(*) FROM sessions")
	s.WantOne("11", "SELECT count(*) FROM audit_logs WHERE action = 'login_failed'")
	s.WantOne("0", "SELECT count(*) FROM audit_logs WHERE instr(lower(metadata), lower(?)) OR instr(metadata, 'OR 1=1')", password)
	s.stranger().viaHTMX().post("/login", "email", "ines@quay.example", "password", "x").
		want(422, "#login-e", "Wrong email or password").want(422, "h2#dialog-h", "Sign in to go on").wantFragment(true)
}

func TestNextPageIsOneOfOurs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.userWithPassword("ines@quay.example")
	ines := s.stranger()
	ines.post("/login", "email", "ines@quay.example", "password", password).want(303, "", "")
	for _, next := range []string{
		"//evil.example", `/\evil.example`, `\\evil.example`, `\/evil.example`, "https://evil.example",
		"https:evil.example", "http:/evil.example", "javascript:alert(1)", "evil.example",
		"/%5cevil.example", "/%2fevil.example", "/%2Fevil.example/%2e%2e", "/%5C/evil.example", "///evil.example",
		"/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example", "/\x00/evil",
		"//user@evil.example", "@evil.example", "data:text/html,x", "/\r\nSet-Cookie: a=b",
		"?next=//evil.example", "", "/%", "//", "http://registry.example.evil.example/",
	} {
		to := ines.get("/login?next=" + url.QueryEscape(next)).to()
		if u, err := url.Parse(to); err != nil || to != "/" && (u.Host != "" || u.Scheme != "" ||
			strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, `\`)) || strings.ContainsAny(to, "\r\n\t") {
			t.Errorf("next=%q leads to %q", next, to)
		}
		form := s.stranger().get("/login?next=" + url.QueryEscape(next))
		if kept := form.html.Find("input[name=next]").AttrOr("value", ""); kept != "/" {
			t.Errorf("next=%q is kept as %q", next, kept)
		}
	}
	for _, next := range []string{"/", "/organizations?q=a%20b&sort=-updated_at", "/contacts/1#x", "/search?q=//evil.example"} {
		if to := ines.get("/login?next=" + url.QueryEscape(next)).to(); to != next {
			t.Errorf("next=%q leads to %q", next, to)
		}
	}
	// Signing in leads to the page that was asked for, if it is one of ours.
	for asked, want := range map[string]string{
		"/organizations?q=a+b": "/login?next=" + url.QueryEscape("/organizations?q=a+b"), "/": "/login", "/account": "/login?next=%2Faccount",
	} {
		if to := s.stranger().get(asked).to(); to != want {
			t.Errorf("%s leads to %s", asked, to)
		}
	}
	post := s.stranger().request("POST", "/organizations", url.Values{})
	post.Header.Set("Referer", "https://evil.example/organizations")
	if to := s.stranger().do(post).to(); to != "/login" {
		t.Errorf("a foreign page is where to go on: %s", to)
	}
	post = s.stranger().request("POST", "/organizations", url.Values{})
	post.Header.Set("Referer", "http://registry.example/organizations/new")
	if to := s.stranger().do(post).to(); to != "/login?next=%2Forganizations%2Fnew" {
		t.Errorf("the page with the form is not where to go on: %s", to)
	}
}

// TestSessionEndsWhileSomethingIsTyped: htmx gets a sign-in dialog over the page.
func TestSessionEndsWhileSomethingIsTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.userWithPassword("ines@quay.example")
	org := s.Organization("Quay")
	ines := s.stranger().viaHTMX()
	asked := ines.withHeaders(map[string]string{
		"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": "http://registry.example" + org,
	})
	lost := asked.post(org+"/interactions", "channel", "call", "subject", "Half a novel").
		want(401, "#dialog-h", "Sign in to go on").wantFragment(true)
	if lost.Header.Get("HX-Retarget") != "#dialog" {
		t.Error("no dialog")
	}
	if to := asked.get(org+"/fields/sector").want(401, "", "").Header.Get("HX-Redirect"); to != "/login?next="+url.QueryEscape(org) {
		t.Errorf("reading leads to %s", to)
	}
	// What a form asks while somebody types in it leaves the page as it is.
	for _, path := range []string{
		"/contacts/twins?email=x", org + "/twins?website=x", "/times?happened_at_text=now", "/suggestions/sector",
		"/contacts/options?with=" + org + "&as=log-with", "/follow-ups/clients?as=fu",
	} {
		a := asked.get(path).want(401, "", "")
		if a.Header.Get("HX-Redirect") != "" || a.Header.Get("HX-Reswap") != "none" || a.body != "" {
			t.Errorf("%s answers with %v and %q", path, a.Header, a.body)
		}
	}
	in := ines.submit(lost, "button.pri", "email", "ines@quay.example", "password", password)
	in.want(200, ".toast", "Send again what you typed").wantFragment(true)
	if in.Header.Get("HX-Trigger") != "dialog:close" {
		t.Error("the dialog stays open")
	}
	ines.post(org+"/interactions", "channel", "call", "subject", "Half a novel").want(200, "#timeline", "Half a novel")
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	stolen := *ines
	page := ines.get("/account")
	out := ines.submit(page, "main form[action='/logout'] button")
	if out.to() != "/login" || ines.cookie != nil || out.Header.Get("Clear-Site-Data") == "" {
		t.Errorf("signed out to %s with %v", out.Header.Get("Location"), out.Header)
	}
	s.wantAudit(&stolen, "logout")
	s.WantOne("0", "SELECT count(*) FROM sessions")
	stolen.get("/organizations").want(303, "", "")
	s.unchanged(func() { stolen.post("/logout").want(303, "", "") })
	if stolen.get("/logout").want(405, "h1", "Not possible").Header.Get("Cache-Control") != "no-store" {
		t.Error("a browser may keep the page")
	}
}

func TestIdleSessionEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lea := s.as("Viewer")
	lea.get("/organizations").want(200, "h1", "Organizations")
	s.Clock.Add(db.DefaultSessionIdle + time.Minute)
	lea.get("/organizations").want(303, "", "")

	// Use prolongs a session, but not forever.
	busy := s.as("Viewer")
	for range int(db.DefaultSessionMax/db.DefaultSessionIdle) + 1 {
		s.Clock.Add(db.DefaultSessionIdle - 10*time.Minute)
		if s.Clock.Now().Sub(busy.user.CreatedAt) > db.DefaultSessionMax {
			break
		}
		busy.get("/organizations").want(200, "h1", "Organizations")
	}
	busy.get("/organizations").want(303, "", "")
}

func TestAccount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	page := ines.get("/account").want(200, "h1", "My account").wantValue("#full_name", "Manager Person")
	s.unchanged(func() {
		ines.submit(page, "form[action='/account'] .btn.pri").want(303, "", "")
		ines.submit(page, "form[action='/account'] .btn.pri", "full_name", "", "time_zone", "Mars/Olympus", "theme", "pink").
			want(422, "#full_name-e", "Enter a name").
			want(422, "#time_zone-e", "Choose a time zone").want(422, "#theme-e", "Choose a theme").want(422, "title", "Error: ")
		ines.post("/account", "full_name", " ").want(422, "#time_zone option[selected]", "Europe/Stockholm").
			want(422, "#theme option[selected]", "Same as the system")
		// People cannot change their own rights or status here.
		ines.post("/account", "email", "admin@quay.example", "status", "disabled", "role", "Administrator", "id", "1", "password_hash", "x").
			want(303, "", "")
	})
	saved := ines.submit(page, "form[action='/account'] .btn.pri", "full_name",
		"Inès O'Neill", "time_zone", "Pacific/Kiritimati", "theme", "dark", "single_keys", "")
	s.wantAudit(ines, "update_user", "Pacific/Kiritimati", `"single_keys"`, `"dark"`)
	ines.get(saved.to()).want(200, ".me b", "Inès O'Neill").want(200, "#toasts", "Account saved").
		want(200, "html[data-theme=dark] .shell[data-single-keys=off][data-zone='Pacific/Kiritimati']", "").wantNot("[type=checkbox][checked]")
}
