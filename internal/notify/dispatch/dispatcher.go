package dispatch

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"example.org/tocsin/internal/notify"

	"example.org/tocsin/internal/store/delivery"
)

// ledger is the part of the store that sending works on.
type ledger interface {
	Claim(ctx context.Context, lane delivery.Lane, limit int, now time.Time, lease time.Duration) ([]delivery.Claim, error)
	Due(ctx context.Context, claims []delivery.Claim, limit int, now time.Time) (map[int64]*delivery.Work, error)
	NextDue(ctx context.Context) (time.Time, error)
	keeper
	writer
}

// keeper is what of it is asked rarely.
type keeper interface {
	Told(ctx context.Context, batch int64) ([]delivery.Pending, error)
	Drop(ctx context.Context, endpoint, reason string, now time.Time) error
}

// scribe puts into words what several deliveries tell together.
type scribe interface {
	// Write returns what a message says in a language, with times in a zone. One with
	// nothing to say is nil. When it is to wait for a translation, the time until
	// when is returned in its place.
	Write(ctx context.Context, language string, zone *time.Location, kind notify.MessageKind, list []delivery.Pending) (*notify.Content, time.Time, error)
	// Ahead reads at once what many messages will say that are written next.
	Ahead(ctx context.Context, list []delivery.Pending) error
}

// Times and bounds of sending.
const (
	// lease is how long a process that dies keeps others from its endpoints. Each
	// attempt extends it.
	lease = time.Minute
	// SendTimeout bounds one attempt, and is shorter than the lease.
	SendTimeout = 30 * time.Second
	// farewell is how long an attempt may go on when the program ends.
	farewell = 5 * time.Second
	// lookEvery is how long a delivery may wait for a process that nobody wakes.
	lookEvery = 5 * time.Second
	// atOnce bounds the endpoints of a lane that are served at once, those that have
	// failed before apart: what is slow to fail leaves room for the others, and so
	// do thousands of subscribers for the channels of the settings.
	atOnce        = 256
	failingAtOnce = 32
	// gatherFreed is how long hands that become free wait for others, where all were
	// taken.
	gatherFreed = 5 * time.Millisecond
	// maxDue bounds the deliveries that are read at once.
	maxDue = 5000
)

// DispatcherConfig is what a dispatcher works with.
type DispatcherConfig struct {
	Ledger ledger
	Scribe scribe
	Setup  func() *Setup
	// Recipients finds who endpoints stand for that are no channels of the
	// settings. May be nil.
	Recipients recipients
	// Canary returns the page on which the daily test with the id of a message is
	// confirmed. May be nil.
	Canary func(language, batch string) string
	// Counted is told of each attempt: the kind of the channel, and the reason why
	// it failed, "" for a success. May be nil.
	Counted func(kind string, reason notify.Reason)
	// Jitter spreads retries: a number from 0 to 1. Nil for none.
	Jitter func() float64
	Now    func() time.Time
	Log    *slog.Logger
}

// A Dispatcher sends what is due. Many processes may run one each: an endpoint is
// served by one of them at a time, its messages in their order.
type Dispatcher struct {
	DispatcherConfig
	recorder *recorder
	wake     chan struct{}
	freed    chan struct{}
	slots    map[delivery.Lane]chan struct{}

	pacing sync.Mutex
	next   map[string]time.Time // when a channel may be sent the next message
}

// NewDispatcher makes a dispatcher.
func NewDispatcher(c DispatcherConfig) *Dispatcher {
	return &Dispatcher{
		DispatcherConfig: c, recorder: newRecorder(c.Ledger, c.Now, c.Log), wake: make(chan struct{}, 1), freed: make(chan struct{}, 1),
		next:  map[string]time.Time{},
		slots: slots(),
	}
}

// lanes are the endpoints in the order in which they are looked at.
func lanes() []delivery.Lane {
	return []delivery.Lane{{}, {Failing: true}, {Personal: true}, {Personal: true, Failing: true}}
}

