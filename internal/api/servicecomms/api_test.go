package servicecomms_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/api/servicecomms"
	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/file"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

const base = "https://desk.example"

// now is a Thursday noon.
var now = time.Date(2026, 4, 16, 12, 0, 0, 0, time.UTC)

// badge is a verifier whose tokens say who they speak for: "contoso:scopes".
type badge struct{}

func (badge) Authenticate(r *http.Request, _ ...string) (access.Identity, error) {
	headers := r.Header.Values("Authorization")
	switch {
	case len(headers) == 0:
		return access.Identity{}, access.ErrNoCredentials
	case len(headers) > 1:
		return access.Identity{}, access.ErrGivenTwice
	}
	token := strings.TrimPrefix(headers[0], "Bearer ")
	who, rest, ok := strings.Cut(token, ":")
	scopes, shape, _ := strings.Cut(rest, ":")
	ids := map[string]string{"contoso": storetest.Contoso, "fabrikam": storetest.Fabrikam, "nobody": "99999999-9999-4999-8999-999999999999", "tailspin": tailspin}
	if !ok || ids[who] == "" {
		return access.Identity{}, access.ErrInvalidToken
	}
	return access.Identity{ClientID: "app", TenantID: ids[who], Scopes: strings.Fields(scopes), Shape: tocsin.Shape(shape)}, nil
}

const good = "contoso:ServiceHealth.Read"

// tailspin is a tenant that is kept but not served.
const tailspin = "77777777-7777-4777-8777-777777777777"

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

func newAPI(t *testing.T) (*servicecomms.API, *store.Store) {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "tocsin.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	storetest.AddTenants(t, s)
	lists, _, err := file.Read(strings.NewReader(notices), "notices")
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	if _, err := collect.New(s, func() time.Time { return now }, log).Import(t.Context(), storetest.Contoso, "import", lists); err != nil {
		t.Fatal(err)
	}
	if err := s.AddTenant(t.Context(), tocsin.Tenant{ID: tailspin, Name: "tailspin", Domains: []string{"tailspin.example"}, Shape: tocsin.ShapeBoth, Disabled: true}); err != nil {
		t.Fatal(err)
	}
	foreign := storetest.Issue(t, "FB666", "of another tenant", now)
	if _, err := s.Record(t.Context(), store.Record{TenantID: storetest.Fabrikam, Source: "import", SeenAt: now, Entries: []store.Entry{{Document: foreign}}}); err != nil {
		t.Fatal(err)
	}
	api, err := servicecomms.New(servicecomms.Config{
		Base: base, Model: readmodel.New(s, func() time.Time { return now }, log), Archive: s, Verifier: badge{}, Now: func() time.Time { return now }, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	return api, s
}

// ask sends a request; header lines are "Name: value".
func ask(t *testing.T, api http.Handler, method, target, token string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), method, "/", nil)
	path, query, _ := strings.Cut(target, "?")
	r.RequestURI, r.URL = target, &url.URL{Path: path, RawQuery: query}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w
}

// values reads the entities of an answer.
func values(t *testing.T, w *httptest.ResponseRecorder) []map[string]any {
	t.Helper()
	var answer struct{ Value []map[string]any }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK || answer.Value == nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return answer.Value
}

func ids(list []map[string]any) []string {
	got := []string{}
	for _, v := range list {
		got = append(got, fmt.Sprint(v["Id"]))
	}
	return got
}

const root = "/api/v1.0/contoso.com/ServiceComms/"

