package respond

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/triage"
	"example.org/tocsin/internal/web"
)

// stepPage is one step of a call.
type stepPage struct {
	web.Frame
	At             string // "Step 4 of 7 · …"
	Question, Lead string
	Steps          []stepLink
	Rev            int64
	Form           web.Form
	Groups         []group
	Commands       []string
	Lists          []helpList
	Upload, Back   string // addresses
	Files          []string
	Side           sideVerdict
}

// A helpList is a list of texts of the book.
type helpList struct {
	Title string
	Items []string
}

// A stepLink leads to a step.
type stepLink struct {
	Href, Name, Answer string
	Done, Current      bool
}

// twoDigits writes a number with at least two digits.
func twoDigits(n int64) string { return fmt.Sprintf("%02d", n) }

// step serves /triage/{id}/{name}.
func (p *Pages) step(v *view) error {
	t, err := v.asked()
	if err != nil {
		return err
	}
	return v.showStep(http.StatusOK, t, t.Answers, nil)
}

// showStep shows a step of a call with answers, which differ from those that are
// kept after a problem.
func (v *view) showStep(status int, t tocsin.Triage, a tocsin.TriageAnswers, problem error) error {
	step := v.R.PathValue("name")
	place := slices.Index(tocsin.TriageSteps(), step)
	if place < 0 {
		return web.NothingHere()
	}
	j, err := v.judge(t.Answers)
	if err != nil {
		return err
	}
	b, err := v.book(j.Match.ID)
	if err != nil {
		return err
	}
	entry := b.Tree[place]
	page := stepPage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav.triage"), Href: v.Href("/triage")}, web.Crumb{Name: v.sheetOf(t), Href: v.at(t.N, "")}, web.Crumb{Name: v.Text("triage.step.short", "n", place+1)}),
		At:    v.Text("triage.step", "n", place+1, "all", len(b.Tree), "name", entry.Name), Question: v.Text("triage.question." + step), Lead: v.Text("triage.lead." + step),
		Rev: t.Rev, Side: v.side(j), Form: web.Form{Action: v.at(t.N, step), Submit: v.Text("triage.continue")},
	}
	page.Title = v.Text("triage.step.title", "n", place+1, "all", len(b.Tree), "name", v.Text("nav.triage"))
	if place > 0 {
		page.Back = v.at(t.N, tocsin.TriageSteps()[place-1])
	}
	page.Steps = v.stepLinks(t, b, place, j)
	if err := v.fill(&page, step, a, b, j, t); err != nil {
		return err
	}
	if problem != nil {
		if !v.blame(&page.Form, page.Groups, problem) {
			return problem
		}
		v.Title(&page.Frame, page.Form)
	} else if len(page.Groups) > 0 {
		page.Groups[0].Focus = true
		page.Groups[0] = newGroup(page.Groups[0])
	}
	return v.Render(status, "triage-step", page)
}

// fill puts the fields of a step into its page.
func (v *view) fill(page *stepPage, step string, a tocsin.TriageAnswers, b *knowledge.Book, j judged, t tocsin.Triage) error {
	heads := func(g group) group {
		g.Bare = true
		return g
	}
	fields := func(list ...web.Field) { page.Form.Fields = append(page.Form.Fields, list...) }
	switch step {
	case "scope":
		page.Groups = []group{heads(v.oneOf("scope", "", a.Scope, tocsin.TriageScopes()))}
		site, err := v.site(a.Site)
		if err != nil {
			return err
		}
		fields(v.Field("caller", a.Caller).Named(v.Text("triage.caller")).Hinted(v.Text("triage.caller.hint")).NotRequired(), site, v.Field("region", a.Region).Named(v.Text("triage.region")).NotRequired())
	case "shd":
		page.Groups = []group{heads(v.issues(j, a))}
	case "compare":
		page.Groups = append([]group{heads(v.services(b, "", a.Services))}, v.symptoms(b, a)...)
		for _, s := range b.Services {
			if slices.Contains(a.Services, s.ID) {
				fields(v.state(s, a.States[s.ID]))
			}
		}
	case "environment":
		page.Groups = []group{heads(v.oneOf("network", "", a.Network, tocsin.TriageNetworks()))}
		dns, _ := b.Entry(b.Checks, "dns")
		page.Commands = dns.Commands
		fields(v.results(triage.CheckOtherNetwork, a.Checks[triage.CheckOtherNetwork]), v.results(triage.CheckNoProxy, a.Checks[triage.CheckNoProxy]))
	case "clients":
		for _, check := range tocsin.TriageChecks()[2:] {
			fields(v.results(check, a.Checks[check]))
		}
	case "codes":
		page.Groups = []group{heads(v.oneOf("code", "", a.Code, tocsin.TriageCodes()))}
		fields(v.traces(a.Trace)...)
		page.Upload = v.at(t.N, "file")
		attached, err := v.pages.config.Extras.TriageFiles(v.R.Context(), v.tenant(), t.N)
		if err != nil {
			return err
		}
		for _, f := range attached {
			page.Files = append(page.Files, f.Name)
		}
	case "escalate":
		page.Lists = []helpList{{v.Text("triage.reasons"), texts(b.Reasons)}, {v.Text("triage.prepare"), texts(b.Prepare)}}
	}
	fields(v.note(step, a))
	return nil
}

