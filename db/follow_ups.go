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

// FollowUp is what to do, by which day, and who does it. It is the next step after an
// interaction, or stands on its own, with or without a client. It is open until done or cancelled,
// and an interaction has at most one open. Whoever sees the interaction or a client sees it; without
// either, only its creator and its assignee do.
type FollowUp struct {
	ID, InteractionID    string // InteractionID is "" if it stands on its own
	Text                 string
	DueOn                string // a day as YYYY-MM-DD, the same in every time zone
	DueTime              string // HH:MM in the assignee's time zone, or ""
	AssigneeID, Assignee string // "" if the account was deleted
	AssigneeZone         string
	CreatorID            string
	CreatedAt            time.Time
	GiverID, Giver       string // who gave it to the assignee, or "" if they took it themselves
	New                  bool   // somebody else gave it to the assignee, who has not looked at it yet
	DoneAt, CancelledAt  time.Time
	DoneByID             string // who marked it as done
	Version              int
	OutOfSight           bool // a change took it out of the actor's sight

	// Fields of the interaction, if it has one.
	Channel, Subject string
	// The clients of the interaction, or its own. Those that the actor does not see are empty.
	OrganizationID, OrganizationName     string
	ContactID, ContactFirst, ContactLast string
	participants                         // of the interaction
	OrganizationArchived                 bool
	ContactArchived                      bool
}

// ContactName returns the contact's full name, or "" if there is no contact.
func (f FollowUp) ContactName() string { return personName(f.ContactFirst, f.ContactLast) }

// Open is true until the follow-up is done or cancelled.
func (f FollowUp) Open() bool { return f.DoneAt.IsZero() && f.CancelledAt.IsZero() }

// FollowUpFields are the editable columns of a follow-up.
func FollowUpFields() []Field { return followUpFields }

// Value returns the stored value of a column that people change.
func (f *FollowUp) Value(column string) (value string, ok bool) {
	if v := f.value(column); v != nil {
		return *v, true
	}
	return "", false
}

func (f *FollowUp) value(column string) *string {
	return map[string]*string{
		"text": &f.Text, "due_on": &f.DueOn, "due_time": &f.DueTime, "assignee_id": &f.AssigneeID,
		"organization_id": &f.OrganizationID, "contact_id": &f.ContactID,
	}[column]
}

// DueAt returns the moment when it is due. ok is false if it has no time.
func (f FollowUp) DueAt() (at time.Time, ok bool) {
	zone, err := time.LoadLocation(f.AssigneeZone)
	if err != nil || f.DueTime == "" {
		return at, false
	}
	at, err = time.ParseInLocation("2006-01-02 15:04", f.DueOn+" "+f.DueTime, zone)
	return at, err == nil
}

// today returns the current day in the actor's time zone.
func (by Actor) today(now time.Time) Date { return DateOf(now.In(by.zone())) }

// openFollowUp is true for an open follow-up.
const openFollowUp = "done_at IS NULL AND cancelled_at IS NULL"

// followUpsJoined joins follow-ups with their interactions.
const followUpsJoined = "follow_ups LEFT JOIN interactions ON interactions.id = interaction_id"

// The IDs of the clients in a row of followUpsJoined.
const (
	followUpOrganization = "ifnull(interactions.organization_id, follow_ups.organization_id)"
	followUpContact      = "ifnull(interactions.contact_id, follow_ups.contact_id)"
)

func selectFollowUpFor(by Actor) (query string, args []any) {
	organization, contact := by.seesOrganization(followUpOrganization), by.seesContact(followUpContact)
	participants := by.participantsOf("follow_ups.interaction_id")
	return `
		SELECT follow_ups.id, interaction_id, follow_ups.text, due_on, due_time, assignee_id, ` + shownName + `, users.time_zone,
			follow_ups.created_by, follow_ups.created_at, givers.id, ` + strings.ReplaceAll(shownName, "users.", "givers.") + `, is_new,
			done_at, done_by, cancelled_at, follow_ups.version, channel, subject,
			organizations.id, display_name, contacts.id, first_name, last_name,
			organizations.is_active IS 0, contacts.is_active IS 0,
			` + participants.sql + `
		FROM ` + followUpsJoined + `
		LEFT JOIN organizations ON organizations.id = ` + followUpOrganization + ` AND ` + organization.sql + `
		LEFT JOIN contacts ON contacts.id = ` + followUpContact + ` AND ` + contact.sql + `
		LEFT JOIN users ON users.id = assignee_id
		LEFT JOIN users AS givers ON givers.id = ifnull(given_by, created_by) AND givers.id IS NOT assignee_id`,
		slices.Concat(participants.args, organization.args, contact.args)
}

