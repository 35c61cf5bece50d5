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

// ApplicationID is "CReg", in SQLite's field for the owner of a file. Migration 17 sets it; older
// registries have 0.
const ApplicationID = 0x43526567

// copyEnds are how the suffixes of complete registries beside a database begin.
var copyEnds = []string{".restoring", ".replaced-", ".before-"}

// NoRegistry means that there is no file where a registry should be.
type NoRegistry struct{ Path string }

func (e *NoRegistry) Error() string {
	return fmt.Sprintf("there is no registry %s; name it with --db", e.Path)
}

// isFile reports whether there is a file at path. It returns an error for an empty file, and for a
// missing one if other files show that a registry was there, which a new one would hide.
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
			"or move these files away to begin a new one", problem, strings.Join(append(copies, others...), ", "), copies[0])
	case len(others) > 0:
		return false, fmt.Errorf("%s, but beside it is %s; put back the database that this belongs to, or restore a backup, "+
			"or move it away to begin a new registry", problem, strings.Join(others, ", "))
	case err == nil:
		return false, errors.New(problem + "; restore a backup, or remove it to begin a new registry")
	}
	return false, nil
}

// leftBehind returns the files beside path that belonged to a registry there: up to three complete
// copies, the newest first, and other files, which are useless alone.
func leftBehind(path string) (copies, others []string) {
	for _, name := range filesBeside(path) {
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
	slices.SortFunc(copies, func(a, b string) int { // incomplete ones come last
		begun := func(name string) int { return strings.Count(name, ".restoring") }
		return cmp.Or(begun(a)-begun(b), strings.Compare(b, a))
	})
	return copies[:min(len(copies), 3)], others
}

// filesBeside lists the files whose names begin with path.
func filesBeside(path string) (all []string) {
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

// removeUnfinished removes what a killed restore or start left beside the registry. The caller must
// hold the lock.
func removeUnfinished(path string) {
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return // the leftovers may be all that exists
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

// identify returns nil if the file at path is a registry. It writes nothing.
func identify(ctx context.Context, path string) error {
	v, err := openSource(ctx, path, false)
	if err != nil {
		return err
	}
	p := v.connect(1)
	defer p.End()
	return isRegistry(ctx, p)
}

// isRegistry checks the application ID and, for a file from before it was set, the tables that
// registries have always had.
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

// create creates a registry at d.path, completely or not at all. The caller must hold the lock.
func (d *DB) create(ctx context.Context) error {
	if there, err := isFile(d.path); err != nil || there { // another process created it in the meantime
		return err
	}
	partial := d.path + ".creating"
	sqlite.RemoveDatabase(partial)
	defer sqlite.RemoveDatabase(partial) // if it did not become the registry
	if err := sqlite.CreatePrivate(partial); err != nil {
		return err
	}
	p := sqlite.Open(partial, sqlite.Create, 1)
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

// soleName returns an error if the file has another name, too. It first undoes what a killed
// restore left.
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
		err = errors.New("it has a second hard link, and SQLite keeps changes beside each name, so two programs would corrupt it; " +
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
	for _, name := range filesBeside(path) {
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
