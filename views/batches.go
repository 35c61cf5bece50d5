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
	Changes       Names
	Left          []BatchLeft
	Confirm       string // label of the button that makes the change, "" if there is nothing to change
	Again         string // label of the button back to the fields, "" if there are none
	Error         string
}

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

// BatchLeft is a group of records that will not change, and why.
type BatchLeft struct {
	Why string
	Names
}

// Names are the first names of a group and the number of others.
type Names struct {
	Named []Ref
	More  string // "and 28 more", "" for none
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

// Template names the piece.
func (Picks) Template() string { return "batches/_picks.html" }
