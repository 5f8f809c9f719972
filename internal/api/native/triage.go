package native

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/qualify"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/triage"
)

// calls is the part of the store that has calls.
type calls interface {
	OpenTriage(ctx context.Context, tenantID string, a tocsin.TriageAnswers, verdict string, now time.Time) (tocsin.Triage, error)
	Triage(ctx context.Context, tenantID string, n int64) (tocsin.Triage, error)
	Triages(ctx context.Context, tenantID string, open bool, limit int) ([]tocsin.Triage, error)
}

// answersBody are the fields of a call. Lists stand where pages have one field for
// each service, check or step.
type answersBody struct {
	Caller   string        `json:"caller,omitempty" maxLength:"100" doc:"A team and a place, no name." example:"Accounts, Lyon"`
	Site     string        `json:"siteId,omitempty" maxLength:"36" doc:"Id of a site."`
	Region   string        `json:"region,omitempty" maxLength:"100"`
	Scope    string        `json:"scope,omitempty" enum:"many,site,team,one,unknown" doc:"How many are hit."`
	Services []string      `json:"services,omitempty" maxItems:"4" enum:"exchange,teams,sharepoint,identity"`
	States   []answerState `json:"states,omitempty" maxItems:"4"`
	Symptoms []string      `json:"symptoms,omitempty" maxItems:"20" doc:"Service and place in the list of its symptoms." example:"[\"teams/0\"]"`
	Issue    string        `json:"issue,omitempty" maxLength:"100" doc:"Id of the issue that the call is attached to; none where somebody said that no issue fits." example:"MO821132"`
	Network  string        `json:"network,omitempty" enum:"both,internal,vpn,unknown" doc:"From where it fails."`
	Code     string        `json:"code,omitempty" enum:"server,auth,proxy,portal,name,certificate,request,other,unknown" doc:"The kind of error."`
	Checks   []answerCheck `json:"checks,omitempty" maxItems:"8" doc:"Checks by hand."`
	Notes    []answerNote  `json:"notes,omitempty" maxItems:"7"`
	Trace    *answerTrace  `json:"trace,omitempty" doc:"What the error said, so that the provider's support can find it."`
	Language string        `json:"language,omitempty" enum:"en,fr,ja" doc:"That the caller reads."`
}

type answerState struct {
	Service string `json:"service" enum:"exchange,teams,sharepoint,identity"`
	State   string `json:"state" enum:"ok,partial,ko,unknown"`
}

type answerCheck struct {
	Check  string `json:"check" enum:"other-network,no-proxy,other-client,account,outlook,teams-call,teams-meeting,teams-file"`
	Result string `json:"result" enum:"ok,partial,ko,unknown" doc:"ok: what failed works then."`
}

type answerNote struct {
	Step string `json:"step" enum:"scope,shd,compare,environment,clients,codes,escalate"`
	Text string `json:"text" maxLength:"4000"`
}

type answerTrace struct {
	At          string `json:"at,omitempty" maxLength:"40" doc:"Instant with its zone." example:"2026-03-10 09:05 +01:00"`
	HTTP        string `json:"http,omitempty" maxLength:"3" doc:"Status code." example:"503"`
	Correlation string `json:"correlation,omitempty" maxLength:"40"`
	Request     string `json:"request,omitempty" maxLength:"120"`
	Meeting     string `json:"meeting,omitempty" maxLength:"150"`
	SMTP        string `json:"smtp,omitempty" maxLength:"20" example:"4.7.1"`
}

// callBody is a call in a list.
type callBody struct {
	N         int64       `json:"n" doc:"1, 2, 3 … in its tenant."`
	OpenedAt  time.Time   `json:"openedAt"`
	OpenedBy  string      `json:"openedBy,omitempty"`
	ChangedAt time.Time   `json:"changedAt"`
	ClosedAt  *time.Time  `json:"closedAt,omitempty"`
	Cause     string      `json:"cause" enum:"provider,network,identity,client,unknown" doc:"What the evidence spoke for when the call was changed last."`
	Answers   answersBody `json:"answers"`
	Acts      []callAct   `json:"acts" nullable:"false" doc:"What was done with the verdict, oldest first."`
}

