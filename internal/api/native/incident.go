package native

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/respond"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
)

// incidents is the part of the store that has incidents.
type incidents interface {
	OpenIncident(ctx context.Context, draft tocsin.Incident, now time.Time) (tocsin.Incident, error)
	Incidents(ctx context.Context, q store.IncidentsQuery) ([]tocsin.Incident, error)
	Incident(ctx context.Context, n int64) (tocsin.Incident, error)
	IncidentRoom(ctx context.Context, n int64) (store.Room, error)
	IncidentEntries(ctx context.Context, n int64, limit int) ([]tocsin.IncidentEntry, error)
}

// rooms is the part of the store that takes down how incidents go on.
type rooms interface {
	IncidentSteps(ctx context.Context, n int64) ([]tocsin.IncidentStep, error)
	EndStep(ctx context.Context, n int64, e tocsin.IncidentStep, now time.Time) error
	AddEntry(ctx context.Context, n int64, kind, text string, happened, now time.Time) error
	SetIncidentState(ctx context.Context, n int64, state tocsin.IncidentState, now time.Time) error
	CloseIncident(ctx context.Context, n int64, items []string, now time.Time) error
}

// maxTimeline is how many entries of a timeline an answer has, the newest.
const maxTimeline = 1000

// incidentBody is an incident in a list.
type incidentBody struct {
	N        int64         `json:"n" doc:"1, 2, 3 … on the desk."`
	Title    string        `json:"title"`
	Tenants  []string      `json:"tenantIds" nullable:"false"`
	Issues   []string      `json:"issues" nullable:"false" doc:"Ids of the provider's issues; none for a failure of one's own."`
	T0       time.Time     `json:"t0" doc:"From which due times count."`
	Zone     string        `json:"zone" example:"Europe/Paris"`
	OpenedAt time.Time     `json:"openedAt"`
	OpenedBy string        `json:"openedBy,omitempty"`
	ClosedAt *time.Time    `json:"closedAt,omitempty"`
	ClosedBy string        `json:"closedBy,omitempty"`
	Next     *incidentStep `json:"next,omitempty" doc:"What is due first."`
}

type incidentStep struct {
	Step        string     `json:"step" enum:"detection,announcement,escalation,updates,closure,review"`
	Number      int        `json:"number,omitempty" doc:"Of the updates, from 1."`
	State       string     `json:"state" enum:"pending,late,done,not-needed,missed"`
	DueAt       *time.Time `json:"dueAt,omitempty" doc:"Missing for what waits for something else than time."`
	DoneAt      *time.Time `json:"doneAt,omitempty"`
	LateSeconds int64      `json:"lateSeconds" doc:"After its due time: when it was done, or how long it is by now."`
}

type incidentList struct {
	Value []incidentBody `json:"value" nullable:"false" doc:"Newest first."`
}

// roomBody is an incident with all that is written down about it.
type roomBody struct {
	incidentBody
	Steps     []incidentStep    `json:"steps" nullable:"false"`
	Roles     []incidentRole    `json:"roles" nullable:"false" doc:"Those that hold."`
	States    []incidentState   `json:"states" nullable:"false" doc:"What was found of each service last."`
	Measures  []incidentMeasure `json:"measures" nullable:"false"`
	Promise   *incidentPromise  `json:"promise,omitempty" doc:"By when the newest message promises the next one."`
	Unchecked []string          `json:"unchecked" nullable:"false" doc:"Items of the recovery checklist that nobody has ticked."`
	Timeline  []incidentEntry   `json:"timeline" nullable:"false" doc:"The newest first, at most 1,000."`
}

type incidentPromise struct {
	Message     int64     `json:"message" doc:"Number of the message that makes it."`
	DueAt       time.Time `json:"dueAt"`
	LateSeconds int64     `json:"lateSeconds"`
}

type incidentRole struct {
	Role  string    `json:"role" enum:"manager,comms,scribe,liaison,support"`
	Name  string    `json:"name"`
	Since time.Time `json:"since"`
}

type incidentState struct {
	Service    string    `json:"service" doc:"Workload id."`
	State      string    `json:"state" enum:"ok,partial,ko"`
	Workaround string    `json:"workaround,omitempty"`
	At         time.Time `json:"at"`
	By         string    `json:"by,omitempty"`
}

