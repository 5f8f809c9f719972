package web

import "example.org/tocsin/internal/tocsin"

// everyTenant lists all tenants of the desk, whoever asks.
func (v *visit) everyTenant() ([]tocsin.Tenant, error) {
	return v.pages.config.Archive.Tenants(v.r.Context())
}

// tenantNames are the names of all tenants by GUID, for the words of grants.
func (v *visit) tenantNames() (map[string]string, error) {
	tenants, err := v.everyTenant()
	names := make(map[string]string, len(tenants))
	for _, t := range tenants {
		names[t.ID] = t.Title()
	}
	return names, err
}

// grantWords say what a grant gives.
func (v *visit) grantWords(g tocsin.Grant, names map[string]string) string {
	role := v.text("role." + string(g.Role))
	if g.TenantID == "" {
		return v.text("grant.all", "role", role)
	}
	name := names[g.TenantID]
	if name == "" {
		name = g.TenantID
	}
	return v.text("grant.in", "role", role, "tenant", name)
}

func (v *visit) method(name string) string {
	if name == "password" || name == "passkey" {
		return v.text("method." + name)
	}
	return name
}
