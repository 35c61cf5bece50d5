package db_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/secrets"
)

// world is a registry, who its people are, and the model of what they see.
type world struct {
	*dbtest.Office
	clients *dbtest.Clients
	people  map[string]db.Actor
}

// newWorld fills a registry. Oda and Per own some clients, Nils owns none, Big owns more than
// fewClients, and Ada sees all.
func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w := &world{Office: dbtest.OpenOffice(t)}
	own := db.Actor{May: w.Tomas.May, OwnOnly: true}
	w.people = map[string]db.Actor{"Ada": w.Ines}
	for _, name := range []string{"Oda", "Per", "Nils", "Big"} {
		u := must(w.CreateUser(t.Context(), db.System,
			db.NewUser{Email: strings.ToLower(name) + "@a.example", FullName: name + " Berg", Role: "Manager", Hash: "x"}))(t)
		own.UserID = u.ID
		w.people[name] = own
	}
	w.clients = dbtest.NewClients(t, w.DB, seed, w.Tomas, w.people["Oda"].UserID, w.people["Per"].UserID, w.people["Big"].UserID)
	w.Exec(t, `
		INSERT INTO contacts (id, first_name, last_name, owner_user_id)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
		SELECT printf('%08x-0000-7000-8000-000000000000', i), 'Many', 'manwordxx', ? FROM n`, w.people["Big"].UserID)
	for _, id := range w.Column(t, "SELECT id FROM contacts WHERE first_name = 'Many'") {
		w.clients.Contacts[id] = dbtest.Client{Name: "Many manwordxx", Owner: w.people["Big"].UserID, Word: "manwordxx", Active: true}
	}
	return w
}

func ids[T any](all []T, id func(T) string) string {
	var found []string
	for _, x := range all {
		found = append(found, id(x))
	}
	return strings.Join(slices.Sorted(slices.Values(found)), " ")
}

func organizationID(o db.Organization) string { return o.ID }

func contactID(c db.Contact) string { return c.ID }

func interactionID(i db.Interaction) string { return i.ID }

func TestEachSeesTheirOwnClientsAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 7)
	for name, by := range w.people {
		t.Run(name, func(t *testing.T) {
			w.compareLists(t, by)
			w.compareRecords(t, by)
			w.compareSearch(t, by)
			w.compareRecent(t, by)
			w.compareInteractions(t, by)
			w.compareSuggestions(t, by)
		})
	}
}

func (w *world) contactPages(t *testing.T, by db.Actor, f db.Filter) []db.Contact {
	t.Helper()
	var all []db.Contact
	for {
		page, next, err := w.Contacts(t.Context(), by, f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page...)
		if f.After = next; next == "" {
			return all
		}
	}
}

