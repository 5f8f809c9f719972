package lane

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// States of a connection. Only its own goroutine leaves reading and watched.
const (
	fresh   int32 = iota // nothing was sent yet
	waiting              // between two requests
	reading              // a request has begun
	serving              // the handler has it
	watched              // the same, and somebody waits for the sender to leave
	ended                // it was closed from outside
)

// A conn is one connection. Its goroutine reads, handles and answers one
// request after another; nothing but its state is touched by others.
type conn struct {
	server *Server
	rwc    net.Conn
	plain  *net.TCPConn // rwc, if it is that; nil over TLS
	waiter waiter
	tls    *tls.ConnectionState
	remote string
	since  time.Time // when it was accepted

	ctx    context.Context //nolint:containedctx // of all requests of the connection; made for the first
	cancel context.CancelFunc

	pattern               *http.Request
	last                  *sender
	steady                bool // the last header came twice
	kept                  []*kept
	tidied, looked        time.Time
	patience              time.Duration // how long a request is awaited
	readUntil, writeUntil time.Time     // deadlines that are set
	rests                 bool          // nothing is kept for the next request

	parked   bool // it has no goroutine; this and the next are guarded by the server's mu
	fd       int32
	until    time.Time // how long it may rest; zero for ever
	answered bool      // at least one request was

	state atomic.Int32
	began atomic.Int64 // when the handler began, in nanoseconds
	gone  chan struct{}
	early []byte // what the watcher read

	watching sync.Mutex // of the state, while it is watched, with the deadline of reading
}

// serve is the life of a connection.
func (c *conn) serve() {
	if secured, ok := c.rwc.(*tls.Conn); ok {
		if !c.shake(secured) {
			c.end(false)
			return
		}
		if c.tls.NegotiatedProtocol == "h2" {
			c.end(c.server.hand(secured))
			return
		}
	}
	c.run()
}

// run answers requests, until the connection ends or rests. One that rests is
// parked, or goes on in another goroutine, whose stack did not grow.
func (c *conn) run() {
	rest, next := c.requests()
	switch next {
	case resting:
		if !c.server.park(c) {
			c.server.group.Go(c.run)
		}
	case passing:
		c.end(c.server.hand(handOver(c.rwc, rest)))
	default:
		c.end(false)
	}
}

// end leaves the connection to whom it was handed, or closes it.
func (c *conn) end(handed bool) {
	c.release()
	if !handed {
		_ = c.rwc.Close()
	}
	c.server.forget(c)
}

// release gives back what is kept for the next request.
func (c *conn) release() {
	if c.cancel != nil {
		c.cancel()
	}
	c.ctx, c.cancel, c.pattern, c.last, c.kept, c.steady = nil, nil, nil, nil, nil, false
}

// shake does the handshake of TLS.
func (c *conn) shake(secured *tls.Conn) bool {
	until := time.Now().Add(c.server.headTimeout())
	_ = secured.SetDeadline(until) // a closed connection is seen next
	if err := secured.HandshakeContext(c.server.base); err != nil {
		c.server.explain(secured, err)
		return false
	}
	_ = secured.SetDeadline(time.Time{})
	state := secured.ConnectionState()
	c.tls = &state
	return true
}

// What becomes of a connection.
type course int

const (
	ending  course = iota
	resting        // no request came for a moment
	passing        // the next request is for the library
)

// requests answers requests until the connection ends, rests, or until one
// comes that the library should have: rest are the bytes of it that were read.
func (c *conn) requests() (rest []byte, next course) {
	var have []byte
	defer func() { c.server.buffers.put(have) }()
	for {
		if len(have) == 0 {
			c.server.buffers.put(have)
			if have, next = c.wait(); have == nil {
				return nil, next
			}
		} else if !c.turn(waiting, reading) {
			return nil, ending
		}
		size, on := c.repeat(have)
		if size == 0 {
			var r *http.Request
			var of verdict
			r, size, of = c.request(&have)
			if of == theirs {
				return append([]byte(nil), have...), passing
			}
			on = r != nil && c.answer(r, have[:size])
		}
		if !on {
			return nil, ending
		}
		have = append(have[:copy(have, have[size:])], c.early...)
		c.early = nil
		if !c.turn(reading, waiting) {
			return nil, ending
		}
	}
}

