package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"clientregistry/db/sqlite"
)

// InteractionFilter narrows a timeline or the feed. Empty fields do not filter.
type InteractionFilter struct {
	OrganizationID, ContactID string
	User, Channel, Outcome    ValueFilter // User is who had it, by ID
	From, To                  time.Time   // From is inclusive, To is exclusive
	Before                    string      // cursor returned with the previous page
	Limit                     int         // at most 200; 0 means TimelineSize
}

// TimelineSize is the default number of interactions per page.
const TimelineSize = 20

var newestFirst = listOrder{key: "happened_at", descending: true}

// Interactions lists a page of interactions, newest first. older is the cursor of the next page, or
// "" on the last one.
func (d *DB) Interactions(ctx context.Context, by Actor, f InteractionFilter) (page []Interaction, older string, err error) {
	if f.Limit <= 0 {
		f.Limit = TimelineSize
	}
	f.Limit = min(f.Limit, 200)
	few, err := d.seesFew(ctx, by, f)
	if err != nil {
		return nil, "", err
	}
	c, ranges, err := d.interactionConditions(ctx, by, f, few)
	if err != nil || ranges != nil && len(ranges) == 0 {
		return nil, "", err
	}
	s := newestFirst
	if err := c.after(s, f.id(), f.Before); err != nil {
		return nil, "", err
	}
	from, order := condition{sql: "interactions"}, s.orderBy("interactions.id", "")+limit(f.Limit+1)
	if f.ContactID != "" || ranges != nil { // a merge of walks, see contact_interactions
		walks := condition{"SELECT id AS page_id, happened_at AS page_at FROM contact_interactions" + c.where() + s.orderBy("id", ""), c.args}
		if ranges != nil {
			walks = union("SELECT id AS page_id, happened_at AS page_at FROM interactions", c, ranges)
			walks.sql += "\nORDER BY page_at DESC, page_id DESC"
		}
		from = condition{"(" + walks.sql + limit(f.Limit+1) + ") AS page CROSS JOIN interactions ON interactions.id = page_id", walks.args}
		c, order = conditions{}, "\nORDER BY page_at DESC, page_id DESC"
	}
	read, args := selectInteractionFrom(by, unnamed, from)
	query := d.reader.Query
	if f.ofRecord() {
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
		older = s.cursor([3]string{stamp(last.HappenedAt), "", last.ID})
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
// more is true. An actor with OwnOnly and more than fewClients sees n of the first MostCounted: to check
// more would take too long.
func (d *DB) CountInteractions(ctx context.Context, by Actor, f InteractionFilter) (n int, more bool, err error) {
	few, err := d.ownsFew(ctx, by)
	if err != nil {
		return 0, false, err
	}
	reader, check := by, by.OwnOnly && !few && !f.ofRecord()
	if check {
		reader.OwnOnly = false
	}
	c, ranges, err := d.interactionConditions(ctx, reader, f, few)
	if err != nil || ranges != nil && len(ranges) == 0 {
		return 0, false, err
	}
	matching := f.matching("1", c, ranges)
	n, more, err = d.countUpTo(ctx, d.most, "("+matching.sql+")", matching.args...)
	if err == nil && check {
		n, _, err = d.countSeen(ctx, by, f.matching(seenBy, c, ranges), d.most)
	}
	return n, more, err
}

// seesFew reports whether to start from the clients of an actor with OwnOnly. Most who own more than fewClients see
// enough of the newest interactions to fill a page. But somebody new would have all of them checked.
func (d *DB) seesFew(ctx context.Context, by Actor, f InteractionFilter) (few bool, err error) {
	few, err = d.ownsFew(ctx, by)
	if err != nil || !by.OwnOnly || few || f.ofRecord() {
		return few, err
	}
	reader := by
	reader.OwnOnly = false
	c, ranges, err := d.interactionConditions(ctx, reader, f, false)
	if err != nil || ranges != nil && len(ranges) == 0 {
		return false, err
	}
	if err := c.after(newestFirst, f.id(), f.Before); err != nil {
		return false, err
	}
	_, full, err := d.countSeen(ctx, by, f.matching(seenBy, c, ranges), f.Limit)
	if err != nil || full {
		return false, err
	}
	matching := f.matching("1", c, ranges)
	_, few, err = d.countUpTo(ctx, d.most, "("+matching.sql+")", matching.args...)
	return few, err
}

// seenBy are the columns that say who sees an interaction, and when it was.
const seenBy = "id, organization_id, contact_id, happened_at"

// countSeen counts up to most of the newest MostCounted matching interactions that the actor sees.
func (d *DB) countSeen(ctx context.Context, by Actor, matching condition, most int) (n int, more bool, err error) {
	seen := by.seesInteraction("matching")
	return d.countUpTo(ctx, most, "("+matching.sql+newestFirst.orderBy("id", "")+limit(d.most)+") AS matching WHERE "+seen.sql,
		slices.Concat(matching.args, seen.args)...)
}

// matching selects columns of the interactions that match.
func (f InteractionFilter) matching(columns string, c conditions, ranges []condition) condition {
	switch read := "SELECT " + columns + " FROM "; {
	case ranges != nil:
		return union(read+"interactions", c, ranges)
	case f.ContactID != "":
		return condition{read + "contact_interactions" + c.where(), c.args}
	default:
		return condition{read + "interactions" + c.where(), c.args}
	}
}

// ofRecord is true for a timeline.
func (f InteractionFilter) ofRecord() bool { return f.OrganizationID != "" || f.ContactID != "" }

// id is the column with an interaction's ID in the table that the filter reads: contact_interactions
// for a contact's interactions, else interactions.
func (f InteractionFilter) id() string {
	if f.ContactID != "" {
		return "id"
	}
	return "interactions.id"
}

// interactionConditions returns the filter's conditions. Unless ranges is nil, it has ranges of an index in the
// order of the list, and each matching row is in one of them. With few, an actor with OwnOnly starts from their clients.
func (d *DB) interactionConditions(ctx context.Context, by Actor, f InteractionFilter, few bool) (
	c conditions, ranges []condition, err error,
) {
	switch {
	case f.ofRecord():
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
	for _, x := range [][2]string{{"organization_id", f.OrganizationID}, {"contact_id", f.ContactID}} {
		if x[1] != "" {
			c.add(x[0]+" = ?", x[1])
		}
	}
	if f.Channel.narrows() {
		c.addAll(f.inChannels())
	}
	if !f.From.IsZero() {
		c.add("happened_at >= ?", stamp(f.From))
	}
	if !f.To.IsZero() {
		c.add("happened_at < ?", stamp(f.To))
	}
	user, err1 := d.users(ctx, f.User)
	outcome, err2 := d.outcomes(ctx, f.Outcome)
	// One index is read, and what else narrows is looked up in it: a record has fewer interactions than a person,
	// and a person fewer than an outcome.
	found := f.ofRecord() || few
	narrow := func(column string, x ValueFilter, merge bool) {
		if found {
			c.addAll(x.of("+"+column, x.Values))
		} else {
			ranges, found = c.narrow(column, x, merge), !x.Not
		}
	}
	if f.User.narrows() {
		narrow("user_id", user, true)
	}
	if f.Outcome.narrows() {
		narrow("outcome", outcome, !outcome.None) // the index has only rows with an outcome
	}
	if slices.Contains(c.clauses, never.sql) { // a query might read all rows to find none
		ranges = []condition{}
	}
	return c, ranges, errors.Join(err1, err2)
}

// inChannels is true for interactions of the filter's channels. Every interaction has one.
func (f InteractionFilter) inChannels() condition {
	channels := f.Channel.amongAll(Channels)
	switch len(channels) {
	case 0:
		return never
	case len(Channels):
		return always
	}
	return among("channel", channels)
}

// outcomes adds the equivalent spellings to a filter, and makes it positive if few outcomes are in use.
func (d *DB) outcomes(ctx context.Context, x ValueFilter) (_ ValueFilter, err error) {
	x.Values, err = d.equivalentValues(ctx, "interactions", "outcome", x.Values)
	if err != nil || !x.Not || !x.None {
		return x, err
	}
	used, err := d.usedValues(ctx, "interactions", "outcome")
	if len(used) > mostRanges {
		return x, err
	}
	return x.positive(used), err
}

// users makes a filter positive if there are few users.
func (d *DB) users(ctx context.Context, x ValueFilter) (ValueFilter, error) {
	if !x.Not {
		return x, nil
	}
	rows, err := d.reader.QuickQuery(ctx, "SELECT id FROM users"+limit(mostRanges+1))
	ids, err := sqlite.Collect(rows, err, sqlite.ScanText)
	if len(ids) > mostRanges {
		return x, err
	}
	return x.positive(ids), err
}
