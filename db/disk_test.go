package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

func TestAFullOrAReadOnlyDiskStopsChangesAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, disk := range map[string]struct {
		set func(context.Context, *db.DB, bool) error
		is  func(error) bool
	}{"full": {db.FillUp, db.IsFull}, "read-only": {db.Forbid, db.IsReadOnly}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := dbtest.OpenOffice(t)
			o.Acme(t)
			var tokens []string
			for range 2 {
				tokens = append(tokens, must(o.SignIn(t.Context(), o.Ines, "ines@pinestreet.example", dbtest.Password))(t))
			}
			if err := disk.set(t.Context(), o.DB, true); err != nil {
				t.Fatal(err)
			}
			var err error
			for n := 0; err == nil && n < 1000; n++ {
				_, err = o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": fmt.Sprint("Pine ", n)}, "")
			}
			if !disk.is(err) {
				t.Fatalf("a change returns %v", err)
			}
			o.Unchanged(t, func() {
				if _, err := o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": "One more"}, ""); !disk.is(err) {
					t.Errorf("a change returns %v", err)
				}
			})
			wantReadable(t, o, tokens)
			_ = o.SignOut(t.Context(), o.Ines, tokens[0])
			if _, err := o.Session(t.Context(), tokens[0]); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("after signing out the session returns %v", err)
			}
			if _, err := o.Session(t.Context(), tokens[1]); err != nil {
				t.Errorf("another session returns %v", err)
			}

			if err := disk.set(t.Context(), o.DB, false); err != nil {
				t.Fatal(err)
			}
			o.NewOrganization(t, "With room again")
			want(t, "sessions", len(o.Column(t, "SELECT id FROM sessions")), 1)
			want(t, "sign-outs in the history", len(o.Column(t, "SELECT 1 FROM audit_logs WHERE action = 'logout'")), 1)
			must(o.SignIn(t.Context(), o.Ines, "ines@pinestreet.example", dbtest.Password))(t)
		})
	}
}

// TestATryOnAFullDiskIsStoredLater: wholly or not at all.
func TestATryOnAFullDiskIsStoredLater(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	h, _ := hook(t, o)
	o.Acme(t)
	fill(t, o, h.ID)
	out, _, err := o.DueDeliveries(t.Context(), h.ID, 1)
	if err != nil || len(out) != 1 {
		t.Fatal(out, err)
	}
	try := []db.Tried{{DeliveryID: out[0].ID, Try: db.Try{At: o.Clock.Now(), Status: 200, Answer: strings.Repeat("x", 1024)}}}
	if err := db.FillUp(t.Context(), o.DB, true); err != nil {
		t.Fatal(err)
	}
	for err = nil; err == nil; {
		_, err = o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": "Pine"}, "")
	}
	const state = "SELECT state || tries || (SELECT count(*) FROM delivery_tries) FROM deliveries"
	for err = nil; err == nil; { // as long as a page has room
		before := o.Column(t, state)
		if err = o.RecordTries(t.Context(), try); err != nil {
			want(t, "after a refusal", strings.Join(o.Column(t, state), " "), strings.Join(before, " "))
		}
	}
	if !db.IsFull(err) {
		t.Fatalf("storing a try returns %v", err)
	}
	tries := len(o.Column(t, "SELECT 1 FROM delivery_tries"))
	if err := db.FillUp(t.Context(), o.DB, false); err != nil {
		t.Fatal(err)
	}
	if err := o.RecordTries(t.Context(), try); err != nil {
		t.Fatal(err)
	}
	want(t, "tries", len(o.Column(t, "SELECT 1 FROM delivery_tries")), tries+1)
	want(t, "state", o.Column(t, "SELECT state FROM deliveries")[0], "delivered")
}

// wantReadable checks that reading works, even where it usually records that somebody read.
func wantReadable(t *testing.T, o *dbtest.Office, tokens []string) {
	t.Helper()
	for range 3 { // a session stays alive when used, although that cannot be stored
		o.Clock.Add(6 * time.Hour)
		for _, token := range tokens {
			if _, err := o.Session(t.Context(), token); err != nil {
				t.Errorf("the session returns %v", err)
			}
		}
	}
	if _, _, err := o.AuditLog(t.Context(), o.Ines, db.AuditFilter{Action: db.OneOf("login")}); err != nil {
		t.Errorf("the audit log returns %v", err)
	}
	if err := o.ExportAudit(t.Context(), o.Ines, db.AuditFilter{}, func([]db.AuditEntry) error { return nil }); err != nil {
		t.Errorf("exporting the audit log returns %v", err)
	}
	if _, err := o.VerifyHistory(t.Context(), false); err != nil {
		t.Errorf("verifying returns %v", err)
	}
	want(t, "damage", o.Health().Damage, "")
}

// If a wrong password cannot be counted, right and wrong ones get the same answer.
func TestADiskThatTakesNoWritesBuysNoGuesses(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	if err := db.Forbid(t.Context(), o.DB, true); err != nil {
		t.Fatal(err)
	}
	for _, password := range []string{dbtest.Password, "pine needles in the river"} {
		if _, err := o.SignIn(t.Context(), o.Ines, "ines@pinestreet.example", password); !db.IsReadOnly(err) || errors.Is(err, db.ErrSignIn) {
			t.Errorf("%s: %v", password, err)
		}
	}
}
