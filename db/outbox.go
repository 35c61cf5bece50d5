package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"clientregistry/db/secrets"
	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// WebhookEvent is an event to send to a webhook.
type WebhookEvent struct {
	Name                      string // one of WebhookEvents
	Kind                      string // organization, contact, link, interaction, follow_up or batch
	ID                        string // "" for a link
	OrganizationID, ContactID string // of a link, an interaction or a follow-up, as far as it has them
	Gone                      bool   // it was deleted or removed, so only its IDs are sent
	At                        time.Time
	Action                    string // of a batch: what was done
	Count                     int    // of a batch: to how many records
}

// record identifies what the event is about. Deliveries with the same one are sent in order.
func (e WebhookEvent) record() string {
	if e.Kind == "link" {
		return "link " + e.OrganizationID + " " + e.ContactID
	}
	return e.Kind + " " + e.ID
}

// EventData returns the JSON of an event, as far as the webhook's maker may see it.
type EventData func(ctx context.Context, maker Actor, e WebhookEvent) ([]byte, error)

// outboxPiece is the number of audit rows that one step of FillOutbox reads.
const outboxPiece = 100

// ActiveWebhooks returns the IDs of the webhooks that are on, for the sender.
func (d *DB) ActiveWebhooks(ctx context.Context) ([]string, error) {
	rows, err := d.reader.QuickQuery(ctx, "SELECT id FROM webhooks WHERE is_active = 1 ORDER BY id")
	return sqlite.Collect(rows, err, sqlite.ScanText)
}

// FillOutbox reads the history from a webhook's cursor on, puts the webhook's events into its
// outbox, and moves the cursor, all in one transaction. data returns the JSON of an event as the
// webhook's maker may see it. more is true if there may be further rows. It returns an error for
// which IsWebhookOff is true if the webhook sends nothing.
func (d *DB) FillOutbox(ctx context.Context, id string, data EventData) (more bool, err error) {
	h, maker, err := d.workingWebhook(ctx, id)
	if err != nil {
		return false, err
	}
	seq, err := d.followedTo(ctx, id)
	if err != nil {
		return false, err
	}
	reader := maker
	reader.May = append(slices.Clone(maker.May), ViewAudit) // the ends of batches, too
	rows, read, err := d.Events(ctx, reader, seq, outboxPiece)
	if err != nil || read == seq {
		return false, err
	}
	type built struct {
		WebhookEvent
		seq  int64
		data string
	}
	var all []built
	for _, row := range rows {
		e, ok := row.webhookEvent()
		if !ok || !slices.Contains(h.Events, e.Name) {
			continue
		}
		written, err := data(ctx, maker, e)
		if err != nil {
			return false, fmt.Errorf("data of %s, row %d of the history: %w", e.Name, row.Seq, err)
		}
		all = append(all, built{e, row.Seq, string(written)})
	}
	err = d.writeUnrecorded(ctx, System, Program, func(t *tx) error {
		var still bool
		err := t.QueryRow("SELECT EXISTS (SELECT 1 FROM webhooks JOIN followers ON name = id WHERE id = ? AND is_active = 1 AND seq = ?)",
			id, seq).Scan(&still)
		if err != nil || !still { // it was switched off or on meanwhile
			return err
		}
		for _, e := range all {
			if err := t.insertDelivery(newDeliveryID(), id, e.WebhookEvent, e.seq, e.data); err != nil {
				return err
			}
		}
		return t.setFollowedTo(id, read)
	})
	return len(rows) == outboxPiece, err
}

// webhookEvent returns the event of a row of the history. ok is false if there is none: for the
// changes of a batch, which sends one event at its end, and for a follow-up without a client, which
// only its giver and its assignee may see.
func (e AuditEntry) webhookEvent() (w WebhookEvent, ok bool) {
	a := actionOf(e.Action)
	if a.event == "" || e.Details == nil || e.Details["erased"] != "" {
		return w, false
	}
	w = WebhookEvent{
		Name: a.eventName(), Kind: a.changes, ID: e.TargetID, OrganizationID: e.OrganizationID, ContactID: e.ContactID, At: e.At,
	}
	switch {
	case a.changes == "":
		w.Kind, w.ID, w.Action = "batch", e.Details["batch"], e.Details["action"]
		if e.Action == "undo_batch" {
			w.Action = "undo"
		}
		_, err := fmt.Sscan(e.Details["count"], &w.Count)
		return w, err == nil && w.ID != ""
	case e.Details["batch"] != "":
		return w, false
	case a.changes == "link":
		w.ID = ""
		ok = w.OrganizationID != "" && w.ContactID != ""
	case a.changes == "follow_up":
		ok = e.InteractionID != "" || e.OrganizationID != "" || e.ContactID != ""
	default:
		ok = true
	}
	w.Gone = a.event == "removed" || a.event == "deleted"
	return w, ok
}

