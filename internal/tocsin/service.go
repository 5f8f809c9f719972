package tocsin

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

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

// A listedService is a workload id with the display names that it has had.
type listedService struct {
	id    string
	names []string // newest last
	later bool     // added after documents without an id of their own had been kept by this list
}

// listedServices is the last resort for a name that a tenant's own overviews and
// service lists do not tell. Sources: recorded answers of 2022, names in use in
// 2025 and 2026. An entry that is added is marked later. The ids of Windows 365
// and of Microsoft Copilot (Power Platform) are not known: theirs are the
// letters of the name, as for any name that is not listed.
func listedServices() []listedService {
	return []listedService{
		{id: "Exchange", names: []string{"Exchange Online"}},
		{id: SuiteID, names: []string{"Office 365 Portal", "Microsoft 365 suite"}},
		{id: "microsoftteams", names: []string{"Microsoft Teams"}},
		{id: "SharePoint", names: []string{"SharePoint Online"}},
		{id: "Lync", names: []string{"Lync Online", "Skype for Business"}},
		{id: "Forms", names: []string{"Microsoft Forms"}},
		{id: "DynamicsCRM", names: []string{"Dynamics 365", "Dynamics 365 Apps"}},
		{id: "DynamicsAX", names: []string{"Finance and Operations Apps"}},
		{id: "DynamicsNAV", names: []string{"Dynamics 365 Business Central"}},
		{id: "OrgLiveID", names: []string{"Identity Service", "Microsoft Entra"}},
		{id: "OneDriveForBusiness", names: []string{"OneDrive for Business", "Microsoft OneDrive"}},
		{id: "RMS", names: []string{"Azure Information Protection"}},
		{id: "yammer", names: []string{"Yammer Enterprise"}},
		{id: "Viva", names: []string{"Microsoft Viva"}},
		{id: "MobileDeviceManagement", names: []string{"Mobile Device Management for Office 365", "Basic Mobility and Security"}},
		{id: "Planner", names: []string{"Planner"}},
		{id: "SwayEnterprise", names: []string{"Sway"}},
		{id: "PowerBIcom", names: []string{"Power BI"}},
		{id: "Intune", names: []string{"Microsoft Intune"}},
		{id: "StaffHub", names: []string{"Microsoft StaffHub"}},
		{id: "Bookings", names: []string{"Microsoft Bookings"}},
		{id: "kaizalamessagingservices", names: []string{"Microsoft Kaizala"}},
		{id: "officeonline", names: []string{"Office for the web", "Microsoft 365 for the web"}},
		{id: "O365Client", names: []string{"Microsoft 365 Apps", "Microsoft 365 apps"}},
		{id: "PowerApps", names: []string{"Power Apps"}},
		{id: "PowerAppsM365", names: []string{"Power Apps in Microsoft 365"}},
		{id: "MicrosoftFlow", names: []string{"Microsoft Power Automate"}},
		{id: "MicrosoftFlowM365", names: []string{"Microsoft Power Automate in Microsoft 365"}},
		{id: "Microsoft365Defender", names: []string{"Microsoft 365 Defender", "Microsoft Defender XDR"}},
		{id: "cloudappsecurity", names: []string{"Microsoft Defender for Cloud Apps"}},
		{id: "Stream", names: []string{"Microsoft Stream"}},
		{id: "PAM", names: []string{"Privileged Access"}},
		{id: "UniversalPrint", names: []string{"Universal Print"}},
		{id: "ProjectForTheWeb", names: []string{"Project for the web"}},
		{id: "ProjectOnline", names: []string{"Project Online"}},
		{id: "Clipchamp", names: []string{"Microsoft Clipchamp"}},
		{id: "Dataverse", names: []string{"Microsoft Dataverse"}},
		{id: "Purview", names: []string{"Microsoft Purview"}},
		{id: "PowerPlatform", names: []string{"Power Platform"}},
		{id: "Copilot", names: []string{"Microsoft Copilot (Microsoft 365)"}},
		{id: "WindowsAutopatch", names: []string{"Windows Autopatch"}},
		{id: "CopilotChat", names: []string{"Microsoft 365 Copilot Chat"}, later: true},
		{id: "MicrosoftCopilotPowerPlatform", names: []string{"Microsoft Copilot (Power Platform)"}, later: true},
		{id: "Windows365", names: []string{"Windows 365"}, later: true},
	}
}

