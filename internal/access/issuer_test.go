package access_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/discovery"
	"example.org/tocsin/internal/issuertest"
	"example.org/tocsin/internal/tocsin"
)

const (
	api        = "api://health.contoso.com"
	appID      = "a0000000-0000-4000-8000-000000000001"
	partnerDir = "77777777-2222-3333-4444-555555555555"
	foreignDir = "88888888-2222-3333-4444-555555555555" // no tenant of ours
)

// abroad is a desk that believes two issuers beside itself.
type abroad struct {
	*world
	entra, keycloak *issuertest.Server
	down            atomic.Bool
}

// Tenant knows two tenants. Entra may speak for the first one only.
func (a *abroad) Tenant(_ context.Context, ref string) (tocsin.Tenant, error) {
	if a.down.Load() {
		return tocsin.Tenant{}, tocsin.ErrUnavailable
	}
	for _, t := range []tocsin.Tenant{{ID: tenantID, Name: "contoso", Domains: []string{"contoso.com"}}, {ID: otherID, Name: "fabrikam"}} {
		if strings.EqualFold(ref, t.ID) || ref == t.Name || len(t.Domains) > 0 && ref == t.Domains[0] {
			return t, nil
		}
	}
	return tocsin.Tenant{}, tocsin.NotFoundf("no tenant")
}

