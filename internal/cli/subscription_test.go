package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.org/tocsin/internal/cli"
)

// Subscriptions are added, listed and removed; one of a person is told nothing
// that they may not read.
func TestSubscriptionCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	settings := filepath.Join(dir, "tocsin.yaml")
	text := "server: {base: https://desk.example}\nnotify:\n  channels:\n    - {name: post, kind: mail, mail: {from: desk@contoso.example, relay: {host: localhost, port: 2525, tls: none}}}\n"
	if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ids := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
	try := func(args ...string) (string, int) {
		t.Helper()
		var out, problems bytes.Buffer
		code := cli.Main(t.Context(), cli.Env{
			Args: append(args, "--config", settings, "--data", filepath.Join(dir, "desk")), Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems,
		})
		return strings.Join(strings.Fields(out.String()+problems.String()), " "), code
	}
	run := func(line string) string {
		t.Helper()
		got, code := try(strings.Fields(line)...)
		if code != 0 {
			t.Fatalf("tocsin %s ends with %d: %s", line, code, got)
		}
		return got
	}
	run("tenant add --id 11111111-2222-4333-8444-555555555555 --name contoso")
	run("user add kim --role message-center-reader@contoso")
	run("user add ana --role administrator")
	if got := ids.ReplaceAllString(run("subscription add contoso --user kim --mail kim@contoso.example --class message"), "ID"); got != "Nothing is told before whoever reads kim@contoso.example confirms it by the mail that they get (ID)." {
		t.Error(got)
	}
	if got := ids.ReplaceAllString(run("subscription add contoso --user ana --channel post --service Exchange"), "ID"); got != "Subscribed to contoso (ID)." {
		t.Error(got)
	}
	for line, want := range map[string]string{
		"subscription add contoso --user kim --mail kim@contoso.example":               `kim may not be told that way of what is "incident" in contoso.`,
		"subscription add contoso --user kim --channel post --class message":           `kim may not be told that way of what is "message" in contoso.`,
		"subscription add contoso --user ana --channel pots":                           "There is no channel pots; did you mean post?",
		"subscription add contoso --mail kim@contoso.example --language xx":            `"xx" is none of en, fr, ja, es, de.`,
		"subscription add contoso":                                                     "missing flags",
		"subscription remove 11111111-2222-4333-8444-555555555555":                     "There is no such subscription.",
		"subscription add contoso --mail kim@contoso.example --digest 08:00":           "is no digest such as daily 08:00 or monday 08:00.",
		"subscription add contoso --mail kim@contoso.example --class all --class none": `"none" is none of incident, advisory, planned, message.`,
	} {
		if got, code := try(strings.Fields(line)...); code == 0 || !strings.Contains(got, want) {
			t.Errorf("tocsin %s ends with %d: %s, want %s", line, code, got, want)
		}
	}
	list := run("subscription list")
	if got := ids.ReplaceAllString(list, "ID"); got != "ID TENANT USER TO CLASSES SERVICES WHEN STATE ID contoso kim kim@contoso.example message all at once pending ID contoso ana post incident Exchange at once active" {
		t.Error(got)
	}
	id := ids.FindString(list)
	if got := run("subscription list --output json"); strings.Contains(got, "oken") || !strings.Contains(got, `"mail": "kim@contoso.example"`) {
		t.Error(got)
	}
	run("subscription remove " + id)
	if got := ids.ReplaceAllString(run("subscription list --state pending"), "ID"); got != "ID TENANT USER TO CLASSES SERVICES WHEN STATE" {
		t.Error(got)
	}
}
