package tocsin_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/tocsin"
)

// issueBody is an issue as Graph sends it, posts out of order as they are.
const issueBody = `{"startDateTime":"2026-03-01T08:00:00Z","endDateTime":null,"lastModifiedDateTime":"2026-03-01T10:15:00.5Z",
"title":"Mail is late","id":"EX100001","impactDescription":"Some mail is late.","classification":"Incident","origin":"microsoft",
"status":"ServiceDegradation","service":"Exchange Online","feature":"Delivery","featureGroup":"E-Mail timely delivery","isResolved":false,
"highImpact":null,"details":[{"name":"NotifyInApp","value":"True"}],"posts":[
{"createdDateTime":"2026-03-01T10:15:00.5Z","postType":"regular","description":{"contentType":"html","content":"second"}},
{"createdDateTime":"2026-03-01T08:10:00Z","postType":"quick","description":{"contentType":"html","content":"first"}}]}`

func TestReadIssue(t *testing.T) {
	t.Parallel()
	var issue tocsin.Issue
	if err := json.Unmarshal([]byte(issueBody), &issue); err != nil {
		t.Fatal(err)
	}
	if issue.ServiceID != "Exchange" || issue.Status != tocsin.StatusDegradation || issue.Classification != "incident" || issue.Resolved {
		t.Errorf("issue = %+v", issue)
	}
	if len(issue.Posts) != 2 || issue.Posts[0].Content != "first" {
		t.Errorf("posts = %+v, want them ascending", issue.Posts)
	}
	again, err := tocsin.NewDocument(issue)
	if err != nil {
		t.Fatal(err)
	}
	var copied tocsin.Issue
	if err := json.Unmarshal(again.Body, &copied); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(issue, copied); diff != "" {
		t.Errorf("written and read again (-want +got):\n%s", diff)
	}
}

func read(t *testing.T, kind tocsin.Kind, body string) tocsin.Document {
	t.Helper()
	doc, err := tocsin.ReadDocument(kind, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestMeaning(t *testing.T) {
	t.Parallel()
	base := read(t, tocsin.KindIssue, issueBody)
	swapped := strings.Replace(issueBody, `{"createdDateTime":"2026-03-01T08:10:00Z","postType":"quick","description":{"contentType":"html","content":"first"}}]`, "]", 1)
	swapped = strings.Replace(swapped, `"posts":[`, `"posts":[{"createdDateTime":"2026-03-01T08:10:00Z","postType":"quick","description":{"contentType":"html","content":"first"}},`, 1)
	swapped = strings.Replace(swapped, "},\n]", "}]", 1)
	tests := []struct {
		name, body string
		same       bool
	}{
		{"posts in another order", swapped, true},
		{"white space", strings.ReplaceAll(issueBody, ",", ", "), true},
		{"annotation", strings.Replace(issueBody, "{", `{"@odata.type":"#x",`, 1), true},
		{"view point", strings.Replace(issueBody, "{", `{"viewPoint":{"isRead":true},`, 1), true},
		{"text", strings.Replace(issueBody, `"second"`, `"second."`, 1), false},
		{"time stamp", strings.Replace(issueBody, "10:15:00.5Z\",\n", "10:16:00Z\",\n", 1), false},
		{"a member we do not know", strings.Replace(issueBody, `"highImpact":null`, `"highImpact":true`, 1), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := read(t, tocsin.KindIssue, tt.body).Meaning == base.Meaning; got != tt.same {
				t.Errorf("same meaning = %v, want %v", got, tt.same)
			}
		})
	}
}

func TestPollClockIsNoise(t *testing.T) {
	t.Parallel()
	body := func(clock, status string) string {
		value, _ := json.Marshal(`{"1":{"Status":"` + status + `","LastUpdateTime":"` + clock + `"}}`)
		return `{"id":"MC1","details":[{"name":"Summary","value":"s"},{"name":"FeatureStatusJson","value":` + string(value) + `}]}`
	}
	first := read(t, tocsin.KindMessage, body("10:00", "A"))
	if later := read(t, tocsin.KindMessage, body("11:00", "A")); later.Meaning != first.Meaning || later.Hash == first.Hash {
		t.Error("the poll's clock must not change the meaning")
	}
	if changed := read(t, tocsin.KindMessage, body("11:00", "B")); changed.Meaning == first.Meaning {
		t.Error("a new roll-out status must change the meaning")
	}
}

func TestReadDocumentRefuses(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"array": `[]`, "text": `"x"`, "nothing": ``, "no id": `{"title":"x"}`, "empty id": `{"id":""}`,
		"control character": `{"id":"a\u0000b"}`, "long id": `{"id":"` + strings.Repeat("x", 201) + `"}`,
		"wrong type": `{"id":"EX1","posts":7}`, "cut": issueBody[:200],
	} {
		if _, err := tocsin.ReadDocument(tocsin.KindIssue, []byte(body)); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	if _, err := tocsin.ReadDocument("rumour", []byte(`{"id":"x"}`)); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("unknown kind: %v, want ErrInvalid", err)
	}
}

