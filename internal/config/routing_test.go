package config_test

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/config"
)

// What is written of routes beside the settings is checked as they are, each fault with
// its key and its line, and takes the place of theirs.
func TestWithRouting(t *testing.T) {
	t.Parallel()
	c, err := load(t, routed, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.RoutingText()
	if err != nil {
		t.Fatal(err)
	}
	same, err := c.WithRouting(text)
	if again, err2 := same.RoutingText(); err != nil || err2 != nil || again != text {
		t.Errorf("%v, %v: %s", err, err2, again)
	}
	next, err := c.WithRouting("routes:\n  receiver: team\n  routes:\n    - receiver: duty\n      matchers: ['class=\"incident\"']\n")
	if err != nil {
		t.Fatal(err)
	}
	if p, err := next.Policy(); err != nil || len(p.Root.Routes) != 1 || len(p.Intervals) != 0 || len(p.Inhibit) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	deep := "routes: {receiver: team}\nx: &a [1]\n"
	for name, test := range map[string]struct{ text, field, message string }{
		"nothing":    {"", "routes", "It is missing"},
		"no routes":  {"time_intervals: []", "routes", "It is missing"},
		"no YAML":    {"routes: [", "text", "This is no YAML"},
		"a list":     {"- a", "config", "Line 1"},
		"another":    {"routes: {receiver: team}\n---\nroutes: {receiver: duty}", "text", "second document"},
		"reference":  {deep + "y: *a", "text", "Line 3"},
		"key":        {"routes:\n  receiver: team\n  receiverz: x", "routes.receiverz", "Line 3: "},
		"channels":   {"routes: {receiver: team}\nchannels: []", "channels", "Line 2: "},
		"receiver":   {"routes:\n  receiver: team\n  routes:\n    - receiver: dutty", "routes.routes[0].receiver", "Line 4: "},
		"matcher":    {"routes:\n  receiver: team\n  routes:\n    - matchers:\n        - class=\"incident\"\n        - klass=\"x\"", "routes.routes[0].matchers[1]", "Line 6: "},
		"interval":   {"routes:\n  receiver: team\n  routes:\n    - mute_time_intervals: [nights]", "routes.routes[0].mute_time_intervals[0]", "Line 4: "},
		"escalation": {"routes:\n  receiver: team\n  routes:\n    - escalate: [{after: 15m, to: team}]", "routes.routes[0].escalate[0].to", "Line 4: "},
		"variable":   {"routes: {receiver: '${HOME}'}", "routes.receiver", "${HOME}"},
		"too long":   {"routes: {receiver: team} #" + strings.Repeat("x", config.MaxRouting), "text", "longer"},
	} {
		_, err := c.WithRouting(test.text)
		problems := config.Problems(err)
		if len(problems) == 0 || problems[0].Field != test.field || !strings.Contains(problems[0].Message, test.message) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Where the settings have no routes, the text says what is shipped.
func TestRoutingTextAsShipped(t *testing.T) {
	t.Parallel()
	c, err := load(t, "notify: {channels: [{name: a, kind: slack, address: 'https://a.example/'}], zone: Asia/Tokyo}", nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.RoutingText()
	if err != nil || !strings.Contains(text, "Asia/Tokyo") {
		t.Fatalf("%s, %v", text, err)
	}
	if _, err := c.WithRouting(text); err != nil {
		t.Error(err)
	}
}
