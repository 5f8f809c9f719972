package probe

import (
	"crypto/tls"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/probe/probetest"
)

// serve serves over TLS, or plainly without a certificate, and returns the port.
func serve(t *testing.T, cert *tls.Certificate, h2 bool, handler http.HandlerFunc) int {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = h2
	if cert != nil {
		server.TLS = &tls.Config{Certificates: []tls.Certificate{*cert}}
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return server.Listener.Addr().(*net.TCPAddr).Port
}

// resolver answers questions; it is silent where answer returns nothing.
func resolver(t *testing.T, answer func(id uint16, name string, kind dnsmessage.Type) []byte) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { conn.Close(); <-done })
	go func() {
		defer close(done)
		buffer := make([]byte, 4096)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			var p dnsmessage.Parser
			h, err := p.Start(buffer[:n])
			if err != nil {
				continue
			}
			q, err := p.Question()
			if err != nil {
				continue
			}
			if body := answer(h.ID, q.Name.String(), q.Type); body != nil {
				_, _ = conn.WriteTo(body, from)
			}
		}
	}()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

// loopback has 127.0.0.1 for every name that may exist.
func loopback(t *testing.T) func(id uint16, name string, kind dnsmessage.Type) []byte {
	return func(id uint16, name string, kind dnsmessage.Type) []byte {
		m := message{id: id, name: name, kind: kind}
		if strings.HasSuffix(name, ".invalid.") {
			m.code = dnsmessage.RCodeNameError
		} else if kind == dnsmessage.TypeA {
			m.records = map[string]string{name: "127.0.0.1"}
		}
		return m.pack(t)
	}
}

func here(at netip.AddrPort) Machine {
	return Machine{Resolvers: []netip.AddrPort{at}, proxies: settings{system: system{known: true}}}
}

// find returns the check of a kind at a target that begins so.
func find(t *testing.T, r *Result, kind Kind, target string) *Check {
	t.Helper()
	for i := range r.Checks {
		if c := &r.Checks[i]; c.Kind == kind && strings.HasPrefix(c.Target, target) {
			return c
		}
	}
	t.Fatalf("no check %s of %s in %+v", kind, target, r.Checks)
	return nil
}

// insides are checks that fail because the servers of tests are on this machine.
func insides(r *Result) {
	for i := range r.Checks {
		if r.Checks[i].Code == "dns.inside" {
			r.Checks[i].Outcome, r.Checks[i].Code = Pass, "dns.ok"
		}
	}
	r.Cause = causeOf(r.Checks)
}

func ok(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }

// Each way to fail has its verdict, over real DNS, TLS and HTTP.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	root := probetest.New(t, "Root")
	const name = "outlook.office365.com"
	good, unlogged, same := root.Issue(t, true, name), root.Issue(t, false, name), root.Intercept(t, name)
	other, stranger := root.Issue(t, true, "portal.example"), probetest.New(t, "Other").Issue(t, true, name)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts, nobody speaks
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	lead := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	answer := func(status int, pairs ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(pairs); i += 2 {
				w.Header().Set(pairs[i], pairs[i+1])
			}
			w.WriteHeader(status)
		}
	}
	tests := []struct {
		name, protocol string
		port           int
		cause          string
		kind           Kind
		outcome        Outcome
		code           string
	}{
		{"well", "https", serve(t, &good, true, ok), "none", TLS, Pass, "tls.ok"},
		{"without HTTP/2", "https", serve(t, &good, false, ok), "none", TLS, Pass, "tls.old"},
		{"intercepted", "https", serve(t, &same, true, ok), "intercepted", TLS, Fail, "tls.intercepted"},
		{"no log", "https", serve(t, &unlogged, true, ok), "intercepted", TLS, Fail, "tls.unlogged"},
		{"no log, old", "https", serve(t, &unlogged, false, ok), "intercepted", TLS, Fail, "tls.unlogged.old"},
		{"another name", "https", serve(t, &other, true, ok), "stranger", TLS, Fail, "tls.name"},
		{"nobody vouches", "https", serve(t, &stranger, true, ok), "stranger", TLS, Fail, "tls.untrusted"},
		{"no TLS", "https", serve(t, nil, false, ok), "closed", TLS, Fail, "tls.none"},
		{"silent", "https", silent.Addr().(*net.TCPAddr).Port, "closed", TLS, Fail, "tls.timeout"},
		{"closed", "https", closed.Addr().(*net.TCPAddr).Port, "closed", Connect, Fail, "connect.refused"},
		{"error of the service", "https", serve(t, &good, true, answer(503)), "service", HTTP, Fail, "http.fault"},
		{"too many", "https", serve(t, &good, true, answer(429)), "unknown", HTTP, Unknown, "http.busy"},
		{"leads on", "https", serve(t, &good, true, lead("https://login.microsoftonline.com/")), "none", HTTP, Pass, "http.ok"},
		{"only a connection", "tcp", serve(t, nil, false, ok), "unknown", Connect, Pass, "connect.ok"}, // nothing tells the time
		{"plain, to itself", "http", serve(t, nil, false, lead("https://www.office365.com/")), "unknown", HTTP, Pass, "http.ok"},
		{"plain, a page", "http", serve(t, nil, false, answer(200)), "unknown", HTTP, Unknown, "http.plain"},
		{"portal", "http", serve(t, nil, false, lead("http://login.hotel.example/")), "portal", HTTP, Fail, "http.portal"},
		{"portal by status", "http", serve(t, nil, false, answer(511)), "portal", HTTP, Fail, "http.portal.status"},
		{"proxy in between", "http", serve(t, nil, false, answer(502, "X-Squid-Error", "ERR_READ_ERROR 104")), "proxy", HTTP, Fail, "http.lost"},
		{"proxy asks who", "http", serve(t, nil, false, answer(407)), "unknown", HTTP, Unknown, "http.proxy"},
	}
	at := resolver(t, loopback(t))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list := List{Endpoints: []Endpoint{{Service: "Exchange", Host: name, Protocol: tt.protocol, Port: tt.port}}}
			r := Run(t.Context(), Config{Machine: here(at), List: list, Now: time.Now, Roots: root.Pool()})
			if c := find(t, &r, DNS, name); c.Code != "dns.inside" {
				t.Errorf("an address of this machine: %+v", c)
			}
			insides(&r)
			if c := find(t, &r, tt.kind, tt.protocol); c.Outcome != tt.outcome || c.Code != tt.code || r.Cause != tt.cause {
				t.Errorf("%s, %+v; want %s, %s %s", r.Cause, c, tt.cause, tt.outcome, tt.code)
			}
			if body, err := json.Marshal(r); err != nil {
				t.Error(err)
			} else if _, err := ReadJSON(body); err != nil {
				t.Errorf("its own result is refused: %v", err)
			}
			for _, language := range lang.Languages() {
				l, err := lang.NewLocale(language)
				if err != nil {
					t.Fatal(err)
				}
				for i := range r.Checks {
					if text := r.Checks[i].Sentence(l); strings.ContainsAny(text, "{}⟦") {
						t.Errorf("%s: %s", language, text)
					}
				}
			}
		})
	}
}

func TestClocks(t *testing.T) {
	t.Parallel()
	root := probetest.New(t, "Root")
	const name = "outlook.office365.com"
	good, same := root.Issue(t, true, name), root.Intercept(t, name)
	at, port := resolver(t, loopback(t)), serve(t, &good, true, ok)
	intercepted := serve(t, &same, true, ok)
	for _, tt := range []struct {
		name  string
		port  int
		off   time.Duration
		cause string
		code  string
	}{
		{"right", port, time.Minute, "none", "clock.ok"},
		{"a year ahead", port, 365 * 24 * time.Hour, "clock", "clock.fast"},
		{"a year behind", port, -365 * 24 * time.Hour, "clock", "clock.slow"},
		{"six minutes", port, 6 * time.Minute, "clock", "clock.fast"},
		{"by a stranger", intercepted, 365 * 24 * time.Hour, "intercepted", "clock.unsure"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list := List{Endpoints: []Endpoint{{Host: name, Protocol: "https", Port: tt.port}}}
			r := Run(t.Context(), Config{Machine: here(at), List: list, Now: func() time.Time { return time.Now().Add(tt.off) }, Roots: root.Pool()})
			insides(&r)
			if c := find(t, &r, Clock, ""); c.Code != tt.code || r.Cause != tt.cause {
				t.Errorf("%s, %+v", r.Cause, c)
			}
		})
	}
}

