package access

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.org/tocsin/internal/tocsin"
)

// A Dialect is the way in which an issuer names things in its tokens.
type Dialect string

// The dialects: Microsoft Entra with both versions of its tokens, and what
// OpenID Connect providers such as Keycloak have in common.
const (
	Entra  Dialect = "entra"
	OpenID Dialect = "oidc"
)

// AnyTenant in [Issuer.Tenants] stands for every tenant that is set up.
const AnyTenant = "*"

// An IssuerKey is a public key that an issuer signs tokens with.
type IssuerKey struct {
	ID        string
	Algorithm string // empty for each that fits the key
	Public    crypto.PublicKey
	Issuer    string // of whose tokens it is only for, with {tenantid} in it; empty for all
}

// issuerKeys is the set of keys of one issuer. It fails with
// [tocsin.ErrNotFound] for a key it does not have.
type issuerKeys interface {
	Key(ctx context.Context, id string) (IssuerKey, error)
}

// An Issuer is another party whose tokens the desk believes, and for what.
type Issuer struct {
	Name    string // in the settings; part of who acts
	Dialect Dialect
	// URL is the "iss" of the issuer's tokens. For Entra it is the authority,
	// such as https://login.microsoftonline.com, from which the issuer of each
	// directory follows.
	URL       string
	URLV1     string            // what the issuers of Entra's tokens of version 1.0 start with
	Audiences []string          // what tokens for the desk are for
	Tenants   []string          // whom it may speak for, by GUID, domain or name, or [AnyTenant]
	TenantOf  map[string]string // tenants by values of the tenant claim that do not name them
	Claims    ClaimNames
	Grants    map[string][]string // scopes by what the issuer calls them
	Scopes    []string            // that its tokens may give; those for reading when empty
	Clients   []string            // that may call; all when empty
	PerMinute int                 // requests of each client
	Keys      issuerKeys
}

// ClaimNames say where a token of an [OpenID] issuer says something. A dot leads
// into an object: realm_access.roles.
type ClaimNames struct {
	Tenant string // none when empty: all tokens are of the one tenant of the issuer
	Roles  string // what a program may
	Scopes string // what a person lets a program do
	Client string // azp, or client_id, when empty
}

// scopeViewpoint is a permission that only people have.
const scopeViewpoint = "ServiceMessageViewpoint.Write"

// readScopes are what tokens of others give unless the operator says more: to
// read, and to mark what one has read.
func readScopes() []string {
	return []string{tocsin.ScopeServiceHealth, tocsin.ScopeServiceHealthAll, tocsin.ScopeServiceMessageAll, scopeViewpoint}
}

// algorithms are those that keys of others may be for. All are asymmetric: a
// public key can never be taken for a shared secret.
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512,
	}
}

// tenantPart stands for the GUID of a directory in Entra's documents.
const tenantPart = "{tenantid}"

// issues reports whether a token that names iss as its issuer is this one's to
// judge.
func (i *Issuer) issues(iss string) bool {
	if i.Dialect != Entra {
		return iss == i.URL
	}
	_, _, ok := i.directory(iss)
	return ok
}

// directory takes the issuer of an Entra token apart: which directory, and in
// which version's form.
func (i *Issuer) directory(iss string) (id, version string, ok bool) {
	if rest, found := strings.CutPrefix(iss, i.URL+"/"); found {
		if id, found := strings.CutSuffix(rest, "/v2.0"); found && tocsin.IsGUID(id) {
			return id, "2.0", true
		}
	}
	if rest, found := strings.CutPrefix(iss, i.URLV1+"/"); found {
		if id, found := strings.CutSuffix(rest, "/"); found && tocsin.IsGUID(id) {
			return id, "1.0", true
		}
	}
	return "", "", false
}

// Person is the subject of the tokens with which a program acts for somebody
// who signs in at iss as subject, and is object in the directory that iss speaks
// for. Entra's sign-ins call people otherwise in each program, so that their
// object is what counts. It is "" for those whose tokens come from elsewhere.
func (i *Issuer) Person(iss, subject, object string) string {
	switch {
	case !i.issues(iss):
		return ""
	case i.Dialect != Entra:
		return i.Name + ":" + subject
	case object == "":
		return ""
	}
	directory, _, _ := i.directory(iss)
	return i.Name + ":" + inDirectory(directory, object)
}

