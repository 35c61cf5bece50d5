package sqlite

import (
	"errors"
	"slices"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// IsUnique tells whether an error is a row that has what only one row may have.
func IsUnique(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.ExtendedCode == sqlite3.ErrConstraintUnique || e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey)
}

// IsFull tells whether an error is a disk without room, for the database or for any other file.
func IsFull(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && e.Code == sqlite3.ErrFull || isErrno(err, syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG)
}

// IsReadOnly tells whether an error is a disk, a folder or a file that cannot be
// written for another reason than want of room.
func IsReadOnly(err error) bool {
	if IsFull(err) {
		return false
	}
	if isErrno(err, syscall.EROFS, syscall.EACCES, syscall.EPERM) {
		return true
	}
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.ExtendedCode {
	case sqlite3.ErrIoErrWrite, sqlite3.ErrIoErrFsync, sqlite3.ErrIoErrDirFsync, sqlite3.ErrIoErrTruncate:
		return true
	}
	return e.Code == sqlite3.ErrReadonly || e.Code == sqlite3.ErrPerm
}

// IsUnwritable tells whether an error is a full or a read-only disk: nothing can be changed, reading goes on.
func IsUnwritable(err error) bool { return IsFull(err) || IsReadOnly(err) }

// IsUnavailable tells whether an error is a file that cannot be read just now: its disk does not answer, or it cannot be opened.
func IsUnavailable(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrIoErr || e.Code == sqlite3.ErrCantOpen) && !IsUnwritable(err)
}

// IsDamage tells whether an error is what SQLite answers to a file that is not sound.
func IsDamage(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrCorrupt || e.Code == sqlite3.ErrNotADB)
}

// IsDamageInCheck is IsDamage for the error of a check: a sound file lets no rule
// fail to be computed, as one of JSON does where there is none.
func IsDamageInCheck(err error) bool {
	var e sqlite3.Error
	return IsDamage(err) || errors.As(err, &e) && e.Code == sqlite3.ErrError
}

// isErrno tells whether the operating system refused with one of these, to SQLite or to us.
func isErrno(err error, any ...syscall.Errno) bool {
	var e sqlite3.Error
	if errors.As(err, &e) && slices.Contains(any, e.SystemErrno) {
		return true
	}
	var no syscall.Errno
	return errors.As(err, &no) && slices.Contains(any, no)
}
