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
  channels:
    - {name: ops-hook, kind: slack, address: 'https://hooks.example/ops'}
    - {name: duty-mail, kind: mail, mail: {from: desk@contoso.com, to: duty@contoso.com, relay: {host: mail.contoso.com}}}
    - {name: wall, kind: slack, address: 'https://hooks.example/wall'}
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
        escalate: [{after: 15m, to: team}]
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
	c, err := load(t, "notify: {channels: [{name: a, kind: slack, address: 'https://a.example/'}, {name: b, kind: slack, address: 'https://b.example/'}], zone: Asia/Tokyo}", nil)
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
		"key":              {"group_wait", "groupWait", "notify.routes.routes[0].groupWait: Line 17: there is no such key; did you mean group_wait?"},
		"nested key":       {"mute_time_intervals", "mute_time_interval", "notify.routes.routes[0].routes[0].mute_time_interval: Line 23: there is no such key; did you mean mute_time_intervals?"},
		"receiver":         {"receiver: duty", "receiver: dudy", "notify.routes.routes[0].receiver: There is no receiver dudy; did you mean duty?"},
		"step nowhere":     {"to: team}]", "to: taem}]", "notify.routes.routes[0].escalate[0].to: There is no receiver taem; did you mean team?"},
		"step to itself":   {"to: team}]", "to: duty}]", "notify.routes.routes[0].escalate[0].to: It is the receiver of the route"},
		"step to nobody":   {"to: team}]", "to: nobody}]", "notify.routes.routes[0].escalate[0].to: The receiver nobody has no channel"},
		"step to the told": {"{name: team, channels: [wall]}", "{name: team, channels: [ops-hook]}", "notify.routes.routes[0].escalate[0].to: All channels of team are told at once already, by the receiver duty."},
		"step at once":     {"after: 15m", "after: 0s", "notify.routes.routes[0].escalate[0].after: 0s is not above 0 and at most 7d."},
		"step at no time":  {"after: 15m", "after: soon", "notify.routes.routes[0].escalate[0].after: \"soon\" is no time"},
		"step before":      {"to: team}]", "to: team}, {after: 10m, to: team}]", "notify.routes.routes[0].escalate[1].after: It is not later than the step before it."},
		"no receiver":      {"receiver: team\n", "\n", "notify.routes.receiver: It is missing"},
		"channel":          {"duty-mail]", "duty-mial]", "notify.receivers[0].channels[1]: There is no channel duty-mial; did you mean duty-mail?"},
		"no channels":      {"{name: nobody}", "{name: nobody, channels: []}", "notify.receivers[2].channels: The list is empty"},
		"two receivers":    {"{name: nobody}", "{name: nobody}\n    - {name: team}", `notify.receivers[3].name: There are two receivers with the name "team"`},
		"two channels":     {"{name: wall, ", "{name: ops-hook, ", `notify.channels[2].name: There are two channels`},
		"label":            {"'class=\"incident\"', ", "'klass=\"incident\"', ", "notify.routes.routes[0].matchers[0]: There is no label klass; did you mean class?"},
		"value":            {"severity=\"recovering\"", "severity=\"recoverin\"", "notify.routes.routes[0].routes[0].matchers[0]: severity has no value recoverin; did you mean recovering?"},
		"excluded value":   {"severity=\"recovering\"", "change!=\"resolve\"", "matchers[0]: change has no value resolve; did you mean resolved?"},
		"expression":       {"advisory|message", "advisories|posts", "matchers[0]: class has no value advisories|posts; there are incident"},
		"matcher":          {"kind=source", "kind source", "notify.routes.routes[2].matchers[0]: After kind stands none of =, !=, =~, !~."},
		"interval":         {"[night]", "[nigt]", "notify.routes.routes[0].routes[0].mute_time_intervals[0]: There is no time interval nigt; did you mean night?"},
		"time":             {"'22:00'", "'22.00'", `notify.time_intervals[0].time_intervals[0].times[0]: "22.00" is no time of day`},
		"a list":           {"[{start_time: '22:00', end_time: '06:00'}]", "{start_time: '22:00', end_time: '06:00'}", "notify.time_intervals[0].time_intervals[0].times: Line 31: a list stands here"},
		"digest":           {"daily 08:00", "hourly 08:00", `notify.routes.routes[1].digest: "hourly" is neither daily`},
		"inhibition":       {"equal: [tenant, service]", "equal: [tenants]", "notify.inhibit_rules[0].equal[0]: There is no label tenants; did you mean tenant?"},
		"no routes":        {routes, "  routes: {group_by: [issue]}\n  time_intervals:\n", "notify.routes.receiver: It is missing"},
		"zone and routes":  {"notify:\n", "notify:\n  zone: Europe/Paris\n", "notify.zone: It is for routes that are not written"},
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

