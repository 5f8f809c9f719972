//go:build unix

package graph_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"example.org/tocsin/internal/cputest"
)

// BenchmarkAnew asks for pages of 100 that nobody asked for before.
func BenchmarkAnew(b *testing.B) {
	d := benchDesk(b, 2000)
	for name, target := range map[string]string{
		"page":     "issues?$filter=service%20eq%20'Exchange%20Online'%20and%20isResolved%20eq%20true",
		"selected": "issues?$filter=service%20eq%20'Exchange%20Online'%20and%20isResolved%20eq%20true&$select=id,title,status,startDateTime",
		"packed":   "issues?$filter=service%20eq%20'Exchange%20Online'%20and%20isResolved%20eq%20true",
	} {
		b.Run(name, func(b *testing.B) {
			w := &sink{header: http.Header{}}
			b.ReportAllocs()
			start := cputest.Used(b)
			n := 0
			for b.Loop() {
				n++
				r := httptest.NewRequestWithContext(b.Context(), "GET", announcements+target+"&_="+strconv.Itoa(n), nil)
				r.Header.Set("Authorization", "Bearer contoso")
				if name == "packed" {
					r.Header.Set("Accept-Encoding", "gzip")
				}
				clear(w.header)
				w.size = 0
				d.api.ServeHTTP(w, r)
				if w.status != 200 {
					b.Fatal(w.status)
				}
			}
			b.ReportMetric(float64((cputest.Used(b)-start).Nanoseconds())/1e3/float64(n), "cpu-µs")
			b.ReportMetric(float64(w.size), "bytes/answer")
		})
	}
}
