package db

import (
	"context"
	"sync"
	"time"

	"clientregistry/db/secrets"
)

// checks limits passwords being checked at the same time. Only a wrong password uses up a budget,
// and only after its check. So a check waits while the running ones could use up the budget, or
// parallel attempts would allow more guesses than sequential ones.
type checks struct {
	mu      sync.Mutex
	running map[string]int
	ended   chan struct{} // closed when a check ends
}

// startCheck waits until a password may be checked. It returns Locked if the budget is used up, and
// secrets.ErrBusy if the wait is too long. The caller must call end after counting a wrong
// password.
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

// tryCheck starts a check, or returns a channel to wait on before trying again.
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
