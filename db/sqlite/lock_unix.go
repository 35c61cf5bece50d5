//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// LockName locks path.lock until the file is closed, so that no other process can open, create or
// replace the database at path. It returns ErrInUse if it is locked.
func LockName(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := LockFile(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// LockFile locks an open file until it is closed. It returns ErrInUse if it is locked.
func LockFile(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrInUse
	}
	if err != nil {
		return fmt.Errorf("it cannot be locked: %w", err)
	}
	return nil
}

// LockFolder keeps databases in path's folder from being replaced while they are open. Those who
// open one share the lock; replacing one needs it alone, and is refused while others have it. It
// returns nil if the disk has no such locks.
func LockFolder(path string, alone bool) (*os.File, error) {
	f, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, nil
	}
	how := syscall.LOCK_SH // waits for a replacement, which takes milliseconds
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
		return nil, errors.Join(errFolderInUse, f.Close())
	}
	return nil, f.Close()
}

// UnlockFile undoes LockFile.
func UnlockFile(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

// Names returns how many hard links a file has.
func Names(info os.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Nlink)
	}
	return 1
}
