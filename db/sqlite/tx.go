package sqlite

import (
	"context"
	"database/sql"
)

// Tx is a write transaction that prepares each statement of its Exec, Query and QueryRow once.
// KeepStatements keeps these prepared afterwards. It is not safe for concurrent use.
type Tx struct {
	*sql.Tx
	ctx     context.Context
	pool    *Pool
	stmts   map[string]*sql.Stmt // by query
	partial bool                 // it rolls back to a savepoint

	// Changed is how many rows Exec has changed so far.
	Changed int64
}

// Begin starts a transaction. It is rolled back when ctx ends.
func (p *Pool) Begin(ctx context.Context) (*Tx, error) {
	began, err := p.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	t := &Tx{Tx: began, ctx: ctx, pool: p, stmts: map[string]*sql.Stmt{}}
	// Rolling back pages would restart a copy in progress; going back to a savepoint does not.
	if p.copying.Load() > 0 {
		if _, err := began.ExecContext(ctx, "SAVEPOINT unchanged"); err != nil {
			began.Rollback()
			return nil, err
		}
		t.partial = true
	}
	return t, nil
}

// Rollback undoes the transaction. After Commit it does nothing.
func (t *Tx) Rollback() {
	if t.partial {
		if _, err := t.ExecContext(t.ctx, "ROLLBACK TO unchanged"); err == nil {
			t.Commit() // commits nothing; if that fails, it is rolled back
		}
	}
	t.Tx.Rollback()
}

// KeepStatements keeps the statements of a committed transaction prepared in the pool. Errors do
// not matter, because the change is made.
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

// Query runs a query in the transaction. Read its rows before the next statement.
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

// prepared returns a statement for the transaction's connection. It prepares new ones through the
// transaction, because the pool has no other connection.
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
