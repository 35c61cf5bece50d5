// Package db keeps the registry: one SQLite file, its rules and its history.
// Every exported method is one use case in the office's words; writes take the
// Actor who makes them and leave an audit row in the same transaction.
package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"clientregistry/db/secrets"
	"clientregistry/db/sqlite"
)

// DB is one open registry. Its methods may be called from many goroutines. A
// process opens a registry only once: closing any descriptor of a file takes
// all locks that the process has on it, SQLite's as well.
type DB struct {
	path   string // without symbolic links; the names of all files beside it begin with it
	reader *sqlite.Pool
	writer *sqlite.Pool
	file   *os.File    // the database itself; it carries the lock, and is closed after SQLite's connections
	lock   *os.File    // path.lock, held by an Exclusive open, nil otherwise
	folder *os.File    // held by another open, so that nothing is replaced meanwhile
	made   bool        // by this Open
	view   *readSource // how a ReadOnly open reads, nil otherwise

	health    health
	sessions  sessionCache
	checks    checks
	idle, max time.Duration // of a session
	memo      memo
	committed signal        // changes
	most      int           // MostCounted; less in tests
	small     int64         // smallFile; less in tests
	patience  time.Duration // secrets.Patience; less in tests
	now       func() time.Time

	// checkPassword is secrets.CheckPassword; another in tests.
	checkPassword func(ctx context.Context, hash, password string) (matches, outdated bool, err error)

	keysUnchecked atomic.Bool // since an upgrade: foreign keys of a large file

	inTests struct { // of a copy
		steps sqlite.Steps
		free  func(string) (int64, bool) // sqlite.FreeSpace
	}
}

// Options say how a registry is opened; the zero value is for a command that
// changes it, perhaps beside a running server.
type Options struct {
	// Exclusive takes the file's lock, so that only one server runs on it.
	Exclusive bool
	// Check looks for damage before anything is written, in a file that is not
	// large. A damaged one that can be read is opened all the same, see Health.
	Check bool
	// Create makes a new registry where no file is.
	Create bool
	// ReadOnly changes nothing, and so opens what may not be written, what is
	// of an older schema, and a disk that is full.
	ReadOnly bool
	// SessionIdle and SessionMax are how long a session lives without use and
	// at most; 0 is the default of that name.
	SessionIdle, SessionMax time.Duration
	// Now replaces the clock in tests.
	Now func() time.Time
	// Unsynced does not wait for the disk, in tests: what is written outlives a
	// kill, but no power cut.
	Unsynced bool

	uncopied bool                       // before it is migrated, because it is a copy itself
	free     func(string) (int64, bool) // sqlite.FreeSpace, in tests
	large    bool                       // take any file for a large one, in tests
}

// Open opens the registry at path, migrates it where needed (after a copy
// beside it, path.before-N), and returns it. An error is one line that names the
// file, the cause and what to do; a file that is refused is left as it was.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	d := &DB{
		idle: cmp.Or(o.SessionIdle, SessionIdle), max: cmp.Or(o.SessionMax, SessionMax), most: MostCounted, small: smallFile, now: o.Now,
		patience: secrets.Patience, checkPassword: secrets.CheckPassword,
	}
	d.inTests.free = o.free
	if o.large {
		d.small = 0
	}
	if d.now == nil {
		d.now = time.Now
	}
	if err := d.open(ctx, path, o); err != nil {
		d.Close()
		if none := (*NoRegistry)(nil); errors.As(err, &none) {
			return nil, &NoRegistry{path}
		}
		return nil, fmt.Errorf("cannot open %s: %w", path, explain(err))
	}
	return d, nil
}

