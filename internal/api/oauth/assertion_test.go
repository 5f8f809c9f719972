package oauth_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/api/oauth"
	"example.org/tocsin/internal/tocsin"
)

const (
	rsaClient   = "bbbbbbbb-0000-4000-8000-000000000001"
	curveClient = "bbbbbbbb-0000-4000-8000-000000000002"
)

func TestAssertions(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	long := newHolder(t, newRSA(t, 2048), d.start.Add(-time.Hour), d.start.Add(time.Hour))
	curve := newHolder(t, newCurve(t), d.start.Add(-time.Hour), d.start.Add(time.Hour))
	d.addHolder(rsaClient, long)
	d.addHolder(curveClient, curve)
	for _, tt := range []struct {
		id        string
		h         holder
		algorithm jose.SignatureAlgorithm
	}{{rsaClient, long, jose.RS256}, {rsaClient, long, jose.PS256}, {curveClient, curve, jose.ES256}} {
		for name, header := range map[string]map[string]any{
			"x5t": {"x5t": thumb1(tt.h.der)}, "x5t#S256": {"x5t#S256": thumb256(tt.h.der)},
			"both and more": {"x5t": thumb1(tt.h.der), "x5t#S256": thumb256(tt.h.der), "kid": "anything", "x5c": []string{base64.StdEncoding.EncodeToString(tt.h.der)}},
		} {
			for _, aud := range []string{
				d.base + "/contoso.com/oauth2/v2.0/token", d.base + "/" + contoso + "/oauth2/v2.0/token", d.base + "/" + contoso + "/v2.0",
			} {
				claims := d.claims(tt.id)
				claims["aud"] = aud
				got := d.ask("contoso.com/oauth2/v2.0/token", v2(proof(assert(t, tt.h.key, tt.algorithm, header, claims))))
				if got.status != http.StatusOK {
					t.Errorf("%s by %s for %s: %d %s", tt.algorithm, name, aud, got.status, got.body)
					continue
				}
				if identity, err := d.verify(got.Token); err != nil || identity.ClientID != tt.id {
					t.Errorf("token: %+v, %v", identity, err)
				}
			}
		}
	}
	form := v2(proof(assert(t, curve.key, jose.ES256, map[string]any{"x5t": thumb1(curve.der)}, d.claims(curveClient))))
	form.Set("resource", oauth.Legacy)
	form.Set("client_id", strings.ToUpper(curveClient))
	if got := d.ask("contoso.com/oauth2/token", form); got.status != http.StatusOK {
		t.Errorf("old endpoint: %d %s", got.status, got.body)
	}
}

// An assertion is good once, however many come at the same time.
func TestAssertionsAreGoodOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	h := newHolder(t, newCurve(t), d.start.Add(-time.Hour), d.start.Add(time.Hour))
	d.addHolder(curveClient, h)
	form := v2(proof(assert(t, h.key, jose.ES256, map[string]any{"x5t": thumb1(h.der)}, d.claims(curveClient))))
	var good, again atomic.Int64
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			switch got := d.ask("contoso.com/oauth2/v2.0/token", form); {
			case got.status == http.StatusOK:
				good.Add(1)
			case got.Code == "invalid_client" && strings.Contains(got.Text, "used before"):
				again.Add(1)
			default:
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
	group.Wait()
	if good.Load() != 1 || again.Load() != 7 {
		t.Errorf("%d tokens and %d refusals for one assertion, want 1 and 7", good.Load(), again.Load())
	}
}

