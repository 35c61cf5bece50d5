package db_test

import (
	"errors"
	"strings"
	"testing"
	"time"

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
		"what was said before was with both": {made: true, unlinked: true, before: func(o *dbtest.Office, acme, maya string) {
			must(o.LogInteraction(t.Context(), o.Ines, db.Fields{
				"channel": "note", "subject": "Price", "organization_id": acme, "contact_id": maya,
			}, ""))(t)
		}},
		"may not edit clients": {made: true, by: mayNotEditClients},
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
			o.Clock.Add(time.Hour)
			call := logged(t, o, o.Tomas, acme, maya)
			o.Clock.Add(time.Hour)
			if c.since != nil {
				c.since(o, acme, maya)
			}
			by := o.Tomas
			if c.by != nil {
				c.by(&by)
			}
			const links = "SELECT count(*) FROM organization_contact"
			had := o.Column(t, links)[0]
			gone, made, err := o.UndoLog(t.Context(), by, call, 1)
			if err != nil {
				t.Fatal(err)
			}
			want(t, "the one that is gone", gone.ID, call)
			want(t, "a link was made", made.ContactID, map[bool]string{true: maya}[c.made])
			want(t, "it is gone", made.IsGone, c.unlinked)
			if !c.unlinked {
				want(t, "links", o.Column(t, links)[0], had)
				return
			}
			want(t, "links", o.Column(t, links)[0], "0")
			last := o.Actions(t, acme)
			want(t, "the last row of Acme", last[len(last)-1], "unlink_contact")
			back := must(o.UndeleteInteraction(t.Context(), by, call))(t)
			want(t, "links of what came back", o.Column(t, links)[0], "1")
			_, made, err = o.UndoLog(t.Context(), by, call, back.Version)
			if err != nil || !made.IsGone {
				t.Errorf("undone again: %v, %v", made.IsGone, err)
			}
		})
	}
}

// TestUndoingAnEditTakesTheLinkThatItMade by the same rules, and undoing that links again. What logging it or an earlier change
// linked stays.
func TestUndoingAnEditTakesTheLinkThatItMade(t *testing.T) {
	t.Parallel()
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
			edit(t, o, o.Ines, call, db.Fields{"outcome": "Agreed"})
		}},
		"linked before": {links: "Maya", before: func(o *dbtest.Office, acme, maya, _ string) {
			must(o.LinkContact(t.Context(), o.Ines, db.NewLink{OrganizationID: acme, ContactID: maya}))(t)
		}},
		"linked by an earlier change": {logged: "Bo", links: "Bo Maya", before: func(o *dbtest.Office, _, maya, call string) {
			edit(t, o, o.Ines, call, db.Fields{"contact_id": maya, "link": "1"})
			edit(t, o, o.Ines, call, db.Fields{"contact_id": ""})
		}},
		"linked by logging it": {logged: "Maya", links: "Maya", before: func(o *dbtest.Office, _, _, call string) {
			edit(t, o, o.Tomas, call, db.Fields{"contact_id": ""})
		}},
		"changed since": {made: true, links: "Maya", since: func(o *dbtest.Office, acme, maya, _ string) {
			must(o.UpdateLink(t.Context(), o.Ines, acme, maya, 1, db.Fields{"role_label": "Buyer"}))(t)
		}},
		"used since": {made: true, links: "Maya", since: func(o *dbtest.Office, acme, maya, _ string) {
			logged(t, o, o.Ines, acme, maya)
		}},
		"may not edit clients": {made: true, links: "Maya", by: mayNotEditClients},
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
			switch c.logged {
			case "":
			case "Maya":
				was = maya
			default:
				was = o.NewContact(t, c.logged, "Berg", "").ID
			}
			call := logged(t, o, o.Tomas, acme, was)
			o.Clock.Add(time.Hour)
			if c.before != nil {
				c.before(o, acme, maya, call)
				was = o.Column(t, "SELECT ifnull(contact_id, '') FROM interactions WHERE id = ?", call)[0]
			}
			o.Clock.Add(time.Hour)
			edited := edit(t, o, o.Tomas, call, db.Fields{"contact_id": maya, "link": "1"})
			o.Clock.Add(time.Hour)
			if c.since != nil {
				c.since(o, acme, maya, call)
			}
			by := o.Tomas
			if c.by != nil {
				c.by(&by)
			}
			links := func() string {
				return strings.Join(o.Column(t, `
					SELECT first_name FROM organization_contact JOIN contacts ON contacts.id = contact_id ORDER BY 1`), " ")
			}
			back, made, err := o.UndoEdit(t.Context(), by, call, edited.Version, db.Fields{"contact_id": was})
			if err != nil {
				t.Fatal(err)
			}
			want(t, "the contact", back.ContactID, was)
			want(t, "a link was made", made.ContactID, map[bool]string{true: maya}[c.made])
			want(t, "it is gone", made.IsGone, c.unlinked)
			want(t, "links", links(), c.links)
			if !c.unlinked {
				return
			}
			again, _, err := o.UndoEdit(t.Context(), by, call, back.Version, db.Fields{"contact_id": maya})
			want(t, "links of what came back", links(), strings.TrimSpace(c.links+" Maya"))
			_, made, err2 := o.UndoEdit(t.Context(), by, call, again.Version, db.Fields{"contact_id": was})
			if err := errors.Join(err, err2); err != nil || !made.IsGone {
				t.Errorf("undone again: %v, %v", made.IsGone, err)
			}
		})
	}
}

