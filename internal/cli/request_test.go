package cli_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"example.org/tocsin/internal/cli"
)

// A request is prepared, filed by somebody who may, answered and ended, and each
// refusal says why.
func TestRequests(t *testing.T) {
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
	request := func(want int, args ...string) string {
		t.Helper()
		return run(want, append(append([]string{"request"}, args...), "--tenant", "contoso")...)
	}
	has := func(text string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
	}
	run(0, "tenant", "add", "--id", "11111111-2222-4333-8444-555555555555", "--name", "contoso")
	run(0, "incident", "open", "Access to Microsoft 365", "--tenant", "contoso", "--issue", "MO821132", "--t0=-20m")
	has(request(0, "create", "Teams does not start", "--to", "provider", "--severity", "a", "--service", "Microsoft Teams", "--issue", "MO821132", "--incident", "1", "--when=-1h"),
		"Request 1 of contoso: Teams does not start (open, to the provider, severity A)", "Missing: region codes repro duty-accounts duty-clients duty-perimeter duty-selfservice", "Waits for us")
	has(request(0, "get", "1", "--pack", "--lang", "fr"), "Demande de service", "Il manque", "Afficher tout > Support > Nouvelle demande de service")
	request(0, "note", "1", "--duty", "clients")
	request(0, "note", "1", "no proxy", "--needless", "perimeter")
	has(request(2, "file", "1", "--by", "kim", "--case", "2407190050001234"), "Name one of those who may speak with the provider")
	has(request(0, "note", "1", "We restarted it."), "We restarted it.")
	has(request(1, "note", "1", "--given", "B"), "The provider gives a severity to what is filed")
	request(0, "create", "Mail waits", "--issue", "MO821132")
	has(request(0, "list"), "Teams does not start", "Mail waits")
	has(request(0, "list", "--issue", "EX1"), "N  SEVERITY")
	has(request(0, "close", "2", "Restarted."), "(ended, to the desk", "Restarted.")
	for _, tt := range []struct {
		want string
		code int
		args []string
	}{
		{"There is no request 9", 1, []string{"get", "9"}},
		{"is none of desk, provider", 2, []string{"create", "x", "--to", "moon"}},
		{"is none of A, B, C", 2, []string{"create", "x", "--severity", "z"}},
		{"There is no incident 7 here", 2, []string{"create", "x", "--incident", "7"}},
		{"There is no such triage", 1, []string{"create", "x", "--triage", "7"}},
		{"This request has ended", 1, []string{"close", "2"}},
		{"is none of en, fr, ja", 2, []string{"get", "1", "--pack", "--lang", "xx"}},
		{"can't be used together", 2, []string{"note", "1", "x", "--ours", "--theirs"}},
	} {
		has(request(tt.code, tt.args...), tt.want)
	}
	var list []struct {
		Number   int
		State    string
		WaitsFor string
	}
	if err := json.Unmarshal([]byte(request(0, "list", "--all", "--output", "json")), &list); err != nil || len(list) != 2 || list[0].State != "ended" || list[1].WaitsFor != "us" {
		t.Errorf("%+v, %v", list, err)
	}
	has(run(0, "incident", "show", "1"), "request 1 open")
}
