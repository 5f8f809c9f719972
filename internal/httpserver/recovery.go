package httpserver

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"example.org/tocsin/internal/tocsin"
)

// withRecovery turns a panic into a 500 in the form of the part that failed.
// The process goes on. A panic in the middle of an answer breaks the
// connection, so that half an answer is never taken for a whole one.
func withRecovery(write ErrorWriter, log *slog.Logger) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				reason := recover()
				if reason == nil {
					return
				}
				if reason == http.ErrAbortHandler { //nolint:errorlint // net/http compares it in the same way
					panic(reason) // the way to give up on purpose
				}
				// The stack comes first: a value that somebody panicked with
				// may be long or hold input.
				log.ErrorContext(r.Context(), "panic in handler", "request_id", RequestID(r.Context()),
					"stack", string(debug.Stack()), "err", tocsin.Clip(fmt.Sprint(reason), 200))
				fail(w, r, errPanic, write, slog.New(slog.DiscardHandler))
			}()
			next.ServeHTTP(w, r)
		})
	}
}

// errPanic has been logged by the time it is returned.
var errPanic = Errorf(http.StatusInternalServerError, "Something went wrong here. The request id helps us to find it.")
