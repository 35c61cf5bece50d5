package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"clientregistry/handlers/api"
)

// bodies are unreadable or too large, with the status that refuses each.
var bodies = map[string]int{
	"{": 400, "": 415, "null": 400, "[]": 400, `"x"`: 400, "1": 400, "{}{}": 400, "{} x": 400, `{"a": 1,}`: 400,
	"{'a': 1}": 400, "{\"a\": NaN}": 400,
	`{"display_name": "A", "display_name": "B"}`: 400, `{"x": {"a": 1, "a": 2}}`: 400, `{"a": "\ud800"}`: 400, "{\"a\": \"\xff\"}": 400,
	"\ufeff{}": 400, "<a></a>": 400, "a=b": 400, `{"a": "` + strings.Repeat("x", 1<<20) + `"}`: 413,
	`{"a": ` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`: 400, strings.Repeat("[", 100_000): 400,
	`{"a": ` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}`: 422, `{"": 1}`: 422, `{"` + strings.Repeat("x", 5000) + `": 1}`: 422,
	`{"__proto__": {}}`: 422, `{"Display_Name": "A"}`: 422, `{"display_name": 1e309}`: 422, `{"display_name": {"$gt": ""}}`: 422,
}

// texts are values that attackers send, and a few that honest people do.
var texts = []string{
	"<script>pwned()</script>", "{{.}}", "'; DROP TABLE organizations; --", "%' OR 1=1 --",
	"a\x00b", "\x1b[31m", "a\r\nSet-Cookie: x=1", "\u202e",
	"مرحبا", "👩‍👩‍👧‍👦", "O'Brien", "Łódź & Søn <Ltd>", strings.Repeat("é", 20_000),
	"=1+1", "javascript:x", "../../etc/passwd", "null", "\u2028", "\ufeff",
}

// TestUnreadableBodies: each has its status, in JSON, and changes nothing.
func TestUnreadableBodies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, w := s.as("Manager"), newWorld(s, 1)
	for _, r := range api.Routes() {
		if validBody(r, 1) == "" {
			continue
		}
		s.unchanged(func() {
			for body, status := range bodies {
				p.send(r.Method, w.address(r.Path), body).want(status, `"error":"`)
			}
			for _, kind := range []string{
				"text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "x", "multipart/form-data",
			} {
				p.send(r.Method, w.address(r.Path), validBody(r, 1), "Content-Type", kind).want(415, `"error":"`)
			}
			p.send(r.Method, w.address(r.Path), validBody(r, 1), "Content-Encoding", "gzip").want(415, `"error":"`)
		})
	}
}

// TestHostileValues: in every field of every operation, and as parameters, they are kept or refused
// in JSON, never an error of the server. What is kept is kept as it was sent.
func TestHostileValues(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	fields := []string{
		"display_name", "legal_name", "website", "sector", "size_band", "tax_id", "owner_user_id", "first_name", "last_name", "email", "phone",
		"mobile", "job_title", "contact_id", "organization_id", "role_label", "relationship_status", "is_main", "nothing",
		"text", "due_on", "due_time", "assignee_id", "done", "cancelled",
		"channel", "subject", "body", "outcome", "happened_at", "user_id", "participant_ids",
	}
	n := 0
	for _, r := range api.Routes() {
		if validBody(r, 1) == "" {
			continue
		}
		w := newWorld(s, 1000+n)
		for _, field := range fields {
			for _, text := range texts {
				n++
				var body map[string]any
				if err := json.Unmarshal([]byte(validBody(r, n)), &body); err != nil {
					t.Fatal(err)
				}
				body[field] = text
				encoded, _ := json.Marshal(body)
				a := p.send(r.Method, w.address(r.Path), string(encoded))
				if a.StatusCode >= 500 || a.json == nil {
					t.Errorf("%s: %d %s", a.what, a.StatusCode, a.body)
				}
				visible := a.StatusCode < 300 && (field == "sector" || field == "text" || field == "subject") && utf8.RuneCountInString(text) > 2
				if kept := fmt.Sprint(a.json); visible && !strings.Contains(kept, text) {
					t.Errorf("%s keeps %s", a.what, kept)
				}
			}
		}
	}
	names := []string{
		"q", "sector", "owner", "sort", "after", "limit", "role_label", "created_from", "status", "email", "show", "who",
		"channel", "outcome", "user", "from", "to", "quiet_days", "last_contact_to", "missing",
	}
	for _, list := range []string{"organizations", "contacts", "interactions", "follow-ups", "search", "changes"} {
		path := "/api/crm/" + list
		for _, name := range names {
			for _, text := range texts {
				a := p.get(path + "?" + name + "=" + escape(text))
				if a.StatusCode >= 500 || a.json == nil {
					t.Errorf("%s: %d %s", a.what, a.StatusCode, a.body)
				}
			}
		}
		for _, query := range []string{"?%zz", "?a;b", "?=", "?&&", "?limit[]=1", "?q=" + strings.Repeat("x", 50_000)} {
			if a := p.get(path + query); a.StatusCode >= 500 {
				t.Errorf("%s: %d %s", query, a.StatusCode, a.body)
			}
		}
	}
	for _, id := range []string{"%00", "%ff", "..%2f", "x'--", strings.Repeat("x", 3000), "%E2%80%AE"} {
		for _, kind := range []string{"organizations", "interactions", "follow-ups"} {
			p.get("/api/crm/" + kind + "/" + id).want(404)
		}
	}
}

