package dbtest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
)

// Clients is a plain model of who owns what and what was said with whom. Answers to people of all
// scopes are compared with it.
type Clients struct {
	Organizations map[string]Client
	Contacts      map[string]Client
	Links         [][2]string          // organization, contact
	Interactions  map[string][2]string // organization, contact
	Participants  map[string][]string  // of an interaction
}

// Client is an organization or a contact. Word is in no other one.
type Client struct {
	Name, Owner, Word string
	Active            bool
}

// NewClients creates random organizations, contacts, links and interactions. Every name, sector,
// role, outcome and subject is unique, so that a leak shows. Each client is owned by one of the
// owners or by nobody, and by logs the interactions.
func NewClients(t testing.TB, d *db.DB, seed uint64, by db.Actor, owners ...string) *Clients {
	t.Helper()
	w := &Clients{
		Organizations: map[string]Client{}, Contacts: map[string]Client{},
		Interactions: map[string][2]string{}, Participants: map[string][]string{},
	}
	ctx, r := context.Background(), rand.New(rand.NewPCG(seed, 1))
	owner := func() string { return append(owners, make([]string, len(owners))...)[r.IntN(2*len(owners))] }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var organizations, contacts []string
	for n := range 40 {
		word := fmt.Sprintf("orgword%c%c", 'a'+n/26, 'a'+n%26)
		x := Client{Name: "House " + word, Owner: owner(), Word: word, Active: n%7 != 0}
		made, err := d.CreateOrganization(ctx, db.System,
			db.Fields{"display_name": x.Name, "sector": "Sector " + word, "size_band": "Size " + word, "owner_user_id": x.Owner}, "")
		must(err)
		w.Organizations[made.ID] = x
		organizations = append(organizations, made.ID)
	}
	for n := range 60 {
		word := fmt.Sprintf("manword%c%c", 'a'+n/26, 'a'+n%26)
		x := Client{Name: "Kim " + word, Owner: owner(), Word: word, Active: n%9 != 0}
		made, err := d.CreateContact(ctx, db.System,
			db.Fields{"first_name": "Kim", "last_name": word, "email": word + "@x.example", "owner_user_id": x.Owner}, "")
		must(err)
		w.Contacts[made.ID] = x
		contacts = append(contacts, made.ID)
	}
	for n := range 80 {
		l := [2]string{organizations[r.IntN(len(organizations))], contacts[r.IntN(len(contacts))]}
		if slices.Contains(w.Links, l) {
			continue
		}
		w.Links = append(w.Links, l)
		_, err := d.LinkContact(ctx, db.System, db.NewLink{
			OrganizationID: l[0], ContactID: l[1], Typed: db.Fields{"role_label": fmt.Sprintf("Role %02d", n)},
		})
		must(err)
	}
	for n := range 90 {
		ends := [2]string{organizations[r.IntN(len(organizations))], contacts[r.IntN(len(contacts))]}
		if n%3 < 2 {
			ends[n%3] = ""
		}
		var further []string
		for range r.IntN(4) / 2 * (1 + r.IntN(2)) {
			if id := contacts[r.IntN(len(contacts))]; id != ends[1] && !slices.Contains(further, id) {
				further = append(further, id)
			}
		}
		made, err := d.LogInteraction(ctx, by, db.Fields{
			"channel": "call", "subject": fmt.Sprintf("Subject %02d", n), "outcome": fmt.Sprintf("Outcome %02d", n),
			"participant_id": strings.Join(further, " "), "follow_up_text": "Call", "follow_up_due_on": fmt.Sprintf("2026-12-%02d", n%20+1),
			"organization_id": ends[0], "contact_id": ends[1], "happened_at": fmt.Sprintf("2026-11-%02dT10:00", n%20+1),
		}, "")
		must(err)
		w.Interactions[made.ID] = ends
		w.Participants[made.ID] = further
	}
	for id, x := range w.Organizations {
		if !x.Active {
			_, err := d.ArchiveOrganization(ctx, db.System, id, 1)
			must(err)
		}
	}
	for id, x := range w.Contacts {
		if !x.Active {
			_, err := d.ArchiveContact(ctx, db.System, id, 1)
			must(err)
		}
	}
	return w
}

// SeesOrganization is whether they see all clients, own this one, or own one of its contacts.
func (w *Clients) SeesOrganization(by db.Actor, id string) bool {
	if !by.OwnOnly {
		return true
	}
	return w.Organizations[id].Owner == by.UserID ||
		slices.ContainsFunc(w.Links, func(l [2]string) bool { return l[0] == id && w.Contacts[l[1]].Owner == by.UserID })
}

// SeesContact is whether they see all clients, own this one, or own one of its organizations.
func (w *Clients) SeesContact(by db.Actor, id string) bool {
	if !by.OwnOnly {
		return true
	}
	return w.Contacts[id].Owner == by.UserID || slices.ContainsFunc(w.Links,
		func(l [2]string) bool { return l[1] == id && w.Organizations[l[0]].Owner == by.UserID })
}

// SeesInteraction is whether they see whom it was with, or one of them.
func (w *Clients) SeesInteraction(by db.Actor, id string) bool {
	ends := w.Interactions[id]
	return ends[0] != "" && w.SeesOrganization(by, ends[0]) || ends[1] != "" && w.SeesContact(by, ends[1]) ||
		slices.ContainsFunc(w.Participants[id], func(p string) bool { return w.SeesContact(by, p) })
}

// IsWith is whether a contact is the one of an interaction, or a further one.
func (w *Clients) IsWith(interaction, contact string) bool {
	return w.Interactions[interaction][1] == contact || slices.Contains(w.Participants[interaction], contact)
}

// SeesLink is whether they see both ends.
func (w *Clients) SeesLink(by db.Actor, l [2]string) bool {
	return w.SeesOrganization(by, l[0]) && w.SeesContact(by, l[1])
}

// Seen returns the sorted IDs in a map that pass a check, separated by spaces.
func Seen[T any](all map[string]T, pass func(id string) bool) string {
	return strings.Join(slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(id string) bool { return !pass(id) }), " ")
}
