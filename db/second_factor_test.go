package db_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/secrets"
)

const step = 30 * time.Second

// halfway signs in with only the password, and returns the token of the half sign-in.
func halfway(t *testing.T, o *dbtest.Office, email string) string {
	t.Helper()
	token, err := o.SignIn(t.Context(), db.Actor{IP: "192.0.2.9", UA: "Phone"}, email, dbtest.Password)
	var half *db.HalfSignedIn
	if !errors.As(err, &half) || token != "" {
		t.Fatalf("signing in gives %q, %v; want a half sign-in", token, err)
	}
	return half.Token
}

// halves starts many half sign-ins of one user at once.
func halves(t *testing.T, o *dbtest.Office, by db.Actor, n int) (tokens []string) {
	t.Helper()
	for i := range n {
		token := fmt.Sprint("half ", i)
		o.Exec(t, "INSERT INTO half_sign_ins (id, user_id, expires_at) VALUES (?, ?, ?)",
			fmt.Sprintf("%x", sha256.Sum256([]byte(token))), by.UserID,
			o.Clock.Now().Add(db.HalfSignInLife).Format("2006-01-02T15:04:05.000Z"))
		tokens = append(tokens, token)
	}
	return tokens
}

// sendAll sends a code for many half sign-ins at once, and returns how many succeeded.
func sendAll(t *testing.T, o *dbtest.Office, tokens []string, code string) (in int) {
	t.Helper()
	var group sync.WaitGroup
	var mu sync.Mutex
	for i, token := range tokens {
		group.Go(func() {
			_, err := o.FinishSignIn(t.Context(), db.Actor{IP: fmt.Sprintf("192.0.2.%d", i)}, token, code)
			var locked *db.Locked
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				in++
			case !errors.Is(err, db.ErrCode) && !errors.As(err, &locked):
				t.Error(err)
			}
		})
	}
	group.Wait()
	return in
}

func TestASecondFactorCountsOnceACodeConfirmsIt(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	mine, other := signIn(t, o, "lea@pinestreet.example"), signIn(t, o, "lea@pinestreet.example")
	seed := must(o.StartSecondFactor(t.Context(), o.Lea))(t)
	want(t, "seed after a reload", must(o.StartSecondFactor(t.Context(), o.Lea))(t), seed)
	want(t, "on", must(o.SecondFactor(t.Context(), o.Lea))(t).Since.IsZero(), true)
	signIn(t, o, "lea@pinestreet.example") // with the password alone
	code := dbtest.Code(t, seed, o.Clock.Now())
	o.Unchanged(t, func() {
		for _, c := range []struct{ password, code, column string }{
			{dbtest.Password, "", "code"},
			{dbtest.Password, "12345", "code"},
			{dbtest.Password, "1234567", "code"},
			{dbtest.Password, "abcdef", "code"},
			{dbtest.Password, dbtest.Code(t, seed, o.Clock.Now().Add(2*step)), "code"},
			{"wrong password", code, "current_password"},
		} {
			_, _, err := o.ConfirmSecondFactor(t.Context(), o.Lea, c.password, c.code)
			wantInvalid(t, err, c.column)
		}
		_, _, err := o.ConfirmSecondFactor(t.Context(), o.Tomas, dbtest.Password, code)
		wantInvalid(t, err, "code")
	})
	token, recovery, err := o.ConfirmSecondFactor(t.Context(), o.Lea, dbtest.Password, " "+code[:3]+" "+code[3:])
	if err != nil {
		t.Fatal(err)
	}
	want(t, "recovery codes", len(recovery), 10)
	wantNoSession(t, o, mine)
	wantNoSession(t, o, other)
	want(t, "known to the session", must(o.Session(t.Context(), token))(t).User.SecondFactor, true)
	want(t, "since", must(o.SecondFactor(t.Context(), o.Lea))(t).Since.Equal(dbtest.Now), true)

	half := halfway(t, o, "lea@pinestreet.example")
	wantNoSession(t, o, half)
	o.Clock.Add(step)
	in := must(o.FinishSignIn(t.Context(), db.Actor{}, half, dbtest.Code(t, seed, o.Clock.Now())))(t)
	want(t, "who came in", must(o.Session(t.Context(), in.Token))(t).User.ID, o.Lea.UserID)
	if err := o.HalfSignIn(t.Context(), half); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the half sign-in is left after a complete one: %v", err)
	}
	want(t, "history", fmt.Sprint(o.Actions(t, o.Lea.UserID)), "[create_user login login login enable_mfa login_started login]")
}

