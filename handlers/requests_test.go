package handlers_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers"
	"clientregistry/handlers/jobs"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// wantHeaders checks the headers that every answer carries.
func (a answer) wantHeaders() {
	a.t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		"Access-Control-Allow-Origin": "", "Server": "", "X-Powered-By": "",
	} {
		if got := strings.Join(a.Header.Values(name), ", "); got != want {
			a.t.Errorf("%s (%d): %s is %q", a.what, a.StatusCode, name, got)
		}
	}
	if !strings.Contains(a.Header.Get("Permissions-Policy"), "camera=()") {
		a.t.Errorf("%s: Permissions-Policy is %q", a.what, a.Header.Get("Permissions-Policy"))
	}
	if cache := a.Header.Get("Cache-Control"); cache != "no-store" && !strings.Contains(a.what, "/static/") {
		a.t.Errorf("%s (%d): Cache-Control is %q", a.what, a.StatusCode, cache)
	}
	if a.StatusCode >= 500 {
		a.t.Errorf("%s: %d", a.what, a.StatusCode)
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	admin, lea, nobody := s.as("Administrator"), s.as("Viewer"), s.stranger()
	for _, b := range []*browser{admin, lea, nobody, admin.viaHTMX(), nobody.viaHTMX(), admin.boosted(), admin.back()} {
		for _, r := range handlers.Routes() {
			if r.Path == "/logout" {
				continue
			}
			var form url.Values
			if r.Method == "POST" {
				form = url.Values{"version": {"0"}}
			}
			a := b.send(r.Method, w.address(r.Path), form)
			a.wantHeaders()
			if kind := a.Header.Get("Content-Type"); strings.HasPrefix(kind, "text/html") {
				if vary := strings.Join(a.Header.Values("Vary"), ", "); !strings.Contains(vary, "HX-Request, HX-Request-Type") ||
					!strings.Contains(vary, "Accept-Encoding") {
					t.Errorf("%s: Vary is %q", a.what, vary)
				}
			}
		}
	}
	for _, path := range []string{
		"/static/app.css", "/static/app.js", "/static/", "/static/nowhere.css", "/static/../go.mod",
		"/static/app.css/", "/static/vendor/", "/static/vendor/passwords.json", "/static/passwords.json",
		"/nowhere", "/debug/pprof/", "/metrics", "/.git/config", "/favicon.ico", "/robots.txt",
		"/organizations/", "/index.php", "//", "/admin", "/healthz/", "/clientregistry.db",
	} {
		for _, b := range []*browser{admin, nobody} {
			b.get(path).wantHeaders()
			b.post(path).wantHeaders()
		}
		if a := nobody.get(path); path != "/static/app.css" && path != "/static/app.js" && a.StatusCode != 404 {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
	cross := admin.withHeaders(map[string]string{"Sec-Fetch-Site": "cross-site"})
	cross.post("/organizations", "display_name", "x").want(403, "", "").wantHeaders()
	nobody.get("/healthz").want(200, "body", "ok")
	nobody.get("/readyz").want(200, "body", "ok")
}

// TestOtherSitesChangeNothing: no POST from another site, a sibling domain or a sandbox gets
// through.
func TestOtherSitesChangeNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	admin := s.as("Administrator")
	for _, r := range handlers.Routes() {
		if r.Method != "POST" {
			continue
		}
		for _, from := range []map[string]string{
			{"Sec-Fetch-Site": "cross-site"},
			{"Sec-Fetch-Site": "same-site"},
			{"Sec-Fetch-Site": "cross-site", "Origin": "null"},
			{"Sec-Fetch-Site": "", "Origin": "null"},
			{"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
			{"Sec-Fetch-Site": "", "Origin": "http://registry.example:81"},
			{"Sec-Fetch-Site": "", "Origin": "http://sub.registry.example"},
			{"Sec-Fetch-Site": "nonsense"},
			{"Sec-Fetch-Site": "", "Origin": "http://registry.example.evil.example"},
		} {
			before := s.commits()
			a := admin.withHeaders(from).post(w.address(r.Path), "version", "1", "value", "x.example", "display_name", "x", "subject",
				"x", "channel", "call", "first_name", "x", "last_name", "x", "email", "person1@pinestreet.example", "password", password)
			if a.StatusCode != 403 || a.Header.Get("Set-Cookie") != "" || s.commits() != before {
				t.Errorf("%s from %v: %d, changed: %v", a.what, from, a.StatusCode, s.commits() != before)
			}
		}
	}
	// Our own pages, and programs that send no origin, get through.
	for _, from := range []map[string]string{
		{"Sec-Fetch-Site": "same-origin", "Origin": "http://registry.example"},
		{"Sec-Fetch-Site": "", "Origin": "http://registry.example"},
		{"Sec-Fetch-Site": ""},
		{"Sec-Fetch-Site": "none"},
	} {
		admin.withHeaders(from).post("/organizations", "display_name", "Ours").want(303, "", "")
	}
	// Links from other sites may open pages.
	admin.withHeaders(map[string]string{"Sec-Fetch-Site": "cross-site"}).get("/organizations").want(200, "h1", "Organizations")
}

// TestNoGETChangesAnything: whatever its parameters. Reading that is recorded, such as of the audit
// log, adds only that row.
func TestNoGETChangesAnything(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	admin := s.as("Administrator")
	var reads []string
	for _, actions := range db.AuditActions {
		for _, action := range actions {
			if strings.HasPrefix(action, "view_") || strings.HasPrefix(action, "export_") {
				reads = append(reads, action)
			}
		}
	}
	query := "?version=1&value=x&display_name=x&_method=POST&_method=DELETE&action=archive&add=1&new=1&subject=x&channel=call&first_name=x&last_name=x"
	s.unchanged(func() {
		for _, r := range handlers.Routes() {
			for _, method := range []string{"GET", "HEAD"} {
				admin.withHeaders(map[string]string{"X-HTTP-Method-Override": "POST", "X-Method-Override": "DELETE"}).
					send(method, w.address(r.Path)+query, nil)
			}
		}
	}, reads...)
	s.WantOne("1", "SELECT count(*) FROM audit_logs WHERE action = 'view_audit'")
	s.WantOne("1", "SELECT count(*) FROM audit_logs WHERE action = 'export_audit'")
}

func TestHEADIsGETWithoutABody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	server := httptest.NewServer(s)
	defer server.Close()
	for _, b := range []*browser{s.as("Viewer"), s.stranger()} {
		for _, r := range handlers.Routes() {
			if r.Method != "GET" {
				continue
			}
			var got [2]string
			for i, method := range []string{"GET", "HEAD"} {
				q, err := http.NewRequest(method, server.URL+w.address(r.Path), nil)
				if err != nil {
					t.Fatal(err)
				}
				if b.cookie != nil {
					q.AddCookie(b.cookie)
				}
				a, err := http.DefaultTransport.RoundTrip(q)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(a.Body)
				a.Body.Close()
				if err != nil || method == "HEAD" && len(body) > 0 {
					t.Errorf("HEAD %s: %d bytes, %v", r.Path, len(body), err)
				}
				got[i] = fmt.Sprint(a.StatusCode, a.Header.Get("Location"), a.Header.Get("Content-Type"), a.Header.Get("Content-Security-Policy"))
			}
			if got[0] != got[1] {
				t.Errorf("%s: GET answers %s, HEAD %s", r.Path, got[0], got[1])
			}
		}
	}
}

// TestNoWayAround: no spelling of a path, method or header gets past a permission.
func TestNoWayAround(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	nobody, reader := s.as(s.Role("Nobody")), s.as(s.Role("Reader", db.ViewClient))
	server := httptest.NewServer(s)
	defer server.Close()
	secret := []string{"Harbor", "Renewal", "Elif"}
	send := func(b *browser, method, target, more, body string) (status int, answer string) {
		t.Helper()
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "%s %s HTTP/1.1\r\nHost: registry.example\r\nCookie: session=%s\r\nConnection: close\r\nContent-Type: "+
			"application/x-www-form-urlencoded\r\nContent-Length: %d\r\n%s\r\n%s", method, target, b.cookie.Value, len(body), more, body)
		a, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
		if err != nil {
			t.Fatalf("%s %s: %v", method, target, err)
		}
		defer a.Body.Close()
		text, _ := io.ReadAll(a.Body)
		return a.StatusCode, string(text)
	}
	paths := []string{
		w.org, w.org + "/", "/" + w.org, w.org + "//", "/./organizations/" + key(w.org), "/x/.." + w.org, w.org + ";a=b",
		"/organizations;/" + key(w.org), "/organizations%2f" + key(w.org), "/%6frganizations/" + key(w.org),
		"/Organizations/" + key(w.org), "/organizations%00/" + key(w.org), w.org + "%20", w.org + "?x", w.org + "%3f",
		"/static/.." + w.org, "/static/..%2forganizations/" + key(w.org), "/login/.." + w.org, "/login/..%2forganizations%2f" + key(w.org),
		"http://registry.example" + w.org, "http://evil.example" + w.org, w.org + ".json",
		w.org + "/interactions", w.interaction, "/organizations\\" + key(w.org), "/organizations/%zz", "/%", "*",
	}
	heads := []string{
		"", "X-Original-URL: " + w.org + "\r\nX-Rewrite-URL: " + w.org + "\r\n", "X-HTTP-Method-Override: GET\r\nX-Method-Override: GET\r\n",
		"X-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\nForwarded: for=127.0.0.1\r\n", "HX-Request: true\r\nHX-Request-Type: partial\r\n",
	}
	for _, path := range paths {
		for _, head := range heads {
			status, body := send(nobody, "GET", path, head, "")
			for _, word := range secret {
				if status >= 500 || strings.Contains(body, word) {
					t.Errorf("GET %s %q: %d\n%s", path, head, status, body)
				}
			}
		}
	}
	s.unchanged(func() {
		for _, path := range []string{
			w.org + "/archive", w.org + "/archive/", "/" + w.org + "/archive",
			w.org + "%2farchive", w.org + ";x/archive", "/login/.." + w.org + "/archive",
		} {
			for _, head := range []string{"", "X-HTTP-Method-Override: GET\r\n", "X-Original-URL: /login\r\n"} {
				for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "GET", "HEAD", "OPTIONS", "post", "Post", "FOO", "PROPFIND"} {
					status, body := send(reader, method, path, head, "version=1&_method=POST")
					if status < 400 || status >= 500 {
						t.Errorf("%s %s: %d\n%s", method, path, status, body)
					}
					if status == http.StatusForbidden {
						s.refusals.Add(1)
					}
				}
			}
		}
	})
	for _, method := range []string{"TRACE", "CONNECT", "TRACK"} {
		if status, body := send(reader, method, "/organizations", "X-Secret: no-echo-please\r\n", ""); status != 405 &&
			status != 404 && status != 400 || strings.Contains(body, "no-echo") {
			t.Errorf("%s: %d %s", method, status, body)
		}
	}
}

