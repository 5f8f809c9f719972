//go:build linux

package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/probe"
)

// Addresses of a network: the seat, what stands between, and places outside. No
// namespace has a way out of the machine.
const (
	seatAddress  = "10.77.0.2"
	innerAddress = "10.77.0.1" // resolver and proxy of the office
	upstream     = "52.96.0.53"
	service      = "52.96.0.10" // where outlook.office365.com really is
	name         = "outlook.office365.com"
)

// A network is two namespaces with a cable between them.
type network struct {
	t           *testing.T
	seat, outer string
	folder      string
}

// newNetwork makes a network that goes with the test.
func newNetwork(t *testing.T, label string) *network {
	t.Helper()
	if os.Getuid() != 0 {
		notifytest.Missing(t, "netns", "network namespaces need root")
	}
	notifytest.Program(t, "ip")
	n := &network{t: t, seat: fmt.Sprintf("tp%d%ss", os.Getpid(), label), outer: fmt.Sprintf("tp%d%so", os.Getpid(), label)}
	folder, err := os.MkdirTemp("", "tocsin-network") // daemons read it under their own users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil { //nolint:gosec // that is meant
		t.Fatal(err)
	}
	n.folder = folder
	for _, one := range []string{n.seat, n.outer} {
		if out, err := exec.Command("ip", "netns", "add", one).CombinedOutput(); err != nil {
			notifytest.Missing(t, "netns", string(out))
		}
		t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", one).Run() })
	}
	n.ip("link", "add", "seat0", "netns", n.seat, "type", "veth", "peer", "name", "inner0", "netns", n.outer)
	for _, args := range [][]string{
		{"-n", n.seat, "addr", "add", seatAddress + "/24", "dev", "seat0"},
		{"-n", n.outer, "addr", "add", innerAddress + "/24", "dev", "inner0"},
		{"-n", n.outer, "addr", "add", upstream + "/32", "dev", "lo"},
		{"-n", n.outer, "addr", "add", service + "/32", "dev", "lo"},
		{"-n", n.seat, "link", "set", "lo", "up"},
		{"-n", n.outer, "link", "set", "lo", "up"},
		{"-n", n.seat, "link", "set", "seat0", "up"},
		{"-n", n.outer, "link", "set", "inner0", "up"},
		{"-n", n.seat, "route", "add", "default", "via", innerAddress},
	} {
		n.ip(args...)
	}
	return n
}

func (n *network) ip(args ...string) {
	n.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		n.t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// listen listens in the outer namespace.
func (n *network) listen(address string) net.Listener {
	n.t.Helper()
	type made struct {
		net.Listener
		err error
	}
	done := make(chan made)
	go func() { // on a thread that goes with it, since it never leaves the namespace
		runtime.LockOSThread()
		file, err := os.Open("/run/netns/" + n.outer)
		if err != nil {
			done <- made{nil, err}
			return
		}
		defer file.Close()
		if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil { //nolint:gosec // a descriptor
			done <- made{nil, err}
			return
		}
		l, err := net.Listen("tcp", address)
		done <- made{l, err}
	}()
	m := <-done
	if m.err != nil {
		n.t.Fatal(m.err)
	}
	n.t.Cleanup(func() { m.Listener.Close() })
	return m.Listener
}

// start runs a daemon in the outer namespace until the test ends, and waits until
// it listens at an address over a protocol of ss: tcp or udp.
func (n *network) start(protocol, at string, args ...string) {
	n.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", n.outer}, args...)...)
	// Into a file: who waits for a pipe waits for the children of daemons, too.
	log, err := os.Create(filepath.Join(n.folder, filepath.Base(args[0])+strings.ReplaceAll(at, ":", "-")+".log"))
	if err != nil {
		n.t.Fatal(err)
	}
	defer log.Close()
	said := func() string {
		text, _ := os.ReadFile(log.Name())
		return string(text)
	}
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		stop()
		n.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = command.Wait(); close(ended) }()
	n.t.Cleanup(func() {
		stop()
		<-ended
		if n.t.Failed() {
			n.t.Logf("%s said: %.4000s", args[0], said())
		}
	})
	for {
		out, err := exec.Command("ip", "netns", "exec", n.outer, "ss", "-Hln", "--"+protocol).Output()
		if err == nil && strings.Contains(string(out), at+" ") {
			return
		}
		select {
		case <-ended:
			n.t.Fatalf("%s ended: %s", args[0], said())
		case <-time.After(50 * time.Millisecond):
		}
		if n.t.Context().Err() != nil {
			n.t.Fatal("the test ended before its daemon began")
		}
	}
}

// dnsmasq runs dnsmasq as a resolver at an address.
func (n *network) dnsmasq(address string, args ...string) {
	n.t.Helper()
	n.start("udp", address+":53", append([]string{
		notifytest.Program(n.t, "dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=", "--user=root", "--bind-interfaces",
		"--listen-address=" + address,
	}, args...)...)
}

// knows runs dnsmasq as a resolver that knows one name, and that no other exists.
func (n *network) knows(address, record string, args ...string) {
	n.t.Helper()
	n.dnsmasq(address, append([]string{"--local=/#/", "--host-record=" + record}, args...)...)
}

// resolves has daemons ask a resolver, for names that they look up as programs of the
// machine do.
func (n *network) resolves(address string) {
	n.t.Helper()
	folder := filepath.Join("/etc/netns", n.outer)     // where ip-netns looks for files that take the place of those of /etc
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // as the others there
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() {
		os.RemoveAll(folder)
		_ = os.Remove(filepath.Dir(folder)) // unless others use it
	})
	if err := os.WriteFile(filepath.Join(folder, "resolv.conf"), []byte("nameserver "+address+"\n"), 0o644); err != nil { //nolint:gosec // daemons read it
		n.t.Fatal(err)
	}
}

// file writes a file that daemons can read.
func (n *network) file(name string, text []byte) string {
	n.t.Helper()
	path := filepath.Join(n.folder, name)
	if err := os.WriteFile(path, text, 0o644); err != nil { //nolint:gosec // daemons read it under their own users
		n.t.Fatal(err)
	}
	return path
}

// probe runs tocsin probe at the seat.
func (n *network) probe(program, roots, endpoints string, environ []string, args ...string) probe.Result {
	n.t.Helper()
	list := n.file("endpoints.yaml", []byte(endpoints))
	command := exec.Command("ip", append([]string{"netns", "exec", n.seat, program, "probe", "run", "--json", "--endpoints", list}, args...)...)
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "SSL_CERT_FILE=" + roots, "SSL_CERT_DIR=/nonexistent"}, environ...)
	var failed bytes.Buffer
	command.Stderr = &failed
	out, err := command.Output()
	var r probe.Result
	if decoding := json.Unmarshal(out, &r); decoding != nil {
		n.t.Fatalf("%v, %v: %s", decoding, err, failed.String())
	}
	return r
}
