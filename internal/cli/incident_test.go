package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/cli"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

// An incident is opened, worked on and closed, and each refusal says why.
func TestIncidents(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	run := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		code := cli.Main(t.Context(), cli.Env{
			Args: append(args, "--data", data), Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
		})
		if code != want {
			t.Fatalf("tocsin %s ends with %d, want %d: %s", strings.Join(args, " "), code, want, out.String())
		}
		return out.String()
	}
	run(0, "tenant", "add", "--id", "11111111-2222-4333-8444-555555555555", "--name", "contoso")
	opened := run(0, "incident", "open", "Access to Microsoft 365", "--tenant", "contoso", "--issue", "MO821132", "--service", "Exchange", "--zone", "Europe/Paris", "--t0=-20m")
	for _, want := range []string{"Incident 1: Access to Microsoft 365 (open)", "detection     late", "announcement  pending", "updates/1     pending", "Not checked: exchange/queues"} {
		if !strings.Contains(opened, want) {
			t.Errorf("opened: no %q in\n%s", want, opened)
		}
	}
	if list := run(0, "incident", "list"); !strings.Contains(list, "MO821132") || !strings.Contains(list, "detection") || !strings.Contains(list, "(late)") {
		t.Errorf("list: %s", list)
	}
	run(0, "incident", "step", "1", "detection", "--at=-8m")
	run(0, "incident", "step", "1", "escalation", "--not-needed", "Microsoft knows")
	run(0, "incident", "step", "1", "updates")
	for _, args := range [][]string{
		{"Hugo", "--role", "comms"},
		{"Desktop Outlook", "--service", "Exchange", "--state", "partial"},
		{"SMTP relay", "--measure", "--where", "Lyon", "--who", "Yanis", "--undo", "Yanis, when mail flows"},
		{"MFA stays on.", "--decision", "--at=-5m"},
		{"The first call", "--t0", "--at=-40m"},
		{"Mail as well", "--issue", "EX820411"},
		{"MFA stays on for all.", "--amends", "8"},
	} {
		run(0, append([]string{"incident", "note", "1"}, args...)...)
	}
	for _, tt := range []struct {
		want string
		code int
		args []string
	}{
		{"command line has done this already", 1, []string{"step", "1", "detection"}},
		{"is none of detection", 2, []string{"step", "1", "dance"}},
		{"is no number of an update", 2, []string{"step", "1", "updates/x"}},
		{"There is no incident 9", 1, []string{"show", "9"}},
		{"Say with --at", 2, []string{"note", "1", "x", "--t0"}},
		{"is none of exchange/queues", 2, []string{"note", "1", "", "--checked", "exchange/all"}},
		{"is none of ok, partial, ko", 2, []string{"note", "1", "x", "--service", "Exchange"}},
		{"That is still to come", 2, []string{"note", "1", "x", "--at", "2h"}},
		{"can't be used together", 2, []string{"note", "1", "x", "--decision", "--measure"}},
		{"Neither undone nor kept: SMTP relay", 1, []string{"close", "1"}},
		{"Not checked yet: exchange/queues", 1, []string{"close", "1"}},
		{"is no time zone", 2, []string{"open", "x", "--tenant", "contoso", "--zone", "Mars"}},
		{"There is no tenant", 1, []string{"open", "x", "--tenant", "nobody"}},
	} {
		if got := run(tt.code, append([]string{"incident"}, tt.args...)...); !strings.Contains(got, tt.want) {
			t.Errorf("incident %s: no %q in %q", strings.Join(tt.args, " "), tt.want, got)
		}
	}
	run(0, "incident", "note", "1", "", "--undone", "1")
	for _, item := range []string{"exchange/queues", "exchange/mail", "exchange/cache", "all/shd", "all/people"} {
		run(0, "incident", "note", "1", "", "--checked", item)
	}
	run(0, "incident", "note", "1", "nobody was told before", "--needless", "all/message")
	var closed struct {
		ClosedAt string
		Roles    []any
		Steps    []struct {
			Step, State    string
			WasLateSeconds int
		}
		Timeline []struct {
			Kind   string
			Amends int
		}
	}
	if err := json.Unmarshal([]byte(run(0, "incident", "close", "1", "--output", "json")), &closed); err != nil {
		t.Fatal(err)
	}
	if closed.ClosedAt == "" || len(closed.Roles) != 0 || closed.Timeline[0].Kind != "close" || closed.Steps[0].State != "done" {
		t.Errorf("closed: %+v", closed)
	}
	run(1, "incident", "step", "1", "closure")
	run(0, "incident", "step", "1", "review")
	if list := run(0, "incident", "list", "--all", "--output", "csv"); !strings.Contains(list, "MO821132") || strings.Contains(run(0, "incident", "list"), "MO821132") {
		t.Errorf("list: %s", list)
	}
}

