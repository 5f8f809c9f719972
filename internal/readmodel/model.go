// Package readmodel is the read side that both APIs and the pages are served
// from: one immutable [Snapshot] per tenant, swapped whole when a change has
// been stored. Texts stay in the store and are kept decoded for the items that
// are asked for.
package readmodel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/tocsin"
)

// archive is the part of the store that the read side needs.
type archive interface {
	rows
	texts
	changes
	tenantChanges
	blocks
}

// rows are what lists are made of.
type rows interface {
	Rows(ctx context.Context, tenantID string, kinds ...tocsin.Kind) ([]tocsin.Row, error)
	EachRow(ctx context.Context, tenantID string, each func(*tocsin.Row)) error
	RowsOf(ctx context.Context, tenantID string, refs []tocsin.Ref) ([]tocsin.Row, error)
	States(ctx context.Context, tenantID string, kind tocsin.Kind, since int64) ([]tocsin.State, error)
	StatesOf(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.State, error)
}

// texts are what items say.
type texts interface {
	Body(ctx context.Context, num int64) ([]byte, error)
}

// blocks are rows in a form that is quick to load.
type blocks interface {
	Block(ctx context.Context, tenantID string) (tocsin.Block, error)
	PutBlock(ctx context.Context, tenantID string, b tocsin.Block) error
}

// changes is what following needs.
type changes interface {
	Tenant(ctx context.Context, ref string) (tocsin.Tenant, error)
	Tenants(ctx context.Context) ([]tocsin.Tenant, error)
	ChangesAfter(ctx context.Context, seq int64, limit int) ([]tocsin.Change, error)
	LastSeq(ctx context.Context) (int64, error)
	Sources(ctx context.Context, tenantID string) ([]tocsin.SourceState, error)
	Unreadable(ctx context.Context, tenantID string) ([]tocsin.Unreadable, error)
}

// tenantChanges are the changes of one tenant, which loading needs.
type tenantChanges interface {
	TenantChangesAfter(ctx context.Context, tenantID string, seq int64, private bool, limit int) ([]tocsin.Change, error)
	LastSeqOf(ctx context.Context, tenantID string) (int64, error)
}

// textBytes is the size of one generation of decoded texts, in encoded bytes.
const textBytes = 16 << 20

// How often the change number and the tenants' settings are looked at without
// a wake-up: a tenant that was closed gets no answer a second later.
const (
	lookEvery      = 500 * time.Millisecond
	changesPerLook = 1000
)

// A Model holds the snapshots of the tenants that were asked for.
type Model struct {
	archive archive
	now     func() time.Time
	log     *slog.Logger
	texts   *cache.Cache[int64, any] // decoded documents, which never change, by number
	wake    chan struct{}

	generation atomic.Uint64 // of the newest index
	saveFrom   int           // rows that a tenant has at least to be saved
	quietAfter time.Duration // see [Snapshot.QuietAfter]

	loading  sync.Mutex // one load or update at a time
	followed int64      // every snapshot includes the changes up to this number; guarded by loading
	mu       sync.RWMutex
	tenants  map[string]*Snapshot
	rooms    map[int64]int64 // by incident, the number of its last change that was seen
	changed  chan struct{}   // closed when a snapshot is put, or a room has changed
}

// New makes a model that loads tenants when they are first asked for.
func New(archive archive, now func() time.Time, log *slog.Logger) *Model {
	return &Model{
		archive: archive, now: now, log: log, texts: cache.New[int64, any](cache.Bounds{Bytes: textBytes}), saveFrom: blockFrom,
		wake: make(chan struct{}, 1), tenants: map[string]*Snapshot{}, rooms: map[int64]int64{}, changed: make(chan struct{}),
	}
}

// QuietAfter sets how long advisories stay in the foreground without news, 0 for
// the usual time. It is to be called before the model is used.
func (m *Model) QuietAfter(d time.Duration) { m.quietAfter = d }

// Wake makes Run look for changes at once. Nothing depends on it.
func (m *Model) Wake() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// Run follows the changes in the store until ctx ends.
func (m *Model) Run(ctx context.Context) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		if err := m.Refresh(ctx, true); err != nil && ctx.Err() == nil {
			m.log.WarnContext(ctx, "read model is behind", "err", err)
		}
		if err := m.Save(ctx); err != nil && ctx.Err() == nil {
			m.log.WarnContext(ctx, "rows are not saved", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-m.wake:
		}
	}
}

