package api

import (
	"context"
	"errors"

	"clientregistry/db"
)

// EventData returns a function for the data of a webhook's events, as JSON: the record, link,
// interaction or follow-up as the API shows it to the webhook's maker, and of what is gone its IDs.
func EventData(d *db.DB) db.EventData {
	return func(ctx context.Context, by db.Actor, e db.WebhookEvent) ([]byte, error) {
		var w writer
		err := db.ErrNotFound
		if !e.Gone {
			err = w.event(ctx, d, by, e)
		}
		if errors.Is(err, db.ErrNotFound) {
			w.b = w.b[:0]
			w.eventIDs(e)
			err = nil
		}
		return w.b, err
	}
}

// event writes what an event is about, as it is now. It returns db.ErrNotFound if that is gone.
func (w *writer) event(ctx context.Context, d *db.DB, by db.Actor, e db.WebhookEvent) error {
	switch e.Kind {
	case organizations.Noun, contacts.Noun:
		k := organizations
		if e.Kind == contacts.Noun {
			k = contacts
		}
		r, err := k.read(d, ctx, by, e.ID)
		w.record(&r, &by)
		return err
	case "link":
		return w.linkEvent(ctx, d, by, e)
	case "interaction":
		i, err := d.Interaction(ctx, by, e.ID)
		w.interaction(&i)
		return err
	case "follow_up":
		f, err := d.FollowUp(ctx, by, e.ID)
		w.followUp(&f)
		return err
	}
	w.object(func() {
		w.string("id", e.ID)
		w.string("action", e.Action)
		w.number("count", e.Count)
	})
	return nil
}

// linkEvent writes a link with the records at both ends.
func (w *writer) linkEvent(ctx context.Context, d *db.DB, by db.Actor, e db.WebhookEvent) error {
	l, err1 := d.Link(ctx, by, e.OrganizationID, e.ContactID)
	organization, err2 := d.Organization(ctx, by, e.OrganizationID)
	contact, err3 := d.Contact(ctx, by, e.ContactID)
	w.object(func() {
		w.key(organizations.Noun)
		w.record(&organization, &by)
		w.key(contacts.Noun)
		w.record(&contact, &by)
		w.linkFields(&l)
	})
	return errors.Join(err1, err2, err3)
}

// eventIDs writes the IDs of what is gone.
func (w *writer) eventIDs(e db.WebhookEvent) {
	w.object(func() {
		if e.Kind != "link" {
			w.string("id", e.ID)
		}
		if e.Kind != organizations.Noun && e.Kind != contacts.Noun {
			w.text("organization_id", e.OrganizationID)
			w.text("contact_id", e.ContactID)
		}
	})
}
