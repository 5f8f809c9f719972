package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/cli"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

const routes = `
server: {base: 'https://status.contoso.com'}
notify:
  channels:
    - {name: ops-hook, kind: slack, address: 'https://hooks.example/ops'}
    - {name: duty-mail, kind: mail, mail: {from: desk@contoso.com, to: duty@contoso.com, relay: {host: mail.contoso.com}}}
    - {name: wall, kind: slack, address: 'https://hooks.example/wall'}
  receivers:
    - {name: duty, channels: [ops-hook, duty-mail]}
    - {name: team, channels: [wall, duty-mail]}
  routes:
    receiver: team
    group_by: [tenant, issue]
    routes:
      - matchers: ['class="incident"', 'service=~"Exchange|Teams"']
        receiver: duty
        group_wait: 0s
        continue: true
        mute_time_intervals: [night]
      - matchers: ['severity="degraded"']
      - matchers: ['class=~"advisory|message"']
        digest: daily 08:00 Europe/Paris
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

// routeDesk runs commands with the settings above; want is their exit code.
func routeDesk(t *testing.T) func(want int, args ...string) string {
	t.Helper()
	run, _ := routeDeskIn(t)
	return run
}

// routeDeskIn is routeDesk with the directory that the desk is in.
func routeDeskIn(t *testing.T) (run func(want int, args ...string) string, dir string) {
	t.Helper()
	dir = t.TempDir()
	file := filepath.Join(dir, "tocsin.yaml")
	if err := os.WriteFile(file, []byte(routes), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		code := cli.Main(t.Context(), cli.Env{
			Args: append(args, "--config", file, "--data", filepath.Join(dir, "desk")), Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
		})
		if code != want {
			t.Fatalf("tocsin %v ends with %d, want %d: %s", args, code, want, out.String())
		}
		return out.String()
	}, dir
}

// Routes that a page has written are shown in the place of those of the settings, with
// who wrote them; those that do not fit the settings are not, and it is said why.
func TestRouteShowOfPages(t *testing.T) {
	t.Parallel()
	run, dir := routeDeskIn(t)
	if out := run(0, "route", "show"); !strings.HasPrefix(out, "The routes of the settings hold.\n") {
		t.Error(out)
	}
	c := config.Default()
	c.Data = filepath.Join(dir, "desk")
	if err := config.MakeDirectories(c); err != nil {
		t.Fatal(err)
	}
	desk, err := app.OpenRooms(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	for n, test := range []struct{ text, begins, has string }{
		{"routes: {receiver: duty}", "Version 1 of the page of routes holds, by alex on ", "everything → duty (ops-hook, duty-mail)\n"},
		{"routes: {receiver: gone}", "Version 2 of the page of routes does not fit the settings any more", "everything → team (wall, duty-mail)\n"},
		{"", "The routes of the settings hold.", "everything → team (wall, duty-mail)\n"},
	} {
		if _, err := desk.Deliveries.SaveRoutes(tocsin.WithActor(t.Context(), tocsin.Actor{Name: "alex"}), test.text, int64(n), time.Now()); err != nil {
			t.Fatal(err)
		}
		if out := run(0, "route", "show"); !strings.HasPrefix(out, test.begins) || !strings.Contains(out, test.has) {
			t.Errorf("%q: %s", test.text, out)
		}
	}
	if out := run(0, "route", "show", "--output", "json"); !strings.Contains(out, `"version": 3`) {
		t.Error(out)
	}
}

// The tree is printed with who hears, and quiet hours with the instants at which
// they are.
func TestRouteShow(t *testing.T) {
	t.Parallel()
	run := routeDesk(t)
	out := run(0, "route", "show")
	for _, want := range []string{
		"everything → team (wall, duty-mail)\n    a message for each issue, tenant; first after 30s; then every 5m; again after 4h\n",
		"  class=\"incident\" and service=~\"Exchange|Teams\" → duty (ops-hook, duty-mail)\n      a message for each issue, tenant; first after 0s; then every 5m; again after 4h; not within night; then the next routes\n",
		"      a message for each issue, tenant; digest daily 08:00 Europe/Paris\n",
		"Around the next change of its clock it is active from\n",
		`{class="incident"} hides {class="advisory"} equal in tenant, service.`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing says %q:\n%s", want, out)
		}
	}
	var tree struct {
		Routes    []map[string]any
		Intervals []struct{ Around []map[string]string } `json:"timeIntervals"`
	}
	if err := json.Unmarshal([]byte(run(0, "route", "show", "--output", "json")), &tree); err != nil || len(tree.Routes) != 4 || len(tree.Intervals) != 1 {
		t.Errorf("%v %+v", err, tree)
	}
}

// Who hears of an event is told with when, with doubles, and with what mutes.
func TestRouteTest(t *testing.T) {
	t.Parallel()
	run := routeDesk(t)
	labels := []string{"route", "test", "--label", "class=incident", "--label", "service=Exchange", "--label", "severity=degraded", "--label", "issue=EX1", "--at", "2026-03-29T01:30:00Z"}
	want := `{class="incident", issue="EX1", service="Exchange", severity="degraded"} at 2026-03-29T01:30:00Z

