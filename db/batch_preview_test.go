package db_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"

	"github.com/google/uuid"
)

// preview previews a batch and returns it as the page sends it when confirmed.
func preview(t *testing.T, o *dbtest.Office, by db.Actor, b db.Batch) db.Batch {
	t.Helper()
	p := must(o.PreviewBatch(t.Context(), by, b))(t)
	b.Seen, b.Previewed = p.Seen, p.Found
	return b
}

// since creates a record that a filter finds, and another that it finds only after meanwhile has
// run.
type since func(t *testing.T, w *sinceWorld) (f db.Filter, found, later string, meanwhile func())

type sinceWorld struct {
	*dbtest.Office
	base, target string // every contact is linked to base, and none to target
	maya         string
	n            int
}

// word returns a different word each time, so that records of each reason stay apart.
func (w *sinceWorld) word() string { w.n++; return fmt.Sprintf("word%d", w.n) }

func (w *sinceWorld) contact(t *testing.T, first, last string) string {
	t.Helper()
	id := w.NewContact(t, first, last, "").ID
	w.link(t, w.base, id, "Clerk", "Prospect")
	return id
}

func (w *sinceWorld) link(t *testing.T, organization, contact, role, status string) {
	t.Helper()
	typed := db.Fields{"role_label": role, "relationship_status": status}
	must(w.LinkContact(t.Context(), w.Tomas, db.NewLink{OrganizationID: organization, ContactID: contact, Typed: typed}))(t)
}

func (w *sinceWorld) call(t *testing.T, end, id string) (interaction string) {
	t.Helper()
	return must(w.LogInteraction(t.Context(), w.Tomas, db.Fields{"channel": "call", "subject": "x", end: id, "happened_at": ""}, ""))(t).ID
}

var contactsSince = map[string]since{
	"a link made": func(t *testing.T, w *sinceWorld) (db.Filter, string, string, func()) {
		word, o := w.word(), w.NewOrganization(t, "Linked").ID
		found, later := w.contact(t, "In", word), w.contact(t, "Later", word)
		w.link(t, o, found, "Auditor", "Active")
		return db.Filter{Query: word, Role: is("Auditor")}, found, later, func() { w.link(t, o, later, "Auditor", "Active") }
	},
	"a link's role changed": func(t *testing.T, w *sinceWorld) (db.Filter, string, string, func()) {
		word, o := w.word(), w.NewOrganization(t, "Linked").ID
		found, later := w.contact(t, "In", word), w.contact(t, "Later", word)
		w.link(t, o, found, "Buyer", "Active")
		w.link(t, o, later, "Seller", "Active")
		return db.Filter{Query: word, Role: is("Buyer")}, found, later, func() {
			must(w.UpdateLink(t.Context(), w.Tomas, o, later, 1, db.Fields{"role_label": "Buyer"}))(t)
		}
	},
	"an organization renamed": func(t *testing.T, w *sinceWorld) (db.Filter, string, string, func()) {
		word := w.word()
		named, other := w.NewOrganization(t, word).ID, w.NewOrganization(t, "Other").ID
		found, later := w.contact(t, "In", "Some"), w.contact(t, "Later", "Some")
		w.link(t, named, found, "", "Active")
		w.link(t, other, later, "", "Active")
		return db.Filter{Query: word}, found, later, func() {
			must(w.UpdateOrganization(t.Context(), w.Tomas, other, 1, db.Fields{"display_name": word + " North"}))(t)
		}
	},
	"an interaction deleted": func(t *testing.T, w *sinceWorld) (db.Filter, string, string, func()) {
		word := w.word()
		found, later := w.contact(t, "In", word), w.contact(t, "Later", word)
		i := w.call(t, "contact_id", later)
		return db.Filter{Query: word, Never: true}, found, later, func() {
			must(w.DeleteInteraction(t.Context(), w.Tomas, i, 1))(t)
		}
	},
	"another name": func(t *testing.T, w *sinceWorld) (db.Filter, string, string, func()) {
		word := w.word()
		found, later := w.contact(t, "In", word), w.contact(t, "Later", "Some")
		return db.Filter{Query: word}, found, later, func() {
			must(w.UpdateContact(t.Context(), w.Tomas, later, 1, db.Fields{"last_name": word}))(t)
		}
	},
}

