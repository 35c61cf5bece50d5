package db

import (
	"context"
	"errors"
)

// Why the program switches a webhook off.
const (
	OffGone     = "gone"     // its address answered 410
	OffRights   = "rights"   // its maker may not see all that it sends any more
	OffMaker    = "maker"    // its maker was disabled
	OffRestored = "restored" // the registry was restored from a copy
)

// stopWebhook switches a webhook off, if it is on, and says why.
func (t *tx) stopWebhook(h Webhook, because string) error {
	n, err := t.Exec("UPDATE webhooks SET is_active = 0, off_because = ?, version = version + 1 WHERE id = ? AND is_active = 1",
		because, h.ID)
	if err != nil || n == 0 {
		return err
	}
	return t.recordWebhook("stop_webhook", h, details{"because": because})
}

// stopRestored switches all webhooks off in a restored copy, and gives up what they had to send. It
// returns how many were on.
func (t *tx) stopRestored() (n int64, err error) {
	n, err = t.Exec("UPDATE webhooks SET is_active = 0, off_because = ?, version = version + 1 WHERE is_active = 1", OffRestored)
	if err == nil {
		_, err = t.Exec("UPDATE deliveries SET state = 'given up', next_at = NULL WHERE state = 'waiting'")
	}
	return n, err
}

// errWebhookOff means that a webhook sends nothing: it is off or was deleted.
var errWebhookOff = errors.New("the webhook is off")

// IsWebhookOff reports whether a webhook sends nothing, because it is off or was deleted.
func IsWebhookOff(err error) bool { return errors.Is(err, errWebhookOff) }

// workingWebhook returns a webhook that sends, and its maker with their present rights. It stops one
// whose maker lost a right that it needs.
func (d *DB) workingWebhook(ctx context.Context, id string) (Webhook, Actor, error) {
	h, err := scanWebhook(d.reader.QuickQueryRow(ctx, selectWebhook(noCounts)+" WHERE webhooks.id = ?", id))
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && !h.IsActive:
		return Webhook{}, Actor{}, errWebhookOff
	case err != nil:
		return Webhook{}, Actor{}, err
	}
	because := OffMaker
	if h.makerIsActive {
		maker, err := d.user(ctx, h.Maker.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Webhook{}, Actor{}, err
		}
		by := maker.actor()
		if err == nil && ManageWebhooks.MetBy(by) {
			return h, by, nil
		}
		because = OffRights
	}
	if err := d.write(ctx, System, Program, func(t *tx) error { return t.stopWebhook(h, because) }); err != nil {
		return Webhook{}, Actor{}, err
	}
	d.webhooksChanged.send()
	return Webhook{}, Actor{}, errWebhookOff
}
