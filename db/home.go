package db

import (
	"context"
	"fmt"
	"time"

	"clientregistry/db/sqlite"
)

// Touched is a record that somebody recently worked on.
type Touched struct {
	Kind     string // organization or contact
	ID, Name string
	At       time.Time
}

// LastTouched lists the n records that the actor last changed or logged an interaction with, newest
// first. It returns none without ViewClient.
func (d *DB) LastTouched(ctx context.Context, by Actor, n int) ([]Touched, error) {
	if !by.Can(ViewClient) {
		return nil, nil
	}
	seen := always
	if !by.Can(ViewInteraction) {
		seen = condition{sql: "action NOT IN " + changing("interaction", "follow_up")}
	}
	rows, err := d.reader.QuickQuery(ctx, `
		SELECT target_type, ifnull(target_id, ''),
			ifnull(json_extract(metadata, '$.organization_id'), ''), ifnull(json_extract(metadata, '$.contact_id'), ''), created_at
		FROM audit_logs
		WHERE user_id = ? AND +action IN `+changingClients+` AND `+seen.sql+`
		ORDER BY seq DESC LIMIT 100`, append([]any{by.UserID}, seen.args...)...)
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (Touched, error) {
		var t Touched
		var organization, contact string
		err := r.Scan(&t.Kind, &t.ID, &organization, &contact, moment{&t.At})
		if t.Kind == "interaction" || t.Kind == "follow_up" {
			if t.Kind, t.ID = "organization", organization; organization == "" {
				t.Kind, t.ID = "contact", contact
			}
		}
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("last touched: %w", err)
	}
	names := namer{d: d, ctx: ctx, by: by, known: map[string]string{}}
	var latest []Touched
	known := map[string]bool{}
	for _, t := range all {
		if known[t.ID] || len(latest) == n {
			continue
		}
		known[t.ID] = true
		if t.Name = names.name(t.Kind+"s", t.ID); t.Name != "" {
			latest = append(latest, t)
		}
	}
	return latest, names.err
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