func TestTheKeyToScanIsMadeAnewAfterAnHour(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	seed := must(o.StartSecondFactor(t.Context(), o.Lea))(t)
	o.Clock.Add(time.Hour)
	_, _, err := o.ConfirmSecondFactor(t.Context(), o.Lea, dbtest.Password, dbtest.Code(t, seed, o.Clock.Now()))
	wantInvalid(t, err, "code")
	want(t, "the seed is the old one", must(o.StartSecondFactor(t.Context(), o.Lea))(t) == seed, false)
}

func TestAnotherDeviceTakesThePlaceOfTheFirst(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	first, old := o.Enrol(t, o.Lea)
	second, _ := o.Enrol(t, o.Lea)
	want(t, "the seeds are one", first == second, false)
	o.Clock.Add(step)
	half := halfway(t, o, "lea@pinestreet.example")
	for _, gone := range []string{dbtest.Code(t, first, o.Clock.Now()), old[0]} {
		if _, err := o.FinishSignIn(t.Context(), db.Actor{}, half, gone); !errors.Is(err, db.ErrCode) {
			t.Errorf("the first device's code: %v", err)
		}
	}
	must(o.FinishSignIn(t.Context(), db.Actor{}, half, dbtest.Code(t, second, o.Clock.Now())))(t)
}

func TestACodeWorksOnceAndNoneBeforeItAfterwards(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	enrolled := o.Clock.Now()
	seed, _ := o.Enrol(t, o.Lea)
	tokens := halves(t, o, o.Lea, 4)
	if _, err := o.FinishSignIn(t.Context(), db.Actor{}, tokens[0], dbtest.Code(t, seed, enrolled)); !errors.Is(err, db.ErrCode) {
		t.Errorf("the code that confirmed it: %v", err)
	}
	must(o.FinishSignIn(t.Context(), db.Actor{}, tokens[0], dbtest.Code(t, seed, enrolled.Add(step))))(t)
	o.Clock.Add(step)
	for _, at := range []time.Duration{0, step} {
		if _, err := o.FinishSignIn(t.Context(), db.Actor{}, tokens[1], dbtest.Code(t, seed, enrolled.Add(at))); !errors.Is(err, db.ErrCode) {
			t.Errorf("the code of %v after: %v", at, err)
		}
	}
	must(o.FinishSignIn(t.Context(), db.Actor{}, tokens[1], dbtest.Code(t, seed, enrolled.Add(2*step))))(t)
}

func TestOfTwentyCopiesOfACodeAtOnceOneWorks(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	seed, recovery := o.Enrol(t, o.Lea)
	o.Clock.Add(step)
	want(t, "came in by the app", sendAll(t, o, halves(t, o, o.Lea, 20), dbtest.Code(t, seed, o.Clock.Now())), 1)
	o.Exec(t, "DELETE FROM sign_in_attempts")
	o.Exec(t, "DELETE FROM half_sign_ins")
	want(t, "came in by a recovery code", sendAll(t, o, halves(t, o, o.Lea, 20), recovery[3]), 1)
	want(t, "sessions", len(o.Column(t, "SELECT id FROM sessions WHERE ip <> '192.0.2.7'")), 2)
	want(t, "recovery codes left", must(o.SecondFactor(t.Context(), o.Lea))(t).CodesLeft, 9)
}

