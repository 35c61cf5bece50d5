package jobs

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/handlers/api"
)

// receiver is a program that is told of changes.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []message
	arrive chan message // has each message, too
}

// message is a delivery as its receiver reads it.
type message struct {
	id, at, signature, body string
	Type                    string
	Data                    struct {
		ID          string
		DisplayName string `json:"display_name"`
	}
}

// newReceiver starts a receiver. answer says how it answers its n-th request; nil accepts all.
func newReceiver(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *receiver {
	t.Helper()
	x := &receiver{arrive: make(chan message, 1000)}
	x.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s, %v", r.Method, r.Header, err)
		}
		m := message{
			id: r.Header.Get("webhook-id"), at: r.Header.Get("webhook-timestamp"), signature: r.Header.Get("webhook-signature"),
			body: string(body),
		}
		if err := json.Unmarshal(body, &m); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		x.mu.Lock()
		x.got = append(x.got, m)
		n := len(x.got)
		x.mu.Unlock()
		x.arrive <- m
		if answer != nil {
			answer(n, w, r)
		}
	}))
	t.Cleanup(x.Close)
	return x
}

// answering answers with these statuses, the last one again and again.
func answering(statuses ...int) func(int, http.ResponseWriter, *http.Request) {
	return func(n int, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(statuses[min(n, len(statuses))-1])
		io.WriteString(w, "as you say")
	}
}

func (x *receiver) messages() []message {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.got)
}

// types returns what the receiver was told, in order.
func (x *receiver) types() string {
	var all []string
	for _, m := range x.messages() {
		all = append(all, m.Type)
	}
	return strings.Join(all, " ")
}

// telling is a registry that tells receivers on this machine.
type telling struct {
	*Jobs
	*dbtest.Office
	t   *testing.T
	log *bytes.Buffer
}

func newTelling(t *testing.T) *telling {
	t.Helper()
	o := dbtest.OpenOffice(t)
	x := &telling{Office: o, t: t, log: &bytes.Buffer{}}
	x.Jobs = x.jobs()
	return x
}

func (x *telling) jobs() *Jobs {
	j := New(x.t.Context(), x.DB, Options{
		Now: x.Clock.Now, EventData: api.EventData(x.DB), Log: slog.New(slog.NewTextHandler(x.log, nil)),
		WebhookAllow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128")},
	})
	x.t.Cleanup(j.webhooks.client.CloseIdleConnections)
	return j
}

// hook creates a webhook of Ines that is told of all events.
func (x *telling) hook(url string) (db.Webhook, string) {
	x.t.Helper()
	h, secret, err := x.CreateWebhook(x.t.Context(), x.Ines,
		db.Fields{"url": url, "event": strings.Join(db.WebhookEvents, " "), "is_active": "1"})
	if err != nil {
		x.t.Fatal(err)
	}
	return h, secret
}

// due sends what is due, and returns how long the sender would wait.
func (x *telling) due(h db.Webhook) time.Duration {
	x.t.Helper()
	wait, err := x.tellDue(h.ID)
	if err != nil {
		x.t.Fatal(err)
	}
	return wait
}

// deliveries returns the deliveries of a webhook, the oldest first, with their tries.
func (x *telling) deliveries(h db.Webhook) (all []db.Delivery) {
	x.t.Helper()
	page, _, err := x.Deliveries(x.t.Context(), x.Ines, h.ID, "", 0)
	if err != nil {
		x.t.Fatal(err)
	}
	for _, one := range slices.Backward(page) {
		whole, err := x.Delivery(x.t.Context(), x.Ines, h.ID, one.ID)
		if err != nil {
			x.t.Fatal(err)
		}
		all = append(all, whole)
	}
	return all
}

func (x *telling) now(h db.Webhook) db.Webhook {
	x.t.Helper()
	h, err := x.Webhook(x.t.Context(), x.Ines, h.ID)
	if err != nil {
		x.t.Fatal(err)
	}
	return h
}

