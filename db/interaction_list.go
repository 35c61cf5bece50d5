package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"clientregistry/db/sqlite"
)

// InteractionFilter narrows a timeline or the feed. Empty fields do not filter.
type InteractionFilter struct {
	OrganizationID, ContactID, UserID, Channel, Outcome string
	From, To                                            time.Time // From is inclusive, To is exclusive
	Before                                              string    // cursor returned with the previous page
	Limit                                               int       // at most 200; 0 means TimelineSize
}

// TimelineSize is the default number of interactions per page.
const TimelineSize = 20

// Interactions lists a page of interactions, newest first. older is the cursor of the next page, or
// "" on the last one.
func (d *DB) Interactions(ctx context.Context, by Actor, f InteractionFilter) (page []Interaction, older string, err error) {
	if f.Channel != "" && !slices.Contains(Channels, f.Channel) {
		return nil, "", nil // no row has this channel, and a query would read them all to find out
	}
	c, err := d.interactionConditions(ctx, by, f)
	if err != nil {
		return nil, "", err
	}
	s := listOrder{key: "happened_at", descending: true}
	if err := c.after(s, f.id(), f.Before); err != nil {
		return nil, "", err
	}
	if f.Limit <= 0 {
		f.Limit = TimelineSize
	}
	f.Limit = min(f.Limit, 200)
	from, order := condition{sql: "interactions"}, s.orderBy("interactions.id", "")+limit(f.Limit+1)
	if f.ContactID != "" { // a merge of two walks, see contact_interactions
		from = condition{"(SELECT id AS page_id, happened_at AS page_at FROM contact_interactions" + c.where() + s.orderBy("id", "") +
			limit(f.Limit+1) + ") AS page CROSS JOIN interactions ON interactions.id = page_id", c.args}
		c, order = conditions{}, "\nORDER BY page_at DESC, page_id DESC"
	}
	read, args := selectInteractionFrom(by, unnamed, from)
	query := d.reader.Query
	if f.OrganizationID != "" || f.ContactID != "" {
		query = d.reader.QuickQuery
	}
	rows, err := query(ctx, read+c.where()+order, append(args, c.args...)...)
	page, err = sqlite.CollectInto(make([]Interaction, 0, min(f.Limit, TimelineSize)+1), rows, err, interactionScanner())
	if page, err = d.addUserNames(ctx, page, err); err != nil {
		return nil, "", fmt.Errorf("interactions: %w", err)
	}
	if len(page) > f.Limit {
		page = page[:f.Limit]
		last := page[f.Limit-1]
		older = newCursor([3]string{stamp(last.HappenedAt), "", last.ID})
	}
	return page, older, nil
}

// addUserNames adds user names to interactions that were read without them.
func (d *DB) addUserNames(ctx context.Context, all []Interaction, err error) ([]Interaction, error) {
	return addNames(ctx, d, all, err, func(i *Interaction, names map[string]string) {
		i.UserName, i.Logger = names[i.UserID], names[i.LoggerID]
	})
}

// CountInteractions counts the interactions that match a filter. Beyond MostCounted it stops, and
// more is true.
func (d *DB) CountInteractions(ctx context.Context, by Actor, f InteractionFilter) (n int, more bool, err error) {
	c, err := d.interactionConditions(ctx, by, f)
	if err != nil || f.Channel != "" && !slices.Contains(Channels, f.Channel) {
		return 0, false, err
	}
	table := "interactions"
	if f.ContactID != "" {
		table = "contact_interactions"
	}
	return d.countUpTo(ctx, d.most, table+c.where(), c.args...)
}

// id is the column of an interaction's ID where the filter's conditions are asked: a contact's
// interactions are found in contact_interactions, all others in interactions.
func (f InteractionFilter) id() string {
	if f.ContactID != "" {
		return "id"
	}
	return "interactions.id"
}

func (d *DB) interactionConditions(ctx context.Context, by Actor, f InteractionFilter) (c conditions, err error) {
	few, err := d.ownsFew(ctx, by)
	if err != nil {
		return c, err
	}
	switch {
	case f.OrganizationID != "" || f.ContactID != "":
	case few:
		c.addAll(by.ownInteractions())
	case by.OwnOnly:
		c.addAll(by.seesInteraction("interactions"))
	}
	if by.OwnOnly && f.OrganizationID != "" {
		c.addAll(by.seesOrganization("organization_id"))
	}
	if by.OwnOnly && f.ContactID != "" {
		c.addAll(by.seesContact("contact_id"))
	}
	for _, x := range [][2]string{
		{"organization_id", f.OrganizationID}, {"contact_id", f.ContactID}, {"user_id", f.UserID}, {"channel", f.Channel},
	} {
		if x[1] != "" {
			c.add(x[0]+" = ?", x[1])
		}
	}
	if f.Outcome != "" {
		outcome, err := d.outcomeIs(ctx, f.Outcome)
		if err != nil {
			return c, err
		}
		c.addAll(outcome)
	}
	if !f.From.IsZero() {
		c.add("happened_at >= ?", stamp(f.From))
	}
	if !f.To.IsZero() {
		c.add("happened_at < ?", stamp(f.To))
	}
	return c, nil
}

// outcomeIs returns the condition for an outcome in any spelling. If very many interactions match
// several spellings, it makes the query walk the newest interactions instead of using the index of
// outcomes.
func (d *DB) outcomeIs(ctx context.Context, outcome string) (condition, error) {
	all, err := d.equivalentValues(ctx, "interactions", "outcome", outcome)
	if err != nil || len(all) == 1 {
		return among("outcome", all), err
	}
	c := among("outcome", all)
	if _, many, err := d.countUpTo(ctx, d.most, "interactions WHERE "+c.sql, c.args...); err != nil || !many {
		return c, err
	}
	return among("+outcome", all), nil
}