// Outgoing is a delivery to be sent now.
type Outgoing struct {
	ID, URL string
	Body    []byte
	secrets []string // that sign it, the newest first
}

// Sign returns the webhook-signature of a delivery that is sent at a time.
func (o Outgoing) Sign(at time.Time) (string, error) {
	return secrets.SignWebhook(o.secrets, o.ID, at, o.Body)
}

// DueDeliveries returns up to n deliveries of a webhook that are due, each of another record, and
// when the next of the others is due, or zero if none is. It returns KeyLost, or an error for which
// IsWebhookOff is true if the webhook sends nothing.
func (d *DB) DueDeliveries(ctx context.Context, id string, n int) (due []Outgoing, next time.Time, err error) {
	h, _, err := d.workingWebhook(ctx, id)
	if err != nil {
		return nil, next, err
	}
	now := stamp(d.now())
	if err := d.reader.QuickQueryRow(ctx, "SELECT min(next_at) FROM deliveries WHERE webhook_id = ? AND next_at > ?", id, now).
		Scan(moment{&next}); err != nil {
		return nil, next, err
	}
	signing, err := d.openSecrets(h)
	if err != nil {
		return nil, next, err
	}
	rows, err := d.reader.QuickQuery(ctx, `
		SELECT id, body FROM deliveries
		WHERE webhook_id = ? AND next_at <= ? AND NOT EXISTS (
			SELECT 1 FROM deliveries AS first
			WHERE first.webhook_id = deliveries.webhook_id AND first.record = deliveries.record
				AND first.next_at IS NOT NULL AND first.number < deliveries.number)
		ORDER BY next_at, number`+limit(n), id, now)
	due, err = sqlite.Collect(rows, err, func(r sqlite.Row) (Outgoing, error) {
		o := Outgoing{URL: h.URL, secrets: signing}
		err := r.Scan(&o.ID, &o.Body)
		return o, err
	})
	return due, next, err
}

// retryAfter is how long a delivery waits after each failed try. After the last it is given up.
var retryAfter = []time.Duration{
	5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// Tried is a delivery that was tried.
type Tried struct {
	DeliveryID string
	Try
}

// RecordTries stores how tries of deliveries ended, and when the next ones are due. 410 switches the
// webhook off. It leaves out deliveries that were deleted.
func (d *DB) RecordTries(ctx context.Context, all []Tried) error {
	stopped := false
	err := d.writeUnrecorded(ctx, System, Program, func(t *tx) error {
		for _, x := range all {
			stops, err := t.recordTry(x)
			if err != nil {
				return fmt.Errorf("try of delivery %s: %w", x.DeliveryID, err)
			}
			stopped = stopped || stops
		}
		return nil
	})
	if err == nil && stopped {
		d.webhooksChanged.send()
	}
	return err
}

func (t *tx) recordTry(x Tried) (stops bool, err error) {
	const gone = 410
	var webhookID, event string
	var number int64
	var tries, step int
	err = t.QueryRow("SELECT number, webhook_id, event, tries, step FROM deliveries WHERE id = ?", x.DeliveryID).
		Scan(&number, &webhookID, &event, &tries, &step)
	if err != nil {
		return false, ignoreMissing(err)
	}
	var status any
	if x.Status > 0 {
		status = x.Status
	}
	_, err = t.Exec("INSERT INTO delivery_tries (delivery, try, at, took, status, failure, answer) VALUES (?, ?, ?, ?, ?, ?, ?)",
		number, tries+1, stamp(x.At), x.Took.Milliseconds(), status,
		orNull(plainAnswer(x.Failure, 400)), orNull(plainAnswer(x.Answer, 1024)))
	if err != nil {
		return false, err
	}
	state, next := "given up", time.Time{}
	switch {
	case x.Delivered():
		state = "delivered"
	case x.Status != gone && event != testEvent && step < len(retryAfter):
		state, next = "waiting", t.now.Add(retryAfter[step])
	}
	_, err = t.Exec("UPDATE deliveries SET state = ?, next_at = ?, step = step + 1, tries = tries + 1 WHERE number = ?",
		state, stampOrNull(next), number)
	if err != nil {
		return false, err
	}
	_, err = t.Exec("UPDATE webhooks SET last_sent_at = ?, last_status = ? WHERE id = ?", stamp(x.At), status, webhookID)
	if err != nil || x.Status != gone {
		return false, err
	}
	h, err := t.webhook(webhookID)
	if err != nil {
		return false, err
	}
	return true, t.stopWebhook(h, OffGone)
}

// plainAnswer makes a text from elsewhere safe to store and to show: valid UTF-8 without control
// characters and ones that change the direction of writing, of at most so many characters.
func plainAnswer(s string, most int) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\t':
			return ' '
		case unicode.In(c, unicode.Cc, unicode.Zl, unicode.Zp) || text.TurnsDirection(c):
			return -1
		}
		return c
	}, s)
	return clip(strings.TrimSpace(s), most)
}
