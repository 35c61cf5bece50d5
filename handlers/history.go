package handlers

import (
	"net/http"
	"net/url"
	"strconv"

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

// historyDays groups entries by day in the user's zone, as read on a page of this kind.
func historyDays(clock views.Clock, entries []db.Entry, kind string) (days []views.HistoryDay) {
	for _, e := range entries {
		days = addEntry(days, clock.Day(e.At), historyEntry(clock, db.AuditEntry{Entry: e}, kind))
	}
	return days
}

// addEntry puts an entry under its day, below those there are.
func addEntry(days []views.HistoryDay, label string, e views.HistoryEntry) []views.HistoryDay {
	if len(days) == 0 || days[len(days)-1].Label != label {
		days = append(days, views.HistoryDay{Label: label})
	}
	day := &days[len(days)-1]
	day.Entries = append(day.Entries, e)
	return days
}

// historyEntry says an entry in words, as read on a page of this kind.
func historyEntry(clock views.Clock, e db.AuditEntry, kind string) views.HistoryEntry {
	return views.HistoryEntry{Who: actor(e), Words: entryWords(e, kind), Time: clock.Hour(e.At), Changes: differences(clock, e.Entry)}
}
