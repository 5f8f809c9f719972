package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/tocsin"
)

type routeCmd struct {
	Shadow routeShadowCmd `cmd:"" help:"Say what the routes of the settings file would have sent of the archive's changes, and send nothing. Example: tocsin route shadow --config next.yaml --since 30d"`
	Show   routeShowCmd   `cmd:"" help:"Print the tree of routes, who hears by each, and when. Example: tocsin route show"`
	Test   routeTestCmd   `cmd:"" help:"Say who would hear of an event with some labels, and when. Example: tocsin route test --label class=incident --label service=Exchange --at 2026-03-29T01:30:00Z"`
}

// routeJSON is a route as commands print it.
type routeJSON struct {
	At             string   `json:"at"` // its key in the settings
	Depth          int      `json:"depth"`
	Matchers       []string `json:"matchers"`
	Continue       bool     `json:"continue"`
	Receiver       string   `json:"receiver"`
	Channels       []string `json:"channels"`
	GroupBy        []string `json:"groupBy"` // "..." for all labels
	GroupWait      string   `json:"groupWait,omitempty"`
	GroupInterval  string   `json:"groupInterval,omitempty"`
	RepeatInterval string   `json:"repeatInterval"`
	Digest         string   `json:"digest,omitempty"`
	Active         []string `json:"activeTimeIntervals"`
	Mute           []string `json:"muteTimeIntervals"`
	// Escalate are who is told of an incident that nobody acknowledges.
	Escalate []rungJSON `json:"escalate"`
}

// rungJSON is a step of an escalation as the settings write it.
type rungJSON struct {
	After string `json:"after"`
	To    string `json:"to"`
}

func newRouteJSON(r *route.Route, depth int, n config.Notify) routeJSON {
	j := routeJSON{
		At: r.At, Depth: depth, Matchers: []string{}, Continue: r.Continue, Receiver: r.Receiver, Channels: orNone(n.ChannelsOf(r.Receiver)),
		GroupBy: orNone(r.GroupBy), RepeatInterval: settingOf(r.RepeatInterval), Digest: r.Digest.String(), Active: orNone(r.Active), Mute: orNone(r.Mute),
	}
	for _, m := range r.Matchers {
		j.Matchers = append(j.Matchers, m.String())
	}
	j.Escalate = []rungJSON{}
	for _, rung := range r.Escalate {
		j.Escalate = append(j.Escalate, rungJSON{settingOf(rung.After), rung.To})
	}
	if r.GroupByAll {
		j.GroupBy = []string{"..."}
	}
	if j.Digest == "" {
		j.GroupWait, j.GroupInterval = settingOf(r.GroupWait), settingOf(r.GroupInterval)
	}
	return j
}

