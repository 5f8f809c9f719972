package tocsin

import "strings"

// SuiteID is the workload id under which the provider files what hits its
// services as a whole.
const SuiteID = "OSDPPlatform"

// A Service is a workload of a provider, such as Exchange ("Exchange Online").
type Service struct {
	ID       string    `json:"id"`          // workload id; stable, unlike the name
	Name     string    `json:"displayName"` // as the provider shows it now
	Features []Feature `json:"features"`
}

// A Feature is a part of a service.
type Feature struct {
	Name        string `json:"name"` // such as "Signin"; may be empty when only the display name is known
	DisplayName string `json:"displayName"`
}

// serviceNames maps each known workload id to the display names it has had,
// newest last. Sources: recorded answers of 2022 and names in use in 2025.
var serviceNames = []struct {
	id    string
	names []string
}{
	{"Exchange", []string{"Exchange Online"}},
	{SuiteID, []string{"Office 365 Portal", "Microsoft 365 suite"}},
	{"microsoftteams", []string{"Microsoft Teams"}},
	{"SharePoint", []string{"SharePoint Online"}},
	{"Lync", []string{"Lync Online", "Skype for Business"}},
	{"Forms", []string{"Microsoft Forms"}},
	{"DynamicsCRM", []string{"Dynamics 365", "Dynamics 365 Apps"}},
	{"DynamicsAX", []string{"Finance and Operations Apps"}},
	{"DynamicsNAV", []string{"Dynamics 365 Business Central"}},
	{"OrgLiveID", []string{"Identity Service", "Microsoft Entra"}},
	{"OneDriveForBusiness", []string{"OneDrive for Business", "Microsoft OneDrive"}},
	{"RMS", []string{"Azure Information Protection"}},
	{"yammer", []string{"Yammer Enterprise"}},
	{"Viva", []string{"Microsoft Viva"}},
	{"MobileDeviceManagement", []string{"Mobile Device Management for Office 365", "Basic Mobility and Security"}},
	{"Planner", []string{"Planner"}},
	{"SwayEnterprise", []string{"Sway"}},
	{"PowerBIcom", []string{"Power BI"}},
	{"Intune", []string{"Microsoft Intune"}},
	{"StaffHub", []string{"Microsoft StaffHub"}},
	{"Bookings", []string{"Microsoft Bookings"}},
	{"kaizalamessagingservices", []string{"Microsoft Kaizala"}},
	{"officeonline", []string{"Office for the web", "Microsoft 365 for the web"}},
	{"O365Client", []string{"Microsoft 365 Apps", "Microsoft 365 apps"}},
	{"PowerApps", []string{"Power Apps"}},
	{"PowerAppsM365", []string{"Power Apps in Microsoft 365"}},
	{"MicrosoftFlow", []string{"Microsoft Power Automate"}},
	{"MicrosoftFlowM365", []string{"Microsoft Power Automate in Microsoft 365"}},
	{"Microsoft365Defender", []string{"Microsoft 365 Defender", "Microsoft Defender XDR"}},
	{"cloudappsecurity", []string{"Microsoft Defender for Cloud Apps"}},
	{"Stream", []string{"Microsoft Stream"}},
	{"PAM", []string{"Privileged Access"}},
	{"UniversalPrint", []string{"Universal Print"}},
	{"ProjectForTheWeb", []string{"Project for the web"}},
	{"ProjectOnline", []string{"Project Online"}},
	{"Clipchamp", []string{"Microsoft Clipchamp"}},
	{"Dataverse", []string{"Microsoft Dataverse"}},
	{"Purview", []string{"Microsoft Purview"}},
	{"PowerPlatform", []string{"Power Platform"}},
	{"Copilot", []string{"Microsoft Copilot (Microsoft 365)"}},
	{"WindowsAutopatch", []string{"Windows Autopatch"}},
}

// ServiceIDOf finds the workload id for a display name of any age, ignoring
// case and outer blanks. For a name that is not known it makes one up, the
// same each time: the letters and digits of the name; known is then false.
func ServiceIDOf(name string) (id string, known bool) {
	name = strings.TrimSpace(name)
	for _, s := range serviceNames {
		if strings.EqualFold(s.id, name) {
			return s.id, true
		}
		for _, n := range s.names {
			if strings.EqualFold(n, name) {
				return s.id, true
			}
		}
	}
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '/' || r == '\'' || r == '(' || r == ')' || r < ' ' {
			return -1
		}
		return r
	}, name), false
}

// ServiceNameOf is the newest known display name for a workload id, or the id
// itself.
func ServiceNameOf(id string) string {
	for _, s := range serviceNames {
		if strings.EqualFold(s.id, id) {
			return s.names[len(s.names)-1]
		}
	}
	return id
}