// Snapshot is the present state of one tenant, by GUID. It fails with
// [tocsin.ErrNotFound] for a tenant that is not set up.
func (m *Model) Snapshot(ctx context.Context, tenantID string) (*Snapshot, error) {
	if s := m.loaded(tenantID); s != nil {
		return s, nil
	}
	m.loading.Lock()
	defer m.loading.Unlock()
	if s := m.loaded(tenantID); s != nil {
		return s, nil
	}
	s, err := m.load(ctx, tenantID)
	if err != nil {
		return nil, fmt.Errorf("load tenant: %w", err)
	}
	m.put(s)
	return s, nil
}

func (m *Model) loaded(tenantID string) *Snapshot {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.tenants[tenantID]
}

func (m *Model) put(s *Snapshot) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.complete()
	m.tenants[s.Tenant.ID] = s
	close(m.changed)
	m.changed = make(chan struct{})
}

func (m *Model) all() []*Snapshot {
	m.mu.RLock()
	defer m.mu.RUnlock()
	list := make([]*Snapshot, 0, len(m.tenants))
	for _, s := range m.tenants {
		list = append(list, s)
	}
	return list
}

// Refresh brings every loaded snapshot up to the newest change, and with
// settings set also to the tenants' present settings.
func (m *Model) Refresh(ctx context.Context, settings bool) error {
	m.loading.Lock()
	defer m.loading.Unlock()
	snapshots := m.all()
	if len(snapshots) == 0 {
		return nil
	}
	tenants, err := m.settings(ctx, settings)
	if err != nil {
		return err
	}
	states, err := m.archive.Sources(ctx, "")
	if err != nil {
		return err
	}
	last, err := m.archive.LastSeq(ctx)
	if err != nil {
		return err
	}
	changed, upTo, err := m.changesUpTo(ctx, last)
	if err != nil {
		return err
	}
	var problems []error
	for _, s := range snapshots {
		next, err := m.renew(ctx, s, changed[s.Tenant.ID], states, tenants)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if next != s {
			m.put(next)
		}
	}
	if len(problems) == 0 { // else all of it is applied again, which changes nothing more
		m.followed = upTo
	}
	return errors.Join(problems...)
}

// settings are the tenants by id, nil where they are not wanted.
func (m *Model) settings(ctx context.Context, wanted bool) (map[string]tocsin.Tenant, error) {
	if !wanted {
		return nil, nil
	}
	list, err := m.archive.Tenants(ctx)
	return tocsin.TenantsByID(list), err
}

// changesUpTo reads the changes after those that were followed, once for all
// tenants. It returns them by tenant with the number of the last one.
func (m *Model) changesUpTo(ctx context.Context, last int64) (map[string][]tocsin.Change, int64, error) {
	byTenant, at := map[string][]tocsin.Change{}, m.followed
	rooms := map[string]int64{}
	defer func() { m.noteRooms(rooms) }()
	for at < last {
		page, err := m.archive.ChangesAfter(ctx, at, changesPerLook)
		if err != nil {
			return nil, at, err
		}
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			if c.Kind == tocsin.KindRequest { // no page of a tenant waits for it
				continue
			}
			if c.Kind == tocsin.KindIncident || c.Kind == tocsin.KindStep { // no page of a tenant waits for it
				rooms[c.ID] = c.Seq
				continue
			}
			byTenant[c.TenantID] = append(byTenant[c.TenantID], c)
		}
		at = page[len(page)-1].Seq
	}
	return byTenant, at, nil
}

// renew returns s with the changes of its tenant, or s itself when nothing about
// it has changed.
func (m *Model) renew(ctx context.Context, s *Snapshot, changed []tocsin.Change, states []tocsin.SourceState, tenants map[string]tocsin.Tenant) (*Snapshot, error) {
	next := *s
	if tenants != nil {
		tenant, ok := tenants[s.Tenant.ID]
		if !ok {
			return nil, tocsin.NotFoundf("There is no tenant %q.", s.Tenant.ID)
		}
		next.Tenant = tenant
	}
	if err := m.apply(ctx, &next, changed); err != nil {
		return nil, err
	}
	own := ownStates(states, s.Tenant.ID)
	if next.strays(own) {
		found, err := m.rereadServices(ctx, &next, nil)
		if err != nil {
			return nil, err
		}
		m.completeServices(&next, found)
	}
	if err := m.readUnreadable(ctx, &next, own); err != nil {
		return nil, err
	}
	next.judge(own, m.now())
	if next.same(s) {
		return s, nil
	}
	return &next, nil
}

// strays reports whether a poll ended since, and some services were on the
// list of a place that is not polled: another place may list them now, which
// is no change of theirs.
func (s *Snapshot) strays(states []tocsin.SourceState) bool {
	polled, known := false, map[string]bool{tocsin.SourceOwn: true}
	for _, state := range states {
		polled = polled || state.LastOKAt.After(s.CheckedAt)
		known[state.Name] = true
	}
	return polled && slices.ContainsFunc(s.Services, func(one Service) bool { return !known[one.Source] })
}

