package room

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// A clock is a step of the runbook as it stands.
type clock struct {
	web.Look                           // with words such as: done at, in 23 min, 8 min late
	Key                         string // step and number, such as updates/3
	Tag                         string // the same as a part of ids
	Step, Objective, Out, Owner string
	Left                        int          // seconds until it is due, where that is within hours; 0 else
	Due                         *lang.Moment // nil for what waits for something else than time
	Plan                        string       // what the guide says of its due time
	WasLate                     string       // while another start held, "" mostly
	Now, Ended, Ends            bool         // Ends: somebody may say that it is done
	Prepare, PrepareWords       string       // where what ends it is prepared, and its name; "" mostly
}

// counted is how long before its due time a step is counted down by the second, where
// pages have their script.
const counted = 4 * time.Hour

// key names a step.
func key(k respond.Key) string {
	if k.N == 0 {
		return k.Step
	}
	return k.Step + "/" + strconv.Itoa(k.N)
}

// incidentID is by what an incident is called: the id of its first issue, its own
// number without any.
func incidentID(i tocsin.Incident) string {
	if len(i.Issues) > 0 {
		return i.Issues[0]
	}
	return strconv.FormatInt(i.N, 10)
}

// tag is a name as a part of ids on a page.
func tag(name string) string { return strings.ReplaceAll(name, "/", "-") }

// clock words a step.
func (v *view) clock(c respond.Clock, i tocsin.Incident) clock {
	row, _ := v.book.Row(c.Step)
	row = row.About(incidentID(i))
	out := clock{Key: key(c.Key), Tag: tag(key(c.Key)), Step: row.Step, Objective: row.Objective, Out: row.Deliverable, Owner: row.Owner, Plan: row.Due}
	switch {
	case c.Step == tocsin.StepPromise:
		out.Step, out.Objective, out.Plan = v.Text("room.promise"), v.Text("room.promise.text"), v.Text("room.promise.plan", "n", c.N)
		comms, _ := v.book.Row(tocsin.StepAnnouncement)
		out.Owner, out.Out = comms.Owner, v.Text("room.promise.out")
	case c.N > 0:
		out.Step = v.Text("room.update", "n", c.N)
	}
	if !c.Due.IsZero() {
		out.Due = v.Moment(c.Due)
	}
	zone := v.Zone
	switch c.State {
	case respond.Done:
		out.Look = web.Look{Glyph: "restored", Family: "restored", Words: v.Text("room.done", "time", v.HM(c.At.In(zone)))}
		if c.Late >= time.Minute {
			out.Look = web.Look{Glyph: "degraded", Family: "degraded", Words: v.Text("room.donelate", "time", v.HM(c.At.In(zone)), "late", v.Length(c.Late))}
		}
	case respond.NotNeeded:
		out.Look = web.Look{Glyph: "slash", Family: "neutral", Words: v.Text("room.needless")}
	case respond.Missed:
		out.Look = web.Look{Glyph: "degraded", Family: "degraded", Words: v.Text("room.missed")}
	case respond.Late:
		out.Look = web.Look{Glyph: "down", Family: "down", Words: v.Text("room.late", "late", v.Length(max(c.Late, time.Minute)))}
	default:
		out.Look = web.Look{Glyph: "unknown", Family: "neutral", Words: v.Text("room.waits")}
		if out.Due != nil {
			left := c.Due.Sub(v.Now)
			out.Words = v.Text("room.in", "time", v.Length(max(left, time.Minute)))
			if left < counted {
				out.Left = int(left / time.Second)
			}
		}
	}
	if c.WasLate >= time.Minute {
		out.WasLate = v.Text("room.waslate", "late", v.Length(c.WasLate))
	}
	return out
}

// clocks word a plan: of the updates those that were sent or are to be sent, the
// newest ones.
func (v *view) clocks(plan []respond.Clock, i tocsin.Incident, room roomPage) (list []clock, earlier int) {
	updates := 0
	for _, c := range plan {
		if c.N > 0 {
			updates++
		}
	}
	next, due := respond.Next(plan)
	for _, c := range plan {
		if c.N > 0 && updates > maxUpdates {
			updates--
			earlier++
			continue
		}
		one := v.clock(c, i)
		one.Now = due && c.Key == next.Key
		one.Ends, one.Ended = room.Works && c.Open() && (i.Open() || c.Step == tocsin.StepReview), !c.Open()
		if one.Ends && i.Open() {
			one.Prepare, one.PrepareWords = v.prepare(c, i, room)
		}
		list = append(list, one)
	}
	return list, earlier
}

