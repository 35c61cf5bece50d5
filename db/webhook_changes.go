package db

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"clientregistry/db/secrets"
)

// mostWebhooks limits how many webhooks there are, because each has its own sender.
const mostWebhooks = 50

var webhookFields = []Field{{Column: "url", Label: "Address", Max: 2000, Required: "Enter the address to send changes to"}}

// NextWebhookChange returns a channel that is closed when this process next makes, changes or
// deletes a webhook.
func (d *DB) NextWebhookChange() <-chan struct{} { return d.webhooksChanged.next() }

// writeWebhook is write with ManageWebhooks, and tells the sender.
func (d *DB) writeWebhook(ctx context.Context, by Actor, f func(*tx) error) error {
	err := d.write(ctx, by, ManageWebhooks, f)
	if err == nil {
		d.webhooksChanged.send()
	}
	return err
}

// applyWebhook sets what was typed: url, event (names separated by spaces) and is_active ("1" or
// ""). It returns the changes, or Invalid.
func applyWebhook(h *Webhook, typed Fields) (map[string]Change, error) {
	host := h.Host()
	changes, refused := apply(webhookFields, typed, h)
	if refused == nil {
		refused = &Invalid{Fields: map[string]string{}}
	} else {
		changes = map[string]Change{}
	}
	if _, changed := changes["url"]; changed {
		refused.add("url", webhookURL(h.URL))
		changes["url"] = Change{Old: orNull(host), New: h.Host()}
	}
	if event, ok := typed["event"]; ok {
		names, why := eventNames(event)
		refused.add("event", why)
		if was, is := strings.Join(h.Events, " "), strings.Join(names, " "); was != is && why == "" {
			changes["events"] = Change{Old: orNull(was), New: is}
			h.Events = names
		}
	}
	if flag, ok := typed["is_active"]; ok {
		active, err := Flag.check(Field{}, cmp.Or(flag, "no")) // a form does not send an empty box
		if err != nil {
			refused.add("is_active", err.Error())
		} else if is := active != ""; is != h.IsActive {
			changes["is_active"] = Change{Old: h.IsActive, New: is}
			h.IsActive = is
		}
	}
	if len(refused.Fields) > 0 {
		return nil, refused
	}
	return changes, nil
}

