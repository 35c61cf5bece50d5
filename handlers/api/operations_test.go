package api_test

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/handlers/api"
)

// unknown is an ID that no record has.
const unknown = "01a00000-0000-7000-8000-000000000000"

// operation is what is sent to a route and how it answers. Empty bodies are not tried.
type operation struct {
	invalid  map[string]string // bodies, or parameters of a list, by the field that is refused
	conflict string            // a body that is answered 409, "-" for one with an outdated If-Match
	says     []string          // in the answer to the good body
	taken    string            // a body that is answered 409 after the good one
	fades    string            // a good body whose record can go out of sight, "" for the usual one
	also     []string          // parameters of further good requests, whose answers have other fields
}

var recordInvalid = map[string]string{
	`{"version": 2}`: "version", `{"is_active": false}`: "is_active",
	`{"id": "x"}`: "id", `{"created_at": "2026-01-01T00:00:00Z"}`: "created_at", `{"website ": "x"}`: "website ",
	`{"owner_user_id": 7}`: "owner_user_id",
	`{"fields": {}}`:       "fields", `{"owner_user_id": ["x"]}`: "owner_user_id",
}

func with(bodies map[string]string, more ...string) map[string]string {
	all := map[string]string{}
	for body, field := range bodies {
		all[body] = field
	}
	for i := 0; i+1 < len(more); i += 2 {
		all[more[i]] = more[i+1]
	}
	return all
}

var listInvalid = map[string]string{
	"?colour=red": "colour", "?limit=0": "limit", "?limit=201": "limit", "?limit=x": "limit", "?status=gone": "status", "?sort=tax_id": "sort",
	"?q=" + strings.Repeat("x", 201): "q", "?owner=x": "owner", "?created_from=soon": "created_from", "?quiet_days=-1": "quiet_days",
	"?relationship_status=Friend": "relationship_status", "?q=a&q=b": "q", "?q=%00": "q", "?q=%ff": "q", "?after=x": "after",
	"?last_contact=x": "last_contact", "?missing=x": "missing", "?columns=x": "columns", "?%ff=x": "\uFFFD",
}

var noParameters = map[string]string{"?x=1": "x"}

var linkInvalid = map[string]string{
	`{"relationship_status": "Friend"}`: "relationship_status", `{"role_label": true}`: "role_label", `{"is_main": "yes"}`: "is_main",
	`{"version": 2}`: "version", `{"role_label": "` + strings.Repeat("x", 121) + `"}`: "role_label",
}

