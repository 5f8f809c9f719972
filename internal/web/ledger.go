package web

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// Levels of a day or a span, in the order of the bars of a strip.
const (
	levelQuiet = iota
	levelAdvisory
	levelDegraded
	levelDown
	levelNone // nothing is known
)

// degradedWeight is how much a degraded minute counts against one of
// interruption.
const degradedWeight = 0.3

// A span is a time in which one issue put a service on one level.
type span struct {
	from, to time.Time // to is zero while the issue is open
	level    int
	id       string
}

func (s span) end(now time.Time) time.Time {
	if s.to.IsZero() {
		return now
	}
	return s.to
}

// A ledger is what the issues of a tenant say about its services over time:
// spans by workload id, ascending.
type ledger map[string][]span

// ledgers keeps the ledger of each tenant until something changes in it.
type ledgers struct {
	mu   sync.Mutex
	kept map[string]keptLedger
}

type keptLedger struct {
	seq    int64
	ledger ledger
}

// ledger reads how the services of a tenant were.
func (p *Pages) ledger(ctx context.Context, s *readmodel.Snapshot) (ledger, error) {
	p.ledgers.mu.Lock()
	defer p.ledgers.mu.Unlock()
	if kept, ok := p.ledgers.kept[s.Tenant.ID]; ok && kept.seq == s.Seq {
		return kept.ledger, nil
	}
	states, err := p.config.Archive.States(ctx, s.Tenant.ID, tocsin.KindIssue, 0)
	if err != nil {
		return nil, err
	}
	l := newLedger(s, states)
	p.ledgers.kept[s.Tenant.ID] = keptLedger{s.Seq, l}
	return l, nil
}

func newLedger(s *readmodel.Snapshot, states []store.State) ledger {
	byID := map[string][]store.State{}
	for _, state := range states {
		byID[state.ID] = append(byID[state.ID], state)
	}
	l := ledger{}
	for _, row := range s.Issues {
		if row.StartAt == 0 || row.Status == tocsin.StatusFalsePositive {
			continue
		}
		l[row.ServiceID] = append(l[row.ServiceID], spansOf(row, byID[row.ID])...)
	}
	for _, spans := range l {
		slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.from.Compare(b.from), cmp.Compare(a.id, b.id)) })
	}
	return l
}

// spansOf cuts the time of an issue where its status changed. What was first
// said about it holds from its declared start on.
func spansOf(row *readmodel.Row, states []store.State) []span {
	from, to := row.StartAt.Time(), row.EndAt.Time()
	if row.Class == "advisory" || len(states) == 0 {
		return []span{{from, to, levelOf(row.Class, row.Status), row.ID}}
	}
	var spans []span
	for i, state := range states {
		end := to
		if i+1 < len(states) {
			if next := tocsin.FromMicros(states[i+1].At); end.IsZero() || next.Before(end) {
				end = next
			}
		}
		level := levelOf(row.Class, state.Status)
		if level > levelQuiet && (end.IsZero() || end.After(from)) {
			spans = append(spans, span{from, end, level, row.ID})
		}
		if !end.IsZero() && end.After(from) {
			from = end
		}
	}
	return spans
}

func levelOf(class string, s tocsin.Status) int {
	family, _ := familyOf(s)
	switch {
	case class == "advisory":
		return levelAdvisory
	case family == "down":
		return levelDown
	case family == "degraded", family == "recovering":
		return levelDegraded
	case s.Healthy():
		return levelQuiet
	}
	return levelAdvisory
}

// level is the worst of a service between two instants: what its issues say,
// else what its overviews say, else nothing.
func (l ledger) level(s *readmodel.Service, from, to, now time.Time) int {
	worst := -1
	for _, span := range l[s.ID] {
		if span.from.Before(to) && span.end(now).After(from) {
			worst = max(worst, span.level)
		}
	}
	if worst >= 0 {
		return worst
	}
	overview, ok := s.Worst(from, to)
	if !ok || from.After(now) {
		return levelNone
	}
	switch family, _ := familyOf(overview.Status); family {
	case "down":
		return levelDown
	case "degraded":
		return levelDegraded
	case "watch", "recovering":
		return levelAdvisory
	case "neutral":
		if !overview.Status.Known() {
			return levelNone
		}
	}
	return levelQuiet
}

// lost is the time between two instants in which a service was down, and in
// which it was degraded. Where issues overlap the worst counts, once.
func (l ledger) lost(serviceID string, from, to, now time.Time) (down, degraded time.Duration) {
	if to.After(now) {
		to = now
	}
	var spans []span
	cuts := []time.Time{from, to}
	for _, s := range l[serviceID] {
		if s.level >= levelDegraded && s.from.Before(to) && s.end(now).After(from) {
			spans = append(spans, s)
			cuts = append(cuts, s.from, s.end(now))
		}
	}
	slices.SortFunc(cuts, time.Time.Compare)
	for i := 1; i < len(cuts); i++ {
		a, b := cuts[i-1], cuts[i]
		if a.Before(from) || b.After(to) || !a.Before(b) {
			continue
		}
		worst := 0
		for _, s := range spans {
			if !s.from.After(a) && !s.end(now).Before(b) {
				worst = max(worst, s.level)
			}
		}
		switch worst {
		case levelDown:
			down += b.Sub(a)
		case levelDegraded:
			degraded += b.Sub(a)
		}
	}
	return down, degraded
}

// availability is the share of the time between two instants in which a
// service worked, with a degraded minute counted in part. It reports false
// when nothing is known about the service in that time.
func (l ledger) availability(s *readmodel.Service, from, to, now time.Time) (share float64, ok bool) {
	if to.After(now) {
		to = now
	}
	if first := firstKnown(s); first.IsZero() || !first.Before(to) {
		return 0, false
	} else if first.After(from) {
		from = first
	}
	down, degraded := l.lost(s.ID, from, to, now)
	return 1 - (float64(down)+degradedWeight*float64(degraded))/float64(to.Sub(from)), true
}

// firstKnown is from when on anything is known about a service.
func firstKnown(s *readmodel.Service) time.Time {
	if len(s.Transitions) == 0 {
		return time.Time{}
	}
	return s.Transitions[0].At
}
