package servicecomms_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/api/servicecomms"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// notices is what the tests' tenant has: an old incident, one that began ten
// days ago and is still open, one that ended yesterday, and two posts.
const notices = `
{"Id":"EX100","Title":"Old","StartTime":"2026-01-05T00:00:00Z","EndTime":"2026-01-06T00:00:00Z","LastUpdatedTime":"2026-01-06T10:00:00Z","Status":"Service restored","Workload":"Exchange","WorkloadDisplayName":"Exchange Online","Classification":"Incident","Messages":[]}
{"Id":"EX200","Title":"Still open","StartTime":"2026-04-06T00:00:00Z","EndTime":null,"LastUpdatedTime":"2026-04-06T10:00:00.5Z","Status":"Service interruption","Workload":"Exchange","WorkloadDisplayName":"Exchange Online","Feature":"Access","FeatureDisplayName":"E-Mail access","Classification":"Incident","Messages":[{"PublishedTime":"2026-04-06T10:00:00.5Z","MessageText":"later"},{"PublishedTime":"2026-04-06T00:10:00Z","MessageText":"first"}]}
{"Id":"SP300","Title":"Over","StartTime":"2026-04-14T08:00:00Z","EndTime":"2026-04-15T09:00:00Z","LastUpdatedTime":"2026-04-15T10:00:00Z","Status":"Service restored","Workload":"SharePoint","WorkloadDisplayName":"SharePoint Online","Classification":"Advisory","Messages":[]}
{"id":"MC400","title":"Change","services":["Exchange Online"],"category":"planForChange","severity":"high","tags":["Retirement"],"isMajorChange":true,"startDateTime":"2026-02-01T00:00:00Z","endDateTime":"2026-08-01T00:00:00Z","lastModifiedDateTime":"2026-02-01T00:00:00Z","body":{"contentType":"html","content":"<p>x</p>"}}
{"id":"MC500","title":"Expired","services":[],"category":"stayInformed","severity":"normal","tags":[],"startDateTime":"2026-01-01T00:00:00Z","endDateTime":"2026-02-01T00:00:00Z","lastModifiedDateTime":"2026-01-01T00:00:00Z","body":{"contentType":"html","content":"x"}}
{"Id":"Exchange","DisplayName":"Exchange Online","FeatureNames":["Sign-in","E-Mail access"]}
{"Id":"Exchange","Workload":"Exchange","WorkloadDisplayName":"Exchange Online","StatusDate":"2026-04-01T00:00:00Z","Status":"ServiceOperational","IncidentIds":[]}
{"Id":"Exchange","Workload":"Exchange","WorkloadDisplayName":"Exchange Online","StatusDate":"2026-04-06T00:00:00Z","Status":"ServiceInterruption","IncidentIds":["EX200"]}
{"Id":"Exchange","Workload":"Exchange","WorkloadDisplayName":"Exchange Online","StatusDate":"2026-04-16T08:00:00Z","Status":"ServiceInterruption","IncidentIds":["EX200","EX999"]}
{"Id":"SharePoint","Workload":"SharePoint","WorkloadDisplayName":"SharePoint Online","StatusDate":"2026-04-14T08:00:00Z","Status":"ServiceDegradation","IncidentIds":[]}
{"Id":"SharePoint","Workload":"SharePoint","WorkloadDisplayName":"SharePoint Online","StatusDate":"2026-04-15T09:00:00Z","Status":"ServiceOperational","IncidentIds":[]}
`

func newAPI(t testing.TB) *servicecomms.API {
	t.Helper()
	s := newStore(t)
	take(t, s, notices)
	put(t, s, storetest.Fabrikam, now, tocsin.Issue{ID: "FB666", Title: "canary", Service: "Exchange Online", Status: tocsin.StatusDegradation, StartAt: now, ModifiedAt: now})
	return serve(t, s)
}

