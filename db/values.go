package db

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// newID returns a new UUID of version 7: ids made later sort later.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// ValidID tells whether s has the form of an id, so that anything else need not reach a query.
func ValidID(s string) bool {
	parsed, err := uuid.Parse(s)
	return err == nil && len(s) == 36 && parsed.String() == s
}

// timeFormat is how a moment is stored: UTC, fixed width, so that text order is time order.
const timeFormat = "2006-01-02T15:04:05.000Z"

func stamp(t time.Time) string { return t.UTC().Format(timeFormat) }

// moment scans a stored time; NULL is the zero time.
type moment struct{ to *time.Time }

func (m moment) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		*m.to = time.Time{}
		return nil
	}
	t, err := time.Parse(timeFormat, s)
	*m.to = t
	return err
}

// text scans a column in which NULL means "".
type text struct{ to *string }

func (x text) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*x.to = ""
	case string:
		*x.to = v
	case []byte:
		*x.to = string(v)
	default:
		return fmt.Errorf("a %T where text should be", v)
	}
	return nil
}

// orNull stores "" as NULL.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// ParseTime reads a stored moment, like those in the history.
func ParseTime(s string) (time.Time, error) { return time.Parse(timeFormat, s) }
