package handlers

import (
	"strconv"
	"strings"
)

// splitName takes a typed name apart: the last word is the family name.
func splitName(typed string) (first, last string) {
	found := strings.Fields(typed)
	if len(found) < 2 {
		return typed, ""
	}
	return strings.Join(found[:len(found)-1], " "), found[len(found)-1]
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