func newAbroad(t testing.TB) *abroad {
	t.Helper()
	a := &abroad{world: newWorld(t, 0)}
	now := func() time.Time { return *a.now.Load() }
	var err error
	if a.entra, err = issuertest.NewEntra(now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.entra.Close)
	if a.keycloak, err = issuertest.NewKeycloak(now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.keycloak.Close)
	keys := func(address, issuer string) *discovery.Keys {
		k, err := discovery.New(discovery.Config{Name: "test", Address: address, Issuer: issuer, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	e, k := a.entra.Base(), issuertest.Realm(a.keycloak.Base())
	a.verifier = access.NewVerifier(access.VerifierConfig{
		Keys: a.world, Clients: a.world, Tenants: a, Now: now,
		Issuers: []*access.Issuer{{
			Name: "entra", Dialect: access.Entra, URL: e, URLV1: e + "/sts", Audiences: []string{"other", api}, Tenants: []string{"contoso.com"},
			TenantOf: map[string]string{partnerDir: "fabrikam"}, Keys: keys(e+"/organizations/v2.0", e+"/{tenantid}/v2.0"), PerMinute: 5,
		}, {
			Name: "keycloak", Dialect: access.OpenID, URL: k, Audiences: []string{"tocsin"}, Tenants: []string{"contoso"},
			Claims: access.ClaimNames{Roles: "realm_access.roles", Scopes: "scope"}, Clients: []string{"monitor"},
			Grants: map[string][]string{"reader": {tocsin.ScopeServiceHealth, tocsin.ScopeServiceHealthAll}}, Keys: keys(k, ""),
		}},
	})
	return a
}

func (a *abroad) entraClaims(v1 bool) map[string]any {
	return issuertest.EntraClaims(a.entra.Base(), tenantID, issuertest.App{ID: appID, V1: v1, Roles: []string{"ServiceHealth.Read", "Unknown.Role", "Desk.Manage.All"}}, api, start)
}

func (a *abroad) keycloakClaims() map[string]any {
	return issuertest.KeycloakClaims(a.keycloak.Base(), issuertest.App{ID: "monitor", Roles: []string{"reader", "offline_access"}}, start)
}

func signBy(t testing.TB, s *issuertest.Server, claims map[string]any) string {
	t.Helper()
	token, err := s.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestTokensOfOtherIssuers(t *testing.T) {
	t.Parallel()
	a := newAbroad(t)
	program := access.Identity{
		Issuer: "entra", ClientID: appID, TenantID: tenantID, Subject: appID, Scopes: []string{"ServiceHealth.Read"}, Audience: api, PerMinute: 5,
	}
	person := program
	person.Delegated, person.Subject, person.Scopes = true, "entra:"+tenantID+"/ada", []string{"ServiceHealth.Read.All", "ServiceMessageViewpoint.Write"}
	if got := (&access.Issuer{Name: "entra", Dialect: access.Entra, URL: a.entra.Base()}).Person(a.entra.Base()+"/"+tenantID+"/v2.0", "pairwise", "ada"); got != person.Subject {
		t.Errorf("who signs in is %q, who is told by a token %q", got, person.Subject)
	}
	nobody := program
	nobody.Subject, nobody.Scopes = appID, []string{}
	partner := program
	partner.TenantID = otherID
	account := access.Identity{
		Issuer: "keycloak", ClientID: "monitor", TenantID: tenantID, Subject: "monitor", Scopes: []string{"ServiceHealth.Read", "ServiceHealth.Read.All"}, Audience: "tocsin",
	}
	user := account
	user.Delegated, user.Subject, user.Scopes = true, "keycloak:bo", []string{"ServiceMessage.Read.All"}

	ofPerson := func(v1 bool) map[string]any {
		return with(with(with(a.entraClaims(v1), "scp", "ServiceHealth.Read.All ServiceMessageViewpoint.Write Desk.Manage.All"), "oid", "ada"), "sub", "pairwise")
	}
	tests := []struct {
		name   string
		server *issuertest.Server
		claims map[string]any
		want   access.Identity
	}{
		{"Entra version 1", a.entra, a.entraClaims(true), program},
		{"Entra version 2", a.entra, a.entraClaims(false), program},
		{"Entra, a person, version 1", a.entra, ofPerson(true), person},
		{"Entra, a person, version 2", a.entra, ofPerson(false), person},
		{"Entra, a person's roles without leave", a.entra, with(with(a.entraClaims(false), "oid", "ada"), "sub", "pairwise"), nobody},
		{"Entra, idtyp user without leave", a.entra, with(a.entraClaims(false), "idtyp", "user"), nobody},
		{"Entra, GUIDs in capitals", a.entra, issuertest.EntraClaims(a.entra.Base(), strings.ToUpper(tenantID), issuertest.App{ID: appID, Roles: []string{"ServiceHealth.Read"}}, api, start), program},
		{"Entra, several audiences", a.entra, with(a.entraClaims(false), "aud", []string{"x", api}), program},
		{"Entra, a directory that stands for a tenant", a.entra, issuertest.EntraClaims(a.entra.Base(), partnerDir, issuertest.App{ID: appID, Roles: []string{"ServiceHealth.Read"}}, api, start), partner},
		{"Entra, expired within leeway", a.entra, with(a.entraClaims(false), "exp", start.Add(-59*time.Second).Unix()), program},
		{"Keycloak, a program", a.keycloak, a.keycloakClaims(), account},
		{"Keycloak, its own subject", a.keycloak, with(without(a.keycloakClaims(), "preferred_username"), "sub", "monitor"), account},
		{"Keycloak, a person", a.keycloak, with(with(with(a.keycloakClaims(), "preferred_username", "bo"), "sub", "bo"), "scope", "openid ServiceMessage.Read.All"), user},
		{"Keycloak, nbf 0", a.keycloak, with(a.keycloakClaims(), "nbf", 0), account},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			// Which API is asked does not matter: the scopes say what may be read.
			got, err := a.verifier.Verify(t.Context(), signBy(t, tt.server, tt.claims), resource)
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("Verify: %v %s", err, diff)
			}
		})
	}
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		if got, err := a.verifier.Verify(t.Context(), a.sign(t, goodHeader(), goodClaims()), resource); err != nil || got.Issuer != "" {
			t.Errorf("our own token: %+v, %v", got, err)
		}
	})
}

