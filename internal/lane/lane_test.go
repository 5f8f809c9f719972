package lane_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/lane"
)

// counting tells which of the two a request was answered by: the library calls
// ConnState for its connections.
type counting struct {
	address string
	library atomic.Int64 // connections
	lane    *lane.Server // nil without one
}

// start serves a handler until the test ends. With a lane, everything below
// /stream is the library's.
func start(t testing.TB, h http.Handler, withLane bool, change ...func(*http.Server)) *counting {
	t.Helper()
	c := &counting{}
	library := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second, IdleTimeout: 5 * time.Second, ErrorLog: log.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				c.library.Add(1)
			}
		},
	}
	for _, f := range change {
		f(library)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.address = l.Addr().String()
	serve, shutdown := library.Serve, library.Shutdown
	if withLane {
		s := lane.New(library, library.Serve, func(path []byte) bool { return !bytes.HasPrefix(path, []byte("/stream")) })
		c.lane, serve, shutdown = s, s.Serve, s.Shutdown
	}
	done := make(chan error, 1)
	go func() { done <- serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("Serve: %v", err)
		}
	})
	return c
}

func dial(t testing.TB, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn
}

// echo answers with all that a handler can see of a request.
func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %q %q %q %q %v %s %d %v %v %q", r.Method, r.RequestURI, r.URL.Path, r.URL.RawPath, r.URL.RawQuery, r.URL.ForceQuery, r.Proto, r.ContentLength, r.Close, r.TransferEncoding, body)
	fmt.Fprintf(w, " host %q header %v local %v tls %v", r.Host, r.Header, r.Context().Value(http.LocalAddrContextKey) != nil, r.TLS != nil)
}

// handlers are all the ways in which something is answered.
func handlers() *http.ServeMux {
	long := strings.Repeat("0123456789abcdef", 8<<10)
	mux := http.NewServeMux()
	for path, h := range map[string]http.HandlerFunc{
		"/echo":  echo,
		"/empty": func(http.ResponseWriter, *http.Request) {},
		"/sniff": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html><p>x") },
		"/sniff-parts": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "<ht")
			_, _ = io.WriteString(w, "ml><p>x")
		},
		"/sniff-long": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "%PDF-"+long) },
		"/typed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "a/b")
			_, _ = io.WriteString(w, "x")
		},
		"/untyped": func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			_, _ = io.WriteString(w, "x")
		},
		"/coded": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "x")
		},
		"/length": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "3")
			_, _ = io.WriteString(w, "abc")
		},
		"/length-bad": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "x3")
			_, _ = io.WriteString(w, "abc")
		},
		"/length-over": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "3")
			_, _ = io.WriteString(w, "abc")
			n, err := io.WriteString(w, "def")
			if n != 0 || !errors.Is(err, http.ErrContentLength) {
				panic(fmt.Sprint(n, err))
			}
		},
		"/length-short": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "30")
			_, _ = io.WriteString(w, "abc")
		},
		"/long": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, long) },
		"/long-length": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(long)))
			w.Header().Set("Content-Type", "a/b")
			_, _ = io.WriteString(w, long)
		},
		"/parts": func(w http.ResponseWriter, _ *http.Request) {
			for i := range 1000 {
				fmt.Fprintf(w, "line %d and %s\n", i, long[:i])
			}
		},
		"/flush": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "a")
			_ = http.NewResponseController(w).Flush()
			_, _ = io.WriteString(w, "b")
		},
		"/flush-first": func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() },
		"/flush-length": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "2")
			_, _ = io.WriteString(w, "a")
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, "b")
		},
		"/304": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Etag", `"a"`)
			w.Header().Set("Content-Type", "a/b")
			w.Header().Set("Content-Length", "5")
			w.WriteHeader(304)
			if _, err := io.WriteString(w, "x"); !errors.Is(err, http.ErrBodyNotAllowed) {
				panic(err)
			}
		},
		"/204": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"/404": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 404) },
		"/799": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(799); _, _ = io.WriteString(w, "x") },
		"/twice": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(201)
			w.WriteHeader(500)
			_, _ = io.WriteString(w, "x")
		},
		"/late": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(200)
			w.Header().Set("X-Late", "x")
			_, _ = io.WriteString(w, "x")
		},
		"/close": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			_, _ = io.WriteString(w, "x")
		},
		"/odd": func(w http.ResponseWriter, _ *http.Request) {
			h := w.Header()
			h["X-Split"], h["X-Blank"], h["X-Two"] = []string{"a\r\nSet-Cookie: b=c"}, []string{" \t a \n"}, []string{"a", "b"}
			h["Bad Name"], h["Bad:Name"], h[""], h["X\r\nY"] = []string{"x"}, []string{"x"}, []string{"x"}, []string{"x"}
			h["Date"] = []string{"then"}
			_, _ = io.WriteString(w, "x")
		},
		"/undated":  func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil; _, _ = io.WriteString(w, "x") },
		"/abort":    func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"/panic":    func(http.ResponseWriter, *http.Request) { panic("x") },
		"/bad-code": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(1) },
		"/early":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103); _, _ = io.WriteString(w, "x") },
	} {
		mux.HandleFunc(path, h)
	}
	return mux
}

