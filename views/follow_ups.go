package views

import (
	"strconv"

	"clientregistry/db"
)

// FollowUp is an open next step: a row of a list or a card, or a line of its event.
type FollowUp struct {
	ID, InteractionID, Text string
	Whom, At                Ref // Ref{} if absent; a Ref without Href is plain text
	Who                     string
	Archived                bool
	Due                     Time // the due day, in the reader's words
	Late                    bool
	Version                 int
	CanEdit                 bool

	From  string // the page it is shown on
	Place string // row or event
	Days  MoveDays
	Open  bool   // whether its menu of days is open
	Typed string // the refused day, as typed
	Error string // why it was refused
	Stale string // who changed it in the meantime
	Focus bool   // whether the menu takes the focus
}

// DueTime returns the due day for the template of times.
func (f FollowUp) DueTime() *Time { return &f.Due }

// Template names the piece.
func (f FollowUp) Template() string {
	if f.Place == "event" {
		return "follow_ups/_next.html"
	}
	return "follow_ups/_row.html"
}

// Element returns the id of its HTML element.
func (f FollowUp) Element() string {
	if f.Place == "event" {
		return "next-" + f.InteractionID
	}
	return "f-" + f.ID
}

// Due puts a day in words by how near it is: "3 days late", "today", "Thu 26 Nov". group is its
// heading in a list; late reports whether it has passed.
func (c Clock) Due(day string) (shown Time, group string, late bool) {
	today := c.Today()
	due, ok := db.ReadDate(day)
	if !ok {
		return Time{ISO: day, Title: day, Text: day}, "Later", false
	}
	shown = Time{ISO: day, Title: due.Format("Mon 2 Jan 2006"), Text: due.Format("Mon 2 Jan")}
	if due.Year() != today.Year() {
		shown.Text = shown.Title
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
		group = "Later"
		if days <= sunday {
			group = "This week"
		}
		return shown, group, false
	}
}

// MoveDays are the days offered to move a follow-up to; Today and Last are also the first and the
// last day allowed.
type MoveDays struct{ Today, Tomorrow, NextWeek, TwoWeeks, Last string }

// NewMoveDays returns those days, counted from today.
func NewMoveDays(c Clock) MoveDays {
	today := c.Today()
	return MoveDays{today.String(), today.Add(1).String(), today.Monday().Add(7).String(), today.Add(14).String(), today.LastDue().String()}
}

// FollowUpGroup is a heading of the list and its follow-ups. An empty heading continues the group
// above.
type FollowUpGroup struct {
	Label string
	Late  bool
	Rows  []FollowUp
}

// FollowUpCard lists the open follow-ups of a record or, on the home page, the reader's own.
type FollowUpCard struct {
	Heading string
	Groups  []FollowUpGroup
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
	Chips                   []Chip
	Groups                  []FollowUpGroup
	More                    string
	EmptyHeading, EmptyText string
	ClearHref               string // address without the filter by person, "" if there is none
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

// Template names the piece.
func (FollowUpList) Template() string { return "follow_ups/_list.html" }

func (FollowUpList) page() *Page { return nil }

// MoreFollowUps is the answer to "Load 50 more".
type MoreFollowUps struct{ FollowUps }

// Template names the piece.
func (MoreFollowUps) Template() string { return "follow_ups/_more.html" }

func (MoreFollowUps) page() *Page { return nil }

// NextStep is the form that plans what comes after an interaction.
type NextStep struct {
	Action         string
	Text, Day, Who Field
}

// Template names the form.
func (NextStep) Template() string { return "follow_ups/_form.html" }

// DueCount is how many of one's own follow-ups are due by today, in the menu.
type DueCount struct {
	Shown string // "" for none, like 3 or 99+
	Late  bool   // one of them is overdue
}

// Template names the piece.
func (DueCount) Template() string { return "follow_ups/_due.html" }
