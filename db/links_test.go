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

func TestALinkIsSeenFromBothSidesAndRecorded(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	l := must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{
		OrganizationID: acme.ID, ContactID: maya.ID, Typed: db.Fields{"role_label": " CFO "},
	}))(t)
	want(t, "role", l.RoleLabel, "CFO")
	want(t, "status", l.RelationshipStatus, "Active")
	want(t, "name", l.ContactName(), "Maya Okafor")
	want(t, "from the organization", must(o.ContactsOf(t.Context(), o.Lea, acme.ID))(t)[0], l)
	want(t, "from the contact", must(o.OrganizationsOf(t.Context(), o.Lea, maya.ID))(t)[0], l)
	want(t, "metadata", o.Column(t, "SELECT metadata FROM audit_logs WHERE action = 'link_contact'")[0],
		fmt.Sprintf(`{"contact_id":%q,"organization_id":%q,"relationship_status":"Active","role_label":"CFO"}`, maya.ID, acme.ID))
}

func TestANewContactIsMadeAndLinkedInOneStepOrNotAtAll(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	made := must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{
		OrganizationID: acme.ID, Contact: db.Fields{"first_name": "Maya", "last_name": "Okafor", "email": "maya@acme.example"},
	}))(t)
	want(t, "actions", fmt.Sprint(o.Actions(t, made.ContactID)), "[create_contact]")
	o.Unchanged(t, func() {
		_, err := o.LinkContact(t.Context(), o.Tomas, db.NewLink{
			OrganizationID: acme.ID, Contact: db.Fields{"first_name": "A"},
			Typed: db.Fields{"relationship_status": "Friend", "role_label": strings.Repeat("x", 121)},
		})
		wantInvalid(t, err, "last_name")
		wantInvalid(t, err, "relationship_status")
		wantInvalid(t, err, "role_label")
		_, err = o.LinkContact(t.Context(), o.Tomas, db.NewLink{
			OrganizationID: acme.ID, Contact: db.Fields{"first_name": "A", "last_name": "B", "email": "maya@acme.example"},
		})
		want(t, "taken by", wantInvalid(t, err, "email").Taken.ID, made.ContactID)
		_, err = o.LinkContact(t.Context(), o.Tomas, db.NewLink{
			OrganizationID: uuid.NewString(), Contact: db.Fields{"first_name": "A", "last_name": "B"},
		})
		if !errors.Is(err, db.ErrNotFound) {
			t.Error(err)
		}
		_, err = o.LinkContact(t.Context(), o.Tomas, db.NewLink{OrganizationID: acme.ID, ContactID: "nobody"})
		if !errors.Is(err, db.ErrNotFound) {
			t.Error(err)
		}
	})
}

func TestANewOrganizationIsMadeFromAContactsSide(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	maya := o.Maya(t)
	l := must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{ContactID: maya.ID, Organization: db.Fields{"display_name": "Beta"}}))(t)
	want(t, "organization", l.OrganizationName, "Beta")
}

func TestLinkingTwiceIsRefusedWithTheLinkThereIs(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	link := db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID}
	must(o.LinkContact(t.Context(), o.Tomas, link))(t)
	o.Unchanged(t, func() {
		_, err := o.LinkContact(t.Context(), o.Tomas, link)
		want(t, "linked", wantInvalid(t, err, "contact_id").Linked.ContactID, maya.ID)
	})
}

func TestLinkingCanRestoreAnArchivedEnd(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	must(o.ArchiveContact(t.Context(), o.Tomas, maya.ID, 1))(t)
	must(o.ArchiveOrganization(t.Context(), o.Tomas, acme.ID, 1))(t)
	l := must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID, Restore: true}))(t)
	want(t, "both are active", l.ContactActive && l.OrganizationActive, true)
	want(t, "actions", fmt.Sprint(o.Actions(t, maya.ID)), "[create_contact archive_contact restore_contact]")
}

