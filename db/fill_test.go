package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"clientregistry/db/sqlite"
)

// filling returns some organizations with their audit rows.
func filling(n int) Filling {
	at := time.Date(2025, 11, 24, 9, 30, 0, 0, time.UTC)
	each := func(put func(*Rows, Organization)) func(func(*Rows) bool) {
		return func(yield func(*Rows) bool) {
			for i := range n {
				id := fmt.Sprintf("01937c1e-5b8a-7000-8000-%012d", i)
				x := Organization{Kind: OrganizationKind, ID: id, IsActive: true, Version: 1, CreatedAt: at, UpdatedAt: at}
				x.Set("display_name", fmt.Sprint("Kestrel ", i))
				x.Set("legal_name", "Kestrel")
				rows := &Rows{Count: 1}
				if put(rows, x); !yield(rows) {
					return
				}
			}
		}
	}
	return Filling{
		Large: true, Action: "import_demo",
		Records: each(func(r *Rows, x Organization) { r.Record(x); r.Words(x) }),
		History: each(func(r *Rows, x Organization) {
			r.Audit(Event{Action: "create_org", TargetType: "organization", TargetID: x.ID, At: at, ID: newID()})
		}),
	}
}

// TestALargeFillingLeavesAllAsItWas fills one registry and stops midway in another. What is written
// afterwards must be indexed, checked and synced again.
func TestALargeFillingLeavesAllAsItWas(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	settings := func(d *DB) (all [7]string) {
		for i, name := range strings.Fields("journal_mode synchronous secure_delete foreign_keys ignore_check_constraints cache_size threads") {
			if err := d.writer.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&all[i]); err != nil {
				t.Fatal(name, err)
			}
		}
		return all
	}
	schema := func() string {
		rows, err := d.reader.QuickQuery(t.Context(), "SELECT type || name || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY 1")
		all, err := sqlite.Collect(rows, err, sqlite.ScanText)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(all, "\n")
	}
	before, made := settings(d), schema()
	f, done := filling(30), 0
	f.Progress = func(count int) { done += count }
	if err := d.Fill(t.Context(), System, Program, f); err != nil {
		t.Fatal(err)
	}
	if after := settings(d); after != before {
		t.Errorf("the settings are %v, were %v", after, before)
	}
	if schema() != made {
		t.Error("the schema has changed")
	}
	if v, err := d.VerifyHistory(t.Context(), true); err != nil || done != 60 {
		t.Error(v, err, done)
	}
	if page, _, err := d.Organizations(t.Context(), System, Filter{Query: "kestrel 29"}); err != nil || len(page) != 1 {
		t.Error(page, err)
	}
	if found, err := d.FindOrganizations(t.Context(), System, "estrel 29", 3); err != nil || len(found) != 1 {
		t.Error("by a part of a word:", found, err)
	}

	stopped := openHere(t)
	ctx, stop := context.WithCancel(t.Context())
	f = filling(30)
	f.Progress = func(int) { stop() }
	if err := stopped.Fill(ctx, System, Program, f); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if after := settings(stopped); after != before {
		t.Errorf("the settings are %v, were %v", after, before)
	}
}

func TestAFillingIsRefused(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	small := filling(1)
	small.Large = false
	wordless := small
	wordless.Records = func(yield func(*Rows) bool) {
		for r := range small.Records {
			r.of[bulkOrganizationWords] = nil
			yield(r)
		}
	}
	for _, by := range []Actor{{}, {UserID: newID(), May: Permissions}} {
		if err := d.Fill(t.Context(), by, Program, small); !errors.Is(err, ErrForbidden) {
			t.Error("by an actor other than the program:", err)
		}
	}
	if err := d.Fill(t.Context(), System, Program, wordless); err == nil {
		t.Error("it was filled with records without words")
	}
	if n := organizationsOf(t, d); n != 0 {
		t.Error(n, "organizations are left of what was refused")
	}
	if err := d.Fill(t.Context(), System, Program, small); err != nil {
		t.Fatal(err)
	}
	var refused *Invalid
	if err := d.Fill(t.Context(), System, Program, small); !errors.As(err, &refused) || refused.Fields["database"] == "" {
		t.Error("with clients in it:", err)
	}
}

func organizationsOf(t *testing.T, d *DB) (n int) {
	t.Helper()
	if err := d.reader.QuickQueryRow(t.Context(), "SELECT count(*) FROM organizations").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
