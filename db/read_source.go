package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"clientregistry/db/sqlite"
	"clientregistry/migrations"

	"github.com/pressly/goose/v3"
)

// readSource is a way to read a database without changing it.
type readSource struct {
	path   string
	mode   sqlite.Mode
	folder string // temporary folder that contains path, or ""
}

// openSource finds a way to read the database at path. Without a -wal or -journal it reads the file
// alone. Otherwise it opens both; if SQLite lacks the space or permission for that, it reads a copy
// of both, or without mayCopy the file alone, which lacks the latest changes.
func openSource(ctx context.Context, path string, mayCopy bool) (*readSource, error) {
	if !sqlite.Exists(path+"-wal") && !sqlite.HasContent(path+"-journal") {
		return trySource(ctx, &readSource{path: path, mode: sqlite.Immutable})
	}
	v, err := trySource(ctx, &readSource{path: path, mode: sqlite.Shared})
	switch {
	case !sqlite.IsUnwritable(err) && !IsUnavailable(err):
		return v, err
	case !mayCopy || !sqlite.HasContent(path+"-wal") && !sqlite.HasContent(path+"-journal"):
		return trySource(ctx, &readSource{path: path, mode: sqlite.Immutable})
	}
	return copySource(ctx, path)
}

func trySource(ctx context.Context, v *readSource) (*readSource, error) {
	p := v.connect(1)
	defer p.End()
	var tables int
	err := p.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables)
	return v, err
}

func copySource(ctx context.Context, path string) (_ *readSource, err error) {
	v := &readSource{mode: sqlite.Scratch}
	defer func() {
		if err != nil {
			v.close()
		}
	}()
	if v.folder, err = os.MkdirTemp("", "clientregistry-"); err == nil {
		v.path = filepath.Join(v.folder, "registry.db")
		for _, end := range []string{"", "-wal", "-journal"} {
			if copied := sqlite.CopyPrivate(path+end, v.path+end); copied != nil && !errors.Is(copied, os.ErrNotExist) {
				err = copied
			}
		}
	}
	if err != nil {
		return nil, &explained{"what was changed last is in its -wal, which can be read only where something can be written, " +
			"and a copy of both in a temporary folder failed (%s); name a folder with room in TMPDIR", err}
	}
	return trySource(ctx, v)
}

func (v *readSource) connect(n int) *sqlite.Pool { return sqlite.Open(v.path, v.mode, n) }

func (v *readSource) close() error {
	if v.folder == "" {
		return nil
	}
	return os.RemoveAll(v.folder)
}

// openToRead opens a registry ReadOnly.
func (d *DB) openToRead(ctx context.Context) error {
	there, err := isFile(d.path)
	if err != nil {
		return err
	}
	if !there {
		return &NoRegistry{d.path}
	}
	if err := d.soleName(); err != nil {
		return err
	}
	if d.source, err = openSource(ctx, d.path, true); err != nil {
		d.source = nil
		return err
	}
	if d.source.mode == sqlite.Immutable && d.folder != nil { // reading the file alone needs no lock
		sqlite.Unlock(d.folder)
		d.folder = nil
	}
	d.reader, d.writer, d.sessions.watch = d.source.connect(readers), d.source.connect(1), d.source.connect(1)
	if err := isRegistry(ctx, d.reader); err != nil {
		return err
	}
	version, newest, err := d.versions(ctx)
	if err == nil && version > newest {
		err = errNewer(version, newest)
	}
	return err
}

// IsCurrent returns an error if the file has an older schema, which only a ReadOnly open leaves as
// it is.
func (d *DB) IsCurrent(ctx context.Context) error {
	file, newest, err := d.versions(ctx)
	if err == nil && file < newest {
		err = fmt.Errorf("%s was written by an older version (schema %d, this program knows %d); start the server once, which upgrades it",
			d.path, file, newest)
	}
	return err
}

// versions returns the schema version of the file, and the newest that this program knows.
func (d *DB) versions(ctx context.Context) (file, newest int64, err error) {
	all, err := goose.NewProvider(goose.DialectSQLite3, d.reader.DB, migrations.FS)
	if err != nil {
		return 0, 0, err
	}
	for _, s := range all.ListSources() {
		newest = max(newest, s.Version)
	}
	var version sql.NullInt64
	err = d.reader.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version").Scan(&version)
	return version.Int64, newest, err
}

func errNewer(file, newest int64) error {
	return fmt.Errorf("it was written by a newer version (schema %d, this program knows %d); start the newer program", file, newest)
}
