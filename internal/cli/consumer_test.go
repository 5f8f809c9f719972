package cli_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/cli"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// Consumers are listed in each form, and what one skipped is tried again.
func TestConsumers(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	run := func(want int, line string) string {
		t.Helper()
		var out, problems bytes.Buffer
		code := cli.Main(t.Context(), cli.Env{
			Args: append(strings.Fields(line), "--data", data), Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems,
		})
		if code != want {
			t.Fatalf("tocsin %s ends with %d, want %d: %s", line, code, want, problems.String())
		}
		return strings.Join(strings.Fields(out.String()+problems.String()), " ")
	}
	run(0, "tenant add --id 11111111-2222-4333-8444-555555555555 --name contoso")
	run(0, "service add --tenant contoso --id Vpn --name Remote")
	s, err := store.Open(t.Context(), filepath.Join(data, "tocsin.db"))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	err = s.AddConsumer(t.Context(), "events", true)
	if err == nil {
		c, claimErr := s.ClaimConsumer(t.Context(), "events", at, time.Minute)
		if err = claimErr; err == nil {
			_, err = s.SkipChange(t.Context(), c, at, time.Minute, tocsin.NewProblem(tocsin.ProblemChange, "detail", "the log is broken"))
		}
	}
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"consumer list": "CONSUMER CURSOR BEHIND DONE FAILURES SKIPPED HANDLED AT events 1 1 50% 0 1 2026-03-02T09:00:00Z CONSUMER SKIPPED CHANGE AT PROBLEM events 1 2026-03-02T09:00:00Z A fault of the desk kept the change from being handled. Have it tried again after the next update of the desk; the log has more of the cause. [\"the log is broken\"]",
		"consumer list --output json": `[ { "name": "events", "beginsAfter": 0, "cursor": 1, "behind": 1, "progress": 0.5, "handledAt": "2026-03-02T09:00:00Z", "failures": 0, "skipped": [ { "change": 1, ` +
			`"problem": "A fault of the desk kept the change from being handled.", "cause": { "code": "change.failed", "args": { "detail": "the log is broken" } }, "at": "2026-03-02T09:00:00Z" } ] } ]`,
	} {
		if got := run(0, line); got != want {
			t.Errorf("tocsin %s prints\n%s, want\n%s", line, got, want)
		}
	}
	run(0, "consumer list --output csv")
	if got := run(1, "consumer retry nobody 1"); !strings.Contains(got, `There is no consumer "nobody".`) {
		t.Errorf("nobody: %s", got)
	}
	if got := run(1, "consumer retry events 2"); !strings.Contains(got, "did not skip change 2.") {
		t.Errorf("another change: %s", got)
	}
	if got := run(0, "consumer retry events 1"); got != "Consumer events has handled change 1." {
		t.Errorf("retry: %s", got)
	}
	if got := run(0, "consumer list"); !strings.HasSuffix(got, "events 1 1 50% 0 0 2026-03-02T09:00:00Z") {
		t.Errorf("after the retry: %s", got)
	}
}
