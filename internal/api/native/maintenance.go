package native

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

type maintenanceDraft struct {
	Service string     `json:"service" minLength:"1" maxLength:"64" doc:"Id of an own service." example:"Vpn"`
	Feature string     `json:"feature,omitempty" maxLength:"100" doc:"Name of one of its features."`
	Title   string     `json:"title" minLength:"1" maxLength:"250"`
	Impact  string     `json:"impact,omitempty" maxLength:"2000"`
	StartAt time.Time  `json:"startAt"`
	EndAt   time.Time  `json:"endAt"`
	Post    *firstPost `json:"post,omitempty" doc:"The first post."`
}

type maintenancePatch struct {
	Title   *string    `json:"title,omitempty" minLength:"1" maxLength:"250"`
	Impact  *string    `json:"impact,omitempty" maxLength:"2000"`
	Feature *string    `json:"feature,omitempty" maxLength:"100" doc:"Empty for all of the service."`
	StartAt *time.Time `json:"startAt,omitempty"`
	EndAt   *time.Time `json:"endAt,omitempty"`
}

func (a *API) registerMaintenance() {
	tag, path := []string{"maintenance"}, "/tenants/{tenant}/maintenance"
	add(a, operation{needs: access.ReadDesk, steady: true, Operation: huma.Operation{
		OperationID: "listMaintenance", Method: http.MethodGet, Path: path, Tags: tag, Summary: "List maintenance",
	}}, a.lister(tocsin.KindIssue, tocsin.ClassMaintenance))
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "planMaintenance", Method: http.MethodPost, Path: path, Tags: tag, Summary: "Announce work on an own service", DefaultStatus: http.StatusCreated,
		Description: "Kept as an issue of the classification plannedMaintenance: the legacy API says PlannedMaintenance, Graph, which knows no such thing, unknownFutureValue. " +
			"It counts as operational until a post gives it a status that says otherwise. Posts and the end are those of the issue: /issues/{id}/posts and /issues/{id}/resolve.",
	}}, adder("issues", a.planMaintenance, a.issueBody))
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "changeMaintenance", Method: http.MethodPatch, Path: path + "/{id}", Tags: tag, Summary: "Change planned work",
	}}, changer(a.changeMaintenance, a.issueBody))
}

func (a *API) planMaintenance(ctx context.Context, act author.Act, b maintenanceDraft) (archive.Authored, error) {
	return a.author.PlanMaintenance(ctx, act, author.MaintenanceDraft{
		Service: b.Service, Feature: b.Feature, Title: b.Title, Impact: b.Impact, StartAt: b.StartAt, EndAt: b.EndAt, Post: b.Post.draft(),
	})
}

func (a *API) changeMaintenance(ctx context.Context, act author.Act, id string, b maintenancePatch) (archive.Authored, error) {
	return a.author.ChangeIssue(ctx, act, itemID(id), author.IssueChange{
		Title: b.Title, Impact: b.Impact, Feature: b.Feature, StartAt: b.StartAt, EndAt: b.EndAt,
	})
}
