package httpclient_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/httpclient"
)

// newClient is a client of a server that handle answers for, pinned to /api.
func newClient(t *testing.T, c httpclient.Config, handle http.HandlerFunc) (*httpclient.Client, string) {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	c.Root = server.URL + "/api"
	client, err := httpclient.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client, server.URL
}

func pack(t *testing.T, text []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func TestAnswerIsHashedBeforeItIsInflated(t *testing.T) {
	t.Parallel()
	text := []byte(strings.Repeat(`{"value":[]}`, 100))
	packed := pack(t, text)
	client, _ := newClient(t, httpclient.Config{UserAgent: "tocsin/9"}, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" || r.Header.Get("User-Agent") != "tocsin/9" {
			t.Errorf("header = %v", r.Header)
		}
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed)
	})
	answer, err := client.Do(t.Context(), http.MethodGet, "/api/x", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Hash != sha256.Sum256(packed) || !bytes.Equal(answer.Wire, packed) {
		t.Error("the hash is not that of the bytes as sent")
	}
	if body, err := answer.Body(); err != nil || !bytes.Equal(body, text) {
		t.Errorf("body of %d bytes, %v", len(body), err)
	}
}

func TestBodyLimits(t *testing.T) {
	t.Parallel()
	const limit = 1000
	zeros := make([]byte, limit+1)
	tests := []struct {
		name, encoding  string
		wire            []byte
		sends, inflates bool // whether Do and Body succeed
	}{
		{"at the limit", "", zeros[:limit], true, true},
		{"too many bytes as sent", "", zeros, false, false},
		{"packed, at the limit", "gzip", pack(t, zeros[:limit]), true, true},
		{"bomb", "gzip", pack(t, zeros), true, false},
		{"truncated", "gzip", pack(t, zeros[:limit])[:20], true, false},
		{"trailing bytes", "gzip", append(pack(t, zeros[:10]), "tail"...), true, false},
		{"not packed at all", "gzip", []byte(`{"value":[]}`), true, false},
		{"other encoding", "br", []byte("x"), true, false},
		{"twice packed", "gzip, gzip", pack(t, pack(t, nil)), true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, _ := newClient(t, httpclient.Config{MaxBody: limit}, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", tt.encoding)
				_, _ = w.Write(tt.wire)
			})
			answer, err := client.Do(t.Context(), http.MethodGet, "/api", nil, nil)
			if (err == nil) != tt.sends {
				t.Fatalf("Do = %v", err)
			}
			if err != nil {
				return
			}
			if _, err := answer.Body(); (err == nil) != tt.inflates {
				t.Errorf("Body = %v", err)
			}
		})
	}
}

func TestHugeHeaderIsRefused(t *testing.T) {
	t.Parallel()
	client, _ := newClient(t, httpclient.Config{}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", 128<<10))
	})
	if _, err := client.Do(t.Context(), http.MethodGet, "/api", nil, nil); err == nil {
		t.Error("a header of 128 KB was read")
	}
}

// A body that never ends in time is given up after the time of the whole
// request, however often a byte arrives.
func TestTimeCoversTheWholeAnswer(t *testing.T) {
	t.Parallel()
	client, _ := newClient(t, httpclient.Config{Timeout: 200 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte(" "))
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	_, err := client.Do(t.Context(), http.MethodGet, "/api", nil, nil)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v, want the deadline", err)
	}
}

func TestRedirectIsAnAnswer(t *testing.T) {
	t.Parallel()
	var visits atomic.Int32
	trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
	t.Cleanup(trap.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		client, _ := newClient(t, httpclient.Config{}, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, trap.URL+"/api", status)
		})
		answer, err := client.Do(t.Context(), http.MethodGet, "/api", http.Header{"Authorization": {"Bearer t0ken"}}, nil)
		if err != nil || answer.Status != status {
			t.Errorf("status %d: %v, %v", status, answer, err)
		}
	}
	if n := visits.Load(); n > 0 {
		t.Errorf("the target was asked %d times", n)
	}
}

func TestConfirmedAnswer(t *testing.T) {
	t.Parallel()
	client, _ := newClient(t, httpclient.Config{}, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotModified)
	})
	answer, err := client.Do(t.Context(), http.MethodGet, "/api", http.Header{"If-None-Match": {`"1"`}, "Accept": {"application/json"}}, nil)
	if err != nil || !answer.Confirmed || answer.Status != 200 || answer.Header.Get("Content-Type") != "application/json" {
		t.Errorf("answer = %+v, %v, want it confirmed", answer, err)
	}
	answer, err = client.Do(t.Context(), http.MethodGet, "/api", nil, nil)
	if err != nil || answer.Confirmed || answer.Status != 304 {
		t.Errorf("answer = %+v, %v, want a 304 that nobody asked for to stay one", answer, err)
	}
}

