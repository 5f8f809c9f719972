package httpserver

import (
	"context"
	"net/http"

	"example.org/tocsin/internal/tocsin"
)

// info is what the chain knows of a request.
type info struct {
	id       string
	stopping <-chan struct{}
}

type infoKey struct{}

// withRequestID names the request in its context and in the answer. A client
// that sends a GUID as client-request-id, as the SDKs of Graph do, finds its
// request under that name in our log; anything else it sends is ignored.
func withRequestID(stopping <-chan struct{}) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id := r.Header.Get("Client-Request-Id")
			if !tocsin.IsGUID(id) {
				id = tocsin.NewGUID()
			}
			w.Header().Set("X-Request-Id", id)
			ctx := context.WithValue(r.Context(), infoKey{}, &info{id: id, stopping: stopping})
			next.ServeHTTP(&recorder{ResponseWriter: w}, r.WithContext(ctx))
		})
	}
}

// RequestID is the GUID that names a request in the log, or nothing outside of
// one.
func RequestID(ctx context.Context) string {
	if i, ok := ctx.Value(infoKey{}).(*info); ok {
		return i.id
	}
	return ""
}

// Stopping is closed when the server wants to end. Handlers that answer
// without end, such as event streams, return then; nil outside of a request.
func Stopping(ctx context.Context) <-chan struct{} {
	if i, ok := ctx.Value(infoKey{}).(*info); ok {
		return i.stopping
	}
	return nil
}
