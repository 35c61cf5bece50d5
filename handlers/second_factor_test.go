package handlers_test

import (
	"bytes"
	"fmt"
	"image/png"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/handlers"
	"clientregistry/handlers/jobs"
)

// enrol gives the user a second factor, which uses up its current code, and a new session. It
// returns the seed and the recovery codes.
func (b *browser) enrol() (seed string, recovery []string) {
	b.t.Helper()
	b.cookie, seed, recovery = b.Enrol(b.user)
	return seed, recovery
}

// halfway returns a browser in which a user with a second factor has sent the right password.
func (s *site) halfway(u db.User) *browser {
	s.t.Helper()
	b := s.stranger()
	if to := b.post("/login", "email", u.Email, "password", password).to(); to != "/login/mfa" {
		s.t.Fatalf("the password leads to %s", to)
	}
	return b
}

// appCode returns the authenticator's code after the clock has moved to an unused one.
func (s *site) appCode(seed string) string {
	s.t.Helper()
	s.Clock.Add(time.Minute)
	return dbtest.Code(s.t, seed, s.Clock.Now())
}

func TestSettingUpASecondFactor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	other := s.stranger()
	other.post("/login", "email", ines.user.Email, "password", password).want(303, "", "")
	old := *ines
	ines.get("/account").want(200, "#mfa-h + *, [aria-labelledby=mfa-h]", "Off.")
	page := ines.get("/account/mfa?next=%2Fcontacts").want(200, "h1", "Set up a second factor").wantFragment(false)
	key := page.html.Find("#key").Text()
	seed := strings.ReplaceAll(key, " ", "")
	if len(seed) != 32 || strings.Count(key, " ") != 7 {
		t.Errorf("the key is %q", key)
	}
	form, _ := page.html.Find("form").Html()
	if again := ines.get("/account/mfa").html.Find("#key").Text(); again != key ||
		strings.Contains(strings.ReplaceAll(form, "<code id=\"key\">"+key, ""), seed) {
		t.Errorf("after a reload the key is %q; the form is %s", again, form)
	}
	picture := ines.get("/account/mfa/qr.png").want(200, "", "")
	if image, err := png.Decode(strings.NewReader(picture.body)); err != nil || picture.Header.Get("Content-Type") != "image/png" ||
		picture.Header.Get("Cache-Control") != "no-store" || image.Bounds().Dx() != 400 {
		t.Errorf("the picture: %v, %v", picture.Header, err)
	}
	code := dbtest.Code(t, seed, s.Clock.Now())
	s.unchanged(func() {
		ines.submit(page, "main .btn.pri").want(422, "#code-e", "Enter the code").want(422, "title", "Error: ")
		ines.submit(page, "main .btn.pri", "code", "40281", "current_password", password).
			want(422, "#code-e", "Enter all 6 digits. This code has 5").wantValue("#code", "40281").wantValue("[name=next]", "/contacts")
		ines.submit(page, "main .btn.pri", "code", code).want(422, "#current_password-e", "Enter your current password")
		if a := ines.submit(page, "main .btn.pri", "code", code, "current_password", "wrong password").
			want(422, "#current_password-e", "not your current password"); strings.Contains(a.body, "wrong password") {
			t.Error("the password comes back")
		}
		ines.submit(page, "main .btn.pri", "code", dbtest.Code(t, seed, s.Clock.Now().Add(time.Hour)), "current_password", password).
			want(422, "#code-e", "is wrong")
	})
	s.stranger().post("/login", "email", ines.user.Email, "password", password).want(303, "", "") // the factor is not active yet
	done := ines.submit(page, "main .btn.pri", "code", code, "current_password", password).want(200, "h1", "Keep these recovery codes")
	if codes := done.html.Find("#codes li code"); codes.Length() != 10 || ines.cookie.Value == old.cookie.Value {
		t.Errorf("%d codes, and the session kept its id: %v", codes.Length(), ines.cookie.Value == old.cookie.Value)
	}
	s.wantAudit(ines, "enable_mfa")
	if next := done.html.Find("main .btn.pri").AttrOr("href", ""); next != "/contacts" {
		t.Errorf("it leads on to %s", next)
	}
	for _, b := range []*browser{&old, other} {
		b.get("/account").want(303, "", "")
	}
	ines.get("/account").want(200, "[aria-labelledby=mfa-h]", "On.")
	ines.get("/account/mfa").want(200, "[aria-labelledby=renew-h]", "10 recovery codes left").wantNot("#key").wantNot("img")
}