var organizationsSince = map[string]since{
	"a link taken away": func(t *testing.T, w *sinceWorld) (db.Filter, string, string, func()) {
		word := w.word()
		found, later := w.NewOrganization(t, "In "+word).ID, w.NewOrganization(t, "Later "+word).ID
		w.link(t, later, w.maya, "", "Active")
		return db.Filter{Query: word, Missing: "contacts"}, found, later, func() {
			must(w.UnlinkContact(t.Context(), w.Tomas, later, w.maya, 1))(t)
		}
	},
	"an interaction deleted": func(t *testing.T, w *sinceWorld) (db.Filter, string, string, func()) {
		word := w.word()
		found, later := w.NewOrganization(t, "In "+word).ID, w.NewOrganization(t, "Later "+word).ID
		i := w.call(t, "organization_id", later)
		return db.Filter{Query: word, Never: true}, found, later, func() {
			must(w.DeleteInteraction(t.Context(), w.Tomas, i, 1))(t)
		}
	},
	"an interaction logged": func(t *testing.T, w *sinceWorld) (db.Filter, string, string, func()) {
		word := w.word()
		found, later := w.NewOrganization(t, "In "+word).ID, w.NewOrganization(t, "Later "+word).ID
		w.call(t, "organization_id", found)
		lately := db.Range{From: w.Clock.Now().AddDate(0, 0, -1)}
		return db.Filter{Query: word, Contacted: lately}, found, later, func() { w.call(t, "organization_id", later) }
	},
	"another owner": func(t *testing.T, w *sinceWorld) (db.Filter, string, string, func()) {
		word := w.word()
		found, later := w.NewOrganization(t, "In "+word).ID, w.NewOrganization(t, "Later "+word).ID
		must(w.UpdateOrganization(t.Context(), w.Tomas, found, 1, db.Fields{"owner_user_id": w.Tomas.UserID}))(t)
		return db.Filter{Query: word, Owner: is(w.Tomas.UserID)}, found, later, func() {
			must(w.UpdateOrganization(t.Context(), w.Tomas, later, 1, db.Fields{"owner_user_id": w.Tomas.UserID}))(t)
		}
	},
}

// TestWhatMatchesOnlySinceThePreviewIsLeftAlone: whatever made it match, and whatever happens to
// the records that matched before. It is listed by name.
func TestWhatMatchesOnlySinceThePreviewIsLeftAlone(t *testing.T) {
	t.Parallel()
	for kind, reasons := range map[string]map[string]since{"contact": contactsSince, "organization": organizationsSince} {
		own := map[string][]string{"contact": {"set_relationship_status"}, "organization": {"set_sector", "set_size_band"}}[kind]
		for _, action := range append(own, "assign_owner", "link", "archive", "restore") {
			t.Run(kind+" "+action, func(t *testing.T) {
				t.Parallel()
				o := dbtest.OpenOffice(t)
				w := &sinceWorld{Office: o, base: o.NewOrganization(t, "Base").ID, target: o.NewOrganization(t, "Target").ID, maya: o.Maya(t).ID}
				nils := o.NewContact(t, "Nils", "Berg", "").ID
				typed := map[string]db.Fields{
					"assign_owner": {"owner_user_id": o.Ines.UserID}, "set_sector": {"sector": "Retail"}, "set_size_band": {"size_band": "1-10"},
					"link": {"organization_id": w.target}, "set_relationship_status": {"relationship_status": "Former"},
				}[action]
				if action == "link" && kind == "organization" {
					typed = db.Fields{"contact_id": nils}
				}
				for reason, since := range reasons {
					f, found, later, meanwhile := since(t, w)
					archived := func(id string) {
						if action == "restore" {
							o.Exec(t, "UPDATE "+kind+"s SET is_active = 0 WHERE id = ?", id)
						}
					}
					if action == "restore" {
						f.Status = "all"
					}
					archived(found)
					b := preview(t, o, o.Ines, db.Batch{Kind: kind, Filter: &f, Action: action, Typed: typed})
					want(t, reason+": previewed", fmt.Sprint(b.Previewed), fmt.Sprint([]string{found}))
					meanwhile()
					archived(later)
					rows := "SELECT count(*) FROM audit_logs WHERE target_id = ?1 OR json_extract(metadata, '$.contact_id') = ?1"
					before := o.Column(t, rows, later)[0]
					p := must(o.RunBatch(t.Context(), o.Ines, b))(t)
					want(t, reason+": done", fmt.Sprint(p.Changes, p.Names[0].ID), fmt.Sprint(1, found))
					want(t, reason+": left", fmt.Sprint(len(p.Left), p.Left[0].Why, p.Left[0].Names[0].ID), fmt.Sprint(1, db.New, later))
					want(t, reason+": rows of what came later", o.Column(t, rows, later)[0], before)
					want(t, reason+": undone", must(o.UndoBatch(t.Context(), o.Ines, p.ID))(t).Undone, 1)
				}
			})
		}
	}
}