// TestUndoingAnEditLeavesOtherLinks: those of somebody else's change, and those of another change of one's own.
func TestUndoingAnEditLeavesOtherLinks(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, quay := o.Acme(t).ID, o.NewOrganization(t, "Quay").ID
	bo, maya := o.NewContact(t, "Bo", "Berg", "").ID, o.Maya(t).ID
	call := logged(t, o, o.Ines, acme, bo)
	undo := func(by db.Actor, typed db.Fields, gone, left string) {
		t.Helper()
		_, made, err := o.UndoEdit(t.Context(), by, call, db.Latest, typed)
		if err != nil {
			t.Fatal(err)
		}
		is := ""
		if made.IsGone {
			is = made.OrganizationName + "–" + made.ContactName()
		}
		want(t, "unlinked", is, gone)
		want(t, "links", pairs(t, o), left)
	}
	mayas := db.Fields{"contact_id": maya, "subject": "Offer", "link": "1"}
	edit(t, o, o.Ines, call, mayas)
	edit(t, o, o.Tomas, call, db.Fields{"organization_id": quay, "link": "1"})
	const all = "Acme–Bo Acme–Maya Quay–Maya"
	want(t, "links of all changes", pairs(t, o), all)
	undo(o.Ines, db.Fields{"subject": "Price"}, "", all)
	undo(o.Ines, db.Fields{"organization_id": acme}, "", all) // which was no change of theirs
	undo(o.Ines, db.Fields{"organization_id": quay}, "", all)
	undo(o.Ines, db.Fields{"contact_id": bo}, "Acme–Maya Okafor", "Acme–Bo Quay–Maya")
	undo(o.Ines, db.Fields{"contact_id": maya}, "", all)
	undo(o.Ines, db.Fields{"contact_id": bo}, "Acme–Maya Okafor", "Acme–Bo Quay–Maya")
	undo(o.Tomas, db.Fields{"organization_id": acme}, "Quay–Maya Okafor", "Acme–Bo")

	nils := o.NewContact(t, "Nils", "Dahl", "").ID
	edit(t, o, o.Ines, call, db.Fields{"contact_id": nils})
	undo(o.Ines, db.Fields{"contact_id": bo}, "", "Acme–Bo") // what was not unlinked is not linked again
	edit(t, o, o.Ines, call, mayas)
	undo(o.Ines, db.Fields{"contact_id": nils}, "", "Acme–Bo Acme–Maya") // not whom it was with before
	undo(o.Ines, db.Fields{"contact_id": bo}, "", "Acme–Bo Acme–Maya")   // not from whom it was with after
}

