package httpserver

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
)

// Limits of a request, in bytes. What lies between maxHeader and
// acceptedHeaders gets an answer in the dialect's form; beyond it, the
// library's plain 431.
const (
	maxHeader       = 16 << 10
	maxAddress      = 16 << 10
	maxBody         = 64 << 10
	acceptedHeaders = 128 << 10
)

// withLimits refuses what is too large to look at, and bounds the body for
// whoever reads it.
func withLimits(write ErrorWriter, log *slog.Logger) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := checkSizes(r); err != nil {
				fail(w, r, err, write, log)
				return
			}
			if r.Body != http.NoBody {
				r.Body = bounded{http.MaxBytesReader(w, r.Body, maxBody), r.Body}
			}
			next.ServeHTTP(w, r)
		})
	}
}

// A bounded body gives no more than any route takes. raw is the body itself, for
// a route that takes more.
type bounded struct {
	io.ReadCloser
	raw io.ReadCloser
}

func checkSizes(r *http.Request) error {
	for name, values := range r.Header {
		for _, value := range values {
			if len(name)+len(value) > maxHeader {
				return Errorf(http.StatusRequestHeaderFieldsTooLarge, "A header has more than 16 KB.")
			}
		}
	}
	if len(r.RequestURI) > maxAddress {
		return Errorf(http.StatusRequestURITooLong, "The address has more than 16 KB.")
	}
	return nil
}

// CheckBody refuses a body that is compressed, which would hide its size, or
// that is announced as larger than any that is served.
func CheckBody(r *http.Request) error { return checkBody(r, maxBody) }

func checkBody(r *http.Request, most int64) error {
	for _, encoding := range r.Header.Values("Content-Encoding") {
		if encoding != "" && !strings.EqualFold(encoding, "identity") {
			return Errorf(http.StatusUnsupportedMediaType, "Send the body without compression.")
		}
	}
	if r.ContentLength > most {
		return Errorf(http.StatusRequestEntityTooLarge, "The body has more than %d KB.", most>>10)
	}
	return nil
}

// withBodyCheck calls [CheckBody] for parts that do not themselves. most is how
// many bytes are taken, 0 for as many as elsewhere.
func withBodyCheck(write ErrorWriter, log *slog.Logger, most int64) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := checkBody(r, max(most, maxBody)); err != nil {
				fail(w, r, err, write, log)
				return
			}
			if body, ok := r.Body.(bounded); ok && most > maxBody {
				r.Body = http.MaxBytesReader(w, body.raw, most)
			}
			next.ServeHTTP(w, r)
		})
	}
}

// withHosts refuses requests for a host that is not ours, so that a poisoned
// Host header or a rebound DNS name reaches nothing. The names of this machine
// always pass. No names at all let every host pass.
func withHosts(hosts []string, write ErrorWriter, log *slog.Logger) middleware {
	known := map[string]bool{"localhost": true}
	for _, host := range hosts {
		known[hostName(host)] = true
	}
	return func(next http.Handler) http.Handler {
		if len(hosts) == 0 {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name := hostName(r.Host)
			if ip := net.ParseIP(name); !known[name] && (ip == nil || !ip.IsLoopback()) {
				fail(w, r, errMisdirected, write, log)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

var errMisdirected = Errorf(http.StatusMisdirectedRequest, "This server does not answer for that host.")

// hostName is host without its port, in lower case.
func hostName(host string) string {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	return strings.TrimSuffix(strings.ToLower(name), ".")
}

// errNotLocal hides what is for this machine from everybody else.
var errNotLocal = Errorf(http.StatusNotFound, "There is nothing here.")

// isLocal reports whether a request comes from a program on this machine. One
// that a proxy forwarded does not, wherever the proxy runs.
func isLocal(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"} {
		if len(r.Header[name]) > 0 {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}
