// Package outbox lets parts of the program react to the changes of the archive,
// each exactly once and in the order of their numbers.
//
// A [Consumer] has a cursor row in the store. One transaction reads the next
// batch of changes, lets the consumer write what follows from them, and advances
// the cursor: a process that is killed at any statement has done all of it or
// nothing. With many processes on one database a lease keeps them from working
// on the same consumer at the same time; when it fails to, the cursor's
// compare-and-set lets one of them win, and the other has written nothing.
//
// A batch that fails is tried again with growing waits, then change by change;
// a change that fails [maxTries] times alone is put on a list that an
// administrator sees, and the consumer goes on behind it.
//
// To react to changes, write a package with a function of type
// [store.Handler] and list a Consumer in internal/app/consumers.go.
// It may import store and tocsin. Begin reading at [Runner.Run].
package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Start says which changes a new consumer begins with.
type Start int

// The kinds of start. Now is for what tells somebody about changes: it never
// speaks of old ones. Beginning is for what an archive is indexed by.
const (
	Now Start = iota
	Beginning
)

// A Consumer reacts to changes.
type Consumer struct {
	Name   string        // of its cursor; never changes
	Start  Start         // where a new cursor stands
	Batch  int           // changes in one transaction, at most; 200 when 0
	Handle store.Handler // writes what follows, see there
}

// defaultBatch is short enough for other writers to wait for on a database file.
const defaultBatch = 200

// Times and bounds of following.
const (
	// lease is the duration of a claim, and so how long the consumers of a process
	// that was killed stand still. Each batch extends it.
	lease = 15 * time.Second
	// lookEvery is how long a change may wait for a process that nobody wakes.
	lookEvery = 5 * time.Second
	// firstWait is how long after a failure a batch is tried again; the wait
	// doubles with each failure up to maxWait.
	firstWait = time.Second
	maxWait   = 5 * time.Minute
	// maxTries is how often a single change is tried before it is skipped.
	maxTries = 5
)

// archive is the part of the store that following needs.
type archive interface {
	ClaimConsumer(ctx context.Context, name string, now time.Time, lease time.Duration) (tocsin.Cursor, error)
	Consume(ctx context.Context, c tocsin.Cursor, limit int, now time.Time, lease time.Duration, handle store.Handler) (tocsin.Cursor, int, error)
	ReleaseConsumer(ctx context.Context, c tocsin.Cursor) error
	keeper
	failures
}

// keeper knows the consumers and how far the changes go.
type keeper interface {
	AddConsumer(ctx context.Context, name string, beginning bool) error
	LastSeq(ctx context.Context) (int64, error)
}

// failures are what became of changes that could not be handled.
type failures interface {
	FailConsumer(ctx context.Context, c tocsin.Cursor, problem *tocsin.Problem) (tocsin.Cursor, error)
	SkipChange(ctx context.Context, c tocsin.Cursor, now time.Time, lease time.Duration, problem *tocsin.Problem) (tocsin.Cursor, error)
	RetrySkipped(ctx context.Context, consumer string, seq int64, handle store.Handler) error
}

// A Runner drives consumers.
type Runner struct {
	archive   archive
	now       func() time.Time
	log       *slog.Logger
	consumers []*following
}

// following is one consumer at work.
type following struct {
	Consumer
	wake  chan struct{}
	alone int64 // up to this number changes are handled one by one
}

// New makes a runner. It panics when two consumers share a name.
func New(a archive, now func() time.Time, log *slog.Logger, consumers ...Consumer) *Runner {
	r := &Runner{archive: a, now: now, log: log}
	names := map[string]bool{}
	for _, c := range consumers {
		if c.Name == "" || names[c.Name] {
			panic(fmt.Sprintf("outbox: the name %q is empty or taken", c.Name))
		}
		names[c.Name] = true
		if c.Batch <= 0 {
			c.Batch = defaultBatch
		}
		r.consumers = append(r.consumers, &following{Consumer: c, wake: make(chan struct{}, 1)})
	}
	return r
}

// Wake makes all consumers look for changes at once. Nothing depends on it.
func (r *Runner) Wake() {
	for _, c := range r.consumers {
		select {
		case c.wake <- struct{}{}:
		default:
		}
	}
}

// Run makes the consumers known and drives each until ctx ends. It returns an
// error only when they cannot be made known.
func (r *Runner) Run(ctx context.Context) error {
	for _, c := range r.consumers {
		if err := r.archive.AddConsumer(ctx, c.Name, c.Start == Beginning); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("outbox: %w", err)
		}
	}
	var group sync.WaitGroup
	for _, c := range r.consumers {
		group.Go(func() { r.drive(ctx, c) })
	}
	group.Wait()
	return nil
}

