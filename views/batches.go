package views

// Batch is the page between choosing many records and changing them: first it
// asks for what the action needs, then it says what would happen.
type Batch struct {
	Page
	List          Ref
	Heading, Lead string // "Assign owner", "Assign 48 organizations to Tomás Brandt"
	Action        string
	IDs           []string
	Fixed         []Hidden // what every step sends again
	Asks          *BatchAsks
	Given         []Hidden // the action's fields, once they are given
	Changes       Names
	Left          []BatchLeft
	Confirm       string // the button that does it, "" where nothing would change
	Again         string // the button that leads back to the fields, "" where there are none
	Error         string
}

// Template names the page.
func (Batch) Template() string { return "batches/show.html" }

// BatchAsks is what an action needs to know.
type BatchAsks struct {
	Find   *Field // looks a record up
	From   string // where its choices come from
	Picks  Picks
	Status *Segment
	Fields []Field
}

// BatchLeft is a group of records that stay as they are, and why.
type BatchLeft struct {
	Why string
	Names
}

// Names are the first names of a group, and how many there are besides.
type Names struct {
	Named []Ref
	More  string // "and 28 more", "" for none
}

// Picks are records to choose one from.
type Picks struct {
	Name, Legend string
	Found        string // what was typed to find them
	Options      []OptionRow
	Chosen       string
	Error        string
	None         bool // nothing was found
	More         bool // more fit than are shown
}

// Template names the piece.
func (Picks) Template() string { return "batches/_picks.html" }
