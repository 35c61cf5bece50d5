package db_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

func TestAHistorySpeaksInNames(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	must(o.UpdateOrganization(t.Context(), o.Ines, acme.ID, 1, db.Fields{"owner_user_id": o.Lea.UserID}))(t)
	must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{
		OrganizationID: acme.ID, ContactID: maya.ID, Typed: db.Fields{"role_label": "CFO"},
	}))(t)
	must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
		"channel": "call", "subject": "Renewal", "contact_id": maya.ID, "organization_id": acme.ID,
	}, ""))(t)
	entries, older, err := o.History(t.Context(), o.Lea, "organization", acme.ID, db.HistoryPage{})
	if err != nil || len(entries) != 4 || older != 0 {
		t.Fatal(entries, older, err)
	}
	call, link, update := entries[0], entries[1], entries[2]
	want(t, "call", call.Action+" "+call.Subject+" "+call.Contact, "create_interaction Renewal Maya Okafor")
	want(t, "link", link.Action+" "+link.RoleLabel+" "+link.Contact, "link_contact CFO Maya Okafor")
	change := update.Changes[0]
	want(t, "update", fmt.Sprint(update.UserName, len(update.Changes), change.Column, change.Label, change.Old, change.New, change.Back),
		"Ines Calder1owner_user_idOwnerLéa Fournier<nil>")
	want(t, "stored", change.Was+" to "+change.Is, " to "+o.Lea.UserID)
	entries, _, err = o.History(t.Context(), o.Lea, "contact", maya.ID, db.HistoryPage{Before: -5})
	if err != nil || len(entries) != 3 || entries[0].Organization != "Acme" {
		t.Error(entries, err)
	}
}

func TestAHistoryIsWalkedInPages(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, beta := o.Acme(t), o.NewOrganization(t, "Beta")
	for n := range 120 {
		if n%2 == 0 {
			o.Call(t, acme, "")
			o.Call(t, beta, "")
		} else {
			must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, n/2+1, db.Fields{"sector": fmt.Sprint(n)}))(t)
		}
	}
	var before, last int64
	var seen int
	for {
		page, older, err := o.History(t.Context(), o.Tomas, "organization", acme.ID, db.HistoryPage{Before: before})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page {
			if last != 0 && e.Seq >= last {
				t.Fatal("out of order or listed twice")
			}
			last = e.Seq
			seen++
		}
		if older == 0 {
			break
		}
		before = older
	}
	want(t, "entries", seen, 121)
}

func TestTheHistoryOfNothingIsEmptyAndOfAnotherKindNotFound(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for _, id := range []string{"", "x\x00", "\xff"} {
		if page, _, err := o.History(t.Context(), o.Ines, "organization", id, db.HistoryPage{Before: 1 << 62}); err != nil || len(page) != 0 {
			t.Error(page, err)
		}
	}
	if _, _, err := o.History(t.Context(), o.Ines, "user", o.Ines.UserID, db.HistoryPage{}); !errors.Is(err, db.ErrNotFound) {
		t.Error(err)
	}
}

func TestAnErasedRowStaysInTheHistoryWithoutItsContent(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	maya := o.Maya(t)
	o.Exec(t, `UPDATE audit_logs SET metadata = '{"erased": true}' WHERE target_id = ?`, maya.ID)
	page, _, err := o.History(t.Context(), o.Ines, "contact", maya.ID, db.HistoryPage{})
	if err != nil || len(page) != 1 || len(page[0].Changes) != 0 {
		t.Error(page, err)
	}
}

