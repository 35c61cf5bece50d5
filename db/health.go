package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-sqlite3"
)

// Health is what is known of the registry's file.
type Health struct {
	CheckedAt time.Time // when all of it was checked last; zero: not since the program started
	Damage    string    // what is wrong, in SQLite's words; "" while nothing is
	FoundAt   time.Time // when that was found
}

// Damaged refuses a change: the file is damaged, and a write could do more harm. Reading goes on.
type Damaged struct{ Found string }

func (e *Damaged) Error() string { return "the file is damaged: " + e.Found }

// IsDamaged tells whether an error is damage of the file: found before, or met just now.
func IsDamaged(err error) bool {
	var known *Damaged
	return errors.As(err, &known) || isDamage(err)
}

// health is the Health that all goroutines share.
type health struct {
	mu  sync.Mutex
	now Health
}

// Health returns what is known of the file.
func (d *DB) Health() Health {
	d.health.mu.Lock()
	defer d.health.mu.Unlock()
	return d.health.now
}

// sound returns nil while no damage is known, and Damaged otherwise.
func (d *DB) sound() error {
	if found := d.Health().Damage; found != "" {
		return &Damaged{found}
	}
	return nil
}

// notice marks the registry as damaged where an error says that SQLite met damage.
func (d *DB) notice(err error) {
	if err != nil && isDamage(err) {
		d.damaged(err.Error())
	}
}

func (d *DB) damaged(found string) {
	found = clip(strings.ReplaceAll(found, "\n", "; "), 1000)
	d.health.mu.Lock()
	defer d.health.mu.Unlock()
	if d.health.now.Damage == "" {
		d.health.now.FoundAt = d.now().UTC()
	}
	d.health.now.Damage = found
}

// smallFile is up to how many bytes a file is checked before anything else, and
// with its indexes against its tables: 256 MB take a second of computing. Of 20
// files in which one byte was changed that finds 17, the check of larger files,
// which is many times as fast, finds 1; where 50 bytes were changed both find all.
const smallFile = 256 << 20

// checkAtStart checks a small file, before anything is written to it.
func (d *DB) checkAtStart(ctx context.Context) error {
	info, err := os.Stat(d.path)
	if err != nil || info.Size() == 0 || info.Size() > d.small {
		return err
	}
	err = d.CheckFile(ctx)
	if found := (*Damaged)(nil); errors.As(err, &found) {
		return nil // it can be read, perhaps
	}
	return err
}

// CheckFile looks for damage in the whole file and returns Damaged where it finds
// some: nothing is written to it from then on, until a check finds it sound again.
func (d *DB) CheckFile(ctx context.Context) error {
	found, err := d.check(ctx)
	if meetsDamage(err) {
		found, err = err.Error(), nil
	}
	if err != nil {
		return fmt.Errorf("check the file: %w", err)
	}
	at := d.now().UTC()
	if found != "" {
		d.damaged(found)
	}
	d.health.mu.Lock()
	defer d.health.mu.Unlock()
	d.health.now.CheckedAt = at
	if found == "" {
		d.health.now.Damage, d.health.now.FoundAt = "", time.Time{}
		return nil
	}
	return &Damaged{d.health.now.Damage}
}

// check returns what is wrong with the file, "" where it is sound. It reads on a
// connection of its own, so that no reader waits for it.
func (d *DB) check(ctx context.Context) (found string, err error) {
	info, err := os.Stat(d.path)
	if err != nil {
		return "", err
	}
	own := d.connectReaders(1)
	defer own.end()
	if info.Size() <= d.small {
		return d.watchedCheck(ctx, own, "PRAGMA integrity_check(5)")
	}
	found, err = d.watchedCheck(ctx, own, "PRAGMA quick_check(5)")
	if errors.Is(err, errMuchWritten) {
		found, err = d.checkTables(ctx, own)
	}
	if err != nil || found != "" || !d.keysUnchecked.Load() {
		return found, err
	}
	err = checkForeignKeys(ctx, own)
	if broken := (*Broken)(nil); errors.As(err, &broken) {
		return broken.Problem, nil
	}
	d.keysUnchecked.Store(err != nil)
	return "", err
}

// checkTables checks one table after the other, so that the -wal can be emptied in between.
func (d *DB) checkTables(ctx context.Context, own *pool) (found string, err error) {
	tables, err := own.queryWatched(ctx, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
	names, err := collect(tables, err, scanText)
	for _, name := range names {
		if err == nil && found == "" {
			found, err = d.watchedCheck(ctx, own, "PRAGMA quick_check('"+strings.ReplaceAll(name, "'", "''")+"')")
		}
	}
	return found, err
}

// errMuchWritten ends a check that keeps the -wal from being emptied.
var errMuchWritten = errors.New("too much is being written meanwhile")

// A check reads from one moment, and until it ends the -wal cannot be emptied. So
// it begins when the -wal is no larger than calmWAL, or after some seconds, and
// is given up beyond mostWAL: with what is written until it stops, that stays below 32 MB.
const (
	calmWAL = walLimit + 1<<20
	mostWAL = 20 << 20
)

// waitForCalm waits up to some seconds for the -wal to be emptied.
func (d *DB) waitForCalm(ctx context.Context) {
	for range 100 {
		if d.walSize() <= calmWAL {
			return
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return
		}
	}
}

// watchedCheck runs one check and returns the rows that it answers, "" for ok.
func (d *DB) watchedCheck(ctx context.Context, p *pool, query string) (found string, err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	d.waitForCalm(ctx)
	go func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			select {
			case <-tick.C:
				if d.walSize() > mostWAL {
					stop(errMuchWritten)
				}
			case <-ctx.Done():
			}
		}
	}()
	rows, err := p.queryWatched(ctx, query)
	lines, err := collect(rows, err, scanText)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	if meetsDamage(err) {
		lines, err = append(lines, err.Error()), nil
	}
	if found = strings.TrimPrefix(strings.Join(lines, "\n"), "*** in database main ***\n"); found == "ok" {
		found = ""
	}
	return found, err
}

// meetsDamage tells whether an error of a check is damage: a sound file lets no
// rule fail to be computed, as one of JSON does where there is none.
func meetsDamage(err error) bool {
	var e sqlite3.Error
	return isDamage(err) || errors.As(err, &e) && e.Code == sqlite3.ErrError
}

func (d *DB) walSize() int64 {
	info, err := os.Stat(d.path + "-wal")
	if err != nil {
		return 0
	}
	return info.Size()
}

// cursor is the rows of a query; damage that is met among them is noticed.
type cursor struct {
	*sql.Rows
	pool *pool
}

func (c cursor) Err() error { return c.pool.noticed(c.Rows.Err()) }

// watchedRow is a row that does the same.
type watchedRow struct {
	*sql.Row
	pool *pool
}

func (r watchedRow) Scan(into ...any) error { return r.pool.noticed(r.Row.Scan(into...)) }

// noticed tells the registry of damage that a connection met, and returns the error.
func (p *pool) noticed(err error) error {
	if err != nil && p.notice != nil {
		p.notice(err)
	}
	return err
}
