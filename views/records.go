package views

// Record is the page of an organization or a contact: heading, facts, links and activity.
type Record struct {
	Page
	Heading   RecordHeading
	Kind      string // organization or contact
	Base      string // /organizations/ID or /contacts/ID
	Name      string
	Version   int
	CanEdit   bool
	Archived  *Archived
	Details   Details
	Access    string // address of who can see it, "" for those who may not ask
	Links     Links
	Composer  *Composer     // nil without the right to log
	FollowUps *FollowUpCard // nil without the right to see interactions
	Timeline  *Timeline     // one of Timeline and History, or neither for those who may see none
	History   *History
}

// Template names the page.
func (Record) Template() string { return "records/show.html" }

// Suggestions are the known values that fit what somebody typed, and the offer to use that as a new one.
type Suggestions struct {
	Values     []string
	More       bool   // there are more than these
	Typed, New string // New is the label of the offer, "" for none
}

// Template names the list.
func (Suggestions) Template() string { return "suggestions/_list.html" }

// RecordHeading is a record's name and what can be done with it.
type RecordHeading struct {
	List             Ref
	Before, After    *Ref // in the list that it was opened from; nil if there is none
	Name             string
	Square, Archived bool
	Reach            Reach
	Meta             RecordMeta
	Acts             Acts
}

// Template names the fragment.
func (RecordHeading) Template() string { return "records/_heading.html" }

// RecordMeta is the line under a record's name. Empty values are not shown.
type RecordMeta struct {
	Website, JobTitle string
	Organization      *Ref
	Others            int // organizations beside that one
	Calls             []Call
	Contacted         bool // whether the reader may see the last contact
	LastContact       *Time
	Never             string // text if there has been no contact
}

// Template names the fragment.
func (RecordMeta) Template() string { return "records/_meta.html" }

// Call is a phone number as typed and as dialed. Label tells a contact's numbers apart.
type Call struct{ Label, Shown, Number string }

// Reach are the buttons that call and write to a contact.
type Reach struct {
	Name  string
	Calls []Call
	Email string // "" for none
}

// Template names the buttons.
func (Reach) Template() string { return "records/_reach.html" }

// Square tells whether the avatar is square, as organizations' are.
func (r Record) Square() bool { return r.Kind == "organization" }

// Active tells whether the page shows activity.
func (r Record) Active() bool { return r.Composer != nil || r.Timeline != nil || r.History != nil }

// Leads tells whether anything stands beside the facts and links.
func (r Record) Leads() bool { return r.Archived != nil || r.Active() }

// Acts returns the record's buttons.
func (r Record) Acts() Acts {
	return Acts{r.Kind, r.Base, r.Base + "/edit", r.Access, r.Version, r.CanEdit, r.Archived != nil}
}

// Acts are the actions on a record.
type Acts struct {
	Kind, Base, Edit, Access string // Access is "" for those who may not ask
	Version                  int
	CanEdit, Archived        bool
}

// RecordVersion is the hidden version in the form that archives or restores a record.
type RecordVersion int

// Template names the field.
func (RecordVersion) Template() string { return "records/_version.html" }

// Archived says who archived a record and when.
type Archived struct {
	By string
	At *Time
}

// Ref is a link to a record by its name.
type Ref struct{ Name, Href string }

// Details is the card of a record's facts.
type Details struct {
	Facts []Fact
	Dates RecordDates
}

// Template names the card.
func (Details) Template() string { return "records/_details.html" }

// RecordDates is the line below the facts: when a record was created and last changed.
type RecordDates struct {
	Created   *Time
	CreatedBy string
	Updated   *Time // nil if it never changed
}

// Template names the line.
func (RecordDates) Template() string { return "records/_dates.html" }

// Fact is one field of a record, shown or in its editor.
type Fact struct {
	Base, Column, Label, Add string
	Value                    string // as stored
	Shown                    string // as people read it; "" if unset
	Avatar                   bool
	Copied                   bool   // whether people copy it into other programs
	Calls                    []Call // the numbers in it
	CanEdit                  bool
	Focus                    bool    // whether its link takes the focus, after saving or cancelling
	Editor                   *Editor // nil while it only shows the value
}

// Template names the fragment of a fact.
func (Fact) Template() string { return "records/_fact.html" }

