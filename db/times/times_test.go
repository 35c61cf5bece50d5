package times_test

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata"

	"clientregistry/db/times"
)

const minute = "2006-01-02 15:04"

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func local(t testing.TB, in, at string) time.Time {
	t.Helper()
	now, err := time.ParseInLocation(minute, at, zone(t, in))
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// Thursday 26 November 2026, ten past eleven.
const thursday = "2026-11-26 11:10"

func TestTimesAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"now": thursday, "NOW": thursday, "an hour ago": "2026-11-26 10:10", "2 hours ago": "2026-11-26 09:10",
		"half an hour ago": "2026-11-26 10:40", "20 minutes ago": "2026-11-26 10:50", "5 min ago": "2026-11-26 11:05",
		"9": "2026-11-26 09:00", "at 9:30": "2026-11-26 09:30", "9.30": "2026-11-26 09:30", "14h": "2026-11-26 14:00", "noon": "2026-11-26 12:00",
		"9am": "2026-11-26 09:00", "9:30 pm": "2026-11-26 21:30", "12am": "2026-11-26 00:00", "12 pm": "2026-11-26 12:00",
		"this morning": "2026-11-26 09:00", "today 9": "2026-11-26 09:00", "today at 9": "2026-11-26 09:00", "today": thursday,
		"yesterday 18:40": "2026-11-25 18:40", "Yesterday, 18.40": "2026-11-25 18:40", "yesterday evening": "2026-11-25 18:00",
		"yesterday": "2026-11-25 11:10", "the day before yesterday 8": "2026-11-24 08:00", "tomorrow 9": "2026-11-27 09:00",
		"mon 9": "2026-11-23 09:00", "monday 9:30": "2026-11-23 09:30", "on Monday at 9": "2026-11-23 09:00", "Tues 8": "2026-11-24 08:00",
		"thu 9": "2026-11-26 09:00", "thu 18": "2026-11-19 18:00", "last thursday 9": "2026-11-19 09:00", "fri": "2026-11-20 11:10",
		"3 days ago": "2026-11-23 11:10", "3 days ago 14:00": "2026-11-23 14:00", "a week ago": "2026-11-19 11:10",
		"2 weeks ago at 9": "2026-11-12 09:00", "a month ago": "2026-10-26 11:10",
		"24 nov 14:00": "2026-11-24 14:00", "24. November 14:00": "2026-11-24 14:00", "nov 24 2pm": "2026-11-24 14:00",
		"24 nov 2025 14:00": "2025-11-24 14:00", "24th nov 14": "2026-11-24 14:00", "24.11. 14:00": "2026-11-24 14:00",
		"24.11.2025 14:00": "2025-11-24 14:00", "2026-11-24 14:00": "2026-11-24 14:00",
		"2026-11-24": "2026-11-24 11:10", "2026-11-24T14:00": "2026-11-24 14:00",
		"24 dec 9": "2025-12-24 09:00", "27 nov 9": "2026-11-27 09:00", "29 feb 9": "2024-02-29 09:00", "1 sept 9": "2026-09-01 09:00",
	} {
		for _, in := range []string{"Europe/Berlin", "Pacific/Kiritimati", "America/St_Johns"} {
			got, err := times.When(typed, local(t, in, thursday))
			if err != nil || got.Format(minute) != want {
				t.Errorf("%q in %s: %s, %v, want %s", typed, in, got.Format(minute), err, want)
			}
		}
	}
	for _, typed := range []string{
		"", " ", "x", "ago", "days ago", "3 days", "yesterday 25:00", "yesterday 9:61", "13pm", "0am", "30 feb", "31.11.", "2026-13-01",
		"in 2 weeks", "next monday", "+3d", "yesterday yesterday", "mon tue", "9 10", "this", "this 9", "last", "last week", "-1 days ago",
		"9999999999 days ago", "nov", "24", "24/11", "now 9", "half an hour", "12 34 56", "٣", "day", "day after", "noon 9",
	} {
		if got, err := times.When(typed, local(t, "Europe/Berlin", thursday)); !errors.Is(err, times.ErrUnread) {
			t.Errorf("%q: %s, %v", typed, got, err)
		}
	}
}

func TestDaysAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"today": "2026-11-26", "Tomorrow": "2026-11-27", "the day after tomorrow": "2026-11-28", "yesterday": "2026-11-25",
		"mon": "2026-11-30", "next monday": "2026-11-30", "fri": "2026-11-27",
		"on friday": "2026-11-27", "thu": "2026-12-03", "next thu": "2026-12-03",
		"wed": "2026-12-02", "next week": "2026-11-30", "in 3 days": "2026-11-29", "in a week": "2026-12-03", "in 2 weeks": "2026-12-10",
		"in a month": "2026-12-26", "in 3 months": "2027-02-26", "+3d": "2026-11-29", "+2w": "2026-12-10", "+1m": "2026-12-26",
		"24 nov": "2027-11-24", "26 nov": "2026-11-26", "24 dec": "2026-12-24", "dec 24": "2026-12-24", "24.12.": "2026-12-24",
		"24.12.2027": "2027-12-24", "2027-01-31": "2027-01-31", "29 feb": "2028-02-29", "24 Dec 2028": "2028-12-24",
	} {
		got, err := times.Due(typed, time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC))
		if err != nil || got.Format(time.DateOnly) != want {
			t.Errorf("%q: %s, %v, want %s", typed, got, err, want)
		}
	}
	for _, typed := range []string{
		"", "3 days ago", "last monday", "fri 9", "9", "in 9", "in", "+", "+3", "in 2 hours", "soon", "24 24", "in 2 weeks 9",
	} {
		if got, err := times.Due(typed, time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)); !errors.Is(err, times.ErrUnread) {
			t.Errorf("%q: %s, %v", typed, got, err)
		}
	}
	got, _ := times.Due("in a month", time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC))
	if got.Format(time.DateOnly) != "2027-02-28" {
		t.Errorf("a month after 31 January is %s", got)
	}
}

func TestTimesAroundAChangeOfTheClocks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, now, typed, want string }{
		{"Europe/Berlin", "2026-03-29 12:00", "2:30", ""},
		{"Europe/Berlin", "2026-03-29 12:00", "today 1:59", "2026-03-29T01:59:00+01:00"},
		{"Europe/Berlin", "2026-03-29 12:00", "today 3", "2026-03-29T03:00:00+02:00"},
		{"Europe/Berlin", "2026-03-29 03:30", "an hour ago", "2026-03-29T01:30:00+01:00"},
		{"Europe/Berlin", "2026-03-30 02:30", "yesterday", ""},
		{"Europe/Berlin", "2026-10-25 12:00", "2:30", "2026-10-25T02:30:00+02:00"},
		{"Europe/Berlin", "2026-10-26 02:30", "yesterday", "2026-10-25T02:30:00+02:00"},
		{"America/New_York", "2026-03-09 12:00", "yesterday 2:15", ""},
		{"America/New_York", "2026-11-02 12:00", "yesterday 1:15", "2026-11-01T01:15:00-04:00"},
		{"America/New_York", "2026-11-01 12:00", "12 hours ago", "2026-11-01T01:00:00-04:00"},
		{"America/Santiago", "2026-09-06 12:00", "today 0:30", ""},
		{"America/Santiago", "2026-09-06 12:00", "today 1", "2026-09-06T01:00:00-03:00"},
		{"America/Santiago", "2026-04-05 12:00", "yesterday 23:30", "2026-04-04T23:30:00-03:00"},
		{"Pacific/Apia", "2011-12-31 12:00", "yesterday 9", ""}, // a day that was skipped
		{"Australia/Lord_Howe", "2026-10-04 12:00", "2:15", ""},
		{"Australia/Lord_Howe", "2026-04-05 12:00", "1:45", "2026-04-05T01:45:00+11:00"},
	} {
		got, err := times.When(c.typed, local(t, c.in, c.now))
		if c.want == "" {
			if !errors.Is(err, times.ErrSkipped) {
				t.Errorf("%q in %s: %s, %v, want that the clocks skip it", c.typed, c.in, got, err)
			}
		} else if err != nil || got.Format(time.RFC3339) != c.want {
			t.Errorf("%q in %s: %s, %v, want %s", c.typed, c.in, got.Format(time.RFC3339), err, c.want)
		}
	}
}

func FuzzAnyTextIsATimeOrRefused(f *testing.F) {
	for _, typed := range []string{
		"", "yesterday 18:40", "mon 9", "24.11. 14:00", "29 feb", "in 2 weeks", "+3d", "999 months ago", "half", "this", "the day", "last",
		"next week", "2026-11-24 2:30", "0000-00-00", "99.99.9999", "1 jan 0000", "9999-12-31 23:59", "at on at", "\x00", "\xff", "ago ago ago",
	} {
		f.Add(typed, int64(1795000000))
	}
	berlin := zone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, typed string, now int64) {
		at := time.Unix(now%(1<<36), 0).In(berlin)
		if got, err := times.When(typed, at); err == nil {
			if _, err := times.Due(got.Format(time.DateOnly), at.UTC().Truncate(24*time.Hour)); err != nil && got.Year() > 0 && got.Year() < 10000 {
				t.Errorf("%q is %s, whose day is none", typed, got)
			}
		} else if !errors.Is(err, times.ErrUnread) && !errors.Is(err, times.ErrSkipped) {
			t.Error(err)
		}
		if day, err := times.Due(typed, at.UTC().Truncate(24*time.Hour)); err == nil && !day.Equal(day.Truncate(24*time.Hour)) {
			t.Errorf("%q is %s, which is no day", typed, day)
		}
	})
}
