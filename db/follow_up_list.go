package db

import (
	"context"
	"errors"
	"fmt"

	"clientregistry/db/sqlite"
)

// FollowUpFilter narrows the list of open follow-ups. Empty fields do not filter.
type FollowUpFilter struct {
	Assignee                  ValueFilter // by users' IDs
	OrganizationID, ContactID string      // of the follow-up or of its interaction
	New                       bool        // only those that are new to their assignee
	Given                     bool        // only those that the actor gave to somebody else
	Done                      bool        // list done follow-ups, the last one first; When does not filter them
	// When is overdue (before today), week (Monday to Sunday of this week) or soon (overdue, or due
	// within the next seven days). Days are in the actor's time zone.
	When  string
	After string // cursor returned with the previous page
	Limit int    // at most MostListed; 0 means PageSize
}

// FollowUps lists a page of open follow-ups by due day and time; those without a time come last on
// their day. next is the cursor of the next page, or "" on the last one. It returns ErrForbidden if
// the actor may not see interactions.
func (d *DB) FollowUps(ctx context.Context, by Actor, f FollowUpFilter) (page []FollowUp, next string, err error) {
	if err := ViewInteractions.Refuse(by); err != nil {
		return nil, "", fmt.Errorf("follow-ups tell of interactions: %w", err)
	}
	for _, of := range [][2]string{{"organization", f.OrganizationID}, {"contact", f.ContactID}} {
		if of[1] == "" {
			continue
		}
		if err := d.mustSee(ctx, by, of[0], of[1]); errors.Is(err, ErrNotFound) {
			return nil, "", nil
		} else if err != nil {
			return nil, "", err
		}
	}
	few, err := d.ownsFew(ctx, by)
	if err != nil {
		return nil, "", err
	}
	if f.Limit <= 0 {
		f.Limit = PageSize
	}
	f.Limit = min(f.Limit, MostListed)
	s := f.order()
	c, ranges := f.conditions(by, few, by.today(d.now())), []condition(nil)
	if f.Assignee.narrows() {
		assignee, err := d.users(ctx, f.Assignee)
		if err != nil {
			return nil, "", err
		}
		ranges = c.narrow("assignee_id", assignee, !few && f.OrganizationID == "" && f.ContactID == "")
		if ranges != nil && len(ranges) == 0 {
			return nil, "", nil
		}
	}
	if err := c.after(s, "follow_ups.id", f.After); err != nil {
		return nil, "", err
	}
	plus, query := "", d.reader.Query
	if f.OrganizationID != "" || f.ContactID != "" {
		plus, query = "+", d.reader.QuickQuery // a client has few, so they are sorted
	}
	if ranges != nil {
		walks := union("SELECT follow_ups.id AS page_id, "+s.key+" AS page_at FROM "+followUpsJoined, c, ranges)
		walks.sql += listOrder{key: "page_at", descending: s.descending}.orderBy("page_id", "") + limit(f.Limit+1)
		plus, c = "+", conditions{}
		c.add("follow_ups.id IN (SELECT page_id FROM ("+walks.sql+"))", walks.args...)
	}
	read, args := selectFollowUpFor(by)
	rows, err := query(ctx, read+c.where()+s.orderBy("follow_ups.id", plus)+limit(f.Limit+1), append(args, c.args...)...)
	if page, err = sqlite.Collect(rows, err, scanFollowUp); err != nil {
		return nil, "", fmt.Errorf("follow-ups: %w", err)
	}
	if len(page) > f.Limit {
		page = page[:f.Limit]
		next = s.cursor([3]string{page[f.Limit-1].key(f.Done), "", page[f.Limit-1].ID})
	}
	return page, next, nil
}

// order is by the day they are due or, of those that are done, the latest first.
func (f FollowUpFilter) order() listOrder {
	if f.Done {
		return listOrder{key: "done_at", descending: true}
	}
	return listOrder{key: "due_key"}
}

// key returns what a list sorts a follow-up by.
func (f FollowUp) key(done bool) string {
	switch {
	case done:
		return stamp(f.DoneAt)
	case f.DueTime == "":
		return f.DueOn + "~"
	}
	return f.DueOn + " " + f.DueTime
}

// conditions returns the filter's conditions except the assignee.
func (f FollowUpFilter) conditions(by Actor, few bool, today Date) conditions {
	c := conditions{clauses: []string{openFollowUp}}
	if f.Done {
		c.clauses = []string{"done_at IS NOT NULL"}
	}
	switch {
	case f.OrganizationID != "":
		c.addAll(openAt(f.OrganizationID))
	case f.ContactID != "":
		c.addAll(openWith(f.ContactID))
	case few:
		c.addAll(by.ownFollowUps())
	default:
		c.addAll(by.seesFollowUp())
	}
	if f.New {
		c.add("is_new = 1")
	}
	if f.Given {
		c.add("ifnull(given_by, created_by) = ? AND assignee_id IS NOT ?", by.UserID, by.UserID)
	}
	if f.Done {
		return c
	}
	monday := today.Monday()
	switch f.When {
	case "overdue":
		c.add("due_key < ?", today.String())
	case "week":
		c.add("due_key >= ? AND due_key < ?", monday.String(), monday.Add(7).String())
	case "soon":
		c.add("due_key < ?", today.Add(8).String())
	}
	return c
}

