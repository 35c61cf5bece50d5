package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db/sqlite"
)

// Interaction is a call, email, meeting or note with an organization, a contact, or both.
type Interaction struct {
	ID, Channel, Subject, Body, Outcome  string
	OrganizationID, OrganizationName     string
	ContactID, ContactFirst, ContactLast string
	participants
	UserID, UserName      string // who had it, or "" if their account was deleted
	LoggerID, Logger      string // who logged it, "" if that is who had it
	HappenedAt, CreatedAt time.Time
	Version               int
	Next                  FollowUp // the open follow-up, or one without an ID if there is none
	OutOfSight            bool     // the actor's change took it out of their sight; then it has only its ID and version
	happened              string   // happened_at as typed or stored
}

// ContactName returns the contact's full name, or "" if there is no contact.
func (i Interaction) ContactName() string { return personName(i.ContactFirst, i.ContactLast) }

// Channels are the kinds of interaction, in the order people choose from.
var Channels = []string{"call", "email", "meeting", "note"}

// InteractionFields are the editable columns of an interaction.
func InteractionFields() []Field { return interactionFields }

func (i *Interaction) value(column string) *string {
	switch column {
	case "channel":
		return &i.Channel
	case "subject":
		return &i.Subject
	case "body":
		return &i.Body
	case "outcome":
		return &i.Outcome
	case "organization_id":
		return &i.OrganizationID
	case "contact_id":
		return &i.ContactID
	case "happened_at":
		return &i.happened
	case "participant_id":
		return &i.participantIDs
	case "user_id":
		return &i.UserID
	}
	return nil
}

// Value returns the stored value of an editable column; records are given by ID. ok is false if
// people cannot edit it.
func (i *Interaction) Value(column string) (value string, ok bool) {
	if v := i.value(column); v != nil {
		return *v, true
	}
	return "", false
}

var selectInteraction, _ = selectInteractionFor(Actor{}, userName)

// selectInteractionFor returns a query for interactions that shows only the ends the actor sees.
// user is the SQL for the user's name: userName or unnamed. args must precede the arguments of any
// clauses added to the query.
func selectInteractionFor(by Actor, user string) (query string, args []any) {
	return selectInteractionFrom(by, user, condition{sql: "interactions"})
}

// selectInteractionFrom is selectInteractionFor where from has the table of interactions, joined to
// what narrows and orders it.
func selectInteractionFrom(by Actor, user string, from condition) (query string, args []any) {
	organization, contact := by.seesOrganization("organization_id"), by.seesContact("contact_id")
	participants := by.participantsOf("interactions.id")
	return `
		SELECT interactions.id, channel, subject, body, outcome, organizations.id, display_name, contacts.id, first_name, last_name,
			user_id, ` + user + `, happened_at, interactions.created_at, interactions.version,
			next.id, next.text, due_on, due_time, assignee_id, ` + strings.ReplaceAll(shownName, "users.", "assignees.") + `, assignees.time_zone,
			ifnull(is_new, 0), ifnull(next.version, 0), logged_by,
			` + participants.sql + `
		FROM ` + from.sql + `
		LEFT JOIN organizations ON organizations.id = organization_id AND ` + organization.sql + `
		LEFT JOIN contacts ON contacts.id = contact_id AND ` + contact.sql + `
		LEFT JOIN (
			SELECT id, interaction_id, text, due_on, due_time, assignee_id, is_new, done_at, cancelled_at, version FROM follow_ups
		) AS next ON interaction_id = iif(next_due_on IS NULL, NULL, interactions.id) AND done_at IS NULL AND cancelled_at IS NULL
		LEFT JOIN users AS assignees ON assignees.id = assignee_id`, slices.Concat(participants.args, from.args, organization.args, contact.args)
}

// scanInteraction scans a row of selectInteraction. It returns ErrNotFound if there is none.
func scanInteraction(row sqlite.Row) (Interaction, error) { return interactionScanner()(row) }

