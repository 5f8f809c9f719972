package web

import (
	"html/template"
	"slices"

	"example.org/tocsin/internal/health"
)

// state is how a tenant stands: what is open, how its services are, and the
// answer that follows from them. Every page that gives the answer gives this
// one.
type state struct {
	Verdict  verdict
	Storm    bool   // so much is open that the list takes the whole width
	GroupBy  []chip // ways to put it in groups
	Groups   []issueGroup
	Alike    []template.HTML // incidents that may have one cause
	Issues   []issueLine     // that deserve attention
	Quiet    []issueLine     // advisories that nobody has touched for days
	Affected []serviceLine
	Unheard  []serviceLine // of which nothing is known, for their source is silent
	Working  []serviceLine
	report   *health.Report
}

// state reads issues and services of the tenant, and concludes.
func (v *visit) state() (*state, error) {
	month, err := v.lastMonth()
	if err != nil {
		return nil, err
	}
	open, err := v.openLines()
	if err != nil {
		return nil, err
	}
	s := &state{report: open.report}
	s.addIssues(v, open)
	s.addServices(v, month, open)
	s.Verdict = v.verdict(s, month)
	return s, nil
}

// Calm reports whether there is nothing to look at, so that the services take
// the room.
func (s *state) Calm() bool {
	return len(s.Issues)+len(s.Quiet)+len(s.Affected)+len(s.Unheard) == 0
}

// noneOpen says what it means that no issue is open: that all is well, or only
// that nothing else is known.
func (v *visit) noneOpen() string {
	if v.unread() {
		return v.text("overview.unread")
	}
	if since := v.staleSince(); since != "" {
		return v.text("overview.none.stale", "time", since)
	}
	return v.text("overview.none")
}

func (s *state) addIssues(v *visit, open openLines) {
	mark := v.seenAt()
	for _, one := range open.report.Open {
		line := open.lines[one]
		if modified := one.ModifiedAt.Time(); !mark.IsZero() && modified.After(mark) {
			line.New = v.text("new.since", "time", v.stamp(mark.In(v.zone)))
		}
		if one.Quiet {
			s.Quiet = append(s.Quiet, line)
		} else {
			s.Issues = append(s.Issues, line)
		}
	}
	s.storm(v)
}

func (s *state) addServices(v *visit, m month, open openLines) {
	for i := range open.report.Services {
		one := &open.report.Services[i]
		line := v.serviceLine(one, m, open)
		switch {
		case one.Severity.Well():
			s.Working = append(s.Working, line)
		case one.Silent && len(line.What) == 0:
			s.Unheard = append(s.Unheard, line)
		default:
			s.Affected = append(s.Affected, line)
		}
	}
	slices.SortStableFunc(s.Affected, worstFirst)
}
