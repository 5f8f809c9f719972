package access_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

const (
	base     = "https://health.contoso.com"
	tenantID = "11111111-2222-3333-4444-555555555555"
	otherID  = "99999999-2222-3333-4444-555555555555"
	clientID = "11111111-0000-0000-0000-00000000c11e"
	resource = "https://manage.office.com"
	keyName  = "key-1"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// A world is an issuer with one key and one client, and a verifier of it.
type world struct {
	key      *ecdsa.PrivateKey
	now      atomic.Pointer[time.Time]
	client   atomic.Pointer[tocsin.Client]
	broken   atomic.Bool
	lookups  atomic.Int64
	revision atomic.Int64
	verifier *access.Verifier
}

func newWorld(t testing.TB, cached int) *world {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{key: key}
	w.setNow(start)
	w.client.Store(&tocsin.Client{ID: clientID, TenantID: tenantID, Shape: tocsin.ShapeWire})
	w.verifier = access.NewVerifier(access.VerifierConfig{
		Keys: w, Clients: w, Cached: cached, Now: func() time.Time { return *w.now.Load() },
	})
	return w
}

func (w *world) setNow(now time.Time) { w.now.Store(&now) }

func (w *world) VerificationKey(_ context.Context, id string) (*ecdsa.PublicKey, error) {
	w.lookups.Add(1)
	if w.broken.Load() {
		return nil, tocsin.ErrUnavailable
	}
	if id != keyName {
		return nil, tocsin.NotFoundf("no key")
	}
	return &w.key.PublicKey, nil
}

func (w *world) Client(_ context.Context, id string) (tocsin.Client, []tocsin.Secret, error) {
	if id != clientID {
		return tocsin.Client{}, nil, tocsin.NotFoundf("no client")
	}
	return *w.client.Load(), nil, nil
}

func (w *world) AccessRevision(context.Context) (int64, error) { return w.revision.Load(), nil }

func goodClaims() map[string]any {
	return map[string]any{
		"aud": resource, "iss": base + "/" + tenantID + "/", "iat": start.Unix(), "nbf": start.Unix(),
		"exp": start.Add(time.Hour).Unix(), "tid": tenantID, "appid": clientID, "sub": clientID, "oid": clientID,
		"roles": []string{"ServiceHealth.Read"}, "ver": "1.0",
	}
}

func goodHeader() map[string]any { return map[string]any{"alg": "ES256", "kid": keyName, "typ": "JWT"} }

func with(m map[string]any, name string, value any) map[string]any {
	m = maps.Clone(m)
	m[name] = value
	return m
}

func without(m map[string]any, name string) map[string]any {
	m = maps.Clone(m)
	delete(m, name)
	return m
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func text(t testing.TB, v any) string {
	t.Helper()
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// sign makes a token by hand, so that it can say what no library would.
func (w *world) sign(t testing.TB, header, claims any) string {
	t.Helper()
	return signWith(t, w.key, encode(text(t, header))+"."+encode(text(t, claims)))
}

func signWith(t testing.TB, key *ecdsa.PrivateKey, input string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	var raw [64]byte
	r.FillBytes(raw[:32])
	s.FillBytes(raw[32:])
	return input + "." + encode(string(raw[:]))
}

func TestVerifierBelievesOurTokens(t *testing.T) {
	t.Parallel()
	want := access.Identity{
		ClientID: clientID, TenantID: tenantID, Subject: clientID, Scopes: []string{"ServiceHealth.Read"},
		Shape: tocsin.ShapeWire, Audience: resource,
	}
	delegated := want
	delegated.Delegated, delegated.Subject, delegated.Scopes = true, "ada", []string{"ServiceHealth.Read", "other"}
	second := with(with(without(with(goodClaims(), "azp", clientID), "appid"), "ver", "2.0"), "iss", base+"/"+tenantID+"/v2.0")
	person := with(with(without(goodClaims(), "roles"), "scp", "ServiceHealth.Read other"), "sub", "ada")
	tests := []struct {
		name   string
		claims any
		want   access.Identity
	}{
		{"version 1", goodClaims(), want},
		{"version 2", second, want},
		{"audience in a list", with(goodClaims(), "aud", []string{"https://elsewhere.example", resource}), want},
		{"another address of the desk", with(goodClaims(), "iss", "https://health.contoso.com/"+tenantID+"/"), want},
		{"a person", person, delegated},
		{"expired within leeway", with(goodClaims(), "exp", start.Add(-59*time.Second).Unix()), want},
		{"clock behind within leeway", with(with(goodClaims(), "nbf", start.Add(time.Minute).Unix()), "iat", start.Add(time.Minute).Unix()), want},
		{"members that we do not know", with(goodClaims(), "xms_tcdt", 1), want},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 0)
			got, err := w.verifier.Verify(t.Context(), w.sign(t, goodHeader(), tt.claims), resource)
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("Verify: %v %s", err, diff)
			}
		})
	}
}

