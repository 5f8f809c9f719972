package native

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/qualify"
	"example.org/tocsin/internal/tocsin"
)

// reports is the part of the store that keeps what the staff report.
type reports interface {
	CountReports(ctx context.Context, tenantID string, since time.Time) ([]tocsin.ReportCount, error)
	SourceOf(ctx context.Context, address string, now time.Time) (tocsin.Hash, error)
	FileReport(ctx context.Context, r tocsin.Report) error
	CountBeacons(ctx context.Context, tenantID string, since time.Time) ([]tocsin.BeaconCount, error)
}

// reportDraft is a "me too" of somebody of the staff.
type reportDraft struct {
	Service  string `json:"service" enum:"exchange,teams,sharepoint,identity" doc:"That fails for them."`
	Site     string `json:"siteId,omitempty" maxLength:"36" doc:"Id of a site."`
	Symptom  string `json:"symptom,omitempty" enum:"0,1,2" doc:"Place in the list of the service's symptoms."`
	Code     string `json:"code,omitempty" maxLength:"100" doc:"As the screen showed it."`
	Language string `json:"language,omitempty" enum:"en,fr,ja" default:"en" doc:"That they read."`
	Machine  string `json:"machine,omitempty" maxLength:"200" doc:"What tells their machine from others of the day, such as the name of a seat. Only a hash with a secret of the day is kept. The client counts as one machine where it is missing."`
}

// reportCounts is how many report the same.
type reportCounts struct {
	Since   time.Time     `json:"since"`
	Reports int           `json:"reports"`
	Value   []reportCount `json:"value" nullable:"false" doc:"By service and site."`
	Beacons []beaconCount `json:"beacons" nullable:"false" doc:"What pages inside said by themselves, by service and site; none where the settings want none."`
}

type beaconCount struct {
	Service string `json:"service"`
	Site    string `json:"siteId,omitempty" doc:"Missing for those who named none."`
	OK      int    `json:"ok"`
	Failed  int    `json:"failed"`
}

type reportCount struct {
	Service  string `json:"service"`
	Site     string `json:"siteId,omitempty" doc:"Missing for those who named none."`
	Reports  int    `json:"reports"`
	Machines int    `json:"machines" doc:"That they came from; below three they say nothing to a verdict."`
}

func (a *API) registerReports() {
	tag, path := []string{"reports"}, "/tenants/{tenant}/reports"
	add(a, operation{needs: access.ReadDesk, Operation: huma.Operation{
		OperationID: "countReports", Method: http.MethodGet, Path: path, Tags: tag, Summary: "Count what the staff reported within the last hour",
		Description: "Reports alone change no status. Nobody's name or address is in them.",
	}}, a.countReports)
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "fileReport", Method: http.MethodPost, Path: path, Tags: tag, Summary: "Report for somebody that a service fails for them", DefaultStatus: http.StatusCreated,
		Description: "Answers with the counts, as the page for the staff does.",
	}}, a.fileReport)
}

func (a *API) countReports(ctx context.Context, x *exchange, _ *InTenant) (*struct{ Body reportCounts }, error) {
	since := x.now.Add(-qualify.Reported)
	list, err := a.reports.CountReports(ctx, x.tenant.ID, since)
	if err != nil {
		return nil, err
	}
	body := reportCounts{Since: since.UTC(), Value: make([]reportCount, len(list))}
	for i, c := range list {
		body.Value[i] = reportCount{c.Service, c.Site, c.N, c.Sources}
		body.Reports += c.N
	}
	beacons, err := a.reports.CountBeacons(ctx, x.tenant.ID, since)
	body.Beacons = make([]beaconCount, len(beacons))
	for i, b := range beacons {
		body.Beacons[i] = beaconCount{b.Service, b.Site, b.Fine, b.Failed}
	}
	return &struct{ Body reportCounts }{body}, err
}

func (a *API) fileReport(ctx context.Context, x *exchange, in *struct {
	InTenant
	Body reportDraft
},
) (*struct{ Body reportCounts }, error) {
	r := tocsin.Report{ID: tocsin.NewGUID(), TenantID: x.tenant.ID, Site: in.Body.Site, Service: in.Body.Service, Symptom: in.Body.Symptom, Code: in.Body.Code, Language: cmp.Or(in.Body.Language, "en"), At: x.now}
	r.Normalize()
	if err := a.mustBeSite(ctx, x, r.Site); err != nil {
		return nil, err
	}
	var err error
	if r.Source, err = a.reports.SourceOf(ctx, "client:"+x.sender()+"\n"+in.Body.Machine, x.now); err != nil {
		return nil, err
	}
	if err := a.reports.FileReport(ctx, r); err != nil {
		return nil, err
	}
	return a.countReports(ctx, x, &in.InTenant)
}

// mustBeSite fails for what is no site of the tenant; "" is none that anybody
// named.
func (a *API) mustBeSite(ctx context.Context, x *exchange, id string) error {
	if id == "" {
		return nil
	}
	list, err := a.people.Sites(ctx)
	if err == nil && !slices.ContainsFunc(list, func(s tocsin.Site) bool {
		return equalID(s.ID, id) && (s.TenantID == "" || s.TenantID == x.tenant.ID)
	}) {
		err = tocsin.Invalidf("siteId", "There is no such site in the tenant.")
	}
	return err
}
