package handlers_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"

	"clientregistry/handlers"
)

// internal are internal words that no answer may contain.
var internal = []string{
	"sqlite", "sql:", "no such", "constraint", "panic", "goroutine", ".go:", "runtime error", "html/template", "database is",
}

// hostile are values that attackers send, and a few that honest people do. Each piece of markup
// carries the marker "pwned".
var hostile = []string{
	"<script>pwned()</script>", "</script><script>pwned()</script>", `"><img src=x onerror=pwned()>`,
	`' onmouseover='pwned()`, `" autofocus onfocus="pwned()`, "<svg/onload=pwned()>",
	"</textarea><pwned>", "</title><pwned>", "<!--<pwned>-->", "<pwned hx-get=/logout hx-trigger=load>",
	`" hx-on:click="pwned()`, "</bdi></a></h1><pwned>", "<a href=javascript:pwned()>x</a>", "<style>*{pwned}</style>",
	"{{.}} {{template \"pwned\"}} ${pwned} #{pwned} <%= pwned %>", "'; DROP TABLE organizations; --",
	`" OR ""="`, "1) UNION SELECT password_hash FROM users --", "%' OR 1=1 --", `\'; x`,
	"a\x00pwned", "\x00", "\xff\xfe", "a\xc3", "\xed\xa0\x80", "a\r\nSet-Cookie: pwned=1", "a\nb", "a\u2028b", "\x1b[31m",
	"a\u200b\u202eb", "\u202e", "مرحبا بالعالم", "👩‍👩‍👧‍👦 🏳️‍🌈", "O'Brien", "Łódź & Søn <Ltd>", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
	strings.Repeat("A", 200), strings.Repeat("é", 20_000), strings.Repeat("<b>", 300), "=HYPERLINK(\"http://evil\")", "@SUM(1+1)", "+1",
	"-1", "1e309", "NaN", "null", "undefined", "true", "[object Object]", "../../etc/passwd", "%2e%2e%2f", "%00", "9999999999999999999999",
	"2026-02-30T10:00", "0000-00-00T00:00", "+292278994-08-17T07:12", "-1",
	"javascript:pwned()", "JaVaScRiPt:pwned()", " javascript:pwned()", "java\tscript:pwned()", "javascript&colon;pwned()",
	"javascript://a.example/%0apwned()", "vbscript:pwned()", "data:text/html,<script>pwned()</script>",
	"//evil.example", `\\evil.example`, "view-source:javascript:pwned()", "feed:javascript:pwned()",
}