func (w *world) compareLists(t *testing.T, by db.Actor) {
	mains := map[[2]string]bool{}
	for _, pair := range w.Column(t, "SELECT organization_id || ' ' || contact_id FROM organization_contact WHERE is_main = 1") {
		mains[[2]string{pair[:36], pair[37:]}] = true
	}
	for _, status := range []string{"active", "archived", "all"} {
		counts := func(active bool) bool { return status == "all" || active == (status == "active") }
		for _, sort := range []string{"", "-updated_at", "created_at", "last_contact", "contacts", "organization", "owner"} {
			f := db.Filter{Status: status, Sort: sort}
			organizations := organizationPages(t, w.Office, by, f, func() {})
			want(t, "organizations, "+status+" "+sort, ids(organizations, organizationID),
				dbtest.Seen(w.clients.Organizations, func(id string) bool {
					return counts(w.clients.Organizations[id].Active) && w.clients.SeesOrganization(by, id)
				}))
			n, _, err := w.CountOrganizations(t.Context(), by, f)
			want(t, "organizations counted", [2]any{n, err}, [2]any{len(organizations), nil})
			for _, o := range organizations {
				n := 0
				for _, l := range w.clients.Links {
					if l[0] == o.ID && w.clients.SeesContact(by, l[1]) {
						n++
					}
				}
				want(t, "contacts counted at "+o.Name(), o.Contacts, n)
			}
			contacts := w.contactPages(t, by, f)
			want(t, "contacts, "+status+" "+sort, ids(contacts, contactID),
				dbtest.Seen(w.clients.Contacts, func(id string) bool { return counts(w.clients.Contacts[id].Active) && w.clients.SeesContact(by, id) }))
			n, _, err = w.CountContacts(t.Context(), by, f)
			want(t, "contacts counted", [2]any{n, err}, [2]any{len(contacts), nil})
			for _, c := range contacts {
				var at []string
				main := ""
				for _, l := range w.clients.Links {
					if l[1] == c.ID && w.clients.SeesOrganization(by, l[0]) {
						at = append(at, w.clients.Organizations[l[0]].Name)
						if mains[l] {
							main = w.clients.Organizations[l[0]].Name
						}
					}
				}
				want(t, "other organizations of "+c.Name(), c.OtherOrganizations, max(len(at)-1, 0))
				if slices.Sort(at); main == "" && len(at) > 0 {
					main = at[0]
				}
				want(t, "organization of "+c.Name(), c.Organization, main)
			}
		}
	}
	for _, owner := range []string{"none", w.people["Oda"].UserID, w.people["Per"].UserID} {
		f := db.Filter{Status: "all", Owner: is(owner)}
		if owner == "none" {
			f.Owner = db.ValueFilter{None: true}
		}
		got := organizationPages(t, w.Office, by, f, func() {})
		want(t, "of owner "+owner, ids(got, organizationID), dbtest.Seen(w.clients.Organizations, func(id string) bool {
			return w.clients.SeesOrganization(by, id) && w.clients.Organizations[id].Owner == strings.TrimPrefix(owner, "none")
		}))
	}
	for n := range 80 {
		role := fmt.Sprintf("Role %02d", n)
		got := organizationPages(t, w.Office, by, db.Filter{Status: "all", Role: is(role)}, func() {})
		linked := slices.ContainsFunc(w.clients.Links, func(l [2]string) bool {
			return w.clients.SeesLink(by, l) && w.Column(t, "SELECT ifnull(role_label, '') FROM organization_contact WHERE organization_id = ? AND "+
				"contact_id = ?", l[0], l[1])[0] == role
		})
		want(t, "organizations with "+role, len(got) == 1, linked)
		if n == 10 {
			break
		}
	}
	quiet := must(w.Quiet(t.Context(), by, w.Clock.Now().AddDate(1, 0, 0), 100))(t)
	want(t, "quiet", ids(quiet, organizationID), dbtest.Seen(w.clients.Organizations,
		func(id string) bool {
			return w.clients.Organizations[id].Owner == by.UserID && w.clients.Organizations[id].Active
		}))
}

// wantSeen checks that err is nil if the model lets the actor see the record, and ErrNotFound if
// not.
func wantSeen(t *testing.T, what string, err error, sees bool) {
	t.Helper()
	if sees && err != nil || !sees && !errors.Is(err, db.ErrNotFound) {
		t.Errorf("%s: %v, visible should be %v", what, err, sees)
	}
}

