package httpclient_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"example.org/tocsin/internal/httpclient"
)

// insideHosts are hosts that lead into the network, in the ways to write them.
func insideHosts() []string {
	hosts := []string{
		// As they are written by people.
		"127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254",
		"169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1",
		"192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255",
		"240.0.0.1", "255.255.255.255",
		// IPv6, with IPv4 in it.
		"[::]", "[::1]", "[::2]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::127.0.0.1]", "[::ffff:127.0.0.1]",
		"[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[::ffff:0:127.0.0.1]", "[::ffff:192.168.1.1]",
		"[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]", "[64:ff9b:1::7f00:1]",
		"[2002:7f00:1::]", "[2002:a00:1::1]", "[2002:a9fe:a9fe::]", "[2002:808:808::1]", "[2001::1]", "[2001:0:7f00:1::1]", "[2001:10::1]",
		"[2001:20::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]", "[5f00::1]", "[fc00::1]", "[fd00::1]", "[fd00:ec2::254]", "[fdff:ffff::1]",
		"[fe80::1]", "[fe80::1%25lo]", "[febf::1]", "[fec0::1]", "[ff02::1]", "[ff05::1:3]", "[::ffff:100.64.0.1]", "[::ffff:0.0.0.0]",
		// IPv4 as other programs read it.
		"2130706433", "0x7f000001", "0x7F000001", "017700000001", "127.1", "127.0.1", "0x7f.1", "0x7f.0.0.1", "0177.0.0.1", "0177.0.0.01",
		"127.0.0.0x1", "10.1", "192.168.1", "0xa9fea9fe", "2852039166", "169.254.43518", "0xc0a80001", "3232235521", "00000000000000000177.0.0.1",
		"1", "0", "0x0", "127.0.0.1.", "127.1.", "2130706433.", "0x7f000001.", "169.254.169.254.",
		// Names.
		"localhost", "LOCALHOST", "localhost.", "LocalHost.", "a.localhost", "a.b.localhost.", "db.local", "metadata.google.internal",
		"metadata.google.internal.", "ip-10-0-0-1.eu-west-1.compute.internal", "printer.lan", "router.home", "intranet.corp", "wiki.intranet",
		"1.0.0.127.in-addr.arpa", "localhost.localdomain", "home.arpa",
	}
	return hosts
}

// T-55: an address inside the network is refused in whatever way it is written,
// and nobody there hears of it.
func TestInsideIsRefused(t *testing.T) {
	t.Parallel()
	listener, port := listen(t)
	targets := 0
	for _, host := range insideHosts() {
		for _, address := range []string{"http://" + host + ":" + port + "/hook", "https://" + host + "/hook"} {
			targets++
			if err := post(t, httpclient.Config{Root: address, Outside: true, Hidden: true, Timeout: 5 * time.Second}); !errors.Is(err, httpclient.ErrInside) {
				t.Errorf("%s: %v", address, err)
			}
		}
	}
	for _, address := range []string{
		"ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1:70/", "//127.0.0.1/", "127.0.0.1", "http://", "http:///x",
		"https://user:pw@example.com/", "https://example.com@127.0.0.1/", "https://127.0.0.1\\@example.com/", "https://exаmple.com/",
		"https://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "https://example.com/#@127.0.0.1", "javascript:alert(1)", "unix:///run/docker.sock",
	} {
		targets++
		if err := post(t, httpclient.Config{Root: address, Outside: true, Hidden: true}); err == nil {
			t.Errorf("%s was taken", address)
		}
	}
	if targets < 120 {
		t.Errorf("%d addresses are too few", targets)
	}
	if n := listener.count(); n != 0 {
		t.Errorf("%d connections arrived", n)
	}
}

// post sends a request to the root of a client.
func post(t *testing.T, c httpclient.Config) error {
	t.Helper()
	client, err := httpclient.New(c)
	if err != nil {
		return err
	}
	_, err = client.Do(t.Context(), http.MethodPost, c.Root, nil, []byte("{}"))
	return err
}

