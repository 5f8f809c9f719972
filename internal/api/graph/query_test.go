package graph_test

import (
	"net/url"
	"strings"
	"testing"
)

// Filters as real clients write them.
func TestFilters(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	tests := []struct{ list, filter, want string }{
		{"issues", "isResolved eq false", "EX100 SP300 TM400"},
		{"issues", "isResolved ne true", "EX100 SP300 TM400"},
		{"issues", "IsResolved eq true", "EX200 MO500"},
		{"issues", "endDateTime eq null", "EX100 SP300 TM400"},
		{"issues", "service eq 'Exchange Online'", "EX100 EX200"},
		{"issues", "(Service eq 'Exchange Online' or Service eq 'Microsoft Teams')", "EX100 EX200 TM400"},
		{"issues", "Classification eq 'Incident'", "EX100 EX200 MO500"},
		{"issues", "classification eq microsoft.graph.serviceHealthClassificationType'advisory'", "SP300"},
		{"issues", "IsResolved eq false and LastModifiedDateTime ge 2026-07-04T00:00:00Z", "SP300 TM400"},
		{"issues", "startDateTime gt 2026-07-03 and (contains(service,'Share') or contains(service,'Power ') or not contains(service,'Teams'))", "MO500 SP300"},
		{"issues", "status ne 'resolved'", "EX100 EX200 MO500 SP300 TM400"},
		{"issues", "status eq 'serviceDegradation'", "EX100 SP300"},
		{"issues", "status eq 'unknownFutureValue'", "TM400"},
		{"issues", "lastModifiedDateTime gt 2026-07-05T08:30:00.250Z", "MO500"},
		{"issues", "lastModifiedDateTime gt 2026-07-05T08:30:00.249Z", "MO500 TM400"},
		{"issues", "id eq 'EX200'", "EX200"},
		{"issues", "id in ('EX200','SP300','FB900')", "EX200 SP300"},
		{"issues", "contains(tolower(title),'mail') and service eq 'Exchange Online'", "EX100 EX200"},
		{"issues", "posts/any(p: contains(p/description/content,'first post of EX'))", "EX100 EX200"},
		{"issues", "posts/any(p: p/postType eq 'quick' and p/createdDateTime gt 2026-07-05)", "MO500 TM400"},
		{"issues", "details/any(d: d/name eq 'NotifyInApp' and d/value eq 'True') and id eq 'EX100'", "EX100"},
		{"issues", "featureGroup eq 'Sign-in' and origin eq 'microsoft' and feature ne null and id eq 'TM400'", "TM400"},
		{"issues", "title eq 'Portal: it''s \"down\"'", "MO500"},
		{"issues", "id eq 'x' or true", "EX100 EX200 MO500 SP300 TM400"},
		{"issues", "lastModifiedDateTime lt now() and id eq 'EX100'", "EX100"},
		{"messages", "lastModifiedDateTime ge 2026-07-07T00:00:00Z", "MC1000002 MC1000003"},
		{"messages", "lastModifiedDateTime gt 2026-07-08", "MC1000003"},
		{"messages", "services/any(c:c+eq+'Microsoft Teams')", "MC1000002"},
		{"messages", "services/any(s: contains(s,'Copilot'))", "MC1000002"},
		{"messages", "services/any(s: s eq 'Microsoft Clipchamp ')", "MC999442"},
		{"messages", "tags/any(t: t eq 'Retirement')", "MC1000002"},
		{"messages", "tags/any(t: t eq 'New feature') and services/any(s: s eq 'Exchange Online')", "MC1000001"},
		{"messages", "severity eq 'critical' and isMajorChange eq true", "MC1000002"},
		{"messages", "category eq 'planForChange'", "MC1000002"},
		{"messages", "contains(tolower(title),tolower('Copilot'))", "MC1000001 MC1000002"},
		{"messages", "contains(tolower(body/content),tolower('COPILOT'))", "MC1000001 MC1000002"},
		{"messages", "details/any(d: d/name eq 'RoadmapIds' and contains(d/value,'501107'))", "MC1000001 MC1000002 MC1000003 MC999442"},
		{"messages", "id eq 'MC1000001'", "MC1000001"},
		{"messages", "startDateTime ge 2026-07-08T00:00:00Z", "MC1000003"},
		{"messages", "hasAttachments eq true", "MC1000003"},
		{"messages", "actionRequiredByDateTime ne null and body/contentType eq 'html'", "MC1000002"},
		{"messages", "viewPoint/isRead eq false", ""},
		{"messages", "viewPoint eq null and id eq 'MC1000001'", "MC1000001"},
		{"healthOverviews", "status ne 'serviceOperational'", "Exchange microsoftteams"},
		{"healthOverviews", "service eq 'Exchange Online'", "Exchange"},
		{"healthOverviews", "id eq 'OSDPPlatform'", "OSDPPlatform"},
	}
	for _, tt := range tests {
		got := d.get(tt.list + "?$filter=" + strings.ReplaceAll(url.QueryEscape(tt.filter), "%2B", "+"))
		if got.status != 200 || got.ids() != tt.want {
			t.Errorf("%s: %d %s, want %s\n%.200s", tt.filter, got.status, got.ids(), tt.want, got.body)
		}
		count := d.get(tt.list + "/$count?$filter=" + strings.ReplaceAll(url.QueryEscape(tt.filter), "%2B", "+"))
		if want := len(strings.Fields(tt.want)); count.body != string(rune('0'+want)) || !strings.HasPrefix(count.header.Get("Content-Type"), "text/plain") {
			t.Errorf("%s: count %q, want %d", tt.filter, count.body, want)
		}
	}
}

