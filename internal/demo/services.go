package demo

import "example.org/tocsin/internal/tocsin"

// A workload is a service with its features, and the two letters that the ids
// of its issues start with.
type workload struct {
	id, prefix string
	features   []tocsin.Feature
	small      bool // used by the small tenant
	middle     bool // used by the tenant whose upstream fails now and then
}

// workloads is the catalogue of the demo, ascending by id as upstream lists it.
func workloads() []workload {
	f := func(pairs ...string) []tocsin.Feature {
		var list []tocsin.Feature
		for n := 0; n < len(pairs); n += 2 {
			list = append(list, tocsin.Feature{Name: pairs[n], DisplayName: pairs[n+1]})
		}
		return list
	}
	return []workload{
		{"Bookings", "BK", f("calendar", "Booking calendar", "pages", "Booking pages"), true, false},
		{"Clipchamp", "CC", f("editor", "Editor", "export", "Export"), false, false},
		{"Copilot", "CP", f("chat", "Chat", "grounding", "Answers from work content"), false, true},
		{"Dataverse", "DV", f("tables", "Tables", "search", "Search"), false, false},
		{"DynamicsCRM", "CR", f("signin", "Sign-in", "forms", "Forms and views", "email", "Email integration"), false, false},
		{"Exchange", "EX", f("signin", "Sign-in", "mailflow", "Mail flow", "mailboxaccess", "Mailbox access", "calendar", "Calendar", "protection", "Anti-spam and anti-malware"), true, true},
		{"Forms", "FM", f("forms", "Forms", "results", "Results"), true, true},
		{"Intune", "IT", f("enrollment", "Enrollment", "policy", "Policy delivery", "console", "Administration console"), false, true},
		{"Lync", "LY", f("presence", "Presence", "calling", "Calling"), false, false},
		{"Microsoft365Defender", "DZ", f("portal", "Portal", "alerts", "Alerts"), false, true},
		{"MicrosoftFlow", "MF", f("runs", "Flow runs", "connectors", "Connectors", "approvals", "Approvals"), true, true},
		{"MobileDeviceManagement", "MM", f("enrollment", "Enrollment"), false, false},
		{"O365Client", "OC", f("activation", "Activation", "updates", "Updates"), true, true},
		{"OSDPPlatform", "MO", f("portal", "Portal", "admincenter", "Admin center", "provisioning", "User and licence provisioning"), true, true},
		{"OneDriveForBusiness", "OD", f("sync", "Sync", "sharing", "Sharing"), true, true},
		{"OrgLiveID", "IS", f("signin", "Sign-in", "mfa", "Multifactor authentication"), true, true},
		{"Planner", "PL", f("boards", "Boards"), true, true},
		{"PowerApps", "PA", f("studio", "Studio", "player", "Player"), false, true},
		{"PowerBIcom", "PB", f("refresh", "Data refresh", "reports", "Reports"), false, true},
		{"PowerPlatform", "PP", f("admin", "Admin center"), false, false},
		{"ProjectForTheWeb", "PJ", f("projects", "Projects"), false, false},
		{"Purview", "PV", f("retention", "Retention", "ediscovery", "eDiscovery", "audit", "Audit log"), false, true},
		{"RMS", "RM", f("protection", "Protection", "keys", "Key service"), false, false},
		{"SharePoint", "SP", f("sites", "Sites", "search", "Search", "access", "Access and sharing"), true, true},
		{"Stream", "ST", f("playback", "Playback"), false, false},
		{"SwayEnterprise", "SW", f("authoring", "Authoring"), false, false},
		{"UniversalPrint", "UP", f("printing", "Printing"), false, false},
		{"Viva", "VV", f("insights", "Insights", "learning", "Learning"), false, false},
		{"WindowsAutopatch", "WA", f("groups", "Update groups"), false, false},
		{"cloudappsecurity", "CS", f("policies", "Policies"), false, false},
		{"microsoftteams", "TM", f("chat", "Chat", "meetings", "Meetings", "calling", "Calling", "presence", "Presence", "files", "Files"), true, true},
		{"officeonline", "OO", f("word", "Word for the web", "excel", "Excel for the web"), true, true},
	}
}

func (w workload) service() tocsin.Service {
	return tocsin.Service{ID: w.id, Name: tocsin.ServiceNameOf(w.id), Features: w.features}
}

// feature finds a feature's display name.
func (w workload) feature(name string) string {
	for _, f := range w.features {
		if f.Name == name {
			return f.DisplayName
		}
	}
	return name
}
