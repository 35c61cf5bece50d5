// Package db stores the registry in one SQLite file, and enforces its rules. Every exported method
// is one use case. Writes take the Actor who makes them and leave an audit row in the same
// transaction.
package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"clientregistry/db/secrets"
	"clientregistry/db/sqlite"
)

// DB is an open registry, safe for concurrent use. A process may open a registry only once: closing
// any descriptor of a file releases all locks that the process has on it, including SQLite's.
type DB struct {
	path    string // without symbolic links; the names of files beside it begin with it
	reader  *sqlite.Pool
	writer  *sqlite.Pool
	file    *os.File    // the database; it holds the lock, and closes after SQLite's connections
	lock    *os.File    // path.lock, held by an Exclusive open, nil otherwise
	folder  *os.File    // locked by a non-exclusive open, so that nothing is replaced meanwhile
	created bool        // Open created the registry
	source  *readSource // how a ReadOnly open reads, else nil

	health          health
	sessions        sessionCache
	checks          checks
	idle, max       time.Duration // of sessions
	memo            memo
	committed       signal // signals changes
	webhooksChanged signal // signals changes of webhooks
	most            int    // MostCounted, or less in tests
	small           int64  // smallFile, or less in tests
	webhookAllow    []netip.Prefix
	patience        time.Duration // secrets.Patience, or less in tests
	now             func() time.Time

	// checkPassword is secrets.CheckPassword, except in tests.
	checkPassword func(ctx context.Context, hash, password string) (matches, outdated bool, err error)

	phoneRegion   atomic.Value // a string, see PhoneRegion
	keysUnchecked atomic.Bool  // foreign keys were not checked after an upgrade, because the file is large

	inTests struct { // for copies
		steps sqlite.Steps
		free  func(string) (int64, bool) // sqlite.FreeSpace
	}
}

// Options for Open. The zero value is for a command that changes the registry, perhaps beside a
// running server.
type Options struct {
	// Exclusive locks the file, so that only one server uses it.
	Exclusive bool
	// Check looks for damage before anything is written, unless the file is large. A damaged file
	// that can be read is opened nevertheless, see Health.
	Check bool
	// Create creates the registry if the file does not exist.
	Create bool
	// ReadOnly changes nothing. It can open a file without write permission, with an older schema,
	// or on a full disk.
	ReadOnly bool
	// SessionIdle and SessionMax limit the idle time and the total life of a session. 0 means the
	// constant of that name.
	SessionIdle, SessionMax time.Duration
	// PhoneRegion is the region whose phone numbers are written without a country code, like DE. ""
	// means the one chosen at the setup, if any.
	PhoneRegion string
	// WebhookAllow are the networks that webhooks may reach besides public ones.
	WebhookAllow []netip.Prefix
	// Now replaces the clock in tests.
	Now func() time.Time
	// Unsynced does not wait for the disk, for tests: data survives a kill, but not a power cut.
	Unsynced bool

	uncopied bool                       // skip the copy before migrating, because the file is a copy itself
	free     func(string) (int64, bool) // replaces sqlite.FreeSpace in tests
	large    bool                       // treat any file as large, in tests
}

// Open opens the registry at path and migrates it if needed, after copying it to path.before-N.
// Errors are one line that names the file, the cause and what to do. A file that it refuses stays
// unchanged.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	d := &DB{
		idle: cmp.Or(o.SessionIdle, DefaultSessionIdle), max: cmp.Or(o.SessionMax, DefaultSessionMax),
		most: MostCounted, small: smallFile, now: o.Now, webhookAllow: o.WebhookAllow,
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
	for _, step := range []func(context.Context) error{
		d.seed, d.indexForeignRows,
		func(ctx context.Context) error { return d.readPhoneRegion(ctx, o) },
	} {
		var known *Damaged
		// Without these steps people can still read, and the next start tries again.
		if err := step(ctx); err != nil && !errors.As(err, &known) && !sqlite.IsUnwritable(err) {
			return err
		}
	}
	d.reader.Notice, d.sessions.watch.Notice = d.notice, d.notice
	if d.refuseDamaged() != nil { // if nobody can sign in, report the damage now
		_, err = d.HasUsers(ctx)
	}
	return err
}

// claimFile checks that d.path is a registry, creates it if allowed, and locks it. It never writes
// to a file that is not a registry.
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

// locked runs do while no other process can open, create or replace the registry.
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

// Now returns the time of the registry's clock.
func (d *DB) Now() time.Time { return d.now() }

// Made reports whether Open created the registry.
func (d *DB) Made() bool { return d.created }

// Close closes all connections and releases the file's lock.
func (d *DB) Close() error {
	if d.writer != nil {
		_ = d.writeEnds(context.Background()) // ends of sessions that could not be written before
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
	if d.source != nil {
		errs = append(errs, d.source.close())
	}
	return errors.Join(errs...)
}

// readers is the number of reading connections; more only slow the writer down.
const readers = 4

// connectReaders opens a pool of n read-only connections.
func (d *DB) connectReaders(n int) *sqlite.Pool {
	if d.source != nil {
		return d.source.connect(n)
	}
	return sqlite.Open(d.path, sqlite.Read, n)
}

// CloseIdleReaders closes unused reading connections and returns their memory to the system.
// Reopening one takes a millisecond or two.
func (d *DB) CloseIdleReaders() {
	d.reader.SetMaxIdleConns(0)
	d.reader.SetMaxIdleConns(readers)
	sqlite.ReturnMemory()
}

// Ping returns nil if the database can be read.
func (d *DB) Ping(ctx context.Context) error {
	var there bool // SQLite opens the file only if a query reads a table
	return d.reader.QuickQueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM goose_db_version WHERE id = 1)").Scan(&there)
}

// SQLiteVersion returns SQLite's version, like 3.54.1.
func SQLiteVersion() string { return sqlite.Version() }
