// Package probetest has certificates for tests of probes: those of servers, and
// those that intercepting proxies make.
package probetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

// An Authority issues certificates.
type Authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// New makes an authority that nobody knows.
func New(t testing.TB, name string) *Authority {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().AddDate(-2, 0, 0), NotAfter: time.Now().AddDate(2, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &Authority{key, cert}
}

// Issue issues a certificate for names. One that is logged has the extension by
// which logs of certificates vouch (RFC 6962, 3.3).
func (a *Authority) Issue(t testing.TB, logged bool, names ...string) tls.Certificate {
	t.Helper()
	return a.issue(t, newKey(t), logged, names)
}

// Intercept issues a certificate as intercepting proxies do: with the key of the
// authority itself.
func (a *Authority) Intercept(t testing.TB, names ...string) tls.Certificate {
	t.Helper()
	return a.issue(t, a.key, true, names)
}

func (a *Authority) issue(t testing.TB, key *ecdsa.PrivateKey, logged bool, names []string) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, NotBefore: time.Now().AddDate(0, -1, 0), NotAfter: time.Now().AddDate(0, 1, 0)}
	if logged {
		template.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, Value: signedByLog()}}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key}
}

// Pool returns the authority as one that is trusted.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// PEM returns the certificate of the authority, and its private key.
func (a *Authority) PEM(t testing.TB) (cert, key []byte) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// signedByLog returns the value of the extension that holds what a log of
// certificates signed, one of a log that nobody knows, in the form of RFC 6962, 3.3:
// programs that intercept read it.
func signedByLog() []byte {
	const signature = 8
	one := make([]byte, 1+32+8) // the first version, the id of the log, and a time
	one = append(one, 0, 0)     // no extensions
	one = append(one, 4, 3)     // SHA-256 with ECDSA
	one = append(one, 0, signature)
	one = append(one, make([]byte, signature)...)
	list := append([]byte{0, byte(len(one) + 2), 0, byte(len(one))}, one...)
	return append([]byte{4, byte(len(list))}, list...) // an octet string
}
