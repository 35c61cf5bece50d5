package views

// Batch is the page between selecting many records and changing them. It asks for what the action
// needs, then previews the change.
type Batch struct {
	Page
	List          Ref
	Heading, Lead string // "Assign owner", "Assign 48 organizations to Tomás Brandt"
	Action        string
	IDs           []string
	Fixed         []Hidden // sent again by every step
	Asks          *BatchAsks
	Given         []Hidden // the action's fields, once filled in
	Noun, Column  string   // of the table: "Organization", "Owner"
	After         string   // what every record will have
	Avatar        bool     // whether the values are people
	AfterNone     bool     // whether every record will have nobody, where they are
	Count         int
	Rows, Rest    []BatchRow // those shown at first, and those that are one click away
	More          string     // "and 9,900 more", "" for none
	Left          []BatchLeft
	LeftCount     int
	Warning       string // what else follows
	Confirm       string // label of the button that makes the change, "" if there is nothing to change
	Again         string // label of the button back to the fields, "" if there are none
	AgainHref     string // its address, if the page has one
	Stored        bool   // whether its selection is stored: the fields lead to a page with an address
	Error         string
}

// Square tells whether the records are organizations.
func (b Batch) Square() bool { return b.Noun == "Organization" }

// Template names the page.
func (Batch) Template() string { return "batches/show.html" }

// BatchAsks are the fields that an action needs.
type BatchAsks struct {
	Find   *Field // searches for a record
	From   string // address that offers choices
	Picks  Picks
	Status *Segment
	Fields []Field
}

// BatchTable is a part of the records that will change. The second part repeats the head for screen readers only.
type BatchTable struct {
	Batch
	Rows   []BatchRow
	Second bool
}

// Table returns the rows that are shown at first, or the others.
func (b Batch) Table(second bool) BatchTable {
	if second {
		return BatchTable{b, b.Rest, true}
	}
	return BatchTable{b, b.Rows, false}
}

// BatchRow is a record that will change, and what it has now.
type BatchRow struct {
	Ref
	Was  string
	None bool // whether it has nothing now
}

// BatchLeft is a record that will not change, or several that have no names or are too many to name, and why.
type BatchLeft struct {
	Ref
	Why string
}

// Picks are records to choose from.
type Picks struct {
	Name, Legend string
	Found        string // the search text
	Options      []OptionRow
	Chosen       string
	Error        string
	None         bool // whether nothing was found
	More         bool // whether more match than are shown
}

// Template names the fragment.
func (Picks) Template() string { return "batches/_picks.html" }
