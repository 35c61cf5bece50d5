package api

import (
	"fmt"
	"testing"
	"time"
)

// TestRatesStayBounded: however many tokens there are, only so many are remembered, and each is still
// limited to its burst.
func TestRatesStayBounded(t *testing.T) {
	t.Parallel()
	r, now := newRates(1), time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	for range burstSeconds {
		if !r.allow("busy", now) {
			t.Error("a burst is refused")
		}
	}
	if r.allow("busy", now) {
		t.Error("more than a burst is allowed")
	}
	for n := range 3 * maxRates {
		if !r.allow(fmt.Sprint("token ", n), now) {
			t.Fatalf("the first request of token %d is refused", n)
		}
		if len(r.byToken) > maxRates {
			t.Fatalf("%d tokens are remembered, at most %d should be", len(r.byToken), maxRates)
		}
	}
	allowed := 0
	for range 10 * burstSeconds {
		if r.allow("busy", now) {
			allowed++
		}
	}
	if allowed != burstSeconds {
		t.Errorf("after many others %d requests are allowed at once, want %d", allowed, burstSeconds)
	}
}
