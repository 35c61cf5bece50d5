package api_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/handlers/api"
)

// viewer is a program and what the model says that it sees.
type viewer struct {
	*program
	*dbtest.Clients
	by     db.Actor
	hidden map[string]bool // IDs and words that no answer may have
	start  string          // the cursor from before there was anything
}

func (v *viewer) talks() bool { return v.by.Can(db.ViewInteraction) }

func (v *viewer) sees(kind, id string) bool {
	if kind == "organizations" {
		return v.SeesOrganization(v.by, id)
	}
	return v.SeesContact(v.by, id)
}

func (v *viewer) seesInteraction(id string) bool { return v.talks() && v.SeesInteraction(v.by, id) }

// newViewers returns programs of all scopes over one random registry: Ada sees all clients, Oda and
// Per own some, Nils none. Two have no ViewInteraction.
func newViewers(t *testing.T, seed uint64) (*site, map[string]*viewer) {
	t.Helper()
	s := newSite(t)
	all := map[string]*viewer{"Ada": {program: s.as("Administrator"), by: db.Actor{May: db.Permissions}}}
	for _, name := range []string{"Oda", "Per", "Nils"} {
		u := s.User(name+" Berg", "Viewer")
		s.Own(u, db.ViewClient, db.EditClient, db.ViewInteraction, db.EditInteraction)
		all[name] = &viewer{program: s.program(u), by: db.Actor{May: db.Permissions, OwnOnly: true}}
	}
	for name, of := range map[string]string{"Ada without interactions": "Ada", "Oda without interactions": "Oda"} {
		may := []db.Permission{db.ViewClient, db.EditClient}
		all[name] = &viewer{program: s.program(all[of].user, may...), by: db.Actor{May: may, OwnOnly: all[of].by.OwnOnly}}
	}
	for _, v := range all {
		v.by.UserID, v.start = v.user.ID, v.newest()
	}
	logs := db.Actor{UserID: all["Ada"].user.ID, May: db.Permissions}
	clients := dbtest.NewClients(t, s.DB, seed, logs, all["Oda"].user.ID, all["Per"].user.ID)
	for _, v := range all {
		v.Clients, v.hidden = clients, map[string]bool{}
		for kind, records := range map[string]map[string]dbtest.Client{"organizations": clients.Organizations, "contacts": clients.Contacts} {
			for id, x := range records {
				if !v.sees(kind, id) {
					v.hidden[id], v.hidden[x.Word] = true, true
				}
			}
		}
		for _, l := range clients.Links {
			if !v.SeesLink(v.by, l) {
				v.hidden[s.One("SELECT role_label FROM organization_contact WHERE organization_id = ? AND contact_id = ?", l[0], l[1])] = true
			}
		}
		for id := range clients.Interactions {
			if !v.seesInteraction(id) {
				v.hidden[id], v.hidden[s.One("SELECT subject FROM interactions WHERE id = ?", id)] = true, true
			}
		}
	}
	return s, all
}

