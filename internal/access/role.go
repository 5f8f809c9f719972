package access

import (
	"slices"

	"example.org/tocsin/internal/tocsin"
)

// read is what everybody may do who works with the desk.
func read() []Permission { return []Permission{ReadHealth, ReadMessages, ReportProblem} }

// PermissionsOf is the table of roles: what each gives in the tenants that it
// is held in. A role that is not in it gives nothing.
func PermissionsOf(r tocsin.Role) []Permission {
	switch r {
	case tocsin.RoleAdministrator:
		return Permissions()
	case tocsin.RoleServiceSupport:
		return append(read(), ReadMap, ManageMessages, Triage, HandleRequests, AskProvider, WorkIncidents, AuthorServices, WriteReviews, ManageChannels)
	case tocsin.RoleIncidentManager:
		return append(read(), ReadMap, ManageMessages, Triage, HandleRequests, AskProvider, RunIncidents, WorkIncidents, Communicate, WriteReviews, RunDrills, ReviewTranslations, TranslateForAll)
	case tocsin.RoleCommunications:
		return append(read(), ReadMap, WorkIncidents, Communicate, ReviewTranslations, TranslateForAll)
	case tocsin.RoleSupportN3:
		return append(read(), ReadMap, ManageMessages, Triage, HandleRequests, AskProvider, WorkIncidents, WriteReviews, AuthorServices)
	case tocsin.RoleSupportN2:
		return append(read(), ReadMap, ManageMessages, Triage, HandleRequests, AskProvider, WorkIncidents)
	case tocsin.RoleSupportN1:
		return append(read(), ReadMap, Triage, HandleRequests)
	case tocsin.RoleReader:
		return read()
	case tocsin.RoleMessageReader:
		return []Permission{ReadMessages}
	case tocsin.RolePrivacyReader:
		return []Permission{ReadMessages, ReadPrivacy}
	}
	return nil
}

// Grants reports whether the grants of somebody give p in a tenant, or on the
// desk as a whole for an empty id.
func Grants(grants []tocsin.Grant, p Permission, tenantID string) bool {
	if p.Deskwide() {
		tenantID = ""
	}
	return slices.ContainsFunc(grants, func(g tocsin.Grant) bool {
		return (g.TenantID == "" || g.TenantID == tenantID) && slices.Contains(PermissionsOf(g.Role), p)
	})
}