// What resolvers say, and what a second one tells about the first.
func TestResolvers(t *testing.T) {
	t.Parallel()
	const name = "outlook.office365.com"
	say := func(change func(m *message, kind dnsmessage.Type)) func(uint16, string, dnsmessage.Type) []byte {
		return func(id uint16, name string, kind dnsmessage.Type) []byte {
			m := message{id: id, name: name, kind: kind}
			change(&m, kind)
			return m.pack(t)
		}
	}
	private := func(m *message, kind dnsmessage.Type) {
		if kind == dnsmessage.TypeA {
			m.records = map[string]string{m.name: "10.9.8.7"}
		}
	}
	tests := []struct {
		name   string
		system func(uint16, string, dnsmessage.Type) []byte
		second func(uint16, string, dnsmessage.Type) []byte
		a      string
		aaaa   string
		made   string
	}{
		{"no such name", say(func(m *message, _ dnsmessage.Type) { m.code = dnsmessage.RCodeNameError }), nil, "dns.code", "dns.code", "dns.madeup.none"},
		{"empty", say(func(*message, dnsmessage.Type) {}), nil, "dns.empty", "dns.empty", "dns.madeup.none"},
		{"alias alone", say(func(m *message, _ dnsmessage.Type) { m.alias = [][2]string{{m.name, "x.office.com."}} }), nil, "dns.alias", "dns.alias", "dns.madeup.none"},
		{"blocked", say(func(m *message, _ dnsmessage.Type) { m.extended = []byte{0, 15} }), nil, "dns.extended", "dns.extended", "dns.madeup.none"},
		{"blocked, told by the second", say(func(m *message, _ dnsmessage.Type) { m.extended = []byte{0, 15} }), say(private), "dns.blocked", "dns.extended", "dns.madeup.none"},
		{"stripped", say(func(*message, dnsmessage.Type) {}), say(private), "dns.stripped", "dns.empty", "dns.madeup.none"},
		{"lies", say(private), nil, "dns.inside", "dns.other", "dns.madeup"},
		{"garbled", func(id uint16, name string, kind dnsmessage.Type) []byte {
			b := message{id: id, name: name, kind: kind, records: map[string]string{name: "52.96.0.1"}}.pack(t)
			return b[:len(b)-2]
		}, nil, "dns.garbled", "dns.garbled", "dns.madeup.unknown"},
		{"silent", func(uint16, string, dnsmessage.Type) []byte { return nil }, nil, "dns.timeout", "dns.timeout", "dns.madeup.unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := Config{Machine: here(resolver(t, tt.system)), List: List{Endpoints: []Endpoint{{Host: name, Protocol: "udp", Port: 3478}}}, Now: time.Now}
			if tt.second != nil {
				c.Second = resolver(t, tt.second)
			}
			r := Run(t.Context(), c)
			var got []string
			for i := range r.Checks {
				if r.Checks[i].Kind == DNS {
					got = append(got, r.Checks[i].Code)
				}
			}
			if len(got) < 3 || got[0] != tt.made || got[1] != tt.a || got[2] != tt.aaaa || r.Cause != "dns" {
				t.Errorf("%s, %q; want %s, %s, %s", r.Cause, got, tt.made, tt.a, tt.aaaa)
			}
		})
	}
}

// A silent AAAA holds up no A.
func TestSilentAAAA(t *testing.T) {
	t.Parallel()
	root := probetest.New(t, "Root")
	const name = "outlook.office365.com"
	good := root.Issue(t, true, name)
	answered := make(chan struct{}, 1)
	port := serve(t, &good, true, func(http.ResponseWriter, *http.Request) { answered <- struct{}{} })
	all := loopback(t)
	at := resolver(t, func(id uint16, name string, kind dnsmessage.Type) []byte {
		if kind == dnsmessage.TypeAAAA {
			return nil
		}
		return all(id, name, kind)
	})
	done := make(chan Result, 1)
	go func() {
		done <- Run(t.Context(), Config{Machine: here(at), List: List{Endpoints: []Endpoint{{Host: name, Protocol: "https", Port: port}}}, Now: time.Now, Roots: root.Pool()})
	}()
	select {
	case <-answered:
	case r := <-done:
		t.Fatalf("the endpoint was not asked before the resolver was given up: %+v", r.Checks)
	}
	r := <-done
	if r.Checks[2].Code != "dns.timeout" || r.Checks[2].Args["type"] != "AAAA" || find(t, &r, HTTP, "https").Outcome != Pass {
		t.Errorf("%+v", r.Checks)
	}
}

// What has not come in time cannot tell: the probe's end is no failure.
func TestCut(t *testing.T) {
	t.Parallel()
	at := resolver(t, func(uint16, string, dnsmessage.Type) []byte { return nil })
	var list List
	for i := range 100 {
		list.Endpoints = append(list.Endpoints, Endpoint{Host: "host" + strconv.Itoa(i) + ".example", Protocol: "https", Port: 443})
	}
	r := Run(t.Context(), Config{Machine: here(at), List: list, Now: time.Now, Limit: 50 * time.Millisecond})
	if r.Failed() || r.Cause != "unknown" {
		t.Errorf("%s, %+v", r.Cause, r.Checks)
	}
	if r.Checks[1].Code != "cut" {
		t.Errorf("%+v", r.Checks[1])
	}
}

