package db

import "context"

// SQLite's full-text index consists of segments. Each write adds a small one, and sixteen of one
// level are merged into one of the next by whichever write comes last. With a large index that
// write would take seconds and put 140 MB into the WAL. Merging a little at a time beforehand
// avoids this (https://www.sqlite.org/fts3.html#mergexy).
const (
	mergePages    = 16 // pages written per step, approximately
	mergeSegments = 8  // merge levels with at least so many segments
)

var searchIndexes = []string{
	"interaction_search", "contact_search", "organization_search",
	"interaction_search_parts", "contact_search_parts", "organization_search_parts",
}

// MergeWords merges a little of the search indexes, in a few milliseconds. more is true if there is
// more to merge. A step that has begun ignores cancellation, so that closing the registry never
// interrupts it.
func (d *DB) MergeWords(ctx context.Context) (more bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	return d.mergeWords(context.WithoutCancel(ctx), mergePages, mergeSegments)
}

func (d *DB) mergeWords(ctx context.Context, pages, segments int) (more bool, err error) {
	for _, index := range searchIndexes {
		var worked int
		err := d.writeUnrecorded(ctx, System, Program, func(t *tx) error {
			var before, after int
			if err := t.QueryRow("SELECT total_changes()").Scan(&before); err != nil {
				return err
			}
			if _, err := t.Exec("INSERT INTO "+index+" ("+index+") VALUES (printf('merge=%d,%d', ?, ?))", pages, segments); err != nil {
				return err
			}
			err := t.QueryRow("SELECT total_changes()").Scan(&after)
			worked = after - before
			return err
		})
		if err != nil || worked >= 2 { // fewer changes mean that there was nothing to merge
			return err == nil, err
		}
	}
	return false, nil
}
