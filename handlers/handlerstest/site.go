// Package handlerstest is what the tests of the pages and the journeys in a
// browser share: a registry with its server, people and records in it.
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
	SQL   *sql.DB // the same file, for what no verb does

	t     testing.TB
	users int
}

// New returns an empty registry, its server and what runs beside it, all on
// the site's own clock. They end with the test.
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

// Direct opens a registry's file beside the registry, on one connection.
func Direct(t testing.TB, path string) *sql.DB {
	t.Helper()
	direct := dbtest.SQL(t, path)
	direct.SetMaxOpenConns(1)
	return direct
}

// Password is everybody's.
const Password = "correct horse battery staple"

// Hash is the password's, made once: hashing costs what it should.
var Hash = func() string {
	h, err := secrets.HashPassword(context.Background(), Password)
	if err != nil {
		panic(err)
	}
	return h
}()

// User makes a user with a role.
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

// SignIn writes a new session of a user straight to the table and returns its
// cookie. TestSignIn and those beside it go through the door.
func (s *Site) SignIn(u db.User) *http.Cookie {
	s.t.Helper()
	cookie := s.sessionCookie("token-" + newID())
	now, sum := s.Clock.Now().Format("2006-01-02T15:04:05.000Z"), sha256.Sum256([]byte(cookie.Value))
	s.Exec("INSERT INTO sessions (id, user_id, created_at, last_used_at) VALUES (?, ?, ?, ?)", hex.EncodeToString(sum[:]), u.ID, now, now)
	return cookie
}

// Enrol gives somebody a second factor, whose present code is used up by it; it
// returns the cookie of their new session, the seed and the recovery codes.
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

// sessionCookie is the cookie of a session.
func (s *Site) sessionCookie(token string) *http.Cookie {
	if strings.HasPrefix(s.Base, "https:") {
		return &http.Cookie{Name: "__Host-session", Value: token}
	}
	return &http.Cookie{Name: "session", Value: token}
}

// Role makes a role of one's own with these permissions and returns its slug.
func (s *Site) Role(slug string, may ...db.Permission) string {
	s.t.Helper()
	id := newID()
	s.Exec("INSERT INTO roles (id, slug, name) VALUES (?, ?, ?)", id, slug, slug)
	for _, p := range may {
		s.Exec("INSERT INTO role_permission (role_id, permission_id) SELECT ?, id FROM permissions WHERE slug = ?", id, string(p))
	}
	return slug
}

// RolePath is the page of a role by its slug.
func (s *Site) RolePath(slug string) string {
	s.t.Helper()
	return "/admin/roles/" + s.One("SELECT id FROM roles WHERE slug = ?", slug)
}

// Own gives somebody only a role that sees own clients.
func (s *Site) Own(u db.User, may ...db.Permission) {
	s.t.Helper()
	s.users++
	slug := s.Role(fmt.Sprint("Own ", s.users), may...)
	s.Exec("UPDATE roles SET client_scope = 'own' WHERE slug = ?", slug)
	s.Exec("UPDATE user_role SET role_id = (SELECT id FROM roles WHERE slug = ?) WHERE user_id = ?", slug, u.ID)
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// Exec changes the file beside the registry.
func (s *Site) Exec(query string, args ...any) {
	s.t.Helper()
	if _, err := s.SQL.Exec(query, args...); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
}

// One returns the only value a query finds.
func (s *Site) One(query string, args ...any) string {
	s.t.Helper()
	var v sql.NullString
	if err := s.SQL.QueryRow(query, args...).Scan(&v); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return v.String
}

// WantOne checks a query's only value.
func (s *Site) WantOne(want, query string, args ...any) {
	s.t.Helper()
	if got := s.One(query, args...); got != want {
		s.t.Fatalf("%s %v: %q, want %q", query, args, got, want)
	}
}
