package db

import (
	"context"
	"errors"
	"strings"
	"time"

	"clientregistry/db/sqlite"
)

// tx is a write transaction: its actor, its time, and how many audit rows it has written.
type tx struct {
	*sqlite.Tx
	ctx      context.Context
	by       Actor
	now      time.Time
	recorded int
	made     string    // the ID of what the request makes, for its idempotency key
	last     auditLink // the newest audit row; its seq is 0 until it has been read
}

type inWrite struct{}

// write runs f in an immediate transaction. It commits if f returns nil, and rolls back on an error
// or a panic. It returns ErrForbidden if the actor does not meet need, Damaged if the file is known
// to be damaged, and an error if f changed rows without recording it. A key of the context is stored
// in the same transaction, see WithIdempotencyKey.
// Together with its variants below, it is the only way to write.
func (d *DB) write(ctx context.Context, by Actor, need Need, f func(*tx) error) error {
	return d.transact(ctx, by, need, rememberKey(requireRecord(f)))
}

func requireRecord(f func(*tx) error) func(*tx) error {
	return func(t *tx) error {
		if err := f(t); err != nil {
			return err
		}
		if t.Changed > 0 && t.recorded == 0 {
			return errors.New("a change was made that the history does not record")
		}
		return nil
	}
}

// writeUnrecorded is write without the audit row: for sessions, personal settings and the program's
// own housekeeping.
func (d *DB) writeUnrecorded(ctx context.Context, by Actor, need Need, f func(*tx) error) error {
	return d.transact(ctx, by, need, f)
}

// writeSignIn is write for signing in and out, which work even if the file is damaged.
func (d *DB) writeSignIn(ctx context.Context, by Actor, f func(*tx) error) error {
	return d.commit(ctx, by, requireRecord(f))
}

func (d *DB) transact(ctx context.Context, by Actor, need Need, f func(*tx) error) error {
	if err := need.Refuse(by); err != nil {
		return err
	}
	if err := d.refuseDamaged(); err != nil {
		return err
	}
	if err := d.commit(ctx, by, f); err != nil {
		return err
	}
	_ = d.writeEnds(ctx) // these ends of sessions could not be written before; if they fail again, the change still counts
	return nil
}

// commit is transact without checking the need and the file.
func (d *DB) commit(ctx context.Context, by Actor, f func(*tx) error) (err error) {
	defer func() { d.notice(err) }()
	if ctx.Value(inWrite{}) != nil {
		panic("db: a write inside a write would wait for itself")
	}
	ctx = context.WithValue(ctx, inWrite{}, true)
	begun, err := d.writer.Begin(ctx)
	if err != nil {
		return err
	}
	defer begun.Rollback()
	by.IP, by.UA = clip(by.IP, 64), clip(by.UA, 400)
	t := &tx{Tx: begun, ctx: ctx, by: by, now: d.now().UTC().Truncate(time.Millisecond)}
	if err := f(t); err != nil {
		return err
	}
	if err := begun.Commit(); err != nil {
		return err
	}
	d.memo.forget()
	if t.recorded > 0 {
		markSaved(ctx)
		d.committed.send()
	}
	begun.KeepStatements()
	return nil
}

// clip makes a string from a request safe to store: valid UTF-8 without NUL, at most so many
// characters.
func clip(s string, most int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
