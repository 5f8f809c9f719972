package native

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/probe"
	"example.org/tocsin/internal/tocsin"
)

// probes is the part of the store about results of probes.
type probes interface {
	AddProbeCode(ctx context.Context, tenantID string, hash tocsin.Hash, until, now time.Time) error
	TakeProbe(ctx context.Context, tenantID string, hash tocsin.Hash, p tocsin.Probe) (tocsin.Probe, error)
	Probes(ctx context.Context, tenantID string, since time.Time, limit int) ([]tocsin.Probe, error)
}

// probeBody is what a probe found at a seat, or from the server.
type probeBody struct {
	ID         string       `json:"id" format:"uuid"`
	At         time.Time    `json:"at" doc:"By the clock of the seat, which may be wrong."`
	ReceivedAt time.Time    `json:"receivedAt"`
	Seat       string       `json:"seat,omitempty" doc:"As the person at it calls it."`
	Network    string       `json:"network,omitempty" doc:"As the person at it calls it, such as office or 4G."`
	Origin     string       `json:"origin" enum:"sent,pasted,server" doc:"How it came: by a one-time code, as text, or the desk itself probed."`
	By         string       `json:"by,omitempty" doc:"Who made the code, or pasted."`
	Cause      string       `json:"cause" doc:"The first cause that applies, such as dns, proxy, portal, tls, clock, service, none or unknown."`
	Checks     []probeCheck `json:"checks" nullable:"false"`
}

type probeCheck struct {
	Kind         string            `json:"kind" enum:"dns,proxy,connect,tls,http,udp,clock"`
	Service      string            `json:"service,omitempty"`
	Target       string            `json:"target,omitempty" example:"outlook.office365.com:443"`
	Outcome      string            `json:"outcome" enum:"pass,fail,unknown"`
	Code         string            `json:"code" doc:"Why, of a closed list that grows." example:"dns.answers"`
	Args         map[string]string `json:"args,omitempty"`
	Milliseconds int64             `json:"milliseconds"`
}

type probeList struct {
	Value []probeBody `json:"value" nullable:"false" doc:"The last first."`
}

// probeDraft is a result as a seat has it.
type probeDraft struct {
	Code   string `json:"code" minLength:"1" maxLength:"40" doc:"One-time code of the desk." example:"ABCDE-FGHIJ"`
	Result string `json:"result" minLength:"1" maxLength:"60000" doc:"What tocsin probe prints with --paste, or with --output json, as a text."`
}

// codeBody is a one-time code.
type codeBody struct {
	Code  string    `json:"code" doc:"It is shown once; the desk keeps a hash." example:"ABCDE-FGHIJ"`
	Until time.Time `json:"until"`
}

func (a *API) registerProbes() {
	tag, path := []string{"probes"}, "/tenants/{tenant}/probes"
	add(a, operation{needs: access.ReadDesk, Operation: huma.Operation{
		OperationID: "listProbes", Method: http.MethodGet, Path: path, Tags: tag, Summary: "List results of probes",
	}}, a.listProbes)
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "addProbeCode", Method: http.MethodPost, Path: path + "/codes", Tags: tag, Summary: "Make a one-time code for a seat", DefaultStatus: http.StatusCreated,
		Description: "A seat sends its result with tocsin probe --send and --code, without a token; a program with one posts it here.",
	}}, a.addProbeCode)
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "sendProbe", Method: http.MethodPost, Path: path, Tags: tag, Summary: "Send the result of a seat with its code", DefaultStatus: http.StatusCreated,
		Description: "The code is worth nothing then. One of another tenant is as if it did not exist.",
	}}, a.sendProbe)
}

func (a *API) listProbes(ctx context.Context, x *exchange, in *struct {
	InTenant
	Hours int `query:"hours" minimum:"1" maximum:"720" default:"24" doc:"How far back."`
	Limit int `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"Most results of the answer."`
},
) (*struct{ Body probeList }, error) {
	list, err := a.probes.Probes(ctx, x.tenant.ID, x.now.Add(-time.Duration(in.Hours)*time.Hour), in.Limit)
	if err != nil {
		return nil, err
	}
	body := probeList{Value: []probeBody{}}
	for i := range list {
		if one, err := newProbeBody(&list[i]); err == nil { // one that this version cannot read costs the others nothing
			body.Value = append(body.Value, one)
		}
	}
	return &struct{ Body probeList }{body}, nil
}

func newProbeBody(p *tocsin.Probe) (probeBody, error) {
	r, err := probe.ReadJSON(p.Result)
	if err != nil {
		return probeBody{}, err
	}
	body := probeBody{ID: p.ID, At: p.At.UTC(), ReceivedAt: p.ReceivedAt.UTC(), Seat: p.Seat, Network: p.Network, Origin: p.Origin, By: p.By, Cause: p.Cause, Checks: make([]probeCheck, len(r.Checks))}
	for i := range r.Checks {
		c := &r.Checks[i]
		body.Checks[i] = probeCheck{string(c.Kind), c.Service, c.Target, string(c.Outcome), c.Code, c.Args, c.Milliseconds}
	}
	return body, nil
}

func (a *API) addProbeCode(ctx context.Context, x *exchange, _ *InTenant) (*struct{ Body codeBody }, error) {
	body := codeBody{tocsin.NewProbeCode(), x.now.Add(tocsin.ProbeCodeLife).UTC()}
	if err := a.probes.AddProbeCode(ctx, x.tenant.ID, tocsin.ProbeCodeHash(body.Code), body.Until, x.now); err != nil {
		return nil, err
	}
	return &struct{ Body codeBody }{body}, nil
}

func (a *API) sendProbe(ctx context.Context, x *exchange, in *struct {
	InTenant
	Body probeDraft
},
) (*struct{ Body probeBody }, error) {
	read := probe.ReadText
	if strings.HasPrefix(strings.TrimSpace(in.Body.Result), "{") {
		read = func(text string) (probe.Result, error) { return probe.ReadJSON([]byte(text)) }
	}
	r, err := read(in.Body.Result)
	if err != nil {
		return nil, err
	}
	p, err := r.Kept(x.now)
	if err != nil {
		return nil, err
	}
	if p, err = a.probes.TakeProbe(ctx, x.tenant.ID, tocsin.ProbeCodeHash(in.Body.Code), p); err != nil {
		return nil, err
	}
	body, err := newProbeBody(&p)
	return &struct{ Body probeBody }{body}, err
}
