package lane_test

import (
	"net"
	"net/http"
	"testing"
)

// An answer that comes again, on eight connections in turn, with their client on the
// same processors.
func BenchmarkAgain(b *testing.B) {
	h := &repeating{status: http.StatusNotModified}
	c := start(b, h, true)
	request, answer := []byte("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), make([]byte, 4096)
	var conns [8]net.Conn
	for i := range conns {
		conns[i] = dial(b, c.address)
	}
	ask := func() {
		for _, conn := range conns {
			if _, err := conn.Write(request); err != nil {
				b.Fatal(err)
			}
		}
		for _, conn := range conns {
			if _, err := conn.Read(answer); err != nil {
				b.Fatal(err)
			}
		}
	}
	for range 3 {
		ask()
	}
	b.ReportAllocs()
	for b.Loop() {
		ask()
	}
	if h.again.Load() < int64(b.N*len(conns)) {
		b.Error("not all were kept")
	}
}
