package part

import (
	"html/template"
	"slices"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// Verdict is the answer in one sentence.
type Verdict struct {
	Family, Glyph string
	Tint          string // down, degraded, neutral, or "" for none
	When          string
	Headline      string
	Lead          template.HTML
	Worst         *IssueLine    // where the action is
	Services      []ServiceLine // that are affected, by name; see [maxShown]
	More          int           // that are affected as well
	Facts         []fact
	Next          *fact // the next update of the incident that leads
	Tally         []Tally
	Total         string
}

type fact struct {
	Name, Value, Note string
	Href, ID          string // of what the note is about
	Tone              string // late, soon
}

// Tally is how many services are in one state.
type Tally struct {
	Family, Glyph, Words, Href string
	N, X, Width                int
}

// verdict words the judgement on the tenant.
func (v *View) verdict(s *State, m Month) Verdict {
	r := s.report
	out := Verdict{When: v.Text("verdict.when", "tenant", v.Snapshot.Tenant.Title()), Tally: v.Tally(r), Total: v.Text("verdict.total", "n", len(r.Services))}
	out.Family, out.Glyph = web.SignOf(r.Severity)
	out.Tint = out.Family
	n := r.Count()
	stale := v.StaleSince()
	switch {
	case n[tocsin.SeverityInterruption]+n[tocsin.SeverityDegraded] > 0:
		out.Headline = v.headline(s, n)
	case r.Severity.Broken(), r.Severity == tocsin.SeverityRecovering && n[r.Severity] == 0: // of no service
		out.Headline = v.Text("verdict.incidents", "n", s.incidents())
	case r.Severity == tocsin.SeverityUnknown:
		out.Headline = v.unknownHeadline(s, stale)
	case r.Severity == tocsin.SeverityRecovering:
		out.Headline = v.named(s.naming(r.Severity), "verdict.recovering.one", "verdict.recovering")
	case r.Severity == tocsin.SeverityAdvisory:
		out.Headline = v.watchHeadline(s, n[r.Severity])
	default:
		out.Family, out.Glyph, out.Tint, out.Headline = "restored", "restored", "", v.Text("verdict.quiet")
	}
	v.explain(&out, s, stale)
	out.Facts, out.Next = v.facts(s, m, stale == "")
	out.Services = s.Affected[:min(len(s.Affected), maxShown)]
	out.More = len(s.Affected) - len(out.Services)
	return out
}

// maxShown is how many affected services stand beside the answer by name, so
// that they are on the first screen of a phone also on the worst day.
const maxShown = 12

// unknownHeadline says what is not known.
func (v *View) unknownHeadline(s *State, stale string) string {
	switch n := s.report.Count()[tocsin.SeverityUnknown]; {
	case stale != "":
		return v.staleHeadline(s, stale)
	case len(s.report.Services) == 0 && len(s.report.Unfiled) == 0:
		return v.Text("verdict.empty")
	case n == 0 && s.incidents() > 0:
		return v.Text("verdict.incidents", "n", s.incidents())
	case n == 0:
		return v.Text("verdict.unreadable")
	default:
		return v.Text("verdict.unknown", "n", n)
	}
}

// staleHeadline says how much is not known: everything, some services, or what
// a source that never named a service would tell.
func (v *View) staleHeadline(s *State, since string) string {
	if v.NeverHeard() {
		return v.Text("stale.never", "source", v.Unheard())
	}
	n := 0
	for _, line := range slices.Concat(s.Affected, s.Unheard) {
		if line.stale {
			n++
		}
	}
	switch n {
	case 0:
		return v.Text("stale.part", "source", v.Unheard(), "time", since)
	case len(s.report.Services):
		return v.Text("verdict.stale", "time", since)
	}
	return v.Text("verdict.stale.part", "n", n, "time", since)
}

// watchHeadline says that nothing worse is going on than advisories, or than
// something that is looked into, if only services that nothing is said about.
func (v *View) watchHeadline(s *State, services int) string {
	if incidents := s.incidents(); incidents > 0 {
		return v.Text("verdict.investigating", "n", incidents)
	}
	if advisories := len(s.Issues) + len(s.Quiet); advisories > 0 {
		return v.Text("verdict.advisories", "n", advisories)
	}
	return v.Text("verdict.watched", "n", services)
}

// AnswerTitle is the title of a page that begins with the answer, for the tab of a
// browser: the answer, and of which tenant where there are several.
func (v *View) AnswerTitle(answer Verdict) string {
	if len(v.Tenants) > 1 {
		return v.Text("verdict.title", "answer", answer.Headline, "tenant", v.Snapshot.Tenant.Title())
	}
	return answer.Headline
}

// headline names what does not work, or counts what is not named: two services
// at most, and how many more are as bad.
func (v *View) headline(s *State, n map[tocsin.Severity]int) string {
	down, degraded := s.naming(tocsin.SeverityInterruption), s.naming(tocsin.SeverityDegraded)
	switch {
	case len(down) == 0:
		return v.named(degraded, "verdict.degraded.one", "verdict.degraded")
	case len(degraded) == 0:
		return v.named(down, "verdict.down.one", "verdict.down")
	case len(down) == 1 && len(degraded) == 1:
		return v.Join([]string{v.named(down, "verdict.down.one", "verdict.down"), v.named(degraded, "verdict.degraded.one", "verdict.degraded")})
	}
	return v.Text("verdict.also", "main", v.named(down, "verdict.down.one", "verdict.down"), "n", n[tocsin.SeverityDegraded])
}

// naming are the names of the services that are as bad as that: the providers'
// before those of the desk itself, one service before the suite that it is in.
func (s *State) naming(severity tocsin.Severity) []string {
	var names []string
	for _, rank := range []int{rankService, rankSuite, rankOwn} {
		for i := range s.Affected {
			if one := &s.Affected[i]; one.Severity == severity && one.rank == rank {
				names = append(names, one.called)
			}
		}
	}
	return names
}

// maxNames is how many services a sentence names before it counts the others.
const maxNames = 2

// named is a sentence about one service or several.
func (v *View) named(names []string, one, several string) string {
	key := several
	if len(names) == 1 {
		key = one
	}
	return v.Text(key, "names", v.Subject(names))
}

// Subject returns names as the subject of a sentence: two at most, and how many
// more there are.
func (v *View) Subject(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return v.Text("names.one", "a", names[0])
	case maxNames:
		return v.Text("names.two", "a", names[0], "b", names[1])
	}
	return v.Text("names.more", "a", names[0], "b", names[1], "n", len(names)-maxNames)
}

