package sqlite

import (
	"errors"
	"slices"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// IsUnique reports whether an error is a violation of a unique index.
func IsUnique(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.ExtendedCode == sqlite3.ErrConstraintUnique || e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey)
}

// IsFull reports whether an error is a full disk, whether for the database or another file.
func IsFull(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && e.Code == sqlite3.ErrFull || isErrno(err, syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG)
}

// IsReadOnly reports whether an error is a disk, folder or file that cannot be written, other than
// because the disk is full.
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

// IsUnwritable reports whether an error is a full or read-only disk. Reading still works.
func IsUnwritable(err error) bool { return IsFull(err) || IsReadOnly(err) }

// IsUnavailable reports whether an error is a file that cannot be read right now, because it cannot
// be opened or its disk does not respond.
func IsUnavailable(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrIoErr || e.Code == sqlite3.ErrCantOpen) && !IsUnwritable(err)
}

// IsDamage reports whether an error is SQLite's for a damaged file.
func IsDamage(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrCorrupt || e.Code == sqlite3.ErrNotADB)
}

// IsDamageInCheck is IsDamage for the error of a check. Damage can also make a constraint fail to
// compute, such as one on JSON.
func IsDamageInCheck(err error) bool {
	var e sqlite3.Error
	return IsDamage(err) || errors.As(err, &e) && e.Code == sqlite3.ErrError
}

// isErrno reports whether an error is one of these of the operating system, for SQLite or for us.
func isErrno(err error, any ...syscall.Errno) bool {
	var e sqlite3.Error
	if errors.As(err, &e) && slices.Contains(any, e.SystemErrno) {
		return true
	}
	var no syscall.Errno
	return errors.As(err, &no) && slices.Contains(any, no)
}