// signedBy reports whether one of a message's signatures is by a secret, read from the convention:
// HMAC-SHA256 of "id.timestamp.body" with the decoded secret.
func signedBy(m message, secret string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	h := hmac.New(sha256.New, key)
	io.WriteString(h, m.id+"."+m.at+"."+m.body)
	return slices.Contains(strings.Split(m.signature, " "), "v1,"+base64.StdEncoding.EncodeToString(h.Sum(nil)))
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestAReceiverIsToldAndVerifiesIt(t *testing.T) {
	t.Parallel()
	x := newTelling(t)
	r := newReceiver(t, nil)
	h, secret := x.hook(r.URL + "/in?key=hush")
	acme := x.Acme(t)
	x.due(h)
	got := r.messages()
	if len(got) != 1 {
		t.Fatalf("it got %v", got)
	}
	m := got[0]
	equal(t, "type", m.Type, "organization.created")
	equal(t, "the organization", m.Data.ID+m.Data.DisplayName, acme.ID+"Acme")
	equal(t, "the timestamp is of the try", m.at, "1795512600") // dbtest.Now
	equal(t, "signed", signedBy(m, secret), true)
	changed := m
	changed.body += " "
	equal(t, "a changed body is signed", signedBy(changed, secret), false)
	one := x.deliveries(h)[0]
	equal(t, "state", one.State, "delivered")
	equal(t, "webhook-id", one.ID, m.id)
	equal(t, "what is shown as sent", one.Body, m.body)
	equal(t, "last status", x.now(h).LastStatus, 200)
}

// TestTheWholeScheduleOfTries: nine tries within 44 h 36 min, with the same id and the same body,
// signed anew, whatever happens to the record meanwhile.
func TestTheWholeScheduleOfTries(t *testing.T) {
	t.Parallel()
	x := newTelling(t)
	r := newReceiver(t, answering(503))
	h, secret := x.hook(r.URL)
	acme := x.Acme(t)
	start := x.Clock.Now()
	x.due(h)
	if _, err := x.UpdateOrganization(t.Context(), x.Tomas, acme.ID, 1, db.Fields{"sector": "Media"}); err != nil {
		t.Fatal(err)
	}
	var gaps []time.Duration
	last := start
	for x.deliveries(h)[0].State == "retrying" {
		next := x.deliveries(h)[0].NextAt
		before := len(r.messages())
		x.Clock.Add(next.Sub(x.Clock.Now()) - time.Millisecond)
		x.due(h)
		equal(t, "tries before the next is due", len(r.messages()), before)
		equal(t, "the later event's state", x.deliveries(h)[1].State, "queued")
		x.Clock.Add(time.Millisecond)
		gaps, last = append(gaps, next.Sub(last)), next
		if len(gaps) == 8 {
			break // then the later event follows
		}
		x.due(h)
	}
	equal(t, "the gaps", len(gaps), 8)
	if want := []time.Duration{
		5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
	}; !slices.Equal(gaps, want) {
		t.Errorf("the gaps are %v", gaps)
	}
	equal(t, "in all", last.Sub(start).Truncate(time.Minute), 44*time.Hour+36*time.Minute)
	x.due(h)
	all := x.deliveries(h)
	equal(t, "the first", all[0].State, "given up")
	equal(t, "its tries", len(all[0].AllTries), 9)
	equal(t, "the second", all[1].State, "retrying")
	got := r.messages()
	equal(t, "requests", len(got), 10)
	for i, m := range got[:9] {
		if m.id != got[0].id || m.body != got[0].body || i > 0 && m.at == got[i-1].at || !signedBy(m, secret) {
			t.Errorf("try %d is %+v", i+1, m)
		}
	}
	equal(t, "given up", x.now(h).GivenUp, 1)
	equal(t, "state", x.now(h).State(), "retrying")
}

// TestEventsOfARecordStayInOrder: while one is being retried, those of other records go on.
func TestEventsOfARecordStayInOrder(t *testing.T) {
	t.Parallel()
	x := newTelling(t)
	r := newReceiver(t, answering(500, 200))
	h, _ := x.hook(r.URL)
	acme := x.Acme(t)
	x.due(h) // fails
	for i, sector := range []string{"Media", "Retail"} {
		if _, err := x.UpdateOrganization(t.Context(), x.Tomas, acme.ID, i+1, db.Fields{"sector": sector}); err != nil {
			t.Fatal(err)
		}
	}
	x.Maya(t)
	x.due(h)
	equal(t, "before the retry", r.types(), "organization.created contact.created")
	x.Clock.Add(5 * time.Second)
	x.due(h)
	equal(t, "after it", r.types(),
		"organization.created contact.created organization.created organization.updated organization.updated")
	got := r.messages()
	equal(t, "the first change is sent first", strings.Contains(got[3].body, "Media"), false) // data is as of when it was built
	equal(t, "waiting", x.now(h).Waiting, 0)
}

// TestADeadReceiverDelaysNobodyElse: with the real loop. The dead one hangs until the test ends.
func TestADeadReceiverDelaysNobodyElse(t *testing.T) {
	t.Parallel()
	x := newTelling(t)
	release := make(chan struct{})
	dead := newReceiver(t, func(int, http.ResponseWriter, *http.Request) { <-release })
	live := newReceiver(t, nil)
	x.running.Go(x.sendWebhooks)
	h, _ := x.hook(dead.URL)
	x.hook(live.URL)
	for range 5 { // more than are tried at once
		x.NewOrganization(t, "Acme")
	}
	for range 5 {
		<-live.arrive
	}
	<-dead.arrive
	for _, one := range x.deliveries(h) {
		equal(t, "what the dead one was told", one.Tries, 0)
	}
	close(release)
}

// TestTheSenderStopsAtOnce: a try that the end interrupts does not count, and is repeated.
func TestTheSenderStopsAtOnce(t *testing.T) {
	t.Parallel()
	x := newTelling(t)
	r := newReceiver(t, func(n int, _ http.ResponseWriter, r *http.Request) {
		if n == 1 {
			<-r.Context().Done() // hangs until the sender hangs up
		}
	})
	h, _ := x.hook(r.URL)
	ctx, stop := newContext(t)
	first := New(ctx, x.DB, Options{Now: x.Clock.Now, EventData: x.webhooks.data, WebhookAllow: loopback})
	first.running.Go(first.sendWebhooks)
	x.Acme(t)
	<-r.arrive
	stop()
	first.Wait()
	equal(t, "tries", x.deliveries(h)[0].Tries, 0)
	x.due(h)
	got := r.messages()
	if len(got) != 2 || got[0].id != got[1].id || got[0].body != got[1].body {
		t.Errorf("it got %+v", got)
	}
	equal(t, "state", x.deliveries(h)[0].State, "delivered")
}

func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	elsewhere := newReceiver(t, nil)
	for name, c := range map[string]struct {
		answer  func(n int, w http.ResponseWriter, r *http.Request)
		status  int
		failure string
		kept    string
	}{
		"an error":   {answering(503), 503, "", "as you say"},
		"a redirect": {func(_ int, w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, 307) }, 307, "redirects", ""},
		"garbage": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				io.WriteString(c, "\x00\x01\x1b[31mnonsense\r\n\r\n")
				c.Close()
			}
		}, 0, "nonsense", ""},
		"no answer": {func(_ int, w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }, 0, "EOF", ""},
		"a hang":    {func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 0, "No answer within 10 s", ""},
		"a large and ugly text": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			io.WriteString(w, "\x1b[31mred\xff\x00\u202e\r\nline "+strings.Repeat("é", 2000))
		}, 400, "", "[31mred\uFFFD line ééé"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newTelling(t)
			if name == "a hang" {
				x.webhooks.client.Timeout = 20 * time.Millisecond
			}
			h, _ := x.hook(newReceiver(t, c.answer).URL + "/hush")
			x.Acme(t)
			x.due(h)
			one := x.deliveries(h)[0]
			equal(t, "state", one.State, "retrying")
			equal(t, "status", one.Last.Status, c.status)
			if !strings.Contains(one.Last.Failure, c.failure) || (one.Last.Failure == "") != (c.failure == "") {
				t.Errorf("the failure is %q", one.Last.Failure)
			}
			if !strings.HasPrefix(one.Last.Answer, c.kept) || len(one.Last.Answer) > answerSize {
				t.Errorf("the answer is %q", one.Last.Answer)
			}
			if said := one.Last.Answer + one.Last.Failure; strings.ContainsAny(said, "\x00\x1b\u202e\n") || strings.Contains(said, "hush") {
				t.Errorf("it says %q", said)
			}
		})
	}
	t.Cleanup(func() { equal(t, "what followed a redirect", len(elsewhere.messages()), 0) })
}

