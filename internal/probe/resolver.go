package probe

import (
	"bufio"
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/tocsin"
)

// ReadResolver reads the address of a resolver, with its port unless that is 53.
func ReadResolver(text string) (netip.AddrPort, error) {
	if at, err := netip.ParseAddrPort(text); err == nil && at.Port() != 0 {
		return at, nil
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.AddrPort{}, tocsin.Invalidf("resolver", "%q is no address of a resolver such as 9.9.9.9 or [2620:fe::fe]:53.", tocsin.Clip(text, 60))
	}
	return netip.AddrPortFrom(address, 53), nil
}

// readResolvConf lists the resolvers of a resolv.conf, at most three as
// resolv.conf(5) has it.
func readResolvConf(text string) (list []netip.AddrPort) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "nameserver" {
			continue
		}
		if address, err := netip.ParseAddr(fields[1]); err == nil && len(list) < 3 {
			list = append(list, netip.AddrPortFrom(address, 53))
		}
	}
	return list
}

// readHosts lists the addresses that a hosts file has for a name.
func readHosts(text, name string) (list []netip.Addr) {
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		address, err := netip.ParseAddr(fields[0])
		if err == nil && slices.ContainsFunc(fields[1:], func(n string) bool { return strings.EqualFold(strings.TrimSuffix(n, "."), name) }) {
			list = append(list, address)
		}
	}
	return list
}

// typeNames are the types of record that are asked for, as people know them.
func typeNames() map[dnsmessage.Type]string {
	return map[dnsmessage.Type]string{dnsmessage.TypeA: "A", dnsmessage.TypeAAAA: "AAAA"}
}

// told is what one resolver came to for one type.
type told struct {
	answer
	err  error
	by   netip.AddrPort
	took time.Duration
}

// names asks the resolvers of a run.
type names struct {
	system []netip.AddrPort
	second netip.AddrPort // the zero one for none
	hosts  string         // text of the hosts file
}

// ask asks the resolvers of the system in their order: the next one where one
// does not answer at all. Each has its own limit.
func (n *names) ask(ctx context.Context, resolvers []netip.AddrPort, name string, kind dnsmessage.Type) (t told) {
	start := time.Now()
	for _, resolver := range resolvers {
		t.by = resolver
		if t.answer, t.err = ask(ctx, resolver, name, kind); t.err == nil || ctx.Err() != nil {
			break
		}
	}
	t.took = time.Since(start)
	return t
}

// resolve asks for both types at all resolvers at once. It calls ready once, with
// the addresses to connect to as soon as one type has some, or with none where none
// has: a silent AAAA holds up no A.
func (n *names) resolve(ctx context.Context, host Endpoint, ready func([]netip.Addr)) []Check {
	if address, err := netip.ParseAddr(host.Host); err == nil {
		ready([]netip.Addr{address})
		return nil
	}
	if fixed := readHosts(n.hosts, host.Host); len(fixed) > 0 {
		ready(fixed)
		outcome := Fail
		if host.Own {
			outcome = Pass
		}
		return []Check{found(outcome, "dns.hosts", "name", host.Host, "addresses", list(fixed))}
	}
	if len(n.system) == 0 {
		ready(nil)
		return []Check{found(Unknown, "dns.none", "name", host.Host)}
	}
	a, aaaa, secondA, secondAAAA := make(chan told, 1), make(chan told, 1), make(chan told, 1), make(chan told, 1)
	ask := func(to chan<- told, resolvers []netip.AddrPort, kind dnsmessage.Type) {
		to <- n.ask(ctx, resolvers, host.Host, kind)
	}
	go ask(a, n.system, dnsmessage.TypeA)
	go ask(aaaa, n.system, dnsmessage.TypeAAAA)
	if n.second.IsValid() {
		go ask(secondA, []netip.AddrPort{n.second}, dnsmessage.TypeA)
		go ask(secondAAAA, []netip.AddrPort{n.second}, dnsmessage.TypeAAAA)
	}
	four := <-a
	if len(four.addresses) > 0 {
		ready(four.addresses)
	}
	six := <-aaaa
	if len(four.addresses) == 0 {
		ready(six.addresses)
	}
	checks := judge(host, four, six)
	if n.second.IsValid() {
		other := judge(host, <-secondA, <-secondAAAA)
		stripped(checks, other)
		checks = append(checks, other...)
	}
	return checks
}

