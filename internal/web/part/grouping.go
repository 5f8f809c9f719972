package part

import (
	"cmp"
	"html/template"
	"slices"
	"time"

	"example.org/tocsin/internal/web"
)

// groupAt is the number of open incidents and advisories from which on the
// list takes the whole width and is put in groups.
const groupAt = 8

// issueGroup is the part of a list that has something in common.
type issueGroup struct {
	Name  string // "" where the lines say it themselves
	Lines []IssueLine
}

// group puts what is open in groups as the query asks, or one after the other by
// severity, and points at incidents that may have one cause.
func (s *State) group(v *View) {
	if s.Grouped = len(s.Issues) >= groupAt; !s.Grouped {
		return
	}
	by := web.OneOf(v.R.URL.Query(), "g", "severity", "service", "age")
	by = cmp.Or(by, "severity")
	for _, one := range []string{"severity", "service", "age"} {
		s.GroupBy = append(s.GroupBy, web.Chip{Name: v.Text("grouping.by." + one), Href: v.With("g", one), On: one == by})
	}
	lines := slices.Clone(s.Issues)
	switch by {
	case "severity":
		slices.SortStableFunc(lines, func(a, b IssueLine) int { return cmp.Compare(b.Severity, a.Severity) })
	case "service":
		slices.SortStableFunc(lines, func(a, b IssueLine) int { return cmp.Compare(a.Service, b.Service) })
	case "age":
		slices.SortStableFunc(lines, func(a, b IssueLine) int { return b.start.Compare(a.start) })
	}
	for _, line := range lines {
		name := "" // by severity each line begins with its state
		switch by {
		case "service":
			name = line.Service
		case "age":
			name = v.Text("grouping.age." + ageOf(v.Now.Sub(line.start)))
		}
		if n := len(s.Groups); n == 0 || s.Groups[n-1].Name != name {
			s.Groups = append(s.Groups, issueGroup{Name: name})
		}
		group := &s.Groups[len(s.Groups)-1]
		group.Lines = append(group.Lines, line)
	}
	s.Alike = v.alikes(s.Issues)
}

// ageOf is how old something is, roughly.
func ageOf(d time.Duration) string {
	switch {
	case d < time.Hour:
		return "hour"
	case d < 24*time.Hour:
		return "day"
	}
	return "older"
}

// alikeWithin is how far apart incidents of one service may start that look
// like one.
const alikeWithin = 5 * time.Minute

// alikes are sentences about incidents that started at about the same time and
// share a service. Those that name no service share none.
func (v *View) alikes(lines []IssueLine) []template.HTML {
	sorted := slices.DeleteFunc(slices.Clone(lines), func(l IssueLine) bool { return l.Class == "advisory" || l.start.IsZero() || l.serviceID == "" })
	slices.SortStableFunc(sorted, func(a, b IssueLine) int {
		return cmp.Or(cmp.Compare(a.serviceID, b.serviceID), a.start.Compare(b.start))
	})
	var sentences []template.HTML
	for len(sorted) > 0 {
		first, n := sorted[0], 1
		for n < len(sorted) && sorted[n].serviceID == first.serviceID && sorted[n].start.Sub(first.start) <= alikeWithin {
			n++
		}
		if n > 1 {
			var links template.HTML
			for i, line := range sorted[:n] {
				if i > 0 {
					links += template.HTML(v.Join([]string{"", ""})) //nolint:gosec // a comma
				}
				links += IDLink(line.Href, line.ID)
			}
			sentences = append(sentences, v.Rich("grouping.alike", "ids", links, "service", cmp.Or(first.Service, first.serviceID)))
		}
		sorted = sorted[n:]
	}
	return sentences
}
