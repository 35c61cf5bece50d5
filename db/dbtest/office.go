package dbtest

import (
	"context"
	"database/sql"
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

	mu     sync.Mutex
	direct *sql.DB // as another program would have it, from its first use to Close
	opened os.FileInfo
}

var people = []struct{ email, name, role string }{
	{"ines@pinestreet.example", "Ines Calder", "Administrator"},
	{"tomas@pinestreet.example", "Tomás Brandt", "Manager"},
	{"lea@pinestreet.example", "Léa Fournier", "Viewer"},
}

// staff is the content of a registry with the three users, and who they are.
type staff struct {
	content []byte
	actors  [3]db.Actor
}

var staffed = sync.OnceValues(func() (s staff, err error) {
	dir, err := os.MkdirTemp("", "clientregistry")
	if err != nil {
		return s, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "office.db")
	ctx := context.Background()
	d, err := db.Open(ctx, path, db.Options{Create: true, Now: (&Clock{at: Now}).Now})
	if err != nil {
		return s, err
	}
	hash, err := secrets.HashPassword(ctx, Password)
	if err != nil {
		return s, err
	}
	for i, p := range people {
		u, err := d.CreateUser(ctx, db.System, db.NewUser{Email: p.email, FullName: p.name, Role: p.role, Hash: hash})
		if err != nil {
			return s, err
		}
		s.actors[i] = db.Actor{UserID: u.ID, IP: "192.0.2.7", UA: "Browser"}
	}
	if err := d.Close(); err != nil {
		return s, err
	}
	plain, err := openDirect(path)
	if err != nil {
		return s, err
	}
	defer plain.Close()
	for i := range s.actors {
		slugs, err := column(plain, "SELECT slug FROM user_role JOIN role_permission USING (role_id) JOIN permissions"+
			" ON permissions.id = permission_id WHERE user_id = ?", s.actors[i].UserID)
		if err != nil {
			return s, err
		}
		for _, slug := range slugs {
			s.actors[i].May = append(s.actors[i].May, db.Permission(slug))
		}
	}
	s.content, err = os.ReadFile(path)
	return s, err
})

// OpenOffice returns a registry with just Ines, Tomás and Léa. It is closed when the test ends.
func OpenOffice(t testing.TB) *Office {
	t.Helper()
	s, err := staffed()
	if err != nil {
		t.Fatal(err)
	}
	d, path, clock := open(t, s.content)
	o := &Office{DB: d, Path: path, Clock: clock}
	t.Cleanup(o.closeDirect)
	for i, who := range []*db.Actor{&o.Ines, &o.Tomas, &o.Lea} {
		*who = s.actors[i]
		who.May = slices.Clone(who.May)
	}
	return o
}

// Close closes the registry.
func (o *Office) Close() error {
	o.closeDirect()
	return o.DB.Close()
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

// Actions returns the recorded actions on a target, in order.
func (o *Office) Actions(t testing.TB, targetID string) []string {
	t.Helper()
	return o.Column(t, "SELECT action FROM audit_logs WHERE target_id = ? ORDER BY seq", targetID)
}

// Unchanged fails the test if do changes any row of the registry.
func (o *Office) Unchanged(t testing.TB, do func()) {
	t.Helper()
	before := dump(t, o.plain(t))
	do()
	after := dump(t, o.plain(t))
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
