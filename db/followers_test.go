package db_test

import (
	"slices"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// follow reads all events after seq, a few at a time, and returns their actions.
func follow(t *testing.T, o *dbtest.Office, by db.Actor, seq int64) (actions []string, read int64) {
	t.Helper()
	for {
		events, now, err := o.Events(t.Context(), by, seq, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			actions = append(actions, e.Action)
		}
		if seq = now; len(events) < 2 {
			return actions, seq
		}
	}
}

func TestAFollowerReadsEachChangeOnce(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	_, seq := follow(t, o, o.Ines, 0)
	next := o.NextCommit()
	acme := o.Acme(t)
	<-next
	o.Call(t, acme, "2026-11-20T10:00")
	actions, read := follow(t, o, o.Ines, seq)
	want(t, "events", slices.Equal(actions, []string{"create_org", "create_interaction"}), true)
	again, _ := follow(t, o, o.Ines, read)
	want(t, "events again", len(again), 0)
}

func TestAFollowerReadsWhatItsViewerMaySee(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	_, seq := follow(t, o, o.Ines, 0)
	o.Call(t, o.Acme(t), "2026-11-20T10:00")
	for _, c := range []struct {
		by   db.Actor
		want []string
	}{
		{db.Actor{UserID: o.Lea.UserID}, nil},
		{db.Actor{UserID: o.Lea.UserID, May: []db.Permission{db.ViewClient}}, []string{"create_org"}},
		{db.Actor{UserID: o.Lea.UserID, May: []db.Permission{db.ViewClient, db.ViewInteraction}}, []string{"create_org", "create_interaction"}},
		{db.Actor{UserID: o.Lea.UserID, May: []db.Permission{db.ViewClient, db.ViewInteraction}, OwnOnly: true}, nil},
	} {
		got, _ := follow(t, o, c.by, seq)
		if !slices.Equal(got, c.want) {
			t.Errorf("%v reads %v, want %v", c.by.May, got, c.want)
		}
	}
	// Only readers of the audit log see sign-ins and accounts.
	all, _ := follow(t, o, db.Actor{UserID: o.Lea.UserID, May: []db.Permission{db.ViewClient, db.ViewInteraction}}, 0)
	want(t, "accounts", slices.ContainsFunc(all, func(a string) bool { return a == "create_user" }), false)
}

// TestWhatIsNoChangeIsNotTakenForOne: audit rows that change no record cause no conflict, and are
// in no history or list of recent work.
func TestWhatIsNoChangeIsNotTakenForOne(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 1, db.Fields{"sector": "Media"}))(t)
	maya := o.Maya(t)
	must(o.LinkContact(t.Context(), o.Ines, db.NewLink{
		OrganizationID: acme.ID, ContactID: maya.ID, Typed: db.Fields{"relationship_status": "Active"},
	}))(t)
	_, err := o.UpdateOrganization(t.Context(), o.Ines, acme.ID, 1, db.Fields{"sector": "Retail"})
	want(t, "who changed it last", wantConflict(t, err).By, "Tomás Brandt")
}
