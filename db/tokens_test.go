package db_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// token returns a new token of a user with these permissions, and its secret.
func token(t *testing.T, o *dbtest.Office, userID string, may ...db.Permission) (db.Token, string) {
	t.Helper()
	k, secret, err := o.CreateTokenFor(t.Context(), db.System, userID, db.NewToken{Name: "Nightly", Permissions: may})
	if err != nil {
		t.Fatal(err)
	}
	return k, secret
}

// wantToken checks whether a secret signs in.
func wantToken(t *testing.T, o *dbtest.Office, secret string, works bool) db.Token {
	t.Helper()
	k, err := o.TokenBySecret(t.Context(), secret)
	if works && err != nil || !works && !errors.Is(err, db.ErrNotFound) {
		t.Fatalf("the token answers %v, want it to work: %t", err, works)
	}
	return k
}

// TestATokenIsShownOnceAndStoredAsAHash: its owner makes it with their password; the file has the
// SHA-256 and the first 8 characters, and the history neither.
func TestATokenIsShownOnceAndStoredAsAHash(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	n := db.NewToken{Name: "Invoices", Permissions: []db.Permission{db.EditClient, db.ViewClient}}
	_, _, err := o.CreateToken(t.Context(), o.Tomas, n, "wrong")
	wantInvalid(t, err, "current_password")
	k, secret, err := o.CreateToken(t.Context(), o.Tomas, n, dbtest.Password)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "start", k.Start, secret[:8])
	want(t, "ends", k.ExpiresAt, o.Clock.Now().AddDate(0, 0, 90))
	want(t, "permissions", fmt.Sprint(k.Permissions), "[ViewClient EditClient]")
	for _, table := range []string{"tokens", "audit_logs"} {
		for _, column := range o.Column(t, "SELECT name FROM pragma_table_info('"+table+"')") {
			for _, value := range o.Column(t, "SELECT ifnull("+column+", '') FROM "+table) {
				if strings.Contains(value, secret[8:]) {
					t.Errorf("%s.%s has the token: %s", table, column, value)
				}
			}
		}
	}
	want(t, "history", o.Column(t, "SELECT action || json_extract(metadata, '$.name', '$.start') FROM audit_logs ORDER BY seq DESC LIMIT 1")[0],
		fmt.Sprintf(`create_token["Invoices","%s"]`, k.Start))
	used := wantToken(t, o, secret, true)
	want(t, "owner", used.Owner.ID, o.Tomas.UserID)
	wantToken(t, o, dbtest.Damaged(secret), false)
	wantToken(t, o, "", false)
}

// TestWhatATokenMayNotBe: permissions that its owner lacks, days that are past or too far away, and
// names that are no names.
func TestWhatATokenMayNotBe(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	good := db.NewToken{Name: "Invoices", Permissions: []db.Permission{db.ViewClient}}
	for _, x := range []struct {
		field  string
		change func(*db.NewToken)
	}{
		{"name", func(n *db.NewToken) { n.Name = " " }},
		{"name", func(n *db.NewToken) { n.Name = strings.Repeat("x", 81) }},
		{"permission", func(n *db.NewToken) { n.Permissions = nil }},
		{"permission", func(n *db.NewToken) { n.Permissions = []db.Permission{db.ViewClient, "Everything"} }},
		{"permission", func(n *db.NewToken) { n.Permissions = []db.Permission{db.ManageUsers} }},
		{"expires_on", func(n *db.NewToken) { n.ExpiresOn = "tomorrow" }},
		{"expires_on", func(n *db.NewToken) { n.ExpiresOn = "2026-11-23" }},
		{"expires_on", func(n *db.NewToken) { n.ExpiresOn = "2028-11-25" }},
		{"expires_on", func(n *db.NewToken) { n.ExpiresOn, n.Never = "2027-11-25", true }},
	} {
		n := good
		x.change(&n)
		_, _, err := o.CreateToken(t.Context(), o.Lea, n, dbtest.Password)
		wantInvalid(t, err, x.field)
	}
	want(t, "tokens", o.Column(t, "SELECT count(*) FROM tokens")[0], "0")
	for day, end := range map[string]string{
		"": "2027-02-22T09:30:00.000Z", "2026-11-24": "2026-11-25T00:00:00.000Z", "2028-11-24": "2028-11-25T00:00:00.000Z",
	} {
		n := good
		n.ExpiresOn = day
		k, _, err := o.CreateToken(t.Context(), db.Actor{UserID: o.Lea.UserID, May: o.Lea.May, Zone: time.UTC}, n, dbtest.Password)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "end of "+day, stamp(k.ExpiresAt), end)
	}
}

// TestATokenNeverDoesMoreThanItsOwnerMay: what the owner loses does not count from the next request on,
// and neither does what they gain.
func TestATokenNeverDoesMoreThanItsOwnerMay(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	_, secret := token(t, o, o.Tomas.UserID, db.ViewClient, db.EditClient)
	want(t, "at first", fmt.Sprint(wantToken(t, o, secret, true).Actor().May), "[ViewClient EditClient]")
	roles := func(slugs ...string) {
		t.Helper()
		if err := o.SetRoles(t.Context(), o.Ines, o.Tomas.UserID, slugs, ""); err != nil {
			t.Fatal(err)
		}
	}
	roles("Viewer")
	k := wantToken(t, o, secret, true)
	want(t, "as a viewer", fmt.Sprint(k.Actor().May, k.Lost(), k.State(o.Clock.Now())), "[ViewClient] [EditClient]partial")
	roles("Administrator")
	want(t, "as an administrator", fmt.Sprint(wantToken(t, o, secret, true).Actor().May), "[ViewClient EditClient]")
	o.Exec(t, "UPDATE roles SET client_scope = 'own' WHERE slug = 'Manager'")
	roles("Manager")
	by := wantToken(t, o, secret, true).Actor()
	want(t, "own clients", by.OwnOnly && by.Token == "Nightly" && by.UserID == o.Tomas.UserID, true)
}