// seen is an answer as a client reads it, but for what may differ: the moment,
// and in which of two ways the length is told.
func seen(t *testing.T, conn net.Conn, method string) string {
	t.Helper()
	in := bufio.NewReader(conn)
	var out strings.Builder
	for {
		w, err := http.ReadResponse(in, &http.Request{Method: method})
		if err != nil {
			fmt.Fprintf(&out, "end %v", errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF))
			return out.String()
		}
		if w.StatusCode == 103 {
			continue
		}
		if w.Header.Get("Date") != "then" && w.Header.Get("Date") != "" {
			if _, err := http.ParseTime(w.Header.Get("Date")); err != nil {
				t.Error(err)
			}
			w.Header.Set("Date", "now")
		}
		body, err := io.ReadAll(w.Body)
		w.Header.Del("Content-Length")
		fmt.Fprintf(&out, "%s %v close %v %d %.200q %v\n", w.Status, w.Header, w.Close, len(body), body, err)
	}
}

// TestAnswersAreThoseOfTheLibrary asks both the same.
func TestAnswersAreThoseOfTheLibrary(t *testing.T) {
	t.Parallel()
	mux := handlers()
	with, without := start(t, mux, true), start(t, mux, false)
	paths := strings.Fields("/echo /empty /sniff /sniff-parts /sniff-long /typed /untyped /coded /length /length-bad /length-over /length-short /long /long-length " +
		"/parts /flush /flush-first /flush-length /304 /204 /404 /799 /twice /late /close /odd /undated /abort /panic /bad-code /early /none")
	for _, path := range paths {
		for _, method := range []string{"GET", "HEAD"} {
			for _, rest := range []string{"Connection: close\r\n\r\n", "\r\nGET /echo HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n"} {
				if method == "HEAD" && (!strings.HasPrefix(rest, "C") || path == "/length-bad") {
					continue // a client cannot tell where the next answer is; the library breaks off
				}
				request := method + " " + path + " HTTP/1.1\r\nHost: a\r\n" + rest
				t.Run(method+path, func(t *testing.T) {
					t.Parallel()
					same(t, with, without, method, request)
				})
			}
		}
	}
	t.Cleanup(func() {
		if n := with.library.Load(); n != 0 {
			t.Errorf("the library had %d connections, want all in the lane", n)
		}
	})
}

func same(t *testing.T, with, without *counting, method, request string) {
	t.Helper()
	var answers [2]string
	for i, server := range []*counting{with, without} {
		conn := dial(t, server.address)
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		answers[i] = seen(t, conn, method)
	}
	if answers[0] != answers[1] {
		t.Errorf("%q:\nlane    %s\nlibrary %s", request, answers[0], answers[1])
	}
}

