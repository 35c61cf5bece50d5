package db

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"clientregistry/db/sqlite"
)

// An actor with OwnOnly sees
//   - an organization that they own, or that is linked to a contact they own;
//   - a contact that they own, or that is linked to an organization they own;
//   - a link if they see both ends;
//   - an interaction if they see one of its ends; an end that they do not see stays hidden;
//   - a follow-up of such an interaction, or with a client of its own that they see.
//
// Everything else does not exist for them. A follow-up without a client exists only for its creator
// and its assignee, whatever their roles. These rules stand only here; every query about clients
// uses the conditions below.

// clientRoles selects a user's roles that have a permission about clients. Other roles must not
// widen the scope that these set.
var clientRoles = `
	FROM user_role
	JOIN roles ON roles.id = role_id
	WHERE user_id = ? AND EXISTS (
		SELECT 1 FROM role_permission
		JOIN permissions ON permissions.id = permission_id
		WHERE role_permission.role_id = roles.id AND slug IN ` + clientSlugs + `
	)`

// widestScope tells whether one of a user's roles gives access to all clients. openAll lists those
// roles.
var (
	widestScope = "SELECT ifnull(max(client_scope = 'all'), 1)" + clientRoles
	openAll     = "SELECT roles.id, name" + clientRoles + " AND client_scope = 'all' ORDER BY roles.id"
)

func ownOnly(r sqlite.Row) (bool, error) {
	var all bool
	err := r.Scan(&all)
	return !all, err
}

// condition is an SQL condition with its arguments.
type condition struct {
	sql  string
	args []any
}

// always holds for every row, never for none.
var always, never = condition{sql: "1"}, condition{sql: "0"}

// seesOrganization is true if the actor sees the organization whose ID is the SQL expression id.
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

// seesContact is true if the actor sees the contact whose ID is the SQL expression id.
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

// seesLink is true if the actor sees both ends of a row of organization_contact.
func (by Actor) seesLink() condition {
	if !by.OwnOnly {
		return always
	}
	return by.seesOrganization("organization_contact.organization_id").and(by.seesContact("organization_contact.contact_id"))
}

// seesInteraction is true if the actor sees at least one of an interaction's ends. table is the name
// or alias of interactions.
func (by Actor) seesInteraction(table string) condition {
	return by.seesEnds(table+".organization_id", table+".contact_id",
		"SELECT contact_id FROM interaction_contact WHERE interaction_id = "+table+".id")
}

// seesEnds is true if the actor sees at least one of these ends. The IDs are SQL expressions, and
// participants is a query of the further people's contact_id.
func (by Actor) seesEnds(organizationID, contactID, participants string) condition {
	if !by.OwnOnly {
		return always
	}
	seen := by.seesContact("p.contact_id")
	seen.sql = "EXISTS (SELECT 1 FROM (" + participants + ") AS p WHERE " + seen.sql + ")"
	return by.seesOrganization(organizationID).or(by.seesContact(contactID)).or(seen)
}

// ownOrganizations and ownContacts select the IDs of all records the actor sees, some of them more than
// once. Queries start from them if there are few.
func (by Actor) ownOrganizations() condition {
	return condition{
		`
		SELECT id FROM organizations WHERE owner_user_id = ?
		UNION ALL
		SELECT organization_id FROM contacts JOIN organization_contact ON contact_id = contacts.id WHERE owner_user_id = ?`,
		[]any{by.UserID, by.UserID},
	}
}

func (by Actor) ownContacts() condition {
	return condition{
		`
		SELECT id FROM contacts WHERE owner_user_id = ?
		UNION ALL
		SELECT contact_id FROM organizations JOIN organization_contact ON organization_id = organizations.id WHERE owner_user_id = ?`,
		[]any{by.UserID, by.UserID},
	}
}

// ownInteractions is true for the interactions of the clients the actor sees. It starts from these
// clients.
func (by Actor) ownInteractions() condition {
	own := by.ownOrganizations().contains("organization_id")
	with := by.ownContacts().contains("contact_id")
	return condition{
		"interactions.id IN (SELECT id FROM interactions WHERE " + own.sql + " UNION SELECT id FROM interactions WHERE " + with.sql +
			" UNION SELECT interaction_id FROM interaction_contact WHERE " + with.sql + ")",
		slices.Concat(own.args, with.args, with.args),
	}
}

// noClient is true for a follow-up without a client.
const noClient = "(interaction_id IS NULL AND follow_ups.organization_id IS NULL AND follow_ups.contact_id IS NULL)"

