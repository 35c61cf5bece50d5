package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"time"

	"github.com/mattn/go-sqlite3"
)

// A copy goes through the writer's connection, a few pages at a time, and returns it after each
// step to whoever waits for it. SQLite also applies what that connection writes meanwhile, so the
// copy ends as the registry is at the last step. No snapshot is held, so the -wal can be
// checkpointed.
const (
	stepAim   = 4 * time.Millisecond // intended duration of a step
	leastStep = 16                   // pages
	mostStep  = 128
	syncEach  = 512 // pages; so that no commit waits long for the disk

	// mostRestarts is how often a copy may start over because another process wrote. After that it
	// uses a snapshot, however large the -wal grows.
	mostRestarts = 10
)

// errRestarts means that other processes write too often for a copy in steps.
var errRestarts = errors.New("the file changed too often to be copied")

// Steps controls a copy. The zero value suits a copy while others work.
type Steps struct {
	Pages   int                // per step; 0 for as many as take about 4 ms
	Between func(restarts int) // if not nil, called after each step except the last
}

// pageCopy is a copy in progress.
type pageCopy struct {
	to       *os.File
	target   *sqlite3.SQLiteConn
	source   *sqlite3.SQLiteConn
	backup   *sqlite3.SQLiteBackup
	step     int // pages of the next step
	done     int // pages
	unsynced int // pages written since the last sync
	restarts int
}

// Copy copies the writer's file into an empty file while others use it. No write waits longer than
// one step. Afterwards last, a connection of another pool, holds a snapshot of the moment at which
// the copy ended. writer must be a pool of one connection in the mode Write.
func Copy(ctx context.Context, writer *Pool, to *os.File, last *sql.Conn, steps Steps) error {
	writer.copying.Add(1)
	defer writer.copying.Add(-1)
	err := copyInSteps(ctx, writer, to, last, steps)
	if errors.Is(err, errRestarts) {
		err = copySnapshot(ctx, to, last)
	}
	if err != nil {
		return err
	}
	return removeMark(to.Name())
}

// removeMark removes a copy's mark for a -wal, so that it can be read on a disk without write
// access.
func removeMark(path string) error {
	p := Open(path, withoutWAL, 1)
	return errors.Join(p.Ping(), p.Close())
}

// copyInSteps copies through the writer, and starts last's snapshot before anybody can write again.
func copyInSteps(ctx context.Context, writer *Pool, to *os.File, last *sql.Conn, steps Steps) error {
	c, err := newPageCopy(to)
	if err != nil {
		return err
	}
	defer c.close()
	for {
		took, done, err := c.borrow(ctx, writer, last, steps.Pages)
		if err != nil || done {
			return errors.Join(err, c.close())
		}
		if c.restarts > mostRestarts {
			return errRestarts
		}
		if steps.Between != nil {
			steps.Between(c.restarts)
		}
		if c.unsynced >= syncEach {
			if err := to.Sync(); err != nil {
				return err
			}
			c.unsynced = 0
		}
		select {
		case <-time.After(took):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// borrow uses the writer's connection for one step.
func (c *pageCopy) borrow(ctx context.Context, writer *Pool, last *sql.Conn, pages int) (took time.Duration, done bool, err error) {
	conn, err := writer.Conn(ctx)
	if err != nil {
		return 0, false, err
	}
	defer conn.Close()
	took, done, err = c.advance(conn, cmp.Or(pages, c.step))
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

// copySnapshot copies everything from one snapshot, which last starts here.
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

// newPageCopy opens the target. It needs no journal, because nobody reads it before it is complete
// and synced.
func newPageCopy(to *os.File) (*pageCopy, error) {
	if err := to.Truncate(0); err != nil {
		return nil, err
	}
	conn, err := (&sqlite3.SQLiteDriver{}).Open(copied.dsn(to.Name()))
	if err != nil {
		return nil, err
	}
	return &pageCopy{to: to, target: conn.(*sqlite3.SQLiteConn), step: 64}, nil
}

// advance copies up to n pages.
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
	pages := c.backup.PageCount() - c.backup.Remaining()
	if !done && pages <= c.done {
		c.restarts++
	}
	c.unsynced += max(pages-c.done, 0)
	c.done = pages
	return took, done, nil
}

// close ends the copy. It can be called again.
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

// holdSnapshot starts a read transaction and reads once, which fixes its snapshot.
func holdSnapshot(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	var n int
	return conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&n)
}

// CopyIdle copies a file that nobody writes to, as fast as the disk allows. from is that file. It
// returns an error if another program is reading it, because then its -wal may not be empty.
func CopyIdle(ctx context.Context, writer *Pool, from, to *os.File) error {
	conn, err := writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	if HasContent(from.Name() + "-wal") {
		return errors.New("another program reads it; stop that one first")
	}
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return err
	}
	const step = 256 << 20
	for {
		n, err := io.CopyN(to, from, step) // where the system can, without going through this program's memory
		switch {
		case n < step && errors.Is(err, io.EOF):
			return removeMark(to.Name())
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
}
