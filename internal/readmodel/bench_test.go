package readmodel_test

import (
	"log/slog"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"example.org/tocsin/internal/readmodel"
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
		tables := firstSnapshot(b, path, issues, "-from-tables")
		saved := firstSnapshot(b, path, issues, "")
		b.ReportMetric(tables.Seconds()/saved.Seconds(), "times-faster-from-block")
	}
}

// firstSnapshot opens an archive, loads its tenant, and leaves a block for the
// next time.
func firstSnapshot(b *testing.B, path string, issues int, how string) time.Duration {
	b.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	s, err := storetest.New(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	model := readmodel.New(s, time.Now, slog.New(slog.DiscardHandler))
	snapshot, err := model.Snapshot(b.Context(), storetest.Contoso)
	if err != nil || len(snapshot.Issues) != issues {
		b.Fatal(err)
	}
	took := time.Since(start)
	b.ReportMetric(took.Seconds(), "s-to-first-snapshot"+how)
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(issues), "B/issue"+how)
	if err := model.Save(b.Context()); err != nil {
		b.Fatal(err)
	}
	runtime.KeepAlive(snapshot)
	return took
}

func fill(b *testing.B, path string, issues int) {
	b.Helper()
	s, err := storetest.New(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	storetest.AddTenants(b, s)
	many(b, s, issues)
}
