package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"clientregistry/db/sqlite"
)

// LockFile takes a file's lock as a running server does.
var LockFile = sqlite.LockName

// CountUpTo makes lists count less, so that few rows are many.
func (d *DB) CountUpTo(n int) { d.most = n }

// OpenReaders is how many connections are open to read.
func OpenReaders(d *DB) int { return d.reader.Stats().OpenConnections }

// WatchWAL returns when a check in calm would be given up, and why.
func (d *DB) WatchWAL(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	d.watchWAL(ctx, stop)
	return context.Cause(ctx)
}

// CheckAsLarge makes checks take the file for a large one.
func (d *DB) CheckAsLarge() { d.small = 0 }

// FillUp stops the registry from taking further pages, as a full disk would, or lets it again.
func FillUp(ctx context.Context, d *DB, full bool) error {
	pages := "4294967294"
	if full {
		pages = "1"
	}
	_, err := d.writer.ExecContext(ctx, "PRAGMA max_page_count = "+pages)
	return err
}

// Forbid makes SQLite answer to each write what it does on a read-only disk, or ends that.
func Forbid(ctx context.Context, d *DB, forbidden bool) error {
	_, err := d.writer.ExecContext(ctx, "PRAGMA query_only = "+map[bool]string{true: "1", false: "0"}[forbidden])
	return err
}

// StepOf makes copies take steps of some pages, and calls between after each.
func StepOf(d *DB, pages int, between func(restarts int)) {
	d.inTests.steps = sqlite.Steps{Pages: pages, Between: between}
}

// Free makes the disks have this much room for copies.
func Free(d *DB, bytes int64) { d.inTests.free = func(string) (int64, bool) { return bytes, true } }

// Write changes bytes of the file in one transaction.
func Write(d *DB, bytes int) error {
	return d.writeUnrecorded(context.Background(), System, Program, func(t *tx) error {
		for _, statement := range []string{
			"CREATE TABLE IF NOT EXISTS scratch (content BLOB)", "DELETE FROM scratch",
			fmt.Sprintf("INSERT INTO scratch VALUES (zeroblob(%d))", bytes),
		} {
			if _, err := t.Exec(statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// FailedWrite changes rows and then fails.
func FailedWrite(d *DB) error {
	failed := errors.New("failed as it should")
	err := d.writeUnrecorded(context.Background(), System, Program, func(t *tx) error {
		if _, err := t.Exec("INSERT INTO requests (user_id, made, request_id, target_id, created_at) SELECT id, 'contact', ?, id, "+
			"created_at FROM users LIMIT 1", newID()); err != nil {
			return err
		}
		return failed
	})
	if errors.Is(err, failed) {
		return nil
	}
	return fmt.Errorf("it did not fail: %w", err)
}

// CopyOver moves a file as from one disk to another.
var CopyOver = copyOver

// CreatePart makes an incomplete file that somebody works on.
var CreatePart = createPart

// HasSight tells whether the table of actions decides about an action.
func HasSight(action string) bool { return actionOf(action).sight != 0 }

// RestoreInSteps is Restore on a disk with links or without; step is told before each step which one it is.
func RestoreInSteps(ctx context.Context, from, path string, now time.Time, links bool, step func(string)) (Restored, error) {
	r := &restoration{from: from, now: now, link: os.Link, step: step}
	if !links {
		r.link = func(string, string) error { return errors.ErrUnsupported }
	}
	return r.run(ctx, path)
}

// WithoutHashing makes one password that of every account, at no cost, for tests that guess often.
func WithoutHashing(d *DB, right string) {
	d.checkPassword = func(_ context.Context, hash, password string) (matches, outdated bool, err error) {
		return hash != "" && password == right, false, nil
	}
}

// Surplus is which of some moments need no backup any longer.
var Surplus = surplusBackups

// PersonName is personName, for tests.
var PersonName = personName

// WithRoom is how a disk with so many bytes left is opened.
func WithRoom(bytes int64) Options {
	return Options{free: func(string) (int64, bool) { return bytes, true }}
}

// AsLarge is how a large file is opened.
func AsLarge() Options { return Options{large: true} }

// Folded are the columns of folded values, by the column that has the value.
func (k *RecordKind) Folded() map[string]string {
	all := map[string]string{}
	for _, f := range k.Fields {
		if f.sort.folded != "" {
			all[f.Column] = f.sort.folded
		}
	}
	return all
}
