package graph_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"

	"example.org/tocsin/internal/api/graph"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// The form of the wire: order of members, camelCase, posts ascending, nothing
// of ours and nothing of older betas.
func TestWireForm(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	old, err := tocsin.ReadDocument(tocsin.KindIssue, []byte(`{"id":"OD600","title":"<b>&\u2028","startDateTime":"2026-01-01T00:00:00Z","lastModifiedDateTime":"2026-01-01T00:00:00.1Z",
		"service":"Own service","@tocsin.serviceId":"own","@tocsin.legacy":{"a":1},"highImpact":true,"status":"ServiceDegradation","classification":"Incident","posts":[
		{"createdDateTime":"2026-01-02T00:00:00Z","postType":"Regular","description":{"contentType":"Html","content":"b"}},
		{"createdDateTime":"2026-01-01T00:00:00Z","description":{"contentType":"text","content":"a"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	d.record(storetest.Contoso, old)
	want := `{"@odata.context":"` + base + `/v1.0/$metadata#admin/serviceAnnouncement/issues/$entity","startDateTime":"2026-01-01T00:00:00Z","endDateTime":null,` +
		`"lastModifiedDateTime":"2026-01-01T00:00:00.1Z","title":"<b>&\u2028","id":"OD600","impactDescription":"","classification":"incident",` +
		`"origin":"unknownFutureValue","status":"serviceDegradation","service":"Own service","feature":null,"featureGroup":null,"isResolved":false,"details":[],"posts":[` +
		`{"createdDateTime":"2026-01-01T00:00:00Z","postType":null,"description":{"contentType":"text","content":"a"}},` +
		`{"createdDateTime":"2026-01-02T00:00:00Z","postType":"regular","description":{"contentType":"html","content":"b"}}]}`
	if got := d.get("issues/OD600").body; got != want {
		t.Errorf("issue:\n%s\nwant:\n%s", got, want)
	}
	want = `{"@odata.context":"` + base + `/v1.0/$metadata#admin/serviceAnnouncement/messages/$entity","startDateTime":"2026-07-07T08:30:00.25Z",` +
		`"endDateTime":"2026-07-27T08:30:00.25Z","lastModifiedDateTime":"2026-07-07T08:30:00.25Z","title":"Copilot in Teams","id":"MC1000002","category":"planForChange",` +
		`"severity":"critical","tags":["Retirement"],"isMajorChange":true,"actionRequiredByDateTime":"2026-07-20T08:30:00.25Z","services":["Microsoft Teams",` +
		`"Microsoft Copilot (Microsoft 365)"],"hasAttachments":false,"viewPoint":null,"details":[{"name":"RoadmapIds","value":"501107, MC1000002"}],` +
		`"body":{"contentType":"html","content":"<p>About Copilot in Teams</p>"}}`
	if got := d.get("messages/MC1000002").body; got != want {
		t.Errorf("message:\n%s\nwant:\n%s", got, want)
	}
}

func TestSelectAndLevels(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	tests := []struct{ target, accept, want string }{
		{"issues?$select=id&$top=2", "", `{"@odata.context":"BASE/v1.0/$metadata#admin/serviceAnnouncement/issues(id)","value":[{"id":"EX100"},{"id":"EX200"}]}`},
		{"issues?$select=service,Id&$top=1", "application/json;odata.metadata=none", `{"value":[{"id":"EX100","service":"Exchange Online"}]}`},
		{"issues/EX100?$select=status", "", `{"@odata.context":"BASE/v1.0/$metadata#admin/serviceAnnouncement/issues(status)/$entity","status":"serviceDegradation"}`},
		{"issues/EX100?$select=status", "application/json;odata.metadata=none", `{"status":"serviceDegradation"}`},
		{"messages/MC1000001?$select=body/contentType,id", "", `{"@odata.context":"BASE/v1.0/$metadata#admin/serviceAnnouncement/messages(body/contentType,id)/$entity","id":"MC1000001","body":{"contentType":"html"}}`},
		{"issues/EX100?$select=posts/postType", "", `{"@odata.context":"BASE/v1.0/$metadata#admin/serviceAnnouncement/issues(posts/postType)/$entity","posts":[{"postType":"regular"},{"postType":"quick"}]}`},
		{"messages/MC1000001?$select=attachments", "", `{"@odata.context":"BASE/v1.0/$metadata#admin/serviceAnnouncement/messages(attachments)/$entity"}`},
		{
			"healthOverviews/Exchange?$select=status,issues&$expand=issues($select=id;$filter=isResolved eq false)", "",
			`{"@odata.context":"BASE/v1.0/$metadata#admin/serviceAnnouncement/healthOverviews(status,issues,issues(id))/$entity","status":"serviceDegradation","issues":[{"id":"EX100"}]}`,
		},
		{
			"messages/MC1000001?$select=id,startDateTime", "application/json;odata.metadata=full",
			`{"@odata.context":"BASE/v1.0/$metadata#admin/serviceAnnouncement/messages(id,startDateTime)/$entity","@odata.type":"#microsoft.graph.serviceUpdateMessage",` +
				`"@odata.id":"BASE/v1.0/admin/serviceAnnouncement/messages('MC1000001')","@odata.etag":"TAG","startDateTime@odata.type":"#DateTimeOffset","startDateTime":"2026-07-06T08:30:00.25Z","id":"MC1000001"}`,
		},
	}
	tag := regexp.MustCompile(`W/\\"[\w-]+\\"`)
	for _, tt := range tests {
		got := d.get(tt.target, "Accept", tt.accept)
		if body := tag.ReplaceAllString(got.body, "TAG"); body != strings.ReplaceAll(tt.want, "BASE", base) {
			t.Errorf("%s: %d\n%s\nwant\n%s", tt.target, got.status, body, tt.want)
		}
		if !json.Valid([]byte(got.body)) {
			t.Errorf("%s: no JSON", tt.target)
		}
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	tests := []struct{ target, want string }{
		{"healthOverviews?$expand=issues", "Exchange:EX100,EX200 OSDPPlatform:MO500 OrgLiveID: microsoftteams:TM400 SharePoint:SP300"},
		{"healthOverviews?$expand=issues($filter=lastModifiedDateTime%20gt%202026-07-04T00:00:01.16Z)", "Exchange: OSDPPlatform:MO500 OrgLiveID: microsoftteams:TM400 SharePoint:SP300"},
		{"healthOverviews?$expand=issues($filter=isResolved eq false;$select=id;$top=1;$orderby=id desc)&$filter=id eq 'Exchange'", "Exchange:EX100"},
		{"healthOverviews?$top=1&$expand=issues($orderby=lastModifiedDateTime desc)", "Exchange:EX200,EX100"},
	}
	for _, tt := range tests {
		got := d.get(tt.target)
		var text []string
		for _, v := range got.Value {
			issues, ok := v["issues"].([]any)
			if !ok {
				t.Errorf("%s: no issues in %v", tt.target, v)
			}
			var ids []string
			for _, issue := range issues {
				ids = append(ids, issue.(map[string]any)["id"].(string))
			}
			text = append(text, v["id"].(string)+":"+strings.Join(ids, ","))
		}
		if strings.Join(text, " ") != tt.want {
			t.Errorf("%s: %d %v, want %s\n%.300s", tt.target, got.status, text, tt.want, got.body)
		}
	}
	if got := d.get("healthOverviews?$expand=issues"); got.Context != base+"/v1.0/$metadata#admin/serviceAnnouncement/healthOverviews(issues())" {
		t.Errorf("context = %s", got.Context)
	}
}

func TestUnknownMembers(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	const prefer = "include-unknown-enum-members"
	plain, asked := d.get("issues/TM400").body, d.get("issues/TM400", "Prefer", prefer).body
	if !strings.Contains(plain, `"status":"unknownFutureValue"`) || strings.Contains(plain, "somethingNew") || !strings.Contains(asked, `"classification":"drill"`) || !strings.Contains(asked, `"status":"somethingNew"`) {
		t.Errorf("without and with the preference:\n%s\n%s", plain, asked)
	}
	if got := d.get("issues?$filter=status eq 'somethingNew'", "Prefer", prefer); got.ids() != "TM400" {
		t.Errorf("filter with the preference: %s", got.body)
	}
	if got := d.get("healthOverviews/microsoftteams"); !strings.Contains(got.body, `"status":"unknownFutureValue"`) {
		t.Errorf("overview: %s", got.body)
	}
}

// A service whose status nobody told is never shown as healthy.
func TestNoFalseAllClear(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.record(storetest.Contoso, tocsin.Service{ID: "Exchange", Name: "Exchange Online"},
		tocsin.Issue{ID: "EX1", Service: "Exchange Online", ServiceID: "Exchange", Status: tocsin.StatusInterruption, StartAt: day(1), EndAt: day(2), ModifiedAt: day(2)},
		tocsin.Issue{ID: "EX2", Service: "Exchange Online", ServiceID: "Exchange", Status: tocsin.StatusServiceRestored, StartAt: day(1), ModifiedAt: day(2)})
	if got := d.get("healthOverviews"); !strings.Contains(got.body, `"status":"unknownFutureValue"`) {
		t.Errorf("overviews: %s", got.body)
	}
	if got := d.get("issues?$filter=isResolved eq false"); got.ids() != "EX1 EX2" {
		t.Errorf("issues whose end and status contradict each other are not open: %s", got.body)
	}
	if got := d.get("healthOverviews"); got.header.Get("X-Tocsin-Stale-Since") != "" {
		t.Errorf("stale without a source")
	}
	if err := d.store.PutSource(t.Context(), storetest.Contoso, "graph", 60e9); err != nil {
		t.Fatal(err)
	}
	claim, err := d.store.ClaimSource(t.Context(), storetest.Contoso, "graph", now(), 60e9, true)
	if err != nil {
		t.Fatal(err)
	}
	finish(t, d, claim.Epoch)
	if got := d.get("healthOverviews"); got.status != 200 || got.header.Get("X-Tocsin-Stale-Since") != "never" {
		t.Errorf("stale: %d %v", got.status, got.header)
	}
}

func TestNotModified(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	tags := map[string]bool{}
	targets := []string{"issues", "issues?$filter=isResolved eq false", "issues/EX100", "healthOverviews", "healthOverviews?$expand=issues", "messages/$count", "/beta/admin/serviceAnnouncement/issues"}
	for _, target := range targets {
		tag := d.get(target).header.Get("ETag")
		got := d.get(target, "If-None-Match", `"x", `+tag)
		if tag == "" || tags[tag] || got.status != 304 || got.body != "" || got.header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("%s: %s, %d %s", target, tag, got.status, got.body)
		}
		tags[tag] = true
		if got := d.ask("GET", "fabrikam", announcements+"issues", "", "If-None-Match", tag); got.status != 200 {
			t.Errorf("%s: Contoso's tag is good for Fabrikam", target)
		}
		if got := d.get(target, "If-None-Match", tag, "Accept", "application/json;odata.metadata=none"); got.status != 200 {
			t.Errorf("%s: the tag is good for another form", target)
		}
	}
	before := d.get("issues").header.Get("ETag")
	d.record(storetest.Fabrikam, tocsin.Message{ID: "MC901", Title: "x", ModifiedAt: day(1)})
	if d.get("issues", "If-None-Match", before).status != 304 {
		t.Error("a change of another tenant makes Contoso's list new")
	}
	d.record(storetest.Contoso, overviewOf("Exchange", "Exchange Online", tocsin.StatusOperational), tocsin.Message{ID: "MC1", Title: "x", ModifiedAt: day(1)})
	for _, target := range targets[3:4] {
		if d.get(target).header.Get("ETag") == before {
			t.Error("a change leaves the tag as it was")
		}
	}
	if got := d.get("issues?$filter=startDateTime lt now()"); got.header.Get("ETag") != "" {
		t.Error("an answer that depends on the clock has a tag")
	}
}

func TestGzip(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	plain := d.get("issues")
	for header, zipped := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "*": true, "gzip;q=0": false, "": false, "identity": false} {
		got := d.get("issues", "Accept-Encoding", header)
		if zipped != (got.header.Get("Content-Encoding") == "gzip") {
			t.Errorf("%s: %v", header, got.header)
			continue
		}
		text := []byte(got.body)
		if zipped {
			r, err := gzip.NewReader(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if text, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		if string(text) != plain.body {
			t.Errorf("%s: another body", header)
		}
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	without := newDesk(t, func(c *graph.Config) { c.Viewpoints = nil })
	fill(without)
	d := newDesk(t)
	fill(d)
	path := announcements + "messages/"
	tests := []struct {
		body   string
		status int
	}{
		{`{"messageIds":["MC1000001","mc1000002"]}`, 200},
		{`{"messageIds":[]}`, 400},
		{`{}`, 400},
		{`[]`, 400},
		{`{"messageIds":"x"}`, 400},
		{`{`, 400},
		{`{"messageIds":["MC900"]}`, 404},
		{`{"messageIds":["` + strings.Repeat("x", 70000) + `"]}`, 413},
	}
	for _, tt := range tests {
		if got := d.ask("POST", "person", path+"markRead", tt.body); got.status != tt.status {
			t.Errorf("%.40s: %d %s, want %d", tt.body, got.status, got.body, tt.status)
		}
	}
	if got := without.ask("POST", "person", path+"archive", tests[0].body); got.status != 501 || got.Error.Code != "NotImplemented" {
		t.Errorf("nobody keeps marks: %d %s", got.status, got.body)
	}
	if got := d.ask("POST", "person", path+"microsoft.graph.favorite", tests[0].body); got.body != `{"@odata.context":"`+base+`/v1.0/$metadata#Edm.Boolean","value":true}` {
		t.Errorf("favorite: %s", got.body)
	}
	got := d.ask("GET", "person", path+"MC1000001", "")
	if !strings.Contains(got.body, `"viewPoint":{"isArchived":false,"isRead":true,"isFavorited":true},"details"`) || !json.Valid([]byte(got.body)) {
		t.Errorf("the person's message: %s", got.body)
	}
	if got := d.ask("GET", "person", path[:len(path)-1]+"?$filter=viewPoint/isRead%20eq%20true&$select=id,viewPoint,body", ""); got.ids() != "MC1000001 MC1000002" || !json.Valid([]byte(got.body)) {
		t.Errorf("read messages: %s", got.body)
	}
	if got := d.get("messages/MC1000001"); !strings.Contains(got.body, `"viewPoint":null`) {
		t.Errorf("a program sees a person's marks: %s", got.body)
	}
	kept, err := d.store.Viewpoints(t.Context(), storetest.Contoso, "p1")
	if want := (tocsin.Viewpoint{Read: true, Favorited: true}); err != nil || len(kept) != 2 || kept["MC1000001"] != want || kept["MC1000002"] != want {
		t.Errorf("kept %v, %v", kept, err)
	}
}
