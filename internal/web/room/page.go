package room

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/speech"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// maxEntries is how many entries of the timeline a room shows, the newest.
const maxEntries = 200

// roomPage is the room of an incident.
type roomPage struct {
	web.Frame
	Heading            string
	Issues             []link
	Turned             []string // what the provider no longer stands by
	Joins              []join   // issues that could be handled here
	Hit                string   // the tenants, in words
	T0, Opened, Closed *lang.Moment
	OpenedBy, ClosedBy string
	Since              string // T0 + 2 h 37
	Lead               string // who leads, "" for nobody
	Touched            int    // services that are not well
	Requests           []linked
	Ask                string // where a request is begun; "" for those who may not
	Ended, Steps       int    // steps of the runbook that are done, of how many
	Next               clock
	Todo               []todo // where what is open is done
	Due                bool
	Runs, Works, Sends bool // what the visitor may do here
	Do                 string
	Run                string
	Clocks             []clock
	Earlier            int // updates that are not shown
	Ruler              ruler
	Roles              []role
	Matrix             []matrixRow
	Instants           []string // of the columns of the matrix
	Tally              string
	Services           []web.Choice // that the matrix has not
	Measures           []measure
	Entries            []entry
	Messages           []link
	Said               []said
	Promise            *clock   // by when the next update is promised; nil for never
	Stalls             []string // what its services may hold up in the business
	Handover           string
	Checks             []checklist
	Unchecked          int
	Review             []respond.Item // once it is closed
	Starts             []start        // earlier ones
	Form               web.Form       // of what was refused
}

type link struct{ Name, Href string }

type role struct{ ID, Name, Who, Duty string }

type start struct {
	At, Since  *lang.Moment
	Reason, By string
}

type measure struct {
	N                      int64
	What, Where, Who, Undo string
	Added, Ended           *lang.Moment
	EndedBy, Reason        string
	Open, Kept             bool
}

type checklist struct {
	Name  string
	Items []item
}

type item struct {
	ID, Text     string
	Done, Needed bool
	On           bool // ticked in a form that was refused
	By, Reason   string
	At           *lang.Moment
}

// An entry is a row of the timeline. What puts it right stands below it.
type entry struct {
	N          int64
	Icon       string
	Look       web.Look // where it is about how a service works
	Time       *lang.Moment
	Written    *lang.Moment // where it was written much later
	Words, By  string
	Href       string // address of what it is about, "" for none
	More       string // what it is about, in words that nobody wrote here
	Text       string
	Amendments []entry
	request    named // that it is about
}

// room serves /incidents/{n}.
func (p *Pages) room(v *view) error {
	i, err := v.asked()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, i, nil)
}

// show shows a room, with what is wrong with what was sent.
func (v *view) show(status int, i tocsin.Incident, problem error) error {
	in := v.pages.config.Incidents
	events := v.EventsAt(path(i.N, "events"), readmodel.RoomTopic(i.N)) // before what it is about is read
	entries, err := in.IncidentEntries(v.R.Context(), i.N, maxEntries)
	if err != nil {
		return err
	}
	room, err := in.IncidentRoom(v.R.Context(), i.N)
	if err != nil {
		return err
	}
	page := v.rights(i)
	page.Frame = v.Frame(web.Crumb{Name: v.Text("nav.rooms"), Href: v.Href("/incidents")}, web.Crumb{Name: v.Text("room.number", "n", int(i.N))})
	if err := v.head(&page, i); err != nil {
		return err
	}
	page.Events, page.Part = events, v.part(i, entries)
	page.Title = v.Text("room.tab", "n", int(i.N), "title", i.Title)
	v.fill(&page, i, room)
	f, err := v.gathered(i, room)
	if err != nil {
		return err
	}
	list, err := v.spoken(i)
	if err != nil {
		return err
	}
	if page.Joins, err = v.joins(i, ""); err != nil {
		return err
	}
	page.Stalls = speech.Sentences(v.Locale.Locale, f.Stalls())
	v.todos(&page, i, room.Steps, f, list)
	page.Entries = v.entries(entries)
	v.speeches(&page, i, room.Steps, list)
	if page.Requests, err = v.linked(i); err != nil {
		return err
	}
	v.name(page.Entries, page.Requests)
	if problem != nil {
		if !v.Blame(&page.Form, v.worded(problem)) {
			return problem
		}
		v.Title(&page.Frame, page.Form)
	} else if i.Open() {
		page.Refresh = 30
	}
	return v.Render(status, "room", page)
}

