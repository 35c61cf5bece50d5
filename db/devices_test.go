package db_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/secrets"
)

const (
	lea   = "lea@pinestreet.example"
	tomas = "tomas@pinestreet.example"
)

// remembered signs in with a browser, and returns its device cookie.
func remembered(t *testing.T, o *dbtest.Office, email, cookie string) string {
	t.Helper()
	by := db.Actor{IP: "192.0.2.1", Device: cookie}
	return must(o.RememberDevice(t.Context(), by, must(o.SignIn(t.Context(), by, email, dbtest.Password))(t)))(t)
}

// guess tries wrong passwords from one address, and returns how many were checked.
func guess(t *testing.T, o *dbtest.Office, email, cookie string, n int) (checked int) {
	t.Helper()
	var locked *db.Locked
	for range n {
		_, err := o.SignIn(t.Context(), db.Actor{IP: "192.0.2.1", Device: cookie}, email, "wrong password")
		switch {
		case errors.Is(err, db.ErrSignIn):
			checked++
		case !errors.As(err, &locked):
			t.Fatal(err)
		}
	}
	return checked
}

// lockOut locks an account for strangers, with ten wrong passwords.
func lockOut(t *testing.T, o *dbtest.Office, email string) {
	t.Helper()
	now := o.Clock.Now()
	o.Exec(t, "INSERT INTO sign_in_attempts (key, count, since, locked_until) SELECT id, 10, ?, ? FROM users WHERE email = ?",
		stamp(now), stamp(now.Add(15*time.Minute)), email)
}

func stamp(at time.Time) string { return at.Format("2006-01-02T15:04:05.000Z") }

// wantLocked checks whether a browser is locked: even the right password is refused.
func wantLocked(t *testing.T, o *dbtest.Office, what, email, cookie string, want bool) {
	t.Helper()
	_, err := o.SignIn(t.Context(), db.Actor{IP: "192.0.2.1", Device: cookie}, email, dbtest.Password)
	var locked *db.Locked
	if errors.As(err, &locked) != want || err != nil && !want {
		t.Errorf("%s: the right password returns %v", what, err)
	}
}

// TestOthersGuessesDoNotLockAKnownBrowser: neither guesses at the account nor those from the
// address.
func TestOthersGuessesDoNotLockAKnownBrowser(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	db.WithoutHashing(o.DB, dbtest.Password)
	desk, phone := remembered(t, o, tomas, ""), remembered(t, o, tomas, "")
	want(t, "checked of strangers' guesses", guess(t, o, tomas, "", 20), 10)
	for n := range 50 {
		guess(t, o, fmt.Sprintf("user%d@pinestreet.example", n), "", 1)
	}
	want(t, "locked addresses", len(must(o.LockedAddresses(t.Context(), o.Ines))(t)), 1)
	wantLocked(t, o, "a stranger", tomas, "", true)
	wantLocked(t, o, "a known browser", tomas, desk, false)
	wantLocked(t, o, "a stranger, after the known browser came in", tomas, "", true)

	// It has its own budget.
	want(t, "checked of its guesses", guess(t, o, tomas, desk, 20), 10)
	wantLocked(t, o, "the browser that guessed", tomas, desk, true)
	wantLocked(t, o, "the other known browser", tomas, phone, false)
	want(t, "history", fmt.Sprint(o.Column(t, "SELECT metadata FROM audit_logs WHERE action = 'account_locked' ORDER BY seq")),
		`[{"after":10} {"after":10,"only":"one browser"}]`)
	want(t, "state", must(o.Account(t.Context(), o.Ines, o.Tomas.UserID))(t).State(o.Clock.Now()), "locked")
	if err := o.Unlock(t.Context(), o.Ines, o.Tomas.UserID); err != nil {
		t.Fatal(err)
	}
	wantLocked(t, o, "the browser that guessed, unlocked", tomas, desk, false)
	guess(t, o, tomas, desk, 10)
	o.Clock.Add(15*time.Minute + time.Second)
	wantLocked(t, o, "the browser that guessed, a while later", tomas, desk, false)
}

func TestOthersGuessesDoNotLockTheCodesOfAKnownBrowser(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	cookie := remembered(t, o, lea, "")
	seed, _ := o.Enrol(t, o.Lea)
	wrong := dbtest.Code(t, seed, o.Clock.Now().Add(time.Hour))
	for _, half := range halves(t, o, o.Lea, 10) {
		if _, err := o.FinishSignIn(t.Context(), db.Actor{}, half, wrong); !errors.Is(err, db.ErrCode) {
			t.Fatal(err)
		}
	}
	o.Exec(t, "DELETE FROM half_sign_ins")
	o.Clock.Add(step)
	half, right := halves(t, o, o.Lea, 1)[0], dbtest.Code(t, seed, o.Clock.Now())
	var locked *db.Locked
	if _, err := o.FinishSignIn(t.Context(), db.Actor{}, half, right); !errors.As(err, &locked) {
		t.Errorf("the right code of a stranger: %v", err)
	}
	known := db.Actor{Device: cookie}
	for range 4 {
		if _, err := o.FinishSignIn(t.Context(), known, half, wrong); !errors.Is(err, db.ErrCode) {
			t.Errorf("a wrong code in the known browser: %v", err)
		}
	}
	must(o.FinishSignIn(t.Context(), known, half, right))(t)
	o.Exec(t, "DELETE FROM half_sign_ins")
	checked := 0
	for _, half := range halves(t, o, o.Lea, 20) {
		if _, err := o.FinishSignIn(t.Context(), known, half, wrong); errors.Is(err, db.ErrCode) {
			checked++
		}
	}
	want(t, "wrong codes that the known browser can try", checked, 10)
}