// TestVerifierRefuses goes through RFC 8725 and RFC 7519.
func TestVerifierRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := w.sign(t, goodHeader(), goodClaims())
	parts := strings.Split(good, ".")
	ours := jose.JSONWebKey{Key: &w.key.PublicKey}
	foreign := jose.JSONWebKey{Key: &other.PublicKey}
	hour := int64(3600)
	tokens := map[string]string{
		"empty":                       "",
		"one part":                    parts[0],
		"two parts":                   parts[0] + "." + parts[1],
		"no signature":                parts[0] + "." + parts[1] + ".",
		"four parts":                  good + ".x",
		"five parts":                  good + ".x.y",
		"dots":                        strings.Repeat(".", 8000),
		"more dots than a token has":  strings.Repeat(".", 60<<10),
		"padding":                     good + "=",
		"line break in signature":     good[:len(good)-4] + "\n" + good[len(good)-4:],
		"line break in claims":        parts[0] + "." + parts[1][:4] + "\r\n" + parts[1][4:] + "." + parts[2],
		"space before":                " " + good,
		"space after":                 good + " ",
		"header and claims swapped":   parts[1] + "." + parts[0] + "." + parts[2],
		"claims of another token":     parts[0] + "." + encode(text(t, with(goodClaims(), "tid", otherID))) + "." + parts[2],
		"signature of another key":    signWith(t, other, parts[0]+"."+parts[1]),
		"signature of zeros":          parts[0] + "." + parts[1] + "." + encode(string(make([]byte, 64))),
		"signature in ASN.1":          parts[0] + "." + parts[1] + "." + asn1Signature(t, w.key, parts[0]+"."+parts[1]),
		"signature with spare bits":   spareBits(good),
		"alg none":                    encode(text(t, with(goodHeader(), "alg", "none"))) + "." + parts[1] + ".",
		"alg None":                    encode(text(t, with(goodHeader(), "alg", "None"))) + "." + parts[1] + "." + parts[2],
		"alg missing":                 w.sign(t, without(goodHeader(), "alg"), goodClaims()),
		"alg in lower case":           w.sign(t, with(goodHeader(), "alg", "es256"), goodClaims()),
		"alg ES384":                   w.sign(t, with(goodHeader(), "alg", "ES384"), goodClaims()),
		"alg RS256":                   w.sign(t, with(goodHeader(), "alg", "RS256"), goodClaims()),
		"HS256 with our public key":   hmacToken(t, w, parts[1]),
		"RS256 with a key of theirs":  rsaToken(t, parts[1]),
		"alg is a list":               w.sign(t, with(goodHeader(), "alg", []string{"ES256"}), goodClaims()),
		"typ missing":                 w.sign(t, without(goodHeader(), "typ"), goodClaims()),
		"typ of a logout token":       w.sign(t, with(goodHeader(), "typ", "logout+jwt"), goodClaims()),
		"typ of a proof":              w.sign(t, with(goodHeader(), "typ", "dpop+jwt"), goodClaims()),
		"kid missing":                 w.sign(t, without(goodHeader(), "kid"), goodClaims()),
		"kid unknown":                 w.sign(t, with(goodHeader(), "kid", "key-2"), goodClaims()),
		"kid is a path":               w.sign(t, with(goodHeader(), "kid", "../../dev/null"), goodClaims()),
		"kid is SQL":                  w.sign(t, with(goodHeader(), "kid", "' OR 1=1 --"), goodClaims()),
		"kid is a number":             w.sign(t, with(goodHeader(), "kid", 1), goodClaims()),
		"kid is long":                 w.sign(t, with(goodHeader(), "kid", strings.Repeat("k", 65)), goodClaims()),
		"jwk of ours":                 w.sign(t, with(goodHeader(), "jwk", ours), goodClaims()),
		"jwk of theirs":               signWith(t, other, encode(text(t, with(goodHeader(), "jwk", foreign)))+"."+parts[1]),
		"jku":                         w.sign(t, with(goodHeader(), "jku", "https://evil.example/keys"), goodClaims()),
		"x5u":                         w.sign(t, with(goodHeader(), "x5u", "https://evil.example/cert"), goodClaims()),
		"x5c":                         w.sign(t, with(goodHeader(), "x5c", []string{"AA"}), goodClaims()),
		"crit":                        w.sign(t, with(goodHeader(), "crit", []string{"exp"}), goodClaims()),
		"b64 false":                   w.sign(t, with(with(goodHeader(), "b64", false), "crit", []string{"b64"}), goodClaims()),
		"zip":                         w.sign(t, with(goodHeader(), "zip", "DEF"), goodClaims()),
		"cty":                         w.sign(t, with(goodHeader(), "cty", "JWT"), goodClaims()),
		"header twice alg":            w.sign(t, `{"alg":"none","alg":"ES256","kid":"key-1","typ":"JWT"}`, goodClaims()),
		"header alg in two cases":     w.sign(t, `{"alg":"ES256","Alg":"none","kid":"key-1","typ":"JWT"}`, goodClaims()),
		"header escapes a name twice": w.sign(t, `{"alg":"ES256","\u0061lg":"ES256","kid":"key-1","typ":"JWT"}`, goodClaims()),
		"header is a list":            w.sign(t, `["ES256"]`, goodClaims()),
		"header is null":              w.sign(t, `null`, goodClaims()),
		"header is no JSON":           w.sign(t, `{"alg":"ES256"`, goodClaims()),
		"header followed by more":     w.sign(t, text(t, goodHeader())+`{}`, goodClaims()),
		"header is huge":              w.sign(t, with(goodHeader(), "typ", "JWT"+strings.Repeat(" ", 600)), goodClaims()),
		"header is no UTF-8":          w.sign(t, "{\"alg\":\"ES256\",\"kid\":\"key-1\",\"typ\":\"JWT\xff\"}", goodClaims()),
		"claims are null":             w.sign(t, goodHeader(), `null`),
		"claims are a list":           w.sign(t, goodHeader(), `[]`),
		"claims are empty":            w.sign(t, goodHeader(), `{}`),
		"claims are text":             w.sign(t, goodHeader(), `no JSON`),
		"claims followed by more":     w.sign(t, goodHeader(), text(t, goodClaims())+`{"tid":"x"}`),
		"claims are no UTF-8":         w.sign(t, goodHeader(), strings.Replace(text(t, goodClaims()), "oid", "o\xffd", 1)),
		"claims with a byte order":    w.sign(t, goodHeader(), "\ufeff"+text(t, goodClaims())),
		"tid twice":                   w.sign(t, goodHeader(), twice(t, "tid", otherID)),
		"exp twice":                   w.sign(t, goodHeader(), twice(t, "exp", start.Add(2*time.Hour).Unix())),
		"unknown member twice":        w.sign(t, goodHeader(), `{"x":1,"x":2,`+text(t, goodClaims())[1:]),
		"exp in another case only":    w.sign(t, goodHeader(), with(without(goodClaims(), "exp"), "EXP", start.Unix()+hour)),
		"exp missing":                 w.sign(t, goodHeader(), without(goodClaims(), "exp")),
		"exp null":                    w.sign(t, goodHeader(), with(goodClaims(), "exp", nil)),
		"exp as text":                 w.sign(t, goodHeader(), with(goodClaims(), "exp", fmt.Sprint(start.Unix()+hour))),
		"exp with a fraction":         w.sign(t, goodHeader(), with(goodClaims(), "exp", float64(start.Unix()+hour)+0.5)),
		"exp with an exponent":        w.sign(t, goodHeader(), replaced(t, "exp", "1e11")),
		"exp huge":                    w.sign(t, goodHeader(), with(goodClaims(), "exp", int64(1)<<62)),
		"exp beyond all numbers":      w.sign(t, goodHeader(), replaced(t, "exp", "1e400")),
		"exp of twenty digits":        w.sign(t, goodHeader(), replaced(t, "exp", "99999999999999999999")),
		"exp negative":                w.sign(t, goodHeader(), with(goodClaims(), "exp", -1)),
		"exp zero":                    w.sign(t, goodHeader(), with(goodClaims(), "exp", 0)),
		"exp true":                    w.sign(t, goodHeader(), with(goodClaims(), "exp", true)),
		"expired":                     w.sign(t, goodHeader(), with(goodClaims(), "exp", start.Add(-time.Minute).Unix())),
		"nbf missing":                 w.sign(t, goodHeader(), without(goodClaims(), "nbf")),
		"nbf as text":                 w.sign(t, goodHeader(), with(goodClaims(), "nbf", "0")),
		"not valid yet":               w.sign(t, goodHeader(), with(goodClaims(), "nbf", start.Add(61*time.Second).Unix())),
		"iat missing":                 w.sign(t, goodHeader(), without(goodClaims(), "iat")),
		"issued in the future":        w.sign(t, goodHeader(), with(goodClaims(), "iat", start.Add(61*time.Second).Unix())),
		"aud of another API":          w.sign(t, goodHeader(), with(goodClaims(), "aud", "https://graph.microsoft.com")),
		"aud in another case":         w.sign(t, goodHeader(), with(goodClaims(), "aud", "https://MANAGE.office.com")),
		"aud starts alike":            w.sign(t, goodHeader(), with(goodClaims(), "aud", resource+".evil.example")),
		"aud missing":                 w.sign(t, goodHeader(), without(goodClaims(), "aud")),
		"aud empty":                   w.sign(t, goodHeader(), with(goodClaims(), "aud", "")),
		"aud an empty list":           w.sign(t, goodHeader(), with(goodClaims(), "aud", []string{})),
		"aud a list with a number":    w.sign(t, goodHeader(), with(goodClaims(), "aud", []any{resource, 1})),
		"aud an object":               w.sign(t, goodHeader(), with(goodClaims(), "aud", map[string]any{resource: 1})),
		"iss without a host":          w.sign(t, goodHeader(), with(goodClaims(), "iss", "https:///"+tenantID+"/")),
		"iss of another scheme":       w.sign(t, goodHeader(), with(goodClaims(), "iss", "urn://desk/"+tenantID+"/")),
		"iss with a query":            w.sign(t, goodHeader(), with(goodClaims(), "iss", "https://desk?/"+tenantID+"/")),
		"iss of another tenant":       w.sign(t, goodHeader(), with(goodClaims(), "iss", base+"/"+otherID+"/")),
		"iss of the other version":    w.sign(t, goodHeader(), with(goodClaims(), "iss", base+"/"+tenantID+"/v2.0")),
		"iss without the slash":       w.sign(t, goodHeader(), with(goodClaims(), "iss", base+"/"+tenantID)),
		"iss missing":                 w.sign(t, goodHeader(), without(goodClaims(), "iss")),
		"iss a list":                  w.sign(t, goodHeader(), with(goodClaims(), "iss", []string{base})),
		"ver missing":                 w.sign(t, goodHeader(), without(goodClaims(), "ver")),
		"ver unknown with iss empty":  w.sign(t, goodHeader(), with(with(goodClaims(), "ver", "3.0"), "iss", "")),
		"tid missing":                 w.sign(t, goodHeader(), without(goodClaims(), "tid")),
		"tid of another tenant":       w.sign(t, goodHeader(), with(with(goodClaims(), "tid", otherID), "iss", base+"/"+otherID+"/")),
		"sub missing":                 w.sign(t, goodHeader(), without(goodClaims(), "sub")),
		"client missing":              w.sign(t, goodHeader(), without(goodClaims(), "appid")),
		"client unknown":              w.sign(t, goodHeader(), with(goodClaims(), "appid", otherID)),
		"two clients":                 w.sign(t, goodHeader(), with(goodClaims(), "azp", otherID)),
		"roles is text":               w.sign(t, goodHeader(), with(goodClaims(), "roles", "ServiceHealth.Read")),
		"scp is a list":               w.sign(t, goodHeader(), with(without(goodClaims(), "roles"), "scp", []string{"ServiceHealth.Read"})),
		"roles and scp":               w.sign(t, goodHeader(), with(goodClaims(), "scp", "ServiceHealth.Read")),
		"claims cut short":            w.sign(t, goodHeader(), text(t, goodClaims())[:100]),
		"claims nest without end":     w.sign(t, goodHeader(), `{"x":`+strings.Repeat("[", 4000)),
	}
	for name, token := range tokens {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := w.verifier.Verify(t.Context(), token, resource)
			if !errors.Is(err, access.ErrInvalidToken) || !errors.Is(err, tocsin.ErrUnauthenticated) {
				t.Errorf("Verify = %v, %v, want ErrInvalidToken", got, err)
			}
		})
	}
}

