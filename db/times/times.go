// Package times reads days and times as people type them.
//
// These are the forms; capitals, commas and "at" or "on" before a part do not matter.
//
//	now, an hour ago, 2 hours ago, half an hour ago, 20 minutes ago, 20 min ago      When
//	9, 9:30, 9.30, 14h, 9am, 9:30 pm, noon, this morning, this evening               When, today
//	DAY, DAY TIME                                                                    When
//	DAY                                                                              Due
//
// A DAY is one of:
//
//	today, yesterday, tomorrow, the day before yesterday, the day after tomorrow
//	mon, monday               for When the last one, for Due the next one
//	last monday               When; never today
//	next monday, next week    Due; a week begins on Monday
//	3 days ago, a week ago, 2 weeks ago, a month ago        When
//	in 3 days, in a week, in 2 weeks, in a month, +3d, +2w, +1m      Due
//	24 nov, 24 november 2026, nov 24, 24.11., 24.11.2026, 2026-11-24; with a time also 2026-11-24T14:00
//
// A TIME is 9, 9:30, 9.30, 14h, 9am, 9:30 pm, noon, morning (9:00), afternoon (15:00) or evening (18:00). Without
// one, When takes the present time of day. A date without a year is for When the last one up to tomorrow, and for
// Due the next one from today.
package times

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrUnread is returned for a text that is none of the forms, ErrSkipped for a time that the clocks skip.
var (
	ErrUnread  = errors.New("not a form of a time")
	ErrSkipped = errors.New("the clocks skip this time")
)

// When reads a time in the zone of now. A time that happens twice is the first. It returns ErrUnread or ErrSkipped.
func When(typed string, now time.Time) (time.Time, error) {
	words := split(typed)
	if len(words) == 1 && words[0] == "now" {
		return now, nil
	}
	if d, ok := durationAgo(words); ok {
		return now.Add(-d), nil
	}
	today := dayOf(now)
	day, rest, ok := readDay(words, today, back)
	if !ok {
		day, rest = today, words
	}
	clock := time.Duration(now.Hour())*time.Hour + time.Duration(now.Minute())*time.Minute
	if len(rest) > 0 {
		var read bool
		if clock, read = readClock(rest); !read {
			return time.Time{}, ErrUnread
		}
	} else if !ok {
		return time.Time{}, ErrUnread
	}
	at, err := Local(day.Add(clock), now.Location())
	if _, weekday := weekdays[words[0]]; weekday && day.Equal(today) && day.Add(clock).After(wallOf(now)) {
		at, err = Local(day.AddDate(0, 0, -7).Add(clock), now.Location())
	}
	return at, err
}

// Due reads a day that is to come. today and the day returned are midnights in UTC. It returns ErrUnread.
func Due(typed string, today time.Time) (time.Time, error) {
	day, rest, ok := readDay(split(typed), today, forward)
	if !ok || len(rest) > 0 {
		return time.Time{}, ErrUnread
	}
	return day, nil
}

// Local returns the first moment at which the clocks of a zone show what wall shows in UTC, or ErrSkipped.
func Local(wall time.Time, zone *time.Location) (time.Time, error) {
	at := wall.Add(-26 * time.Hour).In(zone) // before that time in every zone
	for {
		_, offset := at.Zone()
		_, end := at.ZoneBounds()
		t := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		switch {
		case t.Before(at):
			return time.Time{}, ErrSkipped
		case end.IsZero() || t.Before(end):
			return t, nil
		}
		at = end
	}
}

// dayOf returns the day of a time in its own zone, as midnight in UTC.
func dayOf(t time.Time) time.Time { return wallOf(t).Truncate(24 * time.Hour) }