// prepare is where what ends a step is prepared: a message or a request.
func (v *view) prepare(c respond.Clock, i tocsin.Incident, room roomPage) (href, words string) {
	of := map[string]string{tocsin.StepAnnouncement: "announcement", tocsin.StepUpdates: "managers", tocsin.StepClosure: "closure"}[c.Step]
	switch {
	case c.Step == tocsin.StepEscalation && room.Ask != "":
		return room.Ask, v.Text("room.prepare")
	case of == "" || !room.Sends:
		return "", ""
	case c.N > 0:
		words = v.Text("room.prepare.update", "n", c.N)
	default:
		words = v.Text("room.prepare.message")
	}
	return v.Href(path(i.N, "message?of="+of)), words
}

// maxUpdates is how many updates the runbook shows.
const maxUpdates = 4

// A ruler is the course of an incident drawn to scale: its first three hours, or
// the last ones that fit.
type ruler struct {
	Label string
	Marks []mark
	Late  []stretch // after a due time, until it was done
	Done  []ended
	Now   float64 // where the present is, or the end
	Words string  // of the present: 11:42, +157
}

// An ended step stands above the line, where it was done.
type ended struct {
	web.Look          // Words: its name, "" where there is no room
	X, Glyphs float64 // the middle, and where its glyph begins
}

type mark struct {
	X          float64
	Name, Time string
	Strong     bool
}

type stretch struct{ From, To float64 }

// Of the drawing.
const (
	rulerFrom, rulerTo = 40.0, 1100.0
	rulerSpan          = 200 * time.Minute
)

// ruler draws a plan.
func (v *view) ruler(plan []respond.Clock, i tocsin.Incident) ruler {
	zone, t0 := v.Zone, i.T0()
	end := v.Now
	if !i.Open() {
		end = i.ClosedAt
	}
	from := t0
	if passed := end.Sub(t0); passed > rulerSpan-time.Hour { // the last hours, whole ones
		from = t0.Add((passed - rulerSpan + 2*time.Hour).Truncate(time.Hour))
	}
	x := func(at time.Time) float64 {
		return rulerFrom + float64(at.Sub(from))/float64(rulerSpan)*(rulerTo-rulerFrom)
	}
	inside := func(at time.Time) bool { return !at.Before(from) && !at.After(from.Add(rulerSpan)) }
	r := ruler{Label: v.Text("room.ruler", "t0", v.HM(t0.In(zone)), "now", v.HM(end.In(zone)), "minutes", int(end.Sub(t0)/time.Minute))}
	if inside(t0) {
		r.Marks = append(r.Marks, mark{X: x(t0), Name: "T0", Time: v.HM(t0.In(zone)), Strong: true})
	}
	for _, c := range plan {
		if c.Due.IsZero() || c.Step == tocsin.StepReview || !inside(c.Due) {
			continue
		}
		r.Marks = append(r.Marks, mark{X: x(c.Due), Name: "+" + v.Number(int(c.Due.Sub(t0)/time.Minute)), Time: v.HM(c.Due.In(zone)), Strong: c.Open()})
		if c.State == respond.Done && inside(c.At) {
			r.Done = append(r.Done, v.ended(c, x(c.At)))
		}
		if c.Late > 0 {
			r.Late = append(r.Late, stretch{x(c.Due), min(x(c.Due.Add(c.Late)), rulerTo)})
		}
	}
	r.Now = min(max(x(end), rulerFrom), rulerTo)
	r.Words = v.HM(end.In(zone)) + ", +" + v.Number(int(end.Sub(t0)/time.Minute))
	r.thin()
	return r
}

// ended is a step that was done at a place.
func (v *view) ended(c respond.Clock, x float64) ended {
	out := ended{X: x, Glyphs: x - 8, Look: web.Look{Glyph: "restored", Family: "restored", Words: v.Text("room.mark." + c.Step)}}
	if c.N > 0 {
		out.Words = v.Text("room.update", "n", c.N)
	}
	if c.Late >= time.Minute {
		out.Glyph, out.Family = "degraded", "degraded"
	}
	return out
}

// Of the names above the ruler.
const (
	nameWidth = 90.0 // more than the half of two names beside each other
	nowWidth  = 96.0
)

// thin leaves out the names of ended steps that would lie upon another one or upon
// the present.
func (r *ruler) thin() {
	slices.SortStableFunc(r.Done, func(a, b ended) int { return cmp.Compare(a.X, b.X) })
	last := -nameWidth
	for n := range r.Done {
		if d := &r.Done[n]; d.X-last < nameWidth || r.Now-d.X < nowWidth {
			d.Words = ""
		} else {
			last = d.X
		}
	}
}
