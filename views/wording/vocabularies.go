package wording

import (
	"slices"
	"strings"

	"clientregistry/db"
)

// ValueChange says what a change of a value did, or is doing. Its values are isolated.
func ValueChange(v db.Vocabulary, c db.ValueChange) string {
	from, to := c.Old, c.New
	if c.Running() {
		said := "Changing " + from + " to " + to
		switch {
		case from == to:
			said = "Changing the spelling of " + to
		case c.Kind == "undo":
			said = "Changing " + from + " back to " + to
		}
		return said + ": " + Grouped(c.Done) + " of " + Plural(c.Expected, v.Of)
	}
	n := Plural(c.Done, v.Of)
	if c.ViewsLeft > 0 {
		n += ". " + Plural(c.ViewsLeft, "saved view") + " did not follow, because the filters would be longer than 4,000 characters"
	}
	switch {
	case c.Kind == "rename" && from == to:
		return "Gave " + to + " one spelling: " + n
	case c.Kind == "rename":
		return "Renamed " + from + " to " + to + ": " + n
	case c.Kind == "merge":
		return "Merged " + from + " into " + to + ": " + n
	}
	said := "Changed " + from + " back to " + to + ": " + n
	if from == to {
		said = "Gave " + to + " its spellings back: " + n
	}
	if c.Skipped > 0 {
		said += "; " + Plural(c.Skipped, v.Of) + " had another value by then and kept it"
	}
	return said
}

// Spellings names the other spellings of a value, the first few of them. They are isolated.
func Spellings(others []string) string {
	const most = 5
	said := slices.Clone(others[:min(len(others), most)])
	if more := len(others) - most; more > 0 {
		said = append(said, Grouped(more)+" more")
	}
	return strings.Join(said, ", ")
}
