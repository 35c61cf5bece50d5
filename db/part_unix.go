//go:build unix

package db

import (
	"os"
	"syscall"
)

// takePart says that somebody works on an incomplete file, until it is closed.
func takePart(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