func (w *world) compareRecords(t *testing.T, by db.Actor) {
	ctx := t.Context()
	for id, x := range w.clients.Organizations {
		sees := w.clients.SeesOrganization(by, id)
		_, err := w.Organization(ctx, by, id)
		wantSeen(t, x.Name, err, sees)
		_, err = w.Origin(ctx, by, "organization", id, true)
		wantSeen(t, "origin of "+x.Name, err, sees)
		links := must(w.ContactsOf(ctx, by, id))(t)
		want(t, "links of "+x.Name, len(links), len(slices.DeleteFunc(slices.Clone(w.clients.Links),
			func(l [2]string) bool { return l[0] != id || !w.clients.SeesLink(by, l) })))
		w.compareHistory(t, by, "organization", id, sees)
	}
	for id, x := range w.clients.Contacts {
		if x.Word == "manwordxx" {
			continue
		}
		sees := w.clients.SeesContact(by, id)
		_, err := w.Contact(ctx, by, id)
		wantSeen(t, x.Name, err, sees)
		_, err = w.Origin(ctx, by, "contact", id, true)
		wantSeen(t, "origin of "+x.Name, err, sees)
		links := must(w.OrganizationsOf(ctx, by, id))(t)
		want(t, "links of "+x.Name, len(links), len(slices.DeleteFunc(slices.Clone(w.clients.Links),
			func(l [2]string) bool { return l[1] != id || !w.clients.SeesLink(by, l) })))
		want(t, "links found of "+x.Name, len(must(w.OrganizationsOfAll(ctx, by, []string{id}))(t)), len(links))
		w.compareHistory(t, by, "contact", id, sees)
	}
	for _, l := range w.clients.Links {
		_, err := w.Link(ctx, by, l[0], l[1])
		wantSeen(t, "link", err, w.clients.SeesLink(by, l))
	}
}

// compareHistory compares the entries of a history, and the names in them, with what the model lets
// the actor see.
func (w *world) compareHistory(t *testing.T, by db.Actor, kind, id string, sees bool) {
	entries, _, err := w.History(t.Context(), by, kind, id, db.HistoryPage{})
	if wantSeen(t, "history of "+id, err, sees); !sees {
		want(t, "entries", len(entries), 0)
		return
	}
	end := map[string]int{"organization": 0, "contact": 1}[kind]
	wanted := map[string]int{}
	for _, l := range w.clients.Links {
		if l[end] == id && w.clients.SeesLink(by, l) {
			wanted["link_contact"]++
		}
	}
	for i, ends := range w.clients.Interactions {
		if ends[end] == id || kind == "contact" && w.clients.IsWith(i, id) {
			wanted["create_interaction"]++
			wanted["create_follow_up"]++
		}
	}
	got := map[string]int{}
	for _, e := range entries {
		got[e.Action]++
		if e.OrganizationID != "" && !w.clients.SeesOrganization(by, e.OrganizationID) ||
			e.ContactID != "" && !w.clients.SeesContact(by, e.ContactID) {
			t.Errorf("an entry of %s names %q and %q", id, e.Organization, e.Contact)
		}
		for _, p := range e.Participants {
			if !w.clients.SeesContact(by, p.ID) || p.Name == "" {
				t.Errorf("an entry of %s names the further %q", id, p.Name)
			}
		}
	}
	for _, action := range []string{"link_contact", "create_interaction", "create_follow_up"} {
		want(t, action+" entries of "+id, got[action], wanted[action])
	}
}

func (w *world) compareSearch(t *testing.T, by db.Actor) {
	ctx := t.Context()
	found := must(w.FindOrganizations(ctx, by, "orgword", 500))(t)
	want(t, "organizations found", ids(found, organizationID),
		dbtest.Seen(w.clients.Organizations,
			func(id string) bool { return w.clients.Organizations[id].Active && w.clients.SeesOrganization(by, id) }))
	listed := organizationPages(t, w.Office, by, db.Filter{Status: "all", Query: "orgword"}, func() {})
	want(t, "organizations listed by a word", ids(listed, organizationID),
		dbtest.Seen(w.clients.Organizations, func(id string) bool { return w.clients.SeesOrganization(by, id) }))
	for id, x := range w.clients.Organizations {
		found := must(w.FindOrganizations(ctx, by, x.Word, 5))(t)
		for _, x := range found {
			want(t, "sees what was found, be it similar", w.clients.SeesOrganization(by, x.ID) && x.IsActive, true)
		}
		want(t, "found by "+x.Word, len(found) == 1 && !found[0].Similar, x.Active && w.clients.SeesOrganization(by, id))
		if by.OwnOnly && !w.clients.SeesOrganization(by, id) {
			people := must(w.FindContacts(ctx, by, x.Word, 5))(t)
			people = append(people, w.contactPages(t, by, db.Filter{Query: x.Word, Status: "all"})...)
			want(t, "people found by the unseen "+x.Word, len(people), 0)
		}
	}
	for id, x := range w.clients.Contacts {
		if x.Word == "manwordxx" {
			continue
		}
		people := must(w.FindContacts(ctx, by, x.Word, 5))(t)
		for _, x := range people {
			want(t, "sees whom was found, be it similar", w.clients.SeesContact(by, x.ID) && x.IsActive, true)
		}
		want(t, "found by "+x.Word, len(people) == 1 && !people[0].Similar, x.Active && w.clients.SeesContact(by, id))
		listed := w.contactPages(t, by, db.Filter{Query: x.Word, Status: "all"})
		want(t, "listed by "+x.Word, len(listed) == 1, w.clients.SeesContact(by, id))
	}
}

