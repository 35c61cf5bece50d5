package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// keyed returns a context with the key of a program's request, and the key.
func keyed(t *testing.T, k db.Token, key, content string) (context.Context, db.IdempotencyKey) {
	t.Helper()
	x := db.IdempotencyKey{TokenID: k.ID, Key: key, ContentSHA256: strings.Repeat(content, 64)}
	return db.WithIdempotencyKey(t.Context(), x), x
}

// TestWhatARequestMadeIsFoundByItsKey: whatever the kind, and for as long as a key lasts.
func TestWhatARequestMadeIsFoundByItsKey(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	k, _ := token(t, o, o.Ines.UserID)
	acme, maya := o.NewOrganization(t, "Acme"), o.NewContact(t, "Maya", "Lind", "maya@x.example")
	call := must(o.LogInteraction(t.Context(), o.Ines, db.Fields{
		"channel": "call", "subject": "Renewal", "happened_at": "2026-11-24T08:00:00Z", "organization_id": acme.ID,
	}, ""))(t)
	for kind, do := range map[string]func(ctx context.Context) (string, error){
		"organization": func(ctx context.Context) (string, error) {
			r, err := o.CreateOrganization(ctx, o.Ines, db.Fields{"display_name": "Beta"}, "")
			return r.ID, err
		},
		"contact": func(ctx context.Context) (string, error) {
			r, err := o.CreateContact(ctx, o.Ines, db.Fields{"first_name": "Nils", "last_name": "Berg"}, "")
			return r.ID, err
		},
		"link": func(ctx context.Context) (string, error) {
			l, err := o.LinkContact(ctx, o.Ines, db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID})
			return l.OrganizationID + " " + l.ContactID, err
		},
		"interaction": func(ctx context.Context) (string, error) {
			i, err := o.LogInteraction(ctx, o.Ines, db.Fields{
				"channel": "call", "subject": "Renewal", "happened_at": "2026-11-24T08:00:00Z", "organization_id": acme.ID,
				"follow_up_text": "Call back", "follow_up_due_on": "2026-11-30",
			}, "")
			return i.ID, err
		},
		"follow-up": func(ctx context.Context) (string, error) {
			f, err := o.CreateFollowUp(ctx, o.Ines, db.Fields{"text": "Call back", "due_on": "2026-11-30"}, "")
			return f.ID, err
		},
		"next-step": func(ctx context.Context) (string, error) {
			f, err := o.AddFollowUp(ctx, o.Ines, call.ID, db.Fields{"text": "Call back", "due_on": "2026-11-30"})
			return f.ID, err
		},
		"": func(ctx context.Context) (string, error) {
			_, err := o.ArchiveContact(ctx, o.Ines, maya.ID, db.Latest)
			return "", err
		},
	} {
		ctx, x := keyed(t, k, "key-of-"+kind, "0")
		if _, err := o.DoneBefore(t.Context(), x); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%s: before it was done: %v", kind, err)
		}
		made := must(do(ctx))(t)
		want(t, kind, must(o.DoneBefore(t.Context(), x))(t), made)
		history := len(o.Column(t, "SELECT seq FROM audit_logs"))
		if _, err := do(ctx); err == nil {
			t.Errorf("%s: it was done again", kind)
		}
		want(t, kind+": rows of the history", len(o.Column(t, "SELECT seq FROM audit_logs")), history)
		_, other := keyed(t, k, x.Key, "1")
		if _, err := o.DoneBefore(t.Context(), other); !errors.Is(err, db.ErrKeyUsed) {
			t.Errorf("%s: with other content: %v", kind, err)
		}
	}
	_, x := keyed(t, k, "key-of-contact", "0")
	for _, c := range []struct {
		add   time.Duration
		known bool
	}{{7 * 24 * time.Hour, true}, {time.Millisecond, false}, {-8 * 24 * time.Hour, false}} {
		o.Clock.Add(c.add)
		_, err := o.DoneBefore(t.Context(), x)
		want(t, "known after another "+c.add.String(), err == nil, c.known)
	}
}
