package db_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/secrets"
)

func signIn(t *testing.T, o *dbtest.Office, email string) string {
	t.Helper()
	return must(o.SignIn(t.Context(), db.Actor{IP: "192.0.2.9", UA: "Phone"}, email, dbtest.Password))(t)
}

func TestSetUpMakesTheFirstAdministratorOnce(t *testing.T) {
	t.Parallel()
	d, path, _ := dbtest.Open(t)
	want(t, "has users", must(d.HasUsers(t.Context()))(t), false)
	ines := must(d.SetUp(t.Context(), db.System, db.NewUser{Email: "ines@pinestreet.example", FullName: "Ines Calder", Role: "Viewer"}))(t)
	want(t, "has users", must(d.HasUsers(t.Context()))(t), true)
	want(t, "role", dbtest.Column(t, path, "SELECT slug FROM user_role JOIN roles ON roles.id = role_id WHERE user_id = ?", ines.ID)[0],
		"Administrator")
	before := dbtest.Dump(t, path)
	if _, err := d.SetUp(t.Context(), db.System, db.NewUser{Email: "eve@x.example", FullName: "Eve"}); !errors.Is(err, db.ErrForbidden) {
		t.Error(err)
	}
	want(t, "nothing changed", dbtest.Dump(t, path) == before, true)
}

func TestTwoSetUpsAtOnceMakeOneAdministrator(t *testing.T) {
	t.Parallel()
	d, path, _ := dbtest.Open(t)
	answers := make(chan error)
	for n := range 8 {
		go func() {
			_, err := d.SetUp(t.Context(), db.System, db.NewUser{Email: fmt.Sprintf("u%d@x.example", n), FullName: "U"})
			answers <- err
		}()
	}
	var made int
	for range 8 {
		if <-answers == nil {
			made++
		}
	}
	want(t, "made", made, 1)
	want(t, "users", dbtest.Column(t, path, "SELECT count(*) FROM users")[0], "1")
}

func TestARefusedUserChangesNothing(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for _, c := range []struct {
		column string
		n      db.NewUser
	}{
		{"email", db.NewUser{Email: "TOMAS@pinestreet.example", FullName: "X", Role: "Viewer"}},
		{"email", db.NewUser{Email: "x", FullName: "X", Role: "Viewer"}},
		{"full_name", db.NewUser{Email: "x@y.example", Role: "Viewer"}},
		{"full_name", db.NewUser{Email: "x@y.example", FullName: strings.Repeat("x", 161), Role: "Viewer"}},
		{"role", db.NewUser{Email: "x@y.example", FullName: "X", Role: "viewer"}},
		{"role", db.NewUser{Email: "x@y.example", FullName: "X"}},
		{"time_zone", db.NewUser{Email: "x@y.example", FullName: "X", Role: "Viewer", TimeZone: "../../etc/passwd"}},
		{"time_zone", db.NewUser{Email: "x@y.example", FullName: "X", Role: "Viewer", TimeZone: "Local"}},
	} {
		o.Unchanged(t, func() {
			_, err := o.CreateUser(t.Context(), o.Ines, c.n)
			wantInvalid(t, err, c.column)
		})
	}
}

func TestSigningInGivesASessionWithTheRightsOfTheRoles(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for _, c := range []struct {
		email string
		by    db.Actor
		role  string
	}{
		{"ines@pinestreet.example", o.Ines, "Administrator"},
		{" TOMAS@pinestreet.example ", o.Tomas, "Manager"},
		{"lea@pinestreet.example", o.Lea, "Viewer"},
	} {
		s := must(o.Session(t.Context(), signIn(t, o, c.email)))(t)
		want(t, "user", s.User.ID, c.by.UserID)
		want(t, "roles", fmt.Sprint(s.User.Roles), "["+c.role+"]")
		slices.Sort(s.User.May)
		slices.Sort(c.by.May)
		want(t, "rights", fmt.Sprint(s.User.May), fmt.Sprint(c.by.May))
	}
	want(t, "rights of an administrator", len(o.Ines.May), len(db.Permissions))
	want(t, "rights of a manager", fmt.Sprint(o.Tomas.May),
		"[EditClient EditInteraction ExportClient ImportClient ViewClient ViewInteraction]")
	want(t, "rights of a viewer", fmt.Sprint(o.Lea.May), "[ViewClient ViewInteraction]")
	want(t, "recorded", fmt.Sprint(o.Actions(t, o.Lea.UserID)), "[create_user login]")
}

