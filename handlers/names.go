package handlers

import (
	"strconv"
	"strings"
	"unicode/utf8"

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

// optionRow marks in an option's name what was typed, where folding keeps the name's letters apart.
func optionRow(row views.OptionRow, typed string) views.OptionRow {
	row.Before = row.Name
	name, folded, hit := []rune(row.Name), db.SortKey(row.Name), db.SortKey(strings.TrimSpace(typed))
	at := strings.Index(folded, hit)
	if hit == "" || at < 0 || utf8.RuneCountInString(folded) != len(name) {
		return row
	}
	from := utf8.RuneCountInString(folded[:at])
	to := from + utf8.RuneCountInString(hit)
	row.Before, row.Hit, row.After = string(name[:from]), string(name[from:to]), string(name[to:])
	return row
}

// plural is a number with its noun: "1 contact", "4,000 contacts".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// grouped is a number with its thousands apart.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
