package wording

import (
	"maps"
	"slices"
	"strings"

	"clientregistry/db"
)

// Refusals says what is wrong with each refused field, a sentence each.
func Refusals(e *db.Invalid) string {
	var all []string
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		all = append(all, e.Fields[field]+".")
	}
	return strings.Join(all, " ")
}

// LookAgain says who changed what somebody wanted to delete, move or mark, in the meantime.
func LookAgain(e *db.Conflict) string {
	return Changer(e) + " changed this meanwhile. Look at it, then do it again."
}

// Changer names who changed a record in the meantime.
func Changer(e *db.Conflict) string {
	if e.By == "" {
		return "Somebody"
	}
	return e.By
}
