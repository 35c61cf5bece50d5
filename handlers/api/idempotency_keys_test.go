package api_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/handlers/api"
)

// posts lists the operations that can be sent again.
func posts() []api.Route {
	return slices.DeleteFunc(api.Routes(), func(r api.Route) bool { return r.Method != "POST" })
}

// ready returns a new world, and the path of an operation that can succeed there.
func (p *program) ready(r api.Route, n int) (world, string) {
	p.t.Helper()
	w := newWorld(p.site, n)
	path := w.address(r.Path)
	switch rest, restored := strings.CutSuffix(path, "/restore"); {
	case restored && strings.Contains(path, "/interactions/"):
		p.send("DELETE", rest, "").want(204)
	case restored:
		p.send("POST", rest+"/archive", "").want(200)
	}
	return w, path
}

// once sends a POST with a key.
func (p *program) once(key, path, body string, headers ...string) answer {
	p.t.Helper()
	return p.send("POST", path, body, append(headers, "Idempotency-Key", key)...)
}

// first checks the status of a request that was not sent before, again that of one that was.
func (a answer) first(status int) answer { a.t.Helper(); return a.replayed("").want(status) }
func (a answer) again(status int) answer { a.t.Helper(); return a.replayed("true").want(status) }

func (a answer) replayed(want string) answer {
	a.t.Helper()
	if got := a.Header.Get("Idempotent-Replayed"); got != want {
		a.t.Errorf("%s: Idempotent-Replayed is %q, want %q", a.what, got, want)
	}
	return a
}

// sameAs checks that a repeated request is answered as the first was.
func (a answer) sameAs(first answer) {
	a.t.Helper()
	a.again(first.StatusCode)
	for _, name := range []string{"Location", "ETag", "Content-Type"} {
		if got, want := a.Header.Get(name), first.Header.Get(name); got != want {
			a.t.Errorf("%s: %s is %q, at first %q", a.what, name, got, want)
		}
	}
	if a.body != first.body {
		a.t.Errorf("%s: again it says %s, at first %s", a.what, a.body, first.body)
	}
}

// keys returns how many keys are stored.
func (s *site) keys() string { s.t.Helper(); return s.One("SELECT count(*) FROM idempotency_keys") }

// changes returns how many changes the history has.
func (s *site) changes() int {
	s.t.Helper()
	n, err := strconv.Atoi(s.One("SELECT count(*) FROM audit_logs"))
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// TestManyTimesAtOnce: of 20 requests with one key one is done, and all have its answer.
func TestManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	for n, r := range posts() {
		_, path := p.ready(r, 2*n)
		before := s.changes()
		p.once("alone"+path, path, validBody(r, 2*n))
		each := s.changes() - before

		_, path = p.ready(r, 2*n+1)
		before = s.changes()
		answers := make(chan answer, 20)
		for range cap(answers) {
			go func() { answers <- p.once("many"+path, path, validBody(r, 2*n+1)) }()
		}
		var first, others []answer
		for range cap(answers) {
			if a := <-answers; a.Header.Get("Idempotent-Replayed") == "" {
				first = append(first, a)
			} else {
				others = append(others, a)
			}
		}
		if len(first) != 1 {
			t.Fatalf("%s %s: %d say that they are the first", r.Method, r.Path, len(first))
		}
		if first[0].StatusCode >= 300 {
			t.Fatalf("%s: %d %s", first[0].what, first[0].StatusCode, first[0].body)
		}
		for _, a := range others {
			a.sameAs(first[0])
		}
		if done := s.changes() - before; done != each || each == 0 {
			t.Errorf("%s %s: 20 requests record %d changes, one records %d", r.Method, r.Path, done, each)
		}
	}
}

