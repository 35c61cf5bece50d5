package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"clientregistry/db/sqlite"
)

// The history is the registry's event log. Who follows it (webhooks, mail, live
// pages) keeps how far they have read it, by seq: nothing is told before it is
// committed, and nothing is missed while the program is not running.

// signal tells those who wait that something was committed.
type signal struct {
	mu      sync.Mutex
	waiting chan struct{}
}

// wait returns a channel that is closed at the next commit.
func (s *signal) wait() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting == nil {
		s.waiting = make(chan struct{})
	}
	return s.waiting
}

func (s *signal) send() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting != nil {
		close(s.waiting)
		s.waiting = nil
	}
}

// NextCommit returns a channel that is closed when this program next commits a
// change. Ask for it before reading, so that no change falls between the two.
// What a command commits beside this program is found by looking now and then.
func (d *DB) NextCommit() <-chan struct{} { return d.committed.wait() }

// Events returns up to n rows of the history behind seq, oldest first, as the
// actor may read them, and the seq up to which it has looked: rows that are not
// there for the actor count as read. Without ViewAudit they are the changes of
// clients and of what was said with them.
func (d *DB) Events(ctx context.Context, by Actor, seq int64, n int) (events []AuditEntry, read int64, err error) {
	var newest int64
	if err := d.reader.QuickQueryRow(ctx, "SELECT ifnull(max(seq), 0) FROM audit_logs").Scan(&newest); err != nil {
		return nil, seq, err
	}
	seen := by.seesEntry()
	if !by.Can(ViewAudit) {
		seen = condition{sql: "action IN " + changingClients}.and(seen)
	}
	rows, err := d.reader.Query(ctx, selectAudit("1")+`
		WHERE seq > ? AND seq <= ? AND `+seen.sql+`
		ORDER BY seq`+limit(n), append([]any{seq, newest}, seen.args...)...)
	if events, err = sqlite.Collect(rows, err, scanAudit); err != nil {
		return nil, seq, fmt.Errorf("events behind %d: %w", seq, err)
	}
	for i := range events {
		events[i].show(by)
	}
	if read = newest; n > 0 && len(events) == n {
		read = events[n-1].Seq
	}
	return events, read, d.nameAudit(ctx, by, events)
}

// FollowedTo returns how far a follower has read the history, 0 for a new one.
func (d *DB) FollowedTo(ctx context.Context, follower string) (seq int64, err error) {
	err = d.reader.QuickQueryRow(ctx, "SELECT seq FROM followers WHERE name = ?", follower).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return seq, err
}

// SetFollowedTo notes how far a follower has read the history. It never goes back.
func (d *DB) SetFollowedTo(ctx context.Context, follower string, seq int64) error {
	return d.writeUnrecorded(ctx, System, Program, func(t *tx) error {
		_, err := t.Exec(`
			INSERT INTO followers (name, seq) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET seq = max(seq, excluded.seq)`, follower, seq)
		return err
	})
}
