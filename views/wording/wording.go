// Package wording puts what the store returns into sentences: history, roles, batches,
// interactions. Pages, mail, webhooks and live updates share them; each decides what to do with a
// reference.
package wording

import (
	"strconv"
	"strings"
)

// Part is a part of a sentence. With Kind it refers to a record, an interaction, a user or a
// role by id, and Text is its name.
type Part struct {
	Text string
	Kind string // organization, contact, interaction, user or role; "" for plain text
	ID   string
}

// Sentence is a list of parts.
type Sentence []Part

// String returns the sentence as plain text.
func (s Sentence) String() string {
	var text strings.Builder
	for _, x := range s {
		text.WriteString(x.Text)
	}
	return text.String()
}

// Plural returns a number with its noun: "1 contact", "4,000 contacts".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Grouped(n) + " " + noun + "s"
}

// Matches counts a noun, as more than n if many is true: "14 organizations", "more than 10,000
// contacts". It is "" if there may be some, but none was found so far.
func Matches(n int, many bool, noun string) string {
	switch {
	case n == 0 && many:
		return ""
	case many:
		return "more than " + Grouped(n) + " " + noun + "s"
	default:
		return Plural(n, noun)
	}
}

// Number is Matches without a noun: "14", "10,000+".
func Number(n int, many bool) string {
	switch {
	case n == 0 && many:
		return ""
	case many:
		return Grouped(n) + "+"
	default:
		return Grouped(n)
	}
}

// Grouped separates the thousands of a number.
func Grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Joined joins the non-empty parts with commas.
func Joined(parts ...string) string {
	var all []string
	for _, p := range parts {
		if p != "" {
			all = append(all, p)
		}
	}
	return strings.Join(all, ", ")
}

// ArchivedOf says which client of a follow-up is archived, or "" for none.
func ArchivedOf(organization, contact bool) string {
	switch {
	case organization && contact:
		return "organization and contact archived"
	case organization:
		return "organization archived"
	case contact:
		return "contact archived"
	}
	return ""
}

// verb returns the form of a verb for a number of records.
func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
