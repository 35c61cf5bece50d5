package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// FollowUp is the next step after an interaction: what is to be done, by which
// day, and by whom. It is open until it is done; an interaction has at most one
// open. Who sees the interaction sees it.
type FollowUp struct {
	ID, InteractionID    string
	Text                 string
	DueOn                string    // a day as YYYY-MM-DD, the same in every time zone
	AssigneeID, Assignee string    // whose it is; "" where the account is gone
	DoneAt               time.Time // zero while it is open
	Version              int

	// Of the interaction, with those of its ends that the actor sees.
	Channel, Subject                     string
	OrganizationID, OrganizationName     string
	ContactID, ContactFirst, ContactLast string
	Archived                             bool // one of these ends is
}

// ContactName is the name of the person it is about, "" if there is none.
func (f FollowUp) ContactName() string { return personName(f.ContactFirst, f.ContactLast) }

func (f *FollowUp) value(column string) *string {
	return map[string]*string{"text": &f.Text, "due_on": &f.DueOn, "assignee_id": &f.AssigneeID}[column]
}

// today is the day that it is for the actor.
func (by Actor) today(now time.Time) Date { return DateOf(now.In(by.zone())) }

func selectFollowUpFor(by Actor) (query string, args []any) {
	organization, contact := by.seesOrganization("organization_id"), by.seesContact("contact_id")
	return `
		SELECT follow_ups.id, interaction_id, follow_ups.text, due_on, assignee_id, ` + shownName + `, done_at, follow_ups.version, channel, subject,
			organizations.id, display_name, contacts.id, first_name, last_name,
			organizations.is_active IS 0 OR contacts.is_active IS 0
		FROM follow_ups
		JOIN interactions ON interactions.id = interaction_id
		LEFT JOIN organizations ON organizations.id = organization_id AND ` + organization.sql + `
		LEFT JOIN contacts ON contacts.id = contact_id AND ` + contact.sql + `
		LEFT JOIN users ON users.id = assignee_id`, append(organization.args, contact.args...)
}

func scanFollowUp(r sqlite.Row) (FollowUp, error) {
	var f FollowUp
	err := r.Scan(&f.ID, &f.InteractionID, &f.Text, &f.DueOn, nullText{&f.AssigneeID}, nullText{&f.Assignee}, moment{&f.DoneAt},
		&f.Version, &f.Channel, &f.Subject,
		nullText{&f.OrganizationID}, nullText{&f.OrganizationName}, nullText{&f.ContactID}, nullText{&f.ContactFirst}, nullText{&f.ContactLast},
		&f.Archived)
	if errors.Is(err, sql.ErrNoRows) {
		return FollowUp{}, ErrNotFound
	}
	return f, err
}

// LastDue is the last day on which a follow-up that is planned on this one may be due.
func (d Date) LastDue() Date { return Date{d.midnight.AddDate(10, 0, 0)} }

// FollowUp returns one follow-up, open or done, or ErrNotFound.
func (d *DB) FollowUp(ctx context.Context, by Actor, id string) (FollowUp, error) {
	read, args := selectFollowUpFor(by)
	seen := by.seesInteraction("organization_id", "contact_id")
	args = append(append(args, id), seen.args...)
	f, err := scanFollowUp(d.reader.QuickQueryRow(ctx, read+" WHERE follow_ups.id = ? AND "+seen.sql, args...))
	if err != nil {
		return f, fmt.Errorf("follow-up %s: %w", id, err)
	}
	return f, nil
}

// FollowUpFilter narrows the open follow-ups. Empty fields do not narrow.
type FollowUpFilter struct {
	AssigneeID                string // a user's id, or "none"
	OrganizationID, ContactID string // of the interaction
	// When is overdue (before the actor's today), week (from Monday to Sunday of
	// their week) or soon (both: up to that Sunday).
	When  string
	After string // cursor of the page before
	Limit int    // at most PageSize, which is also 0
}

