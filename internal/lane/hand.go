package lane

import (
	"crypto/tls"
	"net"
	"sync"
)

// A Handed is a connection that the lane has handed to the library, with the
// bytes that it had read.
type Handed struct {
	net.Conn

	before []byte
}

// Read returns what the lane had read, and then what comes.
func (h *Handed) Read(b []byte) (int, error) {
	if len(h.before) > 0 {
		n := copy(b, h.before)
		if h.before = h.before[n:]; len(h.before) == 0 {
			h.before = nil
		}
		return n, nil
	}
	return h.Conn.Read(b)
}

// CloseWrite ends what the client is sent, where the connection can do that: the
// library does so before it closes one from which more may come.
func (h *Handed) CloseWrite() error {
	if half, ok := h.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// secured is one over TLS, of which the library asks for its state.
type secured struct {
	*Handed

	tls *tls.Conn
}

func (s secured) ConnectionState() tls.ConnectionState { return s.tls.ConnectionState() }

// handOver is a connection that begins with bytes that were read from it.
func handOver(rwc net.Conn, before []byte) net.Conn {
	h := &Handed{rwc, before}
	if over, ok := rwc.(*tls.Conn); ok {
		return secured{h, over}
	}
	return h
}

// An inbox is the listener at which the library finds what it is handed.
type inbox struct {
	address net.Addr
	conns   chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func newInbox() *inbox { return &inbox{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (i *inbox) Accept() (net.Conn, error) {
	select {
	case conn := <-i.conns:
		return conn, nil
	case <-i.closed:
		return nil, net.ErrClosed
	}
}

func (i *inbox) Close() error {
	i.once.Do(func() { close(i.closed) })
	return nil
}

func (i *inbox) Addr() net.Addr { return i.address }

// hand gives a connection to the library, and reports whether that took it.
func (s *Server) hand(conn net.Conn) bool {
	select {
	case s.inbox.conns <- conn:
		return true
	case <-s.inbox.closed:
		return false
	}
}
