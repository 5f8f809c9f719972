package httpserver

import (
	"log/slog"
	"net/http"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// withAccessLog writes a line for each request. It holds neither the query nor
// any header: both can carry secrets.
func withAccessLog(log *slog.Logger, now func() time.Time) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !log.Enabled(r.Context(), slog.LevelInfo) {
				next.ServeHTTP(w, r)
				return
			}
			rec, start := w.(*recorder), now()
			defer func() { // also when the handler gives up by a panic
				log.LogAttrs(r.Context(), slog.LevelInfo, "request",
					slog.String("request_id", RequestID(r.Context())),
					slog.String("method", tocsin.Clip(r.Method, 16)),
					slog.String("path", tocsin.Clip(RawPath(r), 200)),
					slog.Int("status", rec.outcome()),
					slog.Int64("bytes", rec.bytes),
					slog.Duration("duration", now().Sub(start)),
					slog.String("peer", r.RemoteAddr))
			}()
			next.ServeHTTP(w, r)
		})
	}
}
