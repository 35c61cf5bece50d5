package api_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"clientregistry/db"
)

// TestSearch: the best match of each kind comes first, as records of the API, at most limit of a
// kind, and only what the token may see.
func TestSearch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	u := s.User("Ines Calder", "Administrator")
	p := s.program(u)
	harbor := s.Organization("Harbor", "sector", "Logistics", "owner_user_id", u.ID)
	archived := s.Organization("Old Harbor")
	p.send("POST", "/api/crm"+archived+"/archive", "").want(200)
	for n := range 3 {
		s.Organization(fmt.Sprint("Harbor & Pine ", n))
	}
	ada := s.Contact("Ada", "Harbor", "email", "ada@harbor.example")
	guest := s.Contact("Kim", "Guest")
	s.Link(harbor, ada, "role_label", "CFO")
	call := s.Log(harbor, ada, "Harbor dues", "participant_id", key(guest))
	a := p.get("/api/crm/search?q=h%C3%A4rbor").want(200)
	found := func(kind string, of answer) []any { t.Helper(); all, _ := of.valueAt(kind).([]any); return all }
	counts := fmt.Sprint(len(found("organizations", a)), len(found("contacts", a)), len(found("interactions", a)))
	if counts != "5 1 1" {
		t.Fatalf("found %s: %s", counts, a.body)
	}
	for kind, path := range map[string]string{"organizations": harbor, "contacts": ada} {
		record := p.get("/api/crm" + path).want(200).valueAt(strings.TrimSuffix(kind, "s"))
		if first := found(kind, a)[0]; !reflect.DeepEqual(first, record) {
			t.Errorf("%s: the first is %v, want %v", kind, first, record)
		}
	}
	if one := p.get("/api/crm" + call).want(200); !reflect.DeepEqual(found("interactions", a)[0], one.json) {
		t.Errorf("the interaction is %v, want %s", found("interactions", a)[0], one.body)
	}
	if last := found("organizations", a)[4].(map[string]any); last["is_active"] != false {
		t.Errorf("the last is %v", last)
	}
	two := p.get("/api/crm/search?q=harbor&limit=2").want(200)
	if n := len(found("organizations", two)); n != 2 || len(found("contacts", two)) != 1 {
		t.Errorf("limit=2 finds %s", two.body)
	}
	const nothing = `{"organizations":[],"contacts":[],"interactions":[]}`
	for _, query := range []string{"", "?q=", "?q=+", "?q=%22%2A-%28", "?q=zebra", "?limit=3", "?q=zebra&limit=200"} {
		if a := p.get("/api/crm/search" + query).want(200); a.body != nothing {
			t.Errorf("%q finds %s", query, a.body)
		}
	}
	similar := p.get("/api/crm/search?q=ada+hrabor").want(200)
	if similar.valueAt("similar") != true || len(found("contacts", similar)) != 1 || len(found("interactions", similar)) > 0 {
		t.Errorf("with two letters swapped it finds %s", similar.body)
	}
	if strings.Contains(a.body, `"similar"`) {
		t.Errorf("what matches is called similar: %s", a.body)
	}
	for _, query := range []string{"", "?q=harbor"} {
		a := s.program(u, db.ViewClient).get("/api/crm/search" + query).want(200)
		if strings.Contains(a.body, "interactions") || strings.Contains(a.body, "last_contact") || strings.Contains(a.body, "dues") {
			t.Errorf("without ViewInteraction: %s", a.body)
		}
	}
	lea := s.User("Léa Fournier", "Viewer")
	s.Own(lea, db.ViewClient, db.ViewInteraction)
	if a := s.program(lea).get("/api/crm/search?q=harbor").want(200); a.body != nothing {
		t.Errorf("somebody without clients finds %s", a.body)
	}
	s.Log(s.Organization("Own", "owner_user_id", lea.ID), ada, "Harbor fees", "participant_id", key(guest))
	own := s.program(lea).get("/api/crm/search?q=harbor").want(200)
	fees := found("interactions", own)
	if len(found("organizations", own))+len(found("contacts", own)) > 0 || len(fees) != 1 {
		t.Fatalf("somebody with one client finds %s", own.body)
	}
	if i := fees[0].(map[string]any); i["subject"] != "Harbor fees" || i["contact_id"] != nil || len(i["participant_ids"].([]any)) > 0 {
		t.Errorf("people out of sight are shown: %v", i)
	}
}
