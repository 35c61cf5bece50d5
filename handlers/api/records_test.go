package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
)

// values has a valid value for each kind of field.
var values = map[db.FieldKind]any{
	db.Line: "Quay", db.Lines: "Quay", db.Website: "https://quay.example", db.Email: "sam@quay.example", db.Phone: "+46 8 123 45 67",
	db.Code: "SE-556677", db.Person: nil, db.Flag: true,
}

// TestEveryFieldIsWrittenAndRead: each field of an organization and of a contact can be sent when a
// record is created and when it is changed, and is in the answer; so can one that was added later.
func TestEveryFieldIsWrittenAndRead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	for _, k := range []*db.RecordKind{db.OrganizationKind, db.ContactKind} {
		sent, required := map[string]any{}, map[string]any{}
		for _, f := range k.Fields {
			value, known := values[f.Kind]
			if !known {
				t.Fatalf("no value for %s", f.Column)
			}
			if sent[f.Column] = value; f.Kind == db.Person {
				sent[f.Column] = p.user.ID
			}
			if f.Required != "" {
				required[f.Column] = value
			}
		}
		body := func(of map[string]any) string { b, _ := json.Marshal(of); return string(b) }
		made := p.send("POST", "/api/crm/"+k.Plural, body(sent)).want(201)
		if k == db.ContactKind {
			p.send("PATCH", made.Header.Get("Location"), `{"email": ""}`).want(200).wantAt("email", nil) // it is unique
		}
		bare := p.send("POST", "/api/crm/"+k.Plural, body(required)).want(201)
		changed := p.send("PATCH", bare.Header.Get("Location"), body(sent)).want(200)
		for column, value := range sent {
			made.wantAt(column, value)
			changed.wantAt(column, value)
			if _, needed := required[column]; !needed && column != "legal_name" {
				bare.wantAt(column, nil)
				p.send("PATCH", bare.Header.Get("Location"), body(map[string]any{column: nil})).want(200).wantAt(column, nil)
			}
		}
		p.get(made.Header.Get("Location")).want(200).wantAt(k.Noun+".id", made.text("id"))
		known := append(k.FieldColumns(nil), "id", "is_active", "created_at", "updated_at", "version", "last_contact_at", "last_contact_channel")
		if k == db.OrganizationKind {
			known = append(known, "contacts_count")
		}
		slices.Sort(known)
		if got := slices.Sorted(maps.Keys(made.json.(map[string]any))); !slices.Equal(got, known) {
			t.Errorf("an answer has %v, want %v", got, known)
		}
		if at := made.text("created_at"); at != s.Clock.Now().UTC().Format(db.TimeFormat) {
			t.Errorf("created_at is %s", at)
		}
	}
	s.program(p.user, db.ViewClient, db.EditClient).send("POST", "/api/crm/organizations", `{"display_name": "A"}`).want(201).
		wantAt("last_contact_at", nil)
}

// TestWhatATokenMayNotSee: without ViewInteraction there are neither interactions nor a last
// contact, and lists cannot be narrowed by it.
func TestWhatATokenMayNotSee(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w, u := newWorld(s, 1), s.User("Ines Calder", "Administrator")
	p := s.program(u, db.ViewClient)
	for _, path := range []string{w.organization, w.contact, "/organizations", "/contacts"} {
		if a := p.get("/api/crm" + path).want(200); strings.Contains(a.body, "last_contact") || strings.Contains(a.body, "interactions") {
			t.Errorf("%s says %s", path, a.body)
		}
	}
	for _, path := range []string{"/interactions", w.interaction, w.organization + "/interactions"} {
		p.get("/api/crm"+path).want(403, "Missing permission: ViewInteraction")
	}
	for _, parameter := range []string{"last_contact=never", "quiet_days=5", "last_contact_from=2026-01-01"} {
		p.get("/api/crm/organizations?"+parameter).want(422, "Unknown parameter")
	}
	p.get("/api/crm/organizations?sort=last_contact").want(422, "sort")
	all := s.program(u).get("/api/crm"+w.organization).want(200, `"subject":"Renewal agreed"`)
	if got := all.valueAt("interactions").([]any); len(got) != 1 || got[0].(map[string]any)["contact_id"] != key(w.contact) {
		t.Errorf("interactions: %v", got)
	}
}

