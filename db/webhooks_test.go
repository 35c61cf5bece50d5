package db_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

const hookURL = "https://hooks.pinestreet.example/crm?key=hush"

// hook creates a webhook of Ines that is told of all events.
func hook(t *testing.T, o *dbtest.Office) (db.Webhook, string) {
	t.Helper()
	h, secret, err := o.CreateWebhook(t.Context(), o.Ines,
		db.Fields{"url": hookURL, "event": strings.Join(db.WebhookEvents, " "), "is_active": "1"})
	if err != nil {
		t.Fatal(err)
	}
	return h, secret
}

// fill puts all that happened into a webhook's outbox.
func fill(t *testing.T, o *dbtest.Office, id string) {
	t.Helper()
	for more := true; more; {
		var err error
		more, err = o.FillOutbox(t.Context(), id, func(_ context.Context, _ db.Actor, e db.WebhookEvent) ([]byte, error) {
			return []byte(`{"id":"` + e.ID + `"}`), nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func due(t *testing.T, o *dbtest.Office, id string) (events []string, next time.Time) {
	t.Helper()
	all, next, err := o.DueDeliveries(t.Context(), id, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range all {
		var body struct{ Type string }
		if err := json.Unmarshal(x.Body, &body); err != nil {
			t.Fatal(err)
		}
		events = append(events, body.Type)
	}
	return events, next
}

func TestAWebhookIsToldOfWhatHappenedSinceItWasMade(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.NewOrganization(t, "Before")
	h, secret := hook(t, o)
	want(t, "state", h.State(), "working")
	want(t, "the end of the secret", h.SecretEnd, secret[len(secret)-4:])
	acme := o.Acme(t)
	o.Call(t, acme, "2026-11-20T10:00")
	fill(t, o, h.ID)
	fill(t, o, h.ID)
	events, _ := due(t, o, h.ID)
	want(t, "events", strings.Join(events, " "), "organization.created interaction.created")
	page, older, err := o.Deliveries(t.Context(), o.Ines, h.ID, "", 0)
	if err != nil || older != 0 || len(page) != 2 {
		t.Fatalf("%d deliveries, %d, %v", len(page), older, err)
	}
	want(t, "the newest", page[0].Event+" "+page[0].About.Organization+" "+page[0].State, "interaction.created Acme waiting")
	whole := must(o.Delivery(t.Context(), o.Ines, h.ID, page[1].ID))(t)
	want(t, "body", whole.Body, `{"type":"organization.created","timestamp":"2026-11-24T09:30:00.000Z","data":{"id":"`+acme.ID+`"}}`)
}
