package web

import "example.org/tocsin/internal/tocsin"

// EveryTenant lists all tenants of the desk, whoever asks.
func (v *Request) EveryTenant() ([]tocsin.Tenant, error) {
	return v.pages.config.Archive.Tenants(v.R.Context())
}

// TenantNames returns the names of all tenants by GUID, for the words of grants.
func (v *Request) TenantNames() (map[string]string, error) {
	tenants, err := v.EveryTenant()
	names := make(map[string]string, len(tenants))
	for _, t := range tenants {
		names[t.ID] = t.Title()
	}
	return names, err
}

// GrantWords say what a grant gives.
func (v *Request) GrantWords(g tocsin.Grant, names map[string]string) string {
	role := v.Text("role." + string(g.Role))
	if g.TenantID == "" {
		return v.Text("grant.all", "role", role)
	}
	name := names[g.TenantID]
	if name == "" {
		name = g.TenantID
	}
	return v.Text("grant.in", "role", role, "tenant", name)
}

// Method returns the words for a way to sign in; the name of a provider is its
// own.
func (v *Request) Method(name string) string {
	if name == "password" || name == "passkey" {
		return v.Text("way." + name)
	}
	return name
}