// seesFollowUp is true for the rows of followUpsJoined that the actor sees.
func (by Actor) seesFollowUp() condition {
	own := condition{"(follow_ups.created_by = ? OR assignee_id = ?)", []any{by.UserID, by.UserID}}
	switch {
	case by.program:
		return always
	case !by.OwnOnly:
		return condition{sql: "NOT " + noClient}.or(own)
	}
	return condition{sql: noClient}.and(own).or(by.seesEnds(followUpOrganization, followUpContact,
		"SELECT contact_id FROM interaction_contact WHERE interaction_id = follow_ups.interaction_id"))
}

// ownFollowUps is true for the open follow-ups that the actor sees. It starts from their own clients.
func (by Actor) ownFollowUps() condition {
	said, organizations, contacts := by.ownInteractions(), by.ownOrganizations(), by.ownContacts()
	const found = "SELECT id FROM follow_ups WHERE " + openFollowUp + " AND "
	return condition{
		"follow_ups.id IN (" +
			found + "interaction_id IN (SELECT interactions.id FROM interactions WHERE " + said.sql + " AND next_due_on IS NOT NULL)" +
			" UNION " + found + "organization_id IN (" + organizations.sql + ")" +
			" UNION " + found + "contact_id IN (" + contacts.sql + ")" +
			" UNION " + found + noClient + " AND created_by = ?" +
			" UNION " + found + noClient + " AND assignee_id = ?)",
		slices.Concat(said.args, organizations.args, contacts.args, []any{by.UserID, by.UserID}),
	}
}

// contains is true if the query c returns the value of the column id.
func (c condition) contains(id string) condition {
	return condition{id + " IN (" + c.sql + ")", c.args}
}

func (c condition) and(d condition) condition { return c.join(" AND ", d) }

func (c condition) or(d condition) condition { return c.join(" OR ", d) }

func (c condition) join(by string, d condition) condition {
	args := make([]any, 0, len(c.args)+len(d.args))
	return condition{"(" + c.sql + by + d.sql + ")", append(append(args, c.args...), d.args...)}
}

// fewClients is the number of own clients up to which searches and lists of interactions and follow-ups start from
// them. With more, these walk all rows in order and check each: enough are visible to fill a page soon.
const fewClients = 1000

// ownsFew reports whether an actor with OwnOnly owns at most fewClients organizations and contacts.
func (d *DB) ownsFew(ctx context.Context, by Actor) (bool, error) {
	return d.ownsUpTo(ctx, by, fewClients)
}

// listsOwn reports whether lists of a kind of record start from those that an actor with OwnOnly sees. They do up to MostCounted:
// to sort so many takes less time than to walk past all others, if the own ones stand at the end of the order. With more, a page
// is soon full.
func (d *DB) listsOwn(ctx context.Context, by Actor, k *RecordKind) (bool, error) {
	if !by.OwnOnly {
		return false, nil
	}
	own := k.own(by)
	_, more, err := d.countUpTo(ctx, d.most, "(SELECT DISTINCT id FROM ("+own.sql+"))", own.args...)
	return err == nil && !more, err
}

// countsOwn reports whether counts and batches of records, which read all that a filter finds, start from the clients of an actor
// with OwnOnly.
func (d *DB) countsOwn(ctx context.Context, by Actor) (bool, error) {
	return d.ownsUpTo(ctx, by, d.most)
}

// ownsUpTo reports whether an actor with OwnOnly owns at most n organizations and contacts.
func (d *DB) ownsUpTo(ctx context.Context, by Actor, n int) (few bool, err error) {
	if !by.OwnOnly {
		return false, nil
	}
	err = d.reader.QuickQueryRow(ctx, `
		SELECT (SELECT count(*) FROM (SELECT 1 FROM organizations WHERE owner_user_id = ?`+limit(n+1)+`))
			+ (SELECT count(*) FROM (SELECT 1 FROM contacts WHERE owner_user_id = ?`+limit(n+1)+`)) <= ?`,
		by.UserID, by.UserID, n).Scan(&few)
	return few, err
}

// mustSee returns ErrNotFound if the organization, contact or interaction does not exist or the
// actor does not see it.
func (t *tx) mustSee(kind, id string) error {
	query, args := t.by.seen(kind, id)
	return orNotFound(t.QueryRow(query, args...))
}

// mustSee is like tx.mustSee, but does not check that the record exists if the actor sees all
// clients.
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
		query, seen = "SELECT 1 FROM interactions WHERE id = ? AND ", by.seesInteraction("interactions")
	}
	return query + seen.sql, append([]any{id}, seen.args...)
}

// orNotFound returns ErrNotFound if there is no row.
func orNotFound(r sqlite.Row) error {
	var one int
	err := r.Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}
