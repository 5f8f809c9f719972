package tocsin

import (
	"cmp"
	"net"
	"net/url"
	"strings"
)

// Names are the addresses under which one desk is reached: the first is its
// own, the others stand beside it. They are made once and never change.
type Names struct{ list []name }

type name struct {
	address, host, port string
	usual               bool // the port is that of the scheme, which requests do not name
}

// NewNames makes the names of a desk from addresses such as
// https://health.contoso.com:8443. A trailing slash is dropped.
func NewNames(base string, more ...string) Names {
	var n Names
	for _, address := range append([]string{base}, more...) {
		address = strings.TrimRight(address, "/")
		one := name{address: address}
		if u, err := url.Parse(address); err == nil {
			one.host, one.port = splitHost(u.Host)
			usual := map[string]string{"http": "80", "https": "443"}[u.Scheme]
			one.port = cmp.Or(one.port, usual)
			one.usual = one.port == usual
		}
		n.list = append(n.list, one)
	}
	return n
}

// First is the desk's own address.
func (n Names) First() string { return n.list[0].address }

// All lists every address, the desk's own first.
func (n Names) All() []string {
	list := make([]string, len(n.list))
	for i, one := range n.list {
		list[i] = one.address
	}
	return list
}

// For is the address that a request names in its Host: the one with the same
// name and port, else the first one with the same name, since proxies change
// ports, else the desk's own.
func (n Names) For(host string) string {
	if len(n.list) == 1 {
		return n.list[0].address
	}
	asked, port := splitHost(host)
	found := -1
	for i, one := range n.list {
		if one.host == asked {
			if one.port == port || port == "" && one.usual {
				return one.address
			}
			if found < 0 {
				found = i
			}
		}
	}
	return n.list[max(found, 0)].address
}

// Has reports whether one of the addresses is text, in any case and with or
// without a slash at the end, and returns it as it is written.
func (n Names) Has(text string) (address string, ok bool) {
	text = strings.TrimRight(text, "/")
	for _, one := range n.list {
		if strings.EqualFold(one.address, text) {
			return one.address, true
		}
	}
	return "", false
}

// splitHost takes a host apart, in lower case and without the final dot that
// absolute names may have.
func splitHost(host string) (name, port string) {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), ""
	}
	return strings.TrimSuffix(strings.ToLower(name), "."), port
}
