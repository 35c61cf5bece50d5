package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"clientregistry/db/sqlite"
)

// linkMetadata is what the rows of an interaction say of the link between its organization and its contact.
type linkMetadata struct {
	OrganizationID string `json:"organization_id"`
	ContactID      string `json:"contact_id"`
	Linked         bool   `json:"linked"`   // logging, changing or restoring it linked them
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

// UndoEdit is UpdateInteraction with the values before a change. In the same transaction it deletes the link that the change
// of the organization or the contact made, which is returned as UndoLog does, and links again what another UndoEdit unlinked.
func (d *DB) UndoEdit(ctx context.Context, by Actor, id string, version int, typed Fields) (
	i Interaction, made *Link, unlinked bool, err error,
) {
	for _, links := range []bool{EditClients.MetBy(by), false} {
		i, err = d.changeInteraction(ctx, by, id, version, typed, func(t *tx, i, old Interaction, metadata details) (err error) {
			made, unlinked = nil, false
			if i.hasEndsOf(old) {
				return nil
			}
			chose, linked, err := t.changeOfEnds(old)
			if err != nil {
				return err
			}
			if chose.Unlinked && links {
				if err := t.linkInteractionEnds(i, metadata); !errors.Is(err, ErrNotFound) { // they may not see both
					return err
				}
			}
			var isFree bool
			if made, isFree, err = t.linkOfRow(id, linked); err != nil || made == nil {
				return err
			}
			if unlinked = links && isFree; !unlinked {
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

// linkRow is what a row of an interaction says of its two ends.
type linkRow struct {
	linkMetadata
	seq     int64
	changes bool // it changed the interaction
}

// changeOfEnds returns the row of the change that gave an interaction its organization and contact, and the row since then, perhaps
// the same, that linked them. Both are empty if the interaction was logged with them.
func (t *tx) changeOfEnds(i Interaction) (chose, linked linkRow, err error) {
	rows, err := t.Query(`
		SELECT seq, action = 'update_interaction', metadata FROM audit_logs
		WHERE target_type = 'interaction' AND target_id = ? AND action IN ('create_interaction', 'update_interaction', 'restore_interaction')
		ORDER BY seq DESC`, i.ID)
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (x linkRow, err error) {
		var metadata string
		if err := r.Scan(&x.seq, &x.changes, &metadata); err != nil {
			return x, err
		}
		return x, json.Unmarshal([]byte(metadata), &x.linkMetadata)
	})
	if err != nil {
		return chose, linked, fmt.Errorf("changes of interaction %s: %w", i.ID, err)
	}
	for _, x := range all {
		if x.OrganizationID != i.OrganizationID || x.ContactID != i.ContactID {
			break
		}
		if chose = x; x.Linked && !linked.Linked {
			linked = x
		}
	}
	if !chose.changes {
		return linkRow{}, linkRow{}, nil
	}
	return chose, linked, nil
}

// linkMadeBy returns the link that logging or restoring an interaction made, nil if there is none, and whether nobody has
// changed it since nor logged or changed anything else with both.
func (t *tx) linkMadeBy(id string) (made *Link, isFree bool, err error) {
	var metadata string
	var x linkRow
	err = t.QueryRow("SELECT seq, metadata FROM audit_logs WHERE target_type = 'interaction' AND target_id = ? AND"+
		" action IN ('create_interaction', 'restore_interaction') ORDER BY seq DESC LIMIT 1", id).Scan(&x.seq, &metadata)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if err := json.Unmarshal([]byte(metadata), &x.linkMetadata); err != nil {
		return nil, false, fmt.Errorf("metadata of interaction %s: %w", id, err)
	}
	return t.linkOfRow(id, x)
}

// linkOfRow is linkMadeBy for a row of an interaction.
func (t *tx) linkOfRow(id string, x linkRow) (made *Link, isFree bool, err error) {
	if !x.Linked {
		return nil, false, nil
	}
	l, err := t.link(x.OrganizationID, x.ContactID)
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
				AND (created_at >= (SELECT linked_at FROM organization_contact WHERE organization_id = ? AND contact_id = ?)
					OR EXISTS (SELECT 1 FROM audit_logs WHERE target_type = 'interaction' AND target_id = interactions.id AND seq > ?)))`,
		l.OrganizationID, x.seq, l.ContactID, l.OrganizationID, l.ContactID, id, l.OrganizationID, l.ContactID, x.seq).Scan(&isFree)
	return &l, isFree, err
}
