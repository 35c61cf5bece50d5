package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"clientregistry/migrations"

	"github.com/pressly/goose/v3"
)

// ApplicationID is "CReg" in the place where SQLite keeps whose a file is.
// Migration 17 sets it; a registry of before has 0 there.
const ApplicationID = 0x43526567

// besides are the ends of the names of SQLite's own files beside a database.
var besides = []string{"-wal", "-shm", "-journal"}

// copyEnds begin the ends of the names of whole registries beside a database.
var copyEnds = []string{".restoring", ".replaced-", ".before-"}

// NoRegistry says that no file is where a registry should be.
type NoRegistry struct{ Path string }

func (e *NoRegistry) Error() string {
	return fmt.Sprintf("there is no registry %s; name it with --db", e.Path)
}

// resolve returns the absolute path of the file that path leads to, through
// symbolic links, also where that file is not there yet.
func resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	for range 40 {
		folder, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			return "", fmt.Errorf("%w; check that its folder exists", err)
		}
		path = filepath.Join(folder, filepath.Base(path))
		to, err := os.Readlink(path)
		if err != nil { // it is no link
			return path, nil
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(folder, to)
		}
		path = to
	}
	return "", errors.New("its symbolic links lead in a circle; name the file itself")
}

// isFile tells whether a file is at path. A file of 0 bytes is an error, and so
// is none where others show that one was there: a new registry would hide them.
func isFile(path string) (bool, error) {
	info, err := os.Lstat(path)
	switch {
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return false, fmt.Errorf("%w; check the rights of its folder", err)
	case err == nil && !info.Mode().IsRegular():
		return false, errors.New("it is no file; name the registry's file with --db")
	case err == nil && info.Size() > 0:
		return true, nil
	}
	problem := "it is not there"
	if err == nil {
		problem = "it has 0 bytes"
	}
	copies, others := leftBehind(path)
	switch {
	case len(copies) > 0:
		return false, fmt.Errorf("%s, but beside it is %s; bring the registry back with restore %s, or with a backup, "+
			"or move what is left of it away to begin a new one", problem, strings.Join(append(copies, others...), ", "), copies[0])
	case len(others) > 0:
		return false, fmt.Errorf("%s, but beside it is %s; put the database back that belongs to it, or restore a backup, "+
			"or move it away to begin a new registry", problem, strings.Join(others, ", "))
	case err == nil:
		return false, errors.New(problem + "; restore a backup, or remove it to begin a new registry")
	}
	return false, nil
}

// leftBehind are the files beside path that belonged to a registry there: whole
// ones, three at most, the newest name first, and what is none alone.
func leftBehind(path string) (copies, others []string) {
	for _, name := range neighbors(path) {
		end := strings.TrimPrefix(name, path)
		part := slices.ContainsFunc(append([]string{".lock"}, besides...), func(b string) bool { return strings.HasSuffix(end, b) })
		switch {
		case end == "-wal" || end == "-journal":
			if info, err := os.Stat(name); err == nil && info.Size() > 0 {
				others = append(others, name)
			}
		case end == ".key":
			others = append(others, name)
		case !part && slices.ContainsFunc(copyEnds, func(begin string) bool { return strings.HasPrefix(end, begin) }):
			copies = append(copies, name)
		}
	}
	slices.SortFunc(copies, func(a, b string) int { // what is not complete comes last
		begun := func(name string) int { return strings.Count(name, ".restoring") }
		return cmp.Or(begun(a)-begun(b), strings.Compare(b, a))
	})
	return copies[:min(len(copies), 3)], others
}

// neighbors are the files whose names begin with path.
func neighbors(path string) (all []string) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if name := filepath.Join(filepath.Dir(path), e.Name()); name != path && strings.HasPrefix(name, path) {
			all = append(all, name)
		}
	}
	return all
}

// removeUnfinished removes what a killed restore or start has left beside the
// registry. Whoever calls it holds the lock.
func removeUnfinished(path string) {
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return // it may be all there is
	}
	for _, end := range []string{".restoring", ".restoring-again", ".creating"} {
		removeDatabase(path + end)
	}
}

// removeDatabase removes a database that is of no use, with all beside it.
func removeDatabase(path string) {
	for _, end := range append([]string{"", ".lock"}, besides...) {
		os.Remove(path + end)
	}
}