// operations has every route.
var operations = map[string]operation{
	"GET /api/crm/me":    {invalid: noParameters, says: []string{`"client_scope":"all"`, `"name":"Nightly"`}},
	"GET /api/crm/users": {invalid: noParameters, says: []string{`"full_name":"Manager Person"`}},

	"GET /api/crm/organizations": {invalid: listInvalid, says: []string{`"sector":"Logistics"`, `"contacts_count":1`}},
	"POST /api/crm/organizations": {
		invalid: with(recordInvalid, `{}`, "display_name", `{"display_name": null}`,
			"display_name", `{"display_name": "a\u0000"}`, "display_name",
			`{"display_name": "A", "website": "javascript:x"}`, "website", `{"display_name": "A", "sector": 5}`, "sector",
			`{"display_name": "A", "owner_user_id": "`+unknown+`"}`, "owner_user_id"),
		says: []string{`"website":null`, `"version":1`, `"is_active":true`},
	},
	"GET /api/crm/organizations/:id": {
		invalid: noParameters,
		says:    []string{`"organization":{"id"`, `"contacts":[{"contact":{"id"`, `"interactions":[{"id"`, `"role_label":"CFO"`},
	},
	"PATCH /api/crm/organizations/:id": {
		invalid: with(recordInvalid, `{"display_name": ""}`, "display_name", `{"website": "x y"}`, "website",
			`{"owner_user_id": "`+unknown+`"}`, "owner_user_id"), conflict: "-",
		says: []string{`"version":`},
	},
	"POST /api/crm/organizations/:id/archive": {conflict: "-", says: []string{`"is_active":false`}},
	"POST /api/crm/organizations/:id/restore": {conflict: "-", says: []string{`"is_active":true`}},
	"GET /api/crm/organizations/:id/contacts": {invalid: noParameters, says: []string{`"contact":{"id"`, `"is_main":true`}},
	"POST /api/crm/organizations/:id/contacts": {
		invalid: with(linkInvalid, `{}`, "first_name", `{"contact_id": "`+unknown+`"}`, "contact_id", `{"contact_id": "x"}`, "contact_id",
			`{"contact_id": "`+unknown+`", "first_name": "A"}`, "first_name", `{"organization_id": "x"}`, "organization_id"),
		conflict: `{"contact_id": "CONTACT"}`, says: []string{`"contact":{"id"`, `"relationship_status":"Active"`},
	},
	"PATCH /api/crm/organizations/:id/contacts/:contact_id":  {invalid: linkInvalid, conflict: "-", says: []string{`"role_label":"CEO"`}},
	"DELETE /api/crm/organizations/:id/contacts/:contact_id": {invalid: noParameters, conflict: "-"},

	"GET /api/crm/contacts": {invalid: listInvalid, says: []string{`"last_name":"Aydın"`}},
	"POST /api/crm/contacts": {
		invalid: with(recordInvalid, `{"first_name": "A"}`, "last_name", `{"first_name": "A", "last_name": "B", "email": "x"}`, "email",
			`{"first_name": "A", "last_name": "B", "email": "taken@harbor.example"}`, "email"),
		says: []string{`"email":null`, `"version":1`},
	},
	"GET /api/crm/contacts/:id": {
		invalid: noParameters, says: []string{`"contact":{"id"`, `"organizations":[{"organization":{"id"`, `"interactions":[{"id"`},
	},
	"PATCH /api/crm/contacts/:id": {
		invalid:  with(recordInvalid, `{"email": "taken@harbor.example"}`, "email", `{"last_name": null}`, "last_name"),
		conflict: "-", says: []string{`"version":`},
	},
	"POST /api/crm/contacts/:id/archive":      {conflict: "-", says: []string{`"is_active":false`}},
	"POST /api/crm/contacts/:id/restore":      {conflict: "-", says: []string{`"is_active":true`}},
	"GET /api/crm/contacts/:id/organizations": {invalid: noParameters, says: []string{`"organization":{"id"`, `"role_label":"CFO"`}},
	"POST /api/crm/contacts/:id/organizations": {
		invalid:  with(linkInvalid, `{}`, "display_name", `{"organization_id": "`+unknown+`"}`, "organization_id"),
		conflict: `{"organization_id": "ORGANIZATION"}`, says: []string{`"organization":{"id"`},
	},
	"PATCH /api/crm/contacts/:id/organizations/:organization_id":  {invalid: linkInvalid, conflict: "-", says: []string{`"role_label":"CEO"`}},
	"DELETE /api/crm/contacts/:id/organizations/:organization_id": {invalid: noParameters, conflict: "-"},

	"GET /api/crm/organizations/:id/interactions": {invalid: interactionsInvalid, says: []string{`"subject":"Renewal agreed"`}},
	"GET /api/crm/contacts/:id/interactions":      {invalid: interactionsInvalid, says: []string{`"channel":"call"`}},
	"GET /api/crm/interactions":                   {invalid: interactionsInvalid, says: []string{`"participant_ids":[]`}},
	"GET /api/crm/interactions/:id":               {invalid: noParameters, says: []string{`"happened_at":"2026-11-24T`, `"outcome":null`}},
	"POST /api/crm/organizations/:id/interactions": {
		invalid: with(interactionInvalid, `{}`, "channel", `{"channel": "call"}`, "subject", `{"organization_id": null}`, "organization_id",
			`{"channel": "call", "subject": "A", "contact_id": "`+unknown+`"}`, "contact_id",
			`{"channel": "call", "subject": "A", "participant_ids": ["`+unknown+`"]}`, "participant_ids"),
		says: []string{`"subject":"Asked for terms"`, `"happened_at":"2026-11-24T`, `"contact_id":null`, `"outcome":null`, `"version":1`},
	},
	"POST /api/crm/contacts/:id/interactions": {
		invalid: with(interactionInvalid, `{"contact_id": "`+unknown+`"}`, "contact_id",
			`{"channel": "call", "subject": "A", "organization_id": "`+unknown+`"}`, "organization_id"),
		says: []string{`"channel":"email"`, `"organization_id":null`, `"participant_ids":[]`},
	},
	"PATCH /api/crm/interactions/:id": {
		invalid: with(interactionInvalid, `{"channel": null}`, "channel", `{"subject": ""}`, "subject", `{"happened_at": null}`, "happened_at",
			`{"contact_id": null, "organization_id": null}`, "contact_id",
			`{"participant_ids": ["`+unknown+`"]}`, "participant_ids", `{"contact_id": "`+unknown+`"}`, "contact_id"),
		conflict: "-", says: []string{`"subject":"Asked for terms"`, `"version":2`},
	},
	"DELETE /api/crm/interactions/:id":       {invalid: noParameters, conflict: "-"},
	"POST /api/crm/interactions/:id/restore": {invalid: map[string]string{`{"subject": "A"}`: "subject"}, says: []string{`"version":2`}},
	"POST /api/crm/interactions/:id/follow-up": {
		invalid: with(followUpInvalid, `{}`, "text", `{"text": "Call"}`, "due_on", `{"due_on": "2026-12-01"}`, "text"),
		says:    []string{`"text":"Call again"`, `"due_on":"2026-12-01"`, `"due_time":null`, `"version":1`},
		taken:   `{"text": "Write", "due_on": "2026-12-01"}`,
	},

	"GET /api/crm/follow-ups": {invalid: followUpsInvalid, also: []string{"?show=all"}},
	"POST /api/crm/follow-ups": {
		invalid: with(followUpInvalid, `{}`, "text", `{"text": "Call"}`, "due_on", `{"text": "Call", "due_on": null}`, "due_on",
			`{"text": "Call", "due_on": "2026-12-01", "organization_id": "`+unknown+`"}`, "organization_id",
			`{"text": "Call", "due_on": "2026-12-01", "contact_id": "x"}`, "contact_id"),
		says:  []string{`"interaction_id":null`, `"organization_id":null`, `"done_at":null`, `"version":1`},
		fades: `{"text": "Call again", "due_on": "2026-12-01", "organization_id": "ORGANIZATION"}`,
	},
	"GET /api/crm/follow-ups/:id": {invalid: noParameters, says: []string{`"text":"Send the offer"`, `"due_on":"2026-11-30"`}},
	"PATCH /api/crm/follow-ups/:id": {
		invalid: with(followUpInvalid, `{"text": null}`, "text", `{"done": "yes"}`, "done", `{"done": null}`, "done",
			`{"cancelled": 1}`, "cancelled",
			`{"done": true, "text": "x"}`, "done", `{"done": true, "cancelled": false}`, "cancelled", `{"due_on": null}`, "due_on",
			`{"cancelled": false, "due_on": "2026-12-01"}`, "cancelled", `{"organization_id": "`+unknown+`"}`, "organization_id"),
		conflict: "-", says: []string{`"text":"Call again"`, `"version":2`},
	},

	"GET /api/crm/organizations/:id/history": {
		invalid: historyInvalid, says: []string{`"action":"create_interaction"`, `"sector":{"old":null,"new":"Logistics"}`},
	},
	"GET /api/crm/contacts/:id/history": {
		invalid: historyInvalid, says: []string{`"action":"link_contact"`, `"email":{"old":null,"new":"elif`},
	},
	"GET /api/crm/interactions/:id/history": {
		invalid: historyInvalid, says: []string{`"action":"create_interaction"`, `"happened_at":{"old":null,"new":"2026-11-24T`},
	},

	"GET /api/crm/search": {
		invalid: map[string]string{
			"?colour=red": "colour", "?limit=0": "limit", "?q=a&q=b": "q", "?q=%00": "q", "?q=" + strings.Repeat("x", 201): "q",
		},
		says: []string{`{"organizations":[],"contacts":[],"interactions":[]}`}, also: []string{"?q=harbor", "?q=elif", "?q=renewal", "?q=hrabor"},
	},
	"GET /api/crm/changes": {
		invalid: map[string]string{
			"?colour=red": "colour", "?after=x": "after", "?after=%00": "after", "?after=a&after=b": "after", "?limit=201": "limit",
			"?after=" + strings.Repeat("A", 60): "after", "?wait=1": "wait",
		},
		says: []string{`{"changes":[],"cursor":"`}, also: []string{"?after=CURSOR"},
	},
}

