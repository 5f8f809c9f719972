package httpserver

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
)

// withAccessLog writes a line for each request. It holds neither the query nor
// any header, for both can carry secrets, nor the secret of a private address.
func withAccessLog(log *slog.Logger, now func() time.Time) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if c, ok := r.Context().Value(callKey{}).(*call); ok {
				c.log = log
			}
			if !log.Enabled(r.Context(), slog.LevelInfo) {
				next.ServeHTTP(w, r)
				return
			}
			rec, start := w.(*recorder), now()
			defer func() { // also when the handler gives up by a panic
				lineOf(log, r).write(r.Context(), RequestID(r.Context()), rec.outcome(), rec.bytes, now().Sub(start))
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
