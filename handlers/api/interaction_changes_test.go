package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
)

// interactionInvalid are bodies of an interaction that are refused, and interactionsInvalid parameters of
// a list, with the name of each.
var interactionInvalid = map[string]string{
	`{"happened_at": "yesterday"}`: "happened_at", `{"happened_at": "2026-11-24T10:00"}`: "happened_at", `{"happened_at": ""}`: "happened_at",
	`{"happened_at": "2026-11-24"}`: "happened_at", `{"happened_at": "2026-11-24 10:00:00Z"}`: "happened_at",
	`{"happened_at": "2026-11-24T10:00:00"}`: "happened_at", `{"happened_at": "2026-11-24T9:00:00Z"}`: "happened_at",
	`{"happened_at": 1764000000}`: "happened_at", `{"happened_at": "2026-02-30T10:00:00Z"}`: "happened_at",
	`{"happened_at": "2026-11-24T10:00:00+0100"}`: "happened_at", `{"happened_at": "2026-11-24T10:00:00,5Z"}`: "happened_at",
	`{"happened_at": "2026-11-24T10:00:00+24:00"}`: "happened_at", `{"happened_at": "2026-12-24T10:00:00Z"}`: "happened_at",
	`{"happened_at": "1850-11-24T10:00:00Z"}`: "happened_at",
	`{"channel": "fax"}`:                      "channel", `{"channel": 1}`: "channel",
	`{"subject": "` + strings.Repeat("x", 201) + `"}`: "subject",
	`{"body": ["x"]}`: "body", `{"outcome": "` + strings.Repeat("x", 81) + `"}`: "outcome",
	`{"user_id": "` + unknown + `"}`: "user_id", `{"user_id": "x"}`: "user_id",
	`{"participant_ids": "` + unknown + `"}`: "participant_ids", `{"participant_ids": [7]}`: "participant_ids",
	`{"participant_ids": [null]}`: "participant_ids", `{"participant_ids": [""]}`: "participant_ids",
	`{"participant_ids": {"0": "` + unknown + `"}}`:            "participant_ids",
	`{"participant_ids": ["` + unknown + " " + unknown + `"]}`: "participant_ids",
	`{"participant_id": []}`:                                   "participant_id",
	`{"when": "now"}`:                                          "when", `{"happened_at_text": "now"}`: "happened_at_text",
	`{"due": "week"}`: "due", `{"link": "1"}`: "link", `{"follow_up_text": "x"}`: "follow_up_text", `{"time_zone": "UTC"}`: "time_zone",
	`{"created_at": null}`: "created_at", `{"version": 1}`: "version",
}

var interactionsInvalid = map[string]string{
	"?colour=red": "colour", "?limit=0": "limit", "?channel=fax": "channel", "?user=x": "user", "?from=soon": "from", "?to=2026-02-30": "to",
	"?after=x": "after", "?outcome=%ff": "outcome", "?limit=1&limit=2": "limit",
}

