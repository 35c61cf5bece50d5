package db

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db/text"

	"github.com/google/uuid"
)

// newID returns a new UUID of version 7: ids made later sort later.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// ValidID tells whether s has the form of an id, so that anything else need not reach a query.
func ValidID(s string) bool {
	parsed, err := uuid.Parse(s)
	return err == nil && len(s) == 36 && parsed.String() == s
}

// TimeFormat is how a moment is stored: UTC, fixed width, so that text order is time order.
const TimeFormat = "2006-01-02T15:04:05.000Z"

func stamp(t time.Time) string { return t.UTC().Format(TimeFormat) }

// moment scans a stored time; NULL is the zero time.
type moment struct{ to *time.Time }

func (m moment) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		*m.to = time.Time{}
		return nil
	}
	t, err := ParseTime(s)
	*m.to = t
	return err
}

// storedMoment scans a stored time and keeps it as it is stored too.
type storedMoment struct {
	moment
	text *string
}

func (m storedMoment) Scan(v any) error {
	*m.text, _ = v.(string)
	return m.moment.Scan(v)
}

// nullText scans a column in which NULL means "".
type nullText struct{ to *string }

func (x nullText) Scan(v any) error {
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

// byName sorts what has names as lists do, and returns it.
func byName[T any](all []T, name func(T) string) []T {
	slices.SortStableFunc(all, func(a, b T) int { return strings.Compare(text.SortKey(name(a)), text.SortKey(name(b))) })
	return all
}

// isolated sets each of some names apart in a sentence.
func isolated(names []string) (all []string) {
	for _, name := range names {
		all = append(all, text.Isolate(name))
	}
	return all
}

func itself(name string) string { return name }

// stampOrNull stores the zero time, which is never, as NULL.
func stampOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return stamp(t)
}

// ParseTime reads a stored moment, like those in the history. time.Parse reads any
// format and takes three times as long, which a list of fifty rows notices.
func ParseTime(s string) (time.Time, error) {
	const shape = "0000-00-00T00:00:00.000Z"
	var n [8]int // the year, the month and so on, and nothing behind the Z
	field, known := 0, len(s) == len(shape)
	for i := 0; known && i < len(shape); i++ {
		switch c := s[i]; {
		case shape[i] != '0':
			known = c == shape[i]
			field++
		case c < '0' || c > '9':
			known = false
		default:
			n[field] = n[field]*10 + int(c-'0')
		}
	}
	if known && n[1] >= 1 && n[1] <= 12 && n[2] >= 1 && n[2] <= 28 && n[3] < 24 && n[4] < 60 && n[5] < 60 {
		return time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], n[6]*int(time.Millisecond), time.UTC), nil
	}
	return time.Parse(TimeFormat, s)
}
