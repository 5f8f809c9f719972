package native

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// tenantBody is a tenant.
type tenantBody struct {
	ID          string    `json:"id" format:"uuid" doc:"Directory id." example:"11111111-2222-3333-4444-555555555555"`
	Name        string    `json:"name" doc:"Short label." example:"contoso"`
	DisplayName string    `json:"displayName" doc:"Name as pages show it." example:"Contoso"`
	Domains     []string  `json:"domains" nullable:"false" doc:"Verified domains."`
	Groups      []string  `json:"groups" nullable:"false" doc:"Labels for views over several tenants."`
	Shape       string    `json:"shape" enum:"both,documented,wire" doc:"Field names in answers of the legacy API."`
	Disabled    bool      `json:"disabled" doc:"Kept, but neither polled nor served."`
	CreatedAt   time.Time `json:"createdAt"`
}

func newTenantBody(t tocsin.Tenant) tenantBody {
	return tenantBody{
		ID: t.ID, Name: t.Name, DisplayName: t.Title(), Domains: append([]string{}, t.Domains...), Groups: append([]string{}, t.Groups...),
		Shape: string(t.Shape), Disabled: t.Disabled, CreatedAt: t.CreatedAt.UTC(),
	}
}

// tenantDraft is a new tenant.
type tenantDraft struct {
	ID          string   `json:"id" maxLength:"36" doc:"Directory id, a GUID."`
	Name        string   `json:"name" minLength:"1" maxLength:"64" doc:"Short label: letters, digits, dots, dashes and underscores."`
	DisplayName string   `json:"displayName,omitempty" maxLength:"100" doc:"Name as pages show it; the short one by default."`
	Domains     []string `json:"domains,omitempty" maxItems:"100" doc:"Verified domains."`
	Groups      []string `json:"groups,omitempty" maxItems:"50" doc:"Labels for views over several tenants."`
	Shape       string   `json:"shape,omitempty" enum:"both,documented,wire" doc:"Field names in answers of the legacy API; both by default."`
}

// tenantPatch is what is to be different; what is left out stays.
type tenantPatch struct {
	Name        *string   `json:"name,omitempty" minLength:"1" maxLength:"64"`
	DisplayName *string   `json:"displayName,omitempty" maxLength:"100"`
	Domains     *[]string `json:"domains,omitempty" maxItems:"100"`
	Groups      *[]string `json:"groups,omitempty" maxItems:"50"`
	Shape       *string   `json:"shape,omitempty" enum:"both,documented,wire"`
	Disabled    *bool     `json:"disabled,omitempty" doc:"Only clients with Desk.Manage.All can disable and enable a tenant."`
}

type tenantList struct {
	Value []tenantBody `json:"value" nullable:"false"`
}

func (a *API) registerTenants() {
	tag := []string{"tenants"}
	add(a, operation{needs: access.ReadDesk, across: true, Operation: huma.Operation{
		OperationID: "listTenants", Method: http.MethodGet, Path: "/tenants", Tags: tag, Summary: "List tenants",
		Description: "The tenant of the client; all tenants for a client with Desk.Manage.All.",
	}}, a.listTenants)
	add(a, operation{needs: access.ManageAll, across: true, Operation: huma.Operation{
		OperationID: "addTenant", Method: http.MethodPost, Path: "/tenants", Tags: tag, Summary: "Add a tenant", DefaultStatus: http.StatusCreated,
		Description: "Its sources are named in the settings file.",
	}}, a.addTenant)
	add(a, operation{needs: access.ReadDesk, across: true, Operation: huma.Operation{
		OperationID: "getTenant", Method: http.MethodGet, Path: "/tenants/{tenant}", Tags: tag, Summary: "Read a tenant",
	}}, a.getTenant)
	add(a, operation{needs: access.ManageDesk, across: true, Operation: huma.Operation{
		OperationID: "changeTenant", Method: http.MethodPatch, Path: "/tenants/{tenant}", Tags: tag, Summary: "Change a tenant",
		Description: "What is left out stays. A tenant of the settings file gets its settings back when the desk starts.",
	}}, a.changeTenant)
}

func (a *API) listTenants(ctx context.Context, x *exchange, _ *struct{}) (*struct{ Body tenantList }, error) {
	list := []tocsin.Tenant{x.tenant}
	if x.identity.May(access.ManageAll) {
		var err error
		if list, err = a.archive.Tenants(ctx); err != nil {
			return nil, err
		}
	}
	out := &struct{ Body tenantList }{tenantList{Value: make([]tenantBody, len(list))}}
	for i, t := range list {
		out.Body.Value[i] = newTenantBody(t)
	}
	return out, nil
}

func (a *API) addTenant(ctx context.Context, x *exchange, in *struct{ Body tenantDraft }) (*output[tenantBody], error) {
	t := tocsin.Tenant{
		ID: in.Body.ID, Name: in.Body.Name, DisplayName: in.Body.DisplayName, Domains: in.Body.Domains, Groups: in.Body.Groups, Shape: tocsin.Shape(in.Body.Shape), CreatedAt: x.now,
	}
	t.Normalize()
	if err := a.archive.AddTenant(ctx, t); err != nil {
		return nil, err
	}
	body := newTenantBody(t)
	return &output[tenantBody]{ETag: bodyTag(body), Location: Prefix + "tenants/" + t.ID, Body: body}, nil
}

func (a *API) getTenant(_ context.Context, x *exchange, in *struct {
	InTenant
	InRead
},
) (*output[tenantBody], error) {
	body := newTenantBody(x.tenant)
	if err := in.settled(bodyTag(body)); err != nil {
		return nil, err
	}
	return &output[tenantBody]{ETag: bodyTag(body), Body: body}, nil
}

func (a *API) changeTenant(ctx context.Context, x *exchange, in *struct {
	InTenant
	IfMatch string `header:"If-Match" maxLength:"200" doc:"The ETag of the settings that are to be changed."`
	Body    tenantPatch
},
) (*output[tenantBody], error) {
	if in.Body.Disabled != nil && !x.identity.May(access.ManageAll) {
		return nil, problemf(http.StatusForbidden, "Only a client with %s can disable or enable a tenant.", tocsin.ScopeDeskManageAll)
	}
	changed, err := a.archive.ChangeTenant(ctx, x.tenant.ID, func(t *tocsin.Tenant) error {
		if err := unchanged(in.IfMatch, bodyTag(newTenantBody(*t)), "The tenant has other settings by now: read it again."); err != nil {
			return err
		}
		in.Body.apply(t)
		return nil
	})
	if err != nil {
		return nil, err
	}
	body := newTenantBody(changed)
	return &output[tenantBody]{ETag: bodyTag(body), Body: body}, nil
}

func (p tenantPatch) apply(t *tocsin.Tenant) {
	if p.Name != nil {
		t.Name = *p.Name
	}
	if p.DisplayName != nil {
		t.DisplayName = *p.DisplayName
	}
	if p.Domains != nil {
		t.Domains = *p.Domains
	}
	if p.Groups != nil {
		t.Groups = *p.Groups
	}
	if p.Shape != nil {
		t.Shape = tocsin.Shape(*p.Shape)
	}
	if p.Disabled != nil {
		t.Disabled = *p.Disabled
	}
}
