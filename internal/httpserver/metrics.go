package httpserver

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count requests by route and status. Routes are those of the table and
// statuses those of HTTP, so nobody outside can make the series grow.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

func newMetrics(registry prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tocsin_http_requests_total", Help: "Requests answered, by route and status."}, []string{"route", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tocsin_http_request_seconds", Help: "Time from request to the end of the answer, by route.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "tocsin_http_requests_in_flight", Help: "Requests being served now."}),
	}
	for _, c := range []prometheus.Collector{m.requests, m.seconds, m.inFlight} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// A series is what is counted under the name of a route. It begins with the
// first request: an idle desk has none but those that tell something.
type series struct {
	inFlight prometheus.Gauge
	seconds  func() prometheus.Observer
	counter  func(status int) prometheus.Counter
	counters sync.Map // by status: there are few
	now      func() time.Time
}

// done counts a request that has been answered.
func (s *series) done(status int, took time.Duration) {
	s.inFlight.Dec()
	known, ok := s.counters.Load(status)
	if !ok {
		known, _ = s.counters.LoadOrStore(status, s.counter(status))
	}
	known.(prometheus.Counter).Inc()
	s.seconds().Observe(took.Seconds())
}

// around counts what passes under the name of a route.
func (m *metrics) around(route string, now func() time.Time) middleware {
	s := &series{
		inFlight: m.inFlight, now: now,
		seconds: sync.OnceValue(func() prometheus.Observer { return m.seconds.WithLabelValues(route) }),
		counter: func(status int) prometheus.Counter { return m.requests.WithLabelValues(route, code(status)) },
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec, start := w.(*recorder), now()
			if c, ok := r.Context().Value(callKey{}).(*call); ok {
				c.series = s
			}
			m.inFlight.Inc()
			defer func() { s.done(rec.outcome(), now().Sub(start)) }() // also when the handler gives up by a panic
			next.ServeHTTP(w, r)
		})
	}
}

// code is the label of a status: one label for all that HTTP does not have.
func code(status int) string {
	if status < 100 || status > 599 {
		return "other"
	}
	return strconv.Itoa(status)
}
