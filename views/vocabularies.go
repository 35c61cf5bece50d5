package views

// Vocabularies is the page of the values of sector, size, role and outcome.
type Vocabularies struct {
	Page
	Tabs   []Option // the vocabularies
	Values Values
}

// Template names the page.
func (Vocabularies) Template() string { return "vocabularies/index.html" }

// Values are the values of one vocabulary and its last changes.
type Values struct {
	Vocabulary, Plural, Href string
	Query, AllHref           string // what the list is narrowed to, and the address of the whole one
	Running                  *RunningChange
	Polls                    bool   // asks again by itself, because a change is running and no form is open
	Error                    string // of a form whose value is not there any more
	Count                    string // of the values, in words; shown where the running or last change is
	Focus                    bool   // whether that place has the focus, because what had it is gone or disabled
	Rows                     []ValueRow
	More                     bool         // there are more values than shown
	Last                     *PastChange  // the newest change, if it has just been made
	Changes                  []PastChange // the others
}

// Template names the fragment.
func (Values) Template() string { return "vocabularies/_values.html" }

// RunningChange is a change of a value that is being made.
type RunningChange struct {
	Text        string
	Done, Whole int
}

// ValueRow is a value in the list.
type ValueRow struct {
	ID, Text, Used, Href string // ID ends the ids of its buttons; Href is the list of what has it, "" if nothing has
	Suggested            bool
	Changing             bool // whether the running change is about it
	LooksLike            string
	Spellings            string // its other spellings, in words
	Rename, Merge        string // addresses of its forms
	Focus                string // which of its buttons has the focus: rename, merge, suggest, value for its text, or "" for none
	Form                 *ValueForm
}

// ValueForm renames a value or merges it into another.
type ValueForm struct {
	Action, Submit, Cancel string
	Field                  Field
	Error                  string // of the value itself
	Merge                  *Ref   // the form that merges it into the value that has the name already, or nil
}

// PastChange is a change of a value that was made.
type PastChange struct {
	ID, Text, By string
	At           *Time
	Undo         string // its address, "" if it cannot be undone
	Waits        bool   // whether it cannot be undone yet, because a change is running
	Query        string // what the list is narrowed to
	Undone       string // Undone or Being undone, "" if it is neither
}

// Template names the fragment.
func (PastChange) Template() string { return "vocabularies/_change.html" }
