package db

import "context"

// A full-text index of SQLite is made of segments: each write adds a small one,
// and sixteen of a level become one of the next in whichever write comes last.
// Of a large index that write would take seconds and put 140 MB into the -wal.
// So the program merges beforehand, a little at a time
// (https://www.sqlite.org/fts3.html#mergexy).
const (
	mergePages    = 16 // about so many pages are written by a step
	mergeSegments = 8  // so many segments of a level are merged
)

var searchIndexes = []string{"interaction_search", "contact_search", "organization_search"}

// MergeWords merges a little of the indexes of words, in a few milliseconds. more
// tells that there is more to do. A step that has begun comes to its end, so that
// closing the registry never overtakes it.
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
