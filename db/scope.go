package db

import (
	"context"
	"database/sql"
	"errors"

	"clientregistry/db/sqlite"
)

// Own clients. An actor with OwnOnly sees
//   - an organization that they own, or to which a contact that they own is linked;
//   - a contact that they own, or who is linked to an organization that they own;
//   - a link whose two ends they see;
//   - an interaction of which they see an end, and of its ends those that they see.
//
// What they do not see is to them as if it were not there. The conditions here
// are the only place that says so; every query about clients asks them.

// clientRoles are a user's roles that say something of clients. A role that does
// not does not widen what another one narrows.
var clientRoles = `
	FROM user_role
	JOIN roles ON roles.id = role_id
	WHERE user_id = ? AND EXISTS (
		SELECT 1 FROM role_permission
		JOIN permissions ON permissions.id = permission_id
		WHERE role_permission.role_id = roles.id AND slug IN ` + clientSlugs + `
	)`

// widestScope tells of a user's roles whether one opens all clients; openAll is which do.
var (
	widestScope = "SELECT ifnull(max(client_scope = 'all'), 1)" + clientRoles
	openAll     = "SELECT roles.id, name" + clientRoles + " AND client_scope = 'all' ORDER BY roles.id"
)

func ownOnly(r sqlite.Row) (bool, error) {
	var all bool
	err := r.Scan(&all)
	return !all, err
}

// condition is a condition of SQL with its arguments.
type condition struct {
	sql  string
	args []any
}

// always is the condition of who sees everything, never of who sees nothing.
var always, never = condition{sql: "1"}, condition{sql: "0"}

// seesOrganization is whether the actor sees the organization whose id is the expression.
func (by Actor) seesOrganization(id string) condition {
	if !by.OwnOnly {
		return always
	}
	return condition{`EXISTS (
		SELECT 1 FROM organizations AS o
		WHERE o.id = ` + id + ` AND (o.owner_user_id = ? OR EXISTS (
			SELECT 1 FROM organization_contact AS l CROSS JOIN contacts AS c ON c.id = l.contact_id
			WHERE l.organization_id = o.id AND c.owner_user_id = ?)))`, []any{by.UserID, by.UserID}}
}

// seesContact is whether the actor sees the contact whose id is the expression.
func (by Actor) seesContact(id string) condition {
	if !by.OwnOnly {
		return always
	}
	return condition{`EXISTS (
		SELECT 1 FROM contacts AS c
		WHERE c.id = ` + id + ` AND (c.owner_user_id = ? OR EXISTS (
			SELECT 1 FROM organization_contact AS l CROSS JOIN organizations AS o ON o.id = l.organization_id
			WHERE l.contact_id = c.id AND o.owner_user_id = ?)))`, []any{by.UserID, by.UserID}}
}

// seesLink is whether the actor sees both ends of a row of organization_contact.
func (by Actor) seesLink() condition {
	if !by.OwnOnly {
		return always
	}
	return by.seesOrganization("organization_contact.organization_id").and(by.seesContact("organization_contact.contact_id"))
}

// seesInteraction is whether the actor sees an interaction with these ends.
func (by Actor) seesInteraction(organizationID, contactID string) condition {
	if !by.OwnOnly {
		return always
	}
	return by.seesOrganization(organizationID).or(by.seesContact(contactID))
}

// ownOrganizations and ownContacts are the ids of all that the actor sees, for
// queries that begin there because they are few.
func (by Actor) ownOrganizations() condition {
	return condition{
		`
		SELECT id FROM organizations WHERE owner_user_id = ?
		UNION
		SELECT organization_id FROM contacts JOIN organization_contact ON contact_id = contacts.id WHERE owner_user_id = ?`,
		[]any{by.UserID, by.UserID},
	}
}

func (by Actor) ownContacts() condition {
	return condition{
		`
		SELECT id FROM contacts WHERE owner_user_id = ?
		UNION
		SELECT contact_id FROM organizations JOIN organization_contact ON organization_id = organizations.id WHERE owner_user_id = ?`,
		[]any{by.UserID, by.UserID},
	}
}

// ownInteractions is whether an interaction is one of those of the actor's own clients.
func (by Actor) ownInteractions() condition {
	own := by.ownOrganizations().holds("organization_id")
	with := by.ownContacts().holds("contact_id")
	return condition{
		"interactions.id IN (SELECT id FROM interactions WHERE " + own.sql + " UNION SELECT id FROM interactions WHERE " + with.sql + ")",
		append(own.args, with.args...),
	}
}

// holds is whether the set of a query's ids has the one of a column.
func (c condition) holds(id string) condition { return condition{id + " IN (" + c.sql + ")", c.args} }

func (c condition) and(d condition) condition { return c.joined(" AND ", d) }

func (c condition) or(d condition) condition { return c.joined(" OR ", d) }

func (c condition) joined(by string, d condition) condition {
	args := make([]any, 0, len(c.args)+len(d.args))
	return condition{"(" + c.sql + by + d.sql + ")", append(append(args, c.args...), d.args...)}
}

// fewClients is up to how many clients of their own a list begins with them. With
// more, it walks the list in its order and asks of each row whether they see it:
// enough are theirs that a page is soon full.
const fewClients = 1000

// ownsFew tells whether an actor with OwnOnly owns at most fewClients organizations and contacts.
func (d *DB) ownsFew(ctx context.Context, by Actor) (few bool, err error) {
	if !by.OwnOnly {
		return false, nil
	}
	err = d.reader.QuickQueryRow(ctx, `
		SELECT (SELECT count(*) FROM (SELECT 1 FROM organizations WHERE owner_user_id = ?`+limit(fewClients+1)+`))
			+ (SELECT count(*) FROM (SELECT 1 FROM contacts WHERE owner_user_id = ?`+limit(fewClients+1)+`)) <= ?`,
		by.UserID, by.UserID, fewClients).Scan(&few)
	return few, err
}

// mustSee returns ErrNotFound where the actor does not see the organization,
// contact or interaction of this id, or there is none.
func (t *tx) mustSee(kind, id string) error {
	query, args := t.by.seen(kind, id)
	return orNotFound(t.QueryRow(query, args...))
}

// mustSee is the same outside a transaction, where who sees all clients need not be asked.
func (d *DB) mustSee(ctx context.Context, by Actor, kind, id string) error {
	if !by.OwnOnly {
		return nil
	}
	query, args := by.seen(kind, id)
	return orNotFound(d.reader.QuickQueryRow(ctx, query, args...))
}

func (by Actor) seen(kind, id string) (query string, args []any) {
	var seen condition
	switch kind {
	case "organization":
		query, seen = "SELECT 1 FROM organizations WHERE id = ? AND ", by.seesOrganization("organizations.id")
	case "contact":
		query, seen = "SELECT 1 FROM contacts WHERE id = ? AND ", by.seesContact("contacts.id")
	case "interaction":
		query, seen = "SELECT 1 FROM interactions WHERE id = ? AND ", by.seesInteraction("organization_id", "contact_id")
	}
	return query + seen.sql, append([]any{id}, seen.args...)
}

// orNotFound returns ErrNotFound where there is no row.
func orNotFound(r sqlite.Row) error {
	var one int
	err := r.Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}
