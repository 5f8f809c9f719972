package history

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// Clocks are the two clocks of one issue, theirs and ours. Instants that are
// not known are zero.
type Clocks struct {
	Dates     Dates     // when the provider says that it began and ended
	FirstPost time.Time // its first post
	FirstSeen time.Time // when we first saw the issue; zero when it was imported
	OverPost  time.Time // its first post that says that it is over
	OverSeen  time.Time // when we saw that it is over; zero when it was imported
	LastPost  time.Time
}

// fresh is how old a post may be when it is first seen and still tell something
// about how soon we see things: what is older came with a first poll or an
// import.
const fresh = 24 * time.Hour

// Clocks puts the two clocks of an issue side by side, which has these versions.
// Those count that [Past] counts.
func (p *Past) Clocks(ctx context.Context, row *readmodel.Row, versions []tocsin.Version, begun Begun) (Clocks, error) {
	w, err := p.wordsOf(ctx, row)
	if err != nil {
		return Clocks{}, err
	}
	states := make([]state, 0, len(versions))
	for _, v := range versions {
		if v.Stated || v.N == int(row.N) {
			states = append(states, state{at: v.At, status: v.Status, seenAt: begun.seen(v.Source, v.SeenAt)})
		}
	}
	return w.clocks(states), nil
}

// seen is the development of an issue with the times at which it was seen,
// which the row of one with a single version does not tell.
func (p *Past) seen(ctx context.Context, row *readmodel.Row) ([]state, error) {
	whole := *row
	whole.N = max(row.N, 2)
	return p.development(ctx, &whole)
}

func (w *words) clocks(states []state) Clocks {
	c := Clocks{Dates: w.dates, FirstPost: w.firstPost, OverPost: w.overPost, LastPost: w.lastPost}
	for _, s := range states {
		if s.seenAt.IsZero() || s.seenAt.Sub(s.at) > fresh {
			continue
		}
		if c.FirstSeen.IsZero() || s.seenAt.Before(c.FirstSeen) {
			c.FirstSeen = s.seenAt
		}
		if s.status.Healthy() && (c.OverSeen.IsZero() || s.seenAt.Before(c.OverSeen)) {
			c.OverSeen = s.seenAt
		}
	}
	if !c.FirstPost.IsZero() && c.FirstSeen.Sub(c.FirstPost) > fresh {
		c.FirstSeen = time.Time{}
	}
	return c
}

// A Spread is how some spans of time are distributed: half of them last no
// longer than P50, nineteen of twenty no longer than P95. N is their number.
type Spread struct {
	N        int
	P50, P95 time.Duration
}

// Lags say how long things took, over the issues that began in a span.
type Lags struct {
	Issues   int
	Tell     Spread // from the start, as it is counted with, to the provider's first post
	See      Spread // from the first post to our sight of it
	Restore  Spread // from the start to the end
	Close    Spread // from the end to the post that says so
	Updates  post.Punctuality
	Lateness Spread // of updates that came late
}

// Lags measures the issues that began between from (included) and to (not
// included): of one service, or of all for nil; of one class, such as
// "incident", or of all for "". False positives are left out.
func (p *Past) Lags(ctx context.Context, s *readmodel.Service, class string, from, to time.Time) (Lags, error) {
	var lags Lags
	var tell, see, restore, closing, late []time.Duration
	for _, row := range p.begun(s, class, from, to) {
		w, err := p.wordsOf(ctx, row)
		if err != nil {
			return lags, fmt.Errorf("measure %s: %w", row.ID, err)
		}
		states, err := p.seen(ctx, row)
		if err != nil {
			return lags, err
		}
		lags.Issues++
		c := w.clocks(states)
		start, end := c.Dates.Start(), c.Dates.End()
		tell = appendSpan(tell, start, c.FirstPost)
		see = appendSpan(see, c.FirstPost, c.FirstSeen)
		restore = appendSpan(restore, start, end)
		closing = appendSpan(closing, end, c.OverPost)
		promises := w.judged(row.Course().Over(p.now), p.now)
		lags.Updates.Count(promises)
		for _, promise := range promises {
			if promise.What == post.PromisedUpdate && promise.State == post.StateLate {
				late = append(late, promise.Late)
			}
		}
	}
	lags.Tell, lags.See, lags.Restore, lags.Close, lags.Lateness = spread(tell), spread(see), spread(restore), spread(closing), spread(late)
	return lags, nil
}

// begun are the issues that began in a span and were no false positives,
// ascending by start.
func (p *Past) begun(s *readmodel.Service, class string, from, to time.Time) []*readmodel.Row {
	if p.snapshot.IssueIndex == nil {
		return nil
	}
	groups := p.snapshot.IssueIndex.Groups()
	if s != nil {
		groups = p.groups(s)
	}
	var rows []*readmodel.Row
	for _, group := range groups {
		if group.Len() == 0 || class != "" && group.Class != class || group.Status == tocsin.StatusFalsePositive {
			continue
		}
		rows = append(rows, group.Between(readmodel.ByStart, readmodel.Span{From: readmodel.InstantOf(from), To: readmodel.InstantOf(to) - 1})...)
	}
	slices.SortFunc(rows, func(a, b *readmodel.Row) int { return int(min(1, max(-1, a.StartAt-b.StartAt))) })
	return rows
}

// appendSpan adds the time between two instants that are both known. A post
// before the start, as with planned work, counts as no time.
func appendSpan(list []time.Duration, from, to time.Time) []time.Duration {
	if from.IsZero() || to.IsZero() {
		return list
	}
	return append(list, max(0, to.Sub(from)))
}

// spread orders spans and takes the nearest ranks.
func spread(list []time.Duration) Spread {
	if len(list) == 0 {
		return Spread{}
	}
	slices.Sort(list)
	rank := func(percent int) time.Duration { return list[(percent*len(list)+99)/100-1] }
	return Spread{N: len(list), P50: rank(50), P95: rank(95)}
}
