package native

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// sourceBody is a source and how well polling it works.
type sourceBody struct {
	Name       string     `json:"name" example:"graph"`
	Every      string     `json:"every" doc:"How often it is polled." example:"3m0s"`
	State      string     `json:"state" enum:"current,stale,new" doc:"current: the last complete poll is recent. stale: what was healthy then must not be taken for healthy now. new: never polled."`
	StaleSince *time.Time `json:"staleSince,omitempty" doc:"End of the last complete poll of a stale source; missing when there was none."`
	LastOKAt   *time.Time `json:"lastOkAt,omitempty" doc:"End of the last complete poll."`
	LastFullAt *time.Time `json:"lastFullAt,omitempty" doc:"End of the last complete poll of whole lists."`
	DueAt      *time.Time `json:"dueAt,omitempty" doc:"When it is polled next; missing when that is now."`
	Polling    bool       `json:"polling" doc:"A poll is under way."`
	Outcome    string     `json:"outcome,omitempty" enum:"running,unchanged,changed,short,partial,failed,abandoned" doc:"Of the last poll."`
	Failures   int        `json:"failures" doc:"Polls in a row that were not complete."`
	Problem    string     `json:"problem,omitempty" doc:"Why the last poll was not complete, or what it could not read, in English."`
	Cause      *causeBody `json:"cause,omitempty" doc:"The same as a code, with what the source itself said."`
	// Unreadable has a row for each; most sources have none.
	Unreadable []unreadableBody `json:"unreadable,omitempty" doc:"What nobody knows: elements that cannot be read, lists that did not arrive, services that a short list lacks."`
}

// unreadableBody is something of a source that nobody knows.
type unreadableBody struct {
	Kind      string    `json:"kind" enum:"service,overview,issue,message"`
	ID        string    `json:"id,omitempty" doc:"Missing when not even that can be read." example:"EX123456"`
	Position  int       `json:"position,omitempty" doc:"Place in its list from 1 on, of what has no id."`
	Service   string    `json:"service,omitempty" doc:"Display name of the service that it is about, as far as is known. Nobody knows how that service is."`
	ServiceID string    `json:"serviceId,omitempty"`
	Reason    string    `json:"reason" enum:"member,form,id,text,syntax,list,missing" doc:"member: a member has another type than it should. form: no object. id: no usable id. text: not UTF-8. syntax: no sound JSON. list: the whole list did not arrive. missing: a list that is too short lacks it."`
	Member    string    `json:"member,omitempty" doc:"The member that is odd." example:"details.value"`
	Since     time.Time `json:"since"`
}

func newSourceBody(s tocsin.SourceState, now time.Time) sourceBody {
	body := sourceBody{
		Name: s.Name, Every: s.Interval.String(), State: "current", LastOKAt: instant(s.LastOKAt), LastFullAt: instant(s.LastFullAt),
		DueAt: instant(s.DueAt), Polling: s.LeaseEnds.After(now), Outcome: string(s.Outcome), Failures: s.Failures, Problem: lang.English(s.Problem), Cause: newCauseBody(s.Problem),
	}
	since, stale := s.StaleSince(now)
	switch {
	case stale:
		body.State, body.StaleSince = "stale", instant(since)
	case s.LastOKAt.IsZero():
		body.State = "new"
	}
	return body
}

// pollBody is one row of the poll log.
type pollBody struct {
	Source     string     `json:"source"`
	Full       bool       `json:"full" doc:"Whole lists were asked for."`
	StartedAt  time.Time  `json:"startedAt"`
	FinishedAt *time.Time `json:"finishedAt,omitempty"`
	Outcome    string     `json:"outcome" enum:"running,unchanged,changed,short,partial,failed,abandoned"`
	Requests   int        `json:"requests" doc:"Sent to the source."`
	Items      int        `json:"items" doc:"Listed by the answers."`
	New        int        `json:"new"`
	Updated    int        `json:"updated"`
	Left       int        `json:"left"`
	Withheld   int        `json:"withheld" doc:"Items that were missing and not taken off the list, since it was too short to be believed or held what cannot be read."`
	Unreadable int        `json:"unreadable" doc:"Elements that cannot be read."`
	Problem    string     `json:"problem,omitempty" doc:"Why it was not complete, or what it could not read, in English."`
	Cause      *causeBody `json:"cause,omitempty" doc:"The same as a code, with what the source itself said."`
}