// FollowUps lists open follow-ups, the first due first. next is the cursor of the
// following page, "" where there is none. Without the right to see interactions
// it is ErrForbidden.
func (d *DB) FollowUps(ctx context.Context, by Actor, f FollowUpFilter) (page []FollowUp, next string, err error) {
	if err := ViewInteractions.Refuse(by); err != nil {
		return nil, "", fmt.Errorf("follow-ups tell of interactions: %w", err)
	}
	few, err := d.ownsFew(ctx, by)
	if err != nil {
		return nil, "", err
	}
	c := conditions{clauses: []string{"done_at IS NULL"}}
	switch {
	case f.OrganizationID != "":
		c.addAll(by.seesOrganization("organization_id"))
		c.add("organization_id = ?", f.OrganizationID)
		c.add("next_due_on IS NOT NULL")
	case f.ContactID != "":
		c.addAll(by.seesContact("contact_id"))
		c.add("contact_id = ?", f.ContactID)
		c.add("next_due_on IS NOT NULL")
	case few:
		c.addAll(by.ownInteractions())
	default:
		c.addAll(by.seesInteraction("organization_id", "contact_id"))
	}
	switch f.AssigneeID {
	case "":
	case "none":
		c.add("assignee_id IS NULL")
	default:
		c.add("assignee_id = ?", f.AssigneeID)
	}
	today := by.today(d.now())
	monday := today.Monday()
	switch f.When {
	case "overdue":
		c.add("due_on < ?", today.String())
	case "week":
		c.add("due_on BETWEEN ? AND ?", monday.String(), monday.Add(6).String())
	case "soon":
		c.add("due_on <= ?", monday.Add(6).String())
	}
	s := listOrder{key: "due_on"}
	if err := c.after(s, "follow_ups.id", f.After); err != nil {
		return nil, "", err
	}
	if f.Limit <= 0 || f.Limit > PageSize {
		f.Limit = PageSize
	}
	read, args := selectFollowUpFor(by)
	query := d.reader.Query
	if f.OrganizationID != "" || f.ContactID != "" {
		query = d.reader.QuickQuery
	}
	rows, err := query(ctx, read+c.where()+s.orderBy("follow_ups.id", "")+limit(f.Limit+1), append(args, c.args...)...)
	if page, err = sqlite.Collect(rows, err, scanFollowUp); err != nil {
		return nil, "", fmt.Errorf("follow-ups: %w", err)
	}
	if len(page) > f.Limit {
		page = page[:f.Limit]
		last := page[f.Limit-1]
		next = newCursor([3]string{last.DueOn, "", last.ID})
	}
	return page, next, nil
}

// MostDue is up to how many follow-ups Due counts.
const MostDue = 99

// Due counts the actor's open follow-ups that are due by today, at most
// MostDue+1, and tells whether one of them is overdue. Without the right to see
// interactions there are none.
func (d *DB) Due(ctx context.Context, by Actor) (n int, late bool, err error) {
	if !by.Can(ViewClient) || !by.Can(ViewInteraction) {
		return 0, false, nil
	}
	today := by.today(d.now()).String()
	type due struct {
		n    int
		late bool
	}
	found, err := memoized(&d.memo, "due "+today+" "+by.UserID+" "+strconv.FormatBool(by.OwnOnly), func() (found due, err error) {
		from, seen := "follow_ups", always
		if by.OwnOnly {
			from, seen = "follow_ups JOIN interactions ON interactions.id = interaction_id", by.seesInteraction("organization_id", "contact_id")
		}
		args := append([]any{today, by.UserID, today}, seen.args...)
		err = d.reader.QuickQueryRow(ctx, `
			SELECT count(*), ifnull(min(due_on) < ?, 0)
			FROM (SELECT due_on FROM `+from+`
				WHERE assignee_id = ? AND done_at IS NULL AND due_on <= ? AND `+seen.sql+`
				ORDER BY due_on`+limit(MostDue+1)+`) AS due`, args...).Scan(&found.n, &found.late)
		return found, err
	})
	return found.n, found.late, err
}

// Assignees lists by name those to whom a follow-up may be given: active users
// who may log interactions, and so mark it done.
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

// AddFollowUp plans the next step after an interaction from the typed fields:
// text, due_on, and assignee_id, which is the actor where it is empty. Where the
// same step is open already, that one is returned. It returns ErrNotFound, or
// Invalid where a field is refused or another step is open.
func (d *DB) AddFollowUp(ctx context.Context, by Actor, interactionID string, typed Fields) (FollowUp, error) {
	var id string
	err := d.write(ctx, by, EditInteractions, func(t *tx) error {
		i, err := t.interaction(interactionID)
		if err != nil {
			return err
		}
		id, err = t.addFollowUp(i, typed)
		return err
	})
	if err != nil {
		return FollowUp{}, fmt.Errorf("add follow-up to %s: %w", interactionID, err)
	}
	return d.FollowUp(ctx, by, id)
}

// interaction reads an interaction that the actor sees, with all it has.
func (t *tx) interaction(id string) (Interaction, error) {
	if err := t.mustSee("interaction", id); err != nil {
		return Interaction{}, err
	}
	return scanInteraction(t.QueryRow(selectInteraction+" WHERE interactions.id = ?", id))
}

