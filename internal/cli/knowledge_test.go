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