// compareRecent asks for all records by ID, and for some IDs that do not exist.
func (w *world) compareRecent(t *testing.T, by db.Actor) {
	asked := append(slices.Collect(maps.Keys(w.clients.Organizations)), "", "x", "'")
	organizations, contacts, err := w.Recent(t.Context(), by, slices.AppendSeq(asked, maps.Keys(w.clients.Contacts)))
	want(t, "error", err, nil)
	want(t, "recent organizations", ids(organizations, organizationID),
		dbtest.Seen(w.clients.Organizations,
			func(id string) bool { return w.clients.Organizations[id].Active && w.clients.SeesOrganization(by, id) }))
	want(t, "recent contacts", ids(contacts, contactID),
		dbtest.Seen(w.clients.Contacts, func(id string) bool { return w.clients.Contacts[id].Active && w.clients.SeesContact(by, id) }))
	by.May = []db.Permission{db.ViewInteraction, db.EditClient}
	organizations, contacts, err = w.Recent(t.Context(), by, asked)
	want(t, "recent records of who sees no clients", [3]any{len(organizations), len(contacts), err}, [3]any{0, 0, nil})
}

func (w *world) interactionPages(t *testing.T, by db.Actor, f db.InteractionFilter) []db.Interaction {
	t.Helper()
	n, _, err := w.CountInteractions(t.Context(), by, f)
	var all []db.Interaction
	for {
		page, older, err := w.Interactions(t.Context(), by, f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page...)
		if f.Before = older; older == "" {
			break
		}
	}
	want(t, "interactions counted", [2]any{n, err}, [2]any{len(all), nil})
	return all
}