func q(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

func TestMessagesFilters(t *testing.T) {
	t.Parallel()
	api, _ := newAPI(t)
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
	api, _ := newAPI(t)
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
	api, _ := newAPI(t)
	has := func(token, query string) []string {
		names := []string{}
		for name := range values(t, ask(t, api, "GET", root+query, token))[0] {
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
	}
	for _, tt := range tests {
		if diff := cmp.Diff(strings.Fields(tt.want), has(tt.token, tt.query)); diff != "" {
			t.Errorf("%s as %s (-want +got):\n%s", tt.query, tt.token, diff)
		}
	}
}

func TestCurrentStatus(t *testing.T) {
	t.Parallel()
	api, _ := newAPI(t)
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

func TestHistoricalStatus(t *testing.T) {
	t.Parallel()
	api, _ := newAPI(t)
	days := func(query string) []string {
		list := []string{}
		for _, v := range values(t, ask(t, api, "GET", root+"HistoricalStatus"+query, good)) {
			list = append(list, fmt.Sprint(v["Workload"], " ", v["StatusDate"].(string)[5:10], " ", v["Status"], " ", v["IncidentIds"]))
		}
		return list
	}
	tests := []struct {
		query string
		want  []string
	}{
		{"?$filter=" + q("Workload eq 'Exchange' and StatusTime ge 2026-04-14T00:00:00Z"), []string{
			"Exchange 04-16 ServiceInterruption [EX200 EX999]", "Exchange 04-15 ServiceInterruption [EX200]", "Exchange 04-14 ServiceInterruption [EX200]",
		}},
		{"?$filter=" + q("Workload eq 'SharePoint' and StatusTime ge 2026-04-10T00:00:00Z"), []string{ // nothing is known of the 16th
			"SharePoint 04-15 ServiceDegradation [SP300]", "SharePoint 04-14 ServiceDegradation [SP300]",
		}},
		{"?$filter=" + q("Workload eq 'Exchange' and StatusTime lt 2026-04-03T00:00:00Z and StatusTime ge 2026-03-30T00:00:00Z"), []string{
			"Exchange 04-02 ServiceOperational []", "Exchange 04-01 ServiceOperational []",
		}},
		{"?$filter=" + q("Workload eq 'Exchange' and StatusTime eq 2026-01-05T00:00:00Z"), []string{"Exchange 01-05 ServiceDegradation [EX100]"}}, // before the first overview
		{"?$filter=" + q("StatusTime gt 2026-04-15T00:00:00Z"), []string{"Exchange 04-16 ServiceInterruption [EX200 EX999]"}},
		{"?StatusTime=2026-04-16T00:00:00Z", []string{"Exchange 04-16 ServiceInterruption [EX200 EX999]"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, days(tt.query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.query, diff)
		}
	}
	if got := days(""); len(got) != 9 || !strings.HasPrefix(got[6], "Exchange 04-10") {
		t.Errorf("without a filter: %q, want seven days back", got)
	}
}

func TestMetadataLevels(t *testing.T) {
	t.Parallel()
	api, _ := newAPI(t)
	tests := []struct {
		accept, level string
	}{
		{"", "none"}, {"*/*", "none"}, {"application/json", "none"}, {"application/json;odata.metadata=none", "none"},
		{"application/json;odata.metadata=minimal", "minimal"}, {"application/json; odata.metadata=full", "full"}, {"text/html, application/json;odata.metadata=minimal;q=0.5", "minimal"},
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
	if w := ask(t, api, "GET", root+"$metadata", good); w.Code != 200 || !strings.Contains(w.Body.String(), `<EntityType Name="WorkloadStatus">`) {
		t.Errorf("$metadata: %d %s", w.Code, w.Body)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	api, _ := newAPI(t)
	guid := regexp.MustCompile(`^[0-9a-f-]{36}$`)
	for _, target := range []string{"Services", "CurrentStatus", "HistoricalStatus", "Messages", "Messages?$top=x", "nothing"} {
		h := ask(t, api, "GET", root+target, good, "Client-Request-Id: abc-1").Header()
		for name, want := range map[string]string{
			"OData-Version": "4.0", "Cache-Control": "private, no-store", "Pragma": "no-cache", "Expires": "-1", "X-Content-Type-Options": "nosniff",
			"Vary": "Authorization, Accept, Accept-Language, OData-MaxVersion", "Client-Request-Id": "abc-1",
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
	api, _ := newAPI(t)
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

// Whatever is asked, the answer is in the API's form, never a 5xx that is not
// planned, and never about another tenant.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{"Messages?$filter=Id eq 'FB666' or true", "Services", "HistoricalStatus?$filter=StatusTime ge 1900-01-01T00:00:00Z", "Messages?$top=0&$count=true", "$metadata", "../x", "CurrentStatus?$select=*"} {
		f.Add(seed)
	}
	s, err := store.Open(f.Context(), filepath.Join(f.TempDir(), "tocsin.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	storetest.AddTenants(f, s)
	for tenant, id := range map[string]string{storetest.Contoso: "CO111", storetest.Fabrikam: "FB666"} {
		doc := storetest.Issue(f, id, "canary-"+id, now)
		if _, err := s.Record(f.Context(), store.Record{TenantID: tenant, Source: "import", SeenAt: now, Entries: []store.Entry{{Document: doc}}}); err != nil {
			f.Fatal(err)
		}
	}
	log := slog.New(slog.DiscardHandler)
	api, err := servicecomms.New(servicecomms.Config{Base: base, Model: readmodel.New(s, time.Now, log), Archive: s, Verifier: badge{}, Now: time.Now, Log: log})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, target string) {
		w := ask(t, api, "GET", root+target, good)
		if w.Code >= 500 && w.Code != 501 {
			t.Errorf("%q: %d %s", target, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "canary-FB666") {
			t.Errorf("%q shows another tenant's issue", target)
		}
		if kind := w.Header().Get("Content-Type"); strings.HasPrefix(kind, "application/json") && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%q: no JSON: %s", target, w.Body)
		}
	})
}
