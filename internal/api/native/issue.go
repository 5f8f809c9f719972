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

// issueBody is an issue or maintenance.
type issueBody struct {
	ID             string     `json:"id" example:"TC1001"`
	Title          string     `json:"title"`
	Service        string     `json:"service" doc:"Id of the service." example:"Vpn"`
	ServiceName    string     `json:"serviceName"`
	Feature        string     `json:"feature,omitempty"`
	Classification string     `json:"classification" doc:"incident, advisory, plannedMaintenance, or what the provider says." example:"incident"`
	Status         string     `json:"status" doc:"In the words of Graph." example:"serviceDegradation"`
	Stage          string     `json:"stage,omitempty" enum:"scheduled,inProgress,completed,cancelled,unknown" doc:"Of planned work, how far it is; unknown when its window has passed and nobody said that it is done."`
	StatusWords    string     `json:"statusWords" doc:"The status as the legacy API shows it to people." example:"Service degradation"`
	Impact         string     `json:"impact,omitempty"`
	Resolved       bool       `json:"resolved"`
	StartAt        *time.Time `json:"startAt,omitempty"`
	EndAt          *time.Time `json:"endAt,omitempty"`
	ModifiedAt     *time.Time `json:"modifiedAt,omitempty"`
	Source         string     `json:"source" doc:"Where it comes from; own for what the desk authored." example:"own"`
	Version        int        `json:"version"`
	Posts          []postBody `json:"posts" nullable:"false" doc:"Oldest first."`
}

type postBody struct {
	CreatedAt   *time.Time `json:"createdAt,omitempty" doc:"Missing when it cannot be read."`
	Type        string     `json:"type"`
	ContentType string     `json:"contentType" doc:"text or html. HTML is as it was written: clean it before you show it."`
	Content     string     `json:"content"`
}

// summary is an item in a list.
type summary struct {
	ID             string     `json:"id"`
	Title          string     `json:"title"`
	Service        string     `json:"service,omitempty" doc:"Id of the service of an issue."`
	ServiceNames   []string   `json:"serviceNames" nullable:"false"`
	Classification string     `json:"classification,omitempty" doc:"Of a message: its category."`
	Status         string     `json:"status,omitempty"`
	Stage          string     `json:"stage,omitempty" enum:"scheduled,inProgress,completed,cancelled,unknown" doc:"Of planned work, how far it is."`
	StartAt        *time.Time `json:"startAt,omitempty"`
	EndAt          *time.Time `json:"endAt,omitempty"`
	ModifiedAt     *time.Time `json:"modifiedAt,omitempty"`
	LeftAt         *time.Time `json:"leftAt,omitempty" doc:"When its source stopped listing it."`
	Source         string     `json:"source"`
	Version        int        `json:"version"`
}

type summaryList struct {
	Value []summary `json:"value" nullable:"false" doc:"What the archive came to know last comes first."`
	Next  string    `json:"nextCursor,omitempty" doc:"Send it as after for the next page; missing on the last one."`
}

type inList struct {
	InTenant
	InPage
	Source string `query:"source" maxLength:"100" doc:"Only from this source; own for what the desk authored."`
	Open   bool   `query:"open" doc:"Only what has not ended."`
}

// postDraft is one more thing to say.
type postDraft struct {
	Content     string     `json:"content,omitempty" maxLength:"30000" doc:"May be left out to change the status only."`
	ContentType string     `json:"contentType,omitempty" enum:"text,html" doc:"text by default."`
	Type        string     `json:"type,omitempty" enum:"regular,quick,strategic" doc:"regular by default."`
	Status      string     `json:"status,omitempty" maxLength:"60" doc:"Of the issue from now on, in any spelling of either API. One that means that all is well ends the issue, another one opens it again." example:"restoringService"`
	EndAt       *time.Time `json:"endAt,omitempty" doc:"With a status that ends the issue: when it ended; now by default."`
}

type firstPost struct {
	Content     string `json:"content" minLength:"1" maxLength:"30000"`
	ContentType string `json:"contentType,omitempty" enum:"text,html" doc:"text by default."`
	Type        string `json:"type,omitempty" enum:"regular,quick,strategic" doc:"regular by default."`
}

