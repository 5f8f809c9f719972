package lane_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/lane"
)

// TestSlowClientsAreCutOff has clients that send nothing, half a head, byte
// after byte, or no second request.
func TestSlowClientsAreCutOff(t *testing.T) {
	t.Parallel()
	server := start(t, handlers(), true, func(s *http.Server) {
		s.ReadHeaderTimeout, s.IdleTimeout = 300*time.Millisecond, 300*time.Millisecond
	})
	for name, begin := range map[string]string{"nothing": "", "half": "GET /echo HTT", "whole": "GET /empty HTTP/1.1\r\nHost: a\r\n\r\n", "theirs": "POST /echo HTTP/1.1\r\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dial(t, server.address)
			if _, err := io.WriteString(conn, begin); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the connection is still open")
			}
		})
	}
	t.Run("dribble", func(t *testing.T) {
		t.Parallel()
		conn := dial(t, server.address)
		var group sync.WaitGroup
		group.Go(func() {
			for range 1 << 20 {
				if _, err := conn.Write([]byte("GET /")[:1]); err != nil {
					return
				}
			}
		})
		_, err := io.Copy(io.Discard, conn)
		group.Wait()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("the connection is still open")
		}
	})
}

// TestNobodyReads has a client that asks for much and takes nothing.
func TestNobodyReads(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for b := make([]byte, 64<<10); ; {
			if _, err := w.Write(b); err != nil {
				ended <- err
				return
			}
		}
	})
	server := start(t, h, true, func(s *http.Server) { s.WriteTimeout = 300 * time.Millisecond })
	conn := dial(t, server.address)
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Write: %v, want a deadline", err)
	}
}

// TestClientLeaves ends the context of a handler whose client has gone, and of
// no other.
func TestClientLeaves(t *testing.T) {
	t.Parallel()
	entered, left := make(chan struct{}), make(chan struct{})
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stay" {
			select {
			case <-r.Context().Done():
				t.Error("the context of a client that waits has ended")
			case <-time.After(1500 * time.Millisecond): // longer than connections wait before they rest
			}
			return
		}
		close(entered)
		<-r.Context().Done()
		close(left)
	})
	server := start(t, h, true)
	stay := dial(t, server.address)
	for _, next := range []string{"", "", "GET /stay HTTP/1.1\r\nHost: a\r\n\r\n"} { // the last one with the next request behind it
		if _, err := io.WriteString(stay, "GET /stay HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		<-time.After(400 * time.Millisecond)
		if _, err := io.WriteString(stay, next); err != nil {
			t.Fatal(err)
		}
		in := bufio.NewReader(stay)
		for range 1 + len(next)/10/3 {
			if w, err := http.ReadResponse(in, nil); err != nil || w.StatusCode != 200 {
				t.Fatalf("who stays gets %v, %v", w, err)
			}
		}
	}
	conn := dial(t, server.address)
	if _, err := io.WriteString(conn, "GET /leave HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-entered
	_ = conn.Close()
	<-left
}

// TestShutdown stops a server with connections in every state.
func TestShutdown(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}, 2), make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			entered <- struct{}{}
			<-release
		}
		_, _ = io.WriteString(w, "whole")
	})
	library := &http.Server{Handler: h}
	s := lane.New(library, library.Serve, func([]byte) bool { return true })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	idle := dial(t, l.Addr().String())
	for _, conn := range []net.Conn{idle} {
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if _, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil {
			t.Fatal(err)
		}
	}
	busy, theirs := dial(t, l.Addr().String()), dial(t, l.Addr().String())
	_, _ = io.WriteString(busy, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
	_, _ = io.WriteString(theirs, "GET /slow HTTP/1.0\r\n\r\n")
	<-entered
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- s.Shutdown(t.Context()) }()
	if _, err := io.Copy(io.Discard, idle); err != nil {
		t.Errorf("idle: %v", err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("the address still answers")
	}
	close(release)
	for name, conn := range map[string]net.Conn{"lane": busy, "library": theirs} {
		w, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if body, err := io.ReadAll(w.Body); string(body) != "whole" || err != nil || !w.Close {
			t.Errorf("%s: %q, %v, close %v", name, body, err, w.Close)
		}
	}
	if err := errors.Join(<-stopped); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("Serve: %v", err)
	}
}

// TestShutdownGivesUp cuts off what does not end in time.
func TestShutdownGivesUp(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
	})
	library := &http.Server{Handler: h}
	s := lane.New(library, library.Serve, func([]byte) bool { return true })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	conn := dial(t, l.Addr().String())
	_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	<-done
}

