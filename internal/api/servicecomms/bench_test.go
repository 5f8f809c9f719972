//go:build unix

package servicecomms_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/api/servicecomms"
	"example.org/tocsin/internal/cputest"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// fill stores issues of ten services, one every five minutes back from now,
// each with two posts of a kilobyte.
func fill(b *testing.B, record func(context.Context, archive.Record) ([]tocsin.Change, error), issues int) {
	b.Helper()
	r := archive.Record{TenantID: storetest.Contoso, Source: "import", SeenAt: now, Silent: true}
	flush := func() {
		if _, err := record(b.Context(), r); err != nil {
			b.Fatal(err)
		}
		r.Entries = nil
	}
	add := func(v any) {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			b.Fatal(err)
		}
		if r.Entries = append(r.Entries, archive.Entry{Document: doc}); len(r.Entries) == 2000 {
			flush()
		}
	}
	for n := range 10 {
		add(tocsin.Overview{ServiceID: fmt.Sprint("s", n), Service: fmt.Sprint("s", n), Status: tocsin.StatusOperational})
	}
	for i := range issues {
		at := now.Add(-time.Duration(i) * 5 * time.Minute)
		post := tocsin.Post{CreatedAt: at, Type: "regular", ContentType: "html", Content: fmt.Sprint(i, strings.Repeat(" Users may be unable.\n", 50))}
		add(tocsin.Issue{
			ID: fmt.Sprintf("EX%06d", i), Title: "A delay", Service: fmt.Sprint("s", i%10), FeatureGroup: "Mail", Classification: "advisory",
			Status: tocsin.StatusServiceRestored, StartAt: at, EndAt: at.Add(time.Hour), ModifiedAt: at.Add(2 * time.Hour), Posts: []tocsin.Post{post, post},
		})
	}
	flush()
}

// quiet is a response writer that keeps nothing.
type quiet struct {
	header http.Header
	bytes  int
}

func (q *quiet) Header() http.Header            { return q.header }
func (q *quiet) WriteHeader(int)                {}
func (q *quiet) Write(body []byte) (int, error) { q.bytes += len(body); return len(body), nil }

// BenchmarkAnswer measures whole answers without the network, once all has
// been asked for.
func BenchmarkAnswer(b *testing.B) {
	queries := []struct{ name, target string }{
		{"Messages", "Messages"},
		{"MessagesOfService", "Messages?$filter=" + q("Workload eq 's1' and StartTime ge 2026-01-01T00:00:00Z")},
		{"MessagesUntil", "Messages?$filter=" + q("EndTime le 2026-03-01T00:00:00Z and Status ne 'Service restored'")},
		{"MessageById", "Messages?$filter=" + q("Id eq 'EX000007'")},
		{"MessagesSelect", "Messages?$select=Id,Title,Status"},
		{"CurrentStatus", "CurrentStatus"},
		{"WeekOfService", "HistoricalStatus?$filter=" + q("Workload eq 's1'")},
		{"HistoricalStatus", "HistoricalStatus"},
	}
	for _, issues := range []int{1_000, 100_000} {
		b.Run(strconv.Itoa(issues), func(b *testing.B) {
			s := newStore(b)
			fill(b, s.Record, issues)
			polled(b, s, now.Add(-time.Minute))
			api := serve(b, s)
			for _, query := range queries {
				b.Run(query.name, func(b *testing.B) { answer(b, api, query.target) })
			}
		})
	}
}

// answer measures one answer.
func answer(b *testing.B, api *servicecomms.API, target string) {
	b.Helper()
	w := ask(b, api, "GET", root+target, good)
	if w.Code != http.StatusOK {
		b.Fatal(w.Body)
	}
	path, raw, _ := strings.Cut(root+target, "?")
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, base, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.URL.Path, r.URL.RawQuery, r.RequestURI = path, raw, root+target
	r.Header.Set("Authorization", "Bearer "+good)
	b.ReportAllocs()
	out := &quiet{header: http.Header{}}
	start, n := cputest.Used(b), 0
	for b.Loop() {
		n++
		clear(out.header)
		out.bytes = 0
		api.ServeHTTP(out, r)
	}
	b.ReportMetric(float64((cputest.Used(b)-start).Nanoseconds())/1e3/float64(n), "cpu-µs")
	b.ReportMetric(float64(out.bytes), "B/answer")
}

// BenchmarkAnew asks for pages that nobody asked for before, compressed, and
// reports how many times as much it costs to compress such a page.
func BenchmarkAnew(b *testing.B) {
	s := newStore(b)
	fill(b, s.Record, 1000)
	api, n := serve(b, s), 0
	asked := func() *httptest.ResponseRecorder {
		n++
		since := now.Add(-80*time.Hour - time.Duration(n)*time.Millisecond).Format("2006-01-02T15:04:05.000Z")
		return ask(b, api, "GET", root+"Messages?$filter="+q("StartTime ge "+since), good, "Accept-Encoding: gzip")
	}
	for range 3 {
		asked()
	}
	plain := ask(b, api, "GET", root+"Messages?$filter="+q("StartTime ge "+now.Add(-80*time.Hour).Format(time.RFC3339)), good).Body.Bytes()
	packer := httpserver.NewPacker(5)
	start, packs := cputest.Used(b), 20
	for range packs {
		packer.Pack(plain)
	}
	packing := float64(cputest.Used(b)-start) / float64(packs)
	start, n = cputest.Used(b), 1000
	size := 0
	for b.Loop() {
		w := asked()
		if w.Header().Get("Content-Encoding") != "gzip" {
			b.Fatal("plain")
		}
		size = w.Body.Len()
	}
	each := float64(cputest.Used(b)-start) / float64(n-1000)
	b.ReportMetric(each/1e3, "cpu-µs")
	b.ReportMetric(packing/each, "packing/joined")
	b.ReportMetric(float64(size)/float64(len(plain)), "of-plain-size")
}
