package db

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"clientregistry/db/sqlite"
)

// createPart creates a file for something incomplete: private, not named like a backup, and locked
// while somebody works on it.
func createPart(folder string) (*os.File, error) {
	f, err := os.CreateTemp(folder, ".clientregistry-*.part")
	if err != nil {
		return nil, err
	}
	if err := sqlite.LockFile(f); err != nil {
		return nil, errors.Join(err, dropPart(f))
	}
	return f, nil
}

// dropPart removes an incomplete file and the files that SQLite may have left beside it.
func dropPart(f *os.File) error {
	for _, suffix := range sqlite.Besides {
		os.Remove(f.Name() + suffix)
	}
	err := os.Remove(f.Name())
	if errors.Is(err, os.ErrNotExist) { // it has been renamed
		err = nil
	}
	return errors.Join(err, f.Close())
}

// RemoveParts removes abandoned incomplete files in a folder, left by a kill or a power cut.
func RemoveParts(folder string) {
	left, _ := filepath.Glob(filepath.Join(escapeGlob(folder), ".clientregistry-*.part"))
	for _, path := range left {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if sqlite.LockFile(f) != nil {
			f.Close()
			continue
		}
		dropPart(f)
	}
}

// escapeGlob returns a glob pattern that matches only this path.
func escapeGlob(path string) string {
	var out []rune
	for _, r := range path {
		if r == '*' || r == '?' || r == '[' || r == '\\' && os.PathSeparator != '\\' {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(out)
}

// moveFile is sqlite.NameFile, but also moves a file to another disk.
func moveFile(from, name string) error {
	err := sqlite.NameFile(from, name)
	if errors.Is(err, syscall.EXDEV) {
		return copyOver(from, name)
	}
	return err
}

func copyOver(from, name string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	part, err := createPart(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer dropPart(part)
	if _, err := io.Copy(part, source); err != nil {
		return err
	}
	if err := part.Sync(); err != nil {
		return err
	}
	if err := sqlite.NameFile(part.Name(), name); err != nil {
		return err
	}
	return os.Remove(from)
}