// verify believes a token or says why not. Nothing that it says counts before
// its signature has been found good.
func (i *Issuer) verify(ctx context.Context, tenants tenants, token string, now time.Time) (entry, error) {
	payload, key, err := i.verifySignature(ctx, token)
	if err != nil {
		return entry{}, err
	}
	c, err := decodeForeign(payload)
	if err != nil {
		return entry{}, invalid(err)
	}
	s, err := i.read(c)
	if err == nil {
		err = errors.Join(i.checkKey(key, s), c.checkTimes(now))
	}
	if err != nil {
		return entry{}, invalid(err)
	}
	tenant, err := i.tenant(ctx, tenants, s.tenant)
	if err != nil {
		return entry{}, err
	}
	identity := Identity{
		Issuer: i.Name, ClientID: s.client, TenantID: tenant.ID, Subject: s.client, Scopes: i.grant(s.granted),
		Audience: s.audience, PerMinute: i.PerMinute,
	}
	if s.delegated {
		// Two issuers may call two people the same.
		identity.Delegated, identity.Subject = true, i.Name+":"+s.subject
	}
	return entry{identity: identity, foreign: true, until: earlier(time.Unix(c.expiry, 0).Add(leeway), now.Add(Recheck))}, nil
}

func (i *Issuer) verifySignature(ctx context.Context, token string) ([]byte, IssuerKey, error) {
	head, body, signature, err := split(token, maxHeader)
	if err != nil {
		return nil, IssuerKey{}, invalid(err)
	}
	id, algorithm, err := foreignHeader(head)
	if err != nil {
		return nil, IssuerKey{}, invalid(fmt.Errorf("header: %w", err))
	}
	for _, part := range []string{body, signature} {
		if _, err := decodePart(part); err != nil {
			return nil, IssuerKey{}, invalid(err)
		}
	}
	key, err := i.Keys.Key(ctx, id)
	if errors.Is(err, tocsin.ErrNotFound) {
		return nil, key, invalid(errors.New("unknown key"))
	}
	if err != nil {
		return nil, key, fmt.Errorf("verify token of %s: %w", i.Name, err)
	}
	if key.Algorithm != "" && key.Algorithm != string(algorithm) {
		return nil, key, invalid(errors.New("the key is for another algorithm"))
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{algorithm})
	if err != nil {
		return nil, key, invalid(err)
	}
	payload, err := signed.Verify(key.Public)
	if err != nil {
		return nil, key, invalid(err)
	}
	return payload, key, nil
}

// checkKey refuses a key that the issuer uses for other directories than that
// of the token. Documents call all of them by their issuer of version 2.0.
func (i *Issuer) checkKey(key IssuerKey, s said) error {
	if key.Issuer == "" || i.Dialect != Entra {
		return nil
	}
	if strings.ReplaceAll(key.Issuer, tenantPart, s.tenant) != i.URL+"/"+s.tenant+"/v2.0" {
		return errors.New("the key is for another directory")
	}
	return nil
}

// tenant finds the tenant that a token is about: one that is set up here, and
// that the issuer may speak for. Every other gets the answer of a forged token.
func (i *Issuer) tenant(ctx context.Context, tenants tenants, named string) (tocsin.Tenant, error) {
	ref, mapped := i.TenantOf[named]
	switch {
	case mapped:
	case named != "":
		ref = named
	case len(i.Tenants) == 1:
		ref, mapped = i.Tenants[0], true
	}
	if ref == "" || ref == AnyTenant {
		return tocsin.Tenant{}, invalid(errors.New("no tenant"))
	}
	tenant, err := tenants.Tenant(ctx, ref)
	if errors.Is(err, tocsin.ErrNotFound) {
		return tenant, invalid(errors.New("the tenant is not set up"))
	}
	if err != nil {
		return tenant, fmt.Errorf("verify token of %s: %w", i.Name, err)
	}
	if i.Dialect == Entra && !mapped && !strings.EqualFold(tenant.ID, named) || !mapped && !i.allows(tenant) {
		return tenant, invalid(errors.New("the issuer may not speak for the tenant"))
	}
	return tenant, nil
}

func (i *Issuer) allows(t tocsin.Tenant) bool {
	return slices.ContainsFunc(i.Tenants, func(ref string) bool {
		return ref == AnyTenant || strings.EqualFold(ref, t.ID) || strings.EqualFold(ref, t.Name) ||
			slices.ContainsFunc(t.Domains, func(domain string) bool { return strings.EqualFold(ref, domain) })
	})
}

// grant is what a token gives of what it names.
func (i *Issuer) grant(named []string) []string {
	may := i.Scopes
	if len(may) == 0 {
		may = readScopes()
	}
	list := []string{}
	add := func(scope string) {
		if slices.Contains(may, scope) && !slices.Contains(list, scope) {
			list = append(list, scope)
		}
	}
	for _, name := range named {
		add(name)
		for _, scope := range i.Grants[name] {
			add(scope)
		}
	}
	return list
}