func TestSigningInInTwoSteps(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lea := s.as("Viewer")
	seed, _ := lea.enrol()
	b := s.stranger()
	to := b.post("/login", "email", lea.user.Email, "password", password, "next", "/organizations?q=pine").to()
	if to != "/login/mfa?next=%2Forganizations%3Fq%3Dpine" {
		t.Errorf("the password leads to %s", to)
	}
	half := b.cookie.Value
	s.wantAudit(nil, "login_started")
	page := b.get(to).want(200, "h1", "Code from your app").wantValue("[name=next]", "/organizations?q=pine").
		want(200, "#code[inputmode=numeric][autocomplete=one-time-code]", "")
	b.submit(page, ".btn.pri", "code", "40281").want(422, "#code-e", "Enter all 6 digits. This code has 5.").wantValue("#code", "40281")
	wrong := b.submit(page, ".btn.pri", "code", dbtest.Code(t, seed, s.Clock.Now().Add(time.Hour))).
		want(422, "#code-e", "is wrong").wantValue("#code", "").wantValue("[name=next]", "/organizations?q=pine")
	s.wantAudit(nil, "login_failed", `"reason":"code"`)
	code := s.appCode(seed)
	if to := b.submit(wrong, ".btn.pri", "code", code[:3]+" "+code[3:]).to(); to != "/organizations?q=pine" {
		t.Errorf("the code leads to %s", to)
	}
	if b.cookie.Value == half {
		t.Error("the session kept the id of its half")
	}
	s.wantAudit(lea, "login", `"second_factor":"app"`)
	b.get("/organizations").want(200, "h1", "Organizations")
	if to := b.submit(wrong, ".btn.pri", "code", code).to(); to != "/organizations?q=pine" { // the form was sent twice
		t.Errorf("signed in already it leads to %s", to)
	}
	if to := b.get("/login/mfa?next=//evil.example").to(); to != "/" {
		t.Errorf("signed in already it leads to %s", to)
	}
	replay := s.halfway(lea.user)
	replay.post("/login/mfa", "code", code).want(422, "#code-e", "each works once")
	if to := replay.post("/login/mfa", "code", s.appCode(seed), "next", "//evil.example").to(); to != "/" {
		t.Errorf("it leads to %s", to)
	}
}

// TestHalfASignInReachesNothing: the password alone opens only what is open to everybody.
func TestHalfASignInReachesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	admin := s.as("Administrator")
	admin.enrol()
	half := s.halfway(admin.user)
	for _, r := range handlers.Routes() {
		if r.Path == "/login/mfa" || r.Path == "/login" {
			continue
		}
		var form url.Values
		if r.Method == http.MethodPost {
			form = url.Values{"version": {"1"}, "display_name": {"x"}, "value": {"x"}, "code": {"123456"}}
		}
		for _, manner := range []map[string]string{nil, half.viaHTMX().headers, half.boosted().headers, half.back().headers} {
			before := s.commits()
			a := half.withHeaders(manner).send(r.Method, w.address(r.Path), form)
			b := s.stranger().withHeaders(manner).send(r.Method, w.address(r.Path), form)
			if fmt.Sprint(a.StatusCode, a.Header.Get("Location"), a.Header.Get("HX-Redirect"),
				a.body) != fmt.Sprint(b.StatusCode, b.Header.Get("Location"), b.Header.Get("HX-Redirect"), b.body) {
				t.Errorf("%s answers half a sign-in with %d, and nobody with %d", a.what, a.StatusCode, b.StatusCode)
			}
			if s.commits() != before {
				t.Errorf("%s changed the database", a.what)
			}
		}
	}
	half.get("/login/mfa").want(200, "h1", "Code from your app")
}

