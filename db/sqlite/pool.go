// Package sqlite is what this program knows of SQLite and of files, and nothing of
// what stands in them: pools and their statements, locks, what an error means,
// copies of a file that is in use, and files that survive a power cut.
package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Pool is a database/sql pool whose statements are prepared once and kept. It may
// be used from many goroutines.
type Pool struct {
	*sql.DB
	Notice func(error) // is told of errors that Query and its like meet; nil: nobody is

	mu      sync.Mutex
	stmts   map[string]*sql.Stmt
	copying atomic.Int32 // how many copies are made through it
}

// Open returns a pool of up to n connections to the file at an absolute path. Each
// is opened when it is needed, and stays open.
func Open(path string, m Mode, n int) *Pool {
	p := sql.OpenDB(connector{m.dsn(path)})
	p.SetMaxOpenConns(n)
	p.SetMaxIdleConns(n)
	return &Pool{DB: p, stmts: map[string]*sql.Stmt{}}
}

// Query is cancellable: it stops when ctx is done.
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

// QuickQuery is Query for a few rows by an index. It begins nothing where ctx is
// done, and runs what it begins to its end: to watch whether somebody leaves,
// database/sql starts a goroutine for each query, which takes longer than that.
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

// report tells of an error that a query met, and returns it.
func (p *Pool) report(err error) error {
	if err != nil && p.Notice != nil {
		p.Notice(err)
	}
	return err
}

// prepared returns the kept statement of a query. Query texts come from the
// code, so there are few; the bound is for the day that is no longer so.
func (p *Pool) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := p.keptStatement(query); s != nil {
		return s, nil
	}
	// Without the mutex: this may wait for a connection, whose holder may want the mutex.
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

// Wait waits, for some seconds at most, until the last connection of a closed
// pool has let go of the file. A query that was given up ends by itself, later
// than Close; SQLite removes the -wal with the very last connection.
func (p *Pool) Wait() {
	for range 5000 {
		if p.Stats().OpenConnections == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
