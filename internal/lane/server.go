package lane

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A Server answers on a listener, and leaves to the library what is not for
// the lane. Make it with [New].
type Server struct {
	library *http.Server
	serve   func(net.Listener) error
	takes   func(path []byte) bool
	inbox   *inbox
	base    context.Context //nolint:containedctx // what the contexts of requests come from

	buffers  buffers
	answers  answers
	dateLine atomic.Pointer[dateLine]

	stopping atomic.Bool
	mu       sync.Mutex
	listener net.Listener
	conns    map[*conn]struct{}
	lot      *lot           // where connections rest; nil for nowhere
	unparked bool           // for comparison: there is none
	group    sync.WaitGroup // goroutines of connections and of those who watch them
}

// New makes a lane in front of a library's server, which must not serve on its
// own: its handler, times and log are those of both. The lane takes the
// requests for which takes reports true, which is given the path as it was
// sent: what the handler answers without taking the connection over. A handler
// must not change the header of a request, and keep nothing of a
// [http.ResponseWriter] when it returns.
//
// Serve of the library is called as serve, for those that add something to the
// connections.
func New(library *http.Server, serve func(net.Listener) error, takes func(path []byte) bool) *Server {
	return &Server{library: library, serve: serve, takes: takes, inbox: newInbox(), base: context.Background(), conns: map[*conn]struct{}{}}
}

// Serve answers on l until it fails or is closed, as [http.Server.Serve] does.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	s.listener = l
	s.mu.Unlock()
	s.inbox.address = l.Addr()
	if s.library.BaseContext != nil {
		s.base = s.library.BaseContext(l)
	}
	s.base = context.WithValue(s.base, http.ServerContextKey, s.library)
	if s.stopping.Load() {
		_ = l.Close()
	}
	if !s.unparked {
		s.lot = openLot()
	}
	if s.lot != nil {
		s.group.Go(s.attend)
	}
	library := make(chan error, 1)
	go func() { library <- s.serve(s.inbox) }()
	stop, swept := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(swept)
		s.sweep(stop)
	}()
	err := s.accept(l)
	if !s.stopping.Load() {
		_ = s.Close()
	}
	s.lot.close()
	<-library //nolint:errcheck // it only says that it was closed
	s.group.Wait()
	close(stop)
	<-swept
	return err
}

// accept starts a goroutine for each connection. Where the system has no more
// of them, it waits for some to end.
func (s *Server) accept(l net.Listener) error {
	const longest = time.Second
	var pause time.Duration
	for {
		rwc, err := l.Accept()
		if err != nil {
			if s.stopping.Load() {
				return http.ErrServerClosed
			}
			if passing, ok := errors.AsType[net.Error](err); ok && passing.Temporary() { //nolint:staticcheck // as net/http does
				pause = min(max(2*pause, 5*time.Millisecond), longest)
				s.logf("http: Accept error: %v; retrying in %v", err, pause)
				time.Sleep(pause)
				continue
			}
			return err
		}
		pause = 0
		s.open(rwc)
	}
}

func (s *Server) open(rwc net.Conn) {
	c := &conn{server: s, rwc: rwc, remote: rwc.RemoteAddr().String(), since: time.Now()}
	c.plain, _ = rwc.(*net.TCPConn)
	c.waiter = waiterOf(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping.Load() {
		_ = rwc.Close()
		return
	}
	s.conns[c] = struct{}{}
	s.group.Go(c.serve)
}

func (s *Server) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

// How often the connections are looked at, and how long a handler takes before
// somebody waits for its client to leave.
const (
	sweepEvery = 250 * time.Millisecond
	watchAfter = 250 * time.Millisecond
)

// sweep looks after handlers that take long, and connections that were left
// alone too long.
func (s *Server) sweep(stop <-chan struct{}) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case now := <-ticker.C:
			s.watch(now)
		}
	}
}

func (s *Server) watch(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if c.parked && !c.until.IsZero() && now.After(c.until) {
			s.clear(c)
			continue
		}
		if c.state.Load() != serving || now.UnixNano()-c.began.Load() < int64(watchAfter) {
			continue
		}
		c.gone = make(chan struct{})
		if c.turn(serving, watched) {
			s.group.Go(c.watch)
		}
	}
}

// Shutdown takes no new connection, closes those between two requests, and
// waits for all others, of the lane and of the library, until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	s.close()
	s.library.SetKeepAlivesEnabled(false)
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for s.closeIdle() > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
	return s.library.Shutdown(ctx)
}

// close ends the listener.
func (s *Server) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopping.Store(true)
	if s.listener != nil {
		_ = s.listener.Close()
	}
}

// untouched is how long a connection that has sent nothing is waited for: its
// request may be on the way.
const untouched = 5 * time.Second

// closeIdle closes connections between two requests, and returns how many
// there are still.
func (s *Server) closeIdle() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if c.turn(waiting, ended) || time.Since(c.since) >= untouched && c.turn(fresh, ended) {
			_ = c.rwc.Close()
			s.clear(c)
		}
	}
	return len(s.conns)
}

// clear closes a connection that is parked, which has no goroutine to do so. mu
// is held.
func (s *Server) clear(c *conn) {
	if !c.parked {
		return
	}
	s.leave(c)
	_ = c.rwc.Close()
	delete(s.conns, c)
}

// Close ends everything at once.
func (s *Server) Close() error {
	s.close()
	s.mu.Lock()
	for c := range s.conns {
		_ = c.rwc.Close()
		s.clear(c)
	}
	s.mu.Unlock()
	return s.library.Close()
}

// headTimeout is how long the head of a request may take.
func (s *Server) headTimeout() time.Duration {
	if s.library.ReadHeaderTimeout != 0 {
		return s.library.ReadHeaderTimeout
	}
	return s.library.ReadTimeout
}

// idleTimeout is how long the next request may be awaited.
func (s *Server) idleTimeout() time.Duration {
	if s.library.IdleTimeout != 0 {
		return s.library.IdleTimeout
	}
	return s.library.ReadTimeout
}

func (s *Server) logf(format string, args ...any) {
	if s.library.ErrorLog != nil {
		s.library.ErrorLog.Printf(format, args...)
	}
}

// explain says why a handshake failed, to the log and to a client that does
// not speak TLS at all.
func (s *Server) explain(secured *tls.Conn, err error) {
	reason := err.Error()
	if e, ok := errors.AsType[tls.RecordHeaderError](err); ok && e.Conn != nil && looksLikeHTTP(e.RecordHeader) {
		_, _ = io.WriteString(e.Conn, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
		_ = e.Conn.Close()
		reason = "client sent an HTTP request to an HTTPS server"
	}
	s.logf("http: TLS handshake error from %s: %v", secured.RemoteAddr(), reason)
}

func looksLikeHTTP(record [5]byte) bool {
	switch string(record[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO":
		return true
	}
	return false
}
