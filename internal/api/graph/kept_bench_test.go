//go:build unix

package graph_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
)

// BenchmarkAgainstEncoding compares a list that is sent as it was kept, and one
// that is joined from kept issues, with one that is encoded for each answer. It
// reports how many times cheaper they are. Run it with -benchtime 1x.
func BenchmarkAgainstEncoding(b *testing.B) {
	d := newDesk(b)
	issues := many(300)
	d.record(storetest.Contoso, issues...)
	each := func(f func()) float64 {
		f()
		n, start := 0, time.Now()
		for ; time.Since(start) < 200*time.Millisecond; n++ {
			f()
		}
		return float64(time.Since(start)) / float64(n)
	}
	size := 0
	for range b.N {
		encoded := each(func() {
			body, err := json.Marshal(map[string]any{"value": issues[:100]})
			if err != nil {
				b.Fatal(err)
			}
			size = len(body)
		})
		ask := func(target string) func() {
			r := httptest.NewRequestWithContext(b.Context(), "GET", announcements+strings.ReplaceAll(target, " ", "%20"), nil)
			r.Header.Set("Authorization", "Bearer contoso")
			return func() {
				w := &sink{header: http.Header{}}
				if d.api.ServeHTTP(w, r); w.status != http.StatusOK {
					b.Fatal(w.status)
				}
			}
		}
		kept, joined := each(ask("issues")), each(ask("issues?$filter=not (id eq 'x') and startDateTime lt now()"))
		b.ReportMetric(encoded/kept, "times-cheaper-kept")
		b.ReportMetric(encoded/joined, "times-cheaper-joined")
		b.ReportMetric(float64(size), "bytes")
	}
}
