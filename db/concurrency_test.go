package db_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"

	"github.com/google/uuid"
)

// creators are the functions that take a request ID. Each returns what it created.
func creators(t *testing.T, o *dbtest.Office) map[string]func(by db.Actor, requestID string) (string, error) {
	acme := o.Acme(t)
	return map[string]func(by db.Actor, requestID string) (string, error){
		"organizations": func(by db.Actor, id string) (string, error) {
			x, err := o.CreateOrganization(t.Context(), by, db.Fields{"display_name": "Beta"}, id)
			return x.ID, err
		},
		"contacts": func(by db.Actor, id string) (string, error) {
			x, err := o.CreateContact(t.Context(), by, db.Fields{"first_name": "A", "last_name": "B"}, id)
			return x.ID, err
		},
		"interactions": func(by db.Actor, id string) (string, error) {
			x, err := o.LogInteraction(t.Context(), by, db.Fields{"channel": "call", "subject": "x", "organization_id": acme.ID}, id)
			return x.ID, err
		},
		"organization_contact": func(by db.Actor, id string) (string, error) {
			x, err := o.LinkContact(t.Context(), by, db.NewLink{
				OrganizationID: acme.ID, Contact: db.Fields{"first_name": "C", "last_name": "D"}, RequestID: id,
			})
			return x.OrganizationID + x.ContactID, err
		},
	}
}

func TestTheSameRequestMakesOneRecordHoweverOftenItComes(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	request := uuid.NewString() // the same ID for all kinds, each of which has its own
	for table, create := range creators(t, o) {
		before := len(o.Column(t, "SELECT 1 FROM "+table))
		made := must(create(o.Tomas, request))(t)
		o.Unchanged(t, func() {
			want(t, table+" again", must(create(o.Tomas, request))(t), made)
			want(t, table+" in capitals", must(create(o.Tomas, strings.ToUpper(request)))(t), made)
		})
		want(t, table, len(o.Column(t, "SELECT 1 FROM "+table)), before+1)
		if by := must(create(o.Ines, request))(t); by == made {
			t.Error(table, "another user's request of the same id counts as this one's")
		}
		for _, none := range []string{"", "x", "\x00", request + "0"} {
			if another := must(create(o.Tomas, none))(t); another == made {
				t.Errorf("%s: the request id %q counts", table, none)
			}
		}
	}
}

func TestTheSameRequestEightTimesAtOnceMakesOneRecord(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for table, create := range creators(t, o) {
		before := len(o.Column(t, "SELECT 1 FROM "+table))
		request := uuid.NewString()
		answers := make(chan string)
		for range 8 {
			go func() {
				made, err := create(o.Tomas, request)
				if err != nil {
					made = err.Error()
				}
				answers <- made
			}()
		}
		first := <-answers
		for range 7 {
			want(t, "answer", <-answers, first)
		}
		want(t, table, len(o.Column(t, "SELECT 1 FROM "+table)), before+1)
	}
}

func TestARefusedRequestMayComeAgainCorrected(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	request := uuid.NewString()
	_, err := o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": ""}, request)
	wantInvalid(t, err, "display_name")
	must(o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": "Beta"}, request))(t)
}

func TestSixteenWritersAtOnceAreNeverTurnedAway(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	// Another process writes to the same file meanwhile.
	beside := must(db.Open(t.Context(), o.Path, db.Options{Now: o.Clock.Now}))(t)
	defer beside.Close()
	errs := make(chan error)
	const writers, rounds = 16, 4
	for w := range writers {
		d := []*db.DB{o.DB, o.DB, o.DB, beside}[w%4]
		go func() {
			var err error
			for range rounds {
				_, failed := d.LogInteraction(t.Context(), o.Tomas, db.Fields{"channel": "call", "subject": "x", "organization_id": acme.ID}, "")
				_, _, unread := d.Interactions(t.Context(), o.Tomas, db.InteractionFilter{OrganizationID: acme.ID})
				err = errors.Join(err, failed, unread)
			}
			errs <- err
		}()
	}
	for range writers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	want(t, "interactions", o.Column(t, "SELECT count(*) FROM interactions")[0], fmt.Sprint(writers*rounds))
	want(t, "rows in the history", checkChain(t, o), 3+1+writers*rounds)
}

func TestOfTwoChangesAtOnceOneWins(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	errs := make(chan error)
	for n := range 8 {
		go func() {
			_, err := o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 1, db.Fields{"sector": fmt.Sprint(n)})
			errs <- err
		}()
	}
	var won int
	for range 8 {
		if err := <-errs; err == nil {
			won++
		} else {
			wantConflict(t, err)
		}
	}
	want(t, "won", won, 1)
	want(t, "version", must(o.Organization(t.Context(), o.Tomas, acme.ID))(t).Version, 2)
}
