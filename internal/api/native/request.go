package native

import (
	"context"
	"net/http"
	"time"

	"example.org/tocsin/internal/access"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/support"
	"example.org/tocsin/internal/tocsin"
)

// requests is the part of the store that has support requests.
type requests interface {
	OpenRequest(ctx context.Context, tenantID string, d store.RequestDraft, now time.Time) (tocsin.Request, error)
	Requests(ctx context.Context, q store.RequestsQuery) ([]tocsin.Request, error)
	Request(ctx context.Context, tenantID string, n int64) (tocsin.Request, error)
	RequestThread(ctx context.Context, tenantID string, n int64, limit int) ([]tocsin.RequestTurn, error)
	RequestFiles(ctx context.Context, tenantID string, n int64) ([]tocsin.RequestFile, error)
}

// answers is the part of the store that takes down how requests go on.
type answers interface {
	SayInRequest(ctx context.Context, tenantID string, n int64, said tocsin.RequestSaid, now time.Time) error
	FileRequest(ctx context.Context, tenantID string, n int64, f tocsin.RequestFiling, now time.Time) error
	EndRequest(ctx context.Context, tenantID string, n int64, text string, now time.Time) error
}

// speakers knows who may speak with the provider.
type speakers interface {
	Liaisons(ctx context.Context) ([]tocsin.Liaison, error)
	PartyNames(ctx context.Context) (map[tocsin.Party]string, error)
}

// maxThread is how many rows of a thread an answer has, the newest.
const maxThread = 1000

// requestBody is a support request in a list.
type requestBody struct {
	N          int64      `json:"n" doc:"1, 2, 3 … in the tenant."`
	To         string     `json:"to" enum:"desk,provider"`
	State      string     `json:"state" enum:"draft,open,filed,ended"`
	Title      string     `json:"title"`
	Kind       string     `json:"kind" enum:"technical,presales,billing,subscription"`
	Category   string     `json:"category,omitempty" enum:"setup,configuration"`
	Severity   string     `json:"severity" enum:"A,B,C" doc:"That the provider gave, else the one that is asked for."`
	Services   []string   `json:"services" nullable:"false"`
	Region     string     `json:"region,omitempty"`
	FirstSign  *time.Time `json:"firstSign,omitempty"`
	Issue      string     `json:"issue,omitempty"`
	Incident   int64      `json:"incident,omitempty"`
	OpenedAt   time.Time  `json:"openedAt"`
	OpenedBy   string     `json:"openedBy,omitempty"`
	FiledAt    *time.Time `json:"filedAt,omitempty"`
	FiledBy    string     `json:"filedBy,omitempty"`
	Channel    string     `json:"channel,omitempty" enum:"portal,phone"`
	CallBack   string     `json:"callBack,omitempty"`
	Case       string     `json:"case,omitempty" doc:"Number that the provider gave it."`
	EndedAt    *time.Time `json:"endedAt,omitempty"`
	WaitsFor   string     `json:"waitsFor" enum:"us,them"`
	WaitsSince time.Time  `json:"waitsSince"`
}

type requestList struct {
	Value []requestBody `json:"value" nullable:"false" doc:"Newest first."`
}

// requestWhole is a request with all that is written down about it.
type requestWhole struct {
	requestBody
	Repro      string            `json:"repro,omitempty"`
	Codes      string            `json:"codes,omitempty"`
	Missing    []string          `json:"missing" nullable:"false" doc:"Fields without which a request to the provider is not complete, and checks that nobody answered."`
	Severities []requestSeverity `json:"severities" nullable:"false"`
	Files      []requestFile     `json:"files" nullable:"false"`
	Thread     []requestTurn     `json:"thread" nullable:"false" doc:"Oldest first, at most the newest 1,000."`
}

type requestSeverity struct {
	Stage    string    `json:"stage" enum:"proposed,asked,given"`
	Severity string    `json:"severity" enum:"A,B,C"`
	Why      string    `json:"why,omitempty"`
	At       time.Time `json:"at"`
	By       string    `json:"by,omitempty"`
}

type requestFile struct {
	Name    string    `json:"name"`
	Size    int64     `json:"size" doc:"Bytes."`
	AddedAt time.Time `json:"addedAt"`
}

type requestTurn struct {
	Number  int64     `json:"number"`
	Kind    string    `json:"kind" example:"theirs"`
	At      time.Time `json:"at"`
	By      string    `json:"by,omitempty"`
	Subject string    `json:"subject,omitempty" doc:"Of theirs who said it: automatic, engineer, manager or duty."`
	State   string    `json:"state,omitempty"`
	Text    string    `json:"text,omitempty"`
}

// InRequest names a support request.
type InRequest struct {
	InTenant
	N int64 `path:"n" minimum:"1" doc:"Number of the request."`
}

