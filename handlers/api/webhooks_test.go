package api_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers/api"
)

// TestAWebhookIsToldWhatTheAPIShows: the same as a program of its maker reads, and IDs of what is
// gone.
func TestAWebhookIsToldWhatTheAPIShows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Administrator")
	by := db.Actor{UserID: p.user.ID, May: db.Permissions}
	post := func(path, body string) map[string]any {
		t.Helper()
		return p.send("POST", "/api/crm"+path, body).want(201).json.(map[string]any)
	}
	acme, maya := post("/organizations", `{"display_name": "Acme"}`), post("/contacts", `{"first_name": "Maya", "last_name": "Okafor"}`)
	organization, contact := acme["id"].(string), maya["id"].(string)
	post("/organizations/"+organization+"/contacts", `{"contact_id": "`+contact+`", "role_label": "CFO"}`)
	call, err := s.DB.LogInteraction(t.Context(), by,
		db.Fields{"channel": "call", "subject": "Renewal", "organization_id": organization, "contact_id": contact}, "")
	if err != nil {
		t.Fatal(err)
	}
	step := post("/follow-ups", `{"text": "Ring", "due_on": "2026-11-25", "organization_id": "`+organization+`"}`)
	read := func(path string, keys ...string) any {
		t.Helper()
		v := p.get("/api/crm" + path).want(200).json
		for _, key := range keys {
			v = v.(map[string]any)[key]
		}
		return v
	}
	data := func(e db.WebhookEvent) (v any) {
		t.Helper()
		written, err := api.EventData(s.DB)(t.Context(), by, e)
		if err == nil {
			err = json.Unmarshal(written, &v)
		}
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		return v
	}
	link := read("/organizations/" + organization + "/contacts").([]any)[0].(map[string]any)
	link["organization"] = read("/organizations/"+organization, "organization")
	stepID := step["id"].(string)
	gone := strings.Repeat("0", 8) + stepID[8:]
	for _, c := range []struct {
		e    db.WebhookEvent
		want any
	}{
		{db.WebhookEvent{Kind: "organization", ID: organization}, read("/organizations/"+organization, "organization")},
		{db.WebhookEvent{Kind: "contact", ID: contact}, read("/contacts/"+contact, "contact")},
		{db.WebhookEvent{Kind: "link", OrganizationID: organization, ContactID: contact}, link},
		{db.WebhookEvent{Kind: "interaction", ID: call.ID}, read("/interactions/" + call.ID)},
		{db.WebhookEvent{Kind: "follow_up", ID: stepID}, read("/follow-ups/" + stepID)},
		{
			db.WebhookEvent{Kind: "batch", ID: contact, Action: "archive", Count: 3},
			map[string]any{"id": contact, "action": "archive", "count": 3.0},
		},
		{
			db.WebhookEvent{Kind: "link", OrganizationID: organization, ContactID: contact, Gone: true},
			map[string]any{"organization_id": organization, "contact_id": contact},
		},
		{
			db.WebhookEvent{Kind: "interaction", ID: call.ID, OrganizationID: organization, Gone: true},
			map[string]any{"id": call.ID, "organization_id": organization, "contact_id": nil},
		},
		{ // deleted since
			db.WebhookEvent{Kind: "follow_up", ID: gone, ContactID: contact},
			map[string]any{"id": gone, "organization_id": nil, "contact_id": contact},
		},
	} {
		if got := data(c.e); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n%v, want\n%v", c.e.Kind, got, c.want)
		}
	}
}
