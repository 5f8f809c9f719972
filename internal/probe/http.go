package probe

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/publicsuffix"
)

// maxRead is how many bytes of an answer's body are read.
const maxRead = 4096

// heard is what an answer tells about the clock: the instant that it names, and
// that in the middle of the exchange by the clock of the seat.
type heard struct {
	theirs, ours time.Time
	sure         bool // from a server whose certificate passed
}

// fetch asks an endpoint for its page over a connection that is open, and follows
// no redirect.
func fetch(ctx context.Context, e *Endpoint, conn net.Conn, w way, now func() time.Time) (Check, *heard) {
	ctx, stop := context.WithTimeout(ctx, httpLimit)
	defer stop()
	transport := onlyOver(conn)
	if e.Protocol == "http" && w.proxy != nil {
		transport.Proxy = http.ProxyURL(w.proxy)
	}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.web().String(), nil)
	if err != nil {
		return found(Unknown, "http.none", "target", e.Target()), nil
	}
	request.Header.Set("User-Agent", agent)
	start, began := time.Now(), now()
	response, err := transport.RoundTrip(request)
	took := time.Since(start)
	if err != nil {
		check := unanswered(e, err)
		check.Milliseconds = took.Milliseconds()
		return check, nil
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxRead))
	check := answered(e, response)
	check.Milliseconds = took.Milliseconds()
	theirs, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return check, nil
	}
	return check, &heard{theirs: theirs.UTC(), ours: began.Add(took / 2).UTC()}
}

// onlyOver is a transport that speaks on one connection and opens no other.
func onlyOver(conn net.Conn) *http.Transport {
	var used atomic.Bool
	give := func(context.Context, string, string) (net.Conn, error) {
		if used.Swap(true) {
			return nil, net.ErrClosed
		}
		return conn, nil
	}
	transport := &http.Transport{DialContext: give, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: maxHeader, DisableCompression: true}
	if _, secure := conn.(*tls.Conn); secure {
		transport.DialTLSContext = give
	}
	return transport
}

func unanswered(e *Endpoint, err error) Check {
	if timedOut(err) {
		return found(Fail, "http.timeout", "target", e.Target(), "seconds", seconds(httpLimit))
	}
	return found(Fail, "http.none", "target", e.Target())
}

// answered judges an answer. Plain HTTP is where portals and proxies answer in
// the place of the server.
func answered(e *Endpoint, response *http.Response) Check {
	status := strconv.Itoa(response.StatusCode)
	pairs := []string{"target", e.Target(), "status", status}
	switch {
	case response.StatusCode == http.StatusNetworkAuthenticationRequired:
		return found(Fail, "http.portal.status", pairs...)
	case response.StatusCode == http.StatusProxyAuthRequired:
		return found(Unknown, "http.proxy", pairs...)
	case response.Header.Get("X-Squid-Error") != "":
		reason, _, _ := strings.Cut(response.Header.Get("X-Squid-Error"), " ")
		return found(Fail, "http.lost", append(pairs, "reason", printable(reason))...)
	case e.Protocol == "http" && !e.Own:
		return plain(e, response, pairs)
	case response.StatusCode == http.StatusTooManyRequests:
		return found(Unknown, "http.busy", pairs...)
	case response.StatusCode >= 500:
		return found(Fail, "http.fault", pairs...)
	}
	return found(Pass, "http.ok", pairs...)
}

// plain judges an answer over plain HTTP. A server that is meant for the public
// leads to itself over TLS; who leads elsewhere, or shows a page, may be somebody
// else.
func plain(e *Endpoint, response *http.Response, pairs []string) Check {
	if response.StatusCode >= 500 {
		return found(Fail, "http.fault", pairs...)
	}
	if response.StatusCode/100 != 3 {
		return found(Unknown, "http.plain", pairs...)
	}
	to, err := url.Parse(response.Header.Get("Location"))
	if err != nil || to.Hostname() == "" {
		return found(Unknown, "http.plain", pairs...)
	}
	if samePlace(to.Hostname(), e.Host) {
		return found(Pass, "http.ok", pairs...)
	}
	return found(Fail, "http.portal", append(pairs, "place", printable(to.Hostname()))...)
}

// samePlace reports whether two hosts are one, or of one registered domain.
func samePlace(a, b string) bool {
	siteA, errA := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(strings.TrimSuffix(a, ".")))
	siteB, errB := publicsuffix.EffectiveTLDPlusOne(b)
	return strings.EqualFold(a, b) || errA == nil && errB == nil && siteA == siteB && net.ParseIP(a) == nil
}
