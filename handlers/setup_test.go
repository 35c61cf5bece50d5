package handlers_test

import (
	"strings"
	"sync"
	"testing"
	"time"
)

func (s *site) setupPath() string { return strings.TrimPrefix(s.SetupLink(), s.Base) }

func TestTheFirstAdministratorIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	link := s.setupPath()
	ines := s.stranger()
	for _, wrong := range []string{"/setup?token=", "/setup?token=x", strings.ToLower(link), link + "x"} {
		ines.get(wrong).want(404, "h1", "This link no longer works").
			want(404, "main p", "Start the program again").wantNot("form, a[href='/login']")
		s.unchanged(func() {
			ines.post(wrong, "email", "a@b.example", "full_name", "A", "password", password).want(404, "h1", "no longer works")
		})
	}
	form := ines.get(link).want(200, "h1", "Create the first administrator").wantFragment(false)
	typed := []string{"full_name", "Inès O'Neill", "email", "ines@quay.example", "time_zone", "Pacific/Honolulu"}
	s.unchanged(func() {
		for bad, message := range map[string]string{
			"short": "at least 8", "password1": "guessed first", "INES@quay.example": "not your email",
			"Client Registry": "not the name of this program", strings.Repeat("é", 129): "at most 128",
			"pass\x00word": "can be typed", "\xff\xfe\xff\xfe\xff\xfe\xff\xfe": "can be typed",
		} {
			refused := ines.submit(form, "main button.pri", append(typed, "password", bad)...).want(422, "#password-e", message).
				wantValue("#full_name", "Inès O'Neill").want(422, "#time_zone option[selected]", "Pacific/Honolulu")
			if refused.html.Find("#password").AttrOr("value", "") != "" {
				t.Error("the password comes back")
			}
		}
		ines.submit(form, "main button.pri", "full_name", "", "email", "nowhere", "time_zone", "Mars", "password", password).
			want(422, "#full_name-e", "Enter a name").want(422, "#email-e", "Enter an email").want(422, "#time_zone-e", "Choose a time zone")
	})
	if to := ines.submit(form, "main button.pri", append(typed, "password", password)...).to(); to != "/" {
		t.Errorf("setting up led to %s", to)
	}
	s.WantOne("Administrator Pacific/Honolulu", "SELECT slug || ' ' || time_zone FROM users JOIN user_role ON user_id = users.id JOIN "+
		"roles ON roles.id = role_id")
	s.WantOne("0", "SELECT count(*) FROM users WHERE instr(password_hash, ?)", password)
	ines.get("/").want(200, "h1", "Home").want(200, ".me small", "Administrator")
	s.stranger().get(link).want(404, "h1", "no longer works").want(404, "main a[href='/login']", "Sign in")
	s.stranger().get("/login").want(200, "h1", "Sign in")
	s.unchanged(func() {
		s.stranger().post(link, append(typed, "password", password)...).want(404, "h1", "no longer works")
		s.stranger().post(s.setupPath(), append(typed, "password", password)...).want(404, "h1", "no longer works") // nor with a new password
	})
	s.stranger().post("/login", "email", "ines@quay.example", "password", password).want(303, "", "")
}

// TestTheCountryOfPhoneNumbersIsProposed from the browser's language; numbers are then found and dialed
// as those of the country, at once and after a restart, unless the server was started with another one.
func TestTheCountryOfPhoneNumbersIsProposed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	link := s.setupPath()
	for languages, country := range map[string]string{
		"de-AT,de;q=0.9,en;q=0.8": "Austria", "de": "Germany", "": "No country", "*": "No country", "x;;": "No country",
	} {
		b := s.stranger()
		b.headers = map[string]string{"Accept-Language": languages}
		all := b.get(link).html.Find("#phone_region option")
		if first := all.Eq(0).Text(); first != "No country" || all.Length() < 200 {
			t.Errorf("%d countries, the first is %s", all.Length(), first)
		}
		for region, name := range map[string]string{"CV": "Cabo Verde", "MK": "North Macedonia", "SZ": "Eswatini", "SE": "Sweden"} {
			if got := all.Filter("[value=" + region + "]").Text(); got != name {
				t.Errorf("%s is %s, want %s", region, got, name)
			}
		}
		chosen := all.Filter("[selected]").Text()
		if chosen != country && (chosen != "" || country != "No country") {
			t.Errorf("%q proposes %q, want %q", languages, chosen, country)
		}
	}
	ines := s.stranger()
	form := ines.get(link)
	typed := []string{"full_name", "Ines", "email", "ines@quay.example", "password", password, "phone_region"}
	s.unchanged(func() {
		ines.submit(form, "main button.pri", append(typed, "ZZ")...).want(422, "#phone_region-e", "Choose a country from the list")
	})
	ines.submit(form, "main button.pri", append(typed, "DE")...).want(303, "", "")
	s.WantOne("DE", "SELECT region FROM phone_region")
	quay, elif := s.Organization("Quay"), s.Contact("Elif", "Aydin", "phone", "(030) 90 18 20", "mobile", "112")
	s.Link(quay, elif)
	ines.get(elif).want(200, "a[href='tel:+4930901820']", "").want(200, "a[href='tel:112']", "")
	mobile := s.Contact("Maja", "Berg", "mobile", "0151 23456789")
	s.Link(quay, mobile)
	const dials = "a.tel[href='tel:+4915123456789']"
	for _, page := range []string{"/contacts", quay, "/search?q=maja", "/search?q=%2B49+151+234", "/contacts?q=0049.151.234", mobile} {
		ines.get(page).want(200, dials, "")
	}
	ines.viaHTMX().get("/contacts/options?q=%2B49-30-9018&for="+quay).want(200, ".opt", "Elif Aydin")
}