func texts(list []knowledge.Entry) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = e.Text
	}
	return out
}

// maxOffered is how many issues a call is held against by hand.
const maxOffered = 8

// issues offers the issues that go on, those that fit best first.
func (v *view) issues(j judged, a tocsin.TriageAnswers) group {
	g := group{ID: "issue"}
	for _, m := range j.Matches[:min(len(j.Matches), maxOffered)] {
		hint := ""
		if m.Asked > 0 {
			hint = v.Text("triage.common", "n", len(m.Services), "asked", m.Asked)
		}
		if !m.Open() {
			hint = v.Text("triage.over")
		}
		g.Options = append(g.Options, option{Value: m.ID, Name: m.ID, Hint: hint, Title: m.Title, On: a.Issue == m.ID})
	}
	g.Options = append(g.Options,
		option{Value: tocsin.NoIssue, Name: v.Text("triage.issue.none"), Hint: v.Text("triage.issue.none.hint"), On: a.Issue == tocsin.NoIssue},
		option{Value: "", Name: v.Text("triage.issue.auto"), Hint: v.Text("triage.issue.auto.hint"), On: a.Issue == ""})
	return newGroup(g)
}

// stepLinks lists the steps, each with what was answered.
func (v *view) stepLinks(t tocsin.Triage, b *knowledge.Book, place int, j judged) []stepLink {
	links := make([]stepLink, len(b.Tree))
	for i, step := range tocsin.TriageSteps() {
		answer := v.answered(step, t.Answers, b, j)
		links[i] = stepLink{Href: v.at(t.N, step), Name: b.Tree[i].Name, Answer: answer, Done: answer != "", Current: i == place}
	}
	return links
}

// answered is what a step came to, in few words, "" while it is open.
func (v *view) answered(step string, a tocsin.TriageAnswers, b *knowledge.Book, j judged) string {
	word := func(question, answer string) string {
		if answer == "" || answer == string(triage.Unknown) {
			return ""
		}
		return v.Text("triage." + question + "." + answer)
	}
	switch step {
	case "scope":
		return word("scope", a.Scope)
	case "shd":
		if j.Attached {
			return v.Text("triage.listed", "issue", j.Match.ID)
		}
		if a.Issue == tocsin.NoIssue {
			return v.Text("triage.issue.none")
		}
	case "compare":
		return v.Join(serviceNames(b, a.Services))
	case "environment":
		return word("network", a.Network)
	case "clients":
		n := 0
		for _, check := range tocsin.TriageChecks()[2:] {
			if r := a.Checks[check]; r != "" && r != string(triage.Unknown) {
				n++
			}
		}
		if n > 0 {
			return v.Text("triage.tried", "n", n)
		}
	case "codes":
		if a.Trace.HTTP != "" {
			return v.Text("triage.http", "code", a.Trace.HTTP)
		}
		return word("code", a.Code)
	}
	return ""
}

func serviceNames(b *knowledge.Book, ids []string) []string {
	var names []string
	for _, s := range b.Services {
		if slices.Contains(ids, s.ID) {
			names = append(names, s.Name)
		}
	}
	return names
}

// answer serves POST /triage/{id}/{name}.
func (p *Pages) answer(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	step := v.R.PathValue("name")
	place := slices.Index(tocsin.TriageSteps(), step)
	t, err := v.asked()
	if err != nil {
		return err
	}
	if place < 0 {
		return web.NothingHere()
	}
	rev, err := strconv.ParseInt(v.R.PostForm.Get("rev"), 10, 64)
	if err != nil {
		return tocsin.Invalidf("rev", "The form does not say what it was filled in for.")
	}
	d, err := v.desk()
	if err != nil {
		return err
	}
	_, err = p.config.Calls.ChangeTriage(v.R.Context(), respond.TriageChange{TenantID: v.tenant(), N: t.N, Rev: rev, Now: v.Now}, func(t *tocsin.Triage) (err error) {
		take(&t.Answers, step, v.R.PostForm)
		t.Answers.Normalize()
		t.Verdict, err = d.Cause(t.Answers)
		return err
	})
	if err != nil {
		return v.refuse(t, step, err)
	}
	if v.R.PostForm.Get("do") == "verdict" || place == len(tocsin.TriageSteps())-1 {
		return v.Redirect(v.at(t.N, ""))
	}
	return v.Redirect(v.at(t.N, tocsin.TriageSteps()[place+1]))
}

// refuse shows the step again with what was sent. After a conflict it stands on
// what the other one answered, so that sending it once more is a choice.
func (v *view) refuse(t tocsin.Triage, step string, problem error) error {
	a := t.Answers
	take(&a, step, v.R.PostForm)
	return v.showStep(web.FormStatus(problem), t, a, problem)
}
