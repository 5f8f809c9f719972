package signin

import (
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"example.org/tocsin/internal/tocsin"
)

// ErrTooMany is the cause of a refusal that has nothing to do with what was
// sent: too many attempts came before it.
var ErrTooMany = errors.New("too many attempts")

// Allowances: so many at once, and one more in each period.
const (
	nameBurst    = 10
	nameEvery    = time.Minute
	networkBurst = 60
	networkEvery = 3 * time.Second
	maxBuckets   = 20_000

	// Of refusals in the audit log, from wherever they come.
	refusalBurst = 100
	refusalEvery = 5 * time.Second
)

// attempts counts attempts to sign in, by what they have in common. It is kept
// in memory: each process has its own.
type attempts struct {
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func newAttempts() *attempts { return &attempts{buckets: map[string]*rate.Limiter{}} }

// password takes one attempt at the password of name. One from a device that
// its owner has used counts for that device alone, so that a stranger cannot
// use up what the owner needs.
func (a *attempts) password(name, network, device string, now time.Time) error {
	if device != "" {
		return a.take("device "+device, nameBurst, nameEvery, now)
	}
	if err := a.network(network, now); err != nil {
		return err
	}
	return a.take("name "+name, nameBurst, nameEvery, now)
}

// network takes one attempt that guesses nobody's password.
func (a *attempts) network(network string, now time.Time) error {
	return a.take("network "+network, networkBurst, networkEvery, now)
}

func (a *attempts) take(key string, burst int, every time.Duration, now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	bucket, ok := a.buckets[key]
	if !ok {
		if len(a.buckets) >= maxBuckets {
			a.shrink(now)
		}
		bucket = rate.NewLimiter(rate.Every(every), burst)
		a.buckets[key] = bucket
	}
	if bucket.AllowN(now, 1) {
		return nil
	}
	return &tocsin.Error{Kind: ErrTooMany, Message: "Too many attempts to sign in. Wait a minute, or use a browser that you have signed in with before."}
}

// shrink forgets buckets that are full again, and if that makes no room, an
// eighth of the others, whichever comes first.
func (a *attempts) shrink(now time.Time) {
	for key, bucket := range a.buckets {
		if bucket.TokensAt(now) >= float64(bucket.Burst()) {
			delete(a.buckets, key)
		}
	}
	for key := range a.buckets {
		if len(a.buckets) < maxBuckets*7/8 {
			return
		}
		delete(a.buckets, key)
	}
}