var followUpInvalid = map[string]string{
	`{"due_on": "tomorrow"}`: "due_on", `{"due_on": "1.12.2026"}`: "due_on", `{"due_on": "2026-02-30"}`: "due_on",
	`{"due_on": "2026-11-23"}`: "due_on", `{"due_on": "2037-01-01"}`: "due_on", `{"due_on": "2026-12-01T10:00:00Z"}`: "due_on",
	`{"due_on": 20261201}`: "due_on",
	`{"due_time": "noon"}`: "due_time", `{"due_time": "25:00"}`: "due_time", `{"due_time": "10:00:00"}`: "due_time",
	`{"assignee_id": "` + unknown + `"}`: "assignee_id", `{"assignee_id": "x"}`: "assignee_id",
	`{"text": "` + strings.Repeat("x", 201) + `"}`: "text", `{"text": ["x"]}`: "text", `{"done_at": "2026-11-24T10:00:00Z"}`: "done_at",
	`{"created_by": null}`: "created_by", `{"interaction_id": "x"}`: "interaction_id", `{"version": 1}`: "version",
}

var followUpsInvalid = map[string]string{
	"?colour=red": "colour", "?limit=0": "limit", "?limit=201": "limit", "?show=some": "show", "?show=all&who=x": "who", "?who=me": "who",
	"?show=done&who=me": "who", "?after=x": "after", "?show=all&show=mine": "show", "?who=%ff": "who",
}