func TestForgedTokensOfOtherIssuers(t *testing.T) {
	t.Parallel()
	a := newAbroad(t)
	e, k := a.entraClaims(false), a.keycloakClaims()
	v1 := a.entraClaims(true)
	iss := func(base, directory string) string { return base + "/" + directory + "/v2.0" }
	good := signBy(t, a.entra, e)
	parts := strings.Split(good, ".")
	key := a.entra.Key()
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	otherKey := jose.JSONWebKey{Key: other, KeyID: key.KeyID, Algorithm: "RS256"}
	forge := func(key jose.JSONWebKey, claims, header map[string]any) string {
		token, err := issuertest.Sign(key, claims, header)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	public := x509.MarshalPKCS1PublicKey(&key.Key.(*rsa.PrivateKey).PublicKey)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	entra := map[string]map[string]any{
		"iss of a directory that is no tenant": with(with(e, "tid", foreignDir), "iss", iss(a.entra.Base(), foreignDir)),
		"iss of a tenant that is not allowed":  with(with(e, "tid", otherID), "iss", iss(a.entra.Base(), otherID)),
		"tid swapped":                          with(e, "tid", otherID),
		"iss swapped":                          with(e, "iss", iss(a.entra.Base(), otherID)),
		"tid missing":                          without(e, "tid"),
		"tid a list":                           with(e, "tid", []string{tenantID}),
		"tid with a path":                      with(with(e, "tid", "../x"), "iss", iss(a.entra.Base(), "../x")),
		"iss of version 1 in version 2":        with(e, "iss", issuertest.V1(a.entra.Base(), tenantID)),
		"ver swapped":                          with(e, "ver", "1.0"),
		"ver missing":                          without(e, "ver"),
		"version 1 with azp":                   with(without(v1, "appid"), "azp", appID),
		"appid and azp":                        with(e, "appid", otherID),
		"no client":                            without(e, "azp"),
		"client no GUID":                       with(e, "azp", "x"),
		"aud of another API":                   with(e, "aud", "https://graph.microsoft.com"),
		"aud starts alike":                     with(e, "aud", api+".evil"),
		"aud words":                            with(e, "aud", "x "+api),
		"aud missing":                          without(e, "aud"),
		"aud empty":                            with(e, "aud", []string{"", api}),
		"aud a number":                         with(e, "aud", 1),
		"sub missing":                          without(without(e, "sub"), "oid"),
		"exp missing":                          without(e, "exp"),
		"exp text":                             with(e, "exp", "1"),
		"exp a fraction":                       with(e, "exp", 1e9+0.5),
		"exp huge":                             with(e, "exp", 1e300),
		"expired":                              with(e, "exp", start.Add(-time.Minute).Unix()),
		"nbf in the future":                    with(e, "nbf", start.Add(61*time.Second).Unix()),
		"iat missing":                          without(e, "iat"),
		"iat in the future":                    with(e, "iat", start.Add(61*time.Second).Unix()),
		"scp a list":                           with(e, "scp", []string{"ServiceHealth.Read"}),
		"scp of a program":                     with(with(e, "scp", "ServiceHealth.Read"), "idtyp", "app"),
		"roles with numbers":                   with(e, "roles", []any{1}),
		"roles an object":                      with(e, "roles", map[string]any{}),
		"bound to a key":                       with(e, "cnf", map[string]any{"jkt": "x"}),
		"an ID token":                          with(without(e, "azp"), "at_hash", "x"),
		"Keycloak's issuer":                    with(e, "iss", issuertest.Realm(a.keycloak.Base())),
		"our own issuer":                       with(goodClaims(), "iss", base+"/"+tenantID+"/"),
	}
	tokens := map[string]string{
		"alg none":              encode(`{"alg":"none","kid":"`+key.KeyID+`","typ":"JWT"}`) + "." + parts[1] + ".",
		"alg none, signed":      encode(`{"alg":"none","kid":"`+key.KeyID+`","typ":"JWT"}`) + "." + parts[1] + "." + parts[2],
		"HMAC by public key":    forge(jose.JSONWebKey{Key: public, KeyID: key.KeyID, Algorithm: "HS256"}, e, nil),
		"HMAC by shared key":    forge(jose.JSONWebKey{Key: []byte(strings.Repeat("k", 32)), KeyID: "shared", Algorithm: "HS256"}, e, nil),
		"ES256 under its kid":   forge(jose.JSONWebKey{Key: curve, KeyID: key.KeyID, Algorithm: "ES256"}, e, nil),
		"another key, its kid":  forge(otherKey, e, nil),
		"unknown kid":           forge(jose.JSONWebKey{Key: other, KeyID: "x", Algorithm: "RS256"}, e, nil),
		"no kid":                forge(jose.JSONWebKey{Key: key.Key, Algorithm: "RS256"}, e, nil),
		"kid a path":            forge(jose.JSONWebKey{Key: other, KeyID: "../../../dev/null", Algorithm: "RS256"}, e, nil),
		"kid long":              forge(jose.JSONWebKey{Key: other, KeyID: strings.Repeat("k", 300), Algorithm: "RS256"}, e, nil),
		"jku":                   forge(key, e, map[string]any{"jku": "http://127.0.0.1:1/keys"}),
		"jwk":                   forge(otherKey, e, map[string]any{"jwk": jose.JSONWebKey{Key: &other.PublicKey}}),
		"x5u":                   forge(key, e, map[string]any{"x5u": "http://127.0.0.1:1/cert"}),
		"x5c":                   forge(key, e, map[string]any{"x5c": []string{"AA"}}),
		"nonce of Graph":        forge(key, e, map[string]any{"nonce": "x"}),
		"typ of a logout token": forge(key, e, map[string]any{"typ": "logout+jwt"}),
		"typ of a DPoP proof":   forge(key, e, map[string]any{"typ": "dpop+jwt"}),
		"claims swapped":        parts[0] + "." + encode(text(t, with(e, "tid", otherID))) + "." + parts[2],
		"signature cut":         good[:len(good)-8],
		"four parts":            good + ".x",
		"line break":            good[:len(good)-4] + "\n" + good[len(good)-4:],
		"Keycloak's key":        signBy(t, a.keycloak, e),
		"Entra's key":           signBy(t, a.entra, k),
		"our key":               a.sign(t, goodHeader(), with(e, "ver", "1.0")),
		"iss twice":             parts[0] + "." + encode(`{"iss":"x",`+text(t, e)[1:]) + "." + parts[2],
	}
	for name, claims := range entra {
		tokens["Entra: "+name] = signBy(t, a.entra, claims)
	}
	for name, claims := range map[string]map[string]any{
		"ID token":            with(k, "typ", "ID"),
		"refresh token":       with(k, "typ", "Refresh"),
		"client not listed":   with(k, "azp", "stranger"),
		"two clients":         with(k, "client_id", "stranger"),
		"another realm":       with(k, "iss", a.keycloak.Base()+"/realms/master"),
		"issuer with a slash": with(k, "iss", issuertest.Realm(a.keycloak.Base())+"/"),
		"aud account only":    with(k, "aud", "account"),
		"roles a text in it":  with(k, "realm_access", map[string]any{"roles": map[string]any{"reader": true}}),
	} {
		tokens["Keycloak: "+name] = signBy(t, a.keycloak, claims)
	}
	for name, token := range tokens {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := a.verifier.Verify(t.Context(), token, resource, api)
			if !errors.Is(err, access.ErrInvalidToken) || !errors.Is(err, tocsin.ErrUnauthenticated) {
				t.Errorf("Verify = %+v, %v, want ErrInvalidToken", got, err)
			}
		})
	}
}

