package file_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/file"
	"example.org/tocsin/internal/tocsin"
)

func read(t *testing.T, text string) ([]collect.List, []string) {
	t.Helper()
	lists, warnings, err := file.Read(strings.NewReader(text), "test.json")
	if err != nil {
		t.Fatal(err)
	}
	return lists, warnings
}

// counts is what was read as "kind=n".
func counts(lists []collect.List) map[tocsin.Kind]int {
	n := map[tocsin.Kind]int{}
	for _, l := range lists {
		n[l.Kind] = len(l.Items)
	}
	return n
}

const (
	issue    = `{"id":"EX1","title":"t","service":"Exchange Online","status":"investigating","classification":"incident","posts":[]}`
	message  = `{"id":"MC1","title":"t","category":"stayInformed","body":{"contentType":"html","content":"x"}}`
	overview = `{"id":"Exchange","service":"Exchange Online","status":"serviceOperational"}`
	legacy   = `{"Id":"EX2","Title":null,"StartTime":"2026-04-01T22:25:00Z","EndTime":null,"Status":"Service degradation","Workload":"Exchange Online","WorkloadDisplayName":"Exchange","Messages":[{"PublishedTime":"2026-04-01T22:34:28.76Z","MessageText":"a\r\nb"}],"LastUpdatedTime":"2026-04-01T22:34:28.76Z"}`
	current  = `{"Id":"Exchange","Workload":"Exchange","StatusDate":"2026-04-11T00:00:00Z","WorkloadDisplayName":"Exchange Online","Status":"ServiceOperational","IncidentIds":["EX2"],"FeatureGroupStatusCollection":[{"Feature":"Signin","FeatureGroupDisplayName":"Sign-in","FeatureStatus":"ServiceOperational"}]}`
	services = `{"Id":"Exchange","DisplayName":"Exchange Online","FeatureNames":["Sign-in"]}`
)

func TestKindIsRecognised(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text                           string
		issues, messages, overviews, service int
	}{
		{"issue", issue, 1, 0, 0, 0},
		{"message", message, 0, 1, 0, 0},
		{"overview", overview, 0, 0, 1, 0},
		{"collection", `{"@odata.context":"x","value":[` + issue + "," + message + "]}", 1, 1, 0, 0},
		{"array", "[" + issue + "," + issue + "]", 2, 0, 0, 0},
		{"lines", issue + "\n" + message + "\n", 1, 1, 0, 0},
		{"expanded", `{"value":[{"id":"Exchange","service":"Exchange Online","status":"investigating","issues":[` + issue + `]}]}`, 1, 0, 1, 0},
		{"history", `{"seenAt":"2026-01-01T00:00:00Z","kind":"new","id":"MC1","message":` + message + `}`, 0, 1, 0, 0},
		{"legacy message", legacy, 1, 0, 0, 0},
		{"legacy status", `{"value":[` + current + `]}`, 0, 0, 1, 0},
		{"legacy service", services, 0, 0, 0, 1},
		{"stray brace", "{\n {\"value\":[" + legacy + "]}", 1, 0, 0, 0},
		{"byte order mark", "\xef\xbb\xbf" + issue, 1, 0, 0, 0},
		{"all four legacy answers", `{"value":[` + services + `]}{"value":[` + current + `]}` + "\n" + `{"value":[` + current + `]} {"value":[` + legacy + `]}`, 1, 0, 2, 1},
		{"both APIs", "[" + legacy + "," + issue + "," + message + "]", 2, 1, 0, 0},
		{"empty list", `{"value":[]}`, 0, 0, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lists, warnings := read(t, tt.text)
			n := counts(lists)
			if n[tocsin.KindIssue] != tt.issues || n[tocsin.KindMessage] != tt.messages || n[tocsin.KindOverview] != tt.overviews || n[tocsin.KindService] != tt.service {
				t.Errorf("read %v", n)
			}
			if (len(warnings) > 0) != (tt.name == "stray brace") {
				t.Errorf("warnings = %v", warnings)
			}
		})
	}
}

