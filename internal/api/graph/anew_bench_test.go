//go:build unix

package graph_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"example.org/tocsin/internal/cputest"
)

// BenchmarkAnew asks for pages of 100 whose address nobody asked for before, and
// for such that ask something else too. It reports what each costs, and how many
// times dearer a new question is. Run it with -benchtime 1x.
func BenchmarkAnew(b *testing.B) {
	d := benchDesk(b, 2000)
	const page = "issues?$filter=service%20eq%20'Exchange%20Online'%20and%20isResolved%20eq%20true"
	n := 0
	ask := func(target string, packed bool) {
		r := httptest.NewRequestWithContext(b.Context(), "GET", announcements+target, nil)
		r.Header.Set("Authorization", "Bearer contoso")
		if packed {
			r.Header.Set("Accept-Encoding", "gzip")
		}
		w := &sink{header: http.Header{}}
		if d.api.ServeHTTP(w, r); w.status != http.StatusOK {
			b.Fatal(target, w.status)
		}
	}
	each := func(before, after string, vary string, packed bool) float64 {
		for range 3 { // encoded, kept and compressed before it counts
			n++
			ask(before+fmt.Sprintf(vary, n)+after, packed)
		}
		var count int
		start, used := time.Now(), cputest.Used(b)
		for ; time.Since(start) < 300*time.Millisecond; count++ {
			n++
			ask(before+fmt.Sprintf(vary, n)+after, packed)
		}
		return float64((cputest.Used(b) - used).Nanoseconds()) / 1e3 / float64(count)
	}
	for _, form := range []struct {
		name, options string
		packed        bool
	}{{"page", "", false}, {"selected", "&$select=id,title,status,startDateTime", false}, {"packed", "", true}} {
		b.Run(form.name, func(b *testing.B) {
			for b.Loop() {
				address := each(page+form.options, "", "&_=%d", form.packed)
				question := each(page, form.options, "%%20and%%20startDateTime%%20gt%%202020-01-01T00:00:00.%06dZ", form.packed)
				b.ReportMetric(address, "µs/address")
				b.ReportMetric(question, "µs/question")
				b.ReportMetric(question/address, "times-dearer")
			}
		})
	}
}
