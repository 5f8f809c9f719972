package graph_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/api/graph"
	"example.org/tocsin/internal/httpserver"
)

// Every path of the reference, and what is none.
func TestPaths(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	tests := []struct {
		path   string
		status int
		holds  string
	}{
		{"/v1.0", 200, `"admin"`},
		{"/v1.0/", 200, `"admin"`},
		{"/beta/", 200, base + `/beta/$metadata"`},
		{"/v1.0/admin", 200, `"id":"admin"`},
		{"/v1.0/admin/serviceAnnouncement", 200, `#admin/serviceAnnouncement"`},
		{"/V1.0/ADMIN/serviceannouncement/HEALTHOVERVIEWS", 200, `#admin/serviceAnnouncement/healthOverviews"`},
		{"healthOverviews/$count", 200, "5"},
		{"issues/$count", 200, "5"},
		{"messages/$count", 200, "4"},
		{"healthOverviews/Exchange%20Online", 200, `"id":"Exchange","service":"Exchange Online","status":"serviceDegradation"}`},
		{"healthOverviews/Exchange Online/", 200, `#admin/serviceAnnouncement/healthOverviews/$entity"`},
		{"healthOverviews('Exchange Online')", 200, `"id":"Exchange"`},
		{"healthOverviews/exchange", 200, `"id":"Exchange"`},
		{"healthOverviews/Microsoft 365 suite", 200, `"id":"OSDPPlatform"`},
		{"healthOverviews/Office 365 Portal", 200, `"id":"OSDPPlatform"`},
		{"healthOverviews('Identity Service')", 200, `"id":"OrgLiveID"`},
		{"healthOverviews/Nothing", 404, "ResourceNotFound"},
		{"healthOverviews/Exchange/issues", 200, `"EX100"`},
		{"healthOverviews/Exchange/issues/$count", 200, "2"},
		{"healthOverviews/Exchange/issues/EX100", 200, `"EX100"`},
		{"healthOverviews/Exchange/issues('SP300')", 404, ""},
		{"healthOverviews/Nothing/issues", 404, ""},
		{"healthOverviews/Exchange/messages", 404, ""},
		{"issues/EX100", 200, `#admin/serviceAnnouncement/issues/$entity","startDateTime":"2026-07-01T08:30:00.25Z","endDateTime":null,"lastModifiedDateTime":"2026-07-02T08:30:00.25Z","title":"Mail is lost","id":"EX100","impactDescription"`},
		{"issues/ex100/", 200, `"id":"EX100"`},
		{"issues('EX100')", 200, `"id":"EX100"`},
		{"issues(id='EX100')", 200, `"id":"EX100"`},
		{"issues/FB900", 404, "ResourceNotFound"},
		{"issues('x''y')", 404, ""},
		{"issues('x'y')", 404, ""},
		{"issues()", 404, ""},
		{"issues(", 404, ""},
		{"issues/EX100/incidentReport", 400, "postIncidentReviewPublished"},
		{"issues/EX200/incidentReport", 404, "does not hold"},
		{"issues/EX200/incidentReport()", 404, "does not hold"},
		{"issues('EX200')/microsoft.graph.incidentReport()", 404, "does not hold"},
		{"issues/NO/incidentReport", 404, "does not exist"},
		{"issues/EX100/nope", 404, ""},
		{"messages/MC1000001", 200, `"id":"MC1000001","category":"stayInformed"`},
		{"messages/MC1000001/attachments", 200, `"value":[]`},
		{"messages/MC1000001/attachments/$count", 200, "0"},
		{"messages/MC1000001/attachments/a", 404, ""},
		{"messages/MC1000001/attachments('a')/content", 404, ""},
		{"messages/MC1000001/attachmentsArchive", 404, "no attachments"},
		{"messages/MC1000003/attachments", 404, "does not hold"},
		{"messages/MC900", 404, ""},
		{"messages/markRead", 403, "Forbidden"},
		{"nope", 404, ""},
		{"/v1.0/admin//serviceAnnouncement", 404, ""},
		{"/v1.0/admin/../admin", 404, ""},
		{"/v1.0/admin/serviceAnnouncement/issues%2fEX100", 404, ""},
		{"/v1.0//", 404, ""},
		{"/v1.0/users", 404, "ResourceNotFound"},
		{"issues/EX100%00", 404, ""},
		{"issues/%2e%2e", 404, ""},
		{"issues/EX%5C100", 404, ""},
		{"issues/$value", 404, ""},
		{"/v1.0/$batch", 405, ""},
	}
	for _, tt := range tests {
		got := d.get(tt.path)
		if got.status != tt.status || !strings.Contains(got.body, tt.holds) {
			t.Errorf("%s: %d %.600s, want %d %s", tt.path, got.status, got.body, tt.status, tt.holds)
		}
	}
}

