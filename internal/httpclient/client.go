// Package httpclient is the only way out of the program: one client per
// upstream, pinned to the origin and path that the operator configured.
//
// It follows no redirect: the standard library keeps the Authorization header
// when a redirect leads to another port or from https to http of the same host.
// It bounds time and size, the latter after decompression, and no error names
// a query or a credential.
package httpclient

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// Config says where a client may go and what it bears.
type Config struct {
	Root      string        // http(s)://host[:port]/path that every request stays under
	UserAgent string        // "tocsin" when empty
	Timeout   time.Duration // of one request with its whole answer; 30 s when 0
	MaxBody   int64         // bytes of an answer, inflated; 32 MiB when 0
}

// Client sends requests to one origin.
type Client struct {
	root    *url.URL
	agent   string
	timeout time.Duration
	maxBody int64
	http    *http.Client
}

// ErrRefused is wrapped by errors about links that lead away from the root.
var ErrRefused = errors.New("link refused")

// New makes a client. It fails when the root is no plain http or https address.
func New(c Config) (*Client, error) {
	root, err := url.Parse(c.Root)
	if err != nil || root.Host == "" || (root.Scheme != "http" && root.Scheme != "https") || root.User != nil || root.RawQuery != "" || root.Fragment != "" {
		return nil, fmt.Errorf("address %q: want http or https, a host and a path", Redact(c.Root))
	}
	client := &Client{root: root, agent: c.UserAgent, timeout: c.Timeout, maxBody: c.MaxBody}
	if client.agent == "" {
		client.agent = "tocsin"
	}
	if client.timeout == 0 {
		client.timeout = 30 * time.Second
	}
	if client.maxBody == 0 {
		client.maxBody = 32 << 20
	}
	client.http = &http.Client{
		Timeout:       client.timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  client.timeout,
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        90 * time.Second,
			DisableCompression:     true, // answers are hashed before they are inflated
			ForceAttemptHTTP2:      true,
		},
	}
	return client, nil
}

// Resolve checks a link that an answer gave and makes it absolute. It must
// stay on the root's scheme, host and port and under its path.
func (c *Client) Resolve(link string) (string, error) {
	if strings.ContainsAny(link, "\\\t\r\n") || strings.HasPrefix(link, "//") || strings.Contains(strings.ReplaceAll(strings.ToLower(link), "%2e", "."), "/..") {
		return "", fmt.Errorf("%w: it holds characters that no link needs", ErrRefused)
	}
	u, err := url.Parse(link)
	if err != nil {
		return "", fmt.Errorf("%w: it cannot be read", ErrRefused)
	}
	u = c.root.ResolveReference(u)
	if u.Scheme != c.root.Scheme || u.Host != c.root.Host || u.User != nil || u.Fragment != "" {
		return "", fmt.Errorf("%w: it leads to another origin", ErrRefused)
	}
	clean := path.Clean(u.Path)
	if clean != strings.TrimRight(u.Path, "/") && clean != u.Path || strings.Contains(strings.ToLower(u.EscapedPath()), "%2f") ||
		!strings.HasPrefix(clean+"/", strings.TrimRight(c.root.Path, "/")+"/") {
		return "", fmt.Errorf("%w: it leaves the API's path", ErrRefused)
	}
	return u.String(), nil
}

// An Answer is what came back, still as it came over the wire.
type Answer struct {
	Status  int
	Header  http.Header
	Wire    []byte   // the body as sent
	Hash    [32]byte // SHA-256 of Wire
	encoded bool
	maxBody int64
}

// Body is the inflated body. It fails when the body is cut or too large.
func (a *Answer) Body() ([]byte, error) {
	if !a.encoded {
		return a.Wire, nil
	}
	reader, err := gzip.NewReader(bytes.NewReader(a.Wire))
	if err != nil {
		return nil, fmt.Errorf("inflate answer: %w", err)
	}
	body, err := readAll(reader, a.maxBody)
	if err != nil {
		return nil, fmt.Errorf("inflate answer: %w", err)
	}
	return body, nil
}

// Do sends one request and reads the whole answer, whatever its status. The
// target must have come from [Client.Resolve] or be under the root.
func (c *Client) Do(ctx context.Context, method, target string, header http.Header, body []byte) (*Answer, error) {
	resolved, err := c.Resolve(target)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, resolved, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make request to %s: %w", Redact(resolved), ErrRefused)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	request.Header.Set("Accept-Encoding", "gzip")
	request.Header.Set("User-Agent", c.agent)
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, Redact(resolved), bare(err))
	}
	defer response.Body.Close()
	answer := &Answer{Status: response.StatusCode, Header: response.Header, maxBody: c.maxBody}
	answer.encoded = strings.EqualFold(response.Header.Get("Content-Encoding"), "gzip")
	if answer.Wire, err = readAll(response.Body, c.maxBody); err != nil {
		return nil, fmt.Errorf("%s %s: read answer: %w", method, Redact(resolved), err)
	}
	answer.Hash = sha256.Sum256(answer.Wire)
	return answer, nil
}

func readAll(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		return nil, fmt.Errorf("larger than %d bytes", limit)
	}
	return body, err
}

// bare is err without the address, which [url.Error] would print in full.
func bare(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// Redact is an address without query, fragment and credentials.
func Redact(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "[address]"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