ROUTE             RECEIVER  CHANNELS             SENT                  GROUP
routes.routes[0]  duty      ops-hook, duty-mail  2026-03-29T04:00:00Z  {issue="EX1"}
routes.routes[1]  team      wall, duty-mail      2026-03-29T01:30:30Z  {issue="EX1"}
routes.routes[0] is muted at 2026-03-29T01:30:00Z by night.
routes.routes[1]: a route above tells duty-mail already, who hears once.
`
	if got := run(0, labels...); got != want {
		t.Errorf("%s, want\n%s", got, want)
	}
	if got := run(0, append(labels[:4:4], "--label", "service=Yammer", "--why")...); !strings.Contains(got, "  routes.routes[0] refuses: not service=~\"Exchange|Teams\"\n  routes.routes[1] refuses: not severity=\"degraded\"\n") {
		t.Error(got)
	}
	var tested struct {
		Hears []struct{ Sent, Group string }
	}
	if err := json.Unmarshal([]byte(run(0, append(labels, "--output", "json")...)), &tested); err != nil || len(tested.Hears) != 2 || tested.Hears[0].Sent != "2026-03-29T04:00:00Z" {
		t.Errorf("%v %+v", err, tested)
	}
	for _, args := range [][]string{{"route", "test"}, {"route", "test", "--label", "class"}, {"route", "test", "--label", "klass=incident"}, append(labels, "--at", "soon")} {
		run(2, args...)
	}
	if got := run(2, "route", "test", "--label", "klass=incident", "--label", "x"); !strings.Contains(got, "did you mean class?") || !strings.Contains(got, "NAME=VALUE") {
		t.Error(got)
	}
}

// A silence is added with a reason, seen by a test of routes, and ended.
func TestSilences(t *testing.T) {
	t.Parallel()
	run := routeDesk(t)
	run(0, "tenant", "add", "--id", "11111111-2222-4333-8444-555555555555", "--name", "contoso")
	added := run(0, "silence", "add", `{service="Exchange"}`, "--for", "2h", "--reason", "Work of our own", "--tenant", "contoso")
	id := regexp.MustCompile(`[0-9a-f-]{36}`).FindString(added)
	if !strings.HasPrefix(added, `Silenced service="Exchange" from `) || id == "" {
		t.Fatal(added)
	}
	if got := run(0, "silence", "list"); !strings.Contains(got, "contoso") || !strings.Contains(got, "Work of our own") || !strings.Contains(got, "command line") {
		t.Error(got)
	}
	test := []string{"route", "test", "--label", "service=Exchange", "--label", "tenant=11111111-2222-4333-8444-555555555555"}
	if got := run(0, test...); !strings.Contains(got, "Nobody hears: it is silenced by command line until ") {
		t.Error(got)
	}
	if got := run(0, test[:4]...); strings.Contains(got, "silenced") {
		t.Errorf("of another tenant: %s", got)
	}
	run(0, "silence", "end", id)
	if got := run(0, test...); strings.Contains(got, "silenced") {
		t.Error(got)
	}
	run(1, "silence", "end", id)
	if got := run(0, "silence", "list", "--all", "--output", "csv"); !strings.Contains(got, id) {
		t.Error(got)
	}
	for args, want := range map[string]string{
		`service="Exchange" --for 25h --reason x`: "end: A silence ends within 24 hours",
		`service="Exchange" --for 2h --reason `:   "reason: Say why",
		`servise=x --for 2h --reason x`:           "matchers: There is no label servise; did you mean service?",
	} {
		if got := run(2, append([]string{"silence", "add"}, strings.Split(args, " ")...)...); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", args, got, want)
		}
	}
}

// The changes of the archive go through the routes of a file: what each receiver
// would have had on which day, and nothing is sent.
func TestRouteShadow(t *testing.T) {
	t.Parallel()
	run := routeDesk(t)
	run(0, "tenant", "add", "--id", "11111111-2222-4333-8444-555555555555", "--name", "contoso")
	run(0, "service", "add", "--tenant", "contoso", "--id", "Vpn", "--name", "Remote access")
	var id string
	for range 2 {
		id = regexp.MustCompile(`"id": "([^"]+)"`).FindStringSubmatch(run(0, "issue", "create", "--tenant", "contoso", "--service", "Vpn", "--title", "Slow", "--text", "It is slow.", "--output", "json"))[1]
	}
	run(0, "issue", "post", id, "--tenant", "contoso", "--text", "It is still slow.")
	var found struct {
		Changes int
		Days    []struct {
			Receiver          string
			Changes, Messages int
		}
		Lines []struct {
			Change                   int64
			ID, What, Receiver, Sent string
		}
	}
	text := run(0, "route", "shadow", "--lines", "2", "--output", "json")
	if err := json.Unmarshal([]byte(text), &found); err != nil || found.Changes != 3 || len(found.Lines) != 2 || found.Lines[1].ID != id || found.Lines[1].What != "post" || found.Lines[1].Receiver != "team" {
		t.Fatalf("%v %s", err, text)
	}
	messages, changes := 0, 0
	for _, d := range found.Days {
		messages, changes = messages+d.Messages, changes+d.Changes
	}
	if messages != 2 || changes != 3 { // the post goes with what waits for half a minute
		t.Errorf("%d changes in %d messages: %s", changes, messages, text)
	}
	if got := run(0, "route", "test", "--issue", id, "--tenant", "contoso"); !strings.Contains(got, `change="opened"`) || !strings.Contains(got, `service="Vpn"`) {
		t.Error(got)
	}
	if got := run(0, "route", "test", "--change", fmt.Sprint(found.Lines[1].Change)); !strings.Contains(got, `change="post"`) {
		t.Error(got)
	}
	run(1, "route", "test", "--change", "4711")
	run(1, "route", "test", "--issue", "EX4711", "--tenant", "contoso")
	run(2, "route", "test", "--issue", id)
	run(2, "route", "test", "--issue", id, "--label", "class=incident")
	if got := run(0, "channel", "preview", "wall", id, "--tenant", "contoso", "--version", "1"); !strings.Contains(got, "] "+id) || !strings.Contains(got, "It is slow.") || strings.Contains(got, "still") {
		t.Error(got)
	}
	run(1, "channel", "preview", "wall", id, "--tenant", "contoso", "--version", "9")
	run(1, "channel", "preview", "nobody", id, "--tenant", "contoso")
	if got := run(0, "route", "shadow"); !strings.Contains(got, "3 changes would have been told of. Nothing was sent.") {
		t.Error(got)
	}
	run(0, "silence", "add", `service="Vpn"`, "--for", "2h", "--reason", "work")
	run(0, "issue", "post", id, "--tenant", "contoso", "--text", "It is quick again.")
	if got := run(0, "route", "shadow", "--lines", "1"); !strings.Contains(got, "3 changes would have been told of.") || !strings.Contains(got, "1 change would have been kept from all") || !strings.Contains(got, "silenced") {
		t.Error(got)
	}
	run(0, "service", "add", "--tenant", "contoso", "--id", "Print", "--name", "Printing")
	run(0, "issue", "create", "--tenant", "contoso", "--service", "Print", "--title", "Stuck")
	run(0, "issue", "create", "--tenant", "contoso", "--service", "Print", "--title", "Slow", "--advisory")
	if got := run(0, "route", "shadow", "--lines", "1"); !strings.Contains(got, "4 changes would have been told of.") || !strings.Contains(got, "2 changes would have been kept from all") || !strings.Contains(got, "inhibited") {
		t.Error(got)
	}
	if got := run(0, "route", "shadow", "--since", "1ns"); !strings.Contains(got, "0 changes") {
		t.Error(got)
	}
	run(2, "route", "shadow", "--since", "yesterday")
	run(2, "route", "shadow", "--since", "9999-01-01")
}

// A check tells what is wrong with channels beside what is wrong with keys.
func TestCheckTellsAll(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "tocsin.yaml")
	text := `{server: {base: 'https://status.contoso.com'}, notify: {wordings: [{name: managers, title: '{titel}', fotter: [x]}],
		channels: [{name: a, kind: slack, address: 'https://hooks.example/x', wording: manager}, {name: b, kind: slack}, {name: c, kind: ntfy, address: 'https://ntfy.example'}]}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	code := cli.Main(t.Context(), cli.Env{
		Args: []string{"config", "check", "--config", file}, Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
	})
	for _, want := range []string{"fotter: ", "did you mean footer?", "channels[0].wording: ", "channels[1].address: It is missing.", "wordings[0].title: {titel}", "channels[2].address: "} {
		if code != 2 || strings.Count(out.String(), want) != 1 {
			t.Errorf("%d, no %q once: %s", code, want, out.String())
		}
	}
}
