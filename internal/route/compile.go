package route

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/tocsin"
)

// Spec is a route as the settings write it, in the words of Alertmanager.
type Spec struct {
	Receiver       string   `yaml:"receiver,omitempty"              json:"receiver,omitempty"`             // name of a receiver; its parent's when empty
	Matchers       []string `yaml:"matchers,omitempty"              json:"matchers,omitzero"`              // conditions that hold together, such as class="incident"
	GroupBy        List     `yaml:"group_by,omitempty"              json:"group_by,omitzero"`              // labels in which the changes of one message agree; '...' for all
	GroupWait      string   `yaml:"group_wait,omitempty"            json:"group_wait,omitempty"`           // how long the first change of a group waits for others; 30s when no route above says
	GroupInterval  string   `yaml:"group_interval,omitempty"        json:"group_interval,omitempty"`       // how long later ones gather; 5m when no route above says
	RepeatInterval string   `yaml:"repeat_interval,omitempty"       json:"repeat_interval,omitempty"`      // how long until what is still open is told again, 4h when no route above says
	Digest         string   `yaml:"digest,omitempty"                json:"digest,omitempty"`               // in place of group_wait: daily 08:00 Europe/Paris, or monday 08:00 Europe/Paris
	Active         []string `yaml:"active_time_intervals,omitempty" json:"active_time_intervals,omitzero"` // the route sends within one of them alone
	Mute           []string `yaml:"mute_time_intervals,omitempty"   json:"mute_time_intervals,omitzero"`   // the route sends within none of them
	Escalate       Ladder   `yaml:"escalate,omitempty"              json:"escalate,omitzero"`              // who is told of an incident that nobody acknowledges, and after how long
	Continue       bool     `yaml:"continue,omitempty"              json:"continue,omitempty"`             // look at the next routes as well when this one matches
	Routes         []Spec   `yaml:"routes,omitempty"                json:"routes,omitzero"`                // routes below; the first that matches takes the event
}

// IsZero reports whether nothing of the route was written.
func (s Spec) IsZero() bool { return reflect.ValueOf(s).IsZero() }

// List is a list of names of which an empty one says something: group_by: []
// gathers everything that a route takes in one message.
type List []string

// IsZero reports whether the list was not written.
func (l List) IsZero() bool { return l == nil }

// EscalateSpec is a step of an escalation as the settings write it.
type EscalateSpec struct {
	After string `yaml:"after" json:"after"` // since the route would tell of the incident first, such as 15m
	To    string `yaml:"to"    json:"to"`    // name of a receiver
}

// Ladder are the steps of an escalation, each later than the one before. An empty
// list says something: nobody is told, whatever the route above writes.
type Ladder []EscalateSpec

// IsZero reports whether the list was not written.
func (l Ladder) IsZero() bool { return l == nil }

// Settings are the parts of the settings that a policy is made of.
type Settings struct {
	Routes    Spec
	Intervals []IntervalSpec
	Inhibit   []InhibitSpec
}

// Known are the words that settings may use.
type Known struct {
	Receivers []string // nil for any
	Labels    []string // nil for any
	// Values are all values of labels that have no others: a matcher that none of
	// them fulfils is refused.
	Values map[string][]string
}

// Least and largest values of what settings say.
const (
	maxDepth  = 8
	maxRoutes = 5000
)

