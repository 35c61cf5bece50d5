package db

import (
	"fmt"
	"slices"
)

// mostFields bounds the fields of a kind: a record has their values in an array,
// which costs no allocation of its own.
const mostFields = 8

// RecordKind is what organizations and contacts differ in: their fields, and
// the few rules that are not about one field.
type RecordKind struct {
	Noun, Plural string   // organization, organizations; the plural is the name of the table, too
	Fields       []Field  // in the order of the form
	Columns      []Column // of lists, beside the name
	Missing      string   // what lists can ask for the lack of

	action  string // how the kind's actions end: update_org
	words   string // the table of its words
	missing string // the condition of Missing
	byName  listOrder
	recordRules
}

// recordRules are the rules of a kind that are not about one field.
type recordRules interface {
	name(Record) string
	// sortName is what lists sort a record by.
	sortName(Record) string
	// relation is the column that only this kind has, and relationOf where its value goes.
	relation(Actor) condition
	relationOf(*Record) any
	// own are the ids of all that the actor sees; sees is whether they see the one of an expression.
	own(Actor) condition
	sees(by Actor, id string) condition
	// check refuses what only other records can tell; changed has the columns of a change.
	check(t *tx, r Record, changed map[string]Change) error
	// foundBy are the words of a record in each column of its index; renamed puts those
	// in again that are found by its name.
	foundBy(t *tx, r Record) ([]string, error)
	renamed(t *tx, id string) error
}

// newRecordKind completes a description: the columns of its lists are those of
// its fields, between the given ones, and the dates that every record has.
func newRecordKind(k RecordKind, before, after []Column) *RecordKind {
	if len(k.Fields) > mostFields {
		panic("db: " + k.Plural + " have more fields than mostFields in db/record_kinds.go; raise it")
	}
	k.Columns = before
	for _, f := range k.Fields {
		if f.Filtered && (f.sort.key == "" || f.sort.folded == "" || f.sort.index == "") {
			panic(fmt.Sprintf("db: %s.%s is Filtered, so its sort needs a key, the column of its folded value, and an index", k.Plural, f.Column))
		}
		switch {
		case f.Listed != Unlisted:
			k.Columns = append(k.Columns, Column{Name: f.Name(), Label: f.Label, Listed: f.Listed, sort: f.sort})
		case f.sort.key != "":
			k.byName = f.sort
			k.byName.column = f.Column
		}
	}
	k.Columns = slices.Concat(k.Columns, after, []Column{
		{
			Name: "last_contact", Label: "Last contact", Listed: Shown, Contacted: true, Latest: true,
			sort: listOrder{key: "last_contact_key", index: k.Plural + "_by_contact"},
		},
		{
			Name: "created_at", Label: "Created", Listed: OfferedWide, Latest: true,
			sort: listOrder{key: k.Plural + ".created_at", index: k.Plural + "_by_created"},
		},
		{
			Name: "updated_at", Label: "Changed", Listed: OfferedWide, Latest: true,
			sort: listOrder{key: k.Plural + ".updated_at", index: k.Plural + "_by_updated"},
		},
	})
	for i := range k.Columns {
		k.Columns[i].sort.column = k.Columns[i].Name
	}
	return &k
}

// Column is a column of a list: a field, or what is counted or dated.
type Column struct {
	Name, Label string
	Listed      ListUse
	Contacted   bool // tells of interactions
	Telling     bool // sorting by it tells of records out of sight, see Actor.OwnOnly
	Latest      bool // a first click on its heading sorts the highest first
	sort        listOrder
}

// SortedFor tells whether the actor may sort a list by the column.
func (c Column) SortedFor(by Actor) bool {
	return c.sort.key != "" && (!c.Contacted || by.Can(ViewInteraction)) && (!c.Telling || !by.OwnOnly)
}

// RecordKindOf returns the kind of a noun, or nil.
func RecordKindOf(noun string) *RecordKind {
	switch noun {
	case OrganizationKind.Noun:
		return OrganizationKind
	case ContactKind.Noun:
		return ContactKind
	}
	return nil
}

// NameColumn is the column that lists sort by without being asked to.
func (k *RecordKind) NameColumn() string { return k.byName.column }

// Field returns the field of a column that people change, or ErrNotFound.
func (k *RecordKind) Field(column string) (Field, error) {
	for _, f := range k.Fields {
		if f.Column == column {
			return f, nil
		}
	}
	return Field{}, ErrNotFound
}

// FieldColumns are the columns that people change, those of which keep is true, or all where it is nil.
func (k *RecordKind) FieldColumns(keep func(Field) bool) (columns []string) {
	for _, f := range k.Fields {
		if keep == nil || keep(f) {
			columns = append(columns, f.Column)
		}
	}
	return columns
}

// valueIndex is where a record of the kind has the value of a column, -1 for another column.
func (k *RecordKind) valueIndex(column string) int {
	for i := range k.Fields {
		if k.Fields[i].Column == column {
			return i
		}
	}
	return -1
}

// id is the column of its id.
func (k *RecordKind) id() string { return k.Plural + ".id" }

// requiredColumns are those that a new record must have.
func (k *RecordKind) requiredColumns() []string {
	return k.FieldColumns(func(f Field) bool { return f.Required != "" && f.Default == "" })
}
