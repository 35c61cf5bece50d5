package db

import (
	"context"
	"fmt"
	"sync"

	"clientregistry/db/sqlite"
)

// The audit log is also the event log. Followers, such as webhooks, store the
// seq up to which they have read it. So they learn of a change only after its commit, and miss none
// while the program is not running.

// signal announces commits to those waiting.
type signal struct {
	mu      sync.Mutex
	waiting chan struct{}
}

// next returns a channel that is closed at the next commit.
func (s *signal) next() <-chan struct{} {
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

// NextCommit returns a channel that is closed when this process next commits a change. Get it
// before reading, so that no change is missed in between. It does not announce commits of other
// processes; followers must poll for those.
func (d *DB) NextCommit() <-chan struct{} { return d.committed.next() }

// Events returns up to n audit rows after seq, oldest first, as the actor may see them. Without
// ViewAudit, these are only changes of clients, links, interactions and follow-ups. read is the seq
// to continue from, after rows that the actor may not see.
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

// followedTo returns the seq up to which a follower has read, or 0 for a new one.
func (d *DB) followedTo(ctx context.Context, follower string) (seq int64, err error) {
	err = d.reader.QuickQueryRow(ctx, "SELECT seq FROM followers WHERE name = ?", follower).Scan(&seq)
	return seq, ignoreMissing(err)
}

// setFollowedTo stores the seq up to which a follower has read.
func (t *tx) setFollowedTo(follower string, seq int64) error {
	_, err := t.Exec("INSERT INTO followers (name, seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq", follower, seq)
	return err
}

// followFromNow makes a follower read only what happens after this transaction.
func (t *tx) followFromNow(follower string) error {
	last, err := t.lastAudit()
	if err != nil {
		return err
	}
	return t.setFollowedTo(follower, last.seq)
}
