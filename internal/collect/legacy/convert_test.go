package legacy_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/collect/legacy"
	"example.org/tocsin/internal/tocsin"
)

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, ok := tocsin.ParseTime(text)
	if !ok {
		t.Fatalf("%q is no time", text)
	}
	return at
}

func TestServiceInBothShapes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]tocsin.Service{
		`{"Id":"Exchange","DisplayName":"Exchange Online","FeatureNames":["Sign-in","Voice mail"]}`: {
			ID: "Exchange", Name: "Exchange Online", Features: []tocsin.Feature{{DisplayName: "Sign-in"}, {DisplayName: "Voice mail"}},
		},
		`{"Id":"Exchange","DisplayName":null,"Features":[{"DisplayName":"Sign-in","Name":"Signin"}],"FeatureNames":["Sign-in"]}`: {
			ID: "Exchange", Name: "Exchange Online", Features: []tocsin.Feature{{Name: "Signin", DisplayName: "Sign-in"}},
		},
	} {
		got, err := legacy.Service([]byte(text))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("Service(%s): %v %s", text, err, diff)
		}
	}
}

func TestOverviewInBothShapes(t *testing.T) {
	t.Parallel()
	want := tocsin.Overview{
		ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusDegradation, IssueIDs: []string{"EX2"},
		Features: []tocsin.FeatureStatus{{Name: "Signin", DisplayName: "Sign-in", Status: tocsin.StatusOperational}},
	}
	for text, when := range map[string]string{
		`{"Id":"Exchange","Workload":"Exchange","StatusDate":"2026-04-11T00:00:00Z","WorkloadDisplayName":"Exchange Online","Status":"ServiceDegradation","IncidentIds":["EX2"],
		"FeatureGroupStatusCollection":[{"Feature":"Signin","FeatureGroupDisplayName":"Sign-in","FeatureStatus":"ServiceOperational"}]}`: "2026-04-11T00:00:00Z",
		`{"Id":"Exchange","Workload":"Exchange","StatusTime":"2026-04-11T13:15:36.6847769Z","WorkloadDisplayName":"Exchange Online","Status":"ServiceDegradation","StatusDisplayName":"Service degradation","IncidentIds":["EX2"],
		"FeatureStatus":[{"FeatureDisplayName":"Sign-in","FeatureName":"Signin","FeatureServiceStatus":"ServiceOperational","FeatureServiceStatusDisplayName":"Normal service"}]}`: "2026-04-11T13:15:36.6847769Z",
		`{"Id":"Exchange","Workload":"Exchange Online","StatusDate":"2026-04-11T00:00:00Z","WorkloadDisplayName":"Exchange","Status":"Service degradation","IncidentIds":["EX2"],
		"FeatureGroupStatusCollection":[{"Feature":"Signin","FeatureGroupDisplayName":"Sign-in","FeatureStatus":"Normal service"}]}`: "2026-04-11T00:00:00Z",
	} {
		got, at, _, err := legacy.Overview([]byte(text))
		if diff := cmp.Diff(want, got); err != nil || diff != "" || !at.Equal(instant(t, when)) {
			t.Errorf("Overview(%s) at %v: %v %s", text, at, err, diff)
		}
	}
	got, at, _, err := legacy.Overview([]byte(`{"Id":"Forms","Status":"SomethingNew"}`))
	if err != nil || !at.IsZero() || got.Status != "SomethingNew" || got.Status.Healthy() || got.ServiceID != "Forms" || got.Service != "Microsoft Forms" {
		t.Errorf("an unknown status: %+v at %v, %v", got, at, err)
	}
}

