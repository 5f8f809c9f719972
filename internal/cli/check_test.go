package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// told is a data directory whose tenant was told values just now.
func told(t *testing.T, values ...any) string {
	t.Helper()
	data := t.TempDir()
	desk := storetest.Open(t, filepath.Join(data, "tocsin.db"))
	storetest.AddTenants(t, desk)
	r := archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: time.Now()}
	for _, v := range values {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			t.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	if _, err := desk.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return data
}

// ran runs a command over a data directory.
func ran(t *testing.T, data string, args ...string) (code int, out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = Main(t.Context(), Env{Args: append([]string{"--data", data}, args...), Getenv: func(string) string { return "" }, Stdin: os.Stdin, Stdout: &stdout, Stderr: &stderr})
	return code, stdout.String()
}

// A service that no list names is one service, whatever is open about it.
func TestCheckCountsServices(t *testing.T) {
	t.Parallel()
	one, two := about("incident", tocsin.StatusInterruption, time.Hour), about("incident", tocsin.StatusDegradation, time.Hour)
	one.ID, one.Service, one.ServiceID = "CP1", "Windows 365", "Windows365"
	two.ID, two.Service, two.ServiceID = "CP2", "Windows 365", "Windows365"
	_, out := ran(t, told(t, exchangeIs(tocsin.StatusOperational), one, two), "check", "--tenant", "contoso")
	if !strings.HasPrefix(out, "CRITICAL - 2 services, 1 not well | services=2 not_well=1;") || !strings.Contains(out, " - no list names the service: CP1 ") {
		t.Error(out)
	}
}

