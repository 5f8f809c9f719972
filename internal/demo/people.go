package demo

import "example.org/tocsin/internal/tocsin"

// A Team is people of some roles who work together. The demonstration has one
// person for each role, who bears its name.
type Team struct {
	TenantID string // "" for the whole desk
	Name     string
	Mail     string
	Roles    []tocsin.Role
	Service  string // name of the service whose messages it sees to, "" for none
}

// Teams lists the teams of the demonstration.
func Teams() []Team {
	return []Team{
		{Name: "Incident management", Mail: "incidents@contoso.com", Roles: []tocsin.Role{tocsin.RoleIncidentManager, tocsin.RoleCommunications}},
		{TenantID: Contoso, Name: "Service desk", Mail: "servicedesk@contoso.com", Roles: []tocsin.Role{tocsin.RoleSupportN1, tocsin.RoleSupportN2}, Service: "Microsoft Bookings"},
		{TenantID: Contoso, Name: "Messaging", Mail: "messaging@contoso.com", Roles: []tocsin.Role{tocsin.RoleSupportN3}, Service: "Exchange Online"},
		{TenantID: Contoso, Name: "Finance", Mail: "finance@contoso.com"},
		{TenantID: Contoso, Name: "Human resources", Mail: "hr@contoso.com"},
		{TenantID: Contoso, Name: "Sales", Mail: "sales@contoso.com"},
		{TenantID: Fabrikam, Name: "Collaboration", Mail: "collaboration@fabrikam.com", Roles: []tocsin.Role{tocsin.RoleSupportN2, tocsin.RoleMessageReader}, Service: "Microsoft Teams"},
	}
}

// Sites lists the sites of the demonstration.
func Sites() []tocsin.Site {
	return []tocsin.Site{
		{TenantID: Contoso, Name: "Paris", Region: "EMEA", Seats: 1800, Zone: "Europe/Paris"},
		{TenantID: Contoso, Name: "Lyon", Region: "EMEA", Seats: 420, Zone: "Europe/Paris"},
		{Name: "Tokyo", Region: "APAC", Seats: 650, Zone: "Asia/Tokyo"},
	}
}

// Calls lists what callers told the service desk of Contoso before the
// demonstration began, the oldest first.
func Calls() []tocsin.TriageAnswers {
	return []tocsin.TriageAnswers{
		{
			Caller: "Human resources, Paris", Scope: "one", Services: []string{"exchange"}, Symptoms: []string{"exchange/2"}, Network: "both", Code: "other", Checks: map[string]string{"other-client": "ok"}, Language: "fr",
		},
		{
			Caller: "Accounts, Lyon", Scope: "many", Services: []string{"exchange", "sharepoint", "teams"}, Symptoms: []string{"exchange/0", "teams/0"}, Network: "unknown", Code: "server", Region: "EMEA",
			Notes: map[string]string{"environment": "Résolution correcte, 24 ms. Essai en 4G à faire."}, Language: "fr",
		},
	}
}