// TestTLS asks over HTTP/1.1, HTTP/2 and no TLS at all.
func TestTLS(t *testing.T) {
	t.Parallel()
	pattern := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(pattern.Close)
	for _, proto := range []string{"http/1.1", "h2"} {
		t.Run(proto, func(t *testing.T) {
			t.Parallel()
			answers := map[bool]string{}
			for _, withLane := range []bool{false, true} {
				server := overTLS(t, pattern.TLS.Certificates, withLane)
				transport := pattern.Client().Transport.(*http.Transport).Clone()
				transport.ForceAttemptHTTP2 = proto == "h2"
				t.Cleanup(transport.CloseIdleConnections)
				client := http.Client{Transport: transport}
				for _, path := range []string{"/echo?a", "/long", "/long-length", "/echo?a", "/stream", "/flush"} {
					w, err := client.Get("https://" + server + path)
					if err != nil {
						t.Fatal(err)
					}
					body, err := io.ReadAll(w.Body)
					_ = w.Body.Close()
					if err != nil {
						t.Fatal(err)
					}
					answers[withLane] += w.Proto + w.Status + strings.ReplaceAll(string(body), server, "host") + "\n"
				}
				plain := dial(t, server)
				_, _ = io.WriteString(plain, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
				told, _ := io.ReadAll(plain)
				answers[withLane] += string(told)
			}
			if answers[true] != answers[false] || !strings.Contains(answers[true], "tls true") {
				t.Errorf("lane:\n%.3000s\nlibrary:\n%.3000s", answers[true], answers[false])
			}
		})
	}
}

// TestRest leaves connections alone for a moment, after which nothing is kept
// for them, and asks again.
func TestRest(t *testing.T) {
	t.Parallel()
	pattern := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(pattern.Close)
	for name, dialled := range map[string]func() net.Conn{
		"plain": func() net.Conn {
			address := start(t, handlers(), true, func(s *http.Server) { s.IdleTimeout = time.Minute }).address
			return dial(t, address)
		},
		"tls": func() net.Conn {
			return tls.Client(dial(t, overTLS(t, pattern.TLS.Certificates, true)), &tls.Config{InsecureSkipVerify: true})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dialled()
			in := bufio.NewReader(conn)
			for range 3 {
				_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
				if _, err := io.WriteString(conn, "GET /echo HTTP/1.1\r\nHost: a\r\nX: b\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				w, err := http.ReadResponse(in, nil)
				if err != nil {
					t.Fatal(err)
				}
				if body, err := io.ReadAll(w.Body); err != nil || !strings.Contains(string(body), "X:[b]") {
					t.Fatalf("%q, %v", body, err)
				}
				_ = conn.SetReadDeadline(time.Now().Add(1300 * time.Millisecond))
				if _, err := in.ReadByte(); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Fatalf("the server sent or closed something: %v", err)
				}
			}
		})
	}
}

func overTLS(t testing.TB, certificates []tls.Certificate, withLane bool) string {
	t.Helper()
	return securedBy(t, handlers(), certificates, withLane)
}

func securedBy(t testing.TB, h http.Handler, certificates []tls.Certificate, withLane bool) string {
	t.Helper()
	library := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	over := tls.NewListener(l, &tls.Config{Certificates: certificates, NextProtos: []string{"h2", "http/1.1"}})
	serve, stop := library.Serve, library.Close
	if withLane {
		s := lane.New(library, library.Serve, func(path []byte) bool { return string(path) != "/stream" })
		serve, stop = s.Serve, s.Close
	}
	done := make(chan error, 1)
	go func() { done <- serve(over) }()
	t.Cleanup(func() {
		_ = stop()
		<-done
	})
	return l.Addr().String()
}

// TestParked leaves connections alone until they wait without a goroutine: they
// go on when something comes, are closed when they were left alone too long or
// their client goes, and end with the server.
func TestParked(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("parks on Linux only")
	}
	library := &http.Server{Handler: handlers(), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 8 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	s := lane.New(library, library.Serve, func([]byte) bool { return true })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	until := func(what string, reached func() bool) {
		t.Helper()
		for range 1000 {
			if reached() {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatalf("not %s: %d of %d connections are parked", what, s.Parked(), s.Held())
	}
	conns := make([]reader, 20)
	for i := range conns {
		conn := dial(t, l.Addr().String())
		conns[i] = reader{t, conn, bufio.NewReader(conn)}
	}
	for range 2 {
		for _, c := range conns {
			if w, _ := c.ask("GET /typed HTTP/1.1\r\nHost: a\r\n\r\n"); w.StatusCode != http.StatusOK {
				t.Fatal(w.Status)
			}
		}
		until("parked", func() bool { return s.Parked() == len(conns) })
	}
	for _, c := range conns[:10] {
		_ = c.conn.Close()
	}
	until("forgotten", func() bool { return s.Held() == 10 })
	for _, c := range conns[10:] { // the idle time is over
		if _, err := c.from.ReadByte(); !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	}
	until("closed", func() bool { return s.Held() == 0 })
	last := dial(t, l.Addr().String())
	c := reader{t, last, bufio.NewReader(last)}
	c.ask("GET /typed HTTP/1.1\r\nHost: a\r\n\r\n")
	until("parked", func() bool { return s.Parked() == 1 })
	if w, _ := c.ask("POST /typed HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"); w.StatusCode != http.StatusOK { // the library's
		t.Error(w.Status)
	}
	other := dial(t, l.Addr().String())
	c = reader{t, other, bufio.NewReader(other)}
	c.ask("GET /typed HTTP/1.1\r\nHost: a\r\n\r\n")
	until("parked", func() bool { return s.Parked() == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
	if _, err := c.from.ReadByte(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}
