package db

import (
	"fmt"
	"slices"
)

// mostFields is the largest number of fields of a kind. It allows a record to keep its values in an
// array, without another allocation.
const mostFields = 8

// RecordKind describes how organizations and contacts differ: their fields, and the few rules that
// involve more than one field.
type RecordKind struct {
	Noun, Plural string   // like organization, organizations; the plural is also the table's name
	Fields       []Field  // in the order of the form
	Columns      []Column // of lists, except for the name
	Missing      string   // the column that lists can filter by being empty

	action     string // how names of actions end, as in update_org
	words      string // the table of its search index
	missingSQL string // the SQL condition of Missing
	byName     listOrder
	recordRules
}

// recordRules are a kind's rules that involve more than one field.
type recordRules interface {
	name(Record) string
	// sortName returns the name that lists sort by.
	sortName(Record) string
	// relation is the SQL of the columns that only this kind has, and relationOf returns where to
	// scan them.
	relation(Actor) condition
	relationOf(*Record) []any
	// own selects the IDs of all records the actor sees. sees is true if they see the record whose
	// ID is the expression id.
	own(Actor) condition
	sees(by Actor, id string) condition
	// check validates a record against others. changed has the changed columns.
	check(t *tx, r Record, changed map[string]Change) error
	// indexWords returns a record's words for each column of its search index.
	indexWords(t *tx, r Record) ([]string, error)
	// afterRename reindexes the records that are found by this one's name.
	afterRename(t *tx, id string) error
}

// newRecordKind completes a kind. Its list columns are before, its fields, after, and the dates
// that every record has.
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

// Column is a column of a list: a field, a count or a date.
type Column struct {
	Name, Label string
	Listed      ListUse
	Contacted   bool // reveals interactions
	Telling     bool // sorting by it would reveal records that an OwnOnly actor does not see
	Latest      bool // the first click on its heading sorts in descending order
	sort        listOrder
}

// SortedFor reports whether the actor may sort a list by the column.
func (c Column) SortedFor(by Actor) bool {
	return c.sort.key != "" && (!c.Contacted || by.Can(ViewInteraction)) && (!c.Telling || !by.OwnOnly)
}

// RecordKindOf returns the kind with this noun, or nil.
func RecordKindOf(noun string) *RecordKind {
	switch noun {
	case OrganizationKind.Noun:
		return OrganizationKind
	case ContactKind.Noun:
		return ContactKind
	}
	return nil
}

// NameColumn returns the column of the default order.
func (k *RecordKind) NameColumn() string { return k.byName.column }

// Field returns the field of an editable column, or ErrNotFound.
func (k *RecordKind) Field(column string) (Field, error) {
	for _, f := range k.Fields {
		if f.Column == column {
			return f, nil
		}
	}
	return Field{}, ErrNotFound
}

// FieldColumns returns the editable columns whose field passes keep. A nil keep passes all.
func (k *RecordKind) FieldColumns(keep func(Field) bool) (columns []string) {
	for _, f := range k.Fields {
		if keep == nil || keep(f) {
			columns = append(columns, f.Column)
		}
	}
	return columns
}

// valueIndex returns the index of a column in Record.values, or -1.
func (k *RecordKind) valueIndex(column string) int {
	for i := range k.Fields {
		if k.Fields[i].Column == column {
			return i
		}
	}
	return -1
}

// id returns the qualified column of the ID.
func (k *RecordKind) id() string { return k.Plural + ".id" }

// requiredColumns returns the columns that a new record must have.
func (k *RecordKind) requiredColumns() []string {
	return k.FieldColumns(func(f Field) bool { return f.Required != "" && f.Default == "" })
}
