// Package room is the pages on which a desk runs an incident: the list of
// incidents, and for each one the room: the runbook with its clocks, who has which
// part, the matrix of services, measures, messages, the timeline, and the checks
// before the end.
//
// What is due is worked out by internal/respond, what happened is kept by
// internal/store/respond: the pages word both. The package may import the shell
// and no other family.
//
// To read on, begin with [Pages.Family] and page.go.
package room

import (
	"cmp"
	"context"
	"embed"
	"net/http"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/singleflight"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/respond"
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

// incidents is the part of the store that has incidents.
type incidents interface {
	OpenIncident(ctx context.Context, draft tocsin.Incident, now time.Time) (tocsin.Incident, error)
	Incidents(ctx context.Context, q store.IncidentsQuery) ([]tocsin.Incident, error)
	Incident(ctx context.Context, n int64) (tocsin.Incident, error)
	IncidentRoom(ctx context.Context, n int64) (store.Room, error)
	IncidentEntries(ctx context.Context, n int64, limit int) ([]tocsin.IncidentEntry, error)
}

// clerk has rooms followed: whoever is in one hears of what others write.
type clerk interface {
	EntriesAfter(ctx context.Context, n, after int64, limit int) ([]tocsin.IncidentEntry, error)
	LastEntry(ctx context.Context, n int64) (int64, error)
}

// runbook is the part of the store that takes down how an incident goes on.
type runbook interface {
	IncidentSteps(ctx context.Context, n int64) ([]tocsin.IncidentStep, error)
	EndStep(ctx context.Context, n int64, e tocsin.IncidentStep, now time.Time) error
	ReopenStep(ctx context.Context, n int64, step string, num int, reason string, now time.Time) error
	CorrectStart(ctx context.Context, n int64, t0 time.Time, reason string, now time.Time) error
	CloseIncident(ctx context.Context, n int64, items []string, now time.Time) error
}

// register is the part of the store that takes down what people find and do.
type register interface {
	SetIncidentState(ctx context.Context, n int64, state tocsin.IncidentState, now time.Time) error
	AddMeasure(ctx context.Context, n int64, m tocsin.IncidentMeasure, now time.Time) error
	EndMeasure(ctx context.Context, n, measure int64, kept bool, reason string, now time.Time) error
	Tick(ctx context.Context, n int64, check tocsin.IncidentCheck, now time.Time) error
	GiveRole(ctx context.Context, n int64, role, name string, now time.Time) error
}

// timeline is the part of the store that takes down what people write.
type timeline interface {
	AddEntry(ctx context.Context, n int64, kind, text string, happened, now time.Time) error
	AmendEntry(ctx context.Context, n, entry int64, text string, now time.Time) error
	AttachIssue(ctx context.Context, n int64, issue string, now time.Time) error
	JoinIncident(ctx context.Context, n int64, tenantID, issue, service string, now time.Time) error
	DetachIssue(ctx context.Context, n int64, issue, reason string, now time.Time) error
}

// messages has what is said of incidents sent through channels.
type messages interface {
	Channels() []tocsin.IncidentChannel
	Say(ctx context.Context, n int64, m tocsin.IncidentMessage, step tocsin.IncidentStep, now time.Time) (tocsin.IncidentMessage, error)
	Approve(ctx context.Context, n int64, read tocsin.IncidentMessage, step tocsin.IncidentStep, now time.Time) (tocsin.IncidentMessage, error)
	Return(ctx context.Context, n int64, read tocsin.IncidentMessage, reason string, now time.Time) error
	Said(ctx context.Context, n int64) ([]tocsin.IncidentMessage, error)
}

// asking has the support requests that belong to incidents.
type asking interface {
	Requests(ctx context.Context, q store.RequestsQuery) ([]tocsin.Request, error)
}

// wordings is the part of the store that has what desks put into their own words.
type wordings interface {
	Edits(ctx context.Context, tenantID string) ([]tocsin.Edit, error)
}

// Config is what the pages are made of.
type Config struct {
	Parts     *part.Parts
	Model     model
	Archive   archive
	Incidents incidents
	Clerk     clerk
	Wake      func() // called when something was written in a room; may be nil
	Runbook   runbook
	Register  register
	Timeline  timeline
	Messages  messages
	Requests  asking
	Edits     wordings
	Carried   business.Library // of what services carry
	Base      func() string    // address of the pages, for links in messages; may be nil
	Approve   func() bool      // whether a second person looks at messages first
}

// Pages are the pages of one desk.
type Pages struct {
	config Config
	rooms  *cache.Cache[roomAt, tocsin.Incident] // whoever is in a room asks for the same
	parts  singleflight.Group                    // by what the part depends on
}

// New returns the pages of one desk.
func New(c Config) *Pages {
	return &Pages{config: c, rooms: cache.New[roomAt, tocsin.Incident](cache.Bounds{Entries: maxRooms})}
}

// A view is a request for one of the pages.
type view struct {
	*web.Request
	pages *Pages
	book  *respond.Book
}

// Family is the pages with their templates, texts and links.
func (p *Pages) Family() web.Family {
	page := func(method, path string, needs access.Permission, handle func(*view) error) web.Page {
		return web.Page{Method: method, Path: path, Needs: needs, Handle: func(r *web.Request) error {
			r.W.Header().Set("Cache-Control", "no-store")
			book, err := respond.In(r.Code)
			if err != nil {
				return err
			}
			return handle(&view{r, p, book})
		}}
	}
	room := func(method, path string, needs access.Permission, handle func(*view) error) web.Page {
		one := page(method, path, needs, handle)
		one.Bare = true // it stays when no tenant is left
		return one
	}
	return web.Family{Files: files, Sheet: "work.css", Pages: []web.Page{
		page(http.MethodGet, "/incidents", access.WorkIncidents, p.list),
		page(http.MethodPost, "/incidents", access.RunIncidents, p.open),
		room(http.MethodGet, "/incidents/{n}", access.WorkIncidents, p.room),
		room(http.MethodGet, "/incidents/{n}/handover", access.WorkIncidents, p.handover),
		room(http.MethodGet, "/incidents/{n}/events", access.WorkIncidents, p.events),
		room(http.MethodGet, "/incidents/{n}/part", access.WorkIncidents, p.part),
		room(http.MethodGet, "/incidents/{n}/message", access.WorkIncidents, p.message),
		room(http.MethodPost, "/incidents/{n}/sent", access.Communicate, p.sent),
		room(http.MethodGet, "/incidents/{n}/messages/{m}", access.WorkIncidents, p.said),
		room(http.MethodPost, "/incidents/{n}/messages/{m}", access.Communicate, p.second),
		room(http.MethodPost, "/incidents/{n}/run", access.RunIncidents, p.run),
		room(http.MethodPost, "/incidents/{n}/work", access.WorkIncidents, p.work),
	}, Links: []web.Link{{Place: 78, Group: "act", Path: "/incidents", Icon: "room", Text: "nav.rooms", Key: "r"}}}
}

// sees reports whether the visitor has what the page needs in a tenant.
func (v *view) sees(tenantID string) bool {
	return slices.ContainsFunc(v.Tenants, func(t tocsin.Tenant) bool { return t.ID == tenantID })
}

// asked reads the incident of the address. It is not there for a visitor who may not
// look into it.
func (v *view) asked() (tocsin.Incident, error) {
	n, err := strconv.ParseInt(v.R.PathValue("n"), 10, 64)
	if err != nil || n < 1 {
		return tocsin.Incident{}, web.NothingHere()
	}
	i, err := v.pages.config.Incidents.Incident(v.R.Context(), n)
	if err == nil {
		err = v.inside(i)
	}
	if err == nil {
		err = v.reword(i)
	}
	return i, err
}

// inside fails for a visitor who may not look into an incident.
func (v *view) inside(i tocsin.Incident) error {
	if !v.looksInto(i.TenantIDs) {
		return web.NothingHere()
	}
	return nil
}

// reword takes the words of the tenants of an incident in the place of those that are
// shipped.
func (v *view) reword(i tocsin.Incident) error {
	edits, err := v.desk().Words(v.R.Context(), i.TenantIDs)
	v.book = v.book.With(edits)
	return err
}

// mayAll reports whether the visitor has a permission in every tenant of an
// incident.
func (v *view) mayAll(needs access.Permission, i tocsin.Incident) bool {
	visitor := access.VisitorOf(v.R.Context())
	return !slices.ContainsFunc(i.TenantIDs, func(id string) bool { return !visitor.May(needs, id) })
}

// tenants names the tenants of an incident.
func (v *view) tenants(i tocsin.Incident, names map[string]string) string {
	list := make([]string, len(i.TenantIDs))
	for n, id := range i.TenantIDs {
		list[n] = cmp.Or(names[id], id)
	}
	return v.Join(list)
}

// path is the path of an incident, or of one of its pages.
func path(n int64, more string) string {
	at := "/incidents/" + strconv.FormatInt(n, 10)
	if more != "" {
		at += "/" + more
	}
	return at
}