func TestAnAddressThatIsGoneSwitchesItOff(t *testing.T) {
	t.Parallel()
	x := newTelling(t)
	r := newReceiver(t, answering(410))
	h, _ := x.hook(r.URL)
	x.Acme(t)
	if _, err := x.tellDue(h.ID); !db.IsWebhookOff(err) {
		t.Fatal(err)
	}
	h = x.now(h)
	equal(t, "it is", h.State()+" "+h.OffBecause, "off gone")
	equal(t, "state", x.deliveries(h)[0].State, "given up")
	x.Maya(t)
	if _, err := x.tellDue(h.ID); !db.IsWebhookOff(err) {
		t.Fatal(err)
	}
	equal(t, "requests", len(r.messages()), 1)
	last := x.Column(t, "SELECT action || ' ' || json_extract(metadata, '$.because') FROM audit_logs WHERE target_type = 'webhook' ORDER BY seq DESC LIMIT 1")
	equal(t, "the history", last[0], "stop_webhook gone")
}

// TestAWebhookStopsWhenItsMakerLosesARight, and goes on when somebody else switches it on.
func TestAWebhookStopsWhenItsMakerLosesARight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lose    func(x *telling) error
		because string
	}{
		"a role": {func(x *telling) error {
			return x.SetRoles(x.t.Context(), db.System, x.Ines.UserID, []string{"Viewer"}, "")
		}, db.OffRights},
		"the account": {func(x *telling) error { return x.DisableUser(x.t.Context(), db.System, x.Ines.UserID) }, db.OffMaker},
		"all clients": {func(x *telling) error {
			x.Exec(x.t, "UPDATE roles SET client_scope = 'own' WHERE slug = 'Administrator'")
			return nil
		}, db.OffRights},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newTelling(t)
			r := newReceiver(t, nil)
			if err := x.AddRole(t.Context(), db.System, x.Tomas.UserID, "Administrator"); err != nil {
				t.Fatal(err)
			}
			h, _ := x.hook(r.URL)
			x.Acme(t)
			if err := c.lose(x); err != nil {
				t.Fatal(err)
			}
			if _, err := x.tellDue(h.ID); !db.IsWebhookOff(err) {
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
	x := newTelling(t)
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
	if _, err := x.tellDue(h.ID); !db.IsWebhookOff(err) {
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
	x := newTelling(t)
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
	x := newTelling(t)
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
	x := newTelling(t)
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
