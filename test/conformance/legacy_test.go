package conformance

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

const communications = "/api/v1.0/contoso.example/ServiceComms/"

// The filters and options that clients of the legacy API send.
func legacyQueries(t *testing.T, d *desk) {
	from, to := ago(101).Format("2006-01-02T15:04:05.0000000Z"), ago(2).Format("2006-01-02T15:04:05.0000000Z")
	const literal = "Microsoft.Office365ServiceComms.ExposedContracts.MessageType"
	recent := "EX100 FM400 TM200 MC1000001 MC1000002 MC1000003"
	for _, tt := range []row{
		{"Services", "Exchange OSDPPlatform Forms microsoftteams"},
		{"Services?$select=Id", "Exchange OSDPPlatform Forms microsoftteams"},
		{"CurrentStatus", "Exchange OSDPPlatform Forms microsoftteams"},
		{"CurrentStatus?$filter=Workload%20eq%20'Forms'", "Forms"},
		{"CurrentStatus?Workload=Forms", "Forms"},
		{"HistoricalStatus?$filter=" + escaped("Workload eq 'Forms' and StatusTime ge "+ago(1).Format("2006-01-02")), "Forms"},
		{"Messages?$filter=Workload%20eq%20'Exchange'", "EX100"},
		{"Messages?$filter=Workload eq 'Exchange'", "EX100"},
		{"Messages?$filter=Workload%20eq%20'exchange'", ""},
		{"Messages?$filter=Id%20eq%20'EX500'", "EX500"},
		{"Messages?$filter=" + escaped("StartTime ge "+from+" and EndTime le "+to), "EX500 FM400 MO300 MO600 MC999442"},
		{"Messages?$filter=" + escaped("MessageType eq "+literal+"'MessageCenter'"), "MC1000001 MC1000002 MC1000003"},
		{"Messages?$filter=" + escaped("MessageType eq "+literal+"'Incident' and Workload eq 'Exchange'"), "EX100"},
		{"Messages?$filter=" + escaped("MessageType eq 'Incident'"), "EX100 FM400 TM200"},
		{"Messages?Workload=Exchange", "EX100"},
		{"Messages?ID=EX500", "EX500"},
		{"Messages?MessageType=MessageCenter", "MC1000001 MC1000002 MC1000003"},
		{"Messages?%24select=Id%2CWorkload", recent},
		{"Messages", recent},
		{"Messages/", recent},
		{"Messages?", recent},
		{"Messages?$top=2", "EX100 FM400"},
		{"Messages?$top=2&$skip=1", "FM400 TM200"},
		{"Messages?$filter=" + escaped("Workload eq 'Exchange' or Workload eq 'Forms'"), "EX100 FM400"},
		{"Messages?$filter=" + escaped("Classification eq 'Incident'"), "EX100 FM400"},
		{"Messages?$filter=" + escaped("StartTime ge "+ago(3.5).Format("2006-01-02T15:04:05Z")), "TM200 MC1000001"},
		{"Messages?api-version=1.0&PublisherIdentifier=x", recent},
		{"Messages?$filter=" + escaped("'microsoftteams' in AffectedWorkloadNames or 'x' in AffectedWorkloadDisplayNames"), "MC1000001 MC1000002"},
		{"Messages?$filter=" + escaped("'Retirement' in MessageTagNames"), "MC1000002"},
		{"Messages?$filter=" + escaped("AffectedWorkloadNames/any(w: w eq 'microsoftteams')"), "MC1000001 MC1000002"},
	} {
		if strings.Contains(tt.target, " ") {
			tt.target = strings.ReplaceAll(tt.target, " ", "%20") // no client can send one raw
		}
		got := d.ask(t, "legacy contoso", "GET", communications+tt.target, "", "Content-Type", "application/json")
		if got.status != 200 || strings.Contains(got.body, canary) {
			t.Errorf("%s: %d %.300s", tt.target, got.status, got.body)
			continue
		}
		if ids, _ := got.list(t); ids != tt.want {
			t.Errorf("%s: %q, want %q", tt.target, ids, tt.want)
		}
	}
	for filter, says := range slips() {
		got := d.ask(t, "legacy contoso", "GET", communications+"Messages?$filter="+escaped(filter), "")
		if got.status != 400 || !strings.Contains(got.body, says) || !strings.Contains(got.body, "$filter, position") {
			t.Errorf("%s: %d %s, want 400 with %s", filter, got.status, got.body, says)
		}
	}
	for _, tenant := range []string{contoso, strings.ToUpper(contoso), "CONTOSO.example", "contoso.onmicrosoft.example"} {
		if got := d.ask(t, "legacy contoso", "GET", "/api/v1.0/"+tenant+"/ServiceComms/Services", ""); got.status != 200 {
			t.Errorf("as %s: %d %s", tenant, got.status, got.body)
		}
	}
}

