package db_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/secrets"
)

func TestAnInvitedPersonSetsAPasswordAndIsActive(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	id, token, err := o.InviteUser(t.Context(), o.Ines, "sam@pinestreet.example", "Sam Okoye", []string{"Manager"}, "")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "state", must(o.Account(t.Context(), o.Ines, id))(t).State(dbtest.Now), "invited")
	want(t, "the link is kept as its hash", strings.Contains(dbtest.Dump(t, o.Path), token), false)
	u := must(o.AcceptInvitation(t.Context(), db.Actor{}, token, must(secrets.HashPassword(t.Context(), dbtest.Password))(t), "Asia/Tokyo"))(t)
	want(t, "whose", u.ID, id)
	signIn(t, o, "sam@pinestreet.example")
	o.Unchanged(t, func() {
		if _, err := o.AcceptInvitation(t.Context(), db.Actor{}, token, "x", "UTC"); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("the link works twice: %v", err)
		}
	})
	want(t, "history", fmt.Sprint(o.Actions(t, id)), "[create_user accept_invitation login]")
}

func TestAnInvitationEndsAfterThreeDaysAndCanBeRenewed(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	id, old, err := o.InviteUser(t.Context(), o.Ines, "sam@pinestreet.example", "Sam Okoye", []string{"Viewer"}, "")
	if err != nil {
		t.Fatal(err)
	}
	o.Clock.Add(db.InvitationLife + time.Second)
	if _, err := o.LinkOwner(t.Context(), "invitation", old); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("an old link returns %v", err)
	}
	renewed := must(o.RenewInvitation(t.Context(), o.Ines, id))(t)
	if _, err := o.LinkOwner(t.Context(), "invitation", old); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the first link still works after the second was made: %v", err)
	}
	want(t, "owner", must(o.LinkOwner(t.Context(), "invitation", renewed))(t).FullName, "Sam Okoye")
	if err := o.DisableUser(t.Context(), o.Ines, id); err != nil {
		t.Fatal(err)
	}
	if _, err := o.LinkOwner(t.Context(), "invitation", renewed); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a revoked invitation returns %v", err)
	}
}

func TestAResetEndsSessionsAndWorksOnce(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	session := signIn(t, o, "tomas@pinestreet.example")
	link := must(o.StartReset(t.Context(), o.Ines, o.Tomas.UserID))(t)
	if _, err := o.Session(t.Context(), session); err != nil {
		t.Errorf("the session ended before the reset was used: %v", err)
	}
	must(o.FinishReset(t.Context(), db.Actor{}, link, must(secrets.HashPassword(t.Context(), "another good password"))(t)))(t)
	wantNoSession(t, o, session)
	if _, err := o.FinishReset(t.Context(), db.Actor{}, link, "x"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the link works twice: %v", err)
	}
	if _, err := o.SignIn(t.Context(), db.Actor{}, "tomas@pinestreet.example", dbtest.Password); !errors.Is(err, db.ErrSignIn) {
		t.Errorf("the old password returns %v", err)
	}
	must(o.SignIn(t.Context(), db.Actor{}, "tomas@pinestreet.example", "another good password"))(t)
}

// TestALinkUsedAtOnceWorksOnce uses an invitation and a password link eight times at once.
func TestALinkUsedAtOnceWorksOnce(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	_, invitation, err := o.InviteUser(t.Context(), o.Ines, "sam@pinestreet.example", "Sam Okoye", []string{"Viewer"}, "")
	if err != nil {
		t.Fatal(err)
	}
	reset := must(o.StartReset(t.Context(), o.Ines, o.Tomas.UserID))(t)
	for what, use := range map[string]func(n int) error{
		"invitation": func(n int) error {
			_, err := o.AcceptInvitation(t.Context(), db.Actor{}, invitation, fmt.Sprint("hash ", n), "UTC")
			return err
		},
		"password link": func(n int) error {
			_, err := o.FinishReset(t.Context(), db.Actor{}, reset, fmt.Sprint("hash ", n))
			return err
		},
	} {
		var group sync.WaitGroup
		var used atomic.Int32
		for n := range 8 {
			group.Go(func() {
				if err := use(n); err == nil {
					used.Add(1)
				} else if !errors.Is(err, db.ErrNotFound) {
					t.Error(err)
				}
			})
		}
		group.Wait()
		want(t, what+" used", used.Load(), 1)
	}
}

