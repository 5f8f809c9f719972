package readmodel

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// load reads everything about a tenant: large ones from their block and the
// changes since, others from the tables. The change numbers are read first: a
// change that is stored meanwhile may be in the rows already, and is then
// applied once more, which has no effect.
func (m *Model) load(ctx context.Context, tenantID string) (*Snapshot, error) {
	tenant, err := m.archive.Tenant(ctx, tenantID)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{Tenant: tenant, QuietAfter: m.quietAfter}
	last, err := m.archive.LastSeq(ctx)
	if err != nil {
		return nil, err
	}
	if len(m.all()) == 0 {
		m.followed = last // nobody has followed yet
	}
	if s.Seq, err = m.archive.LastSeqOf(ctx, tenantID); err != nil {
		return nil, err
	}
	s.Translated = s.Seq
	// First, since they say how issues are filed.
	found, err := m.readServices(ctx, s, func(found map[string]*Service) error { return m.transitions(ctx, tenantID, found) })
	if err != nil {
		return nil, err
	}
	if !m.loadBlock(ctx, s, last) {
		if err := m.loadRows(ctx, s); err != nil {
			return nil, err
		}
	}
	m.completeServices(s, found)
	if s.saved {
		if err := m.catchUp(ctx, s); err != nil {
			return nil, err
		}
	}
	states, err := m.archive.Sources(ctx, tenantID)
	if err != nil {
		return nil, err
	}
	if err := m.readUnreadable(ctx, s, states); err != nil {
		return nil, err
	}
	s.judge(states, m.now())
	return s, nil
}

// loadRows reads a tenant's items from the tables.
func (m *Model) loadRows(ctx context.Context, s *Snapshot) error {
	shared := newSharing(s.names())
	byKind := map[tocsin.Kind][]*Row{}
	err := m.archive.EachRow(ctx, s.Tenant.ID, func(r *tocsin.Row) {
		if r.Kind == tocsin.KindIssue || r.Kind == tocsin.KindMessage {
			byKind[r.Kind] = append(byKind[r.Kind], shared.row(r))
		}
	})
	if err != nil {
		return err
	}
	for _, kind := range []tocsin.Kind{tocsin.KindIssue, tocsin.KindMessage} {
		slices.SortFunc(byKind[kind], ByID.compare)
		m.hold(s, kind, m.index(slices.Clip(byKind[kind])))
	}
	return nil
}

func (m *Model) index(rows []*Row) *Index { return NewIndex(rows, m.generation.Add(1)) }

// sharing keeps each combination of traits once, filed under the service that
// it is about.
type sharing struct {
	naming  *naming
	filed   map[Traits]*Traits // by traits with the id that the document holds; nil where the instant decides
	decided map[Traits]*Traits // by traits with the id that was decided on
}

func newSharing(n *naming) sharing { return sharing{n, map[Traits]*Traits{}, map[Traits]*Traits{}} }

// of returns the traits of a row that was modified at an instant; the service
// id of key is the one that its document holds.
func (shared sharing) of(key Traits, at Instant) *Traits {
	if traits, ok := shared.filed[key]; ok && traits != nil {
		return traits
	}
	filed := key
	filed.given = key.ServiceID
	depends := false
	if key.ServiceID != "" { // a message is about several
		filed.ServiceID, depends = shared.naming.service(key.ServiceID, key.Service, key.Source, at)
	}
	traits, ok := shared.decided[filed]
	if !ok {
		traits = &filed
		shared.decided[filed] = traits
	}
	if depends {
		shared.filed[key] = nil
	} else {
		shared.filed[key] = traits
	}
	return traits
}

func (shared sharing) row(r *tocsin.Row) *Row {
	return &Row{
		Traits: shared.of(Traits{Service: r.Service, ServiceID: r.Workload, Feature: r.Feature, FeatureSet: r.FeatureSet, Status: r.Status, Class: r.Class, Source: r.Source, Private: r.Private}, Instant(r.Modified)),
		ID:     r.ID, Document: r.Document, N: int32(r.N),
		StartAt: Instant(r.StartAt), EndAt: Instant(r.EndAt), ModifiedAt: Instant(r.Modified), LeftAt: Instant(r.LeftAt),
	}
}