type callAct struct {
	What   string    `json:"what" enum:"give,request,escalate,repair,room" doc:"give: the caller has the id of the issue; request: a ticket with the provider is prepared; room: an incident of the desk was opened."`
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"`
	Detail string    `json:"detail,omitempty" doc:"Id of the issue, or number of the incident."`
}

type callList struct {
	Value []callBody `json:"value" nullable:"false" doc:"Those that changed last first."`
}

// judgedBody is a call with what the evidence says now.
type judgedBody struct {
	callBody
	Verdict callVerdict `json:"verdict"`
}

type callVerdict struct {
	Cause      string         `json:"cause" enum:"provider,network,identity,client,unknown"`
	Confidence string         `json:"confidence,omitempty" enum:"high,medium,low" doc:"Missing while the cause is unknown."`
	Why        string         `json:"why,omitempty" enum:"open,contradictory,little" doc:"It is unknown."`
	Next       string         `json:"next" enum:"give,request,escalate,repair,go-on" doc:"give: tell the caller the id of the issue; request: open a request with the provider; go-on: do what is open."`
	Issue      string         `json:"issue,omitempty" doc:"Id of the issue that the call is attached to."`
	Reasons    []string       `json:"reasons" nullable:"false" doc:"To open a ticket with the provider: unlisted, worse, persists."`
	Open       []string       `json:"open" nullable:"false" doc:"Checks that keep it from being the provider."`
	Evidence   []callEvidence `json:"evidence" nullable:"false"`
}

type callEvidence struct {
	Check   string `json:"check" example:"network"`
	Outcome string `json:"outcome" example:"both"`
	Detail  string `json:"detail,omitempty"`
	Origin  string `json:"origin,omitempty" doc:"Who found it."`
	For     string `json:"for" enum:"provider,network,identity,client,unknown"`
	Weight  int    `json:"weight"`
	Open    bool   `json:"open" doc:"It settles nothing."`
}

// inCall names a call.
type inCall struct {
	InTenant
	N int64 `path:"n" minimum:"1" doc:"Number of the call."`
}

func (a *API) registerTriages() {
	tag, path := []string{"triages"}, "/tenants/{tenant}/triages"
	add(a, operation{needs: access.ReadDesk, Operation: huma.Operation{
		OperationID: "listTriages", Method: http.MethodGet, Path: path, Tags: tag, Summary: "List calls that are qualified",
	}}, a.listTriages)
	add(a, operation{needs: access.ReadDesk, Operation: huma.Operation{
		OperationID: "getTriage", Method: http.MethodGet, Path: path + "/{n}", Tags: tag, Summary: "Read a call, with its verdict by what is known now",
	}}, a.getTriage)
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "openTriage", Method: http.MethodPost, Path: path, Tags: tag, Summary: "Record a call", DefaultStatus: http.StatusCreated,
		Description: "Answers with the verdict. What is left out was not asked; the call goes on at the desk.",
	}}, a.openTriage)
}

func (a *API) listTriages(ctx context.Context, x *exchange, in *struct {
	InTenant
	Open  bool `query:"open" doc:"Only those that nobody has closed."`
	Limit int  `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Most calls of the answer."`
},
) (*struct{ Body callList }, error) {
	list, err := a.calls.Triages(ctx, x.tenant.ID, in.Open, in.Limit)
	if err != nil {
		return nil, err
	}
	body := callList{Value: make([]callBody, len(list))}
	for i := range list {
		body.Value[i] = newCallBody(&list[i])
	}
	return &struct{ Body callList }{body}, nil
}

func (a *API) getTriage(ctx context.Context, x *exchange, in *inCall) (*struct{ Body judgedBody }, error) {
	t, err := a.calls.Triage(ctx, x.tenant.ID, in.N)
	if err != nil {
		return nil, err
	}
	j, err := a.qualify(ctx, x, t.Answers)
	if err != nil {
		return nil, err
	}
	return &struct{ Body judgedBody }{judgedBody{newCallBody(&t), newCallVerdict(&j)}}, nil
}

