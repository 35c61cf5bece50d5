package db

import (
	"context"
	"errors"
	"fmt"

	"clientregistry/db/sqlite"
)

// Rights are what a user may do with the clients that they see.
type Rights struct{ CanEdit, SeesInteractions, CanLog bool }

func (u User) actor() Actor { return Actor{UserID: u.ID, May: u.May, OwnOnly: u.OwnOnly} }

func (by Actor) rights() Rights {
	r := Rights{CanEdit: by.Can(EditClient), SeesInteractions: by.Can(ViewInteraction)}
	r.CanLog = r.SeesInteractions && by.Can(EditInteraction)
	return r
}

// Access says what a user may do with a record, and why they see it.
type Access struct {
	Owner // the user
	Rights
	Roles            []Named // roles that give them access to all clients
	Owns, OwnsLinked bool    // they own the record; they own a record linked to it
	Linked           []Named // the linked records they own, as far as the reader sees them
}

// Named is a role or a record with its name.
type Named struct{ ID, Name string }

func scanNamed(r sqlite.Row) (n Named, err error) { return n, r.Scan(&n.ID, &n.Name) }

// WhoCanSee lists by name the active users who see a record of a kind (organization or contact). It
// returns ErrNotFound if the record does not exist or the reader does not see it.
func (d *DB) WhoCanSee(ctx context.Context, by Actor, kind, id string) ([]Access, error) {
	if err := SeeAccess.Refuse(by); err != nil {
		return nil, err
	}
	query, args := by.seen(kind, id)
	if err := orNotFound(d.reader.QuickQueryRow(ctx, query, args...)); err != nil {
		return nil, fmt.Errorf("who can see %s %s: %w", kind, id, err)
	}
	people, err1 := d.Owners(ctx, by)
	linked, err2 := d.linkedOwners(ctx, by, kind, id)
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("who can see %s %s: %w", kind, id, err)
	}
	var all []Access
	for _, person := range people {
		a, err := d.access(ctx, person, kind, id)
		if errors.Is(err, ErrNotFound) {
			continue // they do not see it
		}
		if err != nil {
			return nil, fmt.Errorf("who can see %s %s: %w", kind, id, err)
		}
		for _, l := range linked {
			if l.owner == person.ID {
				a.OwnsLinked = true
				if l.seen {
					a.Linked = append(a.Linked, l.Named)
				}
			}
		}
		all = append(all, a)
	}
	return all, nil
}

// access returns what a user may do with a record, or ErrNotFound if they do not see it.
func (d *DB) access(ctx context.Context, person Owner, kind, id string) (Access, error) {
	u, err := d.user(ctx, person.ID)
	if err != nil {
		return Access{}, err
	}
	if !u.actor().Can(ViewClient) {
		return Access{}, ErrNotFound
	}
	query, args := u.actor().seen(kind, id)
	if err := orNotFound(d.reader.QuickQueryRow(ctx, query, args...)); err != nil {
		return Access{}, err
	}
	a := Access{Owner: person, Rights: u.actor().rights()}
	rows, err := d.reader.QuickQuery(ctx, openAll, u.ID)
	if a.Roles, err = sqlite.Collect(rows, err, scanNamed); err != nil {
		return Access{}, err
	}
	a.Roles = byName(a.Roles, func(n Named) string { return n.Name })
	table := map[string]string{"organization": "organizations", "contact": "contacts"}[kind]
	err = d.reader.QuickQueryRow(ctx, "SELECT ifnull(owner_user_id = ?, 0) FROM "+table+" WHERE id = ?", u.ID, id).Scan(&a.Owns)
	return a, err
}

// linkedOwner is a linked record and its owner.
type linkedOwner struct {
	Named
	owner string
	seen  bool // the reader sees it
}

// linkedOwners returns the owned records linked to a record, by name.
func (d *DB) linkedOwners(ctx context.Context, by Actor, kind, id string) ([]linkedOwner, error) {
	seen, columns, from := by.seesContact("contacts.id"), "contacts.id, first_name, last_name", `
		FROM organization_contact JOIN contacts ON contacts.id = contact_id
		WHERE organization_id = ? AND owner_user_id IS NOT NULL
		ORDER BY sort_key, contacts.id`
	if kind == "contact" {
		seen, columns, from = by.seesOrganization("organizations.id"), "organizations.id, display_name, ''", `
			FROM organization_contact JOIN organizations ON organizations.id = organization_id
			WHERE contact_id = ? AND owner_user_id IS NOT NULL
			ORDER BY sort_key, organizations.id`
	}
	rows, err := d.reader.QuickQuery(ctx, "SELECT owner_user_id, "+columns+", "+seen.sql+from, append(seen.args, id)...)
	return sqlite.Collect(rows, err, func(r sqlite.Row) (l linkedOwner, err error) {
		var first, last string
		err = r.Scan(&l.owner, &l.ID, &first, &last, &l.seen)
		l.Name, l.seen = personName(first, last), l.seen && by.Can(ViewClient)
		return l, err
	})
}

// Sight says which clients a user sees.
type Sight struct {
	Rights
	Sees, OwnOnly           bool
	Counted                 bool // the numbers are set, because the reader sees all clients
	Organizations, Contacts int
}

// SightOf returns what an active user sees, or the zero Sight for anybody else.
func (d *DB) SightOf(ctx context.Context, by Actor, userID string) (Sight, error) {
	if err := ManageAccounts.Refuse(by); err != nil {
		return Sight{}, err
	}
	u, err := d.user(ctx, userID)
	if errors.Is(err, ErrNotFound) {
		return Sight{}, nil
	}
	reader := u.actor()
	if err != nil || !reader.Can(ViewClient) {
		return Sight{}, err
	}
	s := Sight{Rights: reader.rights(), Sees: true, OwnOnly: reader.OwnOnly, Counted: by.Can(ViewClient) && !by.OwnOnly}
	if !s.Counted {
		return s, nil
	}
	organizations, contacts := condition{sql: "SELECT id FROM organizations"}, condition{sql: "SELECT id FROM contacts"}
	if reader.OwnOnly {
		organizations, contacts = reader.ownOrganizations(), reader.ownContacts()
	}
	err = d.reader.QueryRow(ctx, "SELECT (SELECT count(DISTINCT id) FROM ("+organizations.sql+")),"+
		" (SELECT count(DISTINCT id) FROM ("+contacts.sql+"))",
		append(organizations.args, contacts.args...)...).Scan(&s.Organizations, &s.Contacts)
	return s, err
}
