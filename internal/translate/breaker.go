package translate

import (
	"sync"
	"time"
)

// How long an engine is left alone.
const (
	failuresToOpen = 5                // in a row
	openAtFirst    = 30 * time.Second // doubled each time the trial fails
	openAtMost     = 15 * time.Minute
	openQuota      = time.Hour
	openOff        = 15 * time.Minute
)

// A breaker keeps an engine that fails from being asked over and over: after
// some failures in a row it lets nobody through for a while, then one trial.
type breaker struct {
	mu       sync.Mutex
	failures int       // in a row
	opened   int       // times in a row
	until    time.Time // lets nobody through before
	trial    bool      // somebody tries
	class    FailureClass
}

// enter lets somebody ask the engine, perhaps as a trial, or returns why not.
// Who was let in calls leave or abandon.
func (b *breaker) enter(now time.Time) (trial bool, closed *Failure) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.until.IsZero():
		return false, nil
	case now.Before(b.until):
		return false, &Failure{Class: b.class, Again: b.until}
	case b.trial:
		return false, &Failure{Class: b.class, Again: now.Add(openAtFirst)}
	}
	b.trial = true
	return true, nil
}

// leave notes what came of asking: nil for an answer.
func (b *breaker) leave(f *Failure, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	tried := b.trial
	b.trial = false
	if f == nil {
		b.failures, b.opened, b.until, b.class = 0, 0, time.Time{}, ""
		return
	}
	b.failures++
	closes := openFor(f, b.opened, now)
	if b.failures < failuresToOpen && !tried && f.Class != FailureOff && f.Class != FailureQuota && f.Again.IsZero() {
		return
	}
	b.opened, b.class = b.opened+1, f.Class
	if until := now.Add(closes); until.After(b.until) {
		b.until = until
	}
}

// abandon lets another one try: the one that was let in was called off.
func (b *breaker) abandon() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trial = false
}

// state returns until when nobody is let through, zero when somebody is, and
// why.
func (b *breaker) state(now time.Time) (time.Time, FailureClass) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !now.Before(b.until) {
		return time.Time{}, ""
	}
	return b.until, b.class
}

// openFor returns how long an engine is left alone after a failure.
func openFor(f *Failure, opened int, now time.Time) time.Duration {
	switch {
	case f.Class == FailureQuota:
		return max(openQuota, f.Again.Sub(now))
	case f.Class == FailureOff:
		return openOff
	case f.Again.After(now):
		return f.Again.Sub(now)
	}
	return min(openAtFirst<<min(opened, 10), openAtMost)
}
