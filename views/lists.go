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
	Count                int           // number of matches
	Many                 bool          // whether there are more than Count
	More, MoreHref       string        // addresses of the next rows, and of the page that shows them too; "" for none
	First                bool          // whether the rows begin with the first of the list
	Batch                string        // address for bulk actions
	Actions, MoreActions []BatchButton // bulk actions; none without the right
	Selection            string        // ID under which what is ticked is stored for an action
	Untick               string        // address of the list with nothing ticked, where rows are ticked already, else ""
	AllMatch             bool          // whether all that match are selected
	Filters              string        // the filters in words, "" for none
	ClearHref, WiderHref string        // addresses without filters, and with archived records too ("" if already included)
	ClearLabel           string
	SimilarHref          string // address of the search for similar names, "" without a search
}

// ListTop is what stands above a list's rows.
type ListTop struct {
	Path, Heading, Noun, Plural string // /organizations, Organizations, organization, organizations
	Placeholder                 string
	Query                       string
	Menus                       Chips
	Tabs                        Tabs
	Choices                     []Option // columns to choose from
	From                        string   // the list's address, to return to
	CanEdit                     bool
}

// Template names the fragment.
func (ListTop) Template() string { return "records/_top.html" }

// End returns what stands below a list's rows.
func (l List) End() ListEnd {
	return ListEnd{l.Shown(), l.More, l.MoreHref, l.Plural, l.MatchAll(), l.AllMatch, l.Untick, l.Actions, l.MoreActions}
}

// ListEnd says how many rows there are, and offers bulk actions.
type ListEnd struct {
	Shown, More, MoreHref, Plural, MatchAll string
	AllMatch                                bool
	Untick                                  string
	Actions, MoreActions                    []BatchButton
}

// Template names the fragment.
func (ListEnd) Template() string { return "records/_end.html" }

// Chips are a list's filters: menus, a form for the others, and those that are set.
type Chips struct {
	Hidden []Hidden // those without a field in the search form, so that searching keeps them
	Menus  []Chip
	Filter FilterForm // none if it has no ticks
}

// Template names the fragment.
func (Chips) Template() string { return "records/_chips.html" }

// Sheet reports whether the filters are too many for a line on phones, where a sheet then holds them.
func (c Chips) Sheet() bool { return len(c.Menus) > 2 || c.Filter.Ticks != nil }

// Set returns how many filters are set.
func (c Chips) Set() (n int) {
	for _, chip := range c.Menus {
		if chip.Remove != "" {
			n++
		}
	}
	return n
}

// BatchButton starts a bulk action on the selected rows.
type BatchButton struct{ Value, Label, Class string }

// FilterForm is the form for filters without a menu.
type FilterForm struct {
	Values []Chip
	Fields []Field
	Ranges []DateRange
	Ticks  []Tick
}

// DateRange is a pair of days to filter by; its fields are NAME_from and NAME_to.
type DateRange struct{ Label, Name, From, To string }

// Tick is a checkbox.
type Tick struct {
	Name, Value, Label string
	Checked            bool
}

// Template names the page.
func (l List) Template() string { return "records/index.html" }

// ListPart is the list without the page around it.
type ListPart struct{ List }

// Template names the fragment.
func (ListPart) Template() string { return "records/_list.html" }

// page returns nil: ListPart is no page, although it embeds one.
func (ListPart) page() *Page { return nil }

// MoreRows is the answer to "Load 50 more".
type MoreRows struct{ List }

// Template names the fragment.
func (MoreRows) Template() string { return "records/_more.html" }

func (MoreRows) page() *Page { return nil }

// ColumnHeads returns the headings of the columns.
func (l List) ColumnHeads() ColumnHeads { return ColumnHeads{len(l.Actions) > 0, l.Columns} }

// ColumnHeads are the headings of a list's columns. Pick adds the checkbox that selects all rows.
type ColumnHeads struct {
	Pick    bool
	Columns []Column
}

// Template names the headings.
func (ColumnHeads) Template() string { return "records/_column_heads.html" }

// Shown says how many rows are shown: "50 shown of 1,204 organizations" if there are more, else "14
// organizations".
func (l List) Shown() string {
	switch n := len(l.Rows); {
	case l.More != "" && l.First:
		return fmt.Sprintf("%d shown of %s", n, l.Matches())
	case !l.First:
		return fmt.Sprintf("%d shown", n)
	}
	return l.Matches()
}

