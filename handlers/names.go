package handlers

import (
	"strings"
)

// splitName splits a typed name: the last word is the family name.
func splitName(typed string) (first, last string) {
	found := strings.Fields(typed)
	if len(found) < 2 {
		return typed, ""
	}
	return strings.Join(found[:len(found)-1], " "), found[len(found)-1]
}
