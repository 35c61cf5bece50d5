package db

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"clientregistry/db/secrets"
)

// withUser returns a registry with one user, whose password is "right". Checking it is fast and
// calls checking.
func withUser(t *testing.T, checking func() error) *DB {
	t.Helper()
	d := openHere(t)
	d.checkPassword = func(_ context.Context, hash, password string) (matches, outdated bool, err error) {
		return hash == password, false, checking()
	}
	if _, err := d.CreateUser(t.Context(), System, NewUser{Email: "a@b.example", FullName: "A", Role: "Viewer", Hash: "right"}); err != nil {
		t.Fatal(err)
	}
	return d
}

func counted(t *testing.T, d *DB) (n int) {
	t.Helper()
	if err := d.reader.QuickQueryRow(t.Context(), "SELECT ifnull(max(count), 0) FROM sign_in_attempts").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// atOnce signs in n times at once, and returns how many succeeded and how many were found wrong.
func atOnce(t *testing.T, d *DB, password string, n int) (in, wrong int32) {
	t.Helper()
	var group sync.WaitGroup
	var right, refused atomic.Int32
	for range n {
		group.Go(func() {
			_, err := d.SignIn(t.Context(), Actor{IP: "192.0.2.1"}, "a@b.example", password)
			switch locked := (*Locked)(nil); {
			case err == nil:
				right.Add(1)
			case errors.Is(err, ErrSignIn):
				refused.Add(1)
			case !errors.As(err, &locked):
				t.Error(err)
			}
		})
	}
	group.Wait()
	return right.Load(), refused.Load()
}

func TestManyRightSignInsAtOnceAllComeIn(t *testing.T) {
	t.Parallel()
	d := withUser(t, func() error { return nil })
	if _, wrong := atOnce(t, d, "wrong", 9); wrong != 9 || counted(t, d) != 9 {
		t.Fatalf("%d were found wrong, %d counted", wrong, counted(t, d))
	}
	if in, _ := atOnce(t, d, "right", 30); in != 30 {
		t.Errorf("%d of 30 right sign-ins succeeded after nine wrong ones", in)
	}
	if in, wrong := atOnce(t, d, "wrong", 30); in != 0 || wrong != 10 {
		t.Errorf("%d of 30 wrong ones were checked", wrong)
	}
}

// TestOnlyWhatWasCheckedCounts: a password counts once it was found wrong, even if the client did
// not wait for the answer.
func TestOnlyWhatWasCheckedCounts(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	checking := func() error { return nil }
	d := withUser(t, func() error { return checking() })
	sign := func(ctx context.Context, password string, want error, count int) {
		t.Helper()
		if _, err := d.SignIn(ctx, Actor{IP: "192.0.2.1"}, "a@b.example", password); !errors.Is(err, want) {
			t.Errorf("signing in returns %v, want %v", err, want)
		}
		if n := counted(t, d); n != count {
			t.Errorf("%d tries are counted, want %d", n, count)
		}
		if len(d.checks.running) > 0 {
			t.Errorf("still being checked: %v", d.checks.running)
		}
	}
	sign(t.Context(), "wrong", ErrSignIn, 1)
	checking = func() error { leave(); return nil }
	sign(ctx, "wrong", ErrSignIn, 2)
	sign(ctx, "wrong", context.Canceled, 2)
	checking = func() error { return secrets.ErrBusy }
	sign(t.Context(), "wrong", secrets.ErrBusy, 2)
	checking = func() error { // a failure during the check
		const broken = "CREATE TRIGGER broken BEFORE INSERT ON audit_logs BEGIN SELECT RAISE(ABORT, 'broken'); END"
		if _, err := d.writer.ExecContext(t.Context(), broken); err != nil {
			t.Error(err)
		}
		return nil
	}
	if _, err := d.SignIn(t.Context(), Actor{IP: "192.0.2.1"}, "a@b.example", "right"); err == nil {
		t.Error("signed in without a record of it")
	}
	if n := counted(t, d); n != 2 {
		t.Errorf("%d tries are counted after a failure, want 2", n)
	}
}

// TestWhoWaitsForOthersToBeCheckedIsTurnedAwayInTime, without counting.
func TestWhoWaitsForOthersToBeCheckedIsTurnedAwayInTime(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	b := browserBudget("somebody", "a browser")
	var ends []func()
	for range attemptsPerAccount {
		end, err := d.startCheck(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, end)
	}
	d.patience = time.Nanosecond
	if _, err := d.startCheck(t.Context(), b); !errors.Is(err, secrets.ErrBusy) {
		t.Errorf("the eleventh at once returns %v", err)
	}
	d.patience = secrets.Patience
	left, leave := context.WithCancel(t.Context())
	leave()
	if _, err := d.startCheck(left, b); !errors.Is(err, context.Canceled) {
		t.Errorf("after the client left: %v", err)
	}
	waiting := make(chan error)
	go func() {
		end, err := d.startCheck(t.Context(), b)
		if err == nil {
			end()
		}
		waiting <- err
	}()
	for _, end := range ends {
		end()
	}
	if err := <-waiting; err != nil {
		t.Errorf("after the others have finished it returns %v", err)
	}
	if len(d.checks.running) > 0 {
		t.Errorf("still being checked: %v", d.checks.running)
	}
}
