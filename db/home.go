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

// Touched is a record that somebody recently worked on.
type Touched struct {
	Kind     string // organization or contact
	ID, Name string
	Entry    // what they did last
}

// touchedRow is a row of the history about a record.
type touchedRow struct {
	Touched
	seq, rows       int64 // rows is how many a batch has before its last one
	metadata, batch string
}

// LastTouched lists the n records that the actor last changed or logged an interaction with, newest
// first, without what they changed on many at once and what programs with their tokens did. It returns none without ViewClient.
func (d *DB) LastTouched(ctx context.Context, by Actor, n int) (latest []Touched, err error) {
	if !by.Can(ViewClient) {
		return nil, nil
	}
	names := namer{d: d, ctx: ctx, by: by, known: map[string]string{}}
	var entries []Entry
	known := map[string]bool{}
	for before, step := int64(1<<62), 0; before > 0 && step < ownSteps && len(latest) < n; step++ {
		var page []touchedRow
		if page, before, err = d.touched(ctx, by, before); err != nil {
			return nil, fmt.Errorf("last touched: %w", err)
		}
		for _, t := range page {
			if known[t.ID] || len(latest) == n {
				continue
			}
			known[t.ID] = true
			if t.Name = names.name(t.Kind+"s", t.ID); t.Name != "" {
				if err := t.Entry.read(t.metadata); err != nil {
					return nil, fmt.Errorf("last touched: %w", err)
				}
				latest, entries = append(latest, t.Touched), append(entries, t.Entry)
			}
		}
	}
	if err := errors.Join(names.err, d.nameAll(ctx, by, entries)); err != nil {
		return nil, fmt.Errorf("last touched: %w", err)
	}
	for i := range latest {
		latest[i].Entry = entries[i]
	}
	return latest, nil
}

// touchedRows returns a query for the actor's latest rows before one that change clients or end a batch.
func touchedRows(by Actor, before int64) (query string, args []any) {
	own, seen := by.rowsByHand(before), always
	if !by.Can(ViewInteraction) {
		seen = condition{sql: "action NOT IN " + changing("interaction", "follow_up")}
	}
	return `
		SELECT seq, action, target_type, ifnull(target_id, ''), ifnull(json_extract(metadata, '$.organization_id'), ''),
			ifnull(json_extract(metadata, '$.contact_id'), ''), created_at, metadata,
			ifnull(json_extract(metadata, '$.batch'), ''), ifnull(json_extract(metadata, '$.rows'), 0)
		FROM audit_logs INDEXED BY audit_logs_user
		WHERE ` + own.sql + ` AND ` + seen.sql + `
			AND (+action IN ` + changingClients + ` OR +action IN ` + batchActions + ` OR +action = 'undo_batch')
		ORDER BY seq DESC` + limit(ownStep), slices.Concat(own.args, seen.args)
}

// touched returns the rows of the next page of touchedRows that belong to no batch and no change of a value. older is the
// before of the page after that, or 0 if there is none.
func (d *DB) touched(ctx context.Context, by Actor, before int64) (found []touchedRow, older int64, err error) {
	query, args := touchedRows(by, before)
	rows, err := d.reader.QuickQuery(ctx, query, args...)
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (t touchedRow, err error) {
		var organization, contact string
		err = r.Scan(&t.seq, &t.Action, &t.TargetType, &t.TargetID, &organization, &contact, moment{&t.At}, &t.metadata, &t.batch, &t.rows)
		if t.Kind, t.ID = t.TargetType, t.TargetID; t.Kind == "interaction" || t.Kind == "follow_up" {
			if t.Kind, t.ID = "organization", organization; organization == "" {
				t.Kind, t.ID = "contact", contact
			}
		}
		return t, err
	})
	first := int64(1 << 62) // of the batch that the last row belongs to
	for _, t := range all {
		if t.TargetType == "system" {
			first = t.seq - t.rows
		} else if t.seq < first && t.batch == "" {
			found = append(found, t)
		}
	}
	if err == nil && len(all) == ownStep {
		last := all[len(all)-1]
		older, err = d.beforeBatch(ctx, by, last.seq, last.batch, first)
	}
	return found, older, err
}

// Quiet lists n active organizations of the actor without an interaction since a time, the longest
// quiet first. An organization without any counts from its creation. It returns ErrForbidden
// without ViewClient and ViewInteraction.
func (d *DB) Quiet(ctx context.Context, by Actor, since time.Time, n int) ([]Organization, error) {
	if err := ViewInteractions.Refuse(by); err != nil {
		return nil, fmt.Errorf("quiet organizations tell of interactions: %w", err)
	}
	read, args := OrganizationKind.read(Actor{}, "sort_key", ownerName)
	rows, err := d.reader.QuickQuery(ctx, read+`
		WHERE owner_user_id = ? AND is_active = 1 AND quiet_since < ?
		ORDER BY quiet_since, organizations.id`+limit(n), append(args, by.UserID, stamp(since))...)
	return sqlite.Collect(rows, err, OrganizationKind.scan)
}

// HomeCards are the cards of Home that somebody hid, by name, and the saved views that they put there.
type HomeCards struct{ Hidden, Views []string }

// maxHomeViews limits each user's saved views on Home.
const maxHomeViews = 4

// HomeCards returns the actor's choice of cards.
func (d *DB) HomeCards(ctx context.Context, by Actor) (HomeCards, error) {
	return memoized(&d.memo, "home "+by.UserID, func() (HomeCards, error) {
		var hidden, views string
		err := d.reader.QuickQueryRow(ctx, "SELECT hidden, views FROM home_cards WHERE user_id = ?", by.UserID).Scan(&hidden, &views)
		if errors.Is(err, sql.ErrNoRows) {
			return HomeCards{}, nil
		}
		return HomeCards{splitNames(hidden), splitNames(views)}, err
	})
}

// splitNames returns the names in a text that separates them by commas.
func splitNames(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
}

// ChooseHomeCards stores the actor's choice of cards. It is a personal setting, so it is not recorded.
// It returns Invalid if there are too many views.
func (d *DB) ChooseHomeCards(ctx context.Context, by Actor, c HomeCards) error {
	if n := len(c.Views); n > maxHomeViews {
		return invalid("view", "Home has %d views; remove one first", n-1)
	}
	return d.writeUnrecorded(ctx, by, OwnAccount, func(t *tx) error {
		_, err := t.Exec("INSERT INTO home_cards (user_id, hidden, views) VALUES (?, ?, ?)"+
			" ON CONFLICT (user_id) DO UPDATE SET hidden = excluded.hidden, views = excluded.views",
			by.UserID, strings.Join(c.Hidden, ","), strings.Join(c.Views, ","))
		return err
	})
}
