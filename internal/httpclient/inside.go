package httpclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// ErrInside says that an address is not one of the public internet, and that
// the client may not connect to others. It is the same whether somebody listens
// there or not.
var ErrInside = errors.New("the address is inside the network")

// Inside reports whether an address is none of the public internet: loopback,
// link-local, private, shared (RFC 6598), reserved, multicast, and what leads to
// such an address in the forms of IPv6 that carry one of IPv4. Forms whose end
// cannot be known, 6to4 and Teredo, count as inside. The registries are IANA's
// for special-purpose addresses (RFC 6890).
func Inside(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	if address.Is4() {
		return within(address, insideV4())
	}
	if prefix := netip.MustParsePrefix("64:ff9b::/96"); prefix.Contains(address) { // NAT64, RFC 6052
		b := address.As16()
		return Inside(netip.AddrFrom4([4]byte(b[12:])))
	}
	return !netip.MustParsePrefix("2000::/3").Contains(address) || within(address, insideV6())
}

func within(address netip.Addr, prefixes []string) bool {
	for _, p := range prefixes {
		if netip.MustParsePrefix(p).Contains(address) {
			return true
		}
	}
	return false
}

func insideV4() []string {
	return []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
		"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
	}
}

// insideV6 are the parts of 2000::/3 that are not public.
func insideV6() []string {
	return []string{"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"}
}

// guarded dials public addresses only. A name that leads to one that is not,
// among whatever others, is refused before anything is sent; what a name leads
// to is looked at once more when the connection is made, so that it does not
// help to change it in between.
func guarded(dialer *net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	dialer.Control = func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || Inside(at.Addr()) {
			return ErrInside
		}
		return nil
	}
	resolver := dialer.Resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, ErrInside
		}
		found, err := resolver.LookupNetIP(ctx, "ip", host)
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			if Inside(one) {
				return nil, ErrInside
			}
		}
		return dialer.DialContext(ctx, network, address)
	}
}

// CheckOutside refuses an address whose host can be seen to be inside the
// network as it is written: an IP address that is, in any way to write one, and
// names that stand for such. It fails with [ErrInside]. What a name of another
// kind leads to shows when it is connected to.
func CheckOutside(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", Redact(address), ErrRefused)
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		if Inside(ip) {
			return ErrInside
		}
		return nil
	}
	labels := strings.Split(host, ".")
	last := labels[len(labels)-1]
	for _, name := range []string{"localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "localdomain"} {
		if last == name {
			return ErrInside
		}
	}
	// A last label that is a number makes an IPv4 address of it for some: 127.1,
	// 0x7f000001, 017700000001 (WHATWG URL, "ends in a number").
	if last == "" || strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") && strings.Trim(last[2:], "0123456789abcdef") == "" {
		return ErrInside
	}
	return nil
}