func TestMessagesFilters(t *testing.T) {
	t.Parallel()
	api := newAPI(t)
	all := []string{"EX100", "EX200", "SP300", "MC400", "MC500"}
	tests := []struct {
		query string
		want  []string
	}{
		{"", []string{"EX200", "SP300", "MC400"}}, // what was active in the last seven days
		{"?$filter=" + q("Workload eq 'Exchange'"), []string{"EX200"}},
		{"?$filter=" + q("Workload ne 'Exchange'"), []string{"SP300", "MC400"}},
		{"?$filter=Workload eq 'SharePoint'", []string{"SP300"}}, // blanks left raw
		{"?$filter=" + q("StartTime ge 2026-01-01T00:00:00Z"), all},
		{"?$filter=" + q("StartTime ge 2026-01-05T00:00:00.0000000Z and EndTime le 2026-04-16T00:00:00.0000000Z"), []string{"EX100", "SP300"}},
		{"?$filter=" + q("StartTime gt 2026-04-06T00:00:00Z"), []string{"SP300"}},
		{"?$filter=" + q("StartTime lt 2026-01-05T00:00:00Z"), []string{"MC500"}},
		{"?$filter=" + q("StartTime eq 2026-04-06T00:00:00Z"), []string{"EX200"}},
		{"?$filter=" + q("EndTime eq null"), []string{"EX200"}},
		{"?$filter=" + q("LastUpdatedTime ge 2026-04-01T00:00:00Z"), []string{"EX200", "SP300"}},
		{"?$filter=" + q("MessageType eq 'MessageCenter'"), []string{"MC400"}},
		{"?$filter=" + q("MessageType eq Microsoft.Office365ServiceComms.ExposedContracts.MessageType'MessageCenter'"), []string{"MC400"}},
		{"?$filter=" + q("MessageType eq 'Incident'"), []string{"EX200", "SP300"}},
		{"?$filter=" + q("MessageType ne 'Incident'"), []string{"MC400"}},
		{"?$filter=" + q("MessageType eq 'PlannedMaintenance'"), []string{}},
		{"?$filter=" + q("Id eq 'EX100'"), []string{"EX100"}},
		{"?$filter=" + q("Id eq 'EX100' or Id eq 'MC500'"), []string{"EX100", "MC500"}},
		{"?$filter=" + q("Id eq 'FB666'"), []string{}},
		{"?$filter=" + q("Id ne 'EX100' and StartTime ge 2026-01-01T00:00:00Z"), []string{"EX200", "SP300", "MC400", "MC500"}},
		{"?$filter=" + q("Status eq 'Service restored'"), []string{"SP300"}},
		{"?$filter=" + q("Classification eq 'Advisory'"), []string{"SP300", "MC400"}},
		{"?$filter=" + q("Title eq 'Change'"), []string{"MC400"}},
		{"?$filter=" + q("IsMajorChange eq true"), []string{"MC400"}},
		{"?%24filter=" + q("Id eq 'EX100'"), []string{"EX100"}},
		{"?filter=" + q("Id eq 'EX100'"), []string{"EX100"}},
		{"?ID=EX100", []string{"EX100"}},
		{"?Workload=SharePoint", []string{"SP300"}},
		{"?MessageType=MessageCenter", []string{"MC400"}},
		{"?StartTime=2026-04-10T00:00:00Z", []string{"SP300"}},
		{"?EndTime=2026-01-31T00:00:00Z", []string{"EX100"}},
		{"?api-version=1.0&PublisherIdentifier=x&_=1&client-request-id=y", []string{"EX200", "SP300", "MC400"}},
		{"?$top=1", []string{"EX200"}},
		{"?$top=1&$skip=1", []string{"SP300"}},
		{"?$top=0", []string{}},
		{"?$skip=9", []string{}},
		{"?$top=100", []string{"EX200", "SP300", "MC400"}},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, ids(values(t, ask(t, api, "GET", root+"Messages"+tt.query, good)))); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMessageFields(t *testing.T) {
	t.Parallel()
	api := newAPI(t)
	list := values(t, ask(t, api, "GET", root+"Messages", good))
	issue, post := list[0], list[2]
	for name, want := range map[string]any{
		"Id": "EX200", "Name": "EX200", "Title": "Still open", "Status": "Service interruption", "Workload": "Exchange", "WorkloadDisplayName": "Exchange Online",
		"Feature": "Access", "FeatureDisplayName": "E-Mail access", "Classification": "Incident", "EndTime": nil, "StartTime": "2026-04-06T00:00:00Z",
		"LastUpdatedTime": "2026-04-06T10:00:00.5Z", "MessageType": "Incident", "Severity": "Sev1", "PostIncidentDocumentUrl": nil, "AffectedTenantCount": 0.0,
	} {
		if diff := cmp.Diff(want, issue[name]); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", name, diff)
		}
	}
	if posts, ok := issue["Messages"].([]any); !ok || posts[0].(map[string]any)["MessageText"] != "first" {
		t.Errorf("Messages = %v, want them ascending", issue["Messages"])
	}
	for name, want := range map[string]any{
		"Workload": nil, "Status": "", "MessageType": "MessageCenter", "Category": "Plan For Change", "Severity": "High", "IsMajorChange": true, "Classification": "Advisory",
		"AffectedWorkloadNames": []any{"Exchange"}, "AffectedWorkloadDisplayNames": []any{"Exchange Online"}, "MessageTagNames": []any{"Retirement"}, "IsRead": false,
	} {
		if diff := cmp.Diff(want, post[name]); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", name, diff)
		}
	}
}

