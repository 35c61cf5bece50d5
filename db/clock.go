package db

import (
	"context"
	"time"
)

// clockSlack is how far a stored moment may lie ahead of the clock, which is
// stepped by a little now and then. What lies further ahead was stored while
// the clock was wrong: such a session, lock or link is none.
const clockSlack = time.Minute

// inFuture tells whether a moment that was stored as the present lies ahead of the clock.
func inFuture(stored, now time.Time) bool { return stored.After(now.Add(clockSlack)) }

// isValidUntil tells whether what ends at a moment, and was made to last for life at most, lasts now.
func isValidUntil(until, now time.Time, life time.Duration) bool {
	return until.After(now) && !inFuture(until, now.Add(life))
}

// validBounds are the bounds of isValidUntil for SQL: what ends is > after and <= until.
func validBounds(now time.Time, life time.Duration) (after, until string) {
	return stamp(now), stamp(now.Add(life + clockSlack))
}

// NewestEntry returns the latest moment that the history tells of, zero where
// it is empty. One that lies ahead of the clock shows that the clock is wrong, or was.
func (d *DB) NewestEntry(ctx context.Context) (at time.Time, err error) {
	err = d.reader.QuickQueryRow(ctx, "SELECT max(created_at) FROM audit_logs").Scan(moment{&at})
	return at, err
}