// drive catches up again and again until ctx ends.
func (r *Runner) drive(ctx context.Context, c *following) {
	behind := int64(-1) // the last number that was caught up with
	for {
		wait := lookEvery
		last, err := r.archive.LastSeq(ctx)
		if err == nil && last != behind {
			if wait, err = r.catchUp(ctx, c); err == nil && wait == lookEvery {
				behind = last
			}
		}
		if err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "consumer of changes is behind", "consumer", c.Name, "err", err)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		case <-c.wake:
			timer.Stop()
		}
	}
}

// catchUp claims the consumer and handles all changes that there are. It
// returns how long to wait until the next look.
func (r *Runner) catchUp(ctx context.Context, c *following) (time.Duration, error) {
	cursor, err := r.archive.ClaimConsumer(ctx, c.Name, r.now(), lease)
	switch {
	case errors.Is(err, tocsin.ErrConflict): // another process is at it; its changes are handled
		return firstWait, nil
	case err != nil:
		return lookEvery, err
	}
	defer func() {
		if err := r.archive.ReleaseConsumer(context.WithoutCancel(ctx), cursor); err != nil {
			r.log.WarnContext(ctx, "release consumer of changes", "consumer", c.Name, "err", err)
		}
	}()
	for ctx.Err() == nil {
		next, handled, err := r.archive.Consume(ctx, cursor, c.limit(cursor), r.now(), lease, c.Handle)
		if err == nil && handled == 0 {
			return lookEvery, nil
		}
		if err == nil {
			cursor = next
			continue
		}
		var wait time.Duration
		if cursor, wait, err = r.failed(ctx, c, cursor, err); err != nil || wait > 0 {
			return wait, err
		}
	}
	return lookEvery, nil
}

// limit is how many changes the next batch may have: one while those of a batch
// that failed are tried alone.
func (c *following) limit(cursor tocsin.Cursor) int {
	if cursor.Seq < c.alone || cursor.Failures > 0 {
		return 1
	}
	return c.Batch
}

// failed decides what follows from a batch that was not handled: the same
// changes one by one, the same change later, or going past it. It returns how
// long to wait first.
func (r *Runner) failed(ctx context.Context, c *following, cursor tocsin.Cursor, failure error) (tocsin.Cursor, time.Duration, error) {
	switch {
	case ctx.Err() != nil:
		return cursor, lookEvery, nil
	case errors.Is(failure, store.ErrClaimLost):
		return cursor, firstWait, nil
	case errors.Is(failure, tocsin.ErrUnavailable): // of the store, and no fault of the change
		return cursor, lookEvery, failure
	case c.limit(cursor) > 1:
		c.alone = cursor.Seq + int64(c.Batch)
		return cursor, 0, nil
	}
	log := r.log.With("consumer", c.Name, "change", cursor.Seq+1, "err", failure)
	if cursor.Failures+1 < maxTries {
		next, err := r.archive.FailConsumer(ctx, cursor, problemOf(failure))
		if err != nil {
			return cursor, lookEvery, err
		}
		log.WarnContext(ctx, "change was not handled", "tries", next.Failures)
		return next, waitAfter(next.Failures), nil
	}
	next, err := r.archive.SkipChange(ctx, cursor, r.now(), lease, problemOf(failure))
	if err != nil {
		return cursor, lookEvery, err
	}
	log.ErrorContext(ctx, "change is skipped until somebody has it tried again", "tries", maxTries)
	return next, 0, nil
}

// problemOf says why a change was not handled, by the kind of the error, whose
// text is the detail.
func problemOf(err error) *tocsin.Problem {
	code := tocsin.ProblemChange
	switch {
	case errors.Is(err, tocsin.ErrInvalid):
		code = tocsin.ProblemChangeUnread
	case errors.Is(err, tocsin.ErrNotFound):
		code = tocsin.ProblemChangeGone
	case errors.Is(err, tocsin.ErrConflict):
		code = tocsin.ProblemChangeClash
	}
	return tocsin.NewProblem(code, "detail", err.Error())
}

// waitAfter is how long after so many failures a change is tried again.
func waitAfter(failures int) time.Duration {
	return min(firstWait<<min(failures-1, 16), maxWait)
}

// Retry hands a change that a consumer skipped to it once more. It fails with
// [tocsin.ErrNotFound] when the consumer does not exist or did not skip it.
func (r *Runner) Retry(ctx context.Context, consumer string, seq int64) error {
	for _, c := range r.consumers {
		if c.Name == consumer {
			return r.archive.RetrySkipped(ctx, consumer, seq, c.Handle)
		}
	}
	return tocsin.NotFoundf("There is no consumer %q.", tocsin.Clip(consumer, 64))
}
