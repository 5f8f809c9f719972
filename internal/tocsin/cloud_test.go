package tocsin_test

import (
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

// Which cloud is which: its operator, country and addresses belong together.
func TestClouds(t *testing.T) {
	t.Parallel()
	want := map[string][]string{ // by Graph: name, operator, country, login, legacy
		"https://graph.microsoft.us":              {"us-government", "GCC High", "US", "https://login.microsoftonline.us", "https://manage.office365.us"},
		"https://dod-graph.microsoft.us":          {"us-dod", "DoD", "US", "https://login.microsoftonline.us", "https://manage.protection.apps.mil"},
		"https://microsoftgraph.chinacloudapi.cn": {"china", "21Vianet", "CN", "https://login.chinacloudapi.cn", "https://manage.office365.cn"},
		"https://graph.svc.sovcloud.fr":           {"france", "Bleu", "FR", "https://login.sovcloud-identity.fr", ""},
		"https://graph.svc.sovcloud.de":           {"germany", "Delos", "DE", "https://login.sovcloud-identity.de", ""},
		"https://graph.svc.sovcloud.sg":           {"singapore", "GovSG", "SG", "https://login.sovcloud-identity.sg", ""},
	}
	names := map[string]bool{}
	for _, c := range tocsin.Clouds() {
		if names[c.Name] {
			t.Errorf("two clouds are called %s", c.Name)
		}
		names[c.Name] = true
		if got := []string{c.Name, c.Operator, c.Country, c.Login[0], c.Legacy}; want[c.Graph] != nil && !slices.Equal(got, want[c.Graph]) {
			t.Errorf("%s: %q, want %q", c.Graph, got, want[c.Graph])
		}
		delete(want, c.Graph)
		if (c.Country == "SG") != c.NoHealth {
			t.Errorf("%s: NoHealth = %v", c.Name, c.NoHealth)
		}
		if end := "." + strings.ToLower(c.Country); c.Legacy == "" && (!strings.HasSuffix(c.Graph, end) || !strings.HasSuffix(c.Login[0], end)) {
			t.Errorf("%s is in %s and has %s and %s", c.Name, c.Country, c.Graph, c.Login[0])
		}
		if found, ok := tocsin.CloudOf(c.Graph + "/v1.0"); !ok || found.Graph != c.Graph {
			t.Errorf("CloudOf(%s) = %+v", c.Graph, found)
		}
	}
	if len(want) > 0 || !names["global"] || !names["us-gcc"] {
		t.Errorf("missing: %v of %v", want, names)
	}
	for _, other := range []string{"", "https://graph.microsoft.com.evil.example", "https://graph.microsoft.com:8443", "http://graph.microsoft.com", "https://evil.example/https://graph.microsoft.com"} {
		if found, ok := tocsin.CloudOf(other); ok {
			t.Errorf("CloudOf(%q) = %s", other, found.Name)
		}
	}
}

// Every documented root names its API, however it is written.
func TestAPIOf(t *testing.T) {
	t.Parallel()
	for _, c := range tocsin.Clouds() {
		for api, root := range map[tocsin.API]string{tocsin.APIGraph: c.Graph, tocsin.APILegacy: c.Legacy} {
			if root == "" {
				continue
			}
			for _, text := range []string{root, root + "/", " " + strings.ToUpper(root)} {
				if got, resource, ok := tocsin.APIOf(text); !ok || got != api || resource != root {
					t.Errorf("APIOf(%q) = %s, %s, %v", text, got, resource, ok)
				}
			}
			if list := tocsin.Audiences(api); !slices.Contains(list, root) || !slices.Contains(list, root+"/") {
				t.Errorf("the audiences of %s lack %s", api, root)
			}
		}
	}
	if api, resource, ok := tocsin.APIOf("00000003-0000-0000-C000-000000000000"); !ok || api != tocsin.APIGraph || resource != tocsin.GraphResource {
		t.Errorf("by id: %s %s", api, resource)
	}
	for _, other := range []string{"", "/", "https://graph.windows.net", "https://graph.microsoft.com/v1.0", "https://graph.microsoft.de", "https://manage.office.com.evil.example"} {
		if api, _, ok := tocsin.APIOf(other); ok {
			t.Errorf("APIOf(%q) = %s", other, api)
		}
	}
}

func TestPortalLinks(t *testing.T) {
	t.Parallel()
	links := map[string][2]string{
		"global":        {"https://admin.cloud.microsoft/?#/servicehealth/:/alerts/EX1", "https://admin.cloud.microsoft/?#/MessageCenter/:/messages/MC1"},
		"us-government": {"https://portal.office365.us/adminportal/home#/servicehealth/:/alerts/EX1", "https://portal.office365.us/adminportal/home#/MessageCenter/:/messages/MC1"},
		"france":        {"", ""},
	}
	for _, c := range tocsin.Clouds() {
		if want, ok := links[c.Name]; ok && (c.IssueLink("EX1") != want[0] || c.MessageLink("MC1") != want[1]) {
			t.Errorf("%s: %s, %s", c.Name, c.IssueLink("EX1"), c.MessageLink("MC1"))
		}
	}
	if got := tocsin.Clouds()[0].IssueLink(`"><a`); strings.ContainsAny(got, `"<>`) {
		t.Errorf("hostile id: %s", got)
	}
}