// TestPagesOfAList: Link leads through all records once, in order, whatever the filter; the last
// page has none.
func TestPagesOfAList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	want := map[string]bool{}
	for n := range 23 {
		path := s.Organization(fmt.Sprintf("Quay %02d & Söhne", n), "sector", "Food & drink")
		if want[key(path)] = true; n%5 == 0 {
			p.send("POST", "/api/crm"+path+"/archive", "").want(200)
		}
	}
	s.Organization("Elsewhere", "sector", "Retail")
	for _, query := range []string{"status=all", "status=all&sort=-created_at", "status=all&q=quay"} {
		seen, pages := map[string]bool{}, 0
		next := "/api/crm/organizations?limit=5&sector=Food+%26+drink&" + query
		for next != "" {
			a := p.get(next).want(200)
			pages++
			for _, one := range a.list() {
				id, _ := one.(map[string]any)["id"].(string)
				if seen[id] {
					t.Fatalf("%s shows %s twice", query, id)
				}
				seen[id] = true
			}
			link := a.Header.Get("Link")
			if next = ""; link != "" {
				address, isNext := strings.CutSuffix(link, `>; rel="next"`)
				path, isOurs := strings.CutPrefix(address, "<http://registry.example")
				if next = path; !isNext || !isOurs {
					t.Fatalf("Link is %s", link)
				}
			}
		}
		if pages != 5 || !maps.Equal(seen, want) {
			t.Errorf("%s: %d records on %d pages", query, len(seen), pages)
		}
	}
	for query, count := range map[string]int{
		"": 19, "status=archived": 5, "limit=3": 3, "sector=retail": 1, "owner=none&limit=200": 19, "owner=me": 0, "missing=contacts": 19,
		"sector=retail&sector=none": 1, "sector=retail&sector_is=not": 18, "sector=none": 0, "sector=none&sector_is=not": 19,
		"owner=none&owner=me": 19, "owner=me&owner_is=not&owner=none": 0, "sector=&sector=Retail": 1, "role_label=CFO&role_label=none": 0,
		"created_from=2026-11-25": 0, "created_to=2026-11-24": 19, "q=" + url.QueryEscape("sohne"): 18,
	} {
		if got := len(p.get("/api/crm/organizations?" + query).want(200).list()); got != count {
			t.Errorf("%q: %d records, want %d", query, got, count)
		}
	}
	for _, query := range []string{
		"q=a&q=b", "status=all&status=all", "sector_is=maybe", "owner=me&owner=x", "relationship_status=Active&relationship_status=none",
		"sector=x" + strings.Repeat("&sector=x", db.MostValues),
	} {
		p.get("/api/crm/organizations?" + query).want(422)
	}
}

