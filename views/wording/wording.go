// Package wording says in sentences what the store returns: history, roles,
// batches, interactions. Pages, mail, webhooks and live updates use the same
// words; what becomes of a reference in them is theirs to decide.
package wording

import (
	"strconv"
	"strings"
)

// Segment is a piece of a sentence. One with a kind refers to a record, an
// interaction, a user or a role, by its id; Text is then what that is called.
type Segment struct {
	Text string
	Kind string // organization, contact, interaction, user or role; "" for plain words
	ID   string
}

// Sentence is what is said, piece by piece.
type Sentence []Segment

// String is the sentence as plain text.
func (s Sentence) String() string {
	var text strings.Builder
	for _, x := range s {
		text.WriteString(x.Text)
	}
	return text.String()
}

// Plural is a number with its noun: "1 contact", "4,000 contacts".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Grouped(n) + " " + noun + "s"
}

// Matches says how many of a noun there are, more than n where many: "14
// organizations", "more than 10,000 contacts".
func Matches(n int, many bool, noun string) string {
	if many {
		return "more than " + Grouped(n) + " " + noun + "s"
	}
	return Plural(n, noun)
}

// Grouped is a number with its thousands apart.
func Grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Joined puts a comma between those parts that say anything.
func Joined(parts ...string) string {
	var all []string
	for _, p := range parts {
		if p != "" {
			all = append(all, p)
		}
	}
	return strings.Join(all, ", ")
}

// verb is the form of a verb for a number of records.
func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