// restAfter is how long the next request is awaited in full readiness.
const restAfter = time.Second

// wait waits for a request and returns its first bytes, in a buffer of the
// server's; nil when the connection has ended or rests.
func (c *conn) wait() ([]byte, course) {
	timeout, ready := c.server.idleTimeout(), !c.rests
	switch {
	case c.state.Load() == fresh:
		timeout, ready = c.server.headTimeout(), false
	case ready && (timeout <= 0 || timeout > restAfter):
		timeout = restAfter
	default:
		ready = false
	}
	c.patience = timeout
	if c.bound(&c.readUntil, time.Now(), timeout) {
		_ = c.rwc.SetReadDeadline(c.readUntil) // a closed connection is seen next
	}
	have, err := c.waiter.read(c.rests)
	if ready && errors.Is(err, os.ErrDeadlineExceeded) && c.state.Load() == waiting {
		c.release()
		c.rests, c.readUntil, c.until = true, time.Time{}, time.Time{}
		if idle := c.server.idleTimeout(); idle > 0 {
			c.until = time.Now().Add(idle - restAfter)
		}
		_ = c.rwc.SetReadDeadline(c.readUntil) // as above
		return nil, resting
	}
	c.rests = false
	if err != nil || len(have) == 0 || !c.turn(waiting, reading) && !c.turn(fresh, reading) {
		if have != nil {
			c.server.buffers.put(have)
		}
		return nil, ending
	}
	return have, ending
}

// bound moves a deadline so that it is at least a time away, and reports
// whether it had to. It moves it by a tenth more, so that this is rare.
func (c *conn) bound(until *time.Time, now time.Time, timeout time.Duration) bool {
	if timeout <= 0 || until.Sub(now) >= timeout && until.Sub(now) <= timeout+timeout/10 {
		return false
	}
	*until = now.Add(timeout + timeout/10)
	return true
}

// request reads the rest of a head. It returns nil when the connection ended
// before there was one, or when the library should have the request.
func (c *conn) request(have *[]byte) (r *http.Request, size int, of verdict) {
	var h head
	of = c.scan(&h, *have)
	if of == unsure {
		c.readUntil = time.Now().Add(c.server.headTimeout())
		_ = c.rwc.SetReadDeadline(c.readUntil) // a closed connection is seen next
		for of == unsure {
			b := *have
			n, err := c.rwc.Read(b[len(b):cap(b)])
			*have = b[:len(b)+n]
			switch {
			case n == 0 && errors.Is(err, io.EOF) && !c.little(b): // the library says what is wrong
				return nil, 0, theirs
			case n == 0 && err != nil:
				return nil, 0, unsure
			}
			of = c.scan(&h, *have)
		}
	}
	if of == theirs || !c.server.takes(h.path) || !c.know(h.block) {
		return nil, 0, theirs
	}
	address, target := h.url()
	if address == nil {
		return nil, 0, theirs
	}
	if c.pattern == nil {
		c.begin()
	}
	r = new(http.Request)
	*r = *c.pattern // its context has no other way in
	r.Method, r.URL, r.RequestURI = h.methodOf(), address, target
	r.Header, r.Close, r.Host = c.last.header, c.last.closes, c.last.host
	return r, h.size, ours
}

// scan looks at what there is of a request.
func (c *conn) scan(h *head, b []byte) verdict {
	if of := h.scan(b); of != theirs || !c.little(b) {
		return of
	}
	return unsure
}

// little reports whether b is what the library ends a connection after without
// a word: less than a method, behind a request that was answered.
func (c *conn) little(b []byte) bool { return c.answered && len(b) < len("GET ") }

// begin makes what all requests of the connection share.
func (c *conn) begin() {
	ctx := context.WithValue(c.server.base, http.LocalAddrContextKey, c.rwc.LocalAddr())
	if c.server.library.ConnContext != nil {
		ctx = c.server.library.ConnContext(ctx, c.rwc)
	}
	c.ctx, c.cancel = context.WithCancel(ctx)
	c.pattern = (&http.Request{
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody, RemoteAddr: c.remote, TLS: c.tls,
	}).WithContext(c.ctx)
}