// rereadServices reads the services of s anew, with the transitions of those
// whose overviews changed, and files the issues of s anew when services are
// called otherwise. The caller completes the services.
func (m *Model) rereadServices(ctx context.Context, s *Snapshot, changed map[tocsin.Ref]bool) (map[string]*Service, error) {
	before := s.names()
	found, err := m.readServices(ctx, s, func(found map[string]*Service) error { return m.newTransitions(ctx, s, found, changed) })
	if err == nil && !before.equal(s.naming) {
		m.refile(s)
	}
	return found, err
}

// refile puts issues under the services that they are about by the names that
// hold now. Only rows that move are made anew.
func (m *Model) refile(s *Snapshot) {
	shared := newSharing(s.names())
	var moved []*Row
	for _, g := range s.IssueIndex.Groups() {
		raw := *g.Traits
		raw.ServiceID, raw.given = g.given, ""
		if traits := shared.of(raw, 0); g.Len() == 0 || shared.filed[raw] != nil && traits.ServiceID == g.ServiceID {
			continue
		}
		for _, row := range g.sorted[ByID] {
			if traits := shared.of(raw, row.ModifiedAt); traits.ServiceID != row.ServiceID {
				other := *row
				other.Traits = traits
				moved = append(moved, &other)
			}
		}
	}
	if len(moved) > 0 {
		m.hold(s, tocsin.KindIssue, s.IssueIndex.with(moved, m.generation.Add(1)))
	}
}

// readServices reads what a tenant's sources say about its services: service
// lists, and overviews, whose transitions are for the caller to fill in. How
// they are called is kept in s.
func (m *Model) readServices(ctx context.Context, s *Snapshot, transitions func(map[string]*Service) error) (map[string]*Service, error) {
	rows, err := m.archive.Rows(ctx, s.Tenant.ID, tocsin.KindService, tocsin.KindOverview)
	if err != nil {
		return nil, err
	}
	found := map[string]*Service{}
	for i := range rows {
		r := &rows[i]
		switch r.Kind {
		case tocsin.KindService:
			service, err := textOf[tocsin.Service](ctx, m, r.Document)
			if err != nil {
				return nil, err
			}
			s := serviceIn(found, r.ID)
			s.Service, s.Source = service, cmp.Or(s.Source, r.Source)
		case tocsin.KindOverview:
			overview, err := textOf[tocsin.Overview](ctx, m, r.Document)
			if err != nil {
				return nil, err
			}
			s := serviceIn(found, r.ID)
			s.Overview, s.Since, s.Source, s.LeftAt = overview, tocsin.FromMicros(r.At), r.Source, tocsin.FromMicros(r.LeftAt)
		}
	}
	if err := transitions(found); err != nil {
		return nil, err
	}
	s.naming = newNaming(found, rows)
	return found, nil
}