// A key that the issuer keeps for one directory signs for no other.
func TestKeyOfAnotherDirectory(t *testing.T) {
	t.Parallel()
	for owner, good := range map[string]bool{"{tenantid}": true, tenantID: true, otherID: false, foreignDir: false} {
		a := newAbroad(t)
		public := a.entra.Key()
		issuer := &access.Issuer{
			Name: "entra", Dialect: access.Entra, URL: a.entra.Base(), URLV1: a.entra.Base() + "/sts", Audiences: []string{api}, Tenants: []string{access.AnyTenant},
			Keys: oneKey{access.IssuerKey{ID: public.KeyID, Public: public.Public().Key, Issuer: a.entra.Base() + "/" + owner + "/v2.0"}},
		}
		v := access.NewVerifier(access.VerifierConfig{Keys: a.world, Clients: a.world, Tenants: a, Issuers: []*access.Issuer{issuer}, Now: func() time.Time { return start }})
		for _, v1 := range []bool{true, false} {
			_, err := v.Verify(t.Context(), signBy(t, a.entra, a.entraClaims(v1)), resource)
			if good != (err == nil) || err != nil && !errors.Is(err, access.ErrInvalidToken) {
				t.Errorf("key of %s: %v, want it to be good: %v", owner, err, good)
			}
		}
	}
}

// oneKey is a set of a single key.
type oneKey struct{ key access.IssuerKey }

func (k oneKey) Key(context.Context, string) (access.IssuerKey, error) { return k.key, nil }

// Members twice are refused after a good signature as well.
func TestForeignMembersTwice(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"tid", "unknown"} {
		a := newAbroad(t)
		key := a.entra.Key()
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
		if err != nil {
			t.Fatal(err)
		}
		signed, err := signer.Sign([]byte(`{"` + name + `":"` + otherID + `","` + name + `":"` + tenantID + `",` + text(t, without(a.entraClaims(false), "tid"))[1:]))
		if err != nil {
			t.Fatal(err)
		}
		token, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.verifier.Verify(t.Context(), token, resource); !errors.Is(err, access.ErrInvalidToken) {
			t.Errorf("%s twice: %+v, %v, want ErrInvalidToken", name, got, err)
		}
	}
}

