package collect

import (
	"context"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// The upstream's limits for one app in one tenant, and the windows they are
// counted in. The windows are two seconds longer than the upstream's, so that
// requests that travel at different speeds cannot add up there to more than
// they do here. Source: the provider's throttling limits for
// admin/serviceAnnouncement, 240 requests in 60 s and 800 in an hour.
const (
	perMinute    = 240
	perHour      = 800
	minuteWindow = 62 * time.Second
	hourWindow   = time.Hour + 2*time.Second
	// crashCost is what a poll is taken to have cost whose process died.
	crashCost = 10
)

// budget keeps one source within the upstream's limits by construction: it
// starts from what the poll log says was spent, also by other processes, and
// lets a request go only when both windows have room.
type budget struct {
	now    func() time.Time
	past   []archive.Spent // oldest first; this poll's requests are added one by one
	spent  int
	giveUp time.Time
}

func newBudget(ctx context.Context, archive storage, state tocsin.SourceState, now func() time.Time) (*budget, error) {
	past, err := archive.RequestsSince(ctx, state.TenantID, state.Name, now().Add(-hourWindow))
	if err != nil {
		return nil, err
	}
	for i := range past {
		if past[i].Requests < 0 {
			past[i].Requests = crashCost
		}
	}
	return &budget{now: now, past: past, giveUp: state.LeaseEnds.Add(-time.Minute)}, nil
}

// spend waits for room for one request and takes it. When room comes too late
// for this poll it fails with a [Failure] that says when to come back.
func (b *budget) spend(ctx context.Context) error {
	for {
		wait := b.wait()
		if wait <= 0 {
			b.past = append(b.past, archive.Spent{At: b.now(), Requests: 1})
			b.spent++
			return ctx.Err()
		}
		if until := b.now().Add(wait); until.After(b.giveUp) {
			return &Failure{Problem: tocsin.NewProblem(tocsin.ProblemBudget), NotBefore: until}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// spare reports whether half of the hour's budget and some of the minute's are
// left, so that what can wait may go now.
func (b *budget) spare() bool {
	return b.waitFor(hourWindow, perHour/2) <= 0 && b.waitFor(minuteWindow, perMinute/2) <= 0
}

// wait is how long until both windows have room for one more request.
func (b *budget) wait() time.Duration {
	return max(b.waitFor(minuteWindow, perMinute), b.waitFor(hourWindow, perHour))
}

func (b *budget) waitFor(window time.Duration, limit int) time.Duration {
	now, used := b.now(), 0
	for i := len(b.past) - 1; i >= 0; i-- {
		left := window - now.Sub(b.past[i].At)
		if left <= 0 {
			break
		}
		if used += b.past[i].Requests; used >= limit {
			return left
		}
	}
	return 0
}
