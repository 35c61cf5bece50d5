package api_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// TestWhatTheReadmeTellsClientsOfOtherStacks: what they change, and what stays.
func TestWhatTheReadmeTellsClientsOfOtherStacks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	const base = "/api/crm"
	made := p.send("POST", base+"/organizations", `{"display_name": "Acme"}`).want(201).
		wantAt("sector", nil).wantAt("is_active", true).wantAt("created_at", "2026-11-24T09:30:00.000Z")
	acme := made.Header.Get("Location")
	maya := p.send("POST", base+"/contacts", `{"first_name": "Maya", "last_name": "Okafor"}`).want(201).Header.Get("Location")
	p.send("POST", acme+"/contacts", `{"contact_id": "`+key(maya)+`"}`).want(201)
	call := p.send("POST", acme+"/interactions", `{"channel": "call", "subject": "Renewal", "contact_id": "`+key(maya)+`"}`).
		want(201).Header.Get("Location")

	names := func(value any) []string { return slices.Sorted(maps.Keys(value.(map[string]any))) }
	for path, nested := range map[string][]string{
		acme: {"contacts", "interactions", "organization"}, maya: {"contact", "interactions", "organizations"},
	} {
		if got := names(p.get(path).want(200).json); !slices.Equal(got, nested) {
			t.Errorf("%s has %v, want %v", path, got, nested)
		}
	}
	p.get(acme+"/contacts").want(200, `[{"contact":{"id":"`+key(maya))
	p.get(maya+"/organizations").want(200, `[{"organization":{"id":"`+key(acme))
	for table, record := range map[string]any{
		"organizations": p.get(acme).valueAt("organization"), "contacts": p.get(maya).valueAt("contact"), "interactions": p.get(call).json,
	} {
		for _, name := range names(record) {
			if name != "participant_ids" { // a table of its own
				s.WantOne("1", "SELECT count(*) FROM pragma_table_info(?) WHERE name = ?", table, name)
			}
		}
		if len(p.get(base+"/"+table).want(200).list()) != 1 {
			t.Errorf("the list of %s has not one record", table)
		}
	}
	p.send("PATCH", acme, `{"sector": "Media"}`).want(200).wantAt("sector", "Media").wantAt("display_name", "Acme")
	p.send("PATCH", acme, "sector=Media", "Content-Type", "application/x-www-form-urlencoded").want(415)
	for _, method := range []string{"PUT", "DELETE"} {
		p.send(method, acme, `{"sector": "Retail"}`).want(405)
	}
	p.send("POST", acme+"/archive", "").want(200).wantAt("is_active", false)
	p.send("POST", acme+"/restore", "").want(200).wantAt("is_active", true)

	r := httptest.NewRequest("GET", "http://registry.example"+acme, nil)
	r.AddCookie(s.SignIn(p.user))
	got := httptest.NewRecorder()
	if s.ServeHTTP(got, r); got.Code != http.StatusUnauthorized || !strings.HasPrefix(got.Body.String(), `{"error":"`) {
		t.Errorf("a session is answered %d %s", got.Code, got.Body)
	}
}