// What a channel lacks, what it has no use for and what cannot be is told with its
// key, and no secret in it.
func TestChannelsRefuse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{name: A, kind: slack, address: 'https://a.example'}":                       "notify.channels[0].name",
		"{name: a, kind: slak, address: 'https://a.example'}":                        "notify.channels[0].kind: \"slak\" is none of",
		"{name: a, kind: slack}":                                                     "notify.channels[0].address: It is missing",
		"{name: a, kind: slack, address: 'https://a.example', bare: true}":           "notify.channels[0].bare: A channel of kind slack has no use for it",
		"{name: a, kind: slack, address: 'http://a.example/hunter2'}":                "notify.channels[0].address: It has to begin with https://",
		"{name: a, kind: slack, address: 'https://u:hunter2@a.example/'}":            "notify.channels[0].address: It has a user in it",
		"{name: a, kind: slack, address: 'hunter2'}":                                 "notify.channels[0].address: It is no address",
		"{name: a, kind: slack, address: 'https://a.example/', language: it}":        "notify.channels[0].language: \"it\" is none of en, fr",
		"{name: a, kind: slack, address: 'https://a.example/', zone: Mars}":          "notify.channels[0].zone",
		"{name: a, kind: slack, address: 'https://a.example/', fallback: a}":         "notify.channels[0].fallback: It is the channel itself",
		"{name: a, kind: slack, address: 'https://a.example/', fallback: b}":         "notify.channels[0].fallback: There is no channel \"b\"",
		"{name: a, kind: slack, address: 'https://a.example/', dependsOn: Exchange}": "notify.channels[0].dependsOn: It says when the fallback",
		"{name: a, kind: teams, address: 'https://a.example/', ends: soon}":          "notify.channels[0].ends",
		"{name: a, kind: telegram, address: 'https://api.telegram.org/bot1'}":        "notify.channels[0].target: It is missing",
		"{name: a, kind: mail}":                                                                                                        "notify.channels[0].mail: It is missing",
		"{name: a, kind: mail, mail: {to: b@contoso.com}}":                                                                             "notify.channels[0].mail.from: It is missing",
		"{name: a, kind: mail, mail: {from: b@contoso.com}}":                                                                           "notify.channels[0].mail.relay.host: It is missing",
		"{name: a, kind: mail, mail: {from: b@contoso.com, relay: {host: x, tls: ssl}}}":                                               "notify.channels[0].mail.relay.tls: \"ssl\"",
		"{name: a, kind: mail, mail: {from: b@contoso.com, relay: {host: x, tls: none, user: u, password: hunter2}}}":                  "notify.channels[0].mail.relay.tls: A password would leave",
		"{name: a, kind: mail, mail: {from: b@contoso.com, relay: {host: x, user: u}}}":                                                "notify.channels[0].mail.relay.user: User and password go together",
		"{name: a, kind: mail, mail: {from: b@contoso.com, relay: {host: x, user: u, clientId: c}}}":                                   "notify.channels[0].mail.relay.tenantId",
		"{name: a, kind: mail, mail: {from: b@contoso.com, graph: {mailbox: m}}}":                                                      "notify.channels[0].mail.graph: It needs",
		"{name: a, kind: mail, mail: {from: b@contoso.com, graph: {mailbox: m, tenantId: t, clientId: c, clientSecret: s, cloud: x}}}": "notify.channels[0].mail.graph.cloud",
		"{name: a, kind: mail, mail: {from: b@contoso.com, relay: {host: x, connections: 257}}}":                                       "notify.channels[0].mail.relay.connections: 257",
		"{name: a, kind: mail, mail: {from: b@contoso.com, relay: {host: x}, second: {host: y, connections: 2}}}":                      "notify.channels[0].mail.second.connections",
		"{name: a, kind: mail, mail: {from: b@contoso.com, relay: {host: x}, dkim: [{domain: d}]}}":                                    "notify.channels[0].mail.dkim[0]: It needs",
	} {
		c, err := load(t, "notify: {channels: ["+text+"]}", nil)
		if err == nil {
			err = c.Validate()
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A canary is a time of day in the zone of its channel, and not for channels that would
// call somebody.
func TestCanary(t *testing.T) {
	t.Parallel()
	for written, problem := range map[string]string{
		"kind: slack, address: 'https://a.example/', canary: '09:00', zone: Europe/Paris": "",
		"kind: webhook, address: 'https://a.example/', secret: x, canary: '23:59'":        "",
		"kind: slack, address: 'https://a.example/', canary: '24:00'":                     "notify.channels[0].canary",
		"kind: slack, address: 'https://a.example/', canary: '09:00 Asia/Tokyo'":          "notify.channels[0].canary",
		"kind: slack, address: 'https://a.example/', canary: daily":                       "notify.channels[0].canary",
		"kind: pagerduty, secret: x, canary: '09:00'":                                     "notify.channels[0].canary",
		"kind: jsm, secret: x, canary: '09:00'":                                           "notify.channels[0].canary",
	} {
		c, err := load(t, "notify: {channels: [{name: a, "+written+"}]}", nil)
		if err == nil {
			err = c.Validate()
		}
		if problem == "" && err != nil || problem != "" && (err == nil || !strings.Contains(err.Error(), problem+":")) {
			t.Errorf("%s: %v", written, err)
		}
		if problem == "" {
			if at, err := c.Notify.Channels[0].CanaryTime(); err != nil || at.IsZero() {
				t.Errorf("%s: %v", written, err)
			}
		}
	}
}
