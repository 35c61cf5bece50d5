package db

import "time"

// firstDay and lastDay are the limits of every day that people type, whatever
// it is for; a field may have narrower ones.
var (
	firstDay = Date{time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)}
	lastDay  = Date{time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}
)

// FirstDay and LastDay are these limits as a field of type date names them.
var FirstDay, LastDay = firstDay.String(), lastDay.String()

// lastMoment is the last one that is stored: years have four digits.
var lastMoment = time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC)

// Date is a day of the calendar, the same in every time zone.
type Date struct{ midnight time.Time } // in UTC

// DateOf is the day that it is at a moment, in the zone that the moment is in.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
}

// ReadDate reads a day typed as YYYY-MM-DD; ok is false for what is none, and
// beyond FirstDay and LastDay.
func ReadDate(typed string) (d Date, ok bool) {
	t, err := time.Parse(time.DateOnly, typed)
	if err != nil || t.Before(firstDay.midnight) {
		return Date{}, false
	}
	return Date{t}, true
}

// String is the day as YYYY-MM-DD.
func (d Date) String() string { return d.Format(time.DateOnly) }

// Format is the day in a layout of package time.
func (d Date) Format(layout string) string { return d.midnight.Format(layout) }

// Year is the year of the day.
func (d Date) Year() int { return d.midnight.Year() }

// Add is the day some days later.
func (d Date) Add(days int) Date { return Date{d.midnight.AddDate(0, 0, days)} }

// Monday is the first day of its week.
func (d Date) Monday() Date { return d.Add(-(int(d.midnight.Weekday()) + 6) % 7) }

// month is the first day of a month, so many months after its own.
func (d Date) month(after int) Date {
	return Date{time.Date(d.midnight.Year(), d.midnight.Month()+time.Month(after), 1, 0, 0, 0, 0, time.UTC)}
}

// Until is how many days lie between it and another one.
func (d Date) Until(other Date) int { return int(other.midnight.Sub(d.midnight) / (24 * time.Hour)) }

// Start is the first instant of the day in a zone: midnight, or where the clocks
// skip that, what follows it. A day that a zone left out starts where the next one does.
func (d Date) Start(zone *time.Location) time.Time {
	at := d.midnight.Add(-26 * time.Hour).In(zone) // before the day, in every zone
	for {
		_, offset := at.Zone()
		_, end := at.ZoneBounds()
		start := d.midnight.Add(-time.Duration(offset) * time.Second).In(zone)
		if start.Before(at) {
			start = at // the clocks were put over it
		}
		if end.IsZero() || start.Before(end) {
			return start
		}
		at = end
	}
}

// End is the first instant behind the day: the start of the next one.
func (d Date) End(zone *time.Location) time.Time {
	if d == lastDay {
		return lastMoment.In(zone)
	}
	return d.Add(1).Start(zone)
}

// Range is the day in a zone.
func (d Date) Range(zone *time.Location) Range { return Range{d.Start(zone), d.End(zone)} }
