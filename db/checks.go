package db

import (
	"context"
	"sync"
	"time"

	"clientregistry/db/secrets"
)

// checks are the passwords being checked now, by the keys that wrong ones are
// counted under. A password counts when it was found wrong, and not before. So that
// many at once are not more than many in turn, one waits while those that are being
// checked would use its budget up if all of them were wrong.
type checks struct {
	mu      sync.Mutex
	running map[string]int
	ended   chan struct{} // closed when one ends
}

// startCheck waits for the turn of a password to be checked. It returns Locked
// where the budget is used up, and secrets.ErrBusy where the turn does not come in time.
// The caller calls end when it has counted a wrong one.
func (d *DB) startCheck(ctx context.Context, b budget) (end func(), err error) {
	timer := time.NewTimer(d.patience)
	defer timer.Stop()
	for {
		wait, err := d.tryCheck(ctx, b)
		if err != nil {
			return nil, err
		}
		if wait == nil {
			return func() { d.checks.end(b) }, nil
		}
		select {
		case <-wait:
		case <-timer.C:
			return nil, secrets.ErrBusy
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// tryCheck starts a check, or returns a channel that is closed when it may be worth another try.
func (d *DB) tryCheck(ctx context.Context, b budget) (wait <-chan struct{}, err error) {
	c := &d.checks
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == nil {
		c.running, c.ended = map[string]int{}, make(chan struct{})
	}
	room, err := b.room(readerQuerier{ctx, d}, d.now(), c.running)
	if err != nil {
		return nil, err
	}
	if !room {
		return c.ended, nil
	}
	for _, l := range b.limits() {
		c.running[l.key]++
	}
	return nil, nil
}

func (c *checks) end(b budget) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range b.limits() {
		if c.running[l.key]--; c.running[l.key] == 0 {
			delete(c.running, l.key)
		}
	}
	close(c.ended)
	c.ended = make(chan struct{})
}
