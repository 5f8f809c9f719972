//go:build unix

package readmodel_test

import (
	"fmt"
	"testing"
	"time"

	"example.org/tocsin/internal/cputest"
)

// BenchmarkFollow brings 50 tenants up to date after one change in each.
func BenchmarkFollow(b *testing.B) {
	s, m, ids := fleet(b, 50)
	var spent time.Duration
	n := 0
	for b.Loop() {
		n++
		b.StopTimer()
		for i, id := range ids {
			issueOf(b, s, id, fmt.Sprintf("EX%d-%d", n, i))
		}
		s.rows = 0
		start := cputest.Used(b)
		b.StartTimer()
		if err := m.Refresh(b.Context(), false); err != nil {
			b.Fatal(err)
		}
		spent += cputest.Used(b) - start
	}
	b.ReportMetric(float64(s.rows), "rows")
	b.ReportMetric(float64(spent.Microseconds())/float64(n), "cpu-µs")
}
