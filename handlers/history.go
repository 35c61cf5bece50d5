package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// historyIndex answers a record's changes: to htmx alone, or only what is older; else on its page.
func (s *Server) historyIndex(c *gin.Context) error {
	x, err := s.side(c)
	if err != nil {
		return err
	}
	kind := x.own
	before, _ := strconv.ParseInt(c.Query("before"), 10, 64)
	entries, older, err := s.db.History(c.Request.Context(), who(c).Actor, kind, x.id, before)
	if err != nil {
		return err
	}
	h := views.History{Base: x.base, HasTimeline: who(c).Can(db.ViewInteraction), Days: historyDays(s.clock(c), entries, kind)}
	if older > 0 {
		h.Older = address(x.base+"/history", url.Values{"before": {strconv.FormatInt(older, 10)}, "day": {h.Days[len(h.Days)-1].Label}})
	}
	if part(c) && before > 0 {
		if len(h.Days) > 0 && h.Days[0].Label == c.Query("day") {
			h.Days[0].Label = "" // its heading stands above already
		}
		return s.show(c, http.StatusOK, views.OlderHistory{Days: h.Days, Href: h.Older})
	}
	return s.answerPart(c, http.StatusOK, func() error {
		return s.sidePage(c, http.StatusOK, x, func(r *views.Record) error {
			r.Title = "History of " + r.Name
			r.Timeline, r.History = nil, &h
			return nil
		})
	}, h)
}

// historyDays groups entries by day in the user's zone.
func historyDays(clock views.Clock, entries []db.Entry, kind string) []views.HistoryDay {
	var days []views.HistoryDay
	for _, e := range entries {
		label := clock.Day(e.At)
		if len(days) == 0 || days[len(days)-1].Label != label {
			days = append(days, views.HistoryDay{Label: label})
		}
		day := &days[len(days)-1]
		day.Entries = append(day.Entries, historyEntry(clock, e, kind))
	}
	return days
}

// historyEntry says an entry in words, as read on a page of this kind.
func historyEntry(clock views.Clock, e db.Entry, kind string) views.HistoryEntry {
	h := views.HistoryEntry{Who: e.UserName, Time: clock.Hour(e.At)}
	if h.Who == "" {
		h.Who = "The system"
	}
	say := func(text string) { h.Words = append(h.Words, views.Word{Text: text}) }
	name := func(text, href string) {
		if text == "" {
			text, href = "somebody who is gone", ""
		}
		h.Words = append(h.Words, views.Word{Text: text, Href: href})
	}
	contact := func() { name(e.Contact, "/contacts/"+e.ContactID) }
	organization := func() { name(e.Organization, "/organizations/"+e.OrganizationID) }
	other := contact
	if kind == "contact" {
		other = organization
	}
	switch e.Action {
	case "create_org", "create_contact":
		say("created this " + kind)
	case "update_org", "update_contact":
		say("changed " + fieldCount(e.Changes))
	case "archive_org", "archive_contact":
		say("archived this " + kind)
	case "restore_org", "restore_contact":
		say("restored this " + kind)
	case "link_contact":
		say("linked ")
		other()
		say(role(e))
	case "update_link":
		say("changed the link to ")
		other()
	case "unlink_contact":
		say("unlinked ")
		other()
		say(role(e))
	default:
		say(map[string]string{
			"create_interaction": "logged ", "update_interaction": "changed ", "delete_interaction": "deleted ", "restore_interaction": "brought back ",
			"create_follow_up": "planned ", "update_follow_up": "changed ", "move_follow_up": "moved ", "finish_follow_up": "finished ", "reopen_follow_up": "opened again ",
		}[e.Action])
		what, with, subject := map[string]string{"call": "a call", "email": "an email", "meeting": "a meeting", "note": "a note"}[e.Channel], " with ", e.Subject
		if e.Channel == "note" {
			with = " about "
		}
		if e.FollowUp != "" {
			what, with, subject = "a next step", " with ", e.FollowUp
		}
		say(what)
		if e.ContactID != "" && kind != "contact" {
			say(with)
			contact()
		}
		if e.OrganizationID != "" && kind != "organization" {
			if e.ContactID == "" && kind != "contact" {
				say(with)
			} else {
				say(" at ")
			}
			organization()
		}
		if kind != "interaction" {
			say(": ")
			name(subject, subjectHref(e))
		} else if e.FollowUp != "" {
			say(": ")
			name(subject, "")
		}
	}
	if e.Action != "create_follow_up" && e.Action != "create_org" && e.Action != "create_contact" && e.Action != "create_interaction" {
		for _, f := range e.Changes {
			h.Changes = append(h.Changes, views.Difference{Label: f.Label, Theirs: inWords(clock, f.Column, f.Old), Yours: inWords(clock, f.Column, f.New)})
		}
	}
	return h
}

// subjectHref leads to an interaction, but not from the entry that says it was deleted.
func subjectHref(e db.Entry) string {
	if e.Action == "delete_interaction" {
		return ""
	}
	return "/interactions/" + e.TargetID
}

// role is the end of a sentence about a link: " as Billing contact, Prospect".
func role(e db.Entry) string {
	if e.RoleLabel == "" && e.RelationshipStatus == "" {
		return ""
	}
	return " as " + joined(e.RoleLabel, e.RelationshipStatus)
}

func fieldCount(changes []db.FieldChange) string {
	numbers := []string{"", "", "two", "three", "four", "five", "six", "seven"}
	switch n := len(changes); {
	case n == 1:
		label := []rune(changes[0].Label)
		return "the " + strings.ToLower(string(label[:1])) + string(label[1:])
	case n < len(numbers):
		return numbers[n] + " fields"
	default:
		return strconv.Itoa(n) + " fields"
	}
}

// inWords shows a changed value as people read it.
func inWords(clock views.Clock, column, value string) string {
	switch column {
	case "happened_at":
		if at, err := db.ParseTime(value); err == nil {
			return clock.Hour(at).Title
		}
	case "channel":
		if label := channelLabels[value]; label != "" {
			return label
		}
	case "due_on":
		day, _, _ := clock.Due(value)
		return day.Title
	}
	return value
}
