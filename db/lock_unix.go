//go:build unix

package db

import (
	"fmt"
	"os"
	"syscall"
)

// lockFile takes the lock beside the database, held until the file is closed.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot lock %s: %w", path, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s is in use by another Client Registry; stop that one first", path)
	}
	return f, nil
}
