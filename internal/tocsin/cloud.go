package tocsin

import (
	"net/url"
	"slices"
	"strings"
)

// A Cloud is one of the provider's deployments, which know nothing of each
// other: where its tenants sign in, and where their notices are read.
type Cloud struct {
	Name     string   // in settings, such as us-government
	Operator string   // as people call it
	Country  string   // ISO 3166 code of the country that it is confined to; empty for the global one
	Login    []string // origins of its sign-in; programs use the first
	Graph    string   // root of Microsoft Graph, without a version
	Legacy   string   // root of the API of before; empty where none is documented
	Portal   string   // what the admin centre's addresses start with; empty where none is documented
	NoHealth bool     // its Graph has no service communications API
}

// Clouds lists the provider's deployments. The sources are the reference of
// national cloud deployments of Microsoft Graph, the environments that Microsoft
// Graph PowerShell 2.36 and MSAL have built in, and the reference of the Office
// 365 Management APIs (for 21Vianet, what tools for it use). Bleu and Delos have
// the service communications API since December 2025 and July 2026. Where the
// admin centres of the sovereign clouds are is told in no public document.
func Clouds() []Cloud {
	return []Cloud{
		{
			Name: "global", Operator: "Microsoft 365", Login: []string{"https://login.microsoftonline.com", "https://login.windows.net", "https://login.microsoft.com"},
			Graph: "https://graph.microsoft.com", Legacy: "https://manage.office.com", Portal: "https://admin.cloud.microsoft/?#",
		},
		{
			Name: "us-gcc", Operator: "GCC", Country: "US", Login: []string{"https://login.microsoftonline.com", "https://login.windows.net"},
			Graph: "https://graph.microsoft.com", Legacy: "https://manage-gcc.office.com", Portal: "https://admin.cloud.microsoft/?#",
		},
		{
			Name: "us-government", Operator: "GCC High", Country: "US", Login: []string{"https://login.microsoftonline.us"},
			Graph: "https://graph.microsoft.us", Legacy: "https://manage.office365.us", Portal: "https://portal.office365.us/adminportal/home#",
		},
		{
			Name: "us-dod", Operator: "DoD", Country: "US", Login: []string{"https://login.microsoftonline.us"},
			Graph: "https://dod-graph.microsoft.us", Legacy: "https://manage.protection.apps.mil", Portal: "https://portal.apps.mil/adminportal/home#",
		},
		{
			Name: "china", Operator: "21Vianet", Country: "CN", Login: []string{"https://login.chinacloudapi.cn", "https://login.partner.microsoftonline.cn"},
			Graph: "https://microsoftgraph.chinacloudapi.cn", Legacy: "https://manage.office365.cn", Portal: "https://portal.partner.microsoftonline.cn/AdminPortal/Home#",
		},
		{Name: "france", Operator: "Bleu", Country: "FR", Login: []string{"https://login.sovcloud-identity.fr"}, Graph: "https://graph.svc.sovcloud.fr"},
		{Name: "germany", Operator: "Delos", Country: "DE", Login: []string{"https://login.sovcloud-identity.de"}, Graph: "https://graph.svc.sovcloud.de"},
		{Name: "singapore", Operator: "GovSG", Country: "SG", Login: []string{"https://login.sovcloud-identity.sg"}, Graph: "https://graph.svc.sovcloud.sg", NoHealth: true},
	}
}

// The resources that tokens for the two APIs are for, in the global cloud, and
// the ids of the applications, which are the same in all clouds.
const (
	GraphResource  = "https://graph.microsoft.com"
	LegacyResource = "https://manage.office.com"
	graphAppID     = "00000003-0000-0000-c000-000000000000"
	legacyAppID    = "c5393580-f805-4401-95e8-94b7a6ef2fc2"
)

// An API is one of the two that the desk serves in the provider's form.
type API string

// The APIs.
const (
	APIGraph  API = "graph"
	APILegacy API = "legacy"
)

// APIOf tells which API a resource names, in any of the clouds: by its root, in
// any case and with or without a slash at the end, or by its application id. The
// resource comes back as the provider writes it, an id as the global root.
func APIOf(text string) (api API, resource string, ok bool) {
	text = strings.ToLower(strings.TrimRight(strings.TrimSpace(text), "/"))
	switch text {
	case "":
		return "", "", false
	case graphAppID:
		return APIGraph, GraphResource, true
	case legacyAppID:
		return APILegacy, LegacyResource, true
	}
	for _, c := range Clouds() {
		switch text {
		case c.Graph:
			return APIGraph, c.Graph, true
		case c.Legacy:
			return APILegacy, c.Legacy, true
		}
	}
	return "", "", false
}

// Audiences are the names by which tokens may call an API: its root in each
// cloud, with and without a slash at the end, and its application id.
func Audiences(api API) []string {
	list := []string{graphAppID}
	if api == APILegacy {
		list[0] = legacyAppID
	}
	for _, c := range Clouds() {
		root := c.Graph
		if api == APILegacy {
			root = c.Legacy
		}
		if root != "" && !slices.Contains(list, root) {
			list = append(list, root, root+"/")
		}
	}
	return list
}

// CloudOf finds the cloud that an address belongs to, by its origin: where it
// signs in or one of its APIs. Of several clouds with one origin, as the sign-in
// of the US Government has, it is the first.
func CloudOf(address string) (Cloud, bool) {
	for _, c := range Clouds() {
		if c.Has(address) {
			return c, true
		}
	}
	return Cloud{}, false
}

// Has reports whether an address is at one of the cloud's origins.
func (c Cloud) Has(address string) bool {
	origin := originOf(address)
	return origin != "" && (slices.Contains(c.Login, origin) || origin == c.Graph || origin == c.Legacy)
}

func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if port := u.Port(); port != "" && port != "443" {
		host += ":" + port
	}
	return strings.ToLower(u.Scheme) + "://" + host
}

// IssueLink is where the admin centre shows an issue, "" where that is not known.
func (c Cloud) IssueLink(id string) string {
	return c.link("/servicehealth/:/alerts/", id)
}

// MessageLink is where the admin centre shows a message, "" where that is not
// known.
func (c Cloud) MessageLink(id string) string {
	return c.link("/MessageCenter/:/messages/", id)
}

func (c Cloud) link(path, id string) string {
	if c.Portal == "" || id == "" {
		return ""
	}
	return c.Portal + path + url.PathEscape(id)
}

// RequestsLink is where the admin centre has support requests, "" where that is
// not known.
func (c Cloud) RequestsLink() string {
	if c.Portal == "" {
		return ""
	}
	return c.Portal + "/support/requests"
}
