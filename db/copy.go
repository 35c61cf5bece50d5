package db

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/mattn/go-sqlite3"
)

// A copy is made through the writer's connection, some pages at a time, and the
// connection goes back to who waits for it after each step. What it writes
// meanwhile SQLite carries into the copy, which so ends as the registry is at
// its last step; no snapshot is held on the way, so the -wal can be emptied.
const (
	stepAim   = 4 * time.Millisecond // how long a step should take
	leastStep = 16                   // pages
	mostStep  = 128
	syncEach  = 512 // pages, so that no commit waits long for the disk

	// mostRestarts is how often a copy may begin again because another process
	// wrote; then it is made from a snapshot, whatever the -wal grows to.
	mostRestarts = 10
)

// errRestarts says that others write too often for a copy in steps.
var errRestarts = errors.New("the registry changed too often to be copied")

// Counts is how much a registry holds, to compare a copy with.
type Counts struct {
	History       int64  `json:"history"` // rows, the newest of which has Hash
	Hash          string `json:"hash"`
	Organizations int64  `json:"organizations"`
	Contacts      int64  `json:"contacts"`
	Interactions  int64  `json:"interactions"`
	Users         int64  `json:"users"`
}

// pageCopy is a copy that is being made.
type pageCopy struct {
	to       *os.File
	target   *sqlite3.SQLiteConn
	source   *sqlite3.SQLiteConn
	backup   *sqlite3.SQLiteBackup
	step     int // pages of the next one
	done     int // pages
	unsynced int // pages written since the last sync
	restarts int
}

// copyTo writes the registry into an empty file and returns what it held at the
// copy's last moment; nil where it is of a schema before those tables. Hasty
// is for when nobody waits for the writer.
func (d *DB) copyTo(ctx context.Context, to *os.File, hasty bool) (*Counts, error) {
	d.copying.Add(1)
	defer d.copying.Add(-1)
	snapshot := d.connectReaders(1)
	defer snapshot.Close()
	last, err := snapshot.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer last.Close()
	err = d.copyInSteps(ctx, to, last, hasty)
	if errors.Is(err, errRestarts) {
		err = copySnapshot(ctx, to, last)
	}
	if err == nil {
		err = withoutWAL(to.Name())
	}
	if err != nil {
		return nil, err
	}
	return countAll(ctx, last)
}

// withoutWAL takes the mark off a copy that says it may have a -wal, so that it
// can be read where nothing can be written.
func withoutWAL(path string) error {
	p := sql.OpenDB(connector{fileURI(path) + "?_journal_mode=DELETE"})
	return errors.Join(p.Ping(), p.Close())
}

// copyInSteps copies through the writer, and begins last's snapshot while
// nobody can have written since the last step.
func (d *DB) copyInSteps(ctx context.Context, to *os.File, last *sql.Conn, hasty bool) error {
	c, err := newPageCopy(to)
	if err != nil {
		return err
	}
	defer c.close()
	for {
		took, done, err := d.copyStep(ctx, c, last)
		if err != nil || done {
			return errors.Join(err, c.close())
		}
		if c.restarts > mostRestarts {
			return errRestarts
		}
		if d.inTests.between != nil {
			d.inTests.between(c.restarts)
		}
		if c.unsynced >= syncEach {
			if err := to.Sync(); err != nil {
				return err
			}
			c.unsynced = 0
		}
		if hasty {
			continue
		}
		select {
		case <-time.After(took):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// copyStep borrows the writer's connection for one step.
func (d *DB) copyStep(ctx context.Context, c *pageCopy, last *sql.Conn) (took time.Duration, done bool, err error) {
	writer, err := d.writer.Conn(ctx)
	if err != nil {
		return 0, false, err
	}
	defer writer.Close()
	took, done, err = c.advance(writer, cmp.Or(d.inTests.pages, c.step))
	if err == nil && done {
		err = holdSnapshot(ctx, last)
	}
	switch {
	case took > 2*stepAim:
		c.step = max(c.step/2, leastStep)
	case took < stepAim/2:
		c.step = min(c.step*2, mostStep)
	}
	return took, done, err
}

// copySnapshot copies all from one snapshot, which last begins here.
func copySnapshot(ctx context.Context, to *os.File, last *sql.Conn) error {
	if err := holdSnapshot(ctx, last); err != nil {
		return err
	}
	c, err := newPageCopy(to)
	if err != nil {
		return err
	}
	defer c.close()
	for {
		_, done, err := c.advance(last, mostStep)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || done {
			return errors.Join(err, c.close())
		}
	}
}

// newPageCopy opens the target. Nobody else reads it before it is complete and
// synced, so it has no journal.
func newPageCopy(to *os.File) (*pageCopy, error) {
	if err := to.Truncate(0); err != nil {
		return nil, err
	}
	conn, err := (&sqlite3.SQLiteDriver{}).Open(fileURI(to.Name()) + "?_journal_mode=OFF&_synchronous=OFF")
	if err != nil {
		return nil, err
	}
	return &pageCopy{to: to, target: conn.(*sqlite3.SQLiteConn), step: 64}, nil
}

// advance copies up to n pages from a connection.
func (c *pageCopy) advance(from *sql.Conn, n int) (took time.Duration, done bool, err error) {
	err = from.Raw(func(raw any) (err error) {
		source := raw.(*sqlite3.SQLiteConn)
		if c.backup == nil {
			c.source = source
			if c.backup, err = c.target.Backup("main", source, "main"); err != nil {
				return err
			}
		}
		if source != c.source {
			return errors.New("the connection that is copied was closed")
		}
		begun := time.Now()
		done, err = c.backup.Step(n)
		took = time.Since(begun)
		return err
	})
	if err != nil {
		return took, false, err
	}
	copied := c.backup.PageCount() - c.backup.Remaining()
	if !done && copied <= c.done {
		c.restarts++
	}
	c.unsynced += max(copied-c.done, 0)
	c.done = copied
	return took, done, nil
}

// close ends the copy; closing again does nothing.
func (c *pageCopy) close() error {
	var errs []error
	if c.backup != nil {
		errs = append(errs, c.backup.Finish())
		c.backup = nil
	}
	if c.target != nil {
		errs = append(errs, c.target.Close())
		c.target = nil
	}
	return errors.Join(errs...)
}

// holdSnapshot begins a read transaction and reads, which fixes what it sees.
func holdSnapshot(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	var n int
	return conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&n)
}

// countAll counts what one connection sees, or returns nil where there is
// nothing to count yet.
func countAll(ctx context.Context, conn interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
},
) (*Counts, error) {
	var n int
	err := conn.QueryRowContext(ctx, `
		SELECT count(*) FROM sqlite_schema
		WHERE type = 'table' AND name IN ('audit_logs', 'organizations', 'contacts', 'interactions', 'users')`).Scan(&n)
	if err != nil || n < 5 {
		return nil, err
	}
	var c Counts
	err = conn.QueryRowContext(ctx, `
		SELECT (SELECT count(*) FROM audit_logs), ifnull((SELECT hash FROM audit_logs ORDER BY seq DESC LIMIT 1), ''),
			(SELECT count(*) FROM organizations), (SELECT count(*) FROM contacts),
			(SELECT count(*) FROM interactions), (SELECT count(*) FROM users)`).
		Scan(&c.History, &c.Hash, &c.Organizations, &c.Contacts, &c.Interactions, &c.Users)
	if err != nil {
		return nil, fmt.Errorf("count: %w", err)
	}
	return &c, nil
}
