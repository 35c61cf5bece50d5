package views

// Record is the page of an organization or of a contact: the head, the facts,
// the links and the activity.
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
	Access    string // address of who can see it, "" for who may not ask
	Links     Links
	Composer  *Composer     // nil without the right to log
	FollowUps *FollowUpCard // what is open; nil without the right to see interactions
	Timeline  *Timeline     // either this or History; both nil without the right to see either
	History   *History
}

// Template names the page.
func (Record) Template() string { return "records/show.html" }

// RecordHeading is a record's name and what can be done with it.
type RecordHeading struct {
	List             Ref
	Name             string
	Square, Archived bool
	Email            string // to write to, "" for none
	Meta             RecordMeta
	Acts             Acts
}

// Template names the piece.
func (RecordHeading) Template() string { return "records/_heading.html" }

// RecordMeta is the line under a record's name; what is empty is not shown.
type RecordMeta struct {
	Website, JobTitle string
	Organization      *Ref
	Calls             []Call
	Contacted         bool // may see the last contact
	LastContact       *Time
	Never             string // what stands there instead of one
}

// Template names the piece.
func (RecordMeta) Template() string { return "records/_meta.html" }

// Call is a phone number as it was typed, and as it is dialed.
type Call struct{ Shown, Number string }

// Square says whether the avatar is an organization's.
func (r Record) Square() bool { return r.Kind == "organization" }

// Active says whether its activity is shown.
func (r Record) Active() bool { return r.Composer != nil || r.Timeline != nil || r.History != nil }

// Leads says whether anything stands beside its facts and links.
func (r Record) Leads() bool { return r.Archived != nil || r.Active() }

// Acts are the record's buttons.
func (r Record) Acts() Acts {
	return Acts{r.Kind, r.Base, r.Access, r.Version, r.CanEdit, r.Archived != nil}
}

// Acts are what can be done with a record as a whole.
type Acts struct {
	Kind, Base, Access string // Access is "" for who may not ask
	Version            int
	CanEdit, Archived  bool
}

// RecordVersion is the hidden version in the form that archives or restores the page's record.
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
	Facts     []Fact
	Created   *Time
	CreatedBy string
	Updated   *Time // nil where it never changed
}

// Template names the card.
func (Details) Template() string { return "records/_details.html" }

// Fact is one field of a record, shown or in its editor.
type Fact struct {
	Base, Column, Label, Add string
	Value                    string // as stored
	Shown                    string // as read; "" where it is unset
	Avatar                   bool
	CanEdit                  bool
	Focus                    bool    // just saved or cancelled: its link takes the focus
	Editor                   *Editor // nil shows the value
}

// Template names the piece of a fact.
func (Fact) Template() string { return "records/_fact.html" }

// Editor is a fact being edited.
type Editor struct {
	Field    Field
	Version  int
	Conflict *Conflict
	Found    *Found
	Shown    string // after a conflict: what the person's value looks like
}

// Links is the card of a record's links to the other kind.
type Links struct {
	Base    string // of the record, without /contacts or /organizations
	Kind    string // of the other end: contact or organization
	Plural  string // contacts or organizations: the path
	Heading string
	Rows    []LinkRow
	CanEdit bool
	Form    *LinkForm
	Focus   string // id of what takes the focus after a change
	All     bool   // shows every row, however many
}

// Template names the card.
func (Links) Template() string { return "records/_links.html" }

// firstLinks is how many rows the card shows before somebody asks for all.
const firstLinks = 20

// Shown is the rows of the card: the first ones, unless one below is being
// edited or takes the focus.
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

// More is the number of all rows where some are left out, else 0.
func (l Links) More() int {
	if len(l.Shown()) < len(l.Rows) {
		return len(l.Rows)
	}
	return 0
}

// LinkRow is one link as seen from one of its ends.
type LinkRow struct {
	ID, Action   string // element id; path of the link below the record
	Card         string // path of the card
	Name, Href   string
	Square       bool
	Role, Status string
	Archived     bool
	Version      int
	CanEdit      bool
	Focus        bool
	New          bool
	Editor       *LinkEditor
}

// Template names the row.
func (LinkRow) Template() string { return "records/_link.html" }

// LinkEditor is a link being edited.
type LinkEditor struct {
	Role     Field
	Status   Segment
	Conflict *Conflict
}

// LinkForm finds, chooses or creates the other end of a new link.
type LinkForm struct {
	Links            // where it stands
	Owner     string // name of the record it stands on
	RequestID string
	Query     string
	Options   *Options // results; nil before anything was typed
	Chosen    *Chosen  // the other end, once it is chosen
	Create    []Field  // the other end's fields, to create it
	Role      Field
	Status    Segment
	Found     *Found // what stands in the way
	Repeat    *Repeat
	Error     string
}

// Template names the form.
func (LinkForm) Template() string { return "records/_link_form.html" }

// Chosen is the other end of a link to be made.
type Chosen struct {
	ID, Name, Detail string
	Archived         bool
}

// Options is the list under a search field: records to choose from, and perhaps to create one.
type Options struct {
	ID, Label string
	Rows      []OptionRow
	More      bool // more fit than are shown
	Create    *OptionRow
	Target    string // where a click puts the answer
}

// Template names the list.
func (Options) Template() string { return "records/_options.html" }

// OptionRow is a record that was found, or a choice to make one. Marked is its
// name with what was typed in it.
type OptionRow struct {
	ID, Href, Name   string
	Marked, Detail   []Piece
	Square, Archived bool
}