func (w *world) compareInteractions(t *testing.T, by db.Actor) {
	feed := w.interactionPages(t, by, db.InteractionFilter{})
	want(t, "feed", ids(feed, interactionID),
		dbtest.Seen(w.clients.Interactions, func(id string) bool { return w.clients.SeesInteraction(by, id) }))
	for id := range w.clients.Interactions {
		i, err := w.Interaction(t.Context(), by, id)
		if wantSeen(t, "interaction", err, w.clients.SeesInteraction(by, id)); err == nil {
			feed = append(feed, i)
		}
	}
	for _, i := range feed {
		ends := w.clients.Interactions[i.ID]
		for end, sees := range []func(db.Actor, string) bool{w.clients.SeesOrganization, w.clients.SeesContact} {
			if ends[end] != "" && !sees(by, ends[end]) {
				ends[end] = ""
			}
		}
		want(t, "ends of "+i.Subject, [2]string{i.OrganizationID, i.ContactID}, ends)
		want(t, "further people of "+i.Subject, ids(i.Participants, func(n db.Named) string { return n.ID }),
			strings.Join(slices.Sorted(slices.Values(slices.DeleteFunc(slices.Clone(w.clients.Participants[i.ID]),
				func(id string) bool { return !w.clients.SeesContact(by, id) }))), " "))
		want(t, "names of "+i.Subject, [2]bool{i.OrganizationName != "", i.ContactName() != ""}, [2]bool{ends[0] != "", ends[1] != ""})
	}
	for id := range w.clients.Organizations {
		got := w.interactionPages(t, by, db.InteractionFilter{OrganizationID: id})
		want(t, "timeline", ids(got, interactionID), dbtest.Seen(w.clients.Interactions,
			func(i string) bool { return w.clients.Interactions[i][0] == id && w.clients.SeesOrganization(by, id) }))
	}
	for id, x := range w.clients.Contacts {
		if x.Word == "manwordxx" {
			continue
		}
		with := func(i string) bool { return w.clients.IsWith(i, id) && w.clients.SeesContact(by, id) }
		got := w.interactionPages(t, by, db.InteractionFilter{ContactID: id})
		want(t, "timeline of "+x.Name, ids(got, interactionID), dbtest.Seen(w.clients.Interactions, with))
		due := mustFirst(w.FollowUps(t.Context(), by, db.FollowUpFilter{ContactID: id}))(t)
		want(t, "next steps of "+x.Name, ids(due, func(f db.FollowUp) string { return f.InteractionID }),
			dbtest.Seen(w.clients.Interactions, with))
	}
	due := map[string]bool{}
	for f := (db.FollowUpFilter{}); ; {
		page, next, err := w.FollowUps(t.Context(), by, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range page {
			due[x.InteractionID] = true
		}
		if f.After = next; next == "" {
			break
		}
	}
	want(t, "next steps", dbtest.Seen(due, func(string) bool { return true }),
		dbtest.Seen(w.clients.Interactions, func(id string) bool { return w.clients.SeesInteraction(by, id) }))
	for interaction, ends := range w.clients.Interactions {
		if ends[0] == "" {
			continue
		}
		for _, contact := range append([]string{ends[1]}, w.clients.Participants[interaction]...) {
			if contact == "" {
				continue
			}
			pair := [2]string{ends[0], contact}
			got := w.interactionPages(t, by, db.InteractionFilter{OrganizationID: ends[0], ContactID: contact})
			want(t, "timeline with", ids(got, interactionID), dbtest.Seen(w.clients.Interactions, func(i string) bool {
				return w.clients.Interactions[i][0] == ends[0] && w.clients.IsWith(i, contact) && w.clients.SeesLink(by, pair)
			}))
		}
	}
	weeks := must(w.InteractionsByWeek(t.Context(), by))(t)
	counted := 0
	for _, week := range weeks {
		counted += week.Of["call"]
	}
	want(t, "interactions in the chart", counted, len(feedOf(w, by)))
}

// feedOf are the interactions that the model lets somebody see.
func feedOf(w *world, by db.Actor) []string {
	return strings.Fields(dbtest.Seen(w.clients.Interactions, func(id string) bool { return w.clients.SeesInteraction(by, id) }))
}

func (w *world) compareSuggestions(t *testing.T, by db.Actor) {
	count := func(what string, all []string, prefix string, wanted int) {
		n := 0
		for _, v := range all {
			if strings.HasPrefix(v, prefix) {
				n++
			}
		}
		want(t, what, n, min(wanted, db.MostSuggested)) // there are never more suggestions
	}
	organizations, roles, outcomes := 0, 0, 0
	for id := range w.clients.Organizations {
		if w.clients.SeesOrganization(by, id) {
			organizations++
		}
	}
	for _, l := range w.clients.Links {
		if w.clients.SeesLink(by, l) {
			roles++
		}
	}
	for id := range w.clients.Interactions {
		if w.clients.SeesInteraction(by, id) {
			outcomes++
		}
	}
	count("sectors", must(w.Suggestions(t.Context(), by, must(db.OrganizationKind.Field("sector"))(t)))(t),
		"Sector ", organizations)
	count("sizes", must(w.Suggestions(t.Context(), by, must(db.OrganizationKind.Field("size_band"))(t)))(t),
		"Size ", organizations)
	count("roles", must(w.RoleLabels(t.Context(), by))(t), "Role ", roles)
	count("outcomes", must(w.Outcomes(t.Context(), by))(t), "Outcome ", outcomes)
	for _, in := range []struct {
		table, column string
		wanted        int
	}{{"organizations", "sector", organizations}, {"organization_contact", "role_label", roles}, {"interactions", "outcome", outcomes}} {
		known := 0
		for _, value := range w.Column(t, "SELECT "+in.column+" FROM "+in.table+" WHERE "+in.column+" LIKE '% %'") {
			if must(w.HasValue(t.Context(), by, vocabulary(t, in.column), strings.ToUpper(value)))(t) {
				known++
			}
		}
		want(t, "known "+in.column, known, in.wanted)
	}
}

func TestWhatIsOutOfSightCannotBeChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 11)
	oda, ctx := w.people["Oda"], t.Context()
	var seenOrganization, seenContact string
	for _, id := range slices.Sorted(maps.Keys(w.clients.Organizations)) {
		if w.clients.SeesOrganization(oda, id) {
			seenOrganization = id
		}
	}
	for _, id := range slices.Sorted(maps.Keys(w.clients.Contacts)) {
		if w.clients.SeesContact(oda, id) {
			seenContact = id
		}
	}
	gone := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.Unchanged(t, func() {
		for id := range w.clients.Organizations {
			if w.clients.SeesOrganization(oda, id) {
				continue
			}
			for version := 1; version <= 2; version++ {
				_, err := w.UpdateOrganization(ctx, oda, id, version, db.Fields{"sector": "Mine"})
				gone("update", err)
				_, err = w.UpdateOrganization(ctx, oda, id, version, db.Fields{"display_name": ""})
				gone("invalid update", err)
				_, err = w.ArchiveOrganization(ctx, oda, id, version)
				gone("archive", err)
				_, err = w.RestoreOrganization(ctx, oda, id, version)
				gone("restore", err)
			}
			_, err := w.LinkContact(ctx, oda, db.NewLink{OrganizationID: id, ContactID: seenContact, Restore: true})
			gone("link", err)
			_, err = w.LogInteraction(ctx, oda, db.Fields{"channel": "note", "subject": "x", "organization_id": id, "happened_at": ""}, "")
			wantInvalid(t, err, "organization_id")
		}
		for id := range w.clients.Contacts {
			if w.clients.SeesContact(oda, id) {
				continue
			}
			_, err := w.UpdateContact(ctx, oda, id, 1, db.Fields{"job_title": "Mine"})
			gone("update", err)
			_, err = w.ArchiveContact(ctx, oda, id, 1)
			gone("archive", err)
			_, err = w.LinkContact(ctx, oda, db.NewLink{OrganizationID: seenOrganization, ContactID: id})
			gone("link", err)
		}
		for _, l := range w.clients.Links {
			if w.clients.SeesLink(oda, l) {
				continue
			}
			_, err := w.UpdateLink(ctx, oda, l[0], l[1], 1, db.Fields{"role_label": "Mine"})
			gone("update link", err)
			_, err = w.UnlinkContact(ctx, oda, l[0], l[1], 1)
			gone("unlink", err)
		}
		for id := range w.clients.Interactions {
			if w.clients.SeesInteraction(oda, id) {
				continue
			}
			_, err := w.UpdateInteraction(ctx, oda, id, 1, db.Fields{"subject": "Mine"})
			gone("update interaction", err)
			_, err = w.DeleteInteraction(ctx, oda, id, 1)
			gone("delete interaction", err)
		}
	})
}