func TestForgedAssertions(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	h := newHolder(t, newRSA(t, 2048), d.start.Add(-time.Hour), d.start.Add(30*time.Minute))
	other := newHolder(t, newCurve(t), d.start.Add(-time.Hour), d.start.Add(time.Hour))
	d.addHolder(rsaClient, h)
	d.addHolder(curveClient, other)
	name := map[string]any{"x5t#S256": thumb256(h.der)}
	good := func(change func(map[string]any)) map[string]any {
		claims := d.claims(rsaClient)
		change(claims)
		return claims
	}
	set := func(name string, value any) map[string]any {
		return good(func(c map[string]any) { c[name] = value })
	}
	drop := func(name string) map[string]any { return good(func(c map[string]any) { delete(c, name) }) }
	more := func(extra map[string]any) map[string]any {
		header := maps.Clone(name)
		maps.Copy(header, extra)
		return header
	}
	public := x509.MarshalPKCS1PublicKey(&h.key.(*rsa.PrivateKey).PublicKey)
	valid := assert(t, h.key, jose.PS256, name, set("jti", "kept for forging"))
	parts := strings.Split(valid, ".")
	encode := base64.RawURLEncoding.EncodeToString
	for what, text := range map[string]string{
		"alg none":              encode([]byte(`{"alg":"none","x5t#S256":"`+thumb256(h.der)+`"}`)) + "." + parts[1] + ".",
		"HMAC by public key":    assert(t, public, jose.HS256, name, d.claims(rsaClient)),
		"HMAC by certificate":   assert(t, h.der, jose.HS256, name, d.claims(rsaClient)),
		"RS512":                 assert(t, h.key, jose.RS512, name, d.claims(rsaClient)),
		"another key":           assert(t, newRSA(t, 2048), jose.PS256, name, d.claims(rsaClient)),
		"another client's key":  assert(t, other.key, jose.ES256, map[string]any{"x5t#S256": thumb256(other.der)}, d.claims(rsaClient)),
		"another client's name": assert(t, h.key, jose.PS256, map[string]any{"x5t#S256": thumb256(other.der)}, d.claims(rsaClient)),
		"two names":             assert(t, h.key, jose.PS256, map[string]any{"x5t#S256": thumb256(h.der), "x5t": thumb1(other.der)}, d.claims(rsaClient)),
		"no name":               assert(t, h.key, jose.PS256, nil, d.claims(rsaClient)),
		"jku":                   assert(t, h.key, jose.PS256, more(map[string]any{"jku": d.base}), d.claims(rsaClient)),
		"x5u":                   assert(t, h.key, jose.PS256, more(map[string]any{"x5u": d.base}), d.claims(rsaClient)),
		"jwk":                   assert(t, h.key, jose.PS256, more(map[string]any{"jwk": jose.JSONWebKey{Key: h.key.Public()}}), d.claims(rsaClient)),
		"typ of a token":        assert(t, h.key, jose.PS256, more(map[string]any{"typ": "at+jwt"}), d.claims(rsaClient)),
		"claims swapped":        parts[0] + "." + encode([]byte(`{}`)) + "." + parts[2],
		"aud of the provider":   assert(t, h.key, jose.PS256, name, set("aud", "https://login.microsoftonline.com/"+contoso+"/oauth2/v2.0/token")),
		"aud of another tenant": assert(t, h.key, jose.PS256, name, set("aud", d.base+"/"+fabrikam+"/oauth2/v2.0/token")),
		"aud missing":           assert(t, h.key, jose.PS256, name, drop("aud")),
		"iss of another":        assert(t, h.key, jose.PS256, name, set("iss", curveClient)),
		"iss missing":           assert(t, h.key, jose.PS256, name, drop("iss")),
		"sub of another":        assert(t, h.key, jose.PS256, name, good(func(c map[string]any) { c["iss"], c["sub"] = curveClient, curveClient })),
		"jti missing":           assert(t, h.key, jose.PS256, name, drop("jti")),
		"jti long":              assert(t, h.key, jose.PS256, name, set("jti", strings.Repeat("j", 300))),
		"exp missing":           assert(t, h.key, jose.PS256, name, drop("exp")),
		"exp over":              assert(t, h.key, jose.PS256, name, set("exp", d.now().Add(-2*time.Minute).Unix())),
		"exp far":               assert(t, h.key, jose.PS256, name, set("exp", d.now().Add(3*time.Hour).Unix())),
		"exp in ten years":      assert(t, h.key, jose.PS256, name, set("exp", d.now().AddDate(10, 0, 0).Unix())),
		"nbf to come":           assert(t, h.key, jose.PS256, name, set("nbf", d.now().Add(2*time.Minute).Unix())),
		"iat to come":           assert(t, h.key, jose.PS256, name, set("iat", d.now().Add(2*time.Minute).Unix())),
		"sub twice":             assert(t, h.key, jose.PS256, name, `{"sub":"x",`+claimsText(d, rsaClient)),
		"four parts":            valid + ".x",
	} {
		form := v2(proof(text))
		form.Set("client_id", rsaClient)
		if got := d.ask("contoso.com/oauth2/v2.0/token", form); got.status != http.StatusUnauthorized || got.Code != "invalid_client" {
			t.Errorf("%s: %d %s, want invalid_client", what, got.status, got.body)
		}
	}
	if got := d.ask("contoso.com/oauth2/v2.0/token", v2(url.Values{"client_assertion": {valid}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}})); got.Code != "invalid_request" {
		t.Errorf("another type: %d %s", got.status, got.body)
	}
	if got := d.ask("contoso.com/oauth2/v2.0/token", v2(proof(valid))); got.status != http.StatusOK {
		t.Errorf("the good one among them: %d %s", got.status, got.body)
	}
	late := d.claims(rsaClient)
	d.pass(31 * time.Minute)
	late["exp"] = d.now().Add(time.Minute).Unix()
	if got := d.ask("contoso.com/oauth2/v2.0/token", v2(proof(assert(t, h.key, jose.PS256, name, late)))); got.Code != "invalid_client" {
		t.Errorf("certificate that is over: %d %s", got.status, got.body)
	}
}

