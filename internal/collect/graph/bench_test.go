//go:build unix

package graph_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/graph"
	"example.org/tocsin/internal/cputest"
	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// answer300 is the answer of an upstream with 300 issues, about 2 MB, packed.
func answer300(b *testing.B) []byte {
	b.Helper()
	issues := make([]tocsin.Issue, 300)
	words := strings.Fields("users may be unable to access the service while we review telemetry and restart the affected infrastructure to restore mail flow calls search sign-in reports meetings files in region")
	for i := range issues {
		issues[i] = tocsin.Issue{ID: fmt.Sprintf("EX%06d", i), Title: fmt.Sprintf("Delay number %d", i), Service: "Exchange Online", Classification: "advisory", Status: tocsin.StatusDegradation, ModifiedAt: time.Date(2026, 2, 1, 0, i, 0, 0, time.UTC)}
		for p := range 5 {
			var text strings.Builder
			for w := range 200 {
				text.WriteString(words[(w*(p+3)+i*7+w*w)%len(words)] + " ")
			}
			issues[i].Posts = append(issues[i].Posts, tocsin.Post{CreatedAt: time.Date(2026, 1, 1, p, i, 0, 0, time.UTC), Type: "regular", ContentType: "html", Content: text.String()})
		}
	}
	plain, err := json.Marshal(map[string]any{"@odata.context": "x", "value": issues})
	if err != nil {
		b.Fatal(err)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write(plain)
	_ = w.Close()
	b.Logf("%d bytes, %d packed", len(plain), packed.Len())
	return packed.Bytes()
}

// upstream answers with the same bytes each time, and with nothing for the
// other two lists.
func upstream(b *testing.B, issues []byte) string {
	b.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/token"):
			_, _ = w.Write([]byte(`{"token_type":"Bearer","expires_in":3600,"access_token":"x"}`))
		case strings.HasSuffix(r.URL.Path, "/issues"):
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(issues)
		default:
			_, _ = w.Write([]byte(`{"value":[]}`))
		}
	}))
	b.Cleanup(server.Close)
	return server.URL
}

// BenchmarkUnchangedPoll compares the CPU of a whole poll that brings nothing
// new, from the request to the row in the poll log, with one that decodes the
// answer. The upstream's CPU is in both, being in this process.
func BenchmarkUnchangedPoll(b *testing.B) {
	address := upstream(b, answer300(b))
	s := storetest.Open(b, storetest.File(b))
	if err := s.AddTenant(b.Context(), tocsin.Tenant{ID: tenant, Name: "contoso"}); err != nil {
		b.Fatal(err)
	}
	if err := s.PutSource(b.Context(), tenant, "graph", time.Minute); err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	source, err := graph.New(graph.Config{TenantID: tenant, ClientID: "app", Secret: "x", TokenURL: address + "/token", BaseURL: address + "/v1.0"}, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	c := collect.New(s, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	c.Add(collect.Target{TenantID: tenant, Name: "graph", Source: source, Full: true})
	poll := func() {
		now = now.Add(time.Minute)
		if p, err := c.Poll(b.Context(), tenant, "graph", true); err != nil || !p.Outcome.Complete() {
			b.Fatal(p, err)
		}
	}
	poll()
	client, err := httpclient.New(httpclient.Config{Root: address})
	if err != nil {
		b.Fatal(err)
	}
	var unchanged, decoded time.Duration
	for range b.N {
		start := cputest.Used(b)
		poll()
		unchanged += cputest.Used(b) - start
		start = cputest.Used(b)
		decode(b, client, address+"/v1.0/admin/serviceAnnouncement/issues")
		decoded += cputest.Used(b) - start
	}
	b.ReportMetric(float64(unchanged.Microseconds())/float64(b.N), "µs-unchanged")
	b.ReportMetric(float64(decoded.Microseconds())/float64(b.N), "µs-decoded")
	b.ReportMetric(float64(decoded)/float64(unchanged), "times-less-CPU")
}

// decode fetches, inflates and decodes the answer as a poller without memory
// would, and does nothing with it.
func decode(b *testing.B, client *httpclient.Client, target string) {
	b.Helper()
	answer, err := client.Do(b.Context(), http.MethodGet, target, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	body, err := answer.Body()
	if err != nil {
		b.Fatal(err)
	}
	var list struct {
		Value []json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(body, &list); err != nil || len(list.Value) != 300 {
		b.Fatal(len(list.Value), err)
	}
	for _, item := range list.Value {
		if _, err := tocsin.ReadDocument(tocsin.KindIssue, item); err != nil {
			b.Fatal(err)
		}
	}
}