func TestAnEmailOutOfSightIsRefusedWithoutAName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 13)
	for id, x := range w.clients.Contacts {
		if x.Word == "manwordxx" || w.clients.SeesContact(w.people["Nils"], id) {
			continue
		}
		_, err := w.CreateContact(t.Context(), w.people["Nils"],
			db.Fields{"first_name": "A", "last_name": "B", "email": x.Word + "@x.example"}, "")
		refused := wantInvalid(t, err, "email")
		want(t, "the contact told", refused.Taken == nil, true)
		want(t, "a name in the message", strings.Contains(refused.Fields["email"], x.Word), false)
	}
}

func TestAnUnseenEndOfAnInteractionStaysWhenTheFormSendsNone(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	oda := o.Tomas
	oda.OwnOnly = true
	acme, maya := o.Acme(t), o.Maya(t)
	mine := must(o.CreateOrganization(t.Context(), o.Ines, db.Fields{"display_name": "Mine", "owner_user_id": oda.UserID}, ""))(t)
	i := must(o.LogInteraction(t.Context(), o.Ines,
		db.Fields{"channel": "call", "subject": "x", "organization_id": mine.ID, "contact_id": maya.ID, "happened_at": ""}, ""))(t)
	got := must(o.UpdateInteraction(t.Context(), oda, i.ID, 1, db.Fields{"subject": "y", "contact_id": "", "organization_id": mine.ID}))(t)
	want(t, "the contact they are told of", got.ContactID, "")
	want(t, "the contact that is kept", o.Column(t, "SELECT contact_id FROM interactions WHERE id = ?", i.ID)[0], maya.ID)
	_, err := o.UpdateInteraction(t.Context(), oda, i.ID, 2, db.Fields{"organization_id": acme.ID})
	wantInvalid(t, err, "organization_id")

	deleted := must(o.DeleteInteraction(t.Context(), oda, i.ID, 2))(t)
	want(t, "the contact of the deleted one", deleted.ContactID, "")
	must(o.UndeleteInteraction(t.Context(), oda, i.ID))(t)
	want(t, "the contact that came back", o.Column(t, "SELECT contact_id FROM interactions WHERE id = ?", i.ID)[0], maya.ID)
	must(o.DeleteInteraction(t.Context(), o.Ines, i.ID, 3))(t)
	must(o.UpdateOrganization(t.Context(), o.Ines, mine.ID, 1, db.Fields{"owner_user_id": o.Lea.UserID}))(t)
	_, err = o.UndeleteInteraction(t.Context(), oda, i.ID)
	want(t, "bringing back what they do not see", errors.Is(err, db.ErrNotFound), true)
	want(t, "interactions", len(o.Column(t, "SELECT id FROM interactions")), 0)
}