// TestForeignHostIsInNoLink: Host never appears in pages or redirects, and a client's address is
// taken only from a trusted proxy.
func TestForeignHostIsInNoLink(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	admin := s.as("Administrator")
	s.setupPath()
	for _, r := range handlers.Routes() {
		for _, b := range []*browser{admin, s.stranger(), s.stranger().viaHTMX()} {
			if r.Path == "/logout" {
				continue
			}
			var form url.Values
			if r.Method == "POST" {
				form = url.Values{}
			}
			q := b.request(r.Method, w.address(r.Path), form)
			q.Host = "evil.example"
			q.Header.Set("X-Forwarded-Host", "evil.example")
			q.Header.Set("X-Forwarded-Proto", "https")
			q.Header.Set("HX-Current-URL", "http://evil.example/x?y")
			q.Header.Set("Referer", "http://evil.example/")
			a := b.do(q)
			if all := fmt.Sprint(a.Header) + a.body; strings.Contains(all, "evil") {
				t.Errorf("%s: a foreign host in\n%s", a.what, all)
			}
		}
	}
	if link := s.SetupLink(); !strings.HasPrefix(link, "http://registry.example/setup?token=") {
		t.Errorf("the setup link is %s", link)
	}

	for _, trusted := range []bool{false, true} {
		o := handlers.Options{BaseURL: "http://registry.example"}
		if trusted {
			o.TrustedProxies = []string{"192.0.2.0/24"} // the address of httptest's requests
		}
		b := newSiteWith(t, o, jobs.Options{}).stranger()
		b.withHeaders(map[string]string{"X-Forwarded-For": "203.0.113.9", "User-Agent": strings.Repeat("é\x00", 1000)}).
			post("/login", "email", "a@b.example", "password", "x").want(422, "", "")
		want := map[bool]string{false: "192.0.2.1", true: "203.0.113.9"}[trusted]
		var ip string
		if err := b.SQL.QueryRow("SELECT ip FROM audit_logs ORDER BY seq DESC LIMIT 1").Scan(&ip); err != nil || ip != want {
			t.Errorf("trusted %v: the address is %s, %v", trusted, ip, err)
		}
	}
}

func TestBodiesThatAreNoForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	admin := s.as("Administrator")
	admin.get("/account/mfa") // creates its key the first time
	const form = "application/x-www-form-urlencoded"
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := io.Copy(z, io.LimitReader(zeros{}, 8<<20)); err != nil {
		t.Fatal(err)
	}
	z.Close()
	fields := func(n int) string { return strings.TrimSuffix(strings.Repeat("a=1&", n), "&") }
	for _, x := range []struct {
		name, kind, encoding, body string
		statuses                   []int
	}{
		{"1 MB and a byte", form, "", "display_name=" + strings.Repeat("a", 1<<20), []int{413}},
		{"201 fields", form, "", fields(201), []int{400}},
		{"200 fields", form, "", fields(200), []int{200, 303, 404, 409, 422}},
		{"20,000 fields", form, "", fields(20_000), []int{400}},
		{"broken percent encoding", form, "", "display_name=%zz", []int{400}},
		{"half a percent", form, "", "display_name=100%", []int{400}},
		{"semicolons", form, "", "display_name=a;version=1", []int{400}},
		{"gzip", form, "gzip", zipped.String(), []int{415}},
		{"JSON", "application/json", "", `{"display_name":"x","version":1}`, []int{415}},
		{"deep JSON", "application/json", "", strings.Repeat("[", 100_000), []int{415}},
		{
			"multipart", "multipart/form-data; boundary=x", "",
			"--x\r\nContent-Disposition: form-data; name=\"display_name\"\r\n\r\nx\r\n--x--\r\n",
			[]int{415},
		},
		{"text", "text/plain", "", "display_name=x", []int{415}},
		{"a type that is none", "form/", "", "display_name=x", []int{415}},
		{"arrays", form, "", "display_name[]=x&display_name[0]=y&version[]=1&value[a]=b&subject[]=x", []int{200, 303, 404, 409, 422}},
		{"no body", form, "", "", []int{200, 303, 404, 409, 422}},
	} {
		for _, r := range handlers.Routes() {
			if r.Method != "POST" || r.Path == "/logout" {
				continue
			}
			q := httptest.NewRequest("POST", "http://registry.example"+w.address(r.Path), strings.NewReader(x.body))
			q.Header.Set("Content-Type", x.kind)
			if x.encoding != "" {
				q.Header.Set("Content-Encoding", x.encoding)
			}
			before := s.commits()
			a := admin.do(q)
			s.Jobs.Wait() // wait for a check that was asked for to record its result
			if !slices.Contains(x.statuses, a.StatusCode) {
				t.Errorf("%s to %s: %d, want one of %v", x.name, r.Path, a.StatusCode, x.statuses)
			}
			if a.StatusCode >= 400 && s.commits() != before && r.Path != "/login" {
				t.Errorf("%s to %s changed something", x.name, r.Path)
			}
			a.wantHeaders()
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestAFailureTellsNobodyWhy: an internal error is a page with an id to report. The log has the
// details, but no cookie.
func TestAFailureTellsNobodyWhy(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newSiteWith(t, handlers.Options{BaseURL: "http://registry.example", Log: slog.New(slog.NewTextHandler(&log, nil))}, jobs.Options{})
	ines := s.as("Manager")
	s.Exec("ALTER TABLE organizations RENAME TO elsewhere")
	for _, b := range []*browser{ines, ines.viaHTMX(), ines.boosted()} {
		a := b.get("/organizations").want(500, "", "")
		number := a.Header.Get("X-Request-Id")
		if !strings.Contains(a.body, number) || number == "" || !strings.Contains(log.String(), number) {
			t.Errorf("the number %q is not on the page and in the log", number)
		}
		for _, inside := range internal {
			if strings.Contains(strings.ToLower(a.body), inside) {
				t.Errorf("the page says %q", inside)
			}
		}
		a.wantFragment(b.headers["HX-Request-Type"] == "partial")
	}
	if !strings.Contains(log.String(), "no such table") || strings.Contains(log.String(), ines.cookie.Value) {
		t.Errorf("the log: %s", log.String())
	}
}

// TestWhatIsSavedIsSaidToBeSaved: if rendering fails after the commit, the answer does not claim
// that nothing was changed.
func TestWhatIsSavedIsSaidToBeSaved(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, acme := s.as("Manager"), s.Organization("Acme")
	s.Exec("ALTER TABLE organization_contact RENAME TO out_of_reach") // read only by the answer
	a := ines.viaHTMX().post(acme+"/fields/sector", "value", "Media", "version", "1").want(500, "", "The change is saved")
	if strings.Contains(a.body, "Nothing was changed") {
		t.Error(a.shown())
	}
	s.WantOne("Media", "SELECT sector FROM organizations")
	call := s.Log(acme, "", "Renewal")
	on := ines.withHeaders(map[string]string{"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": s.Base + acme})
	on.post(call+"/delete", "version", "1").want(500, "", "The change is saved")
	s.WantOne("0", "SELECT count(*) FROM interactions")
	ines.viaHTMX().post(acme+"/fields/sector", "value", strings.Repeat("x", 81), "version", "2").want(422, ".err", "Use at most 80 characters")
	s.Exec("ALTER TABLE out_of_reach RENAME TO organization_contact")
	ines.viaHTMX().post(acme+"/fields/sector", "value", "Retail", "version", "2").want(200, "", "Retail")
}
