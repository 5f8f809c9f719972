package conformance

import (
	"archive/zip"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

const announcements = "/v1.0/admin/serviceAnnouncement/"

// escaped is a filter as clients send it.
func escaped(filter string) string {
	return strings.ReplaceAll(url.QueryEscape(filter), "+", "%20")
}

// A request and what must come back for it. Want are ids in order, or a part of
// the body for what is no list.
type row struct{ target, want string }

// The paths that are documented for Graph, on both of its versions.
func graphPaths(t *testing.T, d *desk) {
	for _, tt := range []struct {
		target string
		status int
		want   string
	}{
		{"", 200, `/$metadata#admin/serviceAnnouncement`},
		{"healthOverviews/$count", 200, "4"},
		{"healthOverviews/Microsoft%20365%20suite", 200, `"id":"OSDPPlatform","service":"Microsoft 365 suite","status":"postIncidentReviewPublished"`},
		{"healthOverviews/Microsoft%20365%20suite/", 200, `"id":"OSDPPlatform"`},
		{"healthOverviews/OSDPPlatform", 200, `/healthOverviews/$entity","id":"OSDPPlatform"`},
		{"healthOverviews('Microsoft%20Teams')", 200, `"id":"microsoftteams"`},
		{"healthOverviews?$expand=issues", 200, `/$metadata#admin/serviceAnnouncement/healthOverviews(issues())"`},
		{"healthOverviews/Exchange%20Online?$expand=issues", 200, `"issues":[{"startDateTime":`},
		{"healthOverviews/Exchange%20Online/issues", 200, `"id":"EX100"`}, // ours: the real service answers 404
		{"healthOverviews/Nothing", 404, `"code":"ResourceNotFound"`},
		{"issues/$count", 200, "6"},
		{"issues/EX100", 200, `/issues/$entity","startDateTime":"`},
		{"issues('EX100')", 200, `"id":"EX100"`},
		{"issues/EX999", 404, `"code":"ResourceNotFound"`},
		{"issues/FB900", 404, `"code":"ResourceNotFound"`},
		{"issues/MO300/incidentReport", 200, string(document())},
		{"issues/MO300/incidentReport()", 200, string(document())},
		{"issues/MO600/incidentReport", 404, "does not hold"},
		{"issues/EX100/incidentReport", 400, "postIncidentReviewPublished"},
		{"issues/EX999/incidentReport", 404, `"code":"ResourceNotFound"`},
		{"messages/$count", 200, "4"},
		{"messages/MC1000001", 200, `"viewPoint":null`},
		{"messages/MC1", 404, `"code":"ResourceNotFound"`},
		{"messages/MC1000003/attachments", 200, `"id":"a1","lastModifiedDateTime":"`},
		{"messages/MC1000003/attachments/a2", 200, `"name":"Größe.pdf"`},
		{"messages/MC1000003/attachments/a1/content", 200, string(document())},
		{"messages/MC1000003/attachments/a3", 404, `"code":"ResourceNotFound"`},
		{"messages/MC1000001/attachments", 200, `"value":[]`},
		{"messages/MC1000001/attachmentsArchive", 404, "no attachments"},
	} {
		for _, version := range []string{"/v1.0/", "/beta/"} {
			target := version + "admin/serviceAnnouncement/" + tt.target
			got := d.ask(t, "graph contoso", "GET", target, "")
			if got.status != tt.status || !strings.Contains(got.body, tt.want) || strings.Contains(got.body, canary) {
				t.Errorf("%s: %d %.400s, want %d with %.100s", target, got.status, got.body, tt.status, tt.want)
			}
			if context := `"@odata.context":"` + d.Base() + version + "$metadata#"; strings.Contains(got.body, "@odata.context") && !strings.Contains(got.body, context) {
				t.Errorf("%s: another context than %s: %.200s", target, context, got.body)
			}
		}
	}
	got := d.ask(t, "graph contoso", "GET", announcements+"messages/MC1000003/attachmentsArchive", "")
	r, err := zip.NewReader(strings.NewReader(got.body), int64(len(got.body)))
	if err != nil || len(r.File) != 2 || r.File[1].Name != "Größe.pdf" {
		t.Errorf("attachmentsArchive: %d, %v", got.status, err)
	}
}

// The filters of issues and messages that clients write.
func graphFilters(t *testing.T, d *desk) {
	week := ago(7).Format("2006-01-02T15:04:05Z")
	for list, rows := range map[string][]row{
		"issues": {
			{"isResolved eq false", "EX100 TM200"},
			{"isResolved ne true", "EX100 TM200"},
			{"endDateTime eq null", "EX100 TM200"},
			{"service eq 'Exchange Online'", "EX100 EX500"},
			{"(Service eq 'Exchange Online' or Service eq 'Microsoft Forms')", "EX100 EX500 FM400"},
			{"Classification eq 'incident'", "EX100 FM400 MO300 MO600"},
			{"IsResolved eq false and LastModifiedDateTime ge " + week, "TM200"},
			{"startDateTime gt " + week + " and (contains(service,'Dynamics') or contains(service,'Teams') or not contains(service,'Forms'))", "TM200"},
			{"status ne 'resolved'", "EX100 EX500 FM400 MO300 MO600 TM200"},
			{"lastModifiedDateTime gt " + week, "FM400 TM200"},
			{"status in ('falsePositive','serviceRestored')", "EX500 FM400"},
			{"status has 'serviceDegradation'", "EX100"},
			{"status eq microsoft.graph.serviceHealthStatus'extendedRecovery'", "TM200"},
			{"startDateTime lt 2000-01-01", ""},
			{"lastModifiedDateTime gt " + week[:10], "FM400 TM200"},
			{"year(startDateTime) lt 2000", ""},
			{"posts/any(p:p/postType eq 'quick') and feature eq null", "TM200"},
			{"posts/$count eq 2 and startswith(id,'MO')", "MO300 MO600"},
			{"endswith(tolower(title),'ex100') and length(title) eq 13", "EX100"},
			{"startDateTime le now() and not isResolved", "EX100 TM200"},
		},
		"messages": {
			{"lastModifiedDateTime ge " + week, "MC1000001 MC1000002 MC1000003"},
			{"lastModifiedDateTime gt " + week[:10], "MC1000001 MC1000002 MC1000003"},
			{"services/any(c:c eq 'Microsoft Teams')", "MC1000001 MC1000002"},
			{"services/any(s: contains(s,'Copilot'))", "MC1000002"},
			{"tags/any(t: t eq 'Retirement')", "MC1000002"},
			{"tags/any(t: t eq 'Retirement') and services/any(s:s eq 'Microsoft Teams')", "MC1000002"},
			{"severity eq 'critical' and isMajorChange eq true", "MC1000002"},
			{"category eq 'planForChange'", "MC1000002"},
			{"contains(tolower(title),tolower('Copilot'))", "MC1000002"},
			{"contains(tolower(body/content),tolower('NEW ICON'))", "MC1000001"},
			{"details/any(d: d/name eq 'RoadmapIds' and contains(d/value,'501107')) and id eq 'MC1000001'", "MC1000001"},
			{"details/any(d: d/name eq 'roadmapids')", ""},
			{"id eq 'MC1000003'", "MC1000003"},
			{"startDateTime ge " + week, "MC1000001 MC1000002 MC1000003"},
			{"hasAttachments", "MC1000003"},
			{"viewPoint eq null and severity ne 'normal'", "MC1000002 MC1000003"},
			{"'Power Apps' in services or 'Microsoft Power Automate' in services", ""}, // a kit for Power Platform asks so
			{"'Power Apps' in services or 'Microsoft Teams' in services", "MC1000001 MC1000002"},
			{"'microsoft teams' in services", ""},
			{"'Retirement' in tags and not ('Exchange Online' in services)", "MC1000002"},
			{"'New feature' in tags", "MC1000001 MC999442"},
			{"services/$count gt 1 or tags/$count eq 2", "MC1000002"},
			{"services/any() and not tags/any()", "MC1000003"},
			{"services/any(s:s eq 'Microsoft Teams' and $it/id ne 'MC1000001')", "MC1000002"},
			{"details/any(d:d/name in ('x','RoadmapIds')) and $it/severity in ('high','critical')", "MC1000002 MC1000003"},
		},
	} {
		for _, tt := range rows {
			got := d.ask(t, "graph contoso", "GET", announcements+list+"?$filter="+escaped(tt.target), "")
			if got.status != 200 {
				t.Errorf("%s: %d %s", tt.target, got.status, got.body)
				continue
			}
			if ids, _ := got.list(t); ids != tt.want {
				t.Errorf("%s: %q, want %q", tt.target, ids, tt.want)
			}
			count := d.ask(t, "graph contoso", "GET", announcements+list+"/$count?$filter="+escaped(tt.target), "")
			if want := len(strings.Fields(tt.want)); count.body != string(rune('0'+want)) {
				t.Errorf("$count of %s: %s, want %d", tt.target, count.body, want)
			}
		}
	}
	for filter, says := range slips() {
		if got := d.ask(t, "graph contoso", "GET", announcements+"messages?$filter="+escaped(filter), ""); got.status != 400 || !strings.Contains(got.body, says) || !strings.Contains(got.body, "$filter, position") {
			t.Errorf("%s: %d %s, want 400 with %s", filter, got.status, got.body, says)
		}
	}
	for _, query := range []string{"services/any(c:c+eq+'Microsoft+Teams')", "services%2Fany(c%3Ac%20eq%20%27Microsoft%20Teams%27)"} {
		if ids, _ := d.ask(t, "graph contoso", "GET", announcements+"messages?$filter="+query, "").list(t); ids != "MC1000001 MC1000002" {
			t.Errorf("%s: %s", query, ids)
		}
	}
	if got := d.ask(t, "graph contoso", "GET", "/beta/admin/serviceAnnouncement/issues?filter=isResolved%20ne%20true", ""); got.status != 200 {
		t.Errorf("filter without a dollar sign: %d %s", got.status, got.body)
	}
}

// slips are filters as people mistype them, with the names of both APIs, and
// what the answer must say.
func slips() map[string]string {
	return map[string]string{
		`Id eq \"x\"`: "character", `Id eq "x"`: "single quotes", `Id eq “x”`: "single quotes", `Id eq ‘x’`: "single quotes", `Id = 'x'`: "'eq'", `Id == 'x'`: "'eq'",
		`Id != 'x'`: "'ne'", `Id <> 'x'`: "'ne'", `Id eq 'x' && Id eq 'y'`: "'and'", `Id eq 'x' || Id eq 'y'`: "'or'", `Id eq'x'`: "blank", `contains(Title 'x')`: "comma",
		`(Id eq 'x'`: "not closed", `Id eq 'x')`: "No parenthesis", `Id eq 'x`: "closing quote", `Title contains 'x'`: "contains(...)", `Id eq MC1`: "single quotes",
		`not Title eq 'x'`: "write not (...)",
	}
}

// Order, selection, counting, expansion and pages.
func graphOptions(t *testing.T, d *desk) {
	for _, tt := range []struct{ target, ids, has string }{
		{"issues?$orderby=lastModifiedDateTime%20desc&$select=id", "TM200 FM400 EX100 MO600 MO300 EX500", `issues(id)"`},
		{"messages?$orderby=startDateTime%20desc", "MC1000001 MC1000002 MC1000003 MC999442", `#admin/serviceAnnouncement/messages","value":[{"startDateTime":`},
		{"messages", "MC1000001 MC1000002 MC1000003 MC999442", ""}, // by id as a text
		{"issues?$top=1", "EX100", ""},
		{"issues?$top=100", "EX100 EX500 FM400 MO300 MO600 TM200", ""},
		{"issues?$top=2&$skip=3", "MO300 MO600", ""},
		{"issues?$count=true&$top=0", "", `"@odata.count":6,`},
		{"issues?$search=\"trouble\"&$top=999", "EX100 EX500 FM400 MO300 MO600 TM200", ""},
		{"healthOverviews?$select=service&$filter=status%20eq%20'extendedRecovery'", "", `{"service":"Microsoft Teams"}`},
		{"healthOverviews?$expand=issues($filter=lastModifiedDateTime%20gt%20" + ago(30).Format("2006-01-02T15:04:05.16Z") + ";$select=id)&$filter=id%20eq%20'Exchange'", "Exchange", `"issues":[{"id":"EX100"}]`},
		{"issues?$format=json", "EX100 EX500 FM400 MO300 MO600 TM200", ""},
		{"issues?", "EX100 EX500 FM400 MO300 MO600 TM200", ""},
	} {
		got := d.ask(t, "graph contoso", "GET", announcements+tt.target, "")
		if got.status != 200 || !strings.Contains(got.body, tt.has) {
			t.Errorf("%s: %d %.400s, want %s", tt.target, got.status, got.body, tt.has)
			continue
		}
		if ids, _ := got.list(t); strings.TrimSpace(ids) != tt.ids {
			t.Errorf("%s: %q, want %q", tt.target, ids, tt.ids)
		}
	}
	graphPages(t, d)
}

// graphPages follows next links as they are, and asks for the sizes of pages.
func graphPages(t *testing.T, d *desk) {
	target, seen := announcements+"issues?$Select=id&$top=5", ""
	for range 9 {
		got := d.ask(t, "graph contoso", "GET", target, "", "Prefer", "odata.maxpagesize=2")
		if applied := got.header.Get("Preference-Applied"); got.status != 200 || applied != "odata.maxpagesize=2" {
			t.Fatalf("%s: %d %q", target, got.status, applied)
		}
		ids, members := got.list(t)
		seen = strings.TrimSpace(seen + " " + ids)
		next := ""
		if members["@odata.nextLink"] == nil {
			break
		}
		if err := json.Unmarshal(members["@odata.nextLink"], &next); err != nil || !strings.HasPrefix(next, d.Base()+announcements+"issues?") || !strings.Contains(next, "elect=id") {
			t.Fatalf("next link %q, %v", next, err)
		}
		target = strings.TrimPrefix(next, d.Base())
	}
	if seen != "EX100 EX500 FM400 MO300 MO600" {
		t.Errorf("five issues in pages of two: %s", seen)
	}
	other := d.ask(t, "graph fabrikam", "GET", target, "")
	if other.status != 400 {
		t.Errorf("a page token of another tenant: %d %s", other.status, other.body)
	}
}

// Metadata, headers and the shape of entities.
func graphShape(t *testing.T, d *desk) {
	const order = `startDateTime endDateTime lastModifiedDateTime title id impactDescription classification origin status service feature featureGroup isResolved details posts`
	got := d.ask(t, "graph contoso", "GET", announcements+"issues?$top=1", "", "Accept", "application/json;odata.metadata=none")
	at := 0
	for _, name := range strings.Fields(order) {
		i := strings.Index(got.body, `"`+name+`":`)
		if i < at {
			t.Errorf("%s is not where recorded answers have it: %s", name, got.body)
		}
		at = max(at, i)
	}
	if strings.Contains(got.body, "@odata.context") {
		t.Errorf("metadata=none: %s", got.body)
	}
	full := d.ask(t, "graph contoso", "GET", announcements+"issues?$top=1", "", "Accept", "application/json;odata.metadata=full", "client-request-id", "id-1")
	for _, want := range []string{`"@odata.type":"#microsoft.graph.serviceHealthIssue"`, `"@odata.id":"` + d.Base(), `"status@odata.type":"#microsoft.graph.serviceHealthStatus"`} {
		if !strings.Contains(full.body, want) {
			t.Errorf("metadata=full lacks %s: %s", want, full.body)
		}
	}
	var diagnostic struct{ ServerInfo map[string]string }
	if err := json.Unmarshal([]byte(full.header.Get("x-ms-ags-diagnostic")), &diagnostic); err != nil || len(diagnostic.ServerInfo) != 5 {
		t.Errorf("x-ms-ags-diagnostic: %v %v", diagnostic, err)
	}
	if full.header.Get("client-request-id") != "id-1" || len(full.header.Get("request-id")) != 36 || full.header.Get("OData-Version") != "4.0" {
		t.Errorf("headers: %v", full.header)
	}
	for target, want := range map[string]string{
		"/v1.0/$metadata": `<Function Name="incidentReport" IsBound="true">`, "/beta/$metadata?$format=json": `"serviceHealthIssue"`, "/v1.0": `"name": "admin"`,
		"/v1.0/admin": `/$metadata#admin"`,
	} {
		if got := d.ask(t, "graph contoso", "GET", target, ""); got.status != 200 || !strings.Contains(got.body, want) {
			t.Errorf("%s: %d %.300s, want %s", target, got.status, got.body, want)
		}
	}
}

// Marks are a person's own; programs have none.
func graphViewpoints(t *testing.T, d *desk) {
	const ids = `{"messageIds":["MC1000001","MC1000002"]}`
	view := func(who string) string {
		got := d.ask(t, who, "GET", announcements+"messages/MC1000001?$select=viewPoint", "")
		_, text, _ := strings.Cut(got.body, `"viewPoint":`)
		return strings.TrimSuffix(text, "}")
	}
	for _, step := range []struct{ action, want string }{
		{"markRead", `{"isArchived":false,"isRead":true,"isFavorited":false}`},
		{"favorite", `{"isArchived":false,"isRead":true,"isFavorited":true}`},
		{"archive", `{"isArchived":true,"isRead":true,"isFavorited":true}`},
		{"markUnread", `{"isArchived":true,"isRead":false,"isFavorited":true}`},
		{"unfavorite", `{"isArchived":true,"isRead":false,"isFavorited":false}`},
		{"unarchive", `{"isArchived":false,"isRead":false,"isFavorited":false}`},
		{"microsoft.graph.markRead", `{"isArchived":false,"isRead":true,"isFavorited":false}`},
	} {
		got := d.ask(t, "graph person", "POST", announcements+"messages/"+step.action, ids)
		if got.status != 200 || !strings.Contains(got.body, `"value":true`) {
			t.Errorf("%s: %d %s", step.action, got.status, got.body)
		}
		if got := view("graph person"); got != step.want {
			t.Errorf("after %s: %s, want %s", step.action, got, step.want)
		}
	}
	if got := view("graph other person"); got != `{"isArchived":false,"isRead":false,"isFavorited":false}` {
		t.Errorf("another person's view: %s", got)
	}
	if got := view("graph contoso"); got != "null" {
		t.Errorf("a program's view: %s", got)
	}
	filtered := d.ask(t, "graph person", "GET", announcements+"messages?$filter=viewPoint/isRead%20eq%20true&$select=id", "")
	if ids, _ := filtered.list(t); ids != "MC1000001 MC1000002" {
		t.Errorf("read messages: %s", ids)
	}
	for who, status := range map[string]int{"graph contoso": 403, "graph reader": 403, "graph person": 404} {
		if got := d.ask(t, who, "POST", announcements+"messages/markRead", `{"messageIds":["MC900"]}`); got.status != status {
			t.Errorf("%s marks a message of another tenant: %d %s", who, got.status, got.body)
		}
	}
}

// A batch answers each of its requests as if it had come alone.
func graphBatch(t *testing.T, d *desk) {
	got := d.ask(t, "graph contoso", "POST", "/v1.0/$batch", `{"requests":[
		{"id":"1","method":"GET","url":"/admin/serviceAnnouncement/issues?$select=id&$top=1"},
		{"id":"2","method":"GET","url":"/admin/serviceAnnouncement/issues/NO"},
		{"id":"3","method":"GET","url":"/admin/serviceAnnouncement/messages/$count","dependsOn":["1"]},
		{"id":"4","method":"GET","url":"/admin/serviceAnnouncement/issues","dependsOn":["2"]}]}`)
	var answer struct {
		Responses []struct {
			ID     string
			Status int
			Body   json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(got.body), &answer); err != nil || len(answer.Responses) != 4 {
		t.Fatalf("%d %s: %v", got.status, got.body, err)
	}
	for i, want := range []struct {
		status int
		body   string
	}{{200, `"id":"EX100"`}, {404, "ResourceNotFound"}, {200, `"4"`}, {424, "FailedDependency"}} {
		if r := answer.Responses[i]; r.Status != want.status || !strings.Contains(string(r.Body), want.body) {
			t.Errorf("response %d: %d %s", i+1, r.Status, r.Body)
		}
	}
}
