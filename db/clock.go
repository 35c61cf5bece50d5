package db

import (
	"context"
	"time"
)

// ClockSlack is how far ahead of the clock a stored time may be, because clocks are adjusted a
// little now and then. A session, lock or link from further ahead was stored while the clock was
// wrong, and does not count.
const ClockSlack = time.Minute

// inFuture reports whether a time stored as the present is too far ahead of the clock.
func inFuture(stored, now time.Time) bool { return stored.After(now.Add(ClockSlack)) }

// isValidUntil reports whether something that ends at until, and lasts at most life, is valid now.
func isValidUntil(until, now time.Time, life time.Duration) bool {
	return until.After(now) && !inFuture(until, now.Add(life))
}

// validBounds returns isValidUntil's bounds for SQL: valid ends are > after and <= until.
func validBounds(now time.Time, life time.Duration) (after, until string) {
	return stamp(now), stamp(now.Add(life + ClockSlack))
}

// NewestEntry returns the latest time in the audit log, or zero if it is empty. If it is ahead of
// the clock, the clock is or was wrong.
func (d *DB) NewestEntry(ctx context.Context) (at time.Time, err error) {
	err = d.reader.QuickQueryRow(ctx, "SELECT max(created_at) FROM audit_logs").Scan(moment{&at})
	return at, err
}
