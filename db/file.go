package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"clientregistry/db/sqlite"
	"clientregistry/migrations"

	"github.com/pressly/goose/v3"
)

// ApplicationID is "CReg" in the place where SQLite keeps whose a file is.
// Migration 17 sets it; a registry of before has 0 there.
const ApplicationID = 0x43526567

// copyEnds begin the ends of the names of whole registries beside a database.
var copyEnds = []string{".restoring", ".replaced-", ".before-"}

// NoRegistry says that no file is where a registry should be.
type NoRegistry struct{ Path string }

func (e *NoRegistry) Error() string {
	return fmt.Sprintf("there is no registry %s; name it with --db", e.Path)
}

// isFile tells whether a file is at path. A file of 0 bytes is an error, and so
// is none where others show that one was there: a new registry would hide them.
func isFile(path string) (bool, error) {
	info, err := os.Lstat(path)
	switch {
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return false, fmt.Errorf("%w; check the permissions of its folder", err)
	case err == nil && !info.Mode().IsRegular():
		return false, errors.New("it is not a file; name the registry's file with --db")
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
		part := slices.ContainsFunc(append([]string{".lock"}, sqlite.Besides...), func(b string) bool { return strings.HasSuffix(end, b) })
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
		sqlite.RemoveDatabase(path + end)
	}
}

// notOurs refuses another program's database.
type notOurs struct{}

func (*notOurs) Error() string {
	return "it is another program's database and no registry; nothing was changed; name the registry with --db"
}

// identify returns nil where the file at path is a registry, and writes nothing.
func identify(ctx context.Context, path string) error {
	v, err := openSource(ctx, path, false)
	if err != nil {
		return err
	}
	p := v.connect(1)
	defer p.End()
	return isRegistry(ctx, p)
}

// isRegistry looks for the id, or for none where it was not set yet, and for
// tables that a registry has had from its beginning.
func isRegistry(ctx context.Context, p *sqlite.Pool) error {
	id, err := p.ApplicationID(ctx)
	if err != nil {
		return err
	}
	var tables int
	err = p.QueryRowContext(ctx, `
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
	sqlite.RemoveDatabase(partial)
	defer sqlite.RemoveDatabase(partial) // where it does not become the registry
	if err := sqlite.CreatePrivate(partial); err != nil {
		return err
	}
	p := sqlite.Open(partial, sqlite.Make, 1)
	defer p.End()
	all, err := goose.NewProvider(goose.DialectSQLite3, p.DB, migrations.FS)
	if err != nil {
		return err
	}
	if _, err := all.Up(ctx); err != nil {
		return err
	}
	if err := p.UseWAL(ctx); err != nil {
		return err
	}
	if err := p.Close(); err != nil {
		return err
	}
	d.created = true
	return sqlite.PutInPlace(partial, d.path)
}

// soleName returns an error where the file has another name. A link that a
// killed restore has left is removed, and what it had moved is given back.
func (d *DB) soleName() error {
	info, err := os.Lstat(d.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil || !info.Mode().IsRegular() || sqlite.Names(info) < 2:
		return err
	}
	if err := d.locked(func() error { return giveBack(d.path) }); err != nil {
		return err
	}
	if info, err = os.Lstat(d.path); err == nil && sqlite.Names(info) > 1 {
		err = errors.New("it has a second name, a hard link, and SQLite keeps changes beside each name, so two programs would corrupt it; " +
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
		for _, end := range sqlite.Besides {
			if sqlite.Exists(name+end) && !sqlite.HasContent(path+end) {
				if err := os.Rename(name+end, path+end); err != nil {
					return err
				}
			}
		}
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return sqlite.SyncFolder(path)
}