// The list by id and by name, as [NameKey] writes them.
var listed = sync.OnceValue(func() map[string]listedService { //nolint:gochecknoglobals // made once, never changed
	found := map[string]listedService{}
	for _, s := range listedServices() {
		for _, name := range append([]string{s.id}, s.names...) {
			if _, taken := found[NameKey(name)]; !taken {
				found[NameKey(name)] = s
			}
		}
	}
	return found
})

// NameKey returns a name of a service as names are compared: in lower case,
// without outer blanks, with one blank for several of any kind, and without
// signs of trademarks and characters that show nothing.
func NameKey(name string) string {
	plain := true // as nearly all are: one blank at a time, and signs of ASCII
	for i := 0; i < len(name) && plain; i++ {
		c := name[i]
		plain = c > ' ' && c < utf8.RuneSelf || c == ' ' && i > 0 && i < len(name)-1 && name[i-1] != ' '
	}
	if plain {
		return strings.ToLower(name)
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '™' || r == '®' || r == '©' || r == '℠' || unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return unicode.ToLower(r)
	}, name)
	return strings.Join(strings.Fields(name), " ")
}

// ServiceIDOf finds the workload id for a display name of any age by the list
// that the program has, ignoring what [NameKey] ignores. For a name that is not
// listed it makes one up, the same each time: the letters and digits of the
// name; known is then false. What a tenant's own sources say about names goes
// before it: see package readmodel.
func ServiceIDOf(name string) (id string, known bool) {
	if s, ok := listed()[NameKey(name)]; ok {
		return s.id, true
	}
	return madeUpID(name), false
}

func madeUpID(name string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '/' || r == '\'' || r == '(' || r == ')' || r < ' ' {
			return -1
		}
		return r
	}, strings.TrimSpace(name))
}

// FromName reports whether a workload id says no more than the display name
// beside it: it is none, the listed one, or made up of the name. Another one was
// given by who told of the item.
func FromName(id, name string) bool {
	if id == "" || strings.EqualFold(id, madeUpID(name)) {
		return true
	}
	known, _ := ServiceIDOf(name)
	return strings.EqualFold(id, known)
}

// impliedID is the id that a document with that name need not bear. It goes by
// the list and the comparison as they were when documents were first kept, so
// that what is known since changes no document.
func impliedID(name string) string {
	s, ok := listed()[NameKey(name)]
	name = strings.TrimSpace(name)
	same := func(other string) bool { return strings.EqualFold(other, name) }
	if !ok || s.later || !same(s.id) && !slices.ContainsFunc(s.names, same) {
		return ""
	}
	return s.id
}

// ServiceNamesOf lists the display names that a workload id has had, as far as
// the program's own list goes, newest last.
func ServiceNamesOf(id string) []string {
	if s, ok := listed()[NameKey(id)]; ok && strings.EqualFold(s.id, id) {
		return slices.Clone(s.names)
	}
	return nil
}

// ServiceNameOf is the newest listed display name for a workload id, or the id
// itself.
func ServiceNameOf(id string) string {
	if names := ServiceNamesOf(id); len(names) > 0 {
		return names[len(names)-1]
	}
	return id
}

// ServiceNames returns the display names of all listed services, older ones as
// well. The slice is shared: it must not be changed.
func ServiceNames() []string { return listedNames() }

var listedNames = sync.OnceValue(func() (names []string) { //nolint:gochecknoglobals // made once, never changed
	for _, s := range listedServices() {
		names = append(names, s.names...)
	}
	return names
})