// formFields returns valid values for every field of a route's form.
func formFields(w world, r handlers.Route) url.Values {
	v := url.Values{"version": {"1"}}
	add := func(pairs ...string) {
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	switch path := r.Path; {
	case path == "/setup":
		add("full_name", "A", "email", "a@b.example", "password", password, "time_zone", "UTC", "phone_region", "DE", "sample", "")
	case path == "/login":
		add("email", "a@b.example", "password", "x", "next", "/", "dialog", "1")
	case path == "/login/mfa":
		add("code", "123456", "next", "/", "recovery", "1", "time_zone", "UTC")
	case path == "/account/home":
		add("card", "quiet", "view", "mine")
	case path == "/account/home/views":
		add("view", "mine", "on", "1")
	case path == "/account/email":
		add("email", "a@b.example", "current_password", "")
	case path == "/account/mfa":
		add("code", "123456", "current_password", "", "next", "/")
	case path == "/account/mfa/recovery-codes/file":
		add("code", "ABCD-EFGH-IJKL-MNOP-QRST-UVWX")
	case strings.HasPrefix(path, "/account/mfa/"):
		add("current_password", "")
	case path == "/account":
		add("full_name", "A", "time_zone", "UTC", "theme", "dark", "single_keys", "true")
	case path == "/account/theme":
		add("theme", "dark")
	case strings.HasSuffix(path, "/fields/:field"):
		add("value", "x")
	case path == "/organizations" || path == "/organizations/:id":
		add("display_name", "A", "legal_name", "A", "website", "a.example", "sector",
			"x", "size_band", "x", "tax_id", "x", "owner_user_id", "", "request_id", "")
	case path == "/contacts" || path == "/contacts/:id":
		add("first_name", "A", "last_name", "B", "email", "", "phone", "1",
			"mobile", "1", "job_title", "x", "owner_user_id", "", "request_id", "")
	case path == "/organizations/batch":
		add("id", key(w.org), "action", "link", "contact_id", key(w.contact), "role_label", "x", "relationship_status", "Active",
			"owner_user_id", "", "sector", "x", "size_band", "x", "confirm", "", "seen", "", "request_id", "", "find", "", "found", "", "all", "")
	case path == "/contacts/batch":
		add("id", key(w.contact), "action", "set_relationship_status", "organization_id", "", "relationship_status",
			"Active", "confirm", "", "seen", "", "request_id", "", "find", "", "found", "", "again", "")
	case strings.HasPrefix(path, "/views"):
		add("name", "x", "list", "organizations", "query", "sector=x", "shared", "", "first", "", "form", "1", "request_id", "", "was", "x")
	case path == "/account/tokens":
		add("name", "x", "permission", "ViewClient", "ends", "day", "expires_on", "2026-12-24", "never", "", "current_password", "")
	case path == "/account/views":
		add("list", "organizations", "view", "mine")
	case path == "/follow-ups" || path == "/follow-ups/:id":
		add("text", "x", "due_on", "2026-11-26", "due", "other", "due_text",
			"", "due_time", "14:00", "assignee_id", "", "organization_id", key(w.org),
			"contact_id", key(w.contact), "find", "", "found", "", "from", "/", "request_id", "")
	case path == "/batches/:id/undo":
		add("next", "/organizations")
	case strings.HasSuffix(path, "/interactions") || path == "/interactions/:id":
		add("channel", "call", "subject", "x", "body", "x", "outcome", "x", "happened_at", "2026-11-24T10:00", "time_zone", "UTC",
			"contact_id", key(w.contact), "participant_id", key(w.contact), "user_id",
			"", "organization_id", key(w.org), "request_id", "", "follow_up_text", "x",
			"follow_up_due_on", "2026-11-26", "follow_up_assignee_id", "", "follow_up_id", key(w.followUp), "follow_up_version", "1",
			"when", "now", "happened_at_text", "", "happened_at_shown", "", "due",
			"week", "follow_up_due_text", "", "contact", "", "organization", "",
			"participant", "", "found_contact", "", "found_further", "", "link", "", "from", "/interactions")
	case strings.HasSuffix(path, "/follow-up"):
		add("text", "x", "due_on", "2026-11-26", "due", "week", "due_text", "", "assignee_id", "", "from", "/")
	case strings.HasPrefix(path, "/interactions/:id/"):
		add("from", "/interactions?channel=call")
	case strings.HasPrefix(path, "/follow-ups"):
		add("due_on", "2026-11-26", "from", "/", "place", "row")
	case strings.HasSuffix(path, "/contacts"):
		add("contact_id", "", "first_name", "A", "last_name", "B", "email", "", "phone", "", "job_title", "",
			"role_label", "x", "relationship_status", "Active", "request_id", "", "use", "", "found_id", "", "restore", "")
	case strings.HasSuffix(path, "/organizations"):
		add("organization_id", "", "display_name", "A", "website", "", "sector", "", "role_label", "x",
			"relationship_status", "Active", "request_id", "", "use", "", "found_id", "", "restore", "")
	case strings.HasSuffix(path, "_id"):
		add("role_label", "x", "relationship_status", "Active")
	case strings.HasSuffix(path, "/send-again"):
		add("delivery", w.One("SELECT id FROM deliveries WHERE webhook_id = ?", key(w.webhook)))
	case path == "/admin/webhooks" || path == "/admin/webhooks/:id":
		add("url", "https://a.example/in", "of", "some", "event", "contact.created", "active", "1", "form", "1")
	case strings.HasPrefix(path, "/admin/vocabularies"):
		add("v", "sector", "value", "Logistics", "new", "x")
	case strings.HasPrefix(path, "/admin/roles"):
		add("name", "A", "slug", "", "description", "x", "client_scope", "own",
			"require_mfa", "true", "permission", "ViewClient", "was", "name=x", "base_was", "")
	}
	return v
}

// queryParameters are all parameters that pages read.
var queryParameters = []string{
	"actor", "action", "target_type", "target_id",
	"q", "status", "sector", "sector_is", "size_band", "owner", "owner_is", "relationship_status",
	"sort", "after", "rows", "channel", "channel_is", "outcome_is", "user_is", "who_is",
	"actor_is", "target_type_is", "record", "contact_id", "organization_id", "before", "user", "from",
	"to", "add", "new", "for", "next", "token", "display_name", "first_name", "last_name", "email", "phone", "day", "quiet_days", "show",
	"who", "group", "pick", "find", "list", "query", "view", "columns", "recent", "log",
	"with", "as", "further", "tick", "draft", "participant", "participant_id", "choose", "contact", "organization",
	"state", "delivery", "role_label", "outcome", "value", "said", "v", "rename", "merge", "closed", "field", "website", "tax_id",
	"chart", "quiet", "card", "selection", "all", "asked", "again", "found",
}

// wantHarmless checks that an answer is no server error, reveals no internals, and that nothing
// sent became markup.
func (a answer) wantHarmless(sent string) {
	a.t.Helper()
	if a.StatusCode >= 500 {
		a.t.Errorf("%s with %.60q: %d\n%s", a.what, sent, a.StatusCode, a.shown())
	}
	if a.Header.Get("Set-Cookie") != "" && strings.Contains(a.Header.Get("Set-Cookie"), "pwned") {
		a.t.Errorf("%s with %.60q set a cookie", a.what, sent)
	}
	// The system page shows the version of SQLite on purpose.
	said := strings.ReplaceAll(a.body, "<dt>SQLite</dt>", "")
	if sent != "" {
		said = strings.ReplaceAll(said, template(sent), "")
	}
	lower := strings.ToLower(said)
	for _, word := range internal {
		if strings.Contains(lower, word) && !strings.Contains(strings.ToLower(sent), word) {
			a.t.Errorf("%s with %.60q says %q", a.what, sent, word)
		}
	}
	kind, nosniff := a.Header.Get("Content-Type"), a.Header.Get("X-Content-Type-Options") == "nosniff"
	file := strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") &&
		strings.HasPrefix(kind, "text/") && kind != "text/html; charset=utf-8"
	if nosniff && (file || kind == "image/png") {
		return // no browser renders it as a page, and a picture's bytes may spell anything
	}
	sum := sha256.Sum256([]byte(a.body))
	if _, ok := unmarked.Load(sum); ok {
		return
	}
	if problem := markup(a.html); problem != "" {
		a.t.Errorf("%s with %.60q: %s", a.what, sent, problem)
		return
	}
	unmarked.Store(sum, true)
}

// unmarked are the hashes of bodies in which markup found nothing. More than half of the answers repeat
// another one.
var unmarked sync.Map

var template = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace

// markup reports elements that only an attack could have put there.
func markup(html *document) (problem string) {
	html.Find("*").EachWithBreak(func(_ int, e *goquery.Selection) bool {
		name := goquery.NodeName(e)
		if name == "pwned" || name == "style" || name == "iframe" || name == "object" ||
			name == "embed" || name == "base" || name == "img" && e.AttrOr("src", "") != "/account/mfa/qr.png" {
			problem = "an element " + name
		}
		if name == "script" && (e.Text() != "" || !strings.HasPrefix(e.AttrOr("src", ""), "/static/")) {
			problem = "a script " + e.Text()
		}
		for _, attr := range e.Nodes[0].Attr {
			value := strings.ToLower(strings.TrimSpace(attr.Val))
			link := attr.Key == "href" || attr.Key == "action" || attr.Key == "formaction" ||
				attr.Key == "src" || strings.HasPrefix(attr.Key, "hx-") && strings.HasPrefix(value, "javascript")
			switch {
			case strings.HasPrefix(attr.Key, "on"), attr.Key == "style",
				strings.HasPrefix(attr.Key, "hx-on"), attr.Key == "pwned", strings.HasPrefix(attr.Key, "hx-vals"):
				problem = "an attribute " + attr.Key + "=" + attr.Val
			case link && !safeLink(attr.Key, value):
				problem = "a link " + attr.Key + "=" + attr.Val
			}
		}
		return problem == ""
	})
	return problem
}

func safeLink(attribute, value string) bool {
	if attribute != "href" {
		return strings.HasPrefix(value, "/") && !strings.HasPrefix(value, "//")
	}
	for _, prefix := range []string{"/", "#", "http://", "https://", "mailto:", "tel:", "?"} {
		if strings.HasPrefix(value, prefix) {
			return !strings.HasPrefix(value, "//")
		}
	}
	return false
}

// TestHostileForms sends every hostile value in every field of every form.
func TestHostileForms(t *testing.T) {
	t.Parallel()
	for _, r := range handlers.Routes() {
		if r.Method != "POST" || r.Path == "/logout" || r.Path == "/login" {
			continue
		}
		t.Run(r.Path, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			w := newWorld(s)
			by := s.as("Administrator")
			path := w.address(r.Path)
			if r.Path == "/setup" {
				s.Exec("DELETE FROM users")
				by, path = s.stranger(), s.setupPath()
			}
			parts := by.viaHTMX()
			good := formFields(w, r)
			send := func(n int, value string, fields ...string) {
				form := maps.Clone(good)
				if r.Path != "/setup" && strings.Contains(r.Path, ":id") {
					form.Set("version", w.version(r)) // so that the value is stored and shown
				}
				if r.Path == "/setup" && n%10 != 0 {
					form.Set("password", "short") // refused before it is hashed, which would be slow
				}
				for _, field := range fields {
					form.Set(field, value)
				}
				b := by
				if n%4 != 0 {
					b = parts
				}
				a := b.send("POST", path, form)
				a.wantHarmless(value)
				if unreadable(value) && a.StatusCode < 400 && slices.ContainsFunc(fields, takesAnyText) {
					t.Errorf("%v=%q: %d, want it refused", fields, value, a.StatusCode)
				}
			}
			var text, strict []string
			for field := range good {
				switch {
				case field == "password" || field == "version" || field == "sample": // the first is never shown, and hashing each takes long
				case takesAnyText(field):
					text = append(text, field)
				default:
					strict = append(strict, field)
				}
			}
			for n, value := range hostile {
				if n%10 == 9 { // a sample of the long lists is enough
					s.Exec("DELETE FROM organization_contact WHERE contact_id <> ? OR organization_id <> ?", key(w.contact), key(w.org))
					s.Exec("DELETE FROM interactions WHERE id <> ?", key(w.interaction))
				}
				send(n, value, "version")
				if len(text) > 0 {
					send(n, value, text...)
				}
				if len(strict) > 0 {
					send(n+1, value, strict...) // refused where the form offers choices
					send(n, value, strict[n%len(strict)])
				}
			}
			if r.Path == "/setup" {
				return
			}
			// Fields that are repeated, missing or array-like.
			for _, form := range []url.Values{
				{},
				{"version": {"1", "x"}, "value": {"a", "b"}},
				{"version[]": {"1"}, "value[$ne]": {"x"}},
				{"version": {"-1"}},
				{"version": {"99999999999999999999"}},
				{"version": {"1.0"}},
				{"version": {"0x1"}},
				{strings.Repeat("k", 10_000): {"v"}},
				{"": {""}},
			} {
				by.send("POST", path, form).wantHarmless("")
			}
			// Every page shows the stored values harmlessly.
			for _, shown := range handlers.Routes() {
				if shown.Method == "GET" && r.Path != "/setup" {
					by.get(w.address(shown.Path)).wantHarmless("")
				}
			}
		})
	}
}