func TestARecordGivenAwaySaysThatItIsOutOfSight(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	oda := o.Tomas
	oda.OwnOnly = true
	x := must(o.CreateOrganization(t.Context(), oda, db.Fields{"display_name": "Mine", "owner_user_id": oda.UserID}, ""))(t)
	want(t, "their own", x.OutOfSight, false)
	x = must(o.UpdateOrganization(t.Context(), oda, x.ID, 1, db.Fields{"owner_user_id": o.Lea.UserID}))(t)
	want(t, "given away", x.OutOfSight, true)
	want(t, "its name", x.Name(), "Mine")
	c := must(o.CreateContact(t.Context(), oda, db.Fields{"first_name": "A", "last_name": "B", "owner_user_id": o.Lea.UserID}, ""))(t)
	want(t, "made for somebody else", c.OutOfSight, true)
}

func TestTheWidestScopeOfAllRolesHolds(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	role := func(name, scope string, may ...db.Permission) string {
		return must(o.SaveRole(t.Context(), o.Ines, "", db.Fields{"name": name, "client_scope": scope}, may, false))(t).Slug
	}
	own, all, audit := role("Own", "own", db.ViewClient),
		role("All", "all", db.ViewInteraction), role("Reader of the log", "all", db.ViewAudit)
	hash := must(secrets.HashPassword(t.Context(), dbtest.Password))(t)
	u := must(o.CreateUser(t.Context(), db.System, db.NewUser{Email: "x@a.example", FullName: "X", Role: own, Hash: hash}))(t)
	for _, c := range []struct {
		roles []string
		own   bool
	}{
		{[]string{own}, true},
		{[]string{own, audit}, true},
		{[]string{own, all}, false},
		{[]string{audit}, false},
		{[]string{own, "Viewer"}, false},
	} {
		if err := o.SetRoles(t.Context(), o.Ines, u.ID, c.roles, ""); err != nil {
			t.Fatal(err)
		}
		token := must(o.SignIn(t.Context(), db.Actor{}, "x@a.example", dbtest.Password))(t)
		want(t, strings.Join(c.roles, " and ")+": own clients only", must(o.Session(t.Context(), token))(t).User.OwnOnly, c.own)
	}
}