// orNone is a list that prints as [] when there is nothing in it.
func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// settingOf writes a time as the settings do, such as 5m or 1h30m.
func settingOf(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// quietJSON is a time interval with the instants around the next change of its
// clock.
type quietJSON struct {
	Name   string         `json:"name"`
	Active bool           `json:"active"` // now
	Around []route.Period `json:"aroundClockChange"`
}

type routeTreeJSON struct {
	Source    string      `json:"source"`  // which routes these are
	Version   int64       `json:"version"` // the newest that the page of routes has written, 0 for none
	Routes    []routeJSON `json:"routes"`
	Intervals []quietJSON `json:"timeIntervals"`
	Inhibit   []string    `json:"inhibitRules"`
}

type routeShowCmd struct{}

// policy reads the settings, which must be valid, and who hears by them.
func (s *session) policy() (*route.Policy, config.Config, error) {
	c, err := s.validSettings()
	if err != nil {
		return nil, c, err
	}
	p, err := c.Policy()
	return p, c, err
}

// routed is the policy that holds: what the pages have written takes the place of the
// routes of the settings.
func (s *session) routed(ctx context.Context) (*route.Policy, config.Config, app.Routed, error) {
	settings, err := s.validSettings()
	if err != nil {
		return nil, settings, app.Routed{}, err
	}
	var routed app.Routed
	desk, _, err := s.openToRead(ctx)
	if err == nil {
		defer desk.Close()
		settings, routed, err = desk.WithRoutes(ctx, settings)
	} else if errors.Is(err, tocsin.ErrNotFound) { // a desk that has not begun
		err = nil
	}
	if err != nil {
		return nil, settings, routed, err
	}
	p, err := settings.Policy()
	return p, settings, routed, err
}

// sourceOf says in English which routes hold.
func sourceOf(r app.Routed) string {
	v := r.Version
	switch {
	case r.Holds:
		return fmt.Sprintf("Version %d of the page of routes holds, by %s on %s; what the settings say of routes does not count.", v.N, v.By, date(v.At))
	case r.Problem != nil:
		return fmt.Sprintf("Version %d of the page of routes does not fit the settings any more, and the routes of the settings hold: %s", v.N, oneLine(r.Problem.Error()))
	}
	return "The routes of the settings hold."
}

func (c *routeShowCmd) Run(ctx context.Context, s *session) error {
	p, settings, routed, err := s.routed(ctx)
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	tree := routeTreeJSON{Source: sourceOf(routed), Version: routed.Version.N, Routes: []routeJSON{}, Intervals: []quietJSON{}, Inhibit: []string{}}
	p.Root.Walk(func(r *route.Route, depth int) {
		tree.Routes = append(tree.Routes, newRouteJSON(r, depth, settings.Notify))
	})
	for _, i := range p.Intervals {
		around := i.AroundClockChange(now)
		tree.Intervals = append(tree.Intervals, quietJSON{i.Name, i.Contains(now), append([]route.Period{}, around...)})
	}
	for _, r := range p.Inhibit {
		tree.Inhibit = append(tree.Inhibit, fmt.Sprintf("%s hides %s equal in %s", r.Source, r.Target, strings.Join(r.Equal, ", ")))
	}
	return s.print(tree, func(w io.Writer) { printTree(w, tree) })
}

func printTree(w io.Writer, tree routeTreeJSON) {
	fmt.Fprintf(w, "%s\n\n", tree.Source)
	for _, r := range tree.Routes {
		takes := strings.Join(r.Matchers, " and ")
		indent := strings.Repeat("  ", r.Depth)
		fmt.Fprintf(w, "%s%s → %s (%s)\n", indent, cmp.Or(takes, "everything"), r.Receiver, cmp.Or(strings.Join(r.Channels, ", "), "nobody"))
		fmt.Fprintf(w, "%s    %s\n", indent, strings.Join(r.words(), "; "))
	}
	for _, i := range tree.Intervals {
		fmt.Fprintf(w, "\nTime interval %s, %s now.\n", i.Name, map[bool]string{true: "active", false: "not active"}[i.Active])
		for n, p := range i.Around {
			if n == 0 {
				fmt.Fprintln(w, "Around the next change of its clock it is active from")
			}
			fmt.Fprintf(w, "  %s to %s\n", p.From.UTC().Format(time.RFC3339), p.To.UTC().Format(time.RFC3339))
		}
	}
	for n, rule := range tree.Inhibit {
		if n == 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, rule+".")
	}
}

// words say how a route gathers and waits.
func (r routeJSON) words() (list []string) {
	switch {
	case slices.Contains(r.GroupBy, "..."):
		list = append(list, "a message for each set of labels")
	case len(r.GroupBy) == 0:
		list = append(list, "one message for all")
	default:
		list = append(list, "a message for each "+strings.Join(r.GroupBy, ", "))
	}
	if r.Digest != "" {
		list = append(list, "digest "+r.Digest)
	} else {
		list = append(list, "first after "+r.GroupWait, "then every "+r.GroupInterval, "again after "+r.RepeatInterval)
	}
	if len(r.Active) > 0 {
		list = append(list, "within "+strings.Join(r.Active, ", "))
	}
	if len(r.Mute) > 0 {
		list = append(list, "not within "+strings.Join(r.Mute, ", "))
	}
	for _, step := range r.Escalate {
		list = append(list, "unless acknowledged "+step.To+" after "+step.After)
	}
	if r.Continue {
		list = append(list, "then the next routes")
	}
	return list
}

type routeTestCmd struct {
	Label  []string `help:"Label of the event, NAME=VALUE; again for more, also of one name. docs/routes.md lists them." placeholder:"NAME=VALUE" xor:"what" required:""`
	Change int64    `help:"Number of a change of the archive, instead of labels." placeholder:"N" xor:"what" required:""`
	Issue  string   `help:"Id of an issue as it is now, instead of labels; with --tenant." placeholder:"ID" xor:"what" required:""`
	Tenant string   `help:"Tenant of the issue: GUID, domain or name." placeholder:"TENANT"`
	At     string   `help:"When it comes: a date, an instant, or a time from now such as 12h or -2h. Default: now." placeholder:"WHEN"`
	Why    bool     `help:"Also print each route that was looked at, and what it refused."`
}

