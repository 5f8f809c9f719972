package conformance

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

// clients is where the clients are that npm has.
const clients = "../clients"

// hosts are names that clients ask and that the test leads to the desk: one of
// its own and those of the provider.
func hosts() []string {
	return []string{"desk.example", "graph.microsoft.com", "login.microsoftonline.com"}
}

// installed says why the clients of npm cannot run: they are installed once, at
// the versions of package-lock.json, when npm is there.
var installed = sync.OnceValue(func() error {
	if _, err := exec.LookPath("node"); err != nil {
		return errors.New("there is no node")
	}
	if _, err := os.Stat(filepath.Join(clients, "node_modules", ".package-lock.json")); err == nil {
		return nil
	}
	if !required() {
		return errors.New("the clients are not installed: npm ci in test/clients does it")
	}
	command := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	command.Dir = clients
	if out, err := command.CombinedOutput(); err != nil {
		return errors.New("npm ci: " + err.Error() + "\n" + string(out))
	}
	return nil
})

func required() bool {
	return slices.Contains(strings.Split(os.Getenv("TOCSIN_TEST_REQUIRE"), ","), "node")
}

// A guest is a client of npm beside a desk that it takes for the provider.
type guest struct {
	*desk
	t           *testing.T
	environment []string
}

// invite runs a desk behind TLS under the names of the provider. It skips the
// test where the clients cannot run, or fails it when TOCSIN_TEST_REQUIRE asks
// for node.
func invite(t *testing.T) *guest {
	t.Helper()
	if err := installed(); err != nil {
		if required() {
			t.Fatalf("node is required: %v", err)
		}
		t.Skip(err)
	}
	cert, key := certificate(t)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := start(t, func(c *config.Config, o *app.Options) {
		c.Server.TLS.Cert, c.Server.TLS.Key = cert, key
		c.Server.Base, c.Server.Names = "https://"+hosts()[0], hosts()[1:]
		o.Listener = listener
	})
	preload, err := filepath.Abs(filepath.Join(clients, "hosts.cjs"))
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	_, port, _ := net.SplitHostPort(listener.Addr().String()) // it has both
	return &guest{d, t, append(os.Environ(),
		"HOME="+home, "XDG_CONFIG_HOME="+home, "NO_COLOR=1", "NODE_OPTIONS=--require="+preload, "NODE_EXTRA_CA_CERTS="+cert,
		"TOCSIN_HOSTS="+strings.Join(hosts(), " "), "TOCSIN_PORT="+port, "TOCSIN_BASE="+d.Base(),
		"TOCSIN_PROGRAM="+d.tokens["graph contoso"], "TOCSIN_PERSON="+d.tokens["graph person"], "TOCSIN_EXPIRED="+d.tokens["graph expired"],
		"TOCSIN_LEGACY="+d.tokens["legacy contoso"],
	)}
}

// run runs a program in a folder, which must succeed, and returns what it
// printed.
func (g *guest) run(folder, name string, args ...string) string {
	g.t.Helper()
	command := exec.CommandContext(g.t.Context(), name, args...)
	var problems strings.Builder
	command.Dir, command.Env, command.Stderr = folder, g.environment, &problems
	out, err := command.Output()
	if err != nil {
		g.t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, problems.String())
	}
	return string(out)
}

// certificate writes a certificate for the loopback address and the names of
// the provider with its key, and returns where they are.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "tocsin conformance"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: hosts(), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: bytes}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// The official JavaScript client of Microsoft Graph lists, pages, filters,
// reads, marks and is refused.
func TestJavaScriptClient(t *testing.T) {
	t.Parallel()
	t.Log(invite(t).run(clients, "node", "graph.mjs"))
}

// A client that knows OData alone finds its way through both APIs.
func TestODataClient(t *testing.T) {
	t.Parallel()
	t.Log(invite(t).run(clients, "node", "odata.mjs"))
}

// odata2ts generates a client from the metadata, which it asks for without a
// token, and the client asks the desk.
func TestGeneratedClient(t *testing.T) {
	t.Parallel()
	g := invite(t)
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(filepath.Join(clients, "odata2ts"))); err != nil {
		t.Fatal(err)
	}
	modules, err := filepath.Abs(filepath.Join(clients, "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(folder, "node_modules")); err != nil {
		t.Skipf("no links here: %v", err)
	}
	t.Log(g.run(folder, "node", "node_modules/.bin/odata2ts"))
	t.Log(g.run(folder, "node", "ask.cjs"))
}

// CLI for Microsoft 365 signs in with a secret and runs all its commands about
// service announcements, against a desk under the provider's names.
func TestCLIForMicrosoft365(t *testing.T) {
	t.Parallel()
	g := invite(t)
	client := tocsin.Client{ID: signin.NewID(), Name: "desk reader", TenantID: contoso, Scopes: []string{tocsin.ScopeServiceHealthAll, tocsin.ScopeServiceMessageAll}, CreatedAt: time.Now()}
	secret, err := app.AddClient(t.Context(), g.Programs, client)
	if err != nil {
		t.Fatal(err)
	}
	m365 := func(args ...string) string {
		t.Helper()
		return g.run(clients, "node", append([]string{"node_modules/.bin/m365"}, append(args, "--output", "json")...)...)
	}
	m365("login", "--authType", "secret", "--appId", client.ID, "--tenant", contoso, "--secret", secret)
	for _, tt := range []struct {
		command string
		wants   []string
	}{
		{"status", []string{`"connectedAs": "desk reader"`, `"authType": "secret"`, `"cloudType": "Public"`}},
		{"tenant serviceannouncement health list --issues", []string{`"id": "microsoftteams"`, `"id": "EX500"`, `"status": "extendedRecovery"`}},
		{"tenant serviceannouncement health get --serviceName Exchange", []string{`"service": "Exchange Online"`, `"status": "serviceDegradation"`}},
		{"tenant serviceannouncement healthissue list", []string{`"id": "EX100"`, `"id": "TM200"`, `"id": "MO600"`}},
		{"tenant serviceannouncement healthissue get --id EX100", []string{`"title": "Trouble EX100"`, `"postType": "quick"`}},
		{"tenant serviceannouncement message list", []string{`"id": "MC1000001"`, `"id": "MC999442"`}},
		{"tenant serviceannouncement message get --id MC1000002", []string{`"isMajorChange": true`, `"severity": "critical"`}},
	} {
		out := m365(strings.Fields(tt.command)...)
		for _, want := range tt.wants {
			if !strings.Contains(out, want) {
				t.Errorf("m365 %s lacks %s: %s", tt.command, want, out)
			}
		}
	}
}

// The official Go client does what that of JavaScript does. It is a module of
// its own whose first build takes long.
func TestGoClient(t *testing.T) {
	t.Parallel()
	if os.Getenv("TOCSIN_TEST_GRAPH_GO") == "" {
		t.Skip("TOCSIN_TEST_GRAPH_GO is not set; it builds and runs the client in gosdk")
	}
	cert, key := certificate(t)
	d := start(t, func(c *config.Config, _ *app.Options) { c.Server.TLS.Cert, c.Server.TLS.Key = cert, key })
	command := exec.CommandContext(t.Context(), "go", "run", ".")
	command.Dir, command.Env = "gosdk", append(os.Environ(), "SSL_CERT_FILE="+cert, "TOCSIN_BASE="+d.Base(),
		"TOCSIN_PROGRAM="+d.tokens["graph contoso"], "TOCSIN_PERSON="+d.tokens["graph person"], "TOCSIN_EXPIRED="+d.tokens["graph expired"], "GOFLAGS=")
	out, err := command.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("the client ended with %v", err)
	}
}