func TestWhatMatchesNoMoreSinceThePreviewIsLeftAlone(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, brig, cove := o.NewOrganization(t, "Acme"), o.NewOrganization(t, "Brig"), o.NewOrganization(t, "Cove")
	maya := o.Maya(t)
	b := preview(t, o, o.Ines, db.Batch{Kind: "organization", Filter: &db.Filter{Missing: "contacts"}, Action: "archive"})
	must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID}))(t)
	o.Exec(t, "DELETE FROM organizations WHERE id = ?", cove.ID)
	b.Previewed = append(b.Previewed, uuid.NewString(), "no id", brig.ID)
	want(t, "done", in(must(o.RunBatch(t.Context(), o.Ines, b))(t)), "1 unmatched 1: Acme; gone 3:")
	want(t, "archived", fmt.Sprint(o.Column(t, "SELECT display_name FROM organizations WHERE is_active = 0")), "[Brig]")

	// What the actor does not see does not exist for them.
	own := o.Tomas
	own.OwnOnly = true
	b = preview(t, o, own, db.Batch{Kind: "organization", Filter: &db.Filter{}, Action: "archive"})
	want(t, "previewed", len(b.Previewed), 0)
	b.Previewed = []string{acme.ID}
	o.Unchanged(t, func() {
		want(t, "done", in(must(o.RunBatch(t.Context(), own, b))(t)), "0 gone 1:")
	})
}

// TestALinkUndoneSinceThePreviewIsNotMadeAgain: what the preview said would stay must stay.
func TestALinkUndoneSinceThePreviewIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	nils := o.NewContact(t, "Nils", "Berg", "")
	for _, b := range []db.Batch{
		{Kind: "contact", IDs: []string{maya.ID, nils.ID}, Action: "link", Typed: db.Fields{"organization_id": acme.ID}},
		{Kind: "contact", Filter: &db.Filter{}, Action: "link", Typed: db.Fields{"organization_id": acme.ID}},
		{Kind: "organization", IDs: []string{acme.ID}, Action: "link", Typed: db.Fields{"contact_id": maya.ID}},
		{Kind: "organization", Filter: &db.Filter{}, Action: "link", Typed: db.Fields{"contact_id": maya.ID}},
	} {
		l := must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID}))(t)
		b = preview(t, o, o.Ines, b)
		must(o.UnlinkContact(t.Context(), o.Tomas, acme.ID, maya.ID, l.Version))(t)
		p := must(o.RunBatch(t.Context(), o.Ines, b))(t)
		changed := slices.IndexFunc(p.Left, func(l db.Left) bool { return l.Why == db.Changed })
		if changed < 0 || p.Left[changed].Count != 1 {
			t.Errorf("%s: %s", b.Kind, in(p))
		}
		want(t, "links of Maya", len(o.Column(t, "SELECT 1 FROM organization_contact WHERE contact_id = ?", maya.ID)), 0)
	}
}

func TestAFilterIsNotConfirmedWithoutItsPreview(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	b := preview(t, o, o.Ines, db.Batch{Kind: "organization", Filter: &db.Filter{}, Action: "archive"})
	o.Unchanged(t, func() {
		for field, refused := range map[string]db.Batch{
			"previewed":  {Seen: b.Seen},
			"previewed ": {Previewed: []string{acme.ID}},
			"all":        {Seen: b.Seen, Previewed: make([]string, db.MostBatched+1)},
		} {
			refused.Kind, refused.Filter, refused.Action = b.Kind, b.Filter, b.Action
			_, err := o.RunBatch(t.Context(), o.Ines, refused)
			wantInvalid(t, err, strings.TrimSpace(field))
		}
		b.Previewed = []string{} // a preview that found nothing
		want(t, "done", in(must(o.RunBatch(t.Context(), o.Ines, b))(t)), "0 new 1: Acme")
	})
}
