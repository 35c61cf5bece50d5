package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
)

// followUps is a list of follow-ups by their texts, page by page of two.
func (p *program) followUps(query string) string {
	p.t.Helper()
	var all []string
	for next := "/api/crm/follow-ups?limit=2&" + query; next != ""; {
		a := p.get(next).want(200)
		if len(a.list()) > 2 {
			p.t.Errorf("%s has %d", next, len(a.list()))
		}
		for _, one := range a.list() {
			all = append(all, one.(map[string]any)["text"].(string))
		}
		address, _, _ := strings.Cut(a.Header.Get("Link"), ">")
		next = strings.TrimPrefix(address, "<http://registry.example")
	}
	return strings.Join(all, " ")
}

// TestAFollowUpIsPlannedChangedAndDone: the whole life of one, with its version and who did it.
func TestAFollowUpIsPlannedChangedAndDone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, w := s.as("Manager"), newWorld(s, 1)
	made := p.send("POST", "/api/crm/follow-ups", fmt.Sprintf(
		`{"text": " Send the offer ", "due_on": "2026-11-27", "due_time": "9:05", "organization_id": %q, "contact_id": %q}`,
		key(w.organization), key(w.contact))).want(201).
		wantAt("text", "Send the offer").wantAt("due_time", "09:05").wantAt("assignee_id", p.user.ID).wantAt("created_by", p.user.ID).
		wantAt("organization_id", key(w.organization)).wantAt("contact_id", key(w.contact)).wantAt("interaction_id", nil).
		wantAt("created_at", s.Clock.Now().UTC().Format(db.TimeFormat))
	path := made.Header.Get("Location")
	if again := p.get(path).want(200); again.body != made.body || again.Header.Get("ETag") != made.Header.Get("ETag") {
		t.Errorf("it is read as %s, %s", again.body, again.Header.Get("ETag"))
	}
	p.get(path, "If-None-Match", made.Header.Get("ETag")).want(304)
	p.send("PATCH", path, `{"due_time": null, "due_on": "2026-12-02", "contact_id": null}`, "If-Match", made.Header.Get("ETag")).want(200).
		wantAt("due_time", nil).wantAt("due_on", "2026-12-02").wantAt("contact_id", nil).wantAt("version", 2.0)
	p.send("PATCH", path, `{"text": "x"}`, "If-Match", `"1"`).want(409).wantAt("current.version", 2.0)
	p.send("PATCH", path, `{"done": true}`, "If-Match", `"1"`).want(409).wantAt("current.done_at", nil)
	p.send("PATCH", path, `{"done": true}`, "If-Match", `"2"`).want(200).
		wantAt("done_by", p.user.ID).wantAt("done_at", s.Clock.Now().UTC().Format(db.TimeFormat)).wantAt("version", 3.0)
	p.send("PATCH", path, `{"done": false}`).want(200).wantAt("done_by", nil).wantAt("done_at", nil).wantAt("version", 4.0)
	p.send("PATCH", path, `{"cancelled": true}`).want(200).wantAt("cancelled_at", s.Clock.Now().UTC().Format(db.TimeFormat))
	p.send("PATCH", path, `{"cancelled": false}`).want(200).wantAt("cancelled_at", nil).wantAt("version", 6.0)
	var actions []string
	rows, err := s.SQL.Query("SELECT action FROM audit_logs WHERE target_id = ? ORDER BY seq", key(path))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var action string
		if err := rows.Scan(&action); err != nil {
			t.Fatal(err)
		}
		actions = append(actions, strings.TrimSuffix(action, "_follow_up"))
	}
	if want := []string{"create", "update", "finish", "reopen", "cancel", "reopen"}; !slices.Equal(actions, want) {
		t.Errorf("the history says %v, want %v", actions, want)
	}
}

