package httpserver

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// withAccessLog writes a line for each request. It holds neither the query nor
// any header, for both can carry secrets, nor the secret of a private address.
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
					slog.String("path", tocsin.Clip(withoutSecret(RawPath(r)), 200)),
					slog.Int("status", rec.outcome()),
					slog.Int64("bytes", rec.bytes),
					slog.Duration("duration", now().Sub(start)),
					slog.String("peer", r.RemoteAddr))
			}()
			next.ServeHTTP(w, r)
		})
	}
}

// withoutSecret is a raw path without the segments that are, or stand where
// there is, the secret of a private address, whether or not anybody serves the
// path.
func withoutSecret(raw string) string {
	if folded := strings.ToLower(raw); !strings.Contains(folded, access.FeedSecretPrefix) && !strings.Contains(folded, "feeds") && !strings.Contains(raw, "%") {
		return raw
	}
	segments, after := strings.Split(raw, "/"), false
	for i, segment := range segments {
		plain := segment
		if decoded, err := url.PathUnescape(segment); err == nil {
			plain = decoded
		}
		plain = strings.ToLower(plain)
		if segment != "" && after || strings.Contains(plain, access.FeedSecretPrefix) || strings.Contains(plain, "feeds/") {
			segments[i] = "-"
		}
		after = plain == "feeds" || after && segment == ""
	}
	return strings.Join(segments, "/")
}
