package admin

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// Routing is who hears of what, as the settings say it.
type Routing struct {
	Policy   *route.Policy
	Channels func(receiver string) []string // names of channels
	Names    []string                       // of all channels
	Preview  previewer
	Text     string                 // the routes as the pages can write them
	Written  delivery.RoutesVersion // the newest that the pages have written
	Holds    bool                   // that is who hears, else what the settings say
	Unfit    []*tocsin.Error        // why it does not though it was written
}

// routesPage is the tree of routes, and who would hear of an event.
type routesPage struct {
	adminFrame
	Routes    []routeLine
	Intervals []intervalLine
	Rules     []string
	Nobody    bool // there is no channel
	Form      web.Form
	Tested    *testedView
	Ask       *web.Form // what a channel would say; nil without channels
	Said      *previewView
	Written   routesText
}

type routeLine struct {
	Takes    []string // matchers; none for everything
	At       string
	Depth    int
	Receiver string
	Channels string
	Words    []string
}

// intervalLine is quiet hours with the instants around the next change of the
// clock.
type intervalLine struct {
	Name, State string
	Around      []string
}

type testedView struct {
	Labels string
	Hears  []hearsLine
}

type hearsLine struct {
	At, Receiver, Channels, Sent, Group string
	Muted, Told                         string
}

// adminRoutes serves GET /admin/routes; the query "labels" asks who would hear.
func (p *Pages) adminRoutes(v *view) error {
	return v.showRoutes(http.StatusOK, p.config.Routing(), "", nil)
}

// showRoutes shows who hears of what, and a draft of a text in the place of the one
// that holds unless it is ""; more fills in what came of it.
func (v *view) showRoutes(status int, routing Routing, draft string, more func(*routesText) error) (err error) {
	page := routesPage{adminFrame: v.adminFrame("routes"), Nobody: true}
	routing.Policy.Root.Walk(func(r *route.Route, depth int) {
		line := v.routeLine(r, depth, routing)
		page.Nobody = page.Nobody && len(routing.Channels(r.Receiver)) == 0
		page.Routes = append(page.Routes, line)
	})
	for _, i := range routing.Policy.Intervals {
		page.Intervals = append(page.Intervals, v.intervalLine(i))
	}
	for _, rule := range routing.Policy.Inhibit {
		page.Rules = append(page.Rules, v.Text("routes.hides", "source", rule.Source.String(), "target", rule.Target.String(), "labels", v.Join(rule.Equal)))
	}
	asked := strings.TrimSpace(cmp.Or(v.R.PostFormValue("event"), v.R.URL.Query().Get("labels")))
	field := v.Field("labels", asked).Hinted(v.Text("field.labels.hint"))
	field.Max = 1000
	page.Form = web.Form{Action: v.Href("/admin/routes"), Submit: v.Text("routes.try"), Fields: []web.Field{field}}
	if page.Written, err = v.routesText(routing, draft); err != nil {
		return err
	}
	if more != nil {
		if err := more(&page.Written); err != nil {
			return err
		}
	}
	if asked != "" {
		labels, ok := labelsAsked(asked)
		if ok {
			page.Tested = v.tested(routing, labels)
		} else {
			page.Form.Fields[0].Problem, status = v.Text("bad.labels"), http.StatusBadRequest
			v.Title(&page.Frame, page.Form)
		}
	}
	if page.Ask, err = v.previewForm(routing); err != nil {
		return err
	}
	said, code, err := v.preview(routing, page.Ask)
	if err != nil {
		return err
	}
	if page.Said = said; code != http.StatusOK {
		status = code
		v.Title(&page.Frame, *page.Ask)
	}
	return v.Render(status, "admin-routes", page)
}

// labelsAsked reads labels as matchers with = alone write them.
func labelsAsked(text string) (route.Labels, bool) {
	matchers, err := route.ParseMatchers(text)
	if err != nil {
		return nil, false
	}
	known := map[string]bool{}
	for _, name := range route.EventLabels() {
		known[name] = true
	}
	list := make([]route.Label, 0, len(matchers))
	for _, m := range matchers {
		if m.Operator != route.Equal || !known[m.Name] {
			return nil, false
		}
		list = append(list, route.Label{Name: m.Name, Value: m.Value})
	}
	return route.NewLabels(list...), true
}

