package tocsin

import (
	"encoding/hex"
	"errors"
	"strings"
	"time"
)

// The permissions that a client of the provider's APIs can hold, in the words
// of those.
const (
	ScopeServiceHealth     = "ServiceHealth.Read"      // legacy ServiceComms API
	ScopeServiceHealthAll  = "ServiceHealth.Read.All"  // Graph: overviews and issues
	ScopeServiceMessageAll = "ServiceMessage.Read.All" // Graph: messages
)

// The permissions of the desk's own API. None of them is part of another API's
// tokens.
const (
	ScopeDeskRead      = "Desk.Read"         // everything about the client's tenant but messages about data privacy
	ScopeDeskPrivacy   = "Desk.Read.Privacy" // those as well
	ScopeDeskAuthor    = "Desk.Author"       // write services, issues, maintenance and messages
	ScopeDeskManage    = "Desk.Manage"       // change the client's tenant and poll its sources
	ScopeDeskManageAll = "Desk.Manage.All"   // the same in every tenant, and add tenants
)

// Scopes lists every permission that a client can hold.
func Scopes() []string {
	return append(TenantScopes(), ScopeDeskManageAll)
}

// TenantScopes lists the permissions that do not reach beyond one tenant.
func TenantScopes() []string {
	return []string{
		ScopeServiceHealth, ScopeServiceHealthAll, ScopeServiceMessageAll, ScopeDeskRead, ScopeDeskPrivacy, ScopeDeskAuthor, ScopeDeskManage,
	}
}

// A Client is a program that may ask for tokens of one tenant.
type Client struct {
	ID        string // GUID
	TenantID  string
	Name      string
	Scopes    []string
	Shape     Shape // overrides the tenant's; empty for the tenant's
	PerMinute int   // requests that it may send; 0 for what the settings say
	CreatedAt time.Time
	ExpiresAt time.Time // zero for never
	RevokedAt time.Time // zero while it may sign in
}

// Active reports whether the client may sign in and use its tokens.
func (c Client) Active(now time.Time) bool {
	return c.RevokedAt.IsZero() && (c.ExpiresAt.IsZero() || now.Before(c.ExpiresAt))
}

// Validate reports every problem at once.
func (c Client) Validate() error {
	var problems []error
	if !IsGUID(c.ID) {
		problems = append(problems, Invalidf("id", "%q is not a GUID.", Clip(c.ID, 64)))
	}
	if strings.TrimSpace(c.Name) == "" || len(c.Name) > 100 {
		problems = append(problems, Invalidf("name", "Give the client a name of 1 to 100 characters."))
	}
	if len(c.Scopes) == 0 {
		problems = append(problems, Invalidf("scope", "Give the client at least one of %s.", strings.Join(Scopes(), ", ")))
	}
	known := strings.Join(Scopes(), " ") + " "
	for _, s := range c.Scopes {
		if s == "" || !strings.Contains(known, s+" ") {
			problems = append(problems, Invalidf("scope", "%q is none of %s%s", Clip(s, 64), strings.Join(Scopes(), ", "), orMeant(s, Scopes())))
		}
	}
	if c.Shape != "" && !c.Shape.Valid() {
		problems = append(problems, Invalidf("shape", "%q is none of both, documented, wire.", Clip(string(c.Shape), 64)))
	}
	if c.PerMinute < 0 || c.PerMinute > maxPerMinute {
		problems = append(problems, Invalidf("rate", "%d is not between 0 and %d requests a minute.", c.PerMinute, maxPerMinute))
	}
	if !c.ExpiresAt.IsZero() && !c.ExpiresAt.After(c.CreatedAt) {
		problems = append(problems, Invalidf("expires", "It is over already."))
	}
	return errors.Join(problems...)
}

// maxPerMinute is a rate beyond which none makes sense: far more than one
// machine answers.
const maxPerMinute = 100_000_000

// MaxLive is how many secrets of a client, and how many certificates, may be
// live at once: the old one and the new one while a program is moved over.
const MaxLive = 2

// A Secret is one thing that a client proves itself with: a secret, of which
// only the hash is kept, or the certificate of a key that the client holds.
type Secret struct {
	ClientID    string
	Hash        Hash   // of the secret, or of client and certificate
	Certificate []byte // DER; empty for a secret
	CreatedAt   time.Time
	ExpiresAt   time.Time // zero for never
	RevokedAt   time.Time // zero while it counts
}

// ID names the secret among those of its client, and tells nothing about it.
func (s Secret) ID() string { return hex.EncodeToString(s.Hash[:4]) }

// Live reports whether the client may still prove itself with it.
func (s Secret) Live(now time.Time) bool {
	return s.RevokedAt.IsZero() && (s.ExpiresAt.IsZero() || now.Before(s.ExpiresAt))
}

// A SigningKey is one key of the token issuer. The private half is sealed with
// the desk's master key before it reaches the store.
type SigningKey struct {
	ID        string // the "kid" of tokens
	Sealed    []byte
	Public    []byte // JSON Web Key
	CreatedAt time.Time
	RetiredAt time.Time // zero while it signs
	RevokedAt time.Time // zero while its tokens are believed
}