// TestManyWrongCodesAtOnceAreNoMoreThanInTurn: five of one half sign-in are checked, and ten of
// many.
func TestManyWrongCodesAtOnceAreNoMoreThanInTurn(t *testing.T) {
	t.Parallel()
	for halfSignIns, most := range map[int]int32{1: 5, 20: 10} {
		o := dbtest.OpenOffice(t)
		seed, _ := o.Enrol(t, o.Lea)
		o.Clock.Add(step)
		tokens, wrong := halves(t, o, o.Lea, halfSignIns), dbtest.Code(t, seed, o.Clock.Now().Add(time.Hour))
		var group sync.WaitGroup
		var checked atomic.Int32
		for i := range 20 {
			group.Go(func() {
				_, err := o.FinishSignIn(t.Context(), db.Actor{IP: fmt.Sprintf("192.0.2.%d", i)}, tokens[i%halfSignIns], wrong)
				if errors.Is(err, db.ErrCode) || errors.Is(err, db.ErrStartAgain) {
					checked.Add(1)
				}
			})
		}
		group.Wait()
		want(t, fmt.Sprintf("checked of 20 for %d half sign-ins", halfSignIns), checked.Load(), most)
		for _, token := range tokens {
			if _, err := o.FinishSignIn(t.Context(), db.Actor{}, token, dbtest.Code(t, seed, o.Clock.Now())); err == nil {
				t.Errorf("the right code afterwards is taken, with %d half sign-ins", halfSignIns)
			}
		}
	}
}

func TestFiveWrongCodesEndTheHalfSignIn(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	seed, _ := o.Enrol(t, o.Lea)
	o.Clock.Add(step)
	half := halfway(t, o, "lea@pinestreet.example")
	o.Unchanged(t, func() { // what cannot be a code does not count
		for _, typed := range []string{
			"", "12345", "1234567", "abc", "ABCD-EFGH", strings.Repeat("1", 24), "\x00\xff", strings.Repeat("é", 1000),
		} {
			_, err := o.FinishSignIn(t.Context(), db.Actor{}, half, typed)
			wantInvalid(t, err, "code")
		}
	})
	wrong := dbtest.Code(t, seed, o.Clock.Now().Add(time.Hour))
	for i := range 5 {
		_, err := o.FinishSignIn(t.Context(), db.Actor{}, half, wrong)
		want(t, fmt.Sprint("answer ", i+1), err.Error(), map[bool]string{false: db.ErrCode.Error(), true: db.ErrStartAgain.Error()}[i == 4])
	}
	if _, err := o.FinishSignIn(t.Context(), db.Actor{}, half, dbtest.Code(t, seed, o.Clock.Now())); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the right code after five wrong ones: %v", err)
	}
	want(t, "recorded", o.Column(t, "SELECT count(*) FROM audit_logs WHERE action = 'login_failed' AND metadata = '{\"reason\":\"code\"}'")[0], "5")

	// Starting again with the password allows five more wrong codes, but only once.
	half = halfway(t, o, "lea@pinestreet.example")
	for range 5 {
		o.FinishSignIn(t.Context(), db.Actor{}, half, wrong)
	}
	var locked *db.Locked
	if _, err := o.SignIn(t.Context(), db.Actor{}, "lea@pinestreet.example", dbtest.Password); !errors.As(err, &locked) {
		t.Errorf("after ten wrong codes the password returns %v", err)
	}
	for _, token := range halves(t, o, o.Lea, 1) {
		if _, err := o.FinishSignIn(t.Context(), db.Actor{}, token, dbtest.Code(t, seed, o.Clock.Now())); !errors.As(err, &locked) {
			t.Errorf("after ten wrong codes the right one returns %v", err)
		}
	}
	want(t, "locked in the history", o.Column(t, "SELECT count(*) FROM audit_logs WHERE action = 'account_locked'")[0], "1")
	o.Clock.Add(15*time.Minute + time.Second)
	half = halfway(t, o, "lea@pinestreet.example")
	must(o.FinishSignIn(t.Context(), db.Actor{}, half, dbtest.Code(t, seed, o.Clock.Now())))(t)
	want(t, "wrong ones are forgotten", o.Column(t, "SELECT ifnull(sum(count), 0) FROM sign_in_attempts WHERE key = ?", o.Lea.UserID)[0], "0")
}

