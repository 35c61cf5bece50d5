package middleware

import (
	"fmt"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestSessionsHoldOnlySoMuch: however many sign in and never come back.
func TestSessionsHoldOnlySoMuch(t *testing.T) {
	t.Parallel()
	d, _, _ := dbtest.Open(t)
	s := newSessions(d, false)
	for n := range maxSessions + 1 {
		s.AddMessage(fmt.Sprint("token ", n), "flash", "Times are shown in UTC.")
	}
	for n := range maxAwaited + 1 {
		s.Await(fmt.Sprint("token ", n), db.Actor{IP: fmt.Sprint("192.0.2.", n)})
	}
	if len(s.values) > maxSessions || len(s.awaited) > maxAwaited {
		t.Errorf("there are %d messages and %d browsers that are awaited", len(s.values), len(s.awaited))
	}
	latest := fmt.Sprint("token ", maxSessions)
	for n := range maxUnread {
		s.AddMessage(latest, fmt.Sprint(n), n)
	}
	if len(s.values[latest]) > maxUnread {
		t.Errorf("a session has %d messages", len(s.values[latest]))
	}
	if last := s.TakeMessage(latest, fmt.Sprint(maxUnread-1)); last != maxUnread-1 {
		t.Errorf("the latest message is %v", last)
	}
	if again := s.TakeMessage(latest, fmt.Sprint(maxUnread-1)); again != nil {
		t.Errorf("a message is shown twice: %v", again)
	}
}
