package conformance

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
)

// certificate writes a certificate for the loopback address and its key, and
// returns where they are.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "tocsin conformance"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
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

// secure runs a desk behind TLS, as official clients insist on, and returns
// what they need to find it and to be let in.
func secure(t *testing.T) (environment []string) {
	t.Helper()
	cert, key := certificate(t)
	d := start(t, func(c *config.Config, _ *app.Options) { c.Server.TLS.Cert, c.Server.TLS.Key = cert, key })
	if !strings.HasPrefix(d.Base(), "https://127.0.0.1:") {
		t.Fatalf("the desk is at %s", d.Base())
	}
	return append(os.Environ(),
		"NODE_EXTRA_CA_CERTS="+cert, "SSL_CERT_FILE="+cert, "TOCSIN_BASE="+d.Base(),
		"TOCSIN_PROGRAM="+d.tokens["graph contoso"], "TOCSIN_PERSON="+d.tokens["graph person"], "TOCSIN_EXPIRED="+d.tokens["graph expired"])
}

// The official JavaScript client, as npm has it, lists, pages, filters, reads,
// marks and is refused.
func TestJavaScriptClient(t *testing.T) {
	t.Parallel()
	if os.Getenv("TOCSIN_TEST_GRAPH_JS") == "" {
		t.Skip("TOCSIN_TEST_GRAPH_JS is not set; it runs the client in js, after npm ci there")
	}
	command := exec.CommandContext(t.Context(), "node", "client.mjs")
	command.Dir, command.Env = "js", secure(t)
	out, err := command.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("the client ended with %v", err)
	}
}

// The official Go client does the same. It is a module of its own whose first
// build takes long.
func TestGoClient(t *testing.T) {
	t.Parallel()
	if os.Getenv("TOCSIN_TEST_GRAPH_GO") == "" {
		t.Skip("TOCSIN_TEST_GRAPH_GO is not set; it builds and runs the client in gosdk")
	}
	command := exec.CommandContext(t.Context(), "go", "run", ".")
	command.Dir, command.Env = "gosdk", append(secure(t), "GOFLAGS=")
	out, err := command.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("the client ended with %v", err)
	}
}