// hearsJSON is one route by which somebody hears.
type hearsJSON struct {
	Route    string   `json:"route"`
	Receiver string   `json:"receiver"`
	Channels []string `json:"channels"`
	// Told are those of the channels that a route before tells already.
	Told  []string `json:"toldAlready"`
	Group string   `json:"group"`
	Due   string   `json:"due"`
	Muted []string `json:"muted"`          // intervals that mute the route then
	Sent  string   `json:"sent,omitempty"` // none when it is never sent
	// Calls are who is told unless somebody acknowledges the incident.
	Calls []callJSON `json:"calls"`
}

// callJSON is a step of an escalation.
type callJSON struct {
	Receiver string   `json:"receiver"`
	Channels []string `json:"channels"` // those that are told by it, and not before
	Sent     string   `json:"sent,omitempty"`
}

type stepJSON struct {
	Route   string `json:"route"`
	Depth   int    `json:"depth"`
	Matched bool   `json:"matched"`
	Refused string `json:"refused,omitempty"`
	Taken   bool   `json:"taken"`
}

type routeTestJSON struct {
	Labels   string      `json:"labels"`
	At       string      `json:"at"`
	Hears    []hearsJSON `json:"hears"`
	Silenced string      `json:"silenced,omitempty"` // by whom, and why
	Steps    []stepJSON  `json:"steps"`
}

func (c *routeTestCmd) Run(ctx context.Context, s *session) error {
	p, settings, _, err := s.routed(ctx)
	if err != nil {
		return err
	}
	labels, err := c.labels(ctx, s)
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	at, err := parseAt("at", c.At, now)
	if err != nil {
		return err
	}
	if at.IsZero() {
		at = now
	}
	tested := testRoutes(p, settings.Notify, labels, at)
	if tested.Silenced, err = s.silenced(ctx, labels, at); err != nil {
		return err
	}
	return s.print(tested, func(w io.Writer) { tested.write(w, c.Why) })
}

// labels are those of the flags, of a change, or of an issue as if it were new.
func (c *routeTestCmd) labels(ctx context.Context, s *session) (route.Labels, error) {
	if len(c.Label) > 0 {
		return readLabels(c.Label)
	}
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return nil, err
	}
	defer desk.Close()
	change := tocsin.Change{Kind: tocsin.KindIssue, ID: c.Issue, What: tocsin.WhatNew, At: time.Now()}
	if c.Issue == "" {
		list, err := desk.Store.ChangesAfter(ctx, c.Change-1, 1)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 || list[0].Seq != c.Change {
			return nil, tocsin.NotFoundf("There is no change %d.", c.Change)
		}
		change, c.Tenant = list[0], list[0].TenantID
	}
	if c.Tenant == "" {
		return nil, tocsin.Invalidf("tenant", "Name the tenant of the issue.")
	}
	tenant, err := desk.Archive.Tenant(ctx, c.Tenant)
	if err != nil {
		return nil, err
	}
	if c.Issue != "" {
		held, err := desk.Archive.Held(ctx, tenant.ID, tocsin.Ref{Kind: change.Kind, ID: change.ID}, 0)
		if err != nil {
			return nil, err
		}
		change.N = held.N
	}
	labels, told, err := desk.LabelsOfChange(ctx, tenant, change)
	if err == nil && !told {
		err = tocsin.NotFoundf("Nobody is told of this change: it was imported, tells nothing, or is about data privacy.")
	}
	return labels, err
}

func readLabels(texts []string) (route.Labels, error) {
	var list []route.Label
	var problems []error
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		switch name = strings.TrimSpace(name); {
		case !ok:
			problems = append(problems, tocsin.Invalidf("label", "%q is not of the form NAME=VALUE.", tocsin.Clip(text, 60)))
		case !slices.Contains(route.EventLabels(), name):
			problems = append(problems, tocsin.Invalidf("label", "There is no label %s%s", tocsin.Clip(name, 40), tocsin.Meant(name, route.EventLabels())))
		default:
			list = append(list, route.Label{Name: name, Value: strings.Trim(value, `"`)})
		}
	}
	return route.NewLabels(list...), errors.Join(problems...)
}

