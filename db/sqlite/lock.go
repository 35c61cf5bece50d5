package sqlite

import "errors"

var (
	// ErrInUse says that somebody else holds a file's lock.
	ErrInUse = errors.New("it is in use by another program; stop that one first")
	errFolderInUse = errors.New("another command is at work in its folder; try again when that is done")
)