func (d *DB) open(ctx context.Context, path string, o Options) (err error) {
	if d.path, err = sqlite.Resolve(path); err != nil {
		return err
	}
	if !o.Exclusive {
		if d.folder, err = sqlite.LockFolder(d.path, false); err != nil {
			return err
		}
	}
	if o.ReadOnly {
		return d.openToRead(ctx)
	}
	if err := d.claimFile(ctx, o); err != nil {
		return err
	}
	mode := sqlite.Write
	if o.Unsynced {
		mode = sqlite.Unsynced
	}
	d.writer = sqlite.Open(d.path, mode, 1)
	if o.Check {
		if err := d.checkAtStart(ctx); err != nil {
			return err
		}
	}
	if err := d.migrate(ctx, !o.uncopied); err != nil {
		return err
	}
	d.reader, d.sessions.watch = d.connectReaders(readers), d.connectReaders(1)
	for _, step := range []func(context.Context) error{d.seed, d.indexForeignRows} {
		var known *Damaged
		if err := step(ctx); err != nil && !errors.As(err, &known) && !sqlite.IsUnwritable(err) { // people can read, and the next start does it
			return err
		}
	}
	d.reader.Notice, d.sessions.watch.Notice = d.notice, d.notice
	if d.sound() != nil { // what nobody can sign in to cannot be read
		_, err = d.HasUsers(ctx)
	}
	return err
}

// claimFile makes sure that a registry is at d.path, makes one where it may, and
// holds its file. It writes to no file that is not ours.
func (d *DB) claimFile(ctx context.Context, o Options) error {
	there, err := isFile(d.path)
	if err != nil {
		return err
	}
	if !there && !o.Create {
		return &NoRegistry{d.path}
	}
	if o.Exclusive {
		if d.lock, err = sqlite.LockName(d.path); err != nil {
			return err
		}
		removeUnfinished(d.path)
	}
	if !there {
		if err := d.locked(func() error { return d.create(ctx) }); err != nil {
			return err
		}
	}
	if err := d.soleName(); err != nil {
		return err
	}
	if d.file, err = os.OpenFile(d.path, os.O_RDWR, 0); err != nil {
		return err
	}
	if o.Exclusive {
		if err := sqlite.LockFile(d.file); err != nil {
			return err
		}
	}
	if err := identify(ctx, d.path); err != nil {
		return err
	}
	return sqlite.MakePrivate(d.file)
}

// locked runs do while nobody else opens, makes or replaces the registry.
func (d *DB) locked(do func() error) error {
	if d.lock == nil {
		lock, err := sqlite.LockName(d.path)
		if err != nil {
			return err
		}
		defer sqlite.Unlock(lock)
	}
	return do()
}

// Now is the time by the registry's clock.
func (d *DB) Now() time.Time { return d.now() }

// Made tells whether Open made the registry.
func (d *DB) Made() bool { return d.made }

// Close ends all connections and gives the file's lock back.
func (d *DB) Close() error {
	if d.writer != nil {
		_ = d.writeEnds(context.Background()) // of sessions, that could not be written before
	}
	var errs []error
	pools := slices.DeleteFunc([]*sqlite.Pool{d.sessions.watch, d.reader, d.writer}, func(p *sqlite.Pool) bool { return p == nil })
	for _, p := range pools {
		errs = append(errs, p.Close())
	}
	for _, p := range pools {
		p.Wait()
	}
	for _, f := range []*os.File{d.file, d.lock, d.folder} {
		if f != nil {
			errs = append(errs, sqlite.Unlock(f))
		}
	}
	if d.view != nil {
		errs = append(errs, d.view.close())
	}
	return errors.Join(errs...)
}

// readers is how many connections read at once; more only slow the writer down.
const readers = 4

// connectReaders opens n connections that cannot write.
func (d *DB) connectReaders(n int) *sqlite.Pool {
	if d.view != nil {
		return d.view.connect(n)
	}
	return sqlite.Open(d.path, sqlite.Read, n)
}

// CloseIdleReaders closes the connections that nobody reads with, and with them their memory.
// The next to read opens them again, in a millisecond or two.
func (d *DB) CloseIdleReaders() {
	d.reader.SetMaxIdleConns(0)
	d.reader.SetMaxIdleConns(readers)
}

// Ping answers nil while the database can be read.
func (d *DB) Ping(ctx context.Context) error {
	var there bool // without a table SQLite would not look into the file
	return d.reader.QuickQueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM goose_db_version WHERE id = 1)").Scan(&there)
}

// SQLiteVersion returns the version of the library, like 3.54.1.
func SQLiteVersion() string { return sqlite.Version() }
