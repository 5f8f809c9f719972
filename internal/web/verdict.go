package web

import (
	"cmp"
	"html/template"
	"slices"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// verdict is the answer in one sentence.
type verdict struct {
	Family, Glyph string
	Tint          string // down, degraded, neutral, or "" for none
	When          string
	Headline      string
	Lead          template.HTML
	Worst         *issueLine // where the action is
	Facts         []fact
	Tally         []tally
	Total         string
}

type fact struct {
	Name, Value, Note string
	Href, ID          string // of what the note is about
	Tone              string // late, soon
}

// tally is how many services are in one state.
type tally struct {
	Family, Glyph, Words, Href string
	N, X, Width                int
}

// verdict concludes from the services and issues of the page.
func (v *visit) verdict(page *overviewPage, m month) verdict {
	n := map[string]int{"ok": len(page.Working), "neutral": len(page.Unheard)}
	for _, line := range page.Affected {
		n[line.Family]++
	}
	out := verdict{When: v.text("verdict.when", "tenant", v.snapshot.Tenant.Title()), Tally: v.tally(n), Total: v.text("verdict.total", "n", len(v.snapshot.Services))}
	stale := v.staleSince()
	switch {
	case n["down"]+n["degraded"] > 0:
		out.Family, out.Headline = "degraded", v.tollHeadline(page.tolls())
		if n["down"] > 0 {
			out.Family = "down"
		}
	case stale != "":
		out.Family, out.Headline = "neutral", v.staleHeadline(page, stale)
	case page.unlisted():
		out.Family, out.Headline = page.firstIncident().Family, v.text("verdict.incidents", "n", page.incidents())
	case len(v.snapshot.Services) == 0:
		out.Family, out.Headline = "neutral", v.text("verdict.empty")
	case page.undecided("unknown") > 0:
		out.Family, out.Headline = "neutral", v.text("verdict.unknown", "n", page.undecided("unknown"))
	case n["recovering"] > 0:
		out.Family, out.Headline = "recovering", v.text("verdict.recovering", "n", n["recovering"])
	case n["watch"] > 0 || len(page.Issues) > 0:
		out.Family, out.Headline = "watch", v.watchHeadline(page, n["watch"])
	case page.undecided("pause") > 0:
		out.Family, out.Headline = "neutral", v.text("verdict.unknown", "n", page.undecided("pause"))
	default:
		out.Family, out.Headline = "restored", v.text("verdict.quiet")
	}
	out.Glyph = out.Family
	switch out.Family {
	case "neutral":
		out.Glyph, out.Tint = "unknown", "neutral"
	case "down", "degraded", "watch", "recovering":
		out.Tint = out.Family
	}
	v.explain(&out, page, stale)
	out.Facts = v.facts(page, m, stale == "")
	return out
}

// unlisted reports whether an incident is open, broken or of a status that is no
// verdict, which the count of services is silent about.
func (page *overviewPage) unlisted() bool {
	worst := page.firstIncident()
	return worst != nil && (rank(worst.Family) <= rank("degraded") || worst.Family == "neutral")
}

// undecided counts the services that were heard and whose status, shown as the
// glyph, says neither that they work nor that they do not.
func (page *overviewPage) undecided(glyph string) int {
	n := 0
	for _, line := range page.Affected {
		if line.Family == "neutral" && line.Glyph == glyph {
			n++
		}
	}
	return n
}

// staleHeadline says how much is not known: everything, some services, or what
// a source that never named a service would tell.
func (v *visit) staleHeadline(page *overviewPage, since string) string {
	n := 0
	for _, line := range slices.Concat(page.Affected, page.Unheard) {
		if line.stale {
			n++
		}
	}
	switch n {
	case 0:
		return v.text("stale.part", "source", v.unheard(), "time", since)
	case len(v.snapshot.Services):
		return v.text("verdict.stale", "time", since)
	}
	return v.text("verdict.stale.part", "n", n, "time", since)
}

// watchHeadline says that nothing worse is going on than advisories, or than
// something that is looked into, if only services that nothing is said about.
func (v *visit) watchHeadline(page *overviewPage, services int) string {
	if incidents := page.incidents(); incidents > 0 {
		return v.text("verdict.investigating", "n", incidents)
	}
	if advisories := len(page.Issues) + len(page.Quiet); advisories > 0 {
		return v.text("verdict.advisories", "n", advisories)
	}
	return v.text("verdict.watched", "n", services)
}

// toll is how many services of one speaker are down and degraded.
type toll struct {
	provider       string // "" for the desk's own team
	down, degraded int
}

// tolls counts what does not work: the providers' services, the worst hit first,
// before those of the desk itself.
func (page *overviewPage) tolls() []toll {
	byProvider := map[string]*toll{}
	for _, line := range page.Affected {
		if line.Family != "down" && line.Family != "degraded" {
			continue
		}
		one, ok := byProvider[line.provider]
		if !ok {
			one = &toll{provider: line.provider}
			byProvider[line.provider] = one
		}
		if line.Family == "down" {
			one.down++
		} else {
			one.degraded++
		}
	}
	var list []toll
	for _, one := range byProvider {
		list = append(list, *one)
	}
	slices.SortFunc(list, func(a, b toll) int {
		return cmp.Or(compareBool(a.provider == "", b.provider == ""), cmp.Compare(b.down, a.down), cmp.Compare(b.degraded, a.degraded), cmp.Compare(a.provider, b.provider))
	})
	return list
}

// tollHeadline says who is hit first and counts the others apart.
func (v *visit) tollHeadline(tolls []toll) string {
	main := v.tollMain(tolls[0])
	var rest []string
	for _, one := range tolls[1:] {
		rest = append(rest, v.tollApart(one)...)
	}
	if len(rest) == 0 {
		return main
	}
	return v.text("verdict.with", "main", main, "rest", v.join(rest))
}

// tollMain is the sentence about the services of one speaker.
func (v *visit) tollMain(t toll) string {
	if t.provider == "" {
		down, degraded := v.text("verdict.down.own", "n", t.down), v.text("verdict.degraded.own", "n", t.degraded)
		switch {
		case t.down == 0:
			return degraded
		case t.degraded == 0:
			return down
		}
		return v.text("verdict.both.own", "down", down, "degraded", v.text("verdict.n.also", "n", t.degraded))
	}
	key := ".of"
	if t.provider == tocsin.ProviderMicrosoft {
		key = ""
	}
	down := v.text("verdict.n.down", "n", t.down)
	switch {
	case t.down == 0:
		return v.text("verdict.degraded"+key, "provider", t.provider, "degraded", v.text("verdict.n.degraded", "n", t.degraded))
	case t.degraded == 0:
		return v.text("verdict.down"+key, "provider", t.provider, "down", down)
	}
	return v.text("verdict.both"+key, "provider", t.provider, "down", down, "degraded", v.text("verdict.n.also", "n", t.degraded))
}

// tollApart counts the services of one speaker beside those of another.
func (v *visit) tollApart(t toll) []string {
	key := ""
	if t.provider == "" {
		key = ".own"
	}
	var parts []string
	if t.down > 0 {
		parts = append(parts, v.text("verdict.apart.down"+key, "n", t.down, "provider", t.provider))
	}
	if t.degraded > 0 {
		parts = append(parts, v.text("verdict.apart.degraded"+key, "n", t.degraded, "provider", t.provider))
	}
	return parts
}

// explain adds what a caller asks next: whose confirmation it is, or what it
// means that nothing is open.
func (v *visit) explain(out *verdict, page *overviewPage, stale string) {
	total := len(v.snapshot.Services)
	worst := page.firstIncident()
	switch {
	case worst != nil && out.Tint != "neutral":
		out.Worst = worst
		link := template.HTML(`<a class="id" href="` + template.HTMLEscapeString(worst.Href) + `">` + template.HTMLEscapeString(worst.ID) + `</a>`) //nolint:gosec // escaped
		out.Lead = v.sayRich("verdict.lead.confirmed", worst.source, "id", link)
		if page.Storm {
			out.Lead += v.between() + v.rich("verdict.lead.more", "n", page.incidents()-1)
		}
		if stale != "" {
			out.Lead += v.between() + v.rich("verdict.lead.stale", "source", v.unheard(), "time", stale)
		}
	case stale != "":
		out.Lead = v.rich("verdict.lead.stale", "source", v.unheard(), "time", stale)
	case total == 0:
		out.Lead = v.rich("verdict.lead.empty")
	case out.Family == "restored":
		out.Lead = v.rich("verdict.lead.quiet", "n", total)
	case out.Family == "watch":
		out.Lead = v.rich("verdict.lead.advisories")
	}
}

// between stands between two sentences.
func (v *visit) between() template.HTML {
	if v.code == "ja" {
		return ""
	}
	return " "
}

// tally draws how many services are in each state, worst first.
func (v *visit) tally(n map[string]int) []tally {
	total, x := max(1, len(v.snapshot.Services)), 0
	var list []tally
	for _, family := range []string{"down", "degraded", "watch", "recovering", "neutral", "ok"} {
		if n[family] == 0 {
			continue
		}
		width := 800 * n[family] / total
		glyph := family
		if family == "neutral" {
			glyph = "unknown"
		}
		list = append(list, tally{family, glyph, v.text("tally."+family, "n", n[family]), "#s-" + family, n[family], x, max(4, width-2)})
		x += width
	}
	return list
}

// facts are the figures beside the verdict. How long there was no incident is
// one of them only while all sources are heard.
func (v *visit) facts(page *overviewPage, m month, heard bool) []fact {
	var facts []fact
	if worst := page.firstIncident(); worst != nil {
		started := v.moment(worst.start)
		if started != nil {
			facts = append(facts, fact{Name: v.text("fact.since"), Value: v.length(v.now.Sub(worst.start)), Note: v.text("fact.started", "time", started.Text)})
		}
		if worst.Posted != nil {
			facts = append(facts, fact{Name: v.text("fact.posted"), Value: worst.Posted.Text, Note: worst.Posted.Ago})
		}
		if worst.Next != nil {
			facts = append(facts, fact{Name: v.say("fact.next", worst.source), Value: worst.Next.At.Text, Note: worst.Next.Words, Tone: worst.Next.Tone})
		}
	} else if last := lastIncident(v.snapshot, v.now); last != nil && heard {
		end := v.moment(last.EndAt.Time())
		facts = append(facts, fact{
			Name: v.text("fact.quiet"), Value: v.length(v.now.Sub(last.EndAt.Time())),
			Note: v.text("fact.ended", "time", end.Text), Href: v.issueHref(last.ID), ID: last.ID,
		})
	}
	if share, n := mean(v.snapshot.Services, m.figures); n > 0 {
		facts = append(facts, fact{Name: v.text("fact.availability"), Value: v.percent(share, 2), Note: v.text("fact.unweighted", "n", n)})
	}
	return facts
}

func (page *overviewPage) firstIncident() *issueLine {
	for i := range page.Issues {
		if page.Issues[i].Class != "advisory" {
			return &page.Issues[i]
		}
	}
	return nil
}

// incidents counts the open issues that are no advisories.
func (page *overviewPage) incidents() int {
	n := 0
	for _, line := range page.Issues {
		if line.Class != "advisory" {
			n++
		}
	}
	return n
}

// lastIncident is the incident that ended last.
func lastIncident(s *readmodel.Snapshot, now time.Time) *readmodel.Row {
	var last *readmodel.Row
	for _, row := range s.Issues {
		if row.Class != "advisory" && row.EndAt != 0 && row.Course().Over(now) && !row.Course().Maintenance() && row.Status != tocsin.StatusFalsePositive && (last == nil || row.EndAt > last.EndAt) {
			last = row
		}
	}
	return last
}
