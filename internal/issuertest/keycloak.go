package issuertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"maps"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// NewKeycloak starts an issuer in the form of Keycloak with a realm "desk".
func NewKeycloak(now func() time.Time) (*Server, error) { return start(keycloak{}, now) }

const realm = "/realms/desk"

// Realm is the issuer of a server's tokens.
func Realm(base string) string { return base + realm }

type keycloak struct{}

func (keycloak) document(base, path string) map[string]any {
	if path != realm {
		return nil
	}
	at := Realm(base) + "/protocol/openid-connect"
	return map[string]any{
		"issuer": Realm(base), "jwks_uri": at + "/certs", "authorization_endpoint": at + "/auth", "token_endpoint": at + "/token",
		"id_token_signing_alg_values_supported": []string{"ES256"},
	}
}

func (keycloak) newKey() (any, jose.SignatureAlgorithm, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return key, jose.ES256, err
}

func (keycloak) keysPath(path string) bool { return path == realm+"/protocol/openid-connect/certs" }

func (keycloak) claims(base, path string, app App, _ string, now time.Time) map[string]any {
	if !strings.HasSuffix(path, realm+"/protocol/openid-connect/token") {
		return nil
	}
	return KeycloakClaims(base, app, now)
}

// KeycloakClaims are those of a program's token: of its service account.
func KeycloakClaims(base string, app App, now time.Time) map[string]any {
	return map[string]any{
		"iss": Realm(base), "aud": []string{"tocsin", "account"}, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "jti": "trrtcc:1",
		"sub": "5e7f1ce0-0000-4000-8000-000000000001", "typ": "Bearer", "azp": app.ID, "acr": "1", "scope": "profile email",
		"realm_access": map[string]any{"roles": app.Roles}, "preferred_username": "service-account-" + strings.ToLower(app.ID), "clientHost": "127.0.0.1",
	}
}

// person is the same subject in all programs of the realm.
func (keycloak) person(base string, p Person, program string, now time.Time) (id, access map[string]any) {
	id = map[string]any{
		"iss": Realm(base), "typ": "ID", "azp": program, "sub": p.Object, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	access = maps.Clone(id)
	access["typ"], access["scope"] = "Bearer", strings.Join(p.Scopes, " ")
	id["realm_access"] = map[string]any{"roles": p.Roles}
	return id, access
}
