package part

import (
	"html/template"
	"slices"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/web"
)

// State is how a tenant stands: what is open, how its services are, and the
// answer that follows from them. Every page that gives the answer gives this
// one.
type State struct {
	Verdict  Verdict
	Grouped  bool       // so much is open that the list is grouped and takes the whole width
	GroupBy  []web.Chip // ways to put it in groups
	Groups   []issueGroup
	Alike    []template.HTML // incidents that may have one cause
	Issues   []IssueLine     // that deserve attention
	Quiet    []IssueLine     // advisories that nobody has touched for days
	Affected []ServiceLine
	Unheard  []ServiceLine // of which nothing is known, for their source is silent
	Working  []ServiceLine
	report   *health.Report
}

// State reads issues and services of the tenant, and concludes.
func (v *View) State() (*State, error) {
	month, err := v.LastMonth()
	if err != nil {
		return nil, err
	}
	open, err := v.OpenLines()
	if err != nil {
		return nil, err
	}
	s := &State{report: open.Report}
	s.addIssues(v, open)
	s.addServices(v, month, open)
	s.Verdict = v.verdict(s, month)
	return s, nil
}

// Calm reports whether there is nothing to look at, so that the services take
// the room.
func (s *State) Calm() bool {
	return len(s.Issues)+len(s.Quiet)+len(s.Affected)+len(s.Unheard) == 0
}

// NoneOpen says what it means that no issue is open: that all is well, or only
// that nothing else is known.
func (v *View) NoneOpen() string {
	if v.Unread() {
		return v.Text("overview.unread")
	}
	if since := v.StaleSince(); since != "" {
		return v.Text("overview.none.stale", "time", since)
	}
	return v.Text("overview.none")
}

func (s *State) addIssues(v *View, open OpenLines) {
	mark := v.SeenAt()
	for _, one := range open.Report.Open {
		line := open.lines[one]
		if modified := one.ModifiedAt.Time(); !mark.IsZero() && modified.After(mark) {
			line.New = v.Text("new.since", "time", v.Stamp(mark.In(v.Zone)))
		}
		if one.Quiet {
			s.Quiet = append(s.Quiet, line)
		} else {
			s.Issues = append(s.Issues, line)
		}
	}
	s.group(v)
}

func (s *State) addServices(v *View, m Month, open OpenLines) {
	for i := range open.Report.Services {
		one := &open.Report.Services[i]
		line := v.ServiceLine(one, m, open)
		switch {
		case one.Severity.Well():
			s.Working = append(s.Working, line)
		case one.Silent && len(line.What) == 0:
			s.Unheard = append(s.Unheard, line)
		default:
			s.Affected = append(s.Affected, line)
		}
	}
	slices.SortStableFunc(s.Affected, WorstFirst)
}
