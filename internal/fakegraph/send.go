package fakegraph

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// An answer is complete before any of it is sent, so that faults can spoil it.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func jsonAnswer(status int, v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		// Only a fault's own JSON text can fail to encode: send nothing of it.
		body = []byte("{}")
	}
	return answer{status, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, body}
}

func graphHeader() http.Header {
	return http.Header{"Content-Type": {"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"}}
}

// graphError is Graph's error body.
func graphError(x *exchange, status int, code, message string) answer {
	a := jsonAnswer(status, map[string]any{"error": map[string]any{
		"code":    code,
		"message": message,
		"innerError": map[string]any{
			"date":              x.now.Format("2006-01-02T15:04:05"),
			"request-id":        x.id,
			"client-request-id": clientRequestID(x),
		},
	}})
	if status == http.StatusUnauthorized {
		a.header.Set("WWW-Authenticate", `Bearer realm="", authorization_uri="`+origin(x.r)+`/common/oauth2/authorize"`)
	}
	return a
}

func clientRequestID(x *exchange) string {
	if id := x.r.Header.Get("client-request-id"); tocsin.IsGUID(id) {
		return id
	}
	return x.id
}

// origin is where the client found the server, for absolute links.
func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// send sends the answer, or what a fault leaves of it.
func (s *Server) send(x *exchange, a answer) {
	a = x.fault.spoil(x, a)
	h := x.w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	h.Set("Date", x.now.Format(http.TimeFormat)) // the upstream's clock, which Retry-After refers to
	h.Set("request-id", x.id)
	h.Set("client-request-id", clientRequestID(x))
	h.Set("Vary", "Accept-Encoding")
	// One client of the overviews reads this header and fails without it.
	h.Set("x-ms-ags-diagnostic", `{"ServerInfo":{"DataCenter":"Loopback","Slice":"E","Ring":"5","ScaleUnit":"000","RoleInstance":"TOCSIN"}}`)

	if a.status == http.StatusOK && x.r.Method == http.MethodGet {
		tag := `W/"` + tocsin.HashOf(a.body).String()[:32] + `"`
		h.Set("ETag", tag)
		if x.fault == nil && matches(x.r.Header.Get("If-None-Match"), tag) {
			h.Del("Content-Type")
			x.status = http.StatusNotModified
			x.w.WriteHeader(x.status)
			return
		}
	}
	if strings.Contains(x.r.Header.Get("Accept-Encoding"), "gzip") || x.fault.is(FaultTruncatedGzip) {
		h.Set("Content-Encoding", "gzip")
		a.body = compress(a.body)
	}
	if s.breakOff(x, a) {
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	s.writeHead(x, a.status)
	_, _ = x.w.Write(a.body) // the client left: nobody to tell
}

func (s *Server) writeHead(x *exchange, status int) {
	x.status = status
	x.w.WriteHeader(status)
}

// matches compares weakly, as If-None-Match does.
func matches(header, tag string) bool {
	for _, one := range strings.Split(header, ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

func compress(body []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed) // the level is valid
	_, _ = z.Write(body)                              // a buffer takes everything
	_ = z.Close()
	return out.Bytes()
}

// drop closes the connection without ending the answer; a reset also discards
// what the client has not received yet.
func drop(x *exchange, reset bool) {
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		return // no connection of its own to drop, as in HTTP/2
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