func TestOneAdministratorStaysAlsoOfTwoWhoLeaveAtOnce(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Unchanged(t, func() {
		wantInvalid(t, o.DisableUser(t.Context(), o.Ines, o.Ines.UserID), "role")
		wantInvalid(t, o.SetRoles(t.Context(), o.Ines, o.Ines.UserID, []string{"Viewer"}, ""), "role")
		wantInvalid(t, o.SetRoles(t.Context(), o.Ines, o.Ines.UserID, nil, ""), "role")
	})
	if err := o.SetRoles(t.Context(), o.Ines, o.Tomas.UserID, []string{"Administrator"}, ""); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	var done atomic.Int32
	for _, id := range []string{o.Ines.UserID, o.Tomas.UserID} {
		group.Go(func() {
			if o.DisableUser(t.Context(), o.Ines, id) == nil {
				done.Add(1)
			}
		})
	}
	group.Wait()
	want(t, "of two at once disabled", done.Load(), 1)
}

func TestNobodyGrantsMoreThanTheyHave(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	clerk := o.Lea
	clerk.May = []db.Permission{db.ViewClient, db.ViewInteraction, db.ManageUsers}
	invited, _, err := o.InviteUser(t.Context(), o.Ines, "sam@pinestreet.example", "Sam Okoye", []string{"Administrator"}, "")
	if err != nil {
		t.Fatal(err)
	}
	o.Unchanged(t, func() {
		wantInvalid(t, o.SetRoles(t.Context(), clerk, o.Tomas.UserID, []string{"Administrator"}, ""), "role")
		wantInvalid(t, o.SetRoles(t.Context(), clerk, o.Tomas.UserID, []string{"Viewer"}, ""), "role") // removes Manager
		_, _, err := o.InviteUser(t.Context(), clerk, "x@y.example", "X", []string{"Manager"}, "")
		wantInvalid(t, err, "role")
		_, err = o.SaveRole(t.Context(), clerk, "", db.Fields{"name": "Auditor"}, []db.Permission{db.ViewAudit}, false)
		wantInvalid(t, err, "permission")
		// A link to the account of somebody with more rights would give access to those.
		_, err = o.StartReset(t.Context(), clerk, o.Ines.UserID)
		wantInvalid(t, err, "role")
		wantInvalid(t, o.SetPassword(t.Context(), clerk, o.Ines.UserID, "x"), "role")
		_, err = o.RenewInvitation(t.Context(), clerk, invited)
		wantInvalid(t, err, "role")
		nobody := clerk
		nobody.May = nil
		if err := o.DisableUser(t.Context(), nobody, o.Tomas.UserID); !errors.Is(err, db.ErrForbidden) {
			t.Errorf("without ManageUsers it returns %v", err)
		}
	})
	must(o.SaveRole(t.Context(), clerk, "", db.Fields{"name": "Reader", "client_scope": "own"}, []db.Permission{db.ViewClient}, false))(t)
}

func TestGuessesAtOnceLockTheAccountForAWhile(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	var checked atomic.Int32
	for range 4 {
		var group sync.WaitGroup
		for i := range 10 {
			group.Go(func() {
				_, err := o.SignIn(t.Context(), db.Actor{IP: fmt.Sprintf("192.0.2.%d", i)}, "tomas@pinestreet.example", "wrong password")
				if errors.Is(err, db.ErrSignIn) {
					checked.Add(1)
				}
			})
		}
		group.Wait()
	}
	if checked.Load() > 12 {
		t.Errorf("%d of 40 guesses were checked", checked.Load())
	}
	var locked *db.Locked
	if _, err := o.SignIn(t.Context(), db.Actor{}, "tomas@pinestreet.example", dbtest.Password); !errors.As(err, &locked) {
		t.Errorf("the right password on a locked account: %v", err)
	}
	want(t, "state", must(o.Account(t.Context(), o.Ines, o.Tomas.UserID))(t).State(dbtest.Now), "locked")
	signIn(t, o, "lea@pinestreet.example")
	want(t, "locked once in the history", o.Column(t, "SELECT count(*) FROM audit_logs WHERE action = 'account_locked'")[0], "1")
	o.Clock.Add(15*time.Minute + time.Second)
	signIn(t, o, "tomas@pinestreet.example")
}