// TestAFollowUpThatHasEnded: it is as before after what it is already, and refuses what only an open
// one takes, saying what to send first.
func TestAFollowUpThatHasEnded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	for state, other := range map[string]string{"done": "cancelled", "cancelled": "done"} {
		path := "/api/crm" + s.plan("Send the offer", "organization_id", key(s.Organization("Harbor "+state)))
		p.send("PATCH", path, `{"`+state+`": false}`).want(200).wantAt("version", 1.0)
		p.send("PATCH", path, `{"`+state+`": true}`).want(200).wantAt("version", 2.0)
		s.unchanged(func() {
			for _, body := range []string{`{"` + state + `": true}`, `{"` + other + `": false}`} {
				p.send("PATCH", path, body).want(200).wantAt("version", 2.0)
			}
			both := `{"due_on": "2026-12-24", "assignee_id": "` + p.user.ID + `"}`
			for _, body := range []string{`{"text": "x"}`, both, `{}`, `{"` + other + `": true}`} {
				a := p.send("PATCH", path, body).want(409).wantAt("current.version", 2.0).
					wantAt("current."+state+"_at", s.Clock.Now().UTC().Format(db.TimeFormat))
				if want := `It is ` + state + `. Send {"` + state + `": false} first. Nothing was changed.`; a.text("error") != want {
					t.Errorf("%s says %s", a.what, a.text("error"))
				}
			}
			p.send("PATCH", path, `{"`+state+`": false}`, "If-Match", `"1"`).want(409, "Another version than that of If-Match")
			p.send("PATCH", path, `{"`+state+`": true}`, "If-Match", `"1"`).want(409, "Another version than that of If-Match")
		})
		p.send("PATCH", path, `{"`+state+`": false}`).want(200).wantAt("version", 3.0)
	}
}

// TestTheNextStepOfAnInteraction: it has its clients. There is one open at a time, which a refusal
// shows; the same one again is the same.
func TestTheNextStepOfAnInteraction(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, w := s.as("Manager"), newWorld(s, 1)
	steps := "/api/crm" + w.interaction + "/follow-up"
	first := p.send("POST", steps, `{"text": "Call again", "due_on": "2026-12-01", "due_time": "14:00"}`).want(201).
		wantAt("interaction_id", key(w.interaction)).wantAt("organization_id", key(w.organization)).wantAt("contact_id", key(w.contact))
	path := first.Header.Get("Location")
	s.unchanged(func() {
		again := p.send("POST", steps, `{"text": "Call again", "due_on": "2026-12-01", "due_time": "14:00"}`).want(201)
		if again.body != first.body {
			t.Errorf("sent again it is %s", again.body)
		}
		p.send("POST", steps, `{"text": "Write", "due_on": "2026-12-01"}`).want(409, "already an open follow-up, “Call again”").
			wantAt("current.id", key(path))
		p.send("PATCH", path, `{"organization_id": null}`).want(422).wantAt("fields.organization_id",
			"This follow-up belongs to an interaction; change who that was with")
	})
	p.send("PATCH", path, `{"done": true}`).want(200)
	second := p.send("POST", steps, `{"text": "Write", "due_on": "2026-12-01"}`).want(201)
	p.send("PATCH", path, `{"done": false}`).want(409, "Another follow-up has been planned meanwhile, “Write”").
		wantAt("current.id", key(path))
	p.send("PATCH", second.Header.Get("Location"), `{"cancelled": true}`).want(200)
	p.send("PATCH", path, `{"done": false}`).want(200)
	p.send("PATCH", second.Header.Get("Location"), `{"cancelled": false}`).want(409, "“Call again”")
}

