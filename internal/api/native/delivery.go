package native

import (
	"context"
	"net/http"
	"path"
	"reflect"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// deliveries is the ledger of what is sent.
type deliveries interface {
	Deliveries(ctx context.Context, q delivery.Query) ([]delivery.Entry, error)
	Message(ctx context.Context, id string) (delivery.Message, error)
	Retry(ctx context.Context, id, endpoint string, now time.Time) (int, error)
	Acknowledge(ctx context.Context, tenantID string, ref tocsin.Ref, now time.Time) (tocsin.Acknowledgement, error)
	Escalation(ctx context.Context, tenantID string, ref tocsin.Ref) (tocsin.Escalation, error)
}

// maxTold bounds the deliveries of one message that are listed.
const maxTold = 1000

// deliveryBody is a change that somebody is told of, and what came of it.
type deliveryBody struct {
	Change    int64      `json:"change" doc:"Number of the change."`
	Kind      string     `json:"kind" enum:"issue,message,source"`
	ID        string     `json:"id" doc:"Of the issue, message or source."`
	Version   int        `json:"version,omitempty"`
	What      string     `json:"what" doc:"What happened, such as new or updated; repeat: it goes on, and is told again."`
	Endpoint  string     `json:"endpoint" doc:"Where it goes: channel: and the name of a channel of the settings, or subscription: and an id." example:"channel:duty-mail"`
	Route     string     `json:"route" doc:"The route that decided so."`
	Via       string     `json:"via,omitempty" doc:"The endpoint that it was to go to first."`
	State     string     `json:"state" enum:"pending,sending,retry,sent,in_doubt,dead,cancelled" doc:"in_doubt: it may have arrived. dead: given up."`
	Reason    string     `json:"reason,omitempty" doc:"Why it was not accepted, such as authentication or timeout, or is not sent, such as silenced or muted."`
	Status    int        `json:"status,omitempty" doc:"Of the other side's answer."`
	Detail    string     `json:"detail,omitempty" doc:"The same in a sentence, in English, without secrets."`
	Message   string     `json:"message,omitempty" doc:"Id of the message that it is told in."`
	Attempts  int        `json:"attempts"`
	Repeats   int        `json:"repeats" doc:"Attempts of which one before may have arrived."`
	CreatedAt time.Time  `json:"createdAt"`
	DueAt     *time.Time `json:"dueAt,omitempty" doc:"When it is sent, or tried again."`
	SettledAt *time.Time `json:"settledAt,omitempty" doc:"When the last attempt ended."`
}

type deliveryList struct {
	Value []deliveryBody `json:"value" nullable:"false" doc:"Of the newest changes first."`
	Next  string         `json:"next,omitempty" doc:"Send it as before to go on; absent on the last page."`
}

// sentBody is a message: what is sent at once, with an id for ever.
type sentBody struct {
	ID         string         `json:"id" example:"msg_2b7d4f1e9a"`
	Endpoint   string         `json:"endpoint"`
	Kind       string         `json:"kind" doc:"Why it is sent: update, digest, summary, repeat, escalation or incident."`
	State      string         `json:"state" enum:"sending,retry,sent,in_doubt,dead,cancelled"`
	Attempts   int            `json:"attempts"`
	Repeats    int            `json:"repeats"`
	MadeAt     time.Time      `json:"madeAt"`
	DueAt      *time.Time     `json:"dueAt,omitempty"`
	SettledAt  *time.Time     `json:"settledAt,omitempty"`
	Failures   []failureBody  `json:"failures" nullable:"false" doc:"Attempts that did not end well, the oldest first."`
	Deliveries []deliveryBody `json:"deliveries" nullable:"false" doc:"What it tells."`
}

type failureBody struct {
	Attempt int       `json:"attempt"`
	At      time.Time `json:"at"`
	Reason  string    `json:"reason"`
	Status  int       `json:"status,omitempty"`
	Detail  string    `json:"detail,omitempty"`
}

// inMessage names a message of a tenant.
type inMessage struct {
	InTenant
	Message string `path:"message" maxLength:"64" doc:"Id of the message." example:"msg_2b7d4f1e9a"`
}

func (a *API) registerDeliveries() {
	operation := func(id, method, path, summary, description string) operation {
		return operation{needs: access.ManageDesk, across: true, Operation: huma.Operation{
			OperationID: id, Method: method, Path: "/tenants/{tenant}/deliveries" + path, Tags: []string{"deliveries"}, Summary: summary, Description: description,
		}}
	}
	add(a, operation("listDeliveries", http.MethodGet, "", "List deliveries", "Whom the desk told of the tenant's changes, by which route, and what came of it. A change that no route sent anywhere is not listed."), a.listDeliveries)
	add(a, operation("getDelivery", http.MethodGet, "/{message}", "Get a message", "What it tells, and each attempt that failed. A message that tells of other tenants too is found by those alone who manage all."), a.getDelivery)
	add(a, operation("retryDelivery", http.MethodPost, "/{message}/retry", "Send a message again", "One that was given up, is in doubt or waits for its next attempt; others are refused with 409."), a.retryDelivery)
}

// inDeliveries says which deliveries are listed.
type inDeliveries struct {
	InTenant
	State    string `query:"state" enum:"pending,sending,retry,sent,in_doubt,dead,cancelled" doc:"Only those in a state."`
	Endpoint string `query:"endpoint" maxLength:"100" doc:"Only those to an endpoint." example:"channel:duty-mail"`
	Reason   string `query:"reason" maxLength:"40" doc:"Only those with a reason."`
	Item     string `query:"item" maxLength:"100" doc:"Only those about an issue or a message." example:"EX123456"`
	Before   string `query:"before" maxLength:"140" pattern:"^[0-9]{1,18}[.].+$" doc:"The next of an answer."`
	Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Most deliveries of one answer."`
}

func (a *API) listDeliveries(ctx context.Context, x *exchange, in *inDeliveries) (*struct{ Body deliveryList }, error) {
	q := delivery.Query{
		TenantIDs: []string{x.tenant.ID}, State: delivery.State(in.State), Endpoint: in.Endpoint, Reason: in.Reason, Item: tocsin.Ref{ID: in.Item}, Limit: in.Limit + 1,
	}
	q.GoOn(in.Before)
	list, err := a.deliveries.Deliveries(ctx, q)
	if err != nil {
		return nil, err
	}
	body := deliveryList{Value: []deliveryBody{}}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		body.Next = list[in.Limit-1].Cursor()
	}
	for _, e := range list {
		body.Value = append(body.Value, newDeliveryBody(e))
	}
	return &struct{ Body deliveryList }{body}, nil
}