func TestWhoMay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	tests := []struct {
		method, token, path string
		status              int
		code                string
	}{
		{"GET", "", announcements + "issues", 401, "InvalidAuthenticationToken"},
		{"GET", "", "/v1.0/nothing//../", 401, "InvalidAuthenticationToken"},
		{"GET", "", "/beta/$metadata", 200, ""}, // generators send no token
		{"HEAD", "forged", "/V1.0/%24METADATA/", 200, ""},
		{"DELETE", "", "/v1.0/$metadata", 405, "MethodNotAllowed"},
		{"GET", "", "/v1.0/$metadata/x", 401, "InvalidAuthenticationToken"},
		{"GET", "", "/v1.0/", 401, "InvalidAuthenticationToken"},
		{"GET", "", "/v1.0/admin", 401, "InvalidAuthenticationToken"},
		{"POST", "forged", "/v1.0/$batch", 401, "InvalidAuthenticationToken"},
		{"GET", "nobody", announcements + "issues", 404, "ResourceNotFound"},
		{"GET", "messages", announcements + "issues", 403, "Forbidden"},
		{"GET", "messages", announcements + "healthOverviews/x/issues", 403, "Forbidden"},
		{"GET", "messages", announcements + "messages", 200, ""},
		{"GET", "health", announcements + "messages/MC1", 403, "Forbidden"},
		{"GET", "health", announcements + "messages?$filter=(", 403, "Forbidden"},
		{"DELETE", "health", announcements + "messages", 403, "Forbidden"},
		{"DELETE", "contoso", announcements + "messages?$filter=(", 405, "MethodNotAllowed"},
		{"GET", "health", announcements + "healthOverviews", 200, ""},
		{"GET", "nothing", announcements + "issues", 403, "Forbidden"},
		{"GET", "nothing", "/v1.0/$metadata", 200, ""},
		{"GET", "nothing", "/v1.0/nope", 404, "ResourceNotFound"},
		{"POST", "contoso", announcements + "messages/markRead", 403, "Forbidden"},
		{"POST", "program", announcements + "messages/markRead", 403, "Forbidden"},
		{"POST", "person", announcements + "messages/markRead", 415, "UnsupportedMediaType"},
		{"HEAD", "contoso", announcements + "issues", 200, ""},
		{"OPTIONS", "contoso", announcements + "issues", 405, "MethodNotAllowed"},
	}
	for _, tt := range tests {
		got := d.ask(tt.method, tt.token, tt.path, "")
		if got.status != tt.status || got.Error.Code != tt.code {
			t.Errorf("%s %s as %s: %d %s, want %d %s", tt.method, tt.path, tt.token, got.status, got.body, tt.status, tt.code)
		}
		challenge := got.header.Get("WWW-Authenticate")
		if (tt.status == 401 || tt.status == 403) != strings.HasPrefix(challenge, "Bearer realm=") || (tt.status == 405) != (got.header.Get("Allow") != "") {
			t.Errorf("%s %s as %s: headers %v", tt.method, tt.path, tt.token, got.header)
		}
		if strings.Contains(challenge, "invalid_token") != (tt.token == "forged" && tt.status == 401) {
			t.Errorf("%s as %q: challenge %s", tt.path, tt.token, challenge)
		}
	}
	if err := d.store.PutTenant(t.Context(), disabled()); err != nil {
		t.Fatal(err)
	}
	if err := d.model.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if got := d.get("issues"); got.status != 403 {
		t.Errorf("disabled tenant: %d", got.status)
	}
}

// A tenant never sees another tenant's rows, whatever it asks.
func TestOtherTenants(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	for _, target := range []string{
		"issues", "issues?$filter=true or id eq 'FB900'", "issues?$search=canary", "issues/EX100", "messages", "messages?$filter=id ne ''",
		"healthOverviews?$expand=issues", "healthOverviews/Exchange?$expand=issues", "issues?$orderby=title", "healthOverviews/Exchange/issues",
	} {
		if got := d.get(target); got.status != 200 || strings.Contains(got.body, "canary") {
			t.Errorf("%s: %d %s", target, got.status, got.body)
		}
	}
	mine := d.get("issues/EX100")
	other := d.ask("GET", "fabrikam", announcements+"issues/EX100", "")
	if !strings.Contains(other.body, "canary of Fabrikam") || other.header.Get("ETag") == mine.header.Get("ETag") {
		t.Errorf("Fabrikam's issue: %s %s", other.header.Get("ETag"), other.body)
	}
	absent, foreign := d.get("issues/FB901"), d.get("issues/FB900")
	if absent.Error.Message != foreign.Error.Message || foreign.status != 404 {
		t.Errorf("%s tells more than %s", foreign.body, absent.body)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *graph.Config) { c.Admission = httpserver.NewAdmission(everyToken(), access.NewLimiter(1)) })
	fill(d)
	got := d.get("issues", "client-request-id", "abc-1")
	for name, want := range map[string]string{
		"OData-Version": "4.0", "client-request-id": "abc-1", "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff",
		"Content-Type":        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
		"X-Ms-Ags-Diagnostic": `{"ServerInfo":{"DataCenter":"Tocsin","Slice":"E","Ring":"1","ScaleUnit":"001","RoleInstance":"TOCSIN"}}`,
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.header.Get(name), want)
		}
	}
	if id := got.header.Get("request-id"); len(id) != 36 || id != got.header.Get("X-Activity-Id") {
		t.Errorf("request-id %q", id)
	}
	got = d.get("issues", "client-request-id", "<script>")
	if got.status != 429 || got.header.Get("Retry-After") != "60" || got.Error.Code != "TooManyRequests" ||
		got.Error.Message != "Please retry again later." || got.Error.InnerError["message"] != "Please retry after" || got.Error.InnerError["code"] != "429" {
		t.Errorf("throttled: %d %v %s", got.status, got.header, got.body)
	}
	if got.header.Get("client-request-id") != "" || strings.Contains(got.body, "script") || got.Error.InnerError["date"] != "2026-07-08T12:00:00" {
		t.Errorf("hostile client-request-id: %s", got.body)
	}
	if got := d.ask("GET", "fabrikam", announcements+"issues", ""); got.status != 200 {
		t.Errorf("another client is throttled too: %d", got.status)
	}
}

