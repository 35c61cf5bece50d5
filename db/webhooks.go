package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"clientregistry/db/sqlite"
)

// Webhook is an address to which changes are sent, as far as its maker may see them.
type Webhook struct {
	ID, URL       string
	Events        []string // names, in the order of WebhookEvents
	IsActive      bool
	OffBecause    string // why the program switched it off, or ""
	Maker         Named  // who answers for it; empty if their account was deleted
	SecretEnd     string // the last characters of the secret, by which people recognize it
	SecretSince   time.Time
	OldSecretEnd  string    // of the previous secret, while it still signs
	OldUntil      time.Time // until when it does; zero if there is none
	KeyLost       bool      // the secret cannot be read, see KeyLost, so nothing is sent
	Waiting       int       // deliveries to be sent
	WaitingSince  time.Time // when the first of them was put there
	GivenUp       int       // deliveries that were given up
	LastSentAt    time.Time // the last try; zero if there was none
	LastStatus    int       // its status, or 0 if there was no answer
	Version       int
	CreatedAt     time.Time
	failing       bool // a delivery is being retried
	sealed        []byte
	sealedBefore  []byte
	makerIsActive bool
}

// State returns working, unused, failing (the last try of what is not tried again), retrying, off, or key lost.
// OffBecause may say more about off.
func (h Webhook) State() string {
	switch {
	case !h.IsActive:
		return "off"
	case h.KeyLost:
		return "key lost"
	case h.failing:
		return "retrying"
	case h.LastSentAt.IsZero():
		return "unused"
	case h.LastStatus/100 != 2:
		return "failing"
	}
	return "working"
}

// Host returns the host of the address, by which people name the webhook. The rest of the address may be
// as secret as a password.
func (h Webhook) Host() string {
	u, err := url.Parse(h.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// OfAll reports whether the webhook receives all events.
func (h Webhook) OfAll() bool { return len(h.Events) == len(WebhookEvents) }

func (h *Webhook) value(column string) *string {
	return map[string]*string{"url": &h.URL}[column]
}

// Values returns what a form changes.
func (h Webhook) Values() Fields {
	values := Fields{"url": h.URL, "event": strings.Join(h.Events, " "), "is_active": ""}
	if h.IsActive {
		values["is_active"] = "1"
	}
	return values
}

// oldSecretLife is how long the previous secret still signs.
const oldSecretLife = 24 * time.Hour

// deliveryCounts are the columns that count deliveries, and noCounts stands in their place.
const (
	deliveryCounts = `
		(SELECT count(*) FROM deliveries WHERE webhook_id = webhooks.id AND state = 'waiting'),
		(SELECT deliveries.created_at FROM deliveries WHERE webhook_id = webhooks.id AND state = 'waiting' ORDER BY number LIMIT 1),
		(SELECT count(*) FROM deliveries WHERE webhook_id = webhooks.id AND state = 'given up'),
		EXISTS (SELECT 1 FROM deliveries WHERE webhook_id = webhooks.id AND state = 'waiting' AND tries > 0)`
	noCounts = "0, NULL, 0, 0"
)

func selectWebhook(counts string) string {
	return `
		SELECT webhooks.id, url, events, is_active, off_because, ifnull(user_id, ''), ifnull(` + shownName + `, ''),
			ifnull(status = 'active', 0), secret, secret_since, old_secret, old_secret_until, last_sent_at, ifnull(last_status, 0),
			version, webhooks.created_at, ` + counts + `
		FROM webhooks LEFT JOIN users ON users.id = user_id`
}

func scanWebhook(r sqlite.Row) (h Webhook, err error) {
	var events string
	err = r.Scan(&h.ID, &h.URL, &events, &h.IsActive, nullText{&h.OffBecause}, &h.Maker.ID, &h.Maker.Name, &h.makerIsActive,
		&h.sealed, moment{&h.SecretSince}, &h.sealedBefore, moment{&h.OldUntil}, moment{&h.LastSentAt}, &h.LastStatus, &h.Version,
		moment{&h.CreatedAt}, &h.Waiting, moment{&h.WaitingSince}, &h.GivenUp, &h.failing)
	if errors.Is(err, sql.ErrNoRows) {
		return Webhook{}, ErrNotFound
	}
	h.Events = strings.Fields(events)
	return h, err
}

// Webhooks lists all webhooks, the newest first.
func (d *DB) Webhooks(ctx context.Context, by Actor) ([]Webhook, error) {
	if err := ManageWebhooks.Refuse(by); err != nil {
		return nil, err
	}
	rows, err := d.reader.QuickQuery(ctx, selectWebhook(deliveryCounts)+" ORDER BY webhooks.id DESC")
	all, err := sqlite.Collect(rows, err, scanWebhook)
	for i := range all {
		err = errors.Join(err, d.recognizeSecrets(&all[i]))
	}
	if err != nil {
		return nil, fmt.Errorf("webhooks: %w", err)
	}
	return all, nil
}

// Webhook returns a webhook, or ErrNotFound.
func (d *DB) Webhook(ctx context.Context, by Actor, id string) (Webhook, error) {
	if err := ManageWebhooks.Refuse(by); err != nil {
		return Webhook{}, err
	}
	h, err := scanWebhook(d.reader.QuickQueryRow(ctx, selectWebhook(deliveryCounts)+" WHERE webhooks.id = ?", id))
	if err == nil {
		err = d.recognizeSecrets(&h)
	}
	if err != nil {
		return Webhook{}, fmt.Errorf("webhook %s: %w", id, err)
	}
	return h, nil
}

// recognizeSecrets fills in what people may see of the secrets, or KeyLost.
func (d *DB) recognizeSecrets(h *Webhook) error {
	all, err := d.openSecrets(*h)
	if lost := (*KeyLost)(nil); errors.As(err, &lost) {
		h.KeyLost, h.OldUntil = true, time.Time{}
		return nil
	}
	if err != nil {
		return err
	}
	const shown = 4
	h.SecretEnd = all[0][len(all[0])-shown:]
	if h.OldUntil = (time.Time{}); len(all) > 1 {
		h.OldUntil, h.OldSecretEnd = h.SecretSince.Add(oldSecretLife), all[1][len(all[1])-shown:]
	}
	return nil
}

// openSecrets returns the secrets that sign now, the newest first, or KeyLost.
func (d *DB) openSecrets(h Webhook) (all []string, err error) {
	secret, err := d.unseal(secretPurpose+h.ID, h.sealed)
	if err != nil {
		return nil, err
	}
	all = []string{secret}
	if len(h.sealedBefore) > 0 && d.now().Before(h.OldUntil) {
		before, err := d.unseal(secretPurpose+h.ID, h.sealedBefore)
		if err != nil {
			return nil, err
		}
		all = append(all, before)
	}
	return all, nil
}

// eventNames returns known names in the order of WebhookEvents, or why they cannot be chosen.
func eventNames(typed string) (names []string, why string) {
	chosen := strings.Fields(typed)
	for _, name := range WebhookEvents {
		if slices.Contains(chosen, name) {
			names = append(names, name)
		}
	}
	for _, name := range chosen {
		if !slices.Contains(WebhookEvents, name) {
			return nil, "Choose events from the list"
		}
	}
	if len(names) == 0 {
		return nil, "Choose at least one event"
	}
	return names, ""
}