// CreateWebhook creates a webhook, and returns it and its secret, which is shown only now. typed
// has url, event and is_active, see applyWebhook. It returns Invalid, or KeyLost.
func (d *DB) CreateWebhook(ctx context.Context, by Actor, typed Fields) (h Webhook, secret string, err error) {
	id := newID()
	err = d.writeWebhook(ctx, by, func(t *tx) error {
		h := Webhook{ID: id}
		changes, err := applyWebhook(&h, typed.with("url", "event"))
		if err != nil {
			return err
		}
		var n int
		if err := t.QueryRow("SELECT count(*) FROM webhooks").Scan(&n); err != nil {
			return err
		}
		if n >= mostWebhooks {
			return invalid("url", "There are %d webhooks already. Delete one that is not needed first", n)
		}
		sealed, made, err := d.newSecret(t, id)
		if err != nil {
			return err
		}
		secret = made
		_, err = t.Exec(`
			INSERT INTO webhooks (id, user_id, url, events, is_active, secret, secret_since, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			id, orNull(t.by.UserID), h.URL, strings.Join(h.Events, " "), h.IsActive, sealed, stamp(t.now), stamp(t.now))
		if err != nil {
			return err
		}
		if err := t.recordWebhook("create_webhook", h, details{"changes": changes}); err != nil {
			return err
		}
		return t.followFromNow(id)
	})
	if err != nil {
		return Webhook{}, "", fmt.Errorf("create webhook: %w", err)
	}
	h, err = d.Webhook(ctx, by, id)
	return h, secret, err
}

// newSecret returns a new secret of a webhook, and the same one sealed.
func (d *DB) newSecret(t *tx, id string) (sealed []byte, secret string, err error) {
	key, err := d.keyToSeal(t)
	if err != nil {
		return nil, "", err
	}
	secret = secrets.NewWebhookSecret()
	sealed, err = secrets.Seal(key, secret, secretPurpose+id)
	return sealed, secret, err
}

// UpdateWebhook changes what was typed, see applyWebhook. Whoever switches it on becomes its maker;
// what happened while it was off is not sent. If version is not the current one, typed["was"] says what the
// form was made on, see settle. It returns ErrNotFound, Invalid, or Conflict.
func (d *DB) UpdateWebhook(ctx context.Context, by Actor, id string, version int, typed Fields) (Webhook, error) {
	err := d.changeWebhook(ctx, by, id, func(t *tx, h Webhook) error {
		stored, was := h, h.IsActive
		changes, err := applyWebhook(&h, typed)
		if err == nil && stored.Version != version {
			var rest Fields
			if rest, err = settle(typed, stored.Values(), h.Values(), func() error { return t.conflict("webhook", id) }); err == nil {
				h = stored
				changes, err = applyWebhook(&h, rest)
			}
		}
		if err != nil || len(changes) == 0 {
			return err
		}
		_, err = t.Exec("UPDATE webhooks SET url = ?1, events = ?2, is_active = ?3, off_because = iif(?3, NULL, off_because),"+
			" version = version + 1 WHERE id = ?4", h.URL, strings.Join(h.Events, " "), h.IsActive, id)
		if err != nil {
			return err
		}
		if err := t.recordWebhook("update_webhook", h, details{"changes": changes}); err != nil || was || !h.IsActive {
			return err
		}
		if _, err := t.Exec("UPDATE webhooks SET user_id = ? WHERE id = ?", orNull(t.by.UserID), id); err != nil {
			return err
		}
		return t.followFromNow(id)
	})
	if err != nil {
		return Webhook{}, err
	}
	return d.Webhook(ctx, by, id)
}

// changeWebhook runs change on a webhook in a transaction.
func (d *DB) changeWebhook(ctx context.Context, by Actor, id string, change func(*tx, Webhook) error) error {
	err := d.writeWebhook(ctx, by, func(t *tx) error {
		h, err := t.webhook(id)
		if err != nil {
			return err
		}
		return change(t, h)
	})
	if err != nil {
		return fmt.Errorf("change webhook %s: %w", id, err)
	}
	return nil
}

func (t *tx) webhook(id string) (Webhook, error) {
	return scanWebhook(t.QueryRow(selectWebhook(noCounts)+" WHERE webhooks.id = ?", id))
}

// RotateWebhookSecret gives a webhook a new secret and returns it. The previous one also signs
// for 24 hours. It returns ErrNotFound, or KeyLost.
func (d *DB) RotateWebhookSecret(ctx context.Context, by Actor, id string) (secret string, err error) {
	err = d.changeWebhook(ctx, by, id, func(t *tx, h Webhook) error {
		sealed, made, err := d.newSecret(t, id)
		if err != nil {
			return err
		}
		secret = made
		_, err = t.Exec(`
			UPDATE webhooks SET old_secret = secret, old_secret_until = ?, secret = ?, secret_since = ?, version = version + 1
			WHERE id = ?`, stamp(t.now.Add(oldSecretLife)), sealed, stamp(t.now), id)
		if err != nil {
			return err
		}
		return t.recordWebhook("rotate_secret", h, nil)
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// DeleteWebhook deletes a webhook with its deliveries. It returns ErrNotFound.
func (d *DB) DeleteWebhook(ctx context.Context, by Actor, id string) error {
	return d.changeWebhook(ctx, by, id, func(t *tx, h Webhook) error {
		if _, err := t.Exec("DELETE FROM webhooks WHERE id = ?", id); err != nil {
			return err
		}
		if _, err := t.Exec("DELETE FROM followers WHERE name = ?", id); err != nil {
			return err
		}
		return t.recordWebhook("delete_webhook", h, nil)
	})
}

// recordWebhook records an action on a webhook. The history names only the host of its address.
func (t *tx) recordWebhook(action string, h Webhook, said details) error {
	all := details{"name": h.Host()}
	for name, value := range said {
		all[name] = value
	}
	return t.record(action, "webhook", h.ID, all)
}

// TestWebhook sends a test to a webhook, whichever events it receives. It is tried once. It returns
// ErrNotFound, or Invalid if the webhook is off.
func (d *DB) TestWebhook(ctx context.Context, by Actor, id string) (deliveryID string, err error) {
	err = d.changeWebhook(ctx, by, id, func(t *tx, h Webhook) error {
		if err := h.mustBeOn(); err != nil {
			return err
		}
		data := `{"webhook_id":"` + h.ID + `"}`
		deliveryID = newDeliveryID()
		if err := t.insertDelivery(deliveryID, h.ID, WebhookEvent{Name: testEvent, At: t.now}, 0, data); err != nil {
			return err
		}
		return t.recordWebhook("test_webhook", h, details{"delivery": deliveryID})
	})
	return deliveryID, err
}

// SendAgain makes a delivery due now, with all the tries of a new one. It keeps its webhook-id. It
// returns ErrNotFound, or Invalid if the webhook is off.
func (d *DB) SendAgain(ctx context.Context, by Actor, id, deliveryID string) error {
	return d.changeWebhook(ctx, by, id, func(t *tx, h Webhook) error {
		if err := h.mustBeOn(); err != nil {
			return err
		}
		n, err := t.Exec("UPDATE deliveries SET state = 'waiting', step = 0, next_at = ? WHERE id = ? AND webhook_id = ?",
			stamp(t.now), deliveryID, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNotFound
		}
		return t.recordWebhook("send_again", h, details{"delivery": deliveryID})
	})
}

func (h Webhook) mustBeOn() error {
	if !h.IsActive {
		return invalid("is_active", "This webhook is switched off. Switch it on first")
	}
	return nil
}