func TestAnUnknownEmailLocksTheSameWay(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	var locked *db.Locked
	for i := range 11 {
		_, err := o.SignIn(t.Context(), db.Actor{}, "nobody@pinestreet.example", "wrong password")
		want(t, fmt.Sprintf("attempt %d is locked", i+1), errors.As(err, &locked), i == 10)
	}
}

func TestOneAddressCannotTryManyAccounts(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	db.WithoutHashing(o.DB, dbtest.Password)
	var locked *db.Locked
	refused := 0
	for i := range 60 {
		if _, err := o.SignIn(t.Context(), db.Actor{IP: "2001:db8::" + fmt.Sprint(i)},
			fmt.Sprintf("user%d@pinestreet.example", i), "wrong password"); errors.As(err, &locked) {
			refused++
		}
	}
	want(t, "refused of 60", refused, 10)
	want(t, "history", fmt.Sprint(o.Column(t, "SELECT metadata FROM audit_logs WHERE action = 'address_locked'")),
		`[{"address":"2001:db8::/64","after":50}]`)
	if _, err := o.LockedAddresses(t.Context(), o.Tomas); !errors.Is(err, db.ErrForbidden) {
		t.Errorf("shown without ManageUsers: %v", err)
	}
	all := must(o.LockedAddresses(t.Context(), o.Ines))(t)
	want(t, "locked", fmt.Sprint(all), fmt.Sprint([]db.LockedAddress{{Address: "2001:db8::/64", Until: dbtest.Now.Add(15 * time.Minute)}}))
	if _, err := o.SignIn(t.Context(), db.Actor{IP: "2001:db8:1::1"}, "tomas@pinestreet.example", dbtest.Password); err != nil {
		t.Errorf("another address: %v", err)
	}
	o.Unchanged(t, func() {
		if err := o.UnlockAddress(t.Context(), o.Tomas, "2001:db8::/64"); !errors.Is(err, db.ErrForbidden) {
			t.Errorf("unlocked without ManageUsers: %v", err)
		}
		for _, none := range []string{"", "192.0.2.1", o.Tomas.UserID, "%"} {
			if err := o.UnlockAddress(t.Context(), o.Ines, none); err != nil {
				t.Error(err)
			}
		}
	})
	if err := o.UnlockAddress(t.Context(), o.Ines, "2001:db8::/64"); err != nil {
		t.Fatal(err)
	}
	must(o.SignIn(t.Context(), db.Actor{IP: "2001:db8::1"}, "tomas@pinestreet.example", dbtest.Password))(t)
	want(t, "locked", len(must(o.LockedAddresses(t.Context(), o.Ines))(t)), 0)
}