func TestLegacyIsPutRight(t *testing.T) {
	t.Parallel()
	lists, _ := read(t, legacy)
	var got tocsin.Issue
	if err := json.Unmarshal(lists[0].Items[0].Body, &got); err != nil {
		t.Fatal(err)
	}
	if got.Service != "Exchange Online" || got.ServiceID != "Exchange" || got.Status != tocsin.StatusDegradation || got.Resolved || got.Posts[0].Content != "a\r\nb" {
		t.Errorf("issue = %+v", got)
	}
	lists, _ = read(t, current)
	var o tocsin.Overview
	if err := json.Unmarshal(lists[0].Items[0].Body, &o); err != nil || len(o.Features) != 1 || o.Features[0].DisplayName != "Sign-in" || o.IssueIDs[0] != "EX2" {
		t.Errorf("overview = %+v, %v", o, err)
	}
	if at := tocsin.FormatTime(lists[0].Items[0].At); at != "2026-04-11T00:00:00Z" {
		t.Errorf("held from %s", at)
	}
}

func TestNothingPartial(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"cut": `{"value":[` + issue + `,{"id":`, "no notice": `{"hello":"world"}`, "no id": `{"posts":[],"service":"x"}`, "text": `"x"`,
		"error": `{"error":{"code":"x"}}`, "nothing": "", "second is bad": issue + "\n{}", "value": `{"value":7}`, "not UTF-8": "{\"id\":\"\xff\"}",
		"bad time": `{"seenAt":"then","message":` + message + `}`, "trailing": issue + "]",
		"other id": `{"seenAt":"2026-01-01T00:00:00Z","kind":"new","id":"MC2","message":` + message + `}`, "no message": `{"seenAt":"2026-01-01T00:00:00Z","message":7}`,
		"deep": `{"value":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "}", "two stray braces": `{{{"value":[` + issue + `]}`, "NUL": issue + "\x00",
		"stray brace elsewhere": `{{"id":"EX1","posts":[]}`, "html": "<html>", "lists in lists": `[[[[` + issue + `]]]]`, "legacy without id": `{"Workload":"","Status":"x"}`,
	} {
		lists, _, err := file.Read(strings.NewReader(text), "broken.json")
		if !errors.Is(err, tocsin.ErrInvalid) || len(lists) != 0 || !strings.Contains(err.Error(), "broken.json") {
			t.Errorf("%s: %v, %v, want ErrInvalid that names the file", name, lists, err)
		}
	}
}

// An error says where in which file, and what was wanted there.
func TestErrorsNameThePlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		issue + "\n" + `{"value":[` + message + `,{"id":"x"}]}`: "value 2: element 2: x: it is no notice of a kind that is known, want",
		`{"value":[` + issue + `,`:                              "broken.json, before byte 127: it ends within value 1",
		`{"value":[}`:                                           "broken.json, before byte 11: value 1 is not JSON",
		`[1]`:                                                   "element 1: it is neither an object nor a list, want",
	} {
		if _, _, err := file.Read(strings.NewReader(text), "broken.json"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestGzip(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(issue))
	_ = w.Close()
	lists, _, err := file.Read(&packed, "x.gz")
	if err != nil || len(lists) != 1 {
		t.Errorf("read %v, %v", lists, err)
	}
}

// The reference's own sample answers are read, the broken one with a warning.
func TestReferenceSamples(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../../shared/documents/4-service-communications-api.fr-en.md")
	if err != nil {
		t.Skip("the reference is not at hand:", err)
	}
	samples := regexp.MustCompile("(?s)```json\\s*(\\{.*?\\})\\s*```").FindAllSubmatch(text, -1)
	var got []map[tocsin.Kind]int
	warned := 0
	for _, sample := range samples {
		lists, warnings, err := file.Read(bytes.NewReader(sample[1]), "sample")
		if err != nil {
			continue // the sample of an error body
		}
		warned += len(warnings)
		got = append(got, counts(lists))
	}
	if len(got) != 4 || got[0][tocsin.KindService] != 2 || got[1][tocsin.KindOverview] != 2 || got[2][tocsin.KindOverview] != 2 || got[3][tocsin.KindIssue] != 2 || warned != 1 {
		t.Errorf("read %v with %d warnings", got, warned)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{issue, message, overview, legacy, current, services, "{{\"value\":[" + legacy + "]}", "[[[[[]]]]]"} {
		f.Add([]byte(seed))
	}
	forms, err := filepath.Glob("testdata/forms/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, form := range forms {
		text, err := os.ReadFile(form)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		lists, _, err := file.Read(bytes.NewReader(text), "fuzz")
		if err != nil && !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%v is no ErrInvalid", err)
		}
		for _, l := range lists {
			for _, item := range l.Items {
				if _, err := tocsin.ReadDocument(l.Kind, item.Body); err != nil {
					t.Errorf("accepted %s: %v", item.Body, err)
				}
			}
		}
	})
}