func TestAHalfSignInEndsAfterTenMinutesAndWithTheSessions(t *testing.T) {
	t.Parallel()
	for what, end := range map[string]func(*testing.T, *dbtest.Office) error{
		"time":     func(t *testing.T, o *dbtest.Office) error { o.Clock.Add(db.HalfSignInLife); return nil },
		"disabled": func(t *testing.T, o *dbtest.Office) error { return o.DisableUser(t.Context(), o.Ines, o.Lea.UserID) },
		"sessions": func(t *testing.T, o *dbtest.Office) error { return o.EndSessions(t.Context(), o.Ines, o.Lea.UserID) },
		"password": func(t *testing.T, o *dbtest.Office) error {
			return o.SetPassword(t.Context(), o.Ines, o.Lea.UserID, "x")
		},
		"second factor": func(t *testing.T, o *dbtest.Office) error {
			return o.ResetSecondFactor(t.Context(), o.Ines, o.Lea.UserID)
		},
		"others": func(t *testing.T, o *dbtest.Office) error {
			_, err := o.EndOtherSessions(t.Context(), o.Lea, "")
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o := dbtest.OpenOffice(t)
			_, recovery := o.Enrol(t, o.Lea)
			half := halfway(t, o, "lea@pinestreet.example")
			if err := o.HalfSignIn(t.Context(), half); err != nil {
				t.Fatal(err)
			}
			if err := end(t, o); err != nil {
				t.Fatal(err)
			}
			if err := o.HalfSignIn(t.Context(), half); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("it is %v", err)
			}
			if _, err := o.FinishSignIn(t.Context(), db.Actor{}, half, recovery[0]); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("finishing it returns %v", err)
			}
		})
	}
}

func TestARecoveryCodeWorksOnceAndANewSetEndsTheOld(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	_, codes := o.Enrol(t, o.Lea)
	want(t, "form", len(codes[0]), len("ABCD-EFGH-IJKL-MNOP-QRST-UVWX"))
	in := must(o.FinishSignIn(t.Context(), db.Actor{}, halfway(t, o, "lea@pinestreet.example"),
		strings.ToLower(strings.ReplaceAll(codes[0], "-", " "))))(t)
	want(t, "by recovery", in.ByRecovery, true)
	want(t, "left", in.CodesLeft, 9)
	want(t, "history ends with", fmt.Sprint(o.Actions(t, o.Lea.UserID)[3:]), "[use_recovery_code login]")
	half := halfway(t, o, "lea@pinestreet.example")
	if _, err := o.FinishSignIn(t.Context(), db.Actor{}, half, codes[0]); !errors.Is(err, db.ErrCode) {
		t.Errorf("a used one: %v", err)
	}
	other := signedIn(t, o, o.Lea)
	o.Unchanged(t, func() {
		_, err := o.NewRecoveryCodes(t.Context(), o.Lea, in.Token, "wrong password")
		wantInvalid(t, err, "current_password")
		_, err = o.NewRecoveryCodes(t.Context(), o.Tomas, "", dbtest.Password)
		wantInvalid(t, err, "second_factor")
	})
	fresh := must(o.NewRecoveryCodes(t.Context(), o.Lea, in.Token, dbtest.Password))(t)
	must(o.Session(t.Context(), in.Token))(t)
	wantNoSession(t, o, other)
	half = halfway(t, o, "lea@pinestreet.example")
	if _, err := o.FinishSignIn(t.Context(), db.Actor{}, half, codes[1]); !errors.Is(err, db.ErrCode) {
		t.Errorf("one of the old set: %v", err)
	}
	must(o.FinishSignIn(t.Context(), db.Actor{}, half, fresh[9]))(t)
	dump := dbtest.Dump(t, o.Path)
	for _, code := range append(codes, fresh...) {
		if strings.Contains(dump, code) || strings.Contains(dump, strings.ReplaceAll(code, "-", "")) {
			t.Errorf("a recovery code is in the database")
		}
	}
}

