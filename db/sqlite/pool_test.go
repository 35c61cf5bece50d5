package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"testing"
)

func TestEveryConnectionHasItsSettings(t *testing.T) {
	t.Parallel()
	path, _ := newFile(t)
	for mode, queryOnly := range map[Mode]string{Write: "0", Read: "1"} {
		p := open(t, path, mode, 4)
		for range 4 { // at the same time, so that each uses another connection
			c, err := p.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			for name, wanted := range map[string]string{
				"synchronous": "2", "foreign_keys": "1", "journal_mode": "wal", "busy_timeout": "5000", "secure_delete": "1", "query_only": queryOnly,
			} {
				var got string
				if err := c.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil {
					t.Error(err)
				}
				want(t, string(mode)+": "+name, got, wanted)
			}
		}
	}
}

// TestWhatOnlyReadsChangesNothing: neither the database nor the files beside it.
func TestWhatOnlyReadsChangesNothing(t *testing.T) {
	t.Parallel()
	path, writer := newFile(t)
	mustExec(t, writer, "INSERT INTO things (name) VALUES ('a')")
	for _, mode := range []Mode{Read, Shared, Immutable} {
		if mode == Immutable {
			writer.End()
		}
		p := open(t, path, mode, 1)
		want(t, "what it reads", one(t, p, "SELECT name FROM things"), "a")
		if _, err := p.ExecContext(t.Context(), "DELETE FROM things"); !IsReadOnly(err) {
			t.Errorf("%s: a change answers %v", mode, err)
		}
		p.End()
	}
	for _, end := range Besides {
		want(t, "there is a "+end, Exists(path+end), false)
	}
}

