package graph_test

import (
	"encoding/json"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
)

// Whatever is asked, the answer is JSON or one of the documented others, in
// Graph's form if it is an error, never a failure of ours, never another
// tenant's.
func FuzzRequest(f *testing.F) {
	d := newDesk(f)
	fill(d)
	d.record(storetest.Contoso, many(3)...)
	for _, seed := range []string{
		"/v1.0/admin/serviceAnnouncement/issues?$filter=contains(tolower(title),'mail')&$orderby=title desc&$top=2&$count=true",
		"/beta/admin/serviceAnnouncement/healthOverviews('Exchange Online')?$expand=issues($filter=isResolved eq false;$top=1;$orderby=id)&$select=id",
		"/v1.0/admin/serviceAnnouncement/messages/MC1000001/attachments('x')/content?$format=json",
		"/v1.0/admin/serviceAnnouncement/messages?$filter=services/any(s: s eq 'x') and details/all(d: d/name ne null)&$skiptoken=AAAA",
		"/v1.0/$metadata?$format=xml", "/v1.0/admin/serviceAnnouncement/issues/EX200/incidentReport()", "/v1.0//%2e/%00?;&=&a=b",
		"/v1.0/admin/serviceAnnouncement/issues?$select=posts/description/content,*,details/name&$search=\"a b\" OR NOT c",
	} {
		f.Add(seed, "application/json;odata.metadata=full", "odata.maxpagesize=1")
	}
	f.Fuzz(func(t *testing.T, target, accept, prefer string) {
		if !strings.HasPrefix(target, "/") || strings.ContainsAny(target, " \r\n\x00") {
			target = "/v1.0/admin/serviceAnnouncement/" + strings.NewReplacer(" ", "%20", "\r", "", "\n", "", "\x00", "%00").Replace(target)
		}
		mine := *d
		mine.tb = t
		got := mine.ask("GET", "contoso", target, "", "Accept", accept, "Prefer", prefer)
		if got.status >= 500 && got.status != 501 {
			t.Fatalf("%s: %d %s", target, got.status, got.body)
		}
		if got.status >= 400 && (got.Error.Code == "" || got.Error.InnerError["request-id"] == "" || len(got.Error.Message) > 450) {
			t.Fatalf("%s: not Graph's form: %d %s", target, got.status, got.body)
		}
		if strings.Contains(got.header.Get("Content-Type"), "json") && !json.Valid([]byte(got.body)) {
			t.Fatalf("%s: no JSON: %s", target, got.body)
		}
		if strings.Contains(got.body, "of Fabrikam") || strings.Contains(got.body, "FB900\"") {
			t.Fatalf("%s: another tenant's: %s", target, got.body)
		}
	})
}