// TestUndoingAnUndoneEditLinksWhatOneMay, and is no error where one may not.
func TestUndoingAnUndoneEditLinksWhatOneMay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		by    func(*db.Actor)
		links string
	}{
		"sees both":            {func(*db.Actor) {}, "Acme–Maya"},
		"does not see Acme":    {func(a *db.Actor) { a.OwnOnly = true }, ""},
		"may not edit clients": {mayNotEditClients, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := dbtest.OpenOffice(t)
			own := db.Fields{"first_name": "Bo", "last_name": "Berg", "owner_user_id": o.Tomas.UserID}
			acme, bo := o.Acme(t).ID, must(o.CreateContact(t.Context(), o.Ines, own, ""))(t).ID
			own["first_name"] = "Maya"
			maya := must(o.CreateContact(t.Context(), o.Ines, own, ""))(t).ID
			call := must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
				"channel": "call", "subject": "Price", "organization_id": acme, "contact_id": bo,
			}, ""))(t).ID
			edit(t, o, o.Tomas, call, db.Fields{"contact_id": maya, "link": "1"})
			undo := func(by db.Actor, contact string) {
				t.Helper()
				i, _, err := o.UndoEdit(t.Context(), by, call, db.Latest, db.Fields{"contact_id": contact})
				if err != nil {
					t.Fatal(err)
				}
				want(t, "the contact", i.ContactID, contact)
			}
			undo(o.Tomas, bo)
			want(t, "links", pairs(t, o), "")
			by := o.Tomas
			c.by(&by)
			undo(by, maya)
			want(t, "links", pairs(t, o), c.links)
		})
	}
}

// TestUndoingALogAndRestoringItLinksTheSame, though the interaction is with somebody else meanwhile.
func TestUndoingALogAndRestoringItLinksTheSame(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t).ID
	call := logged(t, o, o.Tomas, acme, o.NewContact(t, "Bo", "Berg", "").ID)
	edit(t, o, o.Tomas, call, db.Fields{"contact_id": o.Maya(t).ID})
	_, made, err := o.UndoLog(t.Context(), o.Tomas, call, db.Latest)
	if err != nil || !made.IsGone {
		t.Fatal(made.IsGone, err)
	}
	want(t, "links", pairs(t, o), "")
	must(o.UndeleteInteraction(t.Context(), o.Tomas, call))(t)
	want(t, "links", pairs(t, o), "Acme–Bo")
	if _, made, err = o.UndoLog(t.Context(), o.Tomas, call, db.Latest); err != nil || !made.IsGone {
		t.Error("undone again", made.IsGone, err)
	}
}

// TestUndoingAnEditGivesItBackToAColleagueWhoHasLeft, without being told that something is taken back.
func TestUndoingAnEditGivesItBackToAColleagueWhoHasLeft(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	call := o.Call(t, o.Acme(t), "")
	edit(t, o, o.Ines, call.ID, db.Fields{"user_id": o.Ines.UserID})
	o.Exec(t, "UPDATE users SET status = 'disabled' WHERE id = ?", o.Tomas.UserID)
	i, _, err := o.UndoEdit(t.Context(), o.Ines, call.ID, db.Latest, db.Fields{"user_id": o.Tomas.UserID})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "handled by", i.UserID, o.Tomas.UserID)
}

// pairs returns who is linked to which organization.
func pairs(t *testing.T, o *dbtest.Office) string {
	t.Helper()
	return strings.Join(o.Column(t, "SELECT display_name || '–' || first_name FROM organization_contact "+
		"JOIN organizations ON organizations.id = organization_id JOIN contacts ON contacts.id = contact_id ORDER BY 1"), " ")
}

func mayNotEditClients(a *db.Actor) {
	a.May = []db.Permission{db.ViewClient, db.ViewInteraction, db.EditInteraction}
}

func edit(t *testing.T, o *dbtest.Office, by db.Actor, id string, typed db.Fields) db.Interaction {
	t.Helper()
	return must(o.UpdateInteraction(t.Context(), by, id, db.Latest, typed))(t)
}

// logged logs a call with both, which links them.
func logged(t *testing.T, o *dbtest.Office, by db.Actor, organization, contact string) string {
	t.Helper()
	return must(o.LogInteraction(t.Context(), by, db.Fields{
		"channel": "call", "subject": "Price", "organization_id": organization, "contact_id": contact, "happened_at": "", "link": "1",
	}, ""))(t).ID
}