func TestALinkIsEditedOnItsVersion(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID}))(t)
	l := must(o.UpdateLink(t.Context(), o.Ines, acme.ID, maya.ID, 1, db.Fields{"role_label": "CEO", "relationship_status": "Former"}))(t)
	want(t, "version", l.Version, 2)
	o.Unchanged(t, func() {
		must(o.UpdateLink(t.Context(), o.Tomas, acme.ID, maya.ID, 1, db.Fields{"role_label": "CEO"}))(t)
		_, err := o.UpdateLink(t.Context(), o.Tomas, acme.ID, maya.ID, 1, db.Fields{"role_label": "CFO"})
		want(t, "who", wantConflict(t, err).By, "Ines Calder")
		_, err = o.UnlinkContact(t.Context(), o.Tomas, acme.ID, maya.ID, 1)
		wantConflict(t, err)
		_, err = o.UpdateLink(t.Context(), o.Tomas, acme.ID, maya.ID, 2, db.Fields{"relationship_status": ""})
		wantInvalid(t, err, "relationship_status")
	})
	was := must(o.UnlinkContact(t.Context(), o.Tomas, acme.ID, maya.ID, 2))(t)
	want(t, "role it had", was.RoleLabel, "CEO")
	want(t, "links left", len(must(o.ContactsOf(t.Context(), o.Tomas, acme.ID))(t)), 0)
	want(t, "actions", fmt.Sprint(o.Actions(t, acme.ID)), "[create_org link_contact update_link unlink_contact]")
}

func TestFormerLinksStandLast(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	for _, c := range []struct{ last, status string }{{"Adams", "Former"}, {"Étienne", "Active"}, {"Zimmer", "Prospect"}, {"Eton", "Active"}} {
		must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{
			OrganizationID: acme.ID, Contact: db.Fields{"first_name": "A", "last_name": c.last}, Typed: db.Fields{"relationship_status": c.status},
		}))(t)
	}
	var order []string
	for _, l := range must(o.ContactsOf(t.Context(), o.Tomas, acme.ID))(t) {
		order = append(order, l.ContactLast)
	}
	want(t, "order", fmt.Sprint(order), "[Étienne Eton Zimmer Adams]")
}

// A stale editor of an earlier link must not change a new link of the same pair, however the pair
// was linked again.
func TestAPairLinkedAgainGoesOnFromTheVersionItHad(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	version := func() int { return must(o.Link(t.Context(), o.Tomas, acme.ID, maya.ID))(t).Version }
	batch := func(b db.Batch) func() {
		return func() {
			b.Action, b.Typed = "link", db.Fields{"organization_id": acme.ID, "contact_id": maya.ID, "role_label": "Advisor"}
			plan := must(o.RunBatch(t.Context(), o.Ines, b))(t)
			want(t, "linked", plan.Changes, 1)
		}
	}
	link := func() {
		must(o.LinkContact(t.Context(), o.Ines, db.NewLink{
			OrganizationID: acme.ID, ContactID: maya.ID, Typed: db.Fields{"role_label": "Advisor"},
		}))(t)
	}
	link()
	want(t, "first version", version(), 1)
	must(o.UpdateLink(t.Context(), o.Ines, acme.ID, maya.ID, 1, db.Fields{"role_label": "CFO"}))(t)
	for way, again := range map[string]func(){
		"by hand": link, "in a batch of organizations": batch(db.Batch{Kind: "organization", IDs: []string{acme.ID}}),
		"in a batch of contacts": batch(db.Batch{Kind: "contact", IDs: []string{maya.ID}}),
	} {
		had := version()
		must(o.UnlinkContact(t.Context(), o.Ines, acme.ID, maya.ID, had))(t)
		again()
		want(t, "version of the pair linked again "+way, version(), had+1)
		o.Unchanged(t, func() {
			for stale := 1; stale <= had; stale++ {
				_, err := o.UpdateLink(t.Context(), o.Tomas, acme.ID, maya.ID, stale, db.Fields{"role_label": "CEO"})
				want(t, "who", wantConflict(t, err).By, "Ines Calder")
				_, err = o.UnlinkContact(t.Context(), o.Tomas, acme.ID, maya.ID, stale)
				wantConflict(t, err)
			}
		})
		must(o.UpdateLink(t.Context(), o.Ines, acme.ID, maya.ID, had+1, db.Fields{"role_label": "CFO"}))(t)
	}
	// A change of only the status does not conflict with a change of the role.
	had := version()
	must(o.UpdateLink(t.Context(), o.Ines, acme.ID, maya.ID, had, db.Fields{"relationship_status": "Prospect"}))(t)
	must(o.UpdateLink(t.Context(), o.Tomas, acme.ID, maya.ID, had, db.Fields{"role_label": "CEO"}))(t)
	// A new pair starts at version 1.
	must(o.LinkContact(t.Context(), o.Ines, db.NewLink{OrganizationID: o.NewOrganization(t, "Beta").ID, ContactID: maya.ID}))(t)
	want(t, "others", fmt.Sprint(o.Column(t, "SELECT version FROM organization_contact ORDER BY version LIMIT 1")), "[1]")
}
