package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"example.org/tocsin/internal/tocsin"
)

// Addresses are Base and Names in one form: scheme and host in lower case,
// without a final dot or the usual port of the scheme. A name that is a host
// alone stands for the scheme and port of Base. It reports every problem at once.
func (s Server) Addresses() (tocsin.Names, error) {
	if s.Base == "" {
		return tocsin.Names{}, tocsin.Invalidf("server.base", "Set it as well: server.names stand beside it.")
	}
	base, err := address("server.base", s.Base)
	problems := []error{err}
	scheme, _, _ := strings.Cut(base, "://")
	seen := map[string]string{strings.TrimPrefix(base, scheme): "server.base"}
	var more []string
	for i, text := range s.Names {
		key := fmt.Sprintf("server.names[%d]", i)
		if !strings.Contains(text, "://") {
			text = scheme + "://" + withPort(text, base)
		}
		one, err := address(key, text)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		own, _, _ := strings.Cut(one, "://")
		switch other := seen[strings.TrimPrefix(one, own)]; {
		case base != "" && own != scheme:
			problems = append(problems, tocsin.Invalidf(key, "It must start with %s://, as server.base does: cookies depend on it.", scheme))
		case other != "":
			problems = append(problems, tocsin.Invalidf(key, "It is there already, as %s.", other))
		}
		seen[strings.TrimPrefix(one, own)] = key
		more = append(more, one)
	}
	return tocsin.NewNames(base, more...), errors.Join(problems...)
}

// withPort is a host alone with the port of base, if that has one. Anything
// else is returned as it is.
func withPort(host, base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Port() == "" {
		return host
	}
	bare := strings.TrimSuffix(host, "/")
	if alone, err := url.Parse("//" + bare); err != nil || alone.Host != bare || alone.Port() != "" {
		return host
	}
	return strings.TrimSuffix(bare, ":") + ":" + u.Port()
}

// address brings an address of the desk to its one form.
func address(key, text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Host == "", u.Scheme != "http" && u.Scheme != "https", u.User != nil, u.RawQuery != "", u.ForceQuery, strings.Contains(text, "#"):
		return "", tocsin.Invalidf(key, "It is no address such as https://health.contoso.com.")
	case strings.Trim(u.Path, "/") != "":
		return "", tocsin.Invalidf(key, "It has the path %s, and the desk is at the root of its address: give it a host name of its own, in the reverse proxy as well.", tocsin.Clip(u.Path, 80))
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	port := u.Port()
	if n, err := strconv.Atoi(port); port != "" && (err != nil || n < 1 || n > 65535) {
		return "", tocsin.Invalidf(key, "%s is no port.", port)
	}
	if ip := net.ParseIP(host); ip == nil {
		if host, err = hostName(host); err != nil {
			return "", tocsin.Invalidf(key, "%q is no host name.", tocsin.Clip(u.Hostname(), 80))
		}
	}
	if port == map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		port = ""
	}
	if port != "" {
		return u.Scheme + "://" + net.JoinHostPort(host, port), nil
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return u.Scheme + "://" + host, nil
}

// hostName is a name as requests write it: in ASCII.
func hostName(text string) (string, error) {
	for _, r := range text {
		if r > 127 {
			return idna.Lookup.ToASCII(text)
		}
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-_", r) {
			return "", errors.New("no host name")
		}
	}
	if text == "" || strings.Contains(text, "..") || text[0] == '.' || text[0] == '-' {
		return "", errors.New("no host name")
	}
	return text, nil
}
