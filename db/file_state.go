package db

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"

	"clientregistry/db/sqlite"
	"clientregistry/migrations"
)

// FileState is what the disk says of the registry's file.
type FileState struct {
	Err           error // it cannot be looked at
	Size          int64 // bytes, with what is still in its -wal
	OthersMayRead bool
	Free          int64 // bytes on its disk
	FreeKnown     bool
}

// Path is where the registry's file is, without symbolic links.
func (d *DB) Path() string { return d.path }

// File looks at the registry's file.
func (d *DB) File() FileState {
	info, err := os.Stat(d.path)
	if err != nil {
		return FileState{Err: err}
	}
	s := FileState{Size: info.Size() + sqlite.WALSize(d.path), OthersMayRead: info.Mode().Perm()&0o077 != 0}
	s.Free, s.FreeKnown = sqlite.FreeSpace(filepath.Dir(d.path))
	return s
}

// KeyFile tells whether there is a key of second factors, and whether others may read it.
func (d *DB) KeyFile() (wide, there bool) {
	info, err := os.Stat(d.keyFile())
	if err != nil {
		return false, false
	}
	return info.Mode().Perm()&0o077 != 0, true
}

// Migrations returns how many the registry went through, of how many.
func (d *DB) Migrations(ctx context.Context) (done, all int, err error) {
	files, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		return 0, 0, err
	}
	err = d.reader.QuickQueryRow(ctx, "SELECT count(*) FROM goose_db_version WHERE version_id > 0 AND is_applied").Scan(&done)
	return done, len(files), err
}
