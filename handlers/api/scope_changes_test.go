package api_test

import (
	"strings"
	"testing"

	"clientregistry/db/dbtest"
	"clientregistry/handlers/api"
)

// TestNoProgramChangesWhatTheModelHides: with an ID out of sight in the address, every operation that
// changes something answers as if there were none, and in a body it is refused by name. What a change
// of visible records answers tells of nothing out of sight.
func TestNoProgramChangesWhatTheModelHides(t *testing.T) {
	t.Parallel()
	s, all := newViewers(t, 11)
	for _, name := range []string{"Oda", "Per", "Nils"} {
		v := all[name]
		hidden := v.someWorld(false)
		half := hidden
		if name != "Nils" {
			half = v.someWorld(true)
		}
		s.unchanged(func() {
			for n, r := range api.Routes() {
				if r.Method == "GET" || !strings.Contains(r.Path, ":id") {
					continue
				}
				nothing := v.ask(r.Method, strings.TrimPrefix(v.unknownWorld().address(r.Path), "/api/crm"), validBody(r, n)).want(404).body
				paths := []string{hidden.address(r.Path)}
				if strings.Contains(r.Path, "_id") { // one end of the link is in sight
					paths = append(paths, world{organization: half.organization, contact: hidden.contact}.address(r.Path),
						world{organization: hidden.organization, contact: half.contact}.address(r.Path))
				}
				for _, path := range paths {
					a := v.ask(r.Method, strings.TrimPrefix(path, "/api/crm"), validBody(r, n), "If-Match", `"1"`)
					v.same(a.what, a.want(404).body, nothing)
				}
			}
			if name != "Nils" {
				v.refusesInBodies(half, hidden)
			}
		})
		if name != "Nils" {
			v.changesWhatItSees()
		}
	}
}

func (v *viewer) unknownWorld() world {
	return world{"/organizations/" + unknown, "/contacts/" + unknown, "/interactions/" + unknown, "/follow-ups/" + unknown}
}

// someWorld returns records that the program sees, or records that it does not see.
func (v *viewer) someWorld(seen bool) world {
	v.t.Helper()
	first := func(all string) string {
		if all == "" {
			v.t.Fatalf("the model has nothing for %s", v.user.FullName)
		}
		return strings.Fields(all)[0]
	}
	interaction := first(dbtest.Seen(v.Interactions, func(id string) bool { return v.seesInteraction(id) == seen }))
	return world{
		"/organizations/" + first(dbtest.Seen(v.Organizations, func(id string) bool { return v.sees("organizations", id) == seen })),
		"/contacts/" + first(dbtest.Seen(v.Contacts, func(id string) bool { return v.sees("contacts", id) == seen })),
		"/interactions/" + interaction,
		"/follow-ups/" + v.One("SELECT id FROM follow_ups WHERE interaction_id = ?", interaction),
	}
}

// refusesInBodies sends IDs out of sight to addresses of records in sight.
func (v *viewer) refusesInBodies(own, hidden world) {
	organization, contact := `"organization_id": "`+key(hidden.organization)+`"`, `"contact_id": "`+key(hidden.contact)+`"`
	people := `"participant_ids": ["` + key(hidden.contact) + `"]`
	const talk, step = `"channel": "call", "subject": "A", `, `"text": "A", "due_on": "2026-12-01", `
	for _, x := range [][4]string{
		{"contact_id", "POST", own.organization + "/contacts", contact},
		{"organization_id", "POST", own.contact + "/organizations", organization},
		{"contact_id", "POST", own.organization + "/interactions", talk + contact},
		{"participant_ids", "POST", own.organization + "/interactions", talk + people},
		{"organization_id", "POST", own.contact + "/interactions", talk + organization},
		{"organization_id", "PATCH", own.interaction, organization},
		{"contact_id", "PATCH", own.interaction, contact},
		{"participant_ids", "PATCH", own.interaction, people},
		{"organization_id", "POST", "/follow-ups", step + organization},
		{"contact_id", "POST", "/follow-ups", step + contact},
	} {
		if a := v.ask(x[1], x[2], "{"+x[3]+"}").want(422); a.text("fields."+x[0]) == "" {
			v.t.Errorf("%s does not name %s: %s", a.what, x[0], a.body)
		}
	}
	email := v.One("SELECT email FROM contacts WHERE id = ?", key(hidden.contact))
	v.ask("PATCH", own.contact, `{"email": "`+email+`"}`).want(422, `"fields":{"email"`)
}

// changesWhatItSees changes, deletes and restores each interaction in sight, and changes clients and
// links.
func (v *viewer) changesWhatItSees() {
	for id, ends := range v.Interactions {
		if !v.seesInteraction(id) {
			continue
		}
		path := "/interactions/" + id
		v.ask("PATCH", path, `{"outcome": "Closed won", "contact_id": null, "organization_id": null}`) // refused if it would be with nobody
		v.ask("PATCH", path, `{"outcome": "Closed"}`, "If-Match", `"99"`)
		v.ask("POST", path+"/follow-up", `{"text": "Another", "due_on": "2026-12-01"}`)
		if v.ask("DELETE", path, "").StatusCode == 204 {
			v.ask("POST", path+"/restore", "")
		}
		for end, kind := range []string{"organizations", "contacts"} {
			if ends[end] != "" && v.sees(kind, ends[end]) {
				of := "/" + kind + "/" + ends[end]
				v.ask("PATCH", of, `{"owner_user_id": "`+v.user.ID+`"}`, "If-Match", `"99"`).want(409)
				v.ask("POST", of+"/archive", "").want(200)
				v.ask("POST", of+"/restore", "").want(200)
				v.ask("POST", of+"/interactions", `{"channel": "note", "subject": "A"}`).want(201)
			}
		}
	}
	for _, l := range v.Links {
		if v.SeesLink(v.by, l) {
			path := "/organizations/" + l[0] + "/contacts/" + l[1]
			v.ask("PATCH", path, `{"relationship_status": "Former"}`).want(200)
			v.ask("PATCH", path, `{"relationship_status": "Active"}`, "If-Match", `"99"`).want(409)
		}
	}
}
