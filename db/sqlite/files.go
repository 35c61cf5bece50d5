package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Besides are the suffixes of SQLite's own files beside a database.
var Besides = []string{"-wal", "-shm", "-journal"}

// RemoveDatabase removes a database with all files beside it.
func RemoveDatabase(path string) {
	for _, end := range append([]string{"", ".lock"}, Besides...) {
		os.Remove(path + end)
	}
}

// WALSize returns the size of a database's -wal in bytes, 0 if there is none.
func WALSize(path string) int64 {
	info, err := os.Stat(path + "-wal")
	if err != nil {
		return 0
	}
	return info.Size()
}

// Exists reports whether a name is taken, even by a broken link.
func Exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// HasContent reports whether there is a file at path that is not empty.
func HasContent(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0
}

// SameFile reports whether two paths lead to the same file.
func SameFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// Resolve returns the absolute path of the file that path leads to, through symbolic links, even if
// that file does not exist.
func Resolve(path string) (string, error) {
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
		if err != nil { // not a link
			return path, nil
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(folder, to)
		}
		path = to
	}
	return "", errors.New("its symbolic links lead in a circle; name the file itself")
}

// CreatePrivate creates a file that only its owner may read, unless it exists.
func CreatePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("cannot open %s: %w; check that its folder exists and may be written", path, err)
	}
	return errors.Join(MakePrivate(f), f.Close())
}

// MakePrivate removes other people's access to a file. SQLite creates its -wal with the same
// permissions.
func MakePrivate(f *os.File) error {
	info, err := f.Stat()
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	if err := f.Chmod(0o600); err != nil && runtime.GOOS != "windows" {
		return fmt.Errorf("others may read %s (%w); make it yours, with mode 0600", f.Name(), err)
	}
	return nil
}

// CopyPrivate copies a file to one that only its owner may read.
func CopyPrivate(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		return errors.Join(err, target.Close())
	}
	return errors.Join(target.Sync(), target.Close())
}

// PutInPlace renames a complete file over any other of this name, safely for a power cut.
func PutInPlace(partial, name string) error {
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
	return SyncFolder(name)
}

// NameFile renames a complete file, safely for a power cut. It returns an error if the name is
// taken.
func NameFile(part, name string) error {
	err := os.Link(part, name)
	switch {
	case err == nil:
		return errors.Join(os.Remove(part), SyncFolder(name))
	case errors.Is(err, os.ErrExist), errors.Is(err, syscall.EXDEV):
		return err
	}
	// The disk has no hard links.
	if _, err := os.Lstat(name); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(err, os.ErrExist)
	}
	if err := os.Rename(part, name); err != nil {
		return err
	}
	return SyncFolder(name)
}

// SyncFolder makes a file's name survive a power cut.
func SyncFolder(name string) error {
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
