package db_test

import (
	"errors"
	"fmt"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"

	"github.com/google/uuid"
)

// creating is a use case that takes a request ID: it creates something with a word, and delete
// deletes that.
type creating struct {
	table  string
	create func(word, requestID string) (made string, err error)
	delete func(made string)
}

func creatings(t *testing.T, o *dbtest.Office) map[string]creating {
	acme, maya := o.Acme(t), o.Maya(t)
	var link db.Link
	return map[string]creating{
		"organization": {
			"organizations", func(word, id string) (string, error) {
				x, err := o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": "Beta", "sector": word}, id)
				return x.ID, err
			}, func(made string) { o.Exec(t, "DELETE FROM organizations WHERE id = ?", made) },
		},
		"contact": {
			"contacts", func(word, id string) (string, error) {
				x, err := o.CreateContact(t.Context(), o.Tomas, db.Fields{"first_name": "A", "last_name": word, "email": "a@b.example"}, id)
				return x.ID, err
			}, func(made string) { o.Exec(t, "DELETE FROM contacts WHERE id = ?", made) },
		},
		"interaction": {
			"interactions", func(word, id string) (string, error) {
				x, err := o.LogInteraction(t.Context(), o.Tomas, db.Fields{"channel": "call", "subject": word, "organization_id": acme.ID}, id)
				return x.ID, err
			}, func(made string) { must(o.DeleteInteraction(t.Context(), o.Tomas, made, 1))(t) },
		},
		"next step": {
			"interactions", func(word, id string) (string, error) {
				typed := db.Fields{
					"channel": "call", "subject": "x", "organization_id": acme.ID, "follow_up_text": word, "follow_up_due_on": "2026-11-30",
				}
				x, err := o.LogInteraction(t.Context(), o.Tomas, typed, id)
				return x.ID, err
			}, func(made string) { must(o.DeleteInteraction(t.Context(), o.Tomas, made, 1))(t) },
		},
		"link": {
			"organization_contact", func(word, id string) (string, error) {
				var err error
				link, err = o.LinkContact(t.Context(), o.Tomas,
					db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID, Typed: db.Fields{"role_label": word}, RequestID: id})
				return fmt.Sprint(link.OrganizationID, " ", link.ContactID), err
			}, func(string) { must(o.UnlinkContact(t.Context(), o.Tomas, acme.ID, maya.ID, 1))(t) },
		},
		"view": {
			"saved_views WHERE deleted_at IS NULL", func(word, id string) (string, error) {
				x, err := o.CreateSavedView(t.Context(), o.Tomas, db.SavedView{List: "organizations", Name: word, Query: "sector=x"}, id)
				return x.ID, err
			}, func(made string) { must(o.DeleteSavedView(t.Context(), o.Tomas, made))(t) },
		},
		"batch": {
			"audit_logs WHERE action = 'batch_organizations'", func(word, id string) (string, error) {
				plan, err := o.RunBatch(t.Context(), o.Tomas,
					db.Batch{Kind: "organization", IDs: []string{acme.ID}, Action: "set_sector", Typed: db.Fields{"sector": word}, RequestID: id})
				return plan.ID, err
			}, func(made string) { must(o.UndoBatch(t.Context(), o.Tomas, made))(t) },
		},
	}
}

// TestARequestThatSaysSomethingElseIsRefused: the answer to a form was lost, and it is sent again
// with a corrected word.
func TestARequestThatSaysSomethingElseIsRefused(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for kind, c := range creatings(t, o) {
		request := uuid.NewString()
		made := must(c.create("first", request))(t)
		o.Unchanged(t, func() {
			want(t, kind+" again", must(c.create(" fi\u200brst\r\n", request))(t), made)
			_, err := c.create("second", request)
			var repeated *db.Repeated
			if !errors.As(err, &repeated) {
				t.Errorf("%s: the second text is %v", kind, err)
				return
			}
			want(t, kind+" made first", repeated.ID, made)
			want(t, kind+" made at", repeated.At, o.Clock.Now())
		})
		c.delete(made)
	}
}

// TestARequestWhoseWorkIsGoneMakesItAnew: if what it created has been deleted, it is created again,
// and later repetitions are compared with the new content.
func TestARequestWhoseWorkIsGoneMakesItAnew(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for kind, c := range creatings(t, o) {
		request := uuid.NewString()
		c.delete(must(c.create("first", request))(t))
		before := len(o.Column(t, "SELECT 1 FROM "+c.table))
		made := must(c.create("second", request))(t)
		want(t, kind, len(o.Column(t, "SELECT 1 FROM "+c.table)), before+1)
		o.Unchanged(t, func() {
			want(t, kind+" again", must(c.create("second", request))(t), made)
			_, err := c.create("first", request)
			if repeated := (*db.Repeated)(nil); !errors.As(err, &repeated) {
				t.Errorf("%s: what was typed at first is %v", kind, err)
			}
		})
	}
}

// TestARequestThatComesAgainTellsNothingOutOfSight: what it created was given to somebody else and
// changed.
func TestARequestThatComesAgainTellsNothingOutOfSight(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	oda := o.Tomas
	oda.OwnOnly = true
	acme := db.Fields{"display_name": "Acme", "owner_user_id": oda.UserID}
	maya := db.Fields{"first_name": "Maya", "last_name": "Okafor", "email": "maya@acme.example", "owner_user_id": oda.UserID}
	request := uuid.NewString()
	organization := must(o.CreateOrganization(t.Context(), oda, acme, request))(t)
	contact := must(o.CreateContact(t.Context(), oda, maya, request))(t)
	link := db.NewLink{OrganizationID: organization.ID, ContactID: contact.ID, RequestID: request}
	must(o.LinkContact(t.Context(), oda, link))(t)
	must(o.LinkContact(t.Context(), oda, link))(t)

	away := db.Fields{"owner_user_id": "", "display_name": "Secret", "last_name": "Secret", "email": "secret@acme.example"}
	must(o.UpdateOrganization(t.Context(), o.Ines, organization.ID, 1, away))(t)
	must(o.UpdateContact(t.Context(), o.Ines, contact.ID, 1, away))(t)
	o.Unchanged(t, func() {
		for _, made := range []db.Record{
			must(o.CreateOrganization(t.Context(), oda, acme, request))(t), must(o.CreateContact(t.Context(), oda, maya, request))(t),
		} {
			want(t, "out of sight", made.OutOfSight, true)
			want(t, "name", made.Name(), map[string]string{organization.ID: "Acme", contact.ID: "Maya Okafor"}[made.ID])
			want(t, "version", made.Version, 1)
		}
		if l, err := o.LinkContact(t.Context(), oda, link); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("the link is %v, %v", l, err)
		}
	})
}