func slots() map[delivery.Lane]chan struct{} {
	all := map[delivery.Lane]chan struct{}{}
	for _, lane := range lanes() {
		n := atOnce
		if lane.Failing {
			n = failingAtOnce
		}
		all[lane] = make(chan struct{}, n)
	}
	return all
}

// pace waits until a channel may be sent another message.
func (d *Dispatcher) pace(ctx context.Context, exit *Exit) {
	if exit.Every == 0 {
		return
	}
	now := d.Now()
	d.pacing.Lock()
	at := d.next[exit.Name]
	if at.Before(now) || at.Sub(now) > time.Hour { // the clock was set back
		at = now
	}
	d.next[exit.Name] = at.Add(exit.Every)
	d.pacing.Unlock()
	timer := time.NewTimer(at.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Wake has the dispatcher look at once. Nothing depends on it.
func (d *Dispatcher) Wake() { poke(d.wake) }

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run sends what is due until ctx ends, and waits for what it has begun.
func (d *Dispatcher) Run(ctx context.Context) error {
	var recording, serving sync.WaitGroup
	recording.Go(func() { d.recorder.run(ctx) })
	for ctx.Err() == nil {
		full := false
		for _, lane := range lanes() {
			more, _, err := d.pass(ctx, &serving, lane)
			if err != nil && ctx.Err() == nil {
				d.Log.WarnContext(ctx, "deliveries wait", "err", err)
			}
			full = full || more
		}
		d.wait(ctx, full)
	}
	serving.Wait()
	close(d.recorder.ops)
	recording.Wait()
	return nil
}

// Drain sends what is due now, and returns when nothing is left that this process
// may send.
func (d *Dispatcher) Drain(ctx context.Context) error {
	var recording sync.WaitGroup
	recording.Go(func() { d.recorder.run(ctx) })
	defer recording.Wait()
	defer close(d.recorder.ops)
	for {
		served := false
		for _, lane := range lanes() {
			var serving sync.WaitGroup
			_, n, err := d.pass(ctx, &serving, lane)
			serving.Wait()
			if err != nil {
				return err
			}
			served = served || n > 0
		}
		if !served {
			return nil
		}
	}
}

// pass claims endpoints of a lane that are due and has them served. It reports whether
// there may be more, and how many they are.
func (d *Dispatcher) pass(ctx context.Context, serving *sync.WaitGroup, lane delivery.Lane) (more bool, n int, err error) {
	setup := d.Setup()
	slots := d.slots[lane]
	free := cap(slots) - len(slots)
	if setup == nil || len(setup.Exits) == 0 || free == 0 {
		return free == 0, 0, nil
	}
	now := d.Now()
	claims, err := d.Ledger.Claim(ctx, lane, free, now, lease)
	if err != nil || len(claims) == 0 {
		return false, 0, err
	}
	work, err := d.Ledger.Due(ctx, claims, maxDue, now)
	if err != nil {
		return false, 0, err // the claims end by themselves
	}
	exits, err := d.exits(ctx, setup, claims)
	if err != nil {
		return false, 0, err
	}
	for _, claim := range claims {
		slots <- struct{}{}
		serving.Go(func() {
			defer func() {
				<-slots
				poke(d.freed)
			}()
			d.serve(ctx, exits[claim.Num], claim, work[claim.Num])
		})
	}
	return len(claims) == free, len(claims), nil
}

// wait waits until there is something to do: a wake, an endpoint that was served,
// or the time at which something is due.
func (d *Dispatcher) wait(ctx context.Context, full bool) {
	wait := lookEvery
	setup := d.Setup()
	if setup != nil && len(setup.Exits) > 0 && !full {
		if next, err := d.Ledger.NextDue(ctx); err == nil && !next.IsZero() {
			wait = min(wait, max(next.Sub(d.Now()), 10*time.Millisecond))
		}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-d.wake:
	case <-d.freed: // what it wrote may be due, or its hand was wanted
		if full { // so may those of others soon, and one look costs as much as many
			timer.Reset(gatherFreed)
			select {
			case <-ctx.Done():
			case <-timer.C:
			}
		}
	}
}