// same reports whether nothing was found out since other.
func (s *Snapshot) same(other *Snapshot) bool {
	return s.Seq == other.Seq && s.Staleness() == other.Staleness() && s.unreadState() == other.unreadState() && s.CheckedAt.Equal(other.CheckedAt) &&
		slices.EqualFunc(s.sources, other.sources, tocsin.SourceState.Same) && reflect.DeepEqual(s.Tenant, other.Tenant) &&
		slices.EqualFunc(s.Services, other.Services, func(a, b Service) bool { return a.ConfirmedAt.Equal(b.ConfirmedAt) && a.Stale == b.Stale })
}

func ownStates(states []tocsin.SourceState, tenantID string) []tocsin.SourceState {
	var own []tocsin.SourceState
	for _, state := range states {
		if state.TenantID == tenantID {
			own = append(own, state)
		}
	}
	return own
}

// judge decides how current the snapshot is.
func (s *Snapshot) judge(sources []tocsin.SourceState, now time.Time) {
	s.sources, s.unheard, s.Stale, s.StaleSince, s.CheckedAt = sources, nil, false, time.Time{}, time.Time{}
	for _, source := range sources {
		if source.LastOKAt.After(s.CheckedAt) {
			s.CheckedAt = source.LastOKAt
		}
		since, stale := source.StaleSince(now)
		if !stale {
			continue
		}
		s.unheard = append(s.unheard, source)
		if !s.Stale || since.Before(s.StaleSince) {
			s.Stale, s.StaleSince = true, since
		}
	}
	s.Services = confirmed(s.Services, sources, now)
	if len(s.unreadable) > 0 {
		about := s.names().places(s.unreadable)
		for i := range s.Services {
			s.Services[i].doubt(about)
		}
	}
}

// ownEvery is how often the services of the desk itself count as confirmed
// anew: nobody polls them.
const ownEvery = time.Minute

// confirmed are services as their own sources confirm them. What came from a
// place that is no longer polled is stale once another place is, what came from
// a file always.
func confirmed(services []Service, sources []tocsin.SourceState, now time.Time) []Service {
	list := slices.Clone(services)
	for i := range list {
		s := &list[i]
		s.ConfirmedAt, s.Stale, s.StaleSince = s.Since, false, time.Time{}
		n := slices.IndexFunc(sources, func(source tocsin.SourceState) bool { return source.Name == s.Source })
		switch {
		case s.Own():
			s.ConfirmedAt = later(s.Since, now.Truncate(ownEvery))
		case n >= 0:
			s.ConfirmedAt = later(s.Since, sources[n].LastOKAt)
			s.StaleSince, s.Stale = sources[n].StaleSince(now)
		case len(sources) > 0 || s.Source == tocsin.SourceImport:
			s.StaleSince, s.Stale = s.Since, true
		}
	}
	return list
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Issue reads the present text of an issue. The answer is shared: do not
// change it.
func (m *Model) Issue(ctx context.Context, row *Row) (tocsin.Issue, error) {
	return textOf[tocsin.Issue](ctx, m, row.Document)
}

// IssueOnce is [Model.Issue] for whoever goes through all issues: a text that it
// reads does not take the place of those that readers ask for.
func (m *Model) IssueOnce(ctx context.Context, row *Row) (issue tocsin.Issue, err error) {
	if kept, ok := m.texts.Get(row.Document); ok {
		if issue, ok = kept.(tocsin.Issue); ok {
			return issue, nil
		}
	}
	body, err := m.archive.Body(ctx, row.Document)
	if err != nil {
		return issue, err
	}
	if err := json.Unmarshal(body, &issue); err != nil {
		return issue, fmt.Errorf("read document %d: %w", row.Document, err)
	}
	return issue, nil
}

// Loaded lists the snapshots of the tenants that were asked for, in no order.
func (m *Model) Loaded() []*Snapshot { return m.all() }

// Caches tells how much memory decoded texts take, by a name for operators.
func (m *Model) Caches() map[string]cache.Use {
	return map[string]cache.Use{"texts": m.texts.Use()}
}

// Message reads the present text of a message. The answer is shared: do not
// change it.
func (m *Model) Message(ctx context.Context, row *Row) (tocsin.Message, error) {
	return textOf[tocsin.Message](ctx, m, row.Document)
}

func textOf[T any](ctx context.Context, m *Model, document int64) (T, error) {
	if kept, ok := m.texts.Get(document); ok {
		if v, ok := kept.(T); ok {
			return v, nil
		}
	}
	var v T
	body, err := m.archive.Body(ctx, document)
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return v, fmt.Errorf("read document %d: %w", document, err)
	}
	m.texts.Put(document, v, len(body))
	return v, nil
}
