package db_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestAnInteractionIsFoundByItsWordsTogetherWithItsClients: what each typed text finds, the newest first.
func TestAnInteractionIsFoundByItsWordsTogetherWithItsClients(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	harbor, quay := o.NewOrganization(t, "Harbor & Pine"), o.NewOrganization(t, "Quay-Works")
	rory, sean := o.NewContact(t, "Rory", "Müller", "rory@tallow.example"), o.NewContact(t, "Seán", "O’Brien", "")
	jean, li := o.NewContact(t, "Jean-Luc", "Lefèvre", ""), o.NewContact(t, "小龍", "李", "")
	log := func(subject, body string, with db.Fields) db.Interaction {
		t.Helper()
		with["channel"], with["subject"], with["body"], with["happened_at"] = "note", subject, body, ""
		return must(o.LogInteraction(ctx, o.Tomas, with, ""))(t)
	}
	must(o.LinkContact(ctx, o.Tomas, db.NewLink{OrganizationID: harbor.ID, ContactID: sean.ID}))(t)
	quote := log("Quote 18 sent", "", db.Fields{"contact_id": rory.ID})
	log("Quote 18 sent again", "", db.Fields{"organization_id": harbor.ID, "contact_id": sean.ID})
	log("Figures", "The price is in quote 19.", db.Fields{"organization_id": quay.ID, "participant_id": rory.ID + " " + jean.ID})
	log("Rory has quote 18", "", db.Fields{"organization_id": quay.ID})
	log("Quote 20", "", db.Fields{"contact_id": li.ID})
	check := func(by db.Actor, typed string, subjects ...string) {
		t.Helper()
		_, _, interactions := found(t, o, by, typed)
		want(t, typed, strings.Join(interactions, "|"), strings.Join(subjects, "|"))
		page, _, err := o.SearchInteractions(ctx, by, typed, "", 1)
		if err != nil || len(page) != min(1, len(subjects)) {
			t.Errorf("%s: the first page has %v, %v", typed, page, err)
		}
	}
	check(o.Lea, "quote 18 rory", "Rory has quote 18", "Quote 18 sent")
	check(o.Lea, "rory quote 18", "Rory has quote 18", "Quote 18 sent")
	check(o.Lea, "QUOTE 18 ror", "Rory has quote 18", "Quote 18 sent")
	check(o.Lea, "quote rory müller", "Figures", "Quote 18 sent")
	check(o.Lea, "quote rory mueller", "Figures", "Quote 18 sent")
	check(o.Lea, "quote 18 harbor", "Quote 18 sent again")
	check(o.Lea, "harbor and pine quote", "Quote 18 sent again")
	check(o.Lea, "harbor & pine ltd quote", "Quote 18 sent again")
	check(o.Lea, "quote 18 sean harbor", "Quote 18 sent again")
	check(o.Lea, "quote obrien", "Quote 18 sent again")
	check(o.Lea, "quote o'brien", "Quote 18 sent again")
	check(o.Lea, "price quote jean-luc", "Figures")
	check(o.Lea, "price luc", "Figures")
	check(o.Lea, "works price", "Figures")
	check(o.Lea, "quote 小龍", "Quote 20")
	check(o.Lea, "quote 19 sean")     // that was with somebody else
	check(o.Lea, "quote uay")         // in the name, but no word of it begins so
	check(o.Lea, "quote tallow")      // not in the name
	check(o.Lea, "works in")          // a word of every text
	check(o.Lea, "rory müller")       // nothing that was said
	check(o.Lea, "harbor pine works") // of two clients

	rory = must(o.UpdateContact(ctx, o.Tomas, rory.ID, rory.Version, db.Fields{"first_name": "Robin"}))(t)
	check(o.Lea, "quote 18 rory", "Rory has quote 18")
	check(o.Lea, "quote 18 robin", "Quote 18 sent")
	must(o.UpdateInteraction(ctx, o.Tomas, quote.ID, quote.Version, db.Fields{"contact_id": jean.ID}))(t)
	check(o.Lea, "quote 18 robin")
	check(o.Lea, "quote 18 jean", "Quote 18 sent")
	must(o.ArchiveContact(ctx, o.Tomas, jean.ID, jean.Version))(t)
	check(o.Lea, "quote 18 jean", "Quote 18 sent")
	must(o.DeleteInteraction(ctx, o.Tomas, quote.ID, quote.Version+1))(t)
	check(o.Lea, "quote 18 jean")

	// Somebody who sees only their own clients finds it by the names of those, whoever else was there.
	own := o.Lea
	own.OwnOnly = true
	check(own, "quote 19 robin")
	must(o.UpdateContact(ctx, o.Tomas, rory.ID, rory.Version, db.Fields{"owner_user_id": own.UserID}))(t)
	for _, mine := range []string{"Jean Works", "Robin Works"} { // that clients of theirs have the names tells nothing of others
		must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": mine, "owner_user_id": own.UserID}, ""))(t)
	}
	check(own, "quote 19 robin", "Figures")
	check(own, "figures price", "Figures")
	check(own, "quote 19 jean")
	check(own, "quote 19 works")
	check(own, "quote 19 robin works")
	own.May = []db.Permission{db.ViewClient}
	check(own, "quote 19 robin")
}

// TestAnOldInteractionIsFoundWithItsClient: more newer ones than a search checks have the words, and those of the client
// that have them are shown in pages.
func TestAnOldInteractionIsFoundWithItsClient(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	rory, acme := o.NewContact(t, "Rory", "Quinn", ""), o.Acme(t)
	must(o.LogInteraction(ctx, o.Tomas, db.Fields{"channel": "call", "subject": "Talk", "contact_id": rory.ID, "happened_at": ""}, ""))(t)
	for i := range 5 {
		must(o.LogInteraction(ctx, o.Tomas,
			db.Fields{"channel": "call", "subject": fmt.Sprint("Quote ", i), "contact_id": rory.ID, "happened_at": ""}, ""))(t)
	}
	for range 120 {
		o.Clock.Add(time.Minute)
		must(o.LogInteraction(ctx, o.Tomas, db.Fields{"channel": "call", "subject": "Quote", "organization_id": acme.ID, "happened_at": ""}, ""))(t)
	}
	own := o.Lea
	own.OwnOnly = true
	must(o.UpdateContact(ctx, o.Tomas, rory.ID, rory.Version, db.Fields{"owner_user_id": own.UserID}))(t)
	for who, by := range map[string]db.Actor{"all": o.Lea, "own": own} {
		var subjects []string
		for before, more := "", true; more; more = before != "" {
			page, older, err := o.SearchInteractions(ctx, by, "quote rory", before, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range page {
				subjects = append(subjects, i.Subject)
			}
			before = older
		}
		want(t, who, strings.Join(subjects, ", "), "Quote 4, Quote 3, Quote 2, Quote 1, Quote 0")
	}
}
