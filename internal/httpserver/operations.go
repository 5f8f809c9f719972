package httpserver

import (
	"context"
	"encoding/json"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// A Check is one thing that must work for the desk to be healthy. Healthy
// returns when its context ends.
type Check interface {
	Name() string // one word
	Healthy(ctx context.Context) error
}

const (
	checkTimeout = 2 * time.Second
	// checkEvery spares the database: whoever asks, it is asked once in a while.
	checkEvery = time.Second
)

// health runs the checks and remembers their outcome for a moment.
type health struct {
	server *Server
	mu     sync.Mutex
	at     time.Time
	report *report
}

// A report is an answer of /health.
type report struct {
	Status string   `json:"status"` // "ok" or "unavailable"
	Checks []result `json:"checks,omitempty"`
}

// current reports whether the report is that of this moment still.
func (h *health) current(r *report) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.report == r && h.fresh(h.server.config.Now())
}

// fresh reports whether there is a report that is young enough.
func (h *health) fresh(now time.Time) bool {
	return !h.at.IsZero() && now.Sub(h.at) < checkEvery && !now.Before(h.at)
}

type result struct {
	Name   string `json:"name"`
	Status string `json:"status"`
}

const (
	healthy     = "ok"
	unavailable = "unavailable"
)

// operations are the routes for those who run the desk. Strangers learn whether
// it is well, not what is wrong or which version runs.
func (s *Server) operations() []Route {
	h := &health{server: s}
	exposition := promhttp.HandlerFor(s.config.Registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
	return []Route{
		{Pattern: "GET /health", Needs: access.Public, Handle: h.serveHealth},
		{Pattern: "GET /healthz", Needs: access.Public, Handle: serveAlive},
		{Pattern: "GET /readyz", Needs: access.Public, Handle: h.serveReady},
		{Pattern: "GET /metrics", Needs: access.Local, Handle: func(w http.ResponseWriter, r *http.Request) error {
			exposition.ServeHTTP(w, r)
			return nil
		}},
		{Pattern: "GET /version", Needs: access.Local, Handle: serveVersion},
	}
}

// serveHealth serves GET /health: 200 when all checks pass, else 503. Which
// check fails is told to programs on this machine only.
func (h *health) serveHealth(w http.ResponseWriter, r *http.Request) error {
	now := h.now(r.Context())
	told := *now
	if !isLocal(r) && !h.server.config.Open {
		told.Checks = nil
	}
	return deliverJSON(w, r, told.code(), told, func() bool { return h.current(now) })
}

// serveReady serves GET /readyz: whether a load balancer should send requests.
func (h *health) serveReady(w http.ResponseWriter, r *http.Request) error {
	now := h.now(r.Context())
	told := *now
	if h.server.isStopping() {
		told.Status = unavailable
	}
	deliverText(w, r, told.code(), told.Status, func() bool { return !h.server.isStopping() && h.current(now) })
	return nil
}

// serveAlive serves GET /healthz: the process answers, whatever it depends on.
func serveAlive(w http.ResponseWriter, r *http.Request) error {
	deliverText(w, r, http.StatusOK, healthy, always)
	return nil
}

// always is of answers that never change while the program runs.
func always() bool { return true }

func (r *report) code() int {
	if r.Status == healthy {
		return http.StatusOK
	}
	return http.StatusServiceUnavailable
}

// now is the report of this moment. Those who ask while it is made wait for it.
func (h *health) now(ctx context.Context) *report {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := h.server.config.Now(); !h.fresh(now) {
		// The one who asked may leave; the others still want to know.
		h.report, h.at = h.run(context.WithoutCancel(ctx)), now
	}
	return h.report
}

func (h *health) run(ctx context.Context) *report {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	checks := h.server.config.Checks
	out := &report{Status: healthy, Checks: make([]result, len(checks))}
	errs := make([]error, len(checks))
	var group sync.WaitGroup
	for i, check := range checks {
		group.Go(func() { errs[i] = ask(ctx, check) })
	}
	group.Wait()
	for i, check := range checks {
		out.Checks[i] = result{check.Name(), healthy}
		if errs[i] != nil {
			out.Checks[i].Status, out.Status = unavailable, unavailable
			h.server.log.WarnContext(ctx, "health check failed", "check", check.Name(), "err", errs[i])
		}
	}
	return out
}

// ask runs one check and takes a panic for a failure: nothing above would catch
// it in a goroutine of its own.
func ask(ctx context.Context, check Check) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = errPanic
		}
	}()
	return check.Healthy(ctx)
}

// serveVersion serves GET /version.
func serveVersion(w http.ResponseWriter, r *http.Request) error {
	version, commit := tocsin.Build()
	return deliverJSON(w, r, http.StatusOK, struct {
		Version string `json:"version"`
		Commit  string `json:"commit,omitempty"`
		Go      string `json:"go"`
	}{version, commit, runtime.Version()}, always)
}

func deliverJSON(w http.ResponseWriter, r *http.Request, status int, v any, again func() bool) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	deliverShort(w, r, status, "application/json", append(text, '\n'), again)
	return nil
}

func deliverText(w http.ResponseWriter, r *http.Request, status int, text string, again func() bool) {
	deliverShort(w, r, status, "text/plain; charset=utf-8", []byte(text+"\n"), again)
}

// deliverShort sends what nobody else may keep. again tells when the same would
// be sent, see [Answer].
func deliverShort(w http.ResponseWriter, r *http.Request, status int, kind string, body []byte, again func() bool) {
	w.Header().Set("Cache-Control", "no-store")
	Deliver(r.Context(), w, r.Method, r.Header, Answer{Status: status, Kind: []string{kind}, Body: body, Again: again})
}
