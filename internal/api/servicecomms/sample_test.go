package servicecomms_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// ourSamples are answers in the form of the reference's samples, with its
// oddities: workload and display name are swapped in messages, and a brace is
// too many.
var ourSamples = [4]string{
	`{"value":[{"Id":"Exchange","DisplayName":"Exchange Online","FeatureNames":["Sign-in","Voice mail"]},{"Id":"Lync","DisplayName":"Lync Online","FeatureNames":["Presence"]}]}`,
	`{"value":[
{"Id":"Exchange","Workload":"Exchange","StatusDate":"2015-04-11T00:00:00Z","WorkloadDisplayName":"Exchange Online","Status":"ServiceOperational","IncidentIds":[],"FeatureGroupStatusCollection":[
 {"Feature":"Signin","FeatureGroupDisplayName":"Sign-in","FeatureStatus":"ServiceOperational"},{"Feature":"UnifiedMessaging","FeatureGroupDisplayName":"Voice mail","FeatureStatus":"ServiceOperational"}]},
{"Id":"Lync","Workload":"Lync","StatusDate":"2015-04-11T00:00:00Z","WorkloadDisplayName":"Lync Online","Status":"ServiceOperational","IncidentIds":[],"FeatureGroupStatusCollection":[
 {"Feature":"Presence","FeatureGroupDisplayName":"Presence","FeatureStatus":"ServiceOperational"}]}]}`,
	`{"value":[
{"Id":"Exchange","Workload":"Exchange","StatusDate":"2015-04-11T00:00:00Z","WorkloadDisplayName":"Exchange Online","Status":"ServiceOperational","IncidentIds":[],"FeatureGroupStatusCollection":[
 {"Feature":"Signin","FeatureGroupDisplayName":"Sign-in","FeatureStatus":"ServiceOperational"},{"Feature":"UnifiedMessaging","FeatureGroupDisplayName":"Voice mail","FeatureStatus":"ServiceOperational"}]},
{"Id":"Exchange","Workload":"Exchange","StatusDate":"2015-04-10T00:00:00Z","WorkloadDisplayName":"Exchange Online","Status":"InformationAvailable","IncidentIds":["EX20870"],"FeatureGroupStatusCollection":[
 {"Feature":"Signin","FeatureGroupDisplayName":"Sign-in","FeatureStatus":"ServiceOperational"},{"Feature":"UnifiedMessaging","FeatureGroupDisplayName":"Voice mail","FeatureStatus":"InformationAvailable"}]}]}`,
	`{ {"value":[
{"Id":"EX20119","Name":"EX20119","Title":null,"StartTime":"2015-04-01T22:25:00Z","EndTime":"2015-04-07T21:48:00Z","Status":"Service restored","Messages":[
 {"PublishedTime":"2015-04-01T22:34:28.76Z","MessageText":"Current Status: Engineers look into it. \n\nUser Experience: <none> & \"quoted\"."},
 {"PublishedTime":"2015-04-08T21:54:49.06Z","MessageText":"Final Status: It is over. \r\n\r\nNext Steps: None.  \r\n- Action: Review\ttabs\u2028 and lines."}],
 "LastUpdatedTime":"2015-04-08T21:54:49.55Z","Workload":"Exchange Online","WorkloadDisplayName":"Exchange","Feature":"Access","FeatureDisplayName":"E-Mail and calendar access"},
{"Id":"EX20789","Name":"EX20789","Title":null,"StartTime":"2015-04-06T20:00:00Z","EndTime":"2015-04-07T23:00:00Z","Status":"Service restored","Messages":[
 {"PublishedTime":"2015-04-07T23:26:44.643Z","MessageText":"Current Status: Under way."}],
 "LastUpdatedTime":"2015-04-07T23:26:45.08Z","Workload":"Exchange Online","WorkloadDisplayName":"Exchange","Feature":"Access","FeatureDisplayName":"E-Mail and calendar access"}]}`,
}