// TestEveryPageSaysWhatToDoWhileNobodyExists: whoever opens the registry without the link learns that
// there is one.
func TestEveryPageSaysWhatToDoWhileNobodyExists(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	link := s.setupPath()
	ines := s.stranger()
	says := func(a answer, status int) {
		t.Helper()
		a.want(status, "h1", "Not set up yet").wantNot("form").
			want(status, "main", "Open the link that the program printed when it started: it makes the first administrator").
			want(status, "main", "It works once, for an hour. Starting the program again prints a new one")
	}
	says(ines.get("/login"), 200)
	says(ines.get("/login?next=%2Fcontacts"), 200)
	says(ines.get("/setup"), 404)
	s.unchanged(func() {
		for _, path := range []string{"/", "/organizations", "/nowhere", "/invitations/x", "/resets/x", "/login/mfa", "/admin/users"} {
			if to := ines.get(path).to(); to != "/login" {
				t.Errorf("%s leads to %q", path, to)
			}
		}
		for _, path := range []string{"/organizations", "/invitations/x", "/login/mfa"} {
			if to := ines.post(path, "email", "a@b.example", "password", password).to(); to != "/login" {
				t.Errorf("sending %s leads to %q", path, to)
			}
		}
		if to := ines.viaHTMX().post("/organizations").Header.Get("HX-Redirect"); to != "/login" {
			t.Errorf("a form of an open page leads to %q", to)
		}
	})
	ines.post("/login", "email", "a@b.example", "password", password).
		want(422, "#login-e", "Open the link that the program printed when it started. It makes the first administrator")
	ines.get("/healthz").want(200, "", "")
	ines.get("/readyz").want(200, "", "")
	ines.get("/api/docs").want(200, "h1", "")
	ines.get(link).want(200, "form", "")
	s.as("Administrator")
	s.stranger().get("/login").want(200, "form", "Password")
	s.stranger().get("/nowhere").want(404, "h1", "Not found")
}

func TestSetupLinkExpires(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := s.setupPath()
	link := s.setupPath() // a new link replaces the old one
	s.stranger().get(old).want(404, "h1", "no longer works")
	s.Clock.Add(59 * time.Minute)
	s.stranger().get(link).want(200, "form", "")
	s.Clock.Add(time.Minute)
	s.unchanged(func() {
		s.stranger().get(link).want(404, "h1", "no longer works")
		s.stranger().post(link, "full_name", "A", "email", "a@b.example", "password", password).want(404, "h1", "no longer works")
	})
	s.stranger().get("/").want(303, "", "")
	if !strings.HasPrefix(newSiteAt(t, "https://registry.example:8443").SetupLink(), "https://registry.example:8443/setup?token=") {
		t.Error("the link is not built from the base URL")
	}
}

func TestTwoSetUpAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	link := s.setupPath()
	answers := make([]answer, 4)
	var wait sync.WaitGroup
	for i := range answers {
		wait.Go(func() {
			answers[i] = s.stranger().post(link, "full_name", "A", "email", string(rune('a'+i))+"@quay.example", "password", password)
		})
	}
	wait.Wait()
	made := 0
	for _, a := range answers {
		switch a.StatusCode {
		case 303:
			made++
		case 404:
			a.want(404, "h1", "no longer works")
		default:
			t.Errorf("%d\n%s", a.StatusCode, a.shown())
		}
	}
	if made != 1 {
		t.Errorf("%d were made", made)
	}
	s.WantOne("1", "SELECT count(*) FROM users")
}
