package room

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"weak"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/speech"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// partPage is what is new in a room: entries, and the regions that they change.
type partPage struct {
	roomPage
	Whole bool            // what is new shows on all of the page
	Has   map[string]bool // regions
}

// events serves GET /incidents/{n}/events: a stream that says when something was
// written in the room.
func (p *Pages) events(v *view) error {
	i, err := v.asked()
	if err != nil {
		return err
	}
	return v.Listen(readmodel.RoomTopic(i.N), i.TenantIDs)
}

// part is the address of what is new after the entries of a page.
func (v *view) part(i tocsin.Incident, entries []tocsin.IncidentEntry) string {
	last := int64(0)
	for _, e := range entries {
		last = max(last, e.N)
	}
	return v.Href(path(i.N, "part?after="+strconv.FormatInt(last, 10)))
}

// maxPart is how many new entries are sent as a part.
const maxPart = 20

// regionOf is the region of a room that an entry changes beside the timeline, ""
// for none, and whether all of the page is another one.
func regionOf(kind string) (region string, whole bool) {
	switch kind {
	case "step", "reopen", "late", "start":
		return "runbook", false
	case "message", "message-wait", "message-return":
		return "comms", false
	case "state":
		return "matrix", false
	case "role":
		return "roles", false
	case "measure", "measure-end":
		return "measures", false
	case "check":
		return "checks", false
	case "note", "decision":
		return "", false
	}
	return "", true
}

// roomAt names a room as it was after an entry, in a second.
type roomAt struct{ n, last, second int64 }

// maxRooms is how many rooms are remembered in one of two generations.
const maxRooms = 256

// partKey is all that a part depends on: what is new in which room, how its reader
// reads, and what they may see and do there. Nobody gets what was made for somebody who
// may do something else.
type partKey struct {
	roomAt
	after      int64
	home, zone string // the language and tenant of links, and where times are
	may        string
	snapshot   weak.Pointer[readmodel.Snapshot]
}

// part serves GET /incidents/{n}/part: what is new in the room since an entry. Two
// hundred people ask for it at once: it is made once for those who read alike.
func (p *Pages) part(v *view) error {
	n, err := strconv.ParseInt(v.R.PathValue("n"), 10, 64)
	if err != nil || n < 1 {
		return web.NothingHere()
	}
	last, err := p.config.Clerk.LastEntry(v.R.Context(), n)
	if err != nil {
		return err
	}
	at := roomAt{n, last, v.Now.Unix()}
	i, ok := p.rooms.Get(at)
	if !ok {
		if i, err = p.config.Incidents.Incident(v.R.Context(), n); err != nil {
			return err
		}
		p.rooms.Put(at, i, 0)
	}
	if err := v.inside(i); err != nil {
		return err
	}
	after, err := strconv.ParseInt(v.R.URL.Query().Get("after"), 10, 64)
	if err != nil || after < 0 {
		return tocsin.Invalidf("after", "It is the number of an entry.")
	}
	key := partKey{roomAt: at, after: after, home: v.Href("/"), zone: v.Zone.String(), may: v.mayThere(i), snapshot: weak.Make(v.Snapshot)}
	kept := func() (web.Content, error) {
		return v.Kept(key, func() ([]byte, error) { return v.makePart(i, after) })
	}
	made, err, shared := p.parts.Do(fmt.Sprintf("%+v", key), func() (any, error) { return kept() })
	content, _ := made.(web.Content)
	if err != nil && shared { // whoever it was made for may have gone
		content, err = kept()
	}
	if err != nil {
		return err
	}
	v.Send(http.StatusOK, content)
	return nil
}

// mayThere names what the visitor may see and do in a room: in all of its tenants, and
// of which of them they see what services carry.
func (v *view) mayThere(i tocsin.Incident) string {
	var b strings.Builder
	for _, needs := range []access.Permission{access.RunIncidents, access.WorkIncidents, access.Communicate, access.Triage, access.AskProvider} {
		b.WriteString(strconv.FormatBool(v.mayAll(needs, i))[:1])
	}
	visitor := access.VisitorOf(v.R.Context())
	for _, id := range i.TenantIDs {
		b.WriteString(strconv.FormatBool(visitor.May(access.ReadMap, id))[:1])
		b.WriteString(strconv.FormatBool(v.sees(id))[:1])
	}
	return b.String()
}

