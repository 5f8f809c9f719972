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
	ReadDesk     Permission = "read-desk"     // everything about a tenant in the desk's own API
	AuthorDesk   Permission = "author-desk"   // write own services, issues and messages
	ManageDesk   Permission = "manage-desk"   // change a tenant and poll its sources
	ManageAll    Permission = "manage-all"    // the same in every tenant
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
	case ReadDesk:
		return tocsin.ScopeDeskRead
	case AuthorDesk:
		return tocsin.ScopeDeskAuthor
	case ManageDesk:
		return tocsin.ScopeDeskManage
	case ManageAll:
		return tocsin.ScopeDeskManageAll
	}
	return ""
}
