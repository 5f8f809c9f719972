//go:build linux

package lane_test

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime"
	"syscall"
	"testing"
	"time"

	"example.org/tocsin/internal/lane"
)

// BenchmarkIdle says what a connection that rests takes of heap and stacks, in
// bytes, parked and with a goroutine of its own. Run it with -benchtime 1x.
func BenchmarkIdle(b *testing.B) {
	for _, parks := range []bool{true, false} {
		b.Run(fmt.Sprintf("parked=%t", parks), func(b *testing.B) {
			library := &http.Server{Handler: handlers(), IdleTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
			s := lane.New(library, library.Serve, func([]byte) bool { return true })
			s.Parks(parks)
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- s.Serve(l) }()
			defer func() {
				_ = s.Close()
				<-done
			}()
			const conns = 2000
			before := memory()
			for range conns {
				fd := ask(b, l.Addr().(*net.TCPAddr).Port)
				defer func() { _ = syscall.Close(fd) }()
			}
			for wait := 0; parks && s.Parked() < conns && wait < 1000; wait++ {
				time.Sleep(10 * time.Millisecond)
			}
			time.Sleep(2 * time.Second)
			if s.Held() != conns || parks != (s.Parked() == conns) {
				b.Fatalf("%d connections, %d parked", s.Held(), s.Parked())
			}
			b.ReportMetric(float64(memory()-before)/conns, "bytes/conn")
		})
	}
}

// memory is what is in use of heap and stacks.
func memory() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse + m.OtherSys + m.MSpanInuse)
}

// ask sends a request over a socket that takes no memory of this process, and
// reads its answer.
func ask(b *testing.B, port int) int {
	b.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err == nil {
		err = syscall.Connect(fd, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}})
	}
	if err == nil {
		_, err = syscall.Write(fd, []byte("GET /typed HTTP/1.1\r\nHost: a\r\n\r\n"))
	}
	if err == nil {
		_, err = syscall.Read(fd, make([]byte, 1024))
	}
	if err != nil {
		b.Fatal(err)
	}
	return fd
}