// makePart makes what is new in a room since an entry.
func (v *view) makePart(i tocsin.Incident, after int64) ([]byte, error) {
	p := v.pages
	entries, err := p.config.Clerk.EntriesAfter(v.R.Context(), i.N, after, maxPart+1)
	if err != nil {
		return nil, err
	}
	page := partPage{roomPage: v.rights(i), Has: map[string]bool{}, Whole: len(entries) > maxPart}
	page.Lang = v.Code
	page.Part = v.part(i, append(slices.Clone(entries), tocsin.IncidentEntry{N: after}))
	for _, e := range entries {
		region, whole := regionOf(e.Kind)
		page.Has[region], page.Whole = true, page.Whole || whole
		if e.Kind == "message" || e.Kind == "late" { // a promise begins, ends or is told of
			page.Has["runbook"], page.Has["comms"] = true, true
		}
	}
	if page.Whole {
		page.Has, entries = nil, nil
	}
	page.Entries = v.entries(entries)
	delete(page.Has, "")
	if len(page.Has) > 0 {
		room, err := p.config.Incidents.IncidentRoom(v.R.Context(), i.N)
		if err != nil {
			return nil, err
		}
		if err := v.head(&page.roomPage, i); err != nil {
			return nil, err
		}
		v.fill(&page.roomPage, i, room)
		list, err := v.spoken(i)
		if err != nil {
			return nil, err
		}
		var stalls []speech.Stall
		if page.Has["runbook"] {
			f, err := v.gathered(i, room)
			if err != nil {
				return nil, err
			}
			stalls = f.Stalls()
			v.todos(&page.roomPage, i, room.Steps, f, list)
		} else if stalls, err = v.desk().Stalls(v.R.Context(), i, room, v.asks(i)); err != nil {
			return nil, err
		}
		page.Stalls = speech.Sentences(v.Locale.Locale, stalls)
		v.speeches(&page.roomPage, i, room.Steps, list)
	}
	return v.Execute("room-part", page)
}

// rights is a room with what its visitor may do there.
func (v *view) rights(i tocsin.Incident) roomPage {
	page := roomPage{Handover: v.Href(path(i.N, "handover")), Runs: v.mayAll(access.RunIncidents, i), Works: v.mayAll(access.WorkIncidents, i), Sends: v.speaks(i), Do: v.Href(path(i.N, "work")), Run: v.Href(path(i.N, "run"))}
	if !i.Open() {
		page.Closed = v.Moment(i.ClosedAt)
	} else if v.served(i) && v.mayAll(access.AskProvider, i) {
		page.Ask = v.Href("/requests/new?incident=" + strconv.FormatInt(i.N, 10))
	}
	return page
}

// head words what a room is about.
func (v *view) head(page *roomPage, i tocsin.Incident) error {
	names, err := v.TenantNames()
	if err != nil {
		return err
	}
	page.Heading, page.T0, page.Opened, page.OpenedBy, page.ClosedBy, page.Hit = i.Title, v.Moment(i.T0()), v.Moment(i.OpenedAt), i.OpenedBy, i.ClosedBy, v.tenants(i, names)
	page.Turned = v.goneWords(i, names)
	for _, id := range i.Issues {
		one := link{Name: id}
		if row, ok := v.issue(i, id); ok {
			one.Href = v.IssueHref(id)
			if turned := v.turned(row); turned != "" {
				page.Turned = append(page.Turned, turned)
			}
		}
		page.Issues = append(page.Issues, one)
	}
	return nil
}

// turned says of an issue that the provider no longer stands by it, "" where it does:
// the room stays, and its people decide. One that was merged into another is no longer
// listed: which other is in the words of a post alone.
func (v *view) turned(row *readmodel.Row) string {
	switch {
	case row.Status == tocsin.StatusFalsePositive:
		return v.Text("room.turned.false", "issue", row.ID)
	case row.LeftAt != 0 && !row.Course().Over(v.Now):
		return v.Text("room.turned.gone", "issue", row.ID, "time", v.Full(row.LeftAt.Time().In(v.Zone)))
	case row.Class == "advisory":
		return v.Text("room.turned.advisory", "issue", row.ID)
	}
	return ""
}

// speeches words what was said of an incident, which is listed.
func (v *view) speeches(page *roomPage, i tocsin.Incident, steps []tocsin.IncidentStep, list []tocsin.IncidentMessage) {
	for _, m := range list {
		page.Said = append(page.Said, v.saidOf(i, m))
	}
	v.promise(page, i, tocsin.PromiseOf(i, list), respond.CourseOf(i, steps).Plan(v.Now))
}

// promise shows by when the next update is promised: with the messages, and as a step
// unless the runbook has the same.
func (v *view) promise(page *roomPage, i tocsin.Incident, p tocsin.IncidentPromise, plan []respond.Clock) {
	c, ok := respond.PromiseClock(p, v.Now)
	if !ok {
		return
	}
	one := v.clock(c, i)
	if c.State == respond.Pending && !v.Now.Before(p.RemindAt()) {
		one.Look.Glyph, one.Look.Family = "degraded", "degraded"
	}
	page.Promise = &one
	if respond.UpdateDue(plan, p) {
		return
	}
	if next, due := respond.Next(plan); !due || c.Due.Before(next.Due) {
		for n := range page.Clocks {
			page.Clocks[n].Now = false
		}
		page.Next, page.Due, one.Now = one, true, true
	}
	page.Clocks = append([]clock{one}, page.Clocks...)
}

// wrote tells those in the room that something was written.
func (p *Pages) wrote() {
	if p.config.Wake != nil {
		p.config.Wake()
	}
}