// judge judges what one resolver said of both types.
func judge(host Endpoint, four, six told) []Check {
	// A name has to have an address of one of the two.
	some := len(four.addresses)+len(six.addresses) > 0
	list := []Check{four.check(host, dnsmessage.TypeA, some), six.check(host, dnsmessage.TypeAAAA, some)}
	for i := range list {
		list[i].Milliseconds = []told{four, six}[i].took.Milliseconds()
	}
	return list
}

// check judges one answer. some says that there is an address of either type.
func (t *told) check(host Endpoint, kind dnsmessage.Type, some bool) Check {
	base := []string{"name", host.Host, "type", typeNames()[kind], "resolver", t.by.String()}
	with := func(more ...string) []string { return append(slices.Clone(base), more...) }
	switch {
	case t.err != nil:
		return t.failed(with)
	case t.code != dnsmessage.RCodeSuccess && t.extended != noExtended:
		return found(Fail, "dns.extended", with("code", codeName(t.code), "extended", t.extendedName())...)
	case t.code != dnsmessage.RCodeSuccess:
		return found(Fail, "dns.code", with("code", codeName(t.code))...)
	case len(t.addresses) > 0 && !host.Own && slices.ContainsFunc(t.addresses, httpclient.Inside):
		return found(Fail, "dns.inside", with("addresses", list(t.addresses))...)
	case len(t.addresses) > 0:
		return found(Pass, "dns.ok", with("addresses", list(t.addresses))...)
	case t.extended != noExtended:
		return found(Fail, "dns.extended", with("code", codeName(t.code), "extended", t.extendedName())...)
	case some:
		return found(Pass, "dns.other", base...)
	case t.alias != "":
		return found(Fail, "dns.alias", with("alias", t.alias)...)
	}
	return found(Fail, "dns.empty", base...)
}

// failed says why there is no answer.
func (t *told) failed(with func(...string) []string) Check {
	switch {
	case errors.Is(t.err, errAnswer):
		return found(Fail, "dns.garbled", with()...)
	case errors.Is(t.err, syscall.ECONNREFUSED):
		return found(Fail, "dns.closed", with()...)
	case timedOut(t.err):
		return found(Fail, "dns.timeout", with("seconds", seconds(dnsLimit))...)
	}
	return found(Fail, "dns.unreachable", with()...)
}

// stripped finds resolvers of the system that hold back addresses inside the
// network, as those with protection against rebinding do: the second one has such
// addresses where theirs has none.
func stripped(system, second []Check) {
	for i := range system {
		ours, theirs := &system[i], &second[i]
		if ours.Outcome == Fail && theirs.Code == "dns.inside" && ours.Code != "dns.inside" && ours.Code != "dns.timeout" {
			said := ours.Args["extended"]
			*ours = Check{Outcome: Fail, Code: "dns.stripped", Milliseconds: ours.Milliseconds, Args: map[string]string{
				"name": ours.Args["name"], "type": ours.Args["type"], "resolver": ours.Args["resolver"], "second": theirs.Args["resolver"], "addresses": theirs.Args["addresses"],
			}}
			if said != "" {
				ours.Code, ours.Args["extended"] = "dns.blocked", said
			}
		}
	}
}

// madeUp asks the resolver of the system for a name that cannot exist.
func (n *names) madeUp(ctx context.Context, name string) Check {
	t := n.ask(ctx, n.system, name, dnsmessage.TypeA)
	base := []string{"name", name, "resolver", t.by.String()}
	switch {
	case len(n.system) == 0 || t.err != nil:
		return found(Unknown, "dns.madeup.unknown")
	case len(t.addresses) > 0:
		return found(Fail, "dns.madeup", append(base, "addresses", list(t.addresses))...)
	}
	return found(Pass, "dns.madeup.none", base...)
}

// list writes at most four addresses.
func list(addresses []netip.Addr) string {
	var texts []string
	for _, one := range addresses[:min(len(addresses), 4)] {
		texts = append(texts, one.String())
	}
	return strings.Join(texts, ", ")
}