func TestQueryOptions(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	tests := []struct{ target, want string }{
		{"issues", "EX100 EX200 MO500 SP300 TM400"},
		{"issues?", "EX100 EX200 MO500 SP300 TM400"},
		{"ISSUES/?api-version=1&_=2", "EX100 EX200 MO500 SP300 TM400"},
		{"issues?filter=isResolved ne true and service eq 'Exchange Online'", "EX100"},
		{"issues?%24top=2", "EX100 EX200"},
		{"issues?$top=2&$skip=2", "MO500 SP300"},
		{"issues?$top=999", "EX100 EX200 MO500 SP300 TM400"},
		{"issues?$skip=9", ""},
		{"issues?$orderby=lastModifiedDateTime desc", "MO500 TM400 SP300 EX200 EX100"},
		{"issues?$orderby=startDateTime desc&$top=1", "MO500"},
		{"issues?$orderby=service,title desc", "EX100 EX200 MO500 TM400 SP300"},
		{"issues?$orderby=length(title),id desc", "TM400 EX200 EX100 SP300 MO500"},
		{"issues?$orderby=isResolved,id desc&$skip=1&$top=3", "SP300 EX100 MO500"},
		{"issues?$search=mail", "EX100 EX200"},
		{"issues?$search=\"mail\" AND NOT lost", "EX200"},
		{"messages", "MC1000001 MC1000002 MC1000003 MC999442"},
		{"messages?$top=0&$count=true", ""},
		{"messages?$orderby=body/content desc&$top=2", "MC999442 MC1000001"},
		{"healthOverviews", "Exchange OSDPPlatform OrgLiveID microsoftteams SharePoint"},
		{"healthOverviews?$top=2&$skip=1", "OSDPPlatform OrgLiveID"},
		{"healthOverviews/Exchange Online/issues", "EX100 EX200"},
		{"healthOverviews('Exchange')/issues?$filter=isResolved eq false", "EX100"},
		{"/beta/admin/serviceAnnouncement/issues?$top=1", "EX100"},
	}
	for _, tt := range tests {
		got := d.get(tt.target)
		if got.status != 200 || got.ids() != tt.want {
			t.Errorf("%s: %d %s, want %s\n%.200s", tt.target, got.status, got.ids(), tt.want, got.body)
		}
		if got.Next != "" {
			t.Errorf("%s: a next link although nothing follows: %s", tt.target, got.Next)
		}
	}
	if got := d.get("messages?$top=0&$count=true"); got.Count == nil || *got.Count != 4 || !strings.HasPrefix(got.body, `{"@odata.context":"`+base+`/v1.0/$metadata#admin/serviceAnnouncement/messages","@odata.count":4,"value":[]`) {
		t.Errorf("count = %s", got.body)
	}
}

func TestBadQueries(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	tests := []struct {
		target string
		status int
		says   string
	}{
		{"messages?$filter=messageType eq 'planForChange'", 400, "Could not find a property named 'messageType'"},
		{"issues?$select=nope", 400, "Could not find a property named 'nope'"},
		{"issues?$orderby=nope", 400, "Could not find a property named 'nope'"},
		{"issues?$filter=status eq 'serviceDegredation'", 400, ""},
		{"issues?$filter=", 400, ""},
		{"issues?$filter=isResolved", 200, ""},
		{"issues?$filter=title", 400, ""},
		{"issues?$filter=(id eq 'a'", 400, ""},
		{"issues?$filter=id eq 'a", 400, ""},
		{"issues?$filter=startDateTime gt 'x'", 400, ""},
		{"issues?$filter=title eq \"x\"", 400, "$filter, position 9: Text stands in single quotes"},
		{"issues?$filter=isResolved eq false && id eq 'x'", 400, "There is no query option named ' id eq 'x''. An '&' within a value is written as %26"},
		{"healthOverviews?$filter=issues/any(i:i/isResolved eq false)", 501, "'issues' cannot be used in $filter"},
		{"healthOverviews?$expand=issues($filter=id eq $it/id)", 501, "outer entity"},
		{"issues?$top=-1", 400, ""},
		{"issues?$top=x", 400, ""},
		{"issues?$skip=1.5", 400, ""},
		{"issues?$count=maybe", 400, ""},
		{"issues?$top=1&$top=2", 400, ""},
		{"issues?$top=1&top=2", 400, ""},
		{"issues?Workload=Exchange", 400, "Workload"},
		{"issues?$filter=%ZZ", 400, ""},
		{"issues?a=1;b=2", 400, ""},
		{"issues?$filter=id%00", 400, ""},
		{"issues?$filter=%C0%80", 400, ""},
		{"issues?$skiptoken=abc", 400, ""},
		{"issues?$skiptoken=", 400, ""},
		{"issues?$apply=x", 501, ""},
		{"issues?$expand=posts", 501, ""},
		{"issues?$deltatoken=x", 501, ""},
		{"issues?$format=xml", 406, ""},
		{"issues/EX100?$expand=x", 501, ""},
		{"healthOverviews?$expand=nope", 400, ""},
		{"issues?$filter=" + strings.Repeat("(", 200) + "true" + strings.Repeat(")", 200), 400, ""},
		{"issues?$filter=" + strings.Repeat("id eq 'a' or ", 700) + "true", 400, ""},
	}
	for _, tt := range tests {
		got := d.get(tt.target)
		if got.status != tt.status || !strings.Contains(got.Error.Message, tt.says) || len(got.Error.Message) > 400 {
			t.Errorf("%.80s: %d %s, want %d %s", tt.target, got.status, got.body, tt.status, tt.says)
		}
		if got.status >= 400 && (got.Error.Code == "" || got.Error.InnerError["request-id"] == "") {
			t.Errorf("%.80s: not Graph's form: %s", tt.target, got.body)
		}
	}
}
