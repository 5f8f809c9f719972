//go:build linux

package probe

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/probe"
	"example.org/tocsin/internal/probe/probetest"
)

// A world is what stands in the networks: who issues certificates, and what the
// seats trust.
type world struct {
	program    string
	root       *probetest.Authority // of the provider
	office     *probetest.Authority // of the proxy that intercepts; seats trust it, too
	rootCert   []byte
	officeCert []byte
	officeKey  []byte
	roots      string // file of those that seats trust
}

func newWorld(t *testing.T) *world {
	t.Helper()
	folder := t.TempDir()
	w := &world{program: filepath.Join(folder, "tocsin"), root: probetest.New(t, "Provider Root"), office: probetest.New(t, "Office Root"), roots: filepath.Join(folder, "roots.pem")}
	if out, err := exec.Command("go", "build", "-o", w.program, "../../cmd/tocsin").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	w.rootCert, _ = w.root.PEM(t)
	w.officeCert, w.officeKey = w.office.PEM(t)
	if err := os.WriteFile(w.roots, slices.Concat(w.rootCert, w.officeCert), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

// serve serves the provider's host as it should be, over TLS and plainly. Its
// clock is off by some time.
func (w *world) serve(n *network, off time.Duration) {
	n.t.Helper()
	dated := func(handler http.HandlerFunc) http.Handler {
		return http.HandlerFunc(func(a http.ResponseWriter, r *http.Request) {
			a.Header().Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
			handler(a, r)
		})
	}
	secure := httptest.NewUnstartedServer(dated(func(a http.ResponseWriter, _ *http.Request) { a.WriteHeader(http.StatusOK) }))
	secure.Listener.Close()
	secure.Listener = n.listen(service + ":443")
	secure.EnableHTTP2 = true
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{w.root.Issue(n.t, true, name)}}
	secure.StartTLS()
	n.t.Cleanup(secure.Close)
	plain := httptest.NewUnstartedServer(dated(func(a http.ResponseWriter, r *http.Request) {
		http.Redirect(a, r, "https://"+name+"/", http.StatusMovedPermanently)
	}))
	plain.Listener.Close()
	plain.Listener = n.listen(service + ":80")
	plain.Start()
	n.t.Cleanup(plain.Close)
}

// squid runs squid as the proxy of the office.
func (w *world) squid(n *network, intercepts bool) {
	n.t.Helper()
	squid := notifytest.Program(n.t, "squid")
	port := "http_port " + innerAddress + ":3128"
	if intercepts {
		makes := "/usr/lib/squid/security_file_certgen"
		if _, err := os.Stat(makes); err != nil {
			notifytest.Missing(n.t, "squid", "squid-openssl makes certificates: "+err.Error())
		}
		cache := filepath.Join(n.folder, "certificates")
		if out, err := exec.Command(makes, "-c", "-s", cache, "-M", "4MB").CombinedOutput(); err != nil {
			n.t.Fatalf("%v: %s", err, out)
		}
		if out, err := exec.Command("chown", "-R", "proxy", cache).CombinedOutput(); err != nil {
			n.t.Fatalf("%v: %s", err, out)
		}
		port += " ssl-bump generate-host-certificates=on cert=" + n.file("office.pem", slices.Concat(w.officeCert, w.officeKey)) +
			"\nsslcrtd_program " + makes + " -s " + cache + " -M 4MB\nsslcrtd_children 1 startup=1 idle=1\nssl_bump bump all" +
			"\ntls_outgoing_options cafile=" + n.file("provider.pem", w.rootCert)
	}
	settings := port + `
http_access allow all
dns_nameservers ` + upstream + `
pid_filename none
access_log none
cache_log stdio:/dev/stderr
cache deny all
pinger_enable off
coredump_dir none
shutdown_lifetime 0 seconds
visible_hostname proxy.contoso.com
`
	n.start("tcp", innerAddress+":3128", squid, "-N", "-f", n.file("squid.conf", []byte(settings)))
}

// mitmproxy runs mitmproxy as the proxy of the office, which intercepts. It asks the
// resolver of the machine.
func (w *world) mitmproxy(n *network) {
	n.t.Helper()
	mitmdump := notifytest.Program(n.t, "mitmdump")
	n.resolves(upstream)
	folder := filepath.Join(n.folder, "mitmproxy")
	if err := os.Mkdir(folder, 0o700); err != nil {
		n.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "mitmproxy-ca.pem"), slices.Concat(w.officeKey, w.officeCert), 0o600); err != nil {
		n.t.Fatal(err)
	}
	n.start("tcp", innerAddress+":3128", mitmdump, "--quiet", "--listen-host", innerAddress, "--listen-port", "3128", "--set", "confdir="+folder,
		"--set", "ssl_verify_upstream_trusted_ca="+n.file("provider.pem", w.rootCert))
}