// TestARepetitionShowsTheRecordAsItIsNow: every POST is answered again, also after the record was
// changed. Where the record is gone or out of sight there is nothing to show.
func TestARepetitionShowsTheRecordAsItIsNow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	for n, r := range posts() {
		_, path := p.ready(r, n)
		key := fmt.Sprint("key-", n)
		first := p.once(key, path, validBody(r, n))
		s.unchanged(func() { p.once(key, path, validBody(r, n)).sameAs(first) })
	}
	made := p.once("a", "/api/crm/organizations", `{"display_name": "Kestrel"}`).first(201)
	path := made.Header.Get("Location")
	p.send("PATCH", path, `{"sector": "Energy"}`).want(200)
	again := p.once("a", "/api/crm/organizations", `{"display_name": "Kestrel"}`).again(201)
	again.wantAt("sector", "Energy").wantAt("version", 2.0).wantAt("id", made.text("id"))
	if again.Header.Get("Location") != path || again.Header.Get("ETag") == made.Header.Get("ETag") {
		t.Errorf("again: %v", again.Header)
	}
	p.once("b", path+"/archive", "").first(200)
	p.send("POST", path+"/restore", "").want(200)
	p.once("b", path+"/archive", "").again(200).wantAt("is_active", true)
	p.once("b", path+"/archive", "", "If-Match", `"1"`).again(200) // outdated by now, but it was done

	links := path + "/contacts"
	sam := p.once("c", links, `{"first_name": "Sam", "last_name": "Okoye"}`).first(201).text("contact.id")
	p.once("c", links, `{"first_name": "Sam", "last_name": "Okoye"}`).again(201)
	p.send("DELETE", links+"/"+sam, "").want(204)
	gone := p.once("c", links, `{"first_name": "Sam", "last_name": "Okoye"}`).again(404)
	if unknown := p.get("/api/crm/organizations/" + unknown).want(404); unknown.body != gone.body {
		t.Errorf("gone: %s, unknown: %s", gone.body, unknown.body)
	}
	s.Own(p.user, db.ViewClient, db.EditClient)
	p.once("a", "/api/crm/organizations", `{"display_name": "Kestrel"}`).again(404)
	s.Exec("UPDATE users SET status = 'disabled' WHERE id = ?", p.user.ID)
	p.once("a", "/api/crm/organizations", `{"display_name": "Kestrel"}`).first(401)
}

// TestWhatChangesNothingIsRemembered: archiving and restoring again record nothing, but count as
// done.
func TestWhatChangesNothingIsRemembered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, w := s.as("Manager"), newWorld(s, 1)
	for _, path := range []string{"/api/crm" + w.organization, "/api/crm" + w.contact} {
		s.unchanged(func() {
			first := p.once("restore"+path, path+"/restore", "").first(200)
			p.once("restore"+path, path+"/restore", "").sameAs(first)
			p.once("restore"+path, path+"/archive", "").first(422)
		})
		p.send("POST", path+"/archive", "").want(200)
		s.unchanged(func() {
			p.once("archive"+path, path+"/archive", "").first(200)
			p.once("archive"+path, path+"/archive", "").again(200)
			p.once("restore"+path, path+"/restore", "").again(200).wantAt("is_active", false)
		})
	}
	if s.keys() != "4" {
		t.Errorf("%s keys", s.keys())
	}
}

// TestAKeyIsForOneRequest: another body or path is refused, whatever it asks for. Tokens do not
// share keys.
func TestAKeyIsForOneRequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, w := s.as("Manager"), newWorld(s, 1)
	const path, body = "/api/crm/organizations", `{"display_name": "Kestrel"}`
	p.once("k", path, body).first(201)
	s.unchanged(func() {
		for to, other := range map[string]string{
			path:                                     `{"display_name": "Kestrel" }`,
			"/api/crm/contacts":                      body,
			path + "/" + unknown:                     body,
			path + "/x/archive":                      body,
			"/api/crm" + w.organization + "/archive": body,
			"/api/crm" + w.organization + "/contacts": `{"contact_id": "` + key(w.contact) + `"}`,
		} {
			a := p.once("k", to, other)
			if to == path+"/"+unknown {
				a.first(405)
				continue
			}
			a.first(422).want(422, `"error":"This Idempotency-Key was sent with another request.`)
			if strings.Contains(a.body, "fields") {
				t.Errorf("%s names a field: %s", a.what, a.body)
			}
		}
		for _, wrong := range []string{"{", "", "[]", `{"nothing": 1}`} {
			p.once("k", path, wrong).first(422).want(422, "Idempotency-Key")
		}
	})
	p.once("k", path, body).again(201)
	p.once("K", path, body).first(201)
	other := s.program(p.user)
	other.once("k", path, body).first(201)
	other.once("k", path, body).again(201)
	s.as("Manager").once("k", path, `{"display_name": "Another"}`).first(201)
	if s.keys() != "4" {
		t.Errorf("%s keys", s.keys())
	}
	s.WantOne("0", "SELECT count(*) FROM idempotency_keys WHERE instr(content_sha256 || made, 'Kestrel')")
}

