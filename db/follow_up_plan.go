package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"clientregistry/db/text"
)

// CreateFollowUp plans a follow-up that stands on its own. typed has text, due_on or due as ReadDue says, due_time,
// organization_id, contact_id and assignee_id, by default the actor. If requestID was used before, it
// returns what the first call made. It returns Invalid, or Repeated if the first call had other
// content.
func (d *DB) CreateFollowUp(ctx context.Context, by Actor, typed Fields, requestID string) (FollowUp, error) {
	q, err := newRequest("follow_up", requestID, typed)
	if err != nil {
		return FollowUp{}, err
	}
	var id string
	err = d.write(ctx, by, EditInteractions, func(t *tx) (err error) {
		if id, err = t.findRepeated(q); err != nil || id != "" {
			return err
		}
		f, changes, err := t.newFollowUp(FollowUp{}, typed)
		if err != nil {
			return err
		}
		id = f.ID
		if err := t.rememberRequest(q, id); err != nil {
			return err
		}
		return t.insertFollowUp(f, changes)
	})
	if err != nil {
		return FollowUp{}, fmt.Errorf("create follow-up: %w", err)
	}
	return d.FollowUp(ctx, by, id)
}

// AddFollowUp plans the next step after an interaction. typed has text, due_on, due_time and
// assignee_id, by default the actor. If the same step is already open, it returns that one. It returns
// ErrNotFound, or Invalid if a field is refused or another step is open.
func (d *DB) AddFollowUp(ctx context.Context, by Actor, interactionID string, typed Fields) (FollowUp, error) {
	var id string
	err := d.write(ctx, by, EditInteractions, func(t *tx) error {
		i, err := t.interaction(interactionID)
		if err != nil {
			return err
		}
		id, err = t.addFollowUp(i, typed)
		t.made = id
		return err
	})
	if err != nil {
		return FollowUp{}, fmt.Errorf("add follow-up to %s: %w", interactionID, err)
	}
	return d.FollowUp(ctx, by, id)
}

// interaction returns an interaction that the actor sees, including ends that they do not see.
func (t *tx) interaction(id string) (Interaction, error) {
	if err := t.mustSee("interaction", id); err != nil {
		return Interaction{}, err
	}
	return scanInteraction(t.QueryRow(selectInteraction+" WHERE interactions.id = ?", id))
}

func (t *tx) addFollowUp(i Interaction, typed Fields) (id string, err error) {
	f, changes, err := t.newFollowUp(i.step(), typed)
	if err != nil {
		return "", err
	}
	if open := i.Next; open.ID != "" {
		if open.Text == f.Text && open.DueOn == f.DueOn && open.DueTime == f.DueTime && open.AssigneeID == f.AssigneeID {
			return open.ID, nil
		}
		refused := invalid("text", "There is already an open follow-up, “%s”. Mark it done first", text.Isolate(open.Text))
		refused.Planned = open.ID
		return "", refused
	}
	return f.ID, t.insertFollowUp(f, changes)
}

// step returns an empty follow-up of an interaction.
func (i Interaction) step() FollowUp {
	return FollowUp{
		InteractionID: i.ID, Channel: i.Channel, Subject: i.Subject, OrganizationID: i.OrganizationID, ContactID: i.ContactID,
		participants: i.participants,
	}
}

// newFollowUp fills an empty follow-up from typed fields and validates it. It writes nothing.
func (t *tx) newFollowUp(f FollowUp, typed Fields) (FollowUp, map[string]Change, error) {
	f.ID, f.CreatorID = newID(), t.by.UserID
	typed = typed.with("text", "due_on", "assignee_id")
	if isEmpty(typed["assignee_id"]) {
		typed["assignee_id"] = t.by.UserID
	}
	changes, err := t.plan(&f, typed)
	return f, changes, err
}