// What a flag calls well is still told.
func TestCheckTellsWhatAFlagCallsWell(t *testing.T) {
	t.Parallel()
	data := told(t, exchangeIs(tocsin.StatusInterruption))
	if code, out := ran(t, data, "check", "--tenant", "contoso", "--state", "serviceInterruption=ok"); code != 0 || !strings.Contains(out, "\nOK: Exchange Online interruption") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

// What a file says is as old as the file: without a source nobody looks.
func TestImportedIsUnknown(t *testing.T) {
	t.Parallel()
	data := told(t)
	notices := filepath.Join(t.TempDir(), "overviews.json")
	if err := os.WriteFile(notices, []byte(`{"value":[{"id":"Exchange","service":"Exchange Online","status":"serviceOperational"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args string
		code int
		want string
	}{
		{"import " + notices, 0, ""},
		{"check", 3, "UNKNOWN: Exchange Online unknown"},
		{"health list", 0, "unknown"},
		{"health get Exchange", 0, "unknown"},
	} {
		if code, out := ran(t, data, append(strings.Fields(tt.args), "--tenant", "contoso")...); code != tt.code || !strings.Contains(out, tt.want) {
			t.Errorf("%s: exit code %d, want %d with %q:\n%s", tt.args, code, tt.code, tt.want, out)
		}
	}
}

func exchangeIs(status tocsin.Status) tocsin.Overview {
	return tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: status}
}

func about(class string, status tocsin.Status, age time.Duration) tocsin.Issue {
	at := time.Now().Add(-age)
	return tocsin.Issue{
		ID: "EX1", Title: "Mail | services=0 fails\nbadly", Service: "Exchange Online", ServiceID: "Exchange", Classification: class, Status: status, StartAt: at, ModifiedAt: at,
	}
}

// Each row is what was said, the flags of a check, and its exit code.
func TestCheck(t *testing.T) {
	t.Parallel()
	const up, degraded, down, recovering = tocsin.StatusOperational, tocsin.StatusDegradation, tocsin.StatusInterruption, tocsin.StatusRestoringService
	outage, advisory := about("incident", down, time.Hour), about("advisory", degraded, time.Hour)
	teams := about("incident", down, time.Hour)
	teams.Service, teams.ServiceID = "Microsoft Teams", "microsoftteams"
	worse, future, undated := about("incident", down, 2*time.Minute), about("incident", down, -99*time.Hour), about("incident", down, 0)
	worse.ID, undated.ID, undated.StartAt = "EX2", "EX3", time.Time{}
	long, slow := about("advisory", degraded, 48*time.Hour), about("incident", degraded, 48*time.Hour)
	for name, tt := range map[string]struct {
		tells []any
		flags string
		code  int
	}{
		"well":                          {[]any{exchangeIs(up)}, "", 0},
		"nothing known":                 {nil, "", 3},
		"overview lags behind":          {[]any{exchangeIs(up), outage}, "", 2},
		"no list names the service":     {[]any{exchangeIs(up), teams}, "", 2},
		"not asked for":                 {[]any{exchangeIs(up), teams}, "--service exchange", 0},
		"no such service":               {[]any{exchangeIs(up)}, "--service nothing", 3},
		"degraded":                      {[]any{exchangeIs(degraded)}, "", 1},
		"unknown value":                 {[]any{exchangeIs("partlyBroken")}, "", 3},
		"advisory":                      {[]any{exchangeIs(up), advisory}, "", 1},
		"advisory of a degradation":     {[]any{exchangeIs(degraded), advisory}, "", 1},
		"advisories are critical":       {[]any{exchangeIs(up), advisory}, "--advisory critical", 2},
		"advisories are well":           {[]any{exchangeIs(degraded), advisory}, "--advisory ok", 0},
		"incidents only":                {[]any{exchangeIs(degraded), advisory}, "--class incident", 0},
		"incidents only, unexplained":   {[]any{exchangeIs(degraded)}, "--class incident", 1},
		"incidents only, with one":      {[]any{exchangeIs(up), outage}, "--class incident", 2},
		"recovering":                    {[]any{exchangeIs(recovering)}, "", 1},
		"recovering is well":            {[]any{exchangeIs(recovering)}, "--state restoringService=ok", 0},
		"in the legacy words":           {[]any{exchangeIs(recovering)}, "--state RestoringService=CRITICAL --state serviceOperational=ok", 2},
		"state of an incident":          {[]any{exchangeIs(up), outage}, "--state serviceInterruption=unknown", 3},
		"advisories keep their verdict": {[]any{exchangeIs(degraded), advisory}, "--state serviceDegradation=critical", 1},
		"young":                         {[]any{exchangeIs(up), outage}, "--older-than 2h", 0},
		"old":                           {[]any{exchangeIs(up), outage}, "--older-than 30m", 2},
		"old, and worse lately":         {[]any{exchangeIs(up), slow, worse}, "--older-than 15m", 2},
		"old, and one of no time":       {[]any{exchangeIs(up), outage, undated}, "--older-than 15m", 2},
		"of no time":                    {[]any{exchangeIs(up), undated}, "--older-than 15m", 2},
		"of a time to come":             {[]any{exchangeIs(up), future}, "--older-than 15m", 2},
		"outage after an advisory":      {[]any{exchangeIs(up), long, worse}, "--older-than 15m", 2},
		"incidents only, after one":     {[]any{exchangeIs(up), long, worse}, "--class incident --older-than 15m", 0},
		"unknown is never young":        {[]any{exchangeIs("partlyBroken")}, "--older-than 2h", 3},
		"wrong class":                   {[]any{exchangeIs(up)}, "--class nonsense", 3},
		"wrong flag":                    {[]any{exchangeIs(up)}, "--nonsense", 3},
		"wrong state":                   {[]any{exchangeIs(up)}, "--state nonsense=ok", 3},
		"wrong verdict":                 {[]any{exchangeIs(up)}, "--state investigating=fine", 3},
		"wrong duration":                {[]any{exchangeIs(up)}, "--older-than soon", 3},
		"less than nothing":             {[]any{exchangeIs(up)}, "--older-than=-1m", 3},
		"no table":                      {[]any{exchangeIs(up)}, "--output csv", 3},
		"no tenant":                     {[]any{exchangeIs(up)}, "--tenant nowhere", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := told(t, tt.tells...)
			code, out := ran(t, data, append([]string{"check", "--tenant", "contoso"}, strings.Fields(tt.flags)...)...)
			want := []string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}[tt.code]
			if code != tt.code || !strings.HasPrefix(out, want+" - ") {
				t.Errorf("exit code %d, want %d:\n%s", code, tt.code, out)
			}
			checkPlugin(t, out)
		})
	}
}

var perfData = regexp.MustCompile(`^[A-Z]+ - [^|]*( \| ([a-z0-9_]+=[0-9]+(;[0-9]*){0,2} ?)+)?\n`)

// checkPlugin holds the output to what monitoring systems read.
func checkPlugin(t *testing.T, out string) {
	t.Helper()
	if !perfData.MatchString(out) || strings.Count(out, "|") > 1 {
		t.Errorf("not in the form of a plugin: %q", out)
	}
}

func TestCheckAsJSON(t *testing.T) {
	t.Parallel()
	code, out := ran(t, told(t, exchangeIs(tocsin.StatusOperational), about("incident", tocsin.StatusInterruption, time.Hour)), "check", "--tenant", "contoso", "--output", "json")
	var got struct {
		Verdict        string
		Code, Services int
		NotWell        int
		Found          []struct{ Verdict, ID, Severity, Status, Issue, Title string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if code != 2 || got.Code != 2 || got.Verdict != "CRITICAL" || got.Services != 1 || got.NotWell != 1 || len(got.Found) != 1 {
		t.Fatalf("exit code %d, %s", code, out)
	}
	if one := got.Found[0]; one.Severity != "interruption" || one.Status != "serviceInterruption" || one.Issue != "EX1" || one.Title != "Mail | services=0 fails badly" {
		t.Errorf("found %+v", one)
	}
}

// A command that is used wrongly exits 2 as before, also where a value is
// called check.
func TestOnlyCheckIsUnknown(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"tenant", "add", "--name", "check"}, {"config", "check", "--nonsense"}, {"nonsense"}} {
		if code, out := ran(t, t.TempDir(), args...); code != exitUsage || out != "" {
			t.Errorf("%v: exit code %d, %q", args, code, out)
		}
	}
}

// What an outage is called in the list and for one service.
func TestHealthCommands(t *testing.T) {
	t.Parallel()
	data := told(t, exchangeIs(tocsin.StatusOperational), about("incident", tocsin.StatusInterruption, time.Hour))
	for _, args := range [][]string{{"health", "list"}, {"health", "get", "exchange online"}} {
		if code, out := ran(t, data, append(args, "--tenant", "contoso")...); code != 0 || !strings.Contains(out, "interruption") || !strings.Contains(out, "EX1") || strings.Contains(out, "serviceOperational") {
			t.Errorf("%v: exit code %d\n%s", args, code, out)
		}
	}
}
