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
// It reads from one moment, so that the -wal grows by all that is written until it ends.
func (d *DB) CheckFile(ctx context.Context) error { return d.lookForDamage(ctx, false) }

// CheckFileInCalm is CheckFile that returns ErrMuchWritten where the -wal would grow beyond 32 MB.
func (d *DB) CheckFileInCalm(ctx context.Context) error { return d.lookForDamage(ctx, true) }

// ErrMuchWritten says that a check was given up, because too much was written meanwhile.
var ErrMuchWritten = errors.New("too much is being written meanwhile")

func (d *DB) lookForDamage(ctx context.Context, calm bool) error {
	found, err := d.check(ctx, calm)
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
func (d *DB) check(ctx context.Context, calm bool) (found string, err error) {
	info, err := os.Stat(d.path)
	if err != nil {
		return "", err
	}
	own := d.connectReaders(1)
	defer own.end()
	if calm {
		watched, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		go d.watchWAL(watched, stop)
		defer func() {
			if cause := context.Cause(watched); err != nil && cause != nil {
				err = cause
			}
		}()
		ctx = watched
	}
	if info.Size() <= d.small {
		return answerOf(ctx, own, "PRAGMA integrity_check(5)")
	}
	found, err = answerOf(ctx, own, "PRAGMA quick_check(5)")
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

// mostWAL is at which size of the -wal a check in calm is given up: with what is
// written until it stops, that stays below 32 MB.
const mostWAL = 20 << 20

// watchWAL gives a check up when the -wal is larger than mostWAL.
func (d *DB) watchWAL(ctx context.Context, stop context.CancelCauseFunc) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for d.walSize() <= mostWAL {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
	stop(ErrMuchWritten)
}

// answerOf runs one check of SQLite and returns the rows that it answers, "" for ok.
func answerOf(ctx context.Context, p *pool, query string) (found string, err error) {
	rows, err := p.queryWatched(ctx, query)
	lines, err := collect(rows, err, scanText)
	if meetsDamage(err) && ctx.Err() == nil {
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
