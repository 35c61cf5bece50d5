package views

import (
	"slices"
	"strings"

	"clientregistry/db"
)

// Page is what every page needs.
type Page struct {
	Title       string
	Description string
	Failed      bool   // the title begins with "Error:"
	Theme       string // "" for the system's theme
	Damaged     bool   // whether to show the banner about a damaged file
	ZoneNotice  bool   // whether to say that the time zone was taken from the browser
	Toast       *Toast
	Frame
}

// Frame is what surrounds every page of a signed-in user.
type Frame struct {
	Section      string // the menu entry to highlight, "" for none
	UserID       string
	User         string // full name; "" if nobody is signed in
	Email        string
	Roles        string
	Zone         string // name of the time zone
	SingleKeys   bool
	Clients      bool // may see clients
	OwnOnly      bool // sees only their own clients
	Feed         bool // may see clients and interactions
	Users        bool // may manage users
	Due          DueCount
	New          NewCount
	Audit        bool   // may read the audit log
	Vocabularies bool   // may change vocabularies
	Webhooks     bool   // may manage webhooks
	System       bool   // may run the registry
	Trouble      int    // number of failed checks
	Here         string // address of the view shown, "" for none
	Views        []Ref  // saved and built-in views
}

// mostViews is how many views the menu shows at once.
const mostViews = 8

// FirstViews returns the views that the menu shows at once.
func (f Frame) FirstViews() []Ref { return f.Views[:min(mostViews, len(f.Views))] }

// MoreViews returns the views that the menu shows on demand.
func (f Frame) MoreViews() []Ref { return f.Views[len(f.FirstViews()):] }

type head struct{}

func (head) Template() string { return "_head.html" }

type menu struct{ Frame }

func (menu) Template() string { return "_menu.html" }

type foot struct{ Frame }

func (foot) Template() string { return "_foot.html" }

func (p Page) page() *Page { return &p }

// around is the data of the templates before and after a page's own.
type around struct {
	above, below string
	*Page
	Head, Menu, Foot View
}

func (p Page) around() around {
	a := around{"_above_auth.html", "_below_auth.html", &p, head{}, nil, nil}
	if p.User != "" {
		a.above, a.below, a.Menu, a.Foot = "_above.html", "_below.html", menu{p.Frame}, foot{p.Frame}
	}
	return a
}

// Toast is a message about what was done, perhaps with Undo.
type Toast struct {
	Row  string // the row of the history that was taken back there and keeps the focus, if any
	Text string
	Undo *Undo
}

// Template names the fragment that shows a toast.
func (Toast) Template() string { return "_toast.html" }

// SignedOut says that the session has ended, with a link to sign in again.
type SignedOut struct{ Href string }

// Template names its fragment.
func (SignedOut) Template() string { return "_signed_out.html" }

// Undo is a form that takes a change back.
type Undo struct {
	Label  string // "" for "Undo"
	Of     string // rest of the label, for screen readers: " of Website"
	Target string // selector that htmx replaces; "" loads the page
	Action string
	Fields []Hidden
	Slow   bool // whether it may take longer than htmx waits, so that the browser sends it
}

// Hidden is a hidden field of a form.
type Hidden struct{ Name, Value string }

// Option is one choice of a select or a menu.
type Option struct {
	Value, Label string
	Selected     bool
	Href         string // for menus
}

// Field is a form field with its label, value and error.
type Field struct {
	ID, Name, Label, Type, Value string
	Error, Hint                  string
	Optional, Autofocus          bool
	Autocomplete                 string
	DefaultsTo                   string   // id of the field that copies this one while it is empty
	List                         []string // suggestions that the page has with it
	Suggests                     string   // the vocabulary that suggests values while somebody types
	Placeholder                  string
	Options                      []Option // makes it a select
	DetectZone                   bool
	Theirs                       *string // the stored value, after a conflict
	Large                        bool
	Numeric                      bool // whether phones show a numeric keyboard
	Whole                        bool // whether it is as wide as the form; others stand in pairs
}

// Segment is a choice of one among a few, side by side.
type Segment struct {
	Name, Legend, Error string
	Options             []Option
}

// Value returns the selected option.
func (s Segment) Value() string {
	for _, o := range s.Options {
		if o.Selected {
			return o.Value
		}
	}
	return ""
}

// Conflict says that a record changed while somebody was editing it, or that a form was sent
// before.
type Conflict struct {
	By          string
	Made        *Ref // what the first form made; without Href if the reader cannot see it
	At          *Time
	What        string // "this", "this interaction"
	Differences []Difference
	Bases       []Hidden // the versions that the form was made on
}

// Choices reports whether each of several fields is decided by itself.
func (c *Conflict) Choices() bool {
	return c.Made == nil && len(c.Differences) > 1 && c.Differences[0].Column != ""
}

// One returns the field to decide if it is the only one, else nil.
func (c *Conflict) One() *Difference {
	if c.Made == nil && len(c.Differences) == 1 && c.Differences[0].Column != "" {
		return &c.Differences[0]
	}
	return nil
}

// Add adds a field if its stored and typed values differ.
func (c *Conflict) Add(label, stored, typed string) {
	if typed = strings.TrimSpace(typed); stored != typed {
		c.Differences = append(c.Differences, Difference{Label: label, Theirs: stored, Yours: typed})
	}
}

// Repeat says inside a form that it was sent before with other content, and offers the choices.
type Repeat struct {
	Conflict
	Fields  []Hidden
	Change  string // address that changes what the first form made, "" if it cannot
	Another string // label of the button that makes another
}

// Difference is a field in both versions.
type Difference struct {
	Column               string // of a field that both changed and somebody decides
	Label, Theirs, Yours string
	Back                 *Undo // in a history, the form that restores the old value
}

// Found is a record that prevents a change: a contact with the typed email, or an existing link.
type Found struct {
	Name, Detail, Href string
	Archived           bool
	Button             string // label of what can be done instead, "" for nothing
	ButtonIcon         string
	Action             string   // of that button; "" for the form's own
	Fields             []Hidden // its fields
}

// Twins are records that may be the one that somebody is creating or changing.
type Twins struct {
	From string // the address that is asked while somebody types
	Rows []Twin
}

// Template names the list.
func (Twins) Template() string { return "records/_twins.html" }

// Without leaves out the record that another part of the form names already.
func (t Twins) Without(found *Found) Twins {
	if found != nil {
		t.Rows = slices.DeleteFunc(t.Rows, func(x Twin) bool { return x.Href == found.Href })
	}
	return t
}

// Twin is a record that may be the same, and why.
type Twin struct {
	Name, Href       string
	Why, Detail      string
	Square, Archived bool
}

// Error is the page for a request that was refused or failed.
type Error struct {
	Page
	Icon, Heading, Message, Detail string
	Back                           []Option
}

// Template names the page.
func (Error) Template() string { return "errors/show.html" }

// Unavailable is the page when nothing can be read.
type Unavailable struct {
	Page
	Heading, Again, Request, At string // Again is the address to retry, At the time in UTC
}

// Template names the page.
func (Unavailable) Template() string { return "errors/unavailable.html" }

// ErrorText is the same in one line, for a fragment.
type ErrorText struct{ Text string }

// Template names the line.
func (ErrorText) Template() string { return "errors/_text.html" }

// Title sets the document's title.
type Title string

// Template names the fragment.
func (Title) Template() string { return "_title.html" }

// Text is plain text.
type Text string

// Template names the fragment.
func (Text) Template() string { return "_text.html" }

// NewConflict says who changed it in the meantime, and when. what is "this" or "this interaction".
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
