package config_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/route"
)

const routed = `
notify:
  channels: [{name: ops-hook}, {name: duty-mail}, {name: wall}]
  receivers:
    - {name: duty, channels: [ops-hook, duty-mail]}
    - {name: team, channels: [wall]}
    - {name: nobody}
  routes:
    receiver: team
    group_by: [tenant, issue]
    routes:
      - matchers: ['class="incident"', 'service=~"Exchange|Teams"']
        receiver: duty
        group_wait: 0s
        repeat_interval: 4h
        routes:
          - matchers: ['severity="recovering"']
            group_by: []
            mute_time_intervals: [night]
      - matchers: ['class=~"advisory|message"']
        digest: daily 08:00 Europe/Paris
      - matchers: [kind=source]
        receiver: nobody
  time_intervals:
    - name: night
      time_intervals:
        - times: [{start_time: '22:00', end_time: '06:00'}]
          location: Europe/Paris
  inhibit_rules:
    - source_matchers: ['class="incident"']
      target_matchers: ['class="advisory"']
      equal: [tenant, service]
`

func TestPolicy(t *testing.T) {
	t.Parallel()
	c, err := load(t, routed, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	p, err := c.Policy()
	if err != nil {
		t.Fatal(err)
	}
	labels := route.NewLabels(route.Label{Name: "class", Value: "incident"}, route.Label{Name: "service", Value: "Exchange"}, route.Label{Name: "severity", Value: "recovering"}, route.Label{Name: "issue", Value: "EX1"})
	found := p.Match(labels)
	night := time.Date(2026, 3, 2, 23, 0, 0, 0, time.UTC)
	if len(found) != 1 || found[0].At != "routes.routes[0].routes[0]" || found[0].GroupWait != 0 || len(found[0].GroupBy) != 0 {
		t.Fatalf("%+v", found)
	}
	if names, muted := p.Muted(found[0], night); !muted || !slices.Equal(names, []string{"night"}) {
		t.Errorf("%v %v", names, muted)
	}
	if got := c.Notify.ChannelsOf(found[0].Receiver); !slices.Equal(got, []string{"ops-hook", "duty-mail"}) {
		t.Errorf("%v hear", got)
	}
}

// Without routes, what is urgent goes to all channels at once, the rest in the
// morning.
func TestPolicyAsShipped(t *testing.T) {
	t.Parallel()
	c, err := load(t, "notify: {channels: [{name: a}, {name: b}], zone: Asia/Tokyo}", nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Policy()
	if err != nil || c.Validate() != nil {
		t.Fatal(err, c.Validate())
	}
	r := p.Match(route.NewLabels(route.Label{Name: "class", Value: "advisory"}))[0]
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	if due := r.Due(at, time.Time{}); !due.Equal(time.Date(2026, 3, 2, 23, 0, 0, 0, time.UTC)) || !slices.Equal(c.Notify.ChannelsOf(r.Receiver), []string{"a", "b"}) || len(p.Inhibit) != 1 {
		t.Errorf("%v to %v", due, c.Notify.ChannelsOf(r.Receiver))
	}
}

// Each fault is told with its key and what was meant, all at once.
func TestNotifyRefuses(t *testing.T) {
	t.Parallel()
	_, routes, _ := strings.Cut(routed, "  - {name: nobody}\n")
	routes, _, _ = strings.Cut(routes, "    - name: night")
	for name, test := range map[string]struct{ from, to, want string }{
		"key":             {"group_wait", "groupWait", "notify.routes.routes[0].groupWait: Line 14: there is no such key; did you mean group_wait?"},
		"nested key":      {"mute_time_intervals", "mute_time_interval", "notify.routes.routes[0].routes[0].mute_time_interval: Line 19: there is no such key; did you mean mute_time_intervals?"},
		"receiver":        {"receiver: duty", "receiver: dudy", "notify.routes.routes[0].receiver: There is no receiver dudy; did you mean duty?"},
		"no receiver":     {"receiver: team\n", "\n", "notify.routes.receiver: It is missing"},
		"channel":         {"duty-mail]", "duty-mial]", "notify.receivers[0].channels[1]: There is no channel duty-mial; did you mean duty-mail?"},
		"no channels":     {"{name: nobody}", "{name: nobody, channels: []}", "notify.receivers[2].channels: The list is empty"},
		"two receivers":   {"{name: nobody}", "{name: nobody}\n    - {name: team}", `notify.receivers[3].name: There are two receivers with the name "team"`},
		"two channels":    {"{name: wall}", "{name: ops-hook}", `notify.channels[2].name: There are two channels`},
		"label":           {"'class=\"incident\"', ", "'klass=\"incident\"', ", "notify.routes.routes[0].matchers[0]: There is no label klass; did you mean class?"},
		"value":           {"severity=\"recovering\"", "severity=\"recoverin\"", "notify.routes.routes[0].routes[0].matchers[0]: severity has no value recoverin; did you mean recovering?"},
		"excluded value":  {"severity=\"recovering\"", "change!=\"resolve\"", "matchers[0]: change has no value resolve; did you mean resolved?"},
		"expression":      {"advisory|message", "advisories|posts", "matchers[0]: class has no value advisories|posts; there are incident"},
		"matcher":         {"kind=source", "kind source", "notify.routes.routes[2].matchers[0]: After kind stands none of =, !=, =~, !~."},
		"interval":        {"[night]", "[nigt]", "notify.routes.routes[0].routes[0].mute_time_intervals[0]: There is no time interval nigt; did you mean night?"},
		"time":            {"'22:00'", "'22.00'", `notify.time_intervals[0].time_intervals[0].times[0]: "22.00" is no time of day`},
		"a list":          {"[{start_time: '22:00', end_time: '06:00'}]", "{start_time: '22:00', end_time: '06:00'}", "notify.time_intervals[0].time_intervals[0].times: Line 27: a list stands here"},
		"digest":          {"daily 08:00", "hourly 08:00", `notify.routes.routes[1].digest: "hourly" is neither daily`},
		"inhibition":      {"equal: [tenant, service]", "equal: [tenants]", "notify.inhibit_rules[0].equal[0]: There is no label tenants; did you mean tenant?"},
		"no routes":       {routes, "  routes: {group_by: [issue]}\n  time_intervals:\n", "notify.routes.receiver: It is missing"},
		"zone and routes": {"notify:\n", "notify:\n  zone: Europe/Paris\n", "notify.zone: It is for routes that are not written"},
	} {
		text := strings.Replace(routed, test.from, test.to, 1)
		if text == routed {
			t.Fatalf("%s: nothing is replaced", name)
		}
		c, err := load(t, text, nil)
		if err == nil {
			err = c.Validate()
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		} else if lines := strings.Split(err.Error(), "\n"); len(lines) > 1 && name != "two channels" && name != "no receiver" {
			t.Errorf("%s: more than one problem: %v", name, err)
		}
	}
	c, err := load(t, "notify: {channels: [{name: a}], receivers: [{name: x, channels: [a]}, {name: y}], zone: Paris}", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"notify.routes: There are several receivers", `notify.zone: "Paris" is no time zone`} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if got := (config.Notify{}).All(); len(got) != 1 || got[0].Channels != nil {
		t.Errorf("no channels: %v", got)
	}
}