// Compile reads settings. The error joins a [tocsin.Error] of kind
// [tocsin.ErrInvalid] for each problem, whose field is the key below notify,
// such as routes.routes[2].matchers[0].
func Compile(s Settings, known Known) (*Policy, error) {
	c := &compiler{known: known, policy: &Policy{
		intervals: map[string]Interval{}, matched: cache.New[string, []*Route](cache.Bounds{Entries: remembered}),
	}}
	for n, spec := range s.Intervals {
		at := fmt.Sprintf("time_intervals[%d]", n)
		if _, taken := c.policy.intervals[spec.Name]; taken {
			c.add(at+".name", "There are two time intervals %s.", tocsin.Clip(spec.Name, 40))
		}
		i := spec.interval(at, c.add)
		c.policy.Intervals = append(c.policy.Intervals, i)
		c.policy.intervals[spec.Name] = i
		c.intervals = append(c.intervals, spec.Name)
	}
	c.root(s.Routes)
	for n, spec := range s.Inhibit {
		c.policy.Inhibit = append(c.policy.Inhibit, c.inhibit(fmt.Sprintf("inhibit_rules[%d]", n), spec))
	}
	if len(c.problems) > 0 {
		return nil, errors.Join(c.problems...)
	}
	return c.policy, nil
}

type compiler struct {
	known     Known
	policy    *Policy
	intervals []string
	routes    int
	problems  []error
}

func (c *compiler) add(key, format string, args ...any) {
	c.problems = append(c.problems, tocsin.Invalidf(key, format, args...))
}

func (c *compiler) root(s Spec) {
	const at = "routes"
	if s.Receiver == "" {
		c.add(at+".receiver", "It is missing: the first route is for whatever no other one takes.")
	}
	for _, one := range []struct {
		key string
		set bool
	}{{"matchers", s.Matchers != nil}, {"continue", s.Continue}, {"active_time_intervals", s.Active != nil}, {"mute_time_intervals", s.Mute != nil}} {
		if one.set {
			c.add(at+"."+one.key, "The first route takes whatever no other one does: write it to a route below.")
		}
	}
	s.Matchers, s.Active, s.Mute = nil, nil, nil
	c.policy.Root = c.route(at, s, nil, 0, map[string]int{})
}

func (c *compiler) route(at string, s Spec, parent *Route, depth int, twins map[string]int) *Route {
	r := &Route{At: at, Continue: s.Continue, Options: Options{GroupWait: 30 * time.Second, GroupInterval: 5 * time.Minute, RepeatInterval: 4 * time.Hour}}
	if parent != nil {
		r.Options = parent.Options
	}
	r.Matchers = c.matchers(at+".matchers", s.Matchers)
	c.options(at, s, &r.Options)
	id, above := r.Matchers.String(), ""
	if parent != nil {
		above = parent.ID
	}
	r.ID = idOf(above, r.Matchers, twins[id])
	twins[id]++
	if c.routes++; c.routes > maxRoutes || depth >= maxDepth {
		c.add(at, "There are more than %d routes, or more than %d one below the other.", maxRoutes, maxDepth)
		return r
	}
	below := map[string]int{}
	for n, child := range s.Routes {
		if c.routes > maxRoutes {
			break
		}
		r.Routes = append(r.Routes, c.route(fmt.Sprintf("%s.routes[%d]", at, n), child, r, depth+1, below))
	}
	r.index = newIndex(r.Routes)
	return r
}