// Piece is a part of a text; a hit is what was searched for.
type Piece struct {
	Text string
	Hit  bool
}

// Choices are the options of a select.
type Choices []Option

// Template names the piece.
func (Choices) Template() string { return "_choices.html" }

// Composer logs an interaction on a record's page.
type Composer struct {
	Action, RequestID string
	Repeat            *Repeat
	WithLabel         string
	WithName          string
	With              []Option
	ComposerFields
}

// Text is the part of the composer above whom it was with.
func (c Composer) Text() ComposerText {
	return ComposerText{c.Channels, c.Subject, c.Body, c.Errors, c.Focus}
}

// ComposerText asks what happened.
type ComposerText struct {
	Channels      []Option
	Subject, Body string
	Errors        map[string]string
	Focus         bool
}

// Template names the piece.
func (ComposerText) Template() string { return "records/_composer_text.html" }

// ComposerFields is what stands in the composer beside whom it was with, which
// is all that differs from record to record.
type ComposerFields struct {
	Zone, ZoneHint         string // of When
	Channels               []Option
	Outcomes               []string
	Subject, Body, Outcome string
	When, WhenShown        string // as typed; as the closed menu says it
	NextText, NextDay      string // the next step
	People                 []Option
	Days                   MoveDays
	Errors                 map[string]string
	Focus                  bool
	Sent                   bool // it was before: the choices stand above
}

// Planning tells whether the next step has anything in it, or wrong with it.
func (c ComposerFields) Planning() bool {
	return c.NextText != "" || c.NextDay != "" || c.Errors["follow_up_text"] != "" ||
		c.Errors["follow_up_due_on"] != "" || c.Errors["follow_up_assignee_id"] != ""
}

// Template names the fields below the text.
func (ComposerFields) Template() string { return "records/_composer_rest.html" }

// Template names the composer.
func (Composer) Template() string { return "records/_composer.html" }

// Timeline is a record's interactions, or the feed of all.
type Timeline struct {
	Base       string // of the record; "" for the feed
	Path       string // of the timeline itself
	HasHistory bool
	CanLog     bool
	Chips      []Chip
	Filtered   bool
	Days       []Day
	Older      string // address of the following page, "" where there is none
}

// Template names the timeline.
func (Timeline) Template() string { return "records/_timeline.html" }

// HasToday tells whether the first day shown is today.
func (t Timeline) HasToday() bool { return len(t.Days) > 0 && t.Days[0].Label == "Today" }

// Head is the heading with the filters, where there is something to filter.
func (t Timeline) Head() TimelineHead {
	h := TimelineHead{t.Base, t.Path, t.HasHistory, nil}
	if len(t.Days) > 0 || t.Filtered {
		h.Chips = t.Chips
	}
	return h
}

// TimelineHead is what stands above a timeline.
type TimelineHead struct {
	Base, Path string
	HasHistory bool
	Chips      []Chip
}

// Template names the heading.
func (TimelineHead) Template() string { return "records/_timeline_head.html" }

// Older is the answer to "Load older": the days before, and the next link.
type Older struct {
	Days []Day
	Href string
}

// Template names the answer.
func (Older) Template() string { return "records/_older.html" }

// Chip is a filter as a menu of links.
type Chip struct {
	Key, Value string // Value is "" while it is not set
	Options    []Option
	Remove     string // address without the filter
	Target     string // what htmx swaps when one is chosen; "" loads the page
}

// Template names the menu.
func (Chip) Template() string { return "records/_chip.html" }

// Day is a day of a timeline.
type Day struct {
	Label  string
	Events []Event
}

// Template names the piece of a day.
func (Day) Template() string { return "records/_day.html" }

// Event is one interaction in a timeline, shown or in its editor.
type Event struct {
	ID, Channel, Subject, Outcome, Body string
	By, Verb                            string
	Whom, At                            *Ref // the person and the organization, where the page does not say so itself
	Time                                *Time
	Next                                FollowUp // without ID there is none
	Version                             int
	CanEdit                             bool
	Fresh                               bool
	Focus                               bool
	Editor                              *EventEditor
}

// Template names the piece of an event.
func (Event) Template() string { return "records/_event.html" }

// EventEditor is an interaction being edited.
type EventEditor struct {
	Channels            []Option
	Subject, Outcome    Field
	Body, BodyError     string
	With, At            []Option
	When                Field
	Next                NextStep
	NextID              string // of the one that is open, "" to plan one
	NextVersion         int
	Conflict            *Conflict
	Error, ContactError string
	Zone                string
	Cancel              string
}

// History is a record's changes.
type History struct {
	Base        string
	HasTimeline bool
	Days        []HistoryDay
	Older       string
}

// Template names the panel.
func (History) Template() string { return "records/_history.html" }

// OlderHistory is the answer to "Load older" in a history.
type OlderHistory struct {
	Days []HistoryDay
	Href string
}

// Template names the answer.
func (OlderHistory) Template() string { return "records/_older_history.html" }

// HistoryDay is a day of a history.
type HistoryDay struct {
	Label   string
	Entries []HistoryEntry
}

// HistoryEntry says in words who changed what.
type HistoryEntry struct {
	Who     string
	Words   []Word
	Time    *Time
	Changes []Difference // Theirs is the old value, Yours the new one
	Back    *Undo        // takes back the whole of it
	From    *From        // in the audit log
}

// Word is a piece of a sentence, a link where Href is set.
type Word struct{ Text, Href string }
