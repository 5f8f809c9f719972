package tocsin

import (
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
	ScopeDeskRead      = "Desk.Read"       // everything about the client's tenant
	ScopeDeskAuthor    = "Desk.Author"     // write services, issues, maintenance and messages
	ScopeDeskManage    = "Desk.Manage"     // change the client's tenant and poll its sources
	ScopeDeskManageAll = "Desk.Manage.All" // the same in every tenant, and add tenants
)

// Scopes lists every permission that a client can hold.
func Scopes() []string {
	return append(TenantScopes(), ScopeDeskManageAll)
}

// TenantScopes lists the permissions that do not reach beyond one tenant.
func TenantScopes() []string {
	return []string{
		ScopeServiceHealth, ScopeServiceHealthAll, ScopeServiceMessageAll, ScopeDeskRead, ScopeDeskAuthor, ScopeDeskManage,
	}
}

// A Client is a program that may ask for tokens of one tenant.
type Client struct {
	ID        string // GUID
	TenantID  string
	Name      string
	Scopes    []string
	Shape     Shape // overrides the tenant's; empty for the tenant's
	CreatedAt time.Time
	RevokedAt time.Time // zero while it may sign in
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
			problems = append(problems, Invalidf("scope", "%q is none of %s.", Clip(s, 64), strings.Join(Scopes(), ", ")))
		}
	}
	if c.Shape != "" && !c.Shape.Valid() {
		problems = append(problems, Invalidf("shape", "%q is none of both, documented, wire.", Clip(string(c.Shape), 64)))
	}
	return errors.Join(problems...)
}

// A Secret is one of a client's secrets: only its hash is kept.
type Secret struct {
	ClientID  string
	Hash      Hash
	CreatedAt time.Time
	ExpiresAt time.Time // zero for never
}

// A SigningKey is one key of the token issuer. The private half is sealed with
// the desk's master key before it reaches the store.
type SigningKey struct {
	ID        string // the "kid" of tokens
	Sealed    []byte
	Public    []byte // JSON Web Key
	CreatedAt time.Time
	RetiredAt time.Time // zero while it signs
}