// openAt is true for the open follow-ups of an organization and of its interactions.
func openAt(organizationID string) condition {
	return condition{`follow_ups.id IN (
		SELECT f.id
		FROM interactions AS i CROSS JOIN follow_ups AS f ON f.interaction_id = i.id AND f.done_at IS NULL AND f.cancelled_at IS NULL
		WHERE i.organization_id = ? AND i.next_due_on IS NOT NULL
		UNION ALL
		SELECT id FROM follow_ups WHERE organization_id = ? AND ` + openFollowUp + `)`, []any{organizationID, organizationID}}
}

// openWith is true for the open follow-ups of a contact, and of all interactions with them.
func openWith(contactID string) condition {
	return condition{`follow_ups.id IN (
		SELECT id FROM follow_ups
		WHERE interaction_id IN (SELECT id FROM contact_interactions WHERE contact_id = ? AND next_due_on IS NOT NULL) AND ` + openFollowUp + `
		UNION ALL
		SELECT id FROM follow_ups WHERE contact_id = ? AND ` + openFollowUp + `)`, []any{contactID, contactID}}
}

// MostDue is how far Due and NewFollowUps count.
const MostDue = 99

// Due counts the actor's open follow-ups due today or earlier, up to MostDue+1. late is true if one
// is overdue. It returns 0 if the actor may not see interactions.
func (d *DB) Due(ctx context.Context, by Actor) (n int, late bool, err error) {
	today := by.today(d.now())
	type due struct {
		n    int
		late bool
	}
	found, err := memoized(&d.memo, "due "+today.String()+" "+by.UserID+" "+by.scope(), func() (found due, err error) {
		query, args := by.countOwn("due_key < ?", today.Add(1).String())
		err = d.reader.QuickQueryRow(ctx, query, append([]any{today.String()}, args...)...).Scan(&found.n, &found.late)
		return found, err
	})
	return found.n, found.late, err
}

// NewFollowUps counts the open follow-ups that somebody else gave to the actor and that they have
// not looked at yet, up to MostDue+1. It returns 0 if the actor may not see interactions.
func (d *DB) NewFollowUps(ctx context.Context, by Actor) (int, error) {
	return memoized(&d.memo, "new follow-ups "+by.UserID+" "+by.scope(), func() (n int, err error) {
		query, args := by.countOwn("is_new = 1")
		err = d.reader.QuickQueryRow(ctx, query, append([]any{""}, args...)...).Scan(&n, new(bool))
		return n, err
	})
}

// countOwn counts the actor's own open follow-ups that match a condition, and tells whether one is
// due before the day that is the first argument of the query.
func (by Actor) countOwn(kind string, args ...any) (query string, all []any) {
	from, seen := "follow_ups", always
	switch {
	case !by.Can(ViewClient) || !by.Can(ViewInteraction):
		seen = never
	case by.OwnOnly:
		from, seen = followUpsJoined, by.seesFollowUp()
	}
	return `
		SELECT count(*), ifnull(min(due_on) < ?, 0)
		FROM (SELECT due_on FROM ` + from + `
			WHERE assignee_id = ? AND ` + openFollowUp + ` AND ` + kind + ` AND ` + seen.sql + `
			ORDER BY due_key` + limit(MostDue+1) + `) AS due`,
		append(append([]any{by.UserID}, args...), seen.args...)
}

// SeeFollowUp marks a follow-up that was given to the actor as no longer new. It returns ErrNotFound.
func (d *DB) SeeFollowUp(ctx context.Context, by Actor, id string) error {
	err := d.writeUnrecorded(ctx, by, ViewInteractions, func(t *tx) error {
		f, err := t.followUp(id)
		if err != nil || !f.New || f.AssigneeID != by.UserID {
			return err
		}
		_, err = t.Exec("UPDATE follow_ups SET is_new = 0 WHERE id = ?", id)
		return err
	})
	if err != nil {
		return fmt.Errorf("see follow-up %s: %w", id, err)
	}
	return nil
}

// SeeAllFollowUps marks all follow-ups that were given to the actor as no longer new.
func (d *DB) SeeAllFollowUps(ctx context.Context, by Actor) error {
	return d.writeUnrecorded(ctx, by, ViewInteractions, func(t *tx) error {
		_, err := t.Exec("UPDATE follow_ups SET is_new = 0 WHERE assignee_id = ? AND is_new = 1 AND "+openFollowUp, by.UserID)
		return err
	})
}