// notOurs refuses another program's database.
type notOurs struct{}

func (*notOurs) Error() string {
	return "it is another program's database and no registry; nothing was changed; name the registry with --db"
}

// identify returns nil where the file at path is a registry, and writes nothing.
func identify(ctx context.Context, path string) error {
	v, err := viewOf(ctx, path, false)
	if err != nil {
		return err
	}
	p := v.connect(1)
	defer p.end()
	return isRegistry(ctx, p)
}

// isRegistry looks for the id, or for none where it was not set yet, and for
// tables that a registry has had from its beginning.
func isRegistry(ctx context.Context, p *pool) error {
	var id, tables int64
	if err := p.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	err := p.QueryRowContext(ctx, `
		SELECT count(*) FROM sqlite_schema
		WHERE type = 'table' AND name IN ('goose_db_version', 'users', 'audit_logs')`).Scan(&tables)
	if err != nil {
		return err
	}
	if id != ApplicationID && id != 0 || tables < 3 {
		return &notOurs{}
	}
	return nil
}

// create makes a new registry at d.path, whole or not at all. It needs the lock.
func (d *DB) create(ctx context.Context) error {
	if there, err := isFile(d.path); err != nil || there { // somebody else made it meanwhile
		return err
	}
	partial := d.path + ".creating"
	removeDatabase(partial)
	defer removeDatabase(partial) // where it does not become the registry
	if err := createPrivate(partial); err != nil {
		return err
	}
	p := connectTo(partial, "_journal_mode=MEMORY&_synchronous=OFF&_txlock=immediate&_foreign_keys=1", 1)
	defer p.end()
	all, err := goose.NewProvider(goose.DialectSQLite3, p.DB, migrations.FS)
	if err != nil {
		return err
	}
	if _, err := all.Up(ctx); err != nil {
		return err
	}
	if _, err := p.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
		return err
	}
	if err := p.Close(); err != nil {
		return err
	}
	d.made = true
	return putInPlace(partial, d.path)
}

// createPrivate makes a file where it is missing that only its owner may read.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("cannot open %s: %w; check that its folder exists and may be written", path, err)
	}
	return errors.Join(makePrivate(f), f.Close())
}

// makePrivate keeps others from reading a file that was copied here with wider
// rights; SQLite gives its -wal the same.
func makePrivate(f *os.File) error {
	info, err := f.Stat()
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	if err := f.Chmod(0o600); err != nil && runtime.GOOS != "windows" {
		return fmt.Errorf("others may read %s (%w); make it yours, with mode 0600", f.Name(), err)
	}
	return nil
}

func copyPrivate(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	return writePrivate(source, to)
}

// writePrivate copies what source still has to a file that only its owner may read.
func writePrivate(source io.Reader, to string) error {
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		return errors.Join(err, target.Close())
	}
	return errors.Join(target.Sync(), target.Close())
}

// putInPlace gives a complete file its name, and makes both survive a power cut.
func putInPlace(partial, name string) error {
	f, err := os.OpenFile(partial, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(partial, name); err != nil {
		return err
	}
	return syncFolder(name)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func hasContent(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0
}

// soleName returns an error where the file has another name. A link that a
// killed restore has left is removed, and what it had moved is given back.
func (d *DB) soleName() error {
	info, err := os.Lstat(d.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil || !info.Mode().IsRegular() || links(info) < 2:
		return err
	}
	if err := d.locked(func() error { return giveBack(d.path) }); err != nil {
		return err
	}
	if info, err = os.Lstat(d.path); err == nil && links(info) > 1 {
		err = errors.New("it has a second name, a hard link, and SQLite keeps changes beside each name, so that two programs would spoil it; " +
			"remove the other name (find / -xdev -samefile FILE shows it), or copy the file and use the copy")
	}
	return err
}

// giveBack undoes a restore that was killed before its copy was in place.
func giveBack(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	for _, name := range neighbors(path) {
		other, err := os.Lstat(name)
		if err != nil || !strings.HasPrefix(name, path+beforeRestore) || !os.SameFile(info, other) {
			continue
		}
		for _, end := range besides {
			if exists(name+end) && !hasContent(path+end) {
				if err := os.Rename(name+end, path+end); err != nil {
					return err
				}
			}
		}
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return syncFolder(path)
}
