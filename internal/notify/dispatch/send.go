package dispatch

import (
	"context"
	"sync"
	"time"

	"example.org/tocsin/internal/store/delivery"
)

// send makes the attempts, some at once where the other side knows messages by
// their ids, but for messages of one thread. While some are on their way, what
// came of those before is written, and the next ones are worded and begun.
func (e *errand) send(ctx context.Context, q *queue) error {
	window, most := 1, max(1, e.exit.Window)
	if e.exit.Every > 0 {
		most = 1
	}
	chunk, err := e.begin(ctx, q, window)
	for err == nil && len(chunk) > 0 && !e.down {
		var ahead []*start
		var beginning sync.WaitGroup
		if n := window; n > 1 { // it has taken one; what is begun and not sent may have to be told as a repeat
			beginning.Go(func() { ahead, err = e.begin(ctx, q, n) })
		}
		began := e.Now()
		outcomes, failed := e.deliver(ctx, chunk)
		window = widened(window, most, e.Now().Sub(began))
		beginning.Wait()
		e.settle(ctx, chunk, outcomes, failed)
		if e.down || err != nil {
			e.untried(ahead, failed)
			break
		}
		if chunk = ahead; len(chunk) == 0 {
			chunk, err = e.begin(ctx, q, window)
		}
	}
	return err
}

// atATime is how long the messages should take that are on their way at once: so
// much is to be sent again when a process dies.
const atATime = 200 * time.Millisecond

// widened is how many messages are to be on their way after so many took so long.
func widened(window, most int, took time.Duration) int {
	switch {
	case took < atATime/2:
		window *= 4
	case took > atATime:
		window /= 2
	}
	return max(1, min(window, most))
}

// begin has it written that the next attempts are made, with what came of those
// before. What was cancelled meanwhile is left out. While that is written, what
// follows is worded.
func (e *errand) begin(ctx context.Context, q *queue, n int) ([]*start, error) {
	for {
		if e.pace(ctx, e.exit); ctx.Err() != nil {
			return nil, nil
		}
		chunk, err := e.next(ctx, q, n, &e.writing)
		if err != nil || len(chunk) == 0 {
			return nil, err
		}
		w, later := e.writing, delivery.Writing{}
		for _, s := range chunk {
			w.Starts = append(w.Starts, s.Start)
		}
		var ahead sync.WaitGroup
		if n > 1 {
			ahead.Go(func() { e.word(ctx, q, n, &later) })
		}
		begun, err := e.recorder.enter(w)
		if ahead.Wait(); err != nil {
			e.writing.Postponed = append(e.writing.Postponed, later.Postponed...)
			return nil, err // what came of attempts is tried once more
		}
		e.writing = later
		live := chunk[:0]
		for i, s := range chunk {
			if s.Batch = begun[i]; s.Batch.Num != 0 { // else it was cancelled, or another process has it
				live = append(live, s)
			}
		}
		if len(live) > 0 {
			return live, nil
		}
	}
}

// hands is how many messages to one endpoint are on their way at once at most.
const hands = 8

// deliver sends messages that were begun and returns what came of each; those that
// were not sent since the endpoint failed, or the program ends, have no state.
func (e *errand) deliver(ctx context.Context, chunk []*start) (outcomes []delivery.Outcome, failed *delivery.Outcome) {
	outcomes = make([]delivery.Outcome, len(chunk))
	var mu sync.Mutex
	next := 0
	take := func() int {
		mu.Lock()
		defer mu.Unlock()
		if failed != nil || next == len(chunk) || ctx.Err() != nil {
			return -1
		}
		next++
		return next - 1
	}
	var group sync.WaitGroup
	for range min(hands, len(chunk)) {
		group.Go(func() {
			for i := take(); i >= 0; i = take() {
				o := e.attempt(ctx, chunk[i])
				mu.Lock()
				if outcomes[i] = o; o.Down && failed == nil {
					failed = &outcomes[i]
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return outcomes, failed
}

// settle notes what came of attempts. When the endpoint fails, those that were not
// made are left for later.
func (e *errand) settle(ctx context.Context, chunk []*start, outcomes []delivery.Outcome, failed *delivery.Outcome) {
	for i, o := range outcomes {
		switch o.State {
		case "":
			e.untried(chunk[i:i+1], failed)
			continue
		case delivery.StateSending: // nobody knows
			continue
		case delivery.StateDead:
			e.fall(ctx, chunk[i])
		default:
		}
		e.writing.Outcomes = append(e.writing.Outcomes, o)
	}
	if failed != nil {
		e.down = true
	} else {
		e.claim.Failures = 0
	}
}

// untried notes that attempts were begun and not made: the endpoint failed before
// them, or, with no failure, the program ends.
func (e *errand) untried(chunk []*start, failed *delivery.Outcome) {
	for _, s := range chunk {
		o := delivery.Outcome{Claim: e.claim, Batch: s.Batch, State: delivery.StateRetry, Due: e.Now(), Untried: true}
		if failed != nil {
			o.Reason, o.Due = failed.Reason, failed.Due
		}
		e.writing.Outcomes = append(e.writing.Outcomes, o)
	}
}
