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
	// ErrNotFound is returned for what does not exist and for what the actor may not see.
	ErrNotFound = errors.New("not found")
	// ErrForbidden is returned if the actor may not do something.
	ErrForbidden = errors.New("forbidden")
	// ErrSignIn is returned alike for a wrong email, a wrong password and a disabled account.
	ErrSignIn = errors.New("wrong email or password")
)

// Invalid refuses a change, with a message for each refused column.
type Invalid struct {
	Fields map[string]string
	// Taken is the contact that already has the email, if the actor sees it.
	Taken *Contact
	// Linked is the existing link.
	Linked *Link
	// Planned is the ID of the interaction's open next step.
	Planned string
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

// add adds a message for a column, unless it is empty.
func (e *Invalid) add(column, message string) {
	if message != "" {
		e.Fields[column] = message
	}
}

// joinInvalid merges the errors of two parts of a form. If one of them is not Invalid, it returns
// the first error.
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

// Conflict refuses a change made on an outdated version of a record.
type Conflict struct {
	By string    // full name of who last changed it, or "" if unknown
	At time.Time // when
	// Untouched lists columns that others changed while this form sent their old value back, and Both those that both
	// changed. Columns in neither were only changed here. All are in Both if the history does not say.
	Untouched, Both []string
}

func (e *Conflict) Error() string { return "changed in the meantime by " + e.By }

// IsFull reports whether the disk is full, see sqlite.IsFull.
func IsFull(err error) bool { return sqlite.IsFull(err) }

// IsReadOnly reports whether the disk cannot be written to, see sqlite.IsReadOnly.
func IsReadOnly(err error) bool { return sqlite.IsReadOnly(err) }

// IsUnavailable reports whether the file cannot be read right now, see sqlite.IsUnavailable.
func IsUnavailable(err error) bool { return sqlite.IsUnavailable(err) }

// isUnrecordable reports whether an audit row could not be written because of the disk or a damaged
// file. Reading and exporting work nevertheless.
func isUnrecordable(err error) bool { return sqlite.IsUnwritable(err) || IsDamaged(err) }
