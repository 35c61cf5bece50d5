package browsertest

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/handlers"
	"clientregistry/handlers/handlerstest"
	"clientregistry/handlers/jobs"
)

// office is a registry that is served, with people at their windows.
type office struct {
	*handlerstest.Site
	t   *testing.T
	url string
}

// newOffice serves an empty registry on a free port. Its clock starts at the real time and then
// stands still.
func newOffice(t *testing.T) *office {
	t.Helper()
	needBrowser(t)
	server := httptest.NewUnstartedServer(nil)
	url := "http://" + server.Listener.Addr().String()
	s := handlerstest.New(t, handlers.Options{BaseURL: url}, jobs.Options{})
	s.Clock.Add(time.Since(s.Clock.Now())) // the browser's time
	server.Config.Handler = s
	server.Start()
	t.Cleanup(server.Close)
	return &office{Site: s, t: t, url: url}
}

// needBrowser skips a test unless BROWSER=1, which make test sets. Then a missing browser is
// reported, and under CI=true that is a failure.
func needBrowser(t *testing.T) {
	t.Helper()
	if os.Getenv("BROWSER") != "1" {
		t.Skip("journeys in a browser run in make test, or with BROWSER=1 go test ./handlers/browsertest")
	}
	_, err1 := chromium.start()
	_, err2 := axeSource()
	if err := cmp.Or(err1, err2); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// person is a signed-in user.
type person struct {
	office *office
	user   db.User
	cookie *http.Cookie // their session
}

// as creates a user with a role.
func (o *office) as(role string) *person { o.t.Helper(); return o.person(role+" Person", role) }

// person creates a user with a name and a role.
func (o *office) person(name, role string) *person {
	o.t.Helper()
	p := &person{office: o, user: o.User(name, role)}
	p.comeIn()
	return p
}

// comeIn gives the person a new session.
func (p *person) comeIn() { p.cookie = p.office.SignIn(p.user) }

// post sends a form without a window, from alternating names and values, and expects a redirect.
func (p *person) post(path string, form ...string) {
	p.office.t.Helper()
	typed := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		typed.Add(form[i], form[i+1])
	}
	if status := p.send(http.MethodPost, path, typed); status != http.StatusSeeOther {
		p.office.t.Fatalf("POST %s: status %d", path, status)
	}
}

// send sends a request without a window and returns the status.
func (p *person) send(method, path string, form url.Values) int {
	r := httptest.NewRequest(method, p.office.Base+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(p.cookie)
	w := httptest.NewRecorder()
	p.office.ServeHTTP(w, r)
	return w.Code
}
