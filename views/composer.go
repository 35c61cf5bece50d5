package views

// Composer logs an interaction on a record's page. Closed, it is one line.
type Composer struct {
	Action, RequestID string
	Repeat            *Repeat
	Open, Logged      bool // Logged: it was just sent, and its line takes the focus
	Sent              bool // whether the form came twice: other buttons replace this one
	Whole             bool // whether its lower fields are there; else they come once somebody opens it
	With              With
	Present           ComposerPeople
	ComposerFields
}

// ComposerPeople asks who else was there and who had an interaction.
type ComposerPeople struct {
	ID         string // prefix of the fields' ids
	Further    FurtherPeople
	HandledBy  []Option
	HadByError string
	Focus      bool // of Handled by
}

// Template names the fragment.
func (ComposerPeople) Template() string { return "records/_composer_people.html" }

// FurtherPeople asks who else was there: a search, and a tick for each of those on offer.
type FurtherPeople struct {
	ID, Base     string // Base is the path of the record whose people come first
	Options      []Option
	Open         bool   // somebody is ticked
	Typed, Found string // what was searched for, and what the options answer
	Error        string
	Focus        bool // of the search
}

// Template names the fragment.
func (FurtherPeople) Template() string { return "records/_further.html" }

// With asks with whom, or at which organization, an interaction was: a choice of those who are linked, and a search for
// others. Where many are linked, people with script only search.
type With struct {
	ID                        string // of its choice; its other elements' ids begin with it
	Label, Kind, Plural, Base string // Kind is that of the other end, Base the record's path
	Options                   []Option
	Many                      bool
	Chosen                    string // the id that somebody chose, none, or "" for the composer's own choice
	Picked                    string // the name shown as chosen where many are linked
	Links                     string // how the chosen one, who is not linked yet, will be; "" if they are
	Typed, Found              string // what was searched for, and what the options answer
	Error                     string
	First, Focus              bool // First: it is the first refused field; Focus: its search takes the focus
}

// Template names the field.
func (With) Template() string { return "records/_composer_with.html" }

// WithOptions are the records that a search in With or among further people found.
type WithOptions struct {
	ID             string // of the list
	Linked, Others []OptionRow
	Target         string // what a choice replaces
	Include        string // what a choice sends along, "" for nothing
	Label          string
	Unlinked       string // the heading of the others
	Create         *OptionRow
	More, None     bool
}

// Template names the list.
func (WithOptions) Template() string { return "records/_with_options.html" }

// Text returns the upper part of the composer, above the choice of contact or organization.
func (c Composer) Text() ComposerText {
	return ComposerText{c.Channels, c.Subject, c.Body, c.Errors, c.Focus}
}

// Lower returns the lower fields of the composer.
func (c Composer) Lower() ComposerLower { return ComposerLower{c.Present, c.ComposerFields} }

// ComposerLower are the lower fields of a composer: who was there and had it, how it ended, when it was, and what follows.
type ComposerLower struct {
	Present ComposerPeople
	Fields  ComposerFields
}

// Template names the fragment.
func (ComposerLower) Template() string { return "records/_composer_lower.html" }

// ComposerText asks what happened.
type ComposerText struct {
	Channels      []Option
	Subject, Body string
	Errors        map[string]string
	Focus         bool
}

// Template names the fragment.
func (ComposerText) Template() string { return "records/_composer_text.html" }

// ComposerFields are the lower fields of the composer. Only the choice above them differs from
// record to record.
type ComposerFields struct {
	ID                     string // prefix of the fields' ids
	Channels               []Option
	Subject, Body, Outcome string
	When                   TimeChoice
	NextText               string // the next step
	Due                    TimeChoice
	People                 []Option
	Errors                 map[string]string
	Focus                  bool
}

// TimeChoice asks for a time or a day: quick answers, and Other… with what is typed, or picked in a calendar.
type TimeChoice struct {
	ID, Legend     string // ID is that of the field to type in
	Name, TextName string // of the quick answers, and of what is typed
	Options        []Option
	Text, Shown    string // Shown is what an editor showed at first
	Picker         string // the type of the calendar's field
	Picked         string // what the calendar of an editor shows at first; it is sent as happened_at
	Label, Example string // of the field to type in
	Zone, ZoneHint string // "" for a day
	Error          string
	Focus          bool
}

// Template names the fragment.
func (TimeChoice) Template() string { return "records/_time_choice.html" }

// First reports whether a field is the first refused one, which takes the focus.
func (f ComposerFields) First(field string) bool {
	for _, name := range []string{
		"subject", "with", "participant_id", "user_id", "outcome", "happened_at", "follow_up_text", "follow_up_due_on",
	} {
		if f.Errors[name] != "" {
			return name == field
		}
	}
	return false
}

// OutcomeField returns the field of the outcome.
func (f ComposerFields) OutcomeField() Field {
	return Field{
		ID: f.ID + "-outcome", Name: "outcome", Label: "Outcome", Value: f.Outcome, Suggests: "outcome", Placeholder: "None",
		Error: f.Errors["outcome"], Autofocus: f.First("outcome"),
	}
}

// Times gives the two times their errors, and the focus if theirs is the first.
func (f *ComposerFields) Times() {
	f.When.Error, f.When.Focus = f.Errors["happened_at"], f.First("happened_at")
	f.Due.Error, f.Due.Focus = f.Errors["follow_up_due_on"], f.First("follow_up_due_on")
}

// Understood is a time or a day as it was read from what was typed, or why it was not.
type Understood struct{ Text string }

// Template names the fragment.
func (Understood) Template() string { return "records/_understood.html" }

// Template names the fields below the text.
func (ComposerFields) Template() string { return "records/_composer_rest.html" }

// Template names the composer.
func (Composer) Template() string { return "records/_composer.html" }
