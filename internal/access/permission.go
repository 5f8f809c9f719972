package access

import "example.org/tocsin/internal/tocsin"

// A Permission is what a route asks of its caller.
type Permission string

// The permissions. Public and Local are granted by where a request comes from,
// all others by who sent it.
const (
	Public       Permission = "public"        // everybody
	Local        Permission = "local"         // programs on this machine, unless the operator opens it
	SignedIn     Permission = "signed-in"     // every verified identity
	ReadLegacy   Permission = "read-legacy"   // everything in the legacy API
	ReadHealth   Permission = "read-health"   // overviews and issues in the Graph API
	ReadMessages Permission = "read-messages" // messages in the Graph API
)

// Valid reports whether p is in the table of permissions.
func (p Permission) Valid() bool {
	return p == Public || p == Local || p == SignedIn || p.Scope() != ""
}

// Scope is the scope of a token that grants p, or nothing for those that need
// no particular one.
func (p Permission) Scope() string {
	switch p {
	case ReadLegacy:
		return tocsin.ScopeServiceHealth
	case ReadHealth:
		return tocsin.ScopeServiceHealthAll
	case ReadMessages:
		return tocsin.ScopeServiceMessageAll
	}
	return ""
}
