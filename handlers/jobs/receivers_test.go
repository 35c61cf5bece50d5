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
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/handlers/api"
)

// receiver is a program to which a webhook sends changes.
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

// types returns the types of the messages received, in order.
func (x *receiver) types() string {
	var all []string
	for _, m := range x.messages() {
		all = append(all, m.Type)
	}
	return strings.Join(all, " ")
}

// webhookOffice is a registry that sends to receivers on this machine.
type webhookOffice struct {
	*Jobs
	*dbtest.Office
	t   *testing.T
	log *bytes.Buffer
}

func newWebhookOffice(t *testing.T) *webhookOffice {
	t.Helper()
	o := dbtest.OpenOffice(t)
	x := &webhookOffice{Office: o, t: t, log: &bytes.Buffer{}}
	x.Jobs = x.jobs()
	return x
}

func (x *webhookOffice) jobs() *Jobs {
	j := New(x.t.Context(), x.DB, Options{
		Now: x.Clock.Now, EventData: api.EventData(x.DB), Log: slog.New(slog.NewTextHandler(x.log, nil)),
	})
	x.t.Cleanup(j.webhooks.client.CloseIdleConnections)
	return j
}

// hook creates a webhook of Ines that receives all events.
func (x *webhookOffice) hook(url string) (db.Webhook, string) {
	x.t.Helper()
	h, secret, err := x.CreateWebhook(x.t.Context(), x.Ines,
		db.Fields{"url": url, "event": strings.Join(db.WebhookEvents, " "), "is_active": "1"})
	if err != nil {
		x.t.Fatal(err)
	}
	return h, secret
}

// due sends what is due, and returns how long the sender would wait.
func (x *webhookOffice) due(h db.Webhook) time.Duration {
	x.t.Helper()
	wait, err := x.sendDue(h.ID)
	if err != nil {
		x.t.Fatal(err)
	}
	return wait
}

// deliveries returns the deliveries of a webhook, the oldest first, with their tries.
func (x *webhookOffice) deliveries(h db.Webhook) (all []db.Delivery) {
	x.t.Helper()
	page, _, err := x.Deliveries(x.t.Context(), x.Ines, h.ID, db.DeliveryPage{})
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

func (x *webhookOffice) now(h db.Webhook) db.Webhook {
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
