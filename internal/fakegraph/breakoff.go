package fakegraph

import (
	"bytes"
	"net/http"
	"strconv"
	"time"
)

// breakOff sends an answer the way a fault of the connection demands. It
// reports false when there is no such fault.
func (s *Server) breakOff(x *exchange, a answer) bool {
	if x.fault == nil {
		return false
	}
	f, h := x.fault, x.w.Header()
	switch f.Kind {
	case FaultHang:
		s.wait(x, nil)
		drop(x, false)
	case FaultReset:
		drop(x, true)
	case FaultCut:
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
		s.writeHead(x, a.status)
		_, _ = x.w.Write(a.body[:min(int(f.Count), len(a.body))])
		flush(x)
		drop(x, false)
	case FaultTruncatedGzip:
		a.body = a.body[:len(a.body)/2]
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
		s.writeHead(x, a.status)
		_, _ = x.w.Write(a.body)
	case FaultSlow:
		s.drip(x, a, max(1, int(f.Count)), f.Delay)
	case FaultEndless:
		h.Del("Content-Encoding")
		s.flood(x, []byte(`{"value":[`), []byte(`{"id":"EX1","title":"again"},`), f.Count, 1)
	case FaultGzipBomb:
		const blank = 1 << 20
		size := f.Count
		if size == 0 {
			size = 4 << 30
		}
		h.Set("Content-Encoding", "gzip")
		// A gzip stream may be made of many: this one is cheap to send again.
		s.flood(x, nil, compress(bytes.Repeat([]byte(" "), blank)), size, blank)
	default:
		return false
	}
	return true
}

// drip sends a body in small pieces.
func (s *Server) drip(x *exchange, a answer, piece int, delay time.Duration) {
	x.w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	s.writeHead(x, a.status)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for len(a.body) > 0 {
		if !s.wait(x, timer.C) {
			return
		}
		n := min(piece, len(a.body))
		if _, err := x.w.Write(a.body[:n]); err != nil {
			return
		}
		flush(x)
		a.body = a.body[n:]
		timer.Reset(delay)
	}
}

// flood sends the same piece over and over until it stands for size bytes,
// weight each (its own length when 1), or without end when size is 0.
func (s *Server) flood(x *exchange, head, piece []byte, size, weight int64) {
	if weight == 1 {
		weight = int64(len(piece))
		// Fewer, larger writes.
		piece, weight = bytes.Repeat(piece, 1000), weight*1000
	}
	s.writeHead(x, http.StatusOK)
	if _, err := x.w.Write(head); err != nil {
		return
	}
	for sent := int64(0); size == 0 || sent < size; sent += weight {
		select {
		case <-x.r.Context().Done():
			return
		case <-s.closed:
			return
		default:
		}
		if _, err := x.w.Write(piece); err != nil {
			return
		}
	}
}

// wait returns true when the timer fires, false when the client leaves or the
// server closes first. Without a timer it waits for those.
func (s *Server) wait(x *exchange, timer <-chan time.Time) bool {
	select {
	case <-timer:
		return true
	case <-x.r.Context().Done():
		return false
	case <-s.closed:
		return false
	}
}

func flush(x *exchange) {
	_ = http.NewResponseController(x.w).Flush() // not every connection can
}
