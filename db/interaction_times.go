package db

import (
	"errors"
	"time"

	"clientregistry/db/text"
	"clientregistry/db/times"
)

// ReadTimes resolves the choices of an interaction's form to happened_at and follow_up_due_on, as far as they can be
// read: when is now, hour, morning, evening, or other with happened_at_text; due as ReadDue says, with
// follow_up_due_text. The texts are read as package times does. A filled happened_at or follow_up_due_on wins over
// its choice.
func (d *DB) ReadTimes(by Actor, typed Fields) Fields {
	read, _ := readWhen(by, typed, d.now())
	if next, planned := nextStep(typed); planned {
		if next = d.ReadDue(by, next); next["due_on"] != "" {
			read["follow_up_due_on"] = next["due_on"]
		}
	}
	return read
}

// readWhen resolves when to happened_at, or returns Invalid with that column. Now leaves it empty.
func readWhen(by Actor, typed Fields, now time.Time) (Fields, error) {
	read := typed.with()
	choice := typed["when"]
	if choice == "" || !isEmpty(typed["happened_at"]) {
		return read, nil
	}
	at, err := when(choice, text.PlainDigits(typed["happened_at_text"]), now.In(FormZone(typed["time_zone"], by.zone())))
	if err != nil {
		return read, invalid("happened_at", "%s", err)
	}
	if !at.Equal(now) {
		read["happened_at"] = stamp(at)
	}
	return read, nil
}

// ReadDue resolves the choice of a follow-up's form to due_on if it can be read: due is today, tomorrow, monday, week,
// fortnight, or other with due_text. A filled due_on wins over it.
func (d *DB) ReadDue(by Actor, typed Fields) Fields {
	read, _ := readDue(typed, by.today(d.now()))
	return read
}

func readDue(typed Fields, today Date) (read Fields, err error) {
	choice := typed["due"]
	if choice == "" || !isEmpty(typed["due_on"]) {
		return typed, nil
	}
	day, err := due(choice, text.PlainDigits(typed["due_text"]), today)
	if read = typed.with(); err == nil {
		read["due_on"] = day.String()
	}
	return read, err
}

func when(choice, typed string, now time.Time) (time.Time, error) {
	today := DateOf(now)
	switch choice {
	case "now":
		return now, nil
	case "hour":
		return now.Add(-time.Hour), nil
	case "morning":
		at, err := times.Local(today.midnight.Add(MorningHour*time.Hour), now.Location())
		if at.After(now) {
			return at, messageError("It is not 9:00 yet; choose another time")
		}
		return at, asTimeMessage(err, "")
	case "evening":
		at, err := times.Local(today.Add(-1).midnight.Add(18*time.Hour), now.Location())
		return at, asTimeMessage(err, "")
	case "other":
		at, err := times.When(typed, now)
		return at, asTimeMessage(err, "Enter a time like “yesterday 18:40” or “24 nov 14:00”")
	}
	return now, messageError("Choose when it happened")
}

// MorningHour is the hour that “this morning” means, and from which it can be chosen.
const MorningHour = 9

func due(choice, typed string, today Date) (Date, error) {
	switch choice {
	case "today":
		return today, nil
	case "tomorrow":
		return today.Add(1), nil
	case "monday":
		return today.Monday().Add(7), nil
	case "week":
		return today.Add(7), nil
	case "fortnight":
		return today.Add(14), nil
	case "other":
		day, err := times.Due(typed, today.midnight)
		return Date{day}, asTimeMessage(err, "Enter a day like “next monday” or “in 2 weeks”")
	}
	return today, messageError("Choose when it is due")
}

// asTimeMessage returns why a time was refused; unread is the message for a text in no known form.
func asTimeMessage(err error, unread string) error {
	switch {
	case errors.Is(err, times.ErrSkipped):
		return messageError("The clocks went forward and skipped this time; choose an earlier or a later one")
	case err != nil:
		return messageError(unread)
	}
	return nil
}

// UnderstoodWhen returns the time that a text says an interaction happened, in the time zone of its form. It returns
// Invalid if the text is in no known form or the time cannot be chosen.
func (d *DB) UnderstoodWhen(by Actor, typed, zone string) (time.Time, error) {
	now, in := d.now(), FormZone(zone, by.zone())
	read, err := readWhen(by, Fields{"when": "other", "happened_at_text": typed, "time_zone": zone}, now)
	if err != nil {
		return time.Time{}, err
	}
	at, err := happenedAt(read["happened_at"], time.Time{}, in, now)
	if err != nil {
		return at, invalid("happened_at", "%s", err)
	}
	return at.In(in), nil
}

// UnderstoodDue returns the day that a text says a follow-up is due. It returns Invalid if the text is in no known
// form or the day cannot be chosen.
func (d *DB) UnderstoodDue(by Actor, typed string) (Date, error) {
	today := by.today(d.now())
	day, err := due("other", text.PlainDigits(typed), today)
	message := ""
	if err != nil {
		message = err.Error()
	} else {
		message = refuseDueDay(day.String(), today)
	}
	if message != "" {
		return day, invalid("follow_up_due_on", "%s", message)
	}
	return day, nil
}

// LocalTime is the layout of happened_at in forms: the user's local time, to the minute.
const LocalTime = "2006-01-02T15:04"

// FormZone returns the time zone that a form carries, or the user's own if it carries none or an
// unknown one.
func FormZone(carried string, own *time.Location) *time.Location {
	if zone, err := time.LoadLocation(carried); err == nil && carried != "" && carried != "Local" {
		return zone
	}
	return own
}

// happenedAt parses what was typed: LocalTime, with or without seconds, in the given zone, or RFC
// 3339. "" means now. The time may be at most a day in the future.
func happenedAt(typed string, old time.Time, zone *time.Location, now time.Time) (time.Time, error) {
	typed = text.PlainDigits(typed)
	if typed == "" {
		return now, nil
	}
	if !old.IsZero() && typed == old.In(zone).Format(LocalTime) {
		return old, nil // forms show minutes only, so an untouched value keeps its seconds
	}
	at, err := time.Parse(time.RFC3339, typed)
	for _, layout := range []string{LocalTime, LocalTime + ":05"} { // a fraction of a second is also allowed
		if err == nil {
			break
		}
		wall, unread := time.Parse(layout, typed)
		if err = unread; err != nil {
			continue
		}
		if at, err = times.Local(wall, zone); err != nil {
			return at, asTimeMessage(err, "")
		}
	}
	limit := now.AddDate(0, 0, 1)
	switch {
	case err == nil && !old.IsZero() && at.Equal(old):
		return old, nil // it stays, even if it could not be chosen today
	case err != nil:
		return at, messageError("Enter a day and a time, like " + now.In(zone).Format("2006-01-02 15:04"))
	case at.After(limit):
		return at, messageError("Choose a time up to tomorrow, " + limit.In(zone).Format("2 Jan 15:04"))
	case at.Before(firstDay.Start(zone)):
		return at, messageError("Choose a day from " + firstDay.Format("2 Jan 2006"))
	}
	return at.UTC().Truncate(time.Millisecond), nil
}