// TestALockOutlivesARestart: that of an account and of an address, and attempts that have not led
// to one yet.
func TestALockOutlivesARestart(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	d := o.DB
	db.WithoutHashing(d, dbtest.Password)
	guess := func(ip, email string, n int) (locked *db.Locked) {
		t.Helper()
		for range n {
			if _, err := d.SignIn(t.Context(), db.Actor{IP: ip}, email, "wrong password"); !errors.Is(err, db.ErrSignIn) &&
				!errors.As(err, &locked) {
				t.Fatal(err)
			}
		}
		return locked
	}
	restart := func() {
		t.Helper()
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		d = must(db.Open(t.Context(), o.Path, db.Options{Now: o.Clock.Now}))(t)
		t.Cleanup(func() { d.Close() })
		db.WithoutHashing(d, dbtest.Password)
	}
	guess("192.0.2.1", "tomas@pinestreet.example", 10)
	guess("192.0.2.1", "lea@pinestreet.example", 9)
	for n := range 30 {
		guess("192.0.2.1", fmt.Sprintf("user%d@pinestreet.example", n), 1)
	}
	restart()
	var locked *db.Locked
	if _, err := d.SignIn(t.Context(), db.Actor{IP: "198.51.100.7"}, "tomas@pinestreet.example", dbtest.Password); !errors.As(err, &locked) {
		t.Errorf("the right password on the locked account: %v", err)
	}
	want(t, "state", must(d.Account(t.Context(), o.Ines, o.Tomas.UserID))(t).State(dbtest.Now), "locked")
	want(t, "the tenth wrong one is checked", guess("192.0.2.1", "lea@pinestreet.example", 1) == nil, true)
	want(t, "and was the last", guess("198.51.100.7", "lea@pinestreet.example", 1) != nil, true)
	restart()
	if _, err := d.SignIn(t.Context(), db.Actor{IP: "192.0.2.1"}, "ines@pinestreet.example", dbtest.Password); !errors.As(err, &locked) {
		t.Errorf("the right password from the locked address: %v", err)
	}
	must(d.SignIn(t.Context(), db.Actor{IP: "198.51.100.7"}, "ines@pinestreet.example", dbtest.Password))(t)
	o.Clock.Add(15*time.Minute + time.Second)
	must(d.SignIn(t.Context(), db.Actor{IP: "192.0.2.1"}, "tomas@pinestreet.example", dbtest.Password))(t)
}

func TestAnAdministratorUnlocksAndEndsSessions(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	session := signIn(t, o, "tomas@pinestreet.example")
	for range 10 {
		o.SignIn(t.Context(), db.Actor{}, "tomas@pinestreet.example", "wrong password")
	}
	if err := o.Unlock(t.Context(), o.Ines, o.Tomas.UserID); err != nil {
		t.Fatal(err)
	}
	signIn(t, o, "tomas@pinestreet.example")
	if err := o.EndSessions(t.Context(), o.Ines, o.Tomas.UserID); err != nil {
		t.Fatal(err)
	}
	wantNoSession(t, o, session)
	if err := o.DisableUser(t.Context(), o.Ines, o.Tomas.UserID); err != nil {
		t.Fatal(err)
	}
	if _, err := o.SignIn(t.Context(), db.Actor{}, "tomas@pinestreet.example", dbtest.Password); !errors.Is(err, db.ErrSignIn) {
		t.Errorf("a disabled account: %v", err)
	}
	if err := o.EnableUser(t.Context(), o.Ines, o.Tomas.UserID); err != nil {
		t.Fatal(err)
	}
	signIn(t, o, "tomas@pinestreet.example")
}

func TestANewPasswordEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	mine, other := signIn(t, o, "tomas@pinestreet.example"), signIn(t, o, "tomas@pinestreet.example")
	hash := must(secrets.HashPassword(t.Context(), "another good password"))(t)
	o.Unchanged(t, func() {
		wantInvalid(t, o.ChangePassword(t.Context(), o.Tomas, mine, "wrong password", hash), "current_password")
	})
	if err := o.ChangePassword(t.Context(), o.Tomas, mine, dbtest.Password, hash); err != nil {
		t.Fatal(err)
	}
	wantNoSession(t, o, other)
	must(o.Session(t.Context(), mine))(t)
}

