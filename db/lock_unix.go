//go:build unix

package db

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockName takes path.lock, held until the file is closed: nobody else opens,
// makes or replaces what is at path meanwhile.
func lockName(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// lockFile locks an open file, by whatever name others know it.
func lockFile(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errors.New("it is in use by another Client Registry; stop that one first")
	}
	if err != nil {
		return fmt.Errorf("it cannot be locked: %w", err)
	}
	return nil
}

// lockFolder lets nobody replace a registry in a folder while others have one
// open there: those share the lock, which restore needs alone. It returns nil
// where the disk has no such locks.
func lockFolder(path string, alone bool) (*os.File, error) {
	f, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, nil
	}
	how := syscall.LOCK_SH // waits for a restore, which holds it for milliseconds
	if alone {
		how = syscall.LOCK_EX | syscall.LOCK_NB
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	switch {
	case err == nil:
		return f, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		return nil, errors.Join(errors.New("another command is at work in its folder; try again when that is done"), f.Close())
	}
	return nil, f.Close()
}

// unlockFile is the way back.
func unlockFile(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

// links is how many names a file has.
func links(info os.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Nlink)
	}
	return 1
}