// TestListsOfFollowUps: each is that of the page's tab, in its order, page by page.
func TestListsOfFollowUps(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, other := s.as("Manager"), s.as("Manager")
	for n, one := range []struct {
		by            *program
		due, assignee string
	}{
		{p, "2026-11-24", p.user.ID},
		{p, "2026-11-25", other.user.ID},
		{other, "2026-11-26", p.user.ID},
		{other, "2026-12-20", other.user.ID},
		{p, "2026-11-27", p.user.ID},
	} {
		one.by.send("POST", "/api/crm/follow-ups", fmt.Sprintf(`{"text": "%d", "due_on": %q, "assignee_id": %q, "organization_id": %q}`,
			n, one.due, one.assignee, key(s.Organization(fmt.Sprint("Harbor ", n))))).want(201)
	}
	s.plan("nobody's", "due_on", "2026-12-21", "organization_id", key(s.Organization("Harbor")))
	s.plan("hidden", "due_on", "2026-12-22", "assignee_id", other.user.ID)
	s.Clock.Add(24 * time.Hour)
	for query, want := range map[string]string{
		"": "0 2 4", "show=mine": "0 2 4", "show=all": "0 1 2 4 3 nobody's", "show=overdue": "0", "show=week": "0 1 2 4", "show=given": "1",
		"show=all&who=me": "0 2 4", "show=all&who=none": "nobody's", "show=week&who=" + other.user.ID: "1", "show=done": "",
		"show=all&who=" + unknown: "",
	} {
		if got := p.followUps(query); got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	for _, one := range p.get("/api/crm/follow-ups").want(200).list() {
		p.send("PATCH", "/api/crm/follow-ups/"+one.(map[string]any)["id"].(string), `{"done": true}`).want(200)
		s.Clock.Add(time.Minute)
	}
	if got := p.followUps("show=done") + "; " + p.followUps(""); got != "4 2 0; " {
		t.Errorf("done: %s", got)
	}
}

// TestWhoSeesAFollowUp: one without a client exists only for its creator and its assignee, one with
// a client for those who see it and what was said with it.
func TestWhoSeesAFollowUp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, third := s.as("Manager"), s.as("Manager")
	u := s.User("Léa Fournier", "Viewer")
	s.Own(u, db.ViewClient, db.EditClient, db.ViewInteraction, db.EditInteraction)
	lea := s.program(u)
	own, foreign := s.Organization("Own", "owner_user_id", u.ID), s.Organization("Foreign")
	linked, hidden := s.Contact("Linked", "Person"), s.Contact("Hidden", "Person")
	s.Link(own, linked)
	alone := p.send("POST", "/api/crm/follow-ups", `{"text": "Alone", "due_on": "2026-12-01", "assignee_id": "`+u.ID+`"}`).
		want(201).Header.Get("Location")
	p.get(alone).want(200)
	lea.get(alone).want(200)
	mixed := "/api/crm" + s.plan("Mixed", "organization_id", key(own), "contact_id", key(hidden))
	invisible := "/api/crm" + s.plan("Foreign", "organization_id", key(foreign))
	lea.get(mixed).want(200).wantAt("organization_id", key(own)).wantAt("contact_id", nil)
	third.get(mixed).want(200).wantAt("contact_id", key(hidden))
	s.unchanged(func() {
		for _, path := range []string{alone, invisible} {
			by := map[bool]*program{true: third, false: lea}[path == alone]
			by.get(path).want(404)
			by.send("PATCH", path, `{"text": "x"}`).want(404)
			by.send("PATCH", path, `{"done": true}`, "If-Match", `"9"`).want(404)
		}
		lea.send("POST", "/api/crm/follow-ups", `{"text": "x", "due_on": "2026-12-01", "organization_id": "`+key(foreign)+`"}`).
			want(422, "organization_id")
		lea.send("PATCH", mixed, `{"contact_id": null}`).want(200).wantAt("version", 1.0) // it could not know of the contact
		p.send("PATCH", invisible, `{"assignee_id": "`+u.ID+`"}`).want(422, "Léa Fournier does not see this client").text("fields.assignee_id")
	})
	for by, want := range map[*program]string{p: "Mixed Foreign Alone", third: "Mixed Foreign", lea: "Mixed Alone"} {
		if got := by.followUps("show=all"); got != want {
			t.Errorf("%s sees %s, want %s", by.user.FullName, got, want)
		}
	}
	for query, want := range map[string]string{
		"who=none": "Mixed Foreign", "who=none&who_is=not": "Alone", "who=me&who=" + third.user.ID: p.followUps("show=all&who=me"),
	} {
		if got := p.followUps("show=all&" + query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{"who=me&who_is=not", "show=all&who=me&who=x", "show=all&who_is=is", "show=all&show=all"} {
		p.get("/api/crm/follow-ups?" + query).want(422)
	}
	for _, may := range [][]db.Permission{{db.ViewClient}, {db.ViewInteraction}} {
		bare := s.program(p.user, may...)
		for _, path := range []string{"/api/crm/follow-ups", alone} {
			bare.get(path).want(403, "Missing permission: View")
		}
	}
	given := lea.send("PATCH", alone, `{"assignee_id": "`+third.user.ID+`"}`).want(200)
	if len(given.json.(map[string]any)) != 1 || given.text("id") != key(alone) {
		t.Errorf("one that left the sight is shown: %s", given.body)
	}
	lea.get(alone).want(404)
	gone := lea.send("PATCH", mixed, `{"organization_id": null}`).want(200)
	if strings.Contains(gone.body, key(hidden)) || len(gone.json.(map[string]any)) != 1 {
		t.Errorf("an end out of sight is shown: %s", gone.body)
	}
}

// TestAFollowUpIsNewForWhomItWasGiven: until they change it. Reading it with a program is not
// looking at it, and what somebody takes themselves is not new.
func TestAFollowUpIsNewForWhomItWasGiven(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, other := s.as("Manager"), s.as("Manager")
	isNew := func(who *program, want int) {
		t.Helper()
		if got, err := s.DB.NewFollowUps(t.Context(), db.Actor{UserID: who.user.ID, May: db.Permissions}); err != nil || got != want {
			t.Fatalf("%d are new to %s, want %d: %v", got, who.user.ID, want, err)
		}
	}
	body := fmt.Sprintf(`{"text": "Call", "due_on": "2026-12-01", "assignee_id": %q, "organization_id": %q}`,
		other.user.ID, key(s.Organization("Harbor")))
	path := p.send("POST", "/api/crm/follow-ups", body).want(201).Header.Get("Location")
	p.send("POST", "/api/crm/follow-ups", `{"text": "Own", "due_on": "2026-12-01"}`).want(201)
	isNew(other, 1)
	isNew(p, 0)
	other.get(path).want(200)
	other.get("/api/crm/follow-ups").want(200)
	isNew(other, 1)
	p.send("PATCH", path, `{"text": "Call Ada"}`).want(200)
	isNew(other, 1)
	other.send("PATCH", path, `{"due_time": "08:00"}`).want(200)
	isNew(other, 0)
	other.send("PATCH", path, `{"assignee_id": "`+p.user.ID+`"}`).want(200)
	isNew(p, 1)
	if got := other.followUps("show=given"); got != "Call Ada" {
		t.Errorf("given by them: %s", got)
	}
	p.send("PATCH", path, `{"done": true}`).want(200)
	p.send("PATCH", path, `{"done": false}`).want(200)
	isNew(p, 0)
	p.send("PATCH", path, `{"assignee_id": null}`).want(422, "assignee_id")
	step := other.send("POST", "/api/crm"+newWorld(s, 1).interaction+"/follow-up",
		`{"text": "Write", "due_on": "2026-12-01", "assignee_id": "`+p.user.ID+`"}`).want(201).Header.Get("Location")
	isNew(p, 1)
	p.send("PATCH", step, `{"cancelled": true}`).want(200)
	isNew(p, 0)
}

// TestFollowUpsAtOnce: of many requests with the same version one counts; without one, each finds
// what it asks for and the version counts real changes only.
func TestFollowUpsAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, path := s.as("Manager"), "/api/crm"+s.plan("Send", "organization_id", key(s.Organization("Harbor")))
	statuses := make(chan int, 20)
	all := func(body func(n int) string, headers ...string) map[int]int {
		for n := range 20 {
			go func() { statuses <- p.send("PATCH", path, body(n), headers...).StatusCode }()
		}
		got := map[int]int{}
		for range 20 {
			got[<-statuses]++
		}
		return got
	}
	if got := all(func(n int) string { return fmt.Sprintf(`{"text": "Send %d"}`, n) }, "If-Match", `"1"`); got[200] != 1 || got[409] != 19 {
		t.Errorf("answers by status: %v", got)
	}
	if got := all(func(int) string { return `{"done": true}` }); got[200] != 20 {
		t.Errorf("answers by status: %v", got)
	}
	p.get(path).want(200).wantAt("version", 3.0)
	if got := all(func(int) string { return `{"done": false}` }); got[200] != 20 {
		t.Errorf("answers by status: %v", got)
	}
	p.get(path).want(200).wantAt("version", 4.0)
}
