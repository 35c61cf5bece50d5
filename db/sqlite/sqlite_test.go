package sqlite

import (
	"path/filepath"
	"testing"
)

// newFile creates a file with one table, and returns its path and a pool that writes to it.
func newFile(t *testing.T, statements ...string) (path string, writer *Pool) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "it's a 100% new #1.db")
	p := Open(path, Create, 1)
	for _, s := range append([]string{"CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT UNIQUE, state TEXT, content BLOB) STRICT"},
		statements...) {
		mustExec(t, p, s)
	}
	if err := p.UseWAL(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.End()
	return path, open(t, path, Write, 1)
}

// open is Open, until the test ends.
func open(t *testing.T, path string, m Mode, n int) *Pool {
	t.Helper()
	p := Open(path, m, n)
	t.Cleanup(p.End)
	return p
}

func mustExec(t *testing.T, p *Pool, statement string, args ...any) {
	t.Helper()
	if _, err := p.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// one returns the single value of a query.
func one(t *testing.T, p *Pool, query string) (value string) {
	t.Helper()
	if err := p.QueryRow(t.Context(), query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

func want[T comparable](t *testing.T, what string, got, wanted T) {
	t.Helper()
	if got != wanted {
		t.Errorf("%s: %v, want %v", what, got, wanted)
	}
}