func TestTheTableHoldsOnlyHashes(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	token := signIn(t, o, "lea@pinestreet.example")
	if _, err := o.SignIn(t.Context(), db.Actor{}, "lea@pinestreet.example", "sEcReT-typo"); !errors.Is(err, db.ErrSignIn) {
		t.Error(err)
	}
	if _, err := o.SignIn(t.Context(), db.Actor{}, "sEcReT-in-the-wrong-field", "x"); !errors.Is(err, db.ErrSignIn) {
		t.Error(err)
	}
	dump := dbtest.Dump(t, o.Path)
	for _, secret := range []string{token, dbtest.Password, "sEcReT"} {
		if strings.Contains(dump, secret) {
			t.Errorf("%q is in the database", secret)
		}
	}
	want(t, "session id", o.Column(t, "SELECT id FROM sessions")[0], fmt.Sprintf("%x", sha256.Sum256([]byte(token))))
	want(t, "failed sign-ins", o.Column(t, "SELECT group_concat(metadata, '') FROM audit_logs WHERE action = 'login_failed'")[0],
		`{"email":"lea@pinestreet.example"}{"email":""}`)
}

func TestAnIdleSessionEndsAfterEightHours(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	token := signIn(t, o, "lea@pinestreet.example")
	o.Clock.Add(db.DefaultSessionIdle)
	must(o.Session(t.Context(), token))(t) // used, so its idle time starts again
	o.Clock.Add(db.DefaultSessionIdle)
	must(o.Session(t.Context(), token))(t)
	o.Clock.Add(db.DefaultSessionIdle + time.Millisecond)
	wantNoSession(t, o, token)
}

func TestASessionEndsAfterSeventyTwoHoursHoweverMuchItIsUsed(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	token := signIn(t, o, "lea@pinestreet.example")
	for range 12 {
		o.Clock.Add(6 * time.Hour)
		must(o.Session(t.Context(), token))(t)
	}
	o.Clock.Add(time.Millisecond)
	wantNoSession(t, o, token)
}

func wantNoSession(t *testing.T, o *dbtest.Office, token string) {
	t.Helper()
	if _, err := o.Session(t.Context(), token); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the session has not expired: %v", err)
	}
}

func TestASignOutEndsOneSessionAtOnce(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	here, there := signIn(t, o, "lea@pinestreet.example"), signIn(t, o, "lea@pinestreet.example")
	must(o.Session(t.Context(), here))(t)
	for range 2 {
		if err := o.SignOut(t.Context(), o.Lea, here); err != nil {
			t.Fatal(err)
		}
	}
	wantNoSession(t, o, here)
	must(o.Session(t.Context(), there))(t)
	want(t, "recorded", fmt.Sprint(o.Actions(t, o.Lea.UserID)), "[create_user login login logout]")
}

func TestADisabledUserIsOutAtTheNextRequest(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	token := signIn(t, o, "lea@pinestreet.example")
	must(o.Session(t.Context(), token))(t)
	o.Exec(t, "UPDATE users SET status = 'disabled' WHERE id = ?", o.Lea.UserID)
	wantNoSession(t, o, token)
	if _, err := o.SignIn(t.Context(), db.Actor{}, "lea@pinestreet.example", dbtest.Password); !errors.Is(err, db.ErrSignIn) {
		t.Error(err)
	}
}

