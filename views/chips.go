package views

import "strings"

// Chip is a filter, shown as a menu of links or, with Pick, as a popover of boxes to tick.
type Chip struct {
	Key, Value string // Value is "" while unset
	Alone      bool   // whether Value needs no Key before it
	Options    []Option
	Pick       *Pick
	Remove     string // address without the filter
	Target     string // selector that htmx replaces; "" loads the page
}

// InWords says what the filter finds, like "Sector is Energy".
func (c Chip) InWords() string {
	if c.Alone {
		return c.Value
	}
	return c.Key + " is " + c.Value
}

// Opens reports whether the chip has a menu or popover.
func (c Chip) Opens() bool { return c.Options != nil || c.Pick != nil }

// Pick is a filter by several values. Its boxes are fields of the list's form.
type Pick struct {
	Path, Name, Noun string   // address of the list, parameter, what a value is
	Options          []Option // the values
	None             *Option  // no value; nil if there always is one
	Not              bool     // whether all others are found
	Another          *Field   // to type a value, if there are more than are offered
	Target, Swap     string   // what the answer replaces, and how
}

// fewValues is how many values need no field to find one of them.
const fewValues = 8

// Find names the field that finds a value among many, "" if there are few.
func (x Pick) Find() string {
	switch {
	case len(x.Options) <= fewValues:
		return ""
	case strings.ContainsRune("aeiou", rune(x.Noun[0])):
		return "Find an " + x.Noun
	}
	return "Find a " + x.Noun
}

// Template names the menu.
func (Chip) Template() string { return "records/_chip.html" }