// first reads the first entity of a list: its fields.
func (a answer) first(t *testing.T) map[string]any {
	t.Helper()
	var list struct{ Value []map[string]any }
	if err := json.Unmarshal([]byte(a.body), &list); err != nil || len(list.Value) == 0 {
		t.Fatalf("%d %.300s: %v", a.status, a.body, err)
	}
	return list.Value[0]
}

// The fields of each shape: what the reference says, what the real service
// sent, and both.
func legacyShapes(t *testing.T, d *desk) {
	for operation, fields := range map[string][3]string{ // of both families, of the wire alone, of the reference alone
		"Services":      {"Id DisplayName", "Features", "FeatureNames"},
		"CurrentStatus": {"Id IncidentIds Status Workload WorkloadDisplayName", "FeatureStatus StatusDisplayName StatusTime", "FeatureGroupStatusCollection StatusDate"},
		"Messages?$filter=Id%20eq%20'EX100'": {
			"EndTime Feature FeatureDisplayName Id LastUpdatedTime MessageType Messages StartTime Status Title Workload WorkloadDisplayName",
			"ActionType AdditionalDetails AffectedTenantCount AffectedUserCount AffectedWorkloadDisplayNames AffectedWorkloadNames Classification ImpactDescription " +
				"PostIncidentDocumentUrl Severity TenantParams UserFunctionalImpact", "Name",
		},
		"Messages?$filter=Id%20eq%20'MC1000002'": {
			"EndTime Feature FeatureDisplayName Id LastUpdatedTime MessageType Messages StartTime Status Title Workload WorkloadDisplayName",
			"ActionType AdditionalDetails AffectedTenantCount AffectedUserCount AffectedWorkloadDisplayNames AffectedWorkloadNames Classification ImpactDescription " +
				"PostIncidentDocumentUrl Severity TenantParams UserFunctionalImpact ActionRequiredByDate AnnouncementId AppliesTo BlogLink Category ExternalLink FeatureName " +
				"FlightName HelpLink IsDismissed IsMajorChange IsRead MessageTagNames Milestone MilestoneDate PreviewDuration", "Name",
		},
	} {
		for who, want := range map[string]string{
			"legacy contoso": strings.Join(fields[:], " "), "legacy wire": fields[0] + " " + fields[1], "legacy documented": fields[0] + " " + fields[2],
		} {
			wanted := strings.Fields(want)
			slices.Sort(wanted)
			got := slices.Sorted(maps.Keys(d.ask(t, who, "GET", communications+operation, "").first(t)))
			if strings.Join(got, " ") != strings.Join(wanted, " ") {
				t.Errorf("%s as %s has %s\nwant %s", operation, who, got, wanted)
			}
		}
	}
}

