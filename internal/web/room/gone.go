package room

import (
	"cmp"
	"slices"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// looksInto reports whether the visitor may look into what tenants share: they have
// in each of them what the page needs, also in one that is disabled. Where none is
// left that is served, they have it on the whole desk.
func (v *view) looksInto(tenantIDs []string) bool {
	visitor := access.VisitorOf(v.R.Context())
	if slices.ContainsFunc(tenantIDs, func(id string) bool { return !visitor.Sees(id) }) {
		return false
	}
	return slices.ContainsFunc(tenantIDs, v.sees) || visitor.May(visitor.Needs, "")
}

// gone are the tenants of an incident that are no longer served. The visitor may look
// into it.
func (v *view) gone(i tocsin.Incident) []string {
	return slices.DeleteFunc(slices.Clone(i.TenantIDs), v.sees)
}

// served reports whether the desk still serves a tenant of an incident: without one
// there is nobody whom it could tell anything.
func (v *view) served(i tocsin.Incident) bool {
	return slices.ContainsFunc(i.TenantIDs, v.sees)
}

// goneWords say which tenants of an incident are no longer served.
func (v *view) goneWords(i tocsin.Incident, names map[string]string) (words []string) {
	for _, id := range v.gone(i) {
		words = append(words, v.Text("room.turned.tenant", "tenant", cmp.Or(names[id], id)))
	}
	return words
}

// issue is what is known of an issue of an incident. Of one whose tenants are no
// longer served nothing is, whatever another tenant is told.
func (v *view) issue(i tocsin.Incident, id string) (*readmodel.Row, bool) {
	if v.Snapshot == nil || !v.served(i) {
		return nil, false
	}
	return v.Snapshot.Issue(id)
}

// there is the address of an incident, about the tenant that is looked at.
func (v *view) there(i tocsin.Incident) string {
	if v.Snapshot == nil {
		return v.Href(path(i.N, ""))
	}
	return v.There(path(i.N, ""))
}

// services are those of the tenant that is looked at.
func (v *view) services() []readmodel.Service {
	if v.Snapshot == nil {
		return nil
	}
	return v.Snapshot.Services
}

// speaks reports whether the visitor may have messages of an incident sent.
func (v *view) speaks(i tocsin.Incident) bool {
	return v.served(i) && v.mayAll(access.Communicate, i)
}

// nobodyLeft refuses to send something of an incident without a tenant that is served.
func nobodyLeft() error {
	return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "tenant", Message: "No tenant of this incident is served any more: nothing is sent."}
}