// TestOperations: each is refused without a token and to one that may not, says what is invalid by
// field, knows no invisible record, refuses an outdated version, and does what it should. Only the
// last changes anything.
func TestOperations(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Contact("Somebody", "Else", "email", "taken@harbor.example")
	p, reader := s.as("Manager"), s.program(s.User("Reader", "Viewer"))
	start := p.newest()
	unready, busy := s.program(s.User("Unready", s.Role("Unready", db.Permissions...))), newSiteWith(t, 1).as("Manager")
	s.Exec("UPDATE roles SET require_mfa = 1 WHERE slug = 'Unready'")
	busy.coverage = s.coverage
	for busy.get("/api/crm/me").StatusCode == 200 {
		continue
	}
	for n, r := range api.Routes() {
		op, known := operations[r.Method+" "+r.Path]
		if !known {
			t.Errorf("%s %s is not tried", r.Method, r.Path)
			continue
		}
		w, path := p.ready(r, n)
		s.unchanged(func() {
			s.stranger().send(r.Method, path, validBody(r, n)).want(401, `"error":"Send a valid token`)
			wrong := &program{site: s, secret: dbtest.Damaged(p.secret)}
			wrong.send(r.Method, path, validBody(r, n)).want(401)
			unready.send(r.Method, path, validBody(r, n)).want(403, "second factor")
			busy.send(r.Method, path, "").want(429)
			p.send(r.Method, path+"?%zz", validBody(r, n)).want(400)
			p.send(r.Method, path+"?x=1", validBody(r, n)).want(422)
			if validBody(r, n) != "" {
				p.send(r.Method, path, "{").want(400)
				p.send(r.Method, path, `{"a": "`+strings.Repeat("x", 1<<20)+`"}`).want(413)
			}
			if r.Method != "GET" {
				p.send(r.Method, path, "a=b", "Content-Type", "application/x-www-form-urlencoded").want(415)
				lacking := "EditClient"
				if strings.Contains(r.Path, "/follow-up") || strings.Contains(r.Path, "/interactions") {
					lacking = "EditInteraction"
				}
				reader.send(r.Method, path, validBody(r, n)).want(403, `"error":"Missing permission: `+lacking+`"`)
			}
			for body, field := range op.invalid {
				to, sent := path, body
				if strings.HasPrefix(body, "?") {
					to, sent = path+body, ""
				}
				if a := p.send(r.Method, to, sent); a.want(422).text("fields."+field) == "" {
					t.Errorf("%s does not name %q: %s", a.what, field, a.body)
				}
			}
			if strings.Contains(r.Path, ":id") {
				of := func(id string) string {
					return strings.NewReplacer(key(w.organization), id, key(w.contact), id, key(w.interaction), id, key(w.followUp), id).Replace(path)
				}
				invisible := p.send(r.Method, of(unknown), validBody(r, n)).want(404)
				strange := p.send(r.Method, of("x"), validBody(r, n)).want(404)
				if invisible.body != strange.body {
					t.Errorf("%s and %s differ", invisible.body, strange.body)
				}
			}
			switch op.conflict {
			case "":
			case "-":
				p.send(r.Method, path, validBody(r, n), "If-Match", `"99-0123456789ab"`).want(409, `"error":"`, `"current":{`)
				p.send(r.Method, path, validBody(r, n), "If-Match", "nonsense").want(400)
			default:
				body := strings.NewReplacer("CONTACT", key(w.contact), "ORGANIZATION", key(w.organization)).Replace(op.conflict)
				p.send(r.Method, path, body).want(409, "already linked", `"current":{`)
			}
		})
		a := p.send(r.Method, path, validBody(r, n))
		switch {
		case r.Method == "DELETE":
			a.want(204)
		case r.Method == "POST" && validBody(r, n) != "":
			a.want(201, op.says...)
			p.get(a.Header.Get("Location")).want(200)
		default:
			a.want(200, op.says...)
		}
		if tag := a.Header.Get("ETag"); tag != "" && r.Method == "GET" {
			p.get(path, "If-None-Match", tag).want(304)
		}
		if op.taken != "" {
			p.send(r.Method, path, op.taken).want(409, `"current":{`)
		}
		for _, parameters := range op.also {
			p.get(path + strings.ReplaceAll(parameters, "CURSOR", start)).want(200)
		}
		if r.Method == "POST" && !strings.Contains(r.Path, ":id") {
			fading := s.program(s.User("Fading", "Manager"))
			body := cmp.Or(strings.ReplaceAll(op.fades, "ORGANIZATION", key(w.organization)), validBody(r, n))
			fading.once("k", path, body).want(201)
			s.Own(fading.user, db.Permissions...)
			fading.once("k", path, body).want(404)
		}
		s.wantAllMet(r)
	}
}

