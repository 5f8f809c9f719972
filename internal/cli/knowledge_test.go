package cli_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"example.org/tocsin/internal/cli"
	"example.org/tocsin/internal/store/storetest"
)

// Passages are listed, printed, edited and withdrawn.
func TestKnowledge(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	run := func(want int, args ...string) string {
		t.Helper()
		var out, problems bytes.Buffer
		code := cli.Main(t.Context(), cli.Env{Args: append(args, "--data", data), Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems})
		if code != want {
			t.Fatalf("tocsin %s ends with %d: %s", args, code, problems.String())
		}
		return strings.Join(strings.Fields(out.String()), " ")
	}
	in := func(args ...string) []string {
		return append([]string{"knowledge"}, append(args, "--tenant", "contoso", "--language", "fr")...)
	}
	run(0, "tenant", "add", "--id", storetest.Contoso, "--name", "contoso")
	for _, tt := range []struct {
		args []string
		want string // part of what is printed
	}{
		{in("list"), "ITEM VERSION WAITS BEGINS actions/identify 1"},
		{in("get", "channels/x"), "channels/x fr version 1 text: Compte X (Twitter) @MSFT365Status"},
		{in("edit", "channels/x", "--set", "text=Suivez #statut, svp."), "Version 2 of channels/x is shown."},
		{in("edit", "tree/scope", "--set", "name=Coupez l'antivirus"), "Version 2 of tree/scope waits for a second person: it names a protection."},
		{in("list"), "channels/x 2 Suivez #statut, svp."},
		{in("list"), "tree/scope 1 yes Valider"},
		{in("get", "channels/x"), "version 2 text: Suivez #statut, svp. version 2 shown"},
		{in("get", "channels/x", "--output", "json"), `"state": "shown"`},
		{in("withdraw", "channels/x"), "channels/x is shown as it is shipped."},
		{in("get", "channels/x"), "@MSFT365Status"},
	} {
		if got := run(0, tt.args...); !strings.Contains(got, tt.want) {
			t.Errorf("tocsin %s prints\n%s, want\n%s", tt.args, got, tt.want)
		}
	}
	run(1, in("withdraw", "channels/x")...)
	run(1, in("get", "channels/weather")...)
	run(2, in("edit", "services/teams", "--set", "symptoms=one line")...)
	run(2, in("edit", "services/teams", "--set", "id=one")...)
	run(2, in("edit", "services/teams", "--set", "say")...)
}

// Templates of messages and of the runbook are listed, shown as they read, put into own
// words and reset; what cannot be filled is refused with its place.
func TestTemplates(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	run := func(want int, args ...string) string {
		t.Helper()
		var out, problems bytes.Buffer
		code := cli.Main(t.Context(), cli.Env{Args: append(args, "--data", data), Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems})
		if code != want {
			t.Fatalf("tocsin %s ends with %d: %s", args, code, problems.String())
		}
		return strings.Join(strings.Fields(out.String()+problems.String()), " ")
	}
	in := func(args ...string) []string {
		return append([]string{"incident", "template"}, append(args, "--tenant", "contoso")...)
	}
	run(0, "tenant", "add", "--id", storetest.Contoso, "--name", "contoso")
	for _, tt := range []struct {
		want int
		args []string
		says string
	}{
		{0, in("list"), "messages/short-closure 1"},
		{0, in("set", "messages/closure", "--set", "line3=Start again. {id}"), "Version 2 of messages/closure is shown."},
		{0, in("show", "messages/closure"), "line3: Start again. {id}"},
		{0, in("preview", "messages/closure"), "Start again. MO123456"},
		{0, in("preview", "messages/closure", "--said", "--output", "json"), "Microsoft announces that it is being resolved"},
		{2, in("set", "messages/closure", "--set", "line3=Start {when}"), "There is no placeholder {when} (line 3, column 7): use {id}, {date}"},
		{2, in("set", "messages/closure", "--set", "line4=Ask us {id"), "begins at line 4, column 8 and does not end"},
		{2, in("set", "messages/closure", "--set", "line3=It is resolved."), "holds only once the provider has said it"},
		{0, in("set", "runbook/review", "--set", "owner=Quality desk"), "Version 2"},
		{0, in("set", "messages/hourly", "--set", "line3=Switch off MFA."), "waits for a second person"},
		{0, in("reset", "messages/closure"), "is shown as it is shipped"},
		{1, in("preview", "runbook/review"), "is no message"},
	} {
		if got := run(tt.want, tt.args...); !strings.Contains(got, tt.says) {
			t.Errorf("tocsin %s prints\n%s, want\n%s", tt.args, got, tt.says)
		}
	}
	if got := run(0, in("list")...); strings.Contains(got, "faq/") {
		t.Errorf("more than templates: %s", got)
	}
}
