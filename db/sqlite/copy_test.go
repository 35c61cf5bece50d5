package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// copyOf copies a file in steps. It returns the copy and how many things last's snapshot has.
func copyOf(ctx context.Context, t *testing.T, path string, writer *Pool, between func(restarts int)) (to string, seen int, err error) {
	t.Helper()
	to = filepath.Join(t.TempDir(), "copy.db")
	f, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	last, err := open(t, path, Read, 1).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer last.Close()
	if err := Copy(ctx, writer, f, last, Steps{Pages: 10, Between: between}); err != nil {
		return to, 0, err
	}
	mustExec(t, writer, "INSERT INTO things (name) VALUES ('after its end')")
	return to, seen, last.QueryRowContext(t.Context(), "SELECT count(*) FROM things").Scan(&seen)
}

const aHundredPages = "INSERT INTO things (content) VALUES (zeroblob(400000))"

// TestACopyHoldsWhatWasCommittedBeforeItsEnd: a copy has what is committed between its steps. A
// rollback does not restart it, and last does not see later changes.
func TestACopyHoldsWhatWasCommittedBeforeItsEnd(t *testing.T) {
	t.Parallel()
	path, writer := newFile(t, aHundredPages)
	steps := 0
	to, seen, err := copyOf(t.Context(), t, path, writer, func(restarts int) {
		want(t, "restarts", restarts, 0)
		if steps++; steps > 5 {
			return
		}
		mustExec(t, writer, "INSERT INTO things (name) VALUES (?)", fmt.Sprint(steps))
		tx, err := writer.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if _, err := tx.Exec("DELETE FROM things"); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if steps < 5 {
		t.Errorf("only %d steps", steps)
	}
	copied := open(t, to, Immutable, 1)
	want(t, "things in the copy", one(t, copied, "SELECT count(*) FROM things"), "6")
	want(t, "things that last sees", seen, 6)
	found, err := copied.IntegrityCheck(t.Context(), 1)
	want(t, "what is wrong with it", fmt.Sprint(found, err), "<nil>")
	want(t, "its journal", one(t, open(t, to, Scratch, 1), "PRAGMA journal_mode"), "delete")
}

// TestACopyEndsThoughAnotherProcessWrites: another process's changes restart a copy, but not
// forever.
func TestACopyEndsThoughAnotherProcessWrites(t *testing.T) {
	t.Parallel()
	for name, writes := range map[string]int{"a few times": 3, "always": 1000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, writer := newFile(t, aHundredPages)
			other := open(t, path, Write, 1)
			n, last := 0, 0
			to, _, err := copyOf(t.Context(), t, path, writer, func(restarts int) {
				if n, last = n+1, restarts; n <= writes {
					mustExec(t, other, "UPDATE things SET name = ?", fmt.Sprint(n))
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if writes < mostRestarts && last < 1 || writes > mostRestarts && last != mostRestarts {
				t.Errorf("%d restarts", last)
			}
			want(t, "the last change", one(t, open(t, to, Immutable, 1), "SELECT name FROM things"), fmt.Sprint(min(n, writes)))
		})
	}
}

func TestACopyThatIsGivenUpEnds(t *testing.T) {
	t.Parallel()
	path, writer := newFile(t, aHundredPages)
	ctx, giveUp := context.WithCancel(t.Context())
	if _, _, err := copyOf(ctx, t, path, writer, func(int) { giveUp() }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	want(t, "copies that are made", writer.copying.Load(), 0)
}

// TestAnIdleFileIsCopiedWhole: but not while somebody reads it, because its -wal may not be empty.
func TestAnIdleFileIsCopiedWhole(t *testing.T) {
	t.Parallel()
	path, writer := newFile(t)
	mustExec(t, writer, "INSERT INTO things (name) VALUES ('a')")
	from, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { from.Close() }) // closed last, because closing it releases SQLite's locks
	folder := t.TempDir()
	into := func(name string) (string, error) {
		to, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		defer to.Close()
		return to.Name(), CopyIdle(t.Context(), writer, from, to)
	}
	to, err := into("idle.db")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "a thing of the copy", one(t, open(t, to, Immutable, 1), "SELECT name FROM things"), "a")

	reader, err := open(t, path, Read, 1).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := holdSnapshot(t.Context(), reader); err != nil {
		t.Fatal(err)
	}
	mustExec(t, writer, "PRAGMA busy_timeout = 0") // do not wait for the reader
	mustExec(t, writer, "INSERT INTO things (name) VALUES ('b')")
	if _, err := into("read.db"); err == nil {
		t.Error("it was copied though somebody reads it")
	}
}