// interactionScanner returns a scan for the rows of one query, which allocates only once.
func interactionScanner() func(sqlite.Row) (Interaction, error) {
	var i Interaction
	var participants string
	into := []any{
		&i.ID, &i.Channel, &i.Subject,
		nullText{&i.Body},
		nullText{&i.Outcome},
		nullText{&i.OrganizationID},
		nullText{&i.OrganizationName},
		nullText{&i.ContactID},
		nullText{&i.ContactFirst},
		nullText{&i.ContactLast},
		nullText{&i.UserID},
		nullText{&i.UserName},
		storedMoment{moment{&i.HappenedAt}, &i.happened},
		moment{&i.CreatedAt},
		&i.Version,
		nullText{&i.Next.ID},
		nullText{&i.Next.Text},
		nullText{&i.Next.DueOn},
		nullText{&i.Next.DueTime},
		nullText{&i.Next.AssigneeID},
		nullText{&i.Next.Assignee},
		nullText{&i.Next.AssigneeZone},
		&i.Next.New, &i.Next.Version,
		nullText{&i.LoggerID},
		nullText{&participants},
	}
	return func(row sqlite.Row) (Interaction, error) {
		err := row.Scan(into...)
		if errors.Is(err, sql.ErrNoRows) {
			return Interaction{}, ErrNotFound
		}
		read := i
		if read.Next.ID != "" {
			read.Next.InteractionID = read.ID
		}
		return read, errors.Join(err, read.readParticipants(participants))
	}
}

// Interaction returns an interaction, or ErrNotFound.
func (d *DB) Interaction(ctx context.Context, by Actor, id string) (Interaction, error) {
	read, args := selectInteractionFor(by, userName)
	seen := by.seesInteraction("interactions")
	args = append(append(args, id), seen.args...)
	i, err := scanInteraction(d.reader.QuickQueryRow(ctx, read+" WHERE interactions.id = ? AND "+seen.sql, args...))
	if err != nil {
		return i, fmt.Errorf("interaction %s: %w", id, err)
	}
	if i.LoggerID != "" {
		names, err := d.userNames(ctx)
		if i.Logger = names[i.LoggerID]; err != nil {
			return i, fmt.Errorf("interaction %s: %w", id, err)
		}
	}
	return i, nil
}

// LogInteraction creates an interaction. typed has channel, subject, body, outcome, happened_at, and
// organization_id, contact_id or both; participant_id names further people, and user_id who had it,
// by default the actor. time_zone is the zone of a local happened_at, by default the actor's; when
// and due choose times as ReadTimes says. The optional follow_up_text, follow_up_due_on and
// follow_up_assignee_id plan the next step, as AddFollowUp does.
// With link, its two ends are linked if they are not yet, which needs EditClients.
// It returns Invalid if fields are refused. Calling it again with the same requestID returns the
// existing interaction, or Repeated if the fields differ.
func (d *DB) LogInteraction(ctx context.Context, by Actor, typed Fields, requestID string) (Interaction, error) {
	q, err := newRequest("interaction", requestID, typed)
	if err != nil {
		return Interaction{}, err
	}
	var id string
	err = d.write(ctx, by, EditInteractions, func(t *tx) (err error) {
		if id, err = t.findRepeated(q); err != nil || id != "" {
			return err
		}
		i := Interaction{ID: newID(), UserID: by.UserID}
		id = i.ID
		read, unread := readWhen(by, typed, t.now)
		full := read.with("channel", "subject", "happened_at")
		if isEmpty(full["user_id"]) {
			delete(full, "user_id")
		}
		changes, err := t.change(&i, full)
		if c, ok := changes["user_id"]; ok {
			changes["user_id"] = Change{New: c.New}
		}
		next, planned, err2 := t.firstStep(i, read)
		if err := joinInvalid(joinInvalid(err, err2), unread); err != nil {
			return err
		}
		i.setLogger(by.UserID)
		metadata := i.details()
		metadata["changes"] = changes
		if typed["link"] != "" {
			if err := t.linkInteractionEnds(i, metadata); err != nil {
				return err
			}
		}
		if err := t.insertInteraction(i); err != nil {
			return err
		}
		if err := t.rememberRequest(q, i.ID); err != nil {
			return err
		}
		if err := t.record("create_interaction", "interaction", i.ID, metadata); err != nil || len(planned) == 0 {
			return err
		}
		return t.insertFollowUp(next, planned)
	})
	if err != nil {
		return Interaction{}, fmt.Errorf("log interaction: %w", err)
	}
	return d.Interaction(ctx, by, id)
}

