package access

import (
	"context"
	"slices"

	"example.org/tocsin/internal/tocsin"
)

// A Visitor is a person at the pages, signed in or not. A gate puts them into
// the context of a request that it admits; the zero Visitor may do nothing. It
// is shared between requests: nobody changes it.
type Visitor struct {
	User      tocsin.User // the zero User for somebody who has not signed in
	SessionID string
	Grants    []tocsin.Grant
	Needs     Permission // what the route asks for that the request is at
}

// SignedIn reports whether the desk knows who it is.
func (v Visitor) SignedIn() bool { return v.User.ID != "" }

// May reports whether the visitor has a permission in a tenant, or on the desk
// as a whole for an empty id.
func (v Visitor) May(p Permission, tenantID string) bool {
	switch p {
	case Public:
		return true
	case SignedIn:
		return v.SignedIn()
	case ReadLegacy, Local:
		return false
	}
	return Grants(v.Grants, p, tenantID)
}

// Somewhere reports whether the visitor has a permission in any tenant.
func (v Visitor) Somewhere(p Permission) bool {
	return v.May(p, "") || slices.ContainsFunc(v.Grants, func(g tocsin.Grant) bool { return v.May(p, g.TenantID) })
}

// Sees reports whether the visitor may look at a tenant with the request that
// they sent: whether they hold there what its route needs.
func (v Visitor) Sees(tenantID string) bool {
	if v.Needs == Public || v.Needs == SignedIn {
		return slices.ContainsFunc(v.Grants, func(g tocsin.Grant) bool { return g.TenantID == "" || g.TenantID == tenantID })
	}
	return v.May(v.Needs, tenantID)
}

type visitorKey struct{}

// WithVisitor puts a visitor, who is also the actor of what is done, into a
// context.
func WithVisitor(ctx context.Context, v Visitor, address string) context.Context {
	if v.SignedIn() {
		ctx = tocsin.WithActor(ctx, tocsin.Actor{UserID: v.User.ID, Name: v.User.Name, Address: address})
	}
	return context.WithValue(ctx, visitorKey{}, v)
}

// VisitorOf is the visitor of a request, the zero Visitor when no gate was
// passed.
func VisitorOf(ctx context.Context) Visitor {
	v, _ := ctx.Value(visitorKey{}).(Visitor)
	return v
}
