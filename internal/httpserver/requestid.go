package httpserver

import (
	"context"
	"log/slog"
	"net/http"

	"example.org/tocsin/internal/tocsin"
)

// A call is what the chain knows of a request: it is the recorder of the
// answer, and carries itself in the request's context.
type call struct {
	context.Context //nolint:containedctx // a call is a context

	recorder recorder
	id       [1]string // as the value of a header
	named    bool      // by the client
	series   *series   // of the route, once it is known
	request  *http.Request
	log      *slog.Logger

	gated  bool        // a gate has admitted it
	admits func() bool // whether it would again; nil where nobody can tell

	route    HandlerFunc // how to ask again, with what it was asked and the header by then; see [noted]
	asked    *http.Request
	before   http.Header
	stopping <-chan struct{}
}

type callKey struct{}

// Value returns what the context of the request holds, and the call itself.
func (c *call) Value(key any) any {
	if key == (callKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// withRequestID names the request in its context and in the answer. A client
// that sends a GUID as client-request-id, as the SDKs of Graph do, finds its
// request under that name in our log; anything else it sends is ignored.
func withRequestID(stopping <-chan struct{}) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id := r.Header.Get("Client-Request-Id")
			named := tocsin.IsGUID(id)
			if !named {
				id = tocsin.NewName()
			}
			c := &call{Context: r.Context(), recorder: recorder{ResponseWriter: w}, id: [1]string{id}, named: named, request: r, stopping: stopping}
			w.Header()["X-Request-Id"] = c.id[:]
			next.ServeHTTP(&c.recorder, r.WithContext(c))
		})
	}
}

// RequestID is the GUID that names a request in the log, or nothing outside of
// one.
func RequestID(ctx context.Context) string {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c.id[0]
	}
	return ""
}

// Stopping is closed when the server wants to end. Handlers that answer
// without end, such as event streams, return then; nil outside of a request.
func Stopping(ctx context.Context) <-chan struct{} {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c.stopping
	}
	return nil
}