func TestOutside(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"8.8.8.8", "1.1.1.1", "192.0.1.1", "172.32.0.1", "100.128.0.1", "223.255.255.255", "2606:4700::1111", "2a00::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"} {
		if httpclient.Inside(netip.MustParseAddr(text)) {
			t.Errorf("%s counts as inside", text)
		}
	}
	for _, address := range []string{"https://hooks.contoso.com/a", "https://8.8.8.8/", "https://[2606:4700::1111]/", "https://a1.b2/", "https://xn--bcher-kva.example/"} {
		if err := httpclient.CheckOutside(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// T-55: what a name leads to is looked at when it is connected to, whatever it
// led to before, and one address inside among others is enough.
func TestRebinding(t *testing.T) {
	t.Parallel()
	const public = "8.8.8.8"
	for _, test := range []struct {
		name    string
		answers [][]string // one after the other; the last one stays
	}{
		{"inside", [][]string{{"127.0.0.1"}}},
		{"inside among others", [][]string{{public, "127.0.0.1"}}},
		{"public when looked at, inside when connected to", [][]string{{public}, {"127.0.0.1"}}},
		{"mapped", [][]string{{"::ffff:127.0.0.1"}}},
		{"metadata", [][]string{{"169.254.169.254"}}},
		{"NAT64", [][]string{{"64:ff9b::7f00:1"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			listener, port := listen(t)
			c := httpclient.Config{Root: "http://hooks.contoso.com:" + port + "/", Outside: true, Timeout: 5 * time.Second, Resolver: resolver(t, test.answers)}
			err := post(t, c)
			if !errors.Is(err, httpclient.ErrInside) || strings.Contains(err.Error(), "127.0.0.1") {
				t.Error(err)
			}
			if n := listener.count(); n != 0 {
				t.Errorf("%d connections arrived", n)
			}
			// The same without a guard arrives: the name does lead there.
			if c.Outside = false; strings.HasPrefix(test.name, "inside") && len(test.answers[0]) == 1 {
				if err := post(t, c); errors.Is(err, httpclient.ErrInside) || listener.count() == 0 {
					t.Error("the guard holds for all", err)
				}
			}
		})
	}
}

// A port that is open and one that is closed are answered in the same words.
func TestInsideTellsNothing(t *testing.T) {
	t.Parallel()
	_, open := listen(t)
	var said []string
	for _, port := range []string{open, "1"} {
		err := post(t, httpclient.Config{Root: "http://hooks.contoso.com:" + port + "/", Outside: true, Hidden: true, Resolver: resolver(t, [][]string{{"127.0.0.1"}})})
		said = append(said, strings.ReplaceAll(fmt.Sprint(err), port, "PORT"))
	}
	if said[0] != said[1] {
		t.Errorf("%q", said)
	}
}

// A path that is a secret is in no error.
func TestHiddenPath(t *testing.T) {
	t.Parallel()
	for _, root := range []string{"http://127.0.0.1:1/services/hunter2", "http://127.0.0.1:1//services/hunter2", "ftp://hunter2/hunter2"} {
		if err := post(t, httpclient.Config{Root: root, Hidden: true}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Error(err)
		}
	}
}

// An answer that begins and does not end says its status.
func TestCutAnswer(t *testing.T) {
	t.Parallel()
	client, _ := newClient(t, httpclient.Config{}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = w.Write([]byte("abc"))
	})
	_, err := client.Do(t.Context(), http.MethodPost, "/api/x", nil, nil)
	if cut, ok := errors.AsType[*httpclient.CutError](err); !ok || cut.Status != http.StatusOK {
		t.Error(err)
	}
}

// A counter counts connections.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// listen answers whoever connects to a port of loopback.
func listen(t *testing.T) (*counter, string) {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	c := &counter{}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.mu.Lock()
			c.n++
			c.mu.Unlock()
			_ = conn.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return c, port
}

// resolver answers every name with the same addresses, from one lookup to the
// next as told. A lookup asks for both families at once.
func resolver(t *testing.T, answers [][]string) *net.Resolver {
	t.Helper()
	var mu sync.Mutex
	asked := map[dnsmessage.Type]int{}
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go func() {
			defer there.Close()
			answer(there, func(kind dnsmessage.Type) []string {
				mu.Lock()
				defer mu.Unlock()
				i := min(asked[kind], len(answers)-1)
				asked[kind]++
				return answers[i]
			})
		}()
		return here, nil
	}}
}

// answer answers one question in the form of DNS over a stream.
func answer(conn net.Conn, addresses func(dnsmessage.Type) []string) {
	head := make([]byte, 2)
	if _, err := conn.Read(head); err != nil {
		return
	}
	query := make([]byte, int(head[0])<<8|int(head[1]))
	if _, err := conn.Read(query); err != nil {
		return
	}
	var m dnsmessage.Message
	if m.Unpack(query) != nil {
		return
	}
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	q := m.Questions[0]
	for _, text := range addresses(q.Type) {
		ip := netip.MustParseAddr(text)
		header := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, Type: q.Type}
		switch {
		case ip.Is4() && q.Type == dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: ip.As4()}})
		case ip.Is6() && q.Type == dnsmessage.TypeAAAA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: ip.As16()}})
		}
	}
	packed, err := m.Pack()
	if err != nil {
		return
	}
	_, _ = conn.Write(append([]byte{byte(len(packed) >> 8), byte(len(packed))}, packed...))
}
