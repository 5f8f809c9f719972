package history

import (
	"context"
	"slices"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// A timeline is when a service did not work within a span: the one computation
// that days, figures and events are made of.
type timeline struct {
	pieces  []piece
	counted []Counted // ascending by start
}

// maxStated is how many incidents of a span are read for the dates that their
// posts state. In longer lists the declared dates count.
const maxStated = 5000

// timeline puts together when a service did not work between two instants: its
// own incidents, what its overviews said, and the incidents of the whole suite
// that name it.
func (p *Past) timeline(ctx context.Context, s *readmodel.Service, from, to time.Time) (timeline, error) {
	var t timeline
	// An incident may have begun before its declared start: look a little further.
	rows := slices.DeleteFunc(p.lasting(s, from.Add(-slack), to.Add(slack)), func(row *readmodel.Row) bool { return row.Class == "advisory" })
	for _, row := range rows {
		counted, pieces, err := p.count(ctx, s, row, from, to, len(rows) > maxStated)
		if err != nil {
			return t, err
		}
		t.add(counted, pieces)
	}
	for _, one := range spells(s) {
		if one.from.Before(to) && one.to.After(from) {
			if err := p.countSpell(ctx, s, one, from, to, &t); err != nil {
				return t, err
			}
		}
	}
	slices.SortStableFunc(t.counted, func(a, b Counted) int { return a.From.Compare(b.From) })
	return t, nil
}

func (t *timeline) add(c Counted, pieces []piece) {
	if len(pieces) > 0 {
		t.counted = append(t.counted, c)
		t.pieces = append(t.pieces, pieces...)
	}
}

// A spell is an unbroken run of overviews that call a service not well, of which
// at least one calls it degraded or interrupted.
type spell struct {
	from, to time.Time
	broken   time.Time // when it was first called so
	parts    []part
}

type part struct {
	from, to time.Time
	severity tocsin.Severity
}

// spells returns those of a service, oldest first. The last overview holds
// until it was last confirmed.
func spells(s *readmodel.Service) []spell {
	var list []spell
	var open *spell
	for i, t := range s.Transitions {
		to := s.ConfirmedAt
		if i+1 < len(s.Transitions) {
			to = s.Transitions[i+1].At
		}
		severity := t.Overview.Status.Severity()
		if severity.Well() {
			open = nil
			continue
		}
		if open == nil {
			list = append(list, spell{from: t.At})
			open = &list[len(list)-1]
		}
		open.to = latest(to, t.At)
		open.parts = append(open.parts, part{t.At, open.to, severity})
		if severity.Broken() && open.broken.IsZero() {
			open.broken = t.At
		}
	}
	return slices.DeleteFunc(list, func(one spell) bool { return one.broken.IsZero() })
}

// since returns the spell without what was called degraded, or recovered from,
// before an instant: advisories alone explain it.
func (s spell) since(at time.Time) spell {
	cut := spell{from: s.from, to: s.to}
	for _, one := range s.parts {
		if one.severity != tocsin.SeverityInterruption {
			one.from = latest(one.from, at)
		}
		if !one.to.After(one.from) {
			continue
		}
		if cut.parts = append(cut.parts, one); one.severity.Broken() && cut.broken.IsZero() {
			cut.broken = one.from
		}
	}
	return cut
}

// countSpell adds what overviews said. A degradation of which only advisories of
// the service speak does not count. Where an incident of the suite explains the
// spell, it counts from the start of that incident on, and until the overviews
// call the service well: as a degradation where they do not say that it is down.
func (p *Past) countSpell(ctx context.Context, s *readmodel.Service, one spell, from, to time.Time, t *timeline) error {
	own, advised := false, false
	for _, row := range p.lasting(s, one.from, one.to) {
		advised = advised || row.Class == "advisory"
		own = own || row.Class != "advisory"
	}
	suite, err := p.ofSuite(ctx, s, one)
	if err != nil {
		return err
	}
	if advised && !own && len(suite) > 0 {
		began := make([]time.Time, len(suite))
		for i, row := range suite {
			w, err := p.datesOf(ctx, row, false)
			if err != nil {
				return err
			}
			began[i] = either(w.Start(), row.Starts().Time())
		}
		one = one.since(slices.MinFunc(began, time.Time.Compare))
	}
	limit := earliest(to, p.now)
	var pieces []piece
	for _, part := range one.parts {
		switch counts := part.severity.Broken() || len(suite) > 0 && part.from.After(one.broken); {
		case !counts || one.broken.IsZero(), part.severity == tocsin.SeverityDegraded && advised && !own && len(suite) == 0:
		default:
			pieces = appendPiece(pieces, latest(part.from, from), part.to, limit, part.severity == tocsin.SeverityInterruption)
		}
	}
	t.pieces = append(t.pieces, pieces...)
	for _, row := range suite {
		w, err := p.datesOf(ctx, row, false)
		if err != nil {
			return err
		}
		c := Counted{Row: row, Dates: w, From: latest(either(w.Start(), row.Starts().Time()), from), To: earliest(either(w.End(), one.to), limit)}
		mine := appendPiece(nil, c.From, one.broken, limit, false)
		for _, piece := range pieces {
			mine = appendPiece(mine, latest(piece.from, c.From), piece.to, c.To, piece.down)
		}
		c.Degraded, c.Interrupted = measure(mine)
		t.add(c, mine)
	}
	return nil
}

// ofSuite returns the incidents of the whole suite that lasted into a spell of a
// service and name it, ascending by id.
func (p *Past) ofSuite(ctx context.Context, s *readmodel.Service, one spell) ([]*readmodel.Row, error) {
	suite, ok := p.snapshot.Service(tocsin.SuiteID)
	if !ok || s.ID == tocsin.SuiteID || s.Own() || p.reader.texts == nil {
		return nil, nil
	}
	var list []*readmodel.Row
	for _, row := range p.lasting(suite, one.from, one.to) {
		if row.Class == "advisory" || row.Status == tocsin.StatusFalsePositive {
			continue
		}
		named, err := p.named(ctx, row, s.Name)
		if err != nil {
			return nil, err
		}
		if named {
			list = append(list, row)
		}
	}
	return list, nil
}

// datesOf are the dates of an issue; those that it declares, without reading its
// posts, where declared is set.
func (p *Past) datesOf(ctx context.Context, row *readmodel.Row, declared bool) (Dates, error) {
	if declared {
		return Dates{DeclaredStart: row.Starts().Time(), DeclaredEnd: row.EndAt.Time()}, nil
	}
	w, err := p.wordsOf(ctx, row)
	return w.dates, err
}

// lost is the worst of the pieces that overlap a span, OK for none.
func (t *timeline) lost(from, to time.Time) tocsin.Severity {
	worst := tocsin.SeverityOK
	for _, piece := range t.pieces {
		if piece.from.Before(to) && piece.to.After(from) {
			worst = max(worst, piece.severity())
		}
	}
	return worst
}

func (p piece) severity() tocsin.Severity {
	if p.down {
		return tocsin.SeverityInterruption
	}
	return tocsin.SeverityDegraded
}