func unreadable(value string) bool {
	return !utf8.ValidString(value) || strings.ContainsAny(value, "\x00\x1b")
}

// takesAnyText reports whether a field takes any text, rather than a choice or a format.
func takesAnyText(field string) bool {
	return slices.Contains([]string{
		"display_name", "legal_name", "sector", "size_band", "tax_id", "first_name", "last_name", "phone", "mobile", "job_title",
		"subject", "body", "outcome", "role_label", "full_name", "value", "name", "slug", "description", "text", "follow_up_text",
	}, field)
}

// version returns the current version of the record that a route changes.
func (w world) version(r handlers.Route) string {
	w.t.Helper()
	switch {
	case strings.HasSuffix(r.Path, "_id") || strings.HasSuffix(r.Path, "/unlink"):
		return w.One("SELECT ifnull((SELECT version FROM organization_contact WHERE organization_id = ? AND contact_id = ?), 1)",
			key(w.org), key(w.contact))
	case strings.HasPrefix(r.Path, "/organizations"):
		return w.One("SELECT version FROM organizations WHERE id = ?", key(w.org))
	case strings.HasPrefix(r.Path, "/contacts"):
		return w.One("SELECT version FROM contacts WHERE id = ?", key(w.contact))
	case strings.HasPrefix(r.Path, "/follow-ups"):
		return w.One("SELECT version FROM follow_ups WHERE id = ?", key(w.followUp))
	case strings.HasPrefix(r.Path, "/admin/webhooks"):
		return w.One("SELECT ifnull((SELECT version FROM webhooks WHERE id = ?), 1)", key(w.webhook))
	}
	return w.One("SELECT ifnull((SELECT version FROM interactions WHERE id = ?), 1)", key(w.interaction))
}

