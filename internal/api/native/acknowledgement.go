package native

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// acknowledgementBody is who has an incident in hand, and who is called while nobody
// has.
type acknowledgementBody struct {
	By    string     `json:"by,omitempty" doc:"Who has it in hand; absent while nobody has."`
	At    *time.Time `json:"at,omitempty"`
	Steps []rungBody `json:"steps" nullable:"false" doc:"Who is told of it unless somebody acknowledges it before, in the order of time."`
}

type rungBody struct {
	Endpoint string    `json:"endpoint" example:"channel:duty-mail"`
	At       time.Time `json:"at" doc:"When it is told, or was."`
	State    string    `json:"state" enum:"pending,sent,cancelled"`
	Reason   string    `json:"reason,omitempty" doc:"Why it is not told: acknowledged, over, silenced or muted."`
}

func newAcknowledgementBody(e tocsin.Escalation) acknowledgementBody {
	body := acknowledgementBody{Steps: []rungBody{}}
	if one := e.Acknowledged; one != nil {
		body.By, body.At = one.By, instant(one.At)
	}
	for _, s := range e.Steps {
		call := rungBody{Endpoint: s.Endpoint, At: s.At.UTC(), State: "pending", Reason: s.Ended}
		switch {
		case s.Sent:
			call.State, call.Reason = "sent", ""
		case s.Ended != "":
			call.State = "cancelled"
		}
		body.Steps = append(body.Steps, call)
	}
	return body
}

func (a *API) registerAcknowledgements() {
	tag, path := []string{"issues"}, "/tenants/{tenant}/issues/{id}/acknowledgement"
	add(a, operation{needs: access.ReadDesk, Operation: huma.Operation{
		OperationID: "getAcknowledgement", Method: http.MethodGet, Path: path, Tags: tag, Summary: "Read who has an incident in hand",
	}}, a.getAcknowledgement)
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "acknowledge", Method: http.MethodPost, Path: path, Tags: tag, Summary: "Take an open incident in hand",
		Description: "Nobody is called any more who would have been. It holds until the incident is over. One that somebody has in hand, is over or is an advisory is refused with 409. It is in the audit log.",
	}}, a.acknowledge)
}

func (a *API) getAcknowledgement(ctx context.Context, x *exchange, in *InItem) (*struct{ Body acknowledgementBody }, error) {
	ref := tocsin.Ref{Kind: tocsin.KindIssue, ID: itemID(in.ID)}
	if _, err := a.archive.Held(ctx, x.tenant.ID, ref, 0); err != nil {
		return nil, err
	}
	e, err := a.deliveries.Escalation(ctx, x.tenant.ID, ref)
	if err != nil {
		return nil, err
	}
	return &struct{ Body acknowledgementBody }{newAcknowledgementBody(e)}, nil
}

func (a *API) acknowledge(ctx context.Context, x *exchange, in *InItem) (*struct{ Body acknowledgementBody }, error) {
	ref := tocsin.Ref{Kind: tocsin.KindIssue, ID: itemID(in.ID)}
	held, err := a.archive.Held(ctx, x.tenant.ID, ref, 0)
	if err != nil {
		return nil, err
	}
	var issue tocsin.Issue
	if err := issue.UnmarshalJSON(held.Body); err != nil {
		return nil, err
	}
	if err := tocsin.MayAcknowledge(issue.Course(), x.now); err != nil {
		return nil, err
	}
	if _, err := a.deliveries.Acknowledge(ctx, x.tenant.ID, ref, x.now); err != nil {
		return nil, err
	}
	return a.getAcknowledgement(ctx, x, in)
}