// Editor is a fact being edited.
type Editor struct {
	Field    Field
	Version  int
	Conflict *Conflict
	Gives    *GivesAway
	Found    *Found
	Twins    *Twins // nil if the field tells nothing about them
	Shown    string // in a conflict, the typed value as people read it

	Leave     string // the record's page, where the editor is a page of its own
	ListQuery string // of the list behind that page
}

// GivesAway asks whether to give a record away that the person will no longer see.
type GivesAway struct {
	Name, To     string
	New, Unlinks bool     // a new record; a link that goes
	Leaves       bool     // an interaction whose clients of theirs go
	Fields       []Hidden // of the form that asks
}

// Links is the card of links to records of the other kind.
type Links struct {
	Base    string // path of the record
	Kind    string // of the other end, contact or organization
	Plural  string // contacts or organizations, as in the path
	Heading string
	Rows    []LinkRow
	CanEdit bool
	Form    *LinkForm
	Focus   string // id of the element that takes the focus after a change
	All     bool   // whether to show all rows
}

// Template names the card.
func (Links) Template() string { return "records/_links.html" }

// firstLinks is how many rows the card shows at first.
const firstLinks = 20

// Shown returns the visible rows: the first ones, or all if one below them is being edited or takes
// the focus.
func (l Links) Shown() []LinkRow {
	if l.All || len(l.Rows) <= firstLinks {
		return l.Rows
	}
	for _, r := range l.Rows[firstLinks:] {
		if r.Editor != nil || r.Focus {
			return l.Rows
		}
	}
	return l.Rows[:firstLinks]
}

// More returns the number of all rows if some are hidden, else 0.
func (l Links) More() int {
	if len(l.Shown()) < len(l.Rows) {
		return len(l.Rows)
	}
	return 0
}

// LinkRow is one link as seen from one of its ends.
type LinkRow struct {
	ID, Action   string // element id; path of the link below the record
	Card         string // address of the card
	Name, Href   string
	Numbers      []string // phone numbers as typed, to call one
	Square       bool
	Role, Status string
	Main         bool   // the contact's main organization
	MainAt       string // where the contact's main organization is another one
	Archived     bool
	Version      int
	CanEdit      bool
	Focus        bool
	New          bool
	Stale        string // why it was not unlinked
	Editor       *LinkEditor
}

// Template names the row.
func (LinkRow) Template() string { return "records/_link.html" }

// LinkEditor is a link being edited.
type LinkEditor struct {
	Role     Field
	Status   Segment
	Main     *MainChoice // nil where it is the main organization, or cannot be
	Gives    *GivesAway
	Conflict *Conflict
}

// MainChoice is the tick that makes a link its contact's main one.
type MainChoice struct {
	Of    string // the contact's name, where the page is not theirs
	Now   string // the main organization now
	Tick  bool
	Error string
}

// LinkForm finds, chooses or creates the other end of a new link.
type LinkForm struct {
	Links            // the card it is in
	Owner     string // name of the card's record
	RequestID string
	Query     string
	Options   *Options // search results; nil before a search
	Chosen    *Chosen  // the other end, once chosen
	Create    []Field  // the fields to create the other end with
	Role      Field
	Status    Segment
	Found     *Found // what prevents the link
	Twins     Twins  // of the other end that is created
	Repeat    *Repeat
	Error     string
}

// Template names the form.
func (LinkForm) Template() string { return "records/_link_form.html" }

// Chosen is the other end of a new link.
type Chosen struct {
	ID, Name, Detail string
	Archived         bool
}

// Options lists records to choose from under a search field, and may offer to create one.
type Options struct {
	ID, Label string
	Rows      []OptionRow
	More      bool // whether more match than are shown
	Create    *OptionRow
	Target    string // selector of the element that a choice replaces
}

// Template names the list.
func (Options) Template() string { return "records/_options.html" }

// OptionRow is a record to choose, or an offer to create one. Marked is its name with the typed
// words marked.
type OptionRow struct {
	ID, Href, Name   string
	Icon             string   // in place of the initials
	Numbers          []string // phone numbers as typed, to call one
	Marked, Detail   []TextPart
	Square, Archived bool
	Similar          bool // spelled a little differently than what was typed
}

// TextPart is a part of a text. Hit marks a searched word.
type TextPart struct {
	Text string
	Hit  bool
}