// The vocabularies, and what fields hold.
func legacyValues(t *testing.T, d *desk) {
	for _, tt := range []struct{ target, field, want string }{
		{"CurrentStatus?Workload=Exchange", "Status", "ServiceDegradation"},
		{"CurrentStatus?Workload=Exchange", "StatusDisplayName", "Service degradation"},
		{"CurrentStatus?Workload=Forms", "StatusDisplayName", "Normal service"},
		{"CurrentStatus?Workload=microsoftteams", "StatusDisplayName", "Extended recovery"},
		{"CurrentStatus?Workload=OSDPPlatform", "Status", "PostIncidentReportPublished"},
		{"Messages?ID=EX100", "Status", "Service degradation"},
		{"Messages?ID=EX500", "Status", "False positive"},
		{"Messages?ID=FM400", "Status", "Service restored"},
		{"Messages?ID=TM200", "Status", "Extended recovery"},
		{"Messages?ID=MC1000002", "Status", ""},
		{"Messages?ID=MC1000002", "Severity", "Critical"},
		{"Messages?ID=EX100", "Severity", "Sev2"},
		{"Messages?ID=MC1000002", "Category", "Plan For Change"},
		{"Messages?ID=MC1000002", "Classification", "Advisory"},
		{"Messages?ID=EX100", "Classification", "Incident"},
		{"Messages?ID=MC1000002", "MessageType", "MessageCenter"},
		{"Messages?ID=EX100", "Workload", "Exchange"},
		{"Messages?ID=EX100", "FeatureDisplayName", "Access to Exchange Online"},
		{"Messages?ID=MO300", "PostIncidentDocumentUrl", d.Base() + "/v1.0/admin/serviceAnnouncement/issues/MO300/incidentReport"},
	} {
		if got := d.ask(t, "legacy contoso", "GET", communications+tt.target, "").first(t)[tt.field]; got != tt.want {
			t.Errorf("%s: %s = %v, want %q", tt.target, tt.field, got, tt.want)
		}
	}
	for target, field := range map[string]string{
		"Messages?ID=MC1000002": "Workload", "Messages?ID=EX100": "EndTime", "Messages?ID=MO600": "PostIncidentDocumentUrl", "Messages?ID=MC1000001": "ActionRequiredByDate",
	} {
		if got, ok := d.ask(t, "legacy contoso", "GET", communications+target, "").first(t)[field]; got != nil || !ok {
			t.Errorf("%s: %s = %v, want null", target, field, got)
		}
	}
	posts := d.ask(t, "legacy contoso", "GET", communications+"Messages?ID=EX100", "").first(t)["Messages"].([]any)
	first, last := posts[0].(map[string]any), posts[len(posts)-1].(map[string]any)
	if len(posts) != 2 || first["PublishedTime"].(string) >= last["PublishedTime"].(string) || !strings.Contains(last["MessageText"].(string), "We know") {
		t.Errorf("posts are not ascending: %v", posts)
	}
}

// Metadata levels, contexts and headers.
func legacyForm(t *testing.T, d *desk) {
	context := `"@odata.context":"` + d.Base() + `/api/v1.0/contoso.example/$metadata#`
	for _, tt := range []struct{ target, level, want string }{
		{"CurrentStatus", "", `{"value":[`},
		{"CurrentStatus", "none", `{"value":[`},
		{"CurrentStatus", "minimal", "{" + context + `CurrentStatus","value":[`},
		{"HistoricalStatus", "minimal", "{" + context + `CurrentStatus","value":[`},
		{"Services", "full", "{" + context + `Services","value":[{"@odata.type":"#Microsoft.Office365ServiceComms.ExposedContracts.Service"`},
		{"Messages?ID=MC1000001", "minimal", "{" + context + `Messages","value":[{"@odata.type":"#Microsoft.Office365ServiceComms.ExposedContracts.MessageCenterMessage",`},
		{"Messages?ID=MC1000001", "none", `{"value":[{"Aff`},
		{"", "none", `"value": [`},
		{"", "minimal", `/ServiceComms/$metadata"`},
	} {
		var headers []string
		if tt.level != "" {
			headers = []string{"Accept", "application/json;odata.metadata=" + tt.level}
		} else {
			tt.level = "none"
		}
		got := d.ask(t, "legacy contoso", "GET", communications+tt.target, "", headers...)
		if got.status != 200 || !strings.Contains(got.body, tt.want) || tt.level == "none" && strings.Contains(got.body, "@odata") {
			t.Errorf("%s at %s: %d %.300s, want %s", tt.target, tt.level, got.status, got.body, tt.want)
		}
		if kind := got.header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json;odata.metadata="+tt.level+";odata.streaming=true") {
			t.Errorf("%s at %s: %s", tt.target, tt.level, kind)
		}
	}
	for _, target := range []string{"/api/v1.0/contoso.example/$metadata", communications + "$metadata"} {
		if got := d.ask(t, "legacy contoso", "GET", target, ""); got.status != 200 || !strings.Contains(got.body, `Namespace="Microsoft.Office365ServiceComms.ExposedContracts"`) {
			t.Errorf("%s: %d %.200s", target, got.status, got.body)
		}
	}
	got := d.ask(t, "legacy contoso", "GET", communications+"Messages", "")
	for _, name := range []string{
		"Content-Length", "Content-Type", "Cache-Control", "Pragma", "Expires", "X-Activity-Id", "OData-Version", "Date", "X-Time-Taken", "X-Instance-Name",
		"Server", "X-ASPNET-Version", "X-Powered-By",
	} {
		if got.header.Get(name) == "" {
			t.Errorf("the documented header %s is missing: %v", name, got.header)
		}
	}
}
