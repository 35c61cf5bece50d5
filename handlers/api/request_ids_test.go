package api_test

import (
	"fmt"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers/api"
)

// TestEachAnswerHasTheIDOfItsRequest: the log has one line with the ID and the status of each answer,
// and the history has the ID beside all that the request changed.
func TestEachAnswerHasTheIDOfItsRequest(t *testing.T) {
	t.Parallel()
	const rate = 200
	s := newSiteWith(t, rate)
	p, reader, seen := s.as("Manager"), s.program(s.User("Reader", "Administrator"), db.ViewAudit), map[string]bool{}
	traced := func(ask func() answer) answer {
		t.Helper()
		before := s.changes()
		a := ask()
		id := a.Header.Get("X-Request-Id")
		if id == "" || seen[id] {
			t.Fatalf("%s: the request's ID is %q", a.what, id)
		}
		seen[id] = true
		lines := 0
		for line := range strings.Lines(s.log.String()) {
			if strings.Contains(line, " msg=request id="+id+" ") {
				if lines++; !strings.Contains(line, fmt.Sprintf(" status=%d ", a.StatusCode)) {
					t.Errorf("%s: answered %d, and logged as %s", a.what, a.StatusCode, line)
				}
			}
		}
		if lines != 1 {
			t.Errorf("%s: the log has %d lines of %s", a.what, lines, id)
		}
		s.WantOne(fmt.Sprint(s.changes()-before), "SELECT count(*) FROM audit_logs WHERE json_extract(metadata, '$.http_request') = ?", id)
		return a
	}
	for n, r := range api.Routes() {
		_, path := p.ready(r, n)
		traced(func() answer { return s.stranger().send(r.Method, path, validBody(r, n)) }).want(401)
		traced(func() answer { return reader.send(r.Method, path, validBody(r, n)) })
		traced(func() answer { return p.send(r.Method, path+"?nothing=1", validBody(r, n)) }).want(422)
		traced(func() answer { return p.send("PUT", path, "") }).want(405)
		traced(func() answer { return p.get(path + "/x/nothing") }).want(404)
		before, body := s.changes(), validBody(r, n)
		if r.Method == "PATCH" && strings.Contains(body, "owner_user_id") {
			body = `{"owner_user_id": "` + p.user.ID + `"}` // nobody owns it
		}
		tag := traced(func() answer { return p.send(r.Method, path, body, "Idempotency-Key", "k"+path) }).Header.Get("ETag")
		if r.Method != "GET" && s.changes() == before {
			t.Errorf("%s %s changes nothing", r.Method, r.Path)
		}
		switch r.Method {
		case "POST":
			traced(func() answer { return p.once("k"+path, path, validBody(r, n)) })
		case "GET":
			traced(func() answer { return p.send("HEAD", path, "") }).want(200)
			if tag != "" {
				traced(func() answer { return p.get(path, "If-None-Match", tag) }).want(304)
			}
		}
	}
	s.Exec("CREATE TRIGGER broken BEFORE INSERT ON organizations BEGIN SELECT RAISE(ABORT, 'broken'); END")
	broken := traced(func() answer { return p.send("POST", "/api/crm/organizations", `{"display_name": "A"}`) })
	broken.want(500, broken.Header.Get("X-Request-Id"))
	for range 4 * rate {
		p.get("/api/crm/me")
	}
	traced(func() answer { return p.get("/api/crm/me") }).want(429)
}