// TestPagesOfInteractions: Link leads through all of a timeline and of the feed, newest first, and
// filters narrow them.
func TestPagesOfInteractions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, path := s.as("Manager"), s.Organization("Harbor")
	for n := range 7 {
		s.Log(path, "", fmt.Sprint("Call ", n), "happened_at", fmt.Sprintf("2026-11-1%dT10:00:00Z", n))
	}
	for _, list := range []string{"/api/crm" + path + "/interactions", "/api/crm/interactions"} {
		var subjects []string
		for next := list + "?limit=3"; next != ""; {
			a := p.get(next).want(200)
			for _, one := range a.list() {
				subjects = append(subjects, one.(map[string]any)["subject"].(string))
			}
			address, _, _ := strings.Cut(a.Header.Get("Link"), ">")
			next = strings.TrimPrefix(address, "<http://registry.example")
		}
		if got := strings.Join(subjects, " "); got != "Call 6 Call 5 Call 4 Call 3 Call 2 Call 1 Call 0" {
			t.Errorf("%s: %s", list, got)
		}
		for query, count := range map[string]int{
			"from=2026-11-13": 4, "to=2026-11-13": 4, "from=2026-11-13&to=2026-11-13": 1, "channel=call": 7, "channel=email": 0, "user=me": 0,
			"channel=email&channel=call": 7, "channel=call&channel_is=not": 0, "outcome=none": 7, "outcome=none&outcome_is=not": 0,
			"outcome=x&outcome=none": 7, "user=none&user=me": 7, "user=none&user_is=not": 0, "user=me&user_is=not&from=2026-11-13": 4,
		} {
			if got := len(p.get(list + "?" + query).want(200).list()); got != count {
				t.Errorf("%s %s: %d, want %d", list, query, got, count)
			}
		}
		for _, query := range []string{
			"channel=fax", "channel=none", "channel=call&channel=fax", "user=me&user=x", "user_is=is", "outcome_is=not&outcome_is=not", "from=x",
			"outcome=x" + strings.Repeat("&outcome=x", db.MostValues),
		} {
			p.get(list + "?" + query).want(422)
		}
	}
}

// TestConditionalRequests: an ETag changes with what is shown, If-None-Match saves the body, and
// If-Match refuses an older version, by its version alone.
func TestConditionalRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, w := s.as("Manager"), newWorld(s, 1)
	path := "/api/crm" + w.organization
	tag := p.get(path).want(200).Header.Get("ETag")
	if !strings.HasPrefix(tag, `"1-`) || len(tag) != len(`"1-0123456789ab"`) {
		t.Errorf("ETag is %s", tag)
	}
	for _, header := range []string{tag, `"x", ` + tag, "W/" + tag, "*"} {
		if a := p.get(path, "If-None-Match", header).want(304); a.body != "" || a.Header.Get("ETag") != tag {
			t.Errorf("%s: %q", header, a.body)
		}
	}
	s.Log(w.organization, "", "Another call")
	later := p.get(path, "If-None-Match", tag).want(200).Header.Get("ETag")
	if later == tag || !strings.HasPrefix(later, `"1-`) {
		t.Errorf("after a call the ETag is %s", later)
	}
	p.send("PATCH", path, `{"sector": "Retail"}`, "If-Match", tag).want(200).wantAt("version", 2.0) // only the version counts
	s.unchanged(func() {
		for _, old := range []string{tag, `"1"`, `W/"1-x"`} {
			p.send("PATCH", path, `{"size_band": "1-10"}`, "If-Match", old).want(409).
				wantAt("current.sector", "Retail").wantAt("current.version", 2.0)
			p.send("POST", path+"/archive", "", "If-Match", old).want(409)
		}
	})
	p.send("PATCH", path, `{"size_band": "1-10"}`, "If-Match", `"2"`).want(200).wantAt("sector", "Retail")
	p.send("PATCH", path, `{"sector": "Energy"}`).want(200).wantAt("size_band", "1-10").wantAt("version", 4.0)
	p.send("PATCH", path, `{"sector": "Energy"}`, "If-Match", "*").want(200).wantAt("version", 4.0)

	link := "/api/crm" + w.organization + "/contacts/" + key(w.contact)
	p.send("PATCH", link, `{"relationship_status": "Prospect"}`, "If-Match", `"1"`).want(200).wantAt("version", 2.0)
	p.send("DELETE", link, "", "If-Match", `"1"`).want(409).wantAt("current.relationship_status", "Prospect")
	p.send("DELETE", link, "", "If-Match", `"2"`).want(204)
}

