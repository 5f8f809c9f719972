package lane_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// BenchmarkSecured says what the lane adds to TLS itself: how long an answer that
// comes again takes, beside one of a loop that reads into a buffer and writes the
// same bytes, in turn, with their client on the same processors.
func BenchmarkSecured(b *testing.B) {
	pattern := httptest.NewTLSServer(http.NotFoundHandler())
	defer pattern.Close()
	for _, size := range []int{0, 6 << 10, 40 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			h := &repeating{status: http.StatusOK, body: bytes.Repeat([]byte("x"), size)}
			byLane, bare := secured(b, securedBy(b, h, pattern.TLS.Certificates, true)), secured(b, bareBy(b, size+200, pattern.TLS.Certificates))
			var took [2]time.Duration
			for b.Loop() {
				for i, conns := range [][]*tls.Conn{byLane, bare} {
					start := time.Now()
					for range 50 {
						inTurn(b, conns, size)
					}
					took[i] += time.Since(start)
				}
			}
			each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(b.N*50*len(bare)) }
			b.ReportMetric(each(took[0]), "µs/lane")
			b.ReportMetric(each(took[1]), "µs/bare")
			b.ReportMetric(float64(took[0])/float64(took[1]), "times-bare")
			if h.again.Load() == 0 {
				b.Error("nothing was kept")
			}
		})
	}
}

// bareBy answers whatever it reads with so many bytes.
func bareBy(b *testing.B, size int, certificates []tls.Certificate) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	go func() {
		over := tls.NewListener(l, &tls.Config{Certificates: certificates})
		for {
			conn, err := over.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				request, answer := make([]byte, 4096), make([]byte, size)
				for {
					if _, err := conn.Read(request); err != nil {
						return
					}
					if _, err := conn.Write(answer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

// secured are eight connections that have shaken hands.
func secured(b *testing.B, address string) (conns []*tls.Conn) {
	for range 8 {
		conn := tls.Client(dial(b, address), &tls.Config{InsecureSkipVerify: true})
		if err := conn.HandshakeContext(b.Context()); err != nil {
			b.Fatal(err)
		}
		conns = append(conns, conn)
	}
	return conns
}

// inTurn asks once on each, for an answer of at least so many bytes.
func inTurn(b *testing.B, conns []*tls.Conn, size int) {
	request, answer := []byte("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), make([]byte, 64<<10)
	for _, conn := range conns {
		if _, err := conn.Write(request); err != nil {
			b.Fatal(err)
		}
	}
	for _, conn := range conns {
		for n := 0; n <= size; {
			more, err := conn.Read(answer)
			if n += more; err != nil {
				b.Fatal(err)
			}
		}
	}
}
