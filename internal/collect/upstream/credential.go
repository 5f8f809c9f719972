package upstream

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // names certificates; nothing is trusted for it
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.org/tocsin/internal/tocsin"
)

// Credential says how an app proves who it is when it has no secret: by the key
// of a certificate, or by a token that the platform gives it. The files are read
// for each token request, so that they can be renewed.
type Credential struct {
	Certificate string // PEM file of the certificate
	Key         string // PEM file of its private key; the certificate's file when empty
	Algorithm   string // RS256, PS256 or ES256; PS256 or ES256, as the key is, when empty
	TokenFile   string // file with a token of the platform, in place of a certificate
}

// assertionLife is what the provider recommends at most.
const assertionLife = 10 * time.Minute

// assertionType is the kind of proof of both (RFC 7523, 2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// None reports that there is no such credential.
func (c Credential) None() bool { return c.Certificate == "" && c.TokenFile == "" }

// check reports what would keep a token request from being made.
func (c Credential) check() error {
	if c.None() {
		return nil
	}
	_, err := c.form("check", "https://localhost/token", time.Now())
	return err
}

// form are the members of a token request that prove who asks.
func (c Credential) form(clientID, tokenURL string, now time.Time) (url.Values, error) {
	text, err := c.assertion(clientID, tokenURL, now)
	if err != nil {
		return nil, err
	}
	return url.Values{"client_assertion_type": {assertionType}, "client_assertion": {text}}, nil
}

func (c Credential) assertion(clientID, tokenURL string, now time.Time) (string, error) {
	if c.TokenFile != "" {
		text, err := os.ReadFile(c.TokenFile)
		if err != nil {
			return "", fmt.Errorf("read token file: %w", err)
		}
		token := strings.TrimSpace(string(text))
		if strings.Count(token, ".") != 2 || strings.ContainsAny(token, " \r\n") {
			return "", errors.New("the token file holds no token")
		}
		return token, nil
	}
	signer, err := c.signer()
	if err != nil {
		return "", err
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	claims, err := json.Marshal(map[string]any{
		"iss": clientID, "sub": clientID, "aud": tokenURL, "jti": base64.RawURLEncoding.EncodeToString(id),
		"nbf": now.Unix(), "iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	})
	if err != nil {
		return "", fmt.Errorf("encode assertion: %w", err)
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		return "", fmt.Errorf("sign assertion: %w", err)
	}
	return signed.CompactSerialize()
}

// signer signs with the certificate's key and names the certificate by both of
// its thumbprints: Entra wants the long one with PS256, older servers know only
// the short one.
func (c Credential) signer() (jose.Signer, error) {
	keyFile := c.Key
	if keyFile == "" {
		keyFile = c.Certificate
	}
	if info, err := os.Stat(keyFile); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o007 != 0 {
		return nil, tocsin.Invalidf("certificate", "Everybody on this machine can open %s: run chmod 640 on it.", keyFile)
	}
	pair, err := tls.LoadX509KeyPair(c.Certificate, keyFile)
	if err != nil {
		return nil, fmt.Errorf("read certificate and key: %w", err)
	}
	algorithm, err := algorithmFor(pair.PrivateKey, c.Algorithm)
	if err != nil {
		return nil, err
	}
	short, long := sha1.Sum(pair.Certificate[0]), sha256.Sum256(pair.Certificate[0])
	options := (&jose.SignerOptions{}).WithType("JWT").
		WithHeader("x5t", base64.RawURLEncoding.EncodeToString(short[:])).
		WithHeader("x5t#S256", base64.RawURLEncoding.EncodeToString(long[:]))
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: pair.PrivateKey}, options)
	if err != nil {
		return nil, fmt.Errorf("use key of certificate: %w", err)
	}
	return signer, nil
}

// algorithmFor is the algorithm that was asked for, or the best that a key has.
func algorithmFor(key crypto.PrivateKey, asked string) (jose.SignatureAlgorithm, error) {
	fits := []jose.SignatureAlgorithm{}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		fits = append(fits, jose.PS256, jose.RS256)
	case *ecdsa.PrivateKey:
		if key.Curve == elliptic.P256() {
			fits = append(fits, jose.ES256)
		}
	}
	for _, one := range fits {
		if asked == "" || asked == string(one) {
			return one, nil
		}
	}
	return "", tocsin.Invalidf("algorithm", "The certificate's key cannot sign with %q: an RSA key signs with PS256 or RS256, a P-256 key with ES256.", tocsin.Clip(asked, 16))
}
