package room

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/respond"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// maxListed is how many incidents are listed.
const maxListed = 100

// listPage is the incidents, with the form that opens one.
type listPage struct {
	web.Frame
	Open, Closed []line
	Joins        []join // open issues that could be handled in a room that is open
	Empty        web.EmptyView
	Form         web.Form // without fields for whoever may not open one
}

// A line is an incident in a list.
type line struct {
	Href, Title string
	N           int64
	Issues      []string
	Tenants     string
	T0          *lang.Moment
	Ended       *lang.Moment
	Next        clock // what is due first
	Due         bool
}

// list serves /incidents. Asked for an issue about which an incident goes on, it
// leads to the newest of the tenant that is looked at.
func (p *Pages) list(v *view) error {
	if issue := v.R.URL.Query().Get("issue"); issue != "" {
		if row, ok := v.Snapshot.Issue(issue); ok {
			issue = row.ID
		}
		about, err := p.config.Incidents.Incidents(v.R.Context(), store.IncidentsQuery{Open: true, Issue: issue, Limit: 20, Sees: v.looksInto})
		if err != nil {
			return err
		}
		for _, i := range about {
			if slices.Contains(i.TenantIDs, v.Snapshot.Tenant.ID) {
				return v.Redirect(v.There(path(i.N, "")))
			}
		}
	}
	return v.showList(http.StatusOK, nil)
}

func (v *view) showList(status int, problem error) error {
	page := listPage{Frame: v.Frame(web.Crumb{Name: v.Text("nav.rooms")}), Empty: web.EmptyView{Title: v.Text("room.none"), Text: v.Text("room.none.text")}}
	page.Refresh = 60
	all, err := v.pages.config.Incidents.Incidents(v.R.Context(), store.IncidentsQuery{Limit: maxListed, Sees: v.looksInto})
	if err != nil {
		return err
	}
	only := ""
	if row, ok := v.Snapshot.Issue(strings.TrimSpace(v.R.URL.Query().Get("issue"))); ok {
		only = row.ID
	}
	names, err := v.TenantNames()
	if err != nil {
		return err
	}
	for _, i := range all {
		one, err := v.line(i, names)
		if err != nil {
			return err
		}
		if i.Open() {
			page.Open = append(page.Open, one)
			joins, err := v.joins(i, only)
			if err != nil {
				return err
			}
			for _, one := range joins {
				one.Room = link{v.Text("room.number", "n", int(i.N)) + v.Space() + i.Title, v.Href(path(i.N, ""))}
				page.Joins = append(page.Joins, one)
			}
		} else {
			page.Closed = append(page.Closed, one)
		}
	}
	if access.VisitorOf(v.R.Context()).May(access.RunIncidents, v.Snapshot.Tenant.ID) {
		page.Form = v.openForm()
	}
	if problem != nil {
		v.Keep(page.Form.Fields)
		if !v.Blame(&page.Form, v.worded(problem)) {
			return problem
		}
		page.Refresh = 0
		v.Title(&page.Frame, page.Form)
	}
	return v.Render(status, "rooms", page)
}

func (v *view) line(i tocsin.Incident, names map[string]string) (line, error) {
	one := line{Href: v.Href(path(i.N, "")), Title: i.Title, N: i.N, Issues: i.Issues, T0: v.Moment(i.T0()), Tenants: v.tenants(i, names)}
	if !i.Open() {
		one.Ended = v.Moment(i.ClosedAt)
	}
	steps, err := v.pages.config.Runbook.IncidentSteps(v.R.Context(), i.N)
	if err != nil {
		return line{}, err
	}
	next, due := respond.Next(respond.CourseOf(i, steps).Plan(v.Now))
	if due {
		one.Next, one.Due = v.clock(next, i), true
	}
	return one, nil
}

// openForm asks for what an incident is about. An issue of the address is filled
// in, with its title and its service.
func (v *view) openForm() web.Form {
	issue := tocsin.Clip(strings.TrimSpace(v.R.URL.Query().Get("issue")), 100)
	title := ""
	if row, ok := v.Snapshot.Issue(issue); ok && issue != "" {
		issue = row.ID
		if told, err := v.pages.config.Model.Issue(v.R.Context(), row); err == nil { // else they write one
			title = tocsin.Clip(strings.TrimSpace(told.Title), 200)
		}
	}
	titleField := v.Field("title", title).Named(v.Text("room.title")).Hinted(v.Text("room.title.hint"))
	issueField := v.Field("issue", issue).Named(v.Text("room.issue")).Hinted(v.Text("room.issue.hint")).NotRequired()
	t0 := v.Field("t0", "").Named(v.Text("room.t0")).Hinted(v.Text("room.t0.hint")).NotRequired()
	return web.Form{Action: v.Href("/incidents"), Submit: v.Text("room.open"), Fields: []web.Field{titleField, issueField, t0}}
}

// open serves POST /incidents.
func (p *Pages) open(v *view) error {
	draft := tocsin.Incident{Title: v.R.PostFormValue("title"), TenantIDs: []string{v.Snapshot.Tenant.ID}, Zone: v.Zone.String()}
	for id := range strings.FieldsFuncSeq(v.R.PostFormValue("issue"), func(r rune) bool { return r == ' ' || r == ',' || r == '\u3001' }) {
		if row, ok := v.Snapshot.Issue(id); ok { // as the provider writes it, with its service
			id = row.ID
			draft.Services = append(draft.Services, v.servicesOf(row)...)
		}
		draft.Issues = append(draft.Issues, id)
	}
	slices.Sort(draft.Services)
	draft.Services = slices.Compact(draft.Services)
	t0, err := v.instant("t0")
	if err == nil && t0.IsZero() {
		t0, err = respond.FirstSight(v.R.Context(), p.config.Archive, draft, v.Now)
	}
	if err == nil {
		draft.Starts = []tocsin.IncidentStart{{T0: t0}}
		var opened tocsin.Incident
		if opened, err = p.config.Incidents.OpenIncident(v.R.Context(), draft, v.Now); err == nil {
			return v.Redirect(v.There(path(opened.N, "")))
		}
	}
	return v.showList(web.FormStatus(err), err)
}

// servicesOf is the workload id of the service that an issue hits.
func (v *view) servicesOf(row *readmodel.Row) []string {
	told, err := v.pages.config.Model.Issue(v.R.Context(), row)
	if err != nil || told.ServiceID == "" {
		return nil // the matrix begins empty
	}
	return []string{told.ServiceID}
}

// instant reads a time of a form: an hour of today or of yesterday, a day and an
// hour, in the reader's zone, or an instant. Nothing is the zero time.
func (v *view) instant(field string) (time.Time, error) {
	text := strings.TrimSpace(v.R.PostFormValue(field))
	if text == "" {
		return time.Time{}, nil
	}
	at, ok := v.ReadTime(text)
	if !ok {
		return time.Time{}, tocsin.Invalidf(field, "%s", v.Text("room.badtime"))
	}
	return at, nil
}