// What cannot be looked at is neither good nor bad.
func TestIssuerOutageIsNoInvalidToken(t *testing.T) {
	t.Parallel()
	a := newAbroad(t)
	token := signBy(t, a.entra, a.entraClaims(false))
	a.down.Store(true)
	if _, err := a.verifier.Verify(t.Context(), token, resource); !errors.Is(err, tocsin.ErrUnavailable) || errors.Is(err, access.ErrInvalidToken) {
		t.Errorf("database away: %v, want ErrUnavailable alone", err)
	}
	b := newAbroad(t)
	b.entra.Break(issuertest.Down)
	token = signBy(t, b.entra, b.entraClaims(false))
	if _, err := b.verifier.Verify(t.Context(), token, resource); !errors.Is(err, tocsin.ErrUnavailable) || errors.Is(err, access.ErrInvalidToken) {
		t.Errorf("key server away: %v, want ErrUnavailable alone", err)
	}
}

// Keys that an issuer withdraws stop counting, cache or no cache.
func TestWithdrawnKey(t *testing.T) {
	t.Parallel()
	a := newAbroad(t)
	old := signBy(t, a.keycloak, a.keycloakClaims())
	if _, err := a.verifier.Verify(t.Context(), old, resource); err != nil {
		t.Fatal(err)
	}
	if err := a.keycloak.Rotate(); err != nil {
		t.Fatal(err)
	}
	a.keycloak.Withdraw()
	if _, err := a.verifier.Verify(t.Context(), signBy(t, a.keycloak, a.keycloakClaims()), resource); err != nil {
		t.Errorf("new key: %v", err)
	}
	a.setNow(start.Add(access.Recheck))
	if _, err := a.verifier.Verify(t.Context(), old, resource); !errors.Is(err, access.ErrInvalidToken) {
		t.Errorf("withdrawn key: %v, want ErrInvalidToken", err)
	}
}

// TestDotsCostNothingAbroad is the attack of CVE-2025-30204 on a desk that looks
// into tokens to find their issuer.
func TestDotsCostNothingAbroad(t *testing.T) {
	a := newAbroad(t)
	for _, token := range []string{strings.Repeat(".", 60<<10), strings.Repeat(".", 8000), encode("{") + "." + encode(strings.Repeat("[", 12000)) + "."} {
		costsNothing(t, a.verifier, token, 256<<10)
	}
}

// FuzzForeignClaims signs whatever comes as claims: nobody may be believed but
// for the tenants that the issuer may speak for, and with no more than it may
// give.
func FuzzForeignClaims(f *testing.F) {
	a := newAbroad(f)
	f.Add(text(f, a.entraClaims(false)), true)
	f.Add(text(f, a.entraClaims(true)), true)
	f.Add(text(f, with(a.entraClaims(false), "scp", "ServiceHealth.Read")), true)
	f.Add(text(f, a.keycloakClaims()), false)
	f.Add(text(f, with(a.keycloakClaims(), "aud", "tocsin")), false)
	f.Add(`{"tid":"`+otherID+`",`+text(f, a.entraClaims(false))[1:], true)
	f.Fuzz(func(t *testing.T, claims string, entra bool) {
		server := a.keycloak
		if entra {
			server = a.entra
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(server.Key().Algorithm), Key: server.Key()}, (&jose.SignerOptions{}).WithType("JWT"))
		if err != nil {
			t.Fatal(err)
		}
		signed, err := signer.Sign([]byte(claims))
		if err != nil {
			t.Fatal(err)
		}
		token, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		got, err := a.verifier.Verify(t.Context(), token, resource)
		if err != nil {
			if !errors.Is(err, access.ErrInvalidToken) {
				t.Errorf("Verify: %v, want ErrInvalidToken", err)
			}
			return
		}
		if entra != (got.Issuer == "entra") || got.TenantID != tenantID && !strings.Contains(strings.ToLower(claims), partnerDir) || got.ClientID == "" || got.Subject == "" {
			t.Errorf("believed %s as %+v", claims, got)
		}
		for _, scope := range got.Scopes {
			if strings.HasPrefix(scope, "Desk.") {
				t.Errorf("%s gave %s", claims, scope)
			}
		}
	})
}
