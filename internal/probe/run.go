package probe

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxAtOnce is how many endpoints are asked at once.
const maxAtOnce = 32

// A Config is what a probe looks at.
type Config struct {
	Machine Machine
	List    List
	Second  netip.AddrPort // a resolver beside the system's; the zero one for none
	Seat    string         // how the person at it calls the seat, at most 60 characters
	Network string         // how the person at it calls the network, such as office or 4G
	Now     func() time.Time
	Limit   time.Duration  // after which the probe is cut; [Limit] when 0
	Roots   *x509.CertPool // who is trusted; those of the system when nil
}

// A Machine is what the machine says of its network. See [Here].
type Machine struct {
	Resolvers []netip.AddrPort // of the system, in their order; none where they cannot be read
	Hosts     string           // text of the hosts file
	proxies   settings
}

// Run probes all endpoints of the list at once. It returns within the limit.
func Run(ctx context.Context, c Config) Result {
	if c.Limit == 0 {
		c.Limit = Limit
	}
	start := time.Now()
	ctx, stop := context.WithTimeout(ctx, c.Limit)
	defer stop()
	r := &run{Config: c, names: names{system: c.Machine.Resolvers, second: c.Second, hosts: c.Machine.Hosts}}
	r.all(ctx)
	result := Result{
		At: c.Now().UTC().Truncate(time.Microsecond), Seat: c.Seat, Network: c.Network, System: runtime.GOOS + "/" + runtime.GOARCH,
		Checks: r.checks(), Milliseconds: time.Since(start).Milliseconds(),
	}
	result.Cause = causeOf(result.Checks)
	return result
}

// run is one probe while it runs.
type run struct {
	Config
	names     names
	invented  string // a name that cannot exist
	hosts     []*asked
	endpoints []*reached
	general   []*Check // of the resolver and of proxies, for names that cannot exist
}

// asked is a host, whose name is asked for once.
type asked struct {
	endpoint  Endpoint      // the first one with the host
	known     chan struct{} // closed once addresses are set
	addresses []netip.Addr
	checks    []Check
}

// reached is an endpoint.
type reached struct {
	*Endpoint
	host   *asked
	way    way
	checks []Check
	heard  *heard
}

// all asks everything at once and waits for it.
func (r *run) all(ctx context.Context) {
	r.invented = strings.ToLower(rand.Text()[:16]) + ".invalid"
	r.prepare()
	var wait sync.WaitGroup
	for _, h := range r.hosts {
		wait.Go(func() { h.checks = r.resolved(ctx, h) })
	}
	r.madeUp(ctx, &wait)
	turns := make(chan struct{}, maxAtOnce)
	for _, e := range r.endpoints {
		wait.Go(func() {
			select {
			case turns <- struct{}{}:
				defer func() { <-turns }()
				r.reach(ctx, e)
			case <-ctx.Done():
				e.checks = []Check{named(ctx, Connect, e.Service, e.Target(), Check{Outcome: Fail})}
			}
		})
	}
	wait.Wait()
}

// prepare lists hosts and ways.
func (r *run) prepare() {
	byName := map[string]*asked{}
	for i := range r.List.Endpoints {
		e := &r.List.Endpoints[i]
		h := byName[e.Host]
		if h == nil {
			h = &asked{endpoint: *e, known: make(chan struct{})}
			byName[e.Host] = h
			r.hosts = append(r.hosts, h)
		}
		r.endpoints = append(r.endpoints, &reached{Endpoint: e, host: h, way: r.Machine.proxies.of(e)})
	}
}

// resolved asks for a host. Behind a proxy, which asks for itself, the answer is
// looked at all the same: not every program goes through it.
func (r *run) resolved(ctx context.Context, h *asked) []Check {
	list := r.names.resolve(ctx, h.endpoint, func(addresses []netip.Addr) {
		h.addresses = addresses
		close(h.known)
	})
	for i := range list {
		list[i] = named(ctx, DNS, h.endpoint.Service, h.endpoint.Host, list[i])
	}
	return list
}

