package letters

import (
	"cmp"
	"slices"
	"strings"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/tocsin"
)

// byService puts what a digest tells in the order of services, the one that does
// worst first, and returns a line for each of them where there are several.
func (l *letter) byService(list []telling) (lines []notify.Line) {
	worst := map[string]tocsin.Severity{}
	for _, one := range list {
		worst[one.service()] = max(worst[one.service()], one.fact.Severity)
	}
	slices.SortStableFunc(list, func(a, b telling) int {
		return cmp.Or(cmp.Compare(worst[b.service()], worst[a.service()]), strings.Compare(a.service(), b.service()), cmp.Compare(b.fact.Severity, a.fact.Severity))
	})
	if len(worst) < 2 {
		return nil
	}
	for len(list) > 0 {
		name := list[0].service()
		var ids []string
		for len(list) > 0 && list[0].service() == name {
			ids = append(ids, list[0].fact.ID)
			list = list[1:]
		}
		if len(ids) > maxNames {
			ids = append(ids[:maxNames], l.text("more", "n", l.Number(len(ids)-maxNames)))
		}
		lines = append(lines, l.own(l.text("byService", "service", cmp.Or(name, "–"), "ids", strings.Join(ids, ", "))))
	}
	return lines
}
