package demo

import (
	"time"

	"example.org/tocsin/internal/tocsin"
)

// Room returns the incident by which the desk of Contoso handles the live one from
// the moment at which it begins.
func Room(started time.Time) tocsin.Incident {
	return tocsin.Incident{
		Title: "Access to Microsoft 365 apps and services", TenantIDs: []string{Contoso}, Issues: []string{incidentID},
		Services: []string{"Exchange", "microsoftteams", "SharePoint"}, Zone: "Europe/Paris", Starts: []tocsin.IncidentStart{{T0: started}},
	}
}
