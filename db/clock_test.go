package db_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestWhatWasMadeInTheFutureIsNone: what was stored while the clock was three years ahead does not
// count once the clock is right, and a restart does not change that.
func TestWhatWasMadeInTheFutureIsNone(t *testing.T) {
	t.Parallel()
	const ahead = 3 * 365 * 24 * time.Hour
	gone := func(t *testing.T, err error) {
		t.Helper()
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("it is %v", err)
		}
	}
	for what, c := range map[string]struct {
		then, now func(t *testing.T, o *dbtest.Office, made *string)
	}{
		"session": {
			func(t *testing.T, o *dbtest.Office, made *string) { *made = signIn(t, o, lea) },
			func(t *testing.T, o *dbtest.Office, made *string) {
				wantNoSession(t, o, *made)
				want(t, "listed", len(must(o.OpenSessions(t.Context(), o.Lea, ""))(t)), 0)
			},
		},
		"half sign-in": {
			func(t *testing.T, o *dbtest.Office, made *string) { *made = halves(t, o, o.Lea, 1)[0] },
			func(t *testing.T, o *dbtest.Office, made *string) {
				gone(t, o.HalfSignIn(t.Context(), *made))
				_, err := o.FinishSignIn(t.Context(), db.Actor{}, *made, "123456")
				gone(t, err)
			},
		},
		"invitation": {
			func(t *testing.T, o *dbtest.Office, made *string) {
				id, link, err := o.InviteUser(t.Context(), o.Ines, "sam@pinestreet.example", "Sam Okoye", []string{"Viewer"}, "")
				if err != nil {
					t.Fatal(err)
				}
				want(t, "works then", must(o.LinkOwner(t.Context(), "invitation", link))(t).ID, id)
				*made = link
			},
			func(t *testing.T, o *dbtest.Office, made *string) {
				_, err := o.AcceptInvitation(t.Context(), db.Actor{}, *made, "x", "UTC")
				gone(t, err)
				a := must(o.AccountByEmail(t.Context(), o.Ines, "sam@pinestreet.example"))(t)
				want(t, "shown as open", a.InvitedUntil.IsZero(), true)
			},
		},
		"password link": {
			func(t *testing.T, o *dbtest.Office, made *string) {
				*made = must(o.StartReset(t.Context(), o.Ines, o.Lea.UserID))(t)
			},
			func(t *testing.T, o *dbtest.Office, made *string) {
				_, err := o.LinkOwner(t.Context(), "reset", *made)
				gone(t, err)
				_, err = o.FinishReset(t.Context(), db.Actor{}, *made, "x")
				gone(t, err)
			},
		},
		"lock of an account": {
			func(t *testing.T, o *dbtest.Office, _ *string) {
				lockOut(t, o, lea)
				wantLocked(t, o, "then", lea, "", true)
			},
			func(t *testing.T, o *dbtest.Office, _ *string) {
				want(t, "state", must(o.Account(t.Context(), o.Ines, o.Lea.UserID))(t).State(o.Clock.Now()), "active")
				wantLocked(t, o, "now", lea, "", false)
			},
		},
		"lock of an address": {
			func(t *testing.T, o *dbtest.Office, _ *string) {
				o.Exec(t, "INSERT INTO sign_in_attempts VALUES ('192.0.2.1', 50, ?, ?)", stamp(o.Clock.Now()), stamp(o.Clock.Now().Add(15*time.Minute)))
				wantLocked(t, o, "then", lea, "", true)
			},
			func(t *testing.T, o *dbtest.Office, _ *string) {
				want(t, "shown", len(must(o.LockedAddresses(t.Context(), o.Ines))(t)), 0)
				wantLocked(t, o, "now", lea, "", false)
			},
		},
		"wrong passwords": {
			func(t *testing.T, o *dbtest.Office, _ *string) { guess(t, o, lea, "", 1) },
			func(t *testing.T, o *dbtest.Office, _ *string) {
				o.Exec(t, "UPDATE sign_in_attempts SET count = 9")
				want(t, "checked", guess(t, o, lea, "", 2), 2)
			},
		},
		"known browser": {
			func(t *testing.T, o *dbtest.Office, made *string) { *made = remembered(t, o, lea, "") },
			func(t *testing.T, o *dbtest.Office, made *string) {
				lockOut(t, o, lea)
				wantLocked(t, o, "now", lea, *made, true)
			},
		},
		"key to scan": {
			func(t *testing.T, o *dbtest.Office, made *string) {
				*made = must(o.StartSecondFactor(t.Context(), o.Lea))(t)
			},
			func(t *testing.T, o *dbtest.Office, made *string) {
				want(t, "is shown again", must(o.StartSecondFactor(t.Context(), o.Lea))(t) == *made, false)
			},
		},
		"code": {
			func(t *testing.T, o *dbtest.Office, made *string) { *made, _ = o.Enrol(t, o.Lea) },
			func(t *testing.T, o *dbtest.Office, made *string) {
				right := dbtest.Code(t, *made, o.Clock.Now())
				must(o.FinishSignIn(t.Context(), db.Actor{}, halves(t, o, o.Lea, 1)[0], right))(t)
				if _, err := o.FinishSignIn(t.Context(), db.Actor{}, halves(t, o, o.Lea, 1)[0], right); !errors.Is(err, db.ErrCode) {
					t.Errorf("the same code again: %v", err)
				}
			},
		},
		"refusals": {
			func(t *testing.T, o *dbtest.Office, _ *string) {
				for n := range 12 {
					if err := o.RecordRefusal(t.Context(), o.Lea, "GET", fmt.Sprint("/then/", n), ""); err != nil {
						t.Fatal(err)
					}
				}
			},
			func(t *testing.T, o *dbtest.Office, _ *string) {
				if err := o.RecordRefusal(t.Context(), o.Lea, "GET", "/now", ""); err != nil {
					t.Fatal(err)
				}
				want(t, "recorded now", len(o.Column(t, "SELECT seq FROM audit_logs WHERE metadata LIKE '%/now%'")), 1)
			},
		},
		"reading of the audit log": {
			func(t *testing.T, o *dbtest.Office, _ *string) {
				mustFirst(o.AuditLog(t.Context(), o.Ines, db.AuditFilter{}))(t)
			},
			func(t *testing.T, o *dbtest.Office, _ *string) {
				mustFirst(o.AuditLog(t.Context(), o.Ines, db.AuditFilter{}))(t)
				want(t, "recorded", len(o.Column(t, "SELECT seq FROM audit_logs WHERE action = 'view_audit'")), 2)
			},
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o := dbtest.OpenOffice(t)
			var made string
			o.Clock.Add(ahead)
			c.then(t, o, &made)
			o.Clock.Add(-ahead)
			c.now(t, o, &made)
		})
	}
}

