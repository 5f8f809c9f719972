package httpserver

import (
	"context"
	"net"
	"net/http"
)

// A gatherer is a connection that can hold back what is written for a moment,
// so that an answer of several buffers goes out in one call of the system:
// net/http sends the first 4 KB of a long answer alone, which costs as much as
// all else in a small request.
type gatherer struct {
	*net.TCPConn
	gathering bool // used by the goroutine that answers, as Write is
	held      []byte
}

// gatherersOf makes the connections of a listener gather. Those of TLS stay as
// they are, since they write records.
type gatherersOf struct{ net.Listener }

func (l gatherersOf) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok && err == nil {
		return &gatherer{TCPConn: tcp}, nil
	}
	return conn, err
}

// Write sends what is held and b, or holds b.
func (g *gatherer) Write(b []byte) (int, error) {
	switch {
	case g.gathering && len(g.held) == 0 && len(b) <= heldBytes:
		g.held = append(g.held, b...)
		return len(b), nil
	case len(g.held) == 0:
		return g.TCPConn.Write(b)
	}
	buffers := net.Buffers{g.held, b}
	n, err := buffers.WriteTo(g.TCPConn)
	n -= int64(len(g.held))
	g.held = g.held[:0]
	return int(max(n, 0)), err
}

// heldBytes is the most that is held back: a buffer of net/http.
const heldBytes = 4 << 10

type gathererKey struct{}

func withGatherer(ctx context.Context, conn net.Conn) context.Context {
	if g, ok := conn.(*gatherer); ok {
		return context.WithValue(ctx, gathererKey{}, g)
	}
	return ctx
}

// WriteWhole sends a body whose length has been announced, with the header
// before it, in as few pieces as the connection allows. The answer ends with
// it.
func WriteWhole(ctx context.Context, w http.ResponseWriter, status int, body []byte) {
	g, ok := ctx.Value(gathererKey{}).(*gatherer)
	if !ok || len(body) < heldBytes/2 {
		w.WriteHeader(status)
		_, _ = w.Write(body) // the client is gone: nobody to tell
		return
	}
	g.gathering = true
	w.WriteHeader(status)
	_, _ = w.Write(body)
	_ = http.NewResponseController(w).Flush() // what is left in net/http's buffer
	g.gathering = false
	if len(g.held) > 0 {
		_, _ = g.Write(nil)
	}
}