type issueDraft struct {
	Service        string     `json:"service" minLength:"1" maxLength:"64" doc:"Id of an own service." example:"Vpn"`
	Feature        string     `json:"feature,omitempty" maxLength:"100" doc:"Name of one of its features."`
	Title          string     `json:"title" minLength:"1" maxLength:"250"`
	Classification string     `json:"classification,omitempty" enum:"incident,advisory" doc:"incident by default."`
	Status         string     `json:"status,omitempty" maxLength:"60" doc:"investigating by default; in any spelling of either API." example:"serviceDegradation"`
	Impact         string     `json:"impact,omitempty" maxLength:"2000"`
	StartAt        *time.Time `json:"startAt,omitempty" doc:"Now by default."`
	Post           *firstPost `json:"post,omitempty" doc:"The first post."`
}

type issuePatch struct {
	Title          *string    `json:"title,omitempty" minLength:"1" maxLength:"250"`
	Impact         *string    `json:"impact,omitempty" maxLength:"2000"`
	Classification *string    `json:"classification,omitempty" enum:"incident,advisory"`
	Feature        *string    `json:"feature,omitempty" maxLength:"100" doc:"Empty for all of the service."`
	StartAt        *time.Time `json:"startAt,omitempty"`
}

func (a *API) registerIssues() {
	tag, path := []string{"issues"}, "/tenants/{tenant}/issues"
	add(a, operation{needs: access.ReadDesk, steady: true, Operation: huma.Operation{
		OperationID: "listIssues", Method: http.MethodGet, Path: path, Tags: tag, Summary: "List issues",
	}}, a.lister(tocsin.KindIssue, ""))
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "openIssue", Method: http.MethodPost, Path: path, Tags: tag, Summary: "Open an issue about an own service", DefaultStatus: http.StatusCreated,
	}}, adder("issues", a.openIssue, a.issueBody))
	add(a, operation{needs: access.ReadDesk, steady: true, Operation: huma.Operation{
		OperationID: "getIssue", Method: http.MethodGet, Path: path + "/{id}", Tags: tag, Summary: "Read an issue",
	}}, a.getIssue)
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "changeIssue", Method: http.MethodPatch, Path: path + "/{id}", Tags: tag, Summary: "Change what an own issue says about itself",
		Description: "The status changes by a post.",
	}}, changer(a.changeIssue, a.issueBody))
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "postToIssue", Method: http.MethodPost, Path: path + "/{id}/posts", Tags: tag, Summary: "Add a post, change the status, or both", DefaultStatus: http.StatusCreated,
	}}, poster(a.author.PostToIssue, a.issueBody))
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "resolveIssue", Method: http.MethodPost, Path: path + "/{id}/resolve", Tags: tag, Summary: "End an issue", DefaultStatus: http.StatusOK,
		Description: "The status is serviceRestored unless another one that ends an issue is given.",
	}}, poster(a.author.ResolveIssue, a.issueBody))
}

// lister lists the items of a kind and class.
func (a *API) lister(kind tocsin.Kind, class string) func(context.Context, *exchange, *inList) (*struct{ Body summaryList }, error) {
	return func(ctx context.Context, x *exchange, in *inList) (*struct{ Body summaryList }, error) {
		q := archive.ItemsQuery{Kind: kind, Class: class, Source: in.Source, Private: x.identity.May(access.ReadPrivacy), Limit: in.Limit, After: in.After}
		if in.Open {
			q.OpenAt = x.now
		}
		list, next, err := a.archive.Items(ctx, x.tenant.ID, q)
		if err != nil {
			return nil, err
		}
		filed, err := a.filing(ctx, x)
		if err != nil {
			return nil, err
		}
		out := &struct{ Body summaryList }{summaryList{Value: make([]summary, len(list)), Next: next}}
		for i, item := range list {
			out.Body.Value[i] = newSummary(item)
			x.untilCourse(item.Course())
			out.Body.Value[i].Stage = string(item.Course().Stage(x.now))
			if kind == tocsin.KindIssue {
				out.Body.Value[i].Service = filed(item.Facts, item.Source)
			}
		}
		return out, nil
	}
}

