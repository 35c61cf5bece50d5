package db

import "time"

// firstDay and lastDay limit every day that people type. Fields may have narrower limits.
var (
	firstDay = Date{time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)}
	lastDay  = Date{time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}
)

// FirstDay and LastDay are these limits as YYYY-MM-DD.
var FirstDay, LastDay = firstDay.String(), lastDay.String()

// lastMoment is the last time that can be stored, because years have four digits.
var lastMoment = time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC)

// Date is a calendar day, independent of time zones.
type Date struct{ midnight time.Time } // in UTC

// DateOf returns the day of a time in the time's own zone.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
}

// ReadDate parses YYYY-MM-DD. ok is false if it is malformed or outside FirstDay and LastDay.
func ReadDate(typed string) (d Date, ok bool) {
	t, err := time.Parse(time.DateOnly, typed)
	if err != nil || t.Before(firstDay.midnight) {
		return Date{}, false
	}
	return Date{t}, true
}

// String formats the day as YYYY-MM-DD.
func (d Date) String() string { return d.Format(time.DateOnly) }

// Format formats the day with a layout of package time.
func (d Date) Format(layout string) string { return d.midnight.Format(layout) }

// Year returns the day's year.
func (d Date) Year() int { return d.midnight.Year() }

// Add returns the day that comes days later.
func (d Date) Add(days int) Date { return Date{d.midnight.AddDate(0, 0, days)} }

// Monday returns the Monday of the day's week.
func (d Date) Monday() Date { return d.Add(-(int(d.midnight.Weekday()) + 6) % 7) }

// month returns the first day of the month that comes after months later.
func (d Date) month(after int) Date {
	return Date{time.Date(d.midnight.Year(), d.midnight.Month()+time.Month(after), 1, 0, 0, 0, 0, time.UTC)}
}

// Until returns the number of days from d to other.
func (d Date) Until(other Date) int { return int(other.midnight.Sub(d.midnight) / (24 * time.Hour)) }

// Start returns the first instant of the day in a zone: midnight, or the next instant that exists
// if the clocks skip it. A day that a zone skipped starts when the next one does.
func (d Date) Start(zone *time.Location) time.Time {
	at := d.midnight.Add(-26 * time.Hour).In(zone) // before the day in every zone
	for {
		_, offset := at.Zone()
		_, end := at.ZoneBounds()
		start := d.midnight.Add(-time.Duration(offset) * time.Second).In(zone)
		if start.Before(at) {
			start = at // the clocks skipped it
		}
		if end.IsZero() || start.Before(end) {
			return start
		}
		at = end
	}
}

// End returns the first instant after the day.
func (d Date) End(zone *time.Location) time.Time {
	if d == lastDay {
		return lastMoment.In(zone)
	}
	return d.Add(1).Start(zone)
}

// Range returns the time range of the day in a zone.
func (d Date) Range(zone *time.Location) Range { return Range{d.Start(zone), d.End(zone)} }
