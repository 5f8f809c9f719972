package access

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4/json" // case-sensitive, refuses duplicate members
)

// Limits of tokens. Our own have about 800 characters; those of a person in many
// groups have several thousand.
const (
	maxToken  = 16 << 10
	maxHeader = 1 << 10
)

// leeway is how far the clocks of two machines may be apart.
const leeway = 60 * time.Second

// algorithm is the only one that our keys are for. Choosing it ourselves, and
// not by the header, leaves no room for "none" or for using a public key as
// the secret of an HMAC.
const algorithm = "ES256"

// Claims are what our tokens say, under the names that the provider's tokens
// have. Times are whole seconds since 1970.
type claims struct {
	Issuer    string   `json:"iss"`
	Audience  audience `json:"aud"`
	Subject   string   `json:"sub"`
	Expiry    *int64   `json:"exp"`
	NotBefore *int64   `json:"nbf"`
	IssuedAt  *int64   `json:"iat"`
	TenantID  string   `json:"tid"`
	AppID     string   `json:"appid"` // version 1.0
	Party     string   `json:"azp"`   // version 2.0
	Roles     []string `json:"roles"` // of a program
	Scope     *string  `json:"scp"`   // of a person through a program
	Version   string   `json:"ver"`
}

// An audience is one string or a list of them (RFC 7519, 4.1.3).
type audience []string

func (a *audience) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte(`"`)) {
		*a = make(audience, 1)
		return json.Unmarshal(text, &(*a)[0])
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// split cuts a token, whose header may not be longer than longest, into the text
// of its three parts. It allocates nothing: a text of dots costs no more than
// reading it.
func split(token string, longest int) (head, body, signature string, err error) {
	if len(token) > maxToken {
		return "", "", "", errors.New("too long")
	}
	head, rest, _ := strings.Cut(token, ".")
	body, signature, ok := strings.Cut(rest, ".")
	if !ok || strings.Contains(signature, ".") {
		return "", "", "", errors.New("not three parts")
	}
	if len(head) > longest {
		return "", "", "", errors.New("header too long")
	}
	return head, body, signature, nil
}

// decodePart decodes one part of a token in the one spelling that it can have.
func decodePart(part string) ([]byte, error) {
	if strings.ContainsAny(part, "\r\n") { // the decoder would skip them
		return nil, errors.New("line break")
	}
	return base64.RawURLEncoding.Strict().DecodeString(part)
}

// keyID reads the header of a token and returns the name of its key. The
// header has the three members that ours have and nothing else: above all none
// that bring a key along (jwk, jku, x5u, x5c) or change what is signed (b64,
// crit, zip).
func keyID(part string) (string, error) {
	text, err := decodePart(part)
	if err != nil {
		return "", err
	}
	if err := checkObject(text); err != nil {
		return "", err
	}
	var members map[string]string
	if err := json.Unmarshal(text, &members); err != nil {
		return "", err
	}
	id := members["kid"]
	switch {
	case members["alg"] != algorithm:
		return "", errors.New("another algorithm")
	case !strings.EqualFold(members["typ"], "JWT"):
		return "", errors.New("another type")
	case id == "" || len(id) > 64:
		return "", errors.New("no key id")
	case len(members) != 3:
		return "", errors.New("unknown members")
	}
	return id, nil
}

func decodeClaims(text []byte) (c claims, err error) {
	if err := checkObject(text); err != nil {
		return c, err
	}
	return c, json.Unmarshal(text, &c)
}

// checkObject refuses what decoders repair or ignore: bytes that are no UTF-8,
// and null in place of an object.
func checkObject(text []byte) error {
	if !utf8.Valid(text) || !bytes.HasPrefix(text, []byte("{")) {
		return errors.New("not a JSON object")
	}
	return nil
}

// check holds the claims against the clock and the form of our issuer.
func (c claims) check(now time.Time) error {
	if err := c.checkTimes(now); err != nil {
		return err
	}
	switch {
	case c.TenantID == "":
		return errors.New("no tenant")
	case !c.issuedHere():
		return errors.New("another issuer")
	case len(c.Audience) == 0 || slices.Contains(c.Audience, ""):
		return errors.New("no audience")
	case c.Subject == "" || c.client() == "":
		return errors.New("no client")
	case c.AppID != "" && c.Party != "" && c.AppID != c.Party:
		return errors.New("two clients")
	case c.Scope != nil && c.Roles != nil:
		return errors.New("both roles and scopes")
	}
	return nil
}

// issuedHere reports whether the issuer is a desk's address for the tenant of
// the token. Which address does not matter: a desk has several, behind proxies
// and before it first serves, and the signature, by a key that never leaves the
// desk, has told already that it is this one.
func (c claims) issuedHere() bool {
	end := map[string]string{"1.0": "/" + c.TenantID + "/", "2.0": "/" + c.TenantID + "/v2.0"}[c.Version]
	origin, ok := strings.CutSuffix(c.Issuer, end)
	if end == "" || !ok {
		return false
	}
	host, ok := strings.CutPrefix(origin, "https://")
	if !ok {
		host, ok = strings.CutPrefix(origin, "http://")
	}
	return ok && host != "" && !strings.ContainsAny(host, "?#@\\ ")
}

func (c claims) checkTimes(now time.Time) error {
	if c.Expiry == nil || c.NotBefore == nil || c.IssuedAt == nil {
		return errors.New("a time is missing")
	}
	// The years from 1970 to 9999: outside of them arithmetic would overflow.
	const last = 253402300799
	for name, at := range map[string]int64{"exp": *c.Expiry, "nbf": *c.NotBefore, "iat": *c.IssuedAt} {
		if at < 0 || at > last {
			return fmt.Errorf("%s out of range", name)
		}
	}
	switch {
	case !now.Before(c.expiresAt().Add(leeway)):
		return errExpired
	case now.Add(leeway).Before(time.Unix(*c.NotBefore, 0)):
		return errors.New("not valid yet")
	case now.Add(leeway).Before(time.Unix(*c.IssuedAt, 0)):
		return errors.New("issued in the future")
	}
	return nil
}

// errExpired is the one reason that callers are told: it is not their fault,
// and only the holder of a token that was good can meet it.
var errExpired = errors.New("expired")

func (c claims) expiresAt() time.Time { return time.Unix(*c.Expiry, 0) }

// client is the id of the program that the token was issued to.
func (c claims) client() string {
	if c.AppID != "" {
		return c.AppID
	}
	return c.Party
}
