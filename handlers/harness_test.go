package handlers_test

import (
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	_ "github.com/mattn/go-sqlite3"

	"clientregistry/db"
	"clientregistry/handlers"
	"clientregistry/handlers/handlerstest"
	"clientregistry/handlers/jobs"
	"clientregistry/static"
)

// Tests allocate much and keep little. Collecting garbage less often saves a fifth of their time.
func init() { debug.SetGCPercent(400) }

// site is a registry with its server, and checks its history at the end.
type site struct {
	*handlerstest.Site
	t        *testing.T
	worlds   int
	refusals atomic.Int64 // refusals of signed-in people, each of which the history must contain
}

func newSite(t *testing.T) *site { t.Helper(); return newSiteAt(t, "http://registry.example") }

func newSiteAt(t *testing.T, base string) *site {
	t.Helper()
	return newSiteWith(t, handlers.Options{BaseURL: base}, jobs.Options{})
}

// newSiteWith is newSiteAt with other options and the site's own clock.
func newSiteWith(t *testing.T, o handlers.Options, beside jobs.Options) *site {
	t.Helper()
	return &site{Site: handlerstest.New(t, o, beside), t: t}
}

// browser is one person's browser, signed in or not, and how it makes its requests.
type browser struct {
	*site
	user    db.User
	cookie  *http.Cookie // its session
	device  *http.Cookie
	headers map[string]string
	said    *sync.Map // the messages that redirects named, by the address to which they led
}

const password = handlerstest.Password

var hash = handlerstest.Hash

// key is the id at the end of a record's path.
var key = handlerstest.Key

// stranger returns a browser in which nobody is signed in.
func (s *site) stranger() *browser { return &browser{site: s, said: &sync.Map{}} }

// as returns the browser of a new user with this role, signed in.
func (s *site) as(role string) *browser { s.t.Helper(); return s.person(role+" Person", role) }

// person is like as, for a user with a name.
func (s *site) person(name, role string) *browser {
	s.t.Helper()
	b := &browser{site: s, user: s.User(name, role), said: &sync.Map{}}
	b.signIn()
	return b
}

// signIn signs the browser's user in again.
func (b *browser) signIn() { b.t.Helper(); b.cookie = b.SignIn(b.user) }

// businessTables are all tables except the history, sessions and the search index.
var businessTables = []string{
	"users", "roles", "user_role", "role_permission", "organizations", "contacts",
	"organization_contact", "interactions", "follow_ups", "saved_views", "first_views", "requests", "tokens", "webhooks", "deliveries",
}

// history selects the table of the history, without the rows of some actions.
func history(except ...string) string {
	return "audit_logs WHERE action NOT IN ('" + strings.Join(except, "', '") + "')"
}

// dump returns every row of the tables as text, which SQLite makes in one query, because tests ask for it
// thousands of times.
func (s *site) dump(tables ...string) string {
	s.t.Helper()
	names := strings.Join(tables, "\n")
	query, ok := dumps.Load(names)
	if !ok {
		var lines []string
		for _, table := range tables {
			name, _, _ := strings.Cut(table, " ")
			lines = append(lines, "SELECT concat_ws(' ', '"+name+"', "+s.One("SELECT group_concat('quote(' || name || ')', ', ') "+
				"FROM pragma_table_info(?)", name)+") AS line FROM "+table)
		}
		query = "SELECT group_concat(line, char(10)) FROM (" + strings.Join(lines, " UNION ALL ") + ")"
		dumps.Store(names, query)
	}
	return s.One(query.(string)) + "\n"
}

// dumps are the queries of dump, by the names of the tables.
var dumps sync.Map

// commits returns a number that changes with every commit.
func (s *site) commits() string { s.t.Helper(); return s.One("PRAGMA data_version") }