type sourceList struct {
	Value []sourceBody `json:"value" nullable:"false"`
}

type pollList struct {
	Value []pollBody `json:"value" nullable:"false" doc:"Newest first."`
}

type inSource struct {
	InTenant
	Name string `path:"name" maxLength:"100" doc:"Name of the source." example:"graph"`
}

func (a *API) registerSources() {
	tag := []string{"sources"}
	add(a, operation{needs: access.ReadDesk, across: true, Operation: huma.Operation{
		OperationID: "listSources", Method: http.MethodGet, Path: "/tenants/{tenant}/sources", Tags: tag, Summary: "List sources and their health",
		Description: "What the desk authors itself has no source.",
	}}, a.listSources)
	add(a, operation{needs: access.ReadDesk, across: true, Operation: huma.Operation{
		OperationID: "getSource", Method: http.MethodGet, Path: "/tenants/{tenant}/sources/{name}", Tags: tag, Summary: "Read a source",
	}}, a.getSource)
	add(a, operation{needs: access.ManageDesk, across: true, Operation: huma.Operation{
		OperationID: "pollSource", Method: http.MethodPost, Path: "/tenants/{tenant}/sources/{name}/poll", Tags: tag,
		Summary: "Poll a source now", DefaultStatus: http.StatusAccepted,
		Description: "Makes the source due; the desk polls it within seconds, within the limits of the source. See the poll log for the outcome.",
	}}, a.pollSource)
	add(a, operation{needs: access.ReadDesk, across: true, Operation: huma.Operation{
		OperationID: "listPolls", Method: http.MethodGet, Path: "/tenants/{tenant}/polls", Tags: tag, Summary: "Read the poll log",
	}}, a.listPolls)
}

func (a *API) listSources(ctx context.Context, x *exchange, _ *InTenant) (*struct{ Body sourceList }, error) {
	states, err := a.archive.Sources(ctx, x.tenant.ID)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body sourceList }{sourceList{Value: make([]sourceBody, len(states))}}
	for i, s := range states {
		if out.Body.Value[i], err = a.sourceBody(ctx, s, x.now); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sourceBody adds what cannot be read of a source.
func (a *API) sourceBody(ctx context.Context, s tocsin.SourceState, now time.Time) (sourceBody, error) {
	body := newSourceBody(s, now)
	if s.Unreadable == 0 {
		return body, nil
	}
	list, err := a.archive.Unreadable(ctx, s.TenantID)
	for _, u := range list {
		if u.Source == s.Name {
			body.Unreadable = append(body.Unreadable, unreadableBody{string(u.Kind), u.ID, u.Position, u.Service, u.ServiceID, string(u.Reason), u.Member, u.Since})
		}
	}
	return body, err
}

func (a *API) getSource(ctx context.Context, x *exchange, in *inSource) (*struct{ Body sourceBody }, error) {
	states, err := a.archive.Sources(ctx, x.tenant.ID)
	if err != nil {
		return nil, err
	}
	for _, s := range states {
		if s.Name == in.Name {
			body, err := a.sourceBody(ctx, s, x.now)
			return &struct{ Body sourceBody }{body}, err
		}
	}
	return nil, tocsin.NotFoundf("There is no source %q.", tocsin.Clip(in.Name, 64))
}

func (a *API) pollSource(ctx context.Context, x *exchange, in *inSource) (*struct{ Body sourceBody }, error) {
	if err := a.archive.HurrySource(ctx, x.tenant.ID, in.Name); err != nil {
		return nil, err
	}
	return a.getSource(ctx, x, in)
}

func (a *API) listPolls(ctx context.Context, x *exchange, in *struct {
	InTenant
	Limit int `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Most polls of the answer."`
},
) (*struct{ Body pollList }, error) {
	polls, err := a.archive.Polls(ctx, x.tenant.ID, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body pollList }{pollList{Value: make([]pollBody, len(polls))}}
	for i, p := range polls {
		out.Body.Value[i] = pollBody{
			p.Source, p.Full, p.StartedAt, instant(p.FinishedAt), string(p.Outcome), p.Requests, p.Items, p.New, p.Updated, p.Left, p.Withheld, p.Unreadable, lang.English(p.Problem), newCauseBody(p.Problem),
		}
	}
	return out, nil
}
