package graph_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/graph"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// shelf is an upstream with files. A path that is not there answers 404.
type shelf struct {
	mu    sync.Mutex
	pages map[string]string // path below the API: body
	asked []string
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/v1.0/admin/serviceAnnouncement/")
	s.asked = append(s.asked, path)
	body, ok := s.pages[path]
	switch {
	case strings.HasSuffix(r.URL.Path, "/token"):
		body, ok = `{"token_type":"Bearer","expires_in":3600,"access_token":"t"}`, true
	case path == "issues" || path == "messages" || path == "healthOverviews":
		if !ok {
			body, ok = empty, true
		}
	case strings.HasSuffix(path, "incidentReport"):
		w.Header().Set("Content-Disposition", `attachment; filename="..\\..\\review.docx"`)
	}
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if strings.HasSuffix(path, "/content") || strings.HasSuffix(path, "incidentReport") {
		w.Header().Set("Content-Type", "text/html")
	}
	_, _ = io.WriteString(w, body)
}

// newShelf is an upstream with an issue whose review is published and a message
// with two attachments.
func newShelf() *shelf {
	return &shelf{pages: map[string]string{
		"issues": `{"value":[{"id":"EX1","title":"a","service":"Exchange Online","status":"postIncidentReviewPublished","isResolved":true,
			"startDateTime":"2026-03-01T00:00:00Z","endDateTime":"2026-03-01T02:00:00Z","lastModifiedDateTime":"2026-03-02T00:00:00Z","posts":[]}]}`,
		"messages": `{"value":[{"id":"MC1","title":"b","services":["Exchange Online"],"hasAttachments":true,
			"lastModifiedDateTime":"2026-03-02T00:00:00Z"},{"id":"MC2","title":"c","lastModifiedDateTime":"2026-03-02T00:00:00Z"}]}`,
		"issues/EX1/incidentReport": "the review",
		"messages/MC1/attachments": `{"value":[{"id":"a1","name":"one.png","contentType":"image/png","lastModifiedDateTime":"2026-02-01T00:00:00Z","size":3},
			{"id":"x y","name":"/etc/passwd","contentType":"text/html","lastModifiedDateTime":"2026-02-01T00:00:00Z","size":3}]}`,
		"messages/MC1/attachments/a1/content": "one",
	}}
}

// What has files is fetched by the poll after the one that found it, and again
// later when that fails; a poll never fails for it.
func TestFilesAreFetched(t *testing.T) {
	t.Parallel()
	upstream := newShelf()
	server := httptest.NewServer(upstream)
	t.Cleanup(server.Close)
	archive := storetest.Open(t, storetest.File(t))
	if err := archive.AddTenant(t.Context(), tocsin.Tenant{ID: tenant, Name: "contoso"}); err != nil {
		t.Fatal(err)
	}
	if err := archive.PutSource(t.Context(), tenant, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	source, err := graph.New(graph.Config{TenantID: tenant, ClientID: "app", Secret: "x", TokenURL: server.URL + "/token", BaseURL: server.URL + "/v1.0"}, clock)
	if err != nil {
		t.Fatal(err)
	}
	collector := collect.New(archive, clock, slog.New(slog.DiscardHandler))
	collector.Add(collect.Target{TenantID: tenant, Name: "graph", Source: source, Full: true})
	poll := func() tocsin.Poll {
		t.Helper()
		now = now.Add(time.Minute)
		p, err := collector.Poll(t.Context(), tenant, "graph", true)
		if err != nil || !p.Outcome.Complete() {
			t.Fatalf("poll: %+v, %v", p, err)
		}
		return p
	}
	names := func(kind tocsin.Kind, id string) string {
		t.Helper()
		list, err := archive.Files(t.Context(), tenant, tocsin.Ref{Kind: kind, ID: id})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range list {
			content, err := archive.FileContent(t.Context(), tenant, tocsin.Ref{Kind: kind, ID: id}, f.ID)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, f.Name+"="+string(content))
		}
		slices.Sort(names)
		return strings.Join(names, " ")
	}
	poll()
	if before, after := names(tocsin.KindIssue, "EX1"), poll().Requests; before != "" || after != 7 {
		t.Errorf("the second poll sent %d requests, want 3 lists and 4 for files; before it there was %q", after, before)
	}
	if got := names(tocsin.KindIssue, "EX1"); got != "review.docx=the review" {
		t.Errorf("review: %s", got)
	}
	if got := names(tocsin.KindMessage, "MC1"); got != "" {
		t.Errorf("half of the attachments are stored: %s", got)
	}
	upstream.mu.Lock()
	upstream.pages["messages/MC1/attachments/x y/content"] = "two"
	upstream.mu.Unlock()
	if p := poll(); p.Requests != 3 {
		t.Errorf("a minute later %d requests, want 3: the failure waits", p.Requests)
	}
	now = now.Add(time.Hour)
	poll()
	if got := names(tocsin.KindMessage, "MC1"); got != "one.png=one passwd=two" {
		t.Errorf("attachments: %s, asked %q", got, upstream.asked)
	}
	if p := poll(); p.Requests != 3 {
		t.Errorf("when all is fetched: %d requests", p.Requests)
	}
}