func (t *tx) insertFollowUp(f FollowUp, changes map[string]Change) error {
	t.give(&f, changes)
	organization, contact := f.ownClients()
	_, err := t.Exec(`
		INSERT INTO follow_ups (id, interaction_id, organization_id, contact_id, text, due_on, due_time, assignee_id,
			given_by, is_new, created_by, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		f.ID, orNull(f.InteractionID), organization, contact, f.Text, f.DueOn, orNull(f.DueTime), orNull(f.AssigneeID),
		orNull(f.GiverID), f.New, orNull(t.by.UserID), stamp(t.now))
	if err != nil {
		return err
	}
	return t.recordFollowUp("create_follow_up", f, changes)
}

// ownClients returns the IDs of the clients stored with a follow-up. One of an interaction has none of its own.
func (f FollowUp) ownClients() (organization, contact any) {
	if f.InteractionID != "" {
		return nil, nil
	}
	return orNull(f.OrganizationID), orNull(f.ContactID)
}

// give makes the actor the giver of a follow-up if the changes assign it. Unless they keep it
// themselves, it is new until the assignee looks at it or changes it.
func (t *tx) give(f *FollowUp, changes map[string]Change) {
	if _, given := changes["assignee_id"]; given {
		f.GiverID, f.New = t.by.UserID, f.AssigneeID != "" && t.by.UserID != ""
	}
	if f.AssigneeID == t.by.UserID {
		f.New = false
	}
}

// recordFollowUp records an action on a follow-up. The audit row names its interaction and clients, too.
func (t *tx) recordFollowUp(action string, f FollowUp, changes map[string]Change) error {
	return t.record(action, "follow_up", f.ID, f.details(changes))
}

// details returns the metadata of an audit row about a follow-up.
func (f FollowUp) details(changes map[string]Change) details {
	metadata := details{
		"organization_id": orNull(f.OrganizationID), "contact_id": orNull(f.ContactID), "interaction_id": orNull(f.InteractionID),
		"follow_up_text": f.Text, "changes": changes,
	}
	if f.InteractionID != "" {
		metadata["channel"], metadata["subject"] = f.Channel, f.Subject
		f.name(metadata)
	}
	return metadata
}

// aboutFollowUp matches the audit rows about a follow-up. Earlier releases recorded them under its
// interaction. Its arguments come from aboutArgs.
const aboutFollowUp = `(target_type = 'follow_up' AND target_id = ?
	OR target_type = 'interaction' AND target_id = ? AND json_extract(metadata, '$.follow_up_id') = ?)`

func (f FollowUp) aboutArgs() []any { return []any{f.ID, orNull(f.InteractionID), f.ID} }

// followUpConflict returns a Conflict that says who last changed the follow-up, and when.
func (t *tx) followUpConflict(f FollowUp) error {
	return t.conflictAmong(aboutFollowUp+" AND +action IN "+changing("follow_up"), f.aboutArgs()...)
}

// plan applies typed fields to a follow-up and validates its clients, day and assignee. It returns
// the changes, or Invalid.
func (t *tx) plan(f *FollowUp, typed Fields) (map[string]Change, error) {
	old := *f
	typed, err := t.keepUnseenEnds(Interaction{OrganizationID: f.OrganizationID, ContactID: f.ContactID}, typed)
	if err != nil {
		return nil, err
	}
	typed, unread := readDue(typed, t.by.today(t.now))
	changes, refused := apply(followUpFields, typed, f)
	if refused == nil {
		refused = &Invalid{Fields: map[string]string{}}
	}
	if unread != nil {
		refused.Fields["due_on"] = unread.Error()
	}
	if err := t.refuseClients(*f, old, refused); err != nil {
		return nil, err
	}
	if refused.Fields["due_on"] == "" && f.DueOn != old.DueOn {
		message, err := t.refuseDay(*f)
		if err != nil {
			return nil, err
		}
		refused.add("due_on", message)
	}
	given := f.AssigneeID != old.AssigneeID || f.AssigneeID != "" && (f.OrganizationID != old.OrganizationID || f.ContactID != old.ContactID)
	if given && len(refused.Fields) == 0 || refused.Fields["assignee_id"] == "" && f.AssigneeID != old.AssigneeID {
		message, err := t.refuseAssignee(f.AssigneeID, *f)
		if err != nil {
			return nil, err
		}
		refused.add("assignee_id", message)
	}
	if len(refused.Fields) > 0 {
		return nil, refused
	}
	return changes, nil
}

// refuseClients refuses clients that do not exist or that the actor does not see, and any change to
// the clients of an interaction's follow-up.
func (t *tx) refuseClients(f, old FollowUp, refused *Invalid) error {
	if f.InteractionID != "" {
		const message = "This follow-up belongs to an interaction; change who that was with"
		if f.OrganizationID != old.OrganizationID {
			refused.add("organization_id", message)
		}
		if f.ContactID != old.ContactID {
			refused.add("contact_id", message)
		}
		return nil
	}
	if f.OrganizationID == "" && f.ContactID == "" {
		return nil
	}
	return t.checkEnds(Interaction{OrganizationID: f.OrganizationID, ContactID: f.ContactID},
		Interaction{OrganizationID: old.OrganizationID, ContactID: old.ContactID}, refused)
}

// refuseDay returns why a follow-up cannot be due on its day, or "" if it can. A day in the past is
// allowed only if the follow-up was due on it before.
func (t *tx) refuseDay(f FollowUp) (string, error) {
	today := t.by.today(t.now)
	message := refuseDueDay(f.DueOn, today)
	if f.DueOn >= today.String() {
		return message, nil
	}
	var had bool
	err := t.QueryRow(`
		SELECT EXISTS (
			SELECT 1 FROM audit_logs
			WHERE `+aboutFollowUp+` AND json_extract(metadata, '$.changes.due_on.old') = ?)`,
		append(f.aboutArgs(), f.DueOn)...).Scan(&had)
	if had {
		return "", err
	}
	return message, err
}

// refuseDueDay returns why a follow-up cannot be planned for a day, or "" if it can.
func refuseDueDay(day string, today Date) string {
	switch {
	case day > today.LastDue().String():
		return "Choose a day within ten years"
	case day < today.String():
		return "Choose today or later"
	}
	return ""
}

// refuseAssignee returns why a user cannot be given a follow-up, or "" if they can. Whoever had it before can be given it back
// in an Undo.
func (t *tx) refuseAssignee(id string, f FollowUp) (string, error) {
	if id == t.by.UserID {
		return "", nil
	}
	if had, err := t.hadBefore("assignee_id", id, aboutFollowUp, f.aboutArgs()...); err != nil || had {
		return "", err
	}
	var name string
	var may bool
	err := t.QueryRow("SELECT full_name, "+mayFollowUp+" FROM users WHERE id = ?", id).Scan(&name, &may)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "Choose somebody from the list", nil
	case err == nil && !may:
		return name + " cannot be given follow-ups; choose somebody else", nil
	}
	if err != nil || f.InteractionID == "" && f.OrganizationID == "" && f.ContactID == "" {
		return "", err
	}
	person := Actor{UserID: id}
	if person.OwnOnly, err = ownOnly(t.QueryRow(widestScope, id)); err != nil {
		return "", err
	}
	seen := person.seesEnds("ends.organization_id", "ends.contact_id", "SELECT value AS contact_id FROM json_each(ends.participants)")
	err = orNotFound(t.QueryRow("SELECT 1 FROM (SELECT ? AS organization_id, ? AS contact_id, ? AS participants) AS ends WHERE "+seen.sql,
		append([]any{f.OrganizationID, f.ContactID, f.idsJSON()}, seen.args...)...))
	if errors.Is(err, ErrNotFound) {
		return name + " does not see this client; choose somebody else", nil
	}
	return "", err
}
