package dispatch

import (
	"context"
	"errors"
	"time"

	"example.org/tocsin/internal/notify"

	"example.org/tocsin/internal/store/delivery"
)

// Bounds of trying again.
const (
	// keepTrying is how long a message is tried before it is a dead letter.
	keepTrying = 5 * 24 * time.Hour
	// maxContent is how often a message is tried that the other side does not take
	// as it is.
	maxContent = 3
)

// waits are how long after so many failures in a row an endpoint is left alone.
// The last one repeats: what has gathered goes out soon after it is well again.
func waits() []time.Duration {
	return []time.Duration{5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute}
}

// attempt sends one message and says what came of it.
func (e *errand) attempt(ctx context.Context, s *start) delivery.Outcome {
	b := s.Batch
	m := e.message(s.content, b)
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), SendTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(farewell, cancel)
		context.AfterFunc(sending, func() { timer.Stop() })
	})()
	receipt, err := e.exit.Channel.Send(sending, m)
	o := delivery.Outcome{Claim: e.claim, Batch: b, State: delivery.StateSent, Status: receipt.Status, Detail: receipt.Detail}
	if err == nil {
		e.count("")
		return o
	}
	f := notify.FailureOf(err)
	if errors.Is(err, context.Canceled) { // the program ends, and it may have arrived: the next one repeats it
		o.State = delivery.StateSending
		return o
	}
	e.count(f.Reason)
	e.Log.InfoContext(ctx, "a message was not delivered", "channel", e.exit.Name, "message", b.ID, "attempt", b.Attempts, "reason", string(f.Reason), "status", f.Status, "err", f.Cause)
	return e.failed(o, f)
}

func (e *errand) count(reason notify.Reason) {
	if e.Counted != nil {
		e.Counted(e.exit.Kind, reason)
	}
}

// failed decides what follows from a failure.
func (e *errand) failed(o delivery.Outcome, f *notify.Failure) delivery.Outcome {
	now := e.Now()
	o.State, o.Reason, o.Status, o.Detail = delivery.StateRetry, string(f.Reason), f.Status, f.Detail
	failures := e.claim.Failures + 1
	switch {
	case f.InDoubt:
		o.State = delivery.StateInDoubt
		return o
	case f.Permanent, f.Reason == notify.ReasonContent && o.Batch.Attempts >= maxContent, now.Sub(o.Batch.MadeAt) > keepTrying:
		o.State = delivery.StateDead
	case f.Reason == notify.ReasonContent: // the fault of this message: others go on
		failures = o.Batch.Attempts
	}
	o.Due = now.Add(e.wait(failures, f.After))
	o.Down = !f.Permanent && f.Reason != notify.ReasonContent && f.Reason != notify.ReasonLoop && f.Reason != notify.ReasonInDoubt
	o.RetryAt = o.Due
	return o
}

// wait is how long to wait after so many failures, at least as long as the other
// side asks.
func (e *errand) wait(failures int, asked time.Duration) time.Duration {
	steps := waits()
	if len(e.exit.Tries) > 0 {
		steps = e.exit.Tries
	}
	wait := steps[min(failures, len(steps))-1]
	if e.Jitter != nil {
		wait += time.Duration((e.Jitter() - 0.5) * 0.4 * float64(wait))
	}
	return max(wait, asked)
}

// message is a content as the endpoint gets it.
func (e *errand) message(c *notify.Content, b delivery.Batch) *notify.Message {
	m := &notify.Message{
		ID: b.ID, Kind: c.Kind, Attempt: b.Attempts, Repeat: b.Repeats > 0, Endpoint: notify.Endpoint{Key: e.claim.Key, Zone: e.exit.Zone},
		Language: c.Letter.Language, MadeAt: b.MadeAt, Letter: c.Letter, Facts: c.Facts, Thread: b.Thread,
	}
	if e.exit.person != nil {
		e.exit.person.address(m)
	}
	if c.Kind == notify.KindCanary && e.Canary != nil {
		page := e.Canary(m.Language, b.ID)
		link(m, func(int) (string, bool) { return page, true })
	}
	return m
}