// wallOf returns what the clocks show at a time, in UTC.
func wallOf(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

func split(typed string) []string {
	if len(typed) > 100 {
		return nil
	}
	var words []string
	for _, word := range strings.Fields(strings.ReplaceAll(strings.ToLower(typed), ",", " ")) {
		if m := isoTime.FindStringSubmatch(word); m != nil {
			words = append(words, m[1:]...)
		} else if word != "at" && word != "on" && word != "the" {
			words = append(words, word)
		}
	}
	return words
}

type direction int

const (
	back    direction = -1
	forward direction = 1
)

var (
	weekdays = named("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
	months   = named("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
	clocks   = map[string]time.Duration{
		"morning": 9 * time.Hour, "noon": 12 * time.Hour, "afternoon": 15 * time.Hour, "evening": 18 * time.Hour,
	}

	isoTime   = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})t(\d{2}:\d{2})$`)
	isoDate   = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})$`)
	dotted    = regexp.MustCompile(`^(\d{1,2})\.(\d{1,2})\.(\d{4})?$`)
	ordinal   = regexp.MustCompile(`^(\d{1,2})(?:\.|st|nd|rd|th)?$`)
	ahead     = regexp.MustCompile(`^\+(\d{1,3})([dwm])$`)
	timeOfDay = regexp.MustCompile(`^(\d{1,2})(?:[:.](\d{2})|h)?(am|pm)?$`)
	counted   = regexp.MustCompile(`^\d{1,3}$`)
	year      = regexp.MustCompile(`^\d{4}$`)
)

// named numbers names and what they are shortened to.
func named(names ...string) map[string]int {
	all := map[string]int{}
	for i, name := range names {
		all[name], all[name[:3]] = i, i
		if len(name) > 4 {
			all[name[:4]] = i // tues, thur, sept
		}
	}
	return all
}

// durationAgo reads hours and minutes ago.
func durationAgo(words []string) (time.Duration, bool) {
	if len(words) == 4 && words[0] == "half" {
		return 30 * time.Minute, strings.Join(words, " ") == "half an hour ago"
	}
	if len(words) != 3 || words[2] != "ago" {
		return 0, false
	}
	n, ok := count(words[0])
	unit := map[string]time.Duration{"hour": time.Hour, "minute": time.Minute, "min": time.Minute}[strings.TrimSuffix(words[1], "s")]
	return time.Duration(n) * unit, ok && unit > 0
}

func count(word string) (int, bool) {
	if word == "a" || word == "an" {
		return 1, true
	}
	n, _ := strconv.Atoi(word)
	return n, counted.MatchString(word)
}

// readDay reads a day from the first words and returns the others.
func readDay(words []string, today time.Time, to direction) (day time.Time, rest []string, ok bool) {
	if len(words) == 0 {
		return day, nil, false
	}
	rest = words[1:]
	switch words[0] {
	case "today":
		return today, rest, true
	case "this":
		return today, rest, to == back && len(rest) > 0 && clocks[rest[0]] > 0
	case "yesterday":
		return today.AddDate(0, 0, -1), rest, true
	case "tomorrow":
		return today.AddDate(0, 0, 1), rest, true
	case "day":
		if len(rest) > 1 && rest[0]+" "+rest[1] == "before yesterday" {
			return today.AddDate(0, 0, -2), rest[2:], true
		}
		return today.AddDate(0, 0, 2), after(rest, 2), len(rest) > 1 && rest[0]+" "+rest[1] == "after tomorrow"
	case "last", "next":
		return besideToday(words, today, to)
	case "in":
		if to == forward && len(words) > 2 {
			day, ok = step(words[1], words[2], today, to)
		}
		return day, after(words, 3), ok
	}
	if weekday, ok := weekdays[words[0]]; ok {
		return nearest(weekday, today, to), rest, true
	}
	if m := ahead.FindStringSubmatch(words[0]); m != nil {
		day, ok = step(m[1], map[string]string{"d": "day", "w": "week", "m": "month"}[m[2]], today, to)
		return day, rest, ok && to == forward
	}
	if to == back && len(words) > 2 && words[2] == "ago" {
		day, ok = step(words[0], words[1], today, to)
		return day, words[3:], ok
	}
	return readDate(words, today, to)
}

func after(words []string, n int) []string { return words[min(n, len(words)):] }