// offered lists what a history offers to undo, as "field=old value" or as an action, newest first.
func offered(t *testing.T, o *dbtest.Office, by db.Actor, kind, id string) string {
	t.Helper()
	page, _, err := o.History(t.Context(), by, kind, id, db.HistoryPage{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range page {
		if e.Undo {
			all = append(all, e.Action)
		}
		for _, c := range e.Changes {
			if c.Back != nil {
				all = append(all, c.Column+"="+*c.Back)
			}
		}
	}
	return fmt.Sprint(all)
}

// TestWhatSomebodyHadIsGivenBackToThemAfterTheyLeft, by whoever takes a change back. A form gives them nothing, and nobody gets what
// they never had.
func TestWhatSomebodyHadIsGivenBackToThemAfterTheyLeft(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	ctx := t.Context()
	colleague := func(email string) string {
		return must(o.CreateUser(ctx, db.System, db.NewUser{Email: email, FullName: email, Role: "Manager", Hash: "x"}))(t).ID
	}
	had, never := colleague("had@a.example"), colleague("never@a.example")
	acme, maya := o.Acme(t), o.Maya(t)
	call := o.Call(t, acme, "")
	step := must(o.AddFollowUp(ctx, o.Tomas, call.ID, db.Fields{"text": "Write", "due_on": "2026-12-01"}))(t)
	for column, x := range map[string]func(by db.Actor, typed db.Fields) error{
		"owner_user_id": func(by db.Actor, typed db.Fields) error {
			_, err := o.UpdateOrganization(ctx, by, acme.ID, db.Latest, typed)
			return err
		},
		"owner_user_id of a contact": func(by db.Actor, typed db.Fields) error {
			_, err := o.UpdateContact(ctx, by, maya.ID, db.Latest, typed)
			return err
		},
		"user_id": func(by db.Actor, typed db.Fields) error {
			_, err := o.UpdateInteraction(ctx, by, call.ID, db.Latest, typed)
			return err
		},
		"assignee_id": func(by db.Actor, typed db.Fields) error {
			_, err := o.UpdateFollowUp(ctx, by, step.ID, db.Latest, typed)
			return err
		},
	} {
		set := func(by db.Actor, id string) error {
			name, _, _ := strings.Cut(column, " ")
			return x(by, db.Fields{name: id})
		}
		if err := errors.Join(set(o.Tomas, had), set(o.Tomas, o.Tomas.UserID)); err != nil {
			t.Fatal(column, err)
		}
		o.Exec(t, "UPDATE users SET status = 'disabled' WHERE id IN (?, ?)", had, never)
		back := o.Tomas
		back.TakesBack = true
		for _, refused := range []error{set(o.Tomas, had), set(back, never), set(back, "01a229fd-0000-7000-8000-000000000000")} {
			if !errors.As(refused, new(*db.Invalid)) {
				t.Errorf("%s: %v", column, refused)
			}
		}
		if err := set(back, had); err != nil {
			t.Errorf("%s is not given back: %v", column, err)
		}
		o.Exec(t, "UPDATE users SET status = 'active'")
	}
}

func TestAHistoryOffersWhatCanBeTakenBack(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	change := func(version int, f db.Fields) {
		t.Helper()
		must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, version, f))(t)
	}
	change(1, db.Fields{"sector": "Retail", "owner_user_id": o.Lea.UserID})
	change(2, db.Fields{"sector": "Media", "display_name": "Beta"})
	want(t, "two changes", offered(t, o, o.Tomas, "organization", acme.ID), "[display_name=Acme legal_name=Acme sector=Retail sector= owner_user_id=]")
	change(3, db.Fields{"sector": "Retail", "owner_user_id": ""})
	want(t, "what is so already is not offered", offered(t, o, o.Tomas, "organization", acme.ID),
		"[sector=Media owner_user_id="+o.Lea.UserID+" display_name=Acme legal_name=Acme sector=]")
	o.Exec(t, "UPDATE users SET status = 'disabled' WHERE id = ?", o.Lea.UserID)
	want(t, "an owner who is disabled since", offered(t, o, o.Tomas, "organization", acme.ID),
		"[sector=Media owner_user_id="+o.Lea.UserID+" display_name=Acme legal_name=Acme sector=]")
	for _, by := range []db.Actor{
		o.Lea,
		{UserID: o.Tomas.UserID, May: []db.Permission{db.ViewClient}},
		{UserID: o.Tomas.UserID, May: []db.Permission{db.ViewClient, db.ViewInteraction, db.EditInteraction}},
	} {
		want(t, "offered to who may not edit", offered(t, o, by, "organization", acme.ID), "[]")
	}

	must(o.ArchiveOrganization(t.Context(), o.Tomas, acme.ID, 4))(t)
	want(t, "archived", offered(t, o, o.Tomas, "organization", acme.ID)[:12], "[archive_org")
	must(o.RestoreOrganization(t.Context(), o.Tomas, acme.ID, 5))(t)
	want(t, "restored", offered(t, o, o.Tomas, "organization", acme.ID)[:13], "[restore_org ")
	page, _, err := o.History(t.Context(), o.Tomas, "organization", acme.ID, db.HistoryPage{})
	if err != nil || page[0].Version != 6 {
		t.Error(page[0], err)
	}

	must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{
		OrganizationID: acme.ID, ContactID: maya.ID, Typed: db.Fields{"role_label": "CFO"},
	}))(t)
	must(o.UpdateLink(t.Context(), o.Tomas, acme.ID, maya.ID, 1, db.Fields{"role_label": "CEO", "relationship_status": "Former"}))(t)
	want(t, "a link", offered(t, o, o.Tomas, "contact", maya.ID), "[role_label=CFO relationship_status=Active]")
	must(o.UnlinkContact(t.Context(), o.Tomas, acme.ID, maya.ID, 2))(t)
	want(t, "unlinked", offered(t, o, o.Tomas, "contact", maya.ID), "[unlink_contact]")
	again := must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID}))(t)
	must(o.UnlinkContact(t.Context(), o.Tomas, acme.ID, maya.ID, again.Version))(t)
	want(t, "unlinked twice", offered(t, o, o.Tomas, "contact", maya.ID), "[unlink_contact]")
	o.Exec(t, "DELETE FROM organizations WHERE id = ?", acme.ID)
	want(t, "the other end is gone", offered(t, o, o.Tomas, "contact", maya.ID), "[]")
}