// madeUp asks the resolver, and each proxy, for a name that cannot exist.
func (r *run) madeUp(ctx context.Context, wait *sync.WaitGroup) {
	var proxies []string
	add := func(kind Kind, ask func() Check) {
		check := &Check{}
		r.general = append(r.general, check)
		wait.Go(func() {
			*check = ask()
			check.Kind = kind
		})
	}
	if len(r.names.system) > 0 {
		add(DNS, func() Check { return r.names.madeUp(ctx, r.invented) })
	}
	for _, e := range r.endpoints {
		if proxy := e.way.proxy; proxy != nil && !slices.Contains(proxies, proxy.Host) {
			proxies = append(proxies, proxy.Host)
			add(Proxy, func() Check { return madeUpTunnel(ctx, proxy, r.invented) })
		}
	}
}

// reach goes the way to an endpoint as far as it leads.
func (r *run) reach(ctx context.Context, e *reached) {
	if e.Protocol == "udp" {
		r.note(ctx, e, UDP, time.Now(), e.way.check)
		return
	}
	r.note(ctx, e, Proxy, time.Now(), e.way.check)
	var addresses []netip.Addr // a proxy asks for them itself
	if e.way.proxy == nil {
		<-e.host.known // resolvers have limits of their own
		addresses = e.host.addresses
	}
	start := time.Now()
	conn, check := connect(ctx, e.Endpoint, e.way, addresses)
	r.note(ctx, e, Connect, start, check)
	if conn == nil {
		return
	}
	defer conn.Close()
	defer endedBy(ctx, conn)()
	sure := false
	if e.Protocol == "https" || e.Protocol == "tls" {
		var secure *tls.Conn
		start = time.Now()
		secure, check = handshake(ctx, conn, e.Endpoint, r.Roots)
		r.note(ctx, e, TLS, start, check)
		if secure == nil {
			return
		}
		sure = check.Outcome == Pass
		conn = net.Conn(secure)
	}
	if e.Protocol == "https" || e.Protocol == "http" {
		start = time.Now()
		check, e.heard = fetch(ctx, e.Endpoint, conn, e.way, r.Now)
		if e.heard != nil {
			e.heard.sure = sure
		}
		r.note(ctx, e, HTTP, start, check)
	}
}

// note keeps a check of an endpoint.
func (r *run) note(ctx context.Context, e *reached, kind Kind, start time.Time, check Check) {
	if check.Milliseconds == 0 {
		check.Milliseconds = time.Since(start).Milliseconds()
	}
	e.checks = append(e.checks, named(ctx, kind, e.Service, e.Target(), check))
}

// over reports whether a probe has ended. A connection may hear of the deadline
// that it was given before the context does.
func over(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(deadline)
}

// named says what a check is of, and takes back a failure that comes of the probe's
// own end.
func named(ctx context.Context, kind Kind, service, target string, check Check) Check {
	if over(ctx) && check.Outcome == Fail {
		check = found(Unknown, "cut")
	}
	check.Kind, check.Service, check.Target = kind, service, target
	return check
}

// checks are all of them in the order of the list.
func (r *run) checks() []Check {
	var list []Check
	var answers []*heard
	shown := map[*asked]bool{}
	liar := map[string]bool{}
	for _, c := range r.general {
		list = append(list, *c)
		if c.Code == "proxy.madeup" {
			liar[c.Args["proxy"]] = true
		}
	}
	for _, e := range r.endpoints {
		if !shown[e.host] {
			list = append(list, e.host.checks...)
			shown[e.host] = true
		}
		if e.way.proxy != nil && liar[printable(e.way.proxy.Host)] {
			unproven(e.checks)
		}
		list = append(list, e.checks...)
		answers = append(answers, e.heard)
	}
	clock := skewed(answers)
	clock.Kind = Clock
	return append(list, clock)
}

// unproven takes back that a connection passed through a proxy that connects to
// hosts that cannot exist, unless a certificate passed.
func unproven(checks []Check) {
	if slices.ContainsFunc(checks, func(c Check) bool { return c.Kind == TLS && c.Outcome == Pass }) {
		return
	}
	for i := range checks {
		if c := &checks[i]; c.Kind == Connect && c.Outcome == Pass {
			c.Outcome, c.Code = Unknown, "connect.proxy.unproven"
		}
	}
}
