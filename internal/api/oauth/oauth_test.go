package oauth_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/api/oauth"
	"example.org/tocsin/internal/tocsin"
)

// The client that most Go programs use gets a token from both endpoints, with
// the secret in the header and in the form.
func TestClientCredentialsOfTheUsualLibrary(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, tenant := range []string{contoso, "contoso.com"} {
		for style, name := range map[oauth2.AuthStyle]string{oauth2.AuthStyleInHeader: "header", oauth2.AuthStyleInParams: "form", oauth2.AuthStyleAutoDetect: "either"} {
			for endpoint, c := range map[string]clientcredentials.Config{
				"/oauth2/token":      {EndpointParams: url.Values{"resource": {oauth.Legacy}}},
				"/oauth2/v2.0/token": {Scopes: []string{oauth.Graph + "/.default"}},
			} {
				c.ClientID, c.ClientSecret, c.TokenURL, c.AuthStyle = clientID, d.secret, d.base+"/"+tenant+endpoint, style
				token, err := c.Token(t.Context())
				if err != nil {
					t.Errorf("%s %s: %v", endpoint, name, err)
					continue
				}
				if life := time.Until(token.Expiry); token.Type() != "Bearer" || life < 50*time.Minute || life > 61*time.Minute {
					t.Errorf("%s %s: %s for %v", endpoint, name, token.Type(), life)
				}
				identity, err := d.verify(token.AccessToken)
				if err != nil || identity.TenantID != contoso || identity.ClientID != clientID {
					t.Errorf("%s %s: %+v, %v", endpoint, name, identity, err)
				}
			}
		}
	}
}

// Another party's library finds our keys through discovery and believes our
// tokens, also after the key has changed.
func TestDiscoveryServesTheUsualLibrary(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	provider, err := oidc.NewProvider(t.Context(), d.base+"/"+contoso+"/v2.0")
	if err != nil {
		t.Fatal(err)
	}
	if got := provider.Endpoint().TokenURL; got != d.base+"/"+contoso+"/oauth2/v2.0/token" {
		t.Errorf("token endpoint %s", got)
	}
	verifier := provider.Verifier(&oidc.Config{ClientID: oauth.Graph, SupportedSigningAlgs: []string{"ES256"}})
	for range 2 {
		got := d.ask("contoso.com/oauth2/v2.0/token", v2(url.Values{"client_id": {clientID}, "client_secret": {d.secret}}))
		if _, err := verifier.Verify(t.Context(), got.Token); err != nil {
			t.Errorf("token by our discovery: %v", err)
		}
		if err := d.issuer.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Whether a tenant or a client exists is nobody's business who is neither.
func TestStrangersGetOneAnswer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	want := d.ask("contoso.com/oauth2/v2.0/token", v2(url.Values{"client_id": {clientID}, "client_secret": {"wrong"}}))
	if want.status != http.StatusUnauthorized || want.Code != "invalid_client" || want.header.Get("WWW-Authenticate") == "" {
		t.Fatalf("wrong secret: %d %s", want.status, want.body)
	}
	for name, one := range map[string]struct {
		tenant string
		form   url.Values
	}{
		"unknown client":     {"contoso.com", url.Values{"client_id": {fabrikam}, "client_secret": {d.secret}}},
		"no client":          {"contoso.com", nil},
		"another tenant":     {"fabrikam.com", url.Values{"client_id": {clientID}, "client_secret": {d.secret}}},
		"unknown tenant":     {"nobody.example", url.Values{"client_id": {clientID}, "client_secret": {d.secret}}},
		"disabled tenant":    {disabled, url.Values{"client_id": {clientID}, "client_secret": {d.secret}}},
		"nonsense assertion": {"contoso.com", proof("a.b.c")},
		"dots":               {"contoso.com", proof(strings.Repeat(".", 8000))},
	} {
		got := d.ask(one.tenant+"/oauth2/v2.0/token", v2(one.form))
		if got.status != want.status || string(got.body) != string(want.body) {
			t.Errorf("%s: %d %s, want %s", name, got.status, got.body, want.body)
		}
	}
}

func TestRequestsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	good := url.Values{"client_id": {clientID}, "client_secret": {d.secret}}
	with := func(name string, values ...string) url.Values {
		form := v2(good)
		form[name] = values
		return form
	}
	for name, one := range map[string]struct {
		endpoint string
		form     url.Values
		code     string
	}{
		"another grant":        {"contoso.com/oauth2/v2.0/token", with("grant_type", "password"), "unsupported_grant_type"},
		"secret twice":         {"contoso.com/oauth2/v2.0/token", with("client_secret", d.secret, "x"), "invalid_request"},
		"secret and assertion": {"contoso.com/oauth2/v2.0/token", with("client_assertion", "a.b.c"), "invalid_request"},
		"unknown scope":        {"contoso.com/oauth2/v2.0/token", with("scope", "https://vault.azure.net/.default"), "invalid_scope"},
		"unknown resource":     {"contoso.com/oauth2/token", with("resource", "https://vault.azure.net"), "invalid_resource"},
		"no tenant":            {"not a tenant/oauth2/token", with("resource", oauth.Legacy), "invalid_request"},
		"tenant with a path":   {"..%2fadmin/oauth2/token", with("resource", oauth.Legacy), "invalid_request"},
	} {
		if got := d.ask(one.endpoint, one.form); got.status != http.StatusBadRequest || got.Code != one.code || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s, want 400 %s", name, got.status, got.body, one.code)
		}
	}
	response, err := http.Get(d.base + "/contoso.com/oauth2/v2.0/token")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusMethodNotAllowed || response.Header.Get("Allow") != "POST" {
		t.Errorf("GET: %s", response.Status)
	}
}

