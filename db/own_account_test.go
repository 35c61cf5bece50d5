package db_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/secrets"
)

func TestAnotherEmailAsksForThePasswordAndEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	mine, other := signIn(t, o, "lea@pinestreet.example"), signIn(t, o, "lea@pinestreet.example")
	o.Unchanged(t, func() {
		for _, c := range []struct{ password, email, column string }{
			{"wrong password", "lea.f@pinestreet.example", "current_password"},
			{"wrong password", "TOMAS@pinestreet.example", "current_password"},
			{dbtest.Password, "TOMAS@pinestreet.example", "email"},
			{dbtest.Password, "lea", "email"},
			{dbtest.Password, "", "email"},
		} {
			wantInvalid(t, o.ChangeEmail(t.Context(), o.Lea, mine, c.password, c.email), c.column)
		}
		if err := o.ChangeEmail(t.Context(), o.Lea, mine, dbtest.Password, "lea@pinestreet.example"); err != nil {
			t.Error(err)
		}
	})
	if err := o.ChangeEmail(t.Context(), o.Lea, mine, dbtest.Password, " Lea.F@pinestreet.example "); err != nil {
		t.Fatal(err)
	}
	must(o.Session(t.Context(), mine))(t)
	wantNoSession(t, o, other)
	if _, err := o.SignIn(t.Context(), db.Actor{}, "lea@pinestreet.example", dbtest.Password); !errors.Is(err, db.ErrSignIn) {
		t.Errorf("the old email: %v", err)
	}
	signIn(t, o, "lea.f@pinestreet.example")
	want(t, "history", o.Column(t, "SELECT metadata FROM audit_logs WHERE action = 'change_email'")[0],
		`{"changes":{"email":{"old":"lea@pinestreet.example","new":"Lea.F@pinestreet.example"}}}`)
}

func TestGuessingTheCurrentPasswordLocksLikeASignIn(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for i := range 10 {
		wantInvalid(t, o.ChangeEmail(t.Context(), o.Lea, "", fmt.Sprint("guess ", i), "x@y.example"), "current_password")
	}
	var locked *db.Locked
	if err := o.ChangePassword(t.Context(), o.Lea, "", dbtest.Password, "x"); !errors.As(err, &locked) {
		t.Errorf("the right one after ten wrong: %v", err)
	}
	want(t, "history", fmt.Sprint(o.Actions(t, o.Lea.UserID)), "[create_user account_locked]")
	o.Clock.Add(15*time.Minute + time.Second)
	for range 12 { // a right password does not count
		if err := o.ChangeEmail(t.Context(), o.Lea, "", dbtest.Password, "lea@pinestreet.example"); err != nil {
			t.Fatal(err)
		}
	}
}

// Each of these affects a session's next request.
func TestWhatEndsASessionEndsItAtOnce(t *testing.T) {
	t.Parallel()
	hash := must(secrets.HashPassword(t.Context(), "another good password"))(t)
	for what, end := range map[string]func(o *dbtest.Office, token, elsewhere string) error{
		"signed out": func(o *dbtest.Office, token, _ string) error { return o.SignOut(t.Context(), o.Lea, token) },
		"disabled":   func(o *dbtest.Office, _, _ string) error { return o.DisableUser(t.Context(), o.Ines, o.Lea.UserID) },
		"password changed elsewhere": func(o *dbtest.Office, _, elsewhere string) error {
			return o.ChangePassword(t.Context(), o.Lea, elsewhere, dbtest.Password, hash)
		},
		"password set by an administrator": func(o *dbtest.Office, _, _ string) error {
			return o.SetPassword(t.Context(), o.Ines, o.Lea.UserID, hash)
		},
		"password reset by link": func(o *dbtest.Office, _, _ string) error {
			link, err := o.StartReset(t.Context(), o.Ines, o.Lea.UserID)
			if err == nil {
				_, err = o.FinishReset(t.Context(), db.Actor{}, link, hash)
			}
			return err
		},
		"email changed elsewhere": func(o *dbtest.Office, _, elsewhere string) error {
			return o.ChangeEmail(t.Context(), o.Lea, elsewhere, dbtest.Password, "lea.f@pinestreet.example")
		},
		"second factor set up elsewhere": func(o *dbtest.Office, _, _ string) error { o.Enrol(t, o.Lea); return nil },
		"ended by an administrator":      func(o *dbtest.Office, _, _ string) error { return o.EndSessions(t.Context(), o.Ines, o.Lea.UserID) },
		"ended elsewhere": func(o *dbtest.Office, token, elsewhere string) error {
			for _, s := range must(o.OpenSessions(t.Context(), o.Lea, elsewhere))(t) {
				if !s.Current {
					return o.EndSession(t.Context(), o.Lea, s.ID)
				}
			}
			return errors.New("the other session is not listed")
		},
		"all others ended": func(o *dbtest.Office, _, elsewhere string) error {
			_, err := o.EndOtherSessions(t.Context(), o.Lea, elsewhere)
			return err
		},
	} {
		o := dbtest.OpenOffice(t)
		token, elsewhere := signedIn(t, o, o.Lea), signedIn(t, o, o.Lea)
		must(o.Session(t.Context(), token))(t)
		if err := end(o, token, elsewhere); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if _, err := o.Session(t.Context(), token); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%s: the session returns %v", what, err)
		}
	}
}