type incidentMeasure struct {
	Number  int64      `json:"number"`
	What    string     `json:"what"`
	Where   string     `json:"where,omitempty"`
	Who     string     `json:"who,omitempty"`
	UndoBy  string     `json:"undoneBy"`
	EndedAt *time.Time `json:"endedAt,omitempty"`
	Kept    bool       `json:"kept"`
	Reason  string     `json:"reason,omitempty"`
}

type incidentEntry struct {
	Number     int64     `json:"number"`
	Kind       string    `json:"kind" example:"decision"`
	HappenedAt time.Time `json:"happenedAt"`
	WrittenAt  time.Time `json:"writtenAt"`
	By         string    `json:"by,omitempty"`
	Subject    string    `json:"subject,omitempty"`
	State      string    `json:"state,omitempty"`
	Text       string    `json:"text,omitempty"`
	Amends     int64     `json:"amends,omitempty" doc:"Number of the entry that it puts right."`
}

// InIncident names an incident.
type InIncident struct {
	InTenant
	N int64 `path:"n" minimum:"1" doc:"Number of the incident."`
}

// tagged makes operations of a tag, each with the status of an answer that is no error.
func tagged(tag string) func(id, method, path, summary string, status int) huma.Operation {
	return func(id, method, path, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tag}, Summary: summary, DefaultStatus: status}
	}
}

func (a *API) registerIncidents() {
	path := "/tenants/{tenant}/incidents"
	op := tagged("incidents")
	add(a, operation{needs: access.ReadDesk, Operation: op("listIncidents", http.MethodGet, path, "List incidents, and what is due first in each", 200)}, a.listIncidents)
	add(a, operation{needs: access.ReadDesk, Operation: op("getIncident", http.MethodGet, path+"/{n}", "Read an incident: clocks, roles, matrix, measures, timeline", 200)}, a.getIncident)
	add(a, operation{needs: access.AuthorDesk, Operation: op("openIncident", http.MethodPost, path, "Open an incident", 201)}, a.openIncident)
	add(a, operation{needs: access.AuthorDesk, Operation: op("endIncidentStep", http.MethodPost, path+"/{n}/steps", "Say that a step was done, or is not needed", 200)}, a.endIncidentStep)
	add(a, operation{needs: access.AuthorDesk, Operation: op("addIncidentEntry", http.MethodPost, path+"/{n}/entries", "Write a note or a decision into the timeline", 200)}, a.addIncidentEntry)
	add(a, operation{needs: access.AuthorDesk, Operation: op("setIncidentState", http.MethodPost, path+"/{n}/states", "Say how a service worked when it was tried", 200)}, a.setIncidentState)
	add(a, operation{needs: access.AuthorDesk, Operation: op("closeIncident", http.MethodPost, path+"/{n}/close", "Close an incident whose checklist is ticked and whose measures are dealt with", 200)}, a.closeIncident)
}

// incident returns an incident of the tenant of the address. One that other tenants
// share is not there for its programs: they would read of those.
func (a *API) incident(ctx context.Context, x *exchange, n int64) (tocsin.Incident, error) {
	i, err := a.incidents.Incident(ctx, n)
	if err == nil && !slices.Equal(i.TenantIDs, []string{x.tenant.ID}) {
		err = tocsin.NotFoundf("There is no incident %d.", n)
	}
	return i, err
}

func (a *API) listIncidents(ctx context.Context, x *exchange, in *struct {
	InTenant
	Open  bool   `query:"open" doc:"Only those that go on."`
	Issue string `query:"issue" maxLength:"100" doc:"Only those about an issue."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Most incidents of the answer."`
},
) (*struct{ Body incidentList }, error) {
	own := func(tenantIDs []string) bool { return slices.Equal(tenantIDs, []string{x.tenant.ID}) }
	list, err := a.incidents.Incidents(ctx, store.IncidentsQuery{Open: in.Open, Issue: itemID(in.Issue), Limit: in.Limit, Sees: own})
	if err != nil {
		return nil, err
	}
	body := incidentList{Value: []incidentBody{}}
	for _, i := range list {
		steps, err := a.rooms.IncidentSteps(ctx, i.N)
		if err != nil {
			return nil, err
		}
		one, _ := newIncidentBody(i, steps, x.now)
		body.Value = append(body.Value, one)
	}
	return &struct{ Body incidentList }{body}, nil
}