// explain adds what a caller asks next: whose confirmation it is, or what it
// means that nothing is open.
func (v *View) explain(out *Verdict, s *State, stale string) {
	r := s.report
	switch {
	case r.Cause != nil && r.Severity != tocsin.SeverityUnknown:
		line := v.issueLineOf(r.Cause.Row, r.Cause.Content)
		out.Worst = &line
		key := "verdict.lead.confirmed"
		if r.Cause.Severity == tocsin.SeverityRecovering {
			key = "verdict.lead.recovering"
		}
		out.Lead = v.sayRich(key, line.Source, "id", IDLink(line.Href, line.ID)) + v.besides(s)
		if stale != "" {
			out.Lead += v.Between() + v.staleLead(stale)
		}
	case r.Severity.Broken():
		out.Lead = v.Rich("verdict.lead.unexplained")
	case stale != "":
		out.Lead = v.staleLead(stale)
	case len(r.Services) == 0:
		out.Lead = v.Rich("verdict.lead.empty")
	case r.Severity.Well():
		out.Lead = v.Rich("verdict.lead.quiet", "n", len(r.Services))
	case r.Severity == tocsin.SeverityAdvisory:
		out.Lead = v.Rich("verdict.lead.advisories")
	}
}

// staleLead says what a silent source means.
func (v *View) staleLead(since string) template.HTML {
	if v.NeverHeard() {
		return v.Rich("verdict.lead.never", "source", v.Unheard())
	}
	return v.Rich("verdict.lead.stale", "source", v.Unheard(), "time", since)
}

