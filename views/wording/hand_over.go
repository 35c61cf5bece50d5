package wording

import (
	"strings"

	"clientregistry/db"
)

// Owns says what a user has: "Owns 3 organizations and 1 contact, and has 2 open follow-ups". followUps tells whether the
// reader knows of those.
func Owns(o db.Owned, followUps bool) string {
	says := "Owns " + listed("no clients", Counted(o.Organizations, "organization"), Counted(o.Contacts, "contact"))
	if followUps {
		says += ", and has " + listed("no open follow-ups", Counted(o.FollowUps, "open follow-up"))
	}
	return says + "."
}

// HandedOver says what was handed over to somebody, and what was not.
func HandedOver(done db.HandedOver, name string) string {
	given := listed("", Counted(done.Organizations, "organization"), Counted(done.Contacts, "contact"), Counted(done.FollowUps, "follow-up"))
	says := "Handed over to " + name + ": " + given
	if given == "" {
		says = "Nothing was handed over"
	}
	if done.Left > 0 {
		says += ". " + Plural(done.Left, "follow-up") + " " + verb(done.Left, "stays", "stay") + ", because " + name +
			" cannot be given " + verb(done.Left, "it", "them")
	}
	return says
}

// Undone says what was undone of batches: "Undone: 3 organizations and 1 contact".
func Undone(counts ...string) string {
	if what := listed("", counts...); what != "" {
		return "Undone: " + what
	}
	return "Nothing was undone"
}

// Counted counts a noun, as Plural does; it is "" for none.
func Counted(n int, noun string) string {
	if n == 0 {
		return ""
	}
	return Plural(n, noun)
}

// listed joins the parts that are not "" with commas and “and”, or returns none.
func listed(none string, parts ...string) string {
	var some []string
	for _, part := range parts {
		if part != "" {
			some = append(some, part)
		}
	}
	if len(some) == 0 {
		return none
	}
	var says strings.Builder
	for n, part := range some {
		says.WriteString(Between(n, len(some), "") + part)
	}
	return says.String()
}
