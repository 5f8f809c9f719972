package httpserver_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
)

// Where a request comes from is said by its peer, and by nobody whom the
// operator did not name.
func TestProxies(t *testing.T) {
	t.Parallel()
	known := httpserver.Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, tt := range []struct {
		name, peer, want string
		proxies          httpserver.Proxies
		forwarded        []string
	}{
		{name: "nobody named", peer: "203.0.113.9:1", forwarded: []string{"192.0.2.1"}, want: "203.0.113.9"},
		{name: "made up by a stranger", peer: "203.0.113.9:1", proxies: known, forwarded: []string{"192.0.2.1"}, want: "203.0.113.9"},
		{name: "through a proxy", peer: "10.1.1.1:1", proxies: known, forwarded: []string{"192.0.2.1"}, want: "192.0.2.1"},
		{name: "through two", peer: "[fd00::1]:1", proxies: known, forwarded: []string{"192.0.2.1, 10.2.2.2"}, want: "192.0.2.1"},
		{name: "made up before a proxy", peer: "10.1.1.1:1", proxies: known, forwarded: []string{"127.0.0.1, 192.0.2.1"}, want: "192.0.2.1"},
		{name: "in two headers", peer: "10.1.1.1:1", proxies: known, forwarded: []string{"127.0.0.1", "192.0.2.1"}, want: "192.0.2.1"},
		{name: "nonsense", peer: "10.1.1.1:1", proxies: known, forwarded: []string{"192.0.2.1, unknown"}, want: "10.1.1.1"},
		{name: "no header", peer: "10.1.1.1:1", proxies: known, want: "10.1.1.1"},
		{name: "mapped", peer: "[::ffff:10.1.1.1]:1", proxies: known, forwarded: []string{"::ffff:192.0.2.1"}, want: "192.0.2.1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.peer
		for _, value := range tt.forwarded {
			r.Header.Add("X-Forwarded-For", value)
		}
		if got := tt.proxies.Address(r).String(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// The desk's own address may send forms also where a proxy changes the host.
func TestFormsBehindAProxy(t *testing.T) {
	t.Parallel()
	c := config()
	c.Origins = []string{"https://other.example", "https://desk.example"}
	c.Routes = []httpserver.Route{{Pattern: "POST /x", Needs: access.Public, Handle: say("done")}}
	c.Hosts = nil
	for origin, want := range map[string]int{"https://desk.example": http.StatusOK, "https://evil.example": http.StatusForbidden, "http://desk.example": http.StatusForbidden, "": http.StatusOK} {
		r := httptest.NewRequest("POST", "http://inside:8080/x", nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if got := serve(newServer(t, c), r).Code; got != want {
			t.Errorf("from %q: status %d, want %d", origin, got, want)
		}
	}
}

// Pages elsewhere may send to the routes that are named, and to no other.
func TestForeignRoutes(t *testing.T) {
	t.Parallel()
	c := config()
	c.Routes = []httpserver.Route{{Pattern: "POST /rum", Needs: access.Public, Handle: say("done")}, {Pattern: "POST /x", Needs: access.Public, Handle: say("done")}}
	c.Hosts, c.Foreign = nil, []string{"POST /rum"}
	for path, want := range map[string]int{"/rum": http.StatusOK, "/x": http.StatusForbidden} {
		r := httptest.NewRequest("POST", "http://inside:8080"+path, nil)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://intranet.example")
		if got := serve(newServer(t, c), r).Code; got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
}
