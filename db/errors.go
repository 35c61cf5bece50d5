package db

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-sqlite3"
)

var (
	// ErrNotFound is the answer for what does not exist and for what the actor may not see.
	ErrNotFound = errors.New("not found")
	// ErrForbidden is the answer where the actor sees the record but may not do this.
	ErrForbidden = errors.New("forbidden")
	// ErrSignIn is the one answer to a wrong email, a wrong password and a closed account.
	ErrSignIn = errors.New("wrong email or password")
)

// Invalid refuses a change: per column the message for the person who typed it.
type Invalid struct {
	Fields map[string]string
	// Taken is the contact that has the email already, if the actor may see it.
	Taken *Contact
	// Linked is the link that exists already.
	Linked *Link
}

func (e *Invalid) Error() string {
	var parts []string
	for column, message := range e.Fields {
		parts = append(parts, column+": "+message)
	}
	sort.Strings(parts)
	return "invalid: " + strings.Join(parts, "; ")
}

func invalid(column, message string, args ...any) *Invalid {
	return &Invalid{Fields: map[string]string{column: fmt.Sprintf(message, args...)}}
}

// add refuses one more column; "" is no message.
func (e *Invalid) add(column, message string) {
	if message != "" {
		e.Fields[column] = message
	}
}

// together is what two parts of one form were refused for.
func together(a, b error) error {
	var first, second *Invalid
	if !errors.As(a, &first) || !errors.As(b, &second) {
		return cmp.Or(a, b)
	}
	for column, message := range second.Fields {
		first.add(column, message)
	}
	return a
}

// Conflict refuses a change made on an older version of the record.
type Conflict struct {
	By string    // full name of who changed it last, "" if unknown
	At time.Time // when
	// Untouched are the columns that others changed and that were sent as they
	// had been: what was typed says nothing about them.
	Untouched []string
}

func (e *Conflict) Error() string { return "changed meanwhile by " + e.By }

func isUnique(err error) bool {
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

// isUnrecordable tells whether an error is the state of the disk or the file, in
// which reading and copying out go on although the history cannot say so.
func isUnrecordable(err error) bool { return IsUnwritable(err) || IsDamaged(err) }

// IsUnavailable tells whether an error is a file that cannot be read just now: its disk does not answer, or it cannot be opened.
func IsUnavailable(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrIoErr || e.Code == sqlite3.ErrCantOpen) && !IsUnwritable(err)
}

// isDamage tells whether an error is what SQLite answers to a file that is not sound.
func isDamage(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrCorrupt || e.Code == sqlite3.ErrNotADB)
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
