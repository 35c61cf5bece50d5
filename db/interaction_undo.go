package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
)

// linkMetadata is what the rows of an interaction say of the link between its organization and its contact.
type linkMetadata struct {
	OrganizationID string `json:"organization_id"`
	ContactID      string `json:"contact_id"`
	Linked         bool   `json:"linked"`   // logging or restoring it linked them
	Unlinked       bool   `json:"unlinked"` // undoing that unlinked them
}

// UndoLog deletes an interaction as DeleteInteraction does, and in the same transaction the link that logging it made. The link
// is returned, nil where there is none. It stays where somebody has changed or used it since, where the actor may not edit clients,
// and where they would lose sight of one of the two.
func (d *DB) UndoLog(ctx context.Context, by Actor, id string, version int) (i Interaction, made *Link, unlinked bool, err error) {
	for _, unlinks := range []bool{EditClients.MetBy(by), false} {
		i, err = d.deleteInteraction(ctx, by, id, version, func(t *tx, metadata details) (err error) {
			var isFree bool
			if made, isFree, err = t.linkMadeBy(id); err != nil || made == nil {
				return err
			}
			if unlinked = unlinks && isFree; !unlinked {
				return nil
			}
			metadata["unlinked"] = true
			return t.unlinkSeen(*made)
		})
		if !errors.Is(err, errHides) {
			break
		}
	}
	return i, made, unlinked, err
}

var errHides = errors.New("hides a record")

// unlinkSeen deletes a link, or returns errHides if the actor would not see one of its ends any more.
func (t *tx) unlinkSeen(l Link) error {
	if err := t.deleteLink(l, l.details()); err != nil {
		return err
	}
	if err := t.reindexRecord(ContactKind, l.ContactID); err != nil {
		return err
	}
	err := errors.Join(t.mustSee("organization", l.OrganizationID), t.mustSee("contact", l.ContactID))
	if errors.Is(err, ErrNotFound) {
		return errHides
	}
	return err
}

// linkMadeBy returns the link that logging or restoring an interaction made, nil if there is none, and whether nobody has
// changed it since nor logged anything else with both.
func (t *tx) linkMadeBy(id string) (made *Link, isFree bool, err error) {
	var metadata string
	var seq int64
	err = t.QueryRow("SELECT seq, metadata FROM audit_logs WHERE target_type = 'interaction' AND target_id = ? AND"+
		" action IN ('create_interaction', 'restore_interaction') ORDER BY seq DESC LIMIT 1", id).Scan(&seq, &metadata)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	var m linkMetadata
	if err := json.Unmarshal([]byte(metadata), &m); err != nil {
		return nil, false, fmt.Errorf("metadata of interaction %s: %w", id, err)
	}
	if !m.Linked {
		return nil, false, nil
	}
	l, err := t.link(m.OrganizationID, m.ContactID)
	if errors.Is(err, ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	err = t.QueryRow(`
		SELECT NOT EXISTS (SELECT 1 FROM audit_logs WHERE target_type = 'organization' AND target_id = ? AND seq > ?
				AND json_extract(metadata, '$.contact_id') = ?)
			AND NOT EXISTS (SELECT 1 FROM interactions WHERE organization_id = ? AND contact_id = ? AND id <> ?
				AND created_at >= (SELECT linked_at FROM organization_contact WHERE organization_id = ? AND contact_id = ?))`,
		l.OrganizationID, seq, l.ContactID, l.OrganizationID, l.ContactID, id, l.OrganizationID, l.ContactID).Scan(&isFree)
	return &l, isFree, err
}
