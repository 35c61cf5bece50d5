package db_test

import (
	"errors"
	"strings"
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
		"what was said before is with both since": {
			made: true, before: func(o *dbtest.Office, acme, _ string) { logged(t, o, o.Ines, acme, "") },
			since: func(o *dbtest.Office, acme, maya string) {
				said := o.Column(t, "SELECT id FROM interactions WHERE contact_id IS NULL")[0]
				must(o.UpdateInteraction(t.Context(), o.Ines, said, 1, db.Fields{"contact_id": maya}))(t)
			},
		},
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

// TestUndoingAnEditTakesTheLinkThatItMade by the same rules, and undoing that links again. What logging it linked stays.
func TestUndoingAnEditTakesTheLinkThatItMade(t *testing.T) {
	t.Parallel()
	edit := func(o *dbtest.Office, by db.Actor, id string, typed db.Fields) db.Interaction {
		return must(o.UpdateInteraction(t.Context(), by, id, db.Latest, typed))(t)
	}
	for name, c := range map[string]struct {
		logged         string // with this first name at first, "" for nobody
		before, since  func(o *dbtest.Office, acme, maya, call string)
		by             func(*db.Actor)
		links          string // those that are left
		made, unlinked bool
	}{
		"untouched":          {made: true, unlinked: true, links: ""},
		"instead of another": {logged: "Bo", made: true, unlinked: true, links: "Bo"},
		"other things changed": {made: true, unlinked: true, links: "", since: func(o *dbtest.Office, _, _, call string) {
			edit(o, o.Ines, call, db.Fields{"outcome": "Agreed"})
		}},
		"linked before": {links: "Maya", before: func(o *dbtest.Office, acme, maya, _ string) {
			must(o.LinkContact(t.Context(), o.Ines, db.NewLink{OrganizationID: acme, ContactID: maya}))(t)
		}},
		"linked by an earlier change": {logged: "Bo", links: "Bo Maya", before: func(o *dbtest.Office, _, maya, call string) {
			edit(o, o.Ines, call, db.Fields{"contact_id": maya, "link": "1"})
			edit(o, o.Ines, call, db.Fields{"contact_id": ""})
		}},
		"changed since": {made: true, links: "Maya", since: func(o *dbtest.Office, acme, maya, _ string) {
			must(o.UpdateLink(t.Context(), o.Ines, acme, maya, 1, db.Fields{"role_label": "Buyer"}))(t)
		}},
		"used since": {made: true, links: "Maya", since: func(o *dbtest.Office, acme, maya, _ string) { logged(t, o, o.Ines, acme, maya) }},
		"may not edit clients": {made: true, links: "Maya", by: func(a *db.Actor) {
			a.May = []db.Permission{db.ViewClient, db.ViewInteraction, db.EditInteraction}
		}},
		"sees the contact by it only": {
			made: true, links: "Maya", by: func(a *db.Actor) { a.OwnOnly = true }, since: func(o *dbtest.Office, _, maya, _ string) {
				must(o.UpdateContact(t.Context(), o.Ines, maya, 1, db.Fields{"owner_user_id": o.Lea.UserID}))(t)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := dbtest.OpenOffice(t)
			own := db.Fields{"display_name": "Acme", "owner_user_id": o.Tomas.UserID}
			acme := must(o.CreateOrganization(t.Context(), o.Ines, own, ""))(t).ID
			maya, was := o.Maya(t).ID, ""
			if c.logged != "" {
				was = o.NewContact(t, c.logged, "Berg", "").ID
			}
			call := logged(t, o, o.Tomas, acme, was)
			if c.before != nil {
				c.before(o, acme, maya, call)
				was = o.Column(t, "SELECT ifnull(contact_id, '') FROM interactions WHERE id = ?", call)[0]
			}
			edited := edit(o, o.Tomas, call, db.Fields{"contact_id": maya, "link": "1"})
			if c.since != nil {
				c.since(o, acme, maya, call)
			}
			by := o.Tomas
			if c.by != nil {
				c.by(&by)
			}
			links := func() string {
				return strings.Join(o.Column(t, "SELECT first_name FROM organization_contact JOIN contacts ON contacts.id = contact_id ORDER BY 1"), " ")
			}
			back, made, unlinked, err := o.UndoEdit(t.Context(), by, call, edited.Version, db.Fields{"contact_id": was})
			if err != nil {
				t.Fatal(err)
			}
			want(t, "the contact", back.ContactID, was)
			want(t, "a link was made", made != nil, c.made)
			want(t, "it is gone", unlinked, c.unlinked)
			want(t, "links", links(), c.links)
			if !c.unlinked {
				return
			}
			again, _, _, err := o.UndoEdit(t.Context(), by, call, back.Version, db.Fields{"contact_id": maya})
			want(t, "links of what came back", links(), strings.TrimSpace(c.links+" Maya"))
			_, _, unlinked, err2 := o.UndoEdit(t.Context(), by, call, again.Version, db.Fields{"contact_id": was})
			if err := errors.Join(err, err2); err != nil || !unlinked {
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
