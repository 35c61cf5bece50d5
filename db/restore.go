package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"clientregistry/db/sqlite"
)

// beforeRestore is how the suffix of a replaced registry's name begins.
const beforeRestore = ".before-restore-"

// Restored is the result of Restore.
type Restored struct {
	AsOf      time.Time // time of the newest audit row in the copy
	Rows      int64     // number of audit rows
	SignedOut int64     // number of ended sessions
	Stopped   int64     // number of webhooks that were on and are off now
	SetAside  string    // where the replaced registry is, or ""
}

// Restore replaces the registry at path, which no server may use, with a copy of one. It checks the
// copy first, and only reads it. It keeps the replaced registry beside path. If it is killed at any
// point, there is either the complete old or the complete new registry at path.
func Restore(ctx context.Context, from, path string, now time.Time) (Restored, error) {
	return (&restoration{from: from, now: now, link: os.Link}).run(ctx, path)
}

type restoration struct {
	from, path string
	partial    string // the new registry while it is incomplete
	now        time.Time
	done       Restored
	link       func(old, name string) error
	step       func(string) // called in tests before each step
}

func (r *restoration) run(ctx context.Context, path string) (done Restored, err error) {
	refused := func(err error) (Restored, error) {
		return Restored{}, fmt.Errorf("cannot restore %s: %w", path, explain(err))
	}
	if r.path, err = sqlite.Resolve(path); err != nil {
		return refused(err)
	}
	lock, err := sqlite.LockName(r.path)
	if err != nil {
		return refused(err)
	}
	defer sqlite.Unlock(lock)
	if err := (&DB{path: r.path, lock: lock}).soleName(); err != nil {
		return refused(err)
	}
	old, err := r.lockOld()
	if err != nil {
		return refused(err)
	}
	if old != nil {
		defer sqlite.Unlock(old) // after SQLite's connections to it close
	}
	sound, err := r.isSound(ctx)
	if err != nil {
		return refused(err)
	}
	r.partial = r.path + ".restoring"
	if sqlite.SameFile(r.from, r.partial) {
		r.partial += "-again"
	}
	sqlite.RemoveDatabase(r.partial)
	defer sqlite.RemoveDatabase(r.partial)
	if err := r.prepare(ctx); err != nil {
		return Restored{}, fmt.Errorf("cannot restore %s; nothing was changed: %w", r.from, explain(err))
	}
	if err := r.replace(ctx, old != nil, sound); err != nil {
		return refused(err)
	}
	return r.done, nil
}

// lockOld checks that no server uses the file at the path. It returns nil if there is none.
func (r *restoration) lockOld() (*os.File, error) {
	info, err := os.Lstat(r.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("it is not a file; name the registry's file with --db")
	}
	f, err := os.Open(r.path)
	if err != nil {
		return nil, err
	}
	if err := sqlite.LockFile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// isSound reports whether the file at the path can be opened as a registry. It returns an error for
// another program's database, but not for a damaged file, which is about to be replaced.
func (r *restoration) isSound(ctx context.Context) (bool, error) {
	if !sqlite.HasContent(r.path) {
		return false, nil
	}
	err := identify(ctx, r.path)
	if other := (*notOurs)(nil); errors.As(err, &other) {
		return false, err
	}
	return err == nil, nil
}

// prepare makes the new registry under a temporary name: a verified copy with the newest schema, an
// audit row about the restore, and nobody signed in.
func (r *restoration) prepare(ctx context.Context) error {
	r.next("copy")
	if err := r.copySource(ctx); err != nil {
		return err
	}
	r.next("check")
	checked, err := Open(ctx, r.partial, Options{ReadOnly: true})
	if err != nil {
		return errors.Unwrap(err) // without the temporary name
	}
	defer checked.Close()
	v, err := checked.Verify(ctx)
	if err != nil {
		return err
	}
	if v.Rows == 0 {
		return errors.New("its history is empty; a registry has at least one row")
	}
	if err := checked.Close(); err != nil {
		return err
	}
	r.next("bring up to date")
	d, err := Open(ctx, r.partial, Options{Now: func() time.Time { return r.now }, uncopied: true})
	if err != nil {
		return errors.Unwrap(err)
	}
	if err := errors.Join(r.record(ctx, d), d.Close()); err != nil {
		return err
	}
	if sqlite.HasContent(r.partial + "-wal") {
		return errors.New("its -wal could not be emptied; try again")
	}
	return nil
}

func (r *restoration) copySource(ctx context.Context) error {
	info, err := os.Stat(r.from)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("it is not a file")
	case info.Size() == 0:
		return errors.New("it has 0 bytes")
	case sqlite.SameFile(r.from, r.path):
		return errors.New("it is the registry itself")
	}
	free, known := sqlite.FreeSpace(filepath.Dir(r.path))
	if needed := info.Size() + 1<<20; known && free < needed {
		return &NoRoom{filepath.Dir(r.path), needed - free}
	}
	from, err := sqlite.Resolve(r.from)
	if err != nil {
		return err
	}
	source, err := openSource(ctx, from, true)
	if err != nil {
		return err
	}
	defer source.close()
	p := source.connect(1)
	defer p.End()
	err = isRegistry(ctx, p)
	if other := (*notOurs)(nil); errors.As(err, &other) {
		return errors.New("it is another program's database, not a copy of a registry")
	}
	if err != nil {
		return err
	}
	if source.mode == sqlite.Immutable {
		return sqlite.CopyPrivate(from, r.partial)
	}
	if err := sqlite.CreatePrivate(r.partial); err != nil {
		return err
	}
	_, err = p.ExecContext(ctx, "VACUUM INTO ?", r.partial)
	return err
}

