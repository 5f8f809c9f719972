package readmodel

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// history is n rows of ten services with six features each.
func history(n int) []*Row {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	shared, slab := newSharing(&naming{}), make([]Row, n)
	rows := make([]*Row, n)
	statuses := []tocsin.Status{tocsin.StatusServiceRestored, tocsin.StatusFalsePositive, tocsin.StatusDegradation}
	for i := range slab {
		service := i * 10 / n
		start := Instant(1_700_000_000_000_000 + r.Int64N(1<<50))
		slab[i] = Row{
			Traits: shared.of(Traits{
				Service: fmt.Sprint("Service ", service), ServiceID: fmt.Sprint("s", service), FeatureSet: fmt.Sprint("f", r.IntN(6)),
				Status: statuses[min(r.IntN(40), 2)], Class: []string{"advisory", "incident"}[r.IntN(2)],
			}, start+2e9),
			ID: fmt.Sprintf("%c%07d", 'A'+service, i), Document: int64(i), N: 1, StartAt: start, EndAt: start + 1e9, ModifiedAt: start + 2e9,
		}
		rows[i] = &slab[i]
	}
	return rows
}

// measured is how long one call takes, over about a tenth of a second.
func measured(f func()) time.Duration {
	f()
	n, start := 0, time.Now()
	for ; time.Since(start) < 100*time.Millisecond; n++ {
		f()
	}
	return time.Since(start) / time.Duration(n)
}

// BenchmarkGrowth compares a long history with a short one: finding a page of
// 100 rows, and taking in one change against making the index anew. It reports
// what a row costs in memory. Run it with -benchtime 1x.
func BenchmarkGrowth(b *testing.B) {
	page := func(x *Index, o Order, desc bool) func() {
		return func() {
			var groups []*Group
			for _, g := range x.Groups() {
				if g.ServiceID == "s4" && g.Class == "incident" {
					groups = append(groups, g)
				}
			}
			walk := NewWalk(groups, o, Always(), desc)
			for range 100 {
				walk.Next()
			}
		}
	}
	for range b.N {
		var short [2]time.Duration
		for _, n := range []int{1000, 100_000, 1_000_000} {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			rows := history(n)
			start := time.Now()
			x := NewIndex(rows, 1)
			made := time.Since(start)
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), fmt.Sprintf("B/row-of-%d", n))
			found := [2]time.Duration{measured(page(x, ByID, false)), measured(page(x, ByModified, true))}
			b.ReportMetric(float64(found[0].Nanoseconds())/1000, fmt.Sprintf("µs/page-of-%d", n))
			if n == 1000 {
				short = found
				continue
			}
			b.ReportMetric(float64(found[0])/float64(short[0]), fmt.Sprintf("times-slower-page-of-%d", n))
			b.ReportMetric(float64(found[1])/float64(short[1]), fmt.Sprintf("times-slower-newest-of-%d", n))
			one := *rows[n/2]
			one.EndAt = 0
			change := measured(func() {
				changed := one
				x.with([]*Row{&changed}, 2)
			})
			b.ReportMetric(float64(made)/float64(change), fmt.Sprintf("times-faster-change-of-%d", n))
			runtime.KeepAlive(rows)
		}
	}
}
