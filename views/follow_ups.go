package views

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"

	"clientregistry/db"
)

// FollowUp is an open next step: a row of a list or a card, or a line of its event.
type FollowUp struct {
	ID, InteractionID, Text string
	Whom, At                Ref // Ref{} if absent; a Ref without Href is plain text
	Who                     string
	Archived                string // which of them is archived, in words
	Due                     Time   // the due day, in the reader's words
	Day                     string // the same as YYYY-MM-DD
	Href                    string // of its interaction, or its own page
	Giver                   string // the first name of whoever gave it to the reader, "" if nobody did
	New                     bool   // the reader has not looked at it yet
	Opened                  bool   // the page is that of its interaction; opening it counts as looking at the follow-up
	Alone                   bool   // without a client
	Done                    *Time  // when it was done, in the list of those
	Late                    bool
	Version                 int
	CanEdit                 bool

	From  string   // the page it is shown on
	Place string   // row or event
	Open  bool     // whether its menu is there and open
	Days  MoveDays // on offer in the menu
	Typed string   // the refused day, as typed
	Error string   // why it was refused
	Stale string   // who changed it in the meantime
	Focus bool     // whether the menu takes the focus
}

// PageHref leads to the page that the follow-up is shown on.
func (f FollowUp) PageHref() string { return cmp.Or(f.From, "?") }

// Own returns the address of its own page, from which one comes back to this one.
func (f FollowUp) Own() string {
	return "/follow-ups/" + f.ID + "?" + url.Values{"from": {f.From}}.Encode()
}

// DueTime returns the due day for the template of times.
func (f FollowUp) DueTime() *Time { return &f.Due }

// Template names the fragment.
func (f FollowUp) Template() string {
	if f.Place == "event" {
		return "follow_ups/_next.html"
	}
	return "follow_ups/_row.html"
}

// FollowUpMenu is what can be done with a follow-up. It is loaded when its menu is opened.
type FollowUpMenu struct{ FollowUp }

// Template names the content of the menu.
func (FollowUpMenu) Template() string { return "follow_ups/_menu.html" }

// Selector selects its HTML element: its row, or its line in the event of its interaction.
func (f FollowUp) Selector() string {
	if f.Place == "event" {
		return "#i-" + f.InteractionID + " .next"
	}
	return "#" + f.Element()
}

// Element returns what the ids of its HTML elements end with, which is the id of its row.
func (f FollowUp) Element() string {
	if f.Place == "event" {
		return "next-" + f.InteractionID
	}
	return "f-" + f.ID
}

// DueDay formats the day of a follow-up: "Thu 26 Nov", with its year if that is another.
func (c Clock) DueDay(day string) Time {
	date, ok := db.ReadDate(day)
	if !ok {
		return Time{ISO: day, Title: day, Text: day}
	}
	shown := Time{ISO: day, Title: date.Format("Mon 2 Jan 2006"), Text: date.Format("Mon 2 Jan")}
	if date.Year() != c.Today().Year() {
		shown.Text = shown.Title
	}
	return shown
}

// Due puts the day of an open follow-up in words by how near it is: "3 days late", "today", "Thu 26 Nov".
// group is its heading in a list; late reports whether it has passed.
func (c Clock) Due(day string) (shown Time, group string, late bool) {
	shown, today := c.DueDay(day), c.Today()
	due, ok := db.ReadDate(day)
	if !ok {
		return shown, "Later", false
	}
	sunday := today.Until(today.Monday().Add(6))
	switch days := today.Until(due); {
	case days < -1:
		shown.Text = strconv.Itoa(-days) + " days late"
		return shown, "Overdue", true
	case days == -1:
		shown.Text = "1 day late"
		return shown, "Overdue", true
	case days == 0:
		shown.Text = "today"
		return shown, "Today", false
	case days == 1:
		shown.Text = "tomorrow"
		fallthrough
	default:
		switch {
		case days <= sunday:
			group = "This week"
		case days <= sunday+7:
			group = "Next week"
		default:
			group = "Later"
		}
		return shown, group, false
	}
}

// DueAt adds the time of a follow-up to its day, both by the reader's clock. The title has them as they were given, and
// names the time zone if it is another.
func (c Clock) DueAt(day Time, f db.FollowUp) Time {
	at, ok := f.DueAt()
	if !ok {
		return day
	}
	local, title, clock := at.In(c.Zone), day.Title+" "+f.DueTime, f.DueTime
	if local.Format("2006-01-02 15:04") != f.DueOn+" "+f.DueTime {
		title, clock = title+" in the time zone "+f.AssigneeZone, local.Format("15:04")
		if there := local.Format("2006-01-02"); there != f.DueOn && !strings.HasSuffix(day.Text, " late") {
			words, _, late := c.Due(there)
			if day = c.DueDay(there); f.Open() && !late {
				day = words
			}
		}
	}
	day.Title = title
	switch {
	case day.Text == "today":
		day.Text = clock
	case !strings.HasSuffix(day.Text, " late"):
		day.Text += " " + clock
	}
	return day
}

// MoveDays are the days offered to move a follow-up to; Today and Last are also the first and the
// last day allowed.
type MoveDays struct{ Today, Tomorrow, NextWeek, Week, TwoWeeks, Last string }

// Monday reports whether next Monday is a day of its own: not on a Sunday, when it is tomorrow, nor on a Monday, when it is in
// a week.
func (d MoveDays) Monday() bool { return d.NextWeek != d.Tomorrow && d.NextWeek != d.Week }

