package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"clientregistry/db/sqlite"
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
	return errors.As(err, &known) || sqlite.IsDamage(err)
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
	if err != nil && sqlite.IsDamage(err) {
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
	if sqlite.IsDamageInCheck(err) {
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
	defer own.End()
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
		found, err = own.IntegrityCheck(ctx, 5)
		return answer(ctx, found, err)
	}
	found, err = own.QuickCheck(ctx, 5)
	found, err = answer(ctx, found, err)
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
	for sqlite.WALSize(d.path) <= mostWAL {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
	stop(ErrMuchWritten)
}

// answer is what a check found, which may be in its error.
func answer(ctx context.Context, found string, err error) (string, error) {
	if sqlite.IsDamageInCheck(err) && ctx.Err() == nil {
		return strings.TrimPrefix(found+"\n"+err.Error(), "\n"), nil
	}
	return found, err
}
