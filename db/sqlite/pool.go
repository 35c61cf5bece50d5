// Package sqlite has what the program needs of SQLite and files, whatever they contain: pools with
// prepared statements, locks, error codes, copies of files in use, and files that survive a power
// cut.
package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Pool is a database/sql pool that prepares each statement once. It is safe for concurrent use.
type Pool struct {
	*sql.DB
	Notice func(error) // if not nil, called with the errors of Query and similar methods

	mu      sync.Mutex
	stmts   map[string]*sql.Stmt
	copying atomic.Int32 // number of copies being made through it
}

// Open returns a pool of up to n connections to the file at an absolute path. They open when needed
// and stay open.
func Open(path string, m Mode, n int) *Pool {
	p := sql.OpenDB(connector{m.dsn(path)})
	p.SetMaxOpenConns(n)
	p.SetMaxIdleConns(n)
	return &Pool{DB: p, stmts: map[string]*sql.Stmt{}}
}

// Query runs a query until its end or the end of ctx.
func (p *Pool) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	s, err := p.prepared(ctx, query)
	if err != nil {
		return Rows{}, p.report(err)
	}
	rows, err := s.QueryContext(ctx, args...)
	return Rows{rows, p}, p.report(err)
}

// QueryRow is Query for one row.
func (p *Pool) QueryRow(ctx context.Context, query string, args ...any) Row {
	s, err := p.prepared(ctx, query)
	if err != nil {
		return failed{p.report(err)}
	}
	return noticedRow{s.QueryRowContext(ctx, args...), p}
}

// QuickQuery is Query for a few rows found by an index. It checks ctx only at the start, because
// database/sql would start a goroutine to watch it, which takes longer than the query.
func (p *Pool) QuickQuery(ctx context.Context, query string, args ...any) (Rows, error) {
	if err := ctx.Err(); err != nil {
		return Rows{}, err
	}
	return p.Query(context.WithoutCancel(ctx), query, args...)
}

// QuickQueryRow is QuickQuery for one row.
func (p *Pool) QuickQueryRow(ctx context.Context, query string, args ...any) Row {
	if err := ctx.Err(); err != nil {
		return failed{err}
	}
	return p.QueryRow(context.WithoutCancel(ctx), query, args...)
}

// report passes an error to Notice, and returns it.
func (p *Pool) report(err error) error {
	if err != nil && p.Notice != nil {
		p.Notice(err)
	}
	return err
}

// prepared returns the prepared statement of a query. Queries come from the code, so there are few;
// the limit is only a safeguard.
func (p *Pool) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := p.keptStatement(query); s != nil {
		return s, nil
	}
	// Not under the mutex: this may wait for a connection whose holder may need the mutex.
	s, err := p.PrepareContext(ctx, stablePlan(query))
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if other := p.stmts[query]; other != nil {
		s.Close()
		return other, nil
	}
	if len(p.stmts) < 500 {
		p.stmts[query] = s
	}
	return s, nil
}

func (p *Pool) keptStatement(query string) *sql.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stmts[query]
}

// End closes the pool and waits for its connections.
func (p *Pool) End() {
	p.Close()
	p.Wait()
}

// Wait waits, up to a few seconds, until all connections of a closed pool have released the file. A
// cancelled query can outlive Close, and SQLite removes the -wal with the last connection.
func (p *Pool) Wait() {
	for range 5000 {
		if p.Stats().OpenConnections == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
