// Package db keeps the registry: one SQLite file, its rules and its history.
// Every exported method is one use case in the office's words; writes take the
// Actor who makes them and leave an audit row in the same transaction.
package db

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattn/go-sqlite3"
)

// DB is one open registry. Its methods may be called from many goroutines.
type DB struct {
	path   string
	reader *pool
	writer *pool
	lock   *os.File // held by Serve's exclusive open, nil otherwise

	health    health
	sessions  sessionCache
	idle, max time.Duration // of a session
	memo      memo
	most      int   // MostCounted; less in tests
	small     int64 // smallFile; less in tests
	now       func() time.Time

	copying atomic.Int32 // how many copies are being made
	inTests struct {     // of a copy
		pages   int                        // of a step
		between func(restarts int)         // two steps
		free    func(string) (int64, bool) // FreeSpace
	}
}

// Options say how a registry is opened; the zero value is for a command that
// works beside a running server.
type Options struct {
	// Exclusive takes the file's lock, so that only one server runs on it.
	Exclusive bool
	// Check looks for damage before anything is written, in a file that is not
	// large. A damaged one that can be read is opened all the same, see Health.
	Check bool
	// SessionIdle and SessionMax are how long a session lives without use and
	// at most; 0 is the default of that name.
	SessionIdle, SessionMax time.Duration
	// Now replaces the clock in tests.
	Now func() time.Time
}

// pool is a database/sql pool whose statements are prepared once and kept.
type pool struct {
	*sql.DB
	notice func(error) // is told of errors that its queries meet; nil: nobody is
	mu     sync.Mutex
	stmts  map[string]*sql.Stmt
}

// readers is how many connections read at once; more only slow the writer down.
const readers = 4

// Open opens the registry at path, creates and migrates it where needed (after
// a backup beside it, path.before-N), and returns it. An error is one line that
// names the file, the cause and what to do; the file is left as it was.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	d := &DB{path: path, idle: cmp.Or(o.SessionIdle, SessionIdle), max: cmp.Or(o.SessionMax, SessionMax), most: MostCounted, small: smallFile, now: o.Now}
	if d.now == nil {
		d.now = time.Now
	}
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	if o.Exclusive {
		lock, err := lockFile(path)
		if err != nil {
			return nil, err
		}
		d.lock = lock
	}
	if err := d.open(ctx, o.Check); err != nil {
		d.Close()
		return nil, fmt.Errorf("cannot open %s: %w", path, err)
	}
	return d, nil
}

func (d *DB) open(ctx context.Context, check bool) error {
	writer, err := connect(d.path, "", 1)
	if err != nil {
		return err
	}
	d.writer = writer
	if check {
		if err := d.checkAtStart(ctx); err != nil {
			return explain(err)
		}
	}
	if err := d.migrate(ctx); err != nil {
		return explain(err)
	}
	if d.reader, err = connect(d.path, "&_query_only=1", readers); err != nil {
		return explain(err)
	}
	if d.sessions.watch, err = connect(d.path, "&_query_only=1", 1); err != nil {
		return explain(err)
	}
	for _, step := range []func(context.Context) error{d.seed, d.tidy, d.indexForeignRows} {
		var known *Damaged // before; it is read as it is
		if err := step(ctx); err != nil && !errors.As(err, &known) {
			return explain(err)
		}
	}
	d.reader.notice, d.sessions.watch.notice = d.notice, d.notice
	if d.sound() != nil { // what nobody can sign in to cannot be read
		_, err = d.HasUsers(ctx)
	}
	return explain(err)
}

// Close ends all connections and gives the file's lock back.
func (d *DB) Close() error {
	var errs []error
	for _, p := range []*pool{d.sessions.watch, d.reader, d.writer} {
		if p != nil {
			errs = append(errs, p.Close())
		}
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Close())
	}
	return errors.Join(errs...)
}

// Rest closes the connections that nobody reads with, and with them their memory.
// The next to read opens them again, in a millisecond or two.
func (d *DB) Rest() {
	d.reader.SetMaxIdleConns(0)
	d.reader.SetMaxIdleConns(readers)
}

// Ping answers nil while the database can be read.
func (d *DB) Ping(ctx context.Context) error {
	var one int
	return d.reader.queryRow(ctx, "SELECT 1").Scan(&one)
}

// SQLiteVersion returns the version of the library, like 3.54.1.
func SQLiteVersion() string {
	version, _, _ := sqlite3.Version()
	return version
}

// createPrivate makes the file where it is missing, and keeps others from
// reading one that was copied here with wider rights; SQLite gives its -wal the same.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("cannot open %s: %w; check that its folder exists and may be written", path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	if err := f.Chmod(0o600); err != nil && runtime.GOOS != "windows" {
		return fmt.Errorf("others may read %s (%w); make it yours, with mode 0600", path, err)
	}
	return nil
}

// connect opens a pool of n connections. Settings stand in the DSN, because a
// PRAGMA sent to a pool reaches one connection of it.
func connect(path, more string, n int) (*pool, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	p := sql.OpenDB(connector{fileURI(absolute) +
		"?mode=rw&_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_foreign_keys=1&_busy_timeout=5000&_secure_delete=on" + more})
	p.SetMaxOpenConns(n)
	p.SetMaxIdleConns(n)
	return &pool{DB: p, stmts: map[string]*sql.Stmt{}}, nil
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
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