func TestRightsChangedByAnotherProcessAreFeltAtTheNextRequest(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	token := signIn(t, o, "lea@pinestreet.example")
	may := func() bool {
		return slices.Contains(must(o.Session(t.Context(), token))(t).User.May, db.ViewInteraction)
	}
	const take = "DELETE FROM role_permission WHERE role_id = (SELECT id FROM roles WHERE slug = 'Viewer') AND permission_id = (SELECT " +
		"id FROM permissions WHERE slug = 'ViewInteraction')"
	const give = "INSERT INTO role_permission SELECT roles.id, permissions.id FROM roles, permissions WHERE roles.slug = 'Viewer' AND " +
		"permissions.slug = 'ViewInteraction'"
	for range 3 {
		want(t, "may", may(), true)
		o.Exec(t, take)
		want(t, "may after losing it", may(), false)
		o.Exec(t, give)
	}
	o.Exec(t, "DELETE FROM sessions")
	wantNoSession(t, o, token)
}

func TestAForgedTokenIsNoSession(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	token := signIn(t, o, "lea@pinestreet.example")
	for _, forged := range []string{
		"", token[1:], strings.ToUpper(token), o.Column(t, "SELECT id FROM sessions")[0], token + "\x00", "' OR 1=1 --",
	} {
		wantNoSession(t, o, forged)
	}
}

func TestAWeakHashIsMadeAnewAtSignIn(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	// The argon2id hash of the office's password with 1 MiB and one pass.
	const weak = "$argon2id$v=19$m=1024,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
	o.Exec(t, "UPDATE users SET password_hash = ? WHERE id = ?", weak+weakKey(dbtest.Password), o.Lea.UserID)
	signIn(t, o, "lea@pinestreet.example")
	hash := o.Column(t, "SELECT password_hash FROM users WHERE id = ?", o.Lea.UserID)[0]
	want(t, "setting", strings.HasPrefix(hash, fmt.Sprintf("$argon2id$v=19$m=%d,t=2,p=1$", secrets.Memory)), true)
	signIn(t, o, "lea@pinestreet.example")
	want(t, "hash after another sign-in", o.Column(t, "SELECT password_hash FROM users WHERE id = ?", o.Lea.UserID)[0], hash)
}

func TestAPersonChangesTheirAccountButNotTheirEmail(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	typed := db.Fields{
		"full_name": "Léa F.", "time_zone": "Pacific/Kiritimati", "theme": "dark",
		"single_keys": "", "email": "eve@x.example", "status": "disabled",
	}
	if err := o.UpdateAccount(t.Context(), o.Lea, typed); err != nil {
		t.Fatal(err)
	}
	want(t, "what was typed is left alone", typed["email"], "eve@x.example")
	want(t, "account", o.Column(t, "SELECT email || full_name || time_zone || theme || single_keys || status FROM users WHERE id = ?",
		o.Lea.UserID)[0],
		"lea@pinestreet.exampleLéa F.Pacific/Kiritimatidark0active")
	o.Unchanged(t, func() {
		if err := o.UpdateAccount(t.Context(), o.Lea, typed); err != nil {
			t.Error(err)
		}
		for column, value := range map[string]string{"full_name": "", "time_zone": "Mars/Olympus", "theme": "pink"} {
			wantInvalid(t, o.UpdateAccount(t.Context(), o.Lea, db.Fields{column: value}), column)
		}
	})
}

func TestSeedingNeverUndoesWhatAnAdministratorChanged(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Exec(t, "DELETE FROM role_permission WHERE role_id = (SELECT id FROM roles WHERE slug = 'Manager')")
	o.Exec(t, "UPDATE roles SET name = 'Reader' WHERE slug = 'Viewer'")
	o.Exec(t, "DELETE FROM permissions WHERE slug = 'ViewAudit'")
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	again := must(db.Open(t.Context(), o.Path, db.Options{Now: o.Clock.Now}))(t)
	defer again.Close()
	want(t, "permissions", o.Column(t, "SELECT count(*) FROM permissions")[0], fmt.Sprint(len(db.Permissions)))
	want(t, "rights of a manager", o.Column(t, "SELECT count(*) FROM role_permission JOIN roles ON roles.id = role_id WHERE slug = 'Manager'")[0], "0")
	want(t, "name of a viewer", o.Column(t, "SELECT name FROM roles WHERE slug = 'Viewer'")[0], "Reader")
}