// TestHostileSignIn is separate because each attempt hashes a password.
func TestHostileSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for n, value := range hostile {
		if n%4 != 0 && !unreadable(value) {
			continue
		}
		b := s.stranger()
		if n%4 != 0 {
			b = b.viaHTMX()
		}
		b.post("/login", "email", value, "password", value, "next", value).want(422, "#login-e", "Wrong email or password").wantHarmless(value)
	}
}

// TestHostileCodes is separate because it needs a half sign-in.
func TestHostileCodes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lea := s.as("Viewer")
	lea.enrol()
	half := s.halfway(lea.user)
	for n, value := range hostile {
		b := half
		if n%4 != 0 {
			b = half.viaHTMX()
		}
		b.post("/login/mfa", "code", value, "next", value, "recovery", value, "time_zone", value).want(422, "#code-e", "").wantHarmless(value)
		b.get("/login/mfa?"+url.Values{"next": {value}, "recovery": {value}}.Encode()).want(200, "#code", "").wantHarmless(value)
	}
}

// TestHostileAddresses sends every hostile value in every parameter of every page.
func TestHostileAddresses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	admin := s.as("Administrator")
	parts := admin.viaHTMX()
	for _, r := range handlers.Routes() {
		if r.Method != "GET" || r.Path == "/healthz" || r.Path == "/readyz" {
			continue
		}
		path := w.address(r.Path)
		for n, value := range hostile {
			all := url.Values{}
			for _, name := range queryParameters {
				if len(value) < 1000 || name == "q" {
					all.Set(name, value)
				}
			}
			b := admin
			if n%4 != 0 {
				b = parts
			}
			if n%3 != 0 { // a bad cursor is refused before anything is read
				all.Del("after")
				all.Del("before")
			}
			if n%2 == 0 { // so is a bad day
				all.Del("from")
				all.Del("to")
			}
			b.get(path + "?" + all.Encode()).wantHarmless(value)
		}
		for _, query := range []string{
			"?%zz", "?q=%", "?q=%ff%00", "?q=a&q=b&q[]=c", "?;", "?q;r", "?=", "?&&&", "?q=" + strings.Repeat("%41", 3000), "?before=-1",
			"?before=9223372036854775808", "?after=bnVsbA", "?after=WyJcdTAwMDAiLCIiXQ", "?before=WyIiXQ", "?before=W251bGwsbnVsbF0",
		} {
			parts.get(path + query).wantHarmless(query)
		}
		admin.withHeaders(map[string]string{
			"HX-Current-URL": "http://registry.example/\"><pwned>", "HX-Target": "<pwned>", "Referer": "javascript:pwned()",
		}).get(path).wantHarmless("")
		for _, name := range []string{
			"HX-Current-URL", "Referer", "HX-Target", "HX-Request", "HX-Request-Type", "Accept",
			"Accept-Language", "User-Agent", "Cookie", "If-None-Match", "HX-History-Restore-Request",
		} {
			for _, value := range []string{
				"http://registry.example/\"><pwned>", "http://registry.example//evil.example", "%", "session=\"><pwned>",
			} {
				s.stranger().withHeaders(map[string]string{name: value}).get(path).wantHarmless(value)
			}
		}
	}
}

