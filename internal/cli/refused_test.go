package cli_test

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.org/tocsin/internal/cli"
)

// What is refused is said in the words of the command: never in those of the
// database or of the program's types, and with what was probably meant.
func TestRefusalsAreInTheWordsOfTheCommand(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	run := func(args ...string) (string, int) {
		var out, problems bytes.Buffer
		code := cli.Main(t.Context(), cli.Env{
			Args: append(args, "--data", data), Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems,
		})
		return problems.String(), code
	}
	contoso := []string{"tenant", "add", "--id", "11111111-2222-4333-8444-555555555555", "--name", "contoso", "--domain", "contoso.com"}
	for _, first := range [][]string{contoso, {"user", "add", "kim"}, {"team", "add", "Mail"}, {"team", "add", "mail", "--tenant", "contoso"}, {"contact", "add", "--team", "Mail", "--phone", "112"}} {
		if problem, code := run(first...); code != 0 {
			t.Fatalf("%v: %s", first, problem)
		}
	}
	leaks := regexp.MustCompile(`(?i)unique|constraint|\(\d{4}\)|sqlstate|unmarshal|\b(tocsin|config|json|yaml|store)\.[A-Z]`)
	for _, tt := range []struct {
		args []string
		want string
	}{
		{contoso, "tocsin: add tenant contoso: id: There is a tenant with the id 11111111-2222-4333-8444-555555555555 already.\n"},
		{[]string{"tenant", "add", "--id", "11111111-2222-4333-8444-555555555556", "--name", "other", "--domain", "contoso.com"}, "tocsin: add tenant other: domain: Another tenant has the domain contoso.com.\n"},
		{[]string{"user", "add", "kim"}, "tocsin: name: There is somebody called \"kim\" already.\n"},
		{[]string{"team", "add", "MAIL"}, "tocsin: add team: name: There is a team of that name already.\n"},
		{[]string{"team", "add", "Other", "--member", "joe"}, `member "joe": There is nobody of that name.`},
		{[]string{"team", "add", "Other", "--member", "kim", "--tenant", "contoso"}, "members: There is nobody of that id who has a role there.\n"},
		{[]string{"team", "remove", "Mail"}, "There are several of that name: give one of the ids "},
		{[]string{"team", "remove", "Other"}, "There is no team \"Other\".\n"},
		{[]string{"site", "add", "Paris", "--zone", "Europe/Lutetia"}, "zone: \"Europe/Lutetia\" is no time zone such as Europe/Paris.\n"},
		{[]string{"site", "add", "Paris", "--seats=-1", "--tenant", "fabrikam"}, "fabrikam"},
		{[]string{"contact", "add", "--user", "kim"}, "Give a mail address or a telephone number.\n"},
		{[]string{"contact", "add", "--user", "kim", "--team", "Mail", "--phone", "112"}, "--user and --team can't be used together"},
		{[]string{"contact", "add", "--team", "Mail", "--phone", "113"}, "of: They have a contact already: change that one.\n"},
		{[]string{"contact", "remove", "kim"}, "There is no contact \"kim\".\n"},
		{[]string{"client", "add", "--tenant", "contoso", "--scope", "servicehealth.raed"}, "did you mean ServiceHealth.Read?\n"},
		{[]string{"issue", "get", "EX1", "--tenant", "contoso"}, "EX1"},
	} {
		problem, code := run(tt.args...)
		if code == 0 || !strings.Contains(problem, tt.want) || leaks.MatchString(problem) {
			t.Errorf("%v: exit code %d, %q, want %q", tt.args, code, problem, tt.want)
		}
	}
}
