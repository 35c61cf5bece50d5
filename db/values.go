package db

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db/text"

	"github.com/google/uuid"
)

// newID returns a new UUID, version 7, so that later IDs sort later.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// ValidID reports whether s has the form of an ID. Anything else need not reach a query.
func ValidID(s string) bool {
	parsed, err := uuid.Parse(s)
	return err == nil && len(s) == 36 && parsed.String() == s
}

// TimeFormat is the stored form of a time: UTC and of fixed width, so that it sorts as text.
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

// storedMoment scans a stored time both as a time and as text.
type storedMoment struct {
	moment
	text *string
}

func (m storedMoment) Scan(v any) error {
	*m.text, _ = v.(string)
	return m.moment.Scan(v)
}

// nullText scans a column and turns NULL into "".
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

// orNull returns nil for "", to store it as NULL.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// byName sorts by name, in the order of lists, and returns the slice.
func byName[T any](all []T, name func(T) string) []T {
	slices.SortStableFunc(all, func(a, b T) int { return strings.Compare(text.SortKey(name(a)), text.SortKey(name(b))) })
	return all
}

// isolateAll wraps each name so that its direction does not affect a sentence.
func isolateAll(names []string) (all []string) {
	for _, name := range names {
		all = append(all, text.Isolate(name))
	}
	return all
}

func itself(name string) string { return name }

// stampOrNull returns nil for the zero time, to store it as NULL.
func stampOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return stamp(t)
}

// ParseTime parses a time in TimeFormat. It is three times as fast as time.Parse, which matters in
// a list of fifty rows.
func ParseTime(s string) (time.Time, error) {
	const shape = "0000-00-00T00:00:00.000Z"
	var n [8]int // year, month and so on; the last one stays unused behind the Z
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