// getIssue reads an issue.
func (a *API) getIssue(ctx context.Context, x *exchange, in *inRead) (*output[issueBody], error) {
	out, err := reader(a, tocsin.KindIssue, a.issueBody)(ctx, x, in)
	if err != nil {
		return nil, err
	}
	filed, err := a.filing(ctx, x)
	if err != nil {
		return nil, err
	}
	b := &out.Body
	x.untilCourse(tocsin.Course{StartAt: given(b.StartAt), EndAt: given(b.EndAt)})
	f := tocsin.Facts{ServiceID: b.Service, Service: b.ServiceName}
	if b.ModifiedAt != nil {
		f.ModifiedAt = *b.ModifiedAt
	}
	b.Service = filed(f, b.Source)
	return out, nil
}

// filing tells the id under which the tenant knows the service of an issue.
func (a *API) filing(ctx context.Context, x *exchange) (func(tocsin.Facts, string) string, error) {
	snapshot, err := a.snapshots.Snapshot(ctx, x.tenant.ID)
	if err != nil {
		return nil, err
	}
	return snapshot.Filed, nil
}

func newSummary(i archive.Item) summary {
	return summary{
		ID: i.ID, Title: i.Title, Service: i.ServiceID, ServiceNames: linesOf(i.Service), Classification: i.Class, Status: string(i.Status),
		StartAt: instant(i.StartAt), EndAt: instant(i.EndAt), ModifiedAt: instant(i.ModifiedAt), LeftAt: instant(i.LeftAt), Source: i.Source, Version: i.N,
	}
}

func (a *API) issueBody(held tocsin.Held) (issueBody, error) {
	i, err := decode[tocsin.Issue](held)
	body := issueBody{
		ID: i.ID, Title: i.Title, Service: i.ServiceID, ServiceName: i.Service, Feature: i.Feature, Classification: i.Classification,
		Status: string(i.Status), Stage: string(i.Course().Stage(a.now())), StatusWords: i.Status.Words(), Impact: i.Impact, Resolved: i.Resolved, StartAt: instant(i.StartAt),
		EndAt: instant(i.EndAt), ModifiedAt: instant(i.ModifiedAt), Source: held.On, Version: held.N, Posts: make([]postBody, len(i.Posts)),
	}
	for n, p := range i.Posts {
		body.Posts[n] = postBody{instant(p.CreatedAt), p.Type, p.ContentType, p.Content}
	}
	return body, err
}

func (a *API) openIssue(ctx context.Context, act author.Act, b issueDraft) (archive.Authored, error) {
	return a.author.OpenIssue(ctx, act, author.IssueDraft{
		Service: b.Service, Feature: b.Feature, Title: b.Title, Classification: b.Classification, Status: tocsin.Status(b.Status),
		Impact: b.Impact, StartAt: given(b.StartAt), Post: b.Post.draft(),
	})
}

// draft is the first post, or none.
func (p *firstPost) draft() author.PostDraft {
	if p == nil {
		return author.PostDraft{}
	}
	return author.PostDraft{Content: p.Content, ContentType: p.ContentType, Type: p.Type}
}

func (a *API) changeIssue(ctx context.Context, act author.Act, id string, b issuePatch) (archive.Authored, error) {
	return a.author.ChangeIssue(ctx, act, itemID(id), author.IssueChange{
		Title: b.Title, Impact: b.Impact, Classification: b.Classification, Feature: b.Feature, StartAt: b.StartAt,
	})
}

// poster adds a post in one of the ways that the author knows.
func poster(post func(context.Context, author.Act, string, author.PostDraft) (archive.Authored, error), body shower[issueBody]) func(context.Context, *exchange, *inChange[postDraft]) (*output[issueBody], error) {
	return changer(func(ctx context.Context, act author.Act, id string, b postDraft) (archive.Authored, error) {
		return post(ctx, act, itemID(id), author.PostDraft{
			Content: b.Content, ContentType: b.ContentType, Type: b.Type, Status: tocsin.Status(b.Status), EndAt: given(b.EndAt),
		})
	}, body)
}
