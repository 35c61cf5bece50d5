package db_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

const hookURL = "https://hooks.pinestreet.example/crm?key=hush"

// hook creates a webhook of Ines that receives all events.
func hook(t *testing.T, o *dbtest.Office) (db.Webhook, string) {
	t.Helper()
	h, secret, err := o.CreateWebhook(t.Context(), o.Ines,
		db.Fields{"url": hookURL, "event": strings.Join(db.WebhookEvents, " "), "is_active": "1"})
	if err != nil {
		t.Fatal(err)
	}
	return h, secret
}

// fill puts everything that happened into a webhook's outbox.
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
	want(t, "state", h.State(), "unused")
	want(t, "the end of the secret", h.SecretEnd, secret[len(secret)-4:])
	acme := o.Acme(t)
	o.Call(t, acme, "2026-11-20T10:00")
	fill(t, o, h.ID)
	fill(t, o, h.ID)
	events, _ := due(t, o, h.ID)
	want(t, "events", strings.Join(events, " "), "organization.created interaction.created")
	page, older, err := o.Deliveries(t.Context(), o.Ines, h.ID, db.DeliveryPage{})
	if err != nil || older != 0 || len(page) != 2 {
		t.Fatalf("%d deliveries, %d, %v", len(page), older, err)
	}
	want(t, "the newest", page[0].Event+" "+page[0].About.Organization+" "+page[0].State, "interaction.created Acme waiting")
	whole := must(o.Delivery(t.Context(), o.Ines, h.ID, page[1].ID))(t)
	want(t, "body", whole.Body, `{"type":"organization.created","timestamp":"2026-11-24T09:30:00.000Z","data":{"id":"`+acme.ID+`"}}`)
}

// TestEachChangeOfAClientIsAnEvent: no action that changes one is forgotten, and no other is told.
func TestEachChangeOfAClientIsAnEvent(t *testing.T) {
	t.Parallel()
	wanted := strings.Fields(`
		organization.created organization.updated organization.archived organization.restored link.created link.updated link.removed
		contact.created contact.updated contact.archived contact.restored
		interaction.created interaction.updated interaction.deleted interaction.restored
		follow_up.created follow_up.updated follow_up.moved follow_up.done follow_up.cancelled follow_up.reopened batch.finished`)
	if !slices.Equal(db.WebhookEvents, wanted) {
		t.Errorf("the events are %v", db.WebhookEvents)
	}
	o := dbtest.OpenOffice(t)
	h, _ := hook(t, o)
	ctx, by := t.Context(), o.Ines
	acme, maya := o.Acme(t), o.Maya(t)
	acme = must(o.UpdateOrganization(ctx, by, acme.ID, acme.Version, db.Fields{"sector": "Media"}))(t)
	acme = must(o.ArchiveOrganization(ctx, by, acme.ID, acme.Version))(t)
	must(o.RestoreOrganization(ctx, by, acme.ID, acme.Version))(t)
	link := must(o.LinkContact(ctx, by, db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID, Typed: db.Fields{"role_label": "CFO"}}))(t)
	must(o.UpdateLink(ctx, by, acme.ID, maya.ID, link.Version, db.Fields{"role_label": "CEO"}))(t)
	call := o.Call(t, acme, "2026-11-20T10:00")
	must(o.AddFollowUp(ctx, by, call.ID, db.Fields{"text": "Ring", "due_on": "2026-11-25"}))(t)
	must(o.CreateFollowUp(ctx, by, db.Fields{"text": "My own", "due_on": "2026-11-25"}, ""))(t) // for nobody else
	must(o.RunBatch(ctx, by, assign(o, acme.ID)))(t)
	must(o.DeleteInteraction(ctx, by, call.ID, call.Version))(t)
	must(o.UndeleteInteraction(ctx, by, call.ID))(t)
	fill(t, o, h.ID)
	got := o.Column(t, "SELECT event FROM deliveries ORDER BY number")
	if want := strings.Fields(`
		organization.created contact.created organization.updated organization.archived organization.restored link.created link.updated
		interaction.created follow_up.created batch.finished interaction.deleted interaction.restored`); !slices.Equal(got, want) {
		t.Errorf("told of\n%v, want\n%v", got, want)
	}
}

// TestAWebhookIsToldOfItsEventsOnly, and moves on through the others.
func TestAWebhookIsToldOfItsEventsOnly(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	h, _, err := o.CreateWebhook(t.Context(), o.Ines, db.Fields{"url": hookURL, "event": "contact.created", "is_active": "1"})
	if err != nil {
		t.Fatal(err)
	}
	for range 120 { // more than one piece
		o.Acme(t)
	}
	o.Maya(t)
	fill(t, o, h.ID)
	events, _ := due(t, o, h.ID)
	want(t, "events", strings.Join(events, " "), "contact.created")
	want(t, "the cursor", o.Column(t, "SELECT seq FROM followers")[0], o.Column(t, "SELECT max(seq) FROM audit_logs")[0])
}