// Matches says how many records match: "14 organizations", "more than 10,000 contacts".
func (l List) Matches() string { return wording.Matches(l.Count, l.Many, l.Noun) }

// MatchAll offers to select all matches, if more match than are shown and their number is known.
func (l List) MatchAll() string {
	if l.Many || l.First && l.More == "" {
		return ""
	}
	return "All " + wording.Grouped(l.Count) + " that match"
}

// Column is a heading of a list. With Href it sorts.
type Column struct {
	Label, Href, Class string
	Sorted             string // ascending, descending, or "" if not sorted by
}

// Row is one record of a list.
type Row struct {
	ID, Name, Href, Domain string
	Anchor                 string   // its id, for an address that leads to it; "" for none
	Under                  []string // shown under the name on narrow screens
	Numbers                []string // phone numbers as typed, to call one
	Calls                  bool     // whether the call stands beside the name, not in a cell
	Square, Archived       bool
	Pick, Ticked           bool // whether it can be selected, and is
	Cells                  []Cell
}

// Cell is a row's value in a column.
type Cell struct {
	Kind  string // text, cut (may be shortened), far (hidden first), number, owner, last (contact; Text is the channel), date
	Text  string
	Time  *Time // nil if never
	Calls bool  // whether the row's call stands here
}

// Template names the row.
func (Row) Template() string { return "records/_row.html" }

// Form is a page whose form creates or changes a record.
type Form struct {
	Page
	Heading, Action, Submit, Cancel string
	List                            Ref
	ListQuery                       string // the list's parameters, "" if it does not come from one
	Record                          *Ref
	RequestID                       string
	Version                         int
	Fields                          []Field
	Found                           *Found
	Twins                           Twins
	Conflict                        *Conflict
	Gives                           *GivesAway
	Repeat                          *Repeat
	Summary                         []Option // links to the fields with errors
	SummaryHeading                  string
}

// Template names the page.
func (Form) Template() string { return "records/form.html" }

// Interactions is the feed of all interactions.
type Interactions struct {
	Page
	From, To string
	Tabs     Tabs
	Matches  string // the number of matches, in words
	Menus    Chips
	Timeline Timeline
}

// Template names the page.
func (Interactions) Template() string { return "interactions/index.html" }

// InteractionList is the feed without the page around it.
type InteractionList struct{ Timeline }

// Template names the fragment.
func (InteractionList) Template() string { return "interactions/_list.html" }

// Interaction is the page of one interaction.
type Interaction struct {
	Page
	Crumb Ref
	Day   string
	Event Event
	Next  *NextStep // form for a next step; nil if there is one, or for those who may not plan one
	// History is the interaction's changes, nil for those who may not see them.
	History []HistoryDay
}

// Template names the page.
func (Interaction) Template() string { return "interactions/show.html" }

// Login is the sign-in page.
type Login struct {
	Page
	Next, Error     string
	Email, Password Field
}

// Template names the page.
func (Login) Template() string { return "sessions/login.html" }

// LoginDialog is the sign-in dialog over a page, so that nothing typed there is lost.
type LoginDialog struct {
	Login
	Now string // who is signed in instead of whoever opened the page; "" for nobody
}

// Template names the dialog.
func (LoginDialog) Template() string { return "sessions/_dialog.html" }

func (LoginDialog) page() *Page { return nil }

// Setup is the page that creates the first administrator.
type Setup struct {
	Page
	Action string
	Gone   bool // whether there is no form
	Done   bool // whether the registry has been set up
	Linked bool // whether a link was opened that no longer works
	Fields []Field
	Sample bool
}

// Template names the page.
func (Setup) Template() string { return "sessions/setup.html" }

// Account is the page of a person's own settings.
type Account struct {
	Page
	Fields       []Field
	Keys         bool
	CurrentEmail string
	Email        []Field
	SecondFactor bool // whether it is on
	Password     []Field
	Sessions     []Session
	Changes      []HistoryEntry // the person's latest changes that can be undone
}

// Session is one of a person's signed-in browsers.
type Session struct {
	ID, Device, Address string
	LastUsed            *Time
	Current             bool
}

// Template names the page.
func (Account) Template() string { return "account/show.html" }