// TestAQuickQueryRunsToItsEnd: it does not start after the end of its context, and does not stop
// with it; Query does.
func TestAQuickQueryRunsToItsEnd(t *testing.T) {
	t.Parallel()
	_, p := newFile(t, "INSERT INTO things (name) VALUES ('a'), ('b')")
	gone, leave := context.WithCancel(t.Context())
	leave()
	for name, begin := range map[string]func() error{
		"quick rows": func() error { _, err := p.QuickQuery(gone, "SELECT name FROM things"); return err },
		"a quick row": func() error {
			var s string
			return p.QuickQueryRow(gone, "SELECT name FROM things").Scan(&s)
		},
		"rows": func() error { _, err := p.Query(gone, "SELECT name FROM things"); return err },
		"a row": func() error {
			var s string
			return p.QueryRow(gone, "SELECT name FROM things").Scan(&s)
		},
	} {
		if err := begin(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, x := range []struct {
		name  string
		query func(context.Context, string, ...any) (Rows, error)
		ends  error
	}{{"quick", p.QuickQuery, nil}, {"usual", p.Query, context.Canceled}} {
		ctx, leave := context.WithCancel(t.Context())
		rows, err := x.query(ctx, "SELECT name FROM things")
		names, err := Collect(rows, err, func(r Row) (string, error) {
			leave()
			<-ctx.Done()
			if x.ends != nil { // database/sql closes the rows in its own goroutine
				for rows.Next() {
				}
				return "", rows.Err()
			}
			return ScanText(r)
		})
		if !errors.Is(err, x.ends) || x.ends == nil && len(names) != 2 {
			t.Errorf("%s: %v, %v", x.name, names, err)
		}
	}
}

func TestARowThatIsNotThereSaysSo(t *testing.T) {
	t.Parallel()
	_, p := newFile(t)
	var s string
	if err := p.QuickQueryRow(t.Context(), "SELECT name FROM things").Scan(&s); !errors.Is(err, sql.ErrNoRows) {
		t.Error(err)
	}
	if _, err := p.QuickQuery(t.Context(), "SELECT nothing FROM nowhere"); err == nil {
		t.Error("a query of nothing answered")
	}
}

// TestErrorsOfQueriesAreNoticed: at the start, among the rows, and in a single row.
func TestErrorsOfQueriesAreNoticed(t *testing.T) {
	t.Parallel()
	_, p := newFile(t, "INSERT INTO things (name) VALUES ('1'), ('x')")
	var noticed int
	p.Notice = func(error) { noticed++ }
	const failsAtX = "SELECT json(name) FROM things ORDER BY id"
	for n, ask := range []func() error{
		func() error { _, err := p.Query(t.Context(), "SELECT nothing FROM nowhere"); return err },
		func() error {
			rows, err := p.QuickQuery(t.Context(), failsAtX)
			_, err = Collect(rows, err, ScanText)
			return err
		},
		func() error {
			var s string
			return p.QuickQueryRow(t.Context(), "SELECT json(name) FROM things WHERE name = ?", "x").Scan(&s)
		},
	} {
		if err := ask(); err == nil {
			t.Error(n, "answered")
		}
		want(t, "noticed", noticed, n+1)
	}
}

// TestStatementsAreKept: in a reader from first use, in a transaction after KeepStatements.
func TestStatementsAreKept(t *testing.T) {
	t.Parallel()
	_, p := newFile(t)
	const query, change = "SELECT count(*) FROM things WHERE name = ?", "DELETE FROM things WHERE name = ?"
	for range 2 {
		var n int
		if err := p.QuickQueryRow(t.Context(), query, "a").Scan(&n); err != nil {
			t.Fatal(err)
		}
		tx, err := p.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(change, "a"); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		tx.KeepStatements()
		tx.Rollback() // does nothing after Commit
	}
	want(t, "the reader's is kept", p.keptStatement(query) != nil, true)
	want(t, "the transaction's is kept", p.keptStatement(change) != nil, true)
	want(t, "how many are kept", len(p.Forget()), 2)
	want(t, "how many are kept then", len(p.Forget()), 0)
}

func TestATransactionThatIsRolledBackChangesNothing(t *testing.T) {
	t.Parallel()
	_, p := newFile(t, "INSERT INTO things (name) VALUES ('a')")
	for _, copies := range []int32{0, 1} { // during a copy it rolls back in another way
		p.copying.Store(copies)
		tx, err := p.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n, err := tx.Exec("UPDATE things SET name = ?", "b")
		if n != 1 || tx.Changed != 1 || err != nil {
			t.Errorf("%d rows, %d in all, %v", n, tx.Changed, err)
		}
		var name string
		if err := tx.QueryRow("SELECT name FROM things").Scan(&name); name != "b" {
			t.Errorf("in the transaction it is %q, %v", name, err)
		}
		tx.Rollback()
		want(t, "the name", one(t, p, "SELECT name FROM things"), "a")
	}
}

// TestTheWALShrinksAgain after a change larger than it.
func TestTheWALShrinksAgain(t *testing.T) {
	t.Parallel()
	path, p := newFile(t)
	mustExec(t, p, "INSERT INTO things (content) VALUES (zeroblob(?))", 3*walLimit)
	if size := WALSize(path); size < 3*walLimit {
		t.Fatalf("it has %d bytes", size)
	}
	for range 3 {
		mustExec(t, p, "INSERT INTO things (content) VALUES (zeroblob(1))")
	}
	if size := WALSize(path); size > walLimit {
		t.Errorf("it still has %d bytes", size)
	}
}

// TestAPoolThatEndedHasLetGoOfItsFile: its last connection removes the -wal.
func TestAPoolThatEndedHasLetGoOfItsFile(t *testing.T) {
	t.Parallel()
	path, p := newFile(t)
	mustExec(t, p, "INSERT INTO things (name) VALUES ('a')")
	want(t, "there is a -wal", HasContent(path+"-wal"), true)
	p.End()
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// TestOnlyOthersCommitsChangeTheDataVersion, which caches rely on.
func TestOnlyOthersCommitsChangeTheDataVersion(t *testing.T) {
	t.Parallel()
	path, writer := newFile(t)
	watch := open(t, path, Read, 1)
	version := func() int64 {
		n, err := watch.DataVersion(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := version()
	want(t, "the version when nothing happened", version(), before)
	mustExec(t, writer, "INSERT INTO things (name) VALUES ('a')")
	if version() == before {
		t.Error("a commit did not change it")
	}
}
