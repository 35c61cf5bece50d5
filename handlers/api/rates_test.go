package api

import (
	"fmt"
	"testing"
	"time"
)

// TestRatesStayBounded: however many tokens there are, only so many are remembered. Nobody gets rid of
// their limit by that, and nobody else is refused.
func TestRatesStayBounded(t *testing.T) {
	t.Parallel()
	r, now := newRates(1), time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	use := func(token string) (allowed int) {
		for r.allow(token, now) {
			allowed++
		}
		return allowed
	}
	equal := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	equal("a burst", use("busy"), burstSeconds)
	for n := range 3 * maxRates { // none of them has all of its burst left
		if !r.allow(fmt.Sprint("token ", n), now) {
			t.Fatalf("the first request of token %d is refused", n)
		}
		if len(r.byToken) > maxRates {
			t.Fatalf("%d tokens are remembered, at most %d should be", len(r.byToken), maxRates)
		}
		if n%maxRates == 0 {
			equal("more than a burst", use("busy"), 0)
			equal("the burst of an honest token", use(fmt.Sprint("honest ", n)), burstSeconds)
		}
	}
	now = now.Add(time.Second)
	equal("a second later", use("busy"), 1)
	for n := range maxRates { // a second later, nearly all have their burst again
		if r.allow(fmt.Sprint("other ", n), now); len(r.byToken) > maxRates {
			t.Fatalf("%d tokens are remembered", len(r.byToken))
		}
	}
	equal("after that", use("busy"), 0)
}