var tellingWords = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|(org|man)word[a-z]{2}|(Subject|Role) \d\d`)

// ask is send, and checks that the answer tells of nothing out of sight.
func (v *viewer) ask(method, path, body string, headers ...string) answer {
	v.t.Helper()
	a := v.send(method, "/api/crm"+path, body, headers...)
	for _, word := range tellingWords.FindAllString(a.body, -1) {
		if v.hidden[word] {
			v.t.Errorf("%s tells of %s: %s", a.what, word, a.body)
		}
	}
	if !v.talks() && strings.Contains(a.body, "last_contact") {
		v.t.Errorf("%s tells of the last contact: %s", a.what, a.body)
	}
	return a
}

// pages returns all records of a list, page by page.
func (v *viewer) pages(path string) (all []map[string]any) {
	v.t.Helper()
	for next := path + "limit=7"; next != ""; {
		a := v.ask("GET", next, "").want(200)
		for _, one := range a.list() {
			all = append(all, one.(map[string]any))
		}
		address, _, _ := strings.Cut(a.Header.Get("Link"), ">")
		next = strings.TrimPrefix(address, "<http://registry.example/api/crm")
	}
	return all
}

// column returns the sorted values of a field.
func column(all []map[string]any, name string) string {
	var values []string
	for _, one := range all {
		value, _ := one[name].(string)
		values = append(values, value)
	}
	slices.Sort(values)
	return strings.Join(values, " ")
}

// objects returns an array of objects in an answer.
func objects(of any) (all []map[string]any) {
	list, _ := of.([]any)
	for _, one := range list {
		all = append(all, one.(map[string]any))
	}
	return all
}

func (v *viewer) same(what, got, want string) {
	v.t.Helper()
	if got != want {
		v.t.Errorf("%s to %s: %s, want %s", what, v.user.FullName, got, want)
	}
}

// TestEachProgramSeesWhatTheModelSays: through every address that reads, each sees what its owner may
// see, and nothing tells of more.
func TestEachProgramSeesWhatTheModelSays(t *testing.T) {
	t.Parallel()
	s, all := newViewers(t, 7)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		v := all[name]
		v.comparePeople()
		v.compareRecords("organizations", v.Organizations, 0)
		v.compareRecords("contacts", v.Contacts, 1)
		v.compareInteractions()
		v.compareFollowUps()
		v.compareSearch()
		v.compareChanges()
	}
	for _, r := range api.Routes() {
		if name := r.Method + " " + documentedPath(r.Path); r.Method == "GET" && !s.coverage.statuses[name]["200"] {
			t.Errorf("%s is not compared", name)
		}
	}
}

func (v *viewer) comparePeople() {
	scope := map[bool]string{true: "own", false: "all"}[v.by.OwnOnly]
	v.ask("GET", "/me", "").want(200).wantAt("client_scope", scope)
	v.same("users", fmt.Sprint(len(v.ask("GET", "/users", "").want(200).list())), "4")
}

// compareRecords compares lists, records, links, interactions and histories. end is which end of a
// link these records are.
func (v *viewer) compareRecords(kind string, records map[string]dbtest.Client, end int) {
	for _, status := range []string{"active", "archived", "all"} {
		list := v.pages("/" + kind + "?status=" + status + "&")
		v.same(kind+" that are "+status, column(list, "id"), dbtest.Seen(records, func(id string) bool {
			return v.sees(kind, id) && (status == "all" || records[id].Active == (status == "active"))
		}))
		for _, one := range list {
			if count, ok := one["contacts_count"]; ok {
				v.same("contacts of "+one["id"].(string), fmt.Sprint(count), fmt.Sprint(len(v.linked(one["id"].(string), end))))
			}
		}
	}
	nothing := v.ask("GET", "/"+kind+"/"+unknown, "").want(404).body
	noun, others := strings.TrimSuffix(kind, "s"), []string{"contacts", "organizations"}[end]
	for _, id := range slices.Sorted(maps.Keys(records)) {
		path := "/" + kind + "/" + id
		if !v.sees(kind, id) {
			for _, below := range []string{"", "/" + others, "/interactions", "/history"} {
				if below != "/interactions" || v.talks() {
					v.same("hidden "+path+below, v.ask("GET", path+below, "").want(404).body, nothing)
				}
			}
			continue
		}
		a := v.ask("GET", path, "").want(200).wantAt(noun+".id", id)
		links := strings.Join(v.linked(id, end), " ")
		v.same("links of "+path, otherEnds(objects(a.valueAt(others)), others), links)
		v.same("links at "+path, otherEnds(objects(v.ask("GET", path+"/"+others, "").want(200).json), others), links)
		with := dbtest.Seen(v.Interactions, func(i string) bool {
			return v.talks() && (v.Interactions[i][end] == id || end == 1 && v.IsWith(i, id))
		})
		v.same("interactions of "+path, column(objects(a.json.(map[string]any)["interactions"]), "id"), with)
		if v.talks() {
			v.same("interactions at "+path, column(v.pages(path+"/interactions?"), "id"), with)
		} else {
			v.ask("GET", path+"/interactions", "").want(403)
		}
		n := len(strings.Fields(with))
		got := map[string]int{}
		for _, e := range v.pages(path + "/history?") {
			got[e["action"].(string)]++
		}
		v.same("history of "+path, fmt.Sprint(got["link_contact"], got["create_interaction"], got["create_follow_up"]),
			fmt.Sprint(len(strings.Fields(links)), n, n))
	}
}

// linked returns the other ends of a record's links, sorted.
func (v *viewer) linked(id string, end int) (all []string) {
	for _, l := range v.Links {
		if l[end] == id && v.SeesLink(v.by, l) {
			all = append(all, l[1-end])
		}
	}
	slices.Sort(all)
	return all
}

func otherEnds(links []map[string]any, kind string) string {
	var ends []map[string]any
	for _, l := range links {
		ends = append(ends, l[strings.TrimSuffix(kind, "s")].(map[string]any))
	}
	return column(ends, "id")
}

func (v *viewer) compareInteractions() {
	if !v.talks() {
		for id := range v.Interactions {
			for _, path := range []string{"", "/" + id, "/" + id + "/history"} {
				v.ask("GET", "/interactions"+path, "").want(403)
			}
		}
		return
	}
	feed := v.pages("/interactions?")
	v.same("interactions", column(feed, "id"), dbtest.Seen(v.Interactions, v.seesInteraction))
	nothing := v.ask("GET", "/interactions/"+unknown, "").want(404).body
	for id := range v.Interactions {
		a := v.ask("GET", "/interactions/"+id, "")
		history := v.ask("GET", "/interactions/"+id+"/history", "")
		if !v.seesInteraction(id) {
			v.same("a hidden interaction", a.want(404).body+history.want(404).body, nothing+nothing)
			continue
		}
		feed = append(feed, a.want(200).json.(map[string]any))
		v.same("history of an interaction", column(objects(history.want(200).json), "action"), "create_follow_up create_interaction")
	}
	for _, i := range feed {
		v.sameEnds(i, i["id"].(string))
		people := slices.DeleteFunc(slices.Clone(v.Participants[i["id"].(string)]), func(id string) bool { return !v.SeesContact(v.by, id) })
		got := strings.Fields(strings.Trim(fmt.Sprint(i["participant_ids"]), "[]"))
		slices.Sort(got)
		slices.Sort(people)
		v.same("people of an interaction", strings.Join(got, " "), strings.Join(people, " "))
	}
}

// sameEnds compares the ends of an interaction, or of its follow-up.
func (v *viewer) sameEnds(of map[string]any, interaction string) {
	for end, kind := range []string{"organizations", "contacts"} {
		want := v.Interactions[interaction][end]
		if want != "" && !v.sees(kind, want) {
			want = ""
		}
		got, _ := of[strings.TrimSuffix(kind, "s")+"_id"].(string)
		v.same("an end of "+interaction, got, want)
	}
}

func (v *viewer) compareFollowUps() {
	if !v.talks() {
		v.ask("GET", "/follow-ups?show=all", "").want(403)
		v.ask("GET", "/follow-ups/"+unknown, "").want(403)
		return
	}
	list := v.pages("/follow-ups?show=all&")
	v.same("follow-ups", column(list, "interaction_id"), dbtest.Seen(v.Interactions, v.seesInteraction))
	for _, f := range list {
		one := v.ask("GET", "/follow-ups/"+f["id"].(string), "").want(200).json.(map[string]any)
		v.same("a follow-up", fmt.Sprint(one), fmt.Sprint(f))
		v.sameEnds(one, one["interaction_id"].(string))
	}
	for id := range v.Interactions {
		if !v.seesInteraction(id) {
			v.ask("GET", "/follow-ups/"+v.One("SELECT id FROM follow_ups WHERE interaction_id = ?", id), "").want(404)
		}
	}
}

func (v *viewer) compareSearch() {
	for kind, records := range map[string]map[string]dbtest.Client{"organizations": v.Organizations, "contacts": v.Contacts} {
		for id, x := range records {
			found := objects(v.ask("GET", "/search?q="+x.Word, "").want(200).valueAt(kind))
			v.same("search for "+x.Word, fmt.Sprint(slices.ContainsFunc(found, func(r map[string]any) bool { return r["id"] == id })),
				fmt.Sprint(v.sees(kind, id)))
		}
	}
	a := v.ask("GET", "/search?limit=200&q=subject", "").want(200)
	found := objects(a.json.(map[string]any)["interactions"])
	v.same("interactions found", column(found, "id"), dbtest.Seen(v.Interactions, v.seesInteraction))
}

func (v *viewer) compareChanges() {
	told := map[string]map[string]any{}
	for cursor := v.start; ; {
		a := v.ask("GET", "/changes?limit=50&after="+cursor, "").want(200)
		for _, one := range objects(a.valueAt("changes")) {
			told[one["target_type"].(string)+" "+one["target_id"].(string)] = one
		}
		if a.text("cursor") == cursor {
			break
		}
		cursor = a.text("cursor")
	}
	want := map[string]bool{}
	for id := range v.Organizations {
		want["organization "+id] = v.sees("organizations", id)
	}
	for id := range v.Contacts {
		want["contact "+id] = v.sees("contacts", id)
	}
	for id := range v.Interactions {
		want["interaction "+id] = v.seesInteraction(id)
		want["follow_up "+v.One("SELECT id FROM follow_ups WHERE interaction_id = ?", id)] = v.seesInteraction(id)
	}
	maps.DeleteFunc(want, func(_ string, sees bool) bool { return !sees })
	v.same("changes", strings.Join(slices.Sorted(maps.Keys(told)), " "), strings.Join(slices.Sorted(maps.Keys(want)), " "))
}
