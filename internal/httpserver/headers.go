package httpserver

import (
	"mime"
	"net/http"
)

// pagePolicy lets pages use what this server sends and nothing else: upstream
// text that slips through cleaning finds nothing to load, run or send to.
const pagePolicy = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// withPageHeaders sets what every page is sent with.
func withPageHeaders(next http.Handler) http.Handler {
	policy, referrer, same := []string{pagePolicy}, []string{"no-referrer"}, []string{"same-origin"} // shared, and never changed
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header["Content-Security-Policy"] = policy
		header["Referrer-Policy"] = referrer
		header["Cross-Origin-Opener-Policy"] = same
		header["Cross-Origin-Resource-Policy"] = same
		next.ServeHTTP(w, r)
	})
}

// withNoSniff forbids browsers to guess another type than the one we say.
func withNoSniff(next http.Handler) http.Handler {
	value := []string{"nosniff"} // shared, and never changed
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["X-Content-Type-Options"] = value
		next.ServeHTTP(w, r)
	})
}

// SaveAs makes browsers save an answer that came from outside under a name, and
// run nothing of it.
func SaveAs(header http.Header, name string) {
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
}