// completeServices puts the services together with the features that issues
// name.
func (m *Model) completeServices(s *Snapshot, found map[string]*Service) {
	list := make([]Service, 0, len(found))
	for _, one := range found {
		one.complete(s.IssueIndex)
		list = append(list, *one)
	}
	s.ServiceGeneration = m.generation.Add(1)
	slices.SortFunc(list, func(a, b Service) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	s.Services = list
}

func serviceIn(found map[string]*Service, id string) *Service {
	s, ok := found[id]
	if !ok {
		s = &Service{Service: tocsin.Service{ID: id}}
		found[id] = s
	}
	return s
}

// transitions reads the transitions of all services.
func (m *Model) transitions(ctx context.Context, tenantID string, found map[string]*Service) error {
	states, err := m.archive.States(ctx, tenantID, tocsin.KindOverview, 0)
	if err != nil {
		return err
	}
	return m.addTransitions(ctx, found, states)
}

// newTransitions reads the transitions of the services that changed and takes
// those of the others from s: years of them are not read again for each change.
func (m *Model) newTransitions(ctx context.Context, s *Snapshot, found map[string]*Service, changed map[tocsin.Ref]bool) error {
	for i := range s.Services {
		one := &s.Services[i]
		if len(one.Transitions) > 0 && !changed[tocsin.Ref{Kind: tocsin.KindOverview, ID: one.ID}] {
			serviceIn(found, one.ID).Transitions = one.Transitions
		}
	}
	for ref := range changed {
		if ref.Kind != tocsin.KindOverview {
			continue
		}
		states, err := m.archive.StatesOf(ctx, s.Tenant.ID, ref)
		if err != nil {
			return err
		}
		if err := m.addTransitions(ctx, found, states); err != nil {
			return err
		}
	}
	return nil
}

func (m *Model) addTransitions(ctx context.Context, found map[string]*Service, states []tocsin.State) error {
	for _, state := range states {
		overview, err := textOf[tocsin.Overview](ctx, m, state.Document)
		if err != nil {
			return err
		}
		s := serviceIn(found, state.ID)
		s.Transitions = append(s.Transitions, tocsin.Transition{At: tocsin.FromMicros(state.At), Overview: overview})
	}
	return nil
}

// complete fills in what no source said: the name of a service that has an
// overview only, and features that only its overview or its issues name.
func (s *Service) complete(issues *Index) {
	if s.Name == "" {
		s.Name = cmp.Or(s.Overview.Service, tocsin.ServiceNameOf(s.ID))
	}
	if len(s.Features) > 0 {
		return
	}
	for _, f := range s.Overview.Features {
		s.Features = append(s.Features, tocsin.Feature{Name: f.Name, DisplayName: f.DisplayName})
	}
	if len(s.Features) > 0 {
		return
	}
	seen := map[string]bool{}
	groups := issues.OfService(s.ID)
	slices.SortFunc(groups, func(a, b *Group) int { return cmp.Compare(a.Feature, b.Feature) })
	for _, g := range groups {
		if g.Len() > 0 && g.FeatureSet != "" && !seen[g.FeatureSet] {
			seen[g.FeatureSet] = true
			s.Features = append(s.Features, tocsin.Feature{Name: cmp.Or(g.Feature, g.FeatureSet), DisplayName: g.FeatureSet})
		}
	}
	slices.SortFunc(s.Features, func(a, b tocsin.Feature) int { return cmp.Compare(a.DisplayName, b.DisplayName) })
}

// catchUp brings s, which comes from a block and nobody else sees yet, up to the
// newest change of its tenant.
func (m *Model) catchUp(ctx context.Context, s *Snapshot) error {
	for at := s.blockSeq; ; {
		changed, err := m.archive.TenantChangesAfter(ctx, s.Tenant.ID, at, true, changesPerLook)
		if err != nil || len(changed) == 0 {
			return err
		}
		if err := m.apply(ctx, s, changed); err != nil {
			return err
		}
		at = changed[len(changed)-1].Seq
	}
}

// apply brings s up to date with changes of its tenant.
func (m *Model) apply(ctx context.Context, s *Snapshot, changed []tocsin.Change) error {
	var refs []tocsin.Ref
	seen := map[tocsin.Ref]bool{}
	services := false
	for _, c := range changed {
		ref := tocsin.Ref{Kind: c.Kind, ID: c.ID}
		s.Seq = max(s.Seq, c.Seq)
		if c.What == tocsin.WhatTranslated {
			s.Translated = max(s.Translated, c.Seq)
		}
		if seen[ref] || c.What == tocsin.WhatTranslated { // which leaves the rows as they are
			continue
		}
		seen[ref] = true
		refs = append(refs, ref)
		services = services || c.Kind == tocsin.KindService || c.Kind == tocsin.KindOverview
	}
	if len(refs) == 0 {
		return nil
	}
	rows, err := m.archive.RowsOf(ctx, s.Tenant.ID, refs)
	if err != nil {
		return err
	}
	var found map[string]*Service
	if services { // first, since they say how issues are filed
		if found, err = m.rereadServices(ctx, s, seen); err != nil {
			return err
		}
	}
	shared := newSharing(s.names())
	var issues, messages []*Row
	for i := range rows {
		switch rows[i].Kind {
		case tocsin.KindIssue:
			issues = append(issues, shared.row(&rows[i]))
		case tocsin.KindMessage:
			messages = append(messages, shared.row(&rows[i]))
		}
	}
	if len(issues) > 0 {
		m.hold(s, tocsin.KindIssue, s.IssueIndex.with(issues, m.generation.Add(1)))
	}
	if len(messages) > 0 {
		m.hold(s, tocsin.KindMessage, s.messages.with(messages, m.generation.Add(1)))
	}
	s.pending += len(issues) + len(messages)
	if services {
		m.completeServices(s, found)
	}
	return nil
}