// TestOddRequests sends what the lane must leave to the library: what that
// answers is what the client gets.
func TestOddRequests(t *testing.T) {
	t.Parallel()
	mux := handlers()
	with, without := start(t, mux, true), start(t, mux, false)
	const end, next = "\r\n\r\n", "GET /echo?smuggled HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n"
	for i, request := range []string{
		"GET /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5" + end + "hello" + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6" + end + "hello" + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +5" + end + "hello" + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nContent-Length : 5" + end + "hello" + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked" + end + "0\r\n\r\n" + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked" + end + "0\r\n\r\n" + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked" + end + "0\r\n\r\n" + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\x0bchunked" + end + "0\r\n\r\n" + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding\r\n: chunked" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4" + end + "0\r\n\r\n" + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nX: b\r\n Transfer-Encoding: chunked" + end + next,
		"GET /echo HTTP/1.1\r\n Host: a\r\nHost: b" + end + next,
		"GET /echo HTTP/1.1\nHost: a\n\n" + next,
		"GET /echo HTTP/1.1\r\nHost: a\nX: b" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\rX: b" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nX: a\x00b" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nX: a\x7fb" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nX: caf\xc3\xa9" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\n: b" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nX" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nX Y: b" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nHost: b" + end + next,
		"GET /echo HTTP/1.1\r\nhost: a\r\nHOST: a" + end + next,
		"GET /echo HTTP/1.1\r\nX: a" + end + next,
		"GET /echo HTTP/1.1\r\nHost: " + end + next,
		"GET /echo HTTP/1.1\r\nHost: a/b" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a@b" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a,b" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nCookie: a=b\r\nCookie: c=d" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close, keep-alive" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Content-Length" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nExpect: more" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nTE: trailers" + end + next,
		"GET /echo HTTP/1.0\r\nHost: a" + end,
		"GET /echo HTTP/1.0\r\nHost: a\r\nConnection: keep-alive" + end + next,
		"GET /echo HTTP/1.2\r\nHost: a" + end + next,
		"GET /echo HTTP/2.0\r\nHost: a" + end + next,
		"GET /echo HTTP/1.1 \r\nHost: a" + end + next,
		"GET  /echo HTTP/1.1\r\nHost: a" + end + next,
		"GET\t/echo HTTP/1.1\r\nHost: a" + end + next,
		" GET /echo HTTP/1.1\r\nHost: a" + end + next,
		"\r\nGET /echo HTTP/1.1\r\nHost: a" + end + next,
		"GET /echo" + end + next,
		"GET echo HTTP/1.1\r\nHost: a" + end + next,
		"GET http://c/echo HTTP/1.1\r\nHost: a" + end + next,
		"GET //c/echo HTTP/1.1\r\nHost: a" + end + next,
		"GET /echo#x HTTP/1.1\r\nHost: a" + end + next,
		"GET /echo?a=<b>&c=\"d\" HTTP/1.1\r\nHost: a" + end + next,
		"GET /caf\xc3\xa9 HTTP/1.1\r\nHost: a" + end + next,
		"GET /echo?a b HTTP/1.1\r\nHost: a" + end + next,
		"GET /%zz HTTP/1.1\r\nHost: a" + end + next,
		"GET /% HTTP/1.1\r\nHost: a" + end + next,
		"get /echo HTTP/1.1\r\nHost: a" + end + next,
		"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5" + end + "hello" + next,
		"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked" + end + "5\r\nhello\r\n0\r\n\r\n" + next,
		"OPTIONS * HTTP/1.1\r\nHost: a" + end + next,
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00",
		"GET /stream HTTP/1.1\r\nHost: a" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 9000) + end + next,
		"GET /echo?" + strings.Repeat("x", 9000) + " HTTP/1.1\r\nHost: a" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a" + strings.Repeat("\r\nX: b", 60) + end + next,
		// These are the lane's, and mean the same to both.
		"GET /echo? HTTP/1.1\r\nhOST: [::1]:80\r\nX:\t a \t\r\nX: \r\nX: b" + end + next,
		"GET /echo?a=%zz&&+'();:@!,$*~ HTTP/1.1\r\nHost: a_b-c.d:1\r\nPragma: no-cache\r\naccept-ENCODING: gzip" + end + next,
		"GET /echo/../%65cho%2f/./;a=b?c?d HTTP/1.1\r\nHost: a\r\nConnection: Keep-Alive\r\nReferer: http://x/?a" + end + next,
		"GET /echo HTTP/1.1\r\nHost: a\r\nConnection: CLOSE" + end + next,
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			var answers [2]string
			for i, server := range []*counting{with, without} {
				conn := dial(t, server.address)
				if _, err := io.WriteString(conn, request); err != nil {
					t.Fatal(err)
				}
				_ = conn.(*net.TCPConn).CloseWrite()
				answers[i] = seen(t, conn, "GET")
			}
			if answers[0] != answers[1] {
				t.Errorf("%.300q:\nlane    %s\nlibrary %s", request, answers[0], answers[1])
			}
		})
	}
}

// TestManyRequests sends requests in one piece, byte by byte and with others
// between, on one connection that ends with the library.
func TestManyRequests(t *testing.T) {
	t.Parallel()
	mux := handlers()
	with, without := start(t, mux, true), start(t, mux, false)
	one := "GET /echo?1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n"
	two := "GET /long HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer y\r\n\r\n"
	post := "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
	last := "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
	same(t, with, without, "GET", one+one+two+one+last)
	same(t, with, without, "GET", one+two+post+one+two+last)
	var answers [2]string
	for i, server := range []*counting{with, without} {
		conn := dial(t, server.address)
		_ = conn.(*net.TCPConn).SetNoDelay(true)
		for _, b := range []byte(one + two + one + post + last) {
			if _, err := conn.Write([]byte{b}); err != nil {
				t.Fatal(err)
			}
		}
		answers[i] = seen(t, conn, "GET")
	}
	if answers[0] != answers[1] {
		t.Errorf("byte by byte:\nlane    %s\nlibrary %s", answers[0], answers[1])
	}
	if n := with.library.Load(); n != 2 {
		t.Errorf("the library had %d connections, want the two with a POST", n)
	}
}