func TestIssue(t *testing.T) {
	t.Parallel()
	const text = `{"Id":"EX20119","Name":"EX20119","Title":null,"StartTime":"2026-04-01T22:25:00Z","EndTime":null,"Status":"Service restored",
		"Messages":[{"PublishedTime":"2026-04-01T22:34:28.76Z","MessageText":"a\r\n\r\nb < 5 ms"},{"PublishedTime":"2026-04-02T00:00:00Z","MessageText":"<p>c</p>"}],
		"LastUpdatedTime":"2026-04-02T00:00:00.387Z","Workload":"Exchange Online","WorkloadDisplayName":"Exchange","Feature":"Access","FeatureDisplayName":"E-Mail and calendar access","ImpactDescription":null}`
	v, err := legacy.Message([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := tocsin.Issue{
		ID: "EX20119", Service: "Exchange Online", ServiceID: "Exchange", Feature: "Access", FeatureGroup: "E-Mail and calendar access",
		Classification: "incident", Origin: "microsoft", Status: tocsin.StatusServiceRestored,
		StartAt: instant(t, "2026-04-01T22:25:00Z"), ModifiedAt: instant(t, "2026-04-02T00:00:00.387Z"), Details: []tocsin.Detail{},
		Posts: []tocsin.Post{
			{CreatedAt: instant(t, "2026-04-01T22:34:28.76Z"), Type: "regular", ContentType: "text", Content: "a\r\n\r\nb < 5 ms"},
			{CreatedAt: instant(t, "2026-04-02T00:00:00Z"), Type: "regular", ContentType: "html", Content: "<p>c</p>"},
		},
		Legacy: json.RawMessage(text),
	}
	if diff := cmp.Diff(any(want), v); diff != "" {
		t.Error(diff)
	}
	if doc, err := tocsin.NewDocument(v); err != nil || !doc.Facts.EndAt.IsZero() || doc.Facts.ServiceID != "Exchange" || doc.Facts.Title != "" {
		t.Errorf("document = %+v, %v", doc.Facts, err)
	}
}

func TestMessageCenterPost(t *testing.T) {
	t.Parallel()
	const text = `{"Id":"MC198615","MessageType":"MessageCenter","Title":"New","Category":"Prevent Or Fix Issues","Severity":"Normal","Workload":null,"WorkloadDisplayName":null,
		"AffectedWorkloadDisplayNames":["Microsoft Forms"],"AffectedWorkloadNames":["Forms"],"MessageTagNames":["Admin impact"],"IsMajorChange":true,"ActionRequiredByDate":"2026-12-19T23:26:01Z",
		"EndTime":"2027-02-10T00:00:00Z","ExternalLink":"https://example.org/x","AdditionalDetails":[{"Name":"NotifyInApp","Value":"True"}],
		"Messages":[{"PublishedTime":"2026-12-20T00:00:00Z","MessageText":"<p>newest</p>"},{"PublishedTime":"2026-12-19T00:00:00Z","MessageText":"<p>older</p>"}]}`
	v, err := legacy.Message([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := tocsin.Message{
		ID: "MC198615", Title: "New", Services: []string{"Microsoft Forms"}, Category: "preventOrFixIssue", Severity: "normal", Tags: []string{"Admin impact"},
		MajorChange: true, ActionRequiredBy: instant(t, "2026-12-19T23:26:01Z"), EndAt: instant(t, "2027-02-10T00:00:00Z"),
		Details:     []tocsin.Detail{{Name: "NotifyInApp", Value: "True"}, {Name: "ExternalLink", Value: "https://example.org/x"}},
		ContentType: "html", Content: "<p>newest</p>", Legacy: json.RawMessage(text),
		Doubts: tocsin.Doubts{"StartTime is missing", "LastUpdatedTime is missing"},
	}
	if diff := cmp.Diff(any(want), v); diff != "" {
		t.Error(diff)
	}
}

func TestKindOfMessage(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, kind, class string }{
		{`{"Id":"EX1"}`, "issue", "incident"},
		{`{"Id":"EX1","MessageType":"Incident","Classification":"Advisory"}`, "issue", "advisory"},
		{`{"Id":"EX1","MessageType":"PlannedMaintenance"}`, "issue", "plannedMaintenance"},
		{`{"Id":"EX1","MessageType":"PlannedMaintenance","Classification":"Incident"}`, "issue", "plannedMaintenance"},
		{`{"Id":"MC1"}`, "message", ""},
		{`{"Id":"MC1","MessageType":"Incident"}`, "issue", "incident"},
		{`{"Id":"X1","MessageType":"MessageCenter","Category":"Plan For Change"}`, "message", "planForChange"},
	}
	for _, tt := range tests {
		v, err := legacy.Message([]byte(tt.text))
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if doc, err := tocsin.NewDocument(v); err != nil || string(doc.Kind) != tt.kind || doc.Facts.Class != tt.class {
			t.Errorf("%s: %s %q, %v, want %s %q", tt.text, doc.Kind, doc.Facts.Class, err, tt.kind, tt.class)
		}
	}
}

func TestServicesOfMessage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"Id":"MC1","AffectedWorkloadNames":["Forms","Lync"]}`:                          "Microsoft Forms, Skype for Business",
		`{"Id":"MC1","Workload":"SharePoint","WorkloadDisplayName":"SharePoint Online"}`: "SharePoint Online",
		`{"Id":"MC1"}`: "",
	} {
		v, err := legacy.Message([]byte(text))
		if m, ok := v.(tocsin.Message); err != nil || !ok || strings.Join(m.Services, ", ") != want {
			t.Errorf("%s: %v, %v, want %s", text, v, err, want)
		}
	}
}

func TestWrongForm(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`[]`, `"x"`, `{"Id":7}`, `{`} {
		_, err1 := legacy.Service([]byte(text))
		_, _, _, err2 := legacy.Overview([]byte(text))
		_, err3 := legacy.Message([]byte(text))
		for _, err := range []error{err1, err2, err3} {
			if !errors.Is(err, tocsin.ErrInvalid) {
				t.Errorf("%s: %v, want ErrInvalid", text, err)
			}
		}
	}
}

// Each time of the API is read in .NET's form too; what cannot be read is null
// and told by its name.
func TestTimesOfLegacy(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"issue":   `{"Id":"EX1","StartTime":"\/Date(1791188100000)\/","EndTime":{"value":"\/Date(1791188100000)\/"},"LastUpdatedTime":"\/Date(1791188100000+0200)\/","Messages":[{"PublishedTime":"\/Date(1791188100000)\/"}]}`,
		"message": `{"Id":"MC1","StartTime":"\/Date(1791188100000)\/","EndTime":"\/Date(1791188100000)\/","LastUpdatedTime":"\/Date(1791188100000)\/","ActionRequiredByDate":"\/Date(1791188100000)\/"}`,
	} {
		v, err := legacy.Message([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := tocsin.NewDocument(v)
		want := instant(t, "2026-10-05T08:15:00Z")
		if err != nil || !doc.Facts.StartAt.Equal(want) || !doc.Facts.EndAt.Equal(want) || !doc.Facts.ModifiedAt.Equal(want) || doc.Doubts != nil {
			t.Errorf("%s: %+v, doubts %q, %v, want %v throughout", name, doc.Facts, doc.Doubts, err, want)
		}
		if i, ok := v.(tocsin.Issue); ok && !i.Posts[0].CreatedAt.Equal(want) {
			t.Errorf("post at %v", i.Posts[0].CreatedAt)
		}
		if m, ok := v.(tocsin.Message); ok && !m.ActionRequiredBy.Equal(want) {
			t.Errorf("action by %v", m.ActionRequiredBy)
		}
	}
	v, err := legacy.Message([]byte(`{"Id":"EX1","StartTime":"10/5/2026","EndTime":"soon","LastUpdatedTime":null,"ActionRequiredByDate":"x","Messages":[{"PublishedTime":7}]}`))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := tocsin.NewDocument(v)
	want := tocsin.Doubts{
		`StartTime "10/5/2026" is no time that can be read`, `EndTime "soon" is no time that can be read`, `LastUpdatedTime is missing`,
		`ActionRequiredByDate "x" is no time that can be read`, `PublishedTime of a message "7" is no time that can be read`,
	}
	if diff := cmp.Diff(want, doc.Doubts); err != nil || diff != "" || !doc.Facts.ModifiedAt.IsZero() {
		t.Errorf("doubts of a legacy issue: %v %s", err, diff)
	}
	for text, want := range map[string]string{
		`{"Id":"Exchange","Status":"ServiceOperational","StatusTime":"\/Date(1791188100000)\/"}`: "",
		`{"Id":"Exchange","Status":"ServiceOperational","StatusDate":"10/5/2026"}`:               `StatusDate "10/5/2026" is no time that can be read`,
	} {
		_, at, doubts, err := legacy.Overview([]byte(text))
		if err != nil || strings.Join(doubts, "; ") != want || at.IsZero() != (want != "") {
			t.Errorf("%s: at %v, doubts %q, %v", text, at, doubts, err)
		}
	}
}
