package cli_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/cli"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// Calls and reports are listed, printed, exported by person and erased.
func TestTriageAndReports(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "desk")
	run := func(want int, line string) string {
		t.Helper()
		var out, problems bytes.Buffer
		code := cli.Main(t.Context(), cli.Env{
			Args: append(strings.Fields(line), "--data", data), Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems,
		})
		if code != want {
			t.Fatalf("tocsin %s ends with %d: %s", line, code, problems.String())
		}
		return strings.Join(strings.Fields(out.String()), " ")
	}
	run(0, "tenant add --id "+storetest.Contoso+" --name contoso")
	run(0, "user add kim --role support-n1@contoso")
	desk := storetest.Open(t, filepath.Join(data, "tocsin.db"))
	kim, _, err := desk.User(t.Context(), "kim")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	ctx := tocsin.WithActor(t.Context(), tocsin.Actor{UserID: kim.ID, Name: "kim"})
	if _, err := desk.OpenTriage(ctx, storetest.Contoso, tocsin.TriageAnswers{Scope: "many", Services: []string{"teams"}, Issue: "MO821132", Caller: "Accounts\x1b[31m, Lyon", Network: "both"}, "provider", at); err == nil {
		t.Fatal("a caller with control characters is taken")
	}
	if _, err := desk.OpenTriage(ctx, storetest.Contoso, tocsin.TriageAnswers{Scope: "many", Services: []string{"teams"}, Issue: "MO821132", Caller: "Accounts, Lyon", Network: "both"}, "provider", at); err != nil {
		t.Fatal(err)
	}
	if err := desk.FileReport(t.Context(), tocsin.Report{ID: tocsin.NewGUID(), TenantID: storetest.Contoso, Service: "teams", Code: "503", Language: "fr", At: at, Person: kim.ID}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ line, want string }{
		{"triage list --tenant contoso", "N OPENED CAUSE ISSUE CALLER BY CLOSED 1 2026-03-02T09:00:00Z provider MO821132 Accounts, Lyon kim"},
		{"triage get 1 --tenant contoso", "Call 1 Opened 2026-03-02T09:00:00Z by kim Cause provider Issue MO821132 Caller Accounts, Lyon Scope many Services teams Network both"},
		{"report list --tenant contoso", "AT SERVICE SITE CODE 2026-03-02T09:00:00Z teams 503"},
		{"site add Lyon --tenant contoso --region EMEA", "Added site Lyon"},
		{"report add --tenant contoso --service exchange --site lyon --symptom 0 --code 500 --machine seat-1", "Filed: exchange fails for somebody."},
		{"report export kim", "AT SERVICE SITE CODE 2026-03-02T09:00:00Z teams 503 1 call. Ask for --output json to see everything."},
		{"report erase kim", "Erased 1 report, the words and files of kim in calls, and their name in incidents."},
		{"report export kim --output json", `{ "reports": [], "calls": [] }`},
		{"triage list --tenant contoso --open", "N OPENED CAUSE ISSUE CALLER BY CLOSED 1 2026-03-02T09:00:00Z provider MO821132"},
	} {
		if got := run(0, tt.line); got != tt.want && !(strings.HasPrefix(tt.line, "site") && strings.HasPrefix(got, tt.want)) {
			t.Errorf("tocsin %s prints\n%s, want\n%s", tt.line, got, tt.want)
		}
	}
	if list := run(0, "report list --tenant contoso --output json"); !strings.Contains(list, `"service": "exchange", "symptom": "0", "siteId": "`) {
		t.Errorf("%s", list)
	}
	run(2, "report add --tenant contoso")
	run(2, "report add --tenant contoso --service exchange --site Nowhere")
	run(2, "report add --tenant contoso --service weather")
	run(1, "triage get 2 --tenant contoso")
	run(1, "report erase nobody")
}
