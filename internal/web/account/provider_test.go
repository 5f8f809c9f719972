package account_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// A vouching is an OpenID Connect provider that vouches for whoever the test
// says, and holds the desk to the code flow with PKCE.
type vouching struct {
	t      *testing.T
	url    string
	issuer string // url, unless it speaks for a directory
	key    *ecdsa.PrivateKey
	mu     sync.Mutex
	now    func() time.Time
	asked  url.Values     // the last authorization request
	claims map[string]any // of the next token, over the honest ones
}

func newVouching(t *testing.T) *vouching {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &vouching{t: t, key: key}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.url, p.issuer = server.URL, server.URL
	return p
}

func (p *vouching) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := func(status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	switch strings.TrimPrefix(r.URL.Path, strings.TrimPrefix(p.issuer, p.url)) {
	case "/.well-known/openid-configuration":
		answer(200, map[string]any{
			"issuer": p.issuer, "authorization_endpoint": p.url + "/authorize", "token_endpoint": p.url + "/token", "jwks_uri": p.url + "/keys",
			"id_token_signing_alg_values_supported": []string{"ES256"},
		})
	case "/keys":
		answer(200, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
	case "/token":
		p.mu.Lock()
		defer p.mu.Unlock()
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		if r.PostFormValue("code") != "good" || base64.RawURLEncoding.EncodeToString(sum[:]) != p.asked.Get("code_challenge") ||
			r.PostFormValue("redirect_uri") != p.asked.Get("redirect_uri") {
			answer(400, map[string]string{"error": "invalid_grant"})
			return
		}
		answer(200, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": p.token()})
	default:
		answer(404, nil)
	}
}

func (p *vouching) token() string {
	now := p.now()
	claims := map[string]any{
		"iss": p.issuer, "aud": "desk", "sub": "42", "nonce": p.asked.Get("nonce"), "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"name": "Kim", "preferred_username": "kim", "email": "kim@contoso.com", "roles": []string{"support"},
	}
	maps.Copy(claims, p.claims)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: p.key, KeyID: "k"}}, nil)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		p.t.Error(err)
	}
	return text
}

// federated is a desk with one provider, "id".
func federated(t *testing.T) (*webtest.House, *vouching) { return federatedWith(t, "") }

// federatedWith is one whose provider has its issuer at a path.
func federatedWith(t *testing.T, path string) (*webtest.House, *vouching) {
	t.Helper()
	p := newVouching(t)
	p.issuer += path
	h := webtest.NewHouse(t, "http://localhost", signin.Provider{
		ID: "id", Label: "Contoso", Issuer: p.issuer, ClientID: "desk", Secret: "secret", Claim: "roles",
		Roles: []signin.ClaimedRole{{Value: "support", Grant: tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso}}},
	})
	p.now = h.Clock
	return h, p
}

// leave sends a browser to the provider, which remembers what it was asked.
func (p *vouching) leave(b *webtest.Browser) url.Values {
	p.t.Helper()
	response, _ := b.Send("GET", "/login/id?next=/account", nil)
	target, err := url.Parse(response.Header.Get("Location"))
	if err != nil || response.StatusCode != http.StatusSeeOther || !strings.HasPrefix(target.String(), p.url+"/authorize?") {
		p.t.Fatalf("leaving: %s to %v, %v", response.Status, target, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = target.Query()
	return p.asked
}

func TestProviderVouchesForSomebody(t *testing.T) {
	t.Parallel()
	h, p := federated(t)
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleAdministrator}) // has nothing to do with the other kim
	b := h.Browser()
	asked := p.leave(b)
	if asked.Get("code_challenge_method") != "S256" || asked.Get("nonce") == "" || asked.Get("state") == "" || asked.Get("redirect_uri") != "http://localhost/login/id/callback" {
		t.Errorf("asked for %v", asked)
	}
	response, body := b.Send("GET", "/login/id/callback?code=good&state="+asked.Get("state"), nil)
	if response.StatusCode != http.StatusSeeOther || response.Header.Get("Location") != "/account" {
		t.Fatalf("coming back: %s to %q: %s", response.Status, response.Header.Get("Location"), body)
	}
	user, err := h.Store.UserOf(t.Context(), p.url, "42")
	if err != nil || len(user.Grants) != 1 || user.Grants[0] != (tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso, Claimed: true}) {
		t.Errorf("user = %+v, %v", user, err)
	}
	if b.Status("GET", "/account", nil) != http.StatusOK || b.Status("GET", "/admin/users", nil) != http.StatusForbidden {
		t.Error("the account is not the provider's Kim alone")
	}
	// The same mail and name at another subject is somebody else, and a claim
	// that is gone takes its role along.
	p.claims = map[string]any{"sub": "43", "roles": "none"}
	other := h.Browser()
	if got := other.Status("GET", "/login/id/callback?code=good&state="+p.leave(other).Get("state"), nil); got != http.StatusSeeOther {
		t.Errorf("somebody else: status %d", got)
	}
	if second, err := h.Store.UserOf(t.Context(), p.url, "43"); err != nil || second.ID == user.ID || len(second.Grants) != 0 {
		t.Errorf("second = %+v, %v", second, err)
	}
	if got := other.Status("GET", "/", nil, "Accept", "*/*"); got != http.StatusForbidden {
		t.Errorf("a page without a role: status %d", got)
	}
	p.claims = map[string]any{"roles": []string{}}
	if got := other.Status("GET", "/login/id/callback?code=good&state="+p.leave(other).Get("state"), nil); got != http.StatusSeeOther {
		t.Errorf("again: status %d", got)
	}
	if user, err := h.Store.UserOf(t.Context(), p.url, "42"); err != nil || len(user.Grants) != 0 {
		t.Errorf("after the claim is gone: %+v, %v", user, err)
	}
}

