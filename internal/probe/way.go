package probe

import (
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"example.org/tocsin/internal/tocsin"
)

// A way is how an endpoint is reached, and the rule that says so.
type way struct {
	proxy *url.URL // nil for direct
	check Check
}

// settings are where rules for proxies stand: the environment, which goes first,
// as it does for most programs, then those of the system.
type settings struct {
	environment environment
	system      system
}

// environment is what the environment says about proxies.
type environment struct {
	config httpproxy.Config
	// named are the variables that say it, for people.
	http, https, no string
}

// A system is what the settings of the operating system say about proxies.
type system struct {
	known  bool   // whether they can be read here
	proxy  string // one for all, or http=host:port;https=host:port
	bypass string // hosts that are reached directly, as in the settings
	detect bool   // a proxy is looked for in the network (WPAD)
	script string // address of a configuration script (PAC)
	pac    string // its text, "" where it could not be read
}

// readEnvironment reads the variables that programs look for, small letters last,
// as Go, curl and Python do.
func readEnvironment(getenv func(string) string) environment {
	first := func(names ...string) (name, value string) {
		for _, name := range names {
			if value := getenv(name); value != "" {
				return name, value
			}
		}
		return "", ""
	}
	var e environment
	e.http, e.config.HTTPProxy = first("HTTP_PROXY", "http_proxy")
	e.https, e.config.HTTPSProxy = first("HTTPS_PROXY", "https_proxy")
	e.no, e.config.NoProxy = first("NO_PROXY", "no_proxy")
	return e
}

// of returns how an endpoint is reached.
func (s *settings) of(e *Endpoint) way {
	target := e.address()
	if e.Protocol == "udp" {
		return way{check: found(Unknown, "udp", "target", target)}
	}
	if address, err := netip.ParseAddr(e.Host); e.Host == "localhost" || err == nil && address.IsLoopback() {
		return way{check: found(Pass, "proxy.self", "target", target)}
	}
	variable, proxy := s.environment.https, s.environment.config.HTTPSProxy
	if e.Protocol == "http" {
		variable, proxy = s.environment.http, s.environment.config.HTTPProxy
	}
	if proxy != "" {
		return s.environment.of(e, variable)
	}
	return s.system.of(e)
}

// asked is what rules are asked about: everything but http goes through the
// proxy of https, by CONNECT.
func (e *Endpoint) asked() *url.URL {
	scheme := "https"
	if e.Protocol == "http" {
		scheme = "http"
	}
	return &url.URL{Scheme: scheme, Host: e.address()}
}

// of asks the rules of the environment.
func (v *environment) of(e *Endpoint, variable string) way {
	proxy, err := v.config.ProxyFunc()(e.asked())
	switch {
	case err != nil || proxy != nil && strings.HasSuffix(proxy.Host, ":"): // what is no address is read as a host "http:"
		return way{check: found(Unknown, "proxy.unread", "target", e.address(), "rule", variable)}
	case proxy == nil:
		return way{check: found(Pass, "proxy.except", "target", e.address(), "rule", v.exception(e))}
	}
	return through(e, proxy, variable)
}

// exception returns the entry of NO_PROXY that decides, such as NO_PROXY:
// .contoso.com.
func (v *environment) exception(e *Endpoint) string {
	for entry := range strings.SplitSeq(v.config.NoProxy, ",") {
		one := v.config
		one.NoProxy = entry
		if proxy, err := one.ProxyFunc()(e.asked()); err == nil && proxy == nil {
			return v.no + ": " + printable(strings.TrimSpace(entry))
		}
	}
	return v.no
}

// through is the way through a proxy. Its credentials are shown to nobody.
func through(e *Endpoint, proxy *url.URL, rule string) way {
	shown := proxy.Scheme + "://" + proxy.Host
	if proxy.Hostname() == "" || proxy.Scheme != "http" && proxy.Scheme != "https" {
		return way{check: found(Unknown, "proxy.kind", "target", e.address(), "proxy", printable(shown), "rule", rule)}
	}
	return way{proxy: proxy, check: found(Pass, "proxy.through", "target", e.address(), "proxy", printable(shown), "rule", rule)}
}