// unbound runs unbound as a resolver that strips addresses inside the network.
func unbound(n *network) {
	settings := fmt.Sprintf(`server:
  interface: %s
  access-control: 0.0.0.0/0 allow
  username: ""
  chroot: ""
  directory: "%s"
  pidfile: ""
  use-syslog: no
  module-config: "iterator"
  private-address: 10.0.0.0/8
  do-not-query-localhost: no
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: %s
`, innerAddress, n.folder, upstream)
	n.start("udp", innerAddress+":53", notifytest.Program(n.t, "unbound"), "-d", "-p", "-c", n.file("unbound.conf", []byte(settings)))
}

const list = "endpoints: [{service: Exchange, host: " + name + ", protocol: https}, {service: Exchange, host: " + name + ", protocol: http}]"

// A case is a network, and the verdict that it should have.
type situation struct {
	name    string
	build   func(w *world, n *network)
	list    string
	environ []string
	args    []string
	cause   string
	codes   []string // that some check has
}

func situations() []situation {
	good := func(w *world, n *network) { w.serve(n, 0); n.knows(innerAddress, name+","+service) }
	proxy := []string{"HTTPS_PROXY=http://" + innerAddress + ":3128", "HTTP_PROXY=http://" + innerAddress + ":3128"}
	inside := name + ",10.9.9.9"
	return []situation{
		{name: "well", build: good, cause: "none", codes: []string{"dns.ok", "tls.ok", "http.ok", "clock.ok", "dns.madeup.none"}},
		{name: "dnsmasq with protection", build: func(w *world, n *network) {
			w.serve(n, 0)
			n.knows(upstream, inside)
			n.dnsmasq(innerAddress, "--stop-dns-rebind", "--server="+upstream)
		}, cause: "dns", codes: []string{"dns.extended"}},
		{name: "dnsmasq with protection, and a second one", build: func(w *world, n *network) {
			n.knows(upstream, inside)
			n.dnsmasq(innerAddress, "--stop-dns-rebind", "--server="+upstream)
		}, args: []string{"--second", upstream}, cause: "dns", codes: []string{"dns.blocked", "dns.inside"}},
		{name: "unbound with protection", build: func(_ *world, n *network) {
			n.knows(upstream, inside)
			unbound(n)
		}, cause: "dns", codes: []string{"dns.empty"}},
		{name: "unbound with protection, behind an alias", build: func(_ *world, n *network) {
			n.knows(upstream, "mail.contoso.com,10.9.9.9", "--cname="+name+",mail.contoso.com")
			unbound(n)
		}, cause: "dns", codes: []string{"dns.alias"}},
		{name: "unbound with protection, and a second one", build: func(_ *world, n *network) {
			n.knows(upstream, inside)
			unbound(n)
		}, args: []string{"--second", upstream}, cause: "dns", codes: []string{"dns.stripped", "dns.inside"}},
		{name: "no resolver", build: func(w *world, n *network) { w.serve(n, 0) }, cause: "dns", codes: []string{"dns.closed", "connect.name"}},
		{name: "squid lets through", build: func(w *world, n *network) {
			good(w, n)
			n.knows(upstream, name+","+service)
			w.squid(n, false)
		}, environ: proxy, cause: "none", codes: []string{"proxy.through", "connect.proxy.ok", "tls.ok", "proxy.madeup.none"}},
		{name: "squid intercepts", build: func(w *world, n *network) {
			good(w, n)
			n.knows(upstream, name+","+service)
			w.squid(n, true)
		}, environ: proxy, cause: "intercepted", codes: []string{"tls.intercepted", "clock.unsure"}},
		{name: "mitmproxy intercepts", build: func(w *world, n *network) {
			good(w, n)
			n.knows(upstream, name+","+service)
			w.mitmproxy(n)
		}, environ: proxy, cause: "intercepted", codes: []string{"tls.intercepted", "clock.unsure"}},
		{name: "squid cannot resolve", build: func(w *world, n *network) {
			good(w, n)
			n.knows(upstream, "mail.contoso.com,10.9.9.9")
			w.squid(n, false)
		}, environ: proxy, cause: "proxy", codes: []string{"connect.proxy.lost", "http.lost"}},
		{name: "a closed port", build: good, list: "endpoints: [{host: " + name + ", protocol: https, port: 8443}]", cause: "closed", codes: []string{"connect.refused"}},
		{name: "a captive portal", build: portal, cause: "portal", codes: []string{"http.portal", "tls.intercepted", "dns.inside", "dns.madeup"}},
		{name: "a proxy that answers for every name", build: func(w *world, n *network) { good(w, n); everything(n) }, environ: proxy, cause: "proxy", codes: []string{"proxy.madeup", "connect.proxy.unproven", "tls.none"}},
		{name: "a clock off by a year", build: func(w *world, n *network) {
			w.serve(n, -365*24*time.Hour)
			n.knows(innerAddress, name+","+service)
		}, cause: "clock", codes: []string{"clock.fast", "tls.ok"}},
	}
}