// TestChangesAtOnce: without If-Match every one of many changes counts; with it only those that saw
// the version before.
func TestChangesAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, path := s.as("Manager"), "/api/crm"+s.Organization("Harbor")
	statuses := make(chan int, 20)
	for n := range 20 {
		go func() {
			statuses <- p.send("PATCH", path, fmt.Sprintf(`{"sector": "Sector %d"}`, n), "If-Match", `"1"`).StatusCode
		}()
	}
	got := map[int]int{}
	for range 20 {
		got[<-statuses]++
	}
	if got[200] != 1 || got[409] != 19 {
		t.Errorf("answers by status: %v", got)
	}
	columns := []string{"website", "sector", "size_band", "tax_id"} // each asks for another column
	for n, column := range columns {
		go func() {
			statuses <- p.send("PATCH", path, fmt.Sprintf(`{%q: "x%d.example"}`, column, n), "If-Match", `"2"`).StatusCode
		}()
	}
	got = map[int]int{}
	for range columns {
		got[<-statuses]++
	}
	if got[200] != 1 || got[409] != 3 {
		t.Errorf("answers by status: %v", got)
	}
	for n := range 20 {
		go func() { statuses <- p.send("PATCH", path, fmt.Sprintf(`{"sector": "Other %d"}`, n)).StatusCode }()
	}
	for range 20 {
		if status := <-statuses; status != 200 {
			t.Errorf("without If-Match: %d", status)
		}
	}
	p.get(path).want(200).wantAt("organization.version", 23.0)
}

// TestOwnClients: a token of somebody who sees only their own clients lists, reads and changes
// those, and what is linked to them. The others do not exist.
func TestOwnClients(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	u := s.User("Léa Fournier", "Viewer")
	s.Own(u, db.ViewClient, db.EditClient, db.ViewInteraction)
	own, linked := s.Organization("Own", "owner_user_id", u.ID), s.Contact("Linked", "Person")
	other, hidden := s.Organization("Other"), s.Contact("Hidden", "Person", "email", "hidden@x.example")
	s.Link(own, linked)
	s.Link(other, hidden)
	s.Link(other, linked)
	s.Log(other, linked, "With the other")
	p := s.program(u)
	p.get("/api/crm/me").want(200).wantAt("client_scope", "own")
	names := func(path, column string) string {
		t.Helper()
		var all []string
		for _, one := range p.get(path).want(200).list() {
			all = append(all, one.(map[string]any)[column].(string))
		}
		return strings.Join(all, ", ")
	}
	if got := names("/api/crm/organizations", "display_name") + "; " + names("/api/crm/contacts", "first_name"); got != "Own; Linked" {
		t.Errorf("the lists have %s", got)
	}
	contact := p.get("/api/crm" + linked).want(200)
	if strings.Contains(contact.body, "Other") || strings.Contains(contact.body, key(other)) {
		t.Errorf("a contact shows an organization out of sight: %s", contact.body)
	}
	p.get("/api/crm"+own).want(200).wantAt("organization.contacts_count", 1.0)
	shared := p.get("/api/crm" + linked + "/interactions").want(200).list()
	if len(shared) != 1 || shared[0].(map[string]any)["organization_id"] != nil {
		t.Errorf("an interaction shows an end out of sight: %v", shared)
	}
	s.unchanged(func() {
		for _, path := range []string{other, hidden, other + "/contacts", hidden + "/organizations"} {
			p.get("/api/crm" + path).want(404)
		}
		p.send("PATCH", "/api/crm"+other, `{"sector": "x"}`).want(404)
		p.send("PATCH", "/api/crm"+other+"/contacts/"+key(linked), `{"role_label": "x"}`).want(404)
		p.send("DELETE", "/api/crm"+linked+"/organizations/"+key(other), "").want(404)
		p.send("POST", "/api/crm"+own+"/contacts", `{"contact_id": "`+key(hidden)+`"}`).want(422, "contact_id")
		taken := p.send("POST", "/api/crm/contacts", `{"first_name": "A", "last_name": "B", "email": "hidden@x.example"}`).want(422, "email")
		if strings.Contains(taken.body, "Hidden") {
			t.Errorf("a refusal names who is out of sight: %s", taken.body)
		}
	})
	made := p.send("POST", "/api/crm/organizations", `{"display_name": "Mine"}`).want(201).wantAt("owner_user_id", u.ID)
	given := p.send("PATCH", made.Header.Get("Location"), `{"owner_user_id": null}`).want(200)
	if len(given.json.(map[string]any)) != 1 {
		t.Errorf("a record that left the sight is shown: %s", given.body)
	}
	p.get(made.Header.Get("Location")).want(404)
	p.send("POST", "/api/crm"+own+"/contacts", `{"first_name": "New", "last_name": "One"}`).want(201).wantAt("contact.owner_user_id", u.ID)
	s.Clock.Add(time.Second)
}

