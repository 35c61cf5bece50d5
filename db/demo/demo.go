// Package demo creates sample data: an office's clients and four years of its history.
package demo

import (
	"context"
	"fmt"
	"strings"

	"clientregistry/db"
)

// Sizes are the sizes that Fill accepts, from the smallest.
var Sizes = []string{"s", "m", "l"}

var sizes = map[string]struct {
	organizations, contacts, interactions int
	large                                 bool
}{
	"s": {1_000, 3_000, 10_000, false},
	"m": {50_000, 150_000, 1_000_000, true},
	"l": {500_000, 1_500_000, 10_000_000, true},
}

// Fill fills a registry without clients with sample data: organizations, contacts, links and a year
// of interactions up to now, the audit rows that working with them would have left, and four
// colleagues who cannot sign in. Clients belong to existing users and the colleagues. The same
// size, seed, clock and users give the same rows.
//
// progress, if not nil, is called from time to time and must not use d. Fill returns Invalid for an
// unknown size or a registry with clients. Size s is one transaction; db.Fill says what remains if
// it stops.
func Fill(ctx context.Context, d *db.DB, by db.Actor, size string, seed uint64, progress func(done, total int)) error {
	if err := db.RunRegistry.Refuse(by); err != nil {
		return err
	}
	n, ok := sizes[size]
	if !ok {
		return &db.Invalid{Fields: map[string]string{"size": "Choose one of the sizes " + strings.Join(Sizes, ", ")}}
	}
	plan := newPlan(seed, d.Now(), n.organizations, n.contacts, n.interactions)
	users, err := usersOf(ctx, d, plan)
	if err != nil {
		return fmt.Errorf("sample data: %w", err)
	}
	done, total := 0, 2*(n.organizations+n.contacts+n.interactions) // for the records and for their audit rows
	x := sample{plan, users}
	err = d.Fill(ctx, by, db.RunRegistry, db.Filling{
		Large: n.large, Records: x.records, History: x.history,
		Action: "import_demo", Details: map[string]any{"size": size, "seed": seed},
		Progress: func(count int) {
			if done += count; progress != nil {
				progress(done, total)
			}
		},
	})
	if err != nil {
		return fmt.Errorf("sample data: %w", err)
	}
	return nil
}
