package httpserver

import (
	"context"
	"crypto/rand"
	"encoding/hex"
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
				id = newGUID()
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

// newGUID is a random GUID (RFC 9562, version 4).
func newGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the process instead
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	var text [36]byte
	to := hex.AppendEncode(text[:0], b[:4])
	for _, part := range [][]byte{b[4:6], b[6:8], b[8:10], b[10:]} {
		to = hex.AppendEncode(append(to, '-'), part)
	}
	return string(to)
}
