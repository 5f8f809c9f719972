package lane_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/lane"
)

// A script is a connection whose client has said all that it will: pieces of
// at most piece bytes, and then the end of its half.
type script struct {
	name   string
	mu     sync.Mutex
	rest   []byte
	piece  int
	out    bytes.Buffer
	ended  chan struct{}
	ending sync.Once
}

func (s *script) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), s.piece)], s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *script) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(b)
}

func (s *script) Close() error { return s.CloseWrite() }

// CloseWrite ends what the client is told, as closing does.
func (s *script) CloseWrite() error {
	s.ending.Do(func() { close(s.ended) })
	return nil
}

func (s *script) LocalAddr() net.Addr              { return named("server") }
func (s *script) RemoteAddr() net.Addr             { return named(s.name) }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

type named string

func (named) Network() string  { return "script" }
func (n named) String() string { return string(n) }

// scripts is a listener for them.
type scripts struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (s *scripts) Accept() (net.Conn, error) {
	select {
	case conn := <-s.conns:
		return conn, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *scripts) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

func (s *scripts) Addr() net.Addr { return named("server") }

// A stage is a server that plays scripts, and notes what its handler is given.
type stage struct {
	scripts
	mu    sync.Mutex
	heard map[string]*strings.Builder // by the name of the connection
	next  int

	repeated atomic.Int64 // requests that were answered without the handler
}

func newStage(t testing.TB, withLane bool) *stage {
	s := &stage{scripts: scripts{conns: make(chan net.Conn), closed: make(chan struct{})}, heard: map[string]*strings.Builder{}}
	library := &http.Server{Handler: s, ErrorLog: log.New(io.Discard, "", 0)}
	serve, stop := library.Serve, library.Close
	if withLane {
		l := lane.New(library, library.Serve, func(path []byte) bool { return !bytes.HasPrefix(path, []byte("/stream")) })
		serve, stop = l.Serve, l.Close
	}
	done := make(chan error, 1)
	go func() { done <- serve(&s.scripts) }()
	t.Cleanup(func() {
		_ = stop()
		<-done
	})
	return s
}

func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	s.mu.Lock()
	to := s.heard[r.RemoteAddr]
	s.mu.Unlock()
	line := fmt.Sprintf("%s %q %q %q %q %q %q %q %v %s %d %v %q %q header %v trailer %v body %q %v\n", r.Method, r.RequestURI, r.URL.Scheme, r.URL.Host, r.URL.Path, r.URL.RawPath,
		r.URL.RawQuery, r.URL.Opaque, r.URL.ForceQuery, r.Proto, r.ContentLength, r.Close, r.TransferEncoding, r.Host, r.Header, r.Trailer, body, err)
	to.WriteString(line)
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Content-Length", "2")
	w.Header().Set("X-Name", "name")
	if keeps, ok := w.(lane.Repeater); ok && keeps.Repeats() {
		keeps.Repeat(again{s, to, line}, "name", []byte("ok"))
	}
	_, _ = io.WriteString(w, "ok")
}

// again notes a request that is answered without the handler as the handler does.
type again struct {
	on   *stage
	to   *strings.Builder
	line string
}

func (a again) Begin() (string, bool) {
	a.on.repeated.Add(1)
	a.to.WriteString(a.line)
	return "name", true
}

func (again) End(int64) {}

// play lets a client say something, and returns what the handler was given and
// what the client was told.
func (s *stage) play(said []byte, piece int) (heard, told string) {
	s.mu.Lock()
	s.next++
	conn := &script{name: strconv.Itoa(s.next), rest: bytes.Clone(said), piece: piece, ended: make(chan struct{})}
	to := &strings.Builder{}
	s.heard[conn.name] = to
	s.mu.Unlock()
	s.conns <- conn
	<-conn.ended
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.heard, conn.name)
	conn.mu.Lock()
	defer conn.mu.Unlock()
	return to.String(), sorted(conn.out.String())
}

// sorted is what a client is told, without the moment and the order of the
// fields.
func sorted(out string) (told string) {
	for i, one := range strings.Split(out, "HTTP/1.") {
		lines := slices.DeleteFunc(strings.Split(one, "\r\n"), func(line string) bool { return strings.HasPrefix(line, "Date: ") })
		if len(lines) > 1 {
			slices.Sort(lines[1:])
		}
		told += fmt.Sprintf("%d %q\n", i, lines)
	}
	return told
}

// contrast says in what a stage with the lane and one without differ.
func contrast(with, without *stage, said []byte, piece int) error {
	heard, told := with.play(said, piece)
	libraryHeard, libraryTold := without.play(said, piece)
	if heard != libraryHeard {
		return fmt.Errorf("%q in pieces of %d: the handler is given\nlane    %s\nlibrary %s", said, piece, heard, libraryHeard)
	}
	if told != libraryTold {
		return fmt.Errorf("%q in pieces of %d: the client is told\nlane    %s\nlibrary %s", said, piece, told, libraryTold)
	}
	return nil
}

// FuzzStream plays all that a client says on a connection to a server with the
// lane and to one without: the handler is given the same requests, in the same
// order, and the client is told the same.
func FuzzStream(f *testing.F) {
	const one, end = "GET /a?b HTTP/1.1\r\nHost: a\r\nX: b\r\n\r\n", "HEAD /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
	for _, seed := range []string{
		one + one + end, one + "GET /%2e/x HTTP/1.1\r\nHost: b\r\n\r\n" + one[:20],
		one + "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + end,
		one + "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: u\r\n\r\n" + end,
		"GET / HTTP/1.0\r\n\r\n" + one, "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
		"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n" + one, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx" + one, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	} {
		f.Add([]byte(seed), byte(255))
		f.Add([]byte(seed), byte(0))
	}
	kept, err := os.ReadFile("testdata/streams") // what an earlier run found: the size of the pieces, and what is said
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(kept)) {
		size, said, _ := strings.Cut(strings.TrimSpace(line), " ")
		piece, err := strconv.ParseUint(size, 10, 8)
		text, quoteErr := strconv.Unquote(said)
		if err := errors.Join(err, quoteErr); err != nil {
			f.Fatalf("%s: %v", line, err)
		}
		f.Add([]byte(text), byte(piece))
	}
	with, without := newStage(f, true), newStage(f, false)
	f.Fuzz(func(t *testing.T, said []byte, piece byte) {
		size := 1 + int(piece)
		if piece == 255 {
			size = 1 << 16
		}
		if err := contrast(with, without, said, size); err != nil {
			t.Fatal(err)
		}
	})
}