// fill words what is written down.
func (v *view) fill(page *roomPage, i tocsin.Incident, room store.Room) {
	plan := respond.CourseOf(i, room.Steps).Plan(v.Now)
	page.Clocks, page.Earlier = v.clocks(plan, i, *page)
	page.Ended, page.Steps = respond.Progress(plan)
	page.Ruler = v.ruler(plan, i)
	if next, ok := respond.Next(plan); ok {
		page.Next, page.Due = v.clock(next, i), true
	}
	until := v.Now
	if !i.Open() {
		until, page.Closed = i.ClosedAt, v.Moment(i.ClosedAt)
		page.Review = v.book.Review
	}
	page.Since = v.Length(max(until.Sub(i.T0()), 0))
	for _, s := range i.Starts[:max(0, len(i.Starts)-1)] {
		page.Starts = append(page.Starts, start{At: v.Moment(s.T0), Since: v.Moment(s.Since), Reason: s.Reason, By: s.By})
	}
	for _, id := range tocsin.IncidentRoles() {
		one := role{ID: id, Name: v.Text("room.role." + id), Duty: v.Text("room.role." + id + ".duty")}
		for _, r := range room.Roles {
			if r.Role == id && (r.EndedAt.IsZero() || !i.Open() && r.EndedAt.Equal(i.ClosedAt)) {
				one.Who = r.Name
			}
		}
		if id == "manager" {
			page.Lead = one.Who
		}
		page.Roles = append(page.Roles, one)
	}
	v.matrix(page, i, room.States)
	for _, m := range room.Measures {
		one := measure{N: m.N, What: m.What, Where: m.Where, Who: m.Who, Undo: m.UndoBy, Added: v.Moment(m.AddedAt), Open: m.Open(), Kept: m.Kept, EndedBy: m.EndedBy, Reason: m.Reason}
		if !m.Open() {
			one.Ended = v.Moment(m.EndedAt)
		}
		page.Measures = append(page.Measures, one)
	}
	v.checks(page, i, room.Checks)
	for _, t := range v.book.Messages {
		page.Messages = append(page.Messages, link{t.Name, v.Href(path(i.N, "message?of="+t.ID))})
	}
}

// checks word the lists that are asked before the end.
func (v *view) checks(page *roomPage, i tocsin.Incident, ticked []tocsin.IncidentCheck) {
	for _, list := range v.book.Asked(i.Services) {
		out := checklist{Name: list.Name}
		for _, one := range list.Items {
			it := item{ID: list.ItemName(one), Text: one.Text}
			if at := slices.IndexFunc(ticked, func(c tocsin.IncidentCheck) bool { return c.Item == it.ID }); at >= 0 {
				c := ticked[at]
				it.Done, it.Needed, it.By, it.Reason, it.At = true, c.Needed, c.By, c.Reason, v.Moment(c.At)
			} else {
				page.Unchecked++
				it.On = slices.Contains(v.R.PostForm["item"], it.ID)
			}
			out.Items = append(out.Items, it)
		}
		page.Checks = append(page.Checks, out)
	}
}

// writtenLate is how much later than it happened something has to be written so
// that both clocks are shown.
const writtenLate = 2 * time.Minute

