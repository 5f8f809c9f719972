package native

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// featureBody is a part of a service.
type featureBody struct {
	Name        string `json:"name" minLength:"1" maxLength:"100" example:"Gateway"`
	DisplayName string `json:"displayName,omitempty" maxLength:"100" doc:"The name when left out."`
}

// serviceBody is an own service with its status.
type serviceBody struct {
	ID       string          `json:"id" example:"Vpn"`
	Name     string          `json:"name" example:"Remote access"`
	Features []featureStatus `json:"features" nullable:"false"`
	Status   string          `json:"status" doc:"The worst that an open issue says." example:"serviceOperational"`
	Issues   []string        `json:"issues" nullable:"false" doc:"Ids of open issues and of maintenance that is not over."`
	Version  int             `json:"version"`
}

type featureStatus struct {
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	Status      string `json:"status"`
}

type serviceDraft struct {
	ID       string        `json:"id" minLength:"1" maxLength:"64" doc:"Never changes: a letter, then letters, digits, dots, dashes and underscores." example:"Vpn"`
	Name     string        `json:"name" minLength:"1" maxLength:"100" doc:"As people know it; not a name of the provider." example:"Remote access"`
	Features []featureBody `json:"features,omitempty" maxItems:"50"`
}

type servicePatch struct {
	Name     *string        `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Features *[]featureBody `json:"features,omitempty" maxItems:"50" doc:"All of them: what is left out is taken away."`
}

type serviceList struct {
	Value []serviceBody `json:"value" nullable:"false"`
}

func (a *API) registerServices() {
	tag := []string{"services"}
	add(a, operation{needs: access.ReadDesk, steady: true, Operation: huma.Operation{
		OperationID: "listServices", Method: http.MethodGet, Path: "/tenants/{tenant}/services", Tags: tag, Summary: "List own services",
		Description: "Those of the provider are in its two APIs.",
	}}, a.listServices)
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "addService", Method: http.MethodPost, Path: "/tenants/{tenant}/services", Tags: tag, Summary: "Add a service", DefaultStatus: http.StatusCreated,
	}}, a.addService)
	add(a, operation{needs: access.ReadDesk, steady: true, Operation: huma.Operation{
		OperationID: "getService", Method: http.MethodGet, Path: "/tenants/{tenant}/services/{id}", Tags: tag, Summary: "Read an own service",
	}}, a.getService)
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "changeService", Method: http.MethodPatch, Path: "/tenants/{tenant}/services/{id}", Tags: tag, Summary: "Change an own service",
		Description: "Issues keep the name that they were written under.",
	}}, a.changeService)
}

// service makes the body of an own service. Its tag is that of the service, not
// of its status, so that an issue does not get in the way of a change.
func (a *API) service(ctx context.Context, x *exchange) shower[serviceBody] {
	return func(held tocsin.Held) (serviceBody, error) {
		s, err := decode[tocsin.Service](held)
		if err != nil {
			return serviceBody{}, err
		}
		status, err := a.archive.Held(ctx, x.tenant.ID, tocsin.Ref{Kind: tocsin.KindOverview, ID: held.ID}, 0)
		if err != nil {
			return serviceBody{}, err
		}
		o, err := decode[tocsin.Overview](status)
		body := serviceBody{ID: s.ID, Name: s.Name, Features: []featureStatus{}, Status: string(o.Status), Issues: append([]string{}, o.IssueIDs...), Version: held.N}
		for _, f := range o.Features {
			body.Features = append(body.Features, featureStatus{f.Name, f.DisplayName, string(f.Status)})
		}
		return body, err
	}
}

func (a *API) listServices(ctx context.Context, x *exchange, _ *InTenant) (*struct{ Body serviceList }, error) {
	list, _, err := a.archive.Items(ctx, x.tenant.ID, archive.ItemsQuery{Kind: tocsin.KindService, Source: tocsin.SourceOwn, Limit: 1000})
	if err != nil {
		return nil, err
	}
	out := &struct{ Body serviceList }{serviceList{Value: make([]serviceBody, len(list))}}
	for i, item := range list {
		held, err := a.archive.Held(ctx, x.tenant.ID, item.Ref, 0)
		if err != nil {
			return nil, err
		}
		if out.Body.Value[i], err = a.service(ctx, x)(held); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (a *API) addService(ctx context.Context, x *exchange, in *inDraft[serviceDraft]) (*output[serviceBody], error) {
	write := func(ctx context.Context, act author.Act, b serviceDraft) (archive.Authored, error) {
		return a.author.AddService(ctx, act, author.ServiceDraft{ID: b.ID, Name: b.Name, Features: featuresOf(b.Features)})
	}
	return adder("services", write, a.service(ctx, x))(ctx, x, in)
}

func featuresOf(list []featureBody) []tocsin.Feature {
	features := make([]tocsin.Feature, len(list))
	for i, f := range list {
		features[i] = tocsin.Feature{Name: f.Name, DisplayName: f.DisplayName}
	}
	return features
}

func (a *API) getService(ctx context.Context, x *exchange, in *InItem) (*output[serviceBody], error) {
	held, err := a.archive.Held(ctx, x.tenant.ID, tocsin.Ref{Kind: tocsin.KindService, ID: in.ID}, 0)
	if err != nil {
		return nil, err
	}
	if !held.Own() {
		return nil, tocsin.NotFoundf("There is no own service %q.", tocsin.Clip(in.ID, 80))
	}
	return show(held, a.service(ctx, x))
}

func (a *API) changeService(ctx context.Context, x *exchange, in *inChange[servicePatch]) (*output[serviceBody], error) {
	write := func(ctx context.Context, act author.Act, id string, b servicePatch) (archive.Authored, error) {
		change := author.ServiceChange{Name: b.Name}
		if b.Features != nil {
			features := featuresOf(*b.Features)
			change.Features = &features
		}
		return a.author.ChangeService(ctx, act, id, change)
	}
	return changer(write, a.service(ctx, x))(ctx, x, in)
}
