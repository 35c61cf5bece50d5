package db

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"

	"clientregistry/db/sqlite"
	"clientregistry/migrations"
)

// FileState is the state of the registry's file on the disk.
type FileState struct {
	Err           error // why it cannot be read
	Size          int64 // bytes, including its -wal
	OthersMayRead bool
	Free          int64 // free bytes on its disk
	FreeKnown     bool
}

// Path returns the file's path, without symbolic links.
func (d *DB) Path() string { return d.path }

// File returns the state of the registry's file.
func (d *DB) File() FileState {
	info, err := os.Stat(d.path)
	if err != nil {
		return FileState{Err: err}
	}
	s := FileState{Size: info.Size() + sqlite.WALSize(d.path), OthersMayRead: info.Mode().Perm()&0o077 != 0}
	s.Free, s.FreeKnown = sqlite.FreeSpace(filepath.Dir(d.path))
	return s
}

// KeyFile reports whether the key of second factors exists (there), and whether others may read it
// (wide).
func (d *DB) KeyFile() (wide, there bool) {
	info, err := os.Stat(d.keyFile())
	if err != nil {
		return false, false
	}
	return info.Mode().Perm()&0o077 != 0, true
}

// Migrations returns how many migrations the registry has had, and how many there are.
func (d *DB) Migrations(ctx context.Context) (done, all int, err error) {
	files, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		return 0, 0, err
	}
	err = d.reader.QuickQueryRow(ctx, "SELECT count(*) FROM goose_db_version WHERE version_id > 0 AND is_applied").Scan(&done)
	return done, len(files), err
}
