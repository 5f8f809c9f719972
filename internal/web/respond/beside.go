package respond

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/triage"
)

// maxSimilar is how many past incidents are shown, and calls.
const maxSimilar = 4

// beside adds issues, past incidents and other calls.
func (v *view) beside(page *verdictPage, t tocsin.Triage, j judged, b *knowledge.Book) (err error) {
	for _, m := range j.Matches[:min(len(j.Matches), maxSimilar)] {
		page.Matches = append(page.Matches, v.matchLine(t, m))
	}
	if page.Similar, err = v.pastLines(t.Answers, j.Match.ID, b); err != nil {
		return err
	}
	if page.Impact, err = v.impact(j.Reports, ""); err != nil {
		return err
	}
	others, err := v.alike(t)
	if err != nil {
		return err
	}
	for _, other := range others {
		if len(page.Calls) < maxSimilar {
			page.Calls = append(page.Calls, v.callAlike(other, b))
		}
		if other.Answers.Issue == "" {
			page.Loose++
		}
	}
	if page.Attach == "" {
		page.Loose = 0
	}
	if page.Issue != "" {
		page.CallsN, err = v.pages.config.Calls.CallsAbout(v.R.Context(), v.tenant(), page.Issue, v.Now.Add(-triage.Recent))
	}
	return err
}

// matchLine is an issue beside a call, with what they have in common.
func (v *view) matchLine(t tocsin.Triage, m triage.Match) matchLine {
	line := matchLine{ID: m.ID, Href: v.IssueHref(m.ID), Title: m.Title, Family: "watch", Glyph: "watch", Dim: len(m.Services) == 0}
	line.Words = v.Text("triage.shared", "n", len(m.Services), "asked", m.Asked)
	if !m.Open() {
		line.Family, line.Glyph = "restored", "restored"
	}
	switch {
	case len(m.Services) == 0 && m.Asked > 0:
		line.Note = v.Text("triage.excluded")
	case m.Asked > 0 && !m.StartAt.IsZero():
		line.Note = v.Text("triage.apart", "d", v.Length(max(t.OpenedAt.Sub(m.StartAt).Abs(), time.Minute)))
		if m.Region {
			line.Note = v.Text("triage.region.same", "apart", line.Note)
		}
	}
	return line
}

// pastLines are incidents that are over, with what helped then.
func (v *view) pastLines(a tocsin.TriageAnswers, not string, b *knowledge.Book) ([]matchLine, error) {
	rows, err := v.pages.config.Past.Similar(v.R.Context(), v.Snapshot, a, not, v.Now, maxSimilar)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	helped, err := v.helped(ids, b)
	if err != nil {
		return nil, err
	}
	lines := make([]matchLine, len(rows))
	for i, row := range rows {
		issue, err := v.pages.config.Model.Issue(v.R.Context(), row)
		if err != nil {
			return nil, err
		}
		lines[i] = matchLine{ID: row.ID, Href: v.IssueHref(row.ID), Title: issue.Title, Words: v.Date(row.Starts().Time().In(v.Zone)), Family: "restored", Glyph: "restored", Helped: helped[row.ID]}
	}
	return lines, nil
}

// maxThen is how much is shown of what helped in one incident.
const maxThen = 2

// helped words what helped in incidents, by issue.
func (v *view) helped(issues []string, b *knowledge.Book) (map[string][]string, error) {
	list, err := v.pages.config.Votes.Helped(v.R.Context(), v.tenant(), issues)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	own, err := v.pages.config.Help.Workarounds(v.R.Context(), v.tenant())
	if err != nil {
		return nil, err
	}
	told := map[string]string{}
	for _, service := range tocsin.TriageServices() {
		for _, w := range b.Ways(service, own) {
			told[w.ID] = w.Told()
		}
	}
	out := map[string][]string{}
	for _, h := range list {
		words := told[h.Workaround]
		if h.Text != "" {
			words = b.Warned(h.Text)
		}
		if words != "" && len(out[h.Issue]) < maxThen {
			out[h.Issue] = append(out[h.Issue], words)
		}
	}
	return out, nil
}

// alike are the other calls that go on about the same services, those that changed
// last first.
func (v *view) alike(t tocsin.Triage) (others []tocsin.Triage, err error) {
	list, err := v.pages.config.Calls.Triages(v.R.Context(), v.tenant(), true, maxCalls)
	for _, other := range list {
		if other.N != t.N && shares(other.Answers.Services, t.Answers.Services) {
			others = append(others, other)
		}
	}
	return others, err
}

// callAlike is another call in few words: who calls, and about what.
func (v *view) callAlike(t tocsin.Triage, b *knowledge.Book) callLine {
	line := v.callLine(t)
	who := cmp.Or(t.Answers.Caller, line.Sheet)
	if names := serviceNames(b, t.Answers.Services); len(names) > 0 {
		what := append(names, t.Answers.Trace.HTTP)
		who = v.Text("labelled", "label", who) + v.Space() + strings.TrimSpace(strings.Join(what, " "))
	}
	line.Caller = who
	return line
}

func shares(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}
