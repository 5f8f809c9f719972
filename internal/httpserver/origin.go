package httpserver

import (
	"log/slog"
	"net/http"
)

// errForeign refuses what another site made a browser send.
var errForeign = Errorf(http.StatusForbidden, "This was sent by a page of another site. Nothing was changed.")

// withSameOrigin refuses requests that change something and that a browser
// sends on behalf of another site. Programs, which send neither Origin nor
// Sec-Fetch-Site, pass. origins are the addresses of the desk itself, for
// proxies that change the Host; there may be none. foreign are patterns of requests
// that are let through.
func withSameOrigin(origins, foreign []string, write ErrorWriter, log *slog.Logger) (middleware, error) {
	protection := http.NewCrossOriginProtection()
	for _, origin := range origins {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, err
		}
	}
	for _, pattern := range foreign {
		protection.AddInsecureBypassPattern(pattern)
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if protection.Check(r) != nil {
				fail(w, r, errForeign, write, log)
				return
			}
			next.ServeHTTP(w, r)
		})
	}, nil
}