func TestVersionsAndMediaTypes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	tests := []struct {
		target string
		header []string
		status int
	}{
		{"issues", []string{"OData-MaxVersion", "3.0"}, 400},
		{"issues", []string{"OData-MaxVersion", "4.01"}, 200},
		{"issues", []string{"OData-Version", "2.0"}, 400},
		{"issues", []string{"Accept", "text/html"}, 406},
		{"issues", []string{"Accept", "application/json;odata.metadata=none"}, 200},
		{"issues?$filter=(", []string{"Accept", "text/html"}, 406},
		{"issues?$format=json", []string{"Accept", "text/html"}, 200},
		{"issues", []string{"Accept", "text/plain"}, 406},
		{"issues/$count", []string{"Accept", "text/plain;q=0.9"}, 200}, // as the Go client asks
		{"issues/$count", []string{"Accept", "text/plain;q=0"}, 406},
		{"issues/$count", []string{"Accept", "text/html"}, 406},
		{"issues", []string{"Content-Encoding", "gzip"}, 415},
		{"issues", []string{"Content-Encoding", "identity", "Content-Encoding", "gzip"}, 415},
		{"issues", []string{"Prefer", "odata.maxpagesize=no"}, 200},
		{"/v1.0/$metadata", []string{"Accept", "application/json"}, 200},
		{"/v1.0/$metadata", []string{"Accept", "image/png"}, 406},
		{"/v1.0/$metadata?$top=1", nil, 400},
	}
	for _, tt := range tests {
		if got := d.get(tt.target, tt.header...); got.status != tt.status {
			t.Errorf("%s %v: %d %s, want %d", tt.target, tt.header, got.status, got.body, tt.status)
		}
	}
	if got := d.get("/v1.0/$metadata"); !strings.Contains(got.body, `<EntityType Name="serviceHealthIssue" BaseType="microsoft.graph.serviceAnnouncementBase">`) ||
		!strings.Contains(got.body, `<Member Name="mitigatedExternal" Value="12"/>`) || got.header.Get("Content-Type") != "application/xml" {
		t.Errorf("$metadata: %s", got.body)
	}
}

// Behind the server's own chain every path below the roots gets JSON, however
// it is spelled.
func TestBehindTheServer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	server, err := httpserver.New(httpserver.Config{Subtrees: []httpserver.Subtree{d.api.Subtree()}, Errors: httpserver.PlainError})
	if err != nil {
		t.Fatal(err)
	}
	at := httptest.NewServer(server)
	t.Cleanup(at.Close)
	for path, status := range map[string]int{
		"/v1.0/admin/serviceAnnouncement/issues?$top=1": 200, "/BETA/admin/serviceAnnouncement/healthOverviews('Exchange%20Online')": 200,
		"/v1.0": 200, "/v1.0//admin": 404, "/v1.0/../v1.0/admin": 404, "/beta/%2e%2e/admin": 404, "/v1.0/admin/serviceAnnouncement/issues?$filter=%zz": 400,
	} {
		for _, token := range []string{"contoso", ""} {
			r, err := http.NewRequestWithContext(t.Context(), "GET", at.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.URL.Opaque = path // sent as it is
			if token != "" {
				r.Header.Set("Authorization", "Bearer "+token)
			} else {
				status = 401
			}
			answer, err := at.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != status || !strings.Contains(answer.Header.Get("Content-Type"), "json") || answer.Header.Get("request-id") == "" {
				t.Errorf("%s as %q: %d %v, want %d", path, token, answer.StatusCode, answer.Header, status)
			}
			if err := answer.Body.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
