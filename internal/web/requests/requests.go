// Package requests is the pages of support requests: the list, with one answer to
// all who asked about the same; the form that begins one, filled in from a triage,
// an incident, an issue or a report; and each request with its thread, its
// severities, what is checked before it is filed, and the pack for the provider.
//
// What is missing, which severity is proposed and what is due is worked out by
// internal/support, what happened is kept by internal/store/respond: the pages word
// both. First-line support sees the requests to the desk itself alone. The package
// may import the shell, the parts, and no other family.
//
// To read on, begin with [Pages.Family] and page.go.
package requests

import (
	"context"
	"embed"
	"net/http"
	"strconv"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/readmodel"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/support"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

//go:embed templates locales
var files embed.FS

// model has the texts of issues.
type model interface {
	Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error)
}

// requests is the part of the store that has requests.
type requests interface {
	OpenRequest(ctx context.Context, tenantID string, d store.RequestDraft, now time.Time) (tocsin.Request, error)
	EditRequest(ctx context.Context, tenantID string, n, rev int64, content tocsin.RequestContent, draft bool, now time.Time) error
	Requests(ctx context.Context, q store.RequestsQuery) ([]tocsin.Request, error)
	Request(ctx context.Context, tenantID string, n int64) (tocsin.Request, error)
	RequestThread(ctx context.Context, tenantID string, n int64, limit int) ([]tocsin.RequestTurn, error)
}

// work is the part of the store that takes down how a request goes on.
type work interface {
	SayInRequest(ctx context.Context, tenantID string, n int64, said tocsin.RequestSaid, now time.Time) error
	SetRequestSeverity(ctx context.Context, tenantID string, n int64, sev tocsin.RequestSeverity, now time.Time) error
	AnswerDuty(ctx context.Context, tenantID string, n int64, d tocsin.RequestDuty, now time.Time) error
	FileRequest(ctx context.Context, tenantID string, n int64, f tocsin.RequestFiling, now time.Time) error
	ReplyToAll(ctx context.Context, tenantID, issue, text string, end bool, now time.Time) (int, error)
}

// ending is the part of the store about the end of requests.
type ending interface {
	EndRequest(ctx context.Context, tenantID string, n int64, text string, now time.Time) error
	ReopenRequest(ctx context.Context, tenantID string, n int64, reason string, now time.Time) error
	AnswerSurvey(ctx context.Context, tenantID string, n int64, a tocsin.RequestSurvey, now time.Time) error
}

// attachments is the part of the store that has files of requests.
type attachments interface {
	AddRequestFile(ctx context.Context, tenantID string, n int64, f tocsin.RequestFile, now time.Time) (tocsin.RequestFile, error)
	RequestFiles(ctx context.Context, tenantID string, n int64) ([]tocsin.RequestFile, error)
	RequestFile(ctx context.Context, tenantID string, n, place int64) (tocsin.RequestFile, error)
}

// origins is the part of the store that requests come from.
type origins interface {
	Triage(ctx context.Context, tenantID string, n int64) (tocsin.Triage, error)
	CallOf(ctx context.Context, tenantID string, i tocsin.Incident) (int64, error)
	Incident(ctx context.Context, n int64) (tocsin.Incident, error)
	IncidentSteps(ctx context.Context, n int64) ([]tocsin.IncidentStep, error)
}

// people knows who may speak with the provider.
type people interface {
	Liaisons(ctx context.Context) ([]tocsin.Liaison, error)
	PartyNames(ctx context.Context) (map[tocsin.Party]string, error)
}

// tenants knows which tenants there are.
type tenants interface {
	Tenant(ctx context.Context, ref string) (tocsin.Tenant, error)
}

// Config is what the pages are made of.
type Config struct {
	Parts    *part.Parts
	Model    model
	Requests requests
	Work     work
	Ending   ending
	Files    attachments
	Origins  origins
	People   people
	Terms    func(tenantID string) tocsin.SupportTerms // as the settings say now
	Keep     time.Duration                             // term of files
	// SurveyKey seals the links that whoever asked answers a survey by. Nil for none.
	SurveyKey []byte
	Tenants   tenants
}

