package db_test

import (
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestUndoingALogTakesTheLinkThatItMade, and only that one: what was linked before, or changed or used since, stays, and what the
// person may not unlink or would lose sight by.
func TestUndoingALogTakesTheLinkThatItMade(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, since  func(o *dbtest.Office, acme, maya string)
		by             func(*db.Actor)
		made, unlinked bool
	}{
		"untouched": {made: true, unlinked: true},
		"linked before": {before: func(o *dbtest.Office, acme, maya string) {
			must(o.LinkContact(t.Context(), o.Ines, db.NewLink{OrganizationID: acme, ContactID: maya}))(t)
		}},
		"changed since": {made: true, since: func(o *dbtest.Office, acme, maya string) {
			must(o.UpdateLink(t.Context(), o.Ines, acme, maya, 1, db.Fields{"role_label": "Buyer"}))(t)
		}},
		"unlinked since": {since: func(o *dbtest.Office, acme, maya string) {
			must(o.UnlinkContact(t.Context(), o.Ines, acme, maya, 1))(t)
		}},
		"used since": {made: true, since: func(o *dbtest.Office, acme, maya string) { logged(t, o, o.Ines, acme, maya) }},
		"may not edit clients": {made: true, by: func(a *db.Actor) {
			a.May = []db.Permission{db.ViewClient, db.ViewInteraction, db.EditInteraction}
		}},
		"sees the contact by it only": {made: true, by: func(a *db.Actor) { a.OwnOnly = true }, since: func(o *dbtest.Office, _, maya string) {
			must(o.UpdateContact(t.Context(), o.Ines, maya, 1, db.Fields{"owner_user_id": o.Lea.UserID}))(t)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := dbtest.OpenOffice(t)
			own := db.Fields{"display_name": "Acme", "owner_user_id": o.Tomas.UserID}
			acme := must(o.CreateOrganization(t.Context(), o.Ines, own, ""))(t).ID
			maya := o.Maya(t).ID
			if c.before != nil {
				c.before(o, acme, maya)
			}
			call := logged(t, o, o.Tomas, acme, maya)
			if c.since != nil {
				c.since(o, acme, maya)
			}
			by := o.Tomas
			if c.by != nil {
				c.by(&by)
			}
			const links = "SELECT count(*) FROM organization_contact"
			had := o.Column(t, links)[0]
			gone, made, unlinked, err := o.UndoLog(t.Context(), by, call, 1)
			if err != nil {
				t.Fatal(err)
			}
			want(t, "the one that is gone", gone.ID, call)
			want(t, "a link was made", made != nil, c.made)
			want(t, "it is gone", unlinked, c.unlinked)
			if !c.unlinked {
				want(t, "links", o.Column(t, links)[0], had)
				return
			}
			want(t, "links", o.Column(t, links)[0], "0")
			last := o.Actions(t, acme)
			want(t, "the last row of Acme", last[len(last)-1], "unlink_contact")
			back := must(o.UndeleteInteraction(t.Context(), by, call))(t)
			want(t, "links of what came back", o.Column(t, links)[0], "1")
			_, _, unlinked, err = o.UndoLog(t.Context(), by, call, back.Version)
			if err != nil || !unlinked {
				t.Errorf("undone again: %v, %v", unlinked, err)
			}
		})
	}
}

// logged logs a call with both, which links them.
func logged(t *testing.T, o *dbtest.Office, by db.Actor, organization, contact string) string {
	t.Helper()
	return must(o.LogInteraction(t.Context(), by, db.Fields{
		"channel": "call", "subject": "Price", "organization_id": organization, "contact_id": contact, "happened_at": "", "link": "1",
	}, ""))(t).ID
}
