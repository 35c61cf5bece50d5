package views

import (
	"fmt"

	"clientregistry/views/wording"
)

// List is what the lists of organizations and of contacts share.
type List struct {
	Page
	ListTop
	Columns              []Column
	Caption              string
	Rows                 []Row
	Count                int           // how many match
	Many                 bool          // they are more than that
	More                 string        // address of the following page, "" where there is none
	First                bool          // nothing is left out before the rows shown
	Batch                string        // where a change of many goes
	Actions, MoreActions []BatchButton // what can be done to many; none without the right
	Filters              string        // what narrows the list in words, "" for nothing
	ClearHref, WiderHref string        // without filters; archived too ("" where they are in already)
	ClearLabel           string
}

// ListTop is what stands above a list's rows.
type ListTop struct {
	Path, Heading, Noun, Plural string // /organizations, Organizations, organization, organizations
	Placeholder                 string
	Query                       string
	Menus                       Chips
	Tabs                        Tabs
	Choices                     []Option // the columns there are
	From                        string   // the list's address, to come back to
	CanEdit                     bool
}

// Template names the piece.
func (ListTop) Template() string { return "records/_top.html" }

// End is what stands under a list's rows.
func (l List) End() ListEnd {
	return ListEnd{l.Shown(), l.More, l.Plural, l.MatchAll(), l.Actions, l.MoreActions}
}

// ListEnd says how many rows there are, and offers to change many.
type ListEnd struct {
	Shown, More, Plural, MatchAll string
	Actions, MoreActions          []BatchButton
}

// Template names the piece.
func (ListEnd) Template() string { return "records/_end.html" }

// Chips are a list's filters: menus, a form for the others, and what is set.
type Chips struct {
	Hidden []Hidden // those that are no field of the form, so that searching keeps them
	Menus  []Chip
	Filter FilterForm
}

// Template names the piece.
func (Chips) Template() string { return "records/_chips.html" }

// BatchButton does something to the selected rows.
type BatchButton struct{ Value, Label, Class string }

// FilterForm is the form of those filters of a list that are no menu.
type FilterForm struct {
	Fields []Field
	Ranges []DateRange
	Ticks  []Tick
}

// DateRange is two days between which something was; its fields are NAME_from and NAME_to.
type DateRange struct{ Label, Name, From, To string }

// Tick is a box to tick.
type Tick struct {
	Name, Value, Label string
	Checked            bool
}

// Template names the page.
func (l List) Template() string { return "records/index.html" }

// ListPart is the list without the page around it.
type ListPart struct{ List }

// Template names the piece.
func (ListPart) Template() string { return "records/_list.html" }

// page is nil: ListPart is no page, although it embeds one.
func (ListPart) page() *Page { return nil }

// MoreRows is the answer to "Load 50 more".
type MoreRows struct{ List }

// Template names the piece.
func (MoreRows) Template() string { return "records/_more.html" }

func (MoreRows) page() *Page { return nil }

// ColumnHeads are the headings of the columns.
func (l List) ColumnHeads() ColumnHeads { return ColumnHeads{len(l.Actions) > 0, l.Columns} }

// ColumnHeads are the headings of a list's columns; Pick adds the box that selects all rows.
type ColumnHeads struct {
	Pick    bool
	Columns []Column
}

// Template names the headings.
func (ColumnHeads) Template() string { return "records/_column_heads.html" }

// Shown says how many rows are shown: "50 shown of 1,204 organizations" while there are more, else all as "14 organizations".
func (l List) Shown() string {
	switch n := len(l.Rows); {
	case l.More != "" && l.First:
		return fmt.Sprintf("%d shown of %s", n, l.Matches())
	case !l.First:
		return fmt.Sprintf("%d shown", n)
	}
	return l.Matches()
}

// Matches says how many there are: "14 organizations", "more than 10,000 contacts".
func (l List) Matches() string { return wording.Matches(l.Count, l.Many, l.Noun) }

