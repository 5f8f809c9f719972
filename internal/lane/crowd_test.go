package lane_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/lane"
)

// crowd is how many connections each kind of client has. Both ends of a
// connection are of this process, which may have some thousands open.
const crowd = 700

// Kinds of clients, by what they have sent when the server is stopped.
func clients() map[string]string {
	const whole = "GET /echo HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n"
	return map[string]string{"idle": whole, "dribbling": whole + "GET /ec", "library": "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"}
}

// TestCrowd has many clients that wait, that are in the middle of a head, and
// that the library has: whoever comes next is answered at once, what one costs
// is told, and a stop ends each of them. Those in the middle of a head are
// waited for until their time is over.
func TestCrowd(t *testing.T) {
	before := runtime.NumGoroutine()
	library := &http.Server{Handler: handlers(), ReadHeaderTimeout: 3 * time.Second, IdleTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	s := lane.New(library, library.Serve, func([]byte) bool { return true })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	all := map[string][]net.Conn{}
	for name, said := range clients() {
		used := occupied()
		all[name] = gather(t, l.Addr().String(), said)
		<-time.After(1500 * time.Millisecond) // after which a connection rests
		t.Logf("a connection, %s: %d B of heap and stacks, with the client's end", name, (occupied()-used)/crowd)
	}
	late := dial(t, l.Addr().String())
	if _, err := io.WriteString(late, clients()["idle"]); err != nil {
		t.Fatal(err)
	}
	if w, err := http.ReadResponse(bufio.NewReader(late), nil); err != nil || w.StatusCode != http.StatusOK {
		t.Fatalf("who comes last gets %v, %v", w, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var group sync.WaitGroup
	for name, conns := range all {
		for _, conn := range conns {
			group.Go(func() {
				if told, err := io.ReadAll(conn); err != nil || strings.Contains(string(told), " 200 ") {
					t.Errorf("%s is told %q, %v", name, told, err)
				}
			})
		}
	}
	if err := s.Shutdown(ctx); err != nil {
		t.Errorf("Shutdown: %v", err)
		_ = s.Close()
	}
	group.Wait()
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("Serve: %v", err)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		<-time.After(20 * time.Millisecond)
	}
	t.Errorf("%d goroutines are left of %d", runtime.NumGoroutine(), before)
}

// gather has one kind of client connect and read the answer to what is whole.
func gather(t *testing.T, address, said string) (conns []net.Conn) {
	t.Helper()
	for range crowd {
		conn, err := net.Dial("tcp", address)
		if err != nil && strings.Contains(err.Error(), "too many open files") {
			t.Skipf("this machine allows %d connections", len(conns))
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		_ = conn.SetDeadline(time.Now().Add(time.Minute))
		if _, err := io.WriteString(conn, said); err != nil {
			t.Fatal(err)
		}
		w, err := http.ReadResponse(bufio.NewReaderSize(conn, 16), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, w.Body); err != nil || w.StatusCode != http.StatusOK {
			t.Fatalf("%s, %v", w.Status, err)
		}
		conns = append(conns, conn)
	}
	return conns
}

// occupied is what this process has in heap and stacks.
func occupied() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
