package views

import (
	"strings"

	"clientregistry/db"
)

// Page is what every whole page needs.
type Page struct {
	Title       string
	Description string
	Failed      bool   // the title begins with "Error:"
	Theme       string // "" follows the system
	Damaged     bool   // the banner tells who reads it that the file is damaged, and what to do
	Toast       *Toast
	Frame
}

// Frame is what stands around every page of somebody who is signed in.
type Frame struct {
	Section    string // the entry of the menu that the page belongs to, "" for none
	UserID     string
	User       string // full name; "" shows the page for people who are not signed in
	Roles      string
	Zone       string // time zone by name
	SingleKeys bool
	Clients    bool // may see clients
	Feed       bool // may see clients and interactions
	Users      bool // may manage users
	Due        DueCount
	Audit      bool   // may read the audit log
	System     bool   // runs the registry
	Trouble    int    // checks of it that failed
	Here       string // the address of the view that the page shows, "" for none
	Views      []Ref  // saved views and those that come with the program
}

type head struct{}

func (head) Template() string { return "_head.html" }

type menu struct{ Frame }

func (menu) Template() string { return "_menu.html" }

type foot struct {
	Section       string
	Clients, Feed bool
}

func (foot) Template() string { return "_foot.html" }

func (p Page) page() *Page { return &p }

// around is what stands around a page, in the templates before and behind the page's own.
type around struct {
	above, below string
	*Page
	Head, Menu, Foot View
}

func (p Page) around() around {
	a := around{"_above_auth.html", "_below_auth.html", &p, head{}, nil, nil}
	if p.User != "" {
		a.above, a.below, a.Menu, a.Foot = "_above.html", "_below.html", menu{p.Frame}, foot{p.Section, p.Clients, p.Feed}
	}
	return a
}

// Toast says what was done, and offers to undo it.
type Toast struct {
	Text string
	Undo *Undo
}

// Template names the piece that shows a toast.
func (Toast) Template() string { return "_toast.html" }

// Undo is the form that takes a change back.
type Undo struct {
	Label  string // "" is Undo
	Of     string // what the label leaves to be seen: " of Website"
	Target string // what htmx swaps for the answer; "" loads the whole page
	Action string
	Fields []Hidden
}

// Hidden is a hidden field of a form.
type Hidden struct{ Name, Value string }

// Option is one choice of a select or a menu.
type Option struct {
	Value, Label string
	Selected     bool
	Href         string // in menus
}

// Field is one field of a form with its label, what was typed, and what is wrong with it.
type Field struct {
	ID, Name, Label, Type, Value string
	Error, Hint                  string
	Optional, Autofocus          bool
	Autocomplete                 string
	DefaultsTo                   string   // id of the field that follows this one while it is empty
	List                         []string // suggestions
	Options                      []Option // makes it a select
	DetectZone                   bool
	Theirs                       *string // after a conflict, the value that is stored now
	Large                        bool
	Numeric                      bool // digits, for the keyboard of a phone
	Whole                        bool // as wide as its form, where others stand in pairs
}

// Segment is a choice of one among a few, shown side by side.
type Segment struct {
	Name, Legend, Error string
	Options             []Option
}

// Value is the option that is chosen.
func (s Segment) Value() string {
	for _, o := range s.Options {
		if o.Selected {
			return o.Value
		}
	}
	return ""
}

// Conflict says that a record changed while somebody was editing it, or that a form
// had made one already.
type Conflict struct {
	By          string
	Made        *Ref // what the form had made; without an address where it is out of sight
	At          *Time
	What        string // "this", "this interaction"
	Differences []Difference
}

// Add adds a field, if what is stored and what was typed differ.
func (c *Conflict) Add(label, stored, typed string) {
	if typed = strings.TrimSpace(typed); stored != typed {
		c.Differences = append(c.Differences, Difference{Label: label, Theirs: stored, Yours: typed})
	}
}

// Repeat is what a form says that was sent before with something else in it, and its
// choices. It stands in that form.
type Repeat struct {
	Conflict
	Fields  []Hidden
	Change  string // where the form changes what it made, "" where it cannot
	Another string // the button that makes one more
}

// Difference is one field in both versions.
type Difference struct {
	Label, Theirs, Yours string
	Back                 *Undo // in a history, the form that sets the older one again
}

// Found is a record that stands in the way of a change: a contact whose email
// was typed, or a link that exists.
type Found struct {
	Name, Detail, Href string
	Archived           bool
	Button             string // what a click does instead, "" for nothing
	ButtonIcon         string
	Action             string   // of that button; "" for the form's own
	Fields             []Hidden // its fields
}

// Error is a page for a request that was refused or failed.
type Error struct {
	Page
	Icon, Heading, Message, Detail string
	Back                           []Option
}

// Template names the page.
func (Error) Template() string { return "errors/show.html" }

// Unavailable is the page for a request that nothing could be read for.
type Unavailable struct {
	Page
	Heading, Again, Request, At string // Again is the address to try again, At the time in UTC
}

// Template names the page.
func (Unavailable) Template() string { return "errors/unavailable.html" }

// ErrorText is the same for a part of a page, in a line.
type ErrorText struct{ Text string }

// Template names the line.
func (ErrorText) Template() string { return "errors/_text.html" }

// Title sets the document's title.
type Title string

// Template names the piece.
func (Title) Template() string { return "_title.html" }

// Text is a text alone.
type Text string

// Template names the piece.
func (Text) Template() string { return "_text.html" }

// NewConflict says who changed what ("this", "this interaction") meanwhile, and when.
func NewConflict(c Clock, by *db.Conflict, what string) *Conflict {
	name := by.By
	if name == "" {
		name = "Somebody"
	}
	x := &Conflict{By: name, What: what}
	if !by.At.IsZero() {
		x.At = c.Date(by.At)
	}
	return x
}