func scanFollowUp(r sqlite.Row) (FollowUp, error) {
	var f FollowUp
	var participants string
	err := r.Scan(&f.ID, nullText{&f.InteractionID}, &f.Text, &f.DueOn, nullText{&f.DueTime},
		nullText{&f.AssigneeID}, nullText{&f.Assignee}, nullText{&f.AssigneeZone},
		nullText{&f.CreatorID}, moment{&f.CreatedAt}, nullText{&f.GiverID}, nullText{&f.Giver}, &f.New,
		moment{&f.DoneAt}, nullText{&f.DoneByID}, moment{&f.CancelledAt}, &f.Version, nullText{&f.Channel}, nullText{&f.Subject},
		nullText{&f.OrganizationID}, nullText{&f.OrganizationName}, nullText{&f.ContactID}, nullText{&f.ContactFirst}, nullText{&f.ContactLast},
		&f.OrganizationArchived, &f.ContactArchived, nullText{&participants})
	if errors.Is(err, sql.ErrNoRows) {
		return FollowUp{}, ErrNotFound
	}
	return f, errors.Join(err, f.readParticipants(participants))
}

// LastDue returns the latest due day that can be chosen on day d.
func (d Date) LastDue() Date { return Date{d.midnight.AddDate(10, 0, 0)} }

// FollowUp returns a follow-up, open or not, or ErrNotFound.
func (d *DB) FollowUp(ctx context.Context, by Actor, id string) (FollowUp, error) {
	read, args := selectFollowUpFor(by)
	seen := by.seesFollowUp()
	args = append(append(args, id), seen.args...)
	f, err := scanFollowUp(d.reader.QuickQueryRow(ctx, read+" WHERE follow_ups.id = ? AND "+seen.sql, args...))
	if err != nil {
		return f, fmt.Errorf("follow-up %s: %w", id, err)
	}
	return f, nil
}

// followUp returns a follow-up that the actor sees, including clients that they do not see.
func (t *tx) followUp(id string) (FollowUp, error) { return t.followUpIf(id, t.by.seesFollowUp()) }

// unscopedFollowUp returns a follow-up whether or not the actor sees it.
func (t *tx) unscopedFollowUp(id string) (FollowUp, error) { return t.followUpIf(id, always) }

func (t *tx) followUpIf(id string, seen condition) (FollowUp, error) {
	read, args := selectFollowUpFor(System)
	return scanFollowUp(t.QueryRow(read+" WHERE follow_ups.id = ? AND "+seen.sql, append(append(args, id), seen.args...)...))
}

// Assignees lists by name the users who can be given a follow-up: active ones who may log
// interactions, and so can mark it done.
func (d *DB) Assignees(ctx context.Context, by Actor) ([]Owner, error) {
	return memoized(&d.memo, "assignees", func() ([]Owner, error) {
		rows, err := d.reader.QuickQuery(ctx, "SELECT id, full_name FROM users WHERE "+mayFollowUp+" ORDER BY name_key, id")
		return sqlite.Collect(rows, err, func(r sqlite.Row) (o Owner, err error) { return o, r.Scan(&o.ID, &o.FullName) })
	})
}

const mayFollowUp = `status = 'active' AND 3 = (
	SELECT count(DISTINCT slug)
	FROM user_role JOIN role_permission USING (role_id) JOIN permissions ON permissions.id = permission_id
	WHERE user_id = users.id AND slug IN ('ViewClient', 'ViewInteraction', 'EditInteraction'))`