// Messages are listed as they would read, recorded, and refused where a fact or a
// channel is missing.
func TestIncidentMessages(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	run := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		code := cli.Main(t.Context(), cli.Env{
			Args: append(args, "--data", data), Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
		})
		if code != want {
			t.Fatalf("tocsin %s ends with %d, want %d: %s", strings.Join(args, " "), code, want, out.String())
		}
		return out.String()
	}
	run(0, "tenant", "add", "--id", "11111111-2222-4333-8444-555555555555", "--name", "contoso")
	run(0, "incident", "open", "Mail waits", "--tenant", "contoso", "--issue", "MO821132", "--service", "Exchange")
	message := func(want int, args ...string) string {
		return run(want, append([]string{"incident", "message"}, args...)...)
	}
	for _, tt := range []struct {
		want int
		args []string
		says string
	}{
		{0, []string{"offers", "1"}, "announcement: First announcement (IT → All). To be given: symptoms, workarounds"},
		{0, []string{"offers", "1", "--output", "json"}, `"template": "short-closure"`},
		{2, []string{"send", "1", "announcement", "--outside"}, "Give first: symptoms, workarounds."},
		{2, []string{"send", "1", "announcement"}, "Name channels with --channel"},
		{2, []string{"send", "1", "announcement", "--fact", "id=x", "--outside"}, "symptoms, services"},
		{2, []string{"send", "1", "poem", "--outside"}, "There is no message"},
		{2, []string{"send", "1", "announcement", "--fact", "symptoms=late", "--fact", "workarounds=none", "--channel", "stuff"}, "There is no channel stuff"},
		{0, []string{"send", "1", "announcement", "--fact", "symptoms=late {next}", "--fact", "workarounds=none", "--outside"}, "Symptoms observed: late {next}."},
		{0, []string{"list", "1"}, "sent"},
		{0, []string{"list", "1", "--output", "json"}, `"writtenBy": "command line"`},
		{1, []string{"approve", "1", "1", "--revision", "1"}, "has done this already"},
		{1, []string{"return", "1", "7", "why", "--revision", "1"}, "There is no message 7"},
		{1, []string{"offers", "9"}, "no incident 9"},
	} {
		if got := message(tt.want, tt.args...); !strings.Contains(got, tt.says) {
			t.Errorf("tocsin incident message %s prints\n%s, want\n%s", tt.args, got, tt.says)
		}
	}
	if shown := run(0, "incident", "show", "1"); !strings.Contains(shown, "announcement  done") {
		t.Errorf("%s", shown)
	}
	// Nothing is said for a tenant that is no longer served, as on the pages.
	c := config.Config{}
	c.Data = data
	desk, err := app.OpenRooms(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = desk.Archive.ChangeTenant(t.Context(), "11111111-2222-4333-8444-555555555555", func(t *tocsin.Tenant) error { t.Disabled = true; return nil })
	if err := errors.Join(err, desk.Close()); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"send", "1", "hourly", "--fact", "symptoms=late", "--fact", "workarounds=none", "--outside"}, {"approve", "1", "1", "--revision", "1"}} {
		if got := message(1, args...); !strings.Contains(got, "No tenant of this incident is served any more") {
			t.Errorf("tocsin incident message %s prints %s", args, got)
		}
	}
	message(0, "list", "1")
	message(0, "offers", "1")
}
