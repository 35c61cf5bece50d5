package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// historyIndex answers with a record's history: as a page, as a fragment for htmx, or only the
// older entries.
func (s *Server) historyIndex(c *gin.Context) error {
	x, err := s.timelineRecord(c)
	if err != nil {
		return err
	}
	kind := x.kind
	given, path := c.Request.URL.Query(), x.base+"/history"
	before, err := before(given)
	if err != nil {
		return err
	}
	entries, older, err := s.db.History(c.Request.Context(), who(c).Actor, kind, x.id,
		db.HistoryPage{Before: before, Limit: entriesAsked(given)})
	if err != nil {
		return err
	}
	shown := entriesShown(given)
	place := withEntries(path, nil, shown)
	h := views.History{Base: x.base, HasTimeline: who(c).Can(db.ViewInteraction), Days: historyDays(s.clock(c), entries, kind, place)}
	h.Older = olderEntries(path, nil, older, h.Days, shown)
	if wantsFragment(c) && before > 0 {
		return s.olderEntriesAnswer(c, h.Days, h.Older, s.withList(c, place))
	}
	if wantsFragment(c) {
		c.Header("HX-Push-Url", s.withList(c, h.Base+"/history"))
	}
	return s.answerFragments(c, http.StatusOK, func() error {
		return s.recordPageWith(c, http.StatusOK, func(r *views.Record) error {
			r.Title = "History of " + r.Name
			r.Timeline, r.History = nil, &h
			focusTakenBack(h.Days, r.Toast)
			return nil
		})
	}, h)
}

// mostEntries is how many entries a history or the audit log shows at once. Older ones follow a cursor.
const mostEntries = db.MostListed

// entriesAsked returns how many entries an address asks for: those before a cursor come in pages.
func entriesAsked(given url.Values) int {
	if given.Get("before") != "" {
		return db.HistorySize
	}
	return entriesShown(given)
}

// entriesShown returns how many entries a page shows, with those that an address adds.
func entriesShown(given url.Values) int { return rowsWithin(given, db.HistorySize, mostEntries) }

// withEntries returns the address of a history or the audit log that shows n entries.
func withEntries(path string, p url.Values, n int) string {
	if n == db.HistorySize {
		return address(path, p)
	}
	return address(path, with(p, "rows", strconv.Itoa(n)))
}

// olderEntries links to the entries before a cursor, which follow n others, or is "" where there are none. It names the last
// day shown, so that its heading is not repeated.
func olderEntries(path string, p url.Values, cursor int64, days []views.HistoryDay, n int) string {
	if cursor <= 0 {
		return ""
	}
	older := with(p, "before", strconv.FormatInt(cursor, 10))
	if len(days) > 0 {
		older.Set("day", days[len(days)-1].Label)
	}
	return withEntries(path, older, min(n+db.HistorySize, mostEntries))
}

// olderEntriesAnswer answers with older days of a history or the audit log. longer is the address that also shows those, for Back.
func (s *Server) olderEntriesAnswer(c *gin.Context, days []views.HistoryDay, older, longer string) error {
	c.Header("HX-Replace-Url", longer)
	if len(days) > 0 && days[0].Label == c.Query("day") {
		days[0].Label = "" // its heading stands above already
	}
	return s.show(c, http.StatusOK, views.OlderHistory{Days: days, Href: older})
}

// historyDays groups entries by day in the visitor's time zone, worded for a page of this kind and
// path.
func historyDays(clock views.Clock, entries []db.Entry, kind, path string) (days []views.HistoryDay) {
	for _, e := range entries {
		line := historyEntry(clock, db.AuditEntry{Entry: e}, kind, false)
		offerBack(&line, e, kind, path)
		days = addEntry(days, clock.Day(e.At), line)
	}
	return days
}

// offerBack adds what can be undone: each old value through the field's form, or the whole entry
// through its opposite.
func offerBack(line *views.HistoryEntry, e db.Entry, kind, path string) {
	links, other := "/organizations/"+e.TargetID+"/contacts", views.Hidden{Name: "contact_id", Value: e.ContactID}
	if kind == "contact" {
		links, other = "/contacts/"+e.ContactID+"/organizations", views.Hidden{Name: "organization_id", Value: e.TargetID}
	}
	base := "/" + strings.ReplaceAll(e.TargetType, "_", "-") + "s/" + e.TargetID
	form := func(label, of, action string, fields ...views.Hidden) *views.Undo {
		fields = append(fields, views.Hidden{Name: "version", Value: strconv.Itoa(e.Version)}, views.Hidden{Name: "history", Value: path},
			views.Hidden{Name: "row", Value: line.Row}, views.Hidden{Name: "from", Value: path})
		return &views.Undo{Label: label, Of: of, Action: action, Fields: fields}
	}
	switch {
	case !e.Undo:
	case e.Action == "unlink_contact":
		line.Back = form("Link again", "", links, other, views.Hidden{Name: "role_label", Value: e.RoleLabel},
			views.Hidden{Name: "relationship_status", Value: e.RelationshipStatus})
	case e.Action == "link_contact":
		line.Back = form("", "", links+"/"+other.Value+"/unlink")
	case e.Action == "create_interaction" || e.Action == "restore_interaction":
		line.Back = form("", "", base+"/delete", views.Hidden{Name: "undo", Value: "1"})
	case e.Action == "create_follow_up":
		line.Back = form("", "", base+"/cancel")
	case e.Action == "create_org" || e.Action == "create_contact":
		line.Back = form("", "", base+"/archive")
	case e.TargetType == "follow_up":
		line.Back = form("Reopen", " "+e.FollowUp, base+"/reopen")
	case e.Action == "delete_interaction":
		line.Back = form("Bring back", " "+e.Subject, base+"/restore")
	case strings.HasPrefix(e.Action, "archive_"):
		line.Back = form("Restore", " this "+e.TargetType, base+"/restore")
	default:
		line.Back = form("Archive again", "", base+"/archive")
	}
	for i, change := range e.Changes {
		if change.Back == nil {
			continue
		}
		action, name := base, change.Column
		switch e.TargetType {
		case "organization", "contact":
			action, name = base+"/fields/"+change.Column, "value"
		}
		if e.Action == "update_link" {
			action, name = links+"/"+other.Value, change.Column
		}
		line.Changes[i].Back = form("Restore", " this value of "+change.Label, action, views.Hidden{Name: name, Value: *change.Back})
	}
}

