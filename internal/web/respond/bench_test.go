//go:build unix

package respond_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/cputest"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// reportsAMinute is how many reports a desk has to take.
const reportsAMinute = 10_000

// benchHouse is a desk with an outage, published for everybody, and somebody of the
// first line at it.
func benchHouse(b *testing.B) (*webtest.House, *webtest.Browser) {
	b.Helper()
	h := webtest.NewHouse(b, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleSupportN1, TenantID: storetest.Contoso})
	for _, issue := range []tocsin.Issue{
		{ID: "MO821132", Title: "Users may be unable to access various Microsoft 365 apps and services", Service: "Microsoft 365 suite", ServiceID: tocsin.SuiteID, Classification: "incident", Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: storetest.T0},
		{ID: "EX1", Title: "Mail was late", Service: "Exchange Online", Classification: "incident", Status: tocsin.StatusServiceRestored, StartAt: storetest.T0.Add(-9 * time.Hour), EndAt: storetest.T0.Add(-8 * time.Hour), ModifiedAt: storetest.T0},
	} {
		h.Record(storetest.Contoso, issue)
	}
	if _, err := h.Store.ChangePublishing(b.Context(), storetest.Contoso, storetest.T0, func(p *tocsin.Publishing) error { p.Readership = tocsin.ForEverybody; return nil }); err != nil {
		b.Fatal(err)
	}
	h.Pass(2 * time.Second)
	kim := h.Browser()
	kim.Enter("kim")
	return h, kim
}

// A reporter sends reports as strangers do.
type reporter struct {
	h      *webtest.House
	client *http.Client
}

func newReporter(h *webtest.House) *reporter {
	return &reporter{h, &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (r *reporter) send(ctx context.Context) int {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.h.Base+"/status/contoso/report", strings.NewReader("service=sharepoint&errorcode=503"))
	if err != nil {
		return 0
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := r.client.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body) // its status says all
	return response.StatusCode
}

// cost is what a client uses for one report, in seconds of a core: what it takes to
// send one to a server that does nothing.
func (r *reporter) cost(b *testing.B) float64 {
	b.Helper()
	nothing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusSeeOther) }))
	defer nothing.Close()
	to := &reporter{&webtest.House{Base: nothing.URL}, r.client}
	const n = 1000
	start := cputest.Used(b)
	for range n {
		to.send(b.Context())
	}
	return (cputest.Used(b) - start).Seconds() / n
}

// BenchmarkReports prints which part of a core ten thousand reports a minute cost,
// those that are taken and those that are refused, beside what sending them costs.
func BenchmarkReports(b *testing.B) {
	h, _ := benchHouse(b)
	r := newReporter(h)
	sent := 0
	taken := func() int {
		if sent++; sent%15 == 0 {
			h.Pass(time.Minute) // so that the flood limit lets them through
		}
		return r.send(b.Context())
	}
	for name, tt := range map[string]struct {
		send func() int
		want int
	}{"taken": {taken, http.StatusSeeOther}, "refused": {func() int { return r.send(b.Context()) }, http.StatusTooManyRequests}} {
		b.Run(name, func(b *testing.B) {
			for tt.send() != tt.want {
				continue
			}
			idle := r.cost(b)
			start, n := cputest.Used(b), 0
			for b.Loop() {
				n++
				if got := tt.send(); got != tt.want {
					b.Fatalf("status %d", got)
				}
			}
			spent := (cputest.Used(b)-start).Seconds()/float64(n) - idle
			b.ReportMetric(idle*1e6, "cpu-µs-of-the-client")
			b.ReportMetric(spent*1e6, "cpu-µs")
			b.ReportMetric(spent*reportsAMinute/60*100, "%-of-a-core-at-10000-a-minute")
		})
	}
}

// BenchmarkPagesInAFlood prints how much longer the slowest pages take while ten
// thousand reports a minute come in.
func BenchmarkPagesInAFlood(b *testing.B) {
	h, kim := benchHouse(b)
	r := newReporter(h)
	var took [2][]time.Duration // without and with
	pages := func(flooded int) {
		for range 20 {
			for _, path := range []string{"/", "/issues", "/triage"} {
				start := time.Now()
				kim.Open(path)
				took[flooded] = append(took[flooded], time.Since(start))
			}
		}
	}
	for b.Loop() { // in turns, so that whatever else the machine does is in both
		pages(0)
		ctx, stop := context.WithCancel(b.Context())
		var group sync.WaitGroup
		group.Go(func() {
			ticker := time.NewTicker(time.Minute / reportsAMinute)
			defer ticker.Stop()
			for ctx.Err() == nil {
				<-ticker.C
				r.send(ctx)
			}
		})
		pages(1)
		stop()
		group.Wait()
	}
	for i := range took {
		slices.Sort(took[i])
	}
	p99 := func(i int) time.Duration { return took[i][len(took[i])*99/100] }
	b.ReportMetric(float64(p99(0).Microseconds())/1000, "ms-p99")
	b.ReportMetric(float64(p99(1))/float64(p99(0)), "times-slower-p99-in-a-flood")
	b.ReportMetric(float64(took[1][len(took[1])/2])/float64(took[0][len(took[0])/2]), "times-slower-p50-in-a-flood")
}

// BenchmarkVerdict prints how long it takes from the click to the verdict, beside
// probes.
func BenchmarkVerdict(b *testing.B) {
	_, kim := benchHouse(b)
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		response, _ := kim.Send("POST", "/triage", url.Values{"scope": {"many"}, "services": {"exchange", "teams"}, "has-services": {"1"}, "network": {"both"}, "code": {"server"}, "do": {"judge"}})
		kim.Open(response.Header.Get("Location"))
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
}
