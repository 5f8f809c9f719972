package access

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// minRSA is the smallest RSA key that may prove anything, in bits.
const minRSA = 2048

// NewClientCertificate is what is kept of a client's certificate, the first in
// a text of PEM. It refuses one whose key is too weak or of another kind than
// RSA and P-256, one that is over, and a text with a private key: that belongs
// on the client's machine alone.
func NewClientCertificate(clientID string, text []byte, now time.Time) (tocsin.Secret, error) {
	refuse := func(format string, args ...any) (tocsin.Secret, error) {
		return tocsin.Secret{}, tocsin.Invalidf("certificate", format, args...)
	}
	var certificate *x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if strings.Contains(block.Type, "PRIVATE KEY") {
			return refuse("The file holds a private key. Give the certificate alone; the key stays with the client.")
		}
		if block.Type != "CERTIFICATE" || certificate != nil {
			continue
		}
		parsed, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return refuse("The certificate cannot be read.")
		}
		certificate = parsed
	}
	if certificate == nil {
		return refuse("There is no certificate in it: it must be PEM, starting with -----BEGIN CERTIFICATE-----.")
	}
	switch key := certificate.PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < minRSA {
			return refuse("Its RSA key has %d bits, and %d are needed.", key.N.BitLen(), minRSA)
		}
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() {
			return refuse("Its elliptic curve is not P-256.")
		}
	default:
		return refuse("Its key is neither RSA nor P-256.")
	}
	if !now.Before(certificate.NotAfter) {
		return refuse("It ended at %s.", tocsin.FormatTime(certificate.NotAfter))
	}
	return tocsin.Secret{
		ClientID:    strings.ToLower(clientID),
		Hash:        tocsin.HashOf(append([]byte(strings.ToLower(clientID)+"\n"), certificate.Raw...)),
		Certificate: bytes.Clone(certificate.Raw),
		CreatedAt:   now,
		ExpiresAt:   certificate.NotAfter,
	}, nil
}