// Whatever is missing, foreign or doubled in the answer leads to no session.
func TestProviderAnswersThatDoNotFit(t *testing.T) {
	t.Parallel()
	h, p := federated(t)
	for _, tt := range []struct {
		name, query string
		claims      map[string]any
		cookieless  bool
	}{
		{name: "no state", query: "code=good"},
		{name: "another state", query: "code=good&state=foreign"},
		{name: "state twice", query: "code=good&state=STATE&state=STATE"},
		{name: "no code", query: "state=STATE"},
		{name: "another code", query: "code=bad&state=STATE"},
		{name: "code twice", query: "code=good&code=good&state=STATE"},
		{name: "another issuer", query: "code=good&state=STATE&iss=https://evil.example"},
		{name: "a query that does not parse", query: "code=good&state=STATE&%zz"},
		{name: "another browser", query: "code=good&state=STATE", cookieless: true},
		{name: "no nonce", query: "code=good&state=STATE", claims: map[string]any{"nonce": ""}},
		{name: "another nonce", query: "code=good&state=STATE", claims: map[string]any{"nonce": "foreign"}},
		{name: "another audience", query: "code=good&state=STATE", claims: map[string]any{"aud": "somebody"}},
		{name: "token of another issuer", query: "code=good&state=STATE", claims: map[string]any{"iss": "https://evil.example"}},
		{name: "expired", query: "code=good&state=STATE", claims: map[string]any{"exp": h.Clock().Add(-time.Hour).Unix()}},
		{name: "no subject", query: "code=good&state=STATE", claims: map[string]any{"sub": ""}},
	} {
		b := h.Browser()
		state := p.leave(b).Get("state")
		p.mu.Lock()
		p.claims = tt.claims
		p.mu.Unlock()
		if tt.cookieless {
			b = h.Browser()
		}
		response, _ := b.Send("GET", "/login/id/callback?"+strings.ReplaceAll(tt.query, "STATE", state), nil)
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", tt.name, response.Status)
		}
		if b.Status("GET", "/account", nil, "Accept", "*/*") != http.StatusUnauthorized {
			t.Errorf("%s: signed in", tt.name)
		}
	}
	if users, err := h.Store.Users(t.Context()); err != nil || len(users) != 0 {
		t.Errorf("users = %+v, %v", users, err)
	}
}

// Somebody who signs in through Entra has the marks that programs make for them:
// both know them by directory and object, and by no other directory's object.
func TestMarksOfPagesAndPrograms(t *testing.T) {
	t.Parallel()
	const directory, object = "dddddddd-0000-4000-8000-000000000001", "eeeeeeee-0000-4000-8000-000000000001"
	h, p := federatedWith(t, "/"+directory+"/v2.0")
	h.Messages()
	h.Marker = (&access.Issuer{Name: "entra", Dialect: access.Entra, URL: p.url}).Person
	const id = "MC1"
	for _, tt := range []struct {
		name   string
		claims map[string]any
		joined bool
	}{
		{"of the first version of the desk", nil, false},
		{"as Entra says", map[string]any{"tid": directory, "oid": strings.ToUpper(object)}, true},
		{"of another directory", map[string]any{"tid": "dddddddd-0000-4000-8000-000000000002", "oid": object}, false},
		{"no GUID", map[string]any{"tid": directory, "oid": "kim"}, false},
	} {
		b := h.Browser()
		state := p.leave(b).Get("state")
		p.mu.Lock()
		p.claims = tt.claims
		p.mu.Unlock()
		if got := b.Status("GET", "/login/id/callback?code=good&state="+state, nil); got != http.StatusSeeOther {
			t.Fatalf("%s: status %d", tt.name, got)
		}
		read := func() bool {
			views, err := h.Store.Viewpoints(t.Context(), storetest.Contoso, "entra:"+directory+"/"+object)
			if err != nil {
				t.Fatal(err)
			}
			return views[id].Read
		}
		change := func(v tocsin.Viewpoint) tocsin.Viewpoint { v.Read = false; return v }
		if err := h.Store.SetViewpoints(t.Context(), storetest.Contoso, "entra:"+directory+"/"+object, []string{id}, h.Clock(), change); err != nil {
			t.Fatal(err)
		}
		if got := b.Status("GET", "/messages/"+id+"?tenant=contoso", nil); got != http.StatusOK || read() != tt.joined {
			t.Errorf("%s: status %d, joined %t, want %t", tt.name, got, read(), tt.joined)
		}
	}
}
