package httpserver

import (
	"context"
	"io"
	"net"
	"net/http"

	"example.org/tocsin/internal/lane"
)

// A gatherer is a connection that can hold back what is written for a moment,
// so that an answer of several buffers goes out in one call of the system:
// net/http sends the first 4 KB of a long answer alone, which costs as much as
// all else in a small request.
type gatherer struct {
	*net.TCPConn
	from      io.Reader // what the lane read, and then the connection; nil without the lane
	gathering bool      // used by the goroutine that answers, as Write is
	held      []byte
}

// gatherersOf makes the connections of a listener gather. Those of TLS stay as
// they are, since they write records.
type gatherersOf struct{ net.Listener }

func (l gatherersOf) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	switch conn := conn.(type) {
	case *net.TCPConn:
		return &gatherer{TCPConn: conn}, nil
	case *lane.Handed:
		if tcp, ok := conn.Conn.(*net.TCPConn); ok {
			return &gatherer{TCPConn: tcp, from: conn}, nil
		}
	}
	return conn, err
}

// Read reads what comes next.
func (g *gatherer) Read(b []byte) (int, error) {
	if g.from != nil {
		return g.from.Read(b)
	}
	return g.TCPConn.Read(b)
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
	writeWhole(ctx, w, status, nil, body)
}

func writeWhole(ctx context.Context, w http.ResponseWriter, status int, head, body []byte) {
	g, ok := ctx.Value(gathererKey{}).(*gatherer)
	if !ok || len(head)+len(body) < heldBytes/2 {
		w.WriteHeader(status)
		writeBoth(w, head, body)
		return
	}
	g.gathering = true
	w.WriteHeader(status)
	writeBoth(w, head, body)
	_ = http.NewResponseController(w).Flush() // what is left in net/http's buffer
	g.gathering = false
	if len(g.held) > 0 {
		_, _ = g.Write(nil)
	}
}

// writeBoth writes a body of two parts.
func writeBoth(w http.ResponseWriter, head, body []byte) {
	if len(head) > 0 {
		_, _ = w.Write(head) // the client is gone: nobody to tell
	}
	_, _ = w.Write(body)
}