// TestACursorBeyondTheEndGoesOn: whoever put it there, what happens from now on is told.
func TestACursorBeyondTheEndGoesOn(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	h, _ := hook(t, o)
	o.Exec(t, "UPDATE followers SET seq = 1000000")
	fill(t, o, h.ID)
	o.Acme(t)
	fill(t, o, h.ID)
	events, _ := due(t, o, h.ID)
	want(t, "events", strings.Join(events, " "), "organization.created")
}

// TestARestoredCopySendsNothing: what it had to send may have been sent since, and its webhooks may
// have been deleted for a reason.
func TestARestoredCopySendsNothing(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	h, _ := hook(t, o)
	o.Acme(t)
	fill(t, o, h.ID)
	o.Maya(t) // not in the outbox yet
	to := filepath.Join(t.TempDir(), "backup.db")
	if err := o.Backup(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(t.TempDir(), "registry.db")
	done := must(db.Restore(t.Context(), to, place, o.Clock.Now()))(t)
	want(t, "switched off", done.Stopped, 1)
	if err := os.WriteFile(place+".key", must(os.ReadFile(o.Path+".key"))(t), 0o600); err != nil {
		t.Fatal(err)
	}
	restored := must(db.Open(t.Context(), place, db.Options{Now: o.Clock.Now, Unsynced: true}))(t)
	t.Cleanup(func() { restored.Close() })
	copied := &dbtest.Office{DB: restored, Path: place, Clock: o.Clock}
	h = must(restored.Webhook(t.Context(), o.Ines, h.ID))(t)
	want(t, "it is", h.State()+" "+h.OffBecause, "off restored")
	want(t, "waiting", h.Waiting, 0)
	h = must(restored.UpdateWebhook(t.Context(), o.Ines, h.ID, h.Version, db.Fields{"is_active": "1"}))(t)
	want(t, "then it is", h.State()+h.OffBecause, "unused")
	fill(t, copied, h.ID)
	events, _ := due(t, copied, h.ID)
	want(t, "what is sent of before", len(events), 0)
	must(restored.CreateOrganization(t.Context(), o.Ines, db.Fields{"display_name": "Later"}, ""))(t)
	fill(t, copied, h.ID)
	events, _ = due(t, copied, h.ID)
	want(t, "what is sent of later", strings.Join(events, " "), "organization.created")
}

func TestDeliveriesAreKeptForThirtyDays(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	h, _ := hook(t, o)
	o.Acme(t)
	fill(t, o, h.ID)
	all, _, err := o.DueDeliveries(t.Context(), h.ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	tried := []db.Tried{{DeliveryID: all[0].ID, Try: db.Try{At: o.Clock.Now(), Status: 200, Answer: "ok"}}}
	if err := o.RecordTries(t.Context(), tried); err != nil {
		t.Fatal(err)
	}
	o.Clock.Add(30*24*time.Hour - time.Minute)
	must(o.Tidy(t.Context()))(t)
	const rows = "SELECT (SELECT count(*) FROM deliveries) || ' ' || (SELECT count(*) FROM delivery_tries)"
	want(t, "left before", o.Column(t, rows)[0], "1 1")
	o.Clock.Add(2 * time.Minute)
	must(o.Tidy(t.Context()))(t)
	want(t, "left after", o.Column(t, rows)[0], "0 0")
	if err := o.RecordTries(t.Context(), tried); err != nil {
		t.Errorf("a try of one that is gone: %v", err)
	}
}

func TestWhoMayManageWebhooks(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	h, _ := hook(t, o)
	own := o.Ines
	own.OwnOnly = true
	for name, by := range map[string]db.Actor{"a manager": o.Tomas, "with own clients only": own, "nobody": {}} {
		o.Unchanged(t, func() {
			ctx, typed := t.Context(), db.Fields{"url": hookURL, "event": "contact.created"}
			_, err1 := o.Webhooks(ctx, by)
			_, err2 := o.Webhook(ctx, by, h.ID)
			_, _, err3 := o.CreateWebhook(ctx, by, typed)
			_, err4 := o.UpdateWebhook(ctx, by, h.ID, h.Version, typed)
			_, err5 := o.RotateWebhookSecret(ctx, by, h.ID)
			_, err6 := o.TestWebhook(ctx, by, h.ID)
			err7 := o.SendAgain(ctx, by, h.ID, "x")
			_, _, err8 := o.Deliveries(ctx, by, h.ID, db.DeliveryPage{})
			_, err9 := o.Delivery(ctx, by, h.ID, "x")
			err10 := o.DeleteWebhook(ctx, by, h.ID)
			for i, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8, err9, err10} {
				if !errors.Is(err, db.ErrForbidden) {
					t.Errorf("%s, verb %d: %v", name, i+1, err)
				}
			}
		})
	}
}

func TestWhatIsRefusedOfAWebhook(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	h, _ := hook(t, o)
	for url, column := range map[string]string{
		"": "url", "hooks.example": "url", "ftp://hooks.example/": "url", "javascript:alert(1)": "url", "https://": "url",
		"https://:443/":                   "url",
		"https://ada:pine@hooks.example/": "url", "https://hooks.example/#part": "url", "https://hooks.example/#": "url",
		"https://hooks.example/\x00": "url", "https://hooks.example/" + strings.Repeat("x", 2000): "url", "http://[::1": "url",
		"https://hooks.example/\r\nHost: x": "url", "https://hooks.example:65536/": "url", "https://hooks.example:0/": "url",
	} {
		o.Unchanged(t, func() {
			_, _, err := o.CreateWebhook(t.Context(), o.Ines, db.Fields{"url": url, "event": "contact.created"})
			wantInvalid(t, err, column)
			_, err = o.UpdateWebhook(t.Context(), o.Ines, h.ID, h.Version, db.Fields{"url": url})
			wantInvalid(t, err, column)
		})
	}
	for _, event := range []string{"", "contact.created contact.gone", "contact.*"} {
		o.Unchanged(t, func() {
			_, _, err := o.CreateWebhook(t.Context(), o.Ines, db.Fields{"url": hookURL, "event": event})
			wantInvalid(t, err, "event")
		})
	}
	must(o.UpdateWebhook(t.Context(), o.Ines, h.ID, h.Version, db.Fields{"event": "contact.created"}))(t)
	_, err := o.UpdateWebhook(t.Context(), o.Ines, h.ID, h.Version, db.Fields{"event": "contact.updated"})
	wantConflict(t, err)
	for range 49 {
		hook(t, o)
	}
	_, _, err = o.CreateWebhook(t.Context(), o.Ines, db.Fields{"url": hookURL, "event": "contact.created"})
	wantInvalid(t, err, "url")
}

// TestWithoutItsKeyAWebhookWaits: it says so, nothing is lost, and no second key is made.
func TestWithoutItsKeyAWebhookWaits(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	h, _ := hook(t, o)
	key := must(os.ReadFile(o.Path + ".key"))(t)
	if err := os.Remove(o.Path + ".key"); err != nil {
		t.Fatal(err)
	}
	o.Acme(t)
	fill(t, o, h.ID)
	_, _, err := o.DueDeliveries(t.Context(), h.ID, 1)
	wantKeyLost(t, o, err)
	wantKeyLost(t, o, o.CheckKey(t.Context()))
	_, err = o.RotateWebhookSecret(t.Context(), o.Ines, h.ID)
	wantKeyLost(t, o, err)
	_, err = o.StartSecondFactor(t.Context(), o.Tomas)
	wantKeyLost(t, o, err)
	want(t, "state", must(o.Webhook(t.Context(), o.Ines, h.ID))(t).State(), "key lost")
	if err := os.WriteFile(o.Path+".key", key, 0o600); err != nil {
		t.Fatal(err)
	}
	events, _ := due(t, o, h.ID)
	want(t, "then", strings.Join(events, " "), "organization.created")
	other, _ := hook(t, o)
	o.Exec(t, "UPDATE webhooks SET secret = (SELECT secret FROM webhooks WHERE id = ?)", h.ID)
	_, _, err = o.DueDeliveries(t.Context(), other.ID, 1) // the secret of one does not open for another
	wantKeyLost(t, o, err)
	if err := o.DeleteWebhook(t.Context(), o.Ines, other.ID); err != nil {
		t.Fatal(err)
	}
	want(t, "cursors left", o.Column(t, "SELECT count(*) FROM followers")[0], "1")
}

// TestSwitchingOffWhileItsOutboxIsFilled: what happened before is not told after switching on.
func TestSwitchingOffWhileItsOutboxIsFilled(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	h, _ := hook(t, o)
	o.Acme(t)
	must(o.FillOutbox(t.Context(), h.ID, func(context.Context, db.Actor, db.WebhookEvent) ([]byte, error) {
		for _, on := range []string{"", "1"} {
			h = must(o.UpdateWebhook(t.Context(), o.Ines, h.ID, h.Version, db.Fields{"is_active": on}))(t)
		}
		return []byte("{}"), nil
	}))(t)
	fill(t, o, h.ID)
	events, _ := due(t, o, h.ID)
	want(t, "told", len(events), 0)
}