func TestAHistoryOfAnInteractionOffersWhatCanBeTakenBack(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, beta := o.Acme(t), o.NewOrganization(t, "Beta")
	call := o.Call(t, acme, "2026-11-23T10:00")
	must(o.UpdateInteraction(t.Context(), o.Tomas, call.ID, 1,
		db.Fields{"subject": "Talk", "happened_at": "2026-11-22T10:00", "organization_id": beta.ID, "outcome": "Done"}))(t)
	want(t, "changed", offered(t, o, o.Tomas, "interaction", call.ID),
		"[subject=Renewal outcome= organization_id="+acme.ID+" happened_at=2026-11-23T10:00:00.000Z]")
	back := must(o.UpdateInteraction(t.Context(), o.Tomas, call.ID, 2, db.Fields{"happened_at": "2026-11-23T10:00:00.000Z"}))(t)
	want(t, "when it was", back.HappenedAt.Equal(call.HappenedAt), true)
	o.Exec(t, "DELETE FROM organizations WHERE id = ?", acme.ID)
	want(t, "its end is gone", offered(t, o, o.Tomas, "interaction", call.ID),
		"[happened_at=2026-11-22T10:00:00.000Z subject=Renewal outcome=]")
	must(o.DeleteInteraction(t.Context(), o.Tomas, call.ID, 3))(t)
	want(t, "deleted", offered(t, o, o.Tomas, "organization", beta.ID), "[delete_interaction]")
	by := o.Tomas
	by.May = []db.Permission{db.ViewClient, db.EditClient, db.ViewInteraction}
	want(t, "to who may not change it", offered(t, o, by, "organization", beta.ID), "[]")
	must(o.UndeleteInteraction(t.Context(), o.Tomas, call.ID))(t)
	want(t, "brought back", offered(t, o, o.Tomas, "organization", beta.ID), "[happened_at=2026-11-22T10:00:00.000Z subject=Renewal outcome=]")
}