func TestFiveWrongCodesLeadBackToThePassword(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lea := s.as("Viewer")
	seed, _ := lea.enrol()
	wrong := dbtest.Code(t, seed, s.Clock.Now().Add(time.Hour))
	for range 2 {
		b := s.halfway(lea.user)
		for range 4 {
			b.post("/login/mfa", "code", wrong).want(422, "#code-e", "is wrong")
		}
		b.post("/login/mfa", "code", wrong, "next", "/contacts").want(422, "#login-e", "Sign in again").
			want(422, "h1", "Sign in").wantValue("[name=next]", "/contacts")
		if b.cookie != nil {
			t.Error("the cookie of the half sign-in stays")
		}
		if to := b.get("/login/mfa?next=/contacts").to(); to != "/login?next=%2Fcontacts" {
			t.Errorf("the second step leads to %s", to)
		}
	}
	a := s.stranger().post("/login", "email", lea.user.Email, "password", password).want(429, "#login-e", "Try again in 15 minutes")
	if a.Header.Get("Retry-After") == "" {
		t.Error("it does not say when to try again")
	}
	s.WantOne("1", "SELECT count(*) FROM audit_logs WHERE action = 'account_locked' AND target_id = ?", lea.user.ID)
}

func TestALockedAccountTakesNoCode(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lea := s.as("Viewer")
	seed, _ := lea.enrol()
	b := s.halfway(lea.user)
	for range 10 {
		s.stranger().post("/login", "email", lea.user.Email, "password", "wrong password")
	}
	a := b.post("/login/mfa", "code", s.appCode(seed)).want(429, "#code-e", "Too many wrong attempts")
	if a.Header.Get("Retry-After") == "" {
		t.Error("it does not say when to try again")
	}
}

func TestTheSecondStepExpires(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lea := s.as("Viewer")
	seed, _ := lea.enrol()
	b := s.halfway(lea.user)
	page := b.get("/login/mfa?next=/contacts").want(200, "#code", "")
	s.Clock.Add(db.HalfSignInLife)
	b.withHeaders(map[string]string{"Referer": s.Base + "/login/mfa?next=/contacts"}).
		submit(page, ".btn.pri", "code", dbtest.Code(t, seed, s.Clock.Now())).want(303, "", "")
	if to := b.withHeaders(map[string]string{"Referer": s.Base + "/login/mfa?next=/contacts"}).
		post("/login/mfa", "code", "123456").to(); to != "/login?next=%2Fcontacts" {
		t.Errorf("it leads to %s", to)
	}
	s.WantOne("0", "SELECT count(*) FROM audit_logs WHERE action = 'login' AND target_id = ?", lea.user.ID)
}

func TestARecoveryCodeSignsIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lea := s.as("Viewer")
	_, codes := lea.enrol()
	b := s.halfway(lea.user)
	page := b.get("/login/mfa?recovery=1&next=%2Fcontacts").want(200, "h1", "Recovery code").wantNot("#code[inputmode]")
	again := b.submit(page, ".btn.pri", "code", "ABCD-EFGH").want(422, "#code-e", "a recovery code 24").
		want(422, "h1", "Recovery code").wantValue("#code", "ABCD-EFGH")
	if to := b.submit(again, ".btn.pri", "code", codes[0]).to(); to != "/contacts" {
		t.Errorf("it leads to %s", to)
	}
	s.wantAudit(lea, "login", `"second_factor":"recovery_code"`)
	s.WantOne("1", "SELECT count(*) FROM audit_logs WHERE action = 'use_recovery_code' AND metadata = '{\"left\":9}'")
	b.get("/contacts").want(200, "#toasts", "9 recovery codes left")
	s.halfway(lea.user).post("/login/mfa", "code", codes[0]).want(422, "#code-e", "each works once")

	// New recovery codes replace the old ones.
	mfa := b.get("/account/mfa").want(200, "[aria-labelledby=renew-h]", "9 recovery codes left")
	s.unchanged(func() {
		b.submit(mfa, "[aria-labelledby=renew-h] button.btn:not([aria-pressed])", "current_password", "wrong password").
			want(422, "#renew-password-e", "not your current password").wantNot("#disable-password-e")
		b.post("/account/mfa/recovery-codes").want(422, "#renew-password-e", "Enter your current password")
	})
	shown := b.submit(mfa, "[aria-labelledby=renew-h] button.btn:not([aria-pressed])", "current_password", password).
		want(200, "h1", "Keep these recovery codes")
	fresh := shown.html.Find("#codes code").First().Text()
	s.wantAudit(lea, "new_recovery_codes")
	s.unchanged(func() {
		file := b.submit(shown, "form[action$='/file'] .btn:not([type])")
		if file.StatusCode != 200 || file.Header.Get("Cache-Control") != "no-store" ||
			file.Header.Get("Content-Disposition") != `attachment; filename="client-registry-recovery-codes.txt"` ||
			!strings.Contains(file.body, fresh+"\r\n") || strings.Count(file.body, "\r\n") != 13 {
			t.Errorf("%d %v: %s", file.StatusCode, file.Header, file.body)
		}
		for _, none := range []string{"", "<b>", "ABCD", strings.Repeat("A", 23) + "1"} {
			b.post("/account/mfa/recovery-codes/file", "code", none).want(303, "", "")
		}
	})
	half := s.halfway(lea.user)
	half.post("/login/mfa", "code", codes[1]).want(422, "#code-e", "is wrong")
	half.post("/login/mfa", "code", strings.ToLower(fresh)).want(303, "", "")
}

func TestSwitchingTheSecondFactorOff(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lea := s.as("Viewer")
	lea.enrol()
	page := lea.get("/account/mfa")
	const off = "[aria-labelledby=disable-h] button.btn:not([aria-pressed])"
	s.unchanged(func() {
		lea.submit(page, off).want(422, "#disable-password-e", "Enter your current password").wantNot("#renew-password-e")
		lea.submit(page, off, "current_password", "wrong password").want(422, "#disable-password-e", "not your current password")
	})
	s.Exec("UPDATE roles SET require_mfa = 1 WHERE slug = 'Viewer'")
	lea.get("/account/mfa").want(200, "[aria-labelledby=disable-h]", "Your role Viewer requires a second factor").wantNot(off)
	s.unchanged(func() {
		lea.submit(page, off, "current_password", password).want(422, "#disable-e", "Viewer requires a second factor")
	})
	s.Exec("UPDATE roles SET require_mfa = 0")
	if to := lea.submit(page, off, "current_password", password).to(); to != "/account" {
		t.Errorf("it leads to %s", to)
	}
	s.wantAudit(lea, "disable_mfa")
	lea.get("/account").want(200, "#toasts", "switched off")
	s.stranger().post("/login", "email", lea.user.Email, "password", password).want(303, "", "")
	lea.post("/account/mfa/recovery-codes", "current_password", password).want(303, "", "") // they have no second factor to recover
}

