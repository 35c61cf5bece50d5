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
	for n := range maxMessages + 1 {
		s.AddMessage(fmt.Sprint("token ", n), "flash", "Times are shown in UTC.")
	}
	for n := range maxAwaited + 1 {
		s.Await(fmt.Sprint("token ", n), db.Actor{IP: fmt.Sprint("192.0.2.", n)})
	}
	if len(s.values) > maxMessages || len(s.awaited) > maxAwaited {
		t.Errorf("there are %d messages and %d browsers that are awaited", len(s.values), len(s.awaited))
	}
	if latest := fmt.Sprint("token ", maxMessages); !s.HasMessage(latest) {
		t.Error("the latest message is gone")
	}
}
