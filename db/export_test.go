package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// LockFile locks a file as a running server does.
var LockFile = sqlite.LockName

// CountUpTo lowers MostCounted, so that a few rows count as many.
func (d *DB) CountUpTo(n int) { d.most = n }

// OpenReaders returns the number of open reading connections.
func OpenReaders(d *DB) int { return d.reader.Stats().OpenConnections }

// WatchWAL waits until a check in calm would stop, and returns why.
func (d *DB) WatchWAL(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	d.watchWAL(ctx, stop)
	return context.Cause(ctx)
}

// CheckAsLarge makes checks treat the file as large.
func (d *DB) CheckAsLarge() { d.small = 0 }

// FillUp makes the registry refuse more pages, as on a full disk, or ends that.
func FillUp(ctx context.Context, d *DB, full bool) error {
	pages := "4294967294"
	if full {
		pages = "1"
	}
	_, err := d.writer.ExecContext(ctx, "PRAGMA max_page_count = "+pages)
	return err
}

// Forbid makes SQLite refuse each write, as on a read-only disk, or ends that.
func Forbid(ctx context.Context, d *DB, forbidden bool) error {
	_, err := d.writer.ExecContext(ctx, "PRAGMA query_only = "+map[bool]string{true: "1", false: "0"}[forbidden])
	return err
}

// StepOf sets the pages per step of copies, and calls between after each step.
func StepOf(d *DB, pages int, between func(restarts int)) {
	d.inTests.steps = sqlite.Steps{Pages: pages, Between: between}
}

// Free makes disks report this much free space for copies.
func Free(d *DB, bytes int64) { d.inTests.free = func(string) (int64, bool) { return bytes, true } }

// Write changes this many bytes of the file in one transaction.
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

// CopyOver moves a file as if to another disk.
var CopyOver = copyOver

// CreatePart creates an incomplete file that is being worked on.
var CreatePart = createPart

// HasSight reports whether an action has a sight.
func HasSight(action string) bool { return actionOf(action).sight != 0 }

// RestoreInSteps is Restore on a disk with or without hard links. It calls step before each step.
func RestoreInSteps(ctx context.Context, from, path string, now time.Time, links bool, step func(string)) (Restored, error) {
	r := &restoration{from: from, now: now, link: os.Link, step: step}
	if !links {
		r.link = func(string, string) error { return errors.ErrUnsupported }
	}
	return r.run(ctx, path)
}

// WithoutHashing sets one password for every account, which is checked without hashing, for tests
// that guess often.
func WithoutHashing(d *DB, right string) {
	d.checkPassword = func(_ context.Context, hash, password string) (matches, outdated bool, err error) {
		return hash != "" && password == right, false, nil
	}
}

// Surplus is surplusBackups, for tests.
var Surplus = surplusBackups

// PersonName is personName, for tests.
var PersonName = personName

// WithRoom returns options that simulate a disk with this many bytes available.
func WithRoom(bytes int64) Options {
	return Options{free: func(string) (int64, bool) { return bytes, true }}
}

// AsLarge returns options that treat the file as large.
func AsLarge() Options { return Options{large: true} }

// Folded maps columns to the columns of their folded values.
func (k *RecordKind) Folded() map[string]string {
	all := map[string]string{}
	for _, f := range k.Fields {
		if f.sort.folded != "" {
			all[f.Column] = f.sort.folded
		}
	}
	return all
}

// Hostile is hostile, for tests.
var Hostile = hostile

// AuditPage returns the newest entries of the audit log that say what was typed, and does not record that they were read.
func AuditPage(ctx context.Context, d *DB, by Actor, typed string) ([]AuditEntry, error) {
	f := AuditFilter{Text: typed, said: d.newAuditText(ctx, by, typed)}
	r, err := d.auditRange(ctx, by, f)
	if err != nil {
		return nil, err
	}
	page, _, err := d.auditPage(ctx, by, f, r, auditStep, false)
	return page, err
}

// Says reports whether an entry says what was typed.
func (e AuditEntry) Says(typed string) bool { return e.says(text.Words(typed)) }
