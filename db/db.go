// Package db keeps the registry: one SQLite file, its rules and its history.
// Every exported method is one use case in the office's words; writes take the
// Actor who makes them and leave an audit row in the same transaction.
package db

import (
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
	"time"

	"github.com/google/uuid"
	"github.com/mattn/go-sqlite3"

	"clientregistry/migrations"

	"github.com/pressly/goose/v3"
)

// DB is one open registry. Its methods may be called from many goroutines.
type DB struct {
	path   string
	reader *pool
	writer *pool
	lock   *os.File // held by Serve's exclusive open, nil otherwise

	sessions sessionCache
	now      func() time.Time
}

// Options say how a registry is opened; the zero value is for a command that
// works beside a running server.
type Options struct {
	// Exclusive takes the file's lock, so that only one server runs on it.
	Exclusive bool
	// Now replaces the clock in tests.
	Now func() time.Time
}

// pool is a database/sql pool whose statements are prepared once and kept.
type pool struct {
	*sql.DB
	mu    sync.Mutex
	stmts map[string]*sql.Stmt
}

// readers is how many connections read at once; more only slow the writer down.
const readers = 4

// Open opens the registry at path, creates and migrates it where needed (after
// a backup beside it, path.before-N), and returns it. An error is one line that
// names the file, the cause and what to do; the file is left as it was.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	d := &DB{path: path, now: o.Now}
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
	if err := d.open(ctx); err != nil {
		d.Close()
		return nil, fmt.Errorf("cannot open %s: %w", path, err)
	}
	return d, nil
}

func (d *DB) open(ctx context.Context) error {
	writer, err := connect(d.path, "", 1)
	if err != nil {
		return err
	}
	d.writer = writer
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
		if err := step(ctx); err != nil {
			return explain(err)
		}
	}
	return nil
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
	dsn := "file:" + (&url.URL{Path: absolute}).EscapedPath() +
		"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_foreign_keys=1&_busy_timeout=5000&_secure_delete=on" + more
	p, err := sql.Open("sqlite3", dsn)
	if err != nil {
		return nil, err
	}
	p.SetMaxOpenConns(n)
	p.SetMaxIdleConns(n)
	return &pool{DB: p, stmts: map[string]*sql.Stmt{}}, nil
}

// prepared returns the kept statement of a query. Query texts come from the
// code, so there are few; the bound is for the day that is no longer so.
func (p *pool) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := p.kept(query); s != nil {
		return s, nil
	}
	// Without the mutex: this may wait for a connection, whose holder may want the mutex.
	s, err := p.PrepareContext(ctx, query)
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

func (p *pool) kept(query string) *sql.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stmts[query]
}

func (p *pool) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := p.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// row scans one row, or says why there is none.
type row interface{ Scan(into ...any) error }

type failed struct{ err error }

func (f failed) Scan(...any) error { return f.err }

func (p *pool) queryRow(ctx context.Context, query string, args ...any) row {
	s, err := p.prepared(ctx, query)
	if err != nil {
		return failed{err}
	}
	return s.QueryRowContext(ctx, args...)
}

