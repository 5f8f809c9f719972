package fakegraph

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Limits of the real service for /admin/serviceAnnouncement, per app and
// tenant, and its page sizes. Source: Graph throttling limits and the pages of
// the list operations.
const (
	DefaultPageSize = 100
	maxPageSize     = 1000
	perMinute       = 240
	perHour         = 800
)

// A RetryStyle is the form in which Retry-After is sent.
type RetryStyle int

// The forms of Retry-After: whole seconds, seconds with a fraction as Graph
// sends them, and an HTTP date.
const (
	RetrySeconds RetryStyle = iota
	RetryFraction
	RetryDate
)

// Config says how a server behaves. The zero value behaves like the real
// service, without noise.
type Config struct {
	Now        func() time.Time // the upstream's clock; time.Now when nil
	PageSize   int              // default page, 100 when 0
	PerMinute  int              // requests in 60 s, 240 when 0, no limit when negative
	PerHour    int              // requests in an hour, 800 when 0, no limit when negative
	RetryAfter RetryStyle
	TokenLife  time.Duration // an hour when 0
	SkipToken  bool          // next links carry $skiptoken instead of $skip
	// Noise writes the clock of each answer into the LastUpdateTime of
	// FeatureStatusJson, as the real service does on every poll.
	Noise bool
	Seed  uint64 // of the faults that come by chance
	// Before is called before each answer of the health APIs, on the request's
	// own goroutine: the place to change the world between two pages.
	Before func(Call)
}

// A Call is one request that the server saw.
type Call struct {
	At     time.Time
	Tenant string // GUID; empty when nobody was signed in
	Method string
	Target string // path and query
	Status int    // 0 when the connection was dropped without an answer
}

// maxCalls bounds the record of calls: what is older is forgotten.
const maxCalls = 20_000

// A Server answers from a [World]. It is an [http.Handler]; [Server.Start]
// listens on its own.
type Server struct {
	world *World
	cfg   Config

	mu        sync.Mutex
	chance    *rand.Rand
	grants    map[string]grant
	faults    []*Fault
	windows   map[string]*window // by tenant and app
	calls     []Call
	requests  map[string]int
	throttled map[string]int
	sequence  uint64 // of request ids and fresh next links

	closing  sync.Once
	closed   chan struct{} // ends answers that would go on for ever
	inFlight sync.WaitGroup
	serving  sync.WaitGroup
	server   *http.Server
	url      string
}

// New is a server that answers from the world.
func New(world *World, cfg Config) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.PageSize == 0 {
		cfg.PageSize = DefaultPageSize
	}
	if cfg.PerMinute == 0 {
		cfg.PerMinute = perMinute
	}
	if cfg.PerHour == 0 {
		cfg.PerHour = perHour
	}
	if cfg.TokenLife == 0 {
		cfg.TokenLife = time.Hour
	}
	return &Server{
		world: world, cfg: cfg,
		chance:   rand.New(rand.NewPCG(cfg.Seed, 0)),
		grants:   make(map[string]grant),
		windows:  make(map[string]*window),
		requests: make(map[string]int), throttled: make(map[string]int),
		closed: make(chan struct{}),
	}
}

// Start listens on a free port of the loopback interface and returns the
// origin, such as "http://127.0.0.1:40001". The caller must call
// [Server.Close].
func (s *Server) Start() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("listen: %w", err)
	}
	s.url = "http://" + listener.Addr().String()
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.serving.Go(func() {
		// Serve always returns an error; after Close it says so.
		_ = s.server.Serve(listener)
	})
	return s.url, nil
}

// URL is the origin that [Server.Start] listens on.
func (s *Server) URL() string { return s.url }

// Close ends answers that are being held back, stops listening and waits for
// all handlers to return. It may be called more than once, and also when the
// server was never started.
func (s *Server) Close() error {
	s.closing.Do(func() { close(s.closed) })
	var err error
	if s.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err = s.server.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
			err = s.server.Close() // a client that reads nothing
		}
		s.serving.Wait()
	}
	s.inFlight.Wait()
	return err
}

// Requests counts the calls of a tenant's app to the health APIs, refused ones
// included, without those to the token endpoint.
func (s *Server) Requests(tenantID string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[strings.ToLower(tenantID)]
}

// Throttled counts the calls of a tenant's app that were answered 429 because
// of the limits. Faults do not count.
func (s *Server) Throttled(tenantID string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.throttled[strings.ToLower(tenantID)]
}

// Calls lists what was asked, oldest first: the last 20,000 calls.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// An exchange is one request on its way to an answer.
type exchange struct {
	w      http.ResponseWriter
	r      *http.Request
	now    time.Time
	tenant Tenant // the zero value until somebody is signed in
	fault  *Fault // what goes wrong this time; usually nil
	id     string // request-id
	status int    // of the answer, once sent
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.inFlight.Add(1)
	defer s.inFlight.Done()
	x := &exchange{w: w, r: r, now: s.cfg.Now().UTC(), id: s.nextID()}
	defer s.record(x)

	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case len(path) >= 3 && path[1] == "oauth2" && path[len(path)-1] == "token":
		s.token(x, path[0], len(path) == 4 && path[2] == "v2.0")
	case len(path) >= 3 && (path[0] == "v1.0" || path[0] == "beta") &&
		path[1] == "admin" && path[2] == "serviceAnnouncement":
		s.graph(x, path[3:])
	case len(path) == 5 && path[0] == "api" && path[1] == "v1.0" && path[3] == "ServiceComms":
		s.legacy(x, path[2], path[4])
	default:
		s.send(x, graphError(x, http.StatusNotFound, "UnknownError", ""))
	}
}

func (s *Server) before(x *exchange) {
	if s.cfg.Before != nil {
		s.cfg.Before(Call{At: x.now, Tenant: x.tenant.ID, Method: x.r.Method, Target: x.r.URL.RequestURI()})
	}
}

func (s *Server) record(x *exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.calls) >= maxCalls {
		s.calls = append(s.calls[:0], s.calls[maxCalls/2:]...)
	}
	s.calls = append(s.calls, Call{x.now, x.tenant.ID, x.r.Method, x.r.URL.RequestURI(), x.status})
}

// nextID makes the ids of requests: GUIDs that are the same on every run.
func (s *Server) nextID() string {
	s.mu.Lock()
	s.sequence++
	n := s.sequence
	s.mu.Unlock()
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/%d", s.cfg.Seed, n))
	text := fmt.Sprintf("%x", sum[:16])
	return text[:8] + "-" + text[8:12] + "-4" + text[13:16] + "-8" + text[17:20] + "-" + text[20:32]
}
