package db

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
)

// tx is one write transaction: whose it is, when it is, and what it recorded.
type tx struct {
	*sql.Tx
	ctx      context.Context
	pool     *pool
	by       Actor
	now      time.Time
	changed  int64
	recorded int
	last     auditLink            // of the history; its seq is 0 before it was read
	stmts    map[string]*sql.Stmt // by query: prepared once, however often it runs
}

type inWrite struct{}

// write runs f in an immediate transaction by an Actor who has what is needed,
// else it returns ErrForbidden. It is the only door to the writer: it commits if
// f returns nil, rolls back on an error or a panic, and fails where f changed
// rows and recorded nothing. While the file is known to be damaged it returns
// Damaged and writes nothing.
func (d *DB) write(ctx context.Context, by Actor, need Need, f func(*tx) error) error {
	return d.transact(ctx, by, need, recorded(f))
}

func recorded(f func(*tx) error) func(*tx) error {
	return func(t *tx) error {
		if err := f(t); err != nil {
			return err
		}
		if t.changed > 0 && t.recorded == 0 {
			return errors.New("a change was made that the history does not record")
		}
		return nil
	}
}

// keep is write for what is no change of the registry: sessions, a person's own
// settings, and what the program itself tidies.
func (d *DB) keep(ctx context.Context, by Actor, need Need, f func(*tx) error) error {
	return d.transact(ctx, by, need, f)
}

// letIn is write for signing in and out, which go on while the file is damaged.
func (d *DB) letIn(ctx context.Context, by Actor, f func(*tx) error) error {
	return d.commit(ctx, by, recorded(f))
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
	sqlTx, err := d.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer sqlTx.Rollback()
	by.IP, by.UA = clip(by.IP, 64), clip(by.UA, 400)
	t := &tx{
		Tx: sqlTx, ctx: context.WithValue(ctx, inWrite{}, true), pool: d.writer, by: by, now: d.now().UTC().Truncate(time.Millisecond), stmts: map[string]*sql.Stmt{},
	}
	// To roll pages back makes a copy begin again; to go back to a savepoint does not.
	copying := d.copying.Load() > 0
	if copying {
		if _, err := sqlTx.ExecContext(ctx, "SAVEPOINT unchanged"); err != nil {
			return err
		}
	}
	if err := f(t); err != nil {
		if copying {
			if _, failed := sqlTx.ExecContext(ctx, "ROLLBACK TO unchanged"); failed == nil {
				sqlTx.Commit() // nothing; where even that fails, it is rolled back
			}
		}
		return err
	}
	if err := sqlTx.Commit(); err != nil {
		return err
	}
	d.memo.forget()
	if t.recorded > 0 {
		noteSaved(ctx)
		d.committed.send()
	}
	for query := range t.stmts {
		if _, err := d.writer.prepared(ctx, query); err != nil {
			break // the change is made; the next one tries again
		}
	}
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

func (t *tx) exec(query string, args ...any) (int64, error) {
	s, err := t.prepared(query)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	t.changed += n
	return n, err
}

func (t *tx) query(query string, args ...any) (cursor, error) {
	s, err := t.prepared(query)
	if err != nil {
		return cursor{}, err
	}
	rows, err := s.QueryContext(t.ctx, args...)
	return cursor{rows, t.pool}, err
}

func (t *tx) queryRow(query string, args ...any) row {
	s, err := t.prepared(query)
	if err != nil {
		return failed{err}
	}
	return s.QueryRowContext(t.ctx, args...)
}

// prepared is the pool's for the one connection that a transaction holds: what
// is not kept yet it prepares through the transaction, because the pool has no
// other connection to lend; transact keeps it after the commit.
func (t *tx) prepared(query string) (s *sql.Stmt, err error) {
	if s = t.stmts[query]; s != nil {
		return s, nil
	}
	if kept := t.pool.kept(query); kept != nil {
		s = t.StmtContext(t.ctx, kept)
	} else if s, err = t.PrepareContext(t.ctx, lasting(query)); err != nil {
		return nil, err
	}
	t.stmts[query] = s
	return s, nil
}