func TestShapesAndSelect(t *testing.T) {
	t.Parallel()
	api := newAPI(t)
	has := func(token, query string) []string {
		names := []string{}
		path := root
		if strings.HasPrefix(token, "fabrikam") {
			path = "/api/v1.0/fabrikam.com/ServiceComms/"
		}
		for name := range values(t, ask(t, api, "GET", path+query, token))[0] {
			names = append(names, name)
		}
		slices.Sort(names)
		return names
	}
	tests := []struct {
		token, query string
		want         string
	}{
		{good, "Services", "DisplayName FeatureNames Features Id"},
		{good + ":documented", "Services", "DisplayName FeatureNames Id"},
		{good + ":wire", "Services", "DisplayName Features Id"},
		{good + ":documented", "CurrentStatus", "FeatureGroupStatusCollection Id IncidentIds Status StatusDate Workload WorkloadDisplayName"},
		{good + ":wire", "CurrentStatus", "FeatureStatus Id IncidentIds Status StatusDisplayName StatusTime Workload WorkloadDisplayName"},
		{good + ":documented", "Messages", "EndTime Feature FeatureDisplayName Id LastUpdatedTime MessageType Messages Name StartTime Status Title Workload WorkloadDisplayName"},
		{good, "Services?$select=Id", "Id"},
		{good, "Messages?%24select=Id%2CWorkload", "Id Workload"},
		{good, "CurrentStatus?$select=StatusDate,StatusTime", "StatusDate StatusTime"},
		{good, "HistoricalStatus?$select=Id,Status", "Id Status"},
		{good + ":wire", "Services?$select=*", "DisplayName Features Id"},
		{good + ":wire", "Services?$select=FeatureNames,*", "DisplayName FeatureNames Features Id"},
		{good + ":wire", "Services?$select=FeatureNames", "FeatureNames"},
		{"fabrikam:ServiceHealth.Read", "Messages?$select=IsRead", ""}, // an issue has no such field
	}
	for _, tt := range tests {
		if diff := cmp.Diff(strings.Fields(tt.want), has(tt.token, tt.query)); diff != "" {
			t.Errorf("%s as %s (-want +got):\n%s", tt.query, tt.token, diff)
		}
	}
}

// An issue that goes on before its declared start is one of the service; work
// that is still to come is not.
func TestCurrentStatusBeforeTheStart(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	issue := tocsin.Issue{ID: "EX1", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: now.Add(24 * time.Hour), ModifiedAt: now}
	work := issue
	work.ID, work.Classification, work.Status = "EX2", tocsin.ClassMaintenance, tocsin.StatusOperational
	put(t, s, storetest.Contoso, now, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusDegradation}, issue, work)
	list := values(t, ask(t, serve(t, s), "GET", root+"CurrentStatus", good))
	if diff := cmp.Diff([]any{"EX1"}, list[0]["IncidentIds"]); diff != "" {
		t.Errorf("IncidentIds (-want +got):\n%s", diff)
	}
}

func TestCurrentStatus(t *testing.T) {
	t.Parallel()
	api := newAPI(t)
	list := values(t, ask(t, api, "GET", root+"CurrentStatus", good))
	exchange, sharepoint := list[0], list[1]
	if exchange["Status"] != "ServiceInterruption" || exchange["StatusDisplayName"] != "Service interruption" || exchange["StatusTime"] != "2026-04-16T08:00:00Z" {
		t.Errorf("Exchange = %v, want the update of today", exchange)
	}
	if diff := cmp.Diff([]any{"EX200", "EX999"}, exchange["IncidentIds"]); diff != "" {
		t.Errorf("IncidentIds (-want +got):\n%s", diff)
	}
	// Last confirmed a day and three hours ago: not said to hold since.
	if sharepoint["Status"] != "ServiceOperational" || sharepoint["StatusTime"] != "2026-04-15T09:00:00Z" {
		t.Errorf("SharePoint = %v", sharepoint)
	}
	if got := ids(values(t, ask(t, api, "GET", root+"CurrentStatus?$filter="+q("Workload eq 'SharePoint'"), good))); len(got) != 1 {
		t.Errorf("filtered: %v", got)
	}
}

