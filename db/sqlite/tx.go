package sqlite

import (
	"context"
	"database/sql"
)

// Tx is a write transaction, of which statements are prepared once, however often
// they run. It belongs to one goroutine. What its Exec and Query are given is kept
// by Keep; ExecContext and its like, of sql.Tx, keep nothing.
type Tx struct {
	*sql.Tx
	ctx     context.Context
	pool    *Pool
	stmts   map[string]*sql.Stmt // by query
	partial bool                 // it rolls back to a savepoint

	// Changed is how many rows Exec has changed so far.
	Changed int64
}

// Begin begins a transaction, which ends with ctx.
func (p *Pool) Begin(ctx context.Context) (*Tx, error) {
	began, err := p.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	t := &Tx{Tx: began, ctx: ctx, pool: p, stmts: map[string]*sql.Stmt{}}
	// To roll pages back makes a copy begin again; to go back to a savepoint does not.
	if p.copying.Load() > 0 {
		if _, err := began.ExecContext(ctx, "SAVEPOINT unchanged"); err != nil {
			began.Rollback()
			return nil, err
		}
		t.partial = true
	}
	return t, nil
}

// Rollback undoes the transaction; after Commit it does nothing.
func (t *Tx) Rollback() {
	if t.partial {
		if _, err := t.ExecContext(t.ctx, "ROLLBACK TO unchanged"); err == nil {
			t.Commit() // nothing; where even that fails, it is rolled back
		}
	}
	t.Tx.Rollback()
}

// KeepStatements has the pool keep the statements of a transaction that was committed. The
// change is made, whatever comes of that.
func (t *Tx) KeepStatements() {
	for query := range t.stmts {
		if _, err := t.pool.prepared(t.ctx, query); err != nil {
			return // the next one tries again
		}
	}
}

// Exec runs a statement and returns how many rows it changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	s, err := t.prepared(query)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	t.Changed += n
	return n, err
}

// Query reads in the transaction. Its rows must be read before the next statement.
func (t *Tx) Query(query string, args ...any) (Rows, error) {
	s, err := t.prepared(query)
	if err != nil {
		return Rows{}, err
	}
	rows, err := s.QueryContext(t.ctx, args...)
	return Rows{rows, t.pool}, err
}

// QueryRow is Query for one row.
func (t *Tx) QueryRow(query string, args ...any) Row {
	s, err := t.prepared(query)
	if err != nil {
		return failed{err}
	}
	return s.QueryRowContext(t.ctx, args...)
}

// prepared is the pool's for the one connection that a transaction holds: what
// is not kept yet it prepares through the transaction, because the pool has no
// other connection to lend.
func (t *Tx) prepared(query string) (s *sql.Stmt, err error) {
	if s = t.stmts[query]; s != nil {
		return s, nil
	}
	if kept := t.pool.keptStatement(query); kept != nil {
		s = t.StmtContext(t.ctx, kept)
	} else if s, err = t.PrepareContext(t.ctx, stablePlan(query)); err != nil {
		return nil, err
	}
	t.stmts[query] = s
	return s, nil
}
