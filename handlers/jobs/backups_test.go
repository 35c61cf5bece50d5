package jobs_test

import (
	"testing"
	"time"

	"clientregistry/handlers/jobs"
)

func TestWhenTheNightsBackupIsDue(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ at, now, last, next string }{
		{"03:00", "2026-11-24 03:00", "2026-11-24 03:00", "2026-11-25 03:00"},
		{"03:00", "2026-11-24 02:59", "2026-11-23 03:00", "2026-11-24 03:00"},
		{"03:00", "2026-03-01 00:00", "2026-02-28 03:00", "2026-03-01 03:00"},
		{"23:59", "2026-01-01 12:00", "2025-12-31 23:59", "2026-01-01 23:59"},
		{"02:30", "2026-03-29 12:00", "2026-03-29 03:30", "2026-03-30 02:30"}, // 02:30 does not exist that night
		{"00:00", "2026-11-24 00:00", "2026-11-24 00:00", "2026-11-25 00:00"},
	} {
		var at jobs.DailyTime
		if err := at.UnmarshalText([]byte(x.at)); err != nil {
			t.Fatal(err)
		}
		now, err := time.ParseInLocation("2006-01-02 15:04", x.now, zone)
		if err != nil {
			t.Fatal(err)
		}
		if last := at.Last(now).Format("2006-01-02 15:04"); last != x.last {
			t.Errorf("%s at %s: %s, want %s", x.at, x.now, last, x.last)
		}
		if next := at.Next(now).Format("2006-01-02 15:04"); next != x.next {
			t.Errorf("%s after %s: %s, want %s", x.at, x.now, next, x.next)
		}
	}
}
