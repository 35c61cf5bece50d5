package handlers_test

import (
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers"
)

// damage overwrites the first page of a table in the file, and returns a function that restores it.
func (s *site) damage(table string) (mend func()) {
	s.t.Helper()
	s.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
	page, err := strconv.Atoi(s.One("SELECT rootpage FROM sqlite_schema WHERE name = ?", table))
	if err != nil {
		s.t.Fatal(err)
	}
	file, err := os.OpenFile(s.Path, os.O_RDWR, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { file.Close() })
	at := int64(page-1) * 4096
	whole := make([]byte, 8)
	if _, err := file.ReadAt(whole, at); err != nil {
		s.t.Fatal(err)
	}
	write := func(content []byte) {
		s.t.Helper()
		if _, err := file.WriteAt(content, at); err != nil {
			s.t.Fatal(err)
		}
	}
	write(make([]byte, len(whole)))
	if err := s.DB.CheckFile(s.t.Context()); !db.IsDamaged(err) {
		s.t.Fatalf("the check answers %v", err)
	}
	return func() { s.t.Helper(); write(whole) }
}

func TestADamagedRegistryIsReadAndSaysSoToItsAdministrators(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, lea := s.as("Administrator"), s.as("Viewer")
	acme := s.Organization("Acme")
	s.stranger().get("/readyz").want(200, "", "ok")
	mend := s.damage("recovery_codes")

	ready := s.stranger().get("/readyz").want(503, "", "damaged")
	if ready.Header.Get("Retry-After") == "" {
		t.Error("/readyz does not say when to ask again")
	}
	s.stranger().get("/healthz").want(200, "", "ok")
	for _, path := range []string{"/", acme, "/admin/users", "/admin/audit", "/account", "/nowhere"} {
		admin.get(path).want(admin.get(path).StatusCode, ".banner.bad", "clientregistry restore")
		lea.get(path).wantNot(".alarm")
	}
	admin.get("/admin/audit.csv").want(200, "", "")
	s.unchanged(func() {
		a := admin.post("/organizations", "display_name", "Pine").want(503, "main p", "Nothing was changed")
		if a.Header.Get("Retry-After") == "" {
			t.Error("it does not say when to try again")
		}
		admin.viaHTMX().post(acme+"/fields/website", "value", "acme.com", "version", "1").want(503, "body", "then restore a backup").
			wantFragment(true)
	})

	if admin.post("/logout").to() != "/login" || admin.cookie != nil {
		t.Error("signing out does not end the cookie")
	}
	admin.post("/login", "email", admin.user.Email, "password", password).want(303, "", "")
	admin.get("/").want(200, ".banner.bad", "damaged")

	mend()
	if err := s.DB.CheckFile(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.stranger().get("/readyz").want(200, "", "ok")
	admin.get("/").want(200, "h1", "Home").wantNot(".alarm")
	admin.post("/organizations", "display_name", "Pine").want(303, "", "")
}

// A damaged file can hold values that cannot be parsed, such as an invalid time. This is reported
// as damage as well.
func TestAnUnreadableValueOfADamagedRegistryIsDamage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as("Administrator")
	acme := s.Organization("Acme")
	s.Exec("PRAGMA ignore_check_constraints = 1")
	s.Exec("UPDATE organizations SET updated_at = 'never' WHERE id = ?", key(acme))
	admin.get(acme).want(500, "h1", "Something went wrong")
	s.damage("recovery_codes")
	admin.get(acme).want(503, "h1", "This cannot be read")
}

func TestNoRouteOfADamagedRegistryFailsOrWrites(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	admin := s.as("Administrator")
	s.damage("recovery_codes")
	s.unchanged(func() {
		for _, r := range handlers.Routes() {
			if r.Path == "/logout" || r.Path == "/login" {
				continue
			}
			var form url.Values
			if r.Method == "POST" {
				form = url.Values{
					"version": {"1"}, "display_name": {"Pine"}, "password": {password}, "current_password": {password}, "email": {"new@quay.example"},
				}
			}
			for _, b := range []*browser{admin, admin.viaHTMX()} {
				if a := b.send(r.Method, w.address(r.Path), form); a.StatusCode >= 500 && a.StatusCode != 503 {
					t.Errorf("%s: %d\n%s", a.what, a.StatusCode, a.shown())
				}
			}
		}
	})
}

// If the file can no longer be opened, people get a page that says so. The registry recovers when
// the file is back.
func TestARegistryThatCannotBeReadSaysSoAndComesBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lea, ada := s.as("Viewer"), s.as("Administrator")
	lea.get("/").want(200, "h1", "Home")
	if err := s.SQL.Close(); err != nil {
		t.Fatal(err)
	}
	away := s.Path + ".away"
	s.DB.CloseIdleReaders()
	if err := os.Rename(s.Path, away); err != nil {
		t.Fatal(err)
	}
	a := lea.get("/organizations").want(503, "h1", "cannot be used just now").want(503, ".admin-box", "disk")
	a.want(503, "a.btn.pri", "Try again")
	if a.Header.Get("Retry-After") == "" || strings.Contains(a.body, s.Path) || strings.Contains(a.body, lea.user.FullName) {
		t.Errorf("the page says\n%s", a.body)
	}
	lea.viaHTMX().get("/organizations").want(503, "body", "cannot be read").wantFragment(true)
	s.stranger().get("/readyz").want(503, "", "does not answer")
	if ada.post("/logout").StatusCode != http.StatusSeeOther || ada.cookie != nil {
		t.Error("signing out does not end the cookie")
	}
	if err := os.Rename(away, s.Path); err != nil {
		t.Fatal(err)
	}
	lea.get("/organizations").want(200, "h1", "Organizations")
	s.stranger().get("/readyz").want(200, "", "ok")
}
