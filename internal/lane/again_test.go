package lane_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/lane"
)

// repeating answers with bodies that it keeps, under names of its own making,
// and counts how often it was asked, how often an answer was taken again, and
// what of it was not sent.
type repeating struct {
	asked, again, refused, ended atomic.Int64
	missing                      atomic.Int64
	stale, broken                atomic.Bool
	status                       int
	body                         []byte
}

func (h *repeating) name(n int64) string { return fmt.Sprintf("name-%06d", n) }

func (h *repeating) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := h.name(h.asked.Add(1))
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("X-Name", name)
	w.Header().Set("X-Same-Name", name)
	w.Header().Set("X-Path", r.URL.Path)
	if h.status != http.StatusNotModified {
		w.Header().Set("Content-Length", fmt.Sprint(len(h.body)))
	}
	if to, ok := w.(lane.Repeater); ok && to.Repeats() {
		to.Repeat(h, name, h.body)
	}
	w.WriteHeader(max(h.status, 200))
	if r.Method != http.MethodHead && h.status != http.StatusNotModified {
		_, _ = w.Write(h.body)
	}
}

func (h *repeating) Begin() (string, bool) {
	switch {
	case h.broken.Load():
		panic("broken")
	case h.stale.Load():
		h.refused.Add(1)
		return "", false
	}
	return h.name(100_000 + h.again.Add(1)), true
}

func (h *repeating) End(missing int64) {
	h.ended.Add(1)
	h.missing.Add(missing)
}

// reader asks on one connection and reads answers.
type reader struct {
	t    *testing.T
	conn net.Conn
	from *bufio.Reader
}

func (r reader) ask(request string) (*http.Response, string) {
	r.t.Helper()
	if _, err := io.WriteString(r.conn, request); err != nil {
		r.t.Fatal(err)
	}
	return r.next(request)
}

func (r reader) next(request string) (*http.Response, string) {
	r.t.Helper()
	method, _, _ := strings.Cut(request, " ")
	w, err := http.ReadResponse(r.from, &http.Request{Method: method})
	if err != nil {
		r.t.Fatal(err)
	}
	body, err := io.ReadAll(w.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return w, string(body)
}

// What a connection asks for again is answered without the handler, with the
// same header but for date and names, as long as the handler would say the same.
func TestAnswersAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method, body string
		status       int
		secured      bool
	}{
		"small":        {"GET", "hello", 200, false},
		"large":        {"GET", strings.Repeat("0123456789", 10_000), 200, false},
		"empty":        {"GET", "", 200, false},
		"head":         {"HEAD", "hello", 200, false},
		"not modified": {"GET", "", 304, false},
		"failure":      {"GET", "gone", 404, false},
		"secured":      {"GET", "hello", 200, true},
		"secured long": {"GET", strings.Repeat("0123456789", 10_000), 200, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &repeating{status: tt.status, body: []byte(tt.body)}
			r := open(t, h, tt.secured)
			request := tt.method + " /a HTTP/1.1\r\nHost: x\r\n\r\n"
			var first *http.Response
			for i := range 10 {
				w, body := r.ask(request)
				want := tt.body
				if tt.method == "HEAD" {
					want = ""
				}
				if w.StatusCode != tt.status || body != want || w.Header.Get("X-Path") != "/a" || w.Header.Get("Date") == "" {
					t.Fatalf("answer %d: %d %v %.100q", i, w.StatusCode, w.Header, body)
				}
				if i == 0 {
					first = w
				}
				named := h.name(int64(i + 1))
				if i > 1 {
					named = h.name(int64(100_000 + i - 1))
				}
				if w.Header.Get("X-Name") != named || w.Header.Get("X-Same-Name") != named {
					t.Errorf("answer %d has the names %q", i, w.Header)
				}
				for field := range first.Header {
					if field != "Date" && !strings.HasSuffix(field, "Name") && fmt.Sprint(w.Header[field]) != fmt.Sprint(first.Header[field]) {
						t.Errorf("answer %d: %s is %q, want %q", i, field, w.Header[field], first.Header[field])
					}
				}
				if w.ContentLength != first.ContentLength {
					t.Errorf("answer %d is announced with %d bytes, want %d", i, w.ContentLength, first.ContentLength)
				}
			}
			if h.asked.Load() != 2 || h.again.Load() != 8 || h.ended.Load() != 8 || h.missing.Load() != 0 {
				t.Errorf("asked %d times, answered again %d times, ended %d times, %d bytes missing", h.asked.Load(), h.again.Load(), h.ended.Load(), h.missing.Load())
			}
		})
	}
}

func open(t *testing.T, h http.Handler, isSecured bool) reader {
	t.Helper()
	if !isSecured {
		conn := dial(t, start(t, h, true).address)
		return reader{t, conn, bufio.NewReader(conn)}
	}
	made := httptest.NewTLSServer(nil) // for its certificate
	defer made.Close()
	conn := tls.Client(dial(t, securedBy(t, h, made.TLS.Certificates, true)), &tls.Config{InsecureSkipVerify: true})
	return reader{t, conn, bufio.NewReader(conn)}
}