func (a *API) openTriage(ctx context.Context, x *exchange, in *struct {
	InTenant
	Body answersBody
},
) (*output[judgedBody], error) {
	answers := in.Body.answers()
	answers.Normalize()
	if err := a.mustBeSite(ctx, x, answers.Site); err != nil {
		return nil, err
	}
	j, err := a.qualify(ctx, x, answers)
	if err != nil {
		return nil, err
	}
	t, err := a.calls.OpenTriage(ctx, x.tenant.ID, answers, string(j.Cause), x.now)
	if err != nil {
		return nil, err
	}
	return &output[judgedBody]{Body: judgedBody{newCallBody(&t), newCallVerdict(&j)}}, nil
}

// qualify weighs the answers of a call by what is known now.
func (a *API) qualify(ctx context.Context, x *exchange, answers tocsin.TriageAnswers) (qualify.Judged, error) {
	snapshot, err := a.snapshots.Snapshot(ctx, x.tenant.ID)
	if err != nil {
		return qualify.Judged{}, err
	}
	heard, err := qualify.Hear(ctx, a.reports, x.tenant.ID, x.now)
	if err != nil {
		return qualify.Judged{}, err
	}
	desk, err := qualify.Read(ctx, a.snapshots, snapshot, heard, x.now)
	if err != nil {
		return qualify.Judged{}, err
	}
	return desk.Judge(answers)
}

func newCallBody(t *tocsin.Triage) callBody {
	cause := t.Verdict
	if cause == "" {
		cause = string(triage.UnknownCause)
	}
	acts := make([]callAct, len(t.Answers.Acts))
	for i, act := range t.Answers.Acts {
		acts[i] = callAct{act.What, act.At.UTC(), act.By, act.Detail}
	}
	return callBody{t.N, t.OpenedAt.UTC(), t.OpenedBy, t.ChangedAt.UTC(), instant(t.ClosedAt), cause, newAnswersBody(t.Answers), acts}
}

func newCallVerdict(j *qualify.Judged) callVerdict {
	v := callVerdict{
		Cause: string(j.Cause), Confidence: string(j.Confidence), Why: string(j.Why), Next: string(j.Next),
		Reasons: append([]string{}, j.Reasons...), Open: append([]string{}, j.Open...), Evidence: make([]callEvidence, len(j.Evidence)),
	}
	if j.Attached {
		v.Issue = j.Match.ID
	}
	for i, w := range j.Evidence {
		v.Evidence[i] = callEvidence{w.Check, string(w.Outcome), w.Detail, w.Origin, string(w.For), w.N, w.Open}
	}
	return v
}

// answers are the fields as the desk keeps them.
func (b answersBody) answers() tocsin.TriageAnswers {
	a := tocsin.TriageAnswers{
		Caller: b.Caller, Site: b.Site, Region: b.Region, Scope: b.Scope, Services: b.Services, Symptoms: b.Symptoms, Issue: b.Issue, Network: b.Network, Code: b.Code, Language: b.Language,
		States: map[string]string{}, Checks: map[string]string{}, Notes: map[string]string{},
	}
	for _, s := range b.States {
		a.States[s.Service] = s.State
	}
	for _, c := range b.Checks {
		a.Checks[c.Check] = c.Result
	}
	for _, n := range b.Notes {
		a.Notes[n.Step] = n.Text
	}
	if b.Trace != nil {
		a.Trace = tocsin.TriageTrace(*b.Trace)
	}
	return a
}

func newAnswersBody(a tocsin.TriageAnswers) answersBody {
	b := answersBody{Caller: a.Caller, Site: a.Site, Region: a.Region, Scope: a.Scope, Services: a.Services, Symptoms: a.Symptoms, Issue: a.Issue, Network: a.Network, Code: a.Code, Language: a.Language}
	for _, id := range tocsin.TriageServices() {
		if state, ok := a.States[id]; ok {
			b.States = append(b.States, answerState{id, state})
		}
	}
	for _, id := range tocsin.TriageChecks() {
		if result, ok := a.Checks[id]; ok {
			b.Checks = append(b.Checks, answerCheck{id, result})
		}
	}
	for _, step := range tocsin.TriageSteps() {
		if text, ok := a.Notes[step]; ok {
			b.Notes = append(b.Notes, answerNote{step, text})
		}
	}
	if a.Trace != (tocsin.TriageTrace{}) {
		trace := answerTrace(a.Trace)
		b.Trace = &trace
	}
	return b
}
