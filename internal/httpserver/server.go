package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.org/tocsin/internal/access"
)

// Times that bound what a slow client can hold. An event stream extends its
// own through [http.ResponseController].
const (
	readTimeout   = 10 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	shutdownGrace = 20 * time.Second
)

// A gate decides whether the sender of a request has a permission. It may
// return a request that carries who that is. It is asked for public routes as
// well, and never refuses them.
type gate interface {
	Admit(r *http.Request, needs access.Permission) (*http.Request, error)
}

// A lasting gate can tell whether it would admit a request once more, so that what
// was answered to it may be sent again; see [Answer.Again].
type lastingGate interface {
	// Again returns what tells whether Admit would return the same for a request
	// that it has admitted, and does what Admit does for each request where it
	// reports true; nil where nobody can tell. ctx is that of the connection.
	Again(ctx context.Context, admitted *http.Request) func() bool
}

// Config says what a [Server] serves. Only Errors is needed.
type Config struct {
	Routes   []Route
	Subtrees []Subtree   // asked before Routes, in this order
	Errors   ErrorWriter // for Routes, and for what nobody serves
	Programs ErrorWriter // the same for clients that take JSON and no page; Errors when nil
	Gate     gate        // for routes that need more than Public and Local
	Checks   []Check     // what must work for the desk to be healthy
	Hosts    []string    // names that requests may be for; all when empty
	Origins  []string    // addresses of the desk, whose pages may change things
	Foreign  []string    // patterns of routes that pages elsewhere may send to: they look at no cookie
	Open     bool        // lets everybody read what is Local, such as /metrics
	Lane     bool        // answers what is simple by a loop of our own, see [lane.Server]
	Registry *prometheus.Registry
	Log      *slog.Logger
	Now      func() time.Time
}

// A Server carries requests to routes. Make it with [New].
type Server struct {
	config   Config
	log      *slog.Logger
	table    []Route
	metrics  *metrics
	handler  http.Handler
	streams  [][]byte // beginnings of paths
	stopping chan struct{}
	stop     sync.Once
}

// New puts a server together, with the routes of operators: /health, /healthz,
// /readyz, /metrics and /version. It fails if a route says no permission or
// cannot be served, and names all such routes.
func New(c Config) (*Server, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Registry == nil {
		c.Registry = prometheus.NewRegistry()
	}
	if c.Errors == nil {
		return nil, errors.New("new server: no error writer")
	}
	s := &Server{config: c, log: c.Log, stopping: make(chan struct{})}
	s.config.Errors = forClients(c.Errors, c.Programs)
	routes := append(append([]Route(nil), c.Routes...), s.operations()...)
	if err := validate(routes, c.Subtrees, c.Gate != nil); err != nil {
		return nil, fmt.Errorf("new server: %w", err)
	}
	s.table = table(routes, c.Subtrees)
	s.streams = streamsOf(s.table)
	var err error
	if s.metrics, err = newMetrics(c.Registry); err != nil {
		return nil, fmt.Errorf("new server: %w", err)
	}
	branches := s.branches()
	pages, err := s.pages(c.Routes, routes[len(c.Routes):], branches)
	if err != nil {
		return nil, fmt.Errorf("new server: %w", err)
	}
	s.handler = s.dispatch(branches, pages)
	return s, nil
}

// Routes is the whole table, by path: what the program serves and what each
// part of it needs.
func (s *Server) Routes() []Route { return append([]Route(nil), s.table...) }

// ServeHTTP serves one request, for tests and for servers inside of others.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// A branch is a subtree with what serves it.
type branch struct {
	Subtree
	handler http.Handler
	lost    http.Handler // explains that nobody serves a path near to it
}

func (s *Server) branches() []branch {
	list := make([]branch, len(s.config.Subtrees))
	for i, tree := range s.config.Subtrees {
		hosts := withHosts(s.config.Hosts, tree.Errors, s.log)
		inner := handle(tree.Handle, tree.Errors, s.log)
		if !tree.ChecksBody {
			inner = withBodyCheck(tree.Errors, s.log, 0)(inner)
		}
		list[i] = branch{
			tree, s.around(inner, tree.Name, tree.Errors, hosts), s.around(handle(tree.explain, tree.Errors, s.log), tree.Name, tree.Errors, hosts),
		}
	}
	return list
}

// dispatch hands a request to the subtree that takes its path as it was sent,
// and all others to the pages.
func (s *Server) dispatch(branches []branch, pages http.Handler) http.Handler {
	return withRequestID(s.stopping)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw := RawPath(r)
		for _, b := range branches {
			if b.takes(raw) {
				b.handler.ServeHTTP(w, r)
				return
			}
		}
		pages.ServeHTTP(w, r)
	}))
}