// A proxy of the environment: it is asked, tells who refused, and one that
// connects to everything proves nothing.
func TestProxies(t *testing.T) {
	t.Parallel()
	root := probetest.New(t, "Root")
	const name = "outlook.office365.com"
	good := root.Issue(t, true, name)
	behind := "127.0.0.1:" + strconv.Itoa(serve(t, &good, true, ok))
	through := func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || strings.HasSuffix(r.URL.Hostname(), ".invalid") {
			w.Header().Set("X-Squid-Error", "ERR_CANNOT_FORWARD 0")
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		tunnelTo(t, w, behind)
	}
	everything := func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodConnect {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
				conn.Close()
			}
		}
	}
	answer := func(status int, pairs ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if len(pairs) == 2 {
				w.Header().Set(pairs[0], pairs[1])
			}
			w.WriteHeader(status)
		}
	}
	for _, tt := range []struct {
		name    string
		proxy   http.HandlerFunc
		cause   string
		outcome Outcome
		connect string
		made    string
	}{
		{"through", through, "none", Pass, "connect.proxy.ok", "proxy.madeup.none"},
		{"answers for every name", everything, "proxy", Unknown, "connect.proxy.unproven", "proxy.madeup"},
		{"asks who", answer(407), "unknown", Unknown, "connect.proxy.auth", "proxy.madeup.unknown"},
		{"denies", answer(403), "proxy", Fail, "connect.proxy.denied", "proxy.madeup.none"},
		{"squid cannot resolve", answer(500, "X-Squid-Error", "ERR_CANNOT_FORWARD 0"), "proxy", Fail, "connect.proxy.lost", "proxy.madeup.none"},
		{"is no proxy", answer(405), "proxy", Fail, "connect.proxy.status", "proxy.madeup.none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			proxy := httptest.NewServer(tt.proxy)
			t.Cleanup(proxy.Close)
			at := resolver(t, loopback(t))
			machine := here(at)
			machine.proxies.environment = readEnvironment(func(v string) string {
				return map[string]string{"HTTPS_PROXY": "http://me:secret@" + proxy.Listener.Addr().String()}[v]
			})
			r := Run(t.Context(), Config{Machine: machine, List: List{Endpoints: []Endpoint{{Host: name, Protocol: "https", Port: 443}}}, Now: time.Now, Roots: root.Pool()})
			insides(&r)
			if c := find(t, &r, Connect, "https"); c.Outcome != tt.outcome || c.Code != tt.connect || r.Cause != tt.cause {
				t.Errorf("%s, %+v", r.Cause, c)
			}
			if c := find(t, &r, Proxy, ""); c.Code != tt.made {
				t.Errorf("%+v", c)
			}
			if body, err := json.Marshal(r); err != nil || strings.Contains(string(body), "secret") {
				t.Errorf("the credentials of the proxy are in the result: %s, %v", body, err)
			}
		})
	}
}

// Every proxy is asked for a name that cannot exist, and what comes of it stands
// in the order of the endpoints; the race detector watches.
func TestProxiesAtOnce(t *testing.T) {
	t.Parallel()
	r := &run{invented: "made-up.invalid"}
	for port := range 100 {
		proxy := &url.URL{Scheme: "http", Host: "127.0.0.1:" + strconv.Itoa(port+1)} // nobody listens there
		r.endpoints = append(r.endpoints, &reached{Endpoint: &Endpoint{}, way: way{proxy: proxy}})
	}
	var wait sync.WaitGroup
	r.madeUp(t.Context(), &wait)
	wait.Wait()
	for i, c := range r.general {
		if c.Kind != Proxy || c.Code != "proxy.madeup.unknown" || c.Args["proxy"] != r.endpoints[i].way.proxy.Host {
			t.Errorf("%+v", c)
		}
	}
	if len(r.general) != len(r.endpoints) {
		t.Errorf("%d of %d proxies were asked", len(r.general), len(r.endpoints))
	}
}

// tunnelTo connects a client with an address until either ends.
func tunnelTo(t *testing.T, w http.ResponseWriter, address string) {
	there, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return
	}
	defer there.Close()
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	defer here.Close()
	_, _ = here.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n"))
	done := make(chan struct{})
	go func() {
		defer close(done)
		copyAll(there, here)
		there.Close()
	}()
	copyAll(here, there)
	here.Close()
	<-done
}

func copyAll(to, from net.Conn) {
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
		if err != nil {
			return
		}
	}
}
