package db_test

import (
	"errors"
	"fmt"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

func TestAHistorySpeaksInNames(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	must(o.UpdateOrganization(t.Context(), o.Ines, acme.ID, 1, db.Fields{"owner_user_id": o.Lea.UserID}))(t)
	must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID, Typed: db.Fields{"role_label": "CFO"}}))(t)
	must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{"channel": "call", "subject": "Renewal", "contact_id": maya.ID, "organization_id": acme.ID}, ""))(t)
	entries, older, err := o.History(t.Context(), o.Lea, "organization", acme.ID, 0)
	if err != nil || len(entries) != 4 || older != 0 {
		t.Fatal(entries, older, err)
	}
	call, link, update := entries[0], entries[1], entries[2]
	want(t, "call", call.Action+" "+call.Subject+" "+call.Contact, "create_interaction Renewal Maya Okafor")
	want(t, "link", link.Action+" "+link.RoleLabel+" "+link.Contact, "link_contact CFO Maya Okafor")
	want(t, "update", fmt.Sprint(update.UserName, update.Changes), "Ines Calder[{owner_user_id Owner  Léa Fournier}]")
	entries, _, err = o.History(t.Context(), o.Lea, "contact", maya.ID, -5)
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
		page, older, err := o.History(t.Context(), o.Tomas, "organization", acme.ID, before)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page {
			if last != 0 && e.Seq >= last {
				t.Fatal("out of order or twice")
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
		if page, _, err := o.History(t.Context(), o.Ines, "organization", id, 1<<62); err != nil || len(page) != 0 {
			t.Error(page, err)
		}
	}
	if _, _, err := o.History(t.Context(), o.Ines, "user", o.Ines.UserID, 0); !errors.Is(err, db.ErrNotFound) {
		t.Error(err)
	}
}

func TestAnErasedRowStaysInTheHistoryWithoutItsContent(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	maya := o.Maya(t)
	o.Exec(t, `UPDATE audit_logs SET metadata = '{"erased": true}' WHERE target_id = ?`, maya.ID)
	page, _, err := o.History(t.Context(), o.Ines, "contact", maya.ID, 0)
	if err != nil || len(page) != 1 || len(page[0].Changes) != 0 {
		t.Error(page, err)
	}
}
