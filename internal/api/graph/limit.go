package graph

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxLimited bounds how many clients are counted at once. When more come, all
// start anew.
const maxLimited = 10_000

// A limiter counts the requests of each client in each tenant.
type limiter struct {
	perMinute int // 0 for no limit
	mu        sync.Mutex
	clients   map[[2]string]*rate.Limiter
}

// admit takes a request in, or tells how long the client should wait.
func (l *limiter) admit(clientID, tenantID string, now time.Time) (wait time.Duration) {
	if l.perMinute <= 0 {
		return 0
	}
	key := [2]string{clientID, tenantID}
	l.mu.Lock()
	client, ok := l.clients[key]
	if !ok {
		if l.clients == nil || len(l.clients) >= maxLimited {
			l.clients = map[[2]string]*rate.Limiter{}
		}
		client = rate.NewLimiter(rate.Limit(float64(l.perMinute)/60), l.perMinute)
		l.clients[key] = client
	}
	l.mu.Unlock()
	reservation := client.ReserveN(now, 1)
	if wait = reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}