func (t *tx) addFollowUp(i Interaction, typed Fields) (id string, err error) {
	f, changes, err := t.newFollowUp(i, typed)
	if err != nil {
		return "", err
	}
	if open := i.Next; open.ID != "" {
		if open.Text == f.Text && open.DueOn == f.DueOn && open.AssigneeID == f.AssigneeID {
			return open.ID, nil
		}
		return "", invalid("text", "There is already an open next step, “%s”. Mark it done first", text.Isolate(open.Text))
	}
	return f.ID, t.insertFollowUp(i, f, changes)
}

// newFollowUp judges the typed fields of a follow-up of an interaction, and writes nothing.
func (t *tx) newFollowUp(i Interaction, typed Fields) (FollowUp, map[string]Change, error) {
	f := FollowUp{ID: newID(), InteractionID: i.ID}
	typed = typed.with("text", "due_on", "assignee_id")
	if isEmpty(typed["assignee_id"]) {
		typed["assignee_id"] = t.by.UserID
	}
	changes, err := t.plan(&f, i, typed)
	return f, changes, err
}

func (t *tx) insertFollowUp(i Interaction, f FollowUp, changes map[string]Change) error {
	_, err := t.Exec(`
		INSERT INTO follow_ups (id, interaction_id, text, due_on, assignee_id, created_by, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		f.ID, i.ID, f.Text, f.DueOn, orNull(f.AssigneeID), orNull(t.by.UserID), stamp(t.now))
	if err != nil {
		return err
	}
	return t.recordFollowUp("create_follow_up", i, f, changes)
}

// recordFollowUp records what happened to a follow-up; the row names its interaction, too.
func (t *tx) recordFollowUp(action string, i Interaction, f FollowUp, changes map[string]Change) error {
	metadata := i.details()
	metadata["interaction_id"], metadata["follow_up_text"], metadata["changes"] = i.ID, f.Text, changes
	return t.record(action, "follow_up", f.ID, metadata)
}

// aboutFollowUp are the rows of the history about a follow-up: its own, and those
// of earlier releases, which are of its interaction. aboutArgs are its arguments.
const aboutFollowUp = `(target_type = 'follow_up' AND target_id = ?
	OR target_type = 'interaction' AND target_id = ? AND json_extract(metadata, '$.follow_up_id') = ?)`

func (f FollowUp) aboutArgs() []any { return []any{f.ID, f.InteractionID, f.ID} }

// followUpConflict names who changed a follow-up last, and when.
func (t *tx) followUpConflict(f FollowUp) error {
	return t.conflictAmong(aboutFollowUp+" AND +action IN "+changing("follow_up"), f.aboutArgs()...)
}

// plan applies typed fields to a follow-up of an interaction, and judges its
// day and its person. A day in the past is refused, but not one that it had before.
func (t *tx) plan(f *FollowUp, i Interaction, typed Fields) (map[string]Change, error) {
	old := *f
	changes, refused := apply(followUpFields, typed, f)
	if refused == nil {
		refused = &Invalid{Fields: map[string]string{}}
	}
	if refused.Fields["due_on"] == "" && f.DueOn != old.DueOn {
		message, err := t.refuseDay(*f)
		if err != nil {
			return nil, err
		}
		refused.add("due_on", message)
	}
	if refused.Fields["assignee_id"] == "" && f.AssigneeID != old.AssigneeID {
		message, err := t.refuseAssignee(f.AssigneeID, i)
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

// refuseDay says why a follow-up may not be due on its day; "" allows it.
func (t *tx) refuseDay(f FollowUp) (string, error) {
	today := t.by.today(t.now)
	if f.DueOn > today.LastDue().String() {
		return "Choose a day within ten years", nil
	}
	if f.DueOn >= today.String() {
		return "", nil
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
	return "Choose today or later", err
}

// refuseAssignee says why somebody may not have a follow-up of an interaction; "" allows it.
func (t *tx) refuseAssignee(id string, i Interaction) (string, error) {
	if id == t.by.UserID {
		return "", nil
	}
	var name string
	err := t.QueryRow("SELECT full_name FROM users WHERE id = ? AND "+mayFollowUp, id).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "Choose somebody from the list", nil
	}
	if err != nil {
		return "", err
	}
	person := Actor{UserID: id}
	if person.OwnOnly, err = ownOnly(t.QueryRow(widestScope, id)); err != nil {
		return "", err
	}
	seen := person.seesInteraction("ends.organization_id", "ends.contact_id")
	err = orNotFound(t.QueryRow("SELECT 1 FROM (SELECT ? AS organization_id, ? AS contact_id) AS ends WHERE "+seen.sql,
		append([]any{i.OrganizationID, i.ContactID}, seen.args...)...))
	if errors.Is(err, ErrNotFound) {
		return name + " does not see this client; choose somebody else", nil
	}
	return "", err
}