// A program is moved from one secret to the next without a gap.
func TestSecretsOverlap(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ask := func(secret string) answer {
		return d.ask("contoso.com/oauth2/v2.0/token", v2(url.Values{"client_id": {clientID}, "client_secret": {secret}}))
	}
	second, hash := access.NewClientSecret()
	kept := tocsin.Secret{ClientID: clientID, Hash: hash, CreatedAt: d.now(), ExpiresAt: d.now().Add(time.Hour)}
	if err := d.archive.AddClientCredential(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string]string{"first": d.secret, "second": second} {
		if got := ask(secret); got.status != http.StatusOK {
			t.Errorf("%s secret: %d %s", name, got.status, got.body)
		}
	}
	first := tocsin.Secret{Hash: access.HashSecret(d.secret)}
	if err := d.archive.RevokeClientCredential(t.Context(), clientID, first.ID(), d.now()); err != nil {
		t.Fatal(err)
	}
	if got := ask(d.secret); got.status != http.StatusUnauthorized || !strings.Contains(got.Text, "revoked") {
		t.Errorf("revoked secret: %d %s", got.status, got.body)
	}
	if got := ask(second); got.status != http.StatusOK {
		t.Errorf("second secret beside a revoked one: %d %s", got.status, got.body)
	}
	d.pass(time.Hour)
	if got := ask(second); got.status != http.StatusUnauthorized || !strings.Contains(got.Text, "expired") {
		t.Errorf("expired secret: %d %s", got.status, got.body)
	}
}

// Nothing outlives its client.
func TestTokensEndWithTheirClient(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const id = "aaaaaaaa-0000-4000-8000-000000000009"
	secret, hash := access.NewClientSecret()
	d.add(tocsin.Client{ID: id, Name: "short", ExpiresAt: d.start.Add(10 * time.Minute)}, tocsin.Secret{Hash: hash, CreatedAt: d.start})
	form := v2(url.Values{"client_id": {id}, "client_secret": {secret}})
	got := d.ask("contoso.com/oauth2/v2.0/token", form)
	if got.status != http.StatusOK || string(got.Life) != "600" {
		t.Fatalf("token of a client that ends in ten minutes: %d %s", got.status, got.body)
	}
	if _, err := d.verify(got.Token); err != nil {
		t.Errorf("while the client lives: %v", err)
	}
	d.pass(10 * time.Minute)
	if _, err := d.verify(got.Token); !errors.Is(err, access.ErrInvalidToken) {
		t.Errorf("after its end: %v, want ErrInvalidToken", err)
	}
	if got := d.ask("contoso.com/oauth2/v2.0/token", form); got.Code != "invalid_client" {
		t.Errorf("new token after its end: %s", got.body)
	}
}

// Rotating keeps tokens, replacing ends them.
func TestKeys(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	token := d.ask("contoso.com/oauth2/v2.0/token", v2(url.Values{"client_id": {clientID}, "client_secret": {d.secret}})).Token
	published := func() int {
		response, err := http.Get(d.base + "/contoso.com/discovery/v2.0/keys")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		var set struct{ Keys []json.RawMessage }
		if err := errors.Join(err, json.Unmarshal(text, &set)); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), `"d"`) {
			t.Error("a private key is published")
		}
		return len(set.Keys)
	}
	d.pass(time.Second)
	if err := d.issuer.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.verify(token); err != nil || published() != 2 {
		t.Errorf("after rotation: %v, %d keys published, want 2", err, published())
	}
	d.pass(time.Second)
	if err := d.issuer.Replace(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.verify(token); !errors.Is(err, access.ErrInvalidToken) || published() != 1 {
		t.Errorf("after replacing: %v, %d keys published, want ErrInvalidToken and 1", err, published())
	}
	fresh := d.ask("contoso.com/oauth2/v2.0/token", v2(url.Values{"client_id": {clientID}, "client_secret": {d.secret}})).Token
	if _, err := d.verify(fresh); err != nil {
		t.Errorf("token of the new key: %v", err)
	}
}