// Pages are the pages of one desk.
type Pages struct{ config Config }

// New returns the pages of one desk.
func New(c Config) *Pages { return &Pages{c} }

// A view is a request for one of the pages.
type view struct {
	*part.View
	pages *Pages
	book  *support.Book
}

// maxUpload bounds a form with files, in bytes: two of the largest.
const maxUpload = 2*tocsin.MaxRequestFile + 256<<10

// Family is the pages with their templates, texts and links.
func (p *Pages) Family() web.Family {
	page := func(method, path string, needs access.Permission, handle func(*view) error) web.Page {
		return web.Page{Method: method, Path: path, Needs: needs, Handle: func(r *web.Request) error {
			r.W.Header().Set("Cache-Control", "private, no-store")
			book, err := support.In(r.Code)
			if err != nil {
				return err
			}
			return handle(&view{p.config.Parts.View(r), p, book})
		}}
	}
	upload := func(path string, handle func(*view) error) web.Page {
		one := page(http.MethodPost, path, access.HandleRequests, handle)
		one.MaxBody = maxUpload
		return one
	}
	return web.Family{Files: files, Sheet: "work.css", Pages: append([]web.Page{
		page(http.MethodGet, "/requests", access.HandleRequests, p.list),
		page(http.MethodPost, "/requests/reply", access.HandleRequests, p.reply),
		page(http.MethodGet, "/requests/new", access.HandleRequests, p.begin),
		upload("/requests/new", p.open),
		page(http.MethodGet, "/requests/{n}", access.HandleRequests, p.request),
		page(http.MethodGet, "/requests/{n}/edit", access.HandleRequests, p.edit),
		upload("/requests/{n}/edit", p.change),
		page(http.MethodPost, "/requests/{n}/work", access.HandleRequests, p.work),
		page(http.MethodPost, "/requests/{n}/filed", access.HandleRequests, p.filed),
		upload("/requests/{n}/files", p.attach),
		page(http.MethodGet, "/requests/{n}/files/{file}", access.HandleRequests, p.file),
		page(http.MethodGet, "/requests/{n}/pack", access.AskProvider, p.pack),
		page(http.MethodGet, "/requests/{n}/pack.txt", access.AskProvider, p.packText),
	}, p.public()...), Links: []web.Link{{Place: 79, Group: "act", Path: "/requests", Icon: "request", Text: "nav.requests", Key: "q"}}}
}

// tenant is the id of the tenant that is looked at.
func (v *view) tenant() string { return v.Snapshot.Tenant.ID }

// may reports whether the visitor has a permission in the tenant.
func (v *view) may(needs access.Permission) bool {
	return access.VisitorOf(v.R.Context()).May(needs, v.tenant())
}

// sees reports whether the visitor may see a request: one for the provider is for
// those who prepare them.
func (v *view) sees(r tocsin.Request) bool { return !r.ForProvider() || v.may(access.AskProvider) }

// asked reads the request of the address.
func (v *view) asked() (tocsin.Request, error) {
	n, err := strconv.ParseInt(v.R.PathValue("n"), 10, 64)
	if err != nil || n < 1 {
		return tocsin.Request{}, web.NothingHere()
	}
	r, err := v.pages.config.Requests.Request(v.R.Context(), v.tenant(), n)
	if err == nil && !v.sees(r) {
		err = tocsin.NotFoundf("There is no request %d.", n)
	}
	return r, err
}

// at returns the address of a request, or of one of its pages.
func (v *view) at(n int64, more string) string {
	path := "/requests/" + strconv.FormatInt(n, 10)
	if more != "" {
		path += "/" + more
	}
	return v.Href(path)
}

// terms are what the tenant has agreed with the provider's support.
func (v *view) terms() tocsin.SupportTerms { return v.pages.config.Terms(v.tenant()) }

// speakers are those who may speak with the provider for the tenant.
func (v *view) speakers() ([]support.Speaker, error) {
	return support.SpeakersOf(v.R.Context(), v.pages.config.People, v.tenant())
}
