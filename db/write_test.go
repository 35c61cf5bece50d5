package db

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// These tests are in the package because they write what no exported method does.

// Empty is dbtest.Empty, which this package cannot import; an external test sets it.
var Empty func() ([]byte, error)

// openHere returns an empty registry.
func openHere(t *testing.T) *DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registry.db")
	content, err := Empty()
	if err == nil {
		err = os.WriteFile(path, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), path,
		Options{Now: func() time.Time { return time.Date(2026, 11, 24, 9, 30, 0, 123_456_789, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// TestACommitIsOnTheDisk, unless a test chooses otherwise.
func TestACommitIsOnTheDisk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "registry.db")
	for _, x := range []struct {
		options Options
		wanted  string // 2 means FULL
	}{{Options{Create: true}, "2"}, {Options{Unsynced: true}, "0"}} {
		d, err := Open(t.Context(), path, x.options)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		var got string
		if err := d.writer.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&got); err != nil || got != x.wanted {
			t.Errorf("synchronous is %s, want %s, %v", got, x.wanted, err)
		}
	}
}

func roles(t *testing.T, d *DB) (n int) {
	t.Helper()
	if err := d.reader.QuickQueryRow(t.Context(), "SELECT count(*) FROM roles").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func addRole(tx *tx) error {
	_, err := tx.Exec("INSERT INTO roles (id, slug, name) VALUES (?, 'Extra', 'Extra')", newID())
	return err
}

func TestAWriteThatRecordsNothingIsUndone(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	if err := d.write(t.Context(), System, Program, addRole); err == nil {
		t.Error("a change without history was made")
	}
	if n := roles(t, d); n != 3 {
		t.Error(n, "roles")
	}
}

func TestAWriteThatChangesNothingNeedsNoRecord(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	if err := d.write(t.Context(), System, Anybody, func(tx *tx) error {
		_, err := tx.Exec("DELETE FROM roles WHERE slug = 'Nobody'")
		return err
	}); err != nil {
		t.Error(err)
	}
}

func TestAFailedWriteIsUndoneWithItsRecord(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	broken := errors.New("broken")
	err := d.write(t.Context(), System, Anybody, func(tx *tx) error {
		return errors.Join(addRole(tx), tx.record("create_role", "role", "x", nil), broken)
	})
	if !errors.Is(err, broken) || roles(t, d) != 3 {
		t.Error(err, roles(t, d))
	}
}

func TestAPanicInAWriteUndoesItAndTheNextOneWorks(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		d.write(t.Context(), System, Anybody, func(tx *tx) error {
			if err := errors.Join(addRole(tx), tx.record("create_role", "role", "x", nil)); err != nil {
				t.Error(err)
			}
			panic("boom")
		})
	}()
	if n := roles(t, d); n != 3 {
		t.Error(n, "roles after the panic")
	}
	if err := d.write(t.Context(), System, Anybody, func(tx *tx) error {
		return errors.Join(addRole(tx), tx.record("create_role", "role", "x", nil))
	}); err != nil {
		t.Error(err)
	}
}

func TestAWriteInsideAWritePanicsInsteadOfWaiting(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	defer func() {
		if recover() == nil {
			t.Error("the inner write was allowed")
		}
	}()
	d.write(t.Context(), System, Program, func(outer *tx) error {
		return d.write(outer.ctx, System, Program, func(*tx) error { return nil })
	})
}

func TestAWriteHasOneTimeToTheMillisecond(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	if err := d.write(t.Context(), System, Anybody, func(tx *tx) error {
		if stamp(tx.now) != "2026-11-24T09:30:00.123Z" {
			t.Error(stamp(tx.now))
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	if _, err := d.reader.ExecContext(t.Context(), "DELETE FROM roles"); err == nil {
		t.Error("a reader deleted rows")
	}
}

func TestTheHistoryTakesOnlyActionsThatItsFiltersKnow(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	for _, x := range [][2]string{{"dance", "user"}, {"login", "user"}, {"create_org", ""}, {"", "system"}} {
		if err := d.write(t.Context(), System, Anybody, func(tx *tx) error { return tx.record(x[0], x[1], "", nil) }); err == nil {
			t.Errorf("it took %s of kind %s", x[0], x[1])
		}
	}
}
