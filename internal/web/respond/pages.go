// Package respond is the pages on which people find out whether a failure is ours
// or the provider's: the call that is qualified step by step, its verdict, the
// page for its caller, reports of the staff, and what is known to help.
//
// Nothing is judged here: internal/triage weighs what the store has and what
// internal/health says is open. The package may import the shell, the parts and
// what pages are made of, and no other family.
//
// To read on, begin with [Pages.Family], desk.go and step.go.
package respond

import (
	"context"
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/qualify"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/speech"
	store "example.org/tocsin/internal/store/respond"
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

// archive has every version of the provider's issues.
type archive interface {
	Versions(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.Version, error)
}

// calls is the part of the store that has calls.
type calls interface {
	OpenTriage(ctx context.Context, tenantID string, a tocsin.TriageAnswers, verdict string, now time.Time) (tocsin.Triage, error)
	ChangeTriage(ctx context.Context, c store.TriageChange, change func(*tocsin.Triage) error) (tocsin.Triage, error)
	Triage(ctx context.Context, tenantID string, n int64) (tocsin.Triage, error)
	Triages(ctx context.Context, tenantID string, open bool, limit int) ([]tocsin.Triage, error)
	CallsAbout(ctx context.Context, tenantID, issue string, since time.Time) (int, error)
}

// extras is the part of the store that has what belongs to calls.
type extras interface {
	LinkCaller(ctx context.Context, tenantID string, n int64, hash tocsin.Hash, until, now time.Time) error
	TriageOfCaller(ctx context.Context, hash tocsin.Hash, now time.Time) (tocsin.Triage, error)
	AddTriageFile(ctx context.Context, tenantID string, n int64, f tocsin.TriageFile) error
	TriageFiles(ctx context.Context, tenantID string, n int64) ([]tocsin.TriageFile, error)
}

// reports is the part of the store that keeps what the staff report.
type reports interface {
	CountReports(ctx context.Context, tenantID string, since time.Time) ([]tocsin.ReportCount, error)
	CountBeacons(ctx context.Context, tenantID string, since time.Time) ([]tocsin.BeaconCount, error)
	SourceOf(ctx context.Context, address string, now time.Time) (tocsin.Hash, error)
	FileReport(ctx context.Context, r tocsin.Report) error
}

// workarounds is the part of the store that has what the desk knows itself.
type workarounds interface {
	Workarounds(ctx context.Context, tenantID string) ([]tocsin.Workaround, error)
	AddWorkaround(ctx context.Context, w tocsin.Workaround) (tocsin.Workaround, error)
	ApproveWorkaround(ctx context.Context, tenantID, id string, now time.Time) error
	EndWorkaround(ctx context.Context, tenantID, id string, now time.Time) error
}

// wordings is the part of the store that has what the desk put into its own words.
type wordings interface {
	Edits(ctx context.Context, tenantID string) ([]tocsin.Edit, error)
	EditsOf(ctx context.Context, tenantID, item, language string, limit int) ([]tocsin.Edit, error)
	AddEdit(ctx context.Context, e tocsin.Edit, made int) (tocsin.Edit, error)
	ApproveEdit(ctx context.Context, tenantID, id string, now time.Time) error
	WithdrawEdits(ctx context.Context, tenantID, item, language string, now time.Time) error
}

// opinions is the part of the store that has what the team says of workarounds.
type opinions interface {
	Vote(ctx context.Context, tenantID, issue, workaround string, worked bool, now time.Time) error
	Votes(ctx context.Context, tenantID, issue, person string) ([]tocsin.HelpVote, error)
	Helped(ctx context.Context, tenantID string, issues []string) ([]tocsin.Helped, error)
}

// press knows what is published of tenants.
type press interface {
	Asked(ctx context.Context, visitor access.Visitor, tenant string) (publish.Edition, error)
}

// past finds incidents that are over and are like a call.
type past interface {
	Similar(ctx context.Context, s *readmodel.Snapshot, a tocsin.TriageAnswers, not string, now time.Time, n int) ([]*readmodel.Row, error)
}

// places knows the sites of all tenants.
type places interface {
	Sites(ctx context.Context) ([]tocsin.Site, error)
}

// rooms is the part of the store that has the rooms of incidents.
type rooms interface {
	Incidents(ctx context.Context, q store.IncidentsQuery) ([]tocsin.Incident, error)
}

// Config is what the pages are made of.
type Config struct {
	Parts     *part.Parts
	Model     model
	Past      past
	Archive   archive
	Calls     calls
	Extras    extras
	Reports   reports
	Help      workarounds
	Edits     wordings
	Votes     opinions
	Incidents incidents
	Rooms     rooms
	Speech    speech.Desk // facts for what is said of them
	Places    places
	Press     press
	Network   func(*http.Request) string // where a request comes from, coarsely
}

// Pages are the pages of one desk.
type Pages struct {
	config Config
	counts *cache.Cache[countKey, qualify.Heard]
	flood  *access.Limiter // of reports
}

// countKey names counts of reports: they are read once in a few seconds.
type countKey struct {
	tenant string
	at     int64
}

// maxCounts bounds the tenants of which counts are remembered.
const maxCounts = 2000

// New returns the pages of one desk.
func New(c Config) *Pages {
	return &Pages{c, cache.New[countKey, qualify.Heard](cache.Bounds{Entries: maxCounts}), access.NewLimiter(reportsPerMinute)}
}

// A view is a request for one of the pages.
type view struct {
	*part.View
	pages *Pages
}

// maxUpload bounds a form with a file, in bytes.
const maxUpload = tocsin.MaxTriageFile + 64<<10

// Family is the pages with their templates, texts and links.
func (p *Pages) Family() web.Family {
	page := func(method, path string, needs access.Permission, handle func(*view) error) web.Page {
		return web.Page{Method: method, Path: path, Needs: needs, Handle: func(r *web.Request) error {
			r.W.Header().Set("Cache-Control", "no-store")
			return handle(&view{p.config.Parts.View(r), p})
		}}
	}
	bare := func(method, path string, handle func(*view) error) web.Page {
		one := page(method, path, access.Public, handle)
		one.Bare = true
		return one
	}
	upload := page(http.MethodPost, "/triage/{id}/file", access.Triage, p.addFile)
	upload.MaxBody = maxUpload
	return web.Family{Files: files, Sheet: "work.css", Funcs: template.FuncMap{}, Pages: []web.Page{
		page(http.MethodGet, "/triage", access.Triage, p.list),
		page(http.MethodPost, "/triage", access.Triage, p.begin),
		page(http.MethodGet, "/triage/{id}", access.Triage, p.verdict),
		page(http.MethodGet, "/triage/{id}/pack", access.Triage, p.pack),
		page(http.MethodGet, "/triage/{id}/{name}", access.Triage, p.step),
		page(http.MethodPost, "/triage/{id}/{name}", access.Triage, p.answer),
		page(http.MethodPost, "/triage/{id}/link", access.Triage, p.link),
		page(http.MethodPost, "/triage/{id}/close", access.Triage, p.close),
		page(http.MethodPost, "/triage/{id}/act", access.Triage, p.act),
		page(http.MethodPost, "/triage/{id}/room", access.RunIncidents, p.room),
		page(http.MethodPost, "/triage/{id}/alike", access.Triage, p.attachAlike),
		upload,
		bare(http.MethodGet, "/call/{id}", p.caller),
		bare(http.MethodPost, "/call/{id}", p.callerAnswers),
		page(http.MethodGet, "/issues/{id}/help", access.ReadHealth, p.help),
		page(http.MethodPost, "/issues/{id}/help", access.Triage, p.vote),
		page(http.MethodGet, "/knowledge", access.ReadHealth, p.knowledge),
		page(http.MethodPost, "/knowledge", access.WorkIncidents, p.own),
		page(http.MethodGet, "/knowledge/{list}/{id}", access.WorkIncidents, p.passage),
		page(http.MethodPost, "/knowledge/{list}/{id}", access.WorkIncidents, p.word),
		page(http.MethodGet, "/report", access.ReportProblem, p.report),
		page(http.MethodPost, "/report", access.ReportProblem, p.report),
		bare(http.MethodGet, "/status/{tenant}/report", p.openReport),
		bare(http.MethodPost, "/status/{tenant}/report", p.openReport),
	}, Links: []web.Link{
		{Place: 75, Group: "act", Path: "/triage", Icon: "triage", Text: "nav.triage", Key: "t"},
		{Place: 76, Group: "act", Path: "/report", Icon: "bell", Text: "nav.report"},
		{Place: 77, Group: "act", Path: "/knowledge", Icon: "pin", Text: "nav.knowledge"},
	}}
}

// book returns what is known, in the language of the page, about an issue.
func (v *view) book(issue string) (*knowledge.Book, error) {
	return v.Book(issue)
}

// tenant is the id of the tenant that is looked at.
func (v *view) tenant() string { return v.Snapshot.Tenant.ID }

// asked reads the call of the address.
func (v *view) asked() (tocsin.Triage, error) {
	n, err := strconv.ParseInt(v.R.PathValue("id"), 10, 64)
	if err != nil || n < 1 {
		return tocsin.Triage{}, web.NothingHere()
	}
	return v.pages.config.Calls.Triage(v.R.Context(), v.tenant(), n)
}

// callPath is the path of a call, or of one of its pages.
func callPath(n int64, more string) string {
	path := "/triage/" + strconv.FormatInt(n, 10)
	if more != "" {
		path += "/" + more
	}
	return path
}

// at returns the address of a call, or of one of its pages.
func (v *view) at(n int64, more string) string { return v.Href(callPath(n, more)) }

// sites lists the sites of the tenant that is looked at.
func (v *view) sites() ([]tocsin.Site, error) {
	all, err := v.pages.config.Places.Sites(v.R.Context())
	var list []tocsin.Site
	for _, s := range all {
		if s.TenantID == "" || s.TenantID == v.tenant() {
			list = append(list, s)
		}
	}
	return list, err
}
