package access

import (
	"slices"

	"example.org/tocsin/internal/tocsin"
)

// A Permission is what a route asks of its caller.
type Permission string

// The permissions. Public and Local are granted by where a request comes from,
// the others by who sent it. Those of the first group are granted to programs
// by the scopes of their tokens, all but those to people by their roles.
const (
	Public   Permission = "public"    // everybody
	Local    Permission = "local"     // programs on this machine, unless the operator opens it
	SignedIn Permission = "signed-in" // every verified identity

	ReadLegacy   Permission = "read-legacy"   // everything in the legacy API
	ReadDesk     Permission = "read-desk"     // everything about a tenant in the desk's own API but messages about data privacy
	AuthorDesk   Permission = "author-desk"   // write own services, issues and messages
	ManageDesk   Permission = "manage-desk"   // change a tenant and poll its sources
	ManageAll    Permission = "manage-all"    // the same in every tenant
	ReadHealth   Permission = "read-health"   // overviews, issues and their history
	ReadMessages Permission = "read-messages" // messages, but for those about data privacy
	ReadPrivacy  Permission = "read-privacy"  // messages about data privacy: for people, and programs in the own API

	ManageMessages Permission = "manage-messages" // owner, due date and state of messages
	ReportProblem  Permission = "report-problem"  // "me too"
	Triage         Permission = "triage"          // ours or theirs: the questions and the verdict
	HandleRequests Permission = "handle-requests" // support requests to the desk itself
	AskProvider    Permission = "ask-provider"    // support requests that are prepared for the provider
	RunIncidents   Permission = "run-incidents"   // open and close incidents, run the runbook
	WorkIncidents  Permission = "work-incidents"  // do steps of a runbook that somebody else runs
	Communicate    Permission = "communicate"     // write and send communications
	WriteReviews   Permission = "write-reviews"   // post-incident reviews
	AuthorServices Permission = "author-services" // services and issues of our own, the dependency map
	ReadMap        Permission = "read-map"        // what services carry in the business: owners, costs, numbers to call
	RunDrills      Permission = "run-drills"

	ReviewTranslations Permission = "review-translations" // lines of translations for a tenant, and what readers report of them
	TranslateForAll    Permission = "translate-for-all"   // lines that hold for all tenants, and the glossary

	ManageChannels Permission = "manage-channels" // where deliveries go
	ManageClients  Permission = "manage-clients"  // API clients
	ManageSources  Permission = "manage-sources"  // sources of a tenant and their secrets
	ManageTeams    Permission = "manage-teams"    // teams, sites, contacts and who speaks with the provider
	ManageTenants  Permission = "manage-tenants"  // add, change and disable tenants
	ManageUsers    Permission = "manage-users"    // people and their roles
	ReadAudit      Permission = "read-audit"
)

// Permissions lists those that roles give.
func Permissions() []Permission {
	return []Permission{
		ReadHealth, ReadMessages, ReadPrivacy, ManageMessages, ReportProblem, Triage, HandleRequests, AskProvider, RunIncidents, WorkIncidents, Communicate,
		WriteReviews, AuthorServices, ReadMap, RunDrills, ReviewTranslations, TranslateForAll, ManageChannels, ManageClients, ManageSources, ManageTeams, ManageTenants, ManageUsers, ReadAudit,
	}
}

// Valid reports whether p is in the table of permissions.
func (p Permission) Valid() bool {
	return p == Public || p == Local || p == SignedIn || p.Scope() != "" || slices.Contains(Permissions(), p)
}

// Deskwide reports whether p concerns the desk as a whole: a role in one tenant
// does not give it.
func (p Permission) Deskwide() bool {
	return p == ManageTenants || p == ManageUsers || p == ReadAudit || p == TranslateForAll
}

// Scope is the scope of a token that grants p, or nothing for those that need
// no particular one.
func (p Permission) Scope() string {
	switch p {
	case ReadLegacy:
		return tocsin.ScopeServiceHealth
	case ReadHealth:
		return tocsin.ScopeServiceHealthAll
	case ReadMessages:
		return tocsin.ScopeServiceMessageAll
	case ReadDesk:
		return tocsin.ScopeDeskRead
	case ReadPrivacy:
		return tocsin.ScopeDeskPrivacy
	case AuthorDesk:
		return tocsin.ScopeDeskAuthor
	case ManageDesk:
		return tocsin.ScopeDeskManage
	case ManageAll:
		return tocsin.ScopeDeskManageAll
	}
	return ""
}

// Reads returns the permission to read what has a class, as routes and
// subscriptions have it: an issue, or a message.
func Reads(class string) Permission {
	if class == "message" {
		return ReadMessages
	}
	return ReadHealth
}

// MaySubscribe reports whether somebody with some grants may be told of a class
// by a subscription: they may read it, and have it told to the channel.
func MaySubscribe(grants []tocsin.Grant, one tocsin.Subscription, class string) bool {
	return Grants(grants, Reads(class), one.TenantID) && (one.Channel == "" || Grants(grants, ManageChannels, one.TenantID))
}
