package api

import (
	"cmp"
	"maps"
	"slices"
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

// maxRates bounds how many tokens are remembered. A burst may have as many requests as are allowed in
// burstSeconds.
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
			r.forget(now)
		}
		l = rate.NewLimiter(rate.Limit(r.perSecond), r.burst)
		r.byToken[token] = l
	}
	return l.AllowN(now, 1)
}

// forget makes room for more tokens. A token that has all of its burst left needs no memory. If too few have,
// a tenth of all is forgotten: those that have the most left, and so gain the least.
func (r *rates) forget(now time.Time) {
	left := func(token string) float64 { return r.byToken[token].TokensAt(now) }
	fullestFirst := slices.SortedFunc(maps.Keys(r.byToken), func(a, b string) int { return cmp.Compare(left(b), left(a)) })
	for i, token := range fullestFirst {
		if i >= maxRates/10 && left(token) < float64(r.burst) {
			break
		}
		delete(r.byToken, token)
	}
}
