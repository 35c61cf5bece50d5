package api

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// rates limits how often each token is used.
type rates struct {
	perSecond, burst int

	mu      sync.Mutex
	byToken map[string]*rate.Limiter
}

// maxRates bounds how many tokens are remembered. burstSeconds is how many seconds' requests may
// come at once.
const (
	maxRates     = 10_000
	burstSeconds = 4
)

func newRates(perSecond int) *rates {
	if perSecond <= 0 {
		perSecond = DefaultRate
	}
	return &rates{perSecond: perSecond, burst: burstSeconds * perSecond, byToken: map[string]*rate.Limiter{}}
}

// allow reports whether a token may make one more request now.
func (r *rates) allow(token string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.byToken[token]
	if l == nil {
		if len(r.byToken) >= maxRates {
			clear(r.byToken)
		}
		l = rate.NewLimiter(rate.Limit(r.perSecond), r.burst)
		r.byToken[token] = l
	}
	return l.AllowN(now, 1)
}
