package db

import (
	"context"
	"errors"
	"strings"
	"time"

	"clientregistry/db/sqlite"
)

// tx is one write transaction: whose it is, when it is, and what it recorded.
type tx struct {
	*sqlite.Tx
	ctx      context.Context
	by       Actor
	now      time.Time
	recorded int
	last     auditLink // of the history; its seq is 0 before it was read
}

type inWrite struct{}

// write runs f in an immediate transaction by an Actor who has what is needed,
// else it returns ErrForbidden. It is the only door to the writer: it commits if
// f returns nil, rolls back on an error or a panic, and fails where f changed
// rows and recorded nothing. While the file is known to be damaged it returns
// Damaged and writes nothing.
func (d *DB) write(ctx context.Context, by Actor, need Need, f func(*tx) error) error {
	return d.transact(ctx, by, need, requireRecord(f))
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

// writeUnrecorded is write for what is no change of the registry: sessions, a person's own
// settings, and what the program itself tidies.
func (d *DB) writeUnrecorded(ctx context.Context, by Actor, need Need, f func(*tx) error) error {
	return d.transact(ctx, by, need, f)
}

// writeSignIn is write for signing in and out, which go on while the file is damaged.
func (d *DB) writeSignIn(ctx context.Context, by Actor, f func(*tx) error) error {
	return d.commit(ctx, by, requireRecord(f))
}

func (d *DB) transact(ctx context.Context, by Actor, need Need, f func(*tx) error) error {
	if err := need.Refuse(by); err != nil {
		return err
	}
	if err := d.sound(); err != nil {
		return err
	}
	if err := d.commit(ctx, by, f); err != nil {
		return err
	}
	_ = d.writeEnds(ctx) // which could not be written before; the change is made all the same
	return nil
}

// commit is transact also while the file is damaged.
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

// clip bounds what a stranger sends along with a request before it is kept.
func clip(s string, most int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
