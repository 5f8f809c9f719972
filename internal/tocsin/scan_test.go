package tocsin

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

// whole is an issue with all that one may have.
func whole(t testing.TB) []byte {
	t.Helper()
	at := time.Date(2026, 3, 1, 8, 0, 0, 123_000_000, time.UTC)
	body, err := json.Marshal(Issue{
		ID: "EX1", Title: "Mail is \"late\"", Service: "Exchange Online", ServiceID: "ExchangeOfOurs", Feature: "E-Mail", FeatureGroup: "Mail", Classification: "incident",
		Origin: "microsoft", Status: StatusDegradation, Impact: "<b>Mail</b> waits: \u00e9 \u65e5", StartAt: at, ModifiedAt: at, Details: []Detail{{"Name", "value"}, {}},
		Posts: []Post{{at, "regular", "html", "<p>We look.</p>\n"}, {at.Add(time.Hour), "quick", "text", ""}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// What is written is read without encoding/json.
func TestScanReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	var w wireIssue
	if !w.scan(whole(t)) || w.Posts[0].Description.Content != "<p>We look.</p>\n" || w.ServiceID != "ExchangeOfOurs" || len(w.Details) != 2 || *w.IsResolved {
		t.Errorf("read %+v", w)
	}
}

// What the scanner takes, encoding/json reads in the same way.
func FuzzScanIssue(f *testing.F) {
	f.Add(whole(f))
	for _, text := range []string{
		`{}`, `null`, ` { "id" : "a" , "posts" : [ ] , "details" : null , "isResolved" : true } `, `{"id":"a","id":"b"}`, `{"ID":"a"}`, `{"id":null,"title":"\ud83d\ude00 \ud800 \u0000"}`,
		`{"id":1}`, `{"id":"a"}x`, "{\"id\":\"a\nb\"}", "{\"id\":\"\xff\"}", `{"id":"\x"}`, `{"id":"a",}`, `{"startDateTime":{"value":"/Date(1)/"}}`, `{"startDateTime":"soon"}`, `{"startDateTime":1}`,
		`{"startDateTime":"","endDateTime":null}`, `{"posts":[{"description":null},null,{"createdDateTime":"2026-01-02T03:04:05Z","description":{"content":"a\\\"b","contentType":"Html"}}]}`,
		`{"isResolved":nullx}`, `{"isResolved":"true"}`, `{"details":[{"name":"a"},{"value":null}]}`, `{"id":"`, `{"id"`, `{`, ``, `{"id":"a"` + "\x00}", `{"id":"\u12"}`, `{"@tocsin.legacy":{"a":1}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got, want wireIssue
		if !got.scan(body) {
			return
		}
		if err := json.Unmarshal(body, &want); err != nil {
			t.Fatalf("%q was read, and is none: %v", body, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q was read as %+v, not %+v", body, got, want)
		}
	})
}

func BenchmarkReadIssue(b *testing.B) {
	body := whole(b)
	b.ReportAllocs()
	for b.Loop() {
		var i Issue
		if err := i.UnmarshalJSON(body); err != nil {
			b.Fatal(err)
		}
	}
}
