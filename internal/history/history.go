package history

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

const day = 24 * time.Hour

// storage is what the past is read from beside the snapshot.
type storage interface {
	States(ctx context.Context, tenantID string, kind tocsin.Kind, since int64) ([]tocsin.State, error)
	Gaps(ctx context.Context, tenantID string, since time.Time) ([]archive.Gap, error)
	Items(ctx context.Context, tenantID string, q archive.ItemsQuery) (list []archive.Item, next string, err error)
}

// texts reads the present text of an issue.
type texts interface {
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
}

// A Reader tells the past of any tenant. Its methods may be used from any
// goroutine.
type Reader struct {
	archive storage
	texts   texts
	words   *cache.Cache[int64, words] // by document
	named   *cache.Cache[namedKey, bool]
}

// New makes a reader. The texts may be nil: then dates in posts count for
// nothing, and there are no lags.
func New(archive storage, texts texts) *Reader {
	return &Reader{archive: archive, texts: texts, words: cache.New[int64, words](cache.Bounds{Entries: maxWords}), named: cache.New[namedKey, bool](cache.Bounds{Entries: maxNamed})}
}

// A Past is the past of one tenant as it was known at one instant.
type Past struct {
	reader   *Reader
	snapshot *readmodel.Snapshot
	since    time.Time
	now      time.Time
	states   map[string][]state // how issues developed; nil until it is needed
	gaps     map[string][]piece // by service: when its source was not polled; nil until it is needed
}

// Past is the past of the tenant of a snapshot from since on; the zero time
// asks for all. It is for one goroutine.
func (r *Reader) Past(s *readmodel.Snapshot, since, now time.Time) *Past {
	return &Past{reader: r, snapshot: s, since: since, now: now}
}

// state is the status of an issue from an instant on.
type state struct {
	at     time.Time
	seenAt time.Time // when a poll saw it; zero when that is not known
	status tocsin.Status
}

// development is how the status of an issue developed. An issue of one version
// is read from its row, which spares the way to the archive.
func (p *Past) development(ctx context.Context, row *readmodel.Row) ([]state, error) {
	if row.N == 1 {
		return []state{{at: row.ModifiedAt.Time(), status: row.Status}}, nil
	}
	if p.states == nil {
		list, err := p.reader.archive.States(ctx, p.snapshot.Tenant.ID, tocsin.KindIssue, tocsin.Micros(p.since))
		if err != nil {
			return nil, fmt.Errorf("read the past of tenant %s: %w", p.snapshot.Tenant.ID, err)
		}
		begun := p.firstPolls(list)
		p.states = map[string][]state{}
		for _, s := range list {
			one := state{at: tocsin.FromMicros(s.At), status: s.Status, seenAt: begun.seen(s.Source, tocsin.FromMicros(s.SeenAt))}
			p.states[s.ID] = append(p.states[s.ID], one)
		}
	}
	if states := p.states[row.ID]; len(states) > 0 {
		return states, nil
	}
	return []state{{at: row.ModifiedAt.Time(), status: row.Status}}, nil
}

// firstPoll is how long the first poll of a source may take.
const firstPoll = 15 * time.Minute

// Begun is, for each source that is polled, until when its first poll lasted
// in microseconds: what came with it, or with an import, says nothing about how
// soon things are seen.
type Begun map[string]int64

// Begun reads when polls of issues began. It reads all states of the tenant;
// the answer changes with them and is small.
func (p *Past) Begun(ctx context.Context) (Begun, error) {
	list, err := p.reader.archive.States(ctx, p.snapshot.Tenant.ID, tocsin.KindIssue, tocsin.Micros(p.since))
	if err != nil {
		return nil, fmt.Errorf("read when polls of tenant %s began: %w", p.snapshot.Tenant.ID, err)
	}
	return p.firstPolls(list), nil
}

func (p *Past) firstPolls(list []tocsin.State) Begun {
	begun := Begun{}
	for _, source := range p.snapshot.Sources() {
		for _, s := range list {
			if at := s.SeenAt + firstPoll.Microseconds(); s.Source == source.Name && (begun[source.Name] == 0 || at < begun[source.Name]) {
				begun[source.Name] = at
			}
		}
	}
	return begun
}

// seen is when a poll saw a state of a source, zero when that is not known.
func (b Begun) seen(source string, at time.Time) time.Time {
	if begun, ok := b[source]; ok && tocsin.Micros(at) > begun {
		return at
	}
	return time.Time{}
}

// Known is the time about which something is known of a service: from the
// first word, be it about one of its issues, until its status, or one of its
// issues, was last heard of. It reports false when nothing is.
func (p *Past) Known(s *readmodel.Service) (first, last time.Time, known bool) {
	for _, group := range p.groups(s) {
		if group.Len() == 0 {
			continue
		}
		from, to := group.Known()
		if at := from.Time(); first.IsZero() || at.Before(first) {
			first = at
		}
		if at := to.Time(); at.After(last) {
			last = at
		}
	}
	if len(s.Transitions) > 0 {
		if s.ConfirmedAt.After(last) {
			last = s.ConfirmedAt
		}
		if at := s.Transitions[0].At; first.IsZero() || at.Before(first) {
			first = at
		}
	}
	if last.After(p.now) {
		last = p.now
	}
	return first, last, !first.IsZero()
}

func (p *Past) groups(s *readmodel.Service) []*readmodel.Group {
	if p.snapshot.IssueIndex == nil {
		return nil
	}
	return p.snapshot.IssueIndex.OfService(s.ID)
}

// lasting are the issues of a service that last into the span from from
// (included) to to (not included), ascending by id. One that nobody ended
// lasts until it, or the status of its service, was last heard of.
func (p *Past) lasting(s *readmodel.Service, from, to time.Time) []*readmodel.Row {
	span := readmodel.Span{From: readmodel.InstantOf(from), To: min(readmodel.InstantOf(to), readmodel.InstantOf(p.now)+1)}
	var rows []*readmodel.Row
	for _, group := range p.groups(s) {
		rows = group.Overlapping(rows, span)
	}
	rows = slices.DeleteFunc(rows, func(row *readmodel.Row) bool {
		return row.EndAt == 0 && row.ModifiedAt.Time().Before(from) && s.ConfirmedAt.Before(from)
	})
	slices.SortFunc(rows, func(a, b *readmodel.Row) int { return cmp.Compare(a.ID, b.ID) })
	return rows
}