// ids returns a JSON array of the ids at the end of paths.
func ids(paths ...string) string {
	var all []string
	for _, path := range paths {
		all = append(all, `"`+key(path)+`"`)
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// wantIDs checks an array of ids.
func (a answer) wantIDs(path string, paths ...string) answer {
	a.t.Helper()
	var got, want []string
	for _, id := range a.valueAt(path).([]any) {
		got = append(got, id.(string))
	}
	for _, path := range paths {
		want = append(want, key(path))
	}
	slices.Sort(got)
	if slices.Sort(want); !slices.Equal(got, want) {
		a.t.Errorf("%s: %s is %v, want %v", a.what, path, got, want)
	}
	return a
}

// TestAnInteractionIsLoggedChangedDeletedAndRestored: the whole life of one, with its version and
// what the history says.
func TestAnInteractionIsLoggedChangedDeletedAndRestored(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, other, w := s.as("Manager"), s.as("Manager"), newWorld(s, 1)
	ben, kim := s.Contact("Ben", "Osei"), s.Contact("Kim", "Guest")
	made := p.send("POST", "/api/crm"+w.organization+"/interactions", `{"channel": "meeting", "subject": " Terms agreed ",
		"body": "Two\r\nlines",
		"outcome": "Closed won", "happened_at": "2026-11-23T14:05:06.789+02:00", "contact_id": "`+key(w.contact)+`", "participant_ids": `+
		ids(ben, kim, ben)+`, "user_id": "`+other.user.ID+`"}`).want(201).
		wantAt("subject", "Terms agreed").wantAt("body", "Two\nlines").wantAt("happened_at", "2026-11-23T12:05:06.789Z").
		wantAt("organization_id", key(w.organization)).wantAt("contact_id", key(w.contact)).
		wantAt("user_id", other.user.ID).wantAt("logged_by", p.user.ID).
		wantAt("created_at", s.Clock.Now().UTC().Format(db.TimeFormat)).wantIDs("participant_ids", ben, kim)
	path, tag := made.Header.Get("Location"), made.Header.Get("ETag")
	if path != "/api/crm/interactions/"+made.text("id") {
		t.Errorf("Location is %s", path)
	}
	p.get(path).want(200).wantSame(made)
	p.get(path, "If-None-Match", tag).want(304)
	s.WantOne("0", "SELECT count(*) FROM organization_contact WHERE contact_id = ?", key(ben)) // nobody is linked by it

	p.send("PATCH", path, `{"subject": "Terms signed", "outcome": null, "participant_ids": `+ids(kim)+`}`, "If-Match", tag).want(200).
		wantAt("subject", "Terms signed").wantAt("outcome", nil).wantAt("version", 2.0).wantIDs("participant_ids", kim)
	p.send("PATCH", path, `{"participant_ids": null, "user_id": "`+p.user.ID+`"}`).want(200).wantIDs("participant_ids").wantAt("version", 3.0).
		wantAt("user_id", p.user.ID).wantAt("logged_by", p.user.ID)
	same := p.send("PATCH", path, `{"happened_at": "2026-11-23T14:05:06.789+02:00", "contact_id": "`+key(w.contact)+`",
		"body": "Two\nlines"}`).want(200).wantAt("version", 3.0)
	s.unchanged(func() {
		for _, change := range []string{"PATCH", "DELETE"} {
			p.send(change, path, map[string]string{"PATCH": `{"outcome": "x"}`}[change], "If-Match", tag).want(409).
				wantAt("current.version", 3.0).wantAt("current.subject", "Terms signed")
		}
		p.send("PATCH", path, `{"user_id": null}`).want(422).wantAt("fields.user_id", "Choose who handled it")
	})
	p.send("DELETE", path, "", "If-Match", same.Header.Get("ETag")).want(204)
	s.unchanged(func() {
		p.get(path).want(404)
		p.send("PATCH", path, `{"outcome": "x"}`).want(404)
		p.send("DELETE", path, "").want(404)
	})
	p.send("POST", path+"/restore", "").want(200).wantAt("version", 4.0).wantAt("subject", "Terms signed").wantAt("body", "Two\nlines").
		wantAt("happened_at", "2026-11-23T12:05:06.789Z").wantAt("user_id", p.user.ID)
	s.unchanged(func() { p.send("POST", path+"/restore", "").want(200).wantAt("version", 4.0) })
	if got := s.actions(path); got != "create update update delete restore" {
		t.Errorf("the history says %s", got)
	}
}

// actions returns what the history says was done with an interaction.
func (s *site) actions(path string) string {
	s.t.Helper()
	all := s.One("SELECT group_concat(action, ' ' ORDER BY seq) FROM audit_logs WHERE target_id = ?", key(path))
	return strings.ReplaceAll(all, "_interaction", "")
}

// TestWhenAnInteractionHappened: now unless the program says when, in any zone, to the millisecond,
// from 1900 to a day from now.
func TestWhenAnInteractionHappened(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, log := s.as("Manager"), "/api/crm"+newWorld(s, 1).contact+"/interactions"
	now := s.Clock.Now().UTC()
	for sent, want := range map[string]string{
		"":                          now.Format(db.TimeFormat),
		`, "happened_at": null`:     now.Format(db.TimeFormat),
		"2026-11-24T00:30:00+05:30": "2026-11-23T19:00:00.000Z", "2026-11-24T00:30:00-00:00": "2026-11-24T00:30:00.000Z",
		"2026-11-23T10:00:00.123456789Z": "2026-11-23T10:00:00.123Z", "1900-01-02T00:00:00Z": "1900-01-02T00:00:00.000Z",
		now.AddDate(0, 0, 1).Format(time.RFC3339): now.AddDate(0, 0, 1).Format(db.TimeFormat),
	} {
		if sent != "" && sent[0] != ',' {
			sent = `, "happened_at": "` + sent + `"`
		}
		p.send("POST", log, `{"channel": "note", "subject": "A"`+sent+`}`).want(201).wantAt("happened_at", want)
	}
	p.send("POST", log, `{"channel": "note", "subject": "A"}`).want(201).wantAt("user_id", p.user.ID)
	p.send("POST", log, `{"channel": "note", "subject": "A", "user_id": null}`).want(201).wantAt("user_id", p.user.ID)
}

// TestATimeThatIsStoredStays: a change that repeats it is not refused, though nobody could choose it.
func TestATimeThatIsStoredStays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, path := s.as("Manager"), "/api/crm"+newWorld(s, 1).interaction
	const old = "1899-12-31T10:00:00.000Z"
	s.Exec("UPDATE interactions SET happened_at = ? WHERE id = ?", old, key(path))
	for _, same := range []string{old, "1899-12-31T11:00:00+01:00"} {
		p.send("PATCH", path, `{"outcome": "`+same[:19]+`", "happened_at": "`+same+`"}`).want(200).wantAt("happened_at", old)
	}
	p.send("PATCH", path, `{"happened_at": "1899-12-31T10:00:01Z"}`).want(422, `"fields":{"happened_at"`)
}

// TestAnEndOutOfSightStays: it is null to a program that does not see it, and a change that repeats
// what was read leaves it. A change after which the program sees no end answers with the id alone.
func TestAnEndOutOfSightStays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	u := s.User("Léa Fournier", "Viewer")
	s.Own(u, db.ViewClient, db.EditClient, db.ViewInteraction, db.EditInteraction)
	lea, ines := s.program(u), s.as("Manager")
	own, foreign := s.Organization("Own", "owner_user_id", u.ID), s.Organization("Foreign")
	linked, hidden, guest := s.Contact("Linked", "Person"), s.Contact("Hidden", "Person"), s.Contact("Hidden", "Guest")
	s.Link(own, linked)
	path := "/api/crm" + s.Log(own, hidden, "Terms", "participant_id", key(linked)+" "+key(guest))
	lea.get(path).want(200).wantAt("contact_id", nil).wantIDs("participant_ids", linked)
	lea.send("PATCH", path, `{"subject": "Signed", "contact_id": null, "participant_ids": `+ids(linked)+`}`).want(200).
		wantAt("contact_id", nil).wantIDs("participant_ids", linked).wantAt("version", 2.0)
	ines.get(path).want(200).wantAt("contact_id", key(hidden)).wantIDs("participant_ids", linked, guest).wantAt("subject", "Signed")
	s.unchanged(func() {
		lea.send("PATCH", path, `{"contact_id": null, "participant_ids": `+ids(linked)+`}`).want(200).wantAt("version", 2.0)
		for field, value := range map[string]string{"contact_id": `"` + key(hidden) + `"`, "participant_ids": ids(linked, hidden)} {
			a := lea.send("POST", "/api/crm"+own+"/interactions", `{"channel": "call", "subject": "A", "`+field+`": `+value+`}`).want(422)
			if a.text("fields."+field) == "" {
				t.Errorf("%s does not name %s: %s", a.what, field, a.body)
			}
		}
		lea.send("PATCH", path, `{"organization_id": "`+key(foreign)+`"}`).want(422, `"fields":{"organization_id"`)
		for _, of := range []string{foreign, hidden} {
			lea.send("POST", "/api/crm"+of+"/interactions", `{"channel": "call", "subject": "A"}`).want(404)
		}
	})
	elsewhere := "/api/crm" + s.Log(foreign, hidden, "Theirs")
	s.unchanged(func() {
		lea.send("PATCH", elsewhere, `{"subject": "x"}`).want(404)
		lea.send("DELETE", elsewhere, "").want(404)
		lea.send("POST", elsewhere+"/restore", "").want(404)
	})
	ines.send("DELETE", elsewhere, "").want(204)
	s.unchanged(func() { lea.send("POST", elsewhere+"/restore", "").want(404) })
	gone := lea.send("PATCH", path, `{"organization_id": null, "participant_ids": []}`).want(200)
	if len(gone.json.(map[string]any)) != 1 || gone.text("id") != key(path) {
		t.Errorf("one that left the sight is shown: %s", gone.body)
	}
	lea.get(path).want(404)
	ines.get(path).want(200).wantAt("contact_id", key(hidden)).wantAt("organization_id", nil).wantIDs("participant_ids", guest)
}

// TestChangesOfAnInteractionAtOnce: of many with one version one counts. Of many deletions one does.
func TestChangesOfAnInteractionAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, path := s.as("Manager"), "/api/crm"+newWorld(s, 1).interaction
	all := func(method string, body func(n int) string, headers ...string) string {
		statuses, got := make(chan int, 20), map[int]int{}
		for n := range 20 {
			go func() { statuses <- p.send(method, path, body(n), headers...).StatusCode }()
		}
		for range 20 {
			got[<-statuses]++
		}
		return fmt.Sprint(got)
	}
	subject := func(n int) string { return fmt.Sprintf(`{"subject": "Call %d"}`, n) }
	if got := all("PATCH", subject, "If-Match", `"1"`); got != "map[200:1 409:19]" {
		t.Errorf("answers by status: %s", got)
	}
	if got := all("PATCH", subject); got != "map[200:20]" {
		t.Errorf("answers by status: %s", got)
	}
	if got := all("DELETE", func(int) string { return "" }); got != "map[204:1 404:19]" {
		t.Errorf("answers by status: %s", got)
	}
}