// know makes the header that was sent the last one.
func (c *conn) know(block []byte) bool {
	if c.steady = c.last != nil && string(c.last.block) == string(block); !c.steady {
		c.last = read(block)
	}
	return c.last != nil
}

// answer calls the handler and reports whether the connection goes on.
func (c *conn) answer(r *http.Request, request []byte) (on bool) {
	now := time.Now()
	if c.bound(&c.writeUntil, now, c.server.library.WriteTimeout) {
		_ = c.rwc.SetWriteDeadline(c.writeUntil) // a closed connection is seen next
	}
	w := c.server.answers.get()
	w.reset(c, r)
	c.began.Store(now.UnixNano())
	c.state.Store(serving)
	defer func() {
		if reason := recover(); reason != nil {
			on = false
			c.broken(reason)
			c.unwatch()
			return
		}
		on = c.unwatch() && on
		w.c, w.keep = nil, nil
		c.server.answers.put(w)
	}()
	c.answered = true
	c.server.library.Handler.ServeHTTP(w, r)
	if on = w.finish(); on && w.whole() {
		c.remember(w.keep, request)
	}
	return on
}

// broken logs the panic of a handler, unless it is the way to give up.
func (c *conn) broken(reason any) {
	if reason == http.ErrAbortHandler { //nolint:errorlint // net/http compares it in the same way
		return
	}
	stack := make([]byte, 64<<10)
	c.server.logf("http: panic serving %v: %v\n%s", c.remote, reason, stack[:runtime.Stack(stack, false)])
}

// turn changes the state, unless it is another one.
func (c *conn) turn(from, to int32) bool { return c.state.CompareAndSwap(from, to) }

// watch waits for the sender of a request that takes long to leave, and ends
// the context of the request then. It is called for one that is watched.
func (c *conn) watch() {
	defer close(c.gone)
	one := make([]byte, 1)
	for c.listen() {
		n, err := c.rwc.Read(one)
		switch {
		case n > 0:
			c.early = one
			return
		case errors.Is(err, os.ErrDeadlineExceeded): // that of reading, which has passed
		case c.state.Load() == watched:
			c.cancel()
			return
		}
	}
}

// listen takes the deadline of reading away while the connection is watched.
func (c *conn) listen() bool {
	c.watching.Lock()
	defer c.watching.Unlock()
	if c.state.Load() != watched {
		return false
	}
	_ = c.rwc.SetReadDeadline(time.Time{}) // a closed connection is seen next
	return true
}

// unwatch ends the time of the handler, and reports whether the sender is
// still there.
func (c *conn) unwatch() bool {
	if c.turn(serving, reading) {
		return true
	}
	c.watching.Lock()
	mine := c.turn(watched, reading)
	if mine {
		_ = c.rwc.SetReadDeadline(time.Unix(1, 0)) // wakes the watcher
	}
	c.watching.Unlock()
	if !mine {
		return false
	}
	<-c.gone
	c.readUntil = time.Time{}
	_ = c.rwc.SetReadDeadline(time.Time{}) // a closed connection is seen next
	return c.ctx.Err() == nil
}

// A waiter waits for the first bytes of a request without holding memory for
// them, where that can be done.
type waiter interface {
	// read returns the first bytes; long tells that they are not expected soon.
	read(long bool) ([]byte, error)
}

// held is the waiter that reads into a buffer. Where that takes long, it reads
// one byte first.
type held struct {
	from io.Reader
	pool *buffers
}

func (w held) read(long bool) ([]byte, error) {
	var one [1]byte
	if long {
		if n, err := w.from.Read(one[:]); n == 0 {
			return nil, err
		}
		return append(w.pool.get(), one[0]), nil
	}
	b := w.pool.get()
	n, err := w.from.Read(b[:cap(b)])
	if n > 0 {
		return b[:n], nil
	}
	w.pool.put(b)
	return nil, err
}
