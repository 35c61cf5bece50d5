package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
)

// UndoneLink is the link that was made with what is undone. Without IDs there is none.
type UndoneLink struct {
	Link
	IsGone bool // else it stays, see UndoLog
}

// linkMetadata is what a row of an interaction says of the link that was made or deleted with it.
type linkMetadata struct {
	linkedEnds
	Linked   bool        `json:"linked"`   // logging, changing or restoring the interaction linked the two
	Unlinked bool        `json:"unlinked"` // undoing that unlinked them
	Link     *linkedEnds `json:"link"`     // whom an Undo linked or unlinked, nil for the interaction's own ends
}

// linkedEnds are the ends of a link.
type linkedEnds struct {
	OrganizationID string `json:"organization_id"`
	ContactID      string `json:"contact_id"`
}

func (m linkMetadata) ends() linkedEnds {
	if m.Link != nil {
		return *m.Link
	}
	return m.linkedEnds
}

// UndoLog deletes an interaction as DeleteInteraction does, and in the same transaction the link that logging it made. The link
// stays where somebody has changed or used it since, where the actor may not edit clients, and where they would lose sight of
// one of the two.
func (d *DB) UndoLog(ctx context.Context, by Actor, id string, version int) (i Interaction, made UndoneLink, err error) {
	for _, unlinks := range []bool{EditClients.MetBy(by), false} {
		i, err = d.deleteInteraction(ctx, by, id, version, func(t *tx, metadata details) error {
			logged, err := t.interactionRow(id, " AND action IN ('create_interaction', 'restore_interaction')")
			if err == nil {
				made, err = t.undoLink(id, logged, unlinks, metadata)
			}
			return err
		})
		if !errors.Is(err, errHides) {
			break
		}
	}
	return i, made, err
}

// UndoEdit is UpdateInteraction with the values before a change of the actor's own. In the same transaction it deletes the link
// that this change of the organization or the contact made, as UndoLog does, and links again what another UndoEdit unlinked.
func (d *DB) UndoEdit(ctx context.Context, by Actor, id string, version int, typed Fields) (i Interaction, made UndoneLink, err error) {
	by.TakesBack = true
	for _, unlinks := range []bool{EditClients.MetBy(by), false} {
		i, err = d.changeInteraction(ctx, by, id, version, typed, func(t *tx, i, old Interaction, metadata details) error {
			if i.HasEndsOf(old) {
				return nil
			}
			undone, err := t.changeOfEnds(i, old)
			if err != nil {
				return err
			}
			if err := t.linkAgain(undone.linkMetadata, metadata); err != nil {
				return err
			}
			made, err = t.undoLink(id, undone, unlinks, metadata)
			return err
		})
		if !errors.Is(err, errHides) {
			break
		}
	}
	return i, made, err
}

// interactionRow is a row of an interaction in the audit log. The zero value stands for none.
type interactionRow struct {
	linkMetadata
	seq int64
}

// interactionRow returns the latest row of an interaction that matches.
func (t *tx) interactionRow(id, where string, args ...any) (x interactionRow, err error) {
	var metadata string
	err = t.QueryRow("SELECT seq, metadata FROM audit_logs WHERE target_type = 'interaction' AND target_id = ?"+where+
		" ORDER BY seq DESC LIMIT 1", append([]any{id}, args...)...).Scan(&x.seq, &metadata)
	if errors.Is(err, sql.ErrNoRows) {
		return x, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(metadata), &x.linkMetadata)
	}
	if err != nil {
		return x, fmt.Errorf("row of interaction %s: %w", id, err)
	}
	return x, nil
}

// changeOfEnds returns the actor's latest change of an interaction that is undone where old becomes i: the one that changed
// the same of its two ends the other way round.
func (t *tx) changeOfEnds(i, old Interaction) (interactionRow, error) {
	where, args := " AND action = 'update_interaction' AND user_id IS ?", []any{orNull(t.by.UserID)}
	for _, column := range []string{"organization_id", "contact_id"} {
		if to, from := *i.value(column), *old.value(column); to != from {
			change := "json_extract(metadata, '$.changes." + column
			where += " AND " + change + ".old') IS ? AND " + change + ".new') IS ?"
			args = append(args, orNull(to), orNull(from))
		}
	}
	return t.interactionRow(i.ID, where, args...)
}

// linkAgain links whom an Undo unlinked, if the actor may and sees both, and notes it in the metadata of the interaction's row.
func (t *tx) linkAgain(said linkMetadata, metadata details) error {
	if !said.Unlinked || !EditClients.MetBy(t.by) {
		return nil
	}
	ends := said.ends()
	err := t.linkInteractionEnds(Interaction{OrganizationID: ends.OrganizationID, ContactID: ends.ContactID}, metadata)
	if metadata["linked"] != nil {
		metadata["link"] = ends
	}
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// undoLink returns the link that was made with a row of an interaction. It deletes that, if unlinks is set and nobody has changed
// the link since nor logged or changed anything else with both, and notes it in the metadata of the interaction's new row.
func (t *tx) undoLink(id string, row interactionRow, unlinks bool, metadata details) (made UndoneLink, err error) {
	if !row.Linked {
		return UndoneLink{}, nil
	}
	ends := row.ends()
	made.Link, err = t.link(ends.OrganizationID, ends.ContactID)
	if errors.Is(err, ErrNotFound) {
		return UndoneLink{}, nil
	}
	if err != nil || !unlinks {
		return made, err
	}
	err = t.QueryRow(`
		SELECT NOT EXISTS (SELECT 1 FROM audit_logs WHERE target_type = 'organization' AND target_id = ? AND seq > ?
				AND json_extract(metadata, '$.contact_id') = ?)
			AND NOT EXISTS (SELECT 1 FROM interactions WHERE organization_id = ? AND contact_id = ? AND id <> ?
				AND EXISTS (SELECT 1 FROM audit_logs WHERE target_type = 'interaction' AND target_id = interactions.id AND seq > ?))`,
		ends.OrganizationID, row.seq, ends.ContactID, ends.OrganizationID, ends.ContactID, id, row.seq).Scan(&made.IsGone)
	if err != nil || !made.IsGone {
		return made, err
	}
	metadata["unlinked"], metadata["link"] = true, ends
	return made, t.unlinkSeen(made.Link)
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
