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

// FollowUp is the next step after an interaction: what to do, by which day, and who does it. It is
// open until done, and an interaction has at most one open. Whoever sees the interaction sees its
// follow-ups.
type FollowUp struct {
	ID, InteractionID    string
	Text                 string
	DueOn                string    // a day as YYYY-MM-DD, the same in every time zone
	AssigneeID, Assignee string    // "" if the account was deleted
	DoneAt               time.Time // zero while it is open
	Version              int

	// Fields of the interaction. Ends that the actor does not see are empty.
	Channel, Subject                     string
	OrganizationID, OrganizationName     string
	ContactID, ContactFirst, ContactLast string
	Archived                             bool // an end is archived
}

// ContactName returns the contact's full name, or "" if there is no contact.
func (f FollowUp) ContactName() string { return personName(f.ContactFirst, f.ContactLast) }

func (f *FollowUp) value(column string) *string {
	return map[string]*string{"text": &f.Text, "due_on": &f.DueOn, "assignee_id": &f.AssigneeID}[column]
}

// today returns the current day in the actor's time zone.
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

// LastDue returns the latest due day that can be chosen on day d.
func (d Date) LastDue() Date { return Date{d.midnight.AddDate(10, 0, 0)} }

// FollowUp returns a follow-up, open or done, or ErrNotFound.
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

// FollowUpFilter narrows the list of open follow-ups. Empty fields do not filter.
type FollowUpFilter struct {
	AssigneeID                string // a user's ID, or "none" for unassigned
	OrganizationID, ContactID string // of the interaction
	// When is overdue (before today), week (Monday to Sunday of this week) or soon (overdue, or due
	// by this Sunday). Days are in the actor's time zone.
	When  string
	After string // cursor returned with the previous page
	Limit int    // at most PageSize, which is the default
}

// FollowUps lists a page of open follow-ups by due day. next is the cursor of the next page, or ""
// on the last one. It returns ErrForbidden if the actor may not see interactions.
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

// MostDue is how far Due counts.
const MostDue = 99

// Due counts the actor's open follow-ups due today or earlier, up to MostDue+1. late is true if one
// is overdue. It returns 0 if the actor may not see interactions.
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

// AddFollowUp plans the next step after an interaction. typed has text, due_on and assignee_id, by
// default the actor. If the same step is already open, it returns that one. It returns ErrNotFound,
// or Invalid if a field is refused or another step is open.
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

// interaction returns an interaction that the actor sees, including ends that they do not see.
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

// newFollowUp builds a follow-up from typed fields and validates it. It writes nothing.
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

// recordFollowUp records an action on a follow-up. The audit row names its interaction, too.
func (t *tx) recordFollowUp(action string, i Interaction, f FollowUp, changes map[string]Change) error {
	metadata := i.details()
	metadata["interaction_id"], metadata["follow_up_text"], metadata["changes"] = i.ID, f.Text, changes
	return t.record(action, "follow_up", f.ID, metadata)
}

// aboutFollowUp matches the audit rows about a follow-up. Earlier releases recorded them under its
// interaction. Its arguments come from aboutArgs.
const aboutFollowUp = `(target_type = 'follow_up' AND target_id = ?
	OR target_type = 'interaction' AND target_id = ? AND json_extract(metadata, '$.follow_up_id') = ?)`

func (f FollowUp) aboutArgs() []any { return []any{f.ID, f.InteractionID, f.ID} }

// followUpConflict returns a Conflict that says who last changed the follow-up, and when.
func (t *tx) followUpConflict(f FollowUp) error {
	return t.conflictAmong(aboutFollowUp+" AND +action IN "+changing("follow_up"), f.aboutArgs()...)
}

// plan applies typed fields to a follow-up and validates its day and assignee. It returns the
// changes, or Invalid.
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

// refuseDay returns why a follow-up cannot be due on its day, or "" if it can. A day in the past is
// allowed only if the follow-up was due on it before.
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

// refuseAssignee returns why a user cannot be given a follow-up of i, or "" if they can.
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
