package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"example.org/tocsin/internal/cputest"
	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// BenchmarkLog filters a log of 100,000 changes of two years, of 2,000 issues of
// 40 services, one of them rare: the newest, those of the rare service, those of
// ten services, a kind that is not there, and a day long ago.
func BenchmarkLog(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			dsn := filepath.Join(b.TempDir(), "tocsin.db")
			if engine == "postgres" {
				dsn = pgtest.URL(b)
			}
			s, err := storetest.New(b.Context(), dsn)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			storetest.AddTenants(b, s)
			fillLog(b, s)
			var ten []string
			for n := range 10 {
				ten = append(ten, fmt.Sprint("Service ", n))
			}
			for name, q := range map[string]archive.LatestQuery{
				"newest":  {},
				"rare":    {Services: []string{"Rare"}},
				"ten":     {Services: ten},
				"no kind": {Kinds: []tocsin.Kind{tocsin.KindSource}},
				"a day":   {Since: storetest.T0.AddDate(0, 0, 30), Until: storetest.T0.AddDate(0, 0, 31), Services: []string{"Service 7"}},
			} {
				q.Limit = 400
				b.Run(name, func(b *testing.B) {
					start, n := cputest.Used(b), 0
					for b.Loop() {
						if _, err := s.LatestEvents(b.Context(), storetest.Contoso, q); err != nil {
							b.Fatal(err)
						}
						n++
					}
					b.ReportMetric(float64((cputest.Used(b)-start).Microseconds())/float64(n), "cpu-µs")
				})
			}
		})
	}
}

// changes is how many changes the log has.
const changes = 100_000

// fillLog has the event log handle the changes.
func fillLog(b *testing.B, s *storetest.Desk) {
	b.Helper()
	ctx := b.Context()
	if err := s.AddConsumer(ctx, archive.EventLog, true); err != nil {
		b.Fatal(err)
	}
	for version := range changes / 2000 {
		r := archive.Record{TenantID: storetest.Contoso, Source: "test", SeenAt: storetest.T0.AddDate(0, 0, version*14)}
		for n := range 2000 {
			service := fmt.Sprint("Service ", n%40)
			if n == 77 {
				service = "Rare"
			}
			at := r.SeenAt.Add(time.Duration(n) * time.Minute)
			doc, err := tocsin.NewDocument(tocsin.Issue{ID: fmt.Sprintf("EX%06d", n), Title: fmt.Sprint("State ", version), Service: service, ModifiedAt: at})
			if err != nil {
				b.Fatal(err)
			}
			r.Entries = append(r.Entries, archive.Entry{Document: doc, SeenAt: at})
		}
		if _, err := s.Record(ctx, r); err != nil {
			b.Fatal(err)
		}
	}
	cursor, err := s.ClaimConsumer(ctx, archive.EventLog, storetest.T0, time.Hour)
	for n := 1; err == nil && n > 0; {
		cursor, n, err = s.Consume(ctx, cursor, 1000, storetest.T0, time.Hour, func(ctx context.Context, tx *store.Tx, batch []tocsin.Change) error {
			events := make([]tocsin.Event, len(batch))
			for i, c := range batch {
				events[i] = tocsin.Event{Change: c, Status: tocsin.StatusDegradation, Posts: 1}
			}
			return s.PutEvents(ctx, tx, events)
		})
	}
	if err == nil {
		_, err = s.Writer().ExecContext(ctx, "ANALYZE")
	}
	if err != nil {
		b.Fatal(err)
	}
}