func (a *API) getIncident(ctx context.Context, x *exchange, in *InIncident) (*struct{ Body roomBody }, error) {
	i, err := a.incident(ctx, x, in.N)
	if err != nil {
		return nil, err
	}
	room, err := a.incidents.IncidentRoom(ctx, in.N)
	if err != nil {
		return nil, err
	}
	entries, err := a.incidents.IncidentEntries(ctx, in.N, maxTimeline)
	if err != nil {
		return nil, err
	}
	items, err := respond.AskedItems(i.Services)
	if err != nil {
		return nil, err
	}
	said, err := a.speeches.Said(ctx, in.N)
	if err != nil {
		return nil, err
	}
	body := newRoomBody(i, room, items, entries, x.now)
	if c, ok := respond.PromiseClock(tocsin.PromiseOf(i, said), x.now); ok {
		body.Promise = &incidentPromise{int64(c.N), c.Due.UTC(), int64(c.Late / time.Second)}
	}
	return &struct{ Body roomBody }{body}, nil
}

func (a *API) openIncident(ctx context.Context, x *exchange, in *struct {
	InTenant
	Body struct {
		Title    string    `json:"title" minLength:"1" maxLength:"200"`
		Issues   []string  `json:"issues,omitempty" maxItems:"50"`
		Services []string  `json:"services,omitempty" maxItems:"50" doc:"Workload ids of the services that are to be tried."`
		Zone     string    `json:"zone,omitempty" maxLength:"60" doc:"In which days are counted; UTC when left out." example:"Europe/Paris"`
		T0       time.Time `json:"t0,omitempty" doc:"When it began. Left out: when the desk saw the first of the issues, else now."`
	}
},
) (*output[roomBody], error) {
	draft := tocsin.Incident{Title: in.Body.Title, TenantIDs: []string{x.tenant.ID}, Services: in.Body.Services, Zone: in.Body.Zone}
	for _, id := range in.Body.Issues {
		draft.Issues = append(draft.Issues, itemID(id))
	}
	if draft.Zone == "" {
		draft.Zone = "UTC"
	}
	t0 := in.Body.T0
	if t0.IsZero() {
		var err error
		if t0, err = respond.FirstSight(ctx, a.archive, draft, x.now); err != nil {
			return nil, err
		}
	}
	draft.Starts = []tocsin.IncidentStart{{T0: t0}}
	i, err := a.incidents.OpenIncident(ctx, draft, x.now)
	if err != nil {
		return nil, err
	}
	room, err := a.getIncident(ctx, x, &InIncident{N: i.N})
	if err != nil {
		return nil, err
	}
	return &output[roomBody]{Body: room.Body}, nil
}

// inRoom lets do change an incident, and answers with what holds then.
func (a *API) inRoom(ctx context.Context, x *exchange, n int64, do func(tocsin.Incident) error) (*struct{ Body roomBody }, error) {
	i, err := a.incident(ctx, x, n)
	if err == nil {
		err = do(i)
	}
	if err != nil {
		return nil, err
	}
	return a.getIncident(ctx, x, &InIncident{N: n})
}

func (a *API) endIncidentStep(ctx context.Context, x *exchange, in *struct {
	InIncident
	Body struct {
		Step      string    `json:"step" enum:"detection,announcement,escalation,updates,closure,review"`
		Number    int       `json:"number,omitempty" minimum:"0" doc:"Of the updates; that of this hour when left out."`
		NotNeeded string    `json:"notNeeded,omitempty" maxLength:"200" doc:"Why it is not needed, in the place of done."`
		At        time.Time `json:"at,omitempty" doc:"When it was done; now when left out."`
	}
},
) (*struct{ Body roomBody }, error) {
	return a.inRoom(ctx, x, in.N, func(i tocsin.Incident) error {
		end := tocsin.IncidentStep{Step: in.Body.Step, N: in.Body.Number, Needed: in.Body.NotNeeded == "", Reason: in.Body.NotNeeded, At: in.Body.At}
		if end.Step == tocsin.StepUpdates && end.N == 0 {
			steps, err := a.rooms.IncidentSteps(ctx, i.N)
			if err != nil {
				return err
			}
			if end.N, err = respond.CourseOf(i, steps).Update(x.now); err != nil {
				return err
			}
		}
		return a.rooms.EndStep(ctx, i.N, end, x.now)
	})
}