// TestARefusedRequestLeavesItsKeyFree: the same key is good for the corrected request.
func TestARefusedRequestLeavesItsKeyFree(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, w := s.as("Manager"), newWorld(s, 1)
	const path = "/api/crm/organizations"
	reader := s.program(p.user, db.ViewClient)
	s.unchanged(func() {
		p.once("k", path, `{"display_name": ""}`).first(422)
		p.once("k", path, `{"display_name": "A", "owner_user_id": "`+unknown+`"}`).first(422)
		p.once("k", path, "{").first(400)
		p.once("k", path, "display_name=A", "Content-Type", "text/plain").first(415)
		p.once("k", path, `{"display_name": "`+strings.Repeat("x", 1<<20)+`"}`).first(413)
		p.once("k", path+"?x=1", `{"display_name": "A"}`).first(422)
		p.once("k", path+"/"+unknown+"/archive", "").first(404)
		p.once("k", "/api/crm"+w.organization+"/archive", "", "If-Match", `"7"`).first(409)
		p.once("k", "/api/crm"+w.organization+"/contacts", `{"contact_id": "`+key(w.contact)+`"}`).first(409)
		reader.once("k", path, `{"display_name": "A"}`).first(403)
		if s.keys() != "0" {
			t.Errorf("%s keys", s.keys())
		}
	})
	first := p.once("k", path, `{"display_name": "A"}`).first(201)
	p.once("k", path, `{"display_name": "A"}`).sameAs(first)
}

// TestAKeyLastsSevenDays: then the same request is a new one, whether the old key was tidied or not.
func TestAKeyLastsSevenDays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	const path, body = "/api/crm/organizations", `{"display_name": "Kestrel"}`
	id := p.once("k", path, body).first(201).text("id")
	p.once("tidied", path, body).first(201)
	s.Clock.Add(7*24*time.Hour - time.Second)
	p.once("k", path, body).again(201).wantAt("id", id)
	s.Clock.Add(2 * time.Second)
	if next := p.once("k", path, body).first(201); next.text("id") == id {
		t.Error("a new request has the old record")
	}
	p.once("k", path, body).again(201)
	if _, err := s.DB.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.keys() != "1" {
		t.Errorf("%s keys after tidying", s.keys())
	}
	p.once("tidied", path, body).first(201)
	s.Clock.Add(-24 * time.Hour) // it was wrong
	p.once("k", path, body).first(201)
	if err := s.DB.RevokeToken(t.Context(), db.System, p.token.ID); err != nil {
		t.Fatal(err)
	}
	s.Clock.Add(9 * 24 * time.Hour)
	if _, err := s.DB.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.keys() != "0" {
		t.Errorf("%s keys of a revoked token", s.keys())
	}
}

// TestKeysThatAreNotKeys are refused, and nothing is done. Only POST has keys.
func TestKeysThatAreNotKeys(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	const path, body = "/api/crm/organizations", `{"display_name": "Kestrel"}`
	for n, r := range posts() {
		_, address := p.ready(r, n)
		s.unchanged(func() {
			for _, bad := range []string{
				"", " ", "a b", "a\tb", "é", "a\x00", "\x7f", "\xff", "a\r\nSet-Cookie: x=1", "👩‍👩‍👧",
				strings.Repeat("x", 201), strings.Repeat("x", 100_000),
			} {
				p.once(bad, address, validBody(r, n)).first(400).
					wantAt("error", "Send one Idempotency-Key of 1 to 200 visible ASCII characters. Nothing was changed.")
			}
		})
	}
	odd := []string{"!", "~", `"8e03978e-40d5-43dd-bc93-6894a57f9324"`, "'x'--", "../..%00", "<script>", "null", strings.Repeat("x", 200)}
	for _, odd := range odd {
		first := p.once(odd, path, body).first(201)
		p.once(odd, path, body).sameAs(first)
	}
	made := p.once("k", path, body).first(201).Header.Get("Location")
	p.send("PATCH", made, `{"sector": "Energy"}`, "Idempotency-Key", "k").first(200)
	p.send("PATCH", made, `{"sector": "Retail"}`, "Idempotency-Key", "a b").first(200)
	p.get(made, "Idempotency-Key", "k").first(200)
}

// TestTheRecordAndItsKeyAreOneChange: if either cannot be stored, neither is.
func TestTheRecordAndItsKeyAreOneChange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	for n, r := range posts() {
		_, path := p.ready(r, n)
		keys := s.keys()
		for _, table := range []string{"idempotency_keys", "audit_logs"} {
			s.Exec("CREATE TRIGGER broken BEFORE INSERT ON " + table + " BEGIN SELECT RAISE(ABORT, 'broken'); END")
			s.unchanged(func() { p.once(path, path, validBody(r, n)).first(500) })
			s.Exec("DROP TRIGGER broken")
			if s.keys() != keys {
				t.Errorf("%s: %s keys, before %s", path, s.keys(), keys)
			}
		}
		first := p.once(path, path, validBody(r, n))
		p.once(path, path, validBody(r, n)).sameAs(first.first(first.StatusCode))
	}
}
