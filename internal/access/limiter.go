package access

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"example.org/tocsin/internal/cache"
)

// maxLimited bounds how many callers are counted in each of two generations.
// When more come, those that were silent longest start anew.
const maxLimited = 10_000

// A Limiter counts the requests of each client in each tenant. A client that
// was silent for a minute may send a whole minute's requests at once.
type Limiter struct {
	perMinute atomic.Int64
	mu        sync.Mutex
	callers   *cache.Cache[caller, *allowance]
}

type caller struct{ issuer, client, tenant string }

type allowance struct {
	perMinute int
	tokens    *rate.Limiter
}

// NewLimiter makes a limiter that lets a client send perMinute requests unless
// its identity says otherwise; 0 is for no limit.
func NewLimiter(perMinute int) *Limiter {
	l := &Limiter{callers: cache.New[caller, *allowance](cache.Bounds{Entries: maxLimited})}
	l.Set(perMinute)
	return l
}

// Set changes how many requests a client may send in a minute; 0 is for no limit.
func (l *Limiter) Set(perMinute int) { l.perMinute.Store(int64(perMinute)) }

// Admit takes a request in, or tells how long its sender should wait.
func (l *Limiter) Admit(identity Identity, now time.Time) (wait time.Duration) {
	perMinute := identity.PerMinute
	if perMinute == 0 {
		perMinute = int(l.perMinute.Load())
	}
	if perMinute <= 0 {
		return 0
	}
	tokens := l.of(caller{identity.Issuer, identity.ClientID, identity.TenantID}, perMinute)
	reservation := tokens.ReserveN(now, 1)
	if wait = reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

// of is what a caller has left. Somebody whose limit was changed starts anew.
func (l *Limiter) of(key caller, perMinute int) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if known, ok := l.callers.Get(key); ok && known.perMinute == perMinute {
		return known.tokens
	}
	fresh := &allowance{perMinute, rate.NewLimiter(rate.Limit(float64(perMinute)/60), perMinute)}
	l.callers.Put(key, fresh, 0)
	return fresh.tokens
}