// of asks the settings of the operating system in the order in which Windows
// does: what the network says, a script, then the proxy itself. What cannot be
// read is unknown and never direct.
func (s *system) of(e *Endpoint) way {
	target := e.address()
	switch {
	case !s.known:
		return way{check: found(Unknown, "proxy.unknown", "target", target)}
	case s.detect:
		return way{check: found(Unknown, "proxy.detect", "target", target)}
	case s.script != "":
		return s.byScript(e)
	case s.proxy == "":
		return way{check: found(Pass, "proxy.direct", "target", target)}
	}
	if rule := s.bypassed(e.Host); rule != "" {
		return way{check: found(Pass, "proxy.except", "target", target, "rule", "ProxyOverride: "+printable(rule))}
	}
	proxy, ok := s.server(e.asked().Scheme)
	if !ok {
		return way{check: found(Unknown, "proxy.unread", "target", target, "rule", "ProxyServer")}
	}
	if proxy == nil {
		return way{check: found(Pass, "proxy.direct", "target", target)}
	}
	return through(e, proxy, "ProxyServer")
}

// byScript asks a configuration script.
func (s *system) byScript(e *Endpoint) way {
	target, script := e.address(), tocsin.Clip(s.script, 100)
	if s.pac == "" {
		return way{check: found(Unknown, "proxy.script.missing", "target", target, "script", script)}
	}
	answer, err := evaluatePAC(s.pac, e.asked().Scheme+"://"+e.Host+"/", e.Host)
	if err != nil {
		return way{check: found(Unknown, "proxy.script", "target", target, "script", script, "reason", printable(err.Error()))}
	}
	proxy, err := firstOfPAC(answer)
	switch {
	case err != nil:
		return way{check: found(Unknown, "proxy.script", "target", target, "script", script, "reason", printable(err.Error()))}
	case proxy == nil:
		return way{check: found(Pass, "proxy.except", "target", target, "rule", script)}
	}
	return through(e, proxy, script)
}

// server returns the proxy for a scheme: host:port for all, or a list such as
// http=host:port;https=host:port. No proxy is named for a scheme that the list
// lacks.
func (s *system) server(scheme string) (*url.URL, bool) {
	for entry := range strings.FieldsFuncSeq(s.proxy, func(r rune) bool { return r == ';' || r == ' ' }) {
		name, address, named := strings.Cut(entry, "=")
		if named && !strings.EqualFold(name, scheme) {
			continue
		}
		if !named {
			address = name
		}
		if !strings.Contains(address, "://") {
			address = "http://" + address
		}
		proxy, err := url.Parse(address)
		return proxy, err == nil && proxy.Hostname() != ""
	}
	return nil, true
}

// bypassed returns the entry by which a host is reached directly, "" for none.
// Entries are names with asterisks, and <local> for names without a dot.
func (s *system) bypassed(host string) string {
	for entry := range strings.FieldsFuncSeq(s.bypass, func(r rune) bool { return r == ';' || r == ' ' || r == ',' }) {
		pattern := strings.ToLower(entry)
		if scheme, rest, ok := strings.Cut(pattern, "://"); ok && scheme != "" {
			pattern = rest
		}
		if pattern == "<local>" && !strings.ContainsAny(host, ".:") || wildcard(pattern, host) {
			return entry
		}
	}
	return ""
}

// wildcard reports whether a pattern with asterisks and question marks is that of
// a text, in time proportional to the product of their lengths.
func wildcard(pattern, text string) bool {
	star, mark := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]) && pattern[p] != '*':
			p++
			t++
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case star >= 0:
			p, mark = star+1, mark+1
			t = mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
