//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// LockName takes path.lock, held until the file is closed: nobody else opens,
// makes or replaces what is at path meanwhile. Where somebody has it, the error is
// ErrInUse.
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

// LockFile locks an open file, by whatever name others know it, until it is
// closed. Where somebody has locked it, the error is ErrInUse.
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

// LockFolder lets nobody replace a database in path's folder while others have one
// open there: those share the lock, which who replaces one needs alone; it is an
// error where others have it. It returns nil where the disk has no such locks.
func LockFolder(path string, alone bool) (*os.File, error) {
	f, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, nil
	}
	how := syscall.LOCK_SH // waits for who replaces one, which takes milliseconds
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

// UnlockFile is the way back of LockFile.
func UnlockFile(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

// Names is how many names a file has.
func Names(info os.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Nlink)
	}
	return 1
}
