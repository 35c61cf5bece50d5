package db_test

import (
	"fmt"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestOtherFieldsNeverHideANameThatWasTyped: more records than a search sorts, changed later, have
// the word in another field.
func TestOtherFieldsNeverHideANameThatWasTyped(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": "Big Harbor"}, ""))(t)
	old := must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": "Old Harbor"}, ""))(t)
	must(o.ArchiveOrganization(ctx, o.Tomas, old.ID, 1))(t)
	for _, first := range []string{"Harbor", "Jörg O'Harbor-"} {
		must(o.CreateContact(ctx, o.Tomas, db.Fields{"first_name": first, "last_name": "Zöllner"}, ""))(t)
	}
	for i := range 110 {
		name := fmt.Sprint("Firm ", i)
		must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": name, "legal_name": "Harbor Works"}, ""))(t)
		must(o.CreateContact(ctx, o.Tomas, db.Fields{"first_name": "Firm", "last_name": fmt.Sprint(i), "job_title": "Zoellner of the harbor"},
			""))(t)
		must(o.CreateContact(ctx, o.Tomas, db.Fields{"first_name": "Firm", "last_name": fmt.Sprint(i), "job_title": "Oharbor"}, ""))(t)
	}
	for typed, first := range map[string][]string{
		"harbor":         {"Big Harbor", "Old Harbor", "Firm 10"},
		"HAR":            {"Big Harbor", "Old Harbor", "Firm 10"},
		"zoellner harb":  {"Harbor Zöllner"},
		"zöllner harbor": {"Harbor Zöllner"},
		"oharbor":        {"Jörg O'Harbor- Zöllner"},
	} {
		organizations, contacts, _ := found(t, o, o.Tomas, typed)
		names := organizations
		if len(first) == 1 {
			names = contacts
		}
		for i, name := range first {
			if len(names) <= i || names[i] != name {
				t.Errorf("%s finds %d: %q", typed, len(names), names)
				break
			}
		}
	}
}

// TestAWholeWordOfANameIsFoundBehindWordsThatBeginWithIt: more newer records than a search compares with names
// have a longer word in another field, and more than it sorts have the word itself there.
func TestAWholeWordOfANameIsFoundBehindWordsThatBeginWithIt(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	old := must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": "Haus Berg"}, ""))(t)
	must(o.ArchiveOrganization(ctx, o.Tomas, old.ID, 1))(t)
	for i := range 1_010 {
		must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": fmt.Sprint("Firm ", i), "legal_name": "Bergmann"}, ""))(t)
	}
	must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": "Haus Bergstrasse"}, ""))(t)
	for range 110 {
		must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": "Firm", "legal_name": "Berg"}, ""))(t)
	}
	if names, _, _ := found(t, o, o.Tomas, "berg"); len(names) < 3 || names[0] != "Haus Berg" || names[1] != "Haus Bergstrasse" {
		t.Errorf("finds %d: %q", len(names), names)
	}
}

// TestAFirstNameIsFoundBehindRecordsThatHaveTheWordElsewhere: more newer ones than a search compares with names have it.
func TestAFirstNameIsFoundBehindRecordsThatHaveTheWordElsewhere(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	o.NewContact(t, "Martin Jan", "Zöllner", "")
	for range 1_010 {
		must(o.CreateContact(ctx, o.Tomas, db.Fields{"first_name": "Ann", "last_name": "Lee", "job_title": "Martin's assistant"}, ""))(t)
	}
	for _, typed := range []string{"martin", "Martin Jan"} {
		if _, names, _ := found(t, o, o.Tomas, typed); len(names) == 0 || names[0] != "Martin Jan Zöllner" {
			t.Errorf("%q finds %d: %q", typed, len(names), names)
		}
	}
}