// TestWhatIsNotAnOperation: unknown addresses, other methods and other sites are refused in JSON,
// and HEAD works where GET does.
func TestWhatIsNotAnOperation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, w := s.as("Manager"), newWorld(s, 1)
	for _, path := range []string{
		"/api", "/api/crm", "/api/crm/", "/api/crm/nothing", "/api/", "/api/crm/organizations/", "/api/crm/organizations/%2e%2e/me",
	} {
		p.get(path).want(404, `"error":"`)
		s.stranger().get(path).want(404, `"error":"`)
	}
	a := p.send("PUT", "/api/crm/organizations", "{}").want(405, `"error":"`)
	if allow := a.Header.Get("Allow"); !strings.Contains(allow, "GET") || !strings.Contains(allow, "POST") {
		t.Errorf("Allow: %s", allow)
	}
	p.send("TRACE", "/api/crm/me", "").want(405)
	s.unchanged(func() {
		s.stranger().send("POST", "/api/crm/organizations", `{"display_name": "A"}`, "Sec-Fetch-Site", "cross-site").want(403, "another site")
	})
	p.send("POST", "/api/crm/organizations", `{"display_name": "A"}`, "Sec-Fetch-Site", "cross-site").want(201)
	whole := p.get("/api/crm" + w.organization).want(200)
	head := p.send("HEAD", "/api/crm"+w.organization, "").want(200)
	if head.Header.Get("ETag") != whole.Header.Get("ETag") {
		t.Errorf("HEAD has the ETag %s, GET %s", head.Header.Get("ETag"), whole.Header.Get("ETag"))
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		a := p.send(method, "/api/crm/organizations", `{"display_name": "B"}`)
		for name, want := range map[string]string{
			"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", a.what, name, got)
			}
		}
		if a.Header.Get("Access-Control-Allow-Origin") != "" || len(a.Cookies()) > 0 {
			t.Errorf("%s sets %v", a.what, a.Header)
		}
	}
}

