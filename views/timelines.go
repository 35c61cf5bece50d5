package views

import "cmp"

// Timeline lists a record's interactions, or those of all records in the feed.
type Timeline struct {
	Base       string // of the record, "" in the feed
	Path       string // of the timeline itself
	HasHistory bool
	CanLog     bool
	OwnOnly    bool   // the feed of somebody who sees only their own clients
	Address    string // of the record's page with this timeline, "" in the feed
	Filters    Chips
	Filtered   bool
	Days       []Day
	Older      string // address of the next page, "" for none
}

// Template names the timeline.
func (Timeline) Template() string { return "records/_timeline.html" }

// HasToday tells whether the first day shown is today.
func (t Timeline) HasToday() bool { return len(t.Days) > 0 && t.Days[0].Label == "Today" }

// Head returns the heading, with filters if there is anything to filter.
func (t Timeline) Head() TimelineHead {
	h := TimelineHead{Base: t.Base, Path: t.Path, HasHistory: t.HasHistory}
	if len(t.Days) > 0 || t.Filtered {
		h.Filters = t.Filters
	}
	return h
}

// TimelineHead is the heading of a timeline.
type TimelineHead struct {
	Base, Path string
	HasHistory bool
	Filters    Chips
}

// Template names the heading.
func (TimelineHead) Template() string { return "records/_timeline_head.html" }

// Older is the answer to "Load older": earlier days and the next link.
type Older struct {
	Days []Day
	Href string
}

// Template names the answer.
func (Older) Template() string { return "records/_older.html" }

// Day is a day of a timeline.
type Day struct {
	Label  string
	Events []Event
}

// Template names the fragment of a day.
func (Day) Template() string { return "records/_day.html" }

// Event is one interaction in a timeline, shown or in its editor.
type Event struct {
	ID, Channel, Subject, Outcome, Body string
	By, Verb, Logger                    string // Logger is who logged it, "" if that is By
	Others                              []OtherPerson
	Whom, At                            *Ref // the contact and the organization; no link on its own page
	Time                                *Time
	Next                                FollowUp // no next step if its ID is ""
	Version                             int
	CanEdit                             bool
	Fresh                               bool
	Focus                               bool
	Stale                               string // why it was not deleted
	Editor                              *EventEditor
}

// OtherPerson is a further person of an interaction, after Whom.
type OtherPerson struct {
	Before string // what stands between this name and the last one
	Ref
}

// Template names the fragment of an event.
func (Event) Template() string { return "records/_event.html" }

// EventEditor is an interaction being edited. Its fields are the composer's.
type EventEditor struct {
	Channels        []Option
	Subject         Field
	Body, BodyError string
	With, At        *With // nil where that end is the only one
	Present         ComposerPeople
	Fields          ComposerFields
	NextID          string // id of the open next step, "" to plan one
	NextVersion     int
	Conflict        *Conflict
	Gives           *GivesAway
	From, Cancel    string // the page it was opened on, and where Cancel leads
}

// Refuse gives the fields their errors, by column, and the focus to the first of those. A field that asks about a name
// has its own already.
func (e *EventEditor) Refuse(errors map[string]string) {
	e.Fields.Errors = map[string]string{}
	for column, message := range errors {
		e.Fields.Errors[column] = message
	}
	e.Subject.Error, e.BodyError = errors["subject"], errors["body"]
	e.Subject.Autofocus = e.Fields.First("subject") || errors["body"] != ""
	for column, end := range map[string]*With{"contact_id": e.With, "organization_id": e.At} {
		if end != nil {
			end.Error = cmp.Or(end.Error, errors[column])
			e.Fields.Errors["with"] += end.Error
		}
	}
	for _, end := range []*With{e.With, e.At} {
		if end != nil {
			end.First = end.Error != "" && e.Fields.First("with")
		}
	}
	e.Present.Further.Error, e.Present.HadByError = cmp.Or(e.Present.Further.Error, errors["participant_id"]), errors["user_id"]
	e.Present.Further.Focus, e.Present.Focus = e.Fields.First("participant_id"), e.Fields.First("user_id")
	e.Fields.Times()
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

// HistoryEntry tells in words who changed what.
type HistoryEntry struct {
	Who     string
	Token   string // of their program that did it, or ""
	Words   []Word
	Time    *Time
	Changes []Difference // Theirs is the old value, Yours the new one
	Back    *Undo        // takes back the whole change
	From    *From        // where it came from, in the audit log
	Row     string       // its number
	Icon    string       // instead of an avatar, where nobody is named
	Focus   bool
}

// Word is a part of a sentence, and a link if Href is set.
type Word struct{ Text, Href string }
