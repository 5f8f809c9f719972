package fakegraph

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// A Step is one thing that happens to a world.
type Step struct {
	Offset time.Duration // after the start of the timeline
	Name   string        // for errors and for those who watch
	Do     func(*World) error
}

// A Timeline is what happens to a world over time. Steps need not be in order;
// of two steps with the same offset the one listed first comes first.
type Timeline []Step

// Play lets each step happen when now reaches its time, counted from start,
// until ctx ends or all have happened. A step whose time has passed happens at
// once. It waits in real time, and asks now again before each step.
func (t Timeline) Play(ctx context.Context, world *World, start time.Time, now func() time.Time) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for _, step := range t.ordered() {
		due := start.Add(step.Offset)
		for wait := due.Sub(now()); wait > 0; wait = due.Sub(now()) {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step.Do(world); err != nil {
			return fmt.Errorf("play %q: %w", step.Name, err)
		}
	}
	return nil
}

// Advance lets all the steps happen whose offset lies after from and not after
// to, without waiting. Use a negative from to include those at the start.
func (t Timeline) Advance(world *World, from, to time.Duration) error {
	for _, step := range t.ordered() {
		if step.Offset <= from || step.Offset > to {
			continue
		}
		if err := step.Do(world); err != nil {
			return fmt.Errorf("play %q: %w", step.Name, err)
		}
	}
	return nil
}

// Duration is the offset of the last step.
func (t Timeline) Duration() time.Duration {
	var last time.Duration
	for _, step := range t {
		last = max(last, step.Offset)
	}
	return last
}

func (t Timeline) ordered() []Step {
	return slices.SortedStableFunc(slices.Values(t), func(a, b Step) int { return cmp.Compare(a.Offset, b.Offset) })
}
