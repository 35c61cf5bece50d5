package db

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// createPart makes a file for what is not complete: private, under a name that
// no backup has, and locked for as long as somebody works on it.
func createPart(folder string) (*os.File, error) {
	f, err := os.CreateTemp(folder, ".clientregistry-*.part")
	if err != nil {
		return nil, err
	}
	if err := takePart(f); err != nil {
		return nil, errors.Join(err, dropPart(f))
	}
	return f, nil
}

// dropPart removes an incomplete file, and what SQLite may have left beside it.
func dropPart(f *os.File) error {
	for _, suffix := range []string{"-journal", "-wal", "-shm"} {
		os.Remove(f.Name() + suffix)
	}
	err := os.Remove(f.Name())
	if errors.Is(err, os.ErrNotExist) { // it has its name by now
		err = nil
	}
	return errors.Join(err, f.Close())
}

// RemoveParts removes the incomplete files in a folder that nobody works on:
// what a kill or a power cut left.
func RemoveParts(folder string) {
	left, _ := filepath.Glob(filepath.Join(globbed(folder), ".clientregistry-*.part"))
	for _, path := range left {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if takePart(f) != nil {
			f.Close()
			continue
		}
		dropPart(f)
	}
}

// globbed is a path as a pattern that only it matches.
func globbed(path string) string {
	var out []rune
	for _, r := range path {
		if r == '*' || r == '?' || r == '[' || r == '\\' && os.PathSeparator != '\\' {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(out)
}

// nameFile gives a complete file its name for good, and refuses one that is taken.
func nameFile(part, name string) error {
	err := os.Link(part, name)
	switch {
	case err == nil:
		return errors.Join(os.Remove(part), syncFolder(name))
	case errors.Is(err, os.ErrExist), errors.Is(err, syscall.EXDEV):
		return err
	}
	// A disk without links.
	if _, err := os.Lstat(name); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(err, os.ErrExist)
	}
	if err := os.Rename(part, name); err != nil {
		return err
	}
	return syncFolder(name)
}

// moveFile is nameFile also from one disk to another.
func moveFile(from, name string) error {
	err := nameFile(from, name)
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
	if err := nameFile(part.Name(), name); err != nil {
		return err
	}
	return os.Remove(from)
}

// syncFolder makes a file's name survive a power cut.
func syncFolder(name string) error {
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