// MatchAll offers to take all that match instead of the rows selected: where
// more match than are shown, but not more than are counted.
func (l List) MatchAll() string {
	if l.Many || l.First && l.More == "" {
		return ""
	}
	return "All " + wording.Grouped(l.Count) + " that match"
}

// Column is a heading of a list; one with Href sorts.
type Column struct {
	Label, Href, Class string
	Sorted             string // ascending, descending, "" for not
}

// Row is one record of a list.
type Row struct {
	ID, Name, Href, Domain string
	Under                  []string // what stands under the name where the list is narrow
	Square, Archived, Pick bool     // Pick: it can be selected
	Cells                  []Cell
}

// Cell is what a row says in a column.
type Cell struct {
	Kind string // text, cut (may be long), far (where there is room), number, owner, last (contact; Text is the channel), date
	Text string
	Time *Time // nil: never
}

// Template names the row.
func (Row) Template() string { return "records/_row.html" }

// Form is a page with one form that makes or changes a record.
type Form struct {
	Page
	Heading, Action, Submit, Cancel string
	List                            Ref
	Record                          *Ref
	RequestID                       string
	Version                         int
	Fields                          []Field
	Found                           *Found
	Conflict                        *Conflict
	Repeat                          *Repeat
	Summary                         []Option // a link to each field that is wrong
	SummaryHeading                  string
}

// Template names the page.
func (Form) Template() string { return "records/form.html" }

// Interactions is the feed of all interactions.
type Interactions struct {
	Page
	From, To string
	Tabs     Tabs
	Matches  string // how many there are
	Hidden   []Hidden
	Typed    []Field // filters whose menus have no room for all values
	Timeline Timeline
}

// Template names the page.
func (Interactions) Template() string { return "interactions/index.html" }

// Interaction is the page of one interaction.
type Interaction struct {
	Page
	Crumb Ref
	Day   string
	Event Event
	Next  *NextStep // to plan what comes next; nil where it is planned, or not for this person
	// History is the interaction's changes, nil for those who may not see them.
	History []HistoryDay
}

// Template names the page.
func (Interaction) Template() string { return "interactions/show.html" }

// Home is the first page after signing in.
type Home struct {
	Page
	NoBackup     *NoBackup
	CanEdit      bool
	Touched      []HomeRow
	Quiet        []HomeRow // nil without the right to see interactions
	QuietFor     string    // how long nobody talked to those
	Today        []HomeEvent
	Charts       []Chart
	Owners       *Chart
	ShowTouched  bool
	ShowQuiet    bool
	FollowUps    *FollowUpCard
	ShowToday    bool
	NothingToSee bool
	FirstSteps   bool
}

// Template names the page.
func (Home) Template() string { return "home/index.html" }

// HomeRow is a record on the first page.
type HomeRow struct {
	Name, Href, Detail, Before string
	Square                     bool
	Time                       *Time
	Never                      string
}

// HomeEvent is an interaction on the first page.
type HomeEvent struct {
	Event
	Sentence []Word
}

// Login is the page that signs in.
type Login struct {
	Page
	Next, Error     string
	Email, Password Field
}

// Template names the page.
func (Login) Template() string { return "sessions/login.html" }

// LoginDialog signs in again over a page with something typed in it.
type LoginDialog struct{ Login }

// Template names the dialog.
func (LoginDialog) Template() string { return "sessions/_dialog.html" }

func (LoginDialog) page() *Page { return nil }

// Setup is the page that makes the first administrator.
type Setup struct {
	Page
	Action string
	Gone   bool // the link is used up or too old
	Fields []Field
	Sample bool
}

// Template names the page.
func (Setup) Template() string { return "sessions/setup.html" }

// Account is the page of one's own settings.
type Account struct {
	Page
	Fields       []Field
	Keys         bool
	CurrentEmail string
	Email        []Field
	SecondFactor bool // on
	Password     []Field
	Sessions     []Session
}

// Session is one signed-in browser of one's own.
type Session struct {
	ID, Device, Address string
	LastUsed            *Time
	Current             bool
}

// Template names the page.
func (Account) Template() string { return "account/show.html" }
