package health

import (
	"cmp"
	"context"
	"slices"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// texts reads the present text of an issue.
type texts interface {
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
}

// A Report is the judgement on a tenant and on each of its services at one
// instant. It is never changed.
type Report struct {
	Severity tocsin.Severity
	// Since is since when the tenant has not been well: since the start of the
	// cause, and where that is not known, since the first of the services that are
	// as bad.
	// It is the zero time where that is not known, and for a tenant that is well.
	Since time.Time
	// Cause is the open incident that explains most of the services that are
	// counted as not well, nil where none does.
	Cause *Issue
	// Also are the other open incidents that explain services which are counted,
	// and those about no service; the worst first.
	Also []*Issue
	// Services are those that lists name, and those that open issues are about
	// although no list names them, or none does any more; by display name.
	Services []Service
	Open     []*Issue // the worst first
	Unfiled  []*Issue // open issues about none of Services
	Unread   bool     // nothing was ever read
	// Unplaced tells that a source lists something about a service that is not in
	// Services, or that no list names, and that nobody can read it.
	Unplaced bool
	snapshot *readmodel.Snapshot
	listed   int // of Services

	byService map[string][]*Issue
	work      map[string][]*readmodel.Row // maintenance under way, by service
}

// Judge returns the judgement on the tenant of a snapshot at an instant. It
// fails only when a text cannot be read from the store.
func Judge(ctx context.Context, texts texts, s *readmodel.Snapshot, now time.Time) (*Report, error) {
	r := &Report{snapshot: s, byService: map[string][]*Issue{}, work: map[string][]*readmodel.Row{}}
	var err error
	if r.Open, err = openIssues(ctx, texts, s, now); err != nil {
		return nil, err
	}
	for _, one := range r.Open {
		r.byService[one.ServiceID] = append(r.byService[one.ServiceID], one)
	}
	for _, row := range PlannedRows(s, now) {
		if underWay(row, now) {
			r.work[row.ServiceID] = append(r.work[row.ServiceID], row)
		}
	}
	r.Services = make([]Service, 0, len(s.Services))
	for i := range s.Services {
		if s.Services[i].LeftAt.IsZero() {
			r.Services = append(r.Services, r.service(&s.Services[i]))
		}
	}
	r.listed = len(r.Services)
	r.unlisted()
	r.Unread = len(s.Services)+len(s.Issues) == 0
	r.conclude()
	return r, nil
}

// unlisted adds the services that no list names and open issues are about, but
// for advisories without news.
func (r *Report) unlisted() {
	for _, one := range r.Open {
		if _, known := r.Service(one.ServiceID); known || one.Quiet || one.ServiceID == "" {
			continue
		}
		r.Services = append(r.Services, r.unlistedService(r.snapshot.Unlisted(one.ServiceID, one.Row.Service, one.Source)))
	}
	if len(r.Services) > r.listed {
		slices.SortStableFunc(r.Services, func(a, b Service) int { return cmp.Compare(a.Name, b.Name) })
	}
}

// Listed returns how many of the services some list names.
func (r *Report) Listed() int { return r.listed }

// Find finds the judgement on a service by its workload id, also on one that no
// list names and that is not counted: it was listed once, or an issue is or was
// about it.
func (r *Report) Find(id string) (*Service, bool) {
	if one, ok := r.Service(id); ok {
		return one, true
	}
	if id == "" {
		return nil, false
	}
	var one Service
	i := slices.IndexFunc(r.snapshot.Issues, func(row *readmodel.Row) bool { return row.ServiceID == id })
	if i >= 0 {
		row := r.snapshot.Issues[i]
		one = r.unlistedService(r.snapshot.Unlisted(id, row.Service, row.Source))
	} else if s, ok := r.snapshot.Service(id); ok {
		one = r.unlistedService(r.snapshot.Unlisted(id, s.Name, s.Source))
	} else {
		return nil, false
	}
	return &one, true
}

// Service finds the judgement on one of the services by its workload id.
func (r *Report) Service(id string) (*Service, bool) {
	for i := range r.Services {
		if r.Services[i].ID == id {
			return &r.Services[i], true
		}
	}
	return nil, false
}

// Named finds the judgement on a service by what people call it, also by a name
// that it had before; see [readmodel.Snapshot.ServiceNamed].
func (r *Report) Named(key string) (*Service, bool) {
	if s, ok := r.snapshot.ServiceNamed(key); ok {
		return r.Find(s.ID)
	}
	return r.Find(key)
}

// Count returns how many services have each severity.
func (r *Report) Count() map[tocsin.Severity]int {
	n := map[tocsin.Severity]int{}
	for i := range r.Services {
		n[r.Services[i].Severity]++
	}
	return n
}

// conclude judges the tenant.
func (r *Report) conclude() {
	for i := range r.Services {
		r.Severity = max(r.Severity, r.Services[i].Severity)
	}
	about := map[*Issue]bool{}
	for i := range r.Services {
		for _, one := range r.Services[i].About {
			about[one] = true
		}
	}
	for _, one := range r.Open {
		if !about[one] {
			r.Unfiled = append(r.Unfiled, one)
			if !one.Quiet {
				r.Severity = max(r.Severity, one.Severity)
			}
		}
	}
	r.Unplaced = slices.ContainsFunc(r.snapshot.Unreadable(), r.unplaced)
	if r.snapshot.Stale || r.listed == 0 || r.Unplaced {
		r.Severity = max(r.Severity, tocsin.SeverityUnknown)
	}
	r.lead()
	r.since()
}

// unplaced reports whether something unreadable is about health, and about none
// of the services.
func (r *Report) unplaced(u tocsin.Unreadable) bool {
	return u.Counts(u.ServiceID, u.Service) && !slices.ContainsFunc(r.Services, func(s Service) bool { return !s.Unlisted && u.Source == s.Source && u.Counts(s.ID, s.Name) })
}

// counts reports whether something as bad as that is counted when the tenant
// is called not well: all that is broken, or what is as bad as the worst.
func (r *Report) counts(s tocsin.Severity) bool {
	return !r.Severity.Well() && (s == r.Severity || r.Severity.Broken() && s.Broken())
}

// lead chooses the incident that explains most of what is counted: of the worst
// services first, then of all.
func (r *Report) lead() {
	worst, all := map[*Issue]int{}, map[*Issue]int{}
	count := func(one *Issue, severity tocsin.Severity) {
		if one == nil || one.Advisory() || !r.counts(severity) {
			return
		}
		all[one]++
		if severity == r.Severity {
			worst[one]++
		}
	}
	for i := range r.Services {
		count(r.Services[i].Cause, r.Services[i].Severity)
	}
	for _, one := range r.Unfiled {
		count(one, one.Severity)
	}
	for _, one := range r.Open { // the worst first, so that it wins where all else is equal
		if all[one] == 0 {
			continue
		}
		if r.Cause == nil || cmp.Or(cmp.Compare(worst[one], worst[r.Cause]), cmp.Compare(all[one], all[r.Cause])) > 0 {
			r.Cause = one
		}
	}
	for _, one := range r.Open {
		if all[one] > 0 && one != r.Cause {
			r.Also = append(r.Also, one)
		}
	}
}

func (r *Report) since() {
	switch {
	case r.Severity.Well():
		return
	case r.Cause != nil && !r.Cause.Since.IsZero():
		r.Since = r.Cause.Since
		return
	case r.Severity == tocsin.SeverityUnknown && r.snapshot.Stale:
		r.Since = r.snapshot.StaleSince
		return
	}
	for i := range r.Services {
		if r.Services[i].Severity == r.Severity {
			r.Since = earlier(r.Since, r.Services[i].Since)
		}
	}
}

// Silent reports whether some source is not heard any more.
func (r *Report) Silent() bool { return r.snapshot.Stale }

// StaleSince returns since when the stalest source is not heard; the zero time
// where all are, and for one that was never read.
func (r *Report) StaleSince() time.Time { return r.snapshot.StaleSince }