func (a *API) addIncidentEntry(ctx context.Context, x *exchange, in *struct {
	InIncident
	Body struct {
		Kind string    `json:"kind,omitempty" enum:"note,decision" default:"note"`
		Text string    `json:"text" minLength:"1" maxLength:"4000"`
		At   time.Time `json:"at,omitempty" doc:"When it happened; now when left out."`
	}
},
) (*struct{ Body roomBody }, error) {
	return a.inRoom(ctx, x, in.N, func(i tocsin.Incident) error {
		return a.rooms.AddEntry(ctx, i.N, in.Body.Kind, in.Body.Text, in.Body.At, x.now)
	})
}

func (a *API) setIncidentState(ctx context.Context, x *exchange, in *struct {
	InIncident
	Body struct {
		Service    string `json:"service" minLength:"1" maxLength:"200" doc:"Workload id."`
		State      string `json:"state" enum:"ok,partial,ko"`
		Workaround string `json:"workaround,omitempty" maxLength:"200"`
	}
},
) (*struct{ Body roomBody }, error) {
	return a.inRoom(ctx, x, in.N, func(i tocsin.Incident) error {
		return a.rooms.SetIncidentState(ctx, i.N, tocsin.IncidentState{Service: in.Body.Service, State: in.Body.State, Workaround: in.Body.Workaround}, x.now)
	})
}

func (a *API) closeIncident(ctx context.Context, x *exchange, in *InIncident) (*struct{ Body roomBody }, error) {
	return a.inRoom(ctx, x, in.N, func(i tocsin.Incident) error {
		items, err := respond.AskedItems(i.Services)
		if err != nil {
			return err
		}
		return a.rooms.CloseIncident(ctx, i.N, items, x.now)
	})
}

// newIncidentBody returns an incident with what is due first, and its plan.
func newIncidentBody(i tocsin.Incident, steps []tocsin.IncidentStep, now time.Time) (incidentBody, []respond.Clock) {
	body := incidentBody{
		N: i.N, Title: i.Title, Tenants: append([]string{}, i.TenantIDs...), Issues: append([]string{}, i.Issues...), T0: i.T0().UTC(), Zone: i.Zone,
		OpenedAt: i.OpenedAt.UTC(), OpenedBy: i.OpenedBy, ClosedAt: instant(i.ClosedAt), ClosedBy: i.ClosedBy,
	}
	plan := respond.CourseOf(i, steps).Plan(now)
	if next, ok := respond.Next(plan); ok {
		step := newIncidentStep(next)
		body.Next = &step
	}
	return body, plan
}

func newIncidentStep(c respond.Clock) incidentStep {
	return incidentStep{c.Step, c.N, string(c.State), instant(c.Due), instant(c.At), int64(c.Late / time.Second)}
}

func newRoomBody(i tocsin.Incident, room store.Room, items []string, entries []tocsin.IncidentEntry, now time.Time) roomBody {
	one, plan := newIncidentBody(i, room.Steps, now)
	body := roomBody{incidentBody: one, Steps: []incidentStep{}, Roles: []incidentRole{}, States: []incidentState{}, Measures: []incidentMeasure{}, Unchecked: append([]string{}, room.Unchecked(items)...), Timeline: []incidentEntry{}}
	for _, c := range plan {
		body.Steps = append(body.Steps, newIncidentStep(c))
	}
	for _, r := range room.Holders() {
		body.Roles = append(body.Roles, incidentRole{r.Role, r.Name, r.GivenAt.UTC()})
	}
	for _, s := range room.LastStates() {
		body.States = append(body.States, incidentState{s.Service, s.State, s.Workaround, s.At.UTC(), s.By})
	}
	for _, m := range room.Measures {
		body.Measures = append(body.Measures, incidentMeasure{m.N, m.What, m.Where, m.Who, m.UndoBy, instant(m.EndedAt), m.Kept, m.Reason})
	}
	for _, e := range entries {
		body.Timeline = append(body.Timeline, incidentEntry{e.N, e.Kind, e.HappenedAt.UTC(), e.WrittenAt.UTC(), e.By, e.Subject, e.State, e.Text, e.Amends})
	}
	return body
}
