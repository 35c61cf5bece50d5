// Package handlerstest is shared by the tests of pages and the browser journeys: a registry with
// its server, people and records.
package handlerstest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/secrets"
	"clientregistry/handlers"
	"clientregistry/handlers/jobs"
)

func init() { gin.SetMode(gin.TestMode) }

// Site is a registry with its server, in a test's own file.
type Site struct {
	*handlers.Server
	DB    *db.DB
	Path  string
	Clock *dbtest.Clock
	Jobs  *jobs.Jobs
	Base  string
	SQL   *sql.DB // a second connection to the file, for what the store cannot do

	t     testing.TB
	users int
}

// New returns an empty registry with its server and jobs, all on the site's clock. They stop at the
// end of the test.
func New(t testing.TB, o handlers.Options, beside jobs.Options) *Site {
	t.Helper()
	d, path, clock := dbtest.Open(t)
	o.Now, beside.Now = clock.Now, clock.Now
	ctx, stop := context.WithCancel(context.Background())
	j := jobs.New(ctx, d, beside)
	t.Cleanup(func() { stop(); j.Wait() }) // before the registry is closed
	server, err := handlers.New(d, j, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.End)
	return &Site{Server: server, DB: d, Path: path, Clock: clock, Jobs: j, Base: o.BaseURL, SQL: Direct(t, path), t: t}
}

// Direct opens a second connection to a registry's file.
func Direct(t testing.TB, path string) *sql.DB {
	t.Helper()
	direct := dbtest.SQL(t, path)
	direct.SetMaxOpenConns(1)
	return direct
}

// Password is every user's password.
const Password = "correct horse battery staple"

// Hash is its hash, made only once because hashing is slow.
var Hash = func() string {
	h, err := secrets.HashPassword(context.Background(), Password)
	if err != nil {
		panic(err)
	}
	return h
}()

// User creates a user with a role.
func (s *Site) User(name, role string) db.User {
	s.t.Helper()
	s.users++
	u, err := s.DB.CreateUser(context.Background(), db.System, db.NewUser{
		Email: fmt.Sprintf("person%d@pinestreet.example", s.users), FullName: name, Role: role, Hash: Hash, TimeZone: "Europe/Stockholm",
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

// SignIn inserts a new session of a user into the table and returns its cookie. TestSignIn and its
// neighbors use the form instead.
func (s *Site) SignIn(u db.User) *http.Cookie {
	s.t.Helper()
	cookie := s.sessionCookie("token-" + newID())
	now, sum := s.Clock.Now().Format("2006-01-02T15:04:05.000Z"), sha256.Sum256([]byte(cookie.Value))
	s.Exec("INSERT INTO sessions (id, user_id, created_at, last_used_at) VALUES (?, ?, ?, ?)", hex.EncodeToString(sum[:]), u.ID, now, now)
	return cookie
}

// Enrol gives a user a second factor, which uses up its current code. It returns the cookie of a
// new session, the seed and the recovery codes.
func (s *Site) Enrol(u db.User) (cookie *http.Cookie, seed string, recovery []string) {
	s.t.Helper()
	by := db.Actor{UserID: u.ID}
	seed, err := s.DB.StartSecondFactor(context.Background(), by)
	if err != nil {
		s.t.Fatal(err)
	}
	token, recovery, err := s.DB.ConfirmSecondFactor(context.Background(), by, Password, dbtest.Code(s.t, seed, s.Clock.Now()))
	if err != nil {
		s.t.Fatal(err)
	}
	return s.sessionCookie(token), seed, recovery
}

// sessionCookie returns the cookie of a session.
func (s *Site) sessionCookie(token string) *http.Cookie {
	if strings.HasPrefix(s.Base, "https:") {
		return &http.Cookie{Name: "__Host-session", Value: token}
	}
	return &http.Cookie{Name: "session", Value: token}
}

// Role creates a role with these permissions and returns its slug.
func (s *Site) Role(slug string, may ...db.Permission) string {
	s.t.Helper()
	id := newID()
	s.Exec("INSERT INTO roles (id, slug, name) VALUES (?, ?, ?)", id, slug, slug)
	for _, p := range may {
		s.Exec("INSERT INTO role_permission (role_id, permission_id) SELECT ?, id FROM permissions WHERE slug = ?", id, string(p))
	}
	return slug
}

// RolePath returns the path of a role's page.
func (s *Site) RolePath(slug string) string {
	s.t.Helper()
	return "/admin/roles/" + s.One("SELECT id FROM roles WHERE slug = ?", slug)
}

// Own replaces a user's roles with one that sees only own clients.
func (s *Site) Own(u db.User, may ...db.Permission) {
	s.t.Helper()
	s.users++
	slug := s.Role(fmt.Sprint("Own ", s.users), may...)
	s.Exec("UPDATE roles SET client_scope = 'own' WHERE slug = ?", slug)
	s.Exec("UPDATE user_role SET role_id = (SELECT id FROM roles WHERE slug = ?) WHERE user_id = ?", slug, u.ID)
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// Exec runs a statement on the second connection.
func (s *Site) Exec(query string, args ...any) {
	s.t.Helper()
	if _, err := s.SQL.Exec(query, args...); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
}

// One returns the only value that a query finds.
func (s *Site) One(query string, args ...any) string {
	s.t.Helper()
	var v sql.NullString
	if err := s.SQL.QueryRow(query, args...).Scan(&v); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return v.String
}

// WantOne checks the only value that a query finds.
func (s *Site) WantOne(want, query string, args ...any) {
	s.t.Helper()
	if got := s.One(query, args...); got != want {
		s.t.Fatalf("%s %v: %q, want %q", query, args, got, want)
	}
}