// TestSessionEndsWhileTypingWithASecondFactor: the dialog asks for the code, too.
func TestSessionEndsWhileTypingWithASecondFactor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	seed, codes := ines.enrol()
	org := s.Organization("Quay")
	b := s.stranger().viaHTMX()
	lost := b.post(org+"/interactions", "channel", "call", "subject", "Half a novel").want(401, "#dialog-h", "Sign in to go on")
	ask := b.submit(lost, ".btn.pri", "email", ines.user.Email, "password", password).
		want(200, "#dialog-h", "Code from your app").wantFragment(true)
	if ask.Header.Get("HX-Trigger") != "" {
		t.Error("the dialog closes before the code")
	}
	again := b.submit(ask, ".btn.pri", "code", "1").want(422, "#code-e", "This code has 1").wantFragment(true)
	in := b.submit(again, ".btn.pri", "code", s.appCode(seed)).want(200, ".toast", "Send again what you typed").wantFragment(true)
	if in.Header.Get("HX-Trigger") != "dialog:close" {
		t.Error("the dialog stays open")
	}
	b.post(org+"/interactions", "channel", "call", "subject", "Half a novel").want(200, "#timeline", "Half a novel")

	c := s.stranger().viaHTMX()
	ask = c.submit(lost, ".btn.pri", "email", ines.user.Email, "password", password)
	recovery := c.get(ask.html.Find("a[hx-get]").AttrOr("hx-get", "")).want(200, "#dialog-h", "Recovery code").wantFragment(true)
	c.submit(recovery, ".btn.pri", "code", codes[0]).want(200, ".toast", "9 recovery codes left")
	d := s.stranger().viaHTMX()
	ask = d.submit(lost, ".btn.pri", "email", ines.user.Email, "password", password)
	s.Clock.Add(db.HalfSignInLife)
	if a := d.submit(ask, ".btn.pri", "code", "123456").want(401, "#dialog-h", "Sign in to go on"); a.Header.Get("HX-Retarget") != "#dialog" {
		t.Error("too late, the dialog does not ask for the password again")
	}
	ask = d.submit(lost, ".btn.pri", "email", ines.user.Email, "password", password)
	for range 4 {
		d.submit(ask, ".btn.pri", "code", "123456").want(422, "#code-e", "is wrong")
	}
	d.submit(ask, ".btn.pri", "code", "123456").want(422, "#dialog-h", "Sign in to go on").want(422, "#login-e", "Sign in again")
}

func TestAPasswordLinkDoesNotStandInForTheCode(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, lea := s.as("Administrator"), s.as("Viewer")
	seed, _ := lea.enrol()
	link := admin.post("/admin/users/" + lea.user.ID + "/reset-password").linkPath()
	b := s.stranger()
	if to := b.post(link, "password", "another good password").to(); to != "/login/mfa" {
		t.Errorf("the link leads to %s", to)
	}
	b.get("/").want(303, "", "")
	b.post("/login/mfa", "code", s.appCode(seed)).want(303, "", "")
	b.get("/").want(200, "h1", "Home")
}

func TestAMissingKeyIsSaidAndLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newSiteWith(t, handlers.Options{BaseURL: "http://registry.example", Log: slog.New(slog.NewTextHandler(&log, nil))}, jobs.Options{})
	lea, sam := s.as("Viewer"), s.as("Viewer")
	seed, codes := lea.enrol()
	for _, spoil := range []func(string) error{
		os.Remove,
		func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte{1}, 32), 0o600) },
	} {
		if err := spoil(s.Path + ".key"); err != nil {
			t.Fatal(err)
		}
		log.Reset()
		half := s.halfway(lea.user)
		s.unchanged(func() {
			half.post("/login/mfa", "code", s.appCode(seed)).want(422, "#code-e", "Use a recovery code")
		})
		if !strings.Contains(log.String(), s.Path+".key") {
			t.Errorf("the log does not name the file: %s", &log)
		}
		for _, page := range []string{"/account/mfa", "/account/mfa/qr.png"} {
			sam.get(page).want(503, "h1", "Second factors and secrets cannot be read")
		}
		sam.get("/account").want(200, "h1", "My account")
		half.post("/login/mfa", "code", codes[0]).want(303, "", "")
		codes = codes[1:]
	}
}

