package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/respond"
	storerespond "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
)

type incidentCmd struct {
	Open     incidentOpenCmd     `cmd:"" help:"Begin to handle issues, or a failure of one's own. Example: tocsin incident open Outage --tenant contoso --issue MO821132 --zone Europe/Paris"`
	List     incidentListCmd     `cmd:"" help:"List incidents that go on, with what is due next. Example: tocsin incident list --all --output json"`
	Show     incidentShowCmd     `cmd:"" help:"Show an incident: clocks, roles, matrix, measures, checks and the newest of its timeline. Example: tocsin incident show 3"`
	Step     incidentStepCmd     `cmd:"" help:"Say that a step of the runbook was done, is not needed, or is open again. Example: tocsin incident step 3 escalation --not-needed duplicate"`
	Note     incidentNoteCmd     `cmd:"" help:"Write into the timeline, or put an entry right; the entry stays. Example: tocsin incident note 3 Postponed --decision --at=-10m"`
	Message  incidentMessageCmd  `cmd:"" help:"What is said of an incident to many people."`
	Template incidentTemplateCmd `cmd:"" help:"The words of messages and of the runbook, as a tenant has them."`
	Close    incidentCloseCmd    `cmd:"" help:"Close an incident whose recovery checklist is ticked and whose measures are dealt with. Example: tocsin incident close 3"`
}

// incidentJSON is an incident as commands print it.
type incidentJSON struct {
	Number   int64       `json:"number"`
	Title    string      `json:"title"`
	Tenants  []string    `json:"tenants"` // names
	Issues   []string    `json:"issues"`
	T0       string      `json:"t0"`
	Zone     string      `json:"zone"`
	OpenedAt string      `json:"openedAt"`
	OpenedBy string      `json:"openedBy"`
	ClosedAt string      `json:"closedAt,omitempty"`
	ClosedBy string      `json:"closedBy,omitempty"`
	NextStep string      `json:"nextStep,omitempty"` // what is due first
	NextDue  string      `json:"nextDue,omitempty"`
	LateFor  int64       `json:"lateSeconds"` // of it
	Steps    []clockJSON `json:"steps,omitempty"`
	Roles    []roleJSON  `json:"roles,omitempty"`
	Matrix   []stateJSON `json:"matrix,omitempty"`
	Measures []actJSON   `json:"measures,omitempty"`
	Open     []string    `json:"unchecked,omitempty"` // items of the recovery checklist
	Timeline []entryJSON `json:"timeline,omitempty"`
	plan     []respond.Clock
}

type clockJSON struct {
	Step    string `json:"step"`
	Number  int    `json:"number,omitempty"`
	State   string `json:"state"`
	Due     string `json:"due,omitempty"`
	At      string `json:"at,omitempty"`
	Late    int64  `json:"lateSeconds"`
	WasLate int64  `json:"wasLateSeconds"` // while another T0 held
}

type roleJSON struct {
	Role  string `json:"role"`
	Name  string `json:"name"`
	Since string `json:"since"`
}

type stateJSON struct {
	Service    string `json:"service"`
	State      string `json:"state,omitempty"` // none: nobody tried it
	Workaround string `json:"workaround,omitempty"`
	At         string `json:"at,omitempty"`
	By         string `json:"by,omitempty"`
}

type actJSON struct {
	Number  int64  `json:"number"`
	What    string `json:"what"`
	Where   string `json:"where,omitempty"`
	Who     string `json:"who,omitempty"`
	UndoBy  string `json:"undoneBy"`
	EndedAt string `json:"endedAt,omitempty"`
	Kept    bool   `json:"kept"`
	Reason  string `json:"reason,omitempty"`
}

type entryJSON struct {
	Number     int64  `json:"number"`
	Kind       string `json:"kind"`
	HappenedAt string `json:"happenedAt"`
	WrittenAt  string `json:"writtenAt"`
	By         string `json:"by"`
	Subject    string `json:"subject,omitempty"`
	State      string `json:"state,omitempty"`
	Text       string `json:"text,omitempty"`
	Amends     int64  `json:"amends,omitempty"`
}

