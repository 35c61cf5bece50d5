package handlers_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/handlers"
)

func init() { gin.SetMode(gin.TestMode) }

// site is a registry with its server, in a test's own file.
type site struct {
	t     *testing.T
	db    *db.DB
	path  string
	clock *dbtest.Clock
	*handlers.Server
}

func newSite(t *testing.T) *site {
	t.Helper()
	d, path, clock := dbtest.Open(t)
	s, err := handlers.New(d, handlers.Options{BaseURL: "http://registry.example", Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	return &site{t: t, db: d, path: path, clock: clock, Server: s}
}

// browser is one person's browser, signed in or not.
type browser struct {
	*site
	user   db.User
	cookie *http.Cookie
	htmx   bool
}

const password = "correct horse battery staple"

// hash is the password's, made once: hashing costs what it should.
var hash = func() string {
	h, err := db.HashPassword(context.Background(), password)
	if err != nil {
		panic(err)
	}
	return h
}()

// as signs a new user with this role in.
func (s *site) as(role string) *browser {
	s.t.Helper()
	email := strings.ToLower(role) + "@pinestreet.example"
	u, err := s.db.CreateUser(context.Background(), db.System, db.NewUser{Email: email, FullName: role + " Person", Role: role, Hash: hash, TimeZone: "Europe/Stockholm"})
	if err != nil {
		s.t.Fatal(err)
	}
	b := &browser{site: s, user: u}
	b.post("/login", "email", email, "password", password).want(303, "", "")
	if b.cookie == nil {
		s.t.Fatal("no session after signing in")
	}
	return b
}

// parts makes the browser ask as htmx does for a part of a page.
func (b *browser) parts() *browser {
	c := *b
	c.htmx = true
	return &c
}

// answer is what the server answered.
type answer struct {
	*http.Response
	t    *testing.T
	body string
	html *goquery.Document
}

func (b *browser) get(path string) answer { b.t.Helper(); return b.send("GET", path, nil) }

// post sends a form, names and values in turn.
func (b *browser) post(path string, form ...string) answer {
	b.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	return b.send("POST", path, values)
}

func (b *browser) send(method, path string, form url.Values) answer {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, "http://registry.example"+path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if b.htmx {
		r.Header.Set("HX-Request", "true")
		r.Header.Set("HX-Request-Type", "partial")
	}
	return b.do(r)
}

func (b *browser) do(r *http.Request) answer {
	b.t.Helper()
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	a := answer{Response: w.Result(), t: b.t, body: w.Body.String()}
	for _, c := range a.Cookies() {
		b.cookie = c
		if c.MaxAge < 0 {
			b.cookie = nil
		}
	}
	var err error
	if a.html, err = goquery.NewDocumentFromReader(strings.NewReader(a.body)); err != nil {
		b.t.Fatal(err)
	}
	return a
}

// want checks the status, and that what the selector finds holds a text.
func (a answer) want(status int, selector, text string) answer {
	a.t.Helper()
	if a.StatusCode != status {
		a.t.Fatalf("%s %s: status %d, want %d\n%s", a.Status, a.Header.Get("Location"), a.StatusCode, status, a.body)
	}
	if selector != "" {
		found := a.html.Find(selector)
		if found.Length() == 0 {
			a.t.Fatalf("nothing at %q in\n%s", selector, a.body)
		}
		if !strings.Contains(found.Text(), text) {
			a.t.Fatalf("%q says %q, want %q", selector, strings.TrimSpace(found.Text()), text)
		}
	}
	return a
}

// wantNot checks that a selector finds nothing.
func (a answer) wantNot(selector string) answer {
	a.t.Helper()
	if found := a.html.Find(selector); found.Length() > 0 {
		a.t.Fatalf("%q is there: %q", selector, strings.TrimSpace(found.Text()))
	}
	return a
}
