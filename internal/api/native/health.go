package native

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// snapshots are what the services of a tenant are judged from.
type snapshots interface {
	Snapshot(ctx context.Context, tenantID string) (*readmodel.Snapshot, error)
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
}

// healthBody is the judgement on a tenant.
type healthBody struct {
	Severity string           `json:"severity" enum:"interruption,degraded,unknown,recovering,advisory,planned,ok" doc:"The worst of its services and of open issues that no service accounts for; unknown at least where a source is silent."`
	Since    *time.Time       `json:"since,omitempty" doc:"Since when it has not been well, by the provider's start of the issue that explains it; missing when it is well, or nobody knows."`
	Issue    string           `json:"issue,omitempty" doc:"Id of the open incident that explains most of what is not well." example:"MO821132"`
	Also     []string         `json:"also" nullable:"false" doc:"Ids of other open incidents that explain some of it."`
	Services []serviceVerdict `json:"services" nullable:"false" doc:"By display name: own ones, those of providers, and those that no list names while issues about them are open."`
}

// serviceVerdict is the judgement on a service, with the evidence.
type serviceVerdict struct {
	ID         string     `json:"id" example:"Exchange"`
	Name       string     `json:"name" example:"Exchange Online"`
	Severity   string     `json:"severity" enum:"interruption,degraded,unknown,recovering,advisory,planned,ok" doc:"The same on pages, in checks and in metrics."`
	Status     string     `json:"status,omitempty" doc:"The one that decides, in the provider's word: of the overview or of an issue." example:"serviceInterruption"`
	Since      *time.Time `json:"since,omitempty" doc:"Since when it has not been well, or for a service that is well since when it has been; missing when nobody knows."`
	Issue      string     `json:"issue,omitempty" doc:"Id of the open issue, or of the maintenance under way, that explains it."`
	Overview   string     `json:"overview,omitempty" doc:"What its source says about it as a whole; missing when it never said anything."`
	Issues     []string   `json:"issues" nullable:"false" doc:"Ids of open issues about it, the worst first."`
	Named      []string   `json:"named" nullable:"false" doc:"Ids of open incidents of other services whose posts name it, looked for while it is not well."`
	Source     string     `json:"source" doc:"Whose list it is on, or that of an issue about it." example:"graph"`
	Unlisted   bool       `json:"unlisted,omitempty" doc:"No list names it, or none does any more: it is judged by the issues about it alone."`
	Stale      bool       `json:"stale" doc:"That source is silent: what was well is unknown."`
	StaleSince *time.Time `json:"staleSince,omitempty" doc:"Since when it is silent; missing when it was never read."`
}

func newServiceVerdict(s *health.Service) serviceVerdict {
	body := serviceVerdict{
		ID: s.ID, Name: s.Name, Severity: s.Severity.String(), Status: string(s.Status), Since: instant(s.Since), Overview: string(s.Overview.Status),
		Issues: idsOf(s.About), Named: idsOf(s.Named), Source: s.Source, Unlisted: s.Unlisted, Stale: s.Stale, StaleSince: instant(s.StaleSince),
	}
	if s.Cause != nil {
		body.Issue = s.Cause.ID
	}
	return body
}

func idsOf(issues []*health.Issue) []string {
	list := make([]string, len(issues))
	for i, one := range issues {
		list[i] = one.ID
	}
	return list
}

func (a *API) registerHealth() {
	tag := []string{"health"}
	add(a, operation{needs: access.ReadDesk, Operation: huma.Operation{
		OperationID: "getHealth", Method: http.MethodGet, Path: "/tenants/{tenant}/health", Tags: tag, Summary: "Judge a tenant and its services",
		Description: "What the pages, the command check and the metrics say as well. Severities from the worst: interruption, degraded, unknown, recovering, advisory, planned, ok.",
	}}, a.getHealth)
	add(a, operation{needs: access.ReadDesk, Operation: huma.Operation{
		OperationID: "getServiceHealth", Method: http.MethodGet, Path: "/tenants/{tenant}/health/{id}", Tags: tag, Summary: "Judge a service",
	}}, a.getServiceHealth)
}

func (a *API) judge(ctx context.Context, x *exchange) (*health.Report, error) {
	snapshot, err := a.snapshots.Snapshot(ctx, x.tenant.ID)
	if err != nil {
		return nil, err
	}
	return health.Judge(ctx, a.snapshots, snapshot, x.now)
}

func (a *API) getHealth(ctx context.Context, x *exchange, _ *InTenant) (*struct{ Body healthBody }, error) {
	report, err := a.judge(ctx, x)
	if err != nil {
		return nil, err
	}
	body := healthBody{Severity: report.Severity.String(), Since: instant(report.Since), Also: idsOf(report.Also), Services: make([]serviceVerdict, len(report.Services))}
	if report.Cause != nil {
		body.Issue = report.Cause.ID
	}
	for i := range report.Services {
		body.Services[i] = newServiceVerdict(&report.Services[i])
	}
	return &struct{ Body healthBody }{body}, nil
}

func (a *API) getServiceHealth(ctx context.Context, x *exchange, in *InItem) (*struct{ Body serviceVerdict }, error) {
	report, err := a.judge(ctx, x)
	if err != nil {
		return nil, err
	}
	service, ok := report.Find(in.ID)
	if !ok {
		return nil, tocsin.NotFoundf("There is no service %q.", tocsin.Clip(in.ID, 80))
	}
	return &struct{ Body serviceVerdict }{newServiceVerdict(service)}, nil
}