// twice is the good claims with one member given twice, the good value last.
func twice(t testing.TB, name string, value any) string {
	t.Helper()
	return `{"` + name + `":` + quote(t, value) + `,` + text(t, goodClaims())[1:]
}

// replaced is the good claims with a member in a spelling of our own.
func replaced(t testing.TB, name, literal string) string {
	t.Helper()
	return `{"` + name + `":` + literal + `,` + text(t, without(goodClaims(), name))[1:]
}

func quote(t testing.TB, value any) string {
	t.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func asn1Signature(t testing.TB, key *ecdsa.PrivateKey, input string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(input))
	signature, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return encode(string(signature))
}

// spareBits changes the last character in the bits that decode to nothing.
func spareBits(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	return token[:len(token)-1] + string(alphabet[last^1])
}

func hmacToken(t testing.TB, w *world, claims string) string {
	t.Helper()
	public, err := x509.MarshalPKIXPublicKey(&w.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	input := encode(text(t, with(goodHeader(), "alg", "HS256"))) + "." + claims
	mac := hmac.New(sha256.New, public)
	mac.Write([]byte(input))
	return input + "." + encode(string(mac.Sum(nil)))
}

func rsaToken(t testing.TB, claims string) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	input := encode(text(t, with(goodHeader(), "alg", "RS256"))) + "." + claims
	sum := sha256.Sum256([]byte(input))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + encode(string(signature))
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	good := w.sign(t, goodHeader(), goodClaims())
	tests := []struct {
		name    string
		target  string
		headers []string
		want    error
		kind    error
	}{
		{name: "good", headers: []string{"Bearer " + good}},
		{name: "lower case", headers: []string{"bearer " + good}},
		{name: "upper case", headers: []string{"BEARER " + good}},
		{name: "two spaces", headers: []string{"Bearer  " + good}},
		{name: "other parameters", target: "/?$filter=a%20eq%20'access_token'&access_tokens=1&x", headers: []string{"Bearer " + good}},
		{name: "none", want: access.ErrNoCredentials, kind: tocsin.ErrUnauthenticated},
		{name: "in the query only", target: "/?access_token=" + good, want: access.ErrNoCredentials, kind: tocsin.ErrUnauthenticated},
		{name: "basic", headers: []string{"Basic YTpi"}, want: access.ErrNoCredentials, kind: tocsin.ErrUnauthenticated},
		{name: "bare token", headers: []string{good}, want: access.ErrNoCredentials, kind: tocsin.ErrUnauthenticated},
		{name: "no token", headers: []string{"Bearer"}, want: access.ErrInvalidToken, kind: tocsin.ErrUnauthenticated},
		{name: "empty token", headers: []string{"Bearer "}, want: access.ErrInvalidToken, kind: tocsin.ErrUnauthenticated},
		{name: "two tokens in a header", headers: []string{"Bearer " + good + ", Bearer " + good}, want: access.ErrInvalidToken, kind: tocsin.ErrUnauthenticated},
		{name: "two headers", headers: []string{"Bearer " + good, "Bearer " + good}, want: access.ErrGivenTwice, kind: tocsin.ErrInvalid},
		{name: "two headers, one of them empty", headers: []string{"Bearer " + good, ""}, want: access.ErrGivenTwice, kind: tocsin.ErrInvalid},
		{name: "header and query", target: "/?access_token=x", headers: []string{"Bearer " + good}, want: access.ErrGivenTwice, kind: tocsin.ErrInvalid},
		{name: "header and escaped query", target: "/?a=b&%61ccess_token", headers: []string{"Bearer " + good}, want: access.ErrGivenTwice, kind: tocsin.ErrInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			target := tt.target
			if target == "" {
				target = "/"
			}
			r := httptest.NewRequest("GET", target, nil)
			r.Header["Authorization"] = tt.headers
			_, err := w.verifier.Authenticate(r, resource)
			if !errors.Is(err, tt.want) || !errors.Is(err, tt.kind) {
				t.Errorf("Authenticate: %v, want %v", err, tt.want)
			}
		})
	}
}

func TestOutageIsNoInvalidToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	w.broken.Store(true)
	_, err := w.verifier.Verify(t.Context(), w.sign(t, goodHeader(), goodClaims()), resource)
	if !errors.Is(err, tocsin.ErrUnavailable) || errors.Is(err, access.ErrInvalidToken) {
		t.Errorf("Verify: %v, want ErrUnavailable alone", err)
	}
}

func TestOnlyExpiryIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	for want, claims := range map[string]any{
		"The access token has expired.":  with(goodClaims(), "exp", start.Add(-time.Hour).Unix()),
		"The access token is not valid.": with(goodClaims(), "aud", "https://elsewhere.example"),
	} {
		_, err := w.verifier.Verify(t.Context(), w.sign(t, goodHeader(), claims), resource)
		if shown, ok := errors.AsType[*tocsin.Error](err); !ok || shown.Message != want {
			t.Errorf("Verify: %v, want the message %q", err, want)
		}
	}
}

func TestCacheForgets(t *testing.T) {
	t.Parallel()
	verify := func(t *testing.T, w *world, token string) error {
		t.Helper()
		_, err := w.verifier.Verify(t.Context(), token, resource)
		return err
	}
	revoke := func(w *world) {
		w.client.Store(&tocsin.Client{ID: clientID, TenantID: tenantID, RevokedAt: start})
	}
	t.Run("at expiry", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, 0)
		token := w.sign(t, goodHeader(), with(goodClaims(), "exp", start.Add(-50*time.Second).Unix()))
		if err := verify(t, w, token); err != nil {
			t.Fatalf("within leeway: %v", err)
		}
		w.setNow(start.Add(10 * time.Second))
		if err := verify(t, w, token); !errors.Is(err, access.ErrInvalidToken) {
			t.Errorf("after leeway: %v, want ErrInvalidToken", err)
		}
	})
	t.Run("when told", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, 0)
		token := w.sign(t, goodHeader(), goodClaims())
		_ = verify(t, w, token)
		revoke(w)
		if err := verify(t, w, token); err != nil || w.lookups.Load() != 1 {
			t.Fatalf("cached: %v after %d lookups, want nil after 1", err, w.lookups.Load())
		}
		w.verifier.Forget()
		if err := verify(t, w, token); !errors.Is(err, access.ErrInvalidToken) {
			t.Errorf("after Forget: %v, want ErrInvalidToken", err)
		}
	})
	t.Run("by itself", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, 0)
		token := w.sign(t, goodHeader(), goodClaims())
		_ = verify(t, w, token)
		revoke(w)
		w.setNow(start.Add(access.Recheck))
		if err := verify(t, w, token); !errors.Is(err, access.ErrInvalidToken) {
			t.Errorf("after Recheck: %v, want ErrInvalidToken", err)
		}
	})
	t.Run("audiences apart", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, 0)
		token := w.sign(t, goodHeader(), goodClaims())
		_ = verify(t, w, token)
		if _, err := w.verifier.Verify(t.Context(), token, "https://graph.microsoft.com"); !errors.Is(err, access.ErrInvalidToken) {
			t.Errorf("cached token at another API: %v, want ErrInvalidToken", err)
		}
	})
	t.Run("when full", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, 8)
		for i := range 100 {
			if err := verify(t, w, w.sign(t, goodHeader(), with(goodClaims(), "uti", i))); err != nil {
				t.Fatal(err)
			}
		}
		if n := w.verifier.CacheLen(); n == 0 || n > 8 {
			t.Errorf("%d tokens remembered, want 1 to 8", n)
		}
	})
}