// TestNamesAreKeptByteForByte: names and texts are stored exactly as typed.
func TestNamesAreKeptByteForByte(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org := s.Organization("Quay")
	for _, name := range []string{
		"O'Brien", "👩‍👩‍👧‍👦 🏳️‍🌈", "مرحبا بالعالم", "שלום", "Łódź & Søn <Ltd>", "Nguyễn Văn Đức", "Z͑ͫ̓ͪ̂A̴̵̜",
		"王明", "\u200fمكتب\u200f 12", "a\u00a0b", "{{.}}", "=1+1", `C:\new\table`, "100%", "a+b&c=d;e",
	} {
		for _, b := range []*browser{ines, ines.viaHTMX()} {
			b.post("/organizations", "display_name", name, "tax_id", name).want(303, "", "")
			s.WantOne(name, "SELECT display_name FROM organizations ORDER BY rowid DESC LIMIT 1")
			x := ines.post("/contacts", "first_name", name, "last_name", name).to()
			s.WantOne(name+name, "SELECT first_name || last_name FROM contacts WHERE id = ?", key(x))
			ines.get(x+"/edit").wantValue("#first_name", name).wantValue("#last_name", name)
			b.post(org+"/interactions", "channel", "note", "subject", name, "body", name+"\r\n\r\n"+name)
			s.WantOne(name+"\n\n"+name, "SELECT body FROM interactions WHERE subject = ? ORDER BY rowid DESC LIMIT 1", name)
		}
	}
}