func TestChangingOnesEmail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, lea := s.as("Manager"), s.as("Viewer")
	other := s.stranger()
	other.post("/login", "email", ines.user.Email, "password", password).want(303, "", "")
	page := ines.get("/account").want(200, "[aria-labelledby=email-h]", ines.user.Email)
	const change = "form[action='/account/email'] .acts button"
	s.unchanged(func() {
		ines.submit(page, change).want(422, "#email-e", "Enter an email").wantNot("#current_password-e")
		ines.submit(page, change, "email", "nowhere", "current_password", password).
			want(422, "#email-e", "Enter an email with a domain").wantValue("#email", "nowhere").wantValue("#full_name", "Manager Person")
		ines.submit(page, change, "email", "new@quay.example").
			want(422, "#email-password-e", "Enter your current password").wantNot("#current_password-e")
		ines.submit(page, change, "email", lea.user.Email, "current_password", "wrong password").
			want(422, "#email-password-e", "not your current password").wantNot("#email-e")
		ines.submit(page, change, "email", strings.ToUpper(lea.user.Email), "current_password", password).
			want(422, "#email-e", "already an account")
	})
	ines.submit(page, change, "email", "new@quay.example", "current_password", password).want(303, "", "")
	s.wantAudit(ines, "change_email", `"new":"new@quay.example"`)
	ines.get("/account").want(200, "#toasts", "Email changed").want(200, "[aria-labelledby=email-h]", "new@quay.example")
	other.get("/account").want(303, "", "")
	s.stranger().post("/login", "email", "new@quay.example", "password", password).want(303, "", "")
	for range 10 {
		lea.post("/account/email", "email", "lea@quay.example", "current_password", "a guess").
			want(422, "#email-password-e", "not your current password")
	}
	if a := lea.post("/account/email", "email", "lea@quay.example", "current_password", password).
		want(429, "#email-password-e", "Too many wrong attempts").wantValue("#email", "lea@quay.example"); a.Header.Get("Retry-After") == "" {
		t.Error("it does not say when to try again")
	}
}

// TestWhoMustEnrolReachesNothingElse: if a role requires a second factor, every other route
// redirects to its setup from the next request on.
func TestWhoMustEnrolReachesNothingElse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	lea := s.as("Manager")
	lea.get(w.org).want(200, "h1", "Harbor & Pine")
	s.Exec("UPDATE roles SET require_mfa = 1 WHERE slug = 'Manager'")
	for _, r := range handlers.Routes() {
		switch {
		case r.Access == "public", strings.HasPrefix(r.Path, "/login"), r.Path == "/logout":
			continue
		case r.Path == "/account/mfa", r.Path == "/account/mfa/qr.png":
			if a := lea.send(r.Method, r.Path, nil); a.StatusCode != 200 && a.StatusCode != 422 {
				t.Errorf("%s: %d", a.what, a.StatusCode)
			}
			continue
		}
		var form url.Values
		if r.Method == http.MethodPost {
			form = url.Values{"version": {"1"}, "display_name": {"x"}, "value": {"x"}}
		}
		before := s.commits()
		if to := lea.send(r.Method, w.address(r.Path), form).to(); !strings.HasPrefix(to, "/account/mfa") {
			t.Errorf("%s %s leads to %s", r.Method, r.Path, to)
		}
		for _, b := range []*browser{lea.viaHTMX(), lea.boosted()} {
			if a := b.send(r.Method, w.address(r.Path), form).
				want(401, "", ""); !strings.HasPrefix(a.Header.Get("HX-Redirect"), "/account/mfa") || a.body != "" {
				t.Errorf("%s: %v %s", a.what, a.Header, a.body)
			}
		}
		if s.commits() != before {
			t.Errorf("%s %s changed the database", r.Method, r.Path)
		}
	}
	if to := lea.get(w.org + "?add=1").to(); to != "/account/mfa?next="+url.QueryEscape(w.org+"?add=1") {
		t.Errorf("it leads to %s", to)
	}
	lea.get("/nowhere").want(404, "h1", "Not found")
	lea.get("/account/mfa").want(200, ".sub", "Your role Manager requires one").
		want(200, "form[action='/logout'] button", "Sign out").wantNot("a[href='/account']")
	lea.post("/logout").want(303, "", "")
}

func TestADemandIsMetOnTheWayIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Exec("UPDATE roles SET require_mfa = 1 WHERE slug = 'Manager'")
	u := s.userWithPassword("ines@quay.example")
	b := s.stranger()
	to := b.post("/login", "email", u.Email, "password", password, "next", "/contacts").to()
	page := b.get(b.get(to).to()).want(200, "h1", "Set up a second factor").
		want(200, ".sub", "Set it up to continue").wantValue("[name=next]", "/contacts")
	seed := strings.ReplaceAll(page.html.Find("#key").Text(), " ", "")
	done := b.submit(page, "main .btn.pri", "code", dbtest.Code(t, seed, s.Clock.Now()), "current_password", password).want(200, "#codes", "")
	b.get(done.html.Find("main .btn.pri").AttrOr("href", "")).want(200, "h1", "Contacts")
}

func TestAnInvitedPersonIsActiveOnceTheyHaveEnrolled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as("Administrator")
	s.Exec("UPDATE roles SET require_mfa = 1 WHERE slug = 'Manager'")
	link := admin.post("/admin/users", "email", "sam@quay.example", "full_name", "Sam Okoye", "role", "Manager").linkPath()
	state := func(state, factor string) {
		t.Helper()
		page := admin.get("/admin/users")
		row := page.html.Find("#rows tr").FilterFunction(func(_ int,
			r *goquery.Selection,
		) bool {
			return strings.Contains(r.Text(), "Sam Okoye")
		})
		if got := row.Find(".c-st .bdg").Text() + ", " + row.Find(".c-mfa").Text(); got != state+", "+factor {
			t.Errorf("the list says %s, want %s, %s", got, state, factor)
		}
		if href, ok := row.Find("a.nm").Attr("href"); ok {
			admin.get(href).want(200, "h1 .bdg", state)
		}
	}
	state("Invited", "Not yet")
	sam := s.stranger()
	sam.post(link, "password", "another good password", "time_zone", "Asia/Tokyo").want(303, "", "")
	state("Second factor missing", "Off")
	if to := sam.get("/").to(); to != "/account/mfa" {
		t.Errorf("they are led to %s", to)
	}
	page := sam.get("/account/mfa")
	seed := strings.ReplaceAll(page.html.Find("#key").Text(), " ", "")
	sam.submit(page, "main .btn.pri", "code", dbtest.Code(t, seed, s.Clock.Now()), "current_password", "another good password").
		want(200, "#codes", "")
	state("Active", "Authenticator app")
	sam.get("/").want(200, "h1", "Home")
}

func TestAnAdministratorResetsASecondFactor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, lea := s.as("Administrator"), s.as("Viewer")
	admin.enrol()
	page := "/admin/users/" + lea.user.ID
	const reset = "main form[action$='/reset-mfa'] button"
	admin.get(page).want(200, ".meta", "Second factor: off").wantNot(reset)
	lea.enrol()
	show := admin.get(page).want(200, ".meta", "Second factor: authenticator app")
	half := s.halfway(lea.user)
	clerk := s.as(s.Role("Clerk", db.ManageUsers))
	s.unchanged(func() {
		clerk.post(page+"/reset-mfa").want(422, "#beyond", "may do what you may not")
		lea.post(page+"/reset-mfa").want(403, "h1 + p", "ManageUsers")
		own := "/admin/users/" + admin.user.ID
		admin.get(own).wantNot(reset)
		admin.post(own+"/reset-mfa").want(422, "#sign-in-e", "My account")
	})
	admin.submit(show, reset).want(303, "", "")
	s.wantAudit(admin, "reset_mfa")
	admin.get(page).want(200, "#toasts", "Second factor reset").want(200, ".meta", "Second factor: off")
	lea.get("/").want(303, "", "")
	half.get("/login/mfa").want(303, "", "")
	s.stranger().post("/login", "email", lea.user.Email, "password", password).want(303, "", "")
}