// signedIn starts a session regardless of second factors, and returns its token.
func signedIn(t *testing.T, o *dbtest.Office, by db.Actor) string {
	t.Helper()
	token, now := rand.Text(), o.Clock.Now().Format("2006-01-02T15:04:05.000Z")
	o.Exec(t, "INSERT INTO sessions (id, user_id, created_at, last_used_at) VALUES (?, ?, ?, ?)",
		fmt.Sprintf("%x", sha256.Sum256([]byte(token))), by.UserID, now, now)
	return token
}

func TestASecondFactorIsSwitchedOffByThePasswordUnlessARoleDemandsIt(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Enrol(t, o.Lea)
	mine, other := signedIn(t, o, o.Lea), ""
	o.Demand(t, "Viewer")
	o.Unchanged(t, func() {
		wantInvalid(t, o.DisableSecondFactor(t.Context(), o.Lea, mine, "wrong password"), "current_password")
		refused := wantInvalid(t, o.DisableSecondFactor(t.Context(), o.Lea, mine, dbtest.Password), "second_factor")
		want(t, "why", strings.Contains(refused.Error(), "Viewer requires a second factor"), true)
	})
	o.Exec(t, "UPDATE roles SET require_mfa = 0")
	other = signedIn(t, o, o.Lea)
	if err := o.DisableSecondFactor(t.Context(), o.Lea, mine, dbtest.Password); err != nil {
		t.Fatal(err)
	}
	must(o.Session(t.Context(), mine))(t)
	wantNoSession(t, o, other)
	signIn(t, o, "lea@pinestreet.example")
	want(t, "left behind", o.Column(t, "SELECT (SELECT count(*) FROM second_factors) + (SELECT count(*) FROM recovery_codes)")[0], "0")
	want(t, "history", fmt.Sprint(o.Actions(t, o.Lea.UserID)), "[create_user enable_mfa disable_mfa login]")
}

func TestAPasswordResetLeavesTheSecondFactorOn(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Enrol(t, o.Lea)
	link := must(o.StartReset(t.Context(), o.Ines, o.Lea.UserID))(t)
	must(o.FinishReset(t.Context(), db.Actor{}, link, must(secrets.HashPassword(t.Context(), dbtest.Password))(t)))(t)
	halfway(t, o, "lea@pinestreet.example")
	if err := o.SetPassword(t.Context(), o.Ines, o.Lea.UserID, must(secrets.HashPassword(t.Context(), dbtest.Password))(t)); err != nil {
		t.Fatal(err)
	}
	halfway(t, o, "lea@pinestreet.example")
}

func TestAnAdministratorResetsASecondFactor(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Enrol(t, o.Tomas)
	o.Enrol(t, o.Ines)
	session := signedIn(t, o, o.Tomas)
	clerk := o.Lea
	clerk.May = []db.Permission{db.ViewClient, db.ManageUsers}
	o.Unchanged(t, func() {
		wantInvalid(t, o.ResetSecondFactor(t.Context(), clerk, o.Tomas.UserID), "role")
		wantInvalid(t, o.ResetSecondFactor(t.Context(), o.Ines, o.Ines.UserID), "second_factor")
		if err := o.ResetSecondFactor(t.Context(), o.Tomas, o.Lea.UserID); !errors.Is(err, db.ErrForbidden) {
			t.Error(err)
		}
		if err := o.ResetSecondFactor(t.Context(), o.Ines, o.Lea.UserID); err != nil { // they have none
			t.Error(err)
		}
	})
	if err := o.ResetSecondFactor(t.Context(), o.Ines, o.Tomas.UserID); err != nil {
		t.Fatal(err)
	}
	wantNoSession(t, o, session)
	signIn(t, o, "tomas@pinestreet.example")
	if err := o.ResetSecondFactor(t.Context(), db.System, o.Ines.UserID); err != nil {
		t.Fatal(err)
	}
	want(t, "history", fmt.Sprint(o.Actions(t, o.Tomas.UserID)), "[create_user enable_mfa reset_mfa login]")
}