// maxAlso is how many incidents are named beside the one that leads.
const maxAlso = 3

// besides names the other incidents that explain what is counted, or counts
// the open ones where they are many.
func (v *View) besides(s *State) template.HTML {
	also := s.report.Also
	switch {
	case s.Grouped || len(also) > maxAlso:
		return v.Between() + v.Rich("verdict.lead.more", "n", s.incidents()-1)
	case len(also) == 0:
		return ""
	}
	var links template.HTML
	for i, one := range also {
		if i > 0 {
			links += template.HTML(v.Join([]string{"", ""})) //nolint:gosec // a comma
		}
		links += IDLink(v.IssueHref(one.ID), one.ID)
	}
	return v.Between() + v.Rich("verdict.lead.also", "ids", links)
}

// Tally draws how many services are in each state, the worst first.
func (v *View) Tally(r *health.Report) []Tally {
	n := map[string]int{}
	for severity, count := range r.Count() {
		family, _ := web.SignOf(severity)
		n[family] += count
	}
	total, x := max(1, len(r.Services)), 0
	var list []Tally
	for _, severity := range tocsin.Severities() {
		family, glyph := web.SignOf(severity)
		if n[family] == 0 {
			continue
		}
		width := 800 * n[family] / total
		list = append(list, Tally{family, glyph, v.Text("tally."+family, "n", n[family]), "#s-" + family, n[family], x, max(4, width-2)})
		x += width
		n[family] = 0
	}
	return list
}

// facts are the figures beside the verdict. How long there was no incident is
// one of them only while all sources are heard.
func (v *View) facts(s *State, m Month, heard bool) (facts []fact, next *fact) {
	r := s.report
	if r.Cause != nil {
		worst := v.issueLineOf(r.Cause.Row, r.Cause.Content)
		if started := v.Moment(r.Since); started != nil {
			note := started.Text
			if r.Since.Equal(r.Cause.Since) {
				note = v.Text("fact.started", "time", note)
			}
			facts = append(facts, fact{Name: v.Text("fact.since"), Value: v.Length(v.Now.Sub(r.Since)), Note: note})
		}
		if worst.Posted != nil {
			facts = append(facts, fact{Name: v.Text("fact.posted"), Value: worst.Posted.Text, Note: worst.Posted.Ago})
		}
		if worst.Next != nil {
			next = &fact{Name: v.Say("fact.next", worst.Source), Value: worst.Next.At.Text, Note: worst.Next.Words, Tone: worst.Next.Tone}
			facts = append(facts, *next)
		}
	} else if since := v.Moment(r.Since); since != nil && r.Severity.Broken() {
		facts = append(facts, fact{Name: v.Text("fact.since"), Value: v.Length(v.Now.Sub(r.Since)), Note: since.Text})
	} else if last := lastIncident(v.Snapshot, v.Now); last != nil && heard && s.incidents() == 0 {
		end := v.Moment(last.EndAt.Time())
		facts = append(facts, fact{
			Name: v.Text("fact.quiet"), Value: v.Length(v.Now.Sub(last.EndAt.Time())),
			Note: v.Text("fact.ended", "time", end.Text), Href: v.IssueHref(last.ID), ID: last.ID,
		})
	}
	if share, n := Mean(v.Snapshot.Services, m.figures); n > 0 {
		facts = append(facts, fact{Name: v.Text("fact.availability"), Value: v.Percent(share, 2), Note: v.Text("fact.unweighted", "n", n)})
	}
	return facts, next
}

// incidents counts the open issues that are no advisories.
func (s *State) incidents() int {
	n := 0
	for _, line := range s.Issues {
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