// options overwrites what the parent does with what the route writes.
func (c *compiler) options(at string, s Spec, o *Options) {
	if s.Receiver != "" {
		if c.known.Receivers != nil {
			c.oneOf(at+".receiver", s.Receiver, c.known.Receivers, "receiver")
		}
		o.Receiver = s.Receiver
	}
	if s.GroupBy != nil {
		o.GroupBy, o.GroupByAll = c.groupBy(at+".group_by", s.GroupBy)
	}
	if s.Digest != "" {
		digest, err := ParseDigest(s.Digest)
		if err != nil {
			c.add(at+".digest", "%s", message(err))
		}
		o.Digest = digest
		if s.GroupWait != "" || s.GroupInterval != "" {
			c.add(at+".digest", "There is group_wait or group_interval beside it, and a digest is sent at its hour: remove one of the two.")
		}
	} else if s.GroupWait != "" || s.GroupInterval != "" {
		o.Digest = Digest{}
	}
	for _, one := range []struct {
		key, text string
		value     *time.Duration
		zero      bool
	}{{"group_wait", s.GroupWait, &o.GroupWait, true}, {"group_interval", s.GroupInterval, &o.GroupInterval, false}, {"repeat_interval", s.RepeatInterval, &o.RepeatInterval, false}} {
		if one.text == "" {
			continue
		}
		d, err := parseDuration(one.text)
		if err != nil {
			c.add(at+"."+one.key, "%s", sentence(err))
		} else if d == 0 && !one.zero {
			c.add(at+"."+one.key, "It is 0: messages would follow each other without end.")
		}
		*one.value = d
	}
	if s.Escalate != nil {
		o.Escalate = c.ladder(at+".escalate", s.Escalate)
	}
	for n, step := range o.Escalate {
		if step.To == o.Receiver && s.Escalate != nil {
			c.add(fmt.Sprintf("%s.escalate[%d].to", at, n), "It is the receiver of the route, which is told already.")
		}
	}
	o.Active, o.Mute = s.Active, s.Mute
	if s.Active != nil && len(s.Active) == 0 {
		c.add(at+".active_time_intervals", "The list is empty: leave the key out for a route that is always active.")
	}
	for n, name := range s.Active {
		c.oneOf(fmt.Sprintf("%s.active_time_intervals[%d]", at, n), name, c.intervals, "time interval")
	}
	for n, name := range s.Mute {
		c.oneOf(fmt.Sprintf("%s.mute_time_intervals[%d]", at, n), name, c.intervals, "time interval")
	}
}

func (c *compiler) oneOf(at, name string, among []string, what string) {
	switch {
	case slices.Contains(among, name):
	case len(among) == 0:
		c.add(at, "There is no %s %s; there is none at all.", what, tocsin.Clip(name, 40))
	default:
		c.add(at, "There is no %s %s%s", what, tocsin.Clip(name, 40), tocsin.Meant(name, among))
	}
}

func (c *compiler) label(at, name string) {
	if c.known.Labels != nil && !slices.Contains(c.known.Labels, name) {
		c.add(at, "There is no label %s%s", tocsin.Clip(name, 40), tocsin.Meant(name, c.known.Labels))
	} else if (&parser{rest: name}).name() != name || name == "" {
		c.add(at, "%q is no label name.", tocsin.Clip(name, 40))
	}
}

// value reports a matcher that holds for no value that its label can have, or,
// of the kind that excludes, for all of them.
func (c *compiler) value(at string, m Matcher) {
	values := c.known.Values[m.Name]
	if len(values) == 0 || m.Value == "" || slices.ContainsFunc(values, m.holds) {
		return
	}
	c.add(at, "%s has no value %s%s", m.Name, tocsin.Clip(m.Value, 60), tocsin.Meant(m.Value, values))
}

func (c *compiler) groupBy(at string, names []string) (list []string, all bool) {
	for n, name := range names {
		place := fmt.Sprintf("%s[%d]", at, n)
		switch {
		case name == "...":
			if len(names) > 1 {
				c.add(place, "'...' stands for all labels: it is the only entry, or none.")
			}
			return nil, true
		case slices.Contains(list, name):
			c.add(place, "%s is in the list twice.", tocsin.Clip(name, 40))
		default:
			c.label(place, name)
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list, false
}

// matchers reads a list of the settings, each entry one matcher or several.
func (c *compiler) matchers(at string, texts []string) (list Matchers) {
	if texts != nil && len(texts) == 0 {
		c.add(at, "The list is empty: leave the key out for a route that takes everything.")
	}
	for n, text := range texts {
		place := fmt.Sprintf("%s[%d]", at, n)
		found, err := ParseMatchers(text)
		if err != nil {
			c.add(place, "%s", message(err))
			continue
		}
		for _, m := range found {
			c.label(place, m.Name)
			c.value(place, m)
		}
		list = append(list, found...)
	}
	return list
}

// message is what an error says, without its field.
func message(err error) string {
	if e, ok := errors.AsType[*tocsin.Error](err); ok {
		return e.Message
	}
	return err.Error()
}
