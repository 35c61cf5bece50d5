package sqlite

import (
	"errors"
	"os"
)

// ErrInUse says that somebody else holds a file's lock.
var ErrInUse = errors.New("it is in use by another program; stop that one first")

var errFolderInUse = errors.New("another command is at work in its folder; try again when that is done")

// Unlock gives a file's lock back and closes it. To close it is not enough: while
// this program starts another one, that has the file open for a moment, and the lock.
func Unlock(f *os.File) error {
	_ = UnlockFile(f) // there is none, or it goes with the file
	return f.Close()
}