func TestWhoMustEnrolIsKnownAtOnce(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	token := signIn(t, o, "lea@pinestreet.example")
	state := func() (must bool, word string) {
		t.Helper()
		a, err := o.Account(t.Context(), o.Ines, o.Lea.UserID)
		if err != nil {
			t.Fatal(err)
		}
		s, err := o.Session(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		return s.User.MustEnrol, a.State(o.Clock.Now())
	}
	check := func(when string, mustEnrol bool, word string) {
		t.Helper()
		got, said := state()
		want(t, "must enrol "+when, got, mustEnrol)
		want(t, "state "+when, said, word)
	}
	check("before", false, "active")
	o.Demand(t, "Viewer")
	check("when their role requires it", true, "second factor missing")
	o.Enrol(t, o.Lea)
	token = signedIn(t, o, o.Lea)
	check("when they have enrolled", false, "active")
	want(t, "demanded by", fmt.Sprint(must(o.SecondFactor(t.Context(), o.Lea))(t).DemandedBy), "[Viewer]")
}

func TestSeedsAreSealedWithAKeyBesideTheDatabase(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	seed, _ := o.Enrol(t, o.Lea)
	pending := must(o.StartSecondFactor(t.Context(), o.Tomas))(t)
	info := must(os.Stat(o.Path + ".key"))(t)
	want(t, "mode", info.Mode().Perm(), 0o600)
	key := must(os.ReadFile(o.Path + ".key"))(t)
	want(t, "size", len(key), 32)
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := o.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{o.Path, o.Path + "-wal", backup} {
		content := must(os.ReadFile(file))(t)
		for what, secret := range map[string][]byte{
			"key": key, "seed": []byte(seed), "raw seed": must(base32.StdEncoding.DecodeString(seed))(t), "pending seed": []byte(pending),
		} {
			if bytes.Contains(content, secret) {
				t.Errorf("the %s is in %s", what, filepath.Base(file))
			}
		}
	}
	// One user's seed does not open for another.
	o.Exec(t, "UPDATE second_factors SET seed = (SELECT seed FROM second_factors WHERE user_id = ?), confirmed_at = pending_at WHERE "+
		"user_id = ?", o.Lea.UserID, o.Tomas.UserID)
	o.Clock.Add(step)
	_, err := o.FinishSignIn(t.Context(), db.Actor{}, halves(t, o, o.Tomas, 1)[0], dbtest.Code(t, seed, o.Clock.Now()))
	wantKeyLost(t, o, err)
}

func wantKeyLost(t *testing.T, o *dbtest.Office, err error) {
	t.Helper()
	var lost *db.KeyLost
	if !errors.As(err, &lost) || lost.File != o.Path+".key" {
		t.Errorf("got %v, want it to name the key", err)
	}
}

func TestWithoutItsKeyASecondFactorIsARecoveryCode(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]func(path string) error{
		"missing": os.Remove,
		"another": func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte{7}, 32), 0o600) },
		"short":   func(path string) error { return os.WriteFile(path, []byte("no key"), 0o600) },
		"folder":  func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o := dbtest.OpenOffice(t)
			if err := o.CheckKey(t.Context()); err != nil {
				t.Errorf("before there is any: %v", err)
			}
			seed, recovery := o.Enrol(t, o.Lea)
			must(o.StartSecondFactor(t.Context(), o.Tomas))(t)
			if err := o.CheckKey(t.Context()); err != nil {
				t.Error(err)
			}
			key := must(os.ReadFile(o.Path + ".key"))(t)
			if err := spoil(o.Path + ".key"); err != nil {
				t.Fatal(err)
			}
			o.Clock.Add(step)
			half := halfway(t, o, "lea@pinestreet.example")
			code := dbtest.Code(t, seed, o.Clock.Now())
			o.Unchanged(t, func() {
				_, err := o.FinishSignIn(t.Context(), db.Actor{}, half, code)
				wantKeyLost(t, o, err)
				_, err = o.StartSecondFactor(t.Context(), o.Tomas) // no second key beside the first
				wantKeyLost(t, o, err)
				_, _, err = o.ConfirmSecondFactor(t.Context(), o.Tomas, dbtest.Password, "123456")
				wantKeyLost(t, o, err)
				wantKeyLost(t, o, o.CheckKey(t.Context()))
			})
			want(t, "tries that were counted", o.Column(t, "SELECT ifnull(sum(count), 0) FROM sign_in_attempts")[0], "0")
			must(o.FinishSignIn(t.Context(), db.Actor{}, half, recovery[0]))(t)
			if what == "folder" {
				if err := os.Remove(o.Path + ".key"); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(o.Path+".key", key, 0o600); err != nil {
				t.Fatal(err)
			}
			must(o.FinishSignIn(t.Context(), db.Actor{}, halfway(t, o, "lea@pinestreet.example"), code))(t)
		})
	}
}