// collect reads all rows with scan.
func collect[T any](rows *sql.Rows, err error, scan func(row) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// tx is one write transaction: whose it is, when it is, and what it recorded.
type tx struct {
	*sql.Tx
	ctx      context.Context
	pool     *pool
	by       Actor
	now      time.Time
	changed  int64
	recorded int
	missing  []string // queries that had no kept statement
}

type inWrite struct{}

// write runs f in an immediate transaction by an Actor. It is the only door to
// the writer: it commits if f returns nil, rolls back on an error or a panic,
// and fails where f changed rows and recorded nothing.
func (d *DB) write(ctx context.Context, by Actor, f func(*tx) error) error {
	return d.transact(ctx, by, func(t *tx) error {
		if err := f(t); err != nil {
			return err
		}
		if t.changed > 0 && t.recorded == 0 {
			return errors.New("a change was made that the history does not record")
		}
		return nil
	})
}

// keep is write for what is no change of the registry: sessions and request ids.
func (d *DB) keep(ctx context.Context, f func(*tx) error) error {
	return d.transact(ctx, Actor{}, f)
}

func (d *DB) transact(ctx context.Context, by Actor, f func(*tx) error) error {
	if ctx.Value(inWrite{}) != nil {
		panic("db: a write inside a write would wait for itself")
	}
	sqlTx, err := d.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer sqlTx.Rollback()
	by.IP, by.UA = clip(by.IP, 64), clip(by.UA, 400)
	t := &tx{Tx: sqlTx, ctx: context.WithValue(ctx, inWrite{}, true), pool: d.writer, by: by, now: d.now().UTC().Truncate(time.Millisecond)}
	if err := f(t); err != nil {
		return err
	}
	if err := sqlTx.Commit(); err != nil {
		return err
	}
	for _, query := range t.missing {
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
	s, err := t.pool.preparedIn(t, query)
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

func (t *tx) query(query string, args ...any) (*sql.Rows, error) {
	s, err := t.pool.preparedIn(t, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(t.ctx, args...)
}

func (t *tx) queryRow(query string, args ...any) row {
	s, err := t.pool.preparedIn(t, query)
	if err != nil {
		return failed{err}
	}
	return s.QueryRowContext(t.ctx, args...)
}

// preparedIn is prepared for the one connection that a transaction holds: what
// is not kept yet it prepares through the transaction, because the pool has no
// other connection to lend, and notes to be kept after the commit.
func (p *pool) preparedIn(t *tx, query string) (*sql.Stmt, error) {
	if kept := p.kept(query); kept != nil {
		return t.StmtContext(t.ctx, kept), nil
	}
	t.missing = append(t.missing, query)
	return t.PrepareContext(t.ctx, query)
}

// newID returns a new UUID of version 7: ids made later sort later.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// ValidID tells whether s has the form of an id, so that anything else need not reach a query.
func ValidID(s string) bool {
	parsed, err := uuid.Parse(s)
	return err == nil && len(s) == 36 && parsed.String() == s
}

// timeFormat is how a moment is stored: UTC, fixed width, so that text order is time order.
const timeFormat = "2006-01-02T15:04:05.000Z"

func stamp(t time.Time) string { return t.UTC().Format(timeFormat) }

// moment scans a stored time; NULL is the zero time.
type moment struct{ to *time.Time }

func (m moment) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		*m.to = time.Time{}
		return nil
	}
	t, err := time.Parse(timeFormat, s)
	*m.to = t
	return err
}

// text scans a column in which NULL means "".
type text struct{ to *string }

func (x text) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*x.to = ""
	case string:
		*x.to = v
	case []byte:
		*x.to = string(v)
	default:
		return fmt.Errorf("a %T where text should be", v)
	}
	return nil
}

// orNull stores "" as NULL.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (d *DB) migrate(ctx context.Context) error {
	p, err := goose.NewProvider(goose.DialectSQLite3, d.writer.DB, migrations.FS)
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if current == target {
		return nil
	}
	if current > target {
		return fmt.Errorf("it was written by a newer version (schema %d, this program knows %d); start the newer program", current, target)
	}
	if d.lock == nil { // a command must not change the schema under a running server
		lock, err := lockFile(d.path)
		if err != nil {
			return err
		}
		defer lock.Close()
		if current, err = p.GetDBVersion(ctx); err != nil {
			return err
		}
	}
	if current > 0 {
		if err := d.backup(ctx, fmt.Sprintf("%s.before-%d", d.path, target)); err != nil {
			return fmt.Errorf("no backup before upgrading: %w", err)
		}
	}
	if _, err := p.Up(ctx); err != nil {
		return err
	}
	return d.checkForeignKeys(ctx)
}

// backup writes a whole copy to a new file, under its final name only when complete.
func (d *DB) backup(ctx context.Context, to string) error {
	partial := to + ".part"
	os.Remove(partial)
	if err := createPrivate(partial); err != nil { // SQLite would make it readable for all
		return err
	}
	if _, err := d.writer.ExecContext(ctx, "VACUUM INTO ?", partial); err != nil {
		return err
	}
	return os.Rename(partial, to)
}

func (d *DB) checkForeignKeys(ctx context.Context) error {
	rows, err := d.writer.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		return errors.New("its foreign keys are broken; restore a backup")
	}
	return rows.Err()
}

// explain says in one line what a driver error at start means for the reader.
func explain(err error) error {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case sqlite3.ErrNotADB, sqlite3.ErrCorrupt:
		return fmt.Errorf("it is damaged or no database (%w); restore a backup", err)
	case sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen:
		return fmt.Errorf("it may not be written (%w); check the rights of the file and its folder", err)
	case sqlite3.ErrFull:
		return fmt.Errorf("the disk is full (%w); make room", err)
	}
	return err
}

// ParseTime reads a stored moment, like those in the history.
func ParseTime(s string) (time.Time, error) { return time.Parse(timeFormat, s) }