func claimsText(d *desk, id string) string {
	return `"iss":"` + id + `","sub":"` + id + `","aud":"` + d.base + `","jti":"x","exp":` + "99999999999}"
}

// A certificate is public: it proves nothing as a secret.
func TestCertificateIsNoSecret(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	h := newHolder(t, newCurve(t), d.start.Add(-time.Hour), d.start.Add(time.Hour))
	d.addHolder(curveClient, h)
	for _, secret := range []string{string(h.der), curveClient + "\n" + string(h.der), string(h.pem())} {
		if got := d.ask("contoso.com/oauth2/v2.0/token", v2(url.Values{"client_id": {curveClient}, "client_secret": {secret}})); got.Code != "invalid_client" {
			t.Errorf("certificate as a secret: %d %s", got.status, got.body)
		}
	}
	_, kept, err := d.archive.Client(t.Context(), curveClient)
	if err != nil || len(kept) != 1 {
		t.Fatal(kept, err)
	}
	if err := d.archive.RevokeClientCredential(t.Context(), curveClient, kept[0].ID(), d.now()); err != nil {
		t.Fatal(err)
	}
	form := v2(proof(assert(t, h.key, jose.ES256, map[string]any{"x5t": thumb1(h.der)}, d.claims(curveClient))))
	if got := d.ask("contoso.com/oauth2/v2.0/token", form); got.Code != "invalid_client" {
		t.Errorf("revoked certificate: %d %s", got.status, got.body)
	}
}

func TestCertificatesThatProveNothing(t *testing.T) {
	t.Parallel()
	now := time.Now()
	good := newHolder(t, newCurve(t), now.Add(-time.Hour), now.Add(time.Hour))
	for name, text := range map[string][]byte{
		"nothing":     nil,
		"no PEM":      good.der,
		"private key": append(good.pem(), []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")...),
		"damaged":     []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
		"over":        newHolder(t, newCurve(t), now.Add(-2*time.Hour), now.Add(-time.Hour)).pem(),
		"weak":        newHolder(t, newRSA(t, 1024), now.Add(-time.Hour), now.Add(time.Hour)).pem(),
	} {
		if _, err := access.NewClientCertificate(curveClient, text, now); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	if kept, err := access.NewClientCertificate(curveClient, good.pem(), now); err != nil || kept.ExpiresAt.After(now.Add(time.Hour)) {
		t.Errorf("good one: %+v, %v", kept, err)
	}
}

// FuzzAssertion signs whatever comes as header and claims: it may be believed
// only of the client whose key signed.
func FuzzAssertion(f *testing.F) {
	now := time.Now()
	h := newHolder(f, newCurve(f), now.Add(-time.Hour), now.Add(time.Hour))
	kept, err := access.NewClientCertificate(curveClient, h.pem(), now)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("JWT", `{"iss":"`+curveClient+`","sub":"`+curveClient+`","aud":"https://desk","jti":"x","exp":1}`)
	f.Add("", `{"sub":"x"}`)
	f.Fuzz(func(t *testing.T, kind, claims string) {
		text := assert(t, h.key, jose.ES256, map[string]any{"x5t": thumb1(h.der), "typ": kind}, claims)
		_, _ = access.AssertionClient(text)
		got, err := access.VerifyAssertion(text, []tocsin.Secret{kept}, []string{"https://desk"}, now)
		if err == nil && (got.ClientID == "" || got.ExpiresAt.After(now.Add(2*time.Hour)) || !strings.Contains(claims, "https://desk")) {
			t.Errorf("believed %s as %+v", claims, got)
		}
	})
}