// besideToday reads "last monday", "next monday" and "next week".
func besideToday(words []string, today time.Time, to direction) (day time.Time, rest []string, ok bool) {
	if len(words) < 2 || (words[0] == "next") != (to == forward) {
		return day, nil, false
	}
	weekday, ok := weekdays[words[1]]
	if words[1] == "week" && to == forward {
		weekday, ok = int(time.Monday), true
	}
	if day = nearest(weekday, today, to); day.Equal(today) {
		day = day.AddDate(0, 0, -7)
	}
	return day, words[2:], ok
}

// nearest returns the last such weekday up to today, or the next one after it.
func nearest(weekday int, today time.Time, to direction) time.Time {
	if to == back {
		return today.AddDate(0, 0, -((int(today.Weekday()) - weekday + 7) % 7))
	}
	return today.AddDate(0, 0, (weekday-int(today.Weekday())+6)%7+1)
}

// step counts days, weeks or months from today. A month that is too short has its last day.
func step(n, unit string, today time.Time, to direction) (day time.Time, ok bool) {
	amount, ok := count(n)
	amount *= int(to)
	switch strings.TrimSuffix(unit, "s") {
	case "day":
		return today.AddDate(0, 0, amount), ok
	case "week":
		return today.AddDate(0, 0, 7*amount), ok
	case "month":
		if day = today.AddDate(0, amount, 0); day.Day() != today.Day() {
			day = day.AddDate(0, 0, -day.Day())
		}
		return day, ok
	}
	return day, false
}

func readDate(words []string, today time.Time, to direction) (day time.Time, rest []string, ok bool) {
	if m := isoDate.FindStringSubmatch(words[0]); m != nil {
		day, ok = date(number(m[1]), number(m[2]), number(m[3]))
		return day, words[1:], ok
	}
	if m := dotted.FindStringSubmatch(words[0]); m != nil {
		day, ok = dateNear(m[3], number(m[2]), number(m[1]), today, to)
		return day, words[1:], ok
	}
	if len(words) < 2 {
		return day, nil, false
	}
	d, m := words[0], strings.TrimSuffix(words[1], ".")
	if _, ok := months[m]; !ok {
		d, m = words[1], strings.TrimSuffix(words[0], ".")
	}
	month, named := months[m]
	found := ordinal.FindStringSubmatch(d)
	if !named || found == nil {
		return day, nil, false
	}
	in, rest := "", words[2:]
	if len(rest) > 0 && year.MatchString(rest[0]) {
		in, rest = rest[0], rest[1:]
	}
	day, ok = dateNear(in, month+1, number(found[1]), today, to)
	return day, rest, ok
}

// dateNear returns a date of a year or, if that is "", the nearest one in a direction.
func dateNear(in string, month, d int, today time.Time, to direction) (day time.Time, ok bool) {
	if in != "" {
		return date(number(in), month, d)
	}
	for n := range 10 { // the 29th of February is that rare
		y := today.Year() + n
		if to == back {
			y = today.Year() + 1 - n
		}
		day, ok = date(y, month, d)
		if ok && (to == back && !day.After(today.AddDate(0, 0, 1)) || to == forward && !day.Before(today)) {
			return day, true
		}
	}
	return time.Time{}, false
}

func date(year, month, d int) (day time.Time, ok bool) {
	day = time.Date(year, time.Month(month), d, 0, 0, 0, 0, time.UTC)
	return day, int(day.Month()) == month && day.Day() == d
}

// readClock reads a time of day from all the words.
func readClock(words []string) (time.Duration, bool) {
	if at, ok := clocks[words[0]]; ok {
		return at, len(words) == 1
	}
	m := timeOfDay.FindStringSubmatch(strings.Join(words, ""))
	if m == nil || len(words) > 2 || len(words) == 2 && words[1] != "am" && words[1] != "pm" {
		return 0, false
	}
	hour, minute := number(m[1]), number(m[2])
	if m[3] != "" {
		if hour < 1 || hour > 12 {
			return 0, false
		}
		if hour %= 12; m[3] == "pm" {
			hour += 12
		}
	}
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute, hour < 24 && minute < 60
}

// number reads digits that an expression has matched; none are 0.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
