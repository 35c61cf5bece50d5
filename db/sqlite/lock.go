package sqlite

import (
	"errors"
	"os"
)

// ErrInUse means that another program holds a file's lock.
var ErrInUse = errors.New("it is in use by another program; stop that one first")

var errFolderInUse = errors.New("another command is at work in its folder; try again when that is done")

// Unlock releases a file's lock and closes it. Closing is not enough, because a child process that
// is being started briefly has the file open, too.
func Unlock(f *os.File) error {
	_ = UnlockFile(f) // not locked, or closing releases it
	return f.Close()
}
