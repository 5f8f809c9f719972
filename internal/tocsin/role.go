package tocsin

import "slices"

// A Role is what somebody is on the desk, in the words of the support team and,
// where it has one, of the provider.
type Role string

// The roles. What each may do is the table of package access.
const (
	RoleAdministrator   Role = "administrator"
	RoleServiceSupport  Role = "service-support-administrator"
	RoleIncidentManager Role = "incident-manager"
	RoleCommunications  Role = "communications"
	RoleSupportN1       Role = "support-n1"
	RoleSupportN2       Role = "support-n2"
	RoleSupportN3       Role = "support-n3"
	RoleReader          Role = "reader"
	RoleMessageReader   Role = "message-center-reader"
	RolePrivacyReader   Role = "privacy-reader"
)

// Roles lists every role, from the one that may do most.
func Roles() []Role {
	return []Role{
		RoleAdministrator, RoleServiceSupport, RoleIncidentManager, RoleCommunications, RoleSupportN3, RoleSupportN2, RoleSupportN1,
		RoleReader, RoleMessageReader, RolePrivacyReader,
	}
}

// RoleNames returns the names of the roles, in the order of [Roles].
func RoleNames() []string {
	names := make([]string, len(Roles()))
	for i, r := range Roles() {
		names[i] = string(r)
	}
	return names
}

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// A Grant gives somebody a role in one tenant, or in every tenant and on the
// desk itself when TenantID is empty.
type Grant struct {
	Role     Role
	TenantID string
	Claimed  bool // by the identity provider at sign-in, which renews it each time
}

// Validate reports whether g names a role and, if any, a tenant.
func (g Grant) Validate() error {
	if !g.Role.Valid() {
		return Invalidf("role", "%q is no role%s", Clip(string(g.Role), 64), Meant(string(g.Role), RoleNames()))
	}
	if g.TenantID != "" && !IsGUID(g.TenantID) {
		return Invalidf("tenant", "%q is not the GUID of a tenant.", Clip(g.TenantID, 64))
	}
	return nil
}
