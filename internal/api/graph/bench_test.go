//go:build unix

package graph_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"example.org/tocsin/internal/cputest"
	"example.org/tocsin/internal/store/storetest"
)

// sink is a client that reads nothing.
type sink struct {
	header http.Header
	status int
	size   int
}

func (s *sink) Header() http.Header    { return s.header }
func (s *sink) WriteHeader(status int) { s.status = status }
func (s *sink) Write(b []byte) (int, error) {
	s.size += len(b)
	return len(b), nil
}

func benchDesk(b *testing.B, n int) *desk {
	b.Helper()
	d := newDesk(b)
	issues := many(n)
	for len(issues) > 0 {
		part := issues[:min(5000, len(issues))]
		d.record(storetest.Contoso, part...)
		issues = issues[len(part):]
	}
	return d
}

func benchmark(b *testing.B, d *desk, target string, status int, header ...string) {
	b.Helper()
	r := httptest.NewRequestWithContext(b.Context(), "GET", strings.ReplaceAll(target, " ", "%20"), nil)
	r.Header.Set("Authorization", "Bearer contoso")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := &sink{header: http.Header{}}
	d.api.ServeHTTP(w, r)
	if w.status != status {
		b.Fatalf("%s: %d", target, w.status)
	}
	b.ReportAllocs()
	start, count := cputest.Used(b), 0
	for b.Loop() {
		count++
		clear(w.header)
		w.size = 0
		d.api.ServeHTTP(w, r)
	}
	b.ReportMetric(float64((cputest.Used(b)-start).Nanoseconds())/1e3/float64(count), "cpu-µs")
	b.ReportMetric(float64(w.size), "bytes/answer")
}

func BenchmarkRequests(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			d := benchDesk(b, n)
			list := announcements + "issues"
			tag := d.get("issues").header.Get("ETag")
			for _, bench := range []struct {
				name, target string
				status       int
				header       []string
			}{
				{"first page", list, 200, nil},
				{"first page gzip", list, 200, []string{"Accept-Encoding", "gzip"}},
				{"page joined", list + "?$top=100", 200, nil},
				{"not modified", list, 304, []string{"If-None-Match", tag}},
				{"one issue", list + "/EX00500", 200, nil},
				{"filtered page", list + "?$filter=isResolved eq false and service eq 'Exchange Online'", 200, nil},
				{"filter without match", list + "?$filter=lastModifiedDateTime gt 2027-01-01T00:00:00Z", 200, nil},
				{"newest 20", list + "?$orderby=lastModifiedDateTime desc&$top=20", 200, nil},
				{"count of open", list + "/$count?$filter=isResolved eq false", 200, nil},
				{"select id", list + "?$select=id", 200, nil},
				{"text filter", list + "?$filter=contains(title,'nothing')&$top=1", 200, nil},
			} {
				if n > 1000 && bench.name == "text filter" && testing.Short() {
					continue // measured by hand: it reads every text
				}
				b.Run(bench.name, func(b *testing.B) { benchmark(b, d, bench.target, bench.status, bench.header...) })
			}
		})
	}
}
