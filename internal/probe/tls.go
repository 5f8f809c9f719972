package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"net"
	"slices"
	"time"
)

// extensionSCT holds what logs of certificates have signed (RFC 6962, 3.3).
func extensionSCT() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}
}

// handshake speaks TLS on a connection and judges who answers. The connection is
// nil where there is no TLS.
//
// Nothing is verified while shaking hands: a clock that is off, or a proxy that
// intercepts, must not keep the probe from seeing what answers. No secret is sent
// on the connection.
func handshake(ctx context.Context, conn net.Conn, e *Endpoint, roots *x509.CertPool) (*tls.Conn, Check) {
	ctx, stop := context.WithTimeout(ctx, tlsLimit)
	defer stop()
	secure := tls.Client(conn, &tls.Config{
		ServerName: e.Host, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // judged below
	})
	if err := secure.HandshakeContext(ctx); err != nil {
		if timedOut(err) {
			return nil, found(Fail, "tls.timeout", "target", e.address(), "seconds", seconds(tlsLimit))
		}
		return nil, found(Fail, "tls.none", "target", e.address(), "reason", printable(err.Error()))
	}
	state := secure.ConnectionState()
	return secure, certified(e, &state, roots)
}

// certified judges a certificate: its key against that of its issuer, then
// whether the seat trusts it, then the logs, then the protocol. Names and dates
// are what an intercepting proxy copies: they tell nothing.
func certified(e *Endpoint, state *tls.ConnectionState, roots *x509.CertPool) Check {
	target := e.address()
	leaf := state.PeerCertificates[0]
	trusted := trust(e, state.PeerCertificates, roots)
	logged := len(state.SignedCertificateTimestamps) > 0 || slices.ContainsFunc(leaf.Extensions, hasSCT)
	switch {
	case sameKey(state.PeerCertificates) && !e.Own:
		return found(Fail, "tls.intercepted", "target", target, "issuer", printable(leaf.Issuer.String()))
	case trusted != nil && wrongName(trusted):
		return found(Fail, "tls.name", "target", target)
	case trusted != nil && !e.Own:
		return found(Fail, "tls.untrusted", "target", target, "issuer", printable(leaf.Issuer.String()))
	case e.Own:
		return found(Pass, "tls.own", "target", target)
	case !logged && state.NegotiatedProtocol != "h2":
		return found(Fail, "tls.unlogged.old", "target", target, "issuer", printable(leaf.Issuer.String()))
	case !logged:
		return found(Fail, "tls.unlogged", "target", target, "issuer", printable(leaf.Issuer.String()))
	case e.Protocol == "https" && state.NegotiatedProtocol != "h2":
		return found(Pass, "tls.old", "target", target)
	}
	return found(Pass, "tls.ok", "target", target)
}

func hasSCT(x pkix.Extension) bool {
	return x.Id.Equal(extensionSCT())
}

// sameKey reports whether the key of the server is that of its issuer. Squid and
// mitmproxy make no key for the certificates that they make.
func sameKey(chain []*x509.Certificate) bool {
	leaf := chain[0]
	if leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil {
		return true // the issuer need not be sent for that
	}
	return slices.ContainsFunc(chain[1:], func(c *x509.Certificate) bool {
		return string(c.RawSubjectPublicKeyInfo) == string(leaf.RawSubjectPublicKeyInfo)
	})
}

// trust verifies a chain at an instant at which the certificate holds: the clock
// is a matter of its own.
func trust(e *Endpoint, chain []*x509.Certificate, roots *x509.CertPool) error {
	between := x509.NewCertPool()
	for _, one := range chain[1:] {
		between.AddCert(one)
	}
	leaf := chain[0]
	_, err := leaf.Verify(x509.VerifyOptions{DNSName: e.Host, Roots: roots, Intermediates: between, CurrentTime: middle(leaf.NotBefore, leaf.NotAfter)})
	return err
}

func middle(from, to time.Time) time.Time { return from.Add(to.Sub(from) / 2) }

func wrongName(err error) bool {
	_, wrong := errors.AsType[x509.HostnameError](err)
	return wrong
}
