package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"
)

// pool is a database/sql pool whose statements are prepared once and kept.
type pool struct {
	*sql.DB
	notice func(error) // is told of errors that its queries meet; nil: nobody is
	mu     sync.Mutex
	stmts  map[string]*sql.Stmt
}

// readers is how many connections read at once; more only slow the writer down.
const readers = 4

// connect opens a pool of n connections that may write.
func connect(path, more string, n int) *pool {
	return connectTo(path, "mode=rw&_journal_mode=WAL&_synchronous=FULL&_txlock=immediate"+
		"&_foreign_keys=1&_busy_timeout=5000&_secure_delete=on"+more, n)
}

// connectTo opens a pool of n connections to an absolute path. Settings stand in
// the DSN, because a PRAGMA sent to a pool reaches one connection of it.
func connectTo(path, settings string, n int) *pool {
	p := sql.OpenDB(connector{fileURI(path) + "?" + settings})
	p.SetMaxOpenConns(n)
	p.SetMaxIdleConns(n)
	return &pool{DB: p, stmts: map[string]*sql.Stmt{}}
}

// fileURI is the start of a DSN.
func fileURI(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() }

// prepared returns the kept statement of a query. Query texts come from the
// code, so there are few; the bound is for the day that is no longer so.
func (p *pool) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := p.kept(query); s != nil {
		return s, nil
	}
	// Without the mutex: this may wait for a connection, whose holder may want the mutex.
	s, err := p.PrepareContext(ctx, lasting(query))
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

// lasting is a query that stays prepared. SQLite would plan by the value of a
// column = ?, and so prepare the query anew each time that one is bound: that took
// longer than reading a page. By the value of an expression it does not plan.
func lasting(query string) string { return strings.ReplaceAll(query, "= ?", "= +?") }

func (p *pool) kept(query string) *sql.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stmts[query]
}

// query begins no query for who has left already, and runs what it begins to its
// end: to watch whether somebody leaves, database/sql starts a goroutine for each
// query, which takes longer than to find a few rows by an index.
func (p *pool) query(ctx context.Context, query string, args ...any) (cursor, error) {
	if err := ctx.Err(); err != nil {
		return cursor{}, err
	}
	return p.queryWatched(context.WithoutCancel(ctx), query, args...)
}

// queryWatched is query for what may take long. It stops when ctx is done.
func (p *pool) queryWatched(ctx context.Context, query string, args ...any) (cursor, error) {
	s, err := p.prepared(ctx, query)
	if err != nil {
		return cursor{}, p.noticed(err)
	}
	rows, err := s.QueryContext(ctx, args...)
	return cursor{rows, p}, p.noticed(err)
}

// row scans one row, or says why there is none.
type row interface{ Scan(into ...any) error }

type failed struct{ err error }

func (f failed) Scan(...any) error { return f.err }

// queryRow is query for one row.
func (p *pool) queryRow(ctx context.Context, query string, args ...any) row {
	if err := ctx.Err(); err != nil {
		return failed{err}
	}
	return p.queryRowWatched(context.WithoutCancel(ctx), query, args...)
}

// queryRowWatched is queryWatched for one row.
func (p *pool) queryRowWatched(ctx context.Context, query string, args ...any) row {
	s, err := p.prepared(ctx, query)
	if err != nil {
		return failed{p.noticed(err)}
	}
	return watchedRow{s.QueryRowContext(ctx, args...), p}
}

// collect reads all rows with scan.
func collect[T any](rows cursor, err error, scan func(row) (T, error)) ([]T, error) {
	return collectInto(nil, rows, err, scan)
}

// collectInto is collect behind what is there already; as a page is read into
// room for it, its rows are not copied.
func collectInto[T any](all []T, rows cursor, err error, scan func(row) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	from := row(rows) // once: it is allocated
	for rows.Next() {
		one, err := scan(from)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// end closes a pool and waits for its connections.
func (p *pool) end() {
	p.Close()
	p.waitForEnd()
}

// waitForEnd waits, for some seconds at most, until the last connection of a
// closed pool has let go of the file. A query that was given up ends by itself,
// later than Close; SQLite removes the -wal with the very last connection.
func (p *pool) waitForEnd() {
	for range 5000 {
		if p.Stats().OpenConnections == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