// costsNothing fails the test unless a token is refused for at most so many bytes
// of memory.
func costsNothing(t *testing.T, v *access.Verifier, token string, most uint64) {
	t.Helper()
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := v.Authenticate(r, resource)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, access.ErrInvalidToken) {
		t.Errorf("%.10s: %v, want ErrInvalidToken", token, err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > most {
		t.Errorf("%.10s allocated %d bytes, want at most %d", token, got, most)
	}
}

// TestDotsCostNothing is the attack of CVE-2025-30204.
func TestDotsCostNothing(t *testing.T) {
	w := newWorld(t, 0)
	for _, n := range []int{8000, 60 << 10} {
		costsNothing(t, w.verifier, strings.Repeat(".", n), 64<<10)
	}
}

// FuzzVerify looks for a text that is believed though our key did not sign it,
// and for panics.
func FuzzVerify(f *testing.F) {
	w := newWorld(f, 0)
	good := w.sign(f, goodHeader(), goodClaims())
	parts := strings.Split(good, ".")
	f.Add(good)
	f.Add(parts[0] + "." + parts[1] + ".")
	f.Add(encode(`{"alg":"none"}`) + "." + parts[1] + ".")
	f.Add(strings.Repeat(".", 100))
	f.Fuzz(func(t *testing.T, token string) {
		_, err := w.verifier.Verify(t.Context(), token, resource)
		if err == nil && token != good {
			t.Errorf("believed %q", token)
		}
		if err != nil && !errors.Is(err, access.ErrInvalidToken) {
			t.Errorf("Verify(%q): %v, want ErrInvalidToken", token, err)
		}
	})
}

// FuzzClaims signs whatever comes as claims: only an object with the right
// tenant may be believed.
func FuzzClaims(f *testing.F) {
	w := newWorld(f, 0)
	f.Add(text(f, goodHeader()), text(f, goodClaims()))
	f.Add(text(f, goodHeader()), twice(f, "tid", otherID))
	f.Fuzz(func(t *testing.T, header, claims string) {
		token := w.sign(t, header, claims)
		got, err := w.verifier.Verify(t.Context(), token, resource)
		if err == nil && (got.TenantID != tenantID || got.ClientID != clientID) {
			t.Errorf("believed %q.%q as %v", header, claims, got)
		}
		if err != nil && !errors.Is(err, access.ErrInvalidToken) {
			t.Errorf("Verify: %v, want ErrInvalidToken", err)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	w := newWorld(b, 0)
	token := w.sign(b, goodHeader(), goodClaims())
	b.Run("cached", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := w.verifier.Verify(b.Context(), token, resource); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verified", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			w.verifier.Forget()
			if _, err := w.verifier.Verify(b.Context(), token, resource); err != nil {
				b.Fatal(err)
			}
		}
	})
}