// TestSomebodySignedInIsNotLockedOutOfTheirAccountPage by strangers' attempts at sign-in.
func TestSomebodySignedInIsNotLockedOutOfTheirAccountPage(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	lockOut(t, o, lea)
	if err := o.ChangeEmail(t.Context(), o.Lea, "", dbtest.Password, "lea.f@pinestreet.example"); err != nil {
		t.Error(err)
	}
}

// TestADeviceCookieThatDoesNotCountIsNone: its browser is locked like any stranger's.
func TestADeviceCookieThatDoesNotCountIsNone(t *testing.T) {
	t.Parallel()
	hash := must(secrets.HashPassword(t.Context(), dbtest.Password))(t) // the same password, set again
	nothing := func(*dbtest.Office) error { return nil }
	for what, c := range map[string]struct {
		cookie func(string) string
		do     func(o *dbtest.Office) error
	}{
		"made up":     {func(string) string { return "ABCDEFGHIJKLMNOPQRSTUVWXYZ" }, nothing},
		"changed":     {func(s string) string { return s[:len(s)-1] + "1" }, nothing},
		"lower case":  {strings.ToLower, nothing},
		"a user's id": {func(string) string { return "%" }, nothing},
		"hostile":     {func(s string) string { return strings.Repeat("x.", 30_000) + "\x00\xff" + s }, nothing},
		"90 days old": {nil, func(o *dbtest.Office) error { o.Clock.Add(db.DeviceLife); return nil }},
		"of the future": {nil, func(o *dbtest.Office) error {
			o.Clock.Add(-2 * time.Minute)
			return nil
		}},
		"password changed": {nil, func(o *dbtest.Office) error {
			return o.ChangePassword(t.Context(), o.Lea, "", dbtest.Password, hash)
		}},
		"password set": {nil, func(o *dbtest.Office) error { return o.SetPassword(t.Context(), o.Ines, o.Lea.UserID, hash) }},
		"account closed and opened": {nil, func(o *dbtest.Office) error {
			return errors.Join(o.DisableUser(t.Context(), o.Ines, o.Lea.UserID), o.EnableUser(t.Context(), o.Ines, o.Lea.UserID))
		}},
		"password reset by link": {nil, func(o *dbtest.Office) error {
			link, err := o.StartReset(t.Context(), o.Ines, o.Lea.UserID)
			if err == nil {
				_, err = o.FinishReset(t.Context(), db.Actor{}, link, hash)
			}
			return err
		}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o := dbtest.OpenOffice(t)
			cookie := remembered(t, o, lea, "")
			if c.cookie != nil {
				cookie = c.cookie(cookie)
			}
			if err := c.do(o); err != nil {
				t.Fatal(err)
			}
			lockOut(t, o, lea)
			wantLocked(t, o, what, lea, cookie, true)
			wantLocked(t, o, what+", for another account", tomas, cookie, false)
		})
	}
}

// TestOneBrowserIsKnownToSeveralAccounts, and each token is valid only for its own.
func TestOneBrowserIsKnownToSeveralAccounts(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	alone := remembered(t, o, lea, "")
	both := remembered(t, o, tomas, alone)
	for _, email := range []string{lea, tomas} {
		lockOut(t, o, email)
		wantLocked(t, o, "the browser of both", email, both, false)
	}
	wantLocked(t, o, "the browser of one, for the other", tomas, alone, true)
	want(t, "the cookie of who signs in again has the same tokens", remembered(t, o, lea, both), alone+"."+strings.TrimSuffix(both, "."+alone))
	want(t, "in clear in the database", strings.Contains(dbtest.Dump(t, o.Path), alone), false)

	// Tokens that are no longer valid are removed, so that the cookie stays short.
	if err := o.SetPassword(t.Context(), o.Ines, o.Lea.UserID, must(secrets.HashPassword(t.Context(), dbtest.Password))(t)); err != nil {
		t.Fatal(err)
	}
	cookie := remembered(t, o, tomas, both)
	want(t, "the cookie when one's password has changed", cookie, strings.TrimSuffix(both, "."+alone))
	for n := range 10 {
		email := fmt.Sprintf("user%d@pinestreet.example", n)
		o.Exec(t, "INSERT INTO users (id, email, full_name, password_hash, status) SELECT ?, ?, 'X', password_hash, 'active' FROM users "+
			"WHERE id = ?",
			fmt.Sprintf("0190c8f0-0000-7000-8000-0000000000%02d", n), email, o.Tomas.UserID)
		cookie = remembered(t, o, email, cookie)
	}
	want(t, "accounts in a cookie", len(strings.Split(cookie, ".")), 8)
}

// TestOtherSignInsDoNotMakeABrowserAStranger: for instance those of a program that never keeps a
// cookie.
func TestOtherSignInsDoNotMakeABrowserAStranger(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	first, session := remembered(t, o, lea, ""), signedIn(t, o, o.Lea)
	for range 30 {
		o.Clock.Add(time.Second)
		must(o.RememberDevice(t.Context(), db.Actor{}, session))(t)
	}
	lockOut(t, o, lea)
	wantLocked(t, o, "the first browser", lea, first, false)
	if _, err := o.RememberDevice(t.Context(), db.Actor{}, halves(t, o, o.Lea, 1)[0]); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a half sign-in makes a browser known: %v", err)
	}
}
