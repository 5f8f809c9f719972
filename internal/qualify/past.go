package qualify

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/triage"
)

// pastModel has the texts of issues, and tells when there are others.
type pastModel interface {
	model
	IssueOnce(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
	Loaded() []*readmodel.Snapshot
	Changed() <-chan struct{}
}

// A Past finds incidents that are over and are like a call. It keeps a mark of each
// in memory, 24 bytes, made of its text behind the start and again where it
// changes; as long as those of a tenant are not made, the texts of the incidents
// that began last are read instead.
//
// Its methods may be used from any goroutine.
type Past struct {
	model  pastModel
	marker *triage.Marker
	log    *slog.Logger

	mu      sync.RWMutex
	tenants map[string]*pastTenant // never changed, but replaced
}

// A pastTenant is the marks of one tenant, by id of the issue.
type pastTenant struct {
	generation uint64 // of the index of issues that they are made of
	marks      []pastMark
}

type pastMark struct {
	row  *readmodel.Row
	mark triage.Mark
}

// NewPast returns a past that knows nothing yet: see [Past.Run]. It fails only where
// the program was built with a table of words that cannot be read.
func NewPast(m pastModel, log *slog.Logger) (*Past, error) {
	marker, err := triage.NewMarker()
	return &Past{model: m, marker: marker, log: log, tenants: map[string]*pastTenant{}}, err
}

// Run keeps the marks of the tenants that somebody asked for until ctx ends.
func (p *Past) Run(ctx context.Context) error {
	for {
		changed := p.model.Changed()
		if err := p.Refresh(ctx); err != nil && ctx.Err() == nil {
			p.log.WarnContext(ctx, "similar incidents are not up to date", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
	}
}

// Refresh brings the marks of all tenants that somebody asked for up to date.
func (p *Past) Refresh(ctx context.Context) error {
	for _, s := range p.model.Loaded() {
		known := p.of(s)
		if known != nil && known.generation == s.IssueIndex.Generation {
			continue
		}
		next, err := p.renew(ctx, s, known)
		if err != nil {
			return fmt.Errorf("mark issues: %w", err)
		}
		p.mu.Lock()
		p.tenants[s.Tenant.ID] = next
		p.mu.Unlock()
	}
	return nil
}

func (p *Past) of(s *readmodel.Snapshot) *pastTenant {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.tenants[s.Tenant.ID]
}

// batch is how many texts are read at once: then others have their turn, for as
// long as that took.
const batch = 100

// renew makes the marks of a snapshot; of issues that are as they were it takes
// those of before. Both lists are in the order of ids.
func (p *Past) renew(ctx context.Context, s *readmodel.Snapshot, before *pastTenant) (*pastTenant, error) {
	next := &pastTenant{generation: s.IssueIndex.Generation, marks: make([]pastMark, 0, ended(s))}
	var old []pastMark
	if before != nil {
		old = before.marks
	}
	read, began := 0, time.Now()
	for _, row := range s.Issues {
		if !mayBePast(row) {
			continue
		}
		for len(old) > 0 && old[0].row.ID < row.ID {
			old = old[1:]
		}
		if len(old) > 0 && old[0].row.ID == row.ID && old[0].row.Document == row.Document && old[0].row.ServiceID == row.ServiceID {
			next.marks = append(next.marks, pastMark{row, old[0].mark})
			continue
		}
		issue, err := p.model.IssueOnce(ctx, row)
		if err != nil {
			return nil, err
		}
		next.marks = append(next.marks, pastMark{row, p.marker.Issue(candidate(row, issue, row.EndAt.Time()))})
		if read++; read%batch == 0 {
			if err := rest(ctx, time.Since(began)); err != nil {
				return nil, err
			}
			began = time.Now()
		}
	}
	return next, nil
}

func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// mayBePast reports whether an issue is an incident that has an end, which may be
// still to come.
func mayBePast(row *readmodel.Row) bool { return row.Class != "advisory" && row.EndAt != 0 }

// ended counts the issues of a snapshot that may be past.
func ended(s *readmodel.Snapshot) (n int) {
	for _, row := range s.Issues {
		if mayBePast(row) {
			n++
		}
	}
	return n
}

// readAtMost is how many texts are read where there are no marks yet.
const readAtMost = 100

// Similar returns the incidents that are over and are most like a call, at most n:
// those with most services, symptoms and its HTTP status in common first, of those
// alike the one that began last. The issue that the call is attached to is not
// among them.
func (p *Past) Similar(ctx context.Context, s *readmodel.Snapshot, a tocsin.TriageAnswers, not string, now time.Time, n int) ([]*readmodel.Row, error) {
	if len(a.Services) == 0 {
		return nil, nil
	}
	known := p.of(s)
	if known == nil {
		return p.scan(ctx, s, a, not, now, n, readAtMost)
	}
	call, best := p.marker.Call(a), newBest(n)
	for i := range known.marks {
		one := &known.marks[i]
		if points := one.mark.Alike(call); points > 0 && best.Wants(one.row, points) && one.row.ID != not && !health.Open(one.row, now) {
			best.Add(one.row, points)
		}
	}
	return present(s, best.List()), nil
}

// present are the rows as they are now.
func present(s *readmodel.Snapshot, rows []*readmodel.Row) []*readmodel.Row {
	list := make([]*readmodel.Row, 0, len(rows))
	for _, row := range rows {
		if now, ok := s.Issue(row.ID); ok {
			list = append(list, now)
		}
	}
	return list
}

func newBest(n int) triage.Best[*readmodel.Row] {
	return triage.Best[*readmodel.Row]{Most: n, Compare: func(a, b *readmodel.Row) int {
		return cmp.Or(cmp.Compare(b.Starts(), a.Starts()), strings.Compare(a.ID, b.ID))
	}}
}

// scan finds what [Past.Similar] returns by reading texts, those of the incidents
// that began last and at most so many.
func (p *Past) scan(ctx context.Context, s *readmodel.Snapshot, a tocsin.TriageAnswers, not string, now time.Time, n, most int) ([]*readmodel.Row, error) {
	groups := slices.DeleteFunc(slices.Clone(s.IssueIndex.Groups()), func(g *readmodel.Group) bool { return g.Len() == 0 || !mayBePast(g.First()) })
	call, best := p.marker.Call(a), newBest(n)
	walk := readmodel.NewWalk(groups, readmodel.ByStart, readmodel.Always(), true)
	for row := walk.Next(); row != nil && most > 0; row = walk.Next() {
		if row.ID == not || health.Open(row, now) {
			continue
		}
		most--
		issue, err := p.model.Issue(ctx, row)
		if err != nil {
			return nil, err
		}
		best.Add(row, p.marker.Issue(candidate(row, issue, row.EndAt.Time())).Alike(call))
	}
	return best.List(), nil
}
