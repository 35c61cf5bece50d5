package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"syscall"
	"time"

	"clientregistry/db"
)

// webhooks sends changes to addresses. Each webhook has its own goroutine, so that no receiver delays
// another one.
type webhooks struct {
	data   db.EventData
	dialer *net.Dialer
	client *http.Client

	mu      sync.Mutex
	running map[string]bool // webhooks that have a goroutine
	ended   chan struct{}   // has a value after a goroutine ended
}

const (
	tryTimeout  = 10 * time.Second
	triesAtOnce = 8                      // of one webhook, each of another record
	answerSize  = 1 << 10                // how much of an answer is kept
	gathering   = 200 * time.Millisecond // so that a burst of changes is read at once
	webhookPoll = time.Minute            // for commits of commands, and after an error
)

func newWebhooks(d *db.DB, o Options) *webhooks {
	// It sees the address of each connection after the name was looked up, so that no name leads to one that is refused.
	mayReach := func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("the address of a receiver: %w", err)
		}
		return d.MayReach(to.Addr())
	}
	dialer := &net.Dialer{Timeout: tryTimeout, Control: mayReach}
	return &webhooks{
		data: o.EventData, dialer: dialer, running: map[string]bool{}, ended: make(chan struct{}, 1),
		client: &http.Client{
			Timeout:       tryTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{ // Proxy stays nil: a proxy would connect to any address
				DialContext: dialer.DialContext, ForceAttemptHTTP2: true, DisableCompression: true,
				MaxResponseHeaderBytes: 16 << 10, MaxIdleConnsPerHost: triesAtOnce, IdleConnTimeout: webhookPoll,
			},
		},
	}
}

// sendWebhooks keeps a goroutine for each webhook that is on. Without webhooks it only waits.
func (j *Jobs) sendWebhooks() {
	defer j.webhooks.client.CloseIdleConnections()
	for {
		changed := j.db.NextWebhookChange()
		var again <-chan time.Time
		on, err := j.db.ActiveWebhooks(j.ctx)
		if err != nil && j.ctx.Err() == nil {
			j.log.Warn("webhooks could not be read; the next attempt is in a minute", "error", err)
			again = time.After(webhookPoll)
		}
		for _, id := range on {
			j.startSender(id)
		}
		select {
		case <-changed:
		case <-j.webhooks.ended: // perhaps it is on again
		case <-again:
		case <-j.ctx.Done():
			return
		}
	}
}

func (j *Jobs) startSender(id string) {
	w := j.webhooks
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running[id] {
		return
	}
	w.running[id] = true
	j.running.Go(func() {
		j.runSender(id)
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.running, id)
		select {
		case w.ended <- struct{}{}:
		default:
		}
	})
}

// runSender sends the deliveries of a webhook until it is off.
func (j *Jobs) runSender(id string) {
	logged := ""
	for {
		committed := j.db.NextCommit()
		wait, err := j.sendDue(id)
		switch {
		case db.IsWebhookOff(err) || j.ctx.Err() != nil:
			return
		case err == nil:
			logged = ""
		case err.Error() != logged && !db.IsDamaged(err):
			logged = err.Error()
			j.log.Warn("a webhook receives nothing until this is fixed", "webhook", id, "error", err)
		}
		select {
		case <-committed:
			if !j.pause(gathering) {
				return
			}
		case <-time.After(wait):
		case <-j.ctx.Done():
			return
		}
	}
}

// sendDue reads what happened since, and sends all deliveries of a webhook that are due. It returns
// how long to wait for the next one. See db.FillOutbox for its errors.
func (j *Jobs) sendDue(id string) (wait time.Duration, err error) {
	for {
		for more := true; more; {
			if more, err = j.db.FillOutbox(j.ctx, id, j.webhooks.data); err != nil {
				return webhookPoll, err
			}
		}
		for filled := time.Now(); time.Since(filled) < time.Second; { // so that a slow receiver's outbox is also filled
			due, next, err := j.db.DueDeliveries(j.ctx, id, triesAtOnce)
			if err != nil {
				return webhookPoll, err
			}
			if len(due) == 0 {
				return j.until(next), nil
			}
			j.record(j.sendAll(due))
			if err := j.ctx.Err(); err != nil {
				return 0, err
			}
		}
	}
}

// until returns how long a webhook waits if its next delivery is due at next. The zero time means that
// there is none.
func (j *Jobs) until(next time.Time) time.Duration {
	if next.IsZero() {
		return webhookPoll
	}
	return min(webhookPoll, max(next.Sub(j.now()), gathering))
}

// sendAll tries deliveries at the same time, and returns the results. If the program ends during a
// try, it does not count and is repeated at the next start.
func (j *Jobs) sendAll(due []db.Outgoing) (all []db.Tried) {
	var sending sync.WaitGroup
	tried := make([]*db.Tried, len(due))
	for i, o := range due {
		sending.Go(func() { tried[i] = j.send(o) })
	}
	sending.Wait()
	for _, x := range tried {
		if x != nil {
			all = append(all, *x)
		}
	}
	return all
}

// send tries a delivery, and returns nil if the program ended during the try.
func (j *Jobs) send(o db.Outgoing) *db.Tried {
	x := &db.Tried{DeliveryID: o.ID, Try: db.Try{At: j.now()}}
	start := time.Now()
	err := j.post(o, &x.Try)
	x.Took = time.Since(start)
	if err != nil {
		if j.ctx.Err() != nil {
			return nil
		}
		x.Failure = failure(err)
	}
	return x
}

// record stores tries, and does not return before it has, so that nothing is sent over and over while
// the disk is full. Each commit shows that it may be possible again.
func (j *Jobs) record(all []db.Tried) {
	for logged := false; len(all) > 0; {
		committed := j.db.NextCommit()
		err := j.db.RecordTries(context.WithoutCancel(j.ctx), all)
		if err == nil {
			return
		}
		if !logged && !db.IsDamaged(err) {
			logged = true
			j.log.Warn("tries of deliveries could not be stored; nothing more is sent until they are", "error", err)
		}
		select {
		case <-committed:
		case <-time.After(webhookPoll):
		case <-j.ctx.Done():
			return
		}
	}
}

// post sends a delivery once, and fills in the answer. An error means that there was none.
func (j *Jobs) post(o db.Outgoing, x *db.Try) error {
	signature, err := o.Sign(x.At)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(j.ctx, http.MethodPost, o.URL, bytes.NewReader(o.Body))
	if err != nil {
		return err
	}
	r.Header = http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"ClientRegistry"},
		"Webhook-Id": {o.ID}, "Webhook-Timestamp": {strconv.FormatInt(x.At.Unix(), 10)}, "Webhook-Signature": {signature},
	}
	a, err := j.webhooks.client.Do(r)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	x.Status = a.StatusCode
	if a.StatusCode/100 == 3 {
		x.Failure = "The address redirects, and redirects are not followed; enter the final address"
	}
	answer, _ := io.ReadAll(io.LimitReader(a.Body, answerSize)) // the status counts, even if the rest does not arrive
	x.Answer = string(answer)
	return nil
}

// failure says why there was no answer. It leaves out the address, whose path may be secret.
func failure(err error) string {
	var refused *db.NotPublic
	var at *url.Error
	var name *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &refused):
		return refused.Error()
	case errors.As(err, &timeout) && timeout.Timeout():
		return "No answer within 10 s"
	case errors.As(err, &name) && name.IsNotFound:
		return "There is no " + name.Name
	case errors.As(err, &at):
		return at.Err.Error()
	}
	return err.Error()
}
