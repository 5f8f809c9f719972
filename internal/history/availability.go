package history

import (
	"context"
	"slices"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// DegradedWeight is how much of an interruption a degradation counts as, unless
// somebody chose another weight.
const DegradedWeight = 0.3

// Availability is how a service was in a span of time. Up, Degraded,
// Interrupted and Unknown add up to it. See the package comment for the method.
type Availability struct {
	From, To    time.Time
	Up          time.Duration
	Degraded    time.Duration // by incidents and overviews
	Interrupted time.Duration // by incidents and overviews
	Unknown     time.Duration // before the first and after the last word, and while nobody looked
	Incidents   []Counted     // ascending by start; those of the suite that name the service too
	Advisories  int           // that lasted into the span; they count for nothing
}

// A Counted is an incident with the part of the span that it took.
type Counted struct {
	Row         *readmodel.Row
	Dates       Dates
	From, To    time.Time     // within the span
	Degraded    time.Duration // by itself; overlaps are not taken out
	Interrupted time.Duration
}

// Known is the time about which something is known.
func (a Availability) Known() time.Duration { return a.Up + a.Degraded + a.Interrupted }

// Lost is the time that counts against the service.
func (a Availability) Lost(degradedWeight float64) time.Duration {
	return a.Interrupted + time.Duration(degradedWeight*float64(a.Degraded))
}

// LeastKnown is how much time must be known for a share to mean something: a
// service that exists since an hour is not "70 % available".
const LeastKnown = day

// Share is the availability between 0 and 1 over the time that is known. It
// reports false when that is less than [LeastKnown]: no share may be shown then.
func (a Availability) Share(degradedWeight float64) (float64, bool) {
	known := a.Known()
	if known < LeastKnown {
		return 0, false
	}
	return 1 - float64(a.Lost(degradedWeight))/float64(known), true
}

// piece is a span of time at one level of badness.
type piece struct {
	from, to time.Time
	down     bool
}

// Availability counts the minutes of a service from from (included) to to (not
// included). What lies after now is not in it.
func (p *Past) Availability(ctx context.Context, s *readmodel.Service, from, to time.Time) (Availability, error) {
	if to.After(p.now) {
		to = p.now
	}
	a := Availability{From: from, To: to}
	if !to.After(from) {
		a.To = from
		return a, nil
	}
	for _, row := range p.lasting(s, from.Add(-slack), to.Add(slack)) {
		if last := row.Last().Time(); row.Class == "advisory" && row.Starts().Time().Before(to) && last.After(from) {
			a.Advisories++
		}
	}
	t, err := p.timeline(ctx, s, from, to)
	if err != nil {
		return a, err
	}
	a.Incidents = t.counted
	a.Degraded, a.Interrupted = measure(t.pieces)
	if a.Unknown, err = p.unknown(ctx, s, from, to, t.pieces); err != nil {
		return a, err
	}
	a.Up = to.Sub(from) - a.Degraded - a.Interrupted - a.Unknown
	return a, nil
}

// slack is how far the dates of posts may lie outside the declared ones.
const slack = 14 * day

// count is what one incident takes of a span.
func (p *Past) count(ctx context.Context, s *readmodel.Service, row *readmodel.Row, from, to time.Time, declared bool) (Counted, []piece, error) {
	states, err := p.development(ctx, row)
	if err != nil {
		return Counted{}, nil, err
	}
	dates, err := p.datesOf(ctx, row, declared)
	if err != nil || mistaken(states) {
		return Counted{}, nil, err
	}
	c := Counted{Row: row, Dates: dates, From: latest(either(dates.Start(), row.Starts().Time()), from)}
	c.To = dates.End()
	if c.To.IsZero() { // open: it lasts until it, or its service, was last heard of
		c.To = latest(row.ModifiedAt.Time(), s.ConfirmedAt)
	}
	if c.To.After(to) {
		c.To = to
	}
	pieces := levels(states, c.From, c.To)
	c.Degraded, c.Interrupted = measure(pieces)
	return c, pieces, nil
}

func mistaken(states []state) bool {
	return len(states) > 0 && states[len(states)-1].status == tocsin.StatusFalsePositive
}

// levels cuts the time of an incident by its status. The time before the first
// post that calls it degraded or interrupted counts as that post says.
func levels(states []state, from, to time.Time) []piece {
	first := slices.IndexFunc(states, func(s state) bool { return s.status.Broken() })
	at, down := from, first >= 0 && states[first].status == tocsin.StatusInterruption
	var pieces []piece
	for _, s := range states[first+1:] {
		now := first >= 0 && s.status == tocsin.StatusInterruption
		if now == down {
			continue
		}
		pieces = appendPiece(pieces, at, s.at, to, down)
		at, down = latest(at, s.at), now
	}
	return appendPiece(pieces, at, to, to, down)
}

func appendPiece(pieces []piece, from, to, limit time.Time, down bool) []piece {
	if to.After(limit) {
		to = limit
	}
	if !to.After(from) {
		return pieces
	}
	return append(pieces, piece{from, to, down})
}

// measure adds up pieces, each instant once, at its worst.
func measure(pieces []piece) (degraded, interrupted time.Duration) {
	all := union(pieces, everything)
	interrupted = union(pieces, func(p piece) bool { return p.down })
	return all - interrupted, interrupted
}

// union is the length of the time that the wanted pieces cover.
func union(pieces []piece, wanted func(piece) bool) time.Duration {
	var covered time.Duration
	for _, p := range merged(pieces, wanted) {
		covered += p.to.Sub(p.from)
	}
	return covered
}

// merged are the wanted pieces as spans that do not touch, ascending.
func merged(pieces []piece, wanted func(piece) bool) []piece {
	list := make([]piece, 0, len(pieces))
	for _, p := range pieces {
		if wanted(p) {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b piece) int { return a.from.Compare(b.from) })
	n := 0
	for _, p := range list {
		if n > 0 && !p.from.After(list[n-1].to) {
			list[n-1].to = latest(list[n-1].to, p.to)
			continue
		}
		list[n] = p
		n++
	}
	return list[:n]
}

// unknown is the part of a span that no incident covers and that lies before
// the first or after the last word about a service, or in which nobody looked.
func (p *Past) unknown(ctx context.Context, s *readmodel.Service, from, to time.Time, incidents []piece) (time.Duration, error) {
	gaps, err := p.gapsOf(ctx, s)
	if err != nil {
		return 0, err
	}
	first, last, known := p.Known(s)
	if !known || !first.Before(to) || !last.After(from) {
		first, last = to, to
	}
	blank := []piece{{from: from, to: earliest(first, to)}, {from: latest(last, from), to: to}}
	for _, gap := range gaps {
		blank = append(blank, piece{from: latest(gap.from, from), to: earliest(gap.to, to)})
	}
	covered := merged(incidents, everything)
	var total time.Duration
	for _, b := range merged(blank, func(p piece) bool { return p.to.After(p.from) }) {
		total += b.to.Sub(b.from) - overlap(covered, b.from, b.to)
	}
	return total, nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
