package access

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.org/tocsin/internal/tocsin"
)

// keys is the set of keys that tokens may be signed with. It fails with
// [tocsin.ErrNotFound] for a key it does not have.
type keys interface {
	VerificationKey(ctx context.Context, id string) (*ecdsa.PublicKey, error)
}

// clients tells which programs may still use their tokens. The revision changes
// whenever one of them may no longer.
type clients interface {
	Client(ctx context.Context, id string) (tocsin.Client, []tocsin.Secret, error)
	AccessRevision(ctx context.Context) (int64, error)
}

// tenants tells which tenants are set up. It fails with [tocsin.ErrNotFound] for
// one that is not.
type tenants interface {
	Tenant(ctx context.Context, ref string) (tocsin.Tenant, error)
}

// VerifierConfig says whose tokens a [Verifier] believes.
type VerifierConfig struct {
	Keys    keys
	Clients clients
	Tenants tenants          // needed with Issuers only
	Issuers []*Issuer        // others whose tokens are believed
	Now     func() time.Time // time.Now when nil
	Cached  int              // tokens remembered at most; 20,000 when 0
}

// A Verifier turns access tokens into identities. It remembers those it has
// verified, since a signature costs more than all else in a small request. It
// is safe for use by several goroutines.
type Verifier struct {
	keys       keys
	clients    clients
	tenants    tenants
	issuers    []*Issuer
	now        func() time.Time
	remembered *remembered
}

// NewVerifier makes a verifier that has seen no token yet.
func NewVerifier(c VerifierConfig) *Verifier {
	v := &Verifier{keys: c.Keys, clients: c.Clients, tenants: c.Tenants, issuers: c.Issuers, now: c.Now}
	if v.now == nil {
		v.now = time.Now
	}
	if c.Cached <= 0 {
		c.Cached = 20_000
	}
	v.remembered = newRemembered(c.Cached)
	return v
}

// Forget makes the verifier look again at every token, also at those that are
// being verified while it is called.
func (v *Verifier) Forget() { v.remembered.forget() }

// Run forgets whenever somebody lost access, be it by the command line or by
// another replica, until ctx ends. It looks once in every [Follow]; while it
// cannot, and without it, a revocation takes effect within [Recheck].
func (v *Verifier) Run(ctx context.Context) error {
	ticker := time.NewTicker(Follow)
	defer ticker.Stop()
	for seen := int64(-1); ; {
		if revision, err := v.clients.AccessRevision(ctx); err == nil && revision != seen {
			v.Forget()
			seen = revision
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Authenticate verifies the token of a request for an API that answers to the
// audiences. The header must be there once; the scheme may be in any case.
func (v *Verifier) Authenticate(r *http.Request, audiences ...string) (Identity, error) {
	token, err := bearer(r)
	if err != nil {
		return Identity{}, err
	}
	return v.Verify(r.Context(), token, audiences...)
}

// Verify verifies a token for an API that answers to the audiences. Every
// fault of the token is [ErrInvalidToken]; other errors mean that it could not
// be looked at, which must not be taken for either.
func (v *Verifier) Verify(ctx context.Context, token string, audiences ...string) (Identity, error) {
	now := v.now()
	if len(token) > maxToken {
		return Identity{}, invalid(errors.New("too long"))
	}
	generation := v.remembered.generation.Load()
	on, before := v.known(ctx, token, generation, now)
	if before != nil {
		return before.entry.identityFor(audiences)
	}
	key := tocsin.HashOf([]byte(token))
	entry, ok := v.remembered.get(key, generation, now)
	if !ok {
		var err error
		if entry, err = v.verify(ctx, token, now); err != nil {
			return Identity{}, err
		}
		entry.generation = generation
		v.remembered.put(key, entry)
	}
	if on != nil {
		on.last.Store(&last{v, token, entry})
	}
	return entry.identityFor(audiences)
}

// identityFor is who sent the token to an API that answers to the audiences.
func (e *entry) identityFor(audiences []string) (Identity, error) {
	if e.foreign {
		return e.identity, nil
	}
	for _, audience := range e.audiences {
		if slices.Contains(audiences, audience) {
			identity := e.identity
			identity.Audience = audience
			return identity, nil
		}
	}
	return Identity{}, invalid(errors.New("another audience"))
}

// verify does the work that is saved for tokens seen before.
func (v *Verifier) verify(ctx context.Context, token string, now time.Time) (entry, error) {
	if len(v.issuers) > 0 {
		iss, err := claimedIssuer(token)
		if err != nil {
			return entry{}, invalid(err)
		}
		if i := slices.IndexFunc(v.issuers, func(i *Issuer) bool { return i.issues(iss) }); i >= 0 {
			return v.issuers[i].verify(ctx, v.tenants, token, now)
		}
	}
	payload, err := v.verifySignature(ctx, token)
	if err != nil {
		return entry{}, err
	}
	c, err := decodeClaims(payload)
	if err != nil {
		return entry{}, invalid(err)
	}
	if err := c.check(now); err != nil {
		return entry{}, invalid(err)
	}
	client, _, err := v.clients.Client(ctx, c.client())
	if errors.Is(err, tocsin.ErrNotFound) {
		return entry{}, invalid(errors.New("unknown client"))
	}
	if err != nil {
		return entry{}, fmt.Errorf("verify token: %w", err)
	}
	if !client.Active(now) || client.TenantID != c.TenantID {
		return entry{}, invalid(errors.New("client ended or of another tenant"))
	}
	identity := Identity{
		ClientID: client.ID, TenantID: client.TenantID, Subject: c.Subject, Scopes: c.Roles, Shape: client.Shape, PerMinute: client.PerMinute,
	}
	if c.Scope != nil {
		identity.Delegated, identity.Scopes = true, strings.Fields(*c.Scope)
	}
	until := earlier(c.expiresAt().Add(leeway), now.Add(Recheck))
	if !client.ExpiresAt.IsZero() {
		until = earlier(until, client.ExpiresAt)
	}
	return entry{identity: identity, audiences: c.Audience, until: until}, nil
}

// verifySignature returns what the token says once it is sure who said it.
func (v *Verifier) verifySignature(ctx context.Context, token string) ([]byte, error) {
	head, body, signature, err := split(token, maxHeader)
	if err != nil {
		return nil, invalid(err)
	}
	id, err := keyID(head)
	if err != nil {
		return nil, invalid(fmt.Errorf("header: %w", err))
	}
	for _, part := range []string{body, signature} {
		if _, err := decodePart(part); err != nil {
			return nil, invalid(err)
		}
	}
	key, err := v.keys.VerificationKey(ctx, id)
	if errors.Is(err, tocsin.ErrNotFound) {
		return nil, invalid(errors.New("unknown key"))
	}
	if err != nil {
		return nil, fmt.Errorf("verify token: %w", err)
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, invalid(err)
	}
	payload, err := signed.Verify(key)
	if err != nil {
		return nil, invalid(err)
	}
	return payload, nil
}

// invalid refuses a token for a reason that only the log learns.
func invalid(reason error) error {
	cause := fmt.Errorf("%w: %w", ErrInvalidToken, reason)
	if errors.Is(reason, errExpired) {
		return &tocsin.Error{Kind: tocsin.ErrUnauthenticated, Message: "The access token has expired.", Cause: cause}
	}
	return refuse(cause)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
