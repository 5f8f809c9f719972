package httpserver_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/tocsin"
)

// files is a pair of certificate files with the certificate of one name.
type files struct{ cert, key string }

func newFiles(t *testing.T, name string) files {
	t.Helper()
	dir := t.TempDir()
	f := files{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	cert, key := newPair(t, name)
	write(t, f.cert, cert)
	write(t, f.key, key)
	return f
}

func newPair(t *testing.T, name string) (cert, private []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name, "localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
}

// write replaces a file as certificate tools do, with a time of its own.
func write(t *testing.T, path string, text []byte) {
	t.Helper()
	temporary := path + ".new"
	if err := errors.Join(os.WriteFile(temporary, text, 0o600), os.Rename(temporary, path)); err != nil {
		t.Fatal(err)
	}
}

// secure serves over TLS until the test ends and returns the address.
func secure(t *testing.T, f files, now func() time.Time, log io.Writer) string {
	t.Helper()
	certificate, err := httpserver.NewCertificate(f.cert, f.key, now, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	server, err := httpserver.New(httpserver.Config{
		Errors: httpserver.PlainError, Lane: true,
		Routes: []httpserver.Route{{Pattern: "GET /{$}", Needs: access.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
			_, err := io.WriteString(w, r.Proto)
			return err
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, tls.NewListener(listener, certificate.Config())) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// handshake tells whose certificate a server shows and which protocol is agreed.
func handshake(t *testing.T, address string, c *tls.Config) (name, protocol string, err error) {
	t.Helper()
	conn, err := tls.Dial("tcp", address, c)
	if err != nil {
		return "", "", err
	}
	defer conn.Close()
	state := conn.ConnectionState()
	return state.PeerCertificates[0].Subject.CommonName, state.NegotiatedProtocol, nil
}

func TestTLSServesBothProtocols(t *testing.T) {
	t.Parallel()
	f := newFiles(t, "health.example.org")
	address := secure(t, f, time.Now, io.Discard)
	text, err := os.ReadFile(f.cert)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	for want, transport := range map[string]*http.Transport{
		"HTTP/2.0": {TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "localhost"}, ForceAttemptHTTP2: true},
		"HTTP/1.1": {TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "localhost"}},
	} {
		response, err := (&http.Client{Transport: transport}).Get("https://" + address + "/")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		transport.CloseIdleConnections()
		if string(body) != want {
			t.Errorf("served over %s, want %s", body, want)
		}
	}
	if _, _, err := handshake(t, address, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 was served")
	}
	if _, err := (&http.Client{}).Get("https://" + address + "/"); err == nil {
		t.Error("a client that does not know the certificate got an answer")
	}
}

func TestCertificateIsReplaced(t *testing.T) {
	t.Parallel()
	f := newFiles(t, "first.example.org")
	var now atomic.Int64
	clock := func() time.Time { return time.Unix(now.Load(), 0) }
	var log lockedBuffer
	address := secure(t, f, clock, &log)
	shown := func() string {
		now.Add(2)
		name, _, err := handshake(t, address, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	if got := shown(); got != "first.example.org" {
		t.Fatalf("shows %s", got)
	}
	cert, key := newPair(t, "second.example.org")
	write(t, f.cert, cert)
	for range 3 { // the key is not there yet
		if got := shown(); got != "first.example.org" {
			t.Errorf("between the two files: shows %s, want the old certificate", got)
		}
	}
	if n := strings.Count(log.String(), "certificate not replaced"); n != 1 {
		t.Errorf("the fault is logged %d times, want once:\n%s", n, log.String())
	}
	write(t, f.key, key)
	if got := shown(); got != "second.example.org" {
		t.Errorf("after both files: shows %s, want the new certificate", got)
	}
	if err := os.Remove(f.cert); err != nil {
		t.Fatal(err)
	}
	if got := shown(); got != "second.example.org" {
		t.Errorf("without the file: shows %s, want what worked last", got)
	}
	if strings.Contains(log.String(), "PRIVATE") {
		t.Error("the key is in the log")
	}
}

func TestCertificateThatCannotServe(t *testing.T) {
	t.Parallel()
	good, other := newFiles(t, "a.example.org"), newFiles(t, "b.example.org")
	open := newFiles(t, "c.example.org")
	if err := os.Chmod(open.key, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		f    files
		want string
	}{
		"no certificate": {files{good.cert + "x", good.key}, "server.tls.cert"},
		"no key":         {files{good.cert, good.key + "x"}, "server.tls.key"},
		"another's key":  {files{good.cert, other.key}, "server.tls"},
		"no PEM":         {files{good.key, good.key}, "server.tls"},
		"open key":       {open, "chmod"},
	} {
		_, err := httpserver.NewCertificate(tt.f.cert, tt.f.key, time.Now, slog.New(slog.DiscardHandler))
		if !errors.Is(err, tocsin.ErrInvalid) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want ErrInvalid that names %q", name, err, tt.want)
		}
	}
}

// lockedBuffer is a log that the server may write to while a test reads it.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