func newDeliveryBody(e delivery.Entry) deliveryBody {
	return deliveryBody{
		Change: e.Change.Seq, Kind: string(e.Change.Kind), ID: e.Change.ID, Version: e.Change.N, What: string(e.Change.What), Endpoint: e.Endpoint, Route: e.Route, Via: e.Via,
		State: string(e.State), Reason: e.Reason, Status: e.Status, Detail: e.Detail, Message: e.Batch, Attempts: e.Attempts, Repeats: e.Repeats,
		CreatedAt: e.CreatedAt.UTC(), DueAt: instant(e.DueAt), SettledAt: instant(e.SettledAt),
	}
}

// message returns a message and what it tells. One that tells of other tenants is
// none to those who do not manage all.
func (a *API) message(ctx context.Context, x *exchange, id string) (sentBody, error) {
	m, err := a.deliveries.Message(ctx, id)
	if err != nil {
		return sentBody{}, err
	}
	told, err := a.deliveries.Deliveries(ctx, delivery.Query{Batch: id, Limit: maxTold})
	if err != nil {
		return sentBody{}, err
	}
	ours := func(e delivery.Entry) bool { return e.Change.TenantID == x.tenant.ID }
	theirs := func(e delivery.Entry) bool { return !ours(e) }
	if !slices.ContainsFunc(told, ours) || slices.ContainsFunc(told, theirs) && !x.identity.May(access.ManageAll) {
		return sentBody{}, tocsin.NotFoundf("There is no message %q.", tocsin.Clip(id, 64))
	}
	body := sentBody{
		ID: m.ID, Endpoint: m.Endpoint, Kind: m.Kind, State: string(m.State), Attempts: m.Attempts, Repeats: m.Repeats, MadeAt: m.MadeAt.UTC(), SettledAt: instant(m.SettledAt),
		Failures: []failureBody{}, Deliveries: []deliveryBody{},
	}
	if m.State == delivery.StateRetry {
		body.DueAt = instant(m.DueAt)
	}
	for _, f := range m.Failures {
		body.Failures = append(body.Failures, failureBody{f.Attempt, f.At.UTC(), f.Reason, f.Status, f.Detail})
	}
	for _, e := range told {
		body.Deliveries = append(body.Deliveries, newDeliveryBody(e))
	}
	return body, nil
}

func (a *API) getDelivery(ctx context.Context, x *exchange, in *inMessage) (*struct{ Body sentBody }, error) {
	body, err := a.message(ctx, x, in.Message)
	if err != nil {
		return nil, err
	}
	return &struct{ Body sentBody }{body}, nil
}

func (a *API) retryDelivery(ctx context.Context, x *exchange, in *inMessage) (*struct{ Body sentBody }, error) {
	if _, err := a.message(ctx, x, in.Message); err != nil {
		return nil, err
	}
	if _, err := a.deliveries.Retry(ctx, in.Message, "", a.now()); err != nil {
		return nil, err
	}
	return a.getDelivery(ctx, x, in)
}

// schemaName names the schema of a type. Those of webhooks, which are of another
// package, say so.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if path.Base(t.PkgPath()) == "webhook" {
		return "Webhook" + name
	}
	return name
}

// describeWebhooks describes what channels of the kind webhook post, given a value
// of its type: to others, not to this desk.
func (a *API) describeWebhooks(body any) {
	if body == nil {
		return
	}
	document := a.huma.OpenAPI()
	header := func(name, description string) *huma.Param {
		return &huma.Param{Name: name, In: "header", Required: true, Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	document.Webhooks = map[string]*huma.PathItem{"message": {Post: &huma.Operation{
		OperationID: "postMessage", Summary: "What a channel of the kind webhook posts",
		Description: "Signed by the scheme of Standard Webhooks. Members are added within a version of data.version and never change their meaning. Whoever answers with 2xx has taken it; a message is told by its id, which is the same at each attempt.",
		Parameters: []*huma.Param{
			header("webhook-id", "Id of the message, the same at each attempt."),
			header("webhook-timestamp", "When the attempt was made, in seconds since 1970."),
			header("webhook-signature", "v1 and the base64 of HMAC-SHA256 over id, timestamp and body with points between them; several with blanks between them while a secret is replaced."),
		},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {Schema: document.Components.Schemas.Schema(reflect.TypeOf(body), true, "Webhook")},
		}},
		Responses: map[string]*huma.Response{"2XX": {Description: "It was taken."}},
	}}}
}
