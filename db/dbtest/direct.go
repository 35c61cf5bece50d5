package dbtest

import (
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// SQL opens the file as another program would, with foreign keys on.
func (o *Office) SQL(t testing.TB) *sql.DB { t.Helper(); return SQL(t, o.Path) }

// SQL opens a file as another program would, with foreign keys on.
func SQL(t testing.TB, path string) *sql.DB {
	t.Helper()
	plain, err := openDirect(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { plain.Close() })
	return plain
}

func openDirect(path string) (*sql.DB, error) {
	return sql.Open("sqlite3", "file:"+path+"?_foreign_keys=1&_busy_timeout=600000&_synchronous=OFF")
}

// plain is SQL, opened only once, because reading the schema takes long. It opens the file again if
// another file has taken its place.
func (o *Office) plain(t testing.TB) *sql.DB {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	file, err := os.Stat(o.Path)
	if err != nil {
		t.Fatal(err)
	}
	if o.direct != nil && os.SameFile(file, o.opened) {
		return o.direct
	}
	if o.direct != nil {
		o.direct.Close()
	}
	if o.direct, err = openDirect(o.Path); err != nil {
		t.Fatal(err)
	}
	o.opened = file
	return o.direct
}

// Exec changes the file as another program would.
func (o *Office) Exec(t testing.TB, query string, args ...any) {
	t.Helper()
	if _, err := o.plain(t).Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// Column returns the first column of a query, with NULL as "".
func (o *Office) Column(t testing.TB, query string, args ...any) []string {
	t.Helper()
	return mustColumn(t, o.plain(t), query, args...)
}

// Column returns the first column of a query on a file, with NULL as "".
func Column(t testing.TB, path, query string, args ...any) []string {
	t.Helper()
	plain := SQL(t, path)
	defer plain.Close()
	return mustColumn(t, plain, query, args...)
}

func mustColumn(t testing.TB, plain *sql.DB, query string, args ...any) []string {
	t.Helper()
	all, err := column(plain, query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return all
}

func column(plain *sql.DB, query string, args ...any) ([]string, error) {
	rows, err := plain.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s sql.NullString
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s.String)
	}
	return all, rows.Err()
}

// Dump returns all rows of all tables as text, including the search indexes. It leaves out only
// attempts to sign in, which always count, and tables without content of their own.
func Dump(t testing.TB, path string) string {
	t.Helper()
	plain := SQL(t, path)
	defer plain.Close()
	return dump(t, plain)
}

func dump(t testing.TB, plain *sql.DB) string {
	t.Helper()
	var all strings.Builder
	for _, table := range mustColumn(t, plain, "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sign_in_attempts' AND "+
		"name NOT GLOB '*_search_parts' ORDER BY name") {
		rows, err := plain.Query("SELECT * FROM " + table)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			line := table
			for _, v := range values {
				line += fmt.Sprintf(" | %v", *v.(*any))
			}
			lines = append(lines, line)
		}
		rows.Close()
		slices.Sort(lines)
		all.WriteString(strings.Join(lines, "\n") + "\n")
	}
	return all.String()
}

func (o *Office) closeDirect() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.direct != nil {
		o.direct.Close()
		o.direct = nil
	}
}