// linkInteractionEnds links the organization and the contact of an interaction, if it has both and they are not linked,
// and notes in the metadata of the interaction's row that it did.
func (t *tx) linkInteractionEnds(i Interaction, metadata details) error {
	if i.OrganizationID == "" || i.ContactID == "" {
		return nil
	}
	err := orNotFound(t.QueryRow("SELECT 1 FROM organization_contact WHERE organization_id = ? AND contact_id = ?",
		i.OrganizationID, i.ContactID))
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	if err := EditClients.Refuse(t.by); err != nil {
		return err
	}
	err = t.linkContact(&NewLink{OrganizationID: i.OrganizationID, ContactID: i.ContactID})
	if err == nil {
		metadata["linked"] = true
	}
	return err
}

// setLogger stores who logged an interaction, unless they had it themselves.
func (i *Interaction) setLogger(id string) {
	if i.LoggerID = id; id == i.UserID {
		i.LoggerID = ""
	}
}

func (t *tx) insertInteraction(i Interaction) error {
	if i.CreatedAt.IsZero() {
		i.CreatedAt = t.now
	}
	docid, err := t.newDocid()
	if err != nil {
		return err
	}
	_, err = t.Exec(`
		INSERT INTO interactions (id, organization_id, contact_id, user_id, channel, subject, body, outcome,
			happened_at, created_at, version, docid, logged_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		i.ID, orNull(i.OrganizationID), orNull(i.ContactID), orNull(i.UserID), i.Channel, i.Subject, orNull(i.Body), orNull(i.Outcome),
		stamp(i.HappenedAt), stamp(i.CreatedAt), max(i.Version, 1), docid, orNull(i.LoggerID))
	if err != nil {
		return err
	}
	return errors.Join(t.saveParticipants(i), t.indexInteraction(docid, i))
}

// change applies typed fields to i and validates its ends, its user and its time. It returns the changes, or
// Invalid.
func (t *tx) change(i *Interaction, typed Fields) (map[string]Change, error) {
	old := *i
	changes, refused := apply(interactionFields, typed, i)
	if refused == nil {
		refused = &Invalid{Fields: map[string]string{}}
	}
	if _, ok := typed["happened_at"]; ok && refused.Fields["happened_at"] == "" {
		at, err := happenedAt(i.happened, old.HappenedAt, FormZone(typed["time_zone"], t.by.zone()), t.now)
		if err != nil {
			refused.Fields["happened_at"] = err.Error()
		}
		i.HappenedAt = at
	}
	if changes == nil {
		changes = map[string]Change{}
	}
	i.settleEnds(old, changes)
	if err := errors.Join(t.checkEnds(*i, old, refused), t.checkUser(*i, old, refused)); err != nil {
		return nil, err
	}
	if len(refused.Fields) > 0 {
		return nil, refused
	}
	delete(changes, "happened_at")
	if !i.HappenedAt.Equal(old.HappenedAt) {
		c := Change{New: stamp(i.HappenedAt)}
		if !old.HappenedAt.IsZero() {
			c.Old = stamp(old.HappenedAt)
		}
		changes["happened_at"] = c
	}
	return changes, nil
}

// checkEnds adds to refused if there is no end, or if a new end does not exist or the actor does
// not see it.
func (t *tx) checkEnds(i, old Interaction, refused *Invalid) error {
	if i.OrganizationID == "" && i.ContactID == "" {
		refused.Fields["contact_id"] = "Choose a contact or an organization"
	}
	for _, end := range []struct{ column, kind, id, old, message string }{
		{"organization_id", "organization", i.OrganizationID, old.OrganizationID, "Choose an organization from the list"},
		{"contact_id", "contact", i.ContactID, old.ContactID, "Choose a contact from the list"},
	} {
		if end.id == "" || end.id == end.old {
			continue
		}
		switch err := t.mustSee(end.kind, end.id); {
		case errors.Is(err, ErrNotFound):
			refused.Fields[end.column] = end.message
		case err != nil:
			return err
		}
	}
	return t.checkParticipants(i, old, refused)
}

// details returns the metadata that every audit row of an interaction has.
func (i Interaction) details() details {
	d := details{"organization_id": orNull(i.OrganizationID), "contact_id": orNull(i.ContactID), "channel": i.Channel, "subject": i.Subject}
	i.name(d)
	return d
}