// TestWhatEndsAToken: its day, its owner, an administrator, the end of the account and a reset.
func TestWhatEndsAToken(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	revoked := func() string {
		return o.Column(t, "SELECT count(*) FROM audit_logs WHERE action = 'revoke_token' AND target_type = 'token'")[0]
	}
	own, first := token(t, o, o.Tomas.UserID)
	if err := o.RevokeToken(t.Context(), o.Lea, own.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("another person's token: %v", err)
	}
	if err := o.RevokeTokenOf(t.Context(), o.Ines, o.Lea.UserID, own.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("under another user: %v", err)
	}
	wantToken(t, o, first, true)
	for range 2 { // the second time changes nothing
		if err := o.RevokeToken(t.Context(), o.Tomas, own.ID); err != nil {
			t.Fatal(err)
		}
	}
	wantToken(t, o, first, false)
	want(t, "revocations", revoked(), "1")

	theirs, second := token(t, o, o.Tomas.UserID)
	wantToken(t, o, second, true)
	if err := o.RevokeTokenOf(t.Context(), o.Ines, o.Tomas.UserID, theirs.ID); err != nil {
		t.Fatal(err)
	}
	wantToken(t, o, second, false)

	ends := map[string]func() error{
		"disabling": func() error { return o.DisableUser(t.Context(), o.Ines, o.Tomas.UserID) },
		"a reset":   func() error { return o.SetPassword(t.Context(), o.Ines, o.Tomas.UserID, "x") },
		"a reset by link": func() error {
			link, err := o.StartReset(t.Context(), o.Ines, o.Tomas.UserID)
			if err == nil {
				_, err = o.FinishReset(t.Context(), db.Actor{}, link, "x")
			}
			return err
		},
	}
	for name, end := range ends {
		if err := o.EnableUser(t.Context(), o.Ines, o.Tomas.UserID); err != nil {
			t.Fatal(err)
		}
		_, a := token(t, o, o.Tomas.UserID)
		_, b := token(t, o, o.Tomas.UserID, db.ViewClient)
		_, other := token(t, o, o.Lea.UserID)
		wantToken(t, o, a, true)
		before := revoked()
		if err := end(); err != nil {
			t.Fatal(name, err)
		}
		wantToken(t, o, a, false)
		wantToken(t, o, b, false)
		wantToken(t, o, other, true)
		if revoked() == before {
			t.Errorf("%s is not in the history", name)
		}
		if err := o.EnableUser(t.Context(), o.Ines, o.Tomas.UserID); err != nil {
			t.Fatal(err)
		}
		wantToken(t, o, a, false) // enabling does not bring it back
	}

	_, late := token(t, o, o.Tomas.UserID)
	o.Clock.Add(90*24*time.Hour - time.Second)
	wantToken(t, o, late, true)
	o.Clock.Add(time.Second)
	wantToken(t, o, late, false)
}

// TestARestoredCopyHasNoTokens: one may have been revoked since.
func TestARestoredCopyHasNoTokens(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	_, secret := token(t, o, o.Tomas.UserID)
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := o.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	restored := filepath.Join(t.TempDir(), "restored.db")
	if _, err := db.Restore(t.Context(), copied, restored, o.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), restored, db.Options{Now: o.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.TokenBySecret(t.Context(), secret); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the token answers %v", err)
	}
}

// TestUsesOfATokenAtOnceAreNotedOnceAMinute: however many requests come.
func TestUsesOfATokenAtOnceAreNotedOnceAMinute(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	_, secret := token(t, o, o.Tomas.UserID)
	used := func() string { return o.Column(t, "SELECT ifnull(last_used_at, '') FROM tokens")[0] }
	want(t, "before", used(), "")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { wantToken(t, o, secret, true) })
	}
	all.Wait()
	first := stamp(o.Clock.Now())
	want(t, "first use", used(), first)
	o.Clock.Add(time.Minute)
	wantToken(t, o, secret, true)
	want(t, "a minute later", used(), first)
	o.Clock.Add(time.Second)
	wantToken(t, o, secret, true)
	want(t, "more than a minute later", used(), stamp(o.Clock.Now()))
}

// TestOldTokensAreTidied: 90 days after their end, and no others.
func TestOldTokensAreTidied(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	revoked, _ := token(t, o, o.Lea.UserID)
	if err := o.RevokeToken(t.Context(), o.Lea, revoked.ID); err != nil {
		t.Fatal(err)
	}
	expiring, _ := token(t, o, o.Lea.UserID)
	lasting, _, err := o.CreateTokenFor(t.Context(), db.System, o.Lea.UserID, db.NewToken{Name: "Phone", Never: true})
	if err != nil {
		t.Fatal(err)
	}
	left := func(days int, ids ...string) {
		t.Helper()
		o.Clock.Add(time.Duration(days) * 24 * time.Hour)
		for must(o.Tidy(t.Context()))(t) {
		}
		slices.Sort(ids)
		want(t, fmt.Sprint(days, " days later"), fmt.Sprint(o.Column(t, "SELECT id FROM tokens ORDER BY id")), fmt.Sprint(ids))
	}
	left(90, revoked.ID, expiring.ID, lasting.ID)
	left(1, expiring.ID, lasting.ID)
	left(90, lasting.ID)
	left(4000, lasting.ID)
}