// referenceSamples are those of the published reference, if it is at hand.
func referenceSamples(t *testing.T) (samples [4]string) {
	t.Helper()
	text, err := os.ReadFile("../../../../shared/documents/4-service-communications-api.fr-en.md")
	if err != nil {
		t.Skip("the reference is not at hand:", err)
	}
	found := regexp.MustCompile("(?s)```json\\s*(\\{.*?\\})\\s*```").FindAllSubmatch(text, -1)
	if len(found) < len(samples) {
		t.Fatalf("%d samples in the reference", len(found))
	}
	for i := range samples {
		samples[i] = string(found[i][1])
	}
	return samples
}

// What was imported from a legacy server comes back field by field, each
// family of fields beside the other.
func TestSamplesComeBack(t *testing.T) {
	t.Parallel()
	for name, samples := range map[string]func(*testing.T) [4]string{
		"ours": func(*testing.T) [4]string { return ourSamples }, "reference": referenceSamples,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			texts := samples(t)
			s := newStore(t)
			for _, text := range texts {
				take(t, s, text)
			}
			api := serve(t, s)
			queries := [4]string{
				"Services", "CurrentStatus",
				"HistoricalStatus?$filter=" + q("Workload eq 'Exchange' and StatusTime ge 2015-04-10T00:00:00Z and StatusTime le 2015-04-11T00:00:00Z"),
				"Messages?$filter=" + q("StartTime ge 2015-04-01T00:00:00Z"),
			}
			for i, query := range queries {
				got := values(t, ask(t, api, "GET", root+query, good))
				want := sampleValues(t, texts[i])
				if len(got) != len(want) {
					t.Fatalf("%s: %d entities, want %d", query, len(got), len(want))
				}
				for n := range want {
					compareFields(t, query, want[n], got[n])
				}
			}
			// A status last heard of in 2015 says nothing about today.
			if got := values(t, ask(t, api, "GET", root+"HistoricalStatus", good)); len(got) != 0 {
				t.Errorf("the last seven days: %v, want nothing", got)
			}
		})
	}
}

func sampleValues(t *testing.T, text string) []map[string]any {
	t.Helper()
	text = strings.TrimLeft(text, " \n\t")
	if strings.HasPrefix(strings.TrimLeft(text[1:], " \n\t"), "{") {
		text = text[1:]
	}
	var answer struct{ Value []map[string]any }
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(err)
	}
	for _, v := range answer.Value {
		if _, swapped := v["Messages"]; swapped {
			v["Workload"], v["WorkloadDisplayName"] = v["WorkloadDisplayName"], v["Workload"]
		}
	}
	return answer.Value
}

// compareFields looks at the fields of the sample; we send more.
func compareFields(t *testing.T, where string, want, got map[string]any) {
	t.Helper()
	for name := range want {
		if diff := cmp.Diff(want[name], got[name]); diff != "" {
			t.Errorf("%s %v: %s differs (-want +got):\n%s", where, want["Id"], name, diff)
		}
	}
}

