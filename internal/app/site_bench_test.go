package app

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/cputest"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// published opens an archive whose tenant has a number of updates.
func published(tb testing.TB, updates int) (config.Config, *Rooms, tocsin.Tenant) {
	tb.Helper()
	c := config.Default()
	c.Data = tb.TempDir()
	rooms, err := OpenRooms(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = rooms.Close() })
	tenant := tocsin.Tenant{ID: "6a1f0a52-0000-4000-8000-000000000001", Name: "contoso", CreatedAt: time.Now()}
	if err := rooms.Archive.AddTenant(tb.Context(), tenant); err != nil {
		tb.Fatal(err)
	}
	for n := range updates {
		at := time.Date(2026, 9, 1, 0, n, 0, 0, time.UTC)
		doc, err := tocsin.NewDocument(tocsin.Issue{
			ID: fmt.Sprintf("EX%d", n/5), Title: "Some users may be unable to send email", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: at, ModifiedAt: at,
			Impact: "Users may be unable to send email messages.",
			Posts: []tocsin.Post{{CreatedAt: at, ContentType: "html", Content: fmt.Sprintf("Title: Some users may be unable to send email<br><br>User impact: Users may be unable to send email messages.<br><br>"+
				"Current status: We're reviewing service monitoring telemetry to isolate the root cause and develop a remediation plan. Part %d of the infrastructure was looked at.<br><br>Scope of impact: Impact is specific to some users who are served through the affected infrastructure.<br><br>"+
				"Next update by: Tuesday, September 1, 2026, at 11:30 PM UTC", n)}},
		})
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := rooms.Archive.Record(tb.Context(), archive.Record{TenantID: tenant.ID, Source: "bench", SeenAt: at, Entries: []archive.Entry{{Document: doc}}}); err != nil {
			tb.Fatal(err)
		}
	}
	return c, rooms, tenant
}

// What a publication costs to write as files in five languages, translations
// and disk included, beside what the disk alone takes for the same bytes.
func BenchmarkExportSite(b *testing.B) {
	const updates = 1000
	c, rooms, tenant := published(b, updates)
	var first, again, alone, spent time.Duration
	for b.Loop() {
		dir := b.TempDir()
		used := cputest.Used(b)
		export := func() time.Duration {
			start := time.Now()
			if _, _, err := ExportSite(b.Context(), c, rooms, tenant, false, dir); err != nil {
				b.Fatal(err)
			}
			return time.Since(start)
		}
		first += export()
		spent += cputest.Used(b) - used
		again += export()
		alone += rewrite(b, dir, filepath.Join(b.TempDir(), "copy"))
	}
	each := float64(b.N * updates)
	b.ReportMetric(float64(first.Microseconds())/each, "µs/publication")
	b.ReportMetric(float64(again.Microseconds())/each, "again-µs/publication")
	b.ReportMetric(float64(spent.Microseconds())/each, "cpu-µs/publication")
	b.ReportMetric(float64(first)/float64(alone), "times-writing")
}

// rewrite writes the files of a folder into another one, one after the other,
// and returns how long that took.
func rewrite(b *testing.B, from, to string) (took time.Duration) {
	b.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		before := time.Now()
		defer func() { took += time.Since(before) }()
		return replaceFile(filepath.Join(to, path[len(from):]), body)
	})
	if err != nil {
		b.Fatal(err)
	}
	return took
}
