// Package httpclient is the only way out of the program: one client per
// upstream, pinned to the origin and path that the operator configured.
//
// It follows no redirect: the standard library keeps the Authorization header
// when a redirect leads to another port or from https to http of the same host.
// It bounds time and size, the latter before and after decompression, and no
// error names a query, a credential or words of the upstream.
package httpclient

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Config says where a client may go and what it bears.
type Config struct {
	Root      string        // http(s)://host[:port]/path that every request stays under
	UserAgent string        // "tocsin" when empty
	Timeout   time.Duration // of one request with its whole answer; 30 s when 0
	MaxBody   int64         // bytes of an answer, as sent and inflated; 32 MiB when 0
	// EnvironmentProxy lets HTTPS_PROXY and its kin choose a proxy. Otherwise
	// there is none: a variable of the machine must not redirect secrets.
	EnvironmentProxy bool
	// Outside lets the client connect to addresses of the public internet only. A
	// proxy of the environment may be inside: where it connects to is its matter.
	Outside bool
	// Hidden keeps the path out of errors: it is a secret like those of a query.
	Hidden bool
	// Connections is how many are kept open; 4 when 0.
	Connections int
	// Roots are who may vouch for the other side; those of the machine when nil.
	Roots *x509.CertPool
	// ServerName is the name that the other side must prove to have; that of the
	// root when empty.
	ServerName string
	// Time is when certificates have to hold; now when nil.
	Time func() time.Time
	// Resolver finds addresses by names; that of the machine when nil.
	Resolver *net.Resolver
}

// Bounds of every client.
const (
	defaultTimeout = 30 * time.Second
	defaultMaxBody = 32 << 20
	dialTimeout    = 10 * time.Second
	maxHeader      = 64 << 10 // bytes of an answer's header
)

// Client sends requests to one origin.
type Client struct {
	root    *url.URL
	agent   string
	timeout time.Duration
	maxBody int64
	hidden  bool
	http    *http.Client
}

// New makes a client. It fails when the root is no plain http or https address.
func New(c Config) (*Client, error) {
	root, err := parseRoot(c.Root)
	if err != nil && c.Hidden {
		return nil, errors.New("the address is not one of http or https with a host and a plain path")
	}
	if err != nil {
		return nil, err
	}
	client := &Client{root: root, agent: c.UserAgent, timeout: c.Timeout, maxBody: c.MaxBody, hidden: c.Hidden}
	if client.agent == "" {
		client.agent = "tocsin"
	}
	if client.timeout == 0 {
		client.timeout = defaultTimeout
	}
	if client.maxBody == 0 {
		client.maxBody = defaultMaxBody
	}
	if c.Outside {
		if err := CheckOutside(c.Root); err != nil {
			return nil, err
		}
	}
	client.http = &http.Client{
		Transport:     c.transport(client.timeout),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return client, nil
}

// transport makes the connections of a client.
func (c Config) transport(timeout time.Duration) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout, Resolver: c.Resolver}
	transport := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.Roots, ServerName: c.ServerName, Time: c.Time},
		TLSHandshakeTimeout:    dialTimeout,
		ResponseHeaderTimeout:  timeout,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConnsPerHost:    cmp.Or(c.Connections, 4),
		IdleConnTimeout:        90 * time.Second,
		DisableCompression:     true, // answers are hashed before they are inflated
		ForceAttemptHTTP2:      true,
	}
	if c.Outside && !c.EnvironmentProxy {
		transport.DialContext = guarded(dialer)
	}
	if c.EnvironmentProxy {
		transport.Proxy = http.ProxyFromEnvironment
		transport.OnProxyConnectResponse = proxyAnswered
	}
	return transport
}

// Do sends one request and reads the whole answer, whatever its status: a
// redirect is an answer like any other. The target must have come from
// [Client.Resolve] or be under the root. An error wraps [ErrRefused] when
// nothing was sent because the target is neither, and is a [*CutError] when the
// answer began and did not end well.
func (c *Client) Do(ctx context.Context, method, target string, header http.Header, body []byte) (*Answer, error) {
	resolved, err := c.Resolve(target)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, resolved, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make request to %s: %w", c.redact(resolved), ErrRefused)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	request.Header.Set("Accept-Encoding", "gzip")
	request.Header.Set("User-Agent", c.agent)
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, c.redact(resolved), bare(err))
	}
	defer response.Body.Close()
	answer := &Answer{
		Status: response.StatusCode, Header: response.Header, maxBody: c.maxBody,
		encoding: response.Header.Get("Content-Encoding"),
	}
	if answer.Wire, err = readAll(response.Body, c.maxBody); err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, c.redact(resolved), &CutError{response.StatusCode, bare(err)})
	}
	answer.Hash = sha256.Sum256(answer.Wire)
	answer.confirm(request.Header)
	return answer, nil
}

// redact is an address fit to be shown.
func (c *Client) redact(address string) string {
	if c.hidden {
		return c.root.Scheme + "://" + c.root.Host
	}
	return Redact(address)
}

// A CutError says that an answer began, with a status, and did not end well: the
// request has arrived.
type CutError struct {
	Status int
	Err    error
}

func (e *CutError) Error() string { return "read answer: " + e.Err.Error() }

// Unwrap returns why the answer did not end well.
func (e *CutError) Unwrap() error { return e.Err }

// ErrProxy says that a proxy did not let a connection pass.
var ErrProxy = errors.New("the proxy refused the connection")

// proxyAnswered keeps the proxy's status and drops its words.
func proxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return fmt.Errorf("%w with status %d", ErrProxy, answer.StatusCode)
}

// ErrTooLarge says that an answer has more bytes than it may.
var ErrTooLarge = errors.New("larger than allowed")

func readAll(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
	}
	return body, err
}

// ErrProtocol stands for what the standard library says about an answer that
// is no HTTP. Its own words quote the answer, and an upstream could put the
// token there that it was sent.
var ErrProtocol = errors.New("the answer is no valid HTTP")

// bare is err without the address, which [url.Error] would print in full, and
// without words of the upstream.
func bare(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if errors.Is(err, ErrInside) { // without the address that was found
		return ErrInside
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return err // also time-outs
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return err
	}
	if errors.Is(err, ErrProxy) {
		return err
	}
	for _, known := range []error{context.Canceled, io.EOF, io.ErrUnexpectedEOF, http.ErrSchemeMismatch, ErrTooLarge} {
		if errors.Is(err, known) {
			return known
		}
	}
	return ErrProtocol
}
