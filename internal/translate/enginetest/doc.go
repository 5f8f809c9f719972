// Package enginetest has what tests of engines share: a server that records what
// it is asked and answers as told, and the ways in which an engine can misbehave.
package enginetest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/translate"
)

// A Request is what an engine was asked.
type Request struct {
	Method, Path, Query string
	Header              http.Header
	Body                string
}

// A Server answers as told.
type Server struct {
	Address string

	mu   sync.Mutex
	seen []Request
}

// Serve starts a server that ends with the test.
func Serve(t testing.TB, answer func(w http.ResponseWriter, r Request)) *Server {
	t.Helper()
	s := &Server{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client has left
		}
		one := Request{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header, string(body)}
		s.mu.Lock()
		s.seen = append(s.seen, one)
		s.mu.Unlock()
		answer(w, one)
	}))
	t.Cleanup(server.Close)
	s.Address = server.URL
	return s
}

// Say starts a server that says the same to everybody.
func Say(t testing.TB, status int, body string) *Server {
	t.Helper()
	return Serve(t, func(w http.ResponseWriter, _ Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// Seen returns what the server was asked.
func (s *Server) Seen() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.seen...)
}

// Now is the time of all tests.
func Now() time.Time { return time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC) }

// Translate asks an engine for French.
func Translate(t testing.TB, e translate.Engine, texts ...string) (translate.Answer, error) {
	t.Helper()
	return e.Translate(t.Context(), translate.Job{To: "fr", Texts: texts})
}

// Good is [Translate] of what must succeed, all in one line.
func Good(t testing.TB, e translate.Engine, texts ...string) string {
	t.Helper()
	answer, err := Translate(t, e, texts...)
	if err != nil {
		t.Fatalf("%q: %v", texts, err)
	}
	if len(answer.Texts) != len(texts) {
		t.Fatalf("%d texts for %d", len(answer.Texts), len(texts))
	}
	return strings.Join(answer.Texts, " | ")
}

// Refused fails the test unless translating fails in a class. It returns the
// failure.
func Refused(t testing.TB, e translate.Engine, class translate.FailureClass) *translate.Failure {
	t.Helper()
	texts := []string{"One is down.", "Two is down."}
	if e.Limits().Texts == 1 {
		texts = texts[:1]
	}
	answer, err := Translate(t, e, texts...)
	f, ok := errors.AsType[*translate.Failure](err)
	if !ok || f.Class != class {
		t.Errorf("%q, %v; want a failure of class %s", answer.Texts, err, class)
		return &translate.Failure{}
	}
	return f
}

// Secret is the key that engines in tests have.
const Secret = "hunter2-hunter2"

// Misbehaviour tries what every engine has to survive. Reply is a good answer
// for texts.
func Misbehaviour(t *testing.T, engine func(t testing.TB, address string) translate.Engine, reply func(texts []string) string) {
	t.Helper()
	asked := min(2, engine(t, "http://127.0.0.1:1").Limits().Texts)
	good := reply([]string{"Un est en panne.", "Deux est en panne."}[:asked])
	statuses := map[int]translate.FailureClass{
		301: translate.FailureOff, 307: translate.FailureOff, 400: translate.FailureText, 401: translate.FailureOff, 403: translate.FailureOff,
		404: translate.FailureOff, 408: translate.FailurePassing, 413: translate.FailureText, 429: translate.FailurePassing, 456: translate.FailureQuota,
		500: translate.FailurePassing, 502: translate.FailurePassing, 503: translate.FailurePassing, 504: translate.FailurePassing, 529: translate.FailurePassing,
	}
	for status, class := range statuses {
		if class == translate.FailureOff && status == http.StatusUnauthorized {
			continue // what it means, engines with tokens know better
		}
		server := Serve(t, func(w http.ResponseWriter, _ Request) {
			w.Header().Set("Retry-After", "7")
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"error":{"code":"`+Secret+`","message":"`+Secret+`"},"message":"`+Secret+`"}`)
		})
		f := Refused(t, engine(t, server.Address), class)
		if f.Status != status || !f.Again.Equal(Now().Add(7*time.Second)) || strings.Contains(f.Error(), Secret) {
			t.Errorf("status %d: %v, again at %v", status, f, f.Again)
		}
		if seen := server.Seen(); seen[len(seen)-1].Path == "/elsewhere" {
			t.Errorf("status %d: it went on to the address of the answer", status)
		}
	}
	for name, body := range map[string]string{
		"nothing": "", "HTML": "<!DOCTYPE html><title>Sign in</title>", "cut": good[:len(good)/2], "no UTF-8": strings.Replace(good, "panne", "pann\xe9", 1),
		"a number": "42", "deep": strings.Repeat("[", 10000),
	} {
		t.Run(name, func(t *testing.T) {
			Refused(t, engine(t, Say(t, http.StatusOK, body).Address), translate.FailurePassing)
		})
	}
	t.Run("too large", func(t *testing.T) {
		Refused(t, engine(t, Say(t, http.StatusOK, good+strings.Repeat(" ", 5<<20)).Address), translate.FailureText)
	})
	t.Run("ends in the middle", func(t *testing.T) {
		Refused(t, engine(t, Serve(t, func(w http.ResponseWriter, _ Request) {
			w.Header().Set("Content-Length", "100000")
			_, _ = io.WriteString(w, good)
		}).Address), translate.FailurePassing)
	})
	t.Run("nobody there", func(t *testing.T) { Refused(t, engine(t, "http://127.0.0.1:1"), translate.FailurePassing) })
	t.Run("called off", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := engine(t, Say(t, http.StatusOK, good).Address).Translate(ctx, translate.Job{To: "fr", Texts: []string{"a"}}); !errors.Is(err, context.Canceled) {
			t.Errorf("called off: %v", err)
		}
	})
	if asked == 1 {
		return
	}
	for name, texts := range map[string][]string{"fewer": {"Un."}, "more": {"Un.", "Deux.", "Trois."}, "none": {}} {
		t.Run(name+" texts", func(t *testing.T) {
			Refused(t, engine(t, Say(t, http.StatusOK, reply(texts)).Address), translate.FailureText)
		})
	}
}
