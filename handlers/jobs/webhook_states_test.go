package jobs

import (
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
)

func TestAnAddressThatIsGoneSwitchesItOff(t *testing.T) {
	t.Parallel()
	x := newWebhookOffice(t)
	r := newReceiver(t, answering(410))
	h, _ := x.hook(r.URL)
	x.Acme(t)
	if _, err := x.sendDue(h.ID); !db.IsWebhookOff(err) {
		t.Fatal(err)
	}
	h = x.now(h)
	equal(t, "it is", h.State()+" "+h.OffBecause, "off gone")
	equal(t, "state", x.deliveries(h)[0].State, "given up")
	x.Maya(t)
	if _, err := x.sendDue(h.ID); !db.IsWebhookOff(err) {
		t.Fatal(err)
	}
	equal(t, "requests", len(r.messages()), 1)
	last := x.Column(t, "SELECT action || ' ' || json_extract(metadata, '$.because') FROM audit_logs"+
		" WHERE target_type = 'webhook' ORDER BY seq DESC LIMIT 1")
	equal(t, "the history", last[0], "stop_webhook gone")
}

// TestAWebhookStopsWhenItsMakerLosesARight, and goes on when somebody else switches it on.
func TestAWebhookStopsWhenItsMakerLosesARight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lose    func(x *webhookOffice) error
		because string
	}{
		"a role": {func(x *webhookOffice) error {
			return x.SetRoles(x.t.Context(), db.System, x.Ines.UserID, []string{"Viewer"}, "")
		}, db.OffRights},
		"the account": {func(x *webhookOffice) error { return x.DisableUser(x.t.Context(), db.System, x.Ines.UserID) }, db.OffMaker},
		"all clients": {func(x *webhookOffice) error {
			x.Exec(x.t, "UPDATE roles SET client_scope = 'own' WHERE slug = 'Administrator'")
			return nil
		}, db.OffRights},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newWebhookOffice(t)
			r := newReceiver(t, nil)
			if err := x.AddRole(t.Context(), db.System, x.Tomas.UserID, "Administrator"); err != nil {
				t.Fatal(err)
			}
			h, _ := x.hook(r.URL)
			x.Acme(t)
			if err := c.lose(x); err != nil {
				t.Fatal(err)
			}
			if _, err := x.sendDue(h.ID); !db.IsWebhookOff(err) {
				t.Fatal(err)
			}
			other := x.Ines
			other.UserID = x.Tomas.UserID
			h, err := x.Webhook(t.Context(), other, h.ID)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "it is", h.State()+" "+h.OffBecause, "off "+c.because)
			equal(t, "told", r.types(), "")
			if name == "all clients" {
				return
			}
			if h, err = x.UpdateWebhook(t.Context(), other, h.ID, h.Version, db.Fields{"is_active": "1"}); err != nil {
				t.Fatal(err)
			}
			equal(t, "its maker", h.Maker.Name, "Tomás Brandt")
			x.Maya(t)
			x.due(h)
			equal(t, "told", r.types(), "contact.created")
		})
	}
}

// TestWhileAWebhookIsOffNothingIsSent: what happens meanwhile is skipped, and what waited before is
// sent when it is on again.
func TestWhileAWebhookIsOffNothingIsSent(t *testing.T) {
	t.Parallel()
	x := newWebhookOffice(t)
	r := newReceiver(t, answering(500, 200))
	h, _ := x.hook(r.URL)
	x.Acme(t)
	x.due(h) // fails, and waits
	set := func(on string) {
		t.Helper()
		var err error
		if h, err = x.UpdateWebhook(t.Context(), x.Ines, h.ID, x.now(h).Version, db.Fields{"is_active": on}); err != nil {
			t.Fatal(err)
		}
	}
	set("")
	x.Maya(t)
	x.Clock.Add(time.Hour)
	if _, err := x.sendDue(h.ID); !db.IsWebhookOff(err) {
		t.Fatal(err)
	}
	if _, err := x.TestWebhook(t.Context(), x.Ines, h.ID); err == nil {
		t.Error("a test of a webhook that is off is promised")
	}
	set("1")
	x.NewOrganization(t, "Later")
	x.due(h)
	equal(t, "told", r.types(), "organization.created organization.created organization.created")
	got := r.messages()
	again := slices.IndexFunc(got[1:], func(m message) bool { return m.id == got[0].id })
	later := slices.IndexFunc(got, func(m message) bool { return m.Data.DisplayName == "Later" })
	equal(t, "the waiting one and the new one are sent", again >= 0 && later >= 0, true)
}

func TestBothSecretsSignForADay(t *testing.T) {
	t.Parallel()
	x := newWebhookOffice(t)
	r := newReceiver(t, nil)
	h, old := x.hook(r.URL)
	secret, err := x.RotateWebhookSecret(t.Context(), x.Ines, h.ID)
	if err != nil {
		t.Fatal(err)
	}
	h = x.now(h)
	equal(t, "the ends", h.SecretEnd+" "+h.OldSecretEnd, secret[len(secret)-4:]+" "+old[len(old)-4:])
	equal(t, "until", h.OldUntil, x.Clock.Now().Add(24*time.Hour))
	x.Acme(t)
	x.due(h)
	x.Clock.Add(24 * time.Hour)
	x.Maya(t)
	x.due(h)
	got := r.messages()
	equal(t, "signatures", len(strings.Split(got[0].signature, " ")), 2)
	equal(t, "both sign", signedBy(got[0], secret) && signedBy(got[0], old), true)
	equal(t, "a day later the new one alone", signedBy(got[1], secret) && !signedBy(got[1], old), true)
	equal(t, "the old one is gone", x.now(h).OldUntil.IsZero(), true)
}