// TestWhatIsTooLongIsRefusedAndKept: every form names the limit and keeps all that was typed.
func TestWhatIsTooLongIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as("Administrator")
	acme, maya := s.Organization("Acme"), s.Contact("Maya", "Okafor")
	talk := s.Log(acme, maya, "Renewal")
	s.unchanged(func() {
		for _, c := range []struct {
			path, field string
			most        int
			form        []string
		}{
			{"/organizations", "display_name", 160, nil},
			{"/organizations", "website", 200, []string{"display_name", "Brig"}},
			{"/contacts", "first_name", 80, nil},
			{acme + "/fields/sector", "value", 80, []string{"version", "1"}},
			{acme + "/interactions", "subject", 200, []string{"channel", "call"}},
			{acme + "/interactions", "outcome", 80, []string{"channel", "call", "subject", "x"}},
			{acme + "/interactions", "follow_up_text", 200, []string{"channel", "call", "subject", "x", "follow_up_due_on", "2030-01-01"}},
			{talk, "subject", 200, []string{"channel", "call", "version", "1"}},
			{acme + "/contacts", "role_label", 120, []string{"contact_id", key(maya)}},
			{"/organizations/batch", "sector", 80, []string{"id", key(acme), "action", "set_sector"}},
			{"/views", "name", 80, []string{"list", "organizations"}},
			{"/account", "full_name", 160, nil},
			{"/admin/users", "full_name", 160, []string{"email", "new@pinestreet.example", "role", "Viewer"}},
			{"/admin/roles", "name", 80, nil},
			{"/admin/webhooks", "url", 2000, []string{"event", "contact.created"}},
			{"/admin/roles", "description", 400, []string{"name", "Auditor"}},
		} {
			typed := strings.Repeat("é", c.most+1)
			limit := fmt.Sprintf("Use at most %d characters; this has %d", c.most, c.most+1)
			a := admin.post(c.path, append(c.form, c.field, typed)...).want(422, ".err", limit)
			if !strings.Contains(a.body, typed) {
				t.Errorf("%s: %s is not kept", c.path, c.field)
			}
		}
	})
}