// record invalidates sessions, links, tokens and webhooks from the time of the copy, and records the restore.
func (r *restoration) record(ctx context.Context, d *DB) error {
	return d.write(ctx, System, Program, func(t *tx) error {
		err := t.QueryRow("SELECT created_at, seq FROM audit_logs ORDER BY seq DESC LIMIT 1").Scan(moment{&r.done.AsOf}, &r.done.Rows)
		if err != nil {
			return err
		}
		if err := t.QueryRow("SELECT count(DISTINCT user_id) FROM sessions").Scan(&r.done.SignedOut); err != nil {
			return err
		}
		for _, table := range []string{"sessions", "half_sign_ins", "user_links"} { // a link may have been used or revoked since the copy
			if _, err := t.Exec("DELETE FROM " + table); err != nil {
				return err
			}
		}
		if err := t.revokeTokens(""); err != nil { // likewise
			return err
		}
		if r.done.Stopped, err = t.stopRestored(); err != nil { // what they had to send may have been sent
			return err
		}
		return t.record("restore_registry", "system", "", details{
			"file": filepath.Base(r.from), "as_of": stamp(r.done.AsOf), "rows": r.done.Rows, "signed_out": r.done.SignedOut,
		})
	})
}

// replace sets aside the file at the path, and gives the new registry its name. No -wal may be
// left, because SQLite would apply it to the new file.
func (r *restoration) replace(ctx context.Context, there, sound bool) error {
	folder, err := sqlite.LockFolder(r.path, true)
	if err != nil {
		return err
	}
	if folder != nil {
		defer sqlite.Unlock(folder)
	}
	if sound {
		r.next("empty the -wal")
		if err := sqlite.EmptyWAL(ctx, r.path); err != nil && !sqlite.IsDamage(err) && !sqlite.IsUnwritable(err) {
			return err
		}
	}
	aside := r.asideName()
	if there {
		r.next("link")
		if err := r.link(r.path, aside); err != nil { // the disk has no hard links; the next start notices if this is killed from here on
			if err := os.Rename(r.path, aside); err != nil {
				return err
			}
		}
		r.done.SetAside = aside
	}
	for _, end := range sqlite.Besides {
		switch {
		case sqlite.HasContent(r.path + end):
			r.next("move " + end)
			if err := os.Rename(r.path+end, aside+end); err != nil {
				return err
			}
			if r.done.SetAside == "" {
				r.done.SetAside = aside + end
			}
		case sqlite.Exists(r.path + end):
			if err := os.Remove(r.path + end); err != nil {
				return err
			}
		}
	}
	if err := sqlite.SyncFolder(r.path); err != nil {
		return err
	}
	r.next("rename")
	if err := sqlite.PutInPlace(r.partial, r.path); err != nil {
		return err
	}
	r.next("end")
	return nil
}

// asideName returns a name that no file has.
func (r *restoration) asideName() string {
	name := r.path + beforeRestore + r.now.UTC().Format("20060102-150405")
	unique := name
	for n := 2; sqlite.Exists(unique) || sqlite.Exists(unique+"-wal"); n++ {
		unique = fmt.Sprintf("%s-%d", name, n)
	}
	return unique
}

func (r *restoration) next(step string) {
	if r.step != nil {
		r.step(step)
	}
}