// Every prefix of a document is refused or read, never worse.
func FuzzReadDocument(f *testing.F) {
	f.Add("issue", []byte(issueBody))
	f.Add("message", []byte(`{"id":"MC1","details":[{"name":"FeatureStatusJson","value":"{}"}],"services":["x"]}`))
	f.Add("overview", []byte(`{"id":"Exchange","service":"Exchange Online","status":"serviceOperational"}`))
	f.Add("service", []byte(`{"id":"Exchange","displayName":"Exchange Online","features":[{"name":"a","displayName":"b"}]}`))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		doc, err := tocsin.ReadDocument(tocsin.Kind(kind), body)
		if err != nil {
			if !errors.Is(err, tocsin.ErrInvalid) {
				t.Errorf("%v is no ErrInvalid", err)
			}
			return
		}
		if doc.ID == "" || doc.Hash != tocsin.HashOf(body) {
			t.Errorf("read %+v", doc)
		}
	})
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"2020-08-21T18:59:16.387Z", "2020-08-21T18:59:16.387Z"},
		{"2020-09-18T13:15:36.6847769Z", "2020-09-18T13:15:36.6847769Z"},
		{"2020-09-18T13:15:36", "2020-09-18T13:15:36Z"},
		{"2020-09-18T15:15:36+02:00", "2020-09-18T13:15:36Z"},
		{"2020-09-18", "2020-09-18T00:00:00Z"},
		{"2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"},
		{"0001-01-01T00:00:00Z", ""},
		{"9999-12-31T23:59:59Z", ""},
		{"2020-02-30T00:00:00Z", ""},
		{"yesterday", ""},
		{"", ""},
	}
	for _, tt := range tests {
		got, ok := tocsin.ParseTime(tt.in)
		if text := tocsin.FormatTime(got); ok != (tt.want != "") || ok && text != tt.want {
			t.Errorf("ParseTime(%q) = %s, %v, want %q", tt.in, text, ok, tt.want)
		}
	}
}

func TestServiceNames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, id string
		known    bool
	}{
		{"Exchange Online", "Exchange", true},
		{"Exchange", "Exchange", true},
		{"OneDrive for Business", "OneDriveForBusiness", true},
		{"microsoft onedrive", "OneDriveForBusiness", true},
		{"Microsoft Clipchamp ", "Clipchamp", true},
		{"Payroll (EU)", "PayrollEU", false},
	}
	for _, tt := range tests {
		if id, known := tocsin.ServiceIDOf(tt.name); id != tt.id || known != tt.known {
			t.Errorf("ServiceIDOf(%q) = %q, %v, want %q, %v", tt.name, id, known, tt.id, tt.known)
		}
	}
	if got := tocsin.ServiceNameOf("OneDriveForBusiness"); got != "Microsoft OneDrive" {
		t.Errorf("ServiceNameOf = %q, want the newest name", got)
	}
}

func TestTenantValidate(t *testing.T) {
	t.Parallel()
	bad := tocsin.Tenant{ID: "x", Name: "con toso", Domains: []string{"nodot"}, Shape: "round"}
	err := bad.Validate()
	for _, field := range []string{"id:", "name:", "domain:", "shape:"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("Validate = %v, want it to name %s", err, field)
		}
	}
	good := tocsin.Tenant{ID: "11111111-2222-3333-4444-55555555555A", Name: "Contoso", Domains: []string{"B.example.com", "a.example.com", "b.example.com"}}
	good.Normalize()
	if err := good.Validate(); err != nil || len(good.Domains) != 2 || good.Domains[0] != "a.example.com" {
		t.Errorf("%+v: %v", good, err)
	}
}

func TestStaleSince(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	s := tocsin.SourceState{Interval: time.Minute, LastOKAt: at}
	if _, stale := s.StaleSince(at.Add(2 * time.Minute)); stale {
		t.Error("stale within two intervals")
	}
	if since, stale := s.StaleSince(at.Add(2*time.Minute + 1)); !stale || !since.Equal(at) {
		t.Errorf("since %v, %v, want stale since the last complete poll", since, stale)
	}
	s.Interval = time.Second
	if _, stale := s.StaleSince(at.Add(30 * time.Second)); stale {
		t.Error("stale within half a minute")
	}
	if _, stale := s.StaleSince(at.Add(30*time.Second + 1)); !stale {
		t.Error("not stale after half a minute")
	}
}

func TestSeemsNotice(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"EX1": true, "MO821132": true, "MC5": true, "TC1001": true, "DZ123456789": true, "Exchange": false, "O365": false, "Office365": false, "EX": false, "": false,
		"ex1": false, "ABCDE1": false, "E1": false, "EX1a": false, "EX1234567890": false, "12345": false, "EX-1": false,
	} {
		if got := tocsin.SeemsNotice(id, 1); got != want {
			t.Errorf("SeemsNotice(%q, 1) = %v", id, got)
		}
	}
	if tocsin.SeemsNotice("EX1234", tocsin.NoticeDigits) || !tocsin.SeemsNotice("EX12345", tocsin.NoticeDigits) {
		t.Error("digits are not counted")
	}
}
