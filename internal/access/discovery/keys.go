package discovery

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// Times of fetching.
const (
	RefreshEvery = time.Hour        // between two fetches that nobody asked for
	UnknownEvery = 5 * time.Minute  // between two fetches for unknown keys, and after a failure
	KeptFor      = 24 * time.Hour   // of keys that cannot be fetched again
	emptyEvery   = 30 * time.Second // between two tries while there is no key at all
	fetchTimeout = 10 * time.Second // of one fetch
)

// Keys are the keys of one issuer. They are safe for use by several goroutines.
type Keys struct {
	config Config
	fetch  func(ctx context.Context) ([]access.IssuerKey, error)
	flight singleflight.Group

	mu        sync.RWMutex
	keys      map[string]access.IssuerKey // by key id
	fetchedAt time.Time                   // of keys
	triedAt   time.Time
	unknownAt time.Time // of the last fetch for an unknown key
	problem   string    // of the last try; empty when it went well
}

// A State is what an operator wants to know about the keys of an issuer.
type State struct {
	Issuer    string    // its name in the settings
	Keys      int       // that tokens may be signed with now
	FetchedAt time.Time // zero while there was no success
	Stale     bool      // the last fetch failed, and older keys are in use or none
	Problem   string    // of the last try; empty when it went well
}

// New makes a set that is empty until its first key is asked for or it runs. It
// fails with [tocsin.ErrInvalid] when the address cannot be used.
func New(c Config) (*Keys, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	f, err := newFetcher(c)
	if err != nil {
		return nil, err
	}
	return &Keys{config: c, fetch: f.fetch}, nil
}

// Key finds a key by its id. It fails with [tocsin.ErrNotFound] for one that
// the issuer does not have, and with [tocsin.ErrUnavailable] when there are no
// keys to look among.
func (k *Keys) Key(ctx context.Context, id string) (access.IssuerKey, error) {
	if key, _, ok := k.find(id); ok {
		return key, nil
	}
	k.refresh(ctx, func(now time.Time) bool {
		if !k.usable(now) {
			return k.triedAt.IsZero() || now.Sub(k.triedAt) >= emptyEvery
		}
		return k.unknownAt.IsZero() || now.Sub(k.unknownAt) >= UnknownEvery
	})
	key, usable, ok := k.find(id)
	if ok {
		return key, nil
	}
	k.missed()
	if !usable {
		return key, &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "The keys of the token's issuer cannot be fetched."}
	}
	return key, tocsin.NotFoundf("The issuer %s has no key %q.", k.config.Name, tocsin.Clip(id, 64))
}

// missed notes that the last fetch did not bring a key that was asked for. One
// that did is not held against the next: keys may change again soon after.
func (k *Keys) missed() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.unknownAt.Before(k.triedAt) {
		k.unknownAt = k.triedAt
	}
}

// find looks for a key among those that may still be used.
func (k *Keys) find(id string) (key access.IssuerKey, usable, ok bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if !k.usable(k.config.Now()) {
		return key, false, false
	}
	key, ok = k.keys[id]
	return key, true, ok
}

func (k *Keys) usable(now time.Time) bool { return len(k.keys) > 0 && now.Sub(k.fetchedAt) < KeptFor }

// refresh fetches the keys if due allows it. Callers that come meanwhile wait
// for the same fetch, which outlives the request that began it.
func (k *Keys) refresh(ctx context.Context, due func(now time.Time) bool) {
	_, _, _ = k.flight.Do("", func() (any, error) {
		now := k.config.Now()
		k.mu.Lock()
		allowed := due(now)
		if allowed {
			k.triedAt = now
		}
		k.mu.Unlock()
		if !allowed {
			return nil, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
		defer cancel()
		list, err := k.fetch(ctx)
		k.settle(ctx, list, err, now)
		return nil, nil
	})
}

// settle takes over what a fetch brought, or notes why it brought nothing.
func (k *Keys) settle(ctx context.Context, list []access.IssuerKey, err error, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil {
		k.problem = err.Error()
		k.config.Log.WarnContext(ctx, "issuer keys not fetched", "issuer", k.config.Name, "keys", len(k.keys), "fetched", k.fetchedAt, "err", err)
		return
	}
	if k.problem != "" {
		k.config.Log.InfoContext(ctx, "issuer keys fetched again", "issuer", k.config.Name, "keys", len(list))
	}
	keys := make(map[string]access.IssuerKey, len(list))
	for _, key := range list {
		keys[key.ID] = key
	}
	k.keys, k.fetchedAt, k.problem = keys, now, ""
}

// Run fetches the keys at once and from time to time, until ctx ends.
func (k *Keys) Run(ctx context.Context) error {
	ticker := time.NewTicker(emptyEvery)
	defer ticker.Stop()
	for {
		k.refresh(ctx, func(now time.Time) bool { return now.Sub(k.triedAt) >= k.pause(now) })
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// pause is how long after the last try the next one is due.
func (k *Keys) pause(now time.Time) time.Duration {
	switch {
	case !k.usable(now):
		return emptyEvery
	case k.problem != "":
		return UnknownEvery
	}
	return RefreshEvery
}

// Check fetches the keys now, whatever was fetched before.
func (k *Keys) Check(ctx context.Context) State {
	k.refresh(ctx, func(time.Time) bool { return true })
	return k.State()
}

// State tells how the keys are.
func (k *Keys) State() State {
	k.mu.RLock()
	defer k.mu.RUnlock()
	s := State{Issuer: k.config.Name, FetchedAt: k.fetchedAt, Stale: k.problem != "", Problem: k.problem}
	if k.usable(k.config.Now()) {
		s.Keys = len(k.keys)
	} else {
		s.Stale = true
	}
	return s
}
