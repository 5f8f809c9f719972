package public_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
	"example.org/tocsin/internal/web/public"
	"example.org/tocsin/internal/web/webtest"
)

// The first rendering of a publication, the page that is kept, and the answer
// that it has not changed, in the process; and what a publication costs as files
// in all languages.
func BenchmarkPublication(b *testing.B) {
	d := webtest.NewDesk(b)
	d.Fill()
	const updates = 200
	for n := range updates {
		at := storetest.T0.Add(time.Duration(n) * time.Minute)
		d.Record(at, tocsin.Issue{
			ID: "EX9", Title: "Mail is late", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: at,
			Impact: "Users may be unable to send mail.",
			Posts:  []tocsin.Post{{CreatedAt: at, ContentType: "html", Content: fmt.Sprintf("Title: Mail is late<br><br>User impact: Users may be unable to send mail.<br><br>Current status: We did step %d and look at the result.", n)}},
		})
	}
	if _, err := d.Store.ChangePublishing(b.Context(), storetest.Contoso, d.Now, func(p *tocsin.Publishing) error { p.Readership = tocsin.ForEverybody; return nil }); err != nil {
		b.Fatal(err)
	}
	parts := part.New(part.Config{Model: d.Model, Archive: d.Store})
	now := d.Now
	pages := public.New(public.Config{Parts: parts, Model: d.Model, Press: publish.New(d.Store, func() time.Time { return now })})
	shell, err := web.New(web.Config{Model: d.Model, Archive: d.Store, Now: func() time.Time { return now }}, parts.Family(), pages.Family())
	if err != nil {
		b.Fatal(err)
	}
	server, err := httpserver.New(httpserver.Config{Routes: shell.Routes(), Errors: shell.WriteError, Gate: everybody{}, Now: func() time.Time { return now }})
	if err != nil {
		b.Fatal(err)
	}
	ask := func(b *testing.B, path, tag string, want int) string {
		b.Helper()
		r := httptest.NewRequest(http.MethodGet, path, nil)
		if tag != "" {
			r.Header.Set("If-None-Match", tag)
		}
		w := httptest.NewRecorder()
		if server.ServeHTTP(w, r); w.Code != want {
			b.Fatalf("%s: status %d", path, w.Code)
		}
		return w.Header().Get("ETag")
	}
	b.Run("first", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			now = now.Add(time.Hour) // nothing of the page depends on it
			ask(b, fmt.Sprintf("/status/contoso/EX9/%d", n%updates+1), "", http.StatusOK)
		}
	})
	b.Run("kept", func(b *testing.B) {
		for b.Loop() {
			ask(b, "/status/contoso/EX9/7", "", http.StatusOK)
		}
	})
	tag := ask(b, "/status/contoso/EX9/7", "", http.StatusOK)
	b.Run("304", func(b *testing.B) {
		for b.Loop() {
			ask(b, "/status/contoso/EX9/7", tag, http.StatusNotModified)
		}
	})
	tenant, err := d.Store.Tenant(b.Context(), storetest.Contoso)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("files", func(b *testing.B) {
		var files atomic.Int64
		for b.Loop() {
			if err := pages.Site(b.Context(), shell, tenant, nil, func(string, []byte) error { files.Add(1); return nil }); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(files.Load()), "µs/file")
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*updates), "µs/publication")
	})
}
