package views

import (
	"time"

	"clientregistry/db"
)

// Clock formats times for one person: in their time zone, relative to now.
type Clock struct {
	Zone *time.Location
	Now  time.Time
}

// Time is a moment on a page. Text is absolute; with Relative the script replaces it by "2 h ago"
// if it is recent.
type Time struct {
	ISO, Title, Text string
	Relative         bool
}

// Template names the fragment that shows a time.
func (Time) Template() string { return "_time.html" }

// Date formats the day of a moment: "6 Nov", in other years "6 Nov 2025", and recent ones relative
// to now. It returns nil for the zero time.
func (c Clock) Date(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	layout := "2 Jan"
	if t.In(c.Zone).Year() != c.Now.In(c.Zone).Year() {
		layout = "2 Jan 2006"
	}
	x := c.at(t, layout)
	x.Relative = true
	return x
}

// Hour formats the time of day of a moment under a heading with its day: "10:12".
func (c Clock) Hour(t time.Time) *Time {
	x := c.at(t, "15:04")
	x.Title = ""
	return x
}

// Moment formats a moment with its day: "Today 03:00", "Yesterday 03:00", "Thu 26 Nov 03:00", "Thu
// 26 Nov 2025 03:00".
func (c Clock) Moment(t time.Time) *Time {
	layout := "Mon 2 Jan 2006 15:04"
	if t.In(c.Zone).Year() == c.Now.In(c.Zone).Year() {
		layout = "Mon 2 Jan 15:04"
	}
	x := c.at(t, layout)
	if day := c.Day(t); day == "Today" || day == "Yesterday" {
		x.Text = day + " " + t.In(c.Zone).Format("15:04")
	}
	return x
}

// Short formats a moment as short as is clear: "10:12", on other days "6 Nov 10:12", in other years
// "6 Nov 2025". It returns nil for the zero time.
func (c Clock) Short(t time.Time) *Time { return c.short(t, "15:04") }

// Second is Short to the second.
func (c Clock) Second(t time.Time) *Time { return c.short(t, "15:04:05") }

func (c Clock) short(t time.Time, hour string) *Time {
	switch day := db.DateOf(t.In(c.Zone)); {
	case t.IsZero():
		return nil
	case day == c.Today():
		return c.at(t, hour)
	case day.Year() == c.Today().Year():
		return c.at(t, "2 Jan "+hour)
	}
	return c.at(t, "2 Jan 2006")
}

func (c Clock) at(t time.Time, layout string) *Time {
	local := t.In(c.Zone)
	all := t.UTC().AppendFormat(make([]byte, 0, 64), "2006-01-02T15:04Z")
	iso := len(all)
	all = local.AppendFormat(all, "2 Jan 2006, 15:04")
	title := len(all)
	text := string(local.AppendFormat(all, layout)) // all three texts share it, so that each row of a list allocates once
	return &Time{ISO: text[:iso], Title: text[iso:title], Text: text[title:]}
}

// Day returns the heading of a day in a timeline: "Today", "Yesterday", "Thursday 19 November", "12
// March 2025".
func (c Clock) Day(t time.Time) string {
	day, today := db.DateOf(t.In(c.Zone)), c.Today()
	switch {
	case day == today:
		return "Today"
	case day == today.Add(-1):
		return "Yesterday"
	case day.Year() == today.Year():
		return day.Format("Monday 2 January")
	}
	return day.Format("2 January 2006")
}

// Today returns the current day in the person's time zone.
func (c Clock) Today() db.Date { return db.DateOf(c.Now.In(c.Zone)) }

// Input returns a moment as the value of a datetime-local field, "" for the zero time.
func (c Clock) Input(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(c.Zone).Format(db.LocalTime)
}