// TestASessionNeverOpensTheAPI: nor does a token open a page.
func TestASessionNeverOpensTheAPI(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	u := s.User("Ines Calder", "Administrator")
	p := s.program(u)
	cookie := s.SignIn(u)
	s.stranger().get("/api/crm/me", "Cookie", cookie.String()).want(401)
	s.stranger().get("/api/crm/me", "Authorization", "Basic "+p.secret).want(401)
	s.stranger().get("/api/crm/me", "Authorization", "Bearer").want(401)
	s.stranger().get("/api/crm/me", "Authorization", "bearer "+p.secret).want(200)
	r, err := http.NewRequest("GET", "http://registry.example/organizations", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.secret)
	w := &status{header: http.Header{}}
	s.ServeHTTP(w, r)
	if w.code != 303 || !strings.HasPrefix(w.header.Get("Location"), "/login") {
		t.Errorf("a token at a page: %d %s", w.code, w.header.Get("Location"))
	}
}

// status is a response of which only status, headers and size are kept.
type status struct {
	code, size int
	header     http.Header
}

func (w *status) Header() http.Header         { return w.header }
func (w *status) Write(p []byte) (int, error) { w.size += len(p); return len(p), nil }
func (w *status) WriteHeader(code int)        { w.code = code }

// TestWhoMayNotUseTheirToken: one that is revoked, whose owner is disabled, or who must set up a
// second factor first.
func TestWhoMayNotUseTheirToken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	p.get("/api/crm/me").want(200).wantAt("user.full_name", "Manager Person")
	s.Exec("UPDATE roles SET require_mfa = 1 WHERE slug = 'Manager'")
	p.get("/api/crm/me").want(403, "second factor")
	p.send("POST", "/api/crm/organizations", `{"display_name": "A"}`).want(403, "second factor")
	s.Enrol(p.user)
	p.get("/api/crm/me").want(200)
	s.Exec("UPDATE users SET status = 'disabled' WHERE id = ?", p.user.ID)
	p.get("/api/crm/me").want(401)
	s.Exec("UPDATE users SET status = 'active' WHERE id = ?", p.user.ID)
	p.get("/api/crm/me").want(200)
	if err := s.DB.RevokeToken(t.Context(), db.System, p.token.ID); err != nil {
		t.Fatal(err)
	}
	p.get("/api/crm/me").want(401)
}

// TestTheHistorySaysWhichProgram: with its token's name and the id of the request, which the log
// has too. Neither has the token.
func TestTheHistorySaysWhichProgram(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	a := p.send("POST", "/api/crm/organizations", `{"display_name": "Kestrel"}`).want(201)
	number := a.Header.Get("X-Request-Id")
	s.WantOne(fmt.Sprintf("%s Nightly %s", p.user.ID, number), `
		SELECT user_id || ' ' || json_extract(metadata, '$.token') || ' ' || json_extract(metadata, '$.http_request')
		FROM audit_logs WHERE action = 'create_org'`)
	p.send("PATCH", "/api/crm/organizations/"+a.text("id"), `{"nothing": 1}`).want(422)
	p.get("/api/crm/organizations?" + p.secret).want(422)
	p.send("POST", "/api/crm/organizations", `{"`+p.secret+`": 1}`).want(422)
	s.program(p.user, db.ViewClient).send("POST", "/api/crm/organizations/"+p.secret+"/archive", "").want(403)
	log := s.log.String()
	if !strings.Contains(log, number) {
		t.Error("the log lacks the request's id")
	}
	if strings.Contains(log, p.secret[8:]) || s.One("SELECT count(*) FROM audit_logs WHERE instr(metadata, ?)", p.secret[8:]) != "0" {
		t.Error("the log or the history has the token")
	}
}

// TestTooManyRequests: beyond the rate a token is answered 429 until time has passed. Others are not
// held up.
func TestTooManyRequests(t *testing.T) {
	t.Parallel()
	s := newSiteWith(t, 5)
	p, other := s.as("Manager"), s.as("Viewer")
	for range 20 {
		p.get("/api/crm/me").want(200)
	}
	a := p.get("/api/crm/me").want(429, `"error":"`)
	if a.Header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After: %s", a.Header.Get("Retry-After"))
	}
	other.get("/api/crm/me").want(200)
	s.Clock.Add(1e9)
	for range 5 {
		p.get("/api/crm/me").want(200)
	}
	p.get("/api/crm/me").want(429)
}
