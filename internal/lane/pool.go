package lane

import (
	"net/http"
	"sync"
	"time"
)

// buffers lends the memory that heads are read into, each of maxHead bytes.
type buffers struct{ pool sync.Pool }

func (b *buffers) get() []byte {
	if kept, ok := b.pool.Get().(*[maxHead]byte); ok {
		return kept[:0]
	}
	return new([maxHead]byte)[:0]
}

func (b *buffers) put(buffer []byte) {
	if cap(buffer) == maxHead {
		b.pool.Put((*[maxHead]byte)(buffer[:maxHead]))
	}
}

// answers lends writers of answers.
type answers struct{ pool sync.Pool }

func (a *answers) get() *answer {
	if kept, ok := a.pool.Get().(*answer); ok {
		return kept
	}
	return &answer{header: make(http.Header, 16)}
}

func (a *answers) put(w *answer) { a.pool.Put(w) }

// A dateLine is the field Date of one second.
type dateLine struct {
	second int64
	text   string
}

// date is the field Date with its end, made once in a second.
func (s *Server) date(now time.Time) string {
	second := now.Unix()
	if known := s.dateLine.Load(); known != nil && known.second == second {
		return known.text
	}
	fresh := &dateLine{second, "Date: " + now.UTC().Format(http.TimeFormat) + "\r\n"}
	s.dateLine.Store(fresh)
	return fresh.text
}
