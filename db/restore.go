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

// beforeRestore begins the end of the name under which a replaced registry is kept.
const beforeRestore = ".before-restore-"

// Restored is what Restore did.
type Restored struct {
	AsOf      time.Time // when the newest row of the copy's history was written
	Rows      int64     // of that history
	SignedOut int64     // people whose sessions were ended
	SetAside  string    // where what was there is kept, "" where nothing was
}

// Restore puts a copy of a registry in the place of the one at path, which no
// server may be using. It only reads the copy, and makes sure first that it is
// sound. What was at path is kept beside it. Whenever it is killed, the old
// registry or the new one is under its name, whole.
func Restore(ctx context.Context, from, path string, now time.Time) (Restored, error) {
	return (&restoration{from: from, now: now, link: os.Link}).run(ctx, path)
}

type restoration struct {
	from, path string
	partial    string // the new registry until it is complete
	now        time.Time
	done       Restored
	link       func(old, name string) error
	step       func(string) // is told in tests what comes next
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
		defer sqlite.Unlock(old) // after SQLite's connections to it
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

// lockOld makes sure that nobody serves what is at the path; it returns nil where nothing is.
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

// isSound tells whether what is at the path can be opened as a registry. Another
// program's database is an error; a damaged file is none, for it is to be replaced.
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

// prepare makes the new registry under another name: a sound copy of today's
// schema, with a row in its history that says what it is, and nobody signed in.
func (r *restoration) prepare(ctx context.Context) error {
	r.next("copy")
	if err := r.copySource(ctx); err != nil {
		return err
	}
	r.next("check")
	checked, err := Open(ctx, r.partial, Options{ReadOnly: true})
	if err != nil {
		return errors.Unwrap(err) // without its name
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
	if source.mode == sqlite.Still {
		return sqlite.CopyPrivate(from, r.partial)
	}
	if err := sqlite.CreatePrivate(r.partial); err != nil {
		return err
	}
	_, err = p.ExecContext(ctx, "VACUUM INTO ?", r.partial)
	return err
}

// record ends what would let people in as of then, and says so in the history.
func (r *restoration) record(ctx context.Context, d *DB) error {
	return d.write(ctx, System, Program, func(t *tx) error {
		err := t.QueryRow("SELECT created_at, seq FROM audit_logs ORDER BY seq DESC LIMIT 1").Scan(moment{&r.done.AsOf}, &r.done.Rows)
		if err != nil {
			return err
		}
		if err := t.QueryRow("SELECT count(DISTINCT user_id) FROM sessions").Scan(&r.done.SignedOut); err != nil {
			return err
		}
		for _, table := range []string{"sessions", "half_sign_ins", "user_links"} { // a link may have been used or taken back since
			if _, err := t.Exec("DELETE FROM " + table); err != nil {
				return err
			}
		}
		return t.record("restore_registry", "system", "", details{
			"file": filepath.Base(r.from), "as_of": stamp(r.done.AsOf), "rows": r.done.Rows, "signed_out": r.done.SignedOut,
		})
	})
}

// replace sets aside what is at the path and gives the new registry its name.
// SQLite would read any -wal beside a database into it, so none may be left.
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
		if err := r.link(r.path, aside); err != nil { // the disk has no links: a kill behind this is seen at the next start
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

// asideName is a name that no file has.
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