func (v *view) routeLine(r *route.Route, depth int, routing Routing) routeLine {
	line := routeLine{At: r.At, Depth: depth, Receiver: r.Receiver, Channels: v.channels(routing, r.Receiver)}
	for _, m := range r.Matchers {
		line.Takes = append(line.Takes, m.String())
	}
	switch {
	case r.GroupByAll:
		line.Words = append(line.Words, v.Text("routes.group.all"))
	case len(r.GroupBy) == 0:
		line.Words = append(line.Words, v.Text("routes.group.none"))
	default:
		line.Words = append(line.Words, v.Text("routes.group", "labels", v.Join(r.GroupBy)))
	}
	if r.Digest.IsZero() {
		wait := v.Text("routes.now")
		if r.GroupWait > 0 {
			wait = v.Text("routes.later", "wait", v.span(r.GroupWait))
		}
		line.Words = append(line.Words, wait, v.Text("routes.wait", "interval", v.span(r.GroupInterval), "repeat", v.span(r.RepeatInterval)))
	} else {
		line.Words = append(line.Words, v.Text("routes.digest", "digest", r.Digest.String()))
	}
	if len(r.Active) > 0 {
		line.Words = append(line.Words, v.Text("routes.active", "intervals", v.Join(r.Active)))
	}
	if len(r.Mute) > 0 {
		line.Words = append(line.Words, v.Text("routes.mute", "intervals", v.Join(r.Mute)))
	}
	for _, rung := range r.Escalate {
		line.Words = append(line.Words, v.Text("routes.escalate", "receiver", rung.To, "wait", v.span(rung.After)))
	}
	if r.Continue {
		line.Words = append(line.Words, v.Text("routes.continue"))
	}
	return line
}

// span is a time of a route in words, or as the settings write it where words
// leave out the seconds.
func (v *view) span(d time.Duration) string {
	if d%time.Minute == 0 {
		return v.Length(d)
	}
	return d.String()
}

func (v *view) channels(routing Routing, receiver string) string {
	if channels := routing.Channels(receiver); len(channels) > 0 {
		return v.Join(channels)
	}
	return v.Text("routes.nobody")
}

func (v *view) intervalLine(i route.Interval) intervalLine {
	line := intervalLine{Name: i.Name, State: v.Text("routes.inactive")}
	if i.Contains(v.Now) {
		line.State = v.Text("routes.isactive")
	}
	for _, p := range i.AroundClockChange(v.Now) {
		line.Around = append(line.Around, v.Text("silence.span", "from", v.Full(p.From.In(v.Zone)), "to", v.Full(p.To.In(v.Zone))))
	}
	return line
}

// tested says who hears of labels now, and when.
func (v *view) tested(routing Routing, labels route.Labels) *testedView {
	t := &testedView{Labels: labels.String()}
	told := map[string]bool{}
	for _, h := range routing.Policy.Hear(labels, v.Now.Truncate(time.Second)) {
		line := hearsLine{At: h.Route.At, Receiver: h.Route.Receiver, Channels: v.channels(routing, h.Route.Receiver), Group: h.Group.String(), Sent: v.Text("routes.never")}
		if !h.Opens.IsZero() {
			line.Sent = v.Full(h.Opens.In(v.Zone))
		}
		if len(h.Muted) > 0 {
			line.Muted = v.Text("routes.muted", "intervals", v.Join(h.Muted))
		}
		var twice []string
		for _, name := range routing.Channels(h.Route.Receiver) {
			if told[name] {
				twice = append(twice, name)
			}
			told[name] = true
		}
		if len(twice) > 0 {
			line.Told = v.Text("routes.told", "channels", v.Join(twice))
		}
		t.Hears = append(t.Hears, line)
	}
	return t
}
