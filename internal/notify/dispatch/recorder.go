package dispatch

import (
	"context"
	"log/slog"
	"time"

	"example.org/tocsin/internal/store/delivery"
)

// writer is the part of the ledger that attempts are written into.
type writer interface {
	Enter(ctx context.Context, w delivery.Writing, now time.Time, lease time.Duration) ([]delivery.Batch, error)
}

// A recorder writes for all who send, in one transaction what has come together
// while the one before was written: a commit is dear, and many outcomes cost as
// much as one.
type recorder struct {
	ledger writer
	now    func() time.Time
	log    *slog.Logger
	ops    chan *op
}

// op is what one worker wants written.
type op struct {
	writing delivery.Writing
	begun   []delivery.Batch
	err     error
	done    chan struct{}
}

const (
	// maxOps bounds the writings of one transaction.
	maxOps = 512
	// writeTimeout bounds one transaction.
	writeTimeout = 30 * time.Second
)

func newRecorder(ledger writer, now func() time.Time, log *slog.Logger) *recorder {
	return &recorder{ledger, now, log, make(chan *op, maxOps)}
}

// enter has something written and waits until it is. What a worker knows is
// written although the program is about to end.
func (r *recorder) enter(w delivery.Writing) ([]delivery.Batch, error) {
	one := &op{writing: w, done: make(chan struct{})}
	r.ops <- one
	<-one.done
	return one.begun, one.err
}

// run writes until ops is closed.
func (r *recorder) run(ctx context.Context) {
	for first := range r.ops {
		list := []*op{first}
	more:
		for len(list) < maxOps {
			select {
			case one, ok := <-r.ops:
				if !ok {
					break more
				}
				list = append(list, one)
			default:
				break more
			}
		}
		if err := r.write(ctx, list); err != nil && len(list) > 1 {
			r.log.WarnContext(ctx, "deliveries are written one by one", "err", err)
			for _, one := range list {
				one.err = r.write(ctx, []*op{one})
			}
		} else {
			for _, one := range list {
				one.err = err
			}
		}
		for _, one := range list {
			close(one.done)
		}
	}
}

// write writes what several workers want, in one transaction.
func (r *recorder) write(ctx context.Context, list []*op) error {
	var all delivery.Writing
	for _, one := range list {
		w := one.writing
		all.Outcomes = append(all.Outcomes, w.Outcomes...)
		all.Other = append(all.Other, w.Other...)
		all.Postponed = append(all.Postponed, w.Postponed...)
		all.Starts = append(all.Starts, w.Starts...)
		all.Release = append(all.Release, w.Release...)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	begun, err := r.ledger.Enter(ctx, all, r.now(), lease)
	if err != nil {
		return err
	}
	for _, one := range list {
		n := len(one.writing.Starts)
		one.begun, begun = begun[:n:n], begun[n:]
	}
	return nil
}