// portal answers every name with itself, and every request with its page.
func portal(w *world, n *network) {
	n.dnsmasq(innerAddress, "--address=/#/"+innerAddress)
	page := func(a http.ResponseWriter, r *http.Request) {
		http.Redirect(a, r, "http://login.hotel.example/?to="+r.Host, http.StatusFound)
	}
	for port, cert := range map[string]*tls.Certificate{":80": nil, ":443": new(probetest.New(n.t, "Hotel").Intercept(n.t, name))} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(page))
		server.Listener.Close()
		server.Listener = n.listen(innerAddress + port)
		if cert != nil {
			server.TLS = &tls.Config{Certificates: []tls.Certificate{*cert}}
			server.StartTLS()
		} else {
			server.Start()
		}
		n.t.Cleanup(server.Close)
	}
}

// everything is a proxy that says that it has connected, and shows a page.
func everything(n *network) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(a http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			_, _ = io.WriteString(a, "<title>Blocked</title>")
			return
		}
		if conn, _, err := http.NewResponseController(a).Hijack(); err == nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nBlocked")
			conn.Close()
		}
	}))
	server.Listener.Close()
	server.Listener = n.listen(innerAddress + ":3128")
	server.Start()
	n.t.Cleanup(server.Close)
}

// Each network has the verdict that it should have, by the program itself.
func TestNetworks(t *testing.T) {
	w := newWorld(t)
	for i, s := range situations() {
		t.Run(s.name, func(t *testing.T) {
			n := newNetwork(t, fmt.Sprint(i))
			s.build(w, n)
			endpoints := s.list
			if endpoints == "" {
				endpoints = list
			}
			r := n.probe(w.program, w.roots, endpoints, s.environ, append([]string{"--resolver", innerAddress}, s.args...)...)
			if r.Cause != s.cause {
				t.Errorf("the cause is %s, want %s", r.Cause, s.cause)
			}
			for _, code := range s.codes {
				if !slices.ContainsFunc(r.Checks, func(c probe.Check) bool { return c.Code == code }) {
					t.Errorf("no check is %s", code)
				}
			}
			if r.Milliseconds > probe.Limit.Milliseconds()+1000 {
				t.Errorf("it took %d ms", r.Milliseconds)
			}
			if t.Failed() {
				for i := range r.Checks {
					t.Logf("%+v", r.Checks[i])
				}
			}
			if strings.Contains(fmt.Sprint(r), "hotel.example/?") {
				t.Error("the query of a portal's address is in the result")
			}
		})
	}
}
