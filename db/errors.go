package db

import (
	"cmp"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
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
	return text.StripIsolates("invalid: " + strings.Join(parts, "; "))
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

// joinInvalid is what two parts of one form were refused for.
func joinInvalid(a, b error) error {
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

// IsFull tells whether an error is a disk without room, see sqlite.IsFull.
func IsFull(err error) bool { return sqlite.IsFull(err) }

// IsReadOnly tells whether an error is a disk that takes no changes, see sqlite.IsReadOnly.
func IsReadOnly(err error) bool { return sqlite.IsReadOnly(err) }

// IsUnavailable tells whether an error is a file that cannot be read just now, see sqlite.IsUnavailable.
func IsUnavailable(err error) bool { return sqlite.IsUnavailable(err) }

// isUnrecordable tells whether an error is the state of the disk or the file, in
// which reading and copying out go on although the history cannot say so.
func isUnrecordable(err error) bool { return sqlite.IsUnwritable(err) || IsDamaged(err) }
