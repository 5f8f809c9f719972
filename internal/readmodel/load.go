package readmodel

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// load reads everything about a tenant. The change number is read first: a
// change that is stored meanwhile may be in the rows already, and is then
// applied once more, which has no effect.
func (m *Model) load(ctx context.Context, tenantID string) (*Snapshot, error) {
	tenant, err := m.archive.Tenant(ctx, tenantID)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{Tenant: tenant}
	if s.Seq, err = m.archive.LastSeq(ctx); err != nil {
		return nil, err
	}
	rows, err := m.archive.Rows(ctx, tenantID)
	if err != nil {
		return nil, err
	}
	shared := newSharing()
	for i := range rows {
		switch rows[i].Kind {
		case tocsin.KindIssue:
			s.Issues = append(s.Issues, shared.row(&rows[i]))
		case tocsin.KindMessage:
			s.Messages = append(s.Messages, shared.row(&rows[i]))
		}
	}
	byID := func(a, b *Row) int { return cmp.Compare(a.ID, b.ID) }
	slices.SortFunc(s.Issues, byID)
	slices.SortFunc(s.Messages, byID)
	if s.Services, err = m.services(ctx, tenantID, rows, s.Issues); err != nil {
		return nil, err
	}
	states, err := m.archive.Sources(ctx, tenantID)
	if err != nil {
		return nil, err
	}
	s.judge(states, m.now())
	return s, nil
}

// sharing keeps each combination of traits once.
type sharing map[Traits]*Traits

func newSharing() sharing { return sharing{} }

func (shared sharing) row(r *store.Row) *Row {
	key := Traits{r.Service, r.Workload, r.Feature, r.FeatureSet, r.Status, r.Class}
	traits, ok := shared[key]
	if !ok {
		traits = &key
		shared[key] = traits
	}
	return &Row{
		Traits: traits, ID: r.ID, Document: r.Document, N: int32(r.N),
		StartAt: Instant(r.StartAt), EndAt: Instant(r.EndAt), ModifiedAt: Instant(r.Modified), LeftAt: Instant(r.LeftAt),
	}
}

// services puts a tenant's services together from what its sources say about
// them: service lists, overviews with their transitions, and the features that
// issues name.
func (m *Model) services(ctx context.Context, tenantID string, rows []store.Row, issues []*Row) ([]Service, error) {
	found := map[string]*Service{}
	for i := range rows {
		r := &rows[i]
		switch r.Kind {
		case tocsin.KindService:
			service, err := textOf[tocsin.Service](ctx, m, r.Document)
			if err != nil {
				return nil, err
			}
			serviceIn(found, r.ID).Service = service
		case tocsin.KindOverview:
			overview, err := textOf[tocsin.Overview](ctx, m, r.Document)
			if err != nil {
				return nil, err
			}
			s := serviceIn(found, r.ID)
			s.Overview, s.Since = overview, tocsin.FromMicros(r.At)
		}
	}
	if err := m.transitions(ctx, tenantID, found); err != nil {
		return nil, err
	}
	list := make([]Service, 0, len(found))
	for _, s := range found {
		s.complete(issues)
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b Service) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

func serviceIn(found map[string]*Service, id string) *Service {
	s, ok := found[id]
	if !ok {
		s = &Service{Service: tocsin.Service{ID: id}}
		found[id] = s
	}
	return s
}

func (m *Model) transitions(ctx context.Context, tenantID string, found map[string]*Service) error {
	states, err := m.archive.States(ctx, tenantID, tocsin.KindOverview, 0)
	if err != nil {
		return err
	}
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
func (s *Service) complete(issues []*Row) {
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
	for _, r := range issues {
		if r.ServiceID == s.ID && r.FeatureSet != "" && !seen[r.FeatureSet] {
			seen[r.FeatureSet] = true
			s.Features = append(s.Features, tocsin.Feature{Name: cmp.Or(r.Feature, r.FeatureSet), DisplayName: r.FeatureSet})
		}
	}
	slices.SortFunc(s.Features, func(a, b tocsin.Feature) int { return cmp.Compare(a.DisplayName, b.DisplayName) })
}

// apply brings s, a copy that nobody else sees yet, up to date with changes.
func (m *Model) apply(ctx context.Context, s *Snapshot, changed []tocsin.Change) error {
	var refs []store.Ref
	seen := map[store.Ref]bool{}
	services := false
	for _, c := range changed {
		ref := store.Ref{Kind: c.Kind, ID: c.ID}
		if c.TenantID != s.Tenant.ID || seen[ref] {
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
	shared := newSharing()
	s.Issues, s.Messages = slices.Clone(s.Issues), slices.Clone(s.Messages)
	for i := range rows {
		switch rows[i].Kind {
		case tocsin.KindIssue:
			s.Issues = insert(s.Issues, shared.row(&rows[i]))
		case tocsin.KindMessage:
			s.Messages = insert(s.Messages, shared.row(&rows[i]))
		}
	}
	if !services {
		return nil
	}
	if rows, err = m.archive.Rows(ctx, s.Tenant.ID, tocsin.KindService, tocsin.KindOverview); err != nil {
		return err
	}
	s.Services, err = m.services(ctx, s.Tenant.ID, rows, s.Issues)
	return err
}

func insert(rows []*Row, row *Row) []*Row {
	i, ok := search(rows, row.ID)
	if ok {
		rows[i] = row
		return rows
	}
	return slices.Insert(rows, i, row)
}
