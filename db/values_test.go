package db

import (
	"testing"
	"time"
)

func TestAStoredTimeIsReadAsWritten(t *testing.T) {
	t.Parallel()
	for _, at := range []time.Time{
		time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC), time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC),
		time.Date(2028, 2, 29, 23, 59, 59, 1e6, time.UTC), time.Date(2026, 10, 28, 1, 2, 3, 40e6, time.UTC),
	} {
		if read, err := ParseTime(stamp(at)); err != nil || read != at {
			t.Errorf("%s is read as %s, %v", at, read, err)
		}
	}
	for _, text := range []string{
		"", "2026-11-24", "2026-11-24T09:30:00.000", "2026-11-24T09:30:00.000z",
		"2026-13-24T09:30:00.000Z", "2026-00-24T09:30:00.000Z", "2026-02-30T09:30:00.000Z",
		"2026-02-00T09:30:00.000Z", "2026-11-24T24:30:00.000Z", "2026-11-24T09:60:00.000Z",
		"2026-11-24T09:30:60.000Z", "2026-11-24 09:30:00.000Z", "2O26-11-24T09:30:00.000Z",
	} {
		if read, err := ParseTime(text); err == nil {
			t.Errorf("%q is read as %s", text, read)
		}
	}
}