// The handler is asked for everything else: another address, another header, an
// answer that would be another one by now, and a header that came once.
func TestAsksForAllElse(t *testing.T) {
	t.Parallel()
	h := &repeating{status: 200, body: []byte("x")}
	r := open(t, h, false)
	request := func(path, field string) string { return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + field + "\r\n" }
	asked := func(want int64) {
		t.Helper()
		if h.asked.Load() != want {
			t.Fatalf("asked %d times, want %d", h.asked.Load(), want)
		}
	}
	r.ask(request("/a", ""))
	r.ask(request("/b", ""))
	r.ask(request("/a", ""))
	asked(3)
	r.ask(request("/a", ""))
	r.ask(request("/b", ""))
	asked(3)
	for i, other := range []string{request("/a?", ""), request("/a/", ""), request("/A", ""), request("/a", "If-None-Match: x\r\n"), strings.Replace(request("/a", ""), "GET", "HEAD", 1), strings.Replace(request("/a", ""), "Host: x", "Host: y", 1)} {
		r.ask(other)
		asked(int64(4 + i))
	}
	h.stale.Store(true)
	r.ask(request("/b", ""))
	if h.refused.Load() != 1 {
		t.Fatal("nobody was asked whether the answer holds")
	}
	asked(10)
	h.stale.Store(false)
	again := h.again.Load()
	r.ask(request("/b", "")) // the answer that did not hold is forgotten
	r.ask(request("/b", ""))
	if h.again.Load() == again {
		t.Error("an answer is not kept again")
	}
}

// Requests that come together, or byte by byte, are told apart as ever.
func TestAgainInPieces(t *testing.T) {
	t.Parallel()
	h := &repeating{status: 200, body: []byte("x")}
	r := open(t, h, false)
	one := "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
	r.ask(one)
	r.ask(one)
	if _, err := io.WriteString(r.conn, strings.Repeat(one, 5)+"GET /b HTTP/1.1\r\nHost: x\r\n\r\n"+one); err != nil {
		t.Fatal(err)
	}
	for i := range 7 {
		w, _ := r.next(one)
		if want := map[bool]string{true: "/b", false: "/a"}[i == 5]; w.Header.Get("X-Path") != want {
			t.Errorf("answer %d is about %s, want %s", i, w.Header.Get("X-Path"), want)
		}
	}
	if h.again.Load() != 6 {
		t.Errorf("answered again %d times, want 6", h.again.Load())
	}
	for i := range len(one) {
		if _, err := io.WriteString(r.conn, one[i:i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if w, _ := r.next(one); w.Header.Get("X-Path") != "/a" {
		t.Error(w.Header)
	}
}

// A connection keeps few answers, those that it asked for last.
func TestKeepsFewAnswers(t *testing.T) {
	t.Parallel()
	h := &repeating{status: 200, body: []byte("x")}
	r := open(t, h, false)
	for range 3 {
		for i := range 20 {
			r.ask(fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: x\r\n\r\n", i))
		}
	}
	if h.again.Load() != 0 {
		t.Errorf("%d of 20 answers were kept", h.again.Load())
	}
	for i := 19; i > 15; i-- {
		r.ask(fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: x\r\n\r\n", i))
	}
	if h.again.Load() != 4 {
		t.Errorf("the last four answers were kept %d times", h.again.Load())
	}
}

// Who breaks while an answer is to be repeated breaks one connection.
func TestBreaksOneConnection(t *testing.T) {
	t.Parallel()
	h := &repeating{status: 200, body: []byte("x")}
	c := start(t, h, true)
	conn := dial(t, c.address)
	r := reader{t, conn, bufio.NewReader(conn)}
	one := "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
	r.ask(one)
	r.ask(one)
	h.broken.Store(true)
	if _, err := io.WriteString(conn, one); err != nil {
		t.Fatal(err)
	}
	if _, err := r.from.ReadByte(); err == nil {
		t.Error("an answer came")
	}
	other := dial(t, c.address)
	if w, _ := (reader{t, other, bufio.NewReader(other)}).ask(one); w.StatusCode != 200 {
		t.Error(w.Status)
	}
}

// A body that is not the one that was announced, and answers that end the
// connection, are not kept.
func TestKeepsWholeAnswersOnly(t *testing.T) {
	t.Parallel()
	h := &repeating{status: 200, body: []byte("long")}
	asked := 0
	r := open(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Content-Length", "5")
		w.Header().Set("Content-Type", "text/plain")
		w.(lane.Repeater).Repeat(h, "name", h.body)
		_, _ = io.WriteString(w, "other")
	}), false)
	for range 4 {
		if _, body := r.ask("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"); body != "other" {
			t.Error(body)
		}
	}
	if asked != 4 {
		t.Errorf("asked %d times, want 4", asked)
	}
}

// A connection that got answers again rests like any other, and one whose client has
// said that it sends nothing more gets the last one and ends.
func TestRestsAndEndsAfterAnswersAgain(t *testing.T) {
	t.Parallel()
	h := &repeating{status: 200, body: []byte("x")}
	c := start(t, h, true)
	conn := dial(t, c.address)
	r := reader{t, conn, bufio.NewReader(conn)}
	one := "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
	for range 5 {
		r.ask(one)
	}
	if h.again.Load() == 0 {
		t.Fatal("nothing is kept")
	}
	if runtime.GOOS == "linux" {
		for began := time.Now(); c.lane.Parked() == 0; time.Sleep(10 * time.Millisecond) {
			if time.Since(began) > 30*time.Second {
				t.Fatal("the connection does not rest")
			}
		}
	}
	for range 5 {
		r.ask(one)
	}
	again := h.again.Load()
	if _, err := io.WriteString(conn, one); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if w, body := r.next(one); w.StatusCode != 200 || body != "x" || h.again.Load() != again+1 {
		t.Errorf("%s %q, answered again %d times", w.Status, body, h.again.Load()-again)
	}
	if _, err := r.from.ReadByte(); err != io.EOF {
		t.Errorf("%v in place of the end", err)
	}
}
