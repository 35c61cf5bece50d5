package handlers

import (
	"context"
	"time"
)

// clockSlack is how far a clock is stepped without being called wrong.
const clockSlack = time.Minute

// ClockIsOff tells whether the history knows a moment that is still to come: the
// clock is wrong, or was when that was recorded. The log then says so, once for
// each such moment.
func (s *Server) ClockIsOff(ctx context.Context) bool {
	newest, err := s.db.NewestEntry(ctx)
	if err != nil {
		s.log.Error("the clock cannot be compared with the history", "error", err)
		return false
	}
	now := s.now().UTC()
	if !newest.After(now.Add(clockSlack)) {
		return false
	}
	if s.future.Swap(newest.UnixMilli()) != newest.UnixMilli() {
		s.log.Warn("the clock is wrong, or was: the history has an entry from the future. Set the clock, preferably by NTP; if it is right now, "+
			"there is nothing to do. Sessions, links, locks and codes from the future do not count, and those entries keep their times",
			"clock", now.Format(time.RFC3339), "entry", newest.Format(time.RFC3339), "ahead", newest.Sub(now).Round(time.Second))
	}
	return true
}
