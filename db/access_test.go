package db_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// team is an office with users of many roles, and clients that some of them own.
type team struct {
	*dbtest.Office
	roles         []db.Role
	people        []member
	organizations []record
	contacts      []record
}

type member struct {
	db.Owner
	roles  []db.Role
	active bool
}

// record is a client with its owner ("" for none) and the indexes of the records linked to it.
type record struct {
	id, name, owner string
	linked          []int
}

func newTeam(t *testing.T, random *rand.Rand) team {
	t.Helper()
	o := dbtest.OpenOffice(t)
	x := team{Office: o, roles: []db.Role{
		newRole(t, o, "Sees all", "all", db.ViewClient),
		newRole(t, o, "Sees own", "own", db.ViewClient),
		newRole(t, o, "Keeps own", "own", db.ViewClient, db.EditClient, db.ViewInteraction, db.EditInteraction),
		newRole(t, o, "Edits blindly", "own", db.EditClient, db.EditInteraction),
		newRole(t, o, "Opens all", "all", db.EditClient),
		newRole(t, o, "Listens", "own", db.ViewInteraction),
		newRole(t, o, "Says nothing of clients", "all", db.ViewAudit),
	}}
	o.Exec(t, "DELETE FROM user_role WHERE user_id IN (?, ?)", o.Tomas.UserID, o.Lea.UserID)
	for i := range 16 {
		m := member{Owner: db.Owner{FullName: fmt.Sprintf("Person %02d", i)}, active: i%8 != 7}
		for _, r := range x.roles {
			if random.IntN(3) == 0 {
				m.roles = append(m.roles, r)
			}
		}
		if len(m.roles) == 0 {
			m.roles = x.roles[:1]
		}
		var slugs []string
		for _, r := range m.roles {
			slugs = append(slugs, r.Slug)
		}
		u := must(o.CreateUser(t.Context(), db.System,
			db.NewUser{Email: fmt.Sprintf("p%d@x.example", i), FullName: m.FullName, Role: "Viewer"}))(t)
		m.ID = u.ID
		if err := o.SetRoles(t.Context(), o.Ines, u.ID, slugs, ""); err != nil {
			t.Fatal(err)
		}
		if !m.active {
			if err := o.DisableUser(t.Context(), o.Ines, u.ID); err != nil {
				t.Fatal(err)
			}
		}
		x.people = append(x.people, m)
	}
	owner := func() string {
		if n := random.IntN(len(x.people) * 3 / 2); n < len(x.people) {
			return x.people[n].ID
		}
		return ""
	}
	for i := range 10 {
		org, person := record{name: fmt.Sprintf("Organization %d", i), owner: owner()},
			record{name: fmt.Sprintf("First Last %d", i), owner: owner()}
		org.id, person.id = o.NewOrganization(t, org.name).ID, o.NewContact(t, "First", fmt.Sprintf("Last %d", i), "").ID
		o.Exec(t, "UPDATE organizations SET owner_user_id = nullif(?, '') WHERE id = ?", org.owner, org.id)
		o.Exec(t, "UPDATE contacts SET owner_user_id = nullif(?, '') WHERE id = ?", person.owner, person.id)
		x.organizations, x.contacts = append(x.organizations, org), append(x.contacts, person)
	}
	for i := range x.organizations {
		for j := range x.contacts {
			if random.IntN(6) == 0 || i == 0 { // the first user has every role
				must(o.LinkContact(t.Context(), o.Ines, db.NewLink{OrganizationID: x.organizations[i].id, ContactID: x.contacts[j].id}))(t)
				x.organizations[i].linked = append(x.organizations[i].linked, j)
				x.contacts[j].linked = append(x.contacts[j].linked, i)
			}
		}
	}
	return x
}

// What a user may do and sees, computed directly from the rules.

func (m member) can(p db.Permission) bool {
	return slices.ContainsFunc(m.roles, func(r db.Role) bool { return slices.Contains(r.May, p) })
}

func (m member) opened() (by []string) {
	for _, r := range m.roles {
		for _, p := range r.May {
			if r.ClientScope == "all" && p != db.ViewAudit {
				by = append(by, r.Name)
			}
		}
	}
	slices.Sort(by)
	return slices.Compact(by)
}

func (m member) ownsLinked(r record, others []record) (names []string) {
	for _, i := range r.linked {
		if others[i].owner == m.ID {
			names = append(names, others[i].name)
		}
	}
	return names
}

func (m member) sees(r record, others []record) bool {
	return m.active && m.can(db.ViewClient) && (len(m.opened()) > 0 || r.owner == m.ID || len(m.ownsLinked(r, others)) > 0)
}

// line returns everything that the page says about one user.
func (m member) line(r record, others []record, readerSees func(record) bool) string {
	var named []string
	for _, i := range r.linked {
		if others[i].owner == m.ID && readerSees(others[i]) {
			named = append(named, others[i].name)
		}
	}
	return fmt.Sprint(m.FullName, m.can(db.EditClient), m.can(db.ViewInteraction), m.can(db.ViewInteraction) &&
		m.can(db.EditInteraction), m.opened(), r.owner == m.ID, len(m.ownsLinked(r, others)) > 0, named)
}

// TestWhoCanSeeIsWhoSees compares the list of each record, for several readers, with the rules and
// with what each user really finds.
func TestWhoCanSeeIsWhoSees(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			x := newTeam(t, rand.New(rand.NewPCG(seed, 1)))
			for _, kind := range []string{"organization", "contact"} {
				records, others := x.organizations, x.contacts
				if kind == "contact" {
					records, others = others, records
				}
				for _, r := range records {
					x.compare(t, kind, r, records, others)
				}
			}
			for _, m := range x.people {
				x.compareSight(t, m)
			}
		})
	}
}

