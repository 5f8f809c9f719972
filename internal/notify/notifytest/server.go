// Package notifytest has what tests of channels share: a server that records what
// it is told and answers as the test wants, a message to send, and the ways in
// which the other side can misbehave.
package notifytest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// A Request is what the other side was sent.
type Request struct {
	Method, Path, Query string
	Header              http.Header
	Body                []byte
}

// A Server answers as told.
type Server struct {
	*httptest.Server

	mu   sync.Mutex
	seen []Request
}

// Serve starts a server that ends with the test.
func Serve(t testing.TB, answer func(w http.ResponseWriter, r Request)) *Server {
	t.Helper()
	s := &Server{}
	s.Server = httptest.NewServer(s.recording(answer))
	t.Cleanup(s.Close)
	return s
}

func (s *Server) recording(answer func(w http.ResponseWriter, r Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client has left
		}
		one := Request{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header, body}
		s.mu.Lock()
		s.seen = append(s.seen, one)
		s.mu.Unlock()
		answer(w, one)
	}
}

// Say starts a server that says the same to everybody.
func Say(t testing.TB, status int, header http.Header, body string) *Server {
	t.Helper()
	return Serve(t, func(w http.ResponseWriter, _ Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// Seen returns what the server was sent.
func (s *Server) Seen() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.seen...)
}
