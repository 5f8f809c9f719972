package access

import (
	"errors"
	"slices"

	"example.org/tocsin/internal/tocsin"
)

// The ways in which credentials are refused. They are causes: what callers get
// is a [tocsin.Error] around one of them with a sentence for people.
var (
	ErrNoCredentials     = errors.New("no credentials")
	ErrInvalidToken      = errors.New("invalid token")
	ErrGivenTwice        = errors.New("credentials given twice")
	ErrInsufficientScope = errors.New("insufficient scope")
)

// An Identity is a program, or a person through a program, that has proved who
// it is. It is shared between requests: nobody changes it.
type Identity struct {
	Issuer    string // name of the other issuer that vouches for it; empty for the desk's own
	ClientID  string
	TenantID  string
	Subject   string // who acts: the client itself unless Delegated
	Scopes    []string
	Shape     tocsin.Shape // the client's; empty means that of the tenant
	Audience  string       // the API that the token is for
	Delegated bool         // a person acts through the client
	PerMinute int          // requests that the client may send; 0 for what the settings say
}

// May reports whether the identity has a permission that is granted by who
// somebody is. Local is not: it is decided by where a request comes from.
func (i Identity) May(p Permission) bool {
	switch p {
	case Public:
		return true
	case SignedIn:
		return i.ClientID != ""
	}
	scope := p.Scope()
	return scope != "" && slices.Contains(i.Scopes, scope)
}

// Same reports whether two identities are those of the same caller, who may do
// the same.
func (i Identity) Same(other Identity) bool {
	return i.Issuer == other.Issuer && i.ClientID == other.ClientID && i.TenantID == other.TenantID && i.Subject == other.Subject &&
		slices.Equal(i.Scopes, other.Scopes) && i.Shape == other.Shape && i.Audience == other.Audience && i.Delegated == other.Delegated && i.PerMinute == other.PerMinute
}

// Require fails with [ErrInsufficientScope] when the identity may not.
func (i Identity) Require(p Permission) error {
	if i.May(p) {
		return nil
	}
	message := "The permission set of the token does not include the one that is needed here."
	if scope := p.Scope(); scope != "" {
		message = "The permission set of the token does not include " + scope + "."
	}
	return &tocsin.Error{Kind: tocsin.ErrForbidden, Message: message, Cause: ErrInsufficientScope}
}
