package demo

import (
	"time"

	"example.org/tocsin/internal/tocsin"
)

// Request returns the request that the desk of Contoso prepares for the provider
// about the live incident, in the room of the incident with a number.
func Request(started time.Time, incident int64) tocsin.RequestContent {
	return tocsin.RequestContent{
		To: "provider", Title: "Teams and SharePoint cannot be reached at all sites", Kind: "technical", Category: "configuration", Severity: "A",
		Services: []string{"Microsoft Teams", "SharePoint Online"}, Region: "France, Japan", FirstSign: started,
		Repro: "Open Teams on the web, sign in, wait for 30 seconds. Of the workarounds that were tried, the desktop client works in part and a session that is open already works.",
		Codes: "HTTP 500 and 503, inside and by mobile network, with and without VPN", CallBack: "+33 1 70 00 00 00", Issue: incidentID, Incident: incident,
	}
}