// TestAClockThatIsSteppedALittleEndsNothing: servers adjust their clocks while running.
func TestAClockThatIsSteppedALittleEndsNothing(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	session, cookie := signIn(t, o, lea), remembered(t, o, lea, "")
	half := halves(t, o, o.Lea, 1)[0]
	link := must(o.StartReset(t.Context(), o.Ines, o.Lea.UserID))(t)
	lockOut(t, o, tomas)
	lockOut(t, o, lea)
	o.Clock.Add(-30 * time.Second)
	must(o.Tidy(t.Context()))(t)
	must(o.Session(t.Context(), session))(t)
	must(o.LinkOwner(t.Context(), "reset", link))(t)
	if err := o.HalfSignIn(t.Context(), half); err != nil {
		t.Error("the half sign-in:", err)
	}
	wantLocked(t, o, "the lock", tomas, "", true)
	wantLocked(t, o, "the known browser", lea, cookie, false)
}

// TestTidyingTakesWhatLiesInTheFuture, so that it does not become valid on that day.
func TestTidyingTakesWhatLiesInTheFuture(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	token(t, o, o.Lea.UserID)
	o.Clock.Add(1000 * 24 * time.Hour)
	remembered(t, o, lea, "")
	halves(t, o, o.Lea, 1)
	must(o.StartReset(t.Context(), o.Ines, o.Lea.UserID))(t)
	lockOut(t, o, tomas)
	v := must(o.CreateSavedView(t.Context(), o.Lea, db.SavedView{List: "contacts", Name: "Mine", Query: "q=a"}, ""))(t)
	must(o.DeleteSavedView(t.Context(), o.Lea, v.ID))(t)
	now := o.Clock.Now()
	o.Exec(t, "INSERT INTO requests (user_id, made, request_id, target_id, created_at) VALUES (?, 'contact', ?, 'x', ?)",
		o.Lea.UserID, o.Lea.UserID, stamp(now))
	o.Exec(t, "INSERT INTO idempotency_keys (token_id, key, content_sha256, created_at) SELECT id, 'k', hash, ? FROM tokens", stamp(now))
	must(0, o.StoreSelection(t.Context(), o.Ines, db.Selection{ID: o.Lea.UserID, Kind: "contact"}))(t)
	o.Clock.Add(-1000 * 24 * time.Hour)
	newest := must(o.NewestEntry(t.Context()))(t)
	want(t, "newest entry", newest.Equal(now), true)
	history := len(o.Column(t, "SELECT seq FROM audit_logs"))
	must(o.Tidy(t.Context()))(t)
	for _, table := range []string{
		"sessions", "half_sign_ins", "user_links", "sign_in_attempts", "devices", "saved_views", "requests", "idempotency_keys", "selections",
	} {
		want(t, table, o.Column(t, "SELECT count(*) FROM "+table)[0], "0")
	}
	want(t, "history", len(o.Column(t, "SELECT seq FROM audit_logs")), history)
	must(o.Verify(t.Context()))(t)
}
