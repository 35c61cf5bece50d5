package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"clientregistry/db"
	"clientregistry/db/secrets"
)

// Password is the password of all three users.
const Password = "pine needles in the harbor"

// Office is a registry with three users, one for each seeded role.
type Office struct {
	*db.DB
	Path  string
	Clock *Clock
	Ines  db.Actor // Administrator
	Tomas db.Actor // Manager
	Lea   db.Actor // Viewer
}

var people = []struct{ email, name, role string }{
	{"ines@pinestreet.example", "Ines Calder", "Administrator"},
	{"tomas@pinestreet.example", "Tomás Brandt", "Manager"},
	{"lea@pinestreet.example", "Léa Fournier", "Viewer"},
}

// staffed returns the content of a registry with the three users.
var staffed = sync.OnceValues(func() (content []byte, err error) {
	dir, err := os.MkdirTemp("", "clientregistry")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "office.db")
	ctx := context.Background()
	d, err := db.Open(ctx, path, db.Options{Create: true, Now: (&Clock{at: Now}).Now})
	if err != nil {
		return nil, err
	}
	hash, err := secrets.HashPassword(ctx, Password)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		if _, err := d.CreateUser(ctx, db.System, db.NewUser{Email: p.email, FullName: p.name, Role: p.role, Hash: hash}); err != nil {
			return nil, err
		}
	}
	if err := d.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// OpenOffice returns a registry with just Ines, Tomás and Léa. It is closed when the test ends.
func OpenOffice(t testing.TB) *Office {
	t.Helper()
	content, err := staffed()
	if err != nil {
		t.Fatal(err)
	}
	d, path, clock := open(t, content)
	o := &Office{DB: d, Path: path, Clock: clock}
	for i, who := range []*db.Actor{&o.Ines, &o.Tomas, &o.Lea} {
		*who = o.actor(t, people[i].email)
	}
	return o
}

func (o *Office) actor(t testing.TB, email string) db.Actor {
	t.Helper()
	a := db.Actor{IP: "192.0.2.7", UA: "Browser"}
	if err := o.SQL(t).QueryRow("SELECT id FROM users WHERE email = ?", email).Scan(&a.UserID); err != nil {
		t.Fatal(err)
	}
	for _, slug := range o.Column(t, "SELECT slug FROM user_role JOIN role_permission USING (role_id) JOIN permissions"+
		" ON permissions.id = permission_id WHERE user_id = ?", a.UserID) {
		a.May = append(a.May, db.Permission(slug))
	}
	return a
}

// NewOrganization creates an organization as Tomás.
func (o *Office) NewOrganization(t testing.TB, name string) db.Organization {
	t.Helper()
	made, err := o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": name}, "")
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// Acme creates the organization Acme as Tomás.
func (o *Office) Acme(t testing.TB) db.Organization {
	t.Helper()
	return o.NewOrganization(t, "Acme")
}

// NewContact creates a contact as Tomás. email may be "".
func (o *Office) NewContact(t testing.TB, first, last, email string) db.Contact {
	t.Helper()
	made, err := o.CreateContact(t.Context(), o.Tomas, db.Fields{"first_name": first, "last_name": last, "email": email}, "")
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// Maya creates the contact Maya Okafor as Tomás.
func (o *Office) Maya(t testing.TB) db.Contact {
	t.Helper()
	return o.NewContact(t, "Maya", "Okafor", "maya@acme.example")
}

// Call logs a call with an organization as Tomás. happenedAt is as typed in a form.
func (o *Office) Call(t testing.TB, with db.Organization, happenedAt string) db.Interaction {
	t.Helper()
	made, err := o.LogInteraction(t.Context(), o.Tomas,
		db.Fields{"channel": "call", "subject": "Renewal", "organization_id": with.ID, "happened_at": happenedAt}, "")
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// SQL opens the file as another program would, with foreign keys on.
func (o *Office) SQL(t testing.TB) *sql.DB { t.Helper(); return SQL(t, o.Path) }

// SQL opens a file as another program would, with foreign keys on.
func SQL(t testing.TB, path string) *sql.DB {
	t.Helper()
	plain, err := sql.Open("sqlite3", "file:"+path+"?_foreign_keys=1&_busy_timeout=600000&_synchronous=OFF")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { plain.Close() })
	return plain
}

// Exec changes the file as another program would.
func (o *Office) Exec(t testing.TB, query string, args ...any) {
	t.Helper()
	if _, err := o.SQL(t).Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// Column returns the first column of a query, with NULL as "".
func (o *Office) Column(t testing.TB, query string, args ...any) []string {
	t.Helper()
	return Column(t, o.Path, query, args...)
}

// Column returns the first column of a query on a file, with NULL as "".
func Column(t testing.TB, path, query string, args ...any) []string {
	t.Helper()
	plain := SQL(t, path)
	defer plain.Close()
	rows, err := plain.Query(query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s sql.NullString
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s.String)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// Actions returns the recorded actions on a target, in order.
func (o *Office) Actions(t testing.TB, targetID string) []string {
	t.Helper()
	return o.Column(t, "SELECT action FROM audit_logs WHERE target_id = ? ORDER BY seq", targetID)
}

// Dump returns all rows of all tables as text, including the search indexes. It leaves out only
// attempts to sign in, which always count, and tables without content of their own.
func Dump(t testing.TB, path string) string {
	t.Helper()
	plain := SQL(t, path)
	defer plain.Close()
	var all strings.Builder
	for _, table := range Column(t, path, "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sign_in_attempts' AND "+
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

// Unchanged fails the test if do changes any row of the registry.
func (o *Office) Unchanged(t testing.TB, do func()) {
	t.Helper()
	before := Dump(t, o.Path)
	do()
	after := Dump(t, o.Path)
	if before == after {
		return
	}
	old := strings.Split(before, "\n")
	for _, line := range strings.Split(after, "\n") {
		if !slices.Contains(old, line) {
			t.Errorf("changed or new: %s", line)
		}
	}
	t.Error("what was refused has changed something")
}

// Bytes returns the content of a file.
func Bytes(t testing.TB, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
