package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"clientregistry/db/sqlite"

	"github.com/google/uuid"
)

// Delivery is an event that is sent to a webhook.
type Delivery struct {
	ID        string // its webhook-id
	Event     string
	State     string // waiting, queued, retrying, delivered, given up
	CreatedAt time.Time
	NextAt    time.Time // when it is tried next; zero unless it waits
	Tries     int
	Last      Try        // the last try; zero if there was none
	About     AuditEntry // the row of the history; zero for a test
	IsTest    bool

	AllTries []Try  // only from Delivery: the oldest first
	Body     string // only from Delivery: what is sent
	seq      int64
	number   int64
}

// Try is one attempt to send a delivery.
type Try struct {
	At      time.Time
	Took    time.Duration
	Status  int    // of the answer, or 0 if there was none
	Failure string // why it failed, if the status does not say it
	Answer  string // the first KiB of the answer
}

// Delivered reports whether the receiver accepted the delivery.
func (x Try) Delivered() bool { return x.Status >= 200 && x.Status < 300 && x.Failure == "" }

// DeliveryStates are what lists of deliveries can be narrowed to.
var DeliveryStates = []string{"waiting", "given up", "delivered"}

// DeliveriesSize is the default number of deliveries per page.
const DeliveriesSize = 25

// DeliveryPage says which deliveries to read.
type DeliveryPage struct {
	State  string // one of DeliveryStates, "" for all
	Before int64  // older of the page before, 0 to start
	Limit  int    // at most MostListed; 0 means DeliveriesSize
}

// deliveryRetention is how long a delivery is kept.
const deliveryRetention = 30 * 24 * time.Hour

// testEvent is the event of a test.
const testEvent = "webhook.test"

const selectDelivery = `
	SELECT number, deliveries.id, event, state, deliveries.created_at, next_at, tries, ifnull(seq, 0), body,
		state = 'waiting' AND EXISTS (
			SELECT 1 FROM deliveries AS first
			WHERE first.webhook_id = deliveries.webhook_id AND first.record = deliveries.record
				AND first.next_at IS NOT NULL AND first.number < deliveries.number),
		at, ifnull(took, 0), ifnull(delivery_tries.status, 0), failure, answer
	FROM deliveries LEFT JOIN delivery_tries ON delivery = number AND try = tries`

func scanDelivery(r sqlite.Row) (x Delivery, err error) {
	var queued bool
	var took int64
	err = r.Scan(&x.number, &x.ID, &x.Event, &x.State, moment{&x.CreatedAt}, moment{&x.NextAt}, &x.Tries, &x.seq, &x.Body,
		&queued, moment{&x.Last.At}, &took, &x.Last.Status, nullText{&x.Last.Failure}, nullText{&x.Last.Answer})
	if errors.Is(err, sql.ErrNoRows) {
		return Delivery{}, ErrNotFound
	}
	x.Last.Took, x.IsTest = time.Duration(took)*time.Millisecond, x.Event == testEvent
	switch {
	case queued:
		x.State = "queued"
	case x.State == "waiting" && x.Tries > 0:
		x.State = "retrying"
	}
	return x, err
}

// Deliveries lists the deliveries of a webhook, the newest first. older is the Before of the next page, 0 on the last one.
func (d *DB) Deliveries(ctx context.Context, by Actor, webhookID string, p DeliveryPage) (page []Delivery, older int64, err error) {
	if err := ManageWebhooks.Refuse(by); err != nil {
		return nil, 0, err
	}
	before, size := p.Before, min(p.Limit, MostListed)
	if before <= 0 {
		before = 1 << 62
	}
	if size <= 0 {
		size = DeliveriesSize
	}
	where, args := " WHERE webhook_id = ? AND number < ?", []any{webhookID, before}
	if p.State != "" {
		where, args = where+" AND state = ?", append(args, p.State)
	}
	rows, err := d.reader.QuickQuery(ctx, selectDelivery+where+" ORDER BY number DESC"+limit(size+1), args...)
	page, err = sqlite.Collect(rows, err, scanDelivery)
	if err == nil && len(page) > size {
		page = page[:size]
		older = page[size-1].number
	}
	for i := range page {
		page[i].Body = ""
	}
	if err = errors.Join(err, d.nameDeliveries(ctx, by, page)); err != nil {
		return nil, 0, fmt.Errorf("deliveries of %s: %w", webhookID, err)
	}
	return page, older, nil
}

// Delivery returns a delivery of a webhook with its tries and what is sent, or ErrNotFound.
func (d *DB) Delivery(ctx context.Context, by Actor, webhookID, id string) (Delivery, error) {
	if err := ManageWebhooks.Refuse(by); err != nil {
		return Delivery{}, err
	}
	x, err := scanDelivery(d.reader.QuickQueryRow(ctx, selectDelivery+" WHERE webhook_id = ? AND deliveries.id = ?", webhookID, id))
	if err != nil {
		return x, fmt.Errorf("delivery %s: %w", id, err)
	}
	rows, err := d.reader.QuickQuery(ctx, `
		SELECT at, took, ifnull(status, 0), failure, answer FROM delivery_tries
		WHERE delivery = ? ORDER BY try`, x.number)
	x.AllTries, err = sqlite.Collect(rows, err, scanTry)
	one := []Delivery{x}
	if err = errors.Join(err, d.nameDeliveries(ctx, by, one)); err != nil {
		return Delivery{}, fmt.Errorf("delivery %s: %w", id, err)
	}
	return one[0], nil
}

func scanTry(r sqlite.Row) (x Try, err error) {
	var took int64
	err = r.Scan(moment{&x.At}, &took, &x.Status, nullText{&x.Failure}, nullText{&x.Answer})
	x.Took = time.Duration(took) * time.Millisecond
	return x, err
}

// nameDeliveries fills in the rows of the history that deliveries are about.
func (d *DB) nameDeliveries(ctx context.Context, by Actor, page []Delivery) error {
	var seqs []int64
	for _, x := range page {
		if x.seq > 0 {
			seqs = append(seqs, x.seq)
		}
	}
	list, err := json.Marshal(seqs)
	if err != nil {
		return err
	}
	rows, err := d.reader.QuickQuery(ctx, selectAudit("1")+" WHERE seq IN (SELECT value FROM json_each(?))", string(list))
	entries, err := sqlite.Collect(rows, err, scanAudit)
	if err != nil {
		return err
	}
	for i := range entries {
		entries[i].show(by)
	}
	if err := d.nameAudit(ctx, by, entries); err != nil {
		return err
	}
	about := map[int64]AuditEntry{}
	for _, e := range entries {
		about[e.Seq] = e
	}
	for i := range page {
		page[i].About = about[page[i].seq]
	}
	return nil
}

// newDeliveryID returns a new webhook-id.
func newDeliveryID() string {
	return "msg_" + strings.ReplaceAll(uuid.Must(uuid.NewV7()).String(), "-", "")
}

// insertDelivery puts a delivery into the outbox, due at once. data is JSON.
func (t *tx) insertDelivery(id, webhookID string, e WebhookEvent, seq int64, data string) error {
	record := e.record()
	if e.Name == testEvent {
		record = id // tests do not wait for each other
	}
	var row any
	if seq > 0 {
		row = seq
	}
	body := `{"type":"` + e.Name + `","timestamp":"` + stamp(e.At) + `","data":` + data + `}`
	_, err := t.Exec(`
		INSERT INTO deliveries (id, webhook_id, seq, event, record, body, state, next_at, created_at)
		VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?)`, id, webhookID, row, e.Name, record, body, stamp(t.now), stamp(t.now))
	return err
}