// NewMoveDays returns those days, counted from today.
func NewMoveDays(c Clock) MoveDays {
	today := c.Today()
	return MoveDays{
		Today: today.String(), Tomorrow: today.Add(1).String(), NextWeek: today.Monday().Add(7).String(), Week: today.Add(7).String(),
		TwoWeeks: today.Add(14).String(), Last: today.LastDue().String(),
	}
}

// FollowUpGroup is a heading of the list and its follow-ups. An empty heading continues the group
// above.
type FollowUpGroup struct {
	Label   string
	Late    bool
	SeenAll bool   // offers to mark all of them as seen
	From    string // then the page they are on
	Rows    []FollowUp
}

// FollowUpCard lists the open follow-ups of a record or, on the home page, the reader's own.
type FollowUpCard struct {
	Heading string
	Groups  []FollowUpGroup
	Add     string // the address of the form of a new one, "" for none
	All     string // address of the full list, "" for no link
	Empty   string // text for an empty card; "" hides the card
	Focus   bool
}

// Template names the card.
func (FollowUpCard) Template() string { return "follow_ups/_card.html" }

// FollowUps is the list of open follow-ups.
type FollowUps struct {
	Page
	Tabs                    []Option
	Menus                   Chips
	Heading                 string // of the tab
	Groups                  []FollowUpGroup
	More                    string
	EmptyHeading, EmptyText string
	Address                 string // of this list, without what has no effect
	Longer                  string // the address with all rows that were loaded
	ClearHref               string // address without the filter by person, "" if there is none
	New                     string // the address of the form of a new one, "" for none
	SeenAll                 string // how many are new to the reader, "" for none
	First                   bool   // whether the rows begin with the first of the list
	Focus                   bool
}

// Shown counts the rows: "50 shown" if there are more, else "14 follow-ups".
func (f FollowUps) Shown() string {
	n := 0
	for _, g := range f.Groups {
		n += len(g.Rows)
	}
	switch {
	case f.More != "" || !f.First:
		return strconv.Itoa(n) + " shown"
	case n == 1:
		return "1 follow-up"
	}
	return strconv.Itoa(n) + " follow-ups"
}

// Template names the page.
func (FollowUps) Template() string { return "follow_ups/index.html" }

// FollowUpList is the list without the page around it.
type FollowUpList struct{ FollowUps }

// Template names the fragment.
func (FollowUpList) Template() string { return "follow_ups/_list.html" }

func (FollowUpList) page() *Page { return nil }

// MoreFollowUps is the answer to "Load 50 more".
type MoreFollowUps struct{ FollowUps }

// Template names the fragment.
func (MoreFollowUps) Template() string { return "follow_ups/_more.html" }

func (MoreFollowUps) page() *Page { return nil }

// NextStep is the form that plans what comes after an interaction.
type NextStep struct {
	Action    string
	Text, Who Field
	Due       TimeChoice
}

// Template names the form.
func (NextStep) Template() string { return "follow_ups/_form.html" }

// FollowUpForm plans a follow-up that stands on its own, or changes any.
type FollowUpForm struct {
	Action, Submit, From, Cancel string
	Hidden                       []Hidden
	Part                         bool // it stands on another page, and htmx sends it
	Text, Time, Who              Field
	Due                          TimeChoice
	Clients                      FollowUpClients
	Repeat                       *Repeat
	Conflict                     *Conflict
}

// Template names the form.
func (FollowUpForm) Template() string { return "follow_ups/_edit.html" }

// FollowUpClients are the clients that the form offers.
type FollowUpClients struct {
	Find                    string
	Organizations, Contacts Picks // without a name where the form has none
	None, More              bool
	Error                   string
}

// Sets returns the two choices of the form.
func (c FollowUpClients) Sets() []Picks { return []Picks{c.Organizations, c.Contacts} }

// Focused returns the id of the option that takes the focus: the first one, if somebody has to choose.
func (c FollowUpClients) Focused() string {
	for _, set := range c.Sets() {
		if c.Error != "" && len(set.Options) > 0 {
			return set.Options[0].ID
		}
	}
	return ""
}

// Template names the fragment.
func (FollowUpClients) Template() string { return "follow_ups/_clients.html" }

// Label returns the name of an option, or its id if it is not offered.
func (p Picks) Label(id string) string {
	for _, o := range p.Options {
		if o.ID == id {
			return o.Name
		}
	}
	return id
}

// FollowUpPage is the page of a new follow-up, or of one that is stored.
type FollowUpPage struct {
	Page
	Stored                             *FollowUp // nil for a new one
	Own                                bool      // it is the reader's, and new to them
	Ended                              string    // Done or Cancelled, "" while it is open
	At                                 *Time
	Interaction, Organization, Contact Ref
	Form                               *FollowUpForm // nil for those who may not change it, and where it is not open
}

// Template names the page.
func (FollowUpPage) Template() string { return "follow_ups/show.html" }

// NewCount is the number of the reader's new follow-ups, in the menu.
type NewCount struct{ Shown string }

// Template names the fragment.
func (NewCount) Template() string { return "follow_ups/_new_count.html" }

// DueCount is the number of the reader's follow-ups that are due by today, in the menu.
type DueCount struct {
	Shown string // "" for none, like 3 or 99+
	Late  bool   // one of them is overdue
}

// Template names the fragment.
func (DueCount) Template() string { return "follow_ups/_due.html" }
