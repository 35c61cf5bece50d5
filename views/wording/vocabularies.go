package wording

import "clientregistry/db"

// ValueChange says what a change of a value did, or is doing. Its values are isolated.
func ValueChange(v db.Vocabulary, c db.ValueChange) string {
	from, to := c.Old, c.New
	if c.Running() {
		said := "Changing " + from + " to " + to
		if c.Kind == "undo" {
			said = "Changing " + from + " back to " + to
		}
		return said + ": " + Grouped(c.Done) + " of " + Plural(c.Expected, v.Of)
	}
	n := Plural(c.Done, v.Of)
	switch c.Kind {
	case "rename":
		return "Renamed " + from + " to " + to + ": " + n
	case "merge":
		return "Merged " + from + " into " + to + ": " + n
	}
	said := "Changed " + from + " back to " + to + ": " + n
	if c.Skipped > 0 {
		said += "; " + Plural(c.Skipped, v.Of) + " had another value by then and kept it"
	}
	return said
}