func (a *API) registerRequests() {
	path := "/tenants/{tenant}/requests"
	op := tagged("requests")
	add(a, operation{needs: access.ReadDesk, Operation: op("listRequests", http.MethodGet, path, "List support requests, and who has to move", 200)}, a.listRequests)
	add(a, operation{needs: access.ReadDesk, Operation: op("getRequest", http.MethodGet, path+"/{n}", "Read a support request: what is missing, severities, thread", 200)}, a.getRequest)
	add(a, operation{needs: access.AuthorDesk, Operation: op("createRequest", http.MethodPost, path, "Begin a support request", 201)}, a.createRequest)
	add(a, operation{needs: access.AuthorDesk, Operation: op("addRequestTurn", http.MethodPost, path+"/{n}/turns", "Write into the thread of a support request", 200)}, a.addRequestTurn)
	add(a, operation{needs: access.AuthorDesk, Operation: op("fileRequest", http.MethodPost, path+"/{n}/filed", "Say that somebody who may speak with the provider has filed a support request", 200)}, a.fileRequest)
	add(a, operation{needs: access.AuthorDesk, Operation: op("closeRequest", http.MethodPost, path+"/{n}/close", "End a support request", 200)}, a.closeRequest)
}

func (a *API) listRequests(ctx context.Context, x *exchange, in *struct {
	InTenant
	Open  bool   `query:"open" doc:"Only those that go on."`
	Issue string `query:"issue" maxLength:"100" doc:"Only those about an issue."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Most requests of the answer."`
},
) (*struct{ Body requestList }, error) {
	list, err := a.requests.Requests(ctx, store.RequestsQuery{TenantID: x.tenant.ID, Open: in.Open, Issue: itemID(in.Issue), Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	body := requestList{Value: []requestBody{}}
	for _, r := range list {
		body.Value = append(body.Value, newRequestBody(r))
	}
	return &struct{ Body requestList }{body}, nil
}

func (a *API) getRequest(ctx context.Context, x *exchange, in *InRequest) (*struct{ Body requestWhole }, error) {
	r, err := a.requests.Request(ctx, x.tenant.ID, in.N)
	if err != nil {
		return nil, err
	}
	files, err := a.requests.RequestFiles(ctx, x.tenant.ID, in.N)
	if err != nil {
		return nil, err
	}
	thread, err := a.requests.RequestThread(ctx, x.tenant.ID, in.N, maxThread)
	if err != nil {
		return nil, err
	}
	return &struct{ Body requestWhole }{newRequestWhole(r, files, thread)}, nil
}

func (a *API) createRequest(ctx context.Context, x *exchange, in *struct {
	InTenant
	Body struct {
		To        string    `json:"to,omitempty" enum:"desk,provider" default:"desk"`
		Title     string    `json:"title" minLength:"1" maxLength:"200"`
		Kind      string    `json:"kind,omitempty" enum:"technical,presales,billing,subscription" default:"technical"`
		Category  string    `json:"category,omitempty" enum:"setup,configuration"`
		Severity  string    `json:"severity,omitempty" enum:"A,B,C" default:"C"`
		Services  []string  `json:"services,omitempty" maxItems:"40"`
		Region    string    `json:"region,omitempty" maxLength:"200"`
		FirstSign time.Time `json:"firstSign,omitempty"`
		Repro     string    `json:"repro,omitempty" maxLength:"4000" doc:"Steps to reproduce it, and workarounds that were tried."`
		Codes     string    `json:"codes,omitempty" maxLength:"4000" doc:"HTTP codes, correlation ids, words of errors."`
		CallBack  string    `json:"callBack,omitempty" maxLength:"60"`
		Issue     string    `json:"issue,omitempty" maxLength:"100"`
		Incident  int64     `json:"incident,omitempty" minimum:"0"`
		Draft     bool      `json:"draft,omitempty"`
	}
},
) (*output[requestWhole], error) {
	b := in.Body
	issue := b.Issue
	if issue != "" {
		issue = itemID(issue)
	}
	r, err := a.requests.OpenRequest(ctx, x.tenant.ID, store.RequestDraft{Draft: b.Draft, Content: tocsin.RequestContent{
		To: b.To, Title: b.Title, Kind: b.Kind, Category: b.Category, Severity: b.Severity, Services: b.Services, Region: b.Region, FirstSign: b.FirstSign, Repro: b.Repro, Codes: b.Codes, CallBack: b.CallBack, Issue: issue, Incident: b.Incident,
	}}, x.now)
	if err != nil {
		return nil, err
	}
	whole, err := a.getRequest(ctx, x, &InRequest{N: r.N})
	if err != nil {
		return nil, err
	}
	return &output[requestWhole]{Body: whole.Body}, nil
}

// inRequest answers with what holds of a request after it was changed.
func (a *API) inRequest(ctx context.Context, x *exchange, n int64, err error) (*struct{ Body requestWhole }, error) {
	if err != nil {
		return nil, err
	}
	return a.getRequest(ctx, x, &InRequest{N: n})
}

func (a *API) addRequestTurn(ctx context.Context, x *exchange, in *struct {
	InRequest
	Body struct {
		Kind  string    `json:"kind,omitempty" enum:"note,ours,theirs" default:"note"`
		Text  string    `json:"text" minLength:"1" maxLength:"4000"`
		Role  string    `json:"role,omitempty" enum:"automatic,engineer,manager,duty" doc:"Of what the provider said: who said it."`
		Waits bool      `json:"waits,omitempty" doc:"Of what the provider said: it waits for us."`
		At    time.Time `json:"at,omitempty" doc:"When it was said; now when left out."`
	}
},
) (*struct{ Body requestWhole }, error) {
	return a.inRequest(ctx, x, in.N, a.answers.SayInRequest(ctx, x.tenant.ID, in.N, tocsin.RequestSaid{Kind: in.Body.Kind, Role: in.Body.Role, Text: in.Body.Text, Answers: in.Body.Waits, At: in.Body.At}, x.now))
}

func (a *API) fileRequest(ctx context.Context, x *exchange, in *struct {
	InRequest
	Body struct {
		By       string    `json:"by" minLength:"1" maxLength:"200" doc:"Name of one of those who may speak with the provider for the tenant."`
		Channel  string    `json:"channel,omitempty" enum:"portal,phone" default:"portal"`
		Case     string    `json:"case" minLength:"1" maxLength:"40" doc:"Number that the provider gave it."`
		CallBack string    `json:"callBack,omitempty" maxLength:"60"`
		At       time.Time `json:"at,omitempty" doc:"Now when left out."`
	}
},
) (*struct{ Body requestWhole }, error) {
	list, err := support.SpeakersOf(ctx, a.speakers, x.tenant.ID)
	if err != nil {
		return nil, err
	}
	by, err := support.Named(list, in.Body.By)
	if err != nil {
		return nil, err
	}
	filing := tocsin.RequestFiling{At: in.Body.At, By: by, Channel: in.Body.Channel, CallBack: in.Body.CallBack, Case: in.Body.Case}
	return a.inRequest(ctx, x, in.N, a.answers.FileRequest(ctx, x.tenant.ID, in.N, filing, x.now))
}

func (a *API) closeRequest(ctx context.Context, x *exchange, in *struct {
	InRequest
	Body struct {
		Text string `json:"text,omitempty" maxLength:"4000" doc:"What solved it."`
	}
},
) (*struct{ Body requestWhole }, error) {
	return a.inRequest(ctx, x, in.N, a.answers.EndRequest(ctx, x.tenant.ID, in.N, in.Body.Text, x.now))
}

func newRequestBody(r tocsin.Request) requestBody {
	c, f := r.Content, r.Filing
	callBack := f.CallBack
	if callBack == "" {
		callBack = c.CallBack
	}
	return requestBody{
		N: r.N, To: c.To, State: r.State, Title: c.Title, Kind: c.Kind, Category: c.Category, Severity: r.Holds(), Services: append([]string{}, c.Services...), Region: c.Region, FirstSign: instant(c.FirstSign), Issue: c.Issue, Incident: c.Incident,
		OpenedAt: r.OpenedAt.UTC(), OpenedBy: r.OpenedBy, FiledAt: instant(f.At), FiledBy: f.By, Channel: f.Channel, CallBack: callBack, Case: f.Case, EndedAt: instant(r.EndedAt), WaitsFor: r.Waits, WaitsSince: r.WaitsSince.UTC(),
	}
}

func newRequestWhole(r tocsin.Request, files []tocsin.RequestFile, thread []tocsin.RequestTurn) requestWhole {
	body := requestWhole{requestBody: newRequestBody(r), Repro: r.Content.Repro, Codes: r.Content.Codes, Missing: []string{}, Severities: []requestSeverity{}, Files: []requestFile{}, Thread: []requestTurn{}}
	if r.ForProvider() {
		body.Missing = append(body.Missing, support.Missing(r, len(files))...)
	}
	for _, s := range r.Severities {
		body.Severities = append(body.Severities, requestSeverity{s.Stage, s.Severity, s.Why, s.At.UTC(), s.By})
	}
	for _, f := range files {
		body.Files = append(body.Files, requestFile{f.Name, f.Size, f.AddedAt.UTC()})
	}
	for _, t := range thread {
		body.Thread = append(body.Thread, requestTurn{t.N, t.Kind, t.At.UTC(), t.By, t.Subject, t.State, t.Text})
	}
	return body
}