func TestOtherRightsEndTheSessionsOfThoseWhoHaveThem(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	manager := roleBySlug(t, o, "Manager")
	name := db.Fields{"name": "Manager"}
	save := func(by db.Actor, typed db.Fields, may ...db.Permission) {
		t.Helper()
		must(o.SaveRole(t.Context(), by, manager.ID, typed, may, false))(t)
	}
	roles := func(by, of db.Actor, slugs ...string) {
		t.Helper()
		if err := o.SetRoles(t.Context(), by, of.UserID, slugs, ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		what   string
		change func()
		over   []db.Actor
	}{
		{"another role", func() { roles(o.Ines, o.Lea, "Manager") }, []db.Actor{o.Lea}},
		{"one role more", func() { roles(db.System, o.Ines, "Administrator", "Manager") }, []db.Actor{o.Ines}},
		{"the same roles", func() { roles(o.Ines, o.Lea, "Manager") }, nil},
		{"one's own roles", func() { roles(o.Ines, o.Ines, "Administrator", "Viewer") }, nil},
		{"the role may less", func() { save(o.Ines, name, db.ViewClient, db.EditClient) }, []db.Actor{o.Tomas, o.Lea}},
		{"the role may more", func() { save(o.Ines, name, db.ViewClient, db.EditClient, db.ViewAudit) }, []db.Actor{o.Tomas, o.Lea}},
		{"the role sees fewer clients", func() {
			save(o.Ines, db.Fields{"name": "Manager", "client_scope": "own"}, db.ViewClient, db.EditClient, db.ViewAudit)
		}, []db.Actor{o.Tomas, o.Lea}},
		{"the role has another name", func() { save(o.Ines, db.Fields{"name": "Managers"}, db.ViewClient, db.EditClient, db.ViewAudit) }, nil},
	} {
		tokens := map[string]string{}
		for _, a := range []db.Actor{o.Ines, o.Tomas, o.Lea} {
			tokens[a.UserID] = signedIn(t, o, a)
			must(o.Session(t.Context(), tokens[a.UserID]))(t)
		}
		c.change()
		for _, a := range []db.Actor{o.Ines, o.Tomas, o.Lea} {
			_, err := o.Session(t.Context(), tokens[a.UserID])
			over := slices.ContainsFunc(c.over, func(x db.Actor) bool { return x.UserID == a.UserID })
			if over != errors.Is(err, db.ErrNotFound) || !over && err != nil {
				t.Errorf("%s: the session of %s: %v", c.what, a.UserID, err)
			}
		}
	}
}

func TestHowLongASessionLivesCanBeSet(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	clock := o.Clock
	d := must(db.Open(t.Context(), o.Path, db.Options{Now: clock.Now, SessionIdle: time.Hour, SessionMax: 90 * time.Minute}))(t)
	defer d.Close()
	token := must(d.SignIn(t.Context(), db.Actor{}, "lea@pinestreet.example", dbtest.Password))(t)
	clock.Add(time.Hour)
	must(d.Session(t.Context(), token))(t)
	clock.Add(30*time.Minute + time.Millisecond)
	if _, err := d.Session(t.Context(), token); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("after its longest life: %v", err)
	}
	token = must(d.SignIn(t.Context(), db.Actor{}, "lea@pinestreet.example", dbtest.Password))(t)
	clock.Add(time.Hour + time.Millisecond)
	if _, err := d.Session(t.Context(), token); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("unused for longer than it may: %v", err)
	}
	want(t, "longest life", d.SessionMax(), 90*time.Minute)
}
