package httpserver

import (
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks of proxies that stand in front of the desk. What
// they say about where a request comes from is believed, and nobody else.
type Proxies []netip.Prefix

// Address is where a request comes from: its peer, or what the proxies that it
// came through wrote into X-Forwarded-For, read from the end as far as each
// address is that of a known proxy.
func (p Proxies) Address(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	address := peer.Addr().Unmap().WithZone("")
	if err != nil || !p.has(address) {
		return address
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break // what stands before it was written by nobody we know
		}
		address = hop.Unmap().WithZone("")
		if !p.has(address) {
			break
		}
	}
	return address
}

func (p Proxies) has(address netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}
