package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Limits of one step each.
const (
	connectLimit = 3 * time.Second
	tlsLimit     = 3 * time.Second
	httpLimit    = 4 * time.Second
)

// connect connects to an endpoint by its way. The connection is nil where the
// check did not pass.
func connect(ctx context.Context, e *Endpoint, w way, addresses []netip.Addr) (net.Conn, Check) {
	ctx, stop := context.WithTimeout(ctx, connectLimit)
	defer stop()
	if w.proxy != nil {
		return connectProxy(ctx, e, w.proxy)
	}
	if len(addresses) == 0 {
		return nil, found(Unknown, "connect.name", "target", e.address())
	}
	var last error
	var tried string
	for _, address := range addresses[:min(len(addresses), 2)] {
		tried = netip.AddrPortFrom(address, uint16(e.Port)).String() //nolint:gosec // checked in normalise
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", tried)
		if err == nil {
			return conn, found(Pass, "connect.ok", "target", e.address(), "address", tried)
		}
		last = err
	}
	check := unconnected(last, "connect.", "target", e.address(), "address", tried)
	if w.check.Outcome == Unknown { // it may not be the way that programs go
		check.Outcome = Unknown
	}
	return nil, check
}

// unconnected says why there is no connection.
func unconnected(err error, prefix string, pairs ...string) Check {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return found(Fail, prefix+"refused", pairs...)
	case timedOut(err):
		return found(Fail, prefix+"timeout", append(pairs, "seconds", seconds(connectLimit))...)
	}
	return found(Fail, prefix+"unreachable", pairs...)
}

// connectProxy connects to a proxy and, for all but plain HTTP, has it connect to
// the endpoint.
func connectProxy(ctx context.Context, e *Endpoint, proxy *url.URL) (net.Conn, Check) {
	pairs := []string{"target", e.address(), "proxy", printable(proxy.Host)}
	conn, err := dialProxy(ctx, proxy)
	if err != nil {
		return nil, unconnected(err, "connect.proxy.", pairs...)
	}
	if e.Protocol == "http" {
		return conn, found(Pass, "connect.proxy.ok", pairs...)
	}
	response, rest, err := tunnel(ctx, conn, e.address(), proxy.User) //nolint:bodyclose // the body is the connection
	if err != nil {
		conn.Close()
		return nil, unconnected(err, "connect.proxy.", pairs...)
	}
	if response.StatusCode/100 == 2 {
		return rest, found(Pass, "connect.proxy.ok", pairs...)
	}
	conn.Close()
	return nil, refusedByProxy(response, pairs...)
}

func dialProxy(ctx context.Context, proxy *url.URL) (net.Conn, error) {
	port := proxy.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[proxy.Scheme]
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(proxy.Hostname(), port))
	if err != nil || proxy.Scheme != "https" {
		return conn, err
	}
	secure := tls.Client(conn, &tls.Config{ServerName: proxy.Hostname(), MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return secure, nil
}

// tunnel asks a proxy to connect. What the other side sent already is read from
// the connection that is returned.
func tunnel(ctx context.Context, conn net.Conn, target string, user *url.Userinfo) (*http.Response, net.Conn, error) {
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	defer endedBy(ctx, conn)()
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: target}, Host: target, Header: http.Header{"User-Agent": {agent}}}
	if user != nil {
		password, _ := user.Password()
		request.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}
	if err := request.Write(conn); err != nil {
		return nil, nil, err
	}
	reader := bufio.NewReader(&bounded{conn, maxHeader})
	response, err := http.ReadResponse(reader, request)
	if err != nil {
		return nil, nil, err
	}
	_ = conn.SetDeadline(time.Time{})
	return response, &buffered{conn, reader}, nil
}

// agent names the probe to servers.
const agent = "tocsin-probe"

// refusedByProxy reads why a proxy does not connect. Squid says
// ERR_CANNOT_FORWARD for a name that it cannot resolve, never ERR_DNS_FAIL.
func refusedByProxy(response *http.Response, pairs ...string) Check {
	status := strconv.Itoa(response.StatusCode)
	reason, _, _ := strings.Cut(response.Header.Get("X-Squid-Error"), " ")
	switch {
	case response.StatusCode == http.StatusProxyAuthRequired:
		return found(Unknown, "connect.proxy.auth", pairs...)
	case reason == "ERR_ACCESS_DENIED" || response.StatusCode == http.StatusForbidden:
		return found(Fail, "connect.proxy.denied", append(pairs, "status", status)...)
	case reason != "" || response.StatusCode >= 500:
		return found(Fail, "connect.proxy.lost", append(pairs, "status", strings.TrimSpace(status+" "+printable(reason)))...)
	}
	return found(Fail, "connect.proxy.status", append(pairs, "status", status)...)
}

// madeUpTunnel asks a proxy for a host that cannot exist. One that connects to it
// answers for every name, so that its connections prove nothing.
func madeUpTunnel(ctx context.Context, proxy *url.URL, name string) Check {
	ctx, stop := context.WithTimeout(ctx, connectLimit)
	defer stop()
	e := &Endpoint{Host: name, Port: 443, Protocol: "https"}
	conn, check := connectProxy(ctx, e, proxy)
	pairs := []string{"proxy", printable(proxy.Host), "target", e.address()}
	switch {
	case conn != nil:
		conn.Close()
		return found(Unknown, "proxy.madeup", pairs...)
	case check.Outcome == Fail && (check.Args["status"] != ""):
		return found(Pass, "proxy.madeup.none", pairs...)
	}
	return found(Unknown, "proxy.madeup.unknown", pairs...)
}
