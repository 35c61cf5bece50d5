package db

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"clientregistry/db/sqlite"
)

// Counted has the counts of one period, by kind.
type Counted struct {
	Range
	Of map[string]int
}

// InteractionsByWeek counts interactions by channel for this week and the eleven before. Weeks run
// from Monday to Sunday in the actor's time zone. It returns ErrForbidden without ViewClient and
// ViewInteraction.
func (d *DB) InteractionsByWeek(ctx context.Context, by Actor) ([]Counted, error) {
	if err := ViewInteractions.Refuse(by); err != nil {
		return nil, fmt.Errorf("weeks tell of interactions: %w", err)
	}
	monday := by.today(d.now()).Monday()
	c := counting{name: "weeks", kinds: Channels}
	for i := range c.periods {
		c.periods[i] = Range{monday.Add(7 * (i - 11)).Start(by.zone()), monday.Add(7 * (i - 10)).Start(by.zone())}
	}
	// The three parts do not overlap: a UNION of overlapping ones would sort all interactions.
	at, with := by.ownOrganizations().contains("organization_id"), by.ownContacts().contains("contact_id")
	notAt := condition{"(organization_id IS NULL OR NOT " + at.sql + ")", at.args}
	notWith := condition{"(contact_id IS NULL OR NOT " + with.sql + ")", with.args}
	further := condition{"id IN (SELECT interaction_id FROM interaction_contact WHERE " + with.sql + ")", with.args}
	read := func(part condition) condition { return c.selectRows("interactions", "channel", "happened_at", part) }
	a, b, other := read(at), read(with.and(notAt)), read(further.and(notAt).and(notWith))
	c.own = condition{
		"(" + a.sql + " UNION ALL" + b.sql + " UNION ALL" + other.sql + ")", slices.Concat(a.args, b.args, other.args),
	}
	return d.cachedCounts(ctx, by, c)
}

// NewClientsByMonth counts organizations and contacts created in this month and the eleven before,
// in the actor's time zone, including archived ones. The kinds are "organization" and "contact". It
// returns ErrForbidden without ViewClient.
func (d *DB) NewClientsByMonth(ctx context.Context, by Actor) ([]Counted, error) {
	if err := ViewClients.Refuse(by); err != nil {
		return nil, fmt.Errorf("months tell of clients: %w", err)
	}
	today := by.today(d.now())
	c := counting{name: "months", kinds: []string{"organization", "contact"}}
	for i := range c.periods {
		c.periods[i] = Range{today.month(i - 11).Start(by.zone()), today.month(i - 10).Start(by.zone())}
	}
	c.own = c.selectRows("organizations", "'organization'", "created_at", by.ownOrganizations().contains("id")).join(" UNION ALL",
		c.selectRows("contacts", "'contact'", "created_at", by.ownContacts().contains("id")))
	return d.cachedCounts(ctx, by, c)
}

// counting describes counts over twelve periods. Actors who see all clients get them from the
// tally; for others, own selects the kind and time of each row they see.
type counting struct {
	name    string
	kinds   []string
	periods [12]Range
	own     condition
}

// selectRows selects the kind and time of a table's rows that match seen and are within the periods.
func (c *counting) selectRows(table, kind, at string, seen condition) condition {
	return condition{
		"\nSELECT " + kind + " AS kind, " + at + " AS at FROM " + table + " WHERE " + seen.sql + " AND " + at + " >= ? AND " + at + " < ?",
		append(seen.args, stamp(c.periods[0].From), stamp(c.periods[11].To)),
	}
}

// cachedCounts returns the counts, memoized.
func (d *DB) cachedCounts(ctx context.Context, by Actor, c counting) ([]Counted, error) {
	key := fmt.Sprint(c.name, by.zone(), c.periods[0].From.Unix(), by.scope())
	all, err := memoized(&d.memo, key, func() ([]Counted, error) {
		all := make([]Counted, len(c.periods))
		for i, p := range c.periods {
			all[i] = Counted{Range: p, Of: map[string]int{}}
		}
		if by.OwnOnly {
			return all, d.countOwn(ctx, c, all)
		}
		return all, d.countAll(ctx, c, all)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	return all, nil
}

func (d *DB) countAll(ctx context.Context, c counting, into []Counted) error {
	for _, period := range into {
		for _, kind := range c.kinds {
			var n int
			err := d.reader.QueryRow(ctx, `
				SELECT ifnull(sum(n), 0) FROM tally
				WHERE kind = ? AND quarter >= unixepoch(?) / 900 AND quarter < unixepoch(?) / 900`,
				kind, stamp(period.From), stamp(period.To)).Scan(&n)
			if err != nil {
				return err
			}
			period.Of[kind] = n
		}
	}
	return nil
}

func (d *DB) countOwn(ctx context.Context, c counting, into []Counted) error {
	var ends []string
	for _, period := range into[:len(into)-1] {
		ends = append(ends, stamp(period.To))
	}
	rows, err := d.reader.Query(ctx, "SELECT kind, at FROM "+c.own.sql, c.own.args...)
	_, err = sqlite.Collect(rows, err, func(r sqlite.Row) (none struct{}, err error) {
		var kind, at string
		err = r.Scan(&kind, &at)
		into[sort.Search(len(ends), func(i int) bool { return ends[i] > at })].Of[kind]++
		return none, err
	})
	return err
}

// OwnerCount is how many active organizations a user owns.
type OwnerCount struct {
	UserID, Name  string // "" for organizations without an owner
	Organizations int
}

// ClientsByOwner counts active organizations by owner, largest count first, those without an owner
// last. It returns ErrForbidden without ViewClient.
func (d *DB) ClientsByOwner(ctx context.Context, by Actor) ([]OwnerCount, error) {
	if err := ViewClients.Refuse(by); err != nil {
		return nil, fmt.Errorf("owners tell of clients: %w", err)
	}
	counts := condition{sql: "SELECT owner_user_id, n FROM owner_tally WHERE n > 0"}
	if by.OwnOnly {
		own := by.ownOrganizations().contains("id")
		counts = condition{
			"SELECT ifnull(owner_user_id, '') AS owner_user_id, count(*) AS n FROM organizations WHERE +is_active = 1 AND " +
				own.sql + " GROUP BY 1", own.args,
		}
	}
	all, err := memoized(&d.memo, "owners"+by.scope(), func() ([]OwnerCount, error) {
		rows, err := d.reader.Query(ctx, `
			SELECT owner_user_id, `+shownName+`, n
			FROM (`+counts.sql+`)
			LEFT JOIN users ON users.id = owner_user_id
			ORDER BY owner_user_id = '', n DESC, name_key, owner_user_id`, counts.args...)
		return sqlite.Collect(rows, err, func(r sqlite.Row) (OwnerCount, error) {
			var o OwnerCount
			err := r.Scan(&o.UserID, nullText{&o.Name}, &o.Organizations)
			return o, err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("clients by owner: %w", err)
	}
	return all, nil
}

// scope identifies which clients the actor sees, for keys of the memo.
func (by Actor) scope() string {
	if by.OwnOnly {
		return by.UserID
	}
	return "all"
}
