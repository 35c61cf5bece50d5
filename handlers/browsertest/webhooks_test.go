package browsertest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"clientregistry/handlers/api"
	"clientregistry/handlers/jobs"
)

// TestAWebhookOfAnOffice: somebody makes a webhook by keyboard, sees what it sends arrive, changes
// its secret, switches it off and deletes it, with and without script.
func TestAWebhookOfAnOffice(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		o := newOffice(t)
		receiver := o.receiver()
		pine := o.Organization("Harbor & Pine")
		ada := o.person("Ada Marsh", "Administrator")
		w := o.windowOf(ada)
		w.scripts(scripts)
		everywhere := func(what string) {
			if scripts {
				w.everywhere(what)
			}
		}
		w.open("/admin/webhooks")
		w.see(".empty", "No webhooks yet")
		w.tabTo("#new")
		w.press("Enter")
		w.focused("#url")
		w.write(receiver.url)
		w.tabTo("[name=of]")
		w.press("ArrowRight")
		w.see(".for.some", "Follow-ups")
		w.tabTo("[name=event][value='organization.updated']")
		w.press(" ")
		everywhere("new webhook")
		w.tabTo(".acts .pri")
		w.press("Enter")
		w.see("h2", "Its secret")
		first := w.webhookSecret(scripts)
		everywhere("the secret of a webhook")
		w.tabTo(".acts .pri")
		w.press("Enter")
		w.see("#deliveries", "Nothing was sent yet")
		w.see("aside .tag", "organization.updated")
		page := w.path()

		ada.post(pine+"/fields/sector", "value", "Logistics", "version", "1")
		sent := receiver.next()
		if !strings.Contains(sent.body, `"organization.updated"`) || !sent.signedBy(first) {
			t.Errorf("the receiver got %+v", sent)
		}
		o.delivered("1")
		w.open(page)
		w.see("tbody small a", "Harbor & Pine")
		w.click("tbody .nm", "organization.updated")
		w.see(".open .lines b", "200")
		w.see(".open pre", "received")
		w.click(".open summary", "What was sent")
		w.see(".open details pre", sent.id)
		everywhere("a delivery")

		w.click("button", "Send a test")
		receiver.next()
		if !scripts {
			o.delivered("2")
			w.open(page)
		}
		w.see("#delivery-rows tr:first-child .nm", "webhook.test")
		w.see("#delivery-rows tr:first-child .state.ok", "Delivered")

		w.open(page)
		w.tabTo("form[action$='rotate-secret'] button")
		w.press("Enter")
		w.see("h2", "Its new secret")
		second := w.webhookSecret(scripts)
		w.click("a", "I have copied it")
		w.see("aside dd", "signs as well until")
		ada.post(pine+"/fields/sector", "value", "Freight", "version", "2")
		if sent := receiver.next(); !sent.signedBy(first) || !sent.signedBy(second) {
			t.Errorf("not both secrets sign %+v", sent)
		}
		o.delivered("3")

		w.click("summary[aria-label=More]")
		w.click(".menu button", "Switch off")
		w.see("#off", "Nothing is sent")
		everywhere("a webhook that is off")
		w.click("summary[aria-label=More]")
		w.click(".menu a", "Delete webhook")
		w.see("h1", "Delete")
		everywhere("the question whether to delete a webhook")
		w.click("button", "Delete webhook")
		w.see("#toasts", "Deleted the webhook")
		w.see(".empty", "No webhooks yet")
	}
}

// webhookSecret returns the secret that the page shows, after copying it if scripts run.
func (w *window) webhookSecret(copies bool) string {
	w.t.Helper()
	w.focused("#secret")
	if copies {
		w.tabTo("[data-copy]")
		w.press("Enter")
		w.see("[data-copy]", "Copied")
	}
	secret, err := ask[string](w, "document.querySelector('#secret').value")
	if err != nil {
		w.t.Fatal(err)
	}
	return secret
}

// receiver is a program that webhooks tell of changes.
type receiver struct {
	t   *testing.T
	url string
	got chan sent
}

type sent struct{ id, at, signature, body string }

// receiver starts a receiver on a free port, and the office's sender, which may reach it.
func (o *office) receiver() *receiver {
	o.t.Helper()
	r := &receiver{t: o.t, got: make(chan sent, 10)}
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.got <- sent{q.Header.Get("webhook-id"), q.Header.Get("webhook-timestamp"), q.Header.Get("webhook-signature"), string(body)}
		_, _ = io.WriteString(answer, "received")
	}))
	o.t.Cleanup(server.Close)
	r.url = server.URL + "/crm"
	ctx, stop := context.WithCancel(context.Background())
	j := jobs.New(ctx, o.DB, jobs.Options{
		Now: o.Clock.Now, EventData: api.EventData(o.DB),
	})
	j.Start()
	o.t.Cleanup(func() { stop(); j.Wait() })
	return r
}

// next waits for what is sent next.
func (r *receiver) next() sent {
	r.t.Helper()
	select {
	case s := <-r.got:
		return s
	case <-time.After(patience):
		r.t.Fatal("nothing is sent")
		return sent{}
	}
}

// signedBy verifies as the documentation says.
func (s sent) signedBy(secret string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(s.id + "." + s.at + "." + s.body))
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for one := range strings.SplitSeq(s.signature, " ") {
		if hmac.Equal([]byte(one), []byte(want)) {
			return err == nil
		}
	}
	return false
}

// delivered waits until so many deliveries are stored as delivered.
func (o *office) delivered(n string) {
	o.t.Helper()
	for deadline := time.Now().Add(patience); ; pause() {
		got := o.One("SELECT count(*) FROM deliveries WHERE state = 'delivered'")
		if got == n {
			return
		}
		if time.Now().After(deadline) {
			o.t.Fatalf("%s are delivered, want %s", got, n)
		}
	}
}
