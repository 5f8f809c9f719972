//go:build unix

package readmodel_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"
)

// cpu is the processor time that this process has used.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

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
		start := cpu(b)
		b.StartTimer()
		if err := m.Refresh(b.Context(), false); err != nil {
			b.Fatal(err)
		}
		spent += cpu(b) - start
	}
	b.ReportMetric(float64(s.rows), "rows")
	b.ReportMetric(float64(spent.Microseconds())/float64(n), "cpu-µs")
}