// A line of the upstream's own making must not bring the token into a log.
func TestErrorsQuoteNothing(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]string{
		"status line": "Bearer t0ken\r\n\r\n",
		"header":      "HTTP/1.1 200 OK\r\nBearer t0ken\r\n\r\n",
		"length":      "HTTP/1.1 200 OK\r\nContent-Length: t0ken\r\n\r\n",
		"encoding":    "HTTP/1.1 200 OK\r\nTransfer-Encoding: t0ken\r\n\r\n",
		"chunk":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nt0ken\r\n",
		"cut":         "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nt0ken",
		"silence":     "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := httpclient.New(httpclient.Config{Root: "http://" + scripted(t, reply)})
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.Do(t.Context(), http.MethodGet, "/?q=t0ken", http.Header{"Authorization": {"Bearer t0ken"}}, nil)
			if err == nil || strings.Contains(err.Error(), "t0ken") {
				t.Errorf("err = %v, want one without the token", err)
			}
		})
	}
}

// scripted listens, and answers every connection with the same bytes once a
// request was sent. Its goroutine ends when the test closes the listener.
func scripted(t *testing.T, reply string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { _ = listener.Close(); <-done })
	go func() {
		defer close(done)
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, reply)
			_ = c.Close()
		}
	}()
	return listener.Addr().String()
}

// A server that cannot be trusted is refused, with the reason.
func TestUntrustedServers(t *testing.T) {
	t.Parallel()
	for reason, config := range map[string]*tls.Config{
		"protocol version": {MaxVersion: tls.VersionTLS11},
		"certificate":      nil, // that of nobody
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(http.NotFoundHandler())
			server.TLS = config
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.StartTLS()
			t.Cleanup(server.Close)
			client, err := httpclient.New(httpclient.Config{Root: server.URL})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.Do(t.Context(), http.MethodGet, "/", nil, nil); err == nil || !strings.Contains(err.Error(), reason) {
				t.Errorf("err = %v, want it to name the %s", err, reason)
			}
		})
	}
}

// The proxy of the environment is used only when the operator says so, and
// what it says is not repeated.
func TestEnvironmentProxy(t *testing.T) {
	proxy := scripted(t, "HTTP/1.1 407 t0ken\r\nContent-Length: 0\r\n\r\n")
	t.Setenv("HTTPS_PROXY", "http://"+proxy)
	t.Setenv("NO_PROXY", "")
	for _, use := range []bool{false, true} {
		client, err := httpclient.New(httpclient.Config{Root: "https://health.contoso.invalid", EnvironmentProxy: use})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Do(t.Context(), http.MethodGet, "/", nil, nil)
		if err == nil || strings.Contains(err.Error(), "407") != use || strings.Contains(err.Error(), "t0ken") {
			t.Errorf("use %v: %v", use, err)
		}
	}
}

func TestCheckJSON(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	tests := []struct {
		text string
		ok   bool
	}{
		{`{"a":"]]}}[[{{\"{"}`, true},
		{nested(100), true},
		{nested(101), false},
		{strings.Repeat(nested(1), 200), true},
		{strings.Repeat("[", 1_000_000), false},
		{"\xef\xbb\xbf{}", false},
		{"{\"a\":\"\xff\"}", false},
		{"{\"a\":\"\x00\"}", false},
		{`{"a":"\u0000"}`, true},
	}
	for _, tt := range tests {
		if err := httpclient.CheckJSON([]byte(tt.text)); (err == nil) != tt.ok {
			t.Errorf("CheckJSON(%.40q) = %v", tt.text, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, root := range []string{
		"", "host", "ftp://host/", "https://user:pw@host/", "https://host/?q=pw", "https:///x", "https://:443/x", "https://host/#pw", "\x00",
		"https://host/a/../b", "https://host/a%2fb", "https://host/a//b", `https://host\x`, "https://exämple.org/",
	} {
		if _, err := httpclient.New(httpclient.Config{Root: root}); err == nil || strings.Contains(err.Error(), "pw") {
			t.Errorf("New(%q) = %v", root, err)
		}
	}
}

func ExampleRedact() {
	fmt.Println(httpclient.Redact("https://user:pw@health.contoso.com/path?sig=secret#x"))
	// Output: https://health.contoso.com/path
}
