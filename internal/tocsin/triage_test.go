package tocsin

import (
	"slices"
	"strings"
	"testing"
)

// fields names what is wrong, in order.
func fields(err error) string {
	var names []string
	switch e := err.(type) { //nolint:errorlint // the tree is walked here
	case *Error:
		names = append(names, e.Field)
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			names = append(names, strings.Fields(fields(one))...)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestTriageAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		answers TriageAnswers
		want    string // fields that are wrong
	}{
		{"nothing", TriageAnswers{}, ""},
		{"everything", TriageAnswers{
			Caller: " Accounts, Lyon ", Scope: "many", Services: []string{"teams", "exchange", "teams"}, Symptoms: []string{"teams/0"}, States: map[string]string{"teams": "ko"}, Network: "both", Code: "server",
			Checks: map[string]string{"account": "ko"}, Notes: map[string]string{"environment": "503 sur 4G\r\naussi"},
			Trace: TriageTrace{At: "2026-03-10 09:05 +01:00", HTTP: "503", Correlation: "{8F14E45F-CEEA-467F-A8D6-1F0C3B6F0C11}", Request: "a1b2c3d4-e5f6", Meeting: "234 567 890 123", SMTP: "451 4.7.1"},
		}, ""},
		{"choices that nobody offered", TriageAnswers{Scope: "all", Services: []string{"yammer"}, Symptoms: []string{"teams/x", "planner/0"}, Network: "wifi", Code: "x", Checks: map[string]string{"account": "maybe", "magic": "ok"}, States: map[string]string{"teams": "meh"}}, "account checks code network scope services state-teams symptoms symptoms"},
		{"a time without a zone", TriageAnswers{Trace: TriageTrace{At: "2026-03-10 09:05"}}, "at"},
		{"codes that are none", TriageAnswers{Trace: TriageTrace{HTTP: "5O3", Correlation: "8f14", Request: "<b>", Meeting: "call me", SMTP: "9.9.9"}}, "correlation http meeting request smtp"},
		{"a meeting by its thread", TriageAnswers{Trace: TriageTrace{Meeting: "19:meeting_MjdhNjM4YzUt@thread.v2", SMTP: "550"}}, ""},
		{"too long, and control characters", TriageAnswers{Caller: strings.Repeat("x", 101), Region: "a\x00b", Notes: map[string]string{"scope": "\x1b[31m", "weather": "x"}}, "caller note note region"},
	} {
		tt.answers.Normalize()
		if got := fields(tt.answers.Validate()); got != tt.want {
			t.Errorf("%s: %q is wrong, want %q", tt.name, got, tt.want)
		}
	}
	for text, want := range map[string]string{"2026-03-10 09:05 +01:00": "2026-03-10T08:05:00Z", "2026-03-10T09:05:07Z": "2026-03-10T09:05:07Z", "2026-03-10 09:05 UTC": "2026-03-10T09:05:00Z", "2026-03-10 09:05:01 +09:00": "2026-03-10T00:05:01Z"} {
		if at, ok := (TriageTrace{At: text}).Time(); !ok || FormatTime(at) != want {
			t.Errorf("%s is %s, want %s", text, at, want)
		}
	}
}

func TestReportValidate(t *testing.T) {
	t.Parallel()
	good := Report{ID: "ffffffff-0000-4000-8000-000000000001", Service: "teams", Symptom: "1", Code: " 503 "}
	good.Normalize()
	if err := good.Validate(); err != nil || good.Code != "503" {
		t.Errorf("%v, %q", err, good.Code)
	}
	if got := fields((Report{ID: "x", Service: "", Symptom: "9", Site: "office", Code: "a\nb"}).Validate()); got != "code id service site symptom" {
		t.Errorf("%q is wrong", got)
	}
}

func TestWorkaround(t *testing.T) {
	t.Parallel()
	w := Workaround{ID: "ffffffff-0000-4000-8000-000000000001", Service: "teams", Language: "fr", Text: "Client de bureau", CreatedBy: "a"}
	if err := w.Validate(); err != nil || !w.Holds() {
		t.Errorf("%v, holds: %v", err, w.Holds())
	}
	w.Lowers = true
	if w.Holds() {
		t.Error("one that lowers security holds before a second person approved")
	}
	if w.ApprovedBy = "a"; w.Holds() {
		t.Error("approved by the one who wrote it")
	}
	if w.ApprovedBy = "b"; !w.Holds() {
		t.Error("approved, and does not hold")
	}
	if got := fields((Workaround{ID: "x", Language: "de", Text: "\x00"}).Validate()); got != "id language service text" {
		t.Errorf("%q is wrong", got)
	}
}
