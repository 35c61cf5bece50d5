package handlers

import (
	"strconv"
	"strings"

	"clientregistry/db"
	"clientregistry/views"
)

// splitName takes a typed name apart: the last word is the family name.
func splitName(typed string) (first, last string) {
	found := strings.Fields(typed)
	if len(found) < 2 {
		return typed, ""
	}
	return strings.Join(found[:len(found)-1], " "), found[len(found)-1]
}

// optionRow marks in an option's name what was typed, where the name holds it letter for letter.
func optionRow(row views.OptionRow, typed string) views.OptionRow {
	row.Before = row.Name
	name, hit := []rune(row.Name), []rune(strings.TrimSpace(typed))
	for at := 0; len(hit) > 0 && at+len(hit) <= len(name); at++ {
		if db.SortKey(string(name[at:at+len(hit)])) == db.SortKey(string(hit)) {
			row.Before, row.Hit, row.After = string(name[:at]), string(name[at:at+len(hit)]), string(name[at+len(hit):])
			break
		}
	}
	return row
}

// plural is a number with its noun: "1 contact", "4 contacts".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
