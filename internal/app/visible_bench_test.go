package app

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// What passes from the commit of an update that many tenants share until the
// page of one of them, its feed and its status document show it, in Japanese by
// book and memory; and how much more it takes for all tenants than for one, which
// is less than their number where work is done once.
func BenchmarkVisible(b *testing.B) {
	const tenants = 200
	d := newVisible(b, tenants)
	var one, all, last time.Duration
	for b.Loop() {
		d.record(b)
		start := time.Now()
		if err := d.desk.Model.Refresh(b.Context(), false); err != nil {
			b.Fatal(err)
		}
		refreshed := time.Now()
		for n := range tenants {
			d.shows(b, n)
			if n == 0 {
				one += time.Since(start)
			}
		}
		all += time.Since(refreshed)
		start = time.Now()
		d.shows(b, 0)
		last += time.Since(start)
	}
	b.ReportMetric(float64(one.Microseconds())/1000/float64(b.N), "ms-until-shown")
	b.ReportMetric(float64(all.Microseconds())/1000/float64(b.N*tenants), "ms/tenant")
	b.ReportMetric(float64(all)/float64(tenants)/float64(last), "times-asking-again")
}

type visible struct {
	desk *App
	n    int // of the newest update
	ids  []string
}

func newVisible(b *testing.B, tenants int) *visible {
	b.Helper()
	listener, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	c := config.Default()
	c.Data, c.Server.Listen = b.TempDir(), listener.Addr().String()
	desk, err := New(b.Context(), c, Options{Log: slog.New(slog.DiscardHandler), Listener: listener})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = desk.Close() })
	v := &visible{desk: desk}
	for n := range tenants {
		t := tocsin.Tenant{ID: tocsin.NewGUID(), Name: fmt.Sprintf("t%d", n), CreatedAt: time.Now()}
		if err := desk.Archive.AddTenant(b.Context(), t); err != nil {
			b.Fatal(err)
		}
		if _, err := desk.Archive.ChangePublishing(b.Context(), t.ID, time.Now(), func(p *tocsin.Publishing) error { p.Readership = tocsin.ForEverybody; return nil }); err != nil {
			b.Fatal(err)
		}
		v.ids = append(v.ids, t.ID)
	}
	v.record(b)
	for n := range tenants {
		v.shows(b, n)
	}
	return v
}

// record keeps a new update of the issue that all tenants share.
func (v *visible) record(b *testing.B) {
	b.Helper()
	v.n++
	at := time.Now().UTC().Truncate(time.Second).Add(-time.Hour).Add(time.Duration(v.n) * time.Second)
	doc, err := tocsin.NewDocument(tocsin.Issue{
		ID: "EX1", Title: "Some users may be unable to send email", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: at, ModifiedAt: at,
		Impact: "Users may be unable to send email messages.",
		Posts: []tocsin.Post{{CreatedAt: at, ContentType: "html", Content: fmt.Sprintf("User impact: Users may be unable to send email messages.<br><br>Current status: We're reviewing service monitoring telemetry, part %d-of-many, "+
			"to isolate the root cause and develop a remediation plan.<br><br>Next update by: Tuesday, September 1, 2026, at 11:30 PM UTC", v.n)}},
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, id := range v.ids {
		if _, err := v.desk.Archive.Record(b.Context(), archive.Record{TenantID: id, Source: "bench", SeenAt: at, Entries: []archive.Entry{{Document: doc}}}); err != nil {
			b.Fatal(err)
		}
	}
}

// shows asks for page, feed and status document of a tenant, which have to show
// the newest update.
func (v *visible) shows(b *testing.B, n int) {
	b.Helper()
	for _, path := range []string{"/ja/status/t%d/EX1/" + fmt.Sprint(v.n), "/ja/status/t%d/feed.json", "/status/t%d/api/v2/incidents.json"} {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, fmt.Sprintf(path, n), nil)
		r.Host = "localhost"
		if strings.Contains(path, "feed") {
			r.URL.Path, r.URL.RawQuery = fmt.Sprintf("/status/t%d/feed.json", n), "lang=ja"
		}
		w := httptest.NewRecorder()
		if v.desk.server.ServeHTTP(w, r); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), fmt.Sprintf("part %d-of-many", v.n)) {
			b.Fatalf("%s: %d does not show update %d: %.300s", path, w.Code, v.n, w.Body.String())
		}
	}
}
