//go:build unix

package collect_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the baseline's driver

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/cputest"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// size is the size of a database with its log.
func size(b *testing.B, path string) int64 {
	b.Helper()
	var total int64
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(path + suffix); err == nil {
			total += info.Size()
		}
	}
	return total
}

// sharedIssues are n issues of about 7 KB each, as large as those of a real
// tenant with all their posts.
func sharedIssues(b *testing.B, n int) []collect.Item {
	b.Helper()
	items := make([]collect.Item, n)
	words := strings.Fields("users may be unable to access the service while we review telemetry and restart the affected infrastructure to restore mail flow calls search sign-in reports meetings files in region")
	for i := range items {
		issue := tocsin.Issue{ID: fmt.Sprintf("EX%06d", i), Title: fmt.Sprintf("Delay number %d", i), Service: "Exchange Online", Classification: "advisory", Status: tocsin.StatusDegradation, StartAt: time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC), ModifiedAt: time.Date(2026, 2, 1, 0, i, 0, 0, time.UTC)}
		for p := range 5 {
			var text strings.Builder
			for w := range 200 {
				text.WriteString(words[(w*(p+3)+i*7+w*w)%len(words)] + " ")
			}
			issue.Posts = append(issue.Posts, tocsin.Post{CreatedAt: issue.StartAt.Add(time.Duration(p) * time.Hour), Type: "regular", ContentType: "html", Content: text.String()})
		}
		body, err := json.Marshal(issue)
		if err != nil {
			b.Fatal(err)
		}
		items[i] = collect.Item{Body: body, Hash: tocsin.HashOf(body)}
	}
	return items
}

// BenchmarkSharedIssues stores the same 300 issues for 200 tenants, against
// keeping the text of each issue for each tenant in a table. It reports how
// many times smaller and cheaper sharing is. Run it with -benchtime 1x.
func BenchmarkSharedIssues(b *testing.B) {
	const tenants, issues = 200, 300
	items := sharedIssues(b, issues)
	for range b.N {
		dir := b.TempDir()
		shared, naive := filepath.Join(dir, "shared.db"), filepath.Join(dir, "naive.db")
		start := cputest.Used(b)
		storeShared(b, shared, tenants, items)
		sharedCPU := cputest.Used(b) - start
		start = cputest.Used(b)
		storeNaive(b, naive, tenants, items)
		naiveCPU := cputest.Used(b) - start
		b.ReportMetric(float64(size(b, shared))/1e6, "MB")
		b.ReportMetric(float64(size(b, shared))/tenants/issues, "B/membership")
		b.ReportMetric(float64(size(b, naive))/float64(size(b, shared)), "times-smaller")
		b.ReportMetric(float64(naiveCPU)/float64(sharedCPU), "times-less-CPU")
		b.ReportMetric(float64(sharedCPU.Microseconds())/tenants/issues, "µs/membership")
	}
}

func storeShared(b *testing.B, path string, tenants int, items []collect.Item) {
	b.Helper()
	s, err := storetest.New(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	c := collect.New(s, time.Now, slog.New(slog.DiscardHandler))
	for n := range tenants {
		tenant := tocsin.Tenant{ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", n), Name: fmt.Sprintf("tenant%d", n)}
		if err := s.AddTenant(b.Context(), tenant); err != nil {
			b.Fatal(err)
		}
		if err := s.PutSource(b.Context(), tenant.ID, "graph", time.Minute); err != nil {
			b.Fatal(err)
		}
		c.Add(collect.Target{TenantID: tenant.ID, Name: "graph", Source: &scripted{lists: []collect.List{{Kind: tocsin.KindIssue, Full: true, Items: items, Listed: len(items)}}}})
		if p, err := c.Poll(b.Context(), tenant.ID, "graph", true); err != nil || p.New != len(items) {
			b.Fatal(p, err)
		}
	}
}

// storeNaive does what a desk without shared content would do: decode each
// answer and keep each text under tenant and id.
func storeNaive(b *testing.B, path string, tenants int, items []collect.Item) {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE issues (tenant TEXT, id TEXT, n INTEGER, title TEXT, status TEXT, modified TEXT, seen_at TEXT, body TEXT, PRIMARY KEY (tenant, id, n))`); err != nil {
		b.Fatal(err)
	}
	for n := range tenants {
		tx, err := db.Begin()
		if err != nil {
			b.Fatal(err)
		}
		for _, item := range items {
			var issue tocsin.Issue
			if err := json.Unmarshal(item.Body, &issue); err != nil {
				b.Fatal(err)
			}
			if _, err := tx.Exec(`INSERT INTO issues VALUES ($1, $2, 1, $3, $4, $5, $6, $7)`, fmt.Sprintf("00000000-0000-4000-8000-%012d", n),
				issue.ID, issue.Title, string(issue.Status), tocsin.FormatTime(issue.ModifiedAt), "2026-02-01T00:00:00Z", string(item.Body)); err != nil {
				b.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}