// entries word the timeline, the newest first.
func (v *view) entries(list []tocsin.IncidentEntry) (out []entry) {
	amendments := map[int64][]entry{}
	for _, e := range list {
		one := v.entry(e)
		if e.Amends > 0 {
			amendments[e.Amends] = append(amendments[e.Amends], one)
			continue
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b entry) int { return strings.Compare(b.Time.ISO, a.Time.ISO) })
	for n := range out {
		out[n].Amendments = amendments[out[n].N]
	}
	return out
}

func (v *view) entry(e tocsin.IncidentEntry) entry {
	icons := map[string]string{"open": "room", "issue": "incident", "issue-end": "incident", "step": "check", "reopen": "clock", "late": "clock", "role": "user", "note": "pin", "decision": "flag", "measure": "settings", "measure-end": "settings", "check": "check", "start": "clock", "amend": "pin", "close": "check", "message": "send", "message-wait": "clock", "message-return": "pin", "request": "request"}
	one := entry{N: e.N, Icon: icons[e.Kind], Time: v.Moment(e.HappenedAt), By: e.By, Text: e.Text}
	if e.WrittenAt.Sub(e.HappenedAt) >= writtenLate {
		one.Written = v.Moment(e.WrittenAt)
	}
	subject, state := e.Subject, e.State
	switch e.Kind {
	case "step", "reopen", "late":
		step, number, _ := strings.Cut(e.Subject, "/")
		row, _ := v.book.Row(step)
		subject = row.Step
		if step == tocsin.StepReminder || step == tocsin.StepPromise {
			subject, e.Kind = v.Text("room.promise"), e.Kind+map[string]string{tocsin.StepReminder: ".soon"}[step]
		} else if n, err := strconv.Atoi(number); err == nil {
			subject = v.Text("room.update", "n", n)
		}
		if at, err := time.Parse(time.RFC3339, e.State); err == nil { // of what is late
			state = v.HM(at.In(v.Zone))
		}
	case "role":
		subject = v.Text("room.role." + e.Subject)
	case "state":
		subject, one.Look = v.serviceName(e.Subject), v.stateLook(e.State)
		state = one.Look.Words
	case "check":
		subject = v.itemText(e.Subject)
	case "message", "message-wait", "message-return":
		subject = v.messageName(e.Subject)
	case "request":
		subject = e.Subject[strings.LastIndexByte(e.Subject, '/')+1:]
	case "start":
		if at, err := time.Parse(time.RFC3339, e.State); err == nil {
			state = v.Full(at.In(v.Zone))
		}
	}
	words := "room.said." + e.Kind
	switch {
	case (e.Kind == "open" || e.Kind == "issue") && e.State != "": // a rule asked how many are hit
		one.More = v.reach(e.State)
	case e.Kind == "request" && slices.Contains(tocsin.RequestSeverities(), e.State):
		words += ".severity"
	case e.Kind == "request":
		words += "." + e.State
	}
	if e.State == "not-needed" || e.State == "kept" {
		words += "." + e.State
	}
	if e.Kind == "request" {
		one.request = named{e.Subject, words, state}
	}
	one.Words = v.Text(words, "subject", subject, "state", state)
	return one
}

// reach words how many an issue hits, as a rule found it before it opened the room.
func (v *view) reach(state string) string {
	of, number, _ := strings.Cut(state, " ")
	n, err := strconv.Atoi(number)
	if err != nil || !slices.Contains([]string{"seats", "users"}, of) {
		return v.Text("room.reach.unknown")
	}
	return v.Text("room.reach."+of, "n", n)
}

// messageName is what the reader calls a message that its writer called by a name.
func (v *view) messageName(name string) string {
	for _, code := range lang.Languages() {
		shipped, err := respond.In(code)
		if err != nil {
			continue
		}
		for n, t := range shipped.Messages {
			if t.Name == name {
				return v.book.Messages[n].Name // books have the same messages in the same order
			}
		}
	}
	return name
}

// itemText is the text of an item of the checklists.
func (v *view) itemText(id string) string {
	for _, list := range v.book.Recovery {
		for _, one := range list.Items {
			if list.ItemName(one) == id {
				return one.Text
			}
		}
	}
	return id
}
