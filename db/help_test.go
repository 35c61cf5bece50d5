package db_test

import (
	"encoding/base64"
	"errors"
	"runtime/debug"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"

	"golang.org/x/crypto/argon2"
)

func init() {
	db.Empty = dbtest.Empty
	debug.SetGCPercent(400) // tests allocate much and keep little; collecting garbage less often saves a fifth of their time
}

// wantInvalid fails unless err is an Invalid for just this column, and returns it.
func wantInvalid(t *testing.T, err error, column string) *db.Invalid {
	t.Helper()
	var refused *db.Invalid
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want a refused %s", err, column)
	}
	if refused.Fields[column] == "" {
		t.Fatalf("refused %v, want %s", refused.Fields, column)
	}
	return refused
}

// wantConflict fails unless err is a Conflict, and returns it.
func wantConflict(t *testing.T, err error) *db.Conflict {
	t.Helper()
	var c *db.Conflict
	if !errors.As(err, &c) {
		t.Fatalf("got %v, want a conflict", err)
	}
	return c
}

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// organizationPages reads a list page by page, and calls between after each.
func organizationPages(t *testing.T, o *dbtest.Office, by db.Actor, f db.Filter, between func()) []db.Organization {
	t.Helper()
	var all []db.Organization
	for {
		page, next, err := o.Organizations(t.Context(), by, f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page...)
		if next == "" {
			return all
		}
		if len(page) != db.PageSize {
			t.Fatalf("a page of %d with more behind it", len(page))
		}
		between()
		f.After = next
	}
}

// weakKey derives a key from a password with argon2id, 1 MiB, one pass and a salt of zeros.
func weakKey(password string) string {
	return base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte(password), make([]byte, 16), 1, 1024, 1, 32))
}

// is finds what has this value.
func is(value string) db.ValueFilter { return db.ValueFilter{Values: []string{value}} }

// equal finds what has these values, given after their columns.
func equal(columnsAndValues ...string) map[string]db.ValueFilter {
	all := map[string]db.ValueFilter{}
	for i := 0; i < len(columnsAndValues); i += 2 {
		all[columnsAndValues[i]] = is(columnsAndValues[i+1])
	}
	return all
}