// TestIDsMayBeInCapitals, as in all UUIDs: in addresses, bodies and parameters. Answers have them as they are stored.
func TestIDsMayBeInCapitals(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, w := s.as("Manager"), newWorld(s, 1)
	maya := key(s.Contact("Maya", "Okafor"))
	capitals := func(id string) string { return strings.ToUpper(key(id)) }
	org := "/api/crm/organizations/" + capitals(w.organization)
	p.get(org).want(200).wantAt("organization.id", key(w.organization))
	p.send("PATCH", org, `{"owner_user_id": "`+capitals(p.user.ID)+`"}`).want(200).wantAt("owner_user_id", p.user.ID)
	if n := len(p.get("/api/crm/organizations?owner=" + capitals(p.user.ID)).want(200).list()); n != 1 {
		t.Errorf("%d organizations of the owner, want 1", n)
	}
	link := p.send("POST", org+"/contacts", `{"contact_id": "`+capitals(maya)+`"}`).want(201).wantAt("contact.id", maya)
	if at, want := link.Header.Get("Location"), "/api/crm/organizations/"+key(w.organization)+"/contacts"; at != want {
		t.Errorf("the link is at %s, want %s", at, want)
	}
	p.send("PATCH", org+"/contacts/"+capitals(maya), `{"role_label": "CFO"}`).want(200).wantAt("role_label", "CFO")
	p.send("POST", org+"/interactions", `{"channel": "call", "subject": "x", "participant_ids": ["`+capitals(maya)+`"]}`).want(201).
		wantIDs("participant_ids", "/contacts/"+maya)
}

// TestRepeatedHeaders: none is used in part. A list of them is one (RFC 9110).
func TestRepeatedHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, w := s.as("Manager"), newWorld(s, 1)
	tag := p.get("/api/crm" + w.organization).want(200).Header.Get("ETag")
	bearer := "Bearer " + p.secret
	for _, x := range []struct {
		method, name string
		values       []string
		status       int
	}{
		{"GET", "Authorization", []string{bearer, "Bearer x"}, 401},
		{"GET", "Authorization", []string{"Bearer x", bearer}, 401},
		{"GET", "Authorization", []string{bearer, bearer}, 401},
		{"GET", "If-None-Match", []string{`"0-0"`, tag}, 304},
		{"PATCH", "Content-Type", []string{"application/json", "text/plain"}, 415},
		{"PATCH", "Content-Encoding", []string{"", "gzip"}, 415},
		{"PATCH", "If-Match", []string{`"1"`, `"2"`}, 400},
		{"PATCH", "If-Match", []string{`"1", "2"`}, 400},
		{"PATCH", "If-Match", []string{`"01"`}, 400},
		{"PATCH", "If-Match", []string{""}, 400},
		{"PATCH", "If-Match", []string{" "}, 400},
		{"PATCH", "If-Match", []string{`"+1"`}, 400},
		{"POST", "Idempotency-Key", []string{"a", "b"}, 400},
	} {
		path := w.organization + map[string]string{"POST": "/archive"}[x.method]
		r := httptest.NewRequest(x.method, "http://registry.example/api/crm"+path, strings.NewReader(map[string]string{
			"PATCH": `{"sector": "Media"}`,
		}[x.method]))
		r.Header = http.Header{"Authorization": {bearer}, "Content-Type": {"application/json"}}
		r.Header[x.name] = x.values
		got := httptest.NewRecorder()
		s.unchanged(func() { s.ServeHTTP(got, r) })
		if body := got.Body.String(); got.Code != x.status || x.status != 304 && !strings.HasPrefix(body, `{"error":"`) {
			t.Errorf("%s with %s %q: %d %s, want %d", x.method, x.name, x.values, got.Code, body, x.status)
		}
	}
}

// TestAddressesThatAreNotQuiteTheAPI: a slash too many is answered in JSON, and leads nowhere.
func TestAddressesThatAreNotQuiteTheAPI(t *testing.T) {
	t.Parallel()
	p := newSite(t).as("Manager")
	for _, path := range []string{
		"/api", "/api/", "/api/crm", "/api/crm/", "/api/crm/me/", "//api/crm/me", "///api/crm/me", "/api//crm/me", "/api/crm//me",
		"/api/crm/../crm/me", "/api/crm/me;x=1", "/api/crm/me%2f",
	} {
		for _, method := range []string{"GET", "POST", "OPTIONS", "TRACE"} {
			p.send(method, path, "").want(404, `"error":"The API has no such address.`)
		}
	}
}

// TestMethodsAndFormsOfEveryAddress: what an address does not take is refused in JSON, also for who would
// rather have HTML, and HEAD is answered like GET.
func TestMethodsAndFormsOfEveryAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, w := s.as("Manager"), newWorld(s, 1)
	methods := map[string][]string{}
	for _, r := range api.Routes() {
		methods[r.Path] = append(methods[r.Path], r.Method)
	}
	for path, takes := range methods {
		if slices.Contains(takes, "GET") {
			takes = append(takes, "HEAD")
		}
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"} {
			taken, reads := slices.Contains(takes, method), method == "GET" || method == "HEAD"
			if taken && !reads {
				continue
			}
			s.unchanged(func() {
				a := p.send(method, w.address(path), "", "Accept", "text/html", "X-HTTP-Method-Override", "DELETE")
				if a.want(map[bool]int{true: 200, false: 405}[taken]); taken {
					return
				}
				if kind := a.Header.Get("Content-Type"); kind != "application/json; charset=utf-8" || a.Header.Get("Allow") == "" {
					t.Errorf("%s is answered in %s and allows %q", a.what, kind, a.Header.Get("Allow"))
				}
			})
		}
	}
}

func escape(text string) string {
	var all strings.Builder
	for _, b := range []byte(text) {
		fmt.Fprintf(&all, "%%%02x", b)
	}
	return all.String()
}
