package httpclient

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
)

// ErrRefused is wrapped by errors about links that lead away from the root.
var ErrRefused = errors.New("link refused")

// maxLink is the longest link that is followed, in bytes.
const maxLink = 8 << 10

// parseRoot reads the configured address that a client is pinned to.
func parseRoot(address string) (*url.URL, error) {
	root, err := url.Parse(address)
	if err != nil || root.Hostname() == "" || root.Scheme != "http" && root.Scheme != "https" ||
		root.User != nil || root.RawQuery != "" || root.Fragment != "" || strings.ContainsRune(address, '\\') {
		return nil, fmt.Errorf("address %q: want http or https, a host and a path", Redact(address))
	}
	for _, r := range root.Host {
		if r > '~' {
			return nil, fmt.Errorf("address %q: write the host in its xn-- form", Redact(address))
		}
	}
	if plainPath(root) != nil {
		return nil, fmt.Errorf("address %q: its path is not plain", Redact(address))
	}
	return root, nil
}

// Resolve checks a link that an answer gave and makes it absolute. It must
// stay on the root's scheme, host and port and under its path; how it is
// written must not leave room for another reading by a server or proxy. The
// error wraps [ErrRefused] and does not repeat the link.
func (c *Client) Resolve(link string) (string, error) {
	if len(link) > maxLink {
		return "", fmt.Errorf("%w: it is longer than %d bytes", ErrRefused, maxLink)
	}
	if strings.ContainsRune(link, '\\') || strings.HasPrefix(link, "//") {
		return "", fmt.Errorf("%w: it can be read in two ways", ErrRefused)
	}
	u, err := url.Parse(link)
	if err != nil {
		return "", fmt.Errorf("%w: it cannot be read", ErrRefused)
	}
	if err := plainPath(u); err != nil {
		return "", err
	}
	u = c.root.ResolveReference(u)
	if u.Scheme != c.root.Scheme || origin(u) != origin(c.root) || u.User != nil || u.Fragment != "" {
		return "", fmt.Errorf("%w: it leads to another origin", ErrRefused)
	}
	if !strings.HasPrefix(u.Path+"/", strings.TrimRight(c.root.Path, "/")+"/") {
		return "", fmt.Errorf("%w: it leaves the API's path", ErrRefused)
	}
	u.Host = c.root.Host
	return u.String(), nil
}

// origin is host and port, the latter also when it is the scheme's own.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}

// plainPath refuses a path that means something else once it is cleaned or
// decoded again: dots, empty segments, and encoded dots, separators, percent,
// control characters and bytes beyond ASCII, overlong dots among them.
func plainPath(u *url.URL) error {
	clean := strings.TrimRight(u.Path, "/")
	if clean != "" && path.Clean(clean) != clean || strings.HasSuffix(u.Path, "//") {
		return fmt.Errorf("%w: its path is not plain", ErrRefused)
	}
	escaped := strings.ToLower(u.EscapedPath())
	for rest := escaped; ; {
		_, after, found := strings.Cut(rest, "%")
		if !found {
			return nil
		}
		if len(after) < 2 || after[0] < '2' || after[0] > '7' || strings.Contains("2e 2f 5c 25 7f", after[:2]) {
			return fmt.Errorf("%w: its path is encoded in a way that no link needs", ErrRefused)
		}
		rest = after
	}
}

// Redact is an address without query, fragment and credentials.
func Redact(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "[address]"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