// TestACursorIsOfOneOrder: in another order, and cut short, it is refused instead of ending the list early.
func TestACursorIsOfOneOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	for _, name := range []string{"Acme", "Brig", "Cove"} {
		s.Organization(name)
	}
	sorts := []string{"display_name", "-display_name", "created_at", "-created_at", "sector"}
	for _, made := range sorts {
		next := p.get("/api/crm/organizations?limit=2&sort=" + made).want(200).Header.Get("Link")
		_, after, _ := strings.Cut(next, "after=")
		after, _, _ = strings.Cut(strings.Split(after, ">")[0], "&")
		for _, sort := range sorts {
			a := p.get("/api/crm/organizations?limit=2&sort=" + sort + "&after=" + after)
			if sort == made {
				if n := len(a.want(200).list()); n != 1 {
					t.Errorf("%d after the second by %s", n, sort)
				}
			} else {
				a.want(422, "after: This link to more rows is not valid")
			}
		}
	}
	for _, short := range []string{"W10", "bnVsbA", "WyIiLCIiLCIiXQ"} {
		for _, list := range []string{"organizations", "contacts", "interactions", "follow-ups"} {
			p.get("/api/crm/"+list+"?after="+short).want(422, "after: ")
		}
	}
}

// TestALegalNameIsTheNameUnlessItIsTyped: null is the name, as when the organization is made, and one that nobody typed
// follows the name in the same change, which history restores with it.
func TestALegalNameIsTheNameUnlessItIsTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	org := "/api/crm/organizations/" + p.send("POST", "/api/crm/organizations", `{"display_name": "Typpo GmbH"}`).want(201).text("id")
	p.send("PATCH", org, `{"display_name": " Typo GmbH "}`).want(200).wantAt("legal_name", "Typo GmbH").wantAt("version", 2.0)
	s.WantOne(`{"old":"Typpo GmbH","new":"Typo GmbH"}`,
		"SELECT json_extract(metadata, '$.changes.legal_name') FROM audit_logs WHERE action = 'update_org'")
	p.send("PATCH", org, `{"legal_name": "Typo Holding"}`).want(200).wantAt("display_name", "Typo GmbH")
	p.send("PATCH", org, `{"display_name": "Type"}`).want(200).wantAt("legal_name", "Typo Holding")
	p.send("PATCH", org, `{"legal_name": null}`).want(200).wantAt("legal_name", "Type")
	p.send("PATCH", org, `{"display_name": "Types", "legal_name": "Type"}`).want(200).wantAt("legal_name", "Type")
	p.send("PATCH", org, `{"display_name": "Typed", "legal_name": null}`).want(200).wantAt("legal_name", "Typed")
	s.unchanged(func() {
		if a := p.send("PATCH", org, `{"display_name": ""}`).want(422, "Enter the organization's name"); strings.Contains(a.body, "legal_name") {
			t.Errorf("it names the legal name, too: %s", a.body)
		}
	})
}