func TestATestAndADeliveryAgain(t *testing.T) {
	t.Parallel()
	x := newWebhookOffice(t)
	r := newReceiver(t, answering(500, 200))
	h, _ := x.hook(r.URL)
	id, err := x.TestWebhook(t.Context(), x.Ines, h.ID)
	if err != nil {
		t.Fatal(err)
	}
	x.due(h)
	equal(t, "a test is tried once", x.deliveries(h)[0].State, "given up")
	for range 2 {
		if err := x.SendAgain(t.Context(), x.Ines, h.ID, id); err != nil {
			t.Fatal(err)
		}
		x.due(h)
	}
	equal(t, "told", r.types(), "webhook.test webhook.test webhook.test")
	one := x.deliveries(h)[0]
	equal(t, "it is", one.State, "delivered")
	equal(t, "its tries", len(one.AllTries), 3)
	for _, m := range r.messages() {
		equal(t, "webhook-id", m.id, id)
	}
}

// TestNothingSecretIsToldElsewhere: neither secrets nor the path of an address are in the history
// or the log.
func TestNothingSecretIsToldElsewhere(t *testing.T) {
	t.Parallel()
	x := newWebhookOffice(t)
	r := newReceiver(t, answering(500))
	h, secret := x.hook(r.URL + "/hush?token=hush")
	again, err := x.RotateWebhookSecret(t.Context(), x.Ines, h.ID)
	if err != nil {
		t.Fatal(err)
	}
	x.Acme(t)
	x.due(h)
	if _, err := x.UpdateWebhook(t.Context(), x.Ines, h.ID, x.now(h).Version, db.Fields{"url": "https://other.example/hush"}); err != nil {
		t.Fatal(err)
	}
	said := strings.Join(x.Column(t, "SELECT metadata FROM audit_logs WHERE target_type = 'webhook'"), "\n") + x.log.String() +
		x.deliveries(h)[0].Last.Failure
	for _, word := range []string{"hush", secret, again, strings.TrimPrefix(secret, "whsec_"), strings.TrimPrefix(again, "whsec_")} {
		if strings.Contains(said, word) {
			t.Errorf("%s is in\n%s", word, said)
		}
	}
	if !strings.Contains(said, "other.example") {
		t.Errorf("the history does not say where to:\n%s", said)
	}
	stored := strings.Join(x.Column(t, "SELECT hex(secret) || hex(old_secret) FROM webhooks"), "")
	if strings.Contains(stored, strings.ToUpper(hexOf(secret))) || strings.Contains(stored, strings.ToUpper(hexOf(again))) {
		t.Error("a secret is stored as it is")
	}
}

// lines is a log whose lines arrive one by one.
type lines chan string

func (l lines) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}

// TestATryThatCannotBeStoredIsNotSentAgain: while nothing can be stored, nothing more is sent. Then all goes
// on by itself. Only if the program ended meanwhile, it is sent again, with the same id.
func TestATryThatCannotBeStoredIsNotSentAgain(t *testing.T) {
	t.Parallel()
	x, log := newWebhookOffice(t), make(lines, 10)
	r := newReceiver(t, nil)
	h, _ := x.hook(r.URL)
	start := func() func() {
		ctx, stop := newContext(t)
		j := New(ctx, x.DB, Options{
			Now: x.Clock.Now, EventData: x.webhooks.data, Log: slog.New(slog.NewTextHandler(log, nil)),
		})
		j.running.Go(j.sendWebhooks)
		return func() { stop(); j.Wait() }
	}
	full := func(is bool) {
		x.Exec(t, map[bool]string{
			true: "CREATE TRIGGER full BEFORE INSERT ON delivery_tries BEGIN SELECT RAISE(ABORT, 'no room'); END", false: "DROP TRIGGER full",
		}[is])
	}
	full(true)
	stop := start()
	x.Acme(t)
	first := <-r.arrive
	if line := <-log; !strings.Contains(line, "could not be stored") || !strings.Contains(line, "no room") {
		t.Errorf("the log says %s", line)
	}
	x.Maya(t) // is not sent
	stop()
	equal(t, "what was sent", r.types(), "organization.created")
	equal(t, "its tries", x.deliveries(h)[0].Tries, 0)

	stop = start()
	again, other := <-r.arrive, <-r.arrive // at the same time
	if again.Type != first.Type {
		again, other = other, again
	}
	equal(t, "the same delivery", again.id+again.body, first.id+first.body)
	equal(t, "the other delivery", other.Type, "contact.created")
	<-log
	full(false)
	x.NewOrganization(t, "Kestrel") // the commit that shows it
	equal(t, "the third", (<-r.arrive).Data.DisplayName, "Kestrel")
	for x.now(h).Waiting > 0 {
		runtime.Gosched()
	}
	stop()
	equal(t, "requests", len(r.messages()), 4)
	for _, one := range x.deliveries(h) {
		equal(t, one.Event, one.State, "delivered")
	}
	equal(t, "further lines of the log", len(log), 0)
}