func (x team) compare(t *testing.T, kind string, r record, records, others []record) {
	t.Helper()
	all := func(record) bool { return true }
	none := func(record) bool { return false }
	auditor := x.Ines
	auditor.May = []db.Permission{db.ViewAudit}
	readers := []struct {
		by   db.Actor
		sees func(record) bool
	}{{x.Ines, all}, {auditor, none}}
	for _, m := range x.people[:4] { // as readers who see only their own clients
		readers = append(readers, struct {
			by   db.Actor
			sees func(record) bool
		}{
			db.Actor{UserID: m.ID, May: []db.Permission{db.ManageUsers, db.ViewClient}, OwnOnly: true},
			func(other record) bool { return other.owner == m.ID || len(m.ownsLinked(other, records)) > 0 },
		})
	}
	for _, reader := range readers {
		found, err := x.WhoCanSee(t.Context(), reader.by, kind, r.id)
		visible := !reader.by.OwnOnly || r.owner == reader.by.UserID ||
			len(member{Owner: db.Owner{ID: reader.by.UserID}}.ownsLinked(r, others)) > 0
		if !visible {
			want(t, "a record out of sight is not found", errors.Is(err, db.ErrNotFound), true)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var got, wanted []string
		for _, a := range found {
			var roles, linked []string
			for _, n := range a.Roles {
				roles = append(roles, n.Name)
			}
			for _, n := range a.Linked {
				linked = append(linked, n.Name)
			}
			if a.ID == x.Ines.UserID {
				continue // the administrator, always
			}
			got = append(got, fmt.Sprint(a.FullName, a.CanEdit, a.SeesInteractions, a.CanLog, roles, a.Owns, a.OwnsLinked, linked))
			if len(a.Roles) == 0 && !a.Owns && !a.OwnsLinked {
				t.Errorf("%s sees %s for no reason", a.FullName, r.name)
			}
		}
		for _, m := range x.people {
			if m.sees(r, others) {
				wanted = append(wanted, m.line(r, others, reader.sees))
			}
		}
		want(t, "who sees "+r.name, strings.Join(got, "\n"), strings.Join(wanted, "\n"))
	}
}

// compareSight counts what a user sees, by the rules and by looking up each record as that user.
func (x team) compareSight(t *testing.T, m member) {
	t.Helper()
	by := db.Actor{UserID: m.ID, OwnOnly: len(m.opened()) == 0}
	count := func(records, others []record, find func(id string) error) (seen int) {
		for _, r := range records {
			if m.sees(r, others) {
				seen++
			}
			if m.active && m.can(db.ViewClient) {
				want(t, m.FullName+" finds "+r.name, find(r.id) == nil, m.sees(r, others))
			}
		}
		return seen
	}
	wanted := db.Sight{
		Organizations: count(x.organizations, x.contacts, func(id string) error { _, err := x.Organization(t.Context(), by, id); return err }),
		Contacts:      count(x.contacts, x.organizations, func(id string) error { _, err := x.Contact(t.Context(), by, id); return err }),
	}
	if m.active && m.can(db.ViewClient) {
		wanted.Sees, wanted.Counted, wanted.OwnOnly = true, true, by.OwnOnly
		wanted.Rights = db.Rights{
			CanEdit: m.can(db.EditClient), SeesInteractions: m.can(db.ViewInteraction),
			CanLog: m.can(db.ViewInteraction) && m.can(db.EditInteraction),
		}
	}
	want(t, "what "+m.FullName+" sees", must(x.SightOf(t.Context(), x.Ines, m.ID))(t), wanted)
	// A reader who sees no clients, or only their own, does not learn how many there are.
	for _, reader := range []db.Actor{{May: []db.Permission{db.ManageUsers}}, {UserID: m.ID, May: db.Permissions, OwnOnly: true}} {
		wanted.Counted, wanted.Organizations, wanted.Contacts = false, 0, 0
		want(t, "what a reader learns", must(x.SightOf(t.Context(), reader, m.ID))(t), wanted)
	}
}

// TestAClientSeenInTwoWaysCountsOnce: one that somebody owns and that is linked to another of theirs.
func TestAClientSeenInTwoWaysCountsOnce(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Exec(t, "UPDATE roles SET client_scope = 'own'")
	acme, maya := o.Acme(t), o.Maya(t)
	must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID}))(t)
	o.Exec(t, "UPDATE organizations SET owner_user_id = ?", o.Tomas.UserID)
	o.Exec(t, "UPDATE contacts SET owner_user_id = ?", o.Tomas.UserID)
	sight := must(o.SightOf(t.Context(), o.Ines, o.Tomas.UserID))(t)
	want(t, "seen", fmt.Sprint(sight.Organizations, sight.Contacts), "1 1")
}

func TestAccessIsForThoseWhoManageUsersOrReadTheAuditLog(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	for _, p := range db.Permissions {
		by := o.Ines
		by.May = []db.Permission{p}
		_, err := o.WhoCanSee(t.Context(), by, "organization", acme.ID)
		want(t, fmt.Sprint(p, " is refused"), errors.Is(err, db.ErrForbidden), p != db.ManageUsers && p != db.ViewAudit)
		_, err = o.SightOf(t.Context(), by, o.Lea.UserID)
		want(t, fmt.Sprint(p, " is refused the sight of a user"), errors.Is(err, db.ErrForbidden), p != db.ManageUsers)
	}
	for _, kind := range []string{"organization", "contact"} {
		_, err := o.WhoCanSee(t.Context(), o.Ines, kind, o.Lea.UserID)
		want(t, "what is not there is not found", errors.Is(err, db.ErrNotFound), true)
	}
	want(t, "what nobody sees", must(o.SightOf(t.Context(), o.Ines, acme.ID))(t), db.Sight{})
}
