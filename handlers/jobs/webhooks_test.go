package jobs

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
)

func TestAReceiverIsToldAndVerifiesIt(t *testing.T) {
	t.Parallel()
	x := newWebhookOffice(t)
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
// signed again, whatever happens to the record meanwhile.
func TestTheWholeScheduleOfTries(t *testing.T) {
	t.Parallel()
	x := newWebhookOffice(t)
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
	x := newWebhookOffice(t)
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
	x := newWebhookOffice(t)
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

// TestAWebhookThatIsOnAgainIsTold: its goroutine ends with switching off, and another one starts.
func TestAWebhookThatIsOnAgainIsTold(t *testing.T) {
	t.Parallel()
	x := newWebhookOffice(t)
	r := newReceiver(t, nil)
	x.running.Go(x.sendWebhooks)
	h, _ := x.hook(r.URL)
	for i := range 3 {
		x.NewOrganization(t, "Acme")
		if m := <-r.arrive; m.Type != "organization.created" {
			t.Fatalf("round %d: %+v", i, m)
		}
		for _, on := range []string{"", "1"} {
			if _, err := x.UpdateWebhook(t.Context(), x.Ines, h.ID, x.now(h).Version, db.Fields{"is_active": on}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestACertificateMustBeGood: nothing is sent to whoever has none.
func TestACertificateMustBeGood(t *testing.T) {
	t.Parallel()
	x := newWebhookOffice(t)
	r := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was told") }))
	r.Config.ErrorLog = log.New(io.Discard, "", 0)
	r.StartTLS()
	t.Cleanup(r.Close)
	h, _ := x.hook(r.URL)
	x.Acme(t)
	x.due(h)
	if said := x.deliveries(h)[0].Last.Failure; !strings.Contains(said, "certificate") {
		t.Errorf("it says %q", said)
	}
}

// TestTheSenderStopsAtOnce: a try that the end interrupts does not count, and is repeated.
func TestTheSenderStopsAtOnce(t *testing.T) {
	t.Parallel()
	x := newWebhookOffice(t)
	r := newReceiver(t, func(n int, _ http.ResponseWriter, r *http.Request) {
		if n == 1 {
			<-r.Context().Done() // hangs until the sender hangs up
		}
	})
	h, _ := x.hook(r.URL)
	ctx, stop := newContext(t)
	first := New(ctx, x.DB, Options{Now: x.Clock.Now, EventData: x.webhooks.data})
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
		"an error": {answering(503), 503, "", "as you say"},
		"a redirect": {func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, http.StatusTemporaryRedirect, "redirects", ""},
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
			x := newWebhookOffice(t)
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
