package probe

import (
	"slices"
	"strings"
)

// Causes lists what a whole probe may come to, as its result names it. A cause
// that explains others stands before them.
func Causes() []string {
	return []string{"portal", "intercepted", "stranger", "dns", "proxy", "closed", "clock", "service", "unknown", "none"}
}

// causeOf returns the first cause that applies.
func causeOf(checks []Check) string {
	causes := map[string]bool{}
	lying := false
	for i := range checks {
		c := &checks[i]
		lying = lying || c.Code == "proxy.madeup"
		switch {
		case c.Outcome == Fail:
			causes[failure(c)] = true
		case c.Outcome == Unknown && c.Kind != UDP:
			causes["unknown"] = true
		}
	}
	if lying && causes["closed"] {
		causes["proxy"] = true
	}
	for _, cause := range Causes() {
		if causes[cause] {
			return cause
		}
	}
	return "none"
}

// failure is what a failed check tells.
func failure(c *Check) string {
	switch c.Code {
	case "http.portal", "http.portal.status":
		return "portal"
	case "tls.intercepted", "tls.unlogged", "tls.unlogged.old":
		return "intercepted"
	case "tls.untrusted", "tls.name":
		return "stranger"
	case "http.lost":
		return "proxy"
	case "tls.none", "tls.timeout":
		return "closed"
	}
	switch {
	case c.Kind == DNS:
		return "dns"
	case c.Kind == Proxy, strings.HasPrefix(c.Code, "connect.proxy."):
		return "proxy"
	case c.Kind == Connect:
		return "closed"
	case c.Kind == Clock:
		return "clock"
	}
	return "service"
}

// Codes lists the codes that checks have. Each has a sentence in every language.
func Codes() []string {
	return []string{
		"clock.fast", "clock.none", "clock.ok", "clock.slow", "clock.split", "clock.unsure",
		"connect.name", "connect.ok", "connect.refused", "connect.timeout", "connect.unreachable",
		"connect.proxy.auth", "connect.proxy.denied", "connect.proxy.lost", "connect.proxy.ok", "connect.proxy.refused", "connect.proxy.status",
		"connect.proxy.timeout", "connect.proxy.unproven", "connect.proxy.unreachable",
		"cut",
		"dns.alias", "dns.blocked", "dns.closed", "dns.code", "dns.empty", "dns.extended", "dns.garbled", "dns.hosts", "dns.inside", "dns.madeup",
		"dns.madeup.none", "dns.madeup.unknown", "dns.none", "dns.ok", "dns.other", "dns.stripped", "dns.timeout", "dns.unreachable",
		"http.busy", "http.fault", "http.lost", "http.none", "http.ok", "http.plain", "http.portal", "http.portal.status", "http.proxy", "http.timeout",
		"proxy.detect", "proxy.direct", "proxy.except", "proxy.kind", "proxy.madeup", "proxy.madeup.none", "proxy.madeup.unknown", "proxy.script",
		"proxy.script.missing", "proxy.self", "proxy.through", "proxy.unknown", "proxy.unread",
		"tls.intercepted", "tls.name", "tls.none", "tls.ok", "tls.old", "tls.own", "tls.timeout", "tls.unlogged", "tls.unlogged.old", "tls.untrusted",
		"udp",
	}
}

// known reports whether a code is one of the list.
func known(code string) bool { return slices.Contains(Codes(), code) }
