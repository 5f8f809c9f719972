package respond

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strconv"
	"time"

	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// linkHolds is how long a caller's link holds.
const linkHolds = 4 * time.Hour

// link serves POST /triage/{id}/link: an address at which the caller answers. It
// is shown once; of its secret only the hash is kept.
func (p *Pages) link(v *view) error {
	t, err := v.asked()
	if err != nil {
		return err
	}
	secret, until := rand.Text(), v.Now.Add(linkHolds)
	if err := p.config.Extras.LinkCaller(v.R.Context(), v.tenant(), t.N, tocsin.HashOf([]byte(secret)), until, v.Now); err != nil {
		return err
	}
	v.W.Header().Set("Referrer-Policy", "no-referrer")
	return v.showVerdict(t, v.Address()+web.PrefixOf(v.Code)+"/call/"+secret, until)
}

// callerPage asks the caller.
type callerPage struct {
	web.Frame
	Rev    int64
	Form   web.Form
	Groups []group
	Sent   bool
	Until  string
}

// calling finds the call of a link. Who has the link sees the call's questions
// and nothing else of the desk.
func (v *view) calling() (tocsin.Triage, error) {
	header := v.W.Header()
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Robots-Tag", "noindex, nofollow")
	t, err := v.pages.config.Extras.TriageOfCaller(v.R.Context(), tocsin.HashOf([]byte(v.R.PathValue("id"))), v.Now)
	if errors.Is(err, tocsin.ErrNotFound) {
		return t, web.NothingHere()
	}
	return t, err
}

// caller serves /call/{id}.
func (p *Pages) caller(v *view) error {
	t, err := v.calling()
	if err != nil {
		return err
	}
	return v.showCaller(http.StatusOK, t, t.Answers, nil)
}

func (v *view) showCaller(status int, t tocsin.Triage, a tocsin.TriageAnswers, problem error) error {
	b, err := v.book("")
	if err != nil {
		return err
	}
	page := callerPage{Frame: v.Frame(web.Crumb{Name: v.Text("triage.caller.title")}), Rev: t.Rev, Sent: v.R.URL.Query().Get("sent") != "", Until: v.HM(t.CallerUntil.In(v.Zone))}
	page.NoIndex = true
	page.Groups = []group{
		v.oneOf("scope", v.Text("triage.question.scope"), a.Scope, tocsin.TriageScopes()), v.services(b, v.Text("triage.question.compare"), a.Services),
		v.oneOf("network", v.Text("triage.question.environment"), a.Network, tocsin.TriageNetworks()),
	}
	page.Form = web.Form{Action: web.PrefixOf(v.Code) + "/call/" + web.EscapeID(v.R.PathValue("id")), Submit: v.Text("triage.caller.send"), Fields: append(v.traces(a.Trace)[:2],
		v.results("other-client", a.Checks["other-client"]), v.results("no-proxy", a.Checks["no-proxy"]), v.note("scope", a))}
	if problem != nil && !v.blame(&page.Form, page.Groups, problem) {
		return problem
	}
	return v.Render(status, "triage-caller", page)
}

// callerAnswers serves POST /call/{id}. Answers are choices, so that it does not
// matter in which language they are given.
func (p *Pages) callerAnswers(v *view) error {
	t, err := v.calling()
	if err != nil {
		return err
	}
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	rev, err := strconv.ParseInt(v.R.PostForm.Get("rev"), 10, 64)
	if err != nil {
		return tocsin.Invalidf("rev", "The form does not say what it was filled in for.")
	}
	for _, field := range []string{"issue", "caller", "site", "region"} { // not the caller's to say
		v.R.PostForm.Del(field)
	}
	if err := v.LookAt(t.TenantID); err != nil {
		return err
	}
	d, err := v.desk()
	if err != nil {
		return err
	}
	change := respond.TriageChange{TenantID: t.TenantID, N: t.N, Rev: rev, Now: v.Now, Caller: true}
	_, err = p.config.Calls.ChangeTriage(v.R.Context(), change, func(t *tocsin.Triage) (err error) {
		take(&t.Answers, "scope", v.R.PostForm)
		t.Answers.Language = v.Code
		t.Answers.Normalize()
		t.Verdict, err = d.Cause(t.Answers)
		return err
	})
	if err != nil {
		v.Snapshot = nil // the page shows nothing of the tenant
		a := t.Answers
		take(&a, "scope", v.R.PostForm)
		return v.showCaller(web.FormStatus(err), t, a, err)
	}
	return v.Redirect(web.PrefixOf(v.Code) + "/call/" + web.EscapeID(v.R.PathValue("id")) + "?sent=1")
}
