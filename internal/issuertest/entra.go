package issuertest

import (
	"crypto/rand"
	"crypto/rsa"
	"maps"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// NewEntra starts an issuer in the form of Microsoft Entra.
func NewEntra(now func() time.Time) (*Server, error) { return start(entra{}, now) }

type entra struct{}

// document serves both versions for every directory, and for "organizations",
// which stands for all of them.
func (entra) document(base, path string) map[string]any {
	path = strings.TrimPrefix(path, "/")
	directory, version, _ := strings.Cut(path, "/")
	if directory == "organizations" || directory == "common" {
		directory = "{tenantid}"
	}
	switch version {
	case "v2.0":
		at := base + "/" + strings.TrimSuffix(path, "/v2.0")
		return map[string]any{
			"issuer": base + "/" + directory + "/v2.0", "jwks_uri": at + "/discovery/v2.0/keys",
			"authorization_endpoint": at + "/oauth2/v2.0/authorize", "token_endpoint": at + "/oauth2/v2.0/token",
		}
	case "":
		return map[string]any{"issuer": V1(base, directory), "jwks_uri": base + "/common/discovery/keys"}
	}
	return nil
}

// V1 is the issuer of a directory's tokens of version 1.0. The real one has a
// host of its own for them.
func V1(base, directory string) string { return base + "/sts/" + directory + "/" }

func (entra) newKey() (any, jose.SignatureAlgorithm, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	return key, jose.RS256, err
}

func (entra) keysPath(path string) bool {
	return strings.HasSuffix(path, "/discovery/v2.0/keys") || strings.HasSuffix(path, "/discovery/keys")
}

func (entra) claims(base, path string, app App, audience string, now time.Time) map[string]any {
	directory, ok := strings.CutSuffix(strings.TrimPrefix(path, "/"), "/oauth2/v2.0/token")
	if !ok {
		return nil
	}
	return EntraClaims(base, directory, app, audience, now)
}

// EntraClaims are those of a program's token in a directory.
func EntraClaims(base, directory string, app App, audience string, now time.Time) map[string]any {
	const object = "0b1ec700-0000-4000-8000-000000000001" // of the program in the directory
	claims := map[string]any{
		"aud": audience, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(), "tid": directory,
		"oid": object, "sub": object, "roles": app.Roles, "uti": "x", "aio": "y", "rh": "z",
	}
	if app.V1 {
		claims["iss"], claims["ver"], claims["appid"], claims["appidacr"] = V1(base, directory), "1.0", app.ID, "1"
	} else {
		claims["iss"], claims["ver"], claims["azp"], claims["azpacr"] = base+"/"+directory+"/v2.0", "2.0", app.ID, "1"
	}
	return claims
}

// person has a subject of their own in each program, as Entra's people do.
func (entra) person(base string, p Person, program string, now time.Time) (id, access map[string]any) {
	id = map[string]any{
		"iss": base + "/" + p.Directory + "/v2.0", "ver": "2.0", "tid": p.Directory, "oid": p.Object, "sub": p.Object + " in " + program,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	access = maps.Clone(id)
	id["roles"] = p.Roles
	access["azp"], access["azpacr"], access["scp"] = program, "1", strings.Join(p.Scopes, " ")
	return id, access
}
