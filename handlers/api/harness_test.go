package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers"
	"clientregistry/handlers/handlerstest"
	"clientregistry/handlers/jobs"
)

// Tests allocate much and keep little. Collecting garbage less often saves a fifth of their time.
func init() { debug.SetGCPercent(400) }

// site is a registry with its server, and what its log says.
type site struct {
	*handlerstest.Site
	t        *testing.T
	log      *logged
	coverage *coverage
}

// logged is a log that goroutines may write to.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newSite(t *testing.T) *site { t.Helper(); return newSiteWith(t, 100_000) }

// newSiteWith is newSite with another limit of requests a second for each token.
func newSiteWith(t *testing.T, rate int) *site {
	t.Helper()
	log := new(logged)
	o := handlers.Options{BaseURL: "http://registry.example", APIRate: rate, Log: slog.New(slog.NewTextHandler(log, nil))}
	return &site{Site: handlerstest.New(t, o, jobs.Options{}), t: t, log: log, coverage: new(coverage)}
}

// program is a program with a token.
type program struct {
	*site
	user   db.User
	token  db.Token
	secret string
}

// as returns a program of a new user with this role, whose token may do all that the user may.
func (s *site) as(role string) *program {
	s.t.Helper()
	return s.program(s.User(role+" Person", role))
}

// program returns a program of a user. Its token may do these things, or all that the user may.
func (s *site) program(u db.User, may ...db.Permission) *program {
	s.t.Helper()
	n := db.NewToken{Name: "Nightly", Permissions: may}
	k, secret, err := s.DB.CreateTokenFor(context.Background(), db.System, u.ID, n)
	if err != nil {
		s.t.Fatal(err)
	}
	return &program{site: s, user: u, token: k, secret: secret}
}

// send sends a request. headers are names and values in turn.
func (p *program) send(method, path, body string, headers ...string) answer {
	p.t.Helper()
	r := httptest.NewRequest(method, "http://registry.example"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if p.secret != "" {
		r.Header.Set("Authorization", "Bearer "+p.secret)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	a := answer{Response: w.Result(), t: p.t, what: method + " " + path + " " + body, body: w.Body.String()}
	if a.body != "" {
		if err := json.Unmarshal(w.Body.Bytes(), &a.json); err != nil && method != http.MethodHead {
			p.t.Fatalf("%s: %d is not JSON: %s", a.what, a.StatusCode, a.body)
		}
	}
	a.check(p.site, r, body)
	return a
}

func (p *program) get(path string, headers ...string) answer {
	p.t.Helper()
	return p.send("GET", path, "", headers...)
}

// stranger is a program without a token.
func (s *site) stranger() *program { return &program{site: s} }

// answer is an answer of the API.
type answer struct {
	*http.Response
	t    *testing.T
	what string
	body string
	json any
}

// want checks the status, and texts in the body.
func (a answer) want(status int, texts ...string) answer {
	a.t.Helper()
	if a.StatusCode != status {
		a.t.Fatalf("%s: status %d, want %d\n%s", a.what, a.StatusCode, status, a.body)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			a.t.Fatalf("%s: the body lacks %s\n%s", a.what, text, a.body)
		}
	}
	if a.Header.Get("X-Request-Id") == "" {
		a.t.Errorf("%s: no request id", a.what)
	}
	if status == 401 && a.Header.Get("WWW-Authenticate") != "Bearer" {
		a.t.Errorf("%s: no WWW-Authenticate", a.what)
	}
	return a
}

// valueAt returns the value at a path of keys, like "organization.id" or "fields.website".
func (a answer) valueAt(path string) any {
	a.t.Helper()
	value := a.json
	for _, key := range strings.Split(path, ".") {
		object, ok := value.(map[string]any)
		if !ok {
			a.t.Fatalf("%s: nothing at %s in %s", a.what, path, a.body)
		}
		value = object[key]
	}
	return value
}

// text is valueAt for a text, "" for null.
func (a answer) text(path string) string { a.t.Helper(); s, _ := a.valueAt(path).(string); return s }

// wantAt checks the value at a path.
func (a answer) wantAt(path string, want any) answer {
	a.t.Helper()
	if got := a.valueAt(path); got != want {
		a.t.Errorf("%s: %s is %v, want %v", a.what, path, got, want)
	}
	return a
}

// wantSame checks that the body and the ETag are those of another answer.
func (a answer) wantSame(other answer) {
	a.t.Helper()
	if a.body != other.body || a.Header.Get("ETag") != other.Header.Get("ETag") {
		a.t.Errorf("%s: %s %s, want %s %s", a.what, a.Header.Get("ETag"), a.body, other.Header.Get("ETag"), other.body)
	}
}

// list returns an array.
func (a answer) list() []any {
	a.t.Helper()
	all, ok := a.json.([]any)
	if !ok {
		a.t.Fatalf("%s: no array but %s", a.what, a.body)
	}
	return all
}

// unchanged runs f and checks that no client, link, interaction, follow-up or change in the history is new or different.
func (s *site) unchanged(f func()) {
	s.t.Helper()
	const state = `
		SELECT (SELECT group_concat(id || version || is_active || ifnull(sector, '') || display_name) FROM organizations) || '|' ||
			(SELECT ifnull(group_concat(id || version || is_active || first_name), '') FROM contacts) || '|' ||
			(SELECT ifnull(group_concat(contact_id || version || organization_id), '') FROM organization_contact) || '|' ||
			(SELECT ifnull(group_concat(id || version || subject), '') FROM interactions) || '|' ||
			(SELECT ifnull(group_concat(interaction_id || contact_id), '') FROM interaction_contact) || '|' ||
			(SELECT ifnull(group_concat(id || version || is_new), '') FROM follow_ups) || '|' ||
			(SELECT count(*) FROM audit_logs WHERE action <> 'refused')`
	before := s.One(state)
	f()
	s.WantOne(before, state)
}

var key = handlerstest.Key

// plan plans a follow-up of its own for nobody, due on 30 November unless due_on is given.
func (s *site) plan(text string, more ...string) string {
	s.t.Helper()
	f, err := s.DB.CreateFollowUp(context.Background(), db.System,
		handlerstest.Typed(append([]string{"text", text, "due_on", "2026-11-30"}, more...)), "")
	if err != nil {
		s.t.Fatal(err)
	}
	return "/follow-ups/" + f.ID
}
