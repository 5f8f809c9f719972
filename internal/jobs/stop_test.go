package jobs

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"example.org/tocsin/internal/tocsin"
)

// stuck is a queue whose Stop does not end by itself.
type stuck struct{ stops []string }

func (s *stuck) Start(context.Context) error { return nil }

func (s *stuck) Stop(ctx context.Context) error {
	s.stops = append(s.stops, "stop")
	<-ctx.Done()
	return ctx.Err()
}

func (s *stuck) StopAndCancel(ctx context.Context) error {
	s.stops = append(s.stops, "cancel")
	<-ctx.Done()
	return ctx.Err()
}

func (s *stuck) InsertMany(context.Context, []river.InsertManyParams) ([]*rivertype.JobInsertResult, error) {
	return nil, nil
}

// DueSources says that nothing is due.
func (s *stuck) DueSources(context.Context, time.Time, int) ([]tocsin.SourceState, error) {
	return nil, nil
}

func (s *stuck) Sweep(context.Context, time.Time, time.Time) (int64, error) { return 0, nil }

// A process ends when it is asked to, also when the queue does not: first its
// jobs may finish, then they are cancelled, then it goes.
func TestStopEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &stuck{}
		e := &Engine{
			config: Default(), queue: s, now: time.Now, log: slog.New(slog.DiscardHandler), client: s, look: make(chan struct{}, 1), next: make(chan time.Duration, 1),
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- e.Run(ctx) }()
		synctest.Wait()
		cancel()
		asked := time.Now()
		select {
		case err := <-ended:
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Run returns %v, want that the time was over", err)
			}
		case <-time.After(time.Hour):
			t.Error("Run does not end within an hour")
		}
		if took := time.Since(asked); took != 2*stopGrace || len(s.stops) != 2 || s.stops[1] != "cancel" {
			t.Errorf("ended after %v by %v, want %v by stop and cancel", took, s.stops, 2*stopGrace)
		}
	})
}
