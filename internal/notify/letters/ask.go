package letters

import (
	"cmp"
	"slices"
	"strings"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/tocsin"
)

// AskSubscriber returns what an address is asked that somebody gave to be told of
// a tenant: whether it wants that. The link is that of its page, which only the
// message to it has.
func (w *Writer) AskSubscriber(language string, tenant tocsin.Tenant) (*notify.Content, error) {
	return w.ask(language, tenant.Name, "ask", tenant.Title())
}

// AskContact returns what somebody on the emergency list of a tenant, or of the
// whole desk, is asked: whether they can still be reached.
func (w *Writer) AskContact(language, tenant string) (*notify.Content, error) {
	return w.ask(language, tenant, "check", tenant)
}

func (w *Writer) ask(language, name, what, tenant string) (*notify.Content, error) {
	l := &letter{Writer: w, tongue: w.tongue(language)}
	title := l.own(l.text(what+"Title", "tenant", tenant))
	out := &notify.Letter{
		Language: l.Code, Heading: "[" + what + "] " + notify.ASCII(name), Title: title, Repeated: l.text("repeated"), Shortened: l.text("shortened"),
		Entries: []notify.Entry{{
			Heading: "[" + what + "] " + notify.ASCII(name), Title: title, LinkLabel: l.text(what + "Open"),
			Blocks: []notify.Block{{Kind: notify.BlockChanged, Label: tenant, Lines: []notify.Line{l.own(l.text(what+"Text", "tenant", tenant))}}},
		}},
	}
	if what == "ask" {
		out.Footer = []notify.Line{l.own(l.text("askFooter"))}
	}
	return notify.NewContent(notify.KindAsk, out, nil)
}

// byService puts what a digest tells in the order of services, the one that does
// worst first, and returns a line for each of them where there are several.
func (l *letter) byService(list []telling) (lines []notify.Line) {
	type group struct {
		worst tocsin.Severity
		ids   []string
	}
	groups, names := map[string]*group{}, []string{}
	for _, one := range list {
		name := one.service()
		if groups[name] == nil {
			groups[name] = &group{}
			names = append(names, name)
		}
		groups[name].worst = max(groups[name].worst, one.fact.Severity)
		groups[name].ids = append(groups[name].ids, one.fact.ID)
	}
	slices.SortStableFunc(list, func(a, b telling) int {
		return cmp.Or(cmp.Compare(groups[b.service()].worst, groups[a.service()].worst), strings.Compare(a.service(), b.service()), cmp.Compare(b.fact.Severity, a.fact.Severity))
	})
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(groups[b].worst, groups[a].worst), strings.Compare(a, b))
	})
	if len(names) < 2 {
		return nil
	}
	for _, name := range names {
		if ids := groups[name].ids; len(ids) > maxNames {
			groups[name].ids = append(ids[:maxNames:maxNames], l.text("more", "n", l.Number(len(ids)-maxNames)))
		}
		lines = append(lines, l.own(l.text("byService", "service", cmp.Or(name, "–"), "ids", strings.Join(groups[name].ids, ", "))))
	}
	return lines
}