// TestNobodyActsOnAnAccountThatMayDoMore tries every action on accounts with more permissions or
// more clients, in every state.
func TestNobodyActsOnAnAccountThatMayDoMore(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	helpdesk := newRole(t, o, "Helpdesk", "own", db.ManageUsers, db.ViewClient, db.EditClient)
	helper := o.Lea
	helper.May, helper.OwnOnly = helpdesk.May, true
	auditor, everything := newRole(t, o, "Auditor", "own", db.ViewAudit), newRole(t, o, "All clients", "all", db.ViewClient)
	invite := func(email string, roles ...string) string {
		t.Helper()
		id, _, err := o.InviteUser(t.Context(), o.Ines, email, "Sam Okoye", roles, "")
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	active := func(email string, roles ...string) string {
		t.Helper()
		id := invite(email, roles...)
		if err := o.SetPassword(t.Context(), o.Ines, id, "hash"); err != nil {
			t.Fatal(err)
		}
		o.Exec(t, "INSERT INTO sessions (id, user_id, created_at, last_used_at) VALUES (lower(hex(randomblob(32))), ?, "+
			"'2026-11-24T09:30:00.000Z', '2026-11-24T09:30:00.000Z')", id)
		o.Exec(t, "INSERT INTO sign_in_attempts (key, count, since, locked_until) VALUES (?, 10, '2026-11-24T09:30:00.000Z', "+
			"'2026-11-24T09:59:00.000Z')", id)
		o.Exec(t, "INSERT INTO second_factors (user_id, seed, confirmed_at) VALUES (?, zeroblob(40), '2026-11-24T09:30:00.000Z')", id)
		return id
	}
	disabled := active("disabled@a.example", "Administrator")
	if err := o.DisableUser(t.Context(), o.Ines, disabled); err != nil {
		t.Fatal(err)
	}
	verbs := map[string]func(by db.Actor, id string) error{
		"roles":      func(by db.Actor, id string) error { return o.SetRoles(t.Context(), by, id, []string{"Helpdesk"}, "") },
		"add a role": func(by db.Actor, id string) error { return o.AddRole(t.Context(), by, id, "Helpdesk") },
		"disable":    func(by db.Actor, id string) error { return o.DisableUser(t.Context(), by, id) },
		"enable":     func(by db.Actor, id string) error { return o.EnableUser(t.Context(), by, id) },
		"unlock":     func(by db.Actor, id string) error { return o.Unlock(t.Context(), by, id) },
		"sign out":   func(by db.Actor, id string) error { return o.EndSessions(t.Context(), by, id) },
		"password":   func(by db.Actor, id string) error { return o.SetPassword(t.Context(), by, id, "x") },
		"second":     func(by db.Actor, id string) error { return o.ResetSecondFactor(t.Context(), by, id) },
		"invite": func(by db.Actor, id string) error {
			_, err := o.RenewInvitation(t.Context(), by, id)
			return err
		},
		"reset": func(by db.Actor, id string) error {
			_, err := o.StartReset(t.Context(), by, id)
			return err
		},
		"hand over": func(by db.Actor, id string) error {
			_, err := o.HandOver(t.Context(), by, id, o.Lea.UserID)
			return err
		},
	}
	for what, id := range map[string]string{
		"an administrator": o.Ines.UserID, "an invited one": invite("invited@a.example", "Administrator"), "a disabled one": disabled,
		"one with another permission":  active("auditor@a.example", auditor.Slug),
		"one who sees all clients":     active("all@a.example", everything.Slug),
		"one who has a small role too": active("both@a.example", helpdesk.Slug, auditor.Slug),
	} {
		for verb, act := range verbs {
			o.Unchanged(t, func() {
				if err := act(helper, id); err == nil || !strings.Contains(err.Error(), "so you cannot change") {
					t.Errorf("%s of %s: %v", verb, what, err)
				}
			})
		}
		want(t, what+" says why", must(o.Account(t.Context(), helper, id))(t).Beyond != "", true)
	}
	// On accounts with the same or fewer rights, and by the program on any account, each action
	// works.
	for verb, act := range verbs {
		peer := active(strings.ReplaceAll(verb, " ", "")+"@a.example", helpdesk.Slug)
		if err := act(helper, peer); err != nil && !strings.Contains(err.Error(), "Only people who have not accepted") {
			t.Errorf("%s of a peer: %v", verb, err)
		}
		if err := act(db.System, active(strings.ReplaceAll(verb, " ", "")+"@b.example", "Administrator")); err != nil &&
			!strings.Contains(err.Error(), "Only people who have not accepted") {
			t.Errorf("%s of an administrator by the program: %v", verb, err)
		}
	}
	for _, a := range must(o.Accounts(t.Context(), helper))(t) {
		one := must(o.Account(t.Context(), helper, a.ID))(t)
		want(t, "what the list says of "+a.Email, a.Beyond, one.Beyond)
	}
}