// unchanged runs f and checks that it changes no business table and no history. The history may get
// one row for each refusal, and rows of the actions in except.
func (s *site) unchanged(f func(), except ...string) {
	s.t.Helper()
	tables := slices.Concat(businessTables, []string{history(append(except, "refused")...)})
	before, commits, recorded, refusals := s.dump(tables...), s.commits(), s.audits("refused"), s.refusals.Load()
	f()
	if s.commits() != commits {
		if after := s.dump(tables...); after != before {
			s.t.Fatalf("the database changed:\n%s", difference(before, after))
		}
	}
	s.WantOne(fmt.Sprint(s.refusals.Load()-refusals), "SELECT count(*) - ? FROM audit_logs WHERE action = 'refused'", recorded)
}

// difference returns the lines of b that are not in a.
func difference(a, b string) string {
	var out []string
	for line := range strings.Lines(b) {
		if !strings.Contains(a, line) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

// wantAudit checks the latest row of the history: who, which action, and texts in its metadata.
func (s *site) wantAudit(by *browser, action string, metadata ...string) {
	s.t.Helper()
	var user sql.NullString
	var did, said string
	if err := s.SQL.QueryRow("SELECT user_id, action, metadata FROM audit_logs ORDER BY seq DESC LIMIT 1").
		Scan(&user, &did, &said); err != nil {
		s.t.Fatal(err)
	}
	if did != action || (by != nil && user.String != by.user.ID) {
		s.t.Fatalf("the history ends with %s by %s, want %s", did, user.String, action)
	}
	for _, text := range metadata {
		if !strings.Contains(said, text) {
			s.t.Fatalf("%s says %s, want %s in it", action, said, text)
		}
	}
}

// audits counts the rows of an action.
func (s *site) audits(action string) string {
	s.t.Helper()
	return s.One("SELECT count(*) FROM audit_logs WHERE action = ?", action)
}

// Ways to make a request.

func (b *browser) withHeaders(headers map[string]string) *browser {
	c := *b
	c.headers = headers
	return &c
}

// viaHTMX makes the browser ask for fragments, as htmx does.
func (b *browser) viaHTMX() *browser {
	return b.withHeaders(map[string]string{"HX-Request": "true", "HX-Request-Type": "partial"})
}

// boosted makes it ask for whole pages, as htmx does for boosted links and forms.
func (b *browser) boosted() *browser {
	return b.withHeaders(map[string]string{"HX-Request": "true", "HX-Boosted": "true", "HX-Request-Type": "full"})
}

// back makes it ask as htmx does when somebody uses the back button.
func (b *browser) back() *browser {
	return b.withHeaders(map[string]string{"HX-History-Restore-Request": "true"})
}

// answer is what the server answered.
type answer struct {
	*http.Response
	t    *testing.T
	what string
	body string
	html *document
}

// document is HTML that is parsed when something is first looked for in it.
type document struct {
	body   string
	parsed *goquery.Document
}

// Find returns the elements at a selector.
func (d *document) Find(selector string) *goquery.Selection {
	if d.parsed == nil {
		var err error
		if d.parsed, err = goquery.NewDocumentFromReader(strings.NewReader(d.body)); err != nil {
			panic(err) // not by any text: HTML can always be parsed
		}
	}
	return d.parsed.Find(selector)
}

func (b *browser) get(path string) answer { b.t.Helper(); return b.send("GET", path, nil) }

// post sends a form. form alternates names and values.
func (b *browser) post(path string, form ...string) answer {
	b.t.Helper()
	return b.send("POST", path, values(form))
}

func values(pairs []string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func (b *browser) send(method, path string, form url.Values) answer {
	b.t.Helper()
	return b.do(b.request(method, path, form))
}

func (b *browser) request(method, path string, form url.Values) *http.Request {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	if name, ok := b.message(path); ok && method == http.MethodGet {
		b.said.Delete(path)
		path = addMessage(path, name)
	}
	r := httptest.NewRequest(method, b.Base+path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, value := range b.headers {
		r.Header.Set(name, value)
	}
	return r
}

// messageName finds the name of a message in the address of a redirect.
var messageName = regexp.MustCompile(`[?&]said=(\w+)`)

// noteMessage takes the name of a message out of the address in a header. The next request for that address
// brings it, so that tests tell where a redirect leads, and see the message by going there.
func (b *browser) noteMessage(h http.Header, header string) {
	if name := messageName.FindStringSubmatch(h.Get(header)); name != nil && b.said != nil {
		h.Set(header, messageName.ReplaceAllString(h.Get(header), ""))
		page, _, _ := strings.Cut(h.Get(header), "#")
		b.said.Store(page, name[1])
	}
}

// message returns the name of the message that awaits the next request for an address.
func (b *browser) message(path string) (name string, ok bool) {
	if b.said == nil {
		return "", false
	}
	x, ok := b.said.Load(path)
	name, _ = x.(string)
	return name, ok
}

func addMessage(path, name string) string {
	if strings.Contains(path, "?") {
		return path + "&said=" + name
	}
	return path + "?said=" + name
}

func (b *browser) do(r *http.Request) answer {
	b.t.Helper()
	for _, c := range []*http.Cookie{b.cookie, b.device} {
		if c != nil {
			r.AddCookie(c)
		}
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	a := answer{Response: w.Result(), t: b.t, what: r.Method + " " + r.URL.String(), body: w.Body.String()}
	for _, header := range []string{"Location", "HX-Redirect"} {
		b.noteMessage(a.Header, header)
	}
	for _, c := range a.Cookies() {
		if strings.HasSuffix(c.Name, "device") {
			b.device = c
			continue
		}
		b.cookie = c
		if c.MaxAge < 0 {
			b.cookie = nil
		}
	}
	if a.StatusCode == http.StatusForbidden && b.cookie != nil && strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		b.refusals.Add(1)
	}
	a.html = &document{body: a.body}
	if a.StatusCode == http.StatusUnprocessableEntity || a.StatusCode == http.StatusConflict {
		a.wantFocus()
	}
	a.wantIcons()
	return a
}

var (
	// shownIcon finds the name of an icon in a page.
	shownIcon = regexp.MustCompile(`<i class="i i-([^" ]*)`)
	// listedIcons is where app.css lists the icons.
	listedIcons = sync.OnceValue(func() string {
		w := httptest.NewRecorder()
		static.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, static.URL("app.css"), nil))
		return w.Body.String()
	})
)

// wantIcons checks that app.css lists the icons in an answer: what the server names in no template, too.
func (a answer) wantIcons() {
	a.t.Helper()
	for _, icon := range shownIcon.FindAllStringSubmatch(a.body, -1) {
		if !regexp.MustCompile(`\.i-` + icon[1] + `[{,]`).MatchString(listedIcons()) {
			a.t.Errorf("%s: app.css lists no icon %q", a.what, icon[1])
		}
	}
}

// wantFocus checks that a form that is refused as a whole page says where the focus goes, also without script.
func (a answer) wantFocus() {
	a.t.Helper()
	const form = "main form[hx-boost=false]"
	wrong := a.html.Find(form + " .err, " + form + " [aria-invalid]")
	if n := a.html.Find("main [autofocus]").Length(); n != 1 && wrong.Length() > 0 && whole.MatchString(a.body) {
		a.t.Errorf("%s: %d elements have autofocus in\n%s", a.what, n, a.shown())
	}
}

// submit sends the form found by a selector, as its button would, with some fields changed.
func (b *browser) submit(a answer, selector string, typed ...string) answer {
	b.t.Helper()
	button := a.html.Find(selector)
	if button.Length() != 1 {
		b.t.Fatalf("%d buttons or forms at %q in\n%s", button.Length(), selector, a.body)
	}
	form := button.Closest("form")
	if id, ok := button.Attr("form"); ok {
		form = a.html.Find("form#" + id)
	}
	sent := url.Values{}
	form.Find("input[name], select[name], textarea[name]").Each(func(_ int, field *goquery.Selection) {
		name, value := field.AttrOr("name", ""), field.AttrOr("value", "")
		switch kind := field.AttrOr("type", ""); {
		case goquery.NodeName(field) == "select":
			if value = field.Find("option[selected]").First().AttrOr("value", ""); field.Find("option[selected]").Length() == 0 {
				value = field.Find("option").First().AttrOr("value", "")
			}
		case goquery.NodeName(field) == "textarea":
			value = strings.TrimPrefix(field.Text(), "\n")
		case kind == "radio" || kind == "checkbox":
			if _, checked := field.Attr("checked"); !checked {
				return
			}
		}
		sent.Add(name, value)
	})
	if sent.Has("whose") {
		sent.Set("whose", b.user.ID) // as if they had opened the form themselves
	}
	for i := 0; i+1 < len(typed); i += 2 {
		sent.Set(typed[i], typed[i+1])
	}
	to := form.AttrOr("action", "")
	if goquery.NodeName(button) == "button" {
		if name, ok := button.Attr("name"); ok {
			sent.Add(name, button.AttrOr("value", ""))
		}
		to = button.AttrOr("formaction", to)
	}
	return b.send("POST", to, sent)
}

var whole = regexp.MustCompile(`(?i)^\s*<!doctype html>`)

// shown returns an answer for failure messages, without the frame of the page.
func (a answer) shown() string {
	text := a.body
	if main := a.html.Find("main"); main.Length() > 0 {
		text, _ = main.Html()
	}
	return text[:min(len(text), 2500)]
}

// want checks the status, and that the selector finds an element that contains the text.
func (a answer) want(status int, selector, text string) answer {
	a.t.Helper()
	if a.StatusCode != status {
		a.t.Fatalf("%s: status %d %s, want %d\n%s", a.what, a.StatusCode, a.Header.Get("Location"), status, a.shown())
	}
	if selector != "" {
		found := a.html.Find(selector)
		if found.Length() == 0 {
			a.t.Fatalf("%s: nothing at %q in\n%s", a.what, selector, a.shown())
		}
		if !strings.Contains(found.Text(), text) {
			a.t.Fatalf("%s: %q says %q, want %q", a.what, selector, strings.TrimSpace(found.Text()), text)
		}
	}
	return a
}

// wantNot checks that a selector finds nothing.
func (a answer) wantNot(selector string) answer {
	a.t.Helper()
	if found := a.html.Find(selector); found.Length() > 0 {
		a.t.Fatalf("%s: %q is there: %q", a.what, selector, strings.TrimSpace(found.Text()))
	}
	return a
}

// wantValue checks the value of a field.
func (a answer) wantValue(selector, value string) answer {
	a.t.Helper()
	if got, ok := a.html.Find(selector).Attr("value"); !ok || got != value {
		a.t.Fatalf("%s: %q holds %q, want %q in\n%s", a.what, selector, got, value, a.shown())
	}
	return a
}

// wantTexts checks the texts of the elements found, in order.
func (a answer) wantTexts(selector string, want ...string) answer {
	a.t.Helper()
	got := a.html.Find(selector).Map(func(_ int, s *goquery.Selection) string { return strings.TrimSpace(s.Text()) })
	if strings.Join(got, "|") != strings.Join(want, "|") {
		a.t.Fatalf("%s: %q says %q, want %q", a.what, selector, got, want)
	}
	return a
}

// wantFragment checks that the answer is a fragment, or a whole page if fragment is false.
func (a answer) wantFragment(fragment bool) answer {
	a.t.Helper()
	if whole.MatchString(a.body) == fragment {
		a.t.Fatalf("%s: a fragment: %v, want %v\n%s", a.what, !fragment, fragment, a.shown())
	}
	if vary := strings.Join(a.Header.Values("Vary"), ", "); !strings.Contains(vary, "HX-Request, HX-Request-Type") {
		a.t.Fatalf("%s: Vary is %q", a.what, vary)
	}
	return a
}

// to returns the target of a redirect.
func (a answer) to() string {
	a.t.Helper()
	a.want(http.StatusSeeOther, "", "")
	return a.Header.Get("Location")
}

// at returns the time in Stockholm some hours from now, in the form of happened_at.
func (s *site) at(hours int) string {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		s.t.Fatal(err)
	}
	return s.Clock.Now().Add(time.Duration(hours) * time.Hour).In(zone).Format(db.LocalTime)
}
