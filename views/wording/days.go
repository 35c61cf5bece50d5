package wording

import "clientregistry/db"

// Span puts a range of days in words: "from 2 Nov 2026", "2 Nov 2026 – 6 Nov 2026". Either day may
// be "".
func Span(from, to string) string {
	short := func(day string) string {
		d, _ := db.ReadDate(day)
		return d.Format("2 Jan 2006")
	}
	switch {
	case from == to:
		return short(from)
	case to == "":
		return "from " + short(from)
	case from == "":
		return "up to " + short(to)
	}
	return short(from) + " – " + short(to)
}