// around is the chain that every handler has, under the name of its route.
func (s *Server) around(h http.Handler, route string, write ErrorWriter, inner ...middleware) http.Handler {
	return chain(h, append([]middleware{
		s.metrics.around(route, s.config.Now),
		withAccessLog(s.log, s.config.Now),
		withNoSniff,
		withRecovery(write, s.log),
		withLimits(write, s.log),
	}, inner...)...)
}

// pages serves the routes that the multiplexer knows. Operations answer for any
// host, because probes of orchestrators name none.
func (s *Server) pages(routes, operations []Route, branches []branch) (h http.Handler, err error) {
	write := s.config.Errors
	hosts, body := withHosts(s.config.Hosts, write, s.log), withBodyCheck(write, s.log, 0)
	mux := http.NewServeMux()
	for _, r := range operations {
		served := s.around(handle(s.permitted(r), PlainError, s.log), r.Pattern, PlainError, withPageHeaders, body)
		err = errors.Join(err, register(mux, r.Pattern, served))
	}
	own, originErr := withSameOrigin(s.config.Origins, s.config.Foreign, write, s.log)
	if originErr != nil {
		return nil, originErr
	}
	for _, r := range routes {
		named := hosts
		if r.AnyHost {
			named = func(next http.Handler) http.Handler { return next }
		}
		served := s.around(handle(noted(s.permitted(r)), write, s.log), r.Pattern, write, withPageHeaders, named, own, withBodyCheck(write, s.log, r.MaxBody))
		err = errors.Join(err, register(mux, r.Pattern, served))
	}
	if err != nil {
		return nil, err
	}
	unserved := func(w http.ResponseWriter, r *http.Request) error { return explain(mux, w, r) }
	nothing := s.around(handle(unserved, write, s.log), "none", write, withPageHeaders, hosts)
	lost := astray(branches, s.around(handle(unserved, PlainError, s.log), "none", PlainError, withPageHeaders))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A path that is not clean would be redirected by the multiplexer.
		if _, pattern := mux.Handler(r); pattern == "" || !clean(r.URL.Path) {
			if h := lost(r); h != nil {
				h.ServeHTTP(w, r)
				return
			}
			nothing.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}), nil
}

// register adds a pattern, and makes an error of the panic by which the
// multiplexer refuses one.
func register(mux *http.ServeMux, pattern string, h http.Handler) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("route %q: %v", pattern, reason)
		}
	}()
	mux.Handle(pattern, h)
	return nil
}

func clean(p string) bool {
	return p == "*" || p == path.Clean(p) || p == path.Clean(p)+"/"
}

// explain says why no route takes a request: no such path, or another method.
// The multiplexer knows which; its own text is dropped.
func explain(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) error {
	if clean(r.URL.Path) {
		h, _ := mux.Handler(r)
		probe := probe{header: http.Header{}}
		h.ServeHTTP(&probe, r)
		if probe.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", probe.header.Get("Allow"))
			return Errorf(http.StatusMethodNotAllowed, "Only %s is served here.", probe.header.Get("Allow"))
		}
	}
	if tidy := strings.ToLower(Tidy(RawPath(r))); slices.Contains(operationPaths(), tidy) {
		return Errorf(http.StatusNotFound, "%s", Nowhere(tidy))
	}
	return Errorf(http.StatusNotFound, "There is nothing here.")
}

// A probe keeps the status and header of an answer that goes nowhere.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }

// permitted is the handler of r behind what r needs.
func (s *Server) permitted(r Route) HandlerFunc {
	switch {
	case r.Needs == access.Public && s.config.Gate == nil || r.Needs == access.Local && s.config.Open:
		return r.Handle
	case r.Needs == access.Local:
		return func(w http.ResponseWriter, req *http.Request) error {
			if !isLocal(req) {
				return errNotLocal
			}
			return r.Handle(w, req)
		}
	}
	return func(w http.ResponseWriter, req *http.Request) error {
		req, err := s.config.Gate.Admit(req, r.Needs)
		if err != nil {
			return err
		}
		s.admitted(req)
		return r.Handle(w, req)
	}
}

// admitted remembers how to ask the gate once more, where a request looks as if it
// came again.
func (s *Server) admitted(r *http.Request) {
	c, ok := r.Context().Value(callKey{}).(*call)
	if !ok {
		return
	}
	c.gated = true
	if _, ok := c.repeater(); !ok {
		return
	}
	if gate, ok := s.config.Gate.(lastingGate); ok {
		c.admits = gate.Again(c.Context, r)
	}
}

// isStopping reports whether Serve is on its way out.
func (s *Server) isStopping() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}