const namespace = "Microsoft.Office365ServiceComms.ExposedContracts"

func TestMetadataLevels(t *testing.T) {
	t.Parallel()
	api := newAPI(t)
	tests := []struct {
		accept, level string
	}{
		{"", "none"},
		{"*/*", "none"},
		{"application/json", "none"},
		{"application/json;odata.metadata=none", "none"},
		{"application/json;odata.metadata=minimal", "minimal"},
		{"application/json; odata.metadata=full", "full"},
		{"text/html, application/json;odata.metadata=minimal;q=0.5", "minimal"},
	}
	for _, tt := range tests {
		w := ask(t, api, "GET", root+"Messages", good, "Accept: "+tt.accept)
		if got := w.Header().Get("Content-Type"); got != "application/json;odata.metadata="+tt.level+";odata.streaming=true;charset=utf-8" {
			t.Errorf("Accept %q: Content-Type %q, want level %s", tt.accept, got, tt.level)
		}
		text := w.Body.String()
		if context := strings.Contains(text, `"@odata.context":"`+base+`/api/v1.0/contoso.com/$metadata#Messages"`); context != (tt.level != "none") {
			t.Errorf("Accept %q: context %v", tt.accept, context)
		}
		if derived := strings.Count(text, "#Microsoft.Office365ServiceComms.ExposedContracts.MessageCenterMessage"); (derived == 1) != (tt.level != "none") {
			t.Errorf("Accept %q: derived type %d times", tt.accept, derived)
		}
		if typed := strings.Contains(text, `ExposedContracts.Message"`); typed != (tt.level == "full") {
			t.Errorf("Accept %q: entity type %v", tt.accept, typed)
		}
	}
	for _, tt := range []struct{ target, accept, kind, want string }{
		{root + "$metadata", "", "application/xml;charset=utf-8", `<EntityType Name="MessageCenterMessage" BaseType="` + namespace + `.Message">`},
		{root + "$metadata?$format=xml", "application/json", "application/xml;charset=utf-8", `<EntityType Name="WorkloadStatus">`},
		{"/api/v1.0/contoso.com/$metadata", "*/*", "application/xml;charset=utf-8", `<EntitySet Name="HistoricalStatus" EntityType="` + namespace + `.WorkloadStatus"`},
		{root + "$metadata", "application/json", "application/json;charset=utf-8", `"$BaseType": "` + namespace + `.Message"`},
		{root, "", "application/json;odata.metadata=none;odata.streaming=true;charset=utf-8", `"url": "Messages"`},
		{root, "application/json;odata.metadata=full", "application/json;odata.metadata=full;odata.streaming=true;charset=utf-8", `"@odata.context": "` + base + root + `$metadata"`},
		{root + "HistoricalStatus", "application/json;odata.metadata=minimal", "application/json;odata.metadata=minimal;odata.streaming=true;charset=utf-8", `/api/v1.0/contoso.com/$metadata#CurrentStatus"`},
		{root + "CurrentStatus", "application/json;odata.metadata=full", "application/json;odata.metadata=full;odata.streaming=true;charset=utf-8", `{"@odata.type":"#` + namespace + `.WorkloadStatus","FeatureStatus":`},
		{root + "Messages?$format=application/json;odata.metadata%3Dfull", "", "application/json;charset=utf-8", `AF30001`},
		{root + "Messages?$format=application/json%3Bodata.metadata%3Dfull", "text/html", "application/json;odata.metadata=full;odata.streaming=true;charset=utf-8", `#Messages`},
	} {
		w := ask(t, api, "GET", tt.target, good, "Accept: "+tt.accept)
		if got := w.Header().Get("Content-Type"); got != tt.kind || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s as %q: %s, want %s with %s in\n%s", tt.target, tt.accept, got, tt.kind, tt.want, w.Body)
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	api := newAPI(t)
	guid := regexp.MustCompile(`^[0-9a-f-]{36}$`)
	for _, target := range []string{"Services", "CurrentStatus", "HistoricalStatus", "Messages", "Messages?$top=x", "nothing"} {
		h := ask(t, api, "GET", root+target, good, "Client-Request-Id: abc-1").Header()
		for name, want := range map[string]string{
			"OData-Version": "4.0", "Cache-Control": "private, no-store", "Pragma": "no-cache", "Expires": "-1", "X-Content-Type-Options": "nosniff",
			"Vary": "Authorization, Accept, Accept-Language, OData-MaxVersion, Accept-Encoding", "Client-Request-Id": "abc-1",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s = %q, want %q", target, name, got, want)
			}
		}
		for _, name := range []string{"Content-Length", "X-Time-Taken", "X-Instance-Name", "Server", "X-AspNet-Version", "X-Powered-By", "Content-Type"} {
			if h.Get(name) == "" {
				t.Errorf("%s: no %s", target, name)
			}
		}
		if !guid.MatchString(h.Get("X-Activity-Id")) {
			t.Errorf("%s: X-Activity-Id %q", target, h.Get("X-Activity-Id"))
		}
	}
	if w := ask(t, api, "HEAD", root+"Services", good); w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") == "0" {
		t.Errorf("HEAD: %d with %d bytes", w.Code, w.Body.Len())
	}
	if h := ask(t, api, "GET", root+"Services", good, "Client-Request-Id: a b\x01").Header(); h.Get("Client-Request-Id") != "" {
		t.Error("a client request id that is no id was sent back")
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	api := newAPI(t)
	long := strings.Repeat("(", 150) + "Id eq 'x'" + strings.Repeat(")", 150)
	tests := []struct {
		name, method, target, token string
		status                      int
		code                        string
		header                      []string
	}{
		{"anonymous", "GET", root + "Services", "", 401, "AF10000", nil},
		{"anonymous at a wrong path", "GET", "/api/v1.0/x/y", "", 401, "AF10000", nil},
		{"anonymous at the root", "GET", "/api/v1.0/", "", 401, "AF10000", nil},
		{"bad token", "GET", root + "Services", "rubbish", 401, "AF10002", nil},
		{"two tokens", "GET", root + "Services", good, 400, "AF10003", []string{"Authorization: Bearer x"}},
		{"no permission", "GET", root + "Services", "contoso:ServiceHealth.Read.All", 403, "AF10001", nil},
		{"another tenant", "GET", "/api/v1.0/fabrikam.com/ServiceComms/Services", good, 403, "AF20010", nil},
		{"a tenant that is not there", "GET", "/api/v1.0/nowhere.example/ServiceComms/Services", good, 403, "AF20010", nil},
		{"own tenant not set up", "GET", "/api/v1.0/99999999-9999-4999-8999-999999999999/ServiceComms/Services", "nobody:ServiceHealth.Read", 404, "AF20011", nil},
		{"no tenant", "GET", "/api/v1.0/x/ServiceComms/Services", good, 400, "AF20013", nil},
		{"slash in the tenant", "GET", "/api/v1.0/a%2fb/ServiceComms/Services", good, 404, "AF30010", nil},
		{"slash in the operation", "GET", "/api/v1.0/contoso.com/ServiceComms%2FServices", good, 404, "AF30010", nil},
		{"backslash", "GET", "/api/v1.0/contoso.com/ServiceComms%5cServices", good, 404, "AF30010", nil},
		{"escaped twice", "GET", "/api/v1.0/contoso%252ecom/ServiceComms/Services", good, 400, "AF20013", nil},
		{"dots", "GET", "/api/v1.0/../ServiceComms/Services", good, 404, "AF30010", nil},
		{"escaped dots", "GET", "/api/v1.0/contoso.com/%2e%2e/contoso.com/ServiceComms/Services", good, 404, "AF30010", nil},
		{"NUL in the path", "GET", "/api/v1.0/contoso.com/ServiceComms/Services%00", good, 404, "AF30010", nil},
		{"no tenant at all", "GET", "/api/v1.0/", good, 404, "AF30010", nil},
		{"no slash", "GET", "/api/v1.0", good, 404, "AF30010", nil},
		{"below an operation", "GET", root + "Services/1", good, 404, "AF30010", nil},
		{"bad escape", "GET", "/api/v1.0/contoso.com/%zz", good, 400, "AF30001", nil},
		{"no such operation", "GET", root + "Nothing", good, 404, "AF30010", nil},
		{"case of an operation", "GET", root + "services", good, 404, "AF30010", nil},
		{"two slashes", "GET", "/api/v1.0/contoso.com//ServiceComms/Services", good, 404, "AF30010", nil},
		{"post", "POST", root + "Services", good, 405, "AF30011", nil},
		{"delete", "DELETE", root + "Services", good, 405, "AF30011", nil},
		{"accept", "GET", root + "Services", good, 406, "AF30012", []string{"Accept: text/html"}},
		{"accept before options", "GET", root + "Services?$nonsense=1", good, 406, "AF30012", []string{"Accept: image/png"}},
		{"format", "GET", root + "Services?$format=atom", good, 406, "AF30012", nil},
		{"accept of metadata", "GET", root + "$metadata", good, 406, "AF30012", []string{"Accept: text/html"}},
		{"version", "GET", root + "Services", good, 400, "AF30017", []string{"OData-MaxVersion: 3.0"}},
		{"no version", "GET", root + "Services", good, 400, "AF30017", []string{"OData-MaxVersion: x"}},
		{"compressed body", "GET", root + "Services", good, 415, "AF30013", []string{"Content-Encoding: gzip"}},
		{"option of metadata", "GET", root + "$metadata?$filter=x", good, 501, "AF30007", nil},
		{"disabled", "GET", "/api/v1.0/tailspin.example/ServiceComms/Services", "tailspin:ServiceHealth.Read", 403, "AF20012", nil},
		{"unknown option", "GET", root + "Services?$nonsense=1", good, 400, "AF30002", nil},
		{"unknown name", "GET", root + "Messages?color=red", good, 400, "AF30002", nil},
		{"option not offered", "GET", root + "Services?$top=1", good, 501, "AF30007", nil},
		{"twice", "GET", root + "Messages?$top=1&$top=2", good, 400, "AF30003", nil},
		{"bad filter", "GET", root + "Messages?$filter=" + q("Id eq"), good, 400, "AF30004", nil},
		{"escaped badly", "GET", root + "Messages?$filter=%zz", good, 400, "AF30001", nil},
		{"semicolon", "GET", root + "Messages?$top=5;$skip=1", good, 400, "AF30001", nil},
		{"NUL", "GET", root + "Messages?$filter=" + q("Id eq 'a\x00'"), good, 400, "AF30001", nil},
		{"unknown property", "GET", root + "Messages?$filter=" + q("TenantId eq 'x'"), good, 400, "AF30005", nil},
		{"case of a property", "GET", root + "Messages?$filter=" + q("ID eq 'x'"), good, 400, "AF30005", nil},
		{"select of nothing", "GET", root + "Messages?$select=Nothing", good, 400, "AF30005", nil},
		{"time as a text", "GET", root + "HistoricalStatus?$filter=" + q("StatusTime eq '01/02/2026'"), good, 400, "AF20002", nil},
		{"too deep", "GET", root + "Messages?$filter=" + q(long), good, 400, "AF30006", nil},
		{"top too large", "GET", root + "Messages?$top=101", good, 400, "AF30004", nil},
		{"top negative", "GET", root + "Messages?$top=-1", good, 400, "AF30004", nil},
		{"skip no number", "GET", root + "Messages?$skip=x", good, 400, "AF30004", nil},
	}
	form := regexp.MustCompile(`^AF\d{3,5}\.  \S.*\.$`)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := ask(t, api, tt.method, tt.target, tt.token, tt.header...)
			var body struct {
				Error struct{ Code, Message string }
			}
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
				t.Fatalf("%d %s: %v", w.Code, w.Body, err)
			}
			if w.Code != tt.status || !strings.HasPrefix(body.Error.Code, tt.code+".") || !form.MatchString(body.Error.Code) || body.Error.Message == "" {
				t.Errorf("%d %+v, want %d %s", w.Code, body.Error, tt.status, tt.code)
			}
			if challenge := w.Header().Get("WWW-Authenticate"); (challenge != "") != (w.Code == 401 || tt.code == "AF10003" || tt.code == "AF10001") {
				t.Errorf("WWW-Authenticate = %q", challenge)
			}
			if w.Code == 405 && w.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("Allow = %q", w.Header().Get("Allow"))
			}
		})
	}
	exists := ask(t, api, "GET", "/api/v1.0/fabrikam.com/ServiceComms/Services", good)
	missing := ask(t, api, "GET", "/api/v1.0/nowhere.example/ServiceComms/Services", good)
	if exists.Body.String() != missing.Body.String() {
		t.Errorf("the answer tells which tenants exist: %s, %s", exists.Body, missing.Body)
	}
}