// newIncidentJSON is an incident whose steps ended as steps say, with its clocks as
// of now.
func newIncidentJSON(i tocsin.Incident, steps []tocsin.IncidentStep, tenants map[string]string, now time.Time) incidentJSON {
	j := incidentJSON{
		Number: i.N, Title: i.Title, Tenants: []string{}, Issues: append([]string{}, i.Issues...), T0: date(i.T0()), Zone: i.Zone, OpenedAt: date(i.OpenedAt), OpenedBy: i.OpenedBy, ClosedAt: date(i.ClosedAt), ClosedBy: i.ClosedBy,
	}
	for _, id := range i.TenantIDs {
		j.Tenants = append(j.Tenants, cmp.Or(tenants[id], id))
	}
	j.plan = respond.CourseOf(i, steps).Plan(now)
	if next, ok := respond.Next(j.plan); ok {
		j.NextStep, j.NextDue, j.LateFor = clockName(next), date(next.Due), int64(next.Late.Seconds())
	}
	return j
}

func clockName(c respond.Clock) string {
	if c.N == 0 {
		return c.Step
	}
	return fmt.Sprintf("%s/%d", c.Step, c.N)
}

type incidentOpenCmd struct {
	Title   string   `arg:"" help:"What fails, on one line."`
	Tenant  []string `help:"A tenant that is hit: GUID, domain or name; several times for several." placeholder:"TENANT" required:""`
	Issue   []string `help:"Id of an issue of the provider; none for a failure of one's own." placeholder:"ID"`
	Service []string `help:"Workload id of a service that is to be tried." placeholder:"ID"`
	Zone    string   `help:"Time zone in which days are counted, such as Europe/Paris." default:"UTC" placeholder:"ZONE"`
	T0      string   `name:"t0" help:"When it began: an instant or a time ago such as --t0=-20m. Default: when the desk saw the first of the issues, else now." placeholder:"WHEN"`
}

func (c *incidentOpenCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	now := time.Now().UTC()
	draft := tocsin.Incident{Title: c.Title, Issues: c.Issue, Services: c.Service, Zone: c.Zone}
	for _, ref := range c.Tenant {
		tenant, err := desk.Archive.Tenant(ctx, ref)
		if err != nil {
			return err
		}
		draft.TenantIDs = append(draft.TenantIDs, tenant.ID)
	}
	t0, err := parseAt("t0", c.T0, now)
	if err == nil && c.T0 == "" {
		t0, err = respond.FirstSight(ctx, desk.Archive, draft, now)
	}
	if err != nil {
		return err
	}
	draft.Starts = []tocsin.IncidentStart{{T0: t0}}
	opened, err := desk.Responses.OpenIncident(ctx, draft, now)
	if err != nil {
		return err
	}
	return s.printIncident(ctx, desk, opened.N, now)
}

type incidentListCmd struct {
	All   bool   `help:"Also those that are closed."`
	Issue string `help:"Only those about an issue." placeholder:"ID"`
	Limit int    `help:"How many at most." default:"100"`
}

func (c *incidentListCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	tenants, _, err := tenantNames(ctx, desk, "")
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	found, err := desk.Responses.Incidents(ctx, storerespond.IncidentsQuery{Open: !c.All, Issue: c.Issue, Limit: min(max(1, c.Limit), 10000)})
	if err != nil {
		return err
	}
	list := make([]incidentJSON, len(found))
	for n, i := range found {
		steps, err := desk.Responses.IncidentSteps(ctx, i.N)
		if err != nil {
			return err
		}
		list[n] = newIncidentJSON(i, steps, tenants, now)
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "N\tTITLE\tTENANTS\tISSUES\tT0\tNEXT\tDUE\tCLOSED")
		for _, i := range list {
			due := cmp.Or(i.NextDue, "-")
			if i.LateFor > 0 {
				due += " (late)"
			}
			fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", i.Number, oneLine(i.Title), strings.Join(i.Tenants, " "), oneLine(cmp.Or(strings.Join(i.Issues, " "), "-")), i.T0, cmp.Or(i.NextStep, "-"), due, cmp.Or(i.ClosedAt, "-"))
		}
		_ = table.Flush() // standard output
	})
}

// incidentRef names an incident.
type incidentRef struct {
	N int64 `arg:"" name:"number" help:"Number of the incident."`
}

type incidentShowCmd struct{ incidentRef }

func (c *incidentShowCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	return s.printIncident(ctx, desk, c.N, time.Now().UTC())
}

// shownEntries is how many rows of a timeline are printed.
const shownEntries = 50