// testRoutes says who hears of labels at an instant, and when.
func testRoutes(p *route.Policy, n config.Notify, labels route.Labels, at time.Time) routeTestJSON {
	tested := routeTestJSON{Labels: labels.String(), At: at.Format(time.RFC3339), Hears: []hearsJSON{}, Steps: []stepJSON{}}
	told := map[string]bool{}
	for _, h := range p.Hear(labels, at) {
		one := hearsJSON{
			Route: h.Route.At, Receiver: h.Route.Receiver, Channels: orNone(n.ChannelsOf(h.Route.Receiver)), Told: []string{},
			Group: h.Group.String(), Due: h.Due.UTC().Format(time.RFC3339), Muted: orNone(h.Muted),
		}
		if !h.Opens.IsZero() {
			one.Sent = h.Opens.UTC().Format(time.RFC3339)
		}
		for _, name := range one.Channels {
			if told[name] {
				one.Told = append(one.Told, name)
			}
			told[name] = true
		}
		tested.Hears = append(tested.Hears, one)
	}
	tested.call(p, n, labels, at, told)
	for _, step := range p.Explain(labels) {
		j := stepJSON{Route: step.Route.At, Depth: step.Depth, Matched: step.Matched, Taken: step.Taken}
		if !step.Matched {
			j.Refused = step.Refused.String()
		}
		tested.Steps = append(tested.Steps, j)
	}
	return tested
}

// call adds who is told of an incident that opens and that nobody acknowledges.
func (t *routeTestJSON) call(p *route.Policy, n config.Notify, labels route.Labels, at time.Time, told map[string]bool) {
	for i, r := range p.Taken(labels) {
		t.Hears[i].Calls = []callJSON{}
		if labels.Get("class") != "incident" || !slices.Contains([]string{"", "opened", "returned"}, labels.Get("change")) {
			continue
		}
		for _, call := range p.Calls(r, at) {
			one := callJSON{Receiver: call.To, Channels: []string{}}
			for _, name := range n.ChannelsOf(call.To) {
				if !told[name] {
					one.Channels = append(one.Channels, name)
				}
				told[name] = true
			}
			if !call.At.IsZero() {
				one.Sent = call.At.UTC().Format(time.RFC3339)
			}
			t.Hears[i].Calls = append(t.Hears[i].Calls, one)
		}
	}
}

// silenced says which silence would keep labels from being told, where there is
// an archive; "" for none.
func (s *session) silenced(ctx context.Context, labels route.Labels, at time.Time) (string, error) {
	desk, _, err := s.openToRead(ctx)
	if errors.Is(err, tocsin.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer desk.Close()
	list, err := desk.Deliveries.SilencesAt(ctx, at)
	if err != nil {
		return "", err
	}
	one, ok := route.Silenced(list, labels, at)
	if !ok {
		return "", nil
	}
	return fmt.Sprintf("by %s until %s: %s", one.Author, one.Ends.UTC().Format(time.RFC3339), one.Reason), nil
}

func (t routeTestJSON) write(w io.Writer, why bool) {
	fmt.Fprintf(w, "%s at %s\n\n", oneLine(t.Labels), t.At)
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "ROUTE\tRECEIVER\tCHANNELS\tSENT\tGROUP")
	for _, h := range t.Hears {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", h.Route, h.Receiver, cmp.Or(strings.Join(h.Channels, ", "), "nobody"), cmp.Or(h.Sent, "never"), oneLine(h.Group))
	}
	_ = table.Flush() // standard output
	for _, h := range t.Hears {
		if len(h.Muted) > 0 {
			fmt.Fprintf(w, "%s is muted at %s by %s.\n", h.Route, h.Due, strings.Join(h.Muted, ", "))
		}
		if len(h.Told) > 0 {
			fmt.Fprintf(w, "%s: a route above tells %s already, who hears once.\n", h.Route, strings.Join(h.Told, ", "))
		}
	}
	for _, h := range t.Hears {
		for _, call := range h.Calls {
			fmt.Fprintf(w, "%s: unless somebody acknowledges it, %s (%s) hears at %s.\n", h.Route, call.Receiver, cmp.Or(strings.Join(call.Channels, ", "), "told already"), cmp.Or(call.Sent, "no time"))
		}
	}
	if t.Silenced != "" {
		fmt.Fprintf(w, "Nobody hears: it is silenced %s\n", oneLine(t.Silenced))
	}
	if !why {
		return
	}
	fmt.Fprintln(w)
	for _, s := range t.Steps {
		word := "matches"
		if !s.Matched {
			word = "refuses: not " + s.Refused
		} else if s.Taken {
			word = "takes it"
		}
		fmt.Fprintf(w, "%s%s %s\n", strings.Repeat("  ", s.Depth), s.Route, word)
	}
}
