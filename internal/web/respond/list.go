package respond

import (
	"net/http"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// listPage is the calls, above them the express table for a new one.
type listPage struct {
	web.Frame
	Form   web.Form
	Groups []group
	Calls  []callLine
}

// A callLine is a call in a list.
type callLine struct {
	Href, Sheet, Caller, Issue string
	Verdict                    string
	At                         *lang.Moment
	Open                       bool
}

// maxCalls is how many calls are listed.
const maxCalls = 30

// list serves /triage.
func (p *Pages) list(v *view) error { return v.showList(http.StatusOK, tocsin.TriageAnswers{}, nil) }

func (v *view) showList(status int, a tocsin.TriageAnswers, problem error) error {
	b, err := v.book("")
	if err != nil {
		return err
	}
	page := listPage{Frame: v.Frame(web.Crumb{Name: v.Text("nav.triage")})}
	questions := map[string]string{}
	for _, q := range b.Express {
		questions[q.ID] = q.Question
	}
	scope := v.oneOf("scope", questions["users"], a.Scope, tocsin.TriageScopes())
	scope.Focus = problem == nil
	page.Groups = []group{
		newGroup(scope).short(), v.services(b, questions["services"], a.Services).short(), v.oneOf("network", questions["network"], a.Network, tocsin.TriageNetworks()).short(),
		v.oneOf("code", questions["code"], a.Code, []string{"server", "auth", "proxy", "name", "certificate", "other", "unknown"}).short(),
	}
	site, err := v.site(a.Site)
	if err != nil {
		return err
	}
	page.Form = web.Form{Action: v.Href("/triage"), Submit: v.Text("triage.judge"), Fields: []web.Field{
		v.Field("caller", a.Caller).Named(v.Text("triage.caller")).Hinted(v.Text("triage.caller.hint")).NotRequired(), site,
	}}
	if problem != nil && !v.blame(&page.Form, page.Groups, problem) {
		return problem
	}
	v.Title(&page.Frame, page.Form)
	if page.Calls, err = v.callLines(); err != nil {
		return err
	}
	return v.Render(status, "triage-list", page)
}

// blame marks the fields and the groups that an error names.
func (v *view) blame(f *web.Form, groups []group, err error) bool {
	for _, e := range web.Causes(err) {
		for i := range groups {
			if groups[i].ID == e.Field {
				groups[i].Problem = v.Problem(e)
			}
		}
	}
	return v.Blame(f, err)
}

// callLines are the calls of the tenant, those that changed last first.
func (v *view) callLines() ([]callLine, error) {
	list, err := v.pages.config.Calls.Triages(v.R.Context(), v.tenant(), false, maxCalls)
	lines := make([]callLine, len(list))
	for i, t := range list {
		lines[i] = v.callLine(t)
	}
	return lines, err
}

func (v *view) callLine(t tocsin.Triage) callLine {
	line := callLine{Href: v.at(t.N, ""), Sheet: v.sheetOf(t), Caller: v.callerOf(t), At: v.Moment(t.ChangedAt), Open: t.ClosedAt.IsZero()}
	if t.Answers.Issue != tocsin.NoIssue {
		line.Issue = t.Answers.Issue
	}
	if t.Verdict != "" {
		line.Verdict = v.Text("triage.cause." + t.Verdict)
	}
	return line
}

// sheetOf is the number of a call as people say it.
func (v *view) sheetOf(t tocsin.Triage) string {
	return v.Text("triage.sheet", "day", t.OpenedAt.In(v.Zone).Format("0102"), "n", twoDigits(t.N))
}

// callerOf is who called, or when.
func (v *view) callerOf(t tocsin.Triage) string {
	time := v.HM(t.OpenedAt.In(v.Zone))
	if t.Answers.Caller == "" {
		return v.Text("triage.call", "time", time)
	}
	return v.Text("triage.call.from", "time", time, "caller", t.Answers.Caller)
}

// begin serves POST /triage: the express table, or a call that goes step by step.
func (p *Pages) begin(v *view) error {
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	var a tocsin.TriageAnswers
	take(&a, "", v.R.PostForm)
	a.Language = v.Code
	a.Normalize()
	j, err := v.judge(a)
	if err != nil {
		return err
	}
	t, err := p.config.Calls.OpenTriage(v.R.Context(), v.tenant(), a, string(j.Cause), v.Now)
	if err != nil {
		return v.showList(web.FormStatus(err), a, err)
	}
	if v.R.PostForm.Get("do") == "guide" {
		return v.Redirect(v.at(t.N, tocsin.TriageSteps()[0]))
	}
	return v.Redirect(v.at(t.N, ""))
}