// printIncident prints all of an incident.
func (s *session) printIncident(ctx context.Context, desk *app.Rooms, n int64, now time.Time) error {
	i, err := desk.Responses.Incident(ctx, n)
	if err != nil {
		return err
	}
	tenants, _, err := tenantNames(ctx, desk, "")
	if err != nil {
		return err
	}
	room, err := desk.Responses.IncidentRoom(ctx, n)
	if err != nil {
		return err
	}
	entries, err := desk.Responses.IncidentEntries(ctx, n, shownEntries)
	if err != nil {
		return err
	}
	items, err := respond.AskedItems(i.Services)
	if err != nil {
		return err
	}
	j := newIncidentJSON(i, room.Steps, tenants, now)
	j.fill(i, room, items, entries)
	return s.print(j, j.write)
}

// fill adds what is printed of one incident alone.
func (j *incidentJSON) fill(i tocsin.Incident, room storerespond.Room, items []string, entries []tocsin.IncidentEntry) {
	for _, c := range j.plan {
		j.Steps = append(j.Steps, clockJSON{c.Step, c.N, string(c.State), date(c.Due), date(c.At), int64(c.Late.Seconds()), int64(c.WasLate.Seconds())})
	}
	for _, r := range room.Holders() {
		j.Roles = append(j.Roles, roleJSON{r.Role, r.Name, date(r.GivenAt)})
	}
	last := room.LastStates()
	for _, service := range i.Services {
		line := stateJSON{Service: service}
		if at := slices.IndexFunc(last, func(x tocsin.IncidentState) bool { return x.Service == service }); at >= 0 {
			x := last[at]
			line = stateJSON{service, x.State, x.Workaround, date(x.At), x.By}
		}
		j.Matrix = append(j.Matrix, line)
	}
	for _, m := range room.Measures {
		j.Measures = append(j.Measures, actJSON{m.N, m.What, m.Where, m.Who, m.UndoBy, date(m.EndedAt), m.Kept, m.Reason})
	}
	if i.Open() {
		j.Open = room.Unchecked(items)
	}
	for _, e := range entries {
		j.Timeline = append(j.Timeline, entryJSON{e.N, e.Kind, date(e.HappenedAt), date(e.WrittenAt), e.By, e.Subject, e.State, e.Text, e.Amends})
	}
}

// write prints an incident for people.
func (j *incidentJSON) write(w io.Writer) {
	state := "open"
	if j.ClosedAt != "" {
		state = "closed " + j.ClosedAt + " by " + oneLine(j.ClosedBy)
	}
	fmt.Fprintf(w, "Incident %d: %s (%s)\nTenants: %s. Issues: %s. T0: %s, %s.\n\n", j.Number, oneLine(j.Title), state, strings.Join(j.Tenants, ", "), oneLine(cmp.Or(strings.Join(j.Issues, ", "), "none")), j.T0, j.Zone)
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "STEP\tSTATE\tDUE\tDONE\tLATE")
	for _, c := range j.plan {
		late := "-"
		if c.Late > 0 || c.WasLate > 0 {
			late = max(c.Late, c.WasLate).Truncate(time.Second).String()
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", clockName(c), c.State, cmp.Or(date(c.Due), "-"), cmp.Or(date(c.At), "-"), late)
	}
	for _, r := range j.Roles {
		fmt.Fprintf(table, "\n%s:\t%s", r.Role, oneLine(r.Name))
	}
	if len(j.Matrix) > 0 {
		fmt.Fprintln(table, "\nSERVICE\tSTATE\tWORKAROUND\tTRIED\tBY")
		for _, x := range j.Matrix {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", oneLine(x.Service), cmp.Or(x.State, "-"), oneLine(cmp.Or(x.Workaround, "-")), cmp.Or(x.At, "-"), oneLine(cmp.Or(x.By, "-")))
		}
	}
	for _, m := range j.Measures {
		if m.EndedAt == "" {
			fmt.Fprintf(table, "\nMeasure %d is open: %s. Undone by: %s.", m.Number, oneLine(m.What), oneLine(m.UndoBy))
		}
	}
	if len(j.Open) > 0 {
		fmt.Fprintf(table, "\nNot checked: %s\n", strings.Join(j.Open, " "))
	}
	fmt.Fprintln(table, "\nHAPPENED\tWRITTEN\tBY\tWHAT")
	for _, e := range j.Timeline {
		what := strings.Join(strings.Fields(e.Kind+" "+e.Subject+" "+e.State+" "+e.Text), " ")
		if e.Amends > 0 {
			what = fmt.Sprintf("amends %d: %s", e.Amends, e.Text)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d. %s\n", e.HappenedAt, e.WrittenAt, oneLine(e.By), e.Number, oneLine(what))
	}
	_ = table.Flush() // standard output
}
