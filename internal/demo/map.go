package demo

import (
	"strings"
	"time"
)

// Map is what services carry at Contoso, in the form in which a desk imports it:
// owners are teams, and no process has a person. Its drills were five and eight
// months ago.
func Map(now time.Time) []byte {
	return []byte(strings.NewReplacer(
		"FIVE-MONTHS", now.AddDate(0, -5, 0).Format(time.DateOnly), "EIGHT-MONTHS", now.AddDate(0, -8, 0).Format(time.DateOnly),
	).Replace(carried))
}

const carried = `uses:
  - {name: Client meetings, services: [microsoftteams, OrgLiveID]}
  - {name: Teams recordings, services: [microsoftteams]}
  - {name: Excel co-authoring, services: [SharePoint, OneDriveForBusiness]}
  - {name: Case files, services: [SharePoint]}
  - {name: External mail, services: [Exchange]}
  - {name: Purchase approvals, services: [MicrosoftFlow, Exchange]}
  - {name: Sales dashboards, services: [PowerBIcom]}
  - {name: Newcomers, services: [Intune], secondary: [OrgLiveID]}
processes:
  - {name: Client relations, department: Sales, owner: Sales, uses: [Client meetings, Teams recordings, Case files, External mail], sites: [Paris, Lyon], fallback: "Audio meetings by phone, mail from Outlook on the desktop", triedOn: "FIVE-MONTHS", tried: drill, cost: 18000, currency: EUR}
  - {name: Closing of the month, department: Finance, owner: Finance, uses: [Excel co-authoring, Case files], sites: [Paris], fallback: "Dated local copies, merged afterwards", cost: 6000, currency: EUR}
  - {name: Approval of invoices, department: Finance, owner: Finance, uses: [Purchase approvals], sites: [Paris], fallback: "Approval by mail, put in order afterwards", triedOn: "FIVE-MONTHS", tried: drill}
  - {name: Steering of sales, department: Sales, owner: Sales, uses: [Sales dashboards], sites: [Paris, Tokyo], fallback: PDF of the day before, triedOn: "EIGHT-MONTHS", tried: drill}
  - {name: Human resources, department: HR, owner: Human resources, uses: [Newcomers], sites: [Paris]}
sheets:
  - {service: Exchange, documents: "Address book of the crisis team, on the file server", client: "Outlook on the desktop, in cached mode", meeting: "Conference bridge, room 12", numbers: "+33 1 99 00 12 34 Paris\n+81 3 5550 0134 Tokyo", owner: Messaging, triedOn: "FIVE-MONTHS", tried: drill}
  - {service: microsoftteams, documents: "List of clients, printed each month", client: "Teams in the browser", meeting: "Conference bridge, room 12", numbers: "+33 1 99 00 12 34 Paris", owner: Service desk}
`