func TestAKeyThatNobodyNeedsAnyMoreIsMadeAnew(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Enrol(t, o.Lea)
	must(o.StartSecondFactor(t.Context(), o.Tomas))(t)
	if err := os.Remove(o.Path + ".key"); err != nil {
		t.Fatal(err)
	}
	if err := o.ResetSecondFactor(t.Context(), o.Ines, o.Lea.UserID); err != nil {
		t.Fatal(err)
	}
	o.Enrol(t, o.Tomas) // their unconfirmed seed was lost with the key
	if err := o.CheckKey(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTwoWhoEnrolAtOnceShareOneKey(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	var group sync.WaitGroup
	for _, by := range []db.Actor{o.Ines, o.Tomas, o.Lea, o.Lea} {
		group.Go(func() {
			if _, err := o.StartSecondFactor(t.Context(), by); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, by := range []db.Actor{o.Ines, o.Tomas, o.Lea} {
		o.Enrol(t, by)
	}
	if err := o.CheckKey(t.Context()); err != nil {
		t.Error(err)
	}
	left := must(filepath.Glob(o.Path + ".key.*"))(t)
	want(t, "half-made files", len(left), 0)
}

func TestNoSecretIsInTheHistory(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	seed, codes := o.Enrol(t, o.Lea)
	o.Clock.Add(step)
	half := halfway(t, o, "lea@pinestreet.example")
	right, wrong := dbtest.Code(t, seed, o.Clock.Now()), dbtest.Code(t, seed, o.Clock.Now().Add(time.Hour))
	o.FinishSignIn(t.Context(), db.Actor{}, half, wrong)
	o.FinishSignIn(t.Context(), db.Actor{}, half, strings.Repeat("A", 24))
	o.FinishSignIn(t.Context(), db.Actor{}, half, right)
	o.FinishSignIn(t.Context(), db.Actor{}, halfway(t, o, "lea@pinestreet.example"), codes[0])
	history := strings.Join(o.Column(t, "SELECT action || target_type || ifnull(target_id, '') || metadata FROM audit_logs"), "\n")
	for _, secret := range append(codes, seed, right, wrong, strings.Repeat("A", 24),
		half, dbtest.Password, strings.ReplaceAll(codes[0], "-", "")) {
		if strings.Contains(history, secret) {
			t.Errorf("%q is in the audit log", secret)
		}
	}
	want(t, "ways in", fmt.Sprint(o.Column(t, "SELECT metadata FROM audit_logs WHERE action = 'login' ORDER BY seq")),
		`[{"second_factor":"app"} {"second_factor":"recovery_code"}]`)
	must(o.Verify(t.Context()))(t)
}
