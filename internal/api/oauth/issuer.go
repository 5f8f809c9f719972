// Package oauth is the built-in token issuer: client credentials at the
// addresses that clients of the provider's APIs already use, so that they work
// by changing the host.
package oauth

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// The resources that tokens are for, as clients of the global cloud name them.
const (
	Legacy = tocsin.LegacyResource
	Graph  = tocsin.GraphResource
)

// longest is how long any token is valid at most.
const longest = 31 * 24 * time.Hour

// storage is the part of the store that the issuer needs.
type storage interface {
	clients
	signingKeys
}

// clients are those who may ask for tokens.
type clients interface {
	Client(ctx context.Context, id string) (tocsin.Client, []tocsin.Secret, error)
	UseAssertion(ctx context.Context, clientID string, hash tocsin.Hash, expires, now time.Time) error
}

// tenants are those whose clients may ask.
type tenants interface {
	Tenant(ctx context.Context, ref string) (tocsin.Tenant, error)
}

// signingKeys are what tokens are signed with.
type signingKeys interface {
	SigningKeys(ctx context.Context) ([]tocsin.SigningKey, error)
	AddSigningKey(ctx context.Context, k tocsin.SigningKey) error
	RetireSigningKeys(ctx context.Context, keep string, now time.Time) error
	RevokeSigningKeys(ctx context.Context, keep string, now time.Time) error
}

// Config says what the issuer calls itself.
type Config struct {
	Base     string        // address of the desk
	Names    []string      // its other addresses, under which it is an issuer as well
	Lifetime time.Duration // of tokens; an hour when 0
}

// An Issuer makes tokens.
type Issuer struct {
	config  Config
	names   tocsin.Names
	storage storage
	tenants tenants
	sealer  *access.MasterKey
	now     func() time.Time
}

// New makes an issuer, with a first key if the store has none.
func New(ctx context.Context, c Config, s storage, t tenants, sealer *access.MasterKey, now func() time.Time) (*Issuer, error) {
	if c.Lifetime == 0 {
		c.Lifetime = time.Hour
	}
	i := &Issuer{config: c, names: tocsin.NewNames(c.Base, c.Names...), storage: s, tenants: t, sealer: sealer, now: now}
	if _, _, err := i.signer(ctx); err != nil {
		return nil, fmt.Errorf("set up token issuer: %w", err)
	}
	return i, nil
}

// Audiences are what the "aud" of a token may be, but for the names of the two
// APIs in other clouds.
func (i *Issuer) Audiences() []string { return append([]string{Legacy, Graph}, i.names.All()...) }

// Rotate makes a new key that signs from now on. Tokens of the old one stay
// valid until they expire.
func (i *Issuer) Rotate(ctx context.Context) error {
	id, err := i.addKey(ctx)
	if err != nil {
		return err
	}
	return i.storage.RetireSigningKeys(ctx, id, i.now())
}

// Replace makes a new key and revokes all others, for when one of them may be
// in wrong hands: every token that was issued so far is refused.
func (i *Issuer) Replace(ctx context.Context) error {
	id, err := i.addKey(ctx)
	if err != nil {
		return err
	}
	return i.storage.RevokeSigningKeys(ctx, id, i.now())
}

func (i *Issuer) addKey(ctx context.Context) (id string, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", fmt.Errorf("make signing key: %w", err)
	}
	private := jose.JSONWebKey{Key: key, Algorithm: string(jose.ES256), Use: "sig"}
	thumb, err := private.Thumbprint(crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("name signing key: %w", err)
	}
	private.KeyID = base64.RawURLEncoding.EncodeToString(thumb)
	secret, err := private.MarshalJSON()
	if err != nil {
		return "", fmt.Errorf("encode signing key: %w", err)
	}
	open := private.Public()
	public, err := open.MarshalJSON()
	if err != nil {
		return "", fmt.Errorf("encode signing key: %w", err)
	}
	sealed, err := i.sealer.Seal("signing key", private.KeyID, secret)
	if err != nil {
		return "", fmt.Errorf("seal signing key: %w", err)
	}
	stored := tocsin.SigningKey{ID: private.KeyID, Sealed: sealed, Public: public, CreatedAt: i.now()}
	return private.KeyID, i.storage.AddSigningKey(ctx, stored)
}

// signer is the key that signs now.
func (i *Issuer) signer(ctx context.Context) (jose.Signer, string, error) {
	for try := 0; ; try++ {
		keys, err := i.storage.SigningKeys(ctx)
		if err != nil {
			return nil, "", err
		}
		for _, k := range keys {
			if k.RetiredAt.IsZero() {
				return i.open(k)
			}
		}
		if try > 0 {
			return nil, "", tocsin.Conflictf("There is no signing key.")
		}
		if err := i.Rotate(ctx); err != nil {
			return nil, "", err
		}
	}
}

