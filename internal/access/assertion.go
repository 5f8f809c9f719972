package access

import (
	"crypto/sha1" // names certificates; nothing is trusted for it
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json" // case-sensitive, refuses duplicate members

	"example.org/tocsin/internal/tocsin"
)

// AssertionType names the kind of assertion that clients prove themselves with
// (RFC 7523, 2.2).
const AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// maxAssertionLife is how far ahead an assertion may end. Ours last ten minutes,
// those of the provider's libraries as well.
const maxAssertionLife = time.Hour

// An Assertion is what a client's proof says, once it has been found good.
type Assertion struct {
	ClientID  string
	Hash      tocsin.Hash // of its "jti", to notice a second use
	ExpiresAt time.Time   // from then on it is refused anyway
}

// AssertionClient is the client that an assertion claims to be from: good only
// for finding the certificates that it is held against.
func AssertionClient(text string) (string, error) {
	_, body, _, err := split(text, maxToken)
	if err != nil {
		return "", err
	}
	c, err := assertionClaims(body)
	if err != nil {
		return "", err
	}
	return c.text("sub"), c.problem
}

func assertionClaims(part string) (*foreign, error) {
	text, err := decodePart(part)
	if err == nil {
		err = checkObject(text)
	}
	c := &foreign{}
	if err == nil {
		err = json.Unmarshal(text, &c.members)
	}
	return c, err
}

// VerifyAssertion holds an assertion against the live certificates of its client
// and the names by which it may call the token endpoint (RFC 7523, 3). It must
// name its certificate by x5t or x5t#S256; one that it brings along counts for
// nothing. Whether it was used before is for the caller to see.
func VerifyAssertion(text string, kept []tocsin.Secret, audiences []string, now time.Time) (Assertion, error) {
	head, body, signature, err := split(text, maxToken)
	if err != nil {
		return Assertion{}, err
	}
	algorithm, certificate, err := assertionHeader(head, kept, now)
	if err != nil {
		return Assertion{}, fmt.Errorf("header: %w", err)
	}
	for _, part := range []string{body, signature} {
		if _, err := decodePart(part); err != nil {
			return Assertion{}, err
		}
	}
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{algorithm})
	if err != nil {
		return Assertion{}, err
	}
	if _, err := signed.Verify(certificate.PublicKey); err != nil {
		return Assertion{}, err
	}
	c, err := assertionClaims(body)
	if err != nil {
		return Assertion{}, err
	}
	return c.assertion(audiences, now)
}

func (c *foreign) assertion(audiences []string, now time.Time) (Assertion, error) {
	c.expiry, c.notBefore, c.issued = c.seconds("exp", true), c.seconds("nbf", false), c.seconds("iat", false)
	client, id := c.text("sub"), c.text("jti")
	meant := slices.ContainsFunc(audiencesOf(c), func(a string) bool { return slices.Contains(audiences, a) })
	ends := time.Unix(c.expiry, 0).Add(leeway)
	switch {
	case c.problem != nil:
		return Assertion{}, c.problem
	case client == "" || c.text("iss") != client:
		return Assertion{}, errors.New("not from the client about itself")
	case !meant:
		return Assertion{}, errors.New("another audience")
	case id == "" || len(id) > 256:
		return Assertion{}, errors.New("no jti")
	case ends.After(now.Add(maxAssertionLife + 2*leeway)):
		return Assertion{}, errors.New("good for too long")
	}
	if err := c.checkTimes(now); err != nil {
		return Assertion{}, err
	}
	return Assertion{ClientID: strings.ToLower(client), Hash: tocsin.HashOf([]byte(id)), ExpiresAt: ends}, nil
}

// assertionHeader finds the certificate that an assertion names, among those
// that count now.
func assertionHeader(part string, kept []tocsin.Secret, now time.Time) (jose.SignatureAlgorithm, *x509.Certificate, error) {
	text, err := decodePart(part)
	if err == nil {
		err = checkObject(text)
	}
	h := &foreign{}
	if err == nil {
		err = json.Unmarshal(text, &h.members)
	}
	if err != nil {
		return "", nil, err
	}
	for _, name := range []string{"jku", "jwk", "x5u", "crit", "b64", "zip", "cty"} {
		if _, ok := h.members[name]; ok {
			return "", nil, errors.New("a member that is not served")
		}
	}
	algorithm, kind := jose.SignatureAlgorithm(h.text("alg")), h.text("typ")
	old, current := h.text("x5t"), h.text("x5t#S256")
	switch {
	case h.problem != nil:
		return "", nil, h.problem
	case algorithm != jose.RS256 && algorithm != jose.PS256 && algorithm != jose.ES256:
		return "", nil, errors.New("another algorithm")
	case kind != "" && !strings.EqualFold(kind, "JWT") && !strings.EqualFold(kind, "client-authentication+jwt"):
		return "", nil, errors.New("another type")
	case old == "" && current == "":
		return "", nil, errors.New("no certificate is named")
	}
	for _, k := range kept {
		if len(k.Certificate) == 0 || !k.Live(now) || old != "" && !isThumbprint1(old, k.Certificate) || current != "" && !isThumbprint256(current, k.Certificate) {
			continue
		}
		certificate, err := x509.ParseCertificate(k.Certificate)
		if err != nil {
			return "", nil, err
		}
		if now.Add(leeway).Before(certificate.NotBefore) {
			return "", nil, errors.New("the certificate is not valid yet")
		}
		return algorithm, certificate, nil
	}
	return "", nil, errors.New("unknown certificate")
}

// isThumbprint1 compares names, not secrets. Some libraries write the bytes in
// hexadecimal before they encode them; those are not served.
func isThumbprint1(name string, der []byte) bool {
	sum := sha1.Sum(der)
	return strings.TrimRight(name, "=") == base64.RawURLEncoding.EncodeToString(sum[:])
}

func isThumbprint256(name string, der []byte) bool {
	sum := sha256.Sum256(der)
	return strings.TrimRight(name, "=") == base64.RawURLEncoding.EncodeToString(sum[:])
}
