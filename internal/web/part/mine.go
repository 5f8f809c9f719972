package part

import (
	"slices"
	"strings"

	"example.org/tocsin/internal/web"
)

// Only leaves over the services that concern the reader, and the open issues
// about one of them, that explain one of them, or that hit the whole suite. The
// verdict stays that on the tenant.
func (v *View) Only(s *State, m web.Mine) {
	if !m.On {
		return
	}
	of := func(list []ServiceLine) []ServiceLine {
		return slices.DeleteFunc(list, func(l ServiceLine) bool { return !slices.Contains(m.IDs, l.id) })
	}
	s.Affected, s.Unheard, s.Working = of(s.Affected), of(s.Unheard), of(s.Working)
	named := map[string]bool{}
	for _, line := range s.Affected {
		for _, one := range slices.Concat(line.What, line.Named) {
			named[one.ID] = true
		}
	}
	about := func(list []IssueLine) []IssueLine {
		return slices.DeleteFunc(list, func(l IssueLine) bool {
			return !named[l.ID] && !slices.Contains(m.IDs, l.serviceID) && (l.Own || l.serviceID != v.Snapshot.SuiteID())
		})
	}
	s.Issues, s.Quiet = about(s.Issues), about(s.Quiet)
	s.Grouped, s.GroupBy, s.Groups, s.Alike = false, nil, nil, nil
	s.group(v)
}

// Concerns reports whether one of the services of a message, by name, concerns
// the reader.
func (v *View) Concerns(m web.Mine, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return slices.Contains(m.IDs, v.Snapshot.ServiceID(strings.TrimSpace(name), ""))
	})
}