// wireSample are messages as the real service sent them, text by text.
const wireSample = `{"AffectedWorkloadDisplayNames":[],"AffectedWorkloadNames":[],"Status":"Extended recovery","Workload":"SharePoint","WorkloadDisplayName":"SharePoint Online","ActionType":null,"AdditionalDetails":[{"Name":"NotifyInApp","Value":"True"}],"AffectedTenantCount":3,"AffectedUserCount":null,"Classification":"Advisory","EndTime":null,"Feature":"spofeatures","FeatureDisplayName":"SharePoint Features","UserFunctionalImpact":"","Id":"SP220211","ImpactDescription":"Some menus stay closed.","LastUpdatedTime":"2026-04-15T18:59:16.387Z","MessageType":"Incident","Messages":[{"MessageText":"Title: Menus\n\nMore info: <a> & b","PublishedTime":"2026-04-15T18:59:16.387Z"}],"PostIncidentDocumentUrl":"https://example.com/report","Severity":"Sev2","StartTime":"2026-04-10T22:00:00Z","TenantParams":[],"Title":"Menus do not open"}
{"AffectedWorkloadDisplayNames":["Microsoft Forms"],"AffectedWorkloadNames":["Forms"],"Status":"","Workload":null,"WorkloadDisplayName":null,"ActionType":"Awareness","AdditionalDetails":[],"AffectedTenantCount":0,"AffectedUserCount":null,"Classification":"Advisory","EndTime":"2027-02-10T08:00:00Z","Feature":null,"FeatureDisplayName":null,"UserFunctionalImpact":null,"Id":"MC198615","ImpactDescription":null,"LastUpdatedTime":"2025-12-19T23:26:01.5Z","MessageType":"MessageCenter","Messages":[{"MessageText":"<p>Forms &amp; more</p>","PublishedTime":"2025-12-19T23:26:00Z"}],"PostIncidentDocumentUrl":null,"Severity":"Normal","StartTime":"2025-12-19T23:26:00Z","TenantParams":[],"Title":"Updated feature","ActionRequiredByDate":null,"AnnouncementId":7,"Category":"Stay Informed","MessageTagNames":[],"ExternalLink":"","IsDismissed":false,"IsRead":true,"IsMajorChange":false,"PreviewDuration":null,"AppliesTo":null,"MilestoneDate":"2025-12-19T23:26:01Z","Milestone":"","BlogLink":"","HelpLink":"","FlightName":null,"FeatureName":null}`

// In the shape of the wire, what came from the wire is sent byte for byte.
func TestWireShapeIsTheWire(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	take(t, s, wireSample)
	got := ask(t, serve(t, s), "GET", root+"Messages", good+":wire").Body.String()
	want := `{"value":[` + strings.ReplaceAll(wireSample, "\n{", ",{") + `]}`
	if diff := cmp.Diff(strings.Split(want, `,"`), strings.Split(got, `,"`)); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

// Graph knows no severity of issues.
func TestSeverityOfIssues(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	issue := tocsin.Issue{Service: "Exchange Online", StartAt: now, ModifiedAt: now}
	var list []any
	for _, of := range []struct {
		id, class string
		status    tocsin.Status
	}{{"EX1", "incident", tocsin.StatusInterruption}, {"EX2", "advisory", tocsin.StatusInterruption}, {"EX3", "incident", tocsin.StatusDegradation}} {
		issue.ID, issue.Classification, issue.Status = of.id, of.class, of.status
		list = append(list, issue)
	}
	put(t, s, storetest.Contoso, now, list...)
	got := []any{}
	for _, v := range values(t, ask(t, serve(t, s), "GET", root+"Messages", good)) {
		got = append(got, v["Severity"])
	}
	if diff := cmp.Diff([]any{"Sev1", "Sev2", "Sev2"}, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

// What a legacy server sends in the place of what it should does not reach
// typed clients.
func TestHostileLegacyFields(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	take(t, s, `{"Id":"EX1","StartTime":"2026-04-15T00:00:00Z","LastUpdatedTime":"2026-04-15T00:00:00Z","Status":"x","Workload":"Exchange","WorkloadDisplayName":"Exchange Online","Messages":[],`+
		`"AffectedTenantCount":"many","AffectedUserCount":{"a":1},"TenantParams":"x","PostIncidentDocumentUrl":"javascript:alert(1)","UserFunctionalImpact":[1],"ActionType":5}`)
	got := values(t, ask(t, serve(t, s), "GET", root+"Messages", good))[0]
	for name, want := range map[string]any{
		"AffectedTenantCount": 0.0, "AffectedUserCount": nil, "TenantParams": []any{}, "PostIncidentDocumentUrl": nil, "UserFunctionalImpact": "", "ActionType": nil, "Status": "x",
	} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", name, diff)
		}
	}
}
