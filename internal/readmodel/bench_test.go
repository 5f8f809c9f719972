package readmodel_test

import (
	"log/slog"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
)

// BenchmarkStart measures how long it takes from opening an archive of 100,000
// issues to the first snapshot, and what an issue costs in memory then. Run it
// with -benchtime 1x.
func BenchmarkStart(b *testing.B) {
	const issues = 100_000
	path := filepath.Join(b.TempDir(), "tocsin.db")
	fill(b, path, issues)
	b.ResetTimer()
	for range b.N {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		s, err := store.Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		snapshot, err := readmodel.New(s, time.Now, slog.New(slog.DiscardHandler)).Snapshot(b.Context(), storetest.Contoso)
		if err != nil || len(snapshot.Issues) != issues {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s-to-first-snapshot")
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/issues, "B/issue")
		runtime.KeepAlive(snapshot)
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func fill(b *testing.B, path string, issues int) {
	b.Helper()
	s, err := store.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	storetest.AddTenants(b, s)
	many(b, s, issues)
}
