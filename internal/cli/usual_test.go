package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/tocsin/internal/cli"
)

// bench runs commands over one data directory.
func bench(t *testing.T) func(line string) (out, problems string, code int) {
	t.Helper()
	data := filepath.Join(t.TempDir(), "desk")
	return func(line string) (string, string, int) {
		var out, problems bytes.Buffer
		var args []string
		for i, part := range strings.Split(line, `"`) { // words in quotes stay together
			if i%2 == 1 {
				args = append(args, part)
				continue
			}
			args = append(args, strings.Fields(part)...)
		}
		code := cli.Main(t.Context(), cli.Env{
			Args: append(args, "--data", data), Getenv: func(string) string { return "" }, Environ: func() []string { return []string{"TOCSIN_SERVR_LISTEN=:1"} },
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems,
		})
		return out.String(), problems.String(), code
	}
}

// What people try first works, and what goes wrong leads to the help of its own
// command.
func TestUsualSpellings(t *testing.T) {
	t.Parallel()
	run := func(args ...string) (string, string, int) {
		var out, problems bytes.Buffer
		code := cli.Main(t.Context(), cli.Env{Args: args, Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems})
		return out.String(), problems.String(), code
	}
	version, _, code := run("--version")
	if same, _, _ := run("version"); code != 0 || version != same || !strings.HasPrefix(version, "tocsin ") {
		t.Errorf("--version: %d, %q", code, version)
	}
	for _, words := range [][]string{nil, {"serve"}, {"issue", "create"}} {
		help, _, code := run(append([]string{"help"}, words...)...)
		if same, _, _ := run(append(words, "--help")...); code != 0 || help == "" || help != same {
			t.Errorf("help %v: %d, %q", words, code, help)
		}
	}
	for line, want := range map[string]string{
		"issue create --tenant contoso": "Try: tocsin issue create --help\n", "collect --twice": "Try: tocsin collect --help\n", "serv": "Try: tocsin --help\n",
	} {
		if _, problems, code := run(strings.Fields(line)...); code != 2 || !strings.HasSuffix(problems, want) {
			t.Errorf("%s: %d, %q, want %q", line, code, problems, want)
		}
	}
}

// The notices of a team have the times that it gives them, are found by their
// service, and are not resolved twice in silence.
func TestNoticesHaveTheirTimes(t *testing.T) {
	t.Parallel()
	run := bench(t)
	for _, step := range []struct{ line, out, problem string }{
		{"tenant add --id 11111111-2222-4333-8444-555555555555 --name contoso --domain contoso.com", "", ""},
		{"user add kim --role king", "", `"king" is no role; there are administrator, `},
		{"user add kim --role reeder", "", "did you mean reader?"},
		{`service add --tenant contoso --id Vpn --name "Contoso VPN"`, "Vpn: added (version 1).\n", ""},
		{"issue create --tenant contoso --service Vpn --title Slow --impact Waiting --start 2026-01-31T12:00:00Z", "TC1001: opened (version 1).\n", ""},
		{"issue get TC1001 --tenant contoso", "Classification: incident\nImpact: Waiting\nStart: 2026-01-31T12:00:00Z\n", ""},
		{"issue list --tenant contoso --service vpn", "TC1001", ""},
		{`issue list --tenant contoso --service "contoso vpn"`, "TC1001", ""},
		{"issue list --tenant contoso --service Mail --output json", "[]\n", ""},
		{"issue resolve TC1001 --tenant contoso --end tomorrow", "", `end: "tomorrow" is no date`},
		{"issue resolve TC1001 --tenant contoso --end 2026-01-31T13:00:00Z", "TC1001: resolved (version 2).\n", ""},
		{"issue get TC1001 --tenant contoso", "End: 2026-01-31T13:00:00Z\n", ""},
		{"issue resolve TC1001 --tenant contoso", "", "The status of the issue is serviceRestored already."},
		{"issue plan --tenant contoso --service Vpn --title Gateway --start 24h --end 26h", "TC1002: planned (version 1).\n", ""},
		{"issue get TC1002 --tenant contoso", "Classification: plannedMaintenance\nStage: scheduled\n", ""},
		{"issue list --tenant contoso --output json", `"stage": "scheduled"`, ""},
		{"issue create --tenant contoso --service Exchange --title Slow", "", "open issue: service: \"Exchange\" is no service that the desk authored.\n"},
		{"issue create --tenant contoso --service Vpn --title Slower --start=-2h", "TC1003: opened (version 1).\n", ""},
		{"message create --tenant contoso --title Gateway --text Soon --act-by 30d --tag Retirement --major", "published (version 1).\n", ""},
		{"message create --tenant contoso --title Gateway --text Soon --act-by soon", "", `act-by: "soon" is no date`},
	} {
		out, problems, code := run(step.line)
		if (code == 0) != (step.problem == "") || !strings.Contains(out, step.out) || !strings.Contains(problems, step.problem) {
			t.Errorf("%s: %d, %q, %q, want %q %q", step.line, code, out, problems, step.out, step.problem)
		}
	}
}

// A check of the settings tells all, also to programs.
func TestConfigCheckTellsPrograms(t *testing.T) {
	t.Parallel()
	run := bench(t)
	file := filepath.Join(t.TempDir(), "tocsin.yaml")
	if err := os.WriteFile(file, []byte("server:\n  listn: x\nlog:\n  level: loud\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, problems, code := run("config check --config " + file + " --output json")
	for _, want := range []string{`"ok": false`, `"field": "server.listn"`, `"field": "log.level"`, `"field": "TOCSIN_SERVR_LISTEN"`, "did you mean TOCSIN_SERVER_LISTEN?"} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not in %s", want, out)
		}
	}
	if code != 2 || problems != "" {
		t.Errorf("exit code %d, %q", code, problems)
	}
}
