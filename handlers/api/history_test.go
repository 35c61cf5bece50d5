package api_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
)

// historyInvalid are parameters of a history that are refused, with the name of each.
var historyInvalid = map[string]string{
	"?colour=red": "colour", "?limit=0": "limit", "?limit=201": "limit", "?after=x": "after", "?after=-1": "after",
	"?after=1&after=2": "after", "?before=1": "before",
}

// history returns the entries of a record's history, page by page of two, each as its action, who did
// it and what changed.
func (p *program) history(path string) (all []string) {
	p.t.Helper()
	for next := "/api/crm" + path + "/history?limit=2"; next != ""; {
		a := p.get(next).want(200)
		if len(a.list()) > 2 {
			p.t.Errorf("%s has %d", next, len(a.list()))
		}
		for _, one := range a.list() {
			e := one.(map[string]any)
			changes, _ := json.Marshal(e["changes"])
			all = append(all, fmt.Sprint(e["action"], " ", e["by"], " ", string(changes)))
		}
		address, _, _ := strings.Cut(a.Header.Get("Link"), ">")
		next = strings.TrimPrefix(address, "<http://registry.example")
	}
	return all
}

func wantHistory(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("the history is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestHistory: a history has what the page shows, with each value as the record itself has it, and
// leaves out what its reader does not see.
func TestHistory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.program(s.User("Ines Calder", "Administrator"))
	u := s.User("Léa Fournier", "Viewer")
	s.Own(u, db.ViewClient, db.EditClient, db.ViewInteraction, db.EditInteraction)
	lea := s.program(u)
	org := "/organizations/" + ines.send("POST", "/api/crm/organizations", `{"display_name": "Harbor", "owner_user_id": "`+u.ID+`"}`).
		want(201).text("id")
	elif, ben := s.Contact("Elif", "Aydın"), s.Contact("Ben", "Osei")
	s.Link(s.Organization("Elsewhere"), elif) // their main one at first
	ines.send("PATCH", "/api/crm"+org, `{"sector": "Retail", "owner_user_id": null}`).want(200)
	ines.send("PATCH", "/api/crm"+org, `{"owner_user_id": "`+u.ID+`"}`).want(200)
	ines.send("POST", "/api/crm"+org+"/contacts", `{"contact_id": "`+key(elif)+`", "role_label": "CFO"}`).want(201)
	ines.send("PATCH", "/api/crm"+org+"/contacts/"+key(elif), `{"role_label": "CEO", "is_main": true}`).want(200)
	call := "/interactions/" + ines.send("POST", "/api/crm"+org+"/interactions", `{"channel": "call", "subject": "Terms",
		"contact_id": "`+key(elif)+`", "happened_at": "2026-11-23T10:00:00Z"}`).want(201).text("id")
	lea.send("PATCH", "/api/crm"+call, `{"subject": "Signed"}`).want(200)
	ines.send("PATCH", "/api/crm"+call, `{"contact_id": "`+key(ben)+`", "participant_ids": `+ids(elif)+`}`).want(200)
	s.Exec("UPDATE users SET status = 'disabled' WHERE id = ?", u.ID)
	quoted := func(path string) string { return `"` + key(path) + `"` }
	created := `create_interaction Ines Calder {"channel":{"new":"call","old":null},"contact_id":{"new":` + quoted(elif) +
		`,"old":null},"happened_at":{"new":"2026-11-23T10:00:00.000Z","old":null},"organization_id":{"new":` + quoted(org) +
		`,"old":null},"subject":{"new":"Terms","old":null}}`
	signed := `update_interaction Léa Fournier (left) {"subject":{"new":"Signed","old":"Terms"}}`
	moved := `update_interaction Ines Calder {"contact_id":{"new":` + quoted(ben) + `,"old":` + quoted(elif) +
		`},"participant_ids":{"new":[` + quoted(elif) + `],"old":[]}}`
	record := []string{
		`update_link Ines Calder {"is_main":{"new":true,"old":false},"role_label":{"new":"CEO","old":"CFO"}}`,
		`link_contact Ines Calder {}`,
		`update_org Ines Calder {"owner_user_id":{"new":"` + u.ID + `","old":null}}`,
		`update_org Ines Calder {"owner_user_id":{"new":null,"old":"` + u.ID + `"},"sector":{"new":"Retail","old":null}}`,
		`create_org Ines Calder {"display_name":{"new":"Harbor","old":null},"legal_name":{"new":"Harbor","old":null},"owner_user_id":{"new":"` +
			u.ID + `","old":null}}`,
	}
	wantHistory(t, ines.history(org), append([]string{moved, signed, created}, record...)...)
	wantHistory(t, ines.history(call), moved, signed, created)
	wantHistory(t, ines.history(ben), moved,
		`create_contact <nil> {"first_name":{"new":"Ben","old":null},"last_name":{"new":"Osei","old":null}}`)
	blind := s.program(ines.user, db.ViewClient, db.EditClient)
	wantHistory(t, blind.history(org), record...)
	blind.get("/api/crm"+call+"/history").want(403, "ViewInteraction")
	s.program(ines.user, db.ViewClient, db.ViewInteraction).get("/api/crm"+org+"/history").want(403, "Missing permission: ViewAudit")

	s.Exec("UPDATE users SET status = 'active' WHERE id = ?", u.ID)
	hidden := strings.Replace(moved, quoted(ben), "null", 1)
	wantHistory(t, lea.history(call), hidden, strings.Replace(signed, " (left)", "", 1), created)
	lea.get("/api/crm" + ben + "/history").want(404)
	ines.send("DELETE", "/api/crm"+call, "").want(204)
	ines.get("/api/crm" + call + "/history").want(404)
	wantHistory(t, lea.history(org)[:1], "delete_interaction Ines Calder {}")
}

// TestAHistoryNamesTheEndsOfALink: as far as the reader sees them, with who linked them and by which token.
func TestAHistoryNamesTheEndsOfALink(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	u := s.User("Léa Fournier", "Viewer")
	s.Own(u, db.ViewClient, db.EditClient)
	ines, lea := s.as("Administrator"), s.program(u)
	org, elif := s.Organization("Harbor", "owner_user_id", u.ID), s.Contact("Elif", "Aydın")
	link := "/api/crm" + org + "/contacts"
	ines.send("POST", link, `{"contact_id": "`+key(elif)+`"}`).want(201)
	ines.send("PATCH", link+"/"+key(elif), `{"role_label": "CFO"}`).want(200)
	wantEntry := func(by *program, path string, n int, want map[string]any) {
		t.Helper()
		e, _ := by.get("/api/crm" + path + "/history").want(200).list()[n].(map[string]any)
		for name, value := range want {
			if e[name] != value {
				t.Errorf("%s of entry %d is %v, want %v: %v", name, n, e[name], value, e)
			}
		}
	}
	change := map[string]any{
		"action": "update_link", "organization_id": key(org), "contact_id": key(elif), "by_id": ines.user.ID,
		"token": s.One("SELECT name FROM tokens LIMIT 1"),
	}
	wantEntry(ines, org, 0, change)
	wantEntry(ines, elif, 0, change)
	wantEntry(lea, org, 0, change)
	ines.send("DELETE", link+"/"+key(elif), "").want(204)
	wantEntry(ines, org, 0, map[string]any{"action": "unlink_contact", "organization_id": key(org), "contact_id": key(elif)})
	wantEntry(lea, org, 0, map[string]any{"action": "create_org", "organization_id": nil, "by_id": nil, "token": nil})
}
