package access_test

import (
	"strconv"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
)

func TestLimiter(t *testing.T) {
	t.Parallel()
	limiter := access.NewLimiter(60)
	admit := func(i access.Identity, at time.Time) time.Duration { return limiter.Admit(i, at) }
	usual := access.Identity{ClientID: "a", TenantID: "t"}
	for range 60 {
		if wait := admit(usual, start); wait != 0 {
			t.Fatalf("within the minute: wait %v", wait)
		}
	}
	if wait := admit(usual, start); wait <= 0 || wait > time.Second {
		t.Errorf("one too many: wait %v, want up to a second", wait)
	}
	if wait := admit(usual, start.Add(time.Second)); wait != 0 {
		t.Errorf("a second later: wait %v", wait)
	}
	for name, other := range map[string]access.Identity{
		"another client": {ClientID: "b", TenantID: "t"},
		"another tenant": {ClientID: "a", TenantID: "u"},
		"another issuer": {Issuer: "entra", ClientID: "a", TenantID: "t"},
	} {
		if wait := admit(other, start); wait != 0 {
			t.Errorf("%s: wait %v, want none", name, wait)
		}
	}
	own := access.Identity{ClientID: "c", TenantID: "t", PerMinute: 1}
	if wait := admit(own, start); wait != 0 {
		t.Errorf("first of its own limit: wait %v", wait)
	}
	if wait := admit(own, start); wait != time.Minute {
		t.Errorf("second of a limit of one: wait %v, want a minute", wait)
	}
	own.PerMinute = 2 // somebody raised it
	if wait := admit(own, start); wait != 0 {
		t.Errorf("after raising the limit: wait %v", wait)
	}
}

func TestLimiterIsBounded(t *testing.T) {
	t.Parallel()
	limiter := access.NewLimiter(1)
	busy := access.Identity{ClientID: "busy"}
	limiter.Admit(busy, start)
	for i := range 50_000 {
		limiter.Admit(access.Identity{ClientID: strconv.Itoa(i)}, start)
		if i%1000 == 0 && limiter.Admit(busy, start) == 0 {
			t.Fatalf("whoever goes on asking starts anew after %d others", i)
		}
	}
	if n := limiter.Len(); n > 20_000 {
		t.Errorf("%d callers are counted, want at most 20,000", n)
	}
	unlimited := access.NewLimiter(0)
	for range 1000 {
		if wait := unlimited.Admit(access.Identity{ClientID: "a"}, start); wait != 0 {
			t.Fatalf("no limit: wait %v", wait)
		}
	}
}
