package handlers

import (
	"context"
	"time"

	"clientregistry/db"
)

// ClockIsOff reports whether the history has an entry from the future: the clock is wrong now, or
// was wrong then. It logs this once for each such entry.
func (s *Server) ClockIsOff(ctx context.Context) bool {
	newest, err := s.db.NewestEntry(ctx)
	if err != nil {
		s.log.Error("the clock cannot be compared with the history", "error", err)
		return false
	}
	now := s.now().UTC()
	if !newest.After(now.Add(db.ClockSlack)) {
		return false
	}
	if s.future.Swap(newest.UnixMilli()) != newest.UnixMilli() {
		s.log.Warn("the clock is wrong, or was: the history has an entry from the future. Set the clock, preferably by NTP; "+
			"if it is correct by now, there is nothing to do. "+
			"Sessions, links, locks and codes from the future do not count, and those entries keep their times",
			"clock", now.Format(time.RFC3339), "entry", newest.Format(time.RFC3339), "ahead", newest.Sub(now).Round(time.Second))
	}
	return true
}