// VerificationKey is the public half of a key whose tokens may still be valid.
// It fails with [tocsin.ErrNotFound] when there is none of that id.
func (i *Issuer) VerificationKey(ctx context.Context, id string) (*ecdsa.PublicKey, error) {
	keys, err := i.storage.SigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if k.ID != id || i.expired(k) {
			continue
		}
		var public jose.JSONWebKey
		if err := public.UnmarshalJSON(k.Public); err != nil {
			return nil, fmt.Errorf("decode signing key: %w", err)
		}
		if key, ok := public.Key.(*ecdsa.PublicKey); ok {
			return key, nil
		}
	}
	return nil, tocsin.NotFoundf("There is no key %q.", tocsin.Clip(id, 64))
}

// expired reports whether no token of a key is valid: all have expired, or the
// key was revoked.
func (i *Issuer) expired(k tocsin.SigningKey) bool {
	return !k.RevokedAt.IsZero() || !k.RetiredAt.IsZero() && i.now().After(k.RetiredAt.Add(longest))
}

func (i *Issuer) open(k tocsin.SigningKey) (jose.Signer, string, error) {
	secret, err := i.sealer.Open("signing key", k.ID, k.Sealed)
	if err != nil {
		return nil, "", err
	}
	var private jose.JSONWebKey
	if err := private.UnmarshalJSON(secret); err != nil {
		return nil, "", fmt.Errorf("decode signing key: %w", err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: private}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, "", fmt.Errorf("use signing key: %w", err)
	}
	return signer, k.ID, nil
}

// resource brings the spellings of a resource to one, and tells which API it is
// of: none for the desk itself, whose tokens are good for all. ok is false for
// one that the desk does not serve.
func (i *Issuer) resource(text string) (resource string, api tocsin.API, ok bool) {
	if api, resource, ok := tocsin.APIOf(text); ok {
		return resource, api, true
	}
	resource, ok = i.names.Has(strings.TrimSpace(text))
	return resource, "", ok
}

// roles are the client's scopes that belong to an API.
func roles(c tocsin.Client, api tocsin.API) []string {
	list := []string{}
	for _, scope := range c.Scopes {
		legacy, own := scope == tocsin.ScopeServiceHealth, strings.HasPrefix(scope, "Desk.")
		if api == tocsin.APILegacy && legacy || api == tocsin.APIGraph && !legacy && !own || api == "" {
			list = append(list, scope)
		}
	}
	slices.Sort(list)
	return list
}

// lifeOf is life, or what is left of the client's.
func lifeOf(c tocsin.Client, life time.Duration, now time.Time) time.Duration {
	if c.ExpiresAt.IsZero() {
		return life
	}
	return min(life, c.ExpiresAt.Sub(now))
}

// Mint makes a token for a client, which ends with the client at the latest. It
// fails with [tocsin.ErrInvalid] for a resource that the desk does not serve.
func (i *Issuer) Mint(ctx context.Context, c tocsin.Client, resource string, life time.Duration) (string, error) {
	return i.mint(ctx, c, resource, life, grant{base: i.names.First(), version: "1.0"})
}

// A grant is how somebody came to a token.
type grant struct {
	base    string // the desk's address that was asked
	version string // of the token
	proof   string // "1" for a secret, "2" for a certificate; "" by the operator's hand
}

// mint makes a token. Its claims are those of an app-only token of the provider:
// appid and appidacr in version 1.0, azp and azpacr in version 2.0, of which the
// name of the client goes before both; clients look for either. A token of a
// program has no upn.
func (i *Issuer) mint(ctx context.Context, c tocsin.Client, name string, life time.Duration, g grant) (string, error) {
	resource, api, ok := i.resource(name)
	if !ok {
		return "", tocsin.Invalidf("resource", "%q is none of %s.", tocsin.Clip(name, 80), strings.Join(i.Audiences(), ", "))
	}
	signer, _, err := i.signer(ctx)
	if err != nil {
		return "", err
	}
	now := i.now()
	life = lifeOf(c, life, now)
	issuer := g.base + "/" + c.TenantID + "/"
	if g.version == "2.0" {
		issuer += "v2.0"
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	claims := map[string]any{
		"aud": resource, "iss": issuer, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(life).Unix(), "tid": c.TenantID,
		"appid": c.ID, "azp": c.ID, "app_displayname": c.Name, "sub": c.ID, "oid": c.ID, "roles": roles(c, api), "ver": g.version,
		"idtyp": "app", "uti": base64.RawURLEncoding.EncodeToString(id),
	}
	if g.version == "1.0" {
		claims["idp"] = issuer
	}
	if g.proof != "" {
		claims[map[string]string{"1.0": "appidacr", "2.0": "azpacr"}[g.version]] = g.proof
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode token: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return signed.CompactSerialize()
}
