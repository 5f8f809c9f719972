package health

import (
	"cmp"
	"slices"
	"time"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// A Service is the judgement on one service, with the evidence.
type Service struct {
	*readmodel.Service
	Severity tocsin.Severity
	// Status is the one that decides, of the overview or of an issue; "" where
	// nothing was ever said.
	Status tocsin.Status
	// Since is since when the service has not been well, or for a service that
	// is well since when it has been; see the package comment. It is the zero
	// time where that is not known.
	Since time.Time
	// Unwell is Since with the advisories: for a service that is worse than an
	// advisory, Since leaves them out.
	Unwell time.Time
	// Cause is the open issue, or the maintenance under way, that explains the
	// severity; nil where none does.
	Cause *Issue
	// About are the open issues about the service, the worst first.
	About []*Issue
	// Named are open incidents of other services whose posts name this one. They
	// are looked for only where the service is not well; see [Report.Elsewhere].
	Named []*Issue
	// Unlisted tells that no list names the service, or none does any more: the
	// issues about it are all that is known.
	Unlisted bool
	// Silent tells that the severity is unknown because nobody looks, or nobody
	// ever did: nothing that is known is worse.
	Silent bool
}

// Advised reports whether advisories decide the severity.
func (s *Service) Advised() bool {
	return s.Severity == tocsin.SeverityAdvisory && s.Cause != nil && s.Cause.Advisory()
}

// service judges one service.
func (r *Report) service(s *readmodel.Service) Service {
	one := Service{Service: s, Severity: s.Overview.Status.Severity(), Status: s.Overview.Status, About: r.about(s)}
	told := len(s.Transitions) > 0
	if !told {
		one.Severity, one.Status = tocsin.SeverityUnknown, ""
	}
	if !one.Severity.Well() || s.Stale {
		one.Named = r.naming(s)
	}
	if one.Severity == tocsin.SeverityDegraded && len(one.About) > 0 && !slices.ContainsFunc(one.About, incident) && len(one.Named) == 0 {
		one.Severity = tocsin.SeverityAdvisory
	}
	one.heed()
	if told && s.Stale && one.Severity < tocsin.SeverityUnknown {
		one.Severity, one.Silent = tocsin.SeverityUnknown, true
	}
	one.Silent = one.Silent || !told && one.Severity == tocsin.SeverityUnknown
	r.explain(&one)
	return one
}

// unlistedService judges a service that no list names by the issues about it
// alone: without any that counts nothing is known of it.
func (r *Report) unlistedService(s *readmodel.Service) Service {
	one := Service{Service: s, About: r.about(s), Named: r.naming(s), Unlisted: true}
	if !slices.ContainsFunc(one.About, func(i *Issue) bool { return !i.Quiet }) {
		one.Severity = tocsin.SeverityUnknown
	}
	one.heed()
	if s.Stale {
		one.Severity = max(one.Severity, tocsin.SeverityUnknown)
	}
	one.Silent = one.Severity == tocsin.SeverityUnknown && !slices.ContainsFunc(one.About, func(i *Issue) bool { return i.Severity == one.Severity })
	r.explain(&one)
	return one
}

// heed makes a service as bad as the worst of the issues about it. An advisory
// without news spoils nothing that is well.
func (s *Service) heed() {
	for _, issue := range s.About {
		if issue.Severity > s.Severity && !(issue.Quiet && s.Severity.Well()) {
			s.Severity, s.Status = issue.Severity, issue.Status
		}
	}
}

func incident(i *Issue) bool { return !i.Advisory() }

// about returns the open issues of a service: those filed under it and those
// that its overview names.
func (r *Report) about(s *readmodel.Service) []*Issue {
	list := r.byService[s.ID]
	for _, id := range s.Overview.IssueIDs {
		i := slices.IndexFunc(r.Open, func(one *Issue) bool { return one.ID == id && one.ServiceID != s.ID })
		if i >= 0 {
			list = append(slices.Clip(list), r.Open[i])
		}
	}
	return list
}

// naming returns the incidents of other services whose posts name a service.
func (r *Report) naming(s *readmodel.Service) []*Issue {
	var list []*Issue
	for _, one := range r.Open {
		if incident(one) && one.ServiceID != s.ID && one.Own() == s.Own() && post.Names(one.Newest(), s.Name) {
			list = append(list, one)
		}
	}
	return list
}

// Elsewhere returns the open incidents of other services that may concern a
// service of the provider: those whose posts name it, and those of the whole
// suite.
func (r *Report) Elsewhere(s *readmodel.Service) (named, suite []*Issue) {
	named = r.naming(s)
	suiteID := r.snapshot.SuiteID()
	if s.Own() || s.ID == suiteID {
		return named, nil
	}
	for _, one := range r.byService[suiteID] {
		if incident(one) && !slices.Contains(named, one) && one.Provider(r.snapshot) == r.snapshot.Provider(s.Source) {
			suite = append(suite, one)
		}
	}
	return named, suite
}

// Provider returns who speaks through the source of the issue.
func (i *Issue) Provider(s *readmodel.Snapshot) string { return s.Provider(i.Source) }

// explain finds the issue that explains the severity of a service, and since
// when the service has not been well.
func (r *Report) explain(s *Service) {
	if s.Severity.Well() {
		s.Since = spell(s.Service, tocsin.SeverityOK)
		for _, row := range r.work[s.ID] {
			s.Severity, s.Since, s.Cause = tocsin.SeverityPlanned, row.Starts().Time(), &Issue{Row: row, Severity: tocsin.SeverityPlanned}
			return
		}
		return
	}
	if s.Silent {
		s.Since = s.StaleSince
		return
	}
	s.Cause = cause(s)
	s.Since, s.Unwell = unwell(s, s.Severity <= tocsin.SeverityAdvisory), unwell(s, true)
}

// unwell returns since when a service has not been well without a break: since
// the first of what is so still. Without advisories it leaves out what they
// account for, but where nothing else is left. It is the zero time where nobody
// knows.
func unwell(s *Service, advisories bool) time.Time {
	var since time.Time
	least := tocsin.SeverityOK
	for _, one := range s.About {
		switch {
		case one.Advisory() && !advisories:
			least = tocsin.SeverityDegraded
		case !one.Quiet:
			since = earlier(since, one.Since)
		}
	}
	if s.Cause != nil && (advisories || !s.Cause.Advisory()) {
		since = earlier(since, s.Cause.Since)
	}
	if !s.Unlisted && s.Overview.Status.Severity() > least {
		since = earlier(since, spell(s.Service, least))
	}
	if since.IsZero() && !advisories {
		return unwell(s, true)
	}
	return since
}

// cause chooses among the issues about a service and those that name it: the
// one as bad as the service is, else the worst; incidents before advisories; its
// own before others; the one that began first, before those of which nobody knows
// when. An advisory explains nothing that
// is worse than one while an incident does.
func cause(s *Service) *Issue {
	var best *Issue
	fit := func(i *Issue) tocsin.Severity {
		if i.Advisory() && s.Severity > tocsin.SeverityAdvisory {
			return tocsin.SeverityOK
		}
		return min(i.Severity, s.Severity)
	}
	foreign := func(i *Issue) int { return late(i.ServiceID != s.ID) }
	for _, list := range [][]*Issue{s.About, s.Named} {
		for _, one := range list {
			if best == nil || cmp.Or(cmp.Compare(fit(best), fit(one)), late(one.Advisory())-late(best.Advisory()), foreign(one)-foreign(best), late(one.Since.IsZero())-late(best.Since.IsZero()), one.Since.Compare(best.Since)) < 0 {
				best = one
			}
		}
	}
	return best
}

// spell returns since when the overviews of a service have called it worse than
// a severity, or not, without a break; the zero time without overviews.
func spell(s *readmodel.Service, than tocsin.Severity) time.Time {
	n := len(s.Transitions) - 1
	if n < 0 {
		return time.Time{}
	}
	worse := func(n int) bool { return s.Transitions[n].Overview.Status.Severity() > than }
	last := worse(n)
	for n > 0 && worse(n-1) == last {
		n--
	}
	return s.Transitions[n].At
}
