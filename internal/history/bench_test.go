package history_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// BenchmarkYear puts together the year of 40 services with 400 issues of six
// versions each.
func BenchmarkYear(b *testing.B) {
	s := storetest.Open(b, storetest.File(b))
	storetest.AddTenants(b, s)
	end := at(24 * 366)
	r := archive.Record{TenantID: storetest.Contoso, Source: "import", SeenAt: day0, Silent: true}
	for n := range 400 {
		service := fmt.Sprintf("Service%02d", n%40)
		start := at(float64(n) * 21)
		one := tocsin.Issue{ID: fmt.Sprintf("EX%04d", n), Title: "x", Service: service, ServiceID: service, Classification: []string{"incident", "advisory"}[n%2], StartAt: start}
		for k, status := range []tocsin.Status{tocsin.StatusInvestigating, tocsin.StatusDegradation, tocsin.StatusInterruption, tocsin.StatusRestoringService, tocsin.StatusVerifyingService, tocsin.StatusServiceRestored} {
			one.Status, one.ModifiedAt = status, start.Add(time.Duration(k+1)*time.Hour)
			one.Posts = append(one.Posts, said(one.ModifiedAt, "Title: x\n\nCurrent status: We look.\n\nNext update by: "+one.ModifiedAt.Add(time.Hour).Format("Monday, January 2, 2006, at 3:04 PM UTC")))
			if k == 5 {
				one.EndAt = one.ModifiedAt
			}
			for _, v := range []any{one, tocsin.Overview{ServiceID: service, Service: service, Status: status}} {
				doc, err := tocsin.NewDocument(v)
				if err != nil {
					b.Fatal(err)
				}
				r.Entries = append(r.Entries, archive.Entry{Document: doc, SeenAt: one.ModifiedAt})
			}
		}
	}
	if _, err := s.Record(b.Context(), r); err != nil {
		b.Fatal(err)
	}
	model := readmodel.New(s, func() time.Time { return end }, slog.New(slog.DiscardHandler))
	snapshot, err := model.Snapshot(b.Context(), storetest.Contoso)
	if err != nil {
		b.Fatal(err)
	}
	reader := history.New(s, model)
	for name, work := range map[string]func(*history.Past, *readmodel.Service) error{
		"days": func(p *history.Past, s *readmodel.Service) error {
			_, err := p.Days(b.Context(), s, day0, end)
			return err
		},
		"availability": func(p *history.Past, s *readmodel.Service) error {
			_, err := p.Availability(b.Context(), s, day0, end)
			return err
		},
		"lags": func(p *history.Past, s *readmodel.Service) error {
			_, err := p.Lags(b.Context(), s, "", day0, end)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				past := reader.Past(snapshot, day0, end)
				for i := range snapshot.Services {
					if err := work(past, &snapshot.Services[i]); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