// offerUndo adds one Undo for the whole entry, on the account page.
func offerUndo(line *views.HistoryEntry, e db.AuditEntry) {
	if db.ActionKind(e.Action) == "system" {
		line.Back = &views.Undo{Action: "/batches/" + e.TargetID + "/undo", Fields: []views.Hidden{
			{Name: "next", Value: accountPath}, {Name: "history", Value: accountPath}, {Name: "row", Value: line.Row},
		}}
		switch e.Action {
		case "rename_value", "merge_values":
			line.Back.Action = vocabulariesPath + "/changes/" + e.TargetID + "/undo"
		case "hide_value", "suggest_value":
			line.Back.Action = vocabulariesPath + "/" + map[string]string{"hide_value": "suggest", "suggest_value": "hide"}[e.Action]
			line.Back.Fields = append(line.Back.Fields, views.Hidden{Name: "v", Value: e.Details["vocabulary"]},
				views.Hidden{Name: "value", Value: e.Details["value"]})
		case "delete_view":
			line.Back.Action = "/views/" + e.TargetID + "/restore"
		}
		return
	}
	offerBack(line, e.Entry, "", accountPath)
	for i, change := range e.Changes {
		if change.Back == nil {
			continue
		}
		back := line.Changes[i].Back
		if line.Back == nil {
			line.Back = back
		}
		if base, field := strings.CutSuffix(back.Action, "/fields/"+change.Column); field {
			line.Back.Action, back.Fields[0].Name = base, change.Column // the form of the whole record takes several fields
		}
		if back != line.Back {
			line.Back.Fields = append(line.Back.Fields, back.Fields[0])
		}
		line.Changes[i].Back = nil
	}
	if e.Action == "update_interaction" && line.Back != nil { // not one of its values alone
		line.Back.Fields = append(line.Back.Fields, views.Hidden{Name: "undo", Value: "1"})
	}
}

// focusTakenBack gives the focus to the entry that was just taken back.
func focusTakenBack(days []views.HistoryDay, t *views.Toast) {
	for _, day := range days {
		for i := range day.Entries {
			day.Entries[i].Focus = t != nil && t.Row == day.Entries[i].Row
		}
	}
}

// addEntry appends an entry to its day, and begins the day if it is a new one.
func addEntry(days []views.HistoryDay, label string, e views.HistoryEntry) []views.HistoryDay {
	if len(days) == 0 || days[len(days)-1].Label != label {
		days = append(days, views.HistoryDay{Label: label})
	}
	day := &days[len(days)-1]
	day.Entries = append(day.Entries, e)
	return days
}

// historyEntry puts an entry into words for a page of this kind. staff tells whether the reader may
// open the pages of users and roles.
func historyEntry(clock views.Clock, e db.AuditEntry, kind string, staff bool) views.HistoryEntry {
	line := views.HistoryEntry{
		Row: strconv.FormatInt(e.Seq, 10), Who: wording.Actor(e), Token: e.Token, Icon: wording.ActorIcon(e),
		Words: linkReferences(wording.Entry(e, kind), staff), Time: clock.Hour(e.At),
	}
	for _, x := range wording.Changes(e.Entry, clock.Zone) {
		line.Changes = append(line.Changes, views.Difference{Label: x.Label, Theirs: x.Old, Yours: x.New})
	}
	return line
}

// linkReferences turns the references in a sentence into links, those to users and roles only if staff is
// true.
func linkReferences(says wording.Sentence, staff bool) (words []views.Word) {
	for _, x := range says {
		word := views.Word{Text: x.Text}
		switch x.Kind {
		case "organization", "contact", "interaction":
			word.Href = "/" + x.Kind + "s/" + x.ID
		case "follow_up":
			word.Href = "/follow-ups/" + x.ID
		case "user", "role":
			if staff {
				word.Href = "/admin/" + x.Kind + "s/" + x.ID
			}
		}
		words = append(words, word)
	}
	return words
}
