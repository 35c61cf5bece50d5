package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// UpdateLink changes role_label, relationship_status and is_main. version is the one the user saw.
// A main link stays main until another one is chosen. It returns Invalid, Conflict or ErrNotFound.
func (d *DB) UpdateLink(ctx context.Context, by Actor, organizationID, contactID string, version int, typed Fields) (Link, error) {
	err := d.write(ctx, by, EditClients, func(t *tx) error { return t.updateLink(organizationID, contactID, version, typed) })
	if err != nil {
		return Link{}, fmt.Errorf("update link of %s and %s: %w", organizationID, contactID, err)
	}
	return d.Link(ctx, by, organizationID, contactID)
}

// UpdateLinkAndEnd is UpdateLink that also changes fields of one end, an organization or a contact.
// endVersion is the end's version that the user saw.
func (d *DB) UpdateLinkAndEnd(
	ctx context.Context, by Actor, organizationID, contactID string, version int, typed Fields, end *RecordKind, endVersion int, fields Fields,
) (Link, error) {
	id := contactID
	if end == OrganizationKind {
		id = organizationID
	}
	err := d.write(ctx, by, EditClients, func(t *tx) error {
		if err := t.updateLink(organizationID, contactID, version, typed); err != nil {
			return err
		}
		return t.updateRecord(end, id, endVersion, fields)
	})
	if err != nil {
		return Link{}, fmt.Errorf("update link of %s and %s and its %s: %w", organizationID, contactID, end.Noun, err)
	}
	return d.Link(ctx, by, organizationID, contactID)
}

func (t *tx) updateLink(organizationID, contactID string, version int, typed Fields) error {
	l, err := t.link(organizationID, contactID)
	if err != nil {
		return err
	}
	changes, refused := apply(linkFields, typed, &l)
	if refused == nil && changes["is_main"].Old != nil {
		refused = invalid("is_main", "Choose another organization as the main one instead")
	}
	if refused != nil {
		return refused
	}
	if len(changes) == 0 {
		return nil
	}
	const versions = `
		SELECT metadata FROM audit_logs
		WHERE action IN ` + versionsOfLinks + ` AND target_type = 'organization' AND target_id = ? AND json_extract(metadata, '$.contact_id') = ?`
	if err := t.reconcile(version, l.Version, changes, &l, func() error { return t.linkConflict(l) },
		versions, organizationID, contactID); err != nil || len(changes) == 0 {
		return err
	}
	return t.changeLink(l, changes, l.details())
}

// link returns a link that the actor sees, or ErrNotFound.
func (t *tx) link(organizationID, contactID string) (Link, error) {
	seen := t.by.seesLink()
	return scanLink(t.QueryRow(selectLink+" WHERE organization_id = ? AND contact_id = ? AND "+seen.sql,
		append([]any{organizationID, contactID}, seen.args...)...))
}

func (t *tx) linkConflict(l Link) error {
	c := &Conflict{}
	err := t.QueryRow(`
		SELECT users.full_name, audit_logs.created_at
		FROM audit_logs LEFT JOIN users ON users.id = user_id
		WHERE action IN `+versionsOfLinks+` AND target_type = 'organization' AND target_id = ?
			AND json_extract(metadata, '$.contact_id') = ?
		ORDER BY seq DESC LIMIT 1`, l.OrganizationID, l.ContactID).Scan(nullText{&c.By}, moment{&c.At})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return c
}

// UnlinkContact deletes a link and returns it as it was, so that LinkContact can restore it. It
// returns ErrNotFound, GivesAway, or Conflict if version is not the current one.
func (d *DB) UnlinkContact(ctx context.Context, by Actor, organizationID, contactID string, version int) (Link, error) {
	var l Link
	err := d.write(ctx, by, EditClients, func(t *tx) (err error) {
		l, err = t.link(organizationID, contactID)
		if err != nil {
			return err
		}
		if !isBasedOn(version, l.Version) {
			return t.linkConflict(l)
		}
		if err := t.deleteLink(l, l.details()); err != nil {
			return err
		}
		if err := t.reindexRecord(ContactKind, contactID); err != nil {
			return err
		}
		return t.askFirst(target{"organization", organizationID, l.OrganizationName}, target{"contact", contactID, l.ContactName()})
	})
	if err != nil {
		return Link{}, fmt.Errorf("unlink %s and %s: %w", organizationID, contactID, err)
	}
	return l, nil
}
